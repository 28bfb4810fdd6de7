//! The name of a second officer (第二执行人员) who signed on another phone.
//!
//! The entry keeps his signature, his key and the court's certificate of his journal; the name stands
//! in none of them, and the format is frozen. His answer carries it, so it is kept in custody beside
//! the certificates, as what it is: the word of his phone. A lost custody costs the name alone.

use super::{SaveError, Session};
use crate::custody::CustodyItem;
use std::collections::BTreeMap;
use waiqin_protocol::ids::{JournalId, SubjectId};
use waiqin_protocol::record::Record;
use waiqin_protocol::wire::countersign::CountersignAnswer;

impl Session {
    /// Takes a second officer's answer into the record, and keeps the name that it came with.
    ///
    /// # Errors
    /// As [`Session::take_countersign`]. The signature stands even where the name is not kept.
    pub fn take_second(
        &self,
        subject: SubjectId,
        answer: &CountersignAnswer,
    ) -> Result<(), SaveError> {
        self.take_countersign(subject, answer)?;
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let journal = answer.countersign.body.journal;
        let name = answer.officer_name.clone();
        let mut custody = inner.custody();
        if custody.second(journal) != Some(name.as_str())
            && let Err(error) = custody.add(vec![CustodyItem::SecondNamed { journal, name }])
        {
            tracing::warn!(%error, "the second officer's name is not kept");
        }
        Ok(())
    }

    /// What the second officers of a record were called by their own phones, by journal.
    #[must_use]
    pub fn seconds_of(&self, record: &Record) -> BTreeMap<JournalId, String> {
        let Some(inner) = self.inner() else {
            return BTreeMap::new();
        };
        let custody = inner.custody();
        let journals = record.countersigns.iter();
        let journals = journals.map(|it| it.countersign.body.journal);
        journals
            .filter_map(|it| Some((it, custody.second(it)?.to_owned())))
            .collect()
    }
}
