//! What the office decides, and verdicts that come later than their entries: over the real server,
//! whose own `verify` folds everything again.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::unwrap_in_result,
    clippy::cast_possible_truncation,
    reason = "a crate of tests"
)]

mod support;

use support::desk::{Desk, hidden};
use support::{Phone, Server, postgres, refused, run, skipped};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{EntryHash, SubjectId};
use waiqin_protocol::journal::{Change, Path, entry_hash};
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// Somebody of the office at the console.
async fn sign_in(server: &Server, role: &str) -> Desk {
    let password = server.data.with_file_name("password");
    std::fs::write(&password, "内勤的口令 2019").unwrap();
    run(
        &server.data,
        &[
            "user",
            "add",
            "--login",
            "zhao",
            "--name",
            "赵某",
            "--role",
            role,
            "--password-file",
            password.to_str().unwrap(),
        ],
    );
    Desk::sign_in(&server.http, "zhao", "内勤的口令 2019").await
}

fn place(value: &str) -> Change {
    Change::FieldsChanged {
        values: [(Path::new("place").unwrap(), Value::from(value))].into(),
    }
}

/// Hash of a phone's newest entry.
fn newest(phone: &Phone) -> EntryHash {
    entry_hash(phone.entries.last().unwrap())
}

/// The verdict on an entry as an answer says it.
fn verdict_on(answer: &support::Answer, seq: u64) -> Option<(Verdict, Option<VerdictReason>, u64)> {
    let runs = answer.verdicts();
    let run = runs.iter().find(|it| (it.from..=it.to).contains(&seq))?;
    Some((run.verdict, run.reason, run.number))
}

async fn courts() -> Vec<Server> {
    let mut all = vec![Server::start()];
    match postgres() {
        Some(url) => all.push(Server::start_on_postgres(&url, &[]).await),
        None => skipped("the office on PostgreSQL", "WAIQIN_TEST_POSTGRES"),
    }
    all
}

#[tokio::test]
async fn what_waited_for_another_phone_stands_when_that_one_comes() {
    for server in courts().await {
        let mut wang = Phone::enrol(&server, "wang", 1).await;
        let mut li = Phone::enrol(&server, "li", 2).await;
        let subject = wang.open_record(101, "x", None);
        let opened = newest(&wang);
        wang.write(subject, place("大岗"));
        let moved = newest(&wang);

        // Li saw both on Wang's phone; his own phone is the first at the office.
        let early = li.write_after(subject, Some(opened), place("榄核"));
        let other = li.open_record(102, "y", None);
        let later = li.write_after(subject, Some(moved), place("东涌"));
        let answer = li.sync().await;
        let held = |reason| Some((Verdict::Held, Some(reason)));
        let on = |answer: &support::Answer, seq| verdict_on(answer, seq).map(|it| (it.0, it.1));
        assert_eq!(on(&answer, early), held(VerdictReason::NoRecord));
        assert_eq!(on(&answer, later), held(VerdictReason::AfterHeld));
        li.learn(&answer);
        let quiet = li.sync().await;
        assert!(quiet.verdicts().is_empty(), "nothing changed: {quiet:?}");

        wang.sync().await;
        let answer = li.sync().await;
        let first = verdict_on(&answer, early).expect("the early entry is judged again");
        let second = verdict_on(&answer, later).expect("so is the later one");
        assert_eq!(first.0, Verdict::Contested, "大岗 was not seen by it");
        assert_eq!(second.0, Verdict::Accepted, "by then everything was seen");
        assert!(first.2 <= second.2);
        assert_eq!(
            verdict_on(&answer, li_opened(&li, other)),
            None,
            "it stood before"
        );
        li.learn(&answer);
        assert!(li.sync().await.verdicts().is_empty());
        server.verified();
    }
}

/// Number of the entry that opened a record.
fn li_opened(phone: &Phone, subject: SubjectId) -> u64 {
    let id = format!("\"subject\":\"{subject}\"");
    let at = phone
        .entries
        .iter()
        .position(|bytes| std::str::from_utf8(bytes).unwrap().contains(&id));
    at.unwrap() as u64 + 1
}

