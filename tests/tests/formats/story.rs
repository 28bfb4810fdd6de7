//! A visit that is signed on the glass, sealed, and countersigned on another phone; two phones that
//! contradict each other until the office decides; a copied phone that forks.

use crate::clerk::Clerk;
use crate::court::{Court, server, sync, work};
use crate::desk::hidden;
use crate::host::{self, Host, PIN};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

pub const PLACE: &str = "大岗镇豪岗大道十八号";
/// On another case.
pub const ELSEWHERE: &str = "榄核镇一号";
/// On the branch of the copied phone.
pub const BRANCH: &str = "黄阁镇二号";
pub const PHOTO: &[u8] = b"a small photo";

/// A phone's folder, and whose it is.
pub struct Phone {
    dir: PathBuf,
    officer: String,
    ticket: String,
}

impl Phone {
    fn unlocked(&self) -> Host {
        let mut host = Host::start(&self.dir, &self.ticket);
        host.unlock(&self.officer);
        host
    }

    pub fn export(&self, to: &Path) {
        let pin = self.dir.with_extension("pin");
        std::fs::write(&pin, PIN).unwrap();
        let done = Command::new(host::program())
            .arg("export")
            .arg("--dir")
            .arg(&self.dir)
            .args(["--officer", &self.officer, "--pin-file"])
            .arg(pin)
            .arg("--to")
            .arg(to)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{error}");
    }
}

pub struct Story {
    pub court: Court,
    /// Journal of the first phone.
    pub journal: String,
    pub phone: Phone,
    pub copied: Phone,
    /// The bytes of a photo of several pieces.
    pub large: Vec<u8>,
    dir: tempfile::TempDir,
}

impl Story {
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub async fn told() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let court = Court::open(&dir.path().join("court"));
        court.import();
        let user = ["--login", "li", "--name", "李某", "--role", "officer"];
        let list = ["--list-name", "李某"];
        server(court.data(), &[&["user", "add"], &user[..], &list].concat());
        let (phone, mut first) = enrolled(&court, dir.path(), "1", "wang");
        let large: Vec<u8> = (0u32..40_000).flat_map(u32::to_le_bytes).collect();

        // A visit, in two pieces, and a record on another case.
        let record = visit(&first);
        sync(&mut first);
        let photo = first.door.photo(&record, "设备", &large).unwrap();
        assert_eq!(photo.status, 303, "{}", photo.body);
        other_case(&first);
        sync(&mut first);
        let journal = journal_of(&court);
        first.quit();
        let copied = copy_of(&phone, &dir.path().join("copy"));

        // Signed, sealed, and countersigned on the second officer's phone.
        let mut first = phone.unlocked();
        sign(&first, &record);
        let asked = seal(&first, &record);
        sync(&mut first);
        let (_, mut second) = enrolled(&court, dir.path(), "2", "li");
        let answer = countersign(&second, &asked);
        sync(&mut second);
        second.quit();
        let taken = first
            .door
            .post(&format!("{record}/answer"), &[("answer", answer.as_str())])
            .unwrap();
        assert_eq!(taken.status, 303, "{}", taken.body);
        sync(&mut first);
        contest(&court, dir.path(), &mut first).await;
        first.quit();

        // The copy knows nothing of all this and works on.
        let mut fork = copied.unlocked();
        work(&fork, BRANCH);
        sync(&mut fork);
        work(&fork, "横沥镇三号");
        sync(&mut fork);
        fork.quit();
        court.verified();
        Self {
            court,
            journal,
            phone,
            copied,
            large,
            dir,
        }
    }
}

fn enrolled(court: &Court, dir: &Path, name: &str, login: &str) -> (Phone, Host) {
    let url = format!("http://{}", court.address("http"));
    let (ticket, officer) = court.ticket_of(login, &url, None);
    let phone = Phone {
        dir: dir.join(name),
        officer,
        ticket,
    };
    let mut host = Host::start(&phone.dir, &phone.ticket);
    host.enrol(&phone.ticket);
    (phone, host)
}

fn copy_of(phone: &Phone, to: &Path) -> Phone {
    let copied = Command::new("cp").arg("-a").args([&phone.dir, to]).status();
    assert!(copied.unwrap().success());
    Phone {
        dir: to.to_owned(),
        officer: phone.officer.clone(),
        ticket: phone.ticket.clone(),
    }
}

