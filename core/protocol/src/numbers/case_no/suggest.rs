//! Steps 9 and 10 of DOMAIN §1.3: slips that are only ever offered, never applied.

use super::clean::Repairs;
use super::grammar;
use crate::numbers::text::is_han;

/// The digit that a letter among digits most likely stands for.
pub(super) fn digit_meant(letter: char) -> Option<char> {
    match letter {
        'O' | 'o' => Some('0'),
        'l' | 'I' => Some('1'),
        'S' => Some('5'),
        _ => None,
    }
}

/// The court character meant by one of everyday use: court codes say 内 and 黔.
fn court_character_meant(c: char) -> Option<char> {
    match c {
        '蒙' => Some('内'),
        '贵' => Some('黔'),
        _ => None,
    }
}

/// The whole corrected number, when correcting every likely slip gives a number that reads.
pub(super) fn suggest(text: &[char], this_year: i32) -> Option<String> {
    let fixed = without_slips(text);
    if fixed == text {
        return None;
    }
    let parsed = grammar::parse(&fixed, this_year, &mut Repairs::default()).ok()?;
    match parsed.cases.as_slice() {
        [case] => Some(format!("{case}{}", parsed.doc_suffix.unwrap_or_default())),
        _ => Some(fixed.into_iter().collect()),
    }
}

/// Digits for letters in every run that has a digit, and the first Han character as court codes
/// have it.
fn without_slips(text: &[char]) -> Vec<char> {
    let mut fixed = Vec::with_capacity(text.len());
    let mut court_seen = false;
    for run in text.chunk_by(|a, b| a.is_ascii_alphanumeric() == b.is_ascii_alphanumeric()) {
        let digits = run.iter().any(char::is_ascii_digit);
        for c in run {
            fixed.push(if let Some(digit) = digit_meant(*c).filter(|_| digits) {
                digit
            } else if !court_seen && is_han(*c) {
                court_seen = true;
                court_character_meant(*c).unwrap_or(*c)
            } else {
                *c
            });
        }
    }
    fixed
}
