//! 上交: a phone that no line reaches, or that was revoked, hands in as a file, and the receipts go
//! back. Real programs at both ends; only the intake that is repeated for every byte of a package runs
//! in this process. The oracle is what was typed, the bytes on the court's disk, and the phone's page.

use crate::court::{Court, server, server_says, sync, work};
use crate::host::{self, Host, PIN};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use waiqin_server::config::Settings;
use waiqin_server::{Config, SystemClock};

/// A phone's folder, and what its command line needs.
struct Phone {
    dir: PathBuf,
    officer: String,
    pin_file: PathBuf,
}

impl Phone {
    fn in_folder(dir: PathBuf, officer: &str) -> Self {
        let pin_file = dir.with_extension("pin");
        std::fs::write(&pin_file, PIN).unwrap();
        Self {
            dir,
            officer: officer.to_owned(),
            pin_file,
        }
    }

    fn run(&self, args: &[&str]) -> std::process::Output {
        let [command, rest @ ..] = args else {
            panic!("which command?")
        };
        Command::new(host::program())
            .arg(command)
            .arg("--dir")
            .arg(&self.dir)
            .args(["--officer", &self.officer, "--pin-file"])
            .arg(&self.pin_file)
            .args(rest)
            .output()
            .unwrap()
    }

    fn says(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {error}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn hand_in(&self, to: &Path) -> Value {
        self.says(&["hand-in", "--to", to.to_str().unwrap()])
    }

    fn take(&self, receipts: &Path) -> Value {
        self.says(&["take-receipts", "--from", receipts.to_str().unwrap()])
    }

    /// What the page says in its truth line.
    fn status(&self, ticket: &str) -> String {
        let mut host = Host::start(&self.dir, ticket);
        host.unlock(&self.officer);
        let status = host.door.get("/status").unwrap().body;
        host.quit();
        let status: Value = serde_json::from_str(&status).unwrap();
        status["side"].as_str().unwrap().to_owned()
    }
}

fn take_in(data: &Path, package: &Path) -> Value {
    let said = server(data, &["hand-in", package.to_str().unwrap(), "--json"]);
    serde_json::from_str(&said).unwrap()
}

fn journal_of(data: &Path) -> Value {
    let list: Value = serde_json::from_str(&server(data, &["device", "list", "--json"])).unwrap();
    list[0].clone()
}

fn revoke(data: &Path) {
    let journal = journal_of(data)["journal"].as_str().unwrap().to_owned();
    server(data, &["device", "revoke", "--journal", &journal]);
}

/// Every file under a folder with its SHA-256.
fn files(dir: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            let hash = hex::encode(Sha256::digest(std::fs::read(&path).unwrap()));
            into.push((path, hash));
        }
    }
    into.sort();
}

fn evidence_on_disk(data: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&data.join("evidence"), &mut found);
    found
}

async fn opened(data: &Path) -> waiqin_server::Court {
    let config = Config::load(data, Settings::default()).unwrap();
    waiqin_server::Court::open(&config, Arc::new(SystemClock))
        .await
        .unwrap()
}

/// Everything that an intake could change: log, journals, evidence.
async fn state(court: &waiqin_server::Court, data: &Path) -> String {
    let db = court.db();
    format!(
        "{:?} {:?} {:?} {:?}",
        db.log_position().await.unwrap(),
        db.journals().await.unwrap(),
        db.whole_uploads().await.unwrap(),
        evidence_on_disk(data),
    )
}

