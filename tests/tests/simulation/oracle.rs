//! What must hold, told by bytes and hashes alone: what was shown as saved and when, what the court
//! signed, what lies in its tables and on the phones. Nothing here folds or syncs with the product's
//! code; entries are read as JSON, hashed and chained again.

mod agreement;
mod chains;
mod custody;

use crate::reference::{self, Folded, Logged};
use crate::scenario::{Scenario, Scenarios};
use crate::tables::{EntryRow, Tables};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub struct Oracle {
    scenarios: Scenarios,
    entries: Vec<Saved>,
    photos: Vec<SavedPhoto>,
    /// What the court signed since it was last put back: journal, number → link and the whole receipt.
    receipts: BTreeMap<(String, u64), (String, Value)>,
    /// The newest receipt that the court gave for each journal.
    newest: BTreeMap<String, u64>,
    photo_receipts: BTreeMap<(String, String), Value>,
    /// Hashes of entries and photos that a rescue brought out of a phone whose keys were lost.
    rescued: BTreeSet<String>,
    rescue_lost: Vec<custody::Lost>,
    /// Phones on which a photo rotted.
    rotted_photos: BTreeSet<usize>,
    court_put_back: bool,
    /// Photos that the court signed for and lacks since it was put back.
    photos_gone: BTreeSet<String>,
    /// Journals that it certified since, and before.
    certified: BTreeSet<String>,
    certified_before: BTreeSet<String>,
    /// Phones on which a journal rotted.
    rotted: BTreeSet<usize>,
    /// Phones in whose store something of others was harmed.
    harmed: BTreeSet<usize>,
    /// What was seen to be wrong before the end.
    wrong: Vec<String>,
}

/// An entry that a phone showed as saved.
struct Saved {
    seat: usize,
    number: u64,
    journal: String,
    seq: u64,
    hash: String,
    /// Its phone has it, as far as copies that were put back tell.
    held: bool,
    /// Somebody put old copies back until it was nowhere any more.
    destroyed: bool,
    /// It rotted at the end of its journal, which was copied aside.
    aside: bool,
}

/// A photo that a phone showed as saved.
struct SavedPhoto {
    seat: usize,
    hash: String,
    /// The entry that names it.
    entry: String,
    held: bool,
    destroyed: bool,
}

/// What the phones of some seats hold at a moment.
#[derive(Clone, Default)]
pub struct Holding {
    entries: Vec<usize>,
    photos: Vec<usize>,
}

/// One officer's phone at the end.
pub struct SeatView {
    pub seat: usize,
    /// The officer's name in the list.
    pub list_name: String,
    pub revoked: bool,
    /// It was told that a new journal must follow.
    pub followed: bool,
    /// Bytes by number, the first at 0.
    pub written: Vec<Option<Vec<u8>>>,
    /// Runs of numbers that it says are lost.
    pub lost: Vec<(u64, u64)>,
    /// It set its journal aside from this number on.
    pub parked_from: Option<u64>,
    /// Photos that it set aside, by hash.
    pub photos_parked: BTreeSet<String>,
    /// Photos it was asked for: the hash of what it has.
    pub photos: BTreeMap<String, Option<String>>,
    /// Records that it shows.
    pub records: BTreeMap<String, Value>,
    /// Hashes of the entries that it lists for each.
    pub listed: BTreeMap<String, Vec<String>>,
    pub undelivered_entries: u64,
    pub undelivered_photos: usize,
    /// How its last sync ended.
    pub outcome: String,
    /// It found that it held a case otherwise than the court, and fetched it again.
    pub fetched_again: bool,
    /// Cases that it says to hold otherwise still.
    pub differing: Vec<String>,
}

impl SeatView {
    /// A phone that was made by hand: what it wrote, and nothing else.
    pub fn by_hand(seat: usize, written: Vec<Option<Vec<u8>>>) -> Self {
        Self {
            seat,
            list_name: String::new(),
            revoked: false,
            followed: false,
            written,
            lost: Vec::new(),
            parked_from: None,
            photos_parked: BTreeSet::new(),
            photos: BTreeMap::new(),
            records: BTreeMap::new(),
            listed: BTreeMap::new(),
            undelivered_entries: 0,
            undelivered_photos: 0,
            outcome: "Done".to_owned(),
            fetched_again: false,
            differing: Vec::new(),
        }
    }
}

