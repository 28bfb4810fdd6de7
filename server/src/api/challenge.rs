//! Challenges for `session`: random, good for minutes, and known to the server by a code of
//! authentication in themselves, so that nothing is stored for somebody who only says hello.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hkdf::hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Life of a challenge.
const LIFE_MS: i64 = 5 * 60 * 1000;
const TIME: usize = 8;
const NONCE: usize = 16;
const CODE: usize = 32;

/// A new challenge: end, nonce, HMAC-SHA-256 over both.
pub(super) fn make(key: &[u8; 32], nonce: &[u8; NONCE], now_ms: i64) -> String {
    let mut bytes = Vec::with_capacity(TIME + NONCE + CODE);
    bytes.extend((now_ms.saturating_add(LIFE_MS)).to_be_bytes());
    bytes.extend(nonce);
    let code = hmac(key, &bytes).finalize().into_bytes();
    bytes.extend(code);
    BASE64.encode(bytes)
}

/// Whether it is a challenge of this server that is not over.
pub(super) fn is_good(key: &[u8; 32], challenge: &str, now_ms: i64) -> bool {
    let Ok(bytes) = BASE64.decode(challenge) else {
        return false;
    };
    if bytes.len() != TIME + NONCE + CODE {
        return false;
    }
    let (said, code) = bytes.split_at(TIME + NONCE);
    let mut end = [0u8; TIME];
    end.copy_from_slice(&said[..TIME]);
    hmac(key, said).verify_slice(code).is_ok() && i64::from_be_bytes(end) > now_ms
}

fn hmac(key: &[u8; 32], bytes: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(bytes);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_for_five_minutes_and_only_here() {
        let challenge = make(&[1; 32], &[2; 16], 1_000);
        assert!(is_good(&[1; 32], &challenge, 1_000));
        assert!(is_good(&[1; 32], &challenge, 1_000 + LIFE_MS - 1));
        assert!(!is_good(&[1; 32], &challenge, 1_000 + LIFE_MS));
        assert!(!is_good(&[3; 32], &challenge, 1_000));
    }

    #[test]
    fn no_character_of_it_can_be_changed() {
        let challenge = make(&[1; 32], &[2; 16], 1_000);
        for at in 0..challenge.len() {
            let mut other = challenge.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert!(!is_good(&[1; 32], &other, 0), "changed at {at}");
        }
        for text in ["", "AAAA", "案号", &"A".repeat(10_000)] {
            assert!(!is_good(&[1; 32], text, 0));
        }
    }
}
