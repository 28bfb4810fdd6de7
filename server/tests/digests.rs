//! Digests over the real server: whatever comes into an officer's view or leaves it, what the court says
//! at the end of an answer is what a phone holds that applied it; while others write all the time too.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::unwrap_in_result,
    clippy::wildcard_enum_match_arm,
    reason = "a crate of tests"
)]

mod support;

use std::collections::BTreeMap;
use support::{Answer, Phone, Server, line, run};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{CaseId, EntryHash, SubjectId};
use waiqin_protocol::journal::{CaseRef, Change, Path, entry_hash};
use waiqin_protocol::wire::compare::{Compare, DigestAsk, Digests};
use waiqin_protocol::wire::sync::{DownLine, EntryMark, SyncHead, UpLine};

const WANG: &str = "王法官";
const LI: &str = "李法官";
const NUMBERS: [&str; 2] = ["（2019）粤0115执101号", "（2019）粤0115执102号"];

/// What a phone holds of others, by the rules of the wire alone: record, row, number → hash and case.
#[derive(Default)]
struct Held(BTreeMap<(SubjectId, u64, u64), (EntryHash, Option<CaseId>)>);

impl Held {
    fn put(&mut self, mark: &EntryMark) {
        let key = (mark.subject, mark.number, mark.seq);
        self.0.insert(key, (mark.hash, mark.case.clone()));
    }

    fn apply(&mut self, answer: &Answer) {
        for line in &answer.lines {
            match line {
                DownLine::Page(page) => {
                    if page.fresh {
                        self.0.clear();
                    }
                    let gone = |case: &Option<CaseId>| {
                        page.removed.iter().any(|it| Some(it) == case.as_ref())
                    };
                    self.0.retain(|_, (_, case)| !gone(case));
                    page.entries.iter().for_each(|mark| self.put(mark));
                }
                DownLine::Refetched(again) if again.case.is_some() => {
                    let of = again.case.clone().filter(|case| !case.0.is_empty());
                    self.0.retain(|_, (_, case)| *case != of);
                    again.entries.iter().for_each(|mark| self.put(mark));
                }
                _ => {}
            }
        }
    }

    /// The sum modulo 2^256 of the hashes, added digit by digit.
    fn sum(&self) -> String {
        let mut sum = [0u32; 32];
        for (hash, _) in self.0.values() {
            let mut carry = 0;
            for at in (0..32).rev() {
                let digit = sum[at] + u32::from(hash.as_bytes()[at]) + carry;
                (sum[at], carry) = (digit % 256, digit / 256);
            }
        }
        sum.iter().map(|digit| format!("{digit:02x}")).collect()
    }
}

async fn ask(phone: &mut Phone, held: &mut Held, compare: Compare) -> Option<Digests> {
    let head = SyncHead {
        compare: Some(Box::new(compare)),
        ..phone.sync_head()
    };
    let body = phone.body(head, 1000);
    let answer = phone.send(body, None).await;
    phone.learn(&answer);
    held.apply(&answer);
    answer.lines.into_iter().find_map(|line| match line {
        DownLine::Digests(digests) => Some(digests),
        _ => None,
    })
}

fn whole() -> Compare {
    Compare {
        digests: Some(DigestAsk::Whole),
        ..Compare::default()
    }
}

/// The court says what the phone holds, so many entries.
async fn agrees(phone: &mut Phone, held: &mut Held, count: usize) {
    let Some(Digests::Whole(digest)) = ask(phone, held, whole()).await else {
        panic!("nothing was committed meanwhile");
    };
    assert_eq!(digest.to_string(), held.sum());
    assert_eq!(held.0.len(), count, "{:?}", held.0);
}

