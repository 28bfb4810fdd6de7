//! One cell of a list, whatever file it came from, and what a spreadsheet calls its place.

/// A cell as a reader hands it on: nothing is interpreted yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing in it.
    #[default]
    Empty,
    /// Text, as it stands.
    Text(String),
    /// A number of a spreadsheet.
    Number(f64),
    /// A number that the spreadsheet shows as a date: days of its calendar, 1900 or 1904.
    Serial {
        /// Days since the calendar's zero day, with the time of day as fraction.
        days: f64,
        /// The workbook counts from 1904.
        from_1904: bool,
    },
    /// What stood here is gone; the text is what is left of it.
    Lost(Loss, String),
}

/// Why the content of a cell cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// A spreadsheet turned the digits into scientific notation (4.40115E+17).
    Scientific,
    /// #REF!, #N/A and their like.
    ErrorValue,
    /// A formula without a stored value.
    Formula,
    /// Bytes that the encoding of the file does not know, or NUL.
    Bytes,
    /// No date.
    Date,
    /// A date that reads two ways (03/04/2019, 19-1-2).
    AmbiguousDate,
    /// No amount of money.
    Money,
}

impl Cell {
    /// Whether nothing but white space stands in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => trimmed(text).is_empty(),
            Self::Number(_) | Self::Serial { .. } | Self::Lost(..) => false,
        }
    }

    /// The cell as a person would read it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Lost(_, text) => text.clone(),
            Self::Number(value) => shown_number(*value),
            Self::Serial { days, .. } => shown_number(*days),
        }
    }
}

/// A number as text: whole ones without a point, none in scientific notation.
#[must_use]
pub fn shown_number(value: f64) -> String {
    format!("{value}")
}

/// Without the white space, byte order marks and zero-width characters at both ends.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Characters that show nothing: byte order mark, zero-width, direction marks, NUL.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{0}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// The letters of a column as a spreadsheet counts, from 0: A … Z, AA …
#[must_use]
pub fn column_letters(index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(
            b'A' + u8::try_from(digit).expect("a remainder of 26 fits"),
        ));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        for (index, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(index), letters);
        }
    }

    #[test]
    fn numbers_are_never_shown_in_scientific_notation() {
        assert_eq!(shown_number(4.40115e17), "440115000000000000");
        assert_eq!(shown_number(98600.0), "98600");
        assert_eq!(shown_number(0.1), "0.1");
    }
}
