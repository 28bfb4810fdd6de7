//! 核对名册 over the real server: the samples by the real path from a phone to the board, people's
//! conclusions, and what a later list makes of both.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::unwrap_in_result,
    clippy::cast_possible_truncation,
    reason = "a crate of tests"
)]

mod support;

use chrono::DateTime;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use support::{Phone, Server, outcome, postgres, refused, run, skipped};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::journal::{Act, CaseRef, Change, Entry, Path};

/// The samples of this court, with what each must come to.
fn samples() -> Vec<Json> {
    let file = std::fs::read_to_string(list("records.json")).unwrap();
    let file: Json = serde_json::from_str(&file).unwrap();
    file["records"].as_array().unwrap().clone()
}

fn list(name: &str) -> PathBuf {
    let lists = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../demo/lists");
    lists.join(name)
}

const JULY: &str = "case-list-2019-07-01.gbk.csv";
const AUGUST: &str = "case-list-2019-08-01.xlsx";

fn import(server: &Server, name: &str) {
    run(&server.data, &["import", list(name).to_str().unwrap()]);
}

/// Somebody of the office.
fn clerk(server: &Server) {
    let args = [
        "user", "add", "--login", "zhao", "--name", "赵某", "--role", "clerk",
    ];
    run(&server.data, &args);
}

fn act(name: &str) -> Act {
    match name {
        "现场调查" => Act::Investigation,
        "财产勘察" => Act::AssetSurvey,
        "查封" => Act::Seal,
        "扣押" => Act::Removal,
        "搜查" => Act::Search,
        "财产保全" => Act::Preservation,
        "司法拘留" => Act::Detention,
        "拘传" => Act::ForcedAppearance,
        "送达" => Act::Service,
        "执行110/线索" => Act::Tip,
        other => panic!("{other}"),
    }
}

fn subject(n: usize) -> SubjectId {
    SubjectId::from_bytes([u8::try_from(n + 101).unwrap(); 16])
}

fn item(n: usize) -> String {
    hex::encode([u8::try_from(n + 1).unwrap(); 16])
}

/// Writes a sample as its officer would have recorded it, and seals it.
fn record(phone: &mut Phone, n: usize, sample: &Json) {
    let text = |name: &str| sample[name].as_str();
    let mut values: BTreeMap<Path, Value> = BTreeMap::new();
    let mut put = |path: &str, value: Value| {
        values.insert(Path::new(path).unwrap(), value);
    };
    let at = DateTime::parse_from_rfc3339(text("at").unwrap()).unwrap();
    put("t0", at.timestamp_millis().into());
    for (n, name) in sample["officers"].as_array().unwrap().iter().enumerate() {
        let name = name.as_str().unwrap();
        put(&format!("officers/{}/person", item(n)), name.into());
    }
    put("debtor/name", text("party").unwrap().into());
    if let Some(id) = text("party_id") {
        put("debtor/id_no", id.into());
    }
    if let Some(plate) = sample["asset"]["plate"].as_str() {
        put(&format!("assets/{}/plate", item(0)), plate.into());
    }
    let (lat, lon) = (&sample["place"]["lat_e7"], &sample["place"]["lng_e7"]);
    let fix = json!({"acc_cm": 800, "age_ms": 100, "lat": lat, "lon": lon, "provider": "gnss"});
    put(
        "fix",
        waiqin_protocol::canonical::read(fix.to_string().as_bytes()).unwrap(),
    );
    let open = Change::RecordOpened {
        act: act(text("kind").unwrap()),
        case: CaseRef {
            id: None,
            normal: text("normal").map(str::to_owned),
            pending: false,
            typed: text("number").unwrap().to_owned(),
        },
        values,
    };
    phone.write(subject(n), open);
    phone.seal(subject(n));
}

/// The board as the command prints it, by record.
fn board(server: &Server) -> BTreeMap<String, Json> {
    let said = run(&server.data, &["reconcile", "list", "--all", "--json"]);
    let said: Json = serde_json::from_str(&said).unwrap();
    let records = said["records"].as_array().unwrap().iter();
    // The figures are kept, not counted.
    let of = |waits: bool| {
        let some = |it: &&Json| it["waiting"].as_array().unwrap().is_empty() != waits;
        records.clone().filter(some).count()
    };
    assert_eq!(
        (&said["waiting"], &said["settled"]),
        (&of(true).into(), &of(false).into())
    );
    records
        .map(|it| (it["record"].as_str().unwrap().to_owned(), it.clone()))
        .collect()
}

