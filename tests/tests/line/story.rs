//! A phone, a line and a court; what the phone said was saved, and what the court then holds.

use crate::court::Court;
use crate::host::Host;
use fastrand::Rng;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Connection, Row};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use waiqin_tests::proxy::{Fault, Line, Proxy, Way};

/// How long a phone may take to deliver over a good line: beyond its longest patience.
const PATIENCE: Duration = Duration::from_secs(90);
/// Characters of a long field: together they are far more than sockets hold.
const LONG_CHARS: usize = 6_000;

/// What was said to be saved.
#[derive(Default)]
pub struct Saved {
    /// Places, each given once.
    places: Vec<String>,
    /// SHA-256 of photos.
    photos: Vec<String>,
}

pub struct Story {
    pub runtime: Runtime,
    pub line: Proxy,
    pub court: Court,
    pub phone: Host,
    pub dice: Rng,
    pub saved: Saved,
    folder: tempfile::TempDir,
    ticket: String,
    officer: String,
}

impl Story {
    /// A court, a phone that is enrolled over the line, and its first visit delivered.
    pub fn begin(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let court = Court::open(&folder.path().join("court"));
        let runtime = Runtime::new().unwrap();
        let line = runtime.block_on(Proxy::to(court.address("http"), Line::default()));
        let (ticket, officer) = court.ticket_to(&format!("http://{}", line.address), None);
        let mut phone = Host::start(&folder.path().join("phone"), &ticket);
        phone.enrol(&ticket);
        let mut story = Self {
            runtime,
            line,
            court,
            phone,
            dice: Rng::with_seed(seed),
            saved: Saved::default(),
            folder,
            ticket,
            officer,
        };
        story.record();
        story.delivers();
        story
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens a record and fills in its place and a long field; returns its address.
    pub fn record(&mut self) -> String {
        let typed = [("typed", "（2019）粤0115执100号")];
        let opened = self.phone.door.post("/records/new", &typed).unwrap();
        let location = opened.location.unwrap();
        let record = location.split('?').next().unwrap().to_owned();
        let place = format!("某镇{}号", self.dice.u64(..));
        let han = |_| self.dice.char('\u{4e00}'..'\u{9c20}');
        let course: String = (0..LONG_CHARS).map(han).collect();
        let fields = [("place", place.as_str()), ("course", course.as_str())];
        let said = self.phone.door.post(&format!("{record}/fields"), &fields);
        let said = said.unwrap();
        assert!(said.body.contains("\"saved\":true"), "{}", said.body);
        assert!(said.body.contains("\"problems\":[]"), "{}", said.body);
        self.saved.places.push(place);
        record
    }

    /// Takes a photo on a record.
    pub fn photo(&mut self, record: &str, bytes: usize) {
        let mut photo = vec![0; bytes];
        self.dice.fill(&mut photo);
        let said = self.phone.door.photo(record, "门牌", &photo).unwrap();
        assert_eq!(said.status, 303, "{}", said.body);
        self.saved.photos.push(hex::encode(Sha256::digest(&photo)));
    }

    /// Waits until the line does what it was to do.
    pub fn until_struck(&self) {
        let _in_runtime = self.runtime.enter();
        let struck = tokio::time::timeout(PATIENCE, self.line.struck());
        let struck = self.runtime.block_on(struck);
        struck.unwrap_or_else(|_| panic!("it never came to that: {:?}", self.line.crossed()));
    }

    /// The line is to fail when so much more has crossed, while the phone syncs by itself.
    pub fn syncs_until(&mut self, way: Way, bytes: u64, fault: Fault) {
        self.line.does_after(way, bytes, fault);
        self.phone.say("online");
        self.phone.door.post("/sync", &[]).unwrap();
        self.until_struck();
    }

    /// Waits until the court has some bytes of a photo, and not all of them.
    pub fn until_half_uploaded(&self, photo_bytes: u64) {
        let uploads = self.court.data().join("evidence/uploads");
        let until = Instant::now() + PATIENCE;
        loop {
            let parts = std::fs::read_dir(&uploads).unwrap();
            let lengths = parts.map(|it| it.unwrap().metadata().unwrap().len());
            let lengths: Vec<u64> = lengths.collect();
            if lengths.iter().any(|it| (1..photo_bytes).contains(it)) {
                return;
            }
            assert!(Instant::now() < until, "{lengths:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// kill -9 of the server, which is then served again, elsewhere; the line leads there.
    pub fn court_dies(&mut self) {
        self.court.crash();
        self.court = Court::serve(self.court.data());
        self.line.leads_to(self.court.address("http"));
        self.line.cut_now();
    }

    /// kill -9 of the phone, which is then started again.
    pub fn phone_dies(&mut self) {
        self.phone.dies();
        self.phone = Host::start(&self.path("phone"), &self.ticket);
        self.phone.unlock(&self.officer);
    }

    /// The phone delivers everything, by itself and as often as it is asked to, until it says so.
    pub fn delivers(&mut self) {
        self.phone.say("online");
        let until = Instant::now() + PATIENCE;
        loop {
            assert_eq!(self.phone.door.post("/sync", &[]).unwrap().status, 303);
            std::thread::sleep(Duration::from_millis(200));
            let status = self.phone.door.get("/status").unwrap().body;
            let status: Value = serde_json::from_str(&status).unwrap();
            if status["side"] == "法院均已签收" {
                break;
            }
            assert!(Instant::now() < until, "{status} {:?}", self.line.crossed());
        }
        self.phone.say("offline");
    }

    /// Everything that was said to be saved is at the court, byte for byte and once.
    pub fn holds(&self) -> Value {
        let report = self.court.verified();
        let (journals, custody) = self.runtime.block_on(read(self.court.data()));
        let all: String = journals.iter().map(|it| it.2.as_str()).collect();
        for place in &self.saved.places {
            assert_eq!(all.matches(place.as_str()).count(), 1, "{place}");
        }
        for (n, (journal, seq, _)) in journals.iter().enumerate() {
            assert_eq!(*seq, n as i64 + 1, "{journal} has a hole or a double");
        }
        let mut saved = self.saved.photos.clone();
        saved.sort();
        assert_eq!(custody, saved, "photos with a receipt, each once");
        for hash in &saved {
            let object = self.court.data().join("evidence/objects");
            let bytes = std::fs::read(object.join(&hash[..2]).join(hash)).unwrap();
            assert_eq!(hex::encode(Sha256::digest(&bytes)), *hash);
        }
        assert_eq!(report["evidence"]["count"], saved.len());
        report
    }
}

/// Entries of the phone's journal in order, as text, and hashes of evidence with a receipt.
async fn read(data: &Path) -> (Vec<(String, i64, String)>, Vec<String>) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rw", data.join("waiqin.db").display());
    let mut db = AnyConnection::connect(&url).await.unwrap();
    let entries = sqlx::query("SELECT journal, seq, bytes FROM entries ORDER BY journal, seq");
    let entries = entries.fetch_all(&mut db).await.unwrap();
    let entry = |row: &sqlx::any::AnyRow| {
        let text = String::from_utf8(row.get(2)).unwrap();
        (row.get(0), row.get(1), text)
    };
    let entries = entries.iter().map(entry).collect();
    let custody = sqlx::query("SELECT hash FROM evidence_custody ORDER BY hash");
    let custody = custody.fetch_all(&mut db).await.unwrap();
    let custody = custody.iter().map(|row| row.get(0)).collect();
    db.close().await.unwrap();
    (entries, custody)
}
