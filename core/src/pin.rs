//! The officer's PIN as typed.

use std::fmt;
use zeroize::Zeroizing;

/// A PIN (口令): 6 to 64 characters. Zeroed when dropped, never shown.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

/// A text that is no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has 6 to 64 characters")]
pub struct PinError;

impl Pin {
    /// Takes a PIN as typed; blanks at its ends belong to typing, not to the PIN.
    ///
    /// # Errors
    /// When it is shorter than 6 or longer than 64 characters.
    pub fn new(text: &str) -> Result<Self, PinError> {
        let text = text.trim();
        if !(6..=64).contains(&text.chars().count()) {
            return Err(PinError);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}
