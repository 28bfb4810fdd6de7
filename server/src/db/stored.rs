//! How values stand in columns: ids and hashes as hexadecimal text, enums by their word, structs as
//! JSON, numbers as BIGINT. What people typed stands in columns to be found by; the words themselves
//! stand in JSON or in the bytes of entries, where nothing is changed. A stored value that does not read is an error with its name, never a
//! panic.

use super::DbError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;
use std::str::FromStr;
use waiqin_protocol::canonical::CanonicalError;

/// Reads an id, hash, link or key from its text.
pub(super) fn parsed<T: FromStr>(text: &str, what: &'static str) -> Result<T, DbError> {
    text.parse().map_err(|_| DbError::Stored { what })
}

/// The same for a column that may be NULL.
pub(super) fn parsed_or_none<T: FromStr>(
    text: Option<String>,
    what: &'static str,
) -> Result<Option<T>, DbError> {
    text.map(|text| parsed(&text, what)).transpose()
}

/// A text of people as a column holds it: PostgreSQL takes every character but NUL, and one entry that
/// holds it must not stop a journal. JSON escapes it, so that it is kept where the words are.
pub(super) fn typed(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The same for a column that may be NULL.
pub(super) fn typed_or_none(text: Option<&str>) -> Option<String> {
    text.map(typed)
}

/// A struct as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|_| DbError::Stored {
        what: "value to be written",
    })
}

/// Reads a struct from JSON.
pub(super) fn of_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|_| DbError::Stored { what })
}

/// The same for a column that may be NULL.
pub(super) fn of_json_or_none<T: DeserializeOwned>(
    text: Option<String>,
    what: &'static str,
) -> Result<Option<T>, DbError> {
    text.map(|text| of_json(&text, what)).transpose()
}

/// The word of an enum, as on the wire.
pub(crate) fn word<T: Serialize>(value: &T) -> Result<String, DbError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(_) | Err(_) => Err(DbError::Stored {
            what: "word to be written",
        }),
    }
}

/// The enum of a word.
pub(super) fn of_word<T: DeserializeOwned>(word: String, what: &'static str) -> Result<T, DbError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| DbError::Stored { what })
}

/// A count or number of an entry, as a column holds it.
pub(super) fn number_in(number: u64) -> Result<i64, DbError> {
    i64::try_from(number).map_err(|_| DbError::Stored { what: "number" })
}

/// The number of a column.
pub(super) fn number_out(number: i64) -> Result<u64, DbError> {
    u64::try_from(number).map_err(|_| DbError::Stored { what: "number" })
}

/// Canonical bytes as the text they are.
pub(crate) fn text_of(bytes: Result<Vec<u8>, CanonicalError>) -> Result<String, DbError> {
    bytes
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(DbError::Stored {
            what: "canonical text",
        })
}

/// `($1, $2), ($3, $4)` for an INSERT of several rows.
pub(super) fn rows_of(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 5);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a String does not fail.
            let _ = write!(text, "{comma}${}", row * columns + column + 1);
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use waiqin_protocol::wire::sync::Verdict;

    #[test]
    fn placeholders_of_several_rows() {
        assert_eq!(rows_of(1, 1), "($1)");
        assert_eq!(rows_of(2, 3), "($1, $2, $3), ($4, $5, $6)");
    }

    #[test]
    fn only_nul_is_another_character_in_a_column() {
        assert_eq!(typed("a\0b\0"), "a\u{fffd}b\u{fffd}");
        let every: String = (1..=0xd7ff).filter_map(char::from_u32).collect();
        assert_eq!(typed(&every), every);
    }

    #[test]
    fn words_of_enums() {
        assert_eq!(word(&Verdict::Interleaved).unwrap(), "interleaved");
        assert_eq!(
            of_word::<Verdict>("held".into(), "x").unwrap(),
            Verdict::Held
        );
        assert!(of_word::<Verdict>("gone".into(), "x").is_err());
        assert!(word(&7).is_err());
    }
}
