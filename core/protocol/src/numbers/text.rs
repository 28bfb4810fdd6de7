//! What single characters are, for the readers of numbers.

/// Whether this is a Han character (unified ideographs, their extensions, 〇).
pub(super) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// Byte order mark, zero-width, joining, direction and variation characters.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{FEFF}' | '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}')
}

/// The half-width twin of a full-width ASCII character (U+FF01–U+FF5E); Han is never touched.
pub(super) fn half_width(c: char) -> Option<char> {
    matches!(c, '\u{FF01}'..='\u{FF5E}')
        .then(|| char::from_u32(u32::from(c) - 0xFEE0))
        .flatten()
}

/// The text without white space and invisible characters, full-width ASCII made half-width; `None`
/// when more than `chars_max` characters came in.
pub(crate) fn squeeze(text: &str, chars_max: usize) -> Option<String> {
    if text.chars().nth(chars_max).is_some() {
        return None;
    }
    let kept = text
        .chars()
        .filter(|c| !c.is_whitespace() && !is_invisible(*c));
    Some(kept.map(|c| half_width(c).unwrap_or(c)).collect())
}

/// Whether a spreadsheet wrote the number as mantissa and exponent (4.40115E+17).
pub(super) fn is_scientific(number: &str) -> bool {
    number
        .split_once(['e', 'E'])
        .is_some_and(|(mantissa, exponent)| {
            let exponent = exponent.trim_start_matches(['+', '-']);
            mantissa.starts_with(|c: char| c.is_ascii_digit())
                && !exponent.is_empty()
                && exponent.chars().all(|c| c.is_ascii_digit())
        })
}