#[tokio::test]
async fn a_revoked_phone_hands_in_and_its_page_shows_nothing_waiting_once_the_receipts_are_back() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    let (ticket, officer) = court.ticket();
    let data = dir.path().join("court");
    let phone = Phone::in_folder(dir.path().join("1"), &officer);
    let mut host = Host::start(&phone.dir, &ticket);
    host.enrol(&ticket);
    work(&host, "大岗");
    sync(&mut host);
    let before = evidence_on_disk(&data);
    let here = journal_of(&data)["seq"].as_u64().unwrap();
    // The line is gone; then the phone is revoked.
    work(&host, "东涌镇");
    work(&host, "榄核镇");
    host.quit();
    revoke(&data);
    assert_ne!(phone.status(&ticket), "法院均已签收");

    let package = dir.path().join("上交.wqpack");
    let held = phone.hand_in(&package);
    assert_eq!(held["evidence"], 2, "{held}");
    let said = take_in(&data, &package);
    assert_eq!(said["ok"], true, "{said}");
    assert_eq!(said["evidence"]["new"], 2, "{said}");
    let [journal] = said["journals"].as_array().unwrap().as_slice() else {
        panic!("{said}");
    };
    assert_eq!(journal["after"].as_u64(), Some(here));
    assert_eq!(journal["new"], held["entries"]);
    assert_eq!(journal["revoked"], true);

    // The photos lie in the court by their hashes, byte for byte.
    let now = evidence_on_disk(&data);
    assert_eq!(now.len(), before.len() + 2);
    for typed in ["大岗", "东涌镇", "榄核镇"] {
        let hash = hex::encode(Sha256::digest(typed.as_bytes()));
        let object = now
            .iter()
            .find(|(path, _)| path.file_name().unwrap().to_str() == Some(&hash));
        assert_eq!(object.unwrap().1, hash, "{typed}");
    }
    // The entries are those of the phone's journal, and every one of them is held.
    let export = dir.path().join("export");
    phone.says(&["export", "--to", export.to_str().unwrap()]);
    let written = std::fs::read_to_string(export.join("journal.ndjson")).unwrap();
    let written: Vec<&str> = written.lines().collect();
    let list = journal_of(&data);
    assert_eq!(list["seq"].as_u64(), Some(written.len() as u64));
    assert_eq!(list["announced"], list["seq"]);
    let inside = opened(&data).await;
    let id = list["journal"].as_str().unwrap().parse().unwrap();
    let kept = inside.db().entries_after(id, 0, 10_000).await.unwrap();
    let kept: Vec<&str> = kept
        .iter()
        .map(|it| std::str::from_utf8(&it.bytes).unwrap())
        .collect();
    assert_eq!(kept, written);
    let runs = inside.db().verdicts(id, here, u64::MAX >> 1).await.unwrap();
    let held: Vec<String> = runs
        .iter()
        .map(|run| format!("{}-{} {:?}", run.from, run.to, run.verdict))
        .collect();
    assert_eq!(held, [format!("{}-{} Held", here + 1, written.len())]);
    court.verified();

    // The same package again is nothing new, and gives the same receipts.
    let first = std::fs::read_to_string(dir.path().join("上交.wqreceipts")).unwrap();
    let quiet = state(&inside, &data).await;
    let again = take_in(&data, &package);
    assert_eq!(again["evidence"]["new"], 0, "{again}");
    assert_eq!(again["evidence"]["known"], 2, "{again}");
    assert_eq!(again["journals"][0]["new"], 0, "{again}");
    assert_eq!(state(&inside, &data).await, quiet);
    let receipts = dir.path().join("上交.wqreceipts");
    let second = std::fs::read_to_string(&receipts).unwrap();
    let without_seal = |text: &str| text.trim_end().rsplit_once('\n').unwrap().0.to_owned();
    assert_eq!(without_seal(&first), without_seal(&second));

    let taken = phone.take(&receipts);
    assert_eq!(taken["entries"], journal["new"]);
    assert_eq!(taken["evidence"], 2);
    assert_eq!(phone.status(&ticket), "法院均已签收");
}

