//! Words that an officer types beside the fields of a record: reasons, captions, a number.

use super::values::normal_breaks;

/// Longest reason, characters.
pub const REASON_CHARS_MAX: usize = 1000;

/// The words as they are kept: line breaks as LF, nothing blank around them, and not one letter less.
#[must_use]
pub fn said(text: &str) -> String {
    normal_breaks(text).trim().to_owned()
}

/// Whether words can be kept: not more than so many characters, and no NUL, which neither a page nor
/// every database can hold. What does not fit is never cut; the page shows it again and says why.
#[must_use]
pub fn fits(text: &str, chars_max: usize) -> bool {
    !text.contains('\0') && text.chars().nth(chars_max).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_or_not_at_all() {
        assert_eq!(said(" a\r\nb\rc \r\n"), "a\nb\nc");
        let most = "𪚥".repeat(REASON_CHARS_MAX);
        assert!(fits(&most, REASON_CHARS_MAX));
        assert!(!fits(&(most + "x"), REASON_CHARS_MAX));
        assert!(fits("", 0) && !fits("a\0b", 9));
    }
}
