//! The end of a world: the line is good, everybody syncs until nothing moves, and what each phone
//! shows is laid before the oracle.

use crate::acts::rows;
use crate::office::OFFICERS;
use crate::oracle::{SeatView, sha256};
use crate::scenario::Scenario;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use waiqin_core::disk::Fault;
use waiqin_core::{IncidentKind, ParkedItem, Session};
use waiqin_protocol::ids::EvidenceHash;

const ROUNDS_MAX: usize = 12;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

impl World {
    /// Comes to rest, and says what does not hold.
    pub async fn end(mut self) -> Vec<String> {
        self.network.calm().await;
        for device in 0..self.devices.len() {
            self.devices[device].fail(Fault::None);
            self.devices[device].clock.set_wrong(0);
        }
        for seat in 0..self.seats.len() {
            if let Some(session) = &self.seats[seat].session {
                session.check_journal().expect("the journal is read");
            }
        }
        self.sync_until_quiet().await;
        // What nobody noticed is found in the morning: phones are unlocked anew and compare.
        self.pass(DAY_MS);
        for device in 0..self.devices.len() {
            self.crash(device);
            self.start(device);
        }
        for session in self.seats.iter().filter_map(|seat| seat.session.as_ref()) {
            session.check_journal().expect("the journal is read");
        }
        let outcomes = self.sync_until_quiet().await;
        if let Some(stranger) = &self.stranger {
            let pushed = stranger.push(&*self.office.lock().await).await;
            self.note_push(pushed);
        }
        let mut views: Vec<SeatView> = Vec::new();
        for (seat, outcome) in &outcomes {
            let status = self.session(*seat).status();
            self.tell(|| format!("phone {seat} rests: {status:?}"));
            views.push(self.view(*seat, outcome));
        }
        views.extend(self.stranger.as_ref().map(|stranger| stranger.view()));
        let court = self.tables().await;
        let mut oracle = self.oracle.lock().unwrap();
        oracle.judge(&court, &views)
    }

    /// Everybody syncs, hour by hour, until a whole round moves nothing.
    async fn sync_until_quiet(&mut self) -> BTreeMap<usize, String> {
        let mut outcomes = BTreeMap::new();
        let mut before = None;
        for _ in 0..ROUNDS_MAX {
            self.pass(HOUR_MS);
            let mut done = true;
            for seat in 0..self.seats.len() {
                let Some(session) = self.seats[seat].session.clone() else {
                    continue;
                };
                session.unpark();
                let report = session.sync().await;
                self.tell(|| format!("at the end phone {seat} syncs: {report:?}"));
                let outcome = match &report {
                    Ok(report) => format!("{:?}", report.outcome),
                    Err(error) => format!("{error:?}"),
                };
                let status = session.status();
                done &= status.undelivered_entries == 0 && status.undelivered_photos == 0;
                outcomes.insert(seat, outcome);
            }
            let court = self.office.lock().await.court();
            let now = court.db().log_position().await.unwrap();
            if before == Some(now) && done {
                break;
            }
            before = Some(now);
        }
        outcomes
    }

    fn view(&self, seat: usize, outcome: &str) -> SeatView {
        let session = self.session(seat);
        let status = session.status();
        let (mut lost, mut followed, mut fetched_again) = (Vec::new(), false, false);
        for incident in &status.incidents {
            match &incident.kind {
                IncidentKind::EntriesLost { from, to } => lost.push((*from, *to)),
                IncidentKind::ServerAhead { .. } => {
                    self.scenarios.happened(Scenario::CopyFoundAhead);
                    followed = true;
                }
                IncidentKind::Fork { .. } => followed = true,
                IncidentKind::CaseFetchedAgain { .. } => {
                    self.scenarios.happened(Scenario::CaseFetchedAgain);
                    fetched_again = true;
                }
                IncidentKind::ServerRolledBack { .. } => {
                    self.scenarios.happened(Scenario::RollbackSeen);
                }
                _ => {}
            }
        }
        let mut photos_parked = BTreeSet::new();
        let mut parked_from = None;
        for parked in &status.parked {
            match &parked.item {
                ParkedItem::Evidence(hash) => {
                    photos_parked.insert(hash.to_string());
                }
                ParkedItem::Journal(from) => parked_from = Some(*from),
            }
        }
        let (records, listed) = shown(&session);
        SeatView {
            seat,
            list_name: OFFICERS[self.seats[seat].officer].1.to_owned(),
            revoked: self.seats[seat].revoked,
            followed,
            written: (1..=status.saved_entries)
                .map(|number| session.written(number).unwrap_or_default())
                .collect(),
            lost,
            parked_from,
            photos_parked,
            photos: self.photos_of(seat, &session),
            records,
            listed,
            undelivered_entries: status.undelivered_entries,
            undelivered_photos: status.undelivered_photos,
            outcome: outcome.to_owned(),
            fetched_again,
            differing: status.differing,
        }
    }

    fn photos_of(&self, seat: usize, session: &Session) -> BTreeMap<String, Option<String>> {
        let asked = self.oracle.lock().unwrap().photos_of(seat);
        let read = |hash: &String| {
            let hash: EvidenceHash = hash.parse().unwrap();
            session.original(hash).ok().flatten()
        };
        let read = asked.into_iter().map(|hash| {
            let bytes = read(&hash);
            (hash, bytes.map(|bytes| sha256(&bytes)))
        });
        read.collect()
    }
}

/// Records as the phone shows them, and the entries that it lists for each.
fn shown(
    session: &Session,
) -> (
    BTreeMap<String, serde_json::Value>,
    BTreeMap<String, Vec<String>>,
) {
    let (mut records, mut listed) = (BTreeMap::new(), BTreeMap::new());
    for row in rows(session) {
        let Ok(Some(page)) = session.record(row.subject) else {
            continue;
        };
        let subject = row.subject.to_string();
        let hashes = page.entries.iter().map(|line| line.hash.to_string());
        listed.insert(subject.clone(), hashes.collect());
        records.insert(subject, serde_json::to_value(&page.record).unwrap());
    }
    (records, listed)
}