#[tokio::test]
async fn a_package_that_lost_or_changed_any_byte_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("court");
    let court = Court::open(&data);
    let (ticket, officer) = court.ticket();
    let phone = Phone::in_folder(dir.path().join("1"), &officer);
    let mut host = Host::start(&phone.dir, &ticket);
    host.enrol(&ticket);
    work(&host, "大岗");
    host.quit();
    let package = dir.path().join("a.wqpack");
    phone.hand_in(&package);
    let whole = std::fs::read(&package).unwrap();
    let inside = opened(&data).await;
    let before = state(&inside, &data).await;
    let bad = dir.path().join("bad.wqpack");
    let refused = async |bytes: &[u8], what: String| {
        std::fs::write(&bad, bytes).unwrap();
        let taken = waiqin_server::api::hand_in::take_in(&inside, &bad, None).await;
        assert!(taken.is_err(), "{what}");
    };
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= if at % 2 == 0 { 1 } else { 0x80 };
        refused(&flipped, format!("byte {at}")).await;
        refused(&whole[..at], format!("cut at {at}")).await;
    }
    refused(&[&whole[..], b"x"].concat(), "a byte more".to_owned()).await;
    assert_eq!(state(&inside, &data).await, before);
    // None of these was refused for a reason of its own.
    let done = waiqin_server::api::hand_in::take_in(&inside, &package, None)
        .await
        .unwrap();
    assert!(done.is_new() && done.is_whole());
    court.verified();
}

#[test]
fn another_court_another_key_and_another_file_are_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let (data, elsewhere) = (dir.path().join("court"), dir.path().join("other"));
    let court = Court::open(&data);
    let (ticket, officer) = court.ticket();
    let phone = Phone::in_folder(dir.path().join("1"), &officer);
    let mut host = Host::start(&phone.dir, &ticket);
    host.enrol(&ticket);
    work(&host, "大岗");
    host.quit();
    let package = dir.path().join("a.wqpack");
    phone.hand_in(&package);
    let file = package.to_str().unwrap();
    let other = Court::open(&elsewhere);
    let refusals = |data: &Path, file: &str| {
        let [zh, en] = ["zh", "en"].map(|lang| {
            let (code, _, error) = server_says(data, &["--lang", lang, "hand-in", file]);
            assert_eq!(code, 1);
            error
        });
        format!("{zh}{en}")
    };
    let said = refusals(&elsewhere, file);
    assert!(
        said.contains("另一台服务器") && said.contains("another server"),
        "{said}"
    );
    let said = refusals(&data, ticket.as_str());
    assert!(
        said.contains("无法读取") && said.contains("cannot be read"),
        "{said}"
    );
    let said = refusals(&data, phone.pin_file.to_str().unwrap());
    assert!(
        said.contains("不是") && said.contains("no hand-in package"),
        "{said}"
    );
    // The court's recovery key was exchanged since the phone was enrolled.
    let key = data.join("keys/recovery.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::write(
        &key,
        std::fs::read(elsewhere.join("keys/recovery.key")).unwrap(),
    )
    .unwrap();
    let said = refusals(&data, file);
    assert!(said.contains("recovery.key"), "{said}");
    std::fs::write(&key, kept).unwrap();
    // A phone takes no receipts of another court, nor of another phone.
    let receipts = dir.path().join("a.wqreceipts");
    assert_eq!(take_in(&data, &package)["ok"], true);
    let (ticket, officer) = other.ticket();
    let stranger = Phone::in_folder(dir.path().join("2"), &officer);
    let mut host = Host::start(&stranger.dir, &ticket);
    host.enrol(&ticket);
    host.quit();
    let refused = stranger.run(&["take-receipts", "--from", receipts.to_str().unwrap()]);
    assert!(!refused.status.success());
    assert_eq!(phone.take(&receipts)["evidence"], 1);
}

