//! `backup` while the server serves, `restore` elsewhere, what phones do then; and `doctor`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod support;

use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::{Phone, Server, command, outcome, refused, run};
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::journal::LogPosition;
use waiqin_protocol::wire::evidence::EvidenceState;
use waiqin_protocol::wire::sync::{DownLine, Heads};
use waiqin_server::db::Db;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn backup(server: &Server, to: &Path, flags: &[&str]) -> Value {
    let args = [&["backup", "--json", "--to", text(to)], flags].concat();
    serde_json::from_str(&run(&server.data, &args)).unwrap()
}

fn restore(from: &Path, data: &Path, flags: &[&str]) -> (i32, String, String) {
    let args = [&["restore", "--from", text(from)], flags].concat();
    outcome(data, &args)
}

fn verify(data: &Path) -> Value {
    serde_json::from_str(&outcome(data, &["verify", "--json"]).1).unwrap()
}

fn object(folder: &Path, hash: EvidenceHash) -> PathBuf {
    let text = hash.to_string();
    folder.join("evidence/objects").join(&text[..2]).join(text)
}

/// One more record with a photo, all of it acknowledged.
async fn deliver(phone: &mut Phone, n: u8) -> EvidenceHash {
    let record = phone.open_record(n, "x", None);
    let photo = vec![n; 30_000 + usize::from(phone.journal.as_bytes()[0])];
    let hash = phone.name_evidence(record, &photo);
    let body = phone.body(phone.sync_head(), 1);
    let answer = phone.send(body, None).await;
    phone.learn(&answer);
    upload(phone, hash, &photo).await;
    hash
}

async fn upload(phone: &Phone, hash: EvidenceHash, photo: &[u8]) {
    let path = phone.create(photo).await;
    assert_eq!(phone.patch(&path, 0, photo).await.status(), 204);
    let status = phone.status(hash).await;
    assert_eq!(status.items[0].state, EvidenceState::Received);
}

/// What phones are told: where the log ended in the backup, a place of the running log.
async fn told_safe(server: &Server, phone: &Phone) -> LogPosition {
    let db = Db::open_sqlite(&server.data).await.unwrap();
    let safe = db.safe_position().await.unwrap().unwrap();
    assert!(db.knows_position(&safe).await.unwrap());
    assert!(safe.number < db.log_position().await.unwrap().number);
    db.close().await;
    let mut head = phone.sync_head();
    head.limits = 0;
    let told = phone.send(phone.body(head, 9), None).await.lines;
    assert!(told.contains(&DownLine::Safe(safe)), "{told:?}");
    safe
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_busy_server_is_a_prefix_and_phones_bring_the_rest_again() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let (to, elsewhere) = (dir.path().join("disk/backup"), dir.path().join("new/court"));
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let first = deliver(&mut wang, 1).await;

    // Another phone pushes from before the backup until after it.
    let mut li = Phone::enrol(&server, "li", 2).await;
    let done = Arc::new(AtomicBool::new(false));
    let over = done.clone();
    let pushing = tokio::spawn(async move {
        let mut n = 0;
        while n < 200 && (n < 5 || !over.load(Ordering::Relaxed)) {
            n += 1;
            deliver(&mut li, n).await;
        }
        (li, n)
    });
    let (data, target) = (server.data.clone(), to.clone());
    let made = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(100));
        run(
            &data,
            &["backup", "--json", "--with-keys", "--to", text(&target)],
        )
    });
    let made: Value = serde_json::from_str(&made.await.unwrap()).unwrap();
    done.store(true, Ordering::Relaxed);
    let (mut li, pushed) = pushing.await.unwrap();
    // What is in no backup: more of both phones.
    let last = deliver(&mut wang, 2).await;
    deliver(&mut li, 250).await;
    let running = server.verified();

    let safe = told_safe(&server, &wang).await;
    assert_eq!(made["position"], serde_json::to_value(safe).unwrap());

    let (code, said, error) = restore(&to, &elsewhere, &[]);
    assert_eq!((code, error.as_str()), (0, ""), "{said}");
    let restored = verify(&elsewhere);
    assert_eq!(restored["ok"], true, "{restored}");
    assert_eq!(restored["log"]["number"], safe.number + 1, "{restored}");
    for journal in restored["journals"].as_array().unwrap() {
        let phone = if journal["id"] == wang.journal.to_string() {
            &wang
        } else {
            &li
        };
        let seq = journal["seq"].as_u64().unwrap() as usize;
        assert!(seq < phone.entries.len());
        assert_eq!(journal["link"], phone.head_at(seq).link.to_string());
    }
    println!(
        "backup at log {} of {}, {} of {} pieces of evidence; {pushed} pushes went on",
        safe.number, running["log"]["number"], made["evidence"], running["evidence"]["count"]
    );

    // The phones meet the restored server.
    let again = Server::serve(&elsewhere, &[]);
    for phone in [&mut wang, &mut li] {
        phone.url = again.http.clone();
        let ended = phone.send(phone.body(phone.sync_head(), 9), None).await;
        assert_eq!((ended.status, ended.code()), (401, "unauthorised"));
        phone.open_session().await;
        let answer = phone.send(phone.body(phone.sync_head(), 9), None).await;
        assert_eq!(answer.standing().heads, Heads::ServerRolledBack);
        phone.open_session().await;
        phone.receipt = None;
        phone.cursor = None;
        let answer = phone.sync().await;
        assert_eq!(answer.standing().heads, Heads::Same);
        assert_eq!(phone.from(), phone.end());
    }
    let state = |status: waiqin_protocol::wire::evidence::StatusAnswer| status.items[0].state;
    // Read again from where the restore put it.
    assert_eq!(state(wang.status(first).await), EvidenceState::Verified);
    assert_eq!(state(wang.status(last).await), EvidenceState::Unknown);
    for (phone, n) in [(&wang, 2)].into_iter().chain((1..=250).map(|n| (&li, n))) {
        let photo = vec![n; 30_000 + usize::from(phone.journal.as_bytes()[0])];
        let hash = EvidenceHash::from_bytes(waiqin_protocol::suite::sha256(&photo));
        let named = n == 250 || n <= pushed || phone.journal == wang.journal;
        if named && state(phone.status(hash).await) == EvidenceState::Unknown {
            upload(phone, hash, &photo).await;
        }
    }
    let whole = again.verified();
    for what in ["entries", "records"] {
        assert_eq!(whole[what], running[what], "{what}");
    }
    for what in ["count", "bytes", "receipts"] {
        assert_eq!(whole["evidence"][what], running["evidence"][what], "{what}");
    }
    let heads = |report: &Value| -> Vec<(Value, Value)> {
        let journals = report["journals"].as_array().unwrap();
        let head = |it: &Value| (it["id"].clone(), it["link"].clone());
        journals.iter().map(head).collect()
    };
    assert_eq!(heads(&whole), heads(&running));
}

