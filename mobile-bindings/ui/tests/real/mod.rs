//! The real `waiqin-phone` as a process, with as much of a court as enrols it.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests; each of them uses a part of this"
)]

pub mod court;
pub mod host;
pub mod oracle;

pub use host::{Answer, Door, Host, PIN, program};

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The officer's own folder of a phone that has one officer.
pub fn officers_folder(dir: &Path) -> PathBuf {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.join("keys.json").exists())
        .collect();
    assert_eq!(folders.len(), 1);
    folders.remove(0)
}

/// Names in a folder that end so.
pub fn names(dir: &Path, ending: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|it| it.contains(ending)).collect();
    names.sort();
    names
}

/// Runs `waiqin-phone export` and gives the folder that it wrote.
pub fn export(dir: &Path, officer: &str, to: &Path) {
    let pin = to.with_extension("pin");
    std::fs::write(&pin, PIN).unwrap();
    let output = Command::new(program())
        .arg("export")
        .arg("--dir")
        .arg(dir)
        .args(["--officer", officer, "--pin-file"])
        .arg(&pin)
        .arg("--to")
        .arg(to)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Lines of an exported file, as JSON.
pub fn lines(folder: &Path, name: &str) -> Vec<Value> {
    std::fs::read_to_string(folder.join(name))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Bytes that no compression makes smaller, always the same.
pub fn noise(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    fastrand::Rng::with_seed(1).fill(&mut bytes);
    bytes
}
