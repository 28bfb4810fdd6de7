//! Canonical JSON (RFC 8785) with the bounds of DESIGN §3: integers within ±(2^53−1), no floats,
//! ASCII member names, text exactly as typed and never normalised, at most 1 MiB.
//!
//! What is signed or hashed is always these bytes. What is not its own canonical form is refused,
//! so that one meaning has one sequence of bytes.

mod form;

use form::is_canonical;
use serde::de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Largest canonical document: an entry, a sealed body, a signed text.
pub const BYTES_MAX: usize = 1 << 20;
/// Deepest nesting of lists and maps.
pub const DEPTH_MAX: usize = 32;
/// Largest integer that every JSON reader keeps exactly: 2^53 − 1.
pub const INT_MAX: i64 = (1 << 53) - 1;

/// A value of canonical JSON. A `BTreeMap` of ASCII names is in the order of UTF-16 units, which
/// RFC 8785 asks for; other names would not be, and are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`; as a field's value it means *removed*.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer within ±[`INT_MAX`]: fen, 1e-7 degree, ms.
    Int(i64),
    /// Text as typed.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Members by ASCII name.
    Map(BTreeMap<String, Value>),
}

/// Why bytes are no canonical document.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// Longer than [`BYTES_MAX`].
    #[error("{0} bytes, more than {BYTES_MAX}")]
    TooLong(usize),
    /// Not JSON, a float, an integer out of range, a name that is not ASCII, or nested too deep.
    #[error("not JSON within the bounds of the format")]
    Json(#[source] serde_json::Error),
    /// Another value is read back from its bytes.
    #[error("another value is read back from the bytes")]
    ReadsOtherwise,
    /// JSON, but written in another way than the canonical one.
    #[error("JSON, but not in canonical form (differs at byte {at})")]
    Form {
        /// First byte that differs.
        at: usize,
    },
}

/// The canonical bytes of a value.
///
/// # Errors
/// When it holds a float, an integer out of range, a name that is not ASCII, or is too long or deep.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let loose = serde_json::to_vec(value).map_err(CanonicalError::Json)?;
    // Types name their members in this order as a rule.
    if is_canonical(&loose) {
        return Ok(loose);
    }
    let value = parse_loose(&loose)?;
    let bytes = serde_json::to_vec(&value).map_err(CanonicalError::Json)?;
    if bytes.len() > BYTES_MAX {
        return Err(CanonicalError::TooLong(bytes.len()));
    }
    Ok(bytes)
}

/// The canonical bytes of a value that reads back from them as it is. [`read_as`] takes such bytes:
/// a value that is equal is written alike.
///
/// # Errors
/// As [`to_bytes`], and when another value is read back, or none.
pub fn to_bytes_that_read<T>(value: &T) -> Result<Vec<u8>, CanonicalError>
where
    T: DeserializeOwned + PartialEq + Serialize,
{
    let bytes = to_bytes(value)?;
    let read: T = serde_json::from_slice(&bytes).map_err(CanonicalError::Json)?;
    if read == *value {
        Ok(bytes)
    } else {
        Err(CanonicalError::ReadsOtherwise)
    }
}

/// Reads bytes that must be their own canonical form.
///
/// # Errors
/// When they are not.
pub fn read(bytes: &[u8]) -> Result<Value, CanonicalError> {
    let value = parse_loose(bytes)?;
    if !is_canonical(bytes) {
        let again = serde_json::to_vec(&value).map_err(CanonicalError::Json)?;
        same(bytes, &again)?;
    }
    Ok(value)
}

/// Reads a typed value from bytes that must be the canonical form of exactly this type: an unknown
/// member makes the form differ, so nothing in signed bytes is ever ignored.
///
/// # Errors
/// When they are not canonical, or not of this type.
pub fn read_as<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, CanonicalError> {
    if bytes.len() > BYTES_MAX {
        read(bytes)?;
        return Err(CanonicalError::TooLong(bytes.len()));
    }
    // What comes out again as it went in is canonical; only the reason for a refusal needs more.
    let typed: T = match serde_json::from_slice(bytes) {
        Ok(typed) => typed,
        Err(error) => {
            read(bytes)?;
            return Err(CanonicalError::Json(error));
        }
    };
    let again = to_bytes(&typed)?;
    if again != bytes {
        read(bytes)?;
        same(bytes, &again)?;
    }
    Ok(typed)
}

fn parse_loose(bytes: &[u8]) -> Result<Value, CanonicalError> {
    // Escapes can make loose JSON six times as long as its canonical form.
    if bytes.len() > 6 * BYTES_MAX {
        return Err(CanonicalError::TooLong(bytes.len()));
    }
    serde_json::from_slice(bytes).map_err(CanonicalError::Json)
}

fn same(given: &[u8], canonical: &[u8]) -> Result<(), CanonicalError> {
    if canonical.len() > BYTES_MAX {
        return Err(CanonicalError::TooLong(canonical.len()));
    }
    if given == canonical {
        return Ok(());
    }
    let at = given
        .iter()
        .zip(canonical)
        .take_while(|(a, b)| a == b)
        .count();
    Err(CanonicalError::Form { at })
}

impl Value {
    /// Text, when it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// An integer, when it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(int) = self {
            Some(*int)
        } else {
            None
        }
    }

    /// A boolean, when it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self {
            Some(*b)
        } else {
            None
        }
    }

    /// The members, when it is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        if let Self::Map(map) = self {
            Some(map)
        } else {
            None
        }
    }

    /// The items, when it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self {
            Some(list)
        } else {
            None
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Int(int) => serializer.serialize_i64(*int),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                for item in list {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Map(map) => {
                let mut members = serializer.serialize_map(Some(map.len()))?;
                for (name, value) in map {
                    members.serialize_entry(name, value)?;
                }
                members.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor { depth: 0 })
    }
}