/// A copy that was restored, worked on and then revoked: sync would never certify the journal that has
/// to follow.
#[test]
fn a_revoked_copy_hands_in_its_branch_and_the_journal_that_follows_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("court");
    let court = Court::open(&data);
    let (ticket, officer) = court.ticket();
    let first = Phone::in_folder(dir.path().join("1"), &officer);
    let copy = Phone::in_folder(dir.path().join("2"), &officer);
    let mut host = Host::start(&first.dir, &ticket);
    host.enrol(&ticket);
    work(&host, "大岗");
    sync(&mut host);
    host.quit();
    let copied = Command::new("cp")
        .arg("-a")
        .args([&first.dir, &copy.dir])
        .status();
    assert!(copied.unwrap().success());
    let mut host = Host::start(&first.dir, &ticket);
    host.unlock(&officer);
    work(&host, "东涌");
    sync(&mut host);
    host.quit();
    let mut host = Host::start(&copy.dir, &ticket);
    host.unlock(&officer);
    work(&host, "黄阁");
    host.quit();
    revoke(&data);

    let package = dir.path().join("1.wqpack");
    copy.hand_in(&package);
    let said = take_in(&data, &package);
    assert_eq!(said["journals"][0]["heads"], "fork", "{said}");
    assert_eq!(said["evidence"]["new"], 1, "{said}");
    let taken = copy.take(&dir.path().join("1.wqreceipts"));
    assert_eq!(taken["new_journal"], true, "{taken}");
    // The officer worked on in the new journal before he came to the office again.
    let mut host = Host::start(&copy.dir, &ticket);
    host.unlock(&officer);
    work(&host, "横沥");
    host.quit();
    let package = dir.path().join("2.wqpack");
    copy.hand_in(&package);
    let said = take_in(&data, &package);
    let [parent, next] = said["journals"].as_array().unwrap().as_slice() else {
        panic!("{said}");
    };
    assert_eq!(
        (&parent["opened"], &next["opened"]),
        (&false.into(), &true.into())
    );
    assert_eq!(next["revoked"], true, "behind a revoked journal: {said}");
    assert_eq!(said["ok"], true, "{said}");
    copy.take(&dir.path().join("2.wqreceipts"));
    assert_eq!(copy.status(&ticket), "法院均已签收");
    let report = court.verified();
    let journals = report["journals"].as_array().unwrap();
    assert_eq!(journals.len(), 2, "{report}");
    let forked: u64 = journals.iter().filter_map(|it| it["forked"].as_u64()).sum();
    assert_eq!(forked, 3, "the branch lies beside the chain: {report}");
    assert_eq!(report["evidence"]["count"], 4, "{report}");
    let again = take_in(&data, &package);
    assert_eq!(again["journals"][1]["opened"], false, "{again}");
}

#[test]
fn the_page_writes_a_package_and_takes_the_receipts_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("court");
    let court = Court::open(&data);
    let (ticket, _) = court.ticket();
    let mut host = Host::start(&dir.path().join("1"), &ticket);
    host.enrol(&ticket);
    let photo = vec![b'x'; 700_000];
    let record = work(&host, "大岗");
    host.door.photo(&record, "院墙", &photo).unwrap();
    let page = host.door.get("/hand-in").unwrap();
    assert!(page.body.contains("2 张"), "{}", page.body);
    let bytes = host.door.download("/hand-in", &[("scope", "undelivered")]);
    let package = dir.path().join("a.wqpack");
    std::fs::write(&package, bytes).unwrap();
    let said = take_in(&data, &package);
    assert_eq!(
        (&said["ok"], &said["evidence"]["new"]),
        (&true.into(), &2.into())
    );
    let receipts = std::fs::read(dir.path().join("a.wqreceipts")).unwrap();
    let mut forged = receipts.clone();
    let at = forged.len() / 2;
    forged[at] ^= 1;
    for bad in [&forged[..], &receipts[..at], b""] {
        let refused = host.door.upload("/hand-in/receipts", "receipts", bad);
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains("没有收下") || refused.body.contains("没有收到"));
    }
    let page = host.door.get("/hand-in").unwrap();
    assert!(
        page.body.contains("2 张"),
        "nothing was counted: {}",
        page.body
    );
    let taken = host.door.upload("/hand-in/receipts", "receipts", &receipts);
    assert_eq!(taken.status, 200, "{}", taken.body);
    let status = host.door.get("/status").unwrap().body;
    assert!(status.contains("法院均已签收"), "{status}");
    // The line is back: nothing is sent again, and the phone goes on by sync.
    work(&host, "榄核");
    sync(&mut host);
    assert_eq!(court.verified()["evidence"]["count"], 3);
}