impl Oracle {
    pub fn new(scenarios: Scenarios) -> Self {
        Self {
            scenarios,
            entries: Vec::new(),
            photos: Vec::new(),
            receipts: BTreeMap::new(),
            newest: BTreeMap::new(),
            photo_receipts: BTreeMap::new(),
            rescued: BTreeSet::new(),
            rescue_lost: Vec::new(),
            rotted_photos: BTreeSet::new(),
            court_put_back: false,
            photos_gone: BTreeSet::new(),
            certified: BTreeSet::new(),
            certified_before: BTreeSet::new(),
            rotted: BTreeSet::new(),
            harmed: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// A phone said *saved*: these are the bytes that it showed then.
    pub fn saved(&mut self, seat: usize, number: u64, bytes: &[u8], typed: &str) {
        let hash = sha256(bytes);
        if !String::from_utf8_lossy(bytes).contains(typed) {
            self.wrong.push(format!(
                "entry {number} of phone {seat} does not say what was typed"
            ));
        }
        for photo in &mut self.photos {
            if photo.hash == typed {
                photo.entry.clone_from(&hash);
            }
        }
        let entry: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let journal = entry["journal"].as_str().unwrap_or_default().to_owned();
        let known = |it: &Saved| it.seat == seat && it.number == number && it.hash == hash;
        if let Some(known) = self.entries.iter_mut().find(|it| known(it)) {
            known.held = true;
            known.destroyed = false;
            return;
        }
        self.entries.push(Saved {
            seat,
            number,
            journal,
            seq: entry["seq"].as_u64().unwrap_or_default(),
            hash,
            held: true,
            destroyed: false,
            aside: false,
        });
    }

    /// A phone said *saved* of a photo and named its hash.
    pub fn photo_saved(&mut self, seat: usize, named: &str, bytes: &[u8]) {
        let hash = sha256(bytes);
        if hash != named {
            self.wrong.push(format!(
                "phone {seat} names a photo by {named}, which is {hash}"
            ));
        }
        self.photos.push(SavedPhoto {
            seat,
            hash,
            entry: String::new(),
            held: true,
            destroyed: false,
        });
    }

    /// Hashes of the photos that a seat's phone showed as saved.
    pub fn photos_of(&self, seat: usize) -> BTreeSet<String> {
        let own = self.photos.iter().filter(|it| it.seat == seat);
        own.map(|it| it.hash.clone()).collect()
    }

    /// What the phones of these seats hold: a copy of them is taken.
    pub fn holding(&self, seats: &[usize]) -> Holding {
        let entries = self.entries.iter().enumerate();
        let photos = self.photos.iter().enumerate();
        Holding {
            entries: entries
                .filter(|(_, it)| it.held && seats.contains(&it.seat))
                .map(|(at, _)| at)
                .collect(),
            photos: photos
                .filter(|(_, it)| it.held && seats.contains(&it.seat))
                .map(|(at, _)| at)
                .collect(),
        }
    }

    /// A copy was put back on the phone of these seats, or the phone is gone (an empty holding).
    pub fn put_back(&mut self, seats: &[usize], holding: &Holding, court: &Tables) {
        for (at, it) in self.entries.iter_mut().enumerate() {
            if seats.contains(&it.seat) {
                it.held = holding.entries.contains(&at);
            }
        }
        for (at, it) in self.photos.iter_mut().enumerate() {
            if seats.contains(&it.seat) {
                it.held = holding.photos.contains(&at);
            }
        }
        self.destroy(court);
    }

    /// The court's server was put back to a copy: what it signed since may be signed anew.
    pub fn court_put_back(&mut self, court: &Tables) {
        self.receipts.clear();
        self.newest.clear();
        let signed_for = std::mem::take(&mut self.photo_receipts).into_keys();
        let gone = signed_for.filter(|(_, hash)| !court.objects.contains_key(hash));
        self.photos_gone.extend(gone.map(|(_, hash)| hash));
        self.certified_before.append(&mut self.certified);
        self.court_put_back = true;
        self.destroy(court);
    }

    /// What lies nowhere any more, because somebody put old copies back, is not the product's loss.
    fn destroy(&mut self, court: &Tables) {
        let there = hashes_of(court);
        for it in &mut self.entries {
            let safe = it.held || there.contains(&it.hash) || self.rescued.contains(&it.hash);
            it.destroyed |= !safe;
        }
        for it in &mut self.photos {
            let objects = &court.objects;
            let safe = it.held || objects.contains_key(&it.hash) || self.rescued.contains(&it.hash);
            it.destroyed |= !safe;
        }
    }

    /// A rescue brought these bytes out of a phone.
    pub fn rescued(&mut self, bytes: &[u8]) {
        self.rescued.insert(sha256(bytes));
    }

    /// A rescue says that these entries of a journal do not read.
    pub fn rescue_lacks(&mut self, journal: &str, from: u64, to: u64) {
        let journal = journal.to_owned();
        self.rescue_lost.push(custody::Lost { journal, from, to });
    }

    /// Something was seen to be wrong on the way.
    pub fn saw(&mut self, wrong: String) {
        self.wrong.push(wrong);
    }

    pub fn harmed(&mut self, seat: usize) {
        self.harmed.insert(seat);
    }

    pub fn rotted(&mut self, seat: usize) {
        self.rotted.insert(seat);
    }

    /// The rotten end of a phone's journal was copied aside; what nothing had known durable stands
    /// there, after so many entries.
    pub fn set_aside(&mut self, seat: usize, saved: u64) {
        let held = self.entries.iter_mut().filter(|it| it.held);
        for it in held.filter(|it| it.seat == seat && it.number > saved) {
            it.aside = true;
        }
    }

    pub fn photo_rotted(&mut self, seat: usize) {
        self.rotted_photos.insert(seat);
    }

    /// The court answered, and whatever it signed is out in the world.
    pub fn answered(&mut self, asked: &str, body: &[u8]) {
        match asked {
            "sync" => {
                for line in body.split(|byte| *byte == b'\n') {
                    if line.starts_with(b"{\"receipt\":") {
                        let line: Value = serde_json::from_slice(line).unwrap_or_default();
                        self.receipt(&line["receipt"]);
                    }
                }
            }
            "journal" => {
                let answer: Value = serde_json::from_slice(body).unwrap_or_default();
                let journal = text(&answer["certificate"]["body"]["journal"]);
                if self.certified_before.remove(&journal) {
                    self.scenarios.happened(Scenario::JournalCertifiedAnew);
                }
                self.certified.insert(journal);
            }
            "status" => {
                let answer: Value = serde_json::from_slice(body).unwrap_or_default();
                for item in answer["items"].as_array().into_iter().flatten() {
                    self.photo_receipt(&item["receipt"]);
                }
            }
            _ => {}
        }
    }

    fn receipt(&mut self, receipt: &Value) {
        let body = &receipt["body"];
        let journal = text(&body["journal"]);
        let seq = body["seq"].as_u64().unwrap_or_default();
        let newest = self.newest.entry(journal.clone()).or_default();
        if seq < *newest {
            self.wrong.push(format!(
                "a receipt shrank: journal {journal} had one for {newest}, and now one for {seq}"
            ));
        }
        *newest = seq.max(*newest);
        let link = text(&body["link"]);
        let known = self.receipts.entry((journal.clone(), seq));
        let first = known.or_insert_with(|| (link, receipt.clone()));
        if first.1 != *receipt {
            self.wrong.push(format!(
                "a receipt was given twice: entry {seq} of journal {journal} has two that differ"
            ));
        }
    }

    fn photo_receipt(&mut self, receipt: &Value) {
        let body = &receipt["body"];
        if body.is_null() {
            return;
        }
        let key = (text(&body["journal"]), text(&body["hash"]));
        let first = self.photo_receipts.entry(key.clone());
        if first.or_insert_with(|| receipt.clone()) != receipt {
            self.wrong.push(format!(
                "a receipt was given twice: photo {} has two",
                key.1
            ));
        }
    }

    /// Everything that does not hold at the end, in sentences; empty when all does.
    pub fn judge(&mut self, court: &Tables, phones: &[SeatView]) -> Vec<String> {
        let mut wrong = std::mem::take(&mut self.wrong);
        let folded = fold_all(court);
        self.count(court, phones, &folded);
        chains::check(court, &mut wrong);
        self.check_receipts(court, &mut wrong);
        self.check_entries(court, phones, &mut wrong);
        self.check_photos(court, phones, &mut wrong);
        self.check_delivered(court, phones, &mut wrong);
        agreement::check_court(court, &folded, &mut wrong);
        agreement::check_phones(court, phones, &folded, &mut wrong);
        self.check_comparisons(phones, &mut wrong);
        wrong
    }

    /// At rest nothing differs, and a phone in which nothing was harmed never thought so.
    fn check_comparisons(&self, phones: &[SeatView], wrong: &mut Vec<String>) {
        for phone in phones.iter().filter(|phone| !phone.revoked) {
            let seat = phone.seat;
            if !phone.differing.is_empty() {
                wrong.push(format!(
                    "phone {seat} rests while {:?} differ",
                    phone.differing
                ));
            }
            let harmed = self.harmed.contains(&seat) || self.rotted.contains(&seat);
            if phone.fetched_again && !harmed {
                wrong.push(format!("phone {seat} raised a false alarm"));
            }
        }
    }

    /// What happened, as far as the court's tables tell.
    fn count(&self, court: &Tables, phones: &[SeatView], folded: &BTreeMap<String, Folded>) {
        let times = |scenario, count: u64| {
            for _ in 0..count {
                self.scenarios.happened(scenario);
            }
        };
        for it in folded.values() {
            times(Scenario::Contest, it.contests);
            times(Scenario::ContestDecided, it.decided);
            times(Scenario::LateEditOutsideSeal, it.outside);
            let seals = it.record.as_ref().map_or(0, |record| record.seals.len());
            times(Scenario::TwoSeals, u64::from(seals > 1));
        }
        let followed = court.journals.values().filter(|it| it.cause != "enrolled");
        times(Scenario::JournalFollowed, followed.count() as u64);
        times(Scenario::CopyForked, u64::from(!court.forked.is_empty()));
        let lost = phones.iter().any(|phone| !phone.lost.is_empty());
        times(
            Scenario::EntriesLostNamed,
            u64::from(lost || !court.gaps.is_empty()),
        );
        let mended = phones.iter().filter(|phone| !phone.revoked);
        let mended = mended.flat_map(|phone| folded.keys().map(move |subject| (phone, subject)));
        let mended = mended.filter(|(phone, subject)| {
            phone.records.contains_key(*subject) && agreement::has_less(court, phone, subject)
        });
        times(Scenario::OwnCameBack, mended.count() as u64);
        let back = self.photos_gone.iter();
        let back = back.filter(|hash| court.objects.contains_key(*hash));
        times(Scenario::PhotoCameBack, back.count() as u64);
        let revoked = court.entries.iter();
        let handed_in = revoked.filter(|it| it.reason.as_deref() == Some("revoked"));
        times(Scenario::RevokedHandedIn, u64::from(handed_in.count() > 0));
    }
}

/// Every record by the words of the design, folded over the court's log.
fn fold_all(court: &Tables) -> BTreeMap<String, Folded> {
    let revoked_with: BTreeMap<String, u64> = court
        .log
        .iter()
        .filter_map(|row| {
            let body: Value = serde_json::from_str(&row.body).ok()?;
            (body["act"] == "revoked").then(|| (text(&body["journal"]), row.number))
        })
        .collect();
    let mut subjects: BTreeMap<String, Vec<Logged>> = BTreeMap::new();
    let mut rows: Vec<&EntryRow> = court.entries.iter().collect();
    rows.sort_by_key(|row| (row.verdict_number, row.seq));
    for row in rows {
        let Some(subject) = &row.subject else {
            continue;
        };
        let revoked = revoked_with.get(&row.journal);
        subjects.entry(subject.clone()).or_default().push(Logged {
            journal: row.journal.clone(),
            hash: sha256(&row.bytes),
            entry: serde_json::from_slice(&row.bytes).ok(),
            revoked: revoked.is_some_and(|number| row.log_number > *number),
        });
    }
    subjects
        .into_iter()
        .map(|(subject, log)| (subject, reference::fold(&log)))
        .collect()
}

/// Hashes of every entry that the court has, in the chain or beside it.
fn hashes_of(court: &Tables) -> BTreeSet<String> {
    let chained = court
        .entries
        .iter()
        .map(|row: &EntryRow| sha256(&row.bytes));
    let forked = court.forked.iter().map(|(_, _, bytes)| sha256(bytes));
    chained.chain(forked).collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
