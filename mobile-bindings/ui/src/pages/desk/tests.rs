//! The router with a real phone and an officer who sits at it: what forms write, and what they answer
//! where something was not taken.

use super::router_tests::{House, house_in, text};
use axum::http::StatusCode;
use std::path::Path;
use waiqin_core::{EntryKind, EvidenceFacts, RecordPage, RecordsOf};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::journal::{EvidenceRole, EvidenceSource};
use waiqin_protocol::suite::sha256;

#[path = "../../../tests/real/court.rs"]
mod court;

const NUMBER: &str = "（2019）粤0115执2371号";
const PIN: &str = "794613";

/// A phone, its officer, and as much of a court as enrolled him.
struct Desk {
    runtime: tokio::runtime::Runtime,
    court: court::Court,
    house: House,
}

struct Answer {
    status: StatusCode,
    location: String,
    body: String,
}

impl Desk {
    fn over(folder: tempfile::TempDir) -> Self {
        Self {
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
            court: court::Court::open(),
            house: house_in(folder),
        }
    }

    fn enrolled() -> Self {
        let desk = Self::over(tempfile::tempdir().unwrap());
        let ticket = desk.court.ticket.clone();
        let form = [("ticket", ticket.as_str()), ("pin", PIN), ("again", PIN)];
        let answer = desk.post("/start", &form);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        desk
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = self.house.csrf();
        for (name, value) in fields {
            body += &format!("&{name}={}", super::rows::encoded(value));
        }
        self.ask("POST", path, &body)
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.runtime.block_on(async {
            let answer = self.house.ask(method, path, &[], body).await;
            let location = answer.headers().get("location");
            Answer {
                status: answer.status(),
                location: location.map_or("", |it| it.to_str().unwrap()).to_owned(),
                body: text(answer).await,
            }
        })
    }

    /// Opens a record on a number, or on none yet; its address.
    fn record_on(&self, typed: &str) -> String {
        let pending = if typed.is_empty() { "yes" } else { "" };
        let form = [
            ("act", "investigation"),
            ("typed", typed),
            ("pending", pending),
        ];
        let answer = self.post("/records/new", &form);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.location
    }

    fn record(&self, address: &str) -> RecordPage {
        let subject: SubjectId = address.rsplit('/').next().unwrap().parse().unwrap();
        let session = self.house.ui.session(true).unwrap();
        session.record(subject).unwrap().unwrap()
    }

    fn kinds(&self, address: &str) -> Vec<EntryKind> {
        let entries = self.record(address).entries;
        entries.iter().map(|it| it.kind).collect()
    }
}

#[test]
fn a_number_that_followed_is_filled_in_and_the_record_counts_to_its_case() {
    let desk = Desk::enrolled();
    let record = desk.record_on("");
    let naming = format!("{record}/case");
    for page in [record.clone(), format!("{record}/check")] {
        let shown = desk.get(&page).body;
        let way = format!("href=\"{naming}\"");
        assert!(shown.contains(&way), "{page} does not lead to the number");
    }
    // What does not read is not written, and stands there again.
    for (typed, told) in [
        ("", "请写案号"),
        ("（2O19）粤0115执2371号", "是不是"),
        ("大岗的<厂房>", "读不成案号"),
        ("（2019）粤0115执1、2号", "2 个案号"),
        (&"1".repeat(201), "200 个字符"),
    ] {
        let answer = desk.post(&naming, &[("q", typed), ("do", "name")]);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.body.contains(told), "{typed}: {}", answer.body);
        let kept = typed.replace('<', "&#60;").replace('>', "&#62;");
        assert!(
            answer.body.contains(&format!("value=\"{kept}\"")),
            "{typed}"
        );
    }
    let gone = desk.post(&naming, &[("case", "no such case")]);
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // What was perhaps meant is a tap away, and then to be written.
    let slip = "（2O19）粤0115执2371号";
    let looked = desk.post(&naming, &[("q", slip), ("do", "look")]);
    let offered = format!("name=\"meant\" value=\"{NUMBER}\"");
    assert!(looked.body.contains(&offered), "{}", looked.body);
    let meant = desk.post(&naming, &[("q", slip), ("meant", NUMBER)]);
    let field = format!("name=\"q\" value=\"{NUMBER}\"");
    assert!(meant.body.contains(&field), "{}", meant.body);
    // Looking writes nothing.
    let looked = desk.post(&naming, &[("q", "2019粤0115执2371"), ("do", "look")]);
    assert_eq!(looked.status, StatusCode::OK);
    let says = format!("{NUMBER} 不在您的案件里");
    assert!(looked.body.contains(&says), "{}", looked.body);
    let found = desk.get(&format!("{naming}/found?q=2019%E7%B2%A40115%E6%89%A72371"));
    assert!(found.body.contains(&says), "{}", found.body);
    assert_eq!(desk.kinds(&record), [EntryKind::RecordOpened]);

    let named = desk.post(&naming, &[("q", " 2019粤0115执2371\r\n"), ("do", "name")]);
    assert_eq!(
        (named.status, &named.location),
        (StatusCode::SEE_OTHER, &record)
    );
    let shows = desk.record(&record);
    assert_eq!(shows.record.case.typed, "2019粤0115执2371");
    assert_eq!(shows.record.case.normal.as_deref(), Some(NUMBER));
    assert!(!shows.record.case.pending && shows.record.case.id.is_none());
    assert_eq!(
        desk.kinds(&record),
        [EntryKind::RecordOpened, EntryKind::CaseNamed]
    );
    let session = desk.house.ui.session(true).unwrap();
    let of_case = RecordsOf::Case(waiqin_protocol::ids::CaseId(NUMBER.to_owned()));
    assert_eq!(session.records(&of_case, 0, 9).unwrap().len(), 1);
    // A slip can be mended; the same number again writes nothing.
    let page = desk.get(&record).body;
    assert!(
        page.contains("改案号") && !page.contains("补填案号"),
        "{page}"
    );
    desk.post(&naming, &[("q", "2019粤0115执2371"), ("do", "name")]);
    assert_eq!(desk.kinds(&record).len(), 2);
    desk.post(&naming, &[("q", "（2019）粤0115执2372号"), ("do", "name")]);
    assert_eq!(desk.kinds(&record).len(), 3);
}

