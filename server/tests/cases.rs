//! What comes down: the officer's cases, page by page, and only what changed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;
use support::{Answer, Phone, Server, run};
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::wire::sync::{CaseSheet, DownLine, Page};

/// A phone's view of its cases, kept by the rules of the wire alone.
#[derive(Default)]
struct View {
    cases: BTreeMap<String, CaseSheet>,
    /// Built beside the old one until no more pages wait.
    building: Option<BTreeMap<String, CaseSheet>>,
    pages: Vec<usize>,
}

impl View {
    fn apply(&mut self, answer: &Answer) {
        for line in &answer.lines {
            if let DownLine::Page(page) = line {
                self.pages.push(serde_json::to_vec(page).unwrap().len());
                self.apply_page(page);
            }
        }
        if !answer.end().more
            && let Some(built) = self.building.take()
        {
            self.cases = built;
        }
    }

    fn apply_page(&mut self, page: &Page) {
        if page.fresh {
            self.building = Some(BTreeMap::new());
        }
        let view = self.building.as_mut().unwrap_or(&mut self.cases);
        for id in &page.removed {
            view.remove(&id.0);
        }
        for case in &page.cases {
            view.insert(case.id.clone(), case.clone());
        }
    }
}

/// A list of `count` cases; `officer` says whose each is.
fn import(server: &Server, name: &str, count: usize, officer: impl Fn(usize) -> &'static str) {
    let mut list =
        String::from("案件标识,案号,立案日期,立案案由,申请执行人,被执行人,承办人,案件进展阶段\n");
    for n in 1..=count {
        writeln!(
            list,
            "A{n},（2019）粤0115执{n}号,2019-01-02,借款合同纠纷,某公司{n},张某{n},{},执行实施",
            officer(n)
        )
        .unwrap();
    }
    let file = server.data.join(name);
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

fn halves(n: usize) -> &'static str {
    if n.is_multiple_of(2) {
        "王法官"
    } else {
        "李法官"
    }
}

/// Syncs until no more pages wait; how often it asked.
async fn pull(phone: &mut Phone, view: &mut View) -> usize {
    for asked in 1.. {
        let answer = phone.sync().await;
        assert_eq!(answer.status, 200);
        view.apply(&answer);
        if !answer.end().more {
            return asked;
        }
    }
    unreachable!()
}

#[tokio::test]
async fn a_phone_gets_its_officers_cases_then_only_what_changed() {
    let server = Server::start();
    import(&server, "july.csv", 1000, halves);
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut view = View::default();
    assert_eq!(pull(&mut phone, &mut view).await, 1);
    assert_eq!(view.cases.len(), 500);
    assert!(view.cases.values().all(|case| case.officer == "王法官"));
    let case = &view.cases["A2"];
    assert_eq!(case.number, "（2019）粤0115执2号");
    assert_eq!(
        (case.kind.as_str(), case.cause.as_str()),
        ("执", "借款合同纠纷")
    );
    assert_eq!(case.debtors[0].name, "张某2");
    assert_eq!(case.filed_on.as_deref(), Some("2019-01-02"));

    let answer = phone.sync().await;
    assert!(
        !answer
            .lines
            .iter()
            .any(|line| matches!(line, DownLine::Page(_)))
    );

    // Case 4 goes to another officer, case 5 comes, case 1001 is new.
    import(&server, "august.csv", 1002, |n| match n {
        4 => "李法官",
        5 => "王法官",
        n => halves(n),
    });
    view.pages.clear();
    pull(&mut phone, &mut view).await;
    assert_eq!(view.cases.len(), 501);
    assert!(!view.cases.contains_key("A4") && view.cases.contains_key("A5"));
    assert!(view.cases.contains_key("A1002") && !view.cases.contains_key("A1001"));
    assert!(
        view.pages.iter().sum::<usize>() < 3000,
        "{:?} bytes for three changes",
        view.pages
    );
}

