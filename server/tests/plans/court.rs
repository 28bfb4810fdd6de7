//! A small court with one of everything, made by the real path: lists, phones, sealed records with photos,
//! values that stand against each other, an entry that waits, a conclusion. `fill` multiplies it.

use crate::support::{Phone, Server, run};
use std::collections::BTreeMap;
use std::path::PathBuf;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{EntryHash, EvidenceHash, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, Change, Path, entry_hash};

/// Password of everybody who signs in at the console.
pub const PASSWORD: &str = "内勤的口令 2019";

/// Who signs in at the console, by role: what each may see is in docs/decisions/0009-roles.md.
pub const PEOPLE: [(&str, &str); 7] = [
    ("chen", "officer"),
    ("lead", "lead"),
    ("clerk", "clerk"),
    ("command", "command"),
    ("review", "review"),
    ("supervisor", "supervisor"),
    ("admin", "admin"),
];

/// Cases of the sample list by number.
const NUMBERS: [&str; 4] = [
    "（2017）粤0115执50号",
    "（2019）粤0115执1077号",
    "（2019）粤0115执1839号",
    "（2019）粤0115执322号",
];

/// The court, its server stopped, and its phones.
pub struct Seeded {
    pub server: Server,
    pub wang: Phone,
    pub photo: EvidenceHash,
    pub sealed: SubjectId,
    pub held: Phone,
}

/// Makes the court.
pub async fn seeded() -> Seeded {
    let mut server = Server::start();
    people(&server);
    import(&server, "case-list-2019-07-01.gbk.csv");
    let mut wang = Phone::enrol(&server, "wang", 1).await;
    wang.sync().await;
    let mut photo = None;
    let mut sealed = None;
    for (n, number) in NUMBERS.iter().enumerate() {
        let (subject, hash) = visit(&mut wang, n, number).await;
        photo = photo.or(Some(hash));
        sealed = sealed.or(Some(subject));
    }
    // A second record of the same act and thing, and one whose case no list knows.
    visit(&mut wang, 10, NUMBERS[0]).await;
    visit(&mut wang, 11, "（2019）粤0115执99999号").await;
    wang.sync().await;
    let mut li = Phone::enrol(&server, "li", 2).await;
    let shared = wang.open_record(201, "（2017）粤0115执50号", Some(NUMBERS[0]));
    let opened = entry_hash(wang.entries.last().unwrap());
    wang.write(shared, place("大岗"));
    wang.sync().await;
    li.write_after(shared, Some(opened), place("榄核"));
    let alone = li.open_record(202, "x", None);
    li.write_after(
        alone,
        Some(EntryHash::from_bytes([7; 32])),
        place("无人见过"),
    );
    li.sync().await;
    import(&server, "case-list-2019-08-01.xlsx");
    conclude(&server, sealed.unwrap());
    server.stop();
    Seeded {
        server,
        wang,
        photo: photo.unwrap(),
        sealed: sealed.unwrap(),
        held: li,
    }
}

fn people(server: &Server) {
    let password = server.data.with_file_name("password");
    std::fs::write(&password, PASSWORD).unwrap();
    for (login, role) in PEOPLE {
        let mut args = vec!["user", "add", "--login", login, "--name", "某某"];
        args.extend(["--role", role, "--password-file"]);
        args.push(password.to_str().unwrap());
        if role == "officer" {
            args.extend(["--list-name", "陈法官"]);
        }
        run(&server.data, &args);
    }
}

pub fn list(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../demo/lists")
        .join(name)
}

fn import(server: &Server, name: &str) {
    run(&server.data, &["import", list(name).to_str().unwrap()]);
}

fn place(value: &str) -> Change {
    Change::FieldsChanged {
        values: [(Path::new("place").unwrap(), Value::from(value))].into(),
    }
}

/// A visit of ten entries, as an officer makes them: opened, seven fields one after another, a photo, sealed.
pub async fn visit(phone: &mut Phone, n: usize, number: &str) -> (SubjectId, EvidenceHash) {
    let subject = SubjectId::from_bytes([u8::try_from(n + 101).unwrap(); 16]);
    record(phone, subject, number);
    let bytes = photo(n);
    let hash = phone.name_evidence(subject, &bytes);
    phone.seal(subject);
    phone.sync().await;
    let path = phone.create(&bytes).await;
    assert_eq!(phone.patch(&path, 0, &bytes).await.status(), 204);
    (subject, hash)
}

/// The first eight entries of a visit.
pub fn record(phone: &mut Phone, subject: SubjectId, number: &str) {
    let item = "01".repeat(16);
    // Things differ from record to record, except those of the first samples.
    let n = subject.as_bytes()[0];
    let plate = format!("粤A{:05}", if n > 100 { 12_345 } else { u32::from(n) });
    let mut values: BTreeMap<Path, Value> = BTreeMap::new();
    values.insert(Path::new("t0").unwrap(), 1_562_027_400_000_i64.into());
    let open = Change::RecordOpened {
        act: Act::Seal,
        case: CaseRef {
            id: None,
            normal: Some(number.to_owned()),
            pending: false,
            typed: number.to_owned(),
        },
        values,
    };
    phone.write(subject, open);
    let fields = [
        ("place".to_owned(), "大岗镇豪岗大道某号"),
        (format!("officers/{item}/person"), "王某"),
        ("debtor/name".to_owned(), "封某"),
        ("debtor/id_no".to_owned(), "440115196504212568"),
        (format!("assets/{item}/plate"), plate.as_str()),
        (format!("assets/{item}/name"), "小型客车"),
        (
            "course".to_owned(),
            "到场时门锁着，邻居说上午有人来过；贴封条两张。",
        ),
    ];
    for (path, value) in fields {
        let values = [(Path::new(&path).unwrap(), Value::from(value))];
        let values = values.into();
        phone.write(subject, Change::FieldsChanged { values });
    }
}

/// A photo that a browser shows; each `n` has another.
fn photo(n: usize) -> Vec<u8> {
    let shade = u8::try_from(n * 9 + 5).unwrap();
    let picture = image::RgbImage::from_pixel(320, 240, image::Rgb([shade, 90, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// A person's conclusion on what waits of a record.
fn conclude(server: &Server, subject: SubjectId) {
    let said = run(&server.data, &["reconcile", "list", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let rows = said["records"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["record"] == subject.to_string())
        .unwrap_or_else(|| panic!("nothing waits of {subject}: {said}"));
    let waits = &row["waiting"][0];
    let question = waits["question"].as_str().unwrap();
    let decision = waits["decisions"][0].as_str().unwrap();
    let record = subject.to_string();
    let mut args = vec!["reconcile", "decide", record.as_str(), "--question"];
    args.extend([question, "--decision", decision, "--reason", "照旧"]);
    args.extend(["--by", "clerk"]);
    run(&server.data, &args);
}