/// A phone that was killed after the bytes of a photo were durable and before the entry that names
/// them: it lacks the entry, and has the file. Or `rotten`: of the record nothing reads any more.
fn killed_over_a_photo(bytes: &[u8], rotten: bool) -> (Desk, String) {
    let whole = Desk::enrolled();
    let before = tempfile::tempdir().unwrap();
    let keep = |wanted: bool| {
        if wanted {
            copy(whole.house.folder.path(), before.path(), &|_| true);
        }
    };
    keep(rotten);
    let record = whole.record_on(NUMBER);
    keep(!rotten);
    let session = whole.house.ui.session(true).unwrap();
    let facts = EvidenceFacts {
        name: "a.jpg".to_owned(),
        role: EvidenceRole::Nameplate,
        source: EvidenceSource::Camera,
        caption: None,
        item: None,
        how: None,
        fix: None,
    };
    let subject = record.rsplit('/').next().unwrap().parse().unwrap();
    session.add_evidence(subject, bytes, facts).unwrap();
    let file = |it: &Path| it.extension().is_some_and(|it| it == "wqe");
    copy(whole.house.folder.path(), before.path(), &file);
    let desk = Desk::over(before);
    let officer = whole.court.officer.as_str();
    let unlocked = desk.post("/unlock", &[("officer", officer), ("pin", PIN)]);
    assert_eq!(unlocked.status, StatusCode::SEE_OTHER, "{}", unlocked.body);
    (desk, record)
}