#[tokio::test]
async fn what_is_there_is_not_copied_again_and_rot_in_the_backup_is_healed() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("backup");
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let first = deliver(&mut wang, 1).await;
    let made = backup(&server, &to, &[]);
    assert_eq!((&made["copied"], &made["evidence"]), (&1.into(), &1.into()));
    deliver(&mut wang, 2).await;
    let made = backup(&server, &to, &[]);
    assert_eq!((&made["copied"], &made["evidence"]), (&1.into(), &2.into()));
    std::fs::write(object(&to, first), "rot").unwrap();
    let made = backup(&server, &to, &[]);
    assert_eq!((&made["copied"], &made["evidence"]), (&1.into(), &2.into()));
    let snapshots = std::fs::read_dir(&to).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("snapshot-")
    });
    assert_eq!(snapshots.count(), 1, "the former snapshot is gone");
    let mode = std::fs::metadata(&to).unwrap().permissions().mode();
    assert_eq!(
        mode & 0o077,
        0,
        "a backup holds what the court knows of people"
    );

    // Evidence that is gone on the server stays in the backup; what is in neither is named.
    let third = deliver(&mut wang, 3).await;
    std::fs::remove_file(object(&server.data, first)).unwrap();
    std::fs::write(object(&server.data, third), "rot").unwrap();
    let before = made["position"].clone();
    let (code, said, _) = outcome(&server.data, &["backup", "--json", "--to", text(&to)]);
    let made: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(code, 1);
    assert_eq!(made["evidence"], 2);
    assert_eq!(made["lacking"], serde_json::json!([third]));
    let db = Db::open_sqlite(&server.data).await.unwrap();
    let safe = db.safe_position().await.unwrap().unwrap();
    assert_eq!(
        serde_json::to_value(safe).unwrap(),
        before,
        "no phone is told"
    );
    let (code, said, _) = restore(
        &to,
        &dir.path().join("new"),
        &["--keys", text(&server.data.join("keys"))],
    );
    assert!(code == 0 && said.contains(&third.to_string()), "{said}");
    let report = verify(&dir.path().join("new"));
    assert_eq!(report["evidence"]["bad"], serde_json::json!([third]));
}

