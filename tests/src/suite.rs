//! Suites that need something a machine may lack: run it, or say in one line what was skipped and
//! how to enable it. With `WAIQIN_TEST_ALL=1` a skip is a failure.

use std::io::Write;
use std::path::PathBuf;

/// Says that a suite is skipped; fails instead where everything must run.
///
/// # Panics
/// With `WAIQIN_TEST_ALL=1`.
pub fn skip(suite: &str, needs: &str) {
    assert!(
        std::env::var_os("WAIQIN_TEST_ALL").is_none(),
        "{suite} must run here, and needs {needs}"
    );
    // Straight to the terminal: the harness would swallow what `println!` says.
    let mut terminal = std::io::stderr().lock();
    let _ = writeln!(terminal, "skipped: {suite} (needs {needs})");
}

/// A program on the path.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|path| path.is_file())
}
