//! Nothing that was shown as saved is lost, and what the court signed for it has.

use super::{Oracle, Saved, SeatView, hashes_of, sha256, text};
use crate::tables::Tables;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl Oracle {
    /// What a receipt names is in the court's chain.
    pub(super) fn check_receipts(&self, court: &Tables, wrong: &mut Vec<String>) {
        let entries = court.entries.iter();
        let mut links: BTreeMap<(&str, u64), &str> = entries
            .map(|row| ((row.journal.as_str(), row.seq), row.link.as_str()))
            .collect();
        let gaps = court.gaps.iter();
        links.extend(gaps.map(|(journal, _, to, link)| ((journal.as_str(), *to), link.as_str())));
        for ((journal, seq), (link, _)) in &self.receipts {
            if links.get(&(journal.as_str(), *seq)) != Some(&link.as_str()) {
                wrong.push(format!(
                    "a receipt names entry {seq} of journal {journal}, which the court has not so"
                ));
            }
        }
        for (_, hash) in self.photo_receipts.keys() {
            if !court.objects.contains_key(hash) {
                wrong.push(format!(
                    "a receipt names photo {hash}, which the court has not"
                ));
            }
        }
    }

    /// Every byte ever shown as saved is at the court, on a phone, or named as lost.
    pub(super) fn check_entries(
        &self,
        court: &Tables,
        phones: &[SeatView],
        wrong: &mut Vec<String>,
    ) {
        let at_court = hashes_of(court);
        let on_phones: BTreeSet<String> = phones
            .iter()
            .flat_map(|phone| phone.written.iter().flatten())
            .map(|bytes| sha256(bytes))
            .collect();
        let named = named_lost(court, phones);
        for it in &self.entries {
            let safe = it.destroyed
                || it.aside
                || at_court.contains(&it.hash)
                || on_phones.contains(&it.hash)
                || self.rescued.contains(&it.hash)
                || named
                    .iter()
                    .chain(&self.rescue_lost)
                    .any(|lost| lost.holds(it))
                || self.said_lost(it, phones);
            if !safe {
                wrong.push(format!(
                    "lost: entry {} of journal {}, which phone {} showed as saved ({})",
                    it.seq, it.journal, it.seat, it.hash
                ));
            }
        }
    }

    /// Its own phone says that it is lost.
    fn said_lost(&self, it: &Saved, phones: &[SeatView]) -> bool {
        let own = phones.iter().filter(|phone| phone.seat == it.seat);
        own.into_iter().any(|phone| {
            let within = |run: &(u64, u64)| (run.0..=run.1).contains(&it.number);
            phone.lost.iter().any(within) || phone.parked_from == Some(it.number)
        })
    }

    /// On a good line everything is delivered that can be.
    pub(super) fn check_delivered(
        &self,
        court: &Tables,
        phones: &[SeatView],
        wrong: &mut Vec<String>,
    ) {
        let at_court = hashes_of(court);
        let gaps = gaps_of(court);
        for phone in phones {
            let seat = phone.seat;
            let rests = ["Done", "DoneWithIncidents"].contains(&phone.outcome.as_str());
            if !rests && !phone.revoked {
                wrong.push(format!(
                    "phone {seat} does not come to rest on a good line: {}",
                    phone.outcome
                ));
            }
            // The court certifies no journal of a revoked phone: what it writes after a copy was put
            // back is handed in by people.
            // Nor can a court that was put back certify one anew whose first entry has rotted.
            let rotted = self.court_put_back && self.rotted.contains(&seat);
            let cut_off = phone.followed && (phone.revoked || rotted);
            if phone.undelivered_entries > 0 && phone.parked_from.is_none() && !cut_off {
                wrong.push(format!(
                    "phone {seat} still has {} entries to deliver on a good line",
                    phone.undelivered_entries
                ));
            }
            // Counts come from receipts: what a phone calls delivered is there.
            let written = phone.written.iter().flatten();
            let missing = written.filter(|bytes| !at_court.contains(&sha256(bytes)));
            // What the phone named as lost stays lost at the court, though a copy that was put back
            // reads it again.
            let missing = missing.filter(|bytes| !gaps.iter().any(|gap| gap.names(bytes)));
            // A revoked phone with nothing new is told nothing, not even that the court was put back.
            let told = !(phone.revoked && self.court_put_back);
            if told && missing.count() as u64 > phone.undelivered_entries {
                wrong.push(format!(
                    "phone {seat} calls entries delivered that the court has not"
                ));
            }
            // A photo whose entry rotted before it was delivered is named by nothing.
            let unnamed = self.photos.iter().filter(|it| {
                let lost = self.rotted.contains(&seat) && !at_court.contains(&it.entry);
                it.seat == seat && lost
            });
            let waits = phone.photos_parked.len() + unnamed.count();
            if phone.undelivered_photos > waits && !phone.revoked {
                wrong.push(format!(
                    "phone {seat} still has {} photos to deliver on a good line",
                    phone.undelivered_photos
                ));
            }
        }
    }

    pub(super) fn check_photos(
        &self,
        court: &Tables,
        phones: &[SeatView],
        wrong: &mut Vec<String>,
    ) {
        let hashes = hashes_of(court);
        for it in &self.photos {
            let own = phones.iter().find(|phone| phone.seat == it.seat);
            let on_phone = own.is_some_and(|phone| {
                phone.photos.get(&it.hash) == Some(&Some(it.hash.clone()))
                    || (phone.photos_parked.contains(&it.hash)
                        && self.rotted_photos.contains(&it.seat))
            });
            let named = hashes.contains(&it.entry);
            let read = own.filter(|phone| !phone.revoked);
            let read = read
                .is_some_and(|phone| phone.photos.get(&it.hash) == Some(&Some(it.hash.clone())));
            if named && read && !court.objects.contains_key(&it.hash) {
                wrong.push(format!(
                    "photo {} is on phone {} and named at the court, which has not its bytes",
                    it.hash, it.seat
                ));
            }
            // What rotted after it was delivered is missed only by a court that was put back.
            let safe = it.destroyed
                || court.objects.contains_key(&it.hash)
                || self.rescued.contains(&it.hash)
                || on_phone
                || (self.court_put_back && self.rotted_photos.contains(&it.seat));
            if !safe {
                wrong.push(format!(
                    "lost: photo {}, which phone {} showed as saved",
                    it.hash, it.seat
                ));
            }
        }
    }
}