fn journal_of(court: &Court) -> String {
    let list = server(court.data(), &["device", "list", "--json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    list[0]["journal"].as_str().unwrap().to_owned()
}

/// The ids of the two officers and of the person present.
fn item(n: u8) -> String {
    format!("{n:02x}").repeat(16)
}

fn opened(phone: &Host, number: &str) -> String {
    let answer = phone
        .door
        .post("/records/new", &[("typed", number)])
        .unwrap();
    let location = answer.location.unwrap();
    location.split('?').next().unwrap().to_owned()
}

fn fields(phone: &Host, record: &str, given: &[(String, &str)]) {
    let given: Vec<(&str, &str)> = given.iter().map(|(k, v)| (k.as_str(), *v)).collect();
    let saved = phone
        .door
        .post(&format!("{record}/fields"), &given)
        .unwrap();
    assert!(saved.body.contains("\"saved\":true"), "{}", saved.body);
    assert!(saved.body.contains("\"problems\":[]"), "{}", saved.body);
}

fn visit(phone: &Host) -> String {
    let record = opened(phone, "（2019）粤0115执100号");
    let [one, two, three] = [10, 11, 12].map(item);
    let given = [
        ("t0".to_owned(), "2019-07-02T07:40"),
        ("t1".to_owned(), "2019-07-02T08:20"),
        ("place".to_owned(), PLACE),
        ("no_fix_reason".to_owned(), "室内无信号"),
        ("course".to_owned(), "敲门，周某开门。"),
        (format!("officers/{one}/person"), "王某"),
        (format!("officers/{one}/role"), "executor"),
        (format!("officers/{two}/person"), "李某"),
        (format!("officers/{two}/role"), "clerk"),
        ("debtor_met".to_owned(), "yes"),
        (format!("present/{three}/name"), "周某"),
        (format!("present/{three}/role"), "legal_representative"),
        ("result".to_owned(), "assets_found"),
    ];
    fields(phone, &record, &given);
    let photo = phone.door.photo(&record, "大门", PHOTO).unwrap();
    assert_eq!(photo.status, 303, "{}", photo.body);
    record
}

fn other_case(phone: &Host) {
    let record = opened(phone, "（2018）粤0115执200号");
    fields(phone, &record, &[("place".to_owned(), ELSEWHERE)]);
}

fn page(phone: &Host, at: &str) -> String {
    let answer = phone.door.get(at).unwrap();
    assert_eq!(answer.status, 200, "{at}: {}", answer.body);
    answer.body
}

/// The person present signs on the glass.
fn sign(phone: &Host, record: &str) {
    let at = format!("{record}/sign/{}", item(12));
    let shown = hidden(&page(phone, &at), "shown");
    let strokes =
        r#"{"v":1,"w":3400,"h":1200,"strokes":[[[10,20,0,500],[30,40,16,500],[50,60,32,500]]]}"#;
    let form = [("do", "glass"), ("shown", &shown), ("strokes", strokes)];
    let signed = phone.door.post(&at, &form).unwrap();
    assert_eq!(signed.status, 303, "{}", signed.body);
}

/// Seals with a reason for whatever is missing; the text that asks the second officer.
fn seal(phone: &Host, record: &str) -> String {
    let at = format!("{record}/check");
    let check = page(phone, &at);
    let shown = hidden(&check, "shown");
    let named = hidden(&check, "named");
    let mut form = vec![
        ("shown".to_owned(), shown),
        ("second".to_owned(), "later".to_owned()),
        ("named".to_owned(), named),
    ];
    for part in check.split("name=\"reason:").skip(1) {
        let rule = part.split('"').next().unwrap();
        form.push((format!("reason:{rule}"), "现场条件所限".to_owned()));
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let sealed = phone.door.post(&format!("{record}/seal"), &form).unwrap();
    assert_eq!(sealed.status, 303, "{}", sealed.body);
    code(&page(phone, &at), "waiqin-sign1:")
}

fn countersign(phone: &Host, asked: &str) -> String {
    let form = [("asked", asked), ("do", "sign"), ("role", "clerk")];
    let signed = phone.door.post("/countersign", &form).unwrap();
    assert_eq!(signed.status, 200, "{}", signed.body);
    code(&signed.body, "waiqin-signed1:")
}

/// The text of a code on a page.
fn code(page: &str, scheme: &str) -> String {
    let from = page.find(scheme).unwrap_or_else(|| panic!("{page}"));
    let letters = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
    page[from..].chars().take_while(letters).collect()
}

/// Another phone of the officer and this one give a field different values; the office chooses.
async fn contest(court: &Court, dir: &Path, first: &mut Host) {
    let record = work(first, "万顷沙镇");
    sync(first);
    let (_, mut other) = enrolled(court, dir, "3", "wang");
    until(&mut other, &record, "万顷沙镇");
    for (phone, place) in [(&*first, "万顷沙镇一涌"), (&other, "万顷沙镇二涌")] {
        fields(phone, &record, &[("place".to_owned(), place)]);
    }
    sync(first);
    let contests = format!("{record}/contests");
    until(&mut other, &contests, "万顷沙镇一涌");
    let offered = page(&other, &contests);
    let chosen = offered
        .split("name=\"entry\" value=\"")
        .skip(1)
        .find(|it| it.split("</label>").next().unwrap().contains("一涌"))
        .unwrap();
    let chosen = chosen.split('"').next().unwrap();
    let subject = record.rsplit('/').next().unwrap();
    Clerk::sign_in(court)
        .await
        .decides(subject, "place", chosen)
        .await;
    other.quit();
}

/// Syncs until a page holds a text.
fn until(phone: &mut Host, at: &str, text: &str) {
    phone.say("online");
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        assert_eq!(phone.door.post("/sync", &[]).unwrap().status, 303);
        std::thread::sleep(Duration::from_millis(200));
        let answer = phone.door.get(at).unwrap();
        if answer.status == 200 && answer.body.contains(text) {
            phone.say("offline");
            return;
        }
        assert!(Instant::now() < end, "no {text}: {}", answer.body);
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
