//! The folder of a real phone is copied, and both go on: a real court keeps both branches, and
//! either phone works on. Once the copy that is behind, once the one that forked.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests, which uses a part of the host"
)]

#[path = "../../mobile-bindings/ui/tests/real/host.rs"]
mod host;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use host::Host;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Court {
    child: Child,
    data: PathBuf,
    url: String,
}

impl Court {
    fn open(data: &Path) -> Self {
        server(data, &["init", "--court", "某法院", "--code", "粤0115"]);
        let user = [
            "user",
            "add",
            "--login",
            "wang",
            "--name",
            "王某",
            "--list-name",
            "王某",
            "--role",
            "officer",
        ];
        server(data, &user);
        let mut child = Command::new(program())
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self {
            child,
            data: data.to_owned(),
            url: format!("http://{}", ready["http"].as_str().unwrap()),
        }
    }

    /// A ticket for loopback, and the officer's id.
    fn ticket(&self) -> (String, String) {
        let said = server(&self.data, &["device", "code", "--login", "wang", "--json"]);
        let said: Value = serde_json::from_str(&said).unwrap();
        let text = said["ticket"].as_str().unwrap();
        let json = BASE64
            .decode(text.strip_prefix("waiqin1:").unwrap())
            .unwrap();
        let mut ticket: Value = serde_json::from_slice(&json).unwrap();
        ticket["url"] = self.url.as_str().into();
        ticket.as_object_mut().unwrap().remove("tls");
        let officer = said["officer"].as_str().unwrap().to_owned();
        (
            format!("waiqin1:{}", BASE64.encode(ticket.to_string())),
            officer,
        )
    }

    fn verified(&self) -> Value {
        let report: Value =
            serde_json::from_str(&server(&self.data, &["verify", "--json"])).unwrap();
        assert_eq!(report["ok"], true, "{report}");
        report
    }
}

impl Drop for Court {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> PathBuf {
    let program = host::program().with_file_name("waiqin-server");
    assert!(program.exists(), "{} is not built", program.display());
    program
}

fn server(data: &Path, args: &[&str]) -> String {
    let output = Command::new(program())
        .args(args)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Opens a record with a field of its own, and one with a photo.
fn work(phone: &Host, place: &str) -> String {
    let typed = [("typed", "（2019）粤0115执100号")];
    let answer = phone.door.post("/records/new", &typed).unwrap();
    let location = answer.location.unwrap();
    let record = location.split('?').next().unwrap().to_owned();
    let saved = phone
        .door
        .post(&format!("{record}/fields"), &[("place", place)])
        .unwrap();
    assert!(saved.body.contains("\"saved\":true"), "{}", saved.body);
    let photo = phone.door.photo(&record, place, place.as_bytes()).unwrap();
    assert_eq!(photo.status, 303, "{}", photo.body);
    record
}

/// Syncs until nothing is undelivered.
fn sync(phone: &mut Host) {
    phone.say("online");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        assert_eq!(phone.door.post("/sync", &[]).unwrap().status, 303);
        std::thread::sleep(Duration::from_millis(300));
        let status = phone.door.get("/status").unwrap().body;
        let status: Value = serde_json::from_str(&status).unwrap();
        if status["side"] == "法院均已签收" {
            phone.say("offline");
            return;
        }
        assert!(Instant::now() < until, "{status}");
    }
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(done.success());
}

fn unlocked(dir: &Path, ticket: &str, officer: &str) -> Host {
    let mut phone = Host::start(dir, ticket);
    phone.unlock(officer);
    phone
}

fn places(phone: &Host, records: &[&String]) -> Vec<bool> {
    let shown = |record: &&String| {
        let page = phone.door.get(record).unwrap();
        page.status == 200
    };
    records.iter().map(shown).collect()
}

#[test]
fn a_restored_copy_and_a_fork_go_on_in_new_journals_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    let (ticket, officer) = court.ticket();
    let (one, two, three) = (
        dir.path().join("1"),
        dir.path().join("2"),
        dir.path().join("3"),
    );
    let mut phone = Host::start(&one, &ticket);
    phone.enrol(&ticket);
    let common = work(&phone, "大岗");
    sync(&mut phone);
    phone.quit();
    copy(&one, &two);
    copy(&one, &three);
    // The phone goes on and delivers.
    let mut phone = unlocked(&one, &ticket, &officer);
    let on_first = work(&phone, "东涌");
    sync(&mut phone);
    phone.quit();
    // A copy that knows less is started: it hears of it, and the officer works on in a new journal.
    let mut restored = unlocked(&two, &ticket, &officer);
    sync(&mut restored);
    let after = work(&restored, "榄核");
    sync(&mut restored);
    assert_eq!(places(&restored, &[&common, &after]), [true, true]);
    // Another copy works before it hears anything: a fork. Its record is kept, its photo delivered.
    let mut forked = unlocked(&three, &ticket, &officer);
    let branch = work(&forked, "黄阁");
    sync(&mut forked);
    let later = work(&forked, "横沥");
    sync(&mut forked);
    assert_eq!(
        places(&forked, &[&common, &branch, &later]),
        [true, true, true]
    );
    // The first phone is the one of the chain, and goes on as ever.
    let mut phone = unlocked(&one, &ticket, &officer);
    work(&phone, "万顷沙");
    sync(&mut phone);
    assert_eq!(places(&phone, &[&common, &on_first]), [true, true]);
    let report = court.verified();
    let journals = report["journals"].as_array().unwrap();
    assert_eq!(journals.len(), 3, "{report}");
    let forked: u64 = journals.iter().filter_map(|it| it["forked"].as_u64()).sum();
    assert_eq!(forked, 3, "the branch lies beside the chain: {report}");
    // Five places on the chains and one beside it, each with its photo.
    assert_eq!(report["evidence"]["count"], 6, "{report}");
    // Over a restart the new journals are still the ones that are written.
    restored.quit();
    let mut restored = unlocked(&two, &ticket, &officer);
    work(&restored, "珠江");
    sync(&mut restored);
    assert_eq!(court.verified()["journals"].as_array().unwrap().len(), 3);
}
