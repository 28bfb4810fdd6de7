//! Why something was not done, in words, for shells that have screens of their own: the same words as
//! on the pages, so that an officer reads one language wherever he works.

use crate::form::NumberProblem;
use crate::pages::{hand_in, not_done, problem, start, unlock};
use crate::words::Words;
use waiqin_core::{EnrolError, Pin, SaveError, TakeReceiptsError, UnlockError};
use waiqin_protocol::numbers::case_no::CaseNoError;
use waiqin_protocol::record::NotSealable;
use waiqin_protocol::words::{Lang, fill};

pub use problem::{Missing, chain};

/// A new PIN (口令): six digits, and none that everybody tries first.
///
/// # Errors
/// What is wrong with it.
pub fn new_pin(pin: &str, lang: Lang) -> Result<Pin, String> {
    start::new_pin(pin, pin, Words::of(lang)).map_err(str::to_owned)
}

/// A text that is no enrolment ticket (登记码).
#[must_use]
pub fn ticket(lang: Lang) -> String {
    Words::of(lang).err_ticket.to_owned()
}

/// Why an officer was not enrolled.
#[must_use]
pub fn enrol(error: &EnrolError, lang: Lang) -> String {
    start::enrol_text(error, lang, Words::of(lang))
}

/// Why an officer was not unlocked.
#[must_use]
pub fn unlock(error: &UnlockError, lang: Lang) -> String {
    unlock::unlock_text(error, Words::of(lang)).0
}

/// A text that is no PIN.
#[must_use]
pub fn pin(lang: Lang) -> String {
    Words::of(lang).err_pin_shape.to_owned()
}

/// Why nothing was saved.
#[must_use]
pub fn save(error: &SaveError, lang: Lang) -> String {
    let w = Words::of(lang);
    match not_done::said(error, w) {
        (problem::Problem::Locked, _) => locked(lang),
        (problem, told) => told.unwrap_or_else(|| problem.text(w).to_owned()),
    }
}

/// Why a record cannot be sealed at all.
#[must_use]
pub fn blocked(why: &NotSealable, lang: Lang) -> String {
    not_done::not_sealable(why, Words::of(lang)).to_owned()
}

/// The phone is locked.
#[must_use]
pub fn locked(lang: Lang) -> String {
    Words::of(lang).told_locked.to_owned()
}

/// What was asked for is not on this phone.
#[must_use]
pub fn missing(what: Missing, lang: Lang) -> String {
    problem::Problem::NotFound(what)
        .text(Words::of(lang))
        .to_owned()
}

/// What lies on this phone cannot be read.
#[must_use]
pub fn unread(lang: Lang) -> String {
    problem::Problem::Unread.text(Words::of(lang)).to_owned()
}

/// A file that cannot be read.
#[must_use]
pub fn file(path: &str, lang: Lang) -> String {
    fill(Words::of(lang).told_file, &[("path", &path)])
}

/// A case number that does not read, with the number that was perhaps meant.
#[must_use]
pub fn number(error: &CaseNoError, lang: Lang) -> String {
    let w = Words::of(lang);
    let meant = |meant| fill(w.told_number_meant, &[("meant", &meant)]);
    let hint = error.suggestion.as_ref().map(meant);
    let hint = hint.unwrap_or_else(|| w.told_number_hint.to_owned());
    fill(
        w.told_number,
        &[("typed", &error.raw.trim()), ("hint", &hint)],
    )
}

/// A number that is longer than numbers are, or not to be kept.
#[must_use]
pub fn number_long(lang: Lang) -> String {
    let max = crate::form::NUMBER_CHARS_MAX;
    fill(Words::of(lang).err_new_number_long, &[("max", &max)])
}

/// No number was given where a record needs one.
#[must_use]
pub fn no_number(lang: Lang) -> String {
    Words::of(lang).err_new_number.to_owned()
}

/// Why a text does not name the case of a record (补填案号).
#[must_use]
pub fn not_one_number(why: &NumberProblem, lang: Lang) -> String {
    let w = Words::of(lang);
    match why {
        NumberProblem::Empty => w.err_naming_none.to_owned(),
        NumberProblem::Long => {
            let max = crate::form::NUMBER_CHARS_MAX;
            fill(w.err_naming_long, &[("max", &max)])
        }
        NumberProblem::Unread(error) => number(error, lang),
        NumberProblem::Several(n) => fill(w.err_naming_several, &[("n", n)]),
    }
}

/// Something that is not the id or code asked for.
#[must_use]
pub fn not_one(given: &str, lang: Lang) -> String {
    let given: String = given.chars().take(40).collect();
    fill(Words::of(lang).told_what, &[("given", &given)])
}

/// The text of another phone's code that is none, or the other one.
#[must_use]
pub fn second_text(lang: Lang) -> String {
    Words::of(lang).err_second_text.to_owned()
}

/// The second officer's PIN is missing or no PIN.
#[must_use]
pub fn second_pin(lang: Lang) -> String {
    Words::of(lang).err_second_pin.to_owned()
}

/// The first officer named himself as the second.
#[must_use]
pub fn second_self(lang: Lang) -> String {
    Words::of(lang).err_second_self.to_owned()
}

/// A hand-in package (上交包) was not written.
#[must_use]
pub fn not_handed_in(lang: Lang) -> String {
    Words::of(lang).hand_not_written.to_owned()
}

/// Why receipts (回执包) were not taken.
#[must_use]
pub fn receipts(error: &TakeReceiptsError, lang: Lang) -> String {
    if matches!(error, TakeReceiptsError::Locked) {
        return locked(lang);
    }
    hand_in::refused(error, Words::of(lang)).to_owned()
}

/// The phone's folder did not open.
#[must_use]
pub fn folder(error: &waiqin_core::OpenError, lang: Lang) -> String {
    let w = Words::of(lang);
    match error {
        waiqin_core::OpenError::InUse => w.told_in_use,
        waiqin_core::OpenError::Folder(_) => w.told_folder,
    }
    .to_owned()
}

/// A sync failed on this phone's side.
#[must_use]
pub fn sync(lang: Lang) -> String {
    Words::of(lang).told_sync.to_owned()
}

/// The pages did not open.
#[must_use]
pub fn pages(lang: Lang) -> String {
    Words::of(lang).told_ui.to_owned()
}

/// A fault of the program.
#[must_use]
pub fn fault(lang: Lang) -> String {
    Words::of(lang).told_fault.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waiqin_protocol::numbers::case_no::read_case_no;

    #[test]
    fn a_number_with_one_slip_comes_with_what_was_meant() {
        let slip = crate::samples::NUMBER.replacen('0', "O", 1);
        let error = read_case_no(&slip, 2019).unwrap_err();
        let meant = error.suggestion.clone().expect("a suggestion");
        for lang in [Lang::Zh, Lang::En] {
            let told = number(&error, lang);
            assert!(told.contains(&slip) && told.contains(&meant), "{told}");
        }
        let error = read_case_no("x", 2019).unwrap_err();
        assert!(number(&error, Lang::En).contains("court code"));
    }
}