/// Copies what is wanted of a folder.
fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if from.is_dir() {
            std::fs::create_dir_all(&to).unwrap();
            copy(&from, &to, wanted);
        } else if wanted(&from) {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

#[test]
fn a_photo_that_no_entry_names_is_offered_to_its_record_and_taken_in() {
    let bytes = b"what the camera gave";
    let (desk, record) = killed_over_a_photo(bytes, false);
    let hash = waiqin_protocol::ids::EvidenceHash::from_bytes(sha256(bytes));
    let orphan = format!("{record}/orphans/{hash}");
    let way = format!("href=\"{orphan}\"");
    for page in [record.as_str(), "/sync"] {
        assert!(
            desk.get(page).body.contains(&way),
            "{page} does not offer it"
        );
    }
    let shown = desk.get(&orphan).body;
    let role = "value=\"nameplate\" required checked";
    assert!(
        shown.contains(role),
        "what it was to show is asked first: {shown}"
    );
    let other = format!("{}/orphans/{hash}", desk.record_on("（2019）粤0115执9号"));
    assert_eq!(desk.get(&other).status, StatusCode::NOT_FOUND);

    let external = [("role", "nameplate"), ("source", "external")];
    let refused = desk.post(&orphan, &external);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(desk.record(&record).photos.is_empty());

    let said = [
        ("role", "detail"),
        ("source", "camera"),
        ("caption", "东侧"),
    ];
    let taken = desk.post(&orphan, &said);
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let photos = desk.record(&record).photos;
    let [photo] = photos.as_slice() else {
        panic!("{photos:?}");
    };
    let evidence = &photo.state.evidence;
    assert_eq!((evidence.hash, evidence.role), (hash, EvidenceRole::Detail));
    assert_eq!(evidence.caption.as_deref(), Some("东侧"));
    for page in [record.as_str(), "/sync"] {
        assert!(
            !desk.get(page).body.contains(&way),
            "{page} offers it again"
        );
    }
    assert_eq!(desk.post(&orphan, &said).status, StatusCode::NOT_FOUND);
}

#[test]
fn an_incident_that_the_office_was_told_of_calls_no_more_and_stays_listed() {
    let (desk, _) = killed_over_a_photo(b"what the camera gave", false);
    let calls = |page: &str| desk.get(page).body.contains("项异常");
    assert!(calls("/sync") && calls("/today"));
    let before = desk.get("/sync").body;
    let shown = before.split("name=\"shown\" value=\"").nth(1).unwrap();
    let shown = shown.split('"').next().unwrap();
    for nonsense in ["", "-1", "all"] {
        let answer = desk.post("/sync/told", &[("shown", nonsense)]);
        assert!(answer.status.is_client_error(), "{nonsense}");
    }
    assert!(calls("/sync"));
    let told = desk.post("/sync/told", &[("shown", shown)]);
    assert_eq!(told.location, "/sync");
    assert!(!calls("/sync") && !calls("/today"));
    let after = desk.get("/sync").body;
    assert!(after.contains("已告知的异常"), "{after}");
    assert!(
        after.contains("/orphans/"),
        "what is to be done stays offered"
    );
    assert!(!after.contains("action=\"/sync/told\""), "{after}");
}

#[test]
fn a_photo_whose_record_is_gone_goes_to_the_one_that_the_officer_names() {
    let bytes = b"what the camera gave";
    let (desk, gone) = killed_over_a_photo(bytes, true);
    let hash = waiqin_protocol::ids::EvidenceHash::from_bytes(sha256(bytes));
    let lost = format!("{gone}/orphans/{hash}");
    assert!(desk.get("/sync").body.contains(&lost));
    assert_eq!(desk.get(&lost).status, StatusCode::OK, "none to go to");
    let other = desk.record_on("（2019）粤0115执9号");
    let orphan = format!("{other}/orphans/{hash}");
    let offered = desk.get(&lost).body;
    assert!(offered.contains(&format!("href=\"{orphan}\"")), "{offered}");
    let said = [("role", "detail"), ("source", "camera")];
    assert_eq!(desk.post(&lost, &said).status, StatusCode::NOT_FOUND);
    let shown = desk.get(&orphan).body;
    let action = format!("action=\"{orphan}\"");
    assert!(shown.contains(&action), "{shown}");
    let taken = desk.post(&orphan, &said);
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert_eq!(desk.record(&other).photos[0].state.evidence.hash, hash);
    assert!(!desk.get("/sync").body.contains(&lost));
}

#[test]
fn following_the_engine_reads_no_record_and_lists_are_read_when_they_changed() {
    let desk = Desk::enrolled();
    let record = desk.record_on(NUMBER);
    for n in 1..40 {
        desk.record_on(&format!("（2019）粤0115执{n}号"));
    }
    let asked = || desk.house.ui.count_asked(0);
    let state = |body: &str| {
        let (_, rest) = body.split_once("data-state=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let page = desk.get("/sync").body;
    assert!(
        page.contains(&format!("data-of=\"{}\"", state(&page))),
        "{page}"
    );
    let before = asked();
    for _ in 0..10 {
        let live = desk.get("/sync/live").body;
        assert_eq!(state(&live), state(&page));
    }
    assert_eq!(asked(), before, "a poll reads the store");

    let fields = [("place", "大岗镇豪岗大道 18 号")];
    let saved = desk.post(&format!("{record}/fields"), &fields);
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    let live = desk.get("/sync/live").body;
    assert_ne!(state(&live), state(&page), "a save is another state");
    let before = asked();
    let waits = desk.get("/sync/waits").body;
    assert_eq!(asked(), before + 1);
    assert!(waits.contains("大岗镇豪岗大道 18 号"), "{waits}");
    assert_eq!(waits.matches("<a href=\"/records/").count(), 20, "{waits}");
    assert!(waits.contains("另有 20 件"), "{waits}");
}

#[test]
fn a_choice_that_is_not_taken_is_answered_as_one() {
    let desk = Desk::enrolled();
    let record = desk.record_on(NUMBER);
    let contests = format!("{record}/contests");
    assert_eq!(desk.get(&contests).status, StatusCode::OK);
    let entry = "ab".repeat(32);
    for (entry, path, reason) in [
        ("", "place", "因为"),
        ("nonsense", "place", "因为"),
        (entry.as_str(), "no path//", "因为"),
        // Nothing is contested there.
        (entry.as_str(), "place", "因为"),
        (entry.as_str(), "place", &"长".repeat(1001)),
    ] {
        let form = [("entry", entry), ("path", path), ("reason", reason)];
        let answer = desk.post(&contests, &form);
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{entry} {path}"
        );
        assert!(answer.body.contains("role=\"alert\""), "{}", answer.body);
    }
}

#[test]
fn a_record_that_is_sealed_or_void_is_named_by_the_office_alone() {
    let desk = Desk::enrolled();
    let record = desk.record_on("");
    let voided = desk.post(&format!("{record}/void"), &[("reason", "重复")]);
    assert_eq!(voided.status, StatusCode::SEE_OTHER);
    let naming = format!("{record}/case");
    assert_eq!(desk.get(&naming).status, StatusCode::CONFLICT);
    let named = desk.post(&naming, &[("q", NUMBER), ("do", "name")]);
    assert_eq!(named.status, StatusCode::CONFLICT);
    assert!(!desk.get(&record).body.contains(&naming));
    assert_eq!(desk.record(&record).record.case.normal, None);
}
