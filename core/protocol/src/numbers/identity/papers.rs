//! Papers that are taken by their shape alone.

use super::{IdError, id_text};
use serde::{Deserialize, Serialize};

/// Kinds of identity papers without a checksum that is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// 护照: a letter and eight digits, or E, a letter and seven digits.
    Passport,
    /// 港澳居民来往内地通行证: H or M and eight or ten digits.
    HongKongMacaoPermit,
    /// 台湾居民来往大陆通行证: eight digits.
    TaiwanPermit,
    /// 外国人永久居留身份证: 15 letters and digits, or 18 digits that begin with 9.
    ForeignPermanentResident,
    /// 军官证 and the like: free text.
    Military,
}

/// Reads a paper of a kind that the officer chose; the result is its normal form.
///
/// # Errors
/// A text of another shape.
pub fn read_paper(kind: PaperKind, text: &str) -> Result<String, IdError> {
    let normal = id_text(text)?;
    let bytes = normal.as_bytes();
    let fits = match kind {
        PaperKind::Passport => match bytes {
            [b'E', second, rest @ ..] if second.is_ascii_alphabetic() => digits(rest, 7),
            [first, rest @ ..] => first.is_ascii_alphabetic() && digits(rest, 8),
            [] => false,
        },
        PaperKind::HongKongMacaoPermit => match bytes {
            [b'H' | b'M', rest @ ..] => digits(rest, 8) || digits(rest, 10),
            _ => false,
        },
        PaperKind::TaiwanPermit => digits(bytes, 8),
        PaperKind::ForeignPermanentResident => {
            (bytes.len() == 15 && bytes.iter().all(u8::is_ascii_alphanumeric))
                || (bytes.first() == Some(&b'9') && digits(bytes, 18))
        }
        PaperKind::Military => true,
    };
    if fits {
        Ok(normal)
    } else {
        Err(IdError::Shape)
    }
}

fn digits(bytes: &[u8], count: usize) -> bool {
    bytes.len() == count && bytes.iter().all(u8::is_ascii_digit)
}
