//! Court and phones agree with the log.

use super::{SeatView, text};
use crate::reference::{Folded, Record};
use crate::tables::Tables;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The court's own fold says what the words of the design say.
pub fn check_court(court: &Tables, folded: &BTreeMap<String, Folded>, wrong: &mut Vec<String>) {
    for (subject, it) in folded {
        let shown = court.records.get(subject).map(record_of);
        if shown != it.record {
            wrong.push(format!(
                "the court shows record {subject} otherwise than its log: {}",
                difference(shown.as_ref(), it.record.as_ref())
            ));
        }
    }
}

/// Phones show the records of their officer's cases as the log has them.
pub fn check_phones(
    court: &Tables,
    phones: &[SeatView],
    folded: &BTreeMap<String, Folded>,
    wrong: &mut Vec<String>,
) {
    let by_hash: BTreeMap<&str, &str> = court
        .entries
        .iter()
        .filter_map(|row| Some((row.hash.as_str(), row.subject.as_deref()?)))
        .collect();
    for phone in phones {
        for (subject, hashes) in &phone.listed {
            let once: BTreeSet<&String> = hashes.iter().collect();
            if once.len() != hashes.len() {
                wrong.push(format!(
                    "phone {} lists an entry of {subject} twice",
                    phone.seat
                ));
            }
        }
        if phone.revoked {
            continue;
        }
        for (subject, it) in folded {
            let Some(expected) = &it.record else { continue };
            let case = court
                .records
                .get(subject)
                .map(|view| text(&view["case"]["id"]));
            let seen = case.is_some_and(|case| {
                court.cases.get(&case) == Some(&phone.list_name)
                    || court.given.contains(&(case, phone.list_name.clone()))
            });
            if !seen || has_more(phone, subject, it, &by_hash) {
                continue;
            }
            let shown = phone.records.get(subject).map(record_of);
            if shown.as_ref() != Some(expected) {
                wrong.push(format!(
                    "phone {} shows record {subject} otherwise than the log: {}",
                    phone.seat,
                    difference(shown.as_ref(), Some(expected))
                ));
            }
        }
    }
}

/// Whether the phone has own entries on a record that the log does not fold: held, beside the chain,
/// set aside. They lie over what it shows.
fn has_more(
    phone: &SeatView,
    subject: &str,
    folded: &Folded,
    by_hash: &BTreeMap<&str, &str>,
) -> bool {
    let own = phone.written.iter().flatten();
    own.into_iter().any(|bytes| {
        let entry: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let hash = super::sha256(bytes);
        let logged = by_hash.get(hash.as_str()) == Some(&subject);
        entry["subject"] == subject && (!logged || folded.aside.contains(&hash))
    })
}

/// Whether own entries on a record rotted on the phone after the court had them, so that what it shows
/// of them came back.
pub(super) fn has_less(court: &Tables, phone: &SeatView, subject: &str) -> bool {
    let read: Vec<(String, String)> = phone
        .written
        .iter()
        .flatten()
        .map(|bytes| {
            let entry: Value = serde_json::from_slice(bytes).unwrap_or_default();
            (text(&entry["journal"]), super::sha256(bytes))
        })
        .collect();
    court.entries.iter().any(|row| {
        row.subject.as_deref() == Some(subject)
            && read.iter().any(|(journal, _)| *journal == row.journal)
            && !read.iter().any(|(_, hash)| *hash == row.hash)
    })
}

/// What a record of the product shows, as the words of the design count it.
fn record_of(view: &Value) -> Record {
    let mut record = Record::default();
    for (path, state) in view["fields"].as_object().into_iter().flatten() {
        let candidates = state["candidates"].as_array().into_iter().flatten();
        let given = candidates.map(|it| (text(&it["entry"]), it["value"].to_string()));
        record.fields.insert(path.clone(), given.collect());
    }
    let seals = view["seals"].as_array().into_iter().flatten();
    record.seals = seals.map(|it| text(&it["entry"])).collect();
    let photos = view["evidence"].as_array().into_iter().flatten();
    record.photos = photos.map(|it| text(&it["evidence"]["hash"])).collect();
    record
}

fn difference(shown: Option<&Record>, expected: Option<&Record>) -> String {
    let (Some(shown), Some(expected)) = (shown, expected) else {
        return format!("shown {}, logged {}", shown.is_some(), expected.is_some());
    };
    for path in shown.fields.keys().chain(expected.fields.keys()) {
        let (is, should) = (shown.fields.get(path), expected.fields.get(path));
        if is != should {
            return format!("{path} is {is:?} and should be {should:?}");
        }
    }
    if shown.seals != expected.seals {
        return format!(
            "seals are {:?} and should be {:?}",
            shown.seals, expected.seals
        );
    }
    format!(
        "photos are {:?} and should be {:?}",
        shown.photos, expected.photos
    )
}
