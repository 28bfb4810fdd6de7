//! The entries behind a record: their place in the chain, when they came, and the verdicts.

use super::show;
use crate::db::EntryRow;
use crate::words::console::ConsoleWords;
use waiqin_protocol::journal::{Act, Entry};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// An entry of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EntryLine {
    pub seq: i64,
    pub hash: String,
    pub short_hash: String,
    pub kind: String,
    /// By the device's clock.
    pub at: String,
    /// By the server's clock.
    pub received: String,
    pub verdict: &'static str,
    pub class: &'static str,
    pub reason: Option<&'static str>,
    /// The journal, where a record has entries of several.
    pub journal: String,
}

/// The lines of a record's entries; times of the day on which it was opened carry no date.
pub(super) fn of(
    rows: &[EntryRow],
    opened_ms: i64,
    words: &'static ConsoleWords,
    court_time: &dyn Fn(i64) -> i64,
) -> Vec<EntryLine> {
    rows.iter()
        .map(|row| {
            let at_ms = Entry::from_bytes(&row.bytes)
                .ok()
                .map(|entry| entry.at.wall);
            let (verdict, class) = verdict_word(row.verdict, words);
            EntryLine {
                seq: row.seq,
                short_hash: show::short_hash(&row.hash),
                hash: row.hash.clone(),
                kind: kind_word(row.kind.as_deref().unwrap_or_default(), words),
                at: at_ms.map(|ms| time(ms, opened_ms)).unwrap_or_default(),
                received: time(court_time(row.received_ms), opened_ms),
                verdict,
                class,
                reason: row.reason.map(|reason| reason_word(reason, words)),
                journal: show::short_hash(&row.journal),
            }
        })
        .collect()
}

fn time(ms: i64, opened_ms: i64) -> String {
    if court_day(ms) == court_day(opened_ms) {
        show::time_of_day(ms)
    } else {
        show::second(ms)
    }
}

/// The name of what an entry says. A kind of a newer version is named as it names itself.
pub(super) fn kind_word(kind: &str, words: &ConsoleWords) -> String {
    let word = match kind {
        "journal_opened" => words.entry_journal_opened,
        "record_opened" => words.entry_record_opened,
        "fields_changed" => words.entry_fields_changed,
        "case_named" => words.entry_case_named,
        "evidence_added" => words.entry_evidence_added,
        "evidence_withdrawn" => words.entry_evidence_withdrawn,
        "evidence_missing" => words.entry_evidence_missing,
        "signature_taken" => words.entry_signature_taken,
        "refusal_noted" => words.entry_refusal_noted,
        "countersigned" => words.entry_countersigned,
        "sealed" => words.entry_sealed,
        "amended" => words.entry_amended,
        "voided" => words.entry_voided,
        "contest_decided" => words.entry_contest_decided,
        "held_released" => words.entry_held_released,
        "concluded" => words.entry_concluded,
        "accepted" => words.entry_accepted,
        "returned" => words.entry_returned,
        "entries_lost" => words.entry_entries_lost,
        "bytes_erased" => words.entry_bytes_erased,
        "task_progress" => words.entry_task_progress,
        "" => words.entry_unreadable,
        other => return other.to_owned(),
    };
    word.to_owned()
}

fn verdict_word(verdict: Verdict, words: &ConsoleWords) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Accepted => (words.verdict_accepted, "proved"),
        Verdict::Interleaved => (words.verdict_interleaved, "proved"),
        Verdict::Contested => (words.verdict_contested, "care"),
        Verdict::Held => (words.verdict_held, "care"),
        Verdict::Refused => (words.verdict_refused, "law"),
    }
}

pub(super) fn reason_word(reason: VerdictReason, words: &ConsoleWords) -> &'static str {
    match reason {
        VerdictReason::Malformed => words.reason_malformed,
        VerdictReason::NotOfThisJournal => words.reason_not_of_this_journal,
        VerdictReason::UnknownVersion => words.reason_unknown_version,
        VerdictReason::UnknownBase => words.reason_unknown_base,
        VerdictReason::Revoked => words.reason_revoked,
        VerdictReason::AfterHeld => words.reason_after_held,
        VerdictReason::NoRecord => words.reason_no_record,
        VerdictReason::OutsideSeal => words.reason_outside_seal,
        VerdictReason::Fork => words.reason_fork,
    }
}

/// The name of an act; `stored` as the journal has it.
pub(crate) fn act_word(stored: &str, words: &ConsoleWords) -> &'static str {
    let Ok(act) = serde_json::from_value::<Act>(serde_json::Value::from(stored)) else {
        return words.act_unknown;
    };
    match act {
        Act::Investigation => words.act_investigation,
        Act::AssetSurvey => words.act_asset_survey,
        Act::Seal => words.act_seal,
        Act::Removal => words.act_removal,
        Act::Search => words.act_search,
        Act::Preservation => words.act_preservation,
        Act::Detention => words.act_detention,
        Act::Fine => words.act_fine,
        Act::ForcedAppearance => words.act_forced_appearance,
        Act::Settlement => words.act_settlement,
        Act::Eviction => words.act_eviction,
        Act::Service => words.act_service,
        Act::CashReceipt => words.act_cash_receipt,
        Act::Campaign => words.act_campaign,
        Act::Tip => words.act_tip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waiqin_protocol::words::Lang;

    /// Of each kind of the format there is a golden entry.
    #[test]
    fn every_kind_has_a_name_and_a_newer_one_keeps_its_own() {
        let golden = include_str!("../../../core/protocol/golden/journal-v1.ndjson");
        let words = ConsoleWords::of(Lang::Zh);
        for line in golden.lines() {
            let entry = Entry::from_bytes(line.as_bytes()).unwrap();
            let kind = entry.change.kind();
            assert_ne!(kind_word(kind, words), kind);
        }
        assert_eq!(kind_word("evidence_moved", words), "evidence_moved");
    }
}
