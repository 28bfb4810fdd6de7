//! Records (记录): opening, writing, listing, voiding, amending. What is typed is read as the pages
//! read it, so that an amount or a day is the same value whichever screen it was typed on.

use crate::error::Tell;
use crate::record::{Record, RecordRow};
use crate::work::beside;
use crate::{Session, WaiqinError};
use std::collections::HashMap;
use waiqin_core as core;
use waiqin_phone_ui::form::{
    NUMBER_CHARS_MAX, Posted, first_values, fits, listed_case, named_case, one_number,
};
use waiqin_phone_ui::told::{self, Missing};
use waiqin_protocol::ids::{CaseId, EntryHash, ItemId, SubjectId};
use waiqin_protocol::journal::{Act, AmendKind, CaseRef, Path};
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::Lang;

/// Which records.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RecordsOf {
    /// All of this officer's phone.
    All,
    /// Those of one case.
    Case {
        /// 案件标识
        id: CaseId,
    },
    /// Those of which an entry or a photo has no receipt yet (待送达).
    Undelivered,
}

/// Something was saved (已存): its bytes are durable on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Saved {
    /// The record.
    pub record: SubjectId,
    /// Number of its newest entry in the journal.
    pub number: u64,
    /// Wall time of that entry, ms UTC.
    pub at_ms: i64,
}

/// What became of fields that were typed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SavedFields {
    /// The record's newest entry, which a value that stood already leaves as it was; none when every
    /// field was typed as it is shown.
    pub saved: Option<Saved>,
    /// What was not taken; everything else is saved.
    pub problems: Vec<FieldProblem>,
}

/// A field that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FieldProblem {
    /// Its path.
    pub path: String,
    /// Why, for the officer.
    pub words: String,
    /// As it was typed, to be shown again.
    pub typed: String,
}

#[uniffi::export]
impl Session {
    /// Opens a record of an act (执行行为) on a case of the list. It begins with the officer, and with
    /// the debtor (被执行人) where the list names one alone.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when the case is not on this phone; [`WaiqinError::Phone`] when nothing
    /// was saved.
    pub async fn open_record(&self, act: Act, case: CaseId) -> Result<SubjectId, WaiqinError> {
        let lang = self.lang;
        self.open(act, move |session| {
            let sheet = listed(session, &case, lang)?;
            Ok((listed_case(&sheet), Some(sheet)))
        })
        .await
    }

    /// Opens a record on a number as the officer types it, which is kept as typed; the list may have
    /// the case. An empty number needs `pending` (案号待补).
    ///
    /// # Errors
    /// [`WaiqinError::Input`] without a number, or with one of more than 200 characters.
    #[uniffi::method(default(pending = false))]
    pub async fn open_record_on_number(
        &self,
        act: Act,
        typed: String,
        pending: bool,
    ) -> Result<SubjectId, WaiqinError> {
        let (lang, clock) = (self.lang, self.clock.clone());
        let typed = typed.trim().to_owned();
        if !fits(&typed, NUMBER_CHARS_MAX) {
            return Err(WaiqinError::input(told::number_long(lang)));
        }
        if typed.is_empty() && !pending {
            return Err(WaiqinError::input(told::no_number(lang)));
        }
        self.open(act, move |session| {
            named_case(session, &typed, pending, clock.now().wall_ms).tell(lang)
        })
        .await
    }

    /// Fills in the number (补填案号) of a record that was opened without one, or mends it. It is kept as
    /// typed; the list may have the case.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] for a text that is not one case number; [`WaiqinError::NotAllowed`] when the
    /// record is sealed or void: the office then says which case it is of.
    pub async fn name_case(&self, record: SubjectId, typed: String) -> Result<Saved, WaiqinError> {
        let (lang, clock) = (self.lang, self.clock.clone());
        let typed = typed.trim().to_owned();
        self.ask(move |session| {
            let now_ms = clock.now().wall_ms;
            one_number(&typed, now_ms)
                .map_err(|why| WaiqinError::input(told::not_one_number(&why, lang)))?;
            let (case, _) = named_case(session, &typed, false, now_ms).tell(lang)?;
            Ok(session.name_case(record, case).tell(lang)?.into())
        })
        .await
    }

