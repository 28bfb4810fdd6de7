//! Evidence of a record as pages show it: each piece is received, verified, not delivered, or
//! declared missing by a person; a withdrawn one is shown as such.

use super::show;
use crate::db::EvidenceRow;
use crate::words::console::ConsoleWords;
use std::collections::HashMap;
use waiqin_protocol::journal::{EvidenceRole, EvidenceSource};
use waiqin_protocol::record::{EvidenceState, Record};

/// Media of which thumbnails are made, and which browsers show.
pub(super) const PICTURES: [&str; 2] = ["image/jpeg", "image/png"];

/// How far a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// 已复核
    Verified,
    /// 已签收
    Received,
    /// 未送达
    Undelivered,
    /// 声明缺失
    DeclaredMissing,
}

impl Delivery {
    /// Its word.
    pub fn word(self, words: &ConsoleWords) -> &'static str {
        match self {
            Self::Verified => words.evidence_verified,
            Self::Received => words.evidence_received,
            Self::Undelivered => words.evidence_undelivered,
            Self::DeclaredMissing => words.evidence_missing,
        }
    }

    /// The colour beside the word.
    pub fn class(self) -> &'static str {
        match self {
            Self::Verified | Self::Received => "proved",
            Self::Undelivered => "care",
            Self::DeclaredMissing => "law",
        }
    }
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Photo {
    pub hash: String,
    pub short_hash: String,
    pub name: String,
    pub role: &'static str,
    pub caption: String,
    pub source: &'static str,
    pub how: Option<String>,
    pub length: String,
    pub pixels: Option<String>,
    pub taken: Option<String>,
    pub added: String,
    pub received: Option<String>,
    pub verified: Option<String>,
    pub delivery: Delivery,
    pub state: &'static str,
    /// The bytes are here.
    pub here: bool,
    /// A thumbnail can be asked for.
    pub thumbnail: bool,
    /// What stands in its place.
    pub none: String,
    pub withdrawn: Option<String>,
    pub missing: Option<String>,
}

/// The evidence of a record, in order of entry.
pub(super) fn of(
    record: &Record,
    rows: &[EvidenceRow],
    words: &'static ConsoleWords,
    court_time: &dyn Fn(i64) -> i64,
) -> Vec<Photo> {
    let rows: HashMap<&str, &EvidenceRow> = rows.iter().map(|it| (it.hash.as_str(), it)).collect();
    record
        .evidence
        .iter()
        // Strokes are drawn where the seal says who signed.
        .filter(|state| state.evidence.source != EvidenceSource::Glass)
        .map(|state| {
            let hash = state.evidence.hash.to_string();
            let row = rows
                .get(hash.as_str())
                .filter(|row| row.received_ms.is_some());
            photo(state, hash, row.copied(), words, court_time)
        })
        .collect()
}

fn photo(
    state: &EvidenceState,
    hash: String,
    row: Option<&EvidenceRow>,
    words: &'static ConsoleWords,
    court_time: &dyn Fn(i64) -> i64,
) -> Photo {
    let evidence = &state.evidence;
    let delivery = match (row, &state.missing) {
        (Some(row), _) if row.verified_ms.is_some() => Delivery::Verified,
        (Some(_), _) => Delivery::Received,
        (None, Some(_)) => Delivery::DeclaredMissing,
        (None, None) => Delivery::Undelivered,
    };
    let media = row.and_then(|row| row.media.as_deref());
    let thumbnail = media.is_some_and(|media| PICTURES.contains(&media));
    let none = match row {
        Some(_) => words.not_a_picture.to_owned(),
        None => evidence.name.clone(),
    };
    let state_word = if state.withdrawn.is_some() {
        words.evidence_withdrawn
    } else {
        delivery.word(words)
    };
    let time = |ms: Option<i64>| ms.map(|ms| show::second(court_time(ms)));
    Photo {
        short_hash: show::short_hash(&hash),
        hash,
        name: evidence.name.clone(),
        role: role_word(evidence.role, words),
        caption: evidence.caption.clone().unwrap_or_default(),
        source: source_word(evidence.source, words),
        how: evidence.how.clone(),
        length: show::size(evidence.length),
        pixels: evidence
            .width
            .zip(evidence.height)
            .map(|(w, h)| format!("{w} × {h}")),
        taken: evidence.taken.map(show::second),
        added: show::second(state.at),
        received: time(row.and_then(|row| row.received_ms)),
        verified: time(row.and_then(|row| row.verified_ms)),
        here: row.is_some(),
        delivery,
        state: state_word,
        thumbnail,
        none,
        withdrawn: state.withdrawn.clone(),
        missing: state.missing.clone(),
    }
}

fn role_word(role: EvidenceRole, words: &ConsoleWords) -> &'static str {
    match role {
        EvidenceRole::Overall => words.photo_overall,
        EvidenceRole::Detail => words.photo_detail,
        EvidenceRole::Nameplate => words.photo_nameplate,
        EvidenceRole::SealStrip => words.photo_seal_strip,
        EvidenceRole::Service => words.photo_service,
        EvidenceRole::Signature => words.photo_signature,
        EvidenceRole::Paper => words.photo_paper,
        EvidenceRole::Lease => words.photo_lease,
        EvidenceRole::Injury => words.photo_injury,
        EvidenceRole::Other => words.photo_other,
    }
}

fn source_word(source: EvidenceSource, words: &ConsoleWords) -> &'static str {
    match source {
        EvidenceSource::Camera => words.source_camera,
        EvidenceSource::External => words.source_external,
        EvidenceSource::Glass => words.source_glass,
    }
}