#[tokio::test]
async fn the_office_decides_between_two_officers_and_its_word_stands_in_a_journal() {
    for server in courts().await {
        let mut wang = Phone::enrol(&server, "wang", 1).await;
        let mut li = Phone::enrol(&server, "li", 2).await;
        let subject = wang.open_record(101, "x", None);
        let opened = newest(&wang);
        wang.write(subject, place("大岗"));
        li.write_after(subject, Some(opened), place("榄核<b>"));
        wang.sync().await;
        li.sync().await;

        let mut clerk = sign_in(&server, "clerk").await;
        assert!(
            clerk
                .page("/decisions")
                .await
                .contains(&subject.to_string())
        );
        let address = format!("/records/{subject}");
        let page = clerk.page(&address).await;
        assert!(
            page.contains("榄核&#60;b&#62;") || page.contains("榄核&lt;b&gt;"),
            "{page}"
        );
        let candidates = hidden(&page, "candidates");
        let chosen = newest(&li).to_string();
        let path = format!("{address}/decide");
        let choice = |reason: &str, chosen: &str| {
            vec![
                ("path".to_owned(), "place".to_owned()),
                ("candidates".to_owned(), candidates.clone()),
                ("chosen".to_owned(), chosen.to_owned()),
                ("reason".to_owned(), reason.to_owned()),
            ]
        };
        for (reason, chosen, said) in [
            ("  ", chosen.as_str(), "请写明理由"),
            ("以照片为准", "", "请在这些值中选定一个"),
        ] {
            let fields = choice(reason, chosen);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            let answer = clerk.post(&path, &page, &fields).await;
            let (status, page) = (answer.status, answer.page);
            assert_eq!(status, 200);
            assert!(page.contains(said), "{page}");
        }
        let fields = choice("以照片为准", &chosen);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        let status = clerk.post(&path, &page, &fields).await.status;
        assert_eq!(status, 303);
        let after = clerk.page(&address).await;
        assert!(
            after.contains("以照片为准") && after.contains("赵某"),
            "{after}"
        );
        assert!(
            !after.contains("name=\"candidates\""),
            "nothing is contested any more"
        );
        assert!(
            !clerk
                .page("/decisions")
                .await
                .contains(&subject.to_string())
        );

        // The same form once more: the values it shows stand no longer.
        let answer = clerk.post(&path, &page, &fields).await;
        let (status, again) = (answer.status, answer.page);
        assert_eq!(status, 200);
        assert!(again.contains("未作裁定"), "{again}");

        let report = server.verified();
        let journals = report["journals"].as_array().unwrap();
        assert_eq!(journals.len(), 3, "two phones and the office: {report}");
        // Phones do not list the office among devices.
        assert_eq!(
            clerk
                .page("/devices")
                .await
                .matches("data-go=\"/devices/")
                .count(),
            2
        );
    }
}

#[tokio::test]
async fn what_a_revoked_phone_handed_in_stands_once_it_is_released() {
    for server in courts().await {
        let mut wang = Phone::enrol(&server, "wang", 1).await;
        wang.sync().await;
        let journal = wang.journal.to_string();
        run(&server.data, &["device", "revoke", "--journal", &journal]);
        wang.open_session().await;
        let subject = wang.open_record(101, "x", None);
        wang.write(subject, place("大岗"));
        let answer = wang.sync().await;
        let held = Some((Verdict::Held, Some(VerdictReason::Revoked)));
        assert_eq!(verdict_on(&answer, 3).map(|it| (it.0, it.1)), held);

        let mut clerk = sign_in(&server, "command").await;
        assert!(
            clerk
                .page("/decisions")
                .await
                .contains(&format!("/decisions/{journal}"))
        );
        let path = format!("/decisions/{journal}");
        let page = clerk.page(&path).await;
        let entries = hidden(&page, "entries");
        assert_eq!(entries.split(',').count(), 2);
        let forged = format!("{entries},{}", "0".repeat(64));
        for (entries, reason, status, said) in [
            (entries.as_str(), "", 200, "请写明理由"),
            (forged.as_str(), "已核对", 200, "未放行"),
            ("x", "已核对", 200, "未放行"),
            (entries.as_str(), "手机找回，人与机均核对", 303, ""),
            (entries.as_str(), "再来一次", 200, "未放行"),
        ] {
            let fields = [("entries", entries), ("reason", reason)];
            let answer = clerk.post(&path, &page, &fields).await;
            let (code, after) = (answer.status, answer.page);
            assert_eq!(code, status, "{reason}: {after}");
            assert!(after.contains(said), "{reason}: {after}");
        }
        let record = clerk.page(&format!("/records/{subject}")).await;
        assert!(record.contains("大岗"), "{record}");
        server.verified();
    }
}

