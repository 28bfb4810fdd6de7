//! What an entry is by its form, before any record is looked at. Pure: runs on a blocking thread.

use super::piece::Arrived;
use crate::db::{EvidenceName, Journal, NewEntry};
use crate::record::is_office_act;
use waiqin_protocol::canonical::{self, Value};
use waiqin_protocol::ids::{EvidenceHash, SubjectId};
use waiqin_protocol::journal::{Change, Entry, EntryError};
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// An entry by its form.
pub(super) enum Form {
    /// An entry of this version by the journal's officer.
    Entry(Box<Entry>),
    /// Kept aside, whatever the records say.
    Aside(Aside),
}

/// An entry that is kept aside by its form.
pub(super) struct Aside {
    /// Held or refused.
    pub verdict: Verdict,
    /// Why.
    pub reason: VerdictReason,
    /// What it is about, when that can be read.
    pub subject: Option<SubjectId>,
    /// Kind of change, when that can be read.
    pub kind: Option<String>,
    /// The evidence that it names, when that can be read: an entry of a newer version may bring
    /// photos, which are taken in all the same.
    pub evidence: Option<EvidenceHash>,
}

/// Judges the form of entry `seq` of a journal.
pub(super) fn form_of(arrived: &Arrived, seq: u64, journal: &Journal) -> Form {
    match Entry::from_bytes(&arrived.bytes) {
        Ok(entry)
            if !is_of(journal, seq, &entry)
                || opens_again(&entry.change, seq)
                || is_office_act(&entry.change) =>
        {
            Form::Aside(Aside {
                subject: Some(entry.subject),
                kind: Some(entry.change.kind().to_owned()),
                ..refused(VerdictReason::NotOfThisJournal)
            })
        }
        Ok(entry) => Form::Entry(Box::new(entry)),
        Err(EntryError::Version(_) | EntryError::Shape(_)) => {
            Form::Aside(unknown(&arrived.bytes, seq, journal))
        }
        Err(EntryError::Canonical(_) | EntryError::Seq) => {
            Form::Aside(refused(VerdictReason::Malformed))
        }
    }
}

/// The evidence that an entry of this version names.
pub(super) fn evidence_of(change: &Change) -> Option<EvidenceHash> {
    match change {
        Change::EvidenceAdded { evidence } => Some(evidence.hash),
        Change::SignatureTaken { strokes, .. } => Some(*strokes),
        Change::JournalOpened { .. }
        | Change::RecordOpened { .. }
        | Change::FieldsChanged { .. }
        | Change::CaseNamed { .. }
        | Change::EvidenceWithdrawn { .. }
        | Change::EvidenceMissing { .. }
        | Change::RefusalNoted { .. }
        | Change::Countersigned { .. }
        | Change::Sealed { .. }
        | Change::Amended { .. }
        | Change::Voided { .. }
        | Change::ContestDecided { .. }
        | Change::HeldReleased { .. }
        | Change::Concluded { .. }
        | Change::Accepted { .. }
        | Change::Returned { .. }
        | Change::EntriesLost { .. }
        | Change::BytesErased { .. }
        | Change::TaskProgress { .. } => None,
    }
}

/// The evidence that an entry names by its form, whatever the records say; none where it is not of
/// the journal.
pub(super) fn evidence_named(arrived: &Arrived, journal: &Journal) -> Option<EvidenceName> {
    let (hash, subject) = match form_of(arrived, arrived.seq, journal) {
        Form::Entry(entry) => (evidence_of(&entry.change)?, entry.subject),
        Form::Aside(aside) if aside.verdict == Verdict::Held => (aside.evidence?, aside.subject?),
        Form::Aside(_) => return None,
    };
    Some(EvidenceName {
        seq: arrived.seq,
        hash,
        subject,
    })
}

/// An entry as it is kept beside the chain, where it forked: what reads waits for a person.
pub(super) fn beside(arrived: &Arrived, journal: &Journal) -> NewEntry {
    let (subject, kind, verdict, reason) = match form_of(arrived, arrived.seq, journal) {
        Form::Entry(entry) => {
            let kind = Some(entry.change.kind().to_owned());
            let subject = Some(entry.subject);
            (subject, kind, Verdict::Held, VerdictReason::Fork)
        }
        Form::Aside(aside) => (aside.subject, aside.kind, aside.verdict, aside.reason),
    };
    NewEntry {
        seq: arrived.seq,
        hash: arrived.hash,
        link: arrived.link,
        bytes: arrived.bytes.clone(),
        subject,
        kind,
        verdict,
        reason: Some(reason),
    }
}

fn refused(reason: VerdictReason) -> Aside {
    Aside {
        verdict: Verdict::Refused,
        reason,
        subject: None,
        kind: None,
        evidence: None,
    }
}

fn is_of(journal: &Journal, seq: u64, entry: &Entry) -> bool {
    entry.journal == journal.id && entry.seq == seq && entry.author == journal.officer
}

/// A journal is opened once, by its first entry.
fn opens_again(change: &Change, seq: u64) -> bool {
    seq != 1 && matches!(change, Change::JournalOpened { .. })
}

