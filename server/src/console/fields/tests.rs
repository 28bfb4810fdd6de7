use super::*;
use std::collections::BTreeMap;
use waiqin_protocol::ids::{BootId, EntryHash, ItemId, JournalId, SubjectId};
use waiqin_protocol::journal::{Act, At, CaseRef, Change, Entry, Path};

fn entry(journal: u8, seq: u64, change: Change) -> (Entry, EntryHash) {
    let entry = Entry {
        at: At {
            beacon: None,
            boot: BootId::from_bytes([9; 16]),
            mono: 1,
            wall: 1_562_000_000_000,
        },
        author: OfficerId::from_bytes([journal; 16]),
        base: None,
        beacon: None,
        change,
        journal: JournalId::from_bytes([journal; 16]),
        seq,
        subject: SubjectId::from_bytes([7; 16]),
        v: 1,
    };
    let hash = entry.hash().unwrap();
    (entry, hash)
}

fn values(pairs: &[(&str, Value)]) -> BTreeMap<Path, Value> {
    pairs
        .iter()
        .map(|(path, value)| (Path::new(*path).unwrap(), value.clone()))
        .collect()
}

fn record(pairs: &[(&str, Value)]) -> Record {
    let case = CaseRef::default();
    let opened = Change::RecordOpened {
        act: Act::Investigation,
        case,
        values: values(pairs),
    };
    let (entry, hash) = entry(1, 2, opened);
    Record::open(&entry, hash).unwrap()
}

fn shown(record: &Record) -> Vec<Shown> {
    of(record, Lang::En, &|id| {
        format!("officer {}", id.as_bytes()[0])
    })
}

#[test]
fn facts_come_in_the_order_of_the_scene_with_names_and_words() {
    let record = record(&[
        ("course", Value::Text("knocked".into())),
        ("t0", Value::Int(1_561_998_600_000)),
        ("debtor_met", Value::Bool(false)),
        ("result", Value::Text("no_assets".into())),
        ("zz_new", Value::Text("later".into())),
        ("remarks", Value::Null),
    ]);
    let facts: Vec<(String, String)> = shown(&record)
        .into_iter()
        .map(|it| match it {
            Shown::Fact { label, values } => (label, values[0].text.clone()),
            Shown::List { .. } => panic!("no list was written"),
        })
        .collect();
    let expected = [
        ("Begun", "2019-07-02 00:30"),
        ("Course", "knocked"),
        ("The debtor or the person in charge was met", "no"),
        ("Result", "No assets found"),
        ("zz_new", "later"),
    ];
    assert_eq!(facts, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn items_of_a_list_stay_apart() {
    let [one, two] = [1u8, 2].map(|n| ItemId::from_bytes([n; 16]).to_string());
    let record = record(&[
        (&format!("officers/{one}/person"), Value::Text("A".into())),
        (
            &format!("officers/{one}/role"),
            Value::Text("executor".into()),
        ),
        (&format!("officers/{two}/person"), Value::Text("B".into())),
        (&format!("sources/{one}"), Value::Text("registry".into())),
        ("special/ill", Value::Bool(true)),
    ]);
    let lists = shown(&record);
    let Shown::List { label, items } = &lists[0] else {
        panic!("officers are a list")
    };
    assert_eq!((label.as_str(), items.len()), ("Officer", 2));
    assert_eq!(items[0].len(), 2);
    assert_eq!(items[0][1].1[0].text, "Enforcement officer");
    assert_eq!(items[1].len(), 1);
    let Shown::Fact { label, values } = &lists[1] else {
        panic!("a special status is a fact")
    };
    assert_eq!(
        (label.as_str(), values[0].text.as_str()),
        ("Seriously ill", "yes")
    );
    let Shown::List { items, .. } = &lists[2] else {
        panic!("sources are a list")
    };
    assert_eq!(
        (items[0][0].0.as_str(), items[0][0].1[0].text.as_str()),
        ("", "registry")
    );
}

#[test]
fn items_of_a_list_stand_in_the_order_in_which_they_were_added() {
    let [one, two, three] = [1u8, 2, 3].map(|n| ItemId::from_bytes([n; 16]).to_string());
    let person = |id: &str| format!("officers/{id}/person");
    let mut record = record(&[(&person(&three), Value::from("first"))]);
    for (seq, id, name) in [(3, &one, "second"), (4, &two, "third")] {
        let values = values(&[(&person(id), Value::from(name))]);
        let (added, hash) = entry(1, seq, Change::FieldsChanged { values });
        record.apply(&added, hash);
    }
    let lists = shown(&record);
    let Shown::List { items, .. } = &lists[0] else {
        panic!("officers are a list")
    };
    let names: Vec<_> = items.iter().map(|it| it[0].1[0].text.as_str()).collect();
    assert_eq!(names, ["first", "second", "third"]);
}

#[test]
fn values_that_stand_against_each_other_are_both_shown_with_their_authors() {
    let mut record = record(&[("result", Value::Text("no_assets".into()))]);
    let values = values(&[("result", Value::Text("leads".into()))]);
    let (other, hash) = entry(2, 2, Change::FieldsChanged { values });
    record.apply(&other, hash);
    let Shown::Fact { values, .. } = &shown(&record)[0] else {
        panic!("result is a fact")
    };
    let both: Vec<_> = values
        .iter()
        .map(|it| (it.text.as_str(), it.by.as_deref()))
        .collect();
    assert_eq!(
        both,
        [
            ("No assets found", Some("officer 1")),
            ("Leads to follow", Some("officer 2"))
        ]
    );
}

#[test]
fn a_position_is_written_in_degrees_and_a_simulated_one_says_so() {
    let fix = |mock: bool| {
        let mut members = BTreeMap::from([
            ("acc_cm".to_owned(), Value::Int(801)),
            ("lat".to_owned(), Value::Int(228_367_845)),
            ("lon".to_owned(), Value::Int(-5)),
        ]);
        if mock {
            members.insert("mock".to_owned(), Value::Bool(true));
        }
        let record = record(&[("fix", Value::Map(members))]);
        match &shown(&record)[0] {
            Shown::Fact { values, .. } => values[0].text.clone(),
            Shown::List { .. } => panic!("a fix is a fact"),
        }
    };
    assert_eq!(
        fix(false),
        "22.83678, -0.00000, ±9 m".replace(", ±", " · ±")
    );
    assert!(fix(true).contains("simulated"));
}