#[tokio::test]
async fn what_forked_stands_once_it_is_released_and_what_was_written_after_it_too() {
    for server in courts().await {
        let mut wang = Phone::enrol(&server, "wang", 1).await;
        let subject = wang.open_record(101, "x", None);
        wang.sync().await;
        // A copy of the phone is put back; both write entry 3.
        let mut copy = Phone::unenrolled(&server.http, wang.officer, 1).await;
        copy.entries = wang.entries.clone();
        copy.open_session().await;
        wang.write(subject, place("大岗"));
        wang.sync().await;
        copy.write(subject, place("榄核"));
        let fork = newest(&copy);
        copy.sync().await;
        // Another phone had seen what the copy wrote.
        let mut li = Phone::enrol(&server, "li", 2).await;
        let after = Change::FieldsChanged {
            values: [(Path::new("course").unwrap(), Value::from("敲门"))].into(),
        };
        let seq = li.write_after(subject, Some(fork), after);
        let answer = li.sync().await;
        let held = Some((Verdict::Held, Some(VerdictReason::UnknownBase)));
        assert_eq!(verdict_on(&answer, seq).map(|it| (it.0, it.1)), held);
        li.learn(&answer);
        server.verified();

        let mut clerk = sign_in(&server, "command").await;
        let path = format!("/decisions/{}", wang.journal);
        let page = clerk.page(&path).await;
        let entries = hidden(&page, "entries");
        assert_eq!(entries, fork.to_string());
        let fields = [("entries", entries.as_str()), ("reason", "两份都看过")];
        let answer = clerk.post(&path, &page, &fields).await;
        let (status, after) = (answer.status, answer.page);
        assert_eq!(status, 303, "{after}");
        let record = clerk.page(&format!("/records/{subject}")).await;
        for value in ["大岗", "榄核", "敲门"] {
            assert!(record.contains(value), "{value}: {record}");
        }
        // The later one by its journal takes the place of the earlier: nobody else wrote between.
        assert!(verdict_on(&li.sync().await, seq).is_some_and(|it| it.0 == Verdict::Accepted));
        server.verified();
    }
}

/// Only the entry beside the chain names it: what it is owed and shown by is that entry alone.
#[tokio::test]
async fn a_photo_that_a_fork_names_is_waited_for_and_shown_once_it_is_released_and_here() {
    for server in courts().await {
        let mut wang = Phone::enrol(&server, "wang", 1).await;
        let subject = wang.open_record(101, "x", None);
        wang.sync().await;
        let mut copy = Phone::unenrolled(&server.http, wang.officer, 1).await;
        copy.entries = wang.entries.clone();
        copy.open_session().await;
        wang.write(subject, place("大岗"));
        wang.sync().await;
        let mut clerk = sign_in(&server, "command").await;
        let nothing = clerk.page("/undelivered").await;
        let photo = b"a door that the copy saw";
        let hash = copy.name_evidence(subject, photo).to_string();
        copy.sync().await;
        let short = &format!("{} {}", &hash[..4], &hash[4..8]);
        assert!(!nothing.contains(short));
        let waited = clerk.page("/undelivered").await;
        assert!(waited.contains(short), "no page for {short}: {waited}");

        let path = format!("/decisions/{}", wang.journal);
        let page = clerk.page(&path).await;
        let entries = hidden(&page, "entries");
        let fields = [("entries", entries.as_str()), ("reason", "两份都看过")];
        assert_eq!(clerk.post(&path, &page, &fields).await.status, 303);
        let waited = clerk.page("/undelivered").await;
        let href = format!("/records/{subject}/evidence/{hash}");
        assert!(waited.contains("门牌 1.jpg") && waited.contains(&href));
        clerk.page(&href).await;

        let upload = copy.create(photo).await;
        assert_eq!(copy.patch(&upload, 0, photo).await.status(), 204);
        let original = clerk.page(&format!("/evidence/{hash}")).await;
        assert_eq!(original.as_bytes(), photo);
        assert!(!clerk.page("/undelivered").await.contains(short));

        // The journal in which the office released it is no phone's.
        let report = server.verified();
        let journals = report["journals"].as_array().unwrap();
        let phone = wang.journal.to_string();
        let office = journals.iter().find(|it| it["id"] != phone.as_str());
        let office = office.unwrap()["id"].as_str().unwrap();
        let listed = run(&server.data, &["device", "list"]);
        assert!(listed.contains(&phone) && !listed.contains(office));
        refused(&server.data, &["device", "revoke", "--journal", office]);
    }
}

#[tokio::test]
async fn what_an_older_server_could_not_read_stands_once_the_newer_one_opens() {
    use sqlx::Connection;
    let mut server = Server::start();
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let subject = wang.open_record(101, "x", None);
    wang.write(subject, place("大岗"));
    wang.sync().await;
    server.stop();
    // As an older server would have left it.
    sqlx::any::install_default_drivers();
    let file = server.data.join("waiqin.db");
    let url = format!("sqlite://{}?mode=rw", file.display());
    let mut db = sqlx::AnyConnection::connect(&url).await.unwrap();
    for sql in [
        "UPDATE entries SET verdict = 'held', reason = 'unknown_version' WHERE seq = 2",
        "UPDATE entries SET verdict = 'held', reason = 'after_held' WHERE seq = 3",
        "DELETE FROM records",
        "DELETE FROM digests",
    ] {
        sqlx::query(sql).execute(&mut db).await.unwrap();
    }
    db.close().await.unwrap();
    let server = Server::serve(&server.data, &[]);
    wang.url = server.http.clone();
    let answer = wang.sync().await;
    for seq in [2, 3] {
        let (verdict, reason, number) = verdict_on(&answer, seq).unwrap();
        assert_eq!((verdict, reason), (Verdict::Accepted, None));
        assert!(number > 2, "with a row of its own");
    }
    assert_eq!(server.verified()["records"], 1);
}