fn strings(value: &Json) -> Vec<String> {
    let mut all: Vec<String> = value
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

/// Everything that the board says of the samples, against what is expected.
fn all_as_expected(server: &Server, samples: &[Json], which: &str) {
    let board = board(server);
    assert_eq!(board.len(), samples.len());
    let ids: BTreeMap<String, &str> = samples
        .iter()
        .enumerate()
        .map(|(n, it)| (subject(n).to_string(), it["id"].as_str().unwrap()))
        .collect();
    for (n, sample) in samples.iter().enumerate() {
        let expected = &sample["expect"][which];
        let found = &board[&subject(n).to_string()];
        let id = &sample["id"];
        for name in ["match", "case", "main"] {
            assert_eq!(found[name], expected[name], "{which} {id} {name}: {found}");
        }
        for name in ["findings", "candidates"] {
            assert_eq!(
                strings(&found[name]),
                strings(&expected[name]),
                "{which} {id} {name}"
            );
        }
        let mut other: Vec<&str> = strings(&found["other"]).iter().map(|it| ids[it]).collect();
        other.sort_unstable();
        assert_eq!(other, strings(&expected["other"]), "{which} {id}");
    }
}

async fn courts() -> Vec<Server> {
    let mut all = vec![Server::start()];
    match postgres() {
        Some(url) => all.push(Server::start_on_postgres(&url, &[]).await),
        None => skipped("reconciling on PostgreSQL", "WAIQIN_TEST_POSTGRES"),
    }
    all
}

/// A phone that holds the list of July and delivered every sample.
async fn delivered(server: &Server, samples: &[Json]) -> Phone {
    import(server, JULY);
    let mut phone = Phone::enrol(server, "wang", 1).await;
    phone.sync().await;
    for (n, sample) in samples.iter().enumerate() {
        record(&mut phone, n, sample);
    }
    phone.sync().await;
    phone
}

#[tokio::test]
async fn the_samples_by_the_real_path_and_by_try_come_out_exactly() {
    let samples = samples();
    for server in courts().await {
        let mut phone = delivered(&server, &samples).await;
        all_as_expected(&server, &samples, "first");
        import(&server, AUGUST);
        all_as_expected(&server, &samples, "second");
        // Delivered once more nothing is another; judged from nothing neither.
        phone.cursor = None;
        phone.sync().await;
        all_as_expected(&server, &samples, "second");
        let file = list("records.json");
        let args = [
            "reconcile",
            "try",
            file.to_str().unwrap(),
            "--made-against",
            "1",
            "--json",
        ];
        let tried: Json = serde_json::from_str(&run(&server.data, &args)).unwrap();
        for (sample, found) in samples.iter().zip(tried["records"].as_array().unwrap()) {
            let expected = &sample["expect"]["second"];
            assert_eq!(found["id"], sample["id"]);
            assert_eq!(found["match"], expected["match"]);
            assert_eq!(found["case"], expected["case"]);
            assert_eq!(strings(&found["findings"]), strings(&expected["findings"]));
            assert_eq!(
                strings(&found["candidates"]),
                strings(&expected["candidates"])
            );
            assert_eq!(strings(&found["other"]), strings(&expected["other"]));
        }
        server.verified();
    }
}

#[tokio::test]
async fn in_whichever_order_records_and_lists_come_the_board_says_the_same_of_now() {
    let samples = samples();
    let server = Server::start();
    import(&server, JULY);
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.sync().await;
    // Half before the list of August, half after it, made by a phone that has not heard of it.
    for (n, sample) in samples.iter().enumerate().rev() {
        record(&mut phone, n, sample);
        if n == samples.len() / 2 {
            let cursor = phone.cursor.clone();
            phone.sync().await;
            phone.cursor = cursor;
            import(&server, AUGUST);
        }
    }
    phone.sync().await;
    all_as_expected(&server, &samples, "second");
    server.verified();
}

/// Decides as the clerk; the words of a refusal.
fn decide(
    server: &Server,
    n: usize,
    question: &str,
    decision: &str,
    more: &[&str],
) -> Result<(), String> {
    let id = subject(n).to_string();
    let mut args = vec!["reconcile", "decide", id.as_str(), "--question", question];
    args.extend(["--decision", decision, "--by", "zhao"]);
    args.extend(more);
    match outcome(&server.data, &args) {
        (0, ..) => Ok(()),
        (_, _, told) => Err(told),
    }
}

fn waiting(row: &Json) -> Vec<String> {
    row["waiting"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["question"].as_str().unwrap().to_owned())
        .collect()
}

fn place_of(samples: &[Json], id: &str) -> usize {
    samples.iter().position(|it| it["id"] == id).unwrap()
}

#[tokio::test]
async fn conclusions_are_entries_that_a_later_list_adds_to_and_never_changes() {
    let samples = samples();
    for server in courts().await {
        let mut phone = delivered(&server, &samples).await;
        clerk(&server);
        let at = |id: &str| place_of(&samples, id);
        let (closed, unknown, differs) = (at("r03"), at("r22"), at("r20"));
        let row = |n: usize| board(&server)[&subject(n).to_string()].clone();
        let hash = row(closed)["hash"].clone();

        // What is missing is asked for, and nothing happens meanwhile.
        let why = decide(&server, closed, "CLOSED_BEFORE_ACT", "keep", &[]).unwrap_err();
        assert!(why.contains("理由"), "{why}");
        let why = decide(&server, unknown, "NOT_FOUND", "enter_number", &[]).unwrap_err();
        assert!(why.contains("案件"), "{why}");
        let nowhere = ["--case", "（2019）粤0115执99999号"];
        let why = decide(&server, unknown, "NOT_FOUND", "enter_number", &nowhere).unwrap_err();
        assert!(why.contains("案件"), "{why}");
        let why = decide(&server, closed, "STAYED", "keep", &["--reason", "x"]).unwrap_err();
        assert!(why.contains("情况已变"), "{why}");
        let why = decide(&server, closed, "CLOSED_BEFORE_ACT", "seen", &[]).unwrap_err();
        assert!(why.contains("情况已变"), "{why}");
        let older = ["--reason", "x", "--list", "7"];
        let why = decide(&server, closed, "CLOSED_BEFORE_ACT", "keep", &older).unwrap_err();
        assert!(why.contains("情况已变"), "{why}");
        refused(
            &server.data,
            &[
                "reconcile",
                "decide",
                "zz",
                "--question",
                "STAYED",
                "--decision",
                "keep",
                "--by",
                "zhao",
            ],
        );
        refused(
            &server.data,
            &[
                "reconcile",
                "decide",
                &subject(closed).to_string(),
                "--question",
                "CLOSED_BEFORE_ACT",
                "--decision",
                "keep",
                "--by",
                "wang",
                "--reason",
                "x",
            ],
        );
        assert_eq!(waiting(&row(closed)), ["CLOSED_BEFORE_ACT"]);

        // Decided, taken back, decided otherwise.
        let reason = ["--reason", "送达结案文书"];
        decide(&server, closed, "CLOSED_BEFORE_ACT", "keep", &reason).unwrap();
        assert!(waiting(&row(closed)).is_empty());
        decide(&server, closed, "CLOSED_BEFORE_ACT", "undo", &[]).unwrap();
        assert_eq!(waiting(&row(closed)), ["CLOSED_BEFORE_ACT"]);
        let nothing = decide(&server, closed, "CLOSED_BEFORE_ACT", "undo", &[]);
        assert!(nothing.is_err(), "there is nothing to take back");
        decide(&server, closed, "CLOSED_BEFORE_ACT", "return", &reason).unwrap();

        // Put into another case it is looked at there: the debtor fits no better, so it stays asked.
        let other = ["--case", "（2019）粤0115执1551号", "--reason", "案号抄错"];
        decide(&server, differs, "PARTY_DIFFERS", "other_case", &other).unwrap();
        let moved = row(differs);
        assert_eq!(moved["belongs"], "4401150000100260");
        assert_eq!(
            moved["case"], "4401150000100049",
            "the match is the machine's"
        );
        decide(&server, unknown, "NOT_FOUND", "wait", &[]).unwrap();
        assert!(waiting(&row(unknown)).is_empty());

        import(&server, AUGUST);
        // What rests on the same stays decided; what waited for this list is asked again.
        assert!(waiting(&row(closed)).is_empty(), "{}", row(closed));
        assert_eq!(row(closed)["hash"], hash, "the record is as it was sealed");
        assert_eq!(waiting(&row(unknown)), ["NOT_FOUND"]);
        assert_eq!(row(differs)["belongs"], "4401150000100260");
        let records = run(&server.data, &["records", "--json"]);
        let records: Json = serde_json::from_str(&records).unwrap();
        let one = records["records"].as_array().unwrap().iter();
        let one = one
            .clone()
            .find(|it| it["record"] == subject(closed).to_string())
            .unwrap();
        let standing = one["conclusions"].as_array().unwrap();
        assert_eq!(standing.len(), 1, "{one}");
        assert_eq!(standing[0]["decision"], "return");
        assert_eq!(standing[0]["list_version"], 1);

        // A list that was taken back: the decision stands by the list by which it was made.
        run(
            &server.data,
            &["rollback", "--version", "2", "--reason", "导错文件"],
        );
        assert!(waiting(&row(closed)).is_empty());

        // The phone hears of all of it, its own case or not.
        let told = concluded(&mut phone).await;
        assert_eq!(told[&subject(closed)], ["keep", "undo", "return"]);
        assert_eq!(told[&subject(unknown)], ["wait"]);
        assert_eq!(told[&subject(differs)], ["other_case"]);
        server.verified();
    }
}

/// What a phone hears of conclusions, by record.
async fn concluded(phone: &mut Phone) -> BTreeMap<SubjectId, Vec<String>> {
    let mut told: BTreeMap<SubjectId, Vec<String>> = BTreeMap::new();
    let answer = phone.sync().await;
    for bytes in &answer.others {
        let entry = Entry::from_bytes(bytes).unwrap();
        if let Change::Concluded { decision, .. } = entry.change {
            told.entry(entry.subject).or_default().push(decision);
        }
    }
    told
}

#[tokio::test]
async fn bad_files_to_try_are_refused_with_the_reason() {
    let server = Server::start();
    let file = server.data.with_file_name("tried.json");
    let args = [
        "reconcile",
        "try",
        file.to_str().unwrap(),
        "--made-against",
        "1",
    ];
    let refuses = |content: &[u8], word: &str| {
        std::fs::write(&file, content).unwrap();
        let told = refused(&server.data, &args);
        assert!(told.contains(word), "{told}");
    };
    refuses(b"{}", "尚未导入名册");
    import(&server, JULY);
    refuses(b"not json", "读不懂");
    refuses(b"{}", "records");
    let one = |change: &dyn Fn(&mut Json)| {
        let mut record = samples()[0].clone();
        change(&mut record);
        json!({ "records": [record] }).to_string().into_bytes()
    };
    refuses(&one(&|it| it["kind"] = "跳舞".into()), "跳舞");
    refuses(&one(&|it| it["at"] = "昨天".into()), "昨天");
    let twice = json!({ "records": [samples()[0], samples()[0]] });
    refuses(twice.to_string().as_bytes(), "两次");
    let told = refused(
        &server.data,
        &["reconcile", "try", "没有的文件", "--made-against", "1"],
    );
    assert!(told.contains("打不开"), "{told}");
    std::fs::write(&file, one(&|_| {})).unwrap();
    let newer = [
        "reconcile",
        "try",
        file.to_str().unwrap(),
        "--made-against",
        "2",
    ];
    assert!(refused(&server.data, &newer).contains("第 2 版"));
    // A number of any length, a party of any script: an outcome, never a panic.
    for number in [
        "",
        "（",
        "9",
        &"号".repeat(5000),
        "\u{202e}\u{0}'; DROP TABLE cases;--",
        "🀄",
    ] {
        std::fs::write(
            &file,
            one(&|it| {
                it["number"] = number.into();
                it["party"] = number.into();
            }),
        )
        .unwrap();
        run(&server.data, &args);
    }
}
