//! Why something was not done, said in one place: what the officer can settle where he is stands on
//! his page, anything else has a page of its own ([`super::problem`]).

use super::problem::{Missing, Problem, Shown, chain};
use super::visit::Unlocked;
use crate::show::size;
use crate::words::Words;
use waiqin_core::{SaveError, Session};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::record::{NotSealable, StrokesError};
use waiqin_protocol::wire::countersign::CountersignError;
use waiqin_protocol::words::fill;

/// Why something was not done.
pub(super) enum NotDone {
    /// The officer can settle it where he is: what he reads.
    Here(String),
    /// The engine did not.
    Save(SaveError),
    /// A page of its own tells it.
    Shown(Shown),
}

impl NotDone {
    /// The words for the page where the officer is.
    ///
    /// # Errors
    /// The page that tells it, when it is nothing that he settles there.
    pub(super) fn here(self, desk: &Unlocked) -> Result<String, Shown> {
        match self {
            Self::Here(text) => Ok(text),
            Self::Save(error) => said(&error, desk.w()).1.ok_or_else(|| desk.problem(error)),
            Self::Shown(shown) => Err(shown),
        }
    }
}

impl From<&str> for NotDone {
    fn from(text: &str) -> Self {
        Self::Here(text.to_owned())
    }
}

impl From<SaveError> for NotDone {
    fn from(error: SaveError) -> Self {
        Self::Save(error)
    }
}

impl From<Shown> for NotDone {
    fn from(shown: Shown) -> Self {
        Self::Shown(shown)
    }
}

impl From<SaveError> for Problem {
    fn from(error: SaveError) -> Self {
        let problem = said(&error, &Words::ZH).0;
        if problem == Self::Store {
            tracing::error!(error = %chain(&error), "nothing was saved");
        }
        problem
    }
}

impl Unlocked {
    /// Runs a local call of the engine that saves; why it did not is for the page to tell.
    ///
    /// # Errors
    /// What the call says.
    pub(super) async fn attempt<T, E, F>(&self, call: F) -> Result<T, NotDone>
    where
        F: FnOnce(&Session) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Into<NotDone> + Send + 'static,
    {
        self.ask(move |session| Ok::<_, Problem>(call(session).map_err(Into::into)))
            .await?
    }

    /// The record that an address names.
    ///
    /// # Errors
    /// The page that tells that there is none.
    pub(super) fn subject(&self, id: &str) -> Result<SubjectId, Shown> {
        id.parse()
            .map_err(|_| self.problem(Problem::NotFound(Missing::Record)))
    }
}

/// What an error of a save is to the officer: the page that tells it, and the words for the page
/// where he can settle it.
pub(crate) fn said(error: &SaveError, w: &Words) -> (Problem, Option<String>) {
    let here = |text: &str| (Problem::Form, Some(text.to_owned()));
    match error {
        SaveError::Locked => (Problem::Locked, None),
        SaveError::NoSuchRecord => (Problem::NotFound(Missing::Record), None),
        SaveError::NoSuchEvidence => (Problem::NotFound(Missing::Photo), None),
        SaveError::NoSuchPerson => (Problem::NotFound(Missing::Person), None),
        SaveError::NotSealable(why) => (Problem::Sealed, Some(not_sealable(why, w).to_owned())),
        SaveError::Open(_) => here(w.err_seal_open),
        SaveError::NoSecond => here(w.err_second_named),
        SaveError::ShownChanged => here(w.err_changed),
        SaveError::Strokes(StrokesError::Empty | StrokesError::Form(_)) => here(w.err_sign_empty),
        SaveError::Strokes(StrokesError::TooLong | StrokesError::Bounds) => here(w.err_sign_long),
        SaveError::Countersign(why) => here(countersign_text(*why, w)),
        SaveError::Uncertified => here(w.err_uncertified),
        SaveError::NoReason => here(w.err_reason),
        SaveError::NoSuchValue => here(w.err_contest_choice),
        SaveError::OfficeDecides => here(w.contest_office),
        SaveError::Empty => here(w.err_photo_empty),
        SaveError::TooLarge { max } => here(&fill(w.err_photo_large, &[("max", &size(*max))])),
        SaveError::NotSealed | SaveError::Entry(_) => (Problem::Form, None),
        SaveError::Source(_) | SaveError::Disk(_) | SaveError::Store(_) | SaveError::Sign(_) => {
            (Problem::Store, None)
        }
    }
}

/// Why a record cannot be sealed at all.
pub(crate) fn not_sealable(why: &NotSealable, w: &Words) -> &'static str {
    match why {
        NotSealable::Sealed(_) => w.problem_sealed,
        NotSealable::Void => w.check_void,
        NotSealable::Contested(_) => w.check_contested,
    }
}

/// What is wrong with a second officer's answer.
fn countersign_text(error: CountersignError, w: &Words) -> &'static str {
    match error {
        CountersignError::OtherRecord => w.err_second_record,
        CountersignError::OtherCourt => w.err_second_court,
        CountersignError::SamePerson => w.err_second_self,
        CountersignError::Signature => w.err_second_signature,
    }
}