#[tokio::test]
async fn large_views_come_in_bounded_pages_over_several_answers() {
    let flags = ["--page-bytes-max", "65536", "--answer-bytes-max", "131072"];
    let server = Server::start_with(&flags);
    import(&server, "july.csv", 3000, halves);
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut view = View::default();
    let asked = pull(&mut phone, &mut view).await;
    assert!(asked > 1, "one answer brought everything");
    assert_eq!(view.cases.len(), 1500);
    assert!(
        view.pages.iter().all(|bytes| *bytes <= 65_536 + 200),
        "{:?}",
        view.pages
    );
    // A new list in the middle of a first pull.
    let mut late = Phone::enrol(&server, "wang", 2).await;
    let mut view = View::default();
    let first = late.sync().await;
    assert!(first.end().more);
    view.apply(&first);
    assert!(
        view.cases.is_empty(),
        "the old view stands until the new one is whole"
    );
    import(&server, "august.csv", 3000, |n| {
        if n <= 20 { "李法官" } else { halves(n) }
    });
    pull(&mut late, &mut view).await;
    assert_eq!(view.cases.len(), 1490);
}

#[tokio::test]
async fn a_cursor_that_is_unknown_brings_a_whole_new_view() {
    let server = Server::start();
    import(&server, "july.csv", 20, halves);
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut view = View::default();
    pull(&mut phone, &mut view).await;
    let good = phone.cursor.clone().unwrap();
    let (number, rest) = good.split_once('.').unwrap();
    for cursor in [
        String::new(),
        "nonsense".into(),
        format!("{}.{rest}", number.parse::<u64>().unwrap() + 50),
        format!(
            "{number}.0000000000000000.{}",
            rest.split_once('.').unwrap().1
        ),
        format!("{}x", good),
        format!("{good}.!!"),
    ] {
        phone.cursor = Some(cursor.clone());
        let answer = phone.sync().await;
        let fresh = answer
            .lines
            .iter()
            .any(|line| matches!(line, DownLine::Page(p) if p.fresh));
        assert!(fresh, "{cursor}");
        let mut view = View::default();
        view.apply(&answer);
        assert_eq!(view.cases.len(), 10, "{cursor}");
    }
    phone.cursor = Some(good);
    let answer = phone.sync().await;
    assert!(
        !answer
            .lines
            .iter()
            .any(|line| matches!(line, DownLine::Page(_)))
    );
}

/// Entries of others that an answer brings, by their journals.
fn others(answer: &Answer) -> Vec<JournalId> {
    let pages = answer.lines.iter().filter_map(|line| match line {
        DownLine::Page(page) => Some(page.entries.iter().map(|mark| mark.journal)),
        _ => None,
    });
    pages.flatten().collect()
}

#[tokio::test]
async fn what_others_bring_while_a_phone_pushes_comes_with_its_next_sync() {
    let server = Server::start();
    let mut slow = Phone::enrol(&server, "wang", 1).await;
    let mut quick = Phone::enrol(&server, "wang", 2).await;
    quick.open_record(1, "一", None);
    quick.sync().await;
    slow.open_record(2, "二", None);
    slow.open_record(3, "三", None);
    // The first piece is taken in; the second is on its way while the other phone comes and goes.
    let whole = slow.body(slow.sync_head(), 1);
    let second = whole.len() - whole.len() / 4;
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(4);
    sender.send(Ok(whole[..second].to_vec())).await.unwrap();
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|item| (item, receiver))
    });
    let request = slow
        .client
        .post(format!("{}/api/v1/sync", slow.url))
        .bearer_auth(&slow.token)
        .body(reqwest::Body::wrap_stream(stream));
    let pushing = tokio::spawn(request.send());
    let taken = || {
        let report = server.verified();
        let journals = report["journals"].as_array().unwrap().clone();
        let own = slow.journal.to_string();
        let own = journals.iter().find(|it| it["id"] == own.as_str());
        own.unwrap()["seq"].as_u64().unwrap()
    };
    while taken() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if pushing.is_finished() {
            let answer = pushing.await.unwrap().unwrap();
            panic!("{} {}", answer.status(), answer.text().await.unwrap());
        }
    }
    quick.open_record(4, "四", None);
    quick.sync().await;
    sender.send(Ok(whole[second..].to_vec())).await.unwrap();
    drop(sender);
    let answer = support::read_answer(pushing.await.unwrap().unwrap()).await;
    slow.learn(&answer);
    assert_eq!(slow.from(), slow.end());
    assert_eq!(others(&answer), [quick.journal], "what was there before");
    assert!(!answer.end().more);
    assert_eq!(
        others(&slow.sync().await),
        [quick.journal],
        "what came since"
    );
    assert_eq!(others(&slow.sync().await), []);
    // Nobody else came between: the cursor is the newest at once.
    slow.open_record(5, "五", None);
    let answer = slow.sync().await;
    assert_eq!(slow.position(), answer.end().position);
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_take_it() {
    let server = Server::start();
    import(&server, "july.csv", 400, halves);
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let answer = phone.sync().await;
    assert_eq!(answer.encoding.as_deref(), Some("zstd"));
    assert!(answer.bytes < 20_000, "{} bytes", answer.bytes);
    phone.cursor = None;
    let plain = phone
        .client
        .post(format!("{}/api/v1/sync", phone.url))
        .bearer_auth(&phone.token)
        .body(phone.body(phone.sync_head(), 10))
        .send()
        .await
        .unwrap();
    let plain = support::read_answer(plain).await;
    assert_eq!(plain.encoding, None);
    assert!(plain.bytes > 4 * answer.bytes);
    assert_eq!(plain.end().cursor, answer.end().cursor);
}