#[tokio::test]
async fn a_backup_that_is_not_whole_or_not_this_servers_is_refused_and_leaves_nothing() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let (to, new) = (dir.path().join("backup"), dir.path().join("new"));
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let hash = deliver(&mut wang, 1).await;
    let made = backup(&server, &to, &[]);
    let keys = server.data.join("keys");
    let keys = ["--keys", text(&keys)];
    let nothing = |flags: &[&str]| {
        let (code, _, error) = restore(&to, &new, flags);
        assert_eq!(code, 1);
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{error}");
        error
    };
    // Without keys, or with those of somebody else.
    assert!(nothing(&[]).contains("--keys"));
    let other = Server::start();
    nothing(&["--keys", text(&other.data.join("keys"))]);
    // Evidence that rotted: refused, unless it is said that it may be.
    let photo = std::fs::read(object(&to, hash)).unwrap();
    std::fs::write(object(&to, hash), &photo[1..]).unwrap();
    assert!(nothing(&keys).contains(&hash.to_string()));
    let rest = dir.path().join("rest");
    let (code, said, _) = restore(&to, &rest, &[&keys[..], &["--incomplete"]].concat());
    assert!(code == 0 && said.contains(&hash.to_string()), "{said}");
    std::fs::remove_dir_all(&rest).unwrap();
    std::fs::write(object(&to, hash), &photo).unwrap();
    // A changed byte of the database.
    let file = to
        .join(made["snapshot"].as_str().unwrap())
        .join("waiqin.db");
    let mut bytes = std::fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert!(nothing(&keys).contains("waiqin.db"));
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    // Cut off before the manifest.
    let manifest = to.join("MANIFEST.json");
    let kept = std::fs::read(&manifest).unwrap();
    std::fs::remove_file(&manifest).unwrap();
    assert!(nothing(&keys).contains("MANIFEST.json"));
    std::fs::write(&manifest, kept).unwrap();
    // A folder that holds a server, for either.
    let (code, ..) = restore(&to, &server.data, &keys);
    assert_eq!(code, 1);
    refused(&server.data, &["backup", "--to", text(&other.data)]);
    refused(&other.data, &["backup", "--to", text(&to)]);
    // And after all of this it is still good.
    assert_eq!(restore(&to, &new, &keys).0, 0);
    assert_eq!(verify(&new)["ok"], true);
    // A server that was restored does not write over the newer backup of its former life.
    deliver(&mut wang, 2).await;
    backup(&server, &to, &[]);
    let error = refused(&new, &["backup", "--to", text(&to)]);
    assert!(error.contains(text(&to)), "{error}");
    run(&new, &["backup", "--to", text(&dir.path().join("own"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_killed_at_any_moment_leaves_the_former_one_or_itself() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("backup");
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    deliver(&mut wang, 1).await;
    backup(&server, &to, &["--with-keys"]);
    for n in 2..=13 {
        deliver(&mut wang, n).await;
        let mut child = command(&server.data, &["backup", "--with-keys", "--to", text(&to)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(u64::from(n) * 17));
        child.kill().unwrap();
        child.wait().unwrap();
        let new = dir.path().join(format!("new{n}"));
        let (code, _, error) = restore(&to, &new, &[]);
        assert_eq!(code, 0, "{error}");
        let report = verify(&new);
        assert_eq!(report["ok"], true, "{report}");
        let seq = report["journals"][0]["seq"].as_u64().unwrap() as usize;
        assert_eq!(
            report["journals"][0]["link"],
            wang.head_at(seq).link.to_string()
        );
    }
    let made = backup(&server, &to, &["--with-keys"]);
    assert_eq!(made["evidence"], 13);
}

#[tokio::test]
async fn a_court_on_postgresql_keeps_its_database_by_its_own_tools() {
    let Some(url) = support::postgres() else {
        return support::skipped("backup on PostgreSQL", "WAIQIN_TEST_POSTGRES=postgres://…");
    };
    let server = Server::start_on_postgres(&url, &[]).await;
    let dir = tempfile::tempdir().unwrap();
    let (to, new) = (dir.path().join("backup"), dir.path().join("new"));
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let hash = deliver(&mut wang, 1).await;
    let made = backup(&server, &to, &["--with-keys"]);
    assert_eq!(made["database"], false);
    let (code, said, error) = restore(&to, &new, &[]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(said.contains("pg_restore"), "{said}");
    assert_eq!(std::fs::read(object(&new, hash)).unwrap().len(), 30_001);
    assert!(!new.join("waiqin.db").exists());
    let (code, said, _) = outcome(&server.data, &["doctor"]);
    assert_eq!(code, 0, "{said}");
}

/// Changes the court's database past its program, which kept a copy of the audit log beside it; how
/// many rows that has.
async fn touch(server: &Server, sql: &'static str) -> i64 {
    use sqlx::{Connection, Row};
    let url = format!("sqlite://{}", server.data.join("waiqin.db").display());
    let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for sql in [
        "CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM audit",
        sql,
    ] {
        sqlx::query(sql).execute(&mut db).await.unwrap();
    }
    let row = sqlx::query("SELECT COUNT(*) FROM audit")
        .fetch_one(&mut db)
        .await
        .unwrap();
    row.get(0)
}

#[tokio::test]
async fn doctor_says_what_is_wrong_and_what_to_do() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    let hash = deliver(&mut wang, 1).await;
    let doctor = || {
        let (code, said, _) = outcome(&server.data, &["doctor", "--json"]);
        let report: Value = serde_json::from_str(&said).unwrap();
        let trouble = report["findings"].as_array().unwrap().iter();
        let trouble = trouble.filter(|it| it["severity"] != "well");
        let trouble: Vec<String> = trouble
            .map(|it| {
                assert!(!it["todo"].as_str().unwrap().is_empty(), "{it}");
                format!(
                    "{} {}",
                    it["severity"].as_str().unwrap(),
                    it["check"].as_str().unwrap()
                )
            })
            .collect();
        (code, trouble.join(", "))
    };
    assert_eq!(doctor(), (1, "warning backup".into()));
    let (code, said, _) = outcome(Path::new("/nowhere/court"), &["doctor", "--json"]);
    assert!(code == 2 && said.contains("folder"), "{said}");
    backup(&server, &dir.path().join("backup"), &[]);
    assert_eq!(doctor(), (0, String::new()));
    for (lang, word) in [("zh", "正常"), ("en", "well")] {
        let (code, said, _) = outcome(&server.data, &["doctor", "--lang", lang]);
        assert!(code == 0 && said.contains(word), "{said}");
    }
    let (rows, of) = (touch(&server, "").await, |text: &str| text.to_owned());
    assert!(rows > 3);
    for (sql, back, named) in [
        (
            "UPDATE audit SET at_ms = at_ms + 1 WHERE number = 2",
            "UPDATE audit SET at_ms = at_ms - 1 WHERE number = 2",
            of("row 2 does not fit"),
        ),
        (
            "DELETE FROM audit WHERE number = 3",
            "INSERT INTO audit SELECT * FROM kept WHERE number = 3",
            of("row 3 is gone"),
        ),
        (
            "DELETE FROM audit WHERE number = (SELECT MAX(number) FROM audit)",
            "INSERT INTO audit SELECT * FROM kept WHERE number = (SELECT MAX(number) FROM kept)",
            format!("row {rows} is gone"),
        ),
        (
            "UPDATE audit SET act = (SELECT k.act FROM kept k WHERE k.number = 3 - audit.number), hash = (SELECT k.hash FROM kept k WHERE k.number = 3 - audit.number) WHERE number IN (1, 2)",
            "UPDATE audit SET act = (SELECT k.act FROM kept k WHERE k.number = audit.number), hash = (SELECT k.hash FROM kept k WHERE k.number = audit.number) WHERE number IN (1, 2)",
            of("row 1 does not fit; audit log: row 2 does not fit"),
        ),
    ] {
        touch(&server, sql).await;
        assert_eq!(doctor(), (2, "error chains".into()), "{sql}");
        let (_, said, _) = outcome(&server.data, &["doctor", "--lang", "en"]);
        assert!(said.contains(&named), "{sql}: {said}");
        touch(&server, back).await;
    }
    assert_eq!(doctor(), (0, String::new()));
    let key = server.data.join("keys/server.key");
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(doctor(), (2, "error keys".into()));
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::write(object(&server.data, hash), "short").unwrap();
    assert_eq!(doctor(), (2, "error evidence".into()));
    let settings = server.data.join("waiqin.toml");
    std::fs::write(&settings, "nonsense = 1").unwrap();
    std::fs::remove_file(server.data.join("keys/tls.key")).unwrap();
    assert_eq!(doctor(), (2, "error tls, error settings".into()));
    std::fs::write(&settings, "").unwrap();
    std::fs::write(server.data.join("waiqin.db"), "no database").unwrap();
    let (code, said) = doctor();
    assert!(code == 2 && said.contains("error database"), "{said}");
}
