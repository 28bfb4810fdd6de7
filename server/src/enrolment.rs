//! One-time codes of enrolment: 80 random bits in sixteen characters that are not mistaken for one
//! another, kept as SHA-256.

use crate::court::Court;
use crate::db::{DbError, User};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::enrol::Ticket;

/// Without 0 O 1 I, which look alike.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Random bytes of a code, and its characters without dashes.
pub(crate) const CHARS: usize = 16;

/// What the server keeps of a code. Spaces, dashes and case do not matter: somebody may type it.
#[must_use]
pub(crate) fn code_hash(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(CHARS + 1)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    hex::encode(sha256(plain.as_bytes()))
}

/// Makes a code for an officer and the ticket that carries it; `by`: who asked for it in the console.
///
/// # Errors
/// When the database does not take it.
pub async fn issue(
    court: &Court,
    officer: &User,
    url: &str,
    by: Option<OfficerId>,
) -> Result<Ticket, DbError> {
    let code = code_of(&court.random());
    let now_ms = court.clock().now_ms();
    let expires_ms = now_ms.saturating_add(court.config().code_ms);
    let mut write = court.db().write().await?;
    write
        .add_code(&code_hash(&code), officer.id, by, now_ms, expires_ms)
        .await?;
    write.commit().await?;
    let over_tls = url.starts_with("https://");
    Ok(Ticket {
        code,
        key: court.signer().public_key(),
        server: court.server_id(),
        tls: court.tls_pin().filter(|_| over_tls).map(str::to_owned),
        url: url.to_owned(),
    })
}

/// Sixteen characters in groups of four.
pub(crate) fn code_of(random: &[u8; CHARS]) -> String {
    let mut code = String::with_capacity(CHARS + 3);
    for (n, byte) in random.iter().enumerate() {
        if n > 0 && n % 4 == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32: no character is likelier than another.
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_typed_in_any_case_with_spaces_or_dashes() {
        let code = code_of(&[0, 31, 5, 7, 9, 200, 255, 3, 8, 8, 8, 8, 1, 2, 3, 4]);
        assert_eq!(code.len(), 19);
        let typed = code.to_lowercase().replace('-', " ");
        assert_eq!(code_hash(&typed), code_hash(&code));
        assert_ne!(code_hash(&code[..18]), code_hash(&code));
        assert_ne!(code_hash(&format!("{code}A")), code_hash(&code));
    }
}