#[tokio::test]
async fn a_beacon_comes_when_asked_and_limits_when_they_changed() {
    let mut server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut head = phone.sync_head();
    head.beacon = true;
    let answer = phone.send(phone.body(head.clone(), 10), None).await;
    let beacon = |answer: &Answer| {
        answer.lines.iter().find_map(|line| {
            if let DownLine::Beacon(beacon) = line {
                Some(beacon.clone())
            } else {
                None
            }
        })
    };
    let first = beacon(&answer).unwrap();
    first.verify(&phone.server_key).unwrap();
    let again = beacon(&phone.send(phone.body(head, 10), None).await).unwrap();
    assert_ne!(first.body.nonce, again.body.nonce);
    assert!(
        !answer
            .lines
            .iter()
            .any(|line| matches!(line, DownLine::Limits(_)))
    );
    server.stop();
    let flags = ["--evidence-bytes-max", "1000000"];
    let told = async |phone: &mut Phone, server: &Server| {
        phone.url = server.http.clone();
        let answer = phone.sync().await;
        let limits = answer.lines.into_iter().find_map(|line| match line {
            DownLine::Limits(limits) => Some(limits),
            _ => None,
        });
        limits.map(|l| (l.version, l.evidence_bytes_max))
    };
    let mut again = Server::serve(&server.data, &flags);
    assert_eq!(told(&mut phone, &again).await, Some((2, 1_000_000)));
    // Commands run without the flags of `serve`, and with others: only what is served is told.
    run(&again.data, &["verify"]);
    run(&again.data, &["records", "--evidence-bytes-max", "2000000"]);
    run(&again.data, &["reconcile", "list"]);
    again.stop();
    let again = Server::serve(&server.data, &flags);
    assert_eq!(told(&mut phone, &again).await, Some((2, 1_000_000)));
}

#[tokio::test]
async fn records_find_their_case_by_id_number_or_later_list() {
    let server = Server::start();
    import(&server, "july.csv", 10, halves);
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.open_record(50, "2019粤0115执2号", Some("（2019）粤0115执2号"));
    phone.open_record(51, "（2019）粤0115执11号", Some("（2019）粤0115执11号"));
    phone.sync().await;
    let matched = || {
        let report = server.verified();
        assert_eq!(report["records"], 2);
        let url = format!(
            "sqlite://{}?mode=ro",
            server.data.join("waiqin.db").display()
        );
        async move {
            use sqlx::{Connection, Row};
            sqlx::any::install_default_drivers();
            let mut db = sqlx::AnyConnection::connect(&url).await.unwrap();
            let rows = sqlx::query("SELECT case_id FROM records ORDER BY subject")
                .fetch_all(&mut db)
                .await
                .unwrap();
            rows.iter()
                .map(|row| row.get::<Option<String>, _>(0))
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(matched().await, [Some("A2".to_owned()), None]);
    import(&server, "august.csv", 11, halves);
    assert_eq!(
        matched().await,
        [Some("A2".to_owned()), Some("A11".to_owned())]
    );
}

#[test]
fn a_number_that_means_several_cases_exports_none_of_them() {
    let server = Server::start();
    import(&server, "july.csv", 10, halves);
    let to = server.data.with_file_name("export");
    let export = |case: &str| {
        let args = ["export", "case", case, "--to", to.to_str().unwrap()];
        support::outcome(&server.data, &args)
    };
    let (code, _, said) = export("（2019）粤0115执2、3号");
    assert!(code == 1 && said.contains("没有案件"), "{said}");
    assert!(!to.exists());
    assert_eq!(export("(2019)粤0115执2号").0, 0);
    assert!(to.exists());
}
