//! Why something failed, for the log and for whoever keeps the server.

use std::error::Error;

/// An error and what caused it, in one line; what one says and the next repeats stands once.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.ends_with(&text) {
            said = format!("{said}: {text}");
        }
        cause = error.source();
    }
    said
}
