//! Passwords of the office: Argon2id (RFC 9106), kept as PHC strings.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

/// Shortest password that is taken.
pub const CHARS_MIN: usize = 8;
/// Longest password that is read.
pub const BYTES_MAX: usize = 1024;

/// A password that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`CHARS_MIN`] characters.
    #[error("shorter than {CHARS_MIN} characters")]
    Short,
    /// More than [`BYTES_MAX`] bytes.
    #[error("longer than {BYTES_MAX} bytes")]
    Long,
    /// The hash could not be computed.
    #[error("could not be hashed")]
    Hash,
}

/// The PHC string of a password. Takes tens of milliseconds: call it on a blocking thread.
///
/// # Errors
/// When the password is too short or too long.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, PasswordError> {
    if password.chars().count() < CHARS_MIN {
        return Err(PasswordError::Short);
    }
    if password.len() > BYTES_MAX {
        return Err(PasswordError::Long);
    }
    argon2()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|_| PasswordError::Hash)
}

/// Whether a password fits a PHC string. Takes as long for an unreadable string as for a wrong
/// password, so pass `None` for an unknown login: its absence then does not show by time.
#[must_use]
pub fn verify(password: &str, phc: Option<&str>) -> bool {
    if password.len() > BYTES_MAX {
        return false;
    }
    match phc.and_then(|text| PasswordHash::new(text).ok()) {
        Some(hash) => argon2().verify_password(password.as_bytes(), &hash).is_ok(),
        None => {
            // The same work, thrown away.
            let mut out = [0u8; 32];
            let _ = argon2().hash_password_into(password.as_bytes(), &[0; 16], &mut out);
            false
        }
    }
}

/// 19 MiB, 2 passes, 1 lane: the second recommendation of OWASP, 2024.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("constants within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let phc = hash("正确的马 battery", &[7; 16]).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify("正确的马 battery", Some(&phc)));
        assert!(!verify("正确的马 batterz", Some(&phc)));
        assert!(!verify("正确的马 battery", None));
        assert!(!verify("正确的马 battery", Some("not a hash")));
        assert_ne!(phc, hash("正确的马 battery", &[8; 16]).unwrap());
    }

    #[test]
    fn too_short_and_too_long_are_refused() {
        assert_eq!(hash("1234567", &[0; 16]), Err(PasswordError::Short));
        assert_eq!(
            hash(&"x".repeat(BYTES_MAX + 1), &[0; 16]),
            Err(PasswordError::Long)
        );
        assert!(!verify(&"x".repeat(BYTES_MAX + 1), None));
    }
}
