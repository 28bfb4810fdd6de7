//! What became of a package.

use super::HandInError;
use super::walk::Walk;
use crate::court::Court;
use crate::words::hand_in::Words;
use serde::Serialize;
use waiqin_protocol::ids::{EvidenceHash, JournalId};
use waiqin_protocol::journal::{EvidenceReceipt, Signed};
use waiqin_protocol::package::{Preamble, ReceiptsJournal};
use waiqin_protocol::wire::sync::{DownLine, Heads};
use waiqin_protocol::words::{Lang, fill};

/// What was taken in.
#[derive(Clone, Debug, Serialize)]
pub struct HandedIn {
    /// The newest journal of the phone.
    pub journal: JournalId,
    /// Whose.
    pub officer: String,
    /// On which phone.
    pub device: String,
    /// Each journal of the package, oldest first.
    pub journals: Vec<JournalIn>,
    /// Its evidence.
    pub evidence: EvidenceIn,
    /// The receipts file that goes back.
    #[serde(skip)]
    pub receipts: Vec<u8>,
}

/// What became of a journal.
#[derive(Clone, Debug, Serialize)]
pub struct JournalIn {
    /// Which.
    pub journal: JournalId,
    /// The number before its first entry in the package.
    pub after: u64,
    /// The number of its last entry.
    pub to: u64,
    /// Entries that were not here before, those beside the chain not counted.
    pub new: u64,
    /// How far it is in custody now.
    pub head: u64,
    /// How its entries lie to what was here.
    pub heads: Heads,
    /// It was certified with this package.
    pub opened: bool,
    /// Its entries are held.
    pub revoked: bool,
    /// Why none of its entries were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aside: Option<Aside>,
    #[serde(skip)]
    pub(super) vouched: ReceiptsJournal,
    #[serde(skip)]
    pub(super) lines: Vec<DownLine>,
}

/// Why the entries of a journal were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    /// Its entry 1 does not read on the phone any more: nobody can certify it.
    FirstEntry,
    /// The end of the journal that it follows is not here.
    Parent,
}

/// What became of the evidence.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EvidenceIn {
    /// Pieces taken now.
    pub new: u64,
    /// Pieces that this phone had delivered before.
    pub known: u64,
    /// Does not read on the phone any more.
    pub lacking: Vec<EvidenceHash>,
    /// Over the server's limit.
    pub too_large: Vec<EvidenceHash>,
    /// Not named by an entry in custody.
    pub unnamed: Vec<EvidenceHash>,
    #[serde(skip)]
    pub(super) receipts: Vec<Signed<EvidenceReceipt>>,
}

impl HandedIn {
    pub(super) async fn of(
        court: &Court,
        preamble: &Preamble,
        walk: Walk,
    ) -> Result<Self, HandInError> {
        let known = walk.journals.iter().rev();
        let known = known.filter(|it| it.aside.is_none()).map(|it| it.journal);
        let (mut officer, mut device) = (String::new(), String::new());
        for journal in known.take(1) {
            if let Some(journal) = court.db().journal(journal).await? {
                let user = court.db().user(journal.officer).await?;
                officer = user.map(|user| user.name).unwrap_or_default();
                device = journal.device_name;
            }
        }
        Ok(Self {
            journal: preamble.journal,
            officer,
            device,
            journals: walk.journals,
            evidence: walk.evidence,
            receipts: Vec::new(),
        })
    }

    /// Whether it brought anything that was not here.
    #[must_use]
    pub fn is_new(&self) -> bool {
        let new = |it: &JournalIn| it.new > 0 || it.opened;
        self.evidence.new > 0 || self.journals.iter().any(new)
    }

    /// Whether everything of it is in custody, in the chain or beside it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let taken = |it: &JournalIn| it.aside.is_none() && it.heads != Heads::ServerBehind;
        let EvidenceIn {
            lacking,
            too_large,
            unnamed,
            ..
        } = &self.evidence;
        let all = lacking.is_empty() && too_large.is_empty() && unnamed.is_empty();
        all && self.journals.iter().all(taken)
    }

    /// What whoever brought it is told, a line each.
    #[must_use]
    pub fn said(&self, evidence_bytes_max: u64, lang: Lang) -> Vec<String> {
        let words = Words::of(lang);
        let Self {
            officer,
            device,
            journal,
            ..
        } = self;
        let whose = [
            ("officer", officer as &dyn std::fmt::Display),
            ("device", device),
            ("journal", journal),
        ];
        let mut lines = vec![fill(words.done, &whose)];
        for journal in &self.journals {
            lines.extend(journal.said(words));
        }
        let EvidenceIn { new, known, .. } = &self.evidence;
        if new + known > 0 {
            lines.push(fill(words.evidence, &[("new", new), ("known", known)]));
        }
        let each = |text: &'static str, hashes: &[EvidenceHash]| -> Vec<String> {
            let line =
                |hash: &EvidenceHash| fill(text, &[("hash", hash), ("max", &evidence_bytes_max)]);
            hashes.iter().map(line).collect()
        };
        lines.extend(each(words.lacking, &self.evidence.lacking));
        lines.extend(each(words.too_large, &self.evidence.too_large));
        lines.extend(each(words.unnamed, &self.evidence.unnamed));
        lines
    }
}

impl JournalIn {
    fn said(&self, words: &Words) -> Vec<String> {
        let Self {
            journal,
            after,
            to,
            new,
            head,
            ..
        } = self;
        match self.aside {
            Some(Aside::FirstEntry) => {
                return vec![fill(words.aside_first, &[("journal", journal)])];
            }
            Some(Aside::Parent) => return vec![fill(words.aside_parent, &[("journal", journal)])],
            None => {}
        }
        let values = [
            ("journal", journal as &dyn std::fmt::Display),
            ("from", &(after + 1)),
            ("to", to),
            ("new", new),
            ("head", head),
        ];
        let text = match to > after {
            true => words.journal,
            false => words.journal_nothing,
        };
        let mut lines = vec![fill(text, &values)];
        let mut also = |said: bool, text: &str| {
            if said {
                lines.push(text.to_owned());
            }
        };
        also(self.opened, words.opened);
        also(self.heads == Heads::Fork, words.forked);
        also(self.heads == Heads::ServerBehind, words.behind);
        also(self.revoked && *new > 0, words.revoked);
        lines
    }
}
