//! A day of a large court: every page of the console, every call of a phone.

use crate::cost::{Costs, STATEMENTS_OF_A_RECORD_MAX};
use crate::court::{self, PASSWORD, Seeded};
use crate::fill::open;
use crate::support::desk::{Desk, hidden};
use crate::support::{Answer, Phone, Server};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;
use waiqin_protocol::ids::{CaseId, DeviceId, SubjectId};
use waiqin_protocol::journal::{Change, JournalCause, Parent};
use waiqin_protocol::suite::{SUITE, Signer};
use waiqin_protocol::wire::compare::{Compare, DigestAsk};
use waiqin_protocol::wire::sync::SyncHead;

/// Ids of some rows, for the places in addresses.
pub struct Ids(BTreeMap<&'static str, String>);

impl Ids {
    pub async fn of(seeded: &Seeded) -> Self {
        let mut db = open(&seeded.server.data).await;
        let mut ids = BTreeMap::new();
        for (name, sql) in [
            (
                "case",
                "SELECT id FROM cases WHERE officer = '陈法官' AND id LIKE '44011590%' LIMIT 1",
            ),
            ("officer", "SELECT id FROM users WHERE login = 'officer7'"),
            ("clerk", "SELECT id FROM users WHERE login = 'clerk'"),
            (
                "phone",
                "SELECT journal FROM entries WHERE verdict = 'held' AND subject NOT NULL LIMIT 1",
            ),
            (
                "last",
                "SELECT opened_ms || '-' || subject FROM records ORDER BY opened_ms, subject LIMIT 1 OFFSET 60",
            ),
            (
                "act",
                "SELECT at_ms || '-' || subject FROM outcomes ORDER BY at_ms, subject LIMIT 1 OFFSET 60",
            ),
            ("late", "SELECT id FROM cases ORDER BY filed_on, id LIMIT 1"),
            (
                "waits",
                "SELECT subject FROM outcomes WHERE waits > 0 ORDER BY at_ms DESC LIMIT 1",
            ),
            ("version", "SELECT CAST(MAX(version) AS TEXT) FROM lists"),
            (
                "changed",
                "SELECT CAST(version AS TEXT) FROM case_changes ORDER BY version DESC LIMIT 1",
            ),
            (
                "day",
                "SELECT date(MAX(at_ms) / 1000, 'unixepoch', '+8 hours') FROM audit",
            ),
        ] {
            let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut db).await;
            ids.insert(name, row.unwrap_or_else(|e| panic!("{name}: {e}")).get(0));
        }
        ids.insert("sealed", seeded.sealed.to_string());
        ids.insert("photo", seeded.photo.to_string());
        ids.insert("li", seeded.held.journal.to_string());
        Self(ids)
    }

    fn put(&mut self, name: &'static str, value: String) {
        self.0.insert(name, value);
    }

    fn fill(&self, address: &str) -> String {
        let mut filled = address.to_owned();
        for (name, value) in &self.0 {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        assert!(!filled.contains('{'), "{filled}");
        filled
    }
}

/// Who goes where: the role that sees most, and officers where a scope is asked. Every filter and order once,
/// rare values among them, and last pages.
const VISITS: &[(&str, &[&str])] = &[
    (
        "clerk",
        &[
            "/",
            "/language",
            "/static/desk.css",
            "/cases",
            "/cases?q=公司",
            "/cases?q=不在任何案件里",
            "/cases?officer=承办007&state=open&sort=due",
            "/cases?stage=外勤行动&sort=remaining",
            "/cases?kind=执恢&state=closed",
            "/cases?due=over&sort=due",
            "/cases?sort=number&from={late}",
            "/cases/{case}",
            "/records",
            "/records?officer={officer}",
            "/records?officer={officer}&act=campaign",
            "/records?act=campaign",
            "/records?act=seal",
            "/records?unmatched=1",
            "/records?received=today",
            "/records?received=week&act=seal",
            "/records?case={case}",
            "/records?after={last}",
            "/records/{sealed}",
            "/records/{waits}",
            "/records/{sealed}/decide",
            "/records/{sealed}/evidence/{photo}",
            "/evidence/{photo}",
            "/evidence/{photo}/thumbnail",
            "/reconcile",
            "/reconcile?all=1",
            "/reconcile?question=AMOUNT_CHANGED",
            "/reconcile?question=CLOSED_BEFORE_ACT",
            "/reconcile?question=CLOSED_BEFORE_ACT&all=1",
            "/reconcile?question=NOT_FOUND",
            "/reconcile?before={act}",
            "/reconcile?all=1&before={act}",
            "/reconcile/conclude",
            "/reconcile/{waits}",
            "/reconcile/{waits}/conclude",
            "/decisions",
            "/undelivered",
            "/incidents",
            "/import",
            "/import/preview/{sha256}",
            "/import/versions/{version}",
            "/import/versions/{changed}",
            "/import/versions/{version}/rollback",
            "/devices",
            "/devices/hand-in",
            "/devices/{phone}",
            "/devices/{phone}/receipts",
        ],
    ),
    (
        "command",
        &[
            "/",
            "/decisions",
            "/decisions/{phone}",
            "/decisions/{li}",
            "/cases/{case}/assign",
        ],
    ),
    ("lead", &["/", "/records", "/reconcile", "/devices"]),
    ("review", &["/", "/reconcile?all=1"]),
    (
        "supervisor",
        &[
            "/",
            "/audit",
            "/audit?person={officer}",
            "/audit?person={clerk}&act=list-applied",
            "/audit?act=incident-case-differed",
            "/audit?act=handed-in",
            "/audit?day={day}",
            "/audit?person={officer}&day={day}",
            "/audit?act=signed-in&day={day}",
            "/audit?before=200",
        ],
    ),
    (
        "admin",
        &[
            "/",
            "/undelivered",
            "/devices",
            "/devices/tickets",
            "/devices/{phone}/revoke",
            "/people",
            "/people/{officer}",
            "/sign-out",
        ],
    ),
    (
        "chen",
        &[
            "/",
            "/cases",
            "/cases?q=公司",
            "/cases/{case}",
            "/records",
            "/records?received=week",
            "/records?after={last}",
        ],
    ),
];

/// Everything that the console shows, and forms that lead to what is judged when a person decides.
pub async fn console(server: &Server, ids: &mut Ids, costs: &mut Costs) {
    for (login, addresses) in VISITS {
        let mut desk = Desk::sign_in(&server.http, login, PASSWORD).await;
        if *login == "clerk" {
            let sha256 = import(&mut desk, costs).await;
            ids.put("sha256", sha256);
        }
        for address in *addresses {
            let address = ids.fill(address);
            let begun = std::time::Instant::now();
            let answer = desk.get(&address).await;
            assert!(
                matches!(answer.status, 200 | 303),
                "{login} {address}: {}",
                answer.status
            );
            costs.page(&format!("{login} {address}"), answer.bytes, begun.elapsed());
        }
        if *login == "clerk" {
            conclude(&mut desk, ids, costs).await;
        }
    }
}

/// Takes a list in, to be looked at.
async fn import(desk: &mut Desk, costs: &mut Costs) -> String {
    let page = desk.get("/import").await.page;
    let name = "case-list-2019-07-01.gbk.csv";
    let file = std::fs::read(court::list(name)).unwrap();
    let begun = std::time::Instant::now();
    let answer = desk.upload("/import", &page, name, &file).await;
    assert_eq!(answer.status, 303, "{}", answer.page);
    costs.page("clerk POST /import", answer.bytes, begun.elapsed());
    hex::encode(waiqin_protocol::suite::sha256(&file))
}

/// A conclusion: the record is judged anew with those beside it.
async fn conclude(desk: &mut Desk, ids: &Ids, costs: &mut Costs) {
    let address = ids.fill("/reconcile/{waits}");
    let page = desk.get(&address).await.page;
    let (record, list) = (hidden(&page, "record"), hidden(&page, "list"));
    let (question, decision) = (hidden(&page, "question"), hidden(&page, "decision"));
    let fields = [
        ("question", question.as_str()),
        ("decision", decision.as_str()),
        ("record", &record),
        ("list", &list),
        ("reason", "照旧"),
    ];
    let begun = std::time::Instant::now();
    let path = format!("{address}/conclude");
    let answer = desk.post(&path, &page, &fields).await;
    assert!(matches!(answer.status, 200 | 303), "{}", answer.page);
    costs.page(
        "clerk POST /reconcile/…/conclude",
        answer.bytes,
        begun.elapsed(),
    );
}

/// Everything that a phone asks for in its life.
pub async fn phone(server: &Server, mut wang: Phone, costs: &mut Costs) {
    wang.url.clone_from(&server.http);
    let get = |path: &str| wang.client.get(format!("{}/api/v1{path}", wang.url));
    for path in ["/hello", "/openapi.json"] {
        let begun = std::time::Instant::now();
        let bytes = get(path).send().await.unwrap().bytes().await.unwrap();
        costs.call(path, bytes.len(), begun.elapsed());
    }
    wang.open_session().await;
    costs.call("/session", 0, std::time::Duration::ZERO);
    everything(&mut wang, costs).await;
    sync(&mut wang, "/sync, nothing new", costs).await;
    pushes(&mut wang, costs).await;
    compare(&mut wang, costs).await;
    photos(&mut wang, costs).await;
    enrol(server, &wang, costs).await;
}

/// A view from the start: pages until nothing is left.
async fn everything(phone: &mut Phone, costs: &mut Costs) {
    phone.cursor = None;
    let mut entries = 0;
    for turn in 1.. {
        let answer = sync(phone, "/sync, a view from the start", costs).await;
        entries += answer.others.len();
        if !answer.end().more {
            println!("a view from the start: {entries} entries in {turn} answers");
            assert!(entries > 200, "{entries} entries of others");
            return;
        }
    }
}

async fn sync(phone: &mut Phone, what: &str, costs: &mut Costs) -> Answer {
    let begun = std::time::Instant::now();
    let answer = phone.sync().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    costs.answer(what, &answer, begun.elapsed());
    answer
}

/// What one sealed record more costs: one, then ten at once.
async fn pushes(phone: &mut Phone, costs: &mut Costs) {
    let mut case = 0;
    for (first, count) in [(30, 1), (40, 1), (50, 10)] {
        for n in first..first + count {
            case += 200;
            let number = format!("（{}）粤0115执{}号", 2014 + case % 6, 10_000 + case / 6);
            let subject = SubjectId::from_bytes([n; 16]);
            court::record(phone, subject, &number);
            phone.seal(subject);
        }
        let what = format!("/sync, pushes of sealed records: {count}");
        sync(phone, &what, costs).await;
    }
    let (one, ten) = (
        "/sync, pushes of sealed records: 1",
        "/sync, pushes of sealed records: 10",
    );
    costs.print_statements(one);
    costs.print_statements(ten);
    let more = (costs.statements(ten) - costs.statements(one)) / 9;
    println!("statements of one sealed record more: {more}");
    if more > STATEMENTS_OF_A_RECORD_MAX {
        costs.misfits.push(format!("{ten}: {more} for each"));
    }
}

/// The daily comparison and what follows where it differs.
async fn compare(phone: &mut Phone, costs: &mut Costs) {
    let asks = [
        ("whole", Some(DigestAsk::Whole)),
        ("buckets", Some(DigestAsk::Buckets)),
        ("cases", Some(DigestAsk::Cases(vec![1, 2, 3]))),
        ("again", None),
    ];
    for (name, digests) in asks {
        let mut refetch = Vec::new();
        let mut lost = Vec::new();
        if digests.is_none() {
            refetch = vec![CaseId("4401159000000200".into()), CaseId(String::new())];
            lost = vec![(2, 9)];
        }
        let head = SyncHead {
            compare: Some(Box::new(Compare {
                digests,
                lost,
                refetch,
            })),
            ..phone.sync_head()
        };
        let begun = std::time::Instant::now();
        let answer = phone.send(phone.body(head, 1000), None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        costs.answer(
            &format!("/sync, compares: {name}"),
            &answer,
            begun.elapsed(),
        );
    }
}

async fn photos(phone: &mut Phone, costs: &mut Costs) {
    let subject = SubjectId::from_bytes([60; 16]);
    court::record(phone, subject, "（2017）粤0115执50号");
    let hash = phone.name_evidence(subject, b"photo of a door");
    sync(phone, "/sync, names a photo", costs).await;
    let path = phone.create(b"photo of a door").await;
    let bytes = "application/offset+octet-stream";
    for request in [
        phone.tus("OPTIONS", "/api/v1/evidence"),
        phone.tus("OPTIONS", &path),
        phone.tus("HEAD", &path),
        phone
            .tus("POST", &path)
            .header("x-http-method-override", "HEAD"),
    ] {
        assert!(request.send().await.unwrap().status().is_success());
    }
    assert_eq!(
        phone.patch(&path, 0, b"photo of a door").await.status(),
        204
    );
    phone.status(hash).await;
    let path = phone.create(b"photo of a gate").await;
    let part = phone.tus("PATCH", &path).header("upload-offset", 0);
    let part = part.header("content-type", bytes).body("photo");
    assert_eq!(part.send().await.unwrap().status(), 204);
    let ended = phone.tus("DELETE", &path).send().await.unwrap();
    assert_eq!(ended.status(), 204);
    costs.call(
        "/evidence, from creation to receipt",
        0,
        std::time::Duration::ZERO,
    );
}

/// A new phone, and a journal that follows another.
async fn enrol(server: &Server, wang: &Phone, costs: &mut Costs) {
    let (code, officer) = server.code("wang");
    let begin = wang
        .post("/api/v1/enrol/begin", &json!({ "code": code }))
        .await;
    assert_eq!(begin.0, 200, "{}", begin.1);
    let phone = Phone::unenrolled(&server.http, officer, 90).await;
    let enrolled = phone.send_enrolment(&code).await;
    assert_eq!(enrolled.0, 200, "{}", enrolled.1);
    let mut next = Phone::unenrolled(&server.http, officer, 91).await;
    next.entries.clear();
    let opened = Change::JournalOpened {
        cause: JournalCause::Forked,
        device: DeviceId::from_bytes([1; 16]),
        key: next.signer.public_key(),
        officer,
        parent: Some(Parent {
            head: wang.from(),
            journal: wang.journal,
        }),
        server: wang.server,
        suite: SUITE,
    };
    next.write(SubjectId::from_bytes([91; 16]), opened);
    let entry = String::from_utf8(next.entries[0].clone()).unwrap();
    let followed = wang
        .post("/api/v1/journal", &json!({ "entry": entry }))
        .await;
    assert_eq!(followed.0, 200, "{}", followed.1);
    costs.call("/enrol and /journal", 0, std::time::Duration::ZERO);
}
