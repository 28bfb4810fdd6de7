//! Sees in one pass, without reading any value, that bytes are in canonical form. It answers *no* to a
//! few forms that are canonical after all (a map empty at the deepest place, a name with an escape):
//! the reader decides those.

use super::{BYTES_MAX, DEPTH_MAX, INT_MAX};

/// Whether bytes are surely one document in canonical form.
pub(super) fn is_canonical(bytes: &[u8]) -> bool {
    bytes.len() <= BYTES_MAX
        && std::str::from_utf8(bytes).is_ok()
        && value(bytes, 0) == Some(&[][..])
}

/// What follows a value; `None` when there is none in canonical form. Depth bounds the recursion.
fn value(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    match bytes.first()? {
        b'"' => Some(text(bytes.get(1..)?)?.1),
        b'{' => map(bytes.get(1..)?, depth),
        b'[' => list(bytes.get(1..)?, depth),
        b'n' => bytes.strip_prefix(b"null"),
        b't' => bytes.strip_prefix(b"true"),
        b'f' => bytes.strip_prefix(b"false"),
        _ => integer(bytes),
    }
}

fn list(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if depth >= DEPTH_MAX {
        return None;
    }
    let mut rest = match bytes.strip_prefix(b"]") {
        Some(rest) => return Some(rest),
        None => bytes,
    };
    loop {
        rest = value(rest, depth + 1)?;
        match rest.split_first()? {
            (b',', more) => rest = more,
            (b']', more) => return Some(more),
            _ => return None,
        }
    }
}

/// Members by ASCII name, each name after the one before.
fn map(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if depth >= DEPTH_MAX {
        return None;
    }
    let mut rest = match bytes.strip_prefix(b"}") {
        Some(rest) => return Some(rest),
        None => bytes,
    };
    let mut before: Option<&[u8]> = None;
    loop {
        let (name, after) = text(rest.strip_prefix(b"\"")?)?;
        let plain = name.is_ascii() && !name.contains(&b'\\');
        if !plain || before.is_some_and(|before| before >= name) {
            return None;
        }
        before = Some(name);
        rest = value(after.strip_prefix(b":")?, depth + 1)?;
        match rest.split_first()? {
            (b',', more) => rest = more,
            (b'}', more) => return Some(more),
            _ => return None,
        }
    }
}

/// Text up to its closing quote as it is written, and what follows. Escapes are those that RFC 8785
/// writes: the short ones, and `\u00` with lower-case digits for other control characters.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    loop {
        let found = bytes
            .get(at..)?
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        at += found;
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'"', _) => return Some((bytes.get(..at)?, bytes.get(at + 1..)?)),
            (b'\\', Some(b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r')) => at += 2,
            (b'\\', Some(b'u')) if is_control(bytes.get(at + 2..at + 6)?) => at += 6,
            _ => return None,
        }
    }
}

/// Whether four digits name a control character that has no short escape.
fn is_control(digits: &[u8]) -> bool {
    match digits {
        [b'0', b'0', b'0', low] => matches!(low, b'0'..=b'7' | b'b' | b'e' | b'f'),
        [b'0', b'0', b'1', low] => matches!(low, b'0'..=b'9' | b'a'..=b'f'),
        _ => false,
    }
}

fn integer(bytes: &[u8]) -> Option<&[u8]> {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (number, rest) = digits.split_at_checked(length)?;
    match (number, bytes.len() > digits.len()) {
        ([b'0'], false) => Some(rest),
        ([b'1'..=b'9', ..], _) if length <= 16 => {
            let value = number
                .iter()
                .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
            (value <= INT_MAX).then_some(rest)
        }
        _ => None,
    }
}