struct ValueVisitor {
    depth: usize,
}

impl<'de> de::DeserializeSeed<'de> for ValueVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl ValueVisitor {
    fn inner<E: de::Error>(&self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            return Err(E::custom(format_args!("nested deeper than {DEPTH_MAX}")));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("canonical JSON: no float, integers within ±(2^53−1), ASCII names")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E: de::Error>(self, int: i64) -> Result<Value, E> {
        if !(-INT_MAX..=INT_MAX).contains(&int) {
            return Err(E::custom("integer beyond ±(2^53−1)"));
        }
        Ok(Value::Int(int))
    }

    fn visit_u64<E: de::Error>(self, int: u64) -> Result<Value, E> {
        i64::try_from(int)
            .map_err(E::custom)
            .and_then(|int| self.visit_i64(int))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element_seed(self.inner()?)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if !name.is_ascii() {
                return Err(de::Error::custom("member name is not ASCII"));
            }
            let value = map.next_value_seed(self.inner()?)?;
            if members.insert(name, value).is_some() {
                return Err(de::Error::custom("member stands twice"));
            }
        }
        Ok(Value::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_way_to_write_the_same_meaning_otherwise_is_refused() {
        assert!(read(br#"{"a":1,"b":"x"}"#).is_ok());
        for (name, bytes) in [
            ("space", r#"{"a": 1}"#),
            ("order of names", r#"{"b":1,"a":2}"#),
            ("name twice", r#"{"a":1,"a":1}"#),
            ("float", r#"{"a":1.0}"#),
            ("exponent", r#"{"a":1e3}"#),
            ("minus zero", r#"{"a":-0}"#),
            ("leading zero", r#"{"a":01}"#),
            ("beyond 2^53-1", r#"{"a":9007199254740992}"#),
            ("below", r#"{"a":-9007199254740992}"#),
            ("needless escape", r#"{"a":"\u4e2d"}"#),
            ("escaped slash", r#"{"a":"\/"}"#),
            ("upper-case escape", "{\"a\":\"\\u001F\"}"),
            ("name not ASCII", r#"{"案号":1}"#),
            ("half a pair", r#"{"a":"\ud800"}"#),
            ("tail", r#"{"a":1} "#),
            ("two documents", r#"{"a":1}{"a":1}"#),
        ] {
            assert!(read(bytes.as_bytes()).is_err(), "{name} was accepted");
            assert!(
                !is_canonical(bytes.as_bytes()),
                "{name} was seen as canonical"
            );
        }
    }

    #[test]
    fn a_value_that_reads_back_otherwise_is_not_written() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Short {
            #[serde(default, skip_serializing)]
            left_out: u32,
            said: String,
        }
        let of = |left_out| Short {
            left_out,
            said: "案号".to_owned(),
        };
        let bytes = to_bytes_that_read(&of(0)).unwrap();
        assert_eq!(read_as::<Short>(&bytes).unwrap(), of(0));
        assert!(matches!(
            to_bytes_that_read(&of(7)),
            Err(CanonicalError::ReadsOtherwise)
        ));
    }

    #[test]
    fn text_is_kept_as_typed_and_never_normalised() {
        // U+FA0C is a name's character that NFC would turn into U+5140.
        let bytes = "{\"a\":\"\u{fa0c}𠮷\\n\\u001f\"}".as_bytes();
        let value = read(bytes).expect("canonical");
        assert_eq!(
            value.as_map().unwrap()["a"].as_text(),
            Some("\u{fa0c}𠮷\n\u{1f}")
        );
        assert_eq!(to_bytes(&value).unwrap(), bytes);
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(is_canonical(deep(DEPTH_MAX).as_bytes()));
        assert!(!is_canonical(deep(DEPTH_MAX + 1).as_bytes()));
        assert!(!is_canonical(deep(100_000).as_bytes()));
        assert!(read(deep(DEPTH_MAX).as_bytes()).is_ok());
        assert!(read(deep(DEPTH_MAX + 2).as_bytes()).is_err());
        assert!(read(deep(100_000).as_bytes()).is_err());
        let long = format!("\"{}\"", "x".repeat(BYTES_MAX - 1));
        assert!(matches!(
            read(long.as_bytes()),
            Err(CanonicalError::TooLong(_))
        ));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-INT_MAX..=INT_MAX).prop_map(Value::Int),
            any::<String>().prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
                prop::collection::btree_map("[a-z_./0-9]{1,8}", inner, 0..6).prop_map(Value::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_bytes_read_back_to_the_same_value(value in any_value()) {
            let bytes = to_bytes(&value).unwrap();
            prop_assert_eq!(read(&bytes).unwrap(), value);
        }

        #[test]
        fn the_form_is_seen_as_the_reader_sees_it(
            value in any_value(),
            at in any::<prop::sample::Index>(),
            byte in prop_oneof![any::<u8>(), Just(b'0'), Just(b','), Just(b'"'), Just(b'\\')],
            how in 0..3,
        ) {
            let mut bytes = serde_json::to_vec(&value).unwrap();
            prop_assert!(is_canonical(&bytes));
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
            if is_canonical(&bytes) {
                let value: Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(serde_json::to_vec(&value).unwrap(), bytes);
            }
        }

        #[test]
        fn bytes_of_strangers_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = read(&bytes) {
                prop_assert_eq!(to_bytes(&value).unwrap(), bytes);
            }
        }
    }
}