/// Entries of a journal that are named as lost.
pub(super) struct Lost {
    pub journal: String,
    pub from: u64,
    pub to: u64,
}

impl Lost {
    fn holds(&self, it: &Saved) -> bool {
        it.journal == self.journal && (self.from..=self.to).contains(&it.seq)
    }

    fn names(&self, bytes: &[u8]) -> bool {
        let entry: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let seq = entry["seq"].as_u64().unwrap_or_default();
        text(&entry["journal"]) == self.journal && (self.from..=self.to).contains(&seq)
    }
}

/// What gaps at the court name.
fn gaps_of(court: &Tables) -> Vec<Lost> {
    let gaps = court.gaps.iter();
    gaps.map(|(journal, from, to, _)| Lost {
        journal: journal.clone(),
        from: *from,
        to: *to,
    })
    .collect()
}

/// What gaps at the court and entries *entries lost*, wherever they are, name.
fn named_lost(court: &Tables, phones: &[SeatView]) -> Vec<Lost> {
    let written = phones
        .iter()
        .flat_map(|phone| phone.written.iter().flatten());
    let all = court.entries.iter().map(|row| &row.bytes).chain(written);
    let declared = all.filter_map(|bytes| {
        let entry: Value = serde_json::from_slice(bytes).ok()?;
        let change = &entry["change"];
        (change["kind"] == "entries_lost").then(|| Lost {
            journal: text(&entry["journal"]),
            from: change["from"].as_u64().unwrap_or(u64::MAX),
            to: change["to"].as_u64().unwrap_or_default(),
        })
    });
    gaps_of(court).into_iter().chain(declared).collect()
}