fn import(server: &Server, officers: [&str; 2]) {
    let mut list =
        String::from("案件标识,案号,立案日期,立案案由,申请执行人,被执行人,承办人,案件进展阶段\n");
    for (at, officer) in officers.iter().enumerate() {
        let (id, number) = (["A", "B"][at], NUMBERS[at]);
        list.push_str(&format!(
            "{id},{number},2019-01-02,借款合同纠纷,某公司,张某,{officer},执行实施\n"
        ));
    }
    let file = server.data.with_file_name("list.csv");
    std::fs::write(&file, list).unwrap();
    run(
        &server.data,
        &[
            "import",
            file.to_str().unwrap(),
            "--force",
            "测试清单",
            "--json",
        ],
    );
}

fn place(value: &str) -> Change {
    Change::FieldsChanged {
        values: [(Path::new("place").unwrap(), Value::from(value))].into(),
    }
}

#[tokio::test]
async fn whatever_comes_into_view_or_leaves_it_the_court_says_what_the_phone_holds() {
    let server = Server::start();
    import(&server, [WANG, LI]);
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    let mut held = Held::default();
    agrees(&mut wang, &mut held, 0).await;

    // Another writes on a case of his, and on one that is not.
    let mine = other.open_record(101, NUMBERS[0], Some(NUMBERS[0]));
    let first = entry_hash(other.entries.last().unwrap());
    other.open_record(102, NUMBERS[1], Some(NUMBERS[1]));
    other.sync().await;
    agrees(&mut wang, &mut held, 1).await;
    // His own entries are no part of it; a contest on them changes nothing of others.
    wang.write_after(mine, Some(first), place("大岗"));
    other.write(mine, place("榄核"));
    other.sync().await;
    agrees(&mut wang, &mut held, 2).await;

    // An old case is assigned to him, and taken away again.
    import(&server, [WANG, WANG]);
    agrees(&mut wang, &mut held, 3).await;
    import(&server, [WANG, LI]);
    agrees(&mut wang, &mut held, 2).await;

    // Held until its base comes.
    let mut third = Phone::enrol(&server, "li", 3).await;
    third.open_record(103, NUMBERS[0], Some(NUMBERS[0]));
    let base = entry_hash(third.entries.last().unwrap());
    let late = SubjectId::from_bytes([103; 16]);
    other.write_after(late, Some(base), place("东涌"));
    other.sync().await;
    agrees(&mut wang, &mut held, 2).await;
    third.sync().await;
    agrees(&mut wang, &mut held, 4).await;

    // A record is named anew: into his view, and out of it, which no page tells.
    let case = |number: &str| CaseRef {
        normal: Some(number.to_owned()),
        typed: number.to_owned(),
        ..CaseRef::default()
    };
    let named = |number| Change::CaseNamed { case: case(number) };
    other.write(SubjectId::from_bytes([102; 16]), named(NUMBERS[0]));
    other.sync().await;
    agrees(&mut wang, &mut held, 6).await;
    other.write(mine, named(NUMBERS[1]));
    other.sync().await;
    let said = ask(&mut wang, &mut held, whole()).await.unwrap();
    assert_ne!(said, Digests::Whole(held.sum().parse().unwrap()));
    let again = Compare {
        refetch: vec![CaseId("A".into())],
        ..Compare::default()
    };
    ask(&mut wang, &mut held, again).await;
    agrees(&mut wang, &mut held, 4).await;
    server.verified();
}