/// An entry of a version, kind or member unknown here: held, with what can be read of it.
fn unknown(bytes: &[u8], seq: u64, journal: &Journal) -> Aside {
    let value = canonical::read(bytes).ok();
    let text = |name: &str| member(value.as_ref()?, name)?.as_text();
    let own = text("journal") == Some(journal.id.to_string().as_str())
        && text("author") == Some(journal.officer.to_string().as_str())
        && value
            .as_ref()
            .and_then(|value| member(value, "seq")?.as_int())
            .is_some_and(|found| u64::try_from(found) == Ok(seq));
    if !own {
        return refused(VerdictReason::NotOfThisJournal);
    }
    let change = value.as_ref().and_then(|value| member(value, "change"));
    let evidence = change
        .and_then(|change| member(member(change, "evidence")?, "hash")?.as_text())
        .and_then(|text| text.parse().ok());
    Aside {
        verdict: Verdict::Held,
        reason: VerdictReason::UnknownVersion,
        subject: text("subject").and_then(|text| text.parse().ok()),
        kind: change.and_then(|change| member(change, "kind")?.as_text().map(str::to_owned)),
        evidence,
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::journal;
    use waiqin_protocol::ids::{JournalId, OfficerId};
    use waiqin_protocol::journal::entry_hash;

    const GOLDEN: &str = include_str!("../../../../core/protocol/golden/journal-v1.ndjson");

    fn golden() -> impl Iterator<Item = (Entry, serde_json::Value, &'static str)> {
        GOLDEN.lines().map(|line| {
            let entry = Entry::from_bytes(line.as_bytes()).unwrap();
            (entry, serde_json::from_str(line).unwrap(), line)
        })
    }

    fn arrived(bytes: &[u8]) -> Arrived {
        Arrived {
            seq: 1,
            hash: entry_hash(bytes),
            link: waiqin_protocol::ids::Link::ZERO,
            bytes: bytes.to_vec(),
        }
    }

    /// The journal that an entry says it is of.
    fn own(entry: &Entry) -> Journal {
        Journal {
            id: entry.journal,
            officer: entry.author,
            ..journal(1)
        }
    }

    #[test]
    fn office_acts_and_a_second_opening_are_refused_in_an_officers_journal() {
        let mut office = Vec::new();
        for (entry, _, line) in golden() {
            let form = form_of(&arrived(line.as_bytes()), entry.seq, &own(&entry));
            match form {
                Form::Entry(found) => assert_eq!(*found, entry),
                Form::Aside(aside) => {
                    assert_eq!(aside.reason, VerdictReason::NotOfThisJournal);
                    assert_eq!(aside.verdict, Verdict::Refused);
                    office.push(aside.kind.unwrap());
                }
            }
        }
        office.sort();
        office.dedup();
        assert_eq!(
            office,
            [
                "accepted",
                "bytes_erased",
                "concluded",
                "held_released",
                "returned"
            ]
        );
    }

    #[test]
    fn an_entry_of_another_journal_author_or_number_is_refused() {
        let (entry, _, line) = golden().nth(1).unwrap();
        let own = own(&entry);
        for (name, seq, journal) in [
            ("number", entry.seq + 1, own.clone()),
            (
                "journal",
                entry.seq,
                Journal {
                    id: JournalId::from_bytes([7; 16]),
                    ..own.clone()
                },
            ),
            (
                "author",
                entry.seq,
                Journal {
                    officer: OfficerId::from_bytes([7; 16]),
                    ..own.clone()
                },
            ),
        ] {
            let Form::Aside(aside) = form_of(&arrived(line.as_bytes()), seq, &journal) else {
                panic!("another {name} was taken");
            };
            assert_eq!(aside.verdict, Verdict::Refused, "{name}");
        }
    }

    #[test]
    fn a_newer_version_is_held_with_what_can_be_read_of_it() {
        let (entry, _, line) = golden()
            .find(|(entry, ..)| entry.change.kind() == "evidence_added")
            .unwrap();
        let own = own(&entry);
        for newer in [
            line.replace("\"v\":1", "\"v\":2"),
            line.replace("\"kind\":\"evidence_added\"", "\"kind\":\"evidence_moved\""),
            line.replace("\"evidence\":{", "\"evidence\":{\"aaa\":1,"),
        ] {
            assert_ne!(newer, line);
            let Form::Aside(aside) = form_of(&arrived(newer.as_bytes()), entry.seq, &own) else {
                panic!("{newer} was taken");
            };
            assert_eq!(
                (aside.verdict, aside.reason),
                (Verdict::Held, VerdictReason::UnknownVersion)
            );
            assert_eq!(aside.subject, Some(entry.subject));
            assert_eq!(aside.evidence, evidence_of(&entry.change));
            assert!(aside.kind.is_some());
        }
        let foreign = line.replace("\"v\":1", "\"v\":2");
        let Form::Aside(aside) = form_of(&arrived(foreign.as_bytes()), entry.seq + 1, &own) else {
            panic!("a newer entry of another number was taken");
        };
        assert_eq!(aside.verdict, Verdict::Refused);
    }

    #[test]
    fn bytes_that_are_no_entry_are_refused_and_never_panic() {
        for bytes in [
            &b""[..],
            b"{}",
            b"\xff\xfe",
            b"[1,2]",
            b"{\"v\": 1}",
            &[b'['; 100_000],
        ] {
            let Form::Aside(aside) = form_of(&arrived(bytes), 2, &journal(1)) else {
                panic!("{bytes:?} was taken");
            };
            assert_eq!(aside.verdict, Verdict::Refused);
        }
    }
}