    /// The same with a case of the list.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when the case is not on this phone; else as `name_case`.
    pub async fn name_listed_case(
        &self,
        record: SubjectId,
        case: CaseId,
    ) -> Result<Saved, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let case = listed_case(&listed(session, &case, lang)?);
            Ok(session.name_case(record, case).tell(lang)?.into())
        })
        .await
    }

    /// The path of a new item of a list (`officers`, `present`, `parties`, `docs`, `assets` …); nothing is
    /// written before a field of it is. Lists and fields: docs/FIELDS.md.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone.
    pub async fn new_item(&self, list: String) -> Result<String, WaiqinError> {
        let entropy = self.entropy.clone();
        beside(self.lang, move || {
            Ok(format!("{list}/{}", Self::item(&*entropy)))
        })
        .await
    }

    /// Writes fields as they were typed, by path: amounts in yuan, days and moments in the court's
    /// time (`2019-07-02`, `2019-07-02T08:30`), `yes` or `no`, codes of choices, a position as its
    /// JSON. An empty text removes the value. What is not taken comes back with the reason; everything
    /// else is saved.
    ///
    /// # Errors
    /// [`WaiqinError::NotAllowed`] when the record is sealed or void; [`WaiqinError::Phone`] when
    /// nothing was saved.
    pub async fn set_fields(
        &self,
        record: SubjectId,
        typed: HashMap<String, String>,
    ) -> Result<SavedFields, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let shows = read(session, record, lang)?;
            // In order, so that the same fields are the same entry.
            let mut typed: Vec<(String, String)> = typed.into_iter().collect();
            typed.sort();
            let read_in = Posted(typed).changes(&shows.record, lang);
            let saved = if read_in.values.is_empty() {
                None
            } else {
                Some(session.change(record, read_in.values).tell(lang)?.into())
            };
            let problems = read_in.problems.into_iter().map(|it| FieldProblem {
                path: it.path,
                words: it.text,
                typed: it.typed,
            });
            Ok(SavedFields {
                saved,
                problems: problems.collect(),
            })
        })
        .await
    }

    /// Chooses between values that the officer himself gave on several phones (裁定自己的并存值); the
    /// office decides between officers.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] when the field is not contested or no reason is given;
    /// [`WaiqinError::NotAllowed`] when another officer gave one of the values.
    pub async fn choose(
        &self,
        record: SubjectId,
        path: String,
        entry: EntryHash,
        reason: String,
    ) -> Result<Saved, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let at = Path::new(path.as_str());
            let at = at.map_err(|_| WaiqinError::input(told::not_one(&path, lang)))?;
            let saved = session.decide(record, &at, entry, &reason);
            Ok(saved.tell(lang)?.into())
        })
        .await
    }

    /// Declares a record void (作废) before its seal; nothing of it is deleted.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] without a reason; [`WaiqinError::NotAllowed`] after the seal.
    pub async fn void_record(
        &self,
        record: SubjectId,
        reason: String,
    ) -> Result<Saved, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| Ok(session.void(record, &reason).tell(lang)?.into()))
            .await
    }

    /// Opens a record that corrects (更正) a sealed one, or adds to it (补充).
    ///
    /// # Errors
    /// [`WaiqinError::NotAllowed`] before the seal; [`WaiqinError::Input`] without a reason.
    pub async fn amend(
        &self,
        record: SubjectId,
        kind: AmendKind,
        reason: String,
    ) -> Result<SubjectId, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| Ok(session.amend(record, kind, &reason).tell(lang)?.subject))
            .await
    }

    /// Records, newest change first.
    ///
    /// # Errors
    /// [`WaiqinError::Locked`], [`WaiqinError::Phone`].
    #[uniffi::method(default(offset = 0, limit = 50))]
    pub async fn records(
        &self,
        of: RecordsOf,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<RecordRow>, WaiqinError> {
        let lang = self.lang;
        let of = match of {
            RecordsOf::All => core::RecordsOf::All,
            RecordsOf::Case { id } => core::RecordsOf::Case(id),
            RecordsOf::Undelivered => core::RecordsOf::Undelivered,
        };
        self.ask(move |session| {
            let rows = session.records(&of, offset as usize, limit as usize);
            Ok(rows.tell(lang)?.into_iter().map(RecordRow::from).collect())
        })
        .await
    }

    /// One record, as a screen needs it.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when it is not on this phone.
    pub async fn record(&self, record: SubjectId) -> Result<Record, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| Ok(Record::of(&read(session, record, lang)?, session, lang)))
            .await
    }
}

impl Session {
    async fn open(
        &self,
        act: Act,
        on: impl FnOnce(&core::Session) -> Result<(CaseRef, Option<CaseSheet>), WaiqinError>
        + Send
        + 'static,
    ) -> Result<SubjectId, WaiqinError> {
        let (lang, entropy) = (self.lang, self.entropy.clone());
        self.ask(move |session| {
            let (case, sheet) = on(session)?;
            let item: ItemId = Self::item(&*entropy);
            let officer = &session.officer().name;
            let values = first_values(officer, &item.to_string(), sheet.as_ref());
            Ok(session.open_record(act, case, values).tell(lang)?.subject)
        })
        .await
    }
}

/// A case of this phone.
fn listed(session: &core::Session, case: &CaseId, lang: Lang) -> Result<CaseSheet, WaiqinError> {
    let sheet = session.case(case).tell(lang)?;
    sheet.ok_or_else(|| WaiqinError::missing(Missing::Case, lang))
}

/// A record of this phone.
pub(crate) fn read(
    session: &core::Session,
    record: SubjectId,
    lang: Lang,
) -> Result<core::RecordPage, WaiqinError> {
    let found = session.record(record).tell(lang)?;
    found.ok_or_else(|| WaiqinError::missing(Missing::Record, lang))
}

impl From<core::Saved> for Saved {
    fn from(saved: core::Saved) -> Self {
        Self {
            record: saved.subject,
            number: saved.seq,
            at_ms: saved.at_ms,
        }
    }
}

/// Correction or supplement.
#[uniffi::remote(Enum)]
pub enum AmendKind {
    /// 更正
    Correction,
    /// 补充
    Supplement,
}