#[tokio::test]
async fn a_phone_that_lost_an_entry_finds_the_case_and_gets_it_and_its_own_entries_again() {
    let server = Server::start();
    import(&server, [WANG, WANG]);
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    for (at, number) in NUMBERS.iter().enumerate() {
        let subject = 101 + u8::try_from(at).unwrap();
        let subject = other.open_record(subject, number, Some(number));
        for n in 0..5 {
            other.write(subject, place(&format!("{n}")));
        }
    }
    other.sync().await;
    let own = wang.open_record(110, NUMBERS[0], Some(NUMBERS[0]));
    let own_seq = wang.write(own, place("大岗"));
    let mut held = Held::default();
    agrees(&mut wang, &mut held, 12).await;
    let lost = *held.0.keys().next().unwrap();
    let (_, case) = held.0.remove(&lost).unwrap();
    let case = case.unwrap();

    let Some(Digests::Buckets(buckets)) = ask(
        &mut wang,
        &mut held,
        Compare {
            digests: Some(DigestAsk::Buckets),
            ..Compare::default()
        },
    )
    .await
    else {
        panic!("buckets were asked for");
    };
    let cases = DigestAsk::Cases(buckets.keys().copied().collect());
    let compare = Compare {
        digests: Some(cases),
        ..Compare::default()
    };
    let Some(Digests::Cases { cases, .. }) = ask(&mut wang, &mut held, compare).await else {
        panic!("cases were asked for");
    };
    let names: Vec<&str> = cases.keys().map(|case| case.0.as_str()).collect();
    assert_eq!(names, ["A", "B"]);
    let compare = Compare {
        lost: vec![(own_seq, own_seq)],
        refetch: vec![case.clone()],
        ..Compare::default()
    };
    let head = SyncHead {
        compare: Some(Box::new(compare)),
        ..wang.sync_head()
    };
    let answer = wang.send(wang.body(head, 10), None).await;
    let refetched: Vec<_> = answer
        .lines
        .iter()
        .filter_map(|line| match line {
            DownLine::Refetched(again) => Some(again),
            _ => None,
        })
        .collect();
    assert_eq!(refetched.len(), 2);
    assert_eq!(refetched[0].case.as_ref(), Some(&case));
    assert_eq!((refetched[0].entries.len(), refetched[0].last), (6, true));
    assert_eq!(refetched[1].case, None);
    assert_eq!(refetched[1].entries[0].seq, own_seq);
    assert_eq!(
        refetched[1].entries[0].hash,
        entry_hash(wang.entries.last().unwrap())
    );
    held.apply(&answer);
    agrees(&mut wang, &mut held, 12).await;

    // Of a case that left his scope he gets nothing, whatever he asks.
    import(&server, [LI, LI]);
    let again = Compare {
        refetch: vec![case],
        ..Compare::default()
    };
    ask(&mut wang, &mut held, again).await;
    agrees(&mut wang, &mut held, 0).await;
    // More than one request may ask for is refused.
    let compare = Compare {
        refetch: vec![CaseId("A".into()); 17],
        ..Compare::default()
    };
    let head = SyncHead {
        compare: Some(Box::new(compare)),
        ..wang.sync_head()
    };
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(head)));
    assert_eq!(wang.send(body, None).await.status, 400);
    server.verified();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn others_who_write_meanwhile_never_raise_a_false_alarm() {
    let server = Server::start();
    import(&server, [WANG, WANG]);
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let mut tasks = Vec::new();
    for n in 2..5 {
        let mut other = Phone::enrol(&server, "li", n).await;
        tasks.push(tokio::spawn(async move {
            let number = NUMBERS[usize::from(n) % 2];
            let subject = other.open_record(100 + n, number, Some(number));
            for at in 0..40 {
                other.write(subject, place(&format!("{at}")));
                other.sync().await;
            }
        }));
    }
    let mut held = Held::default();
    let (mut said, mut unsaid, mut sums) = (0, 0, Vec::new());
    while tasks.iter().any(|task| !task.is_finished()) {
        match ask(&mut wang, &mut held, whole()).await {
            Some(Digests::Whole(digest)) => {
                assert_eq!(digest.to_string(), held.sum());
                sums.push(digest);
                said += 1;
            }
            Some(other) => panic!("{other:?}"),
            None => unsaid += 1,
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    sums.dedup();
    println!(
        "{said} said, of which {} differ; {unsaid} withheld",
        sums.len()
    );
    agrees(&mut wang, &mut held, 123).await;
    server.verified();
}
