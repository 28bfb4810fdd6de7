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

/// Numbers that look random and come again with the same seed (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend(self.roll().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}
