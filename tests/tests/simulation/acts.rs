//! What officers do.

use crate::scenario::Scenario;
use crate::world::World;
use std::collections::BTreeMap;
use waiqin_core::{EvidenceFacts, RecordRow, RecordsOf, SealRequest, Second, Session};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{CaseId, OfficerId, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, EvidenceRole, EvidenceSource, Path};

const PATHS: [&str; 3] = ["place", "course", "result"];
/// Words that two officers may choose alike.
const WORDS: [&str; 3] = ["大岗镇", "无人应门", "已查封"];
const RECORDS_MAX: usize = 6;
/// Longer than one chunk of an upload.
const LONG_PHOTO: usize = (1 << 20) + 7_000;

impl World {
    /// Opens a record, or changes one.
    pub fn write(&mut self) {
        let Some(seat) = self.some_seat() else { return };
        for _ in 0..1 + self.dice.below(3) {
            self.write_once(seat);
        }
    }

    pub fn write_once(&mut self, seat: usize) {
        let session = self.session(seat);
        let rows = rows(&session);
        if rows.is_empty() || (rows.len() < RECORDS_MAX && self.dice.percent(15)) {
            self.open_record(seat, &session);
            return;
        }
        // Mostly the same few records, so that people meet on them.
        let among = self.dice.below(rows.len()).min(self.dice.below(rows.len()));
        let subject = rows[rows.len() - 1 - among].subject;
        let (path, text) = (*self.dice.pick(&PATHS).unwrap(), self.words());
        let before = session.status().saved_entries;
        let saved = session.change(subject, values(path, &text));
        self.tell(|| format!("phone {seat} writes {path} = {text} on {subject}: {saved:?}"));
        if let Ok(saved) = saved
            && saved.seq > before
        {
            self.saved(seat, saved.seq, &text);
        }
    }

    fn open_record(&mut self, seat: usize, session: &Session) {
        let cases = session.cases("", 0, 9).map(|list| list.items);
        let cases = cases.unwrap_or_default();
        let Some(case) = self.dice.pick(&cases).cloned() else {
            return;
        };
        let case = CaseRef {
            id: Some(CaseId(case.id)),
            typed: case.number.clone(),
            normal: Some(case.number),
            pending: false,
        };
        let text = self.words();
        let saved = session.open_record(Act::Investigation, case, values("place", &text));
        self.tell(|| format!("phone {seat} opens a record, place = {text}: {saved:?}"));
        if let Ok(saved) = saved {
            self.saved(seat, saved.seq, &text);
        }
    }

    fn words(&mut self) -> String {
        if self.dice.percent(20) {
            return (*self.dice.pick(&WORDS).unwrap()).to_owned();
        }
        let n = self.dice.below(1_000_000);
        format!("笔录 {}-{}-{n}", self.seed, self.step)
    }

    /// The phone says *saved*: the oracle gets the bytes that it shows now.
    pub fn saved(&mut self, seat: usize, number: u64, typed: &str) {
        let written = self.session(seat).written(number);
        let mut oracle = self.oracle.lock().unwrap();
        match written {
            Ok(Some(bytes)) => oracle.saved(seat, number, &bytes, typed),
            other => oracle.saw(format!(
                "phone {seat} does not show what it saved as {number}: {other:?}"
            )),
        }
    }

    pub fn photograph(&mut self) {
        let Some(seat) = self.some_seat() else { return };
        let session = self.session(seat);
        let Some(row) = self.dice.pick(&rows(&session)).cloned() else {
            return;
        };
        let length = match self.dice.percent(30) {
            true => LONG_PHOTO,
            false => 1 + self.dice.below(9_000),
        };
        let mut bytes = vec![0; length];
        self.dice.fill(&mut bytes);
        let facts = EvidenceFacts {
            name: "现场.jpg".to_owned(),
            role: EvidenceRole::Overall,
            source: EvidenceSource::Camera,
            caption: None,
            item: None,
            how: None,
            fix: None,
        };
        let saved = session.add_evidence(row.subject, &bytes[..], facts);
        self.tell(|| format!("phone {seat} takes a photo of {length} bytes: {saved:?}"));
        if let Ok(saved) = saved {
            let hash = saved.hash.to_string();
            let mut oracle = self.oracle.lock().unwrap();
            oracle.photo_saved(seat, &hash, &bytes);
            drop(oracle);
            self.saved(seat, saved.seq, &hash);
            self.scenarios.happened(Scenario::PhotoSaved);
        }
    }

