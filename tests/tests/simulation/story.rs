//! What happened in a world, line by line, for whoever has to understand it: a court that dies at an
//! await of its own may die elsewhere in a replay.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The lines; clones share them.
#[derive(Clone, Default)]
pub struct Story(Arc<Mutex<Vec<String>>>);

impl Story {
    pub fn tell(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    /// Writes it down and says where.
    pub fn write(&self, seed: u64) -> PathBuf {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let path = dir.join(format!("world-{seed}.txt"));
        let mut text = self.0.lock().unwrap().join("\n");
        text.push('\n');
        std::fs::write(&path, text).expect("a story is written down");
        path
    }
}