    /// Somebody seals a record, and sometimes others seal the same one, unseen.
    pub fn seal(&mut self) {
        let Some(seat) = self.some_seat() else { return };
        let open: Vec<RecordRow> = rows(&self.session(seat))
            .into_iter()
            .filter(|row| row.sealed.is_none() && row.contested == 0)
            .collect();
        let Some(subject) = self.dice.pick(&open).map(|row| row.subject) else {
            return;
        };
        self.seal_as_shown(seat, subject);
        for other in 0..self.seats.len() {
            if other != seat && self.seats[other].session.is_some() && self.dice.percent(40) {
                self.seal_as_shown(other, subject);
            }
        }
    }

    /// Seals a record with a reason for whatever is open.
    fn seal_as_shown(&mut self, seat: usize, subject: SubjectId) {
        let session = self.session(seat);
        let Ok(Some(sheet)) = session.sheet(subject) else {
            return;
        };
        let reasons = sheet.found.iter();
        let request = SealRequest {
            shown: sheet.hash,
            reasons: reasons
                .map(|found| (found.rule.to_owned(), "现场紧急".to_owned()))
                .collect(),
            second: Some(Second::Here(OfficerId::from_bytes([3; 16]))),
        };
        let saved = session.seal(subject, &request);
        self.tell(|| format!("phone {seat} seals {subject}: {saved:?}"));
        if let Ok(saved) = saved {
            self.saved(seat, saved.seq, "sealed");
            self.scenarios.happened(Scenario::Sealed);
        }
    }

    /// Whoever may, chooses between values that stand against each other.
    pub fn decide(&mut self) {
        for seat in 0..self.seats.len() {
            if self.seats[seat].session.is_some() && self.dice.percent(70) {
                self.decide_on(seat);
            }
        }
    }

    fn decide_on(&mut self, seat: usize) {
        let session = self.session(seat);
        for row in rows(&session).into_iter().filter(|row| row.contested > 0) {
            let Ok(Some(page)) = session.record(row.subject) else {
                continue;
            };
            let contested = page.record.contested();
            let Some(path) = self.dice.pick(&contested).copied() else {
                continue;
            };
            let candidates = &page.record.fields[path].candidates;
            let chosen = self.dice.pick(candidates).unwrap().entry;
            let saved = session.decide(row.subject, path, chosen, "与照片相符");
            let what = format!("phone {seat} decides {} of {}", path.as_str(), row.subject);
            self.tell(|| format!("{what}: {saved:?}"));
            if let Ok(saved) = saved {
                self.saved(seat, saved.seq, "contest_decided");
                return;
            }
        }
    }

    /// Some phone syncs over a line that is good, bad or terrible.
    pub async fn sync_some(&mut self) {
        let Some(seat) = self.some_seat() else { return };
        let trouble = *self.dice.pick(&[0, 0, 15, 30]).unwrap();
        self.sync(seat, trouble).await;
    }

    pub async fn sync(&mut self, seat: usize, trouble: usize) {
        let session = self.session(seat);
        self.network.line(self.dice.apart(), trouble);
        let report = self.network.unless_dropped(session.sync()).await;
        self.pulled = true;
        self.tell(|| format!("phone {seat} syncs, trouble {trouble}: {report:?}"));
        drop(session);
        let device = self.seats[seat].device;
        if self.devices[device].is_off() {
            self.crash(device);
            self.start(device);
        }
    }

    pub fn relock(&mut self) {
        let Some(seat) = self.some_seat() else { return };
        self.tell(|| format!("phone {seat} is locked and unlocked"));
        self.session(seat).lock();
        self.seats[seat].session = None;
        let unlocked = self.unlock(seat);
        unlocked.expect("what was locked unlocks");
        self.scenarios.happened(Scenario::Relocked);
    }
}

pub fn rows(session: &Session) -> Vec<RecordRow> {
    session.records(&RecordsOf::All, 0, 99).unwrap_or_default()
}

pub fn values(path: &str, text: &str) -> BTreeMap<Path, Value> {
    [(Path::new(path).unwrap(), Value::from(text))].into()
}

/// Records of a case on which somebody's work is not delivered.
pub fn undelivered_on(session: &Session, case: &str) -> Vec<SubjectId> {
    let rows = session.records(&RecordsOf::Undelivered, 0, 99);
    let on = |row: &RecordRow| row.case.id == Some(CaseId(case.to_owned()));
    let rows = rows.unwrap_or_default().into_iter();
    rows.filter(on).map(|row| row.subject).collect()
}
