//! Folders, and what can happen to them.

use crate::story::sha256;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// Bytes from which on a file is long.
const LONG_BYTES: usize = 2_000;

/// An exported folder.
pub struct Folder {
    pub title: String,
    pub dir: PathBuf,
}

impl Folder {
    pub fn at(title: &str, dir: PathBuf) -> Self {
        let title = title.to_owned();
        Self { title, dir }
    }

    /// Names of its files, with `evidence/` where they lie there.
    pub fn files(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(&self.dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !path.is_dir() {
                names.insert(name);
                continue;
            }
            for inner in std::fs::read_dir(path).unwrap() {
                let inner = inner.unwrap().file_name();
                names.insert(format!("{name}/{}", inner.to_str().unwrap()));
            }
        }
        names
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.dir.join(name)).unwrap_or_else(|_| panic!("no {name}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.dir.join(name), bytes).unwrap();
    }

    /// How many places of a file are looked at; none of an empty one.
    pub fn flips(&self, name: &str, most: usize) -> usize {
        let bytes = self.read(name).len();
        usize::from(bytes > 0) + (bytes / LONG_BYTES).min(most - 1)
    }

    /// A copy in the place of the one before.
    pub fn copy(&self, to: &Path) -> Self {
        // There may be none yet.
        let _ = std::fs::remove_dir_all(to);
        for name in self.files() {
            let file = to.join(&name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, self.read(&name)).unwrap();
        }
        Self::at(&self.title, to.to_owned())
    }

    /// Turns one bit; says which.
    pub fn flip(&self, name: &str, seed: u64) -> String {
        let mut bytes = self.read(name);
        let dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let at = ((dice >> 16) % bytes.len() as u64) as usize;
        let bit = (dice >> 8) % 8;
        bytes[at] ^= 1 << bit;
        self.write(name, &bytes);
        format!("bit {bit} of byte {at}")
    }

    /// Whether somebody's signature covers every byte that a file says.
    pub fn is_signed(name: &str) -> bool {
        name.starts_with("evidence/")
            || name.starts_with("journal")
            || [
                "certificates.ndjson",
                "checkpoints.ndjson",
                "receipts.ndjson",
            ]
            .contains(&name)
    }

    /// Writes the sums anew.
    pub fn sum_again(&self) {
        let mut names = self.files();
        names.remove("SHA256SUMS");
        let line = |name: &String| format!("{}  {name}\n", sha256(&self.read(name)));
        let sums: String = names.iter().map(line).collect();
        self.write("SHA256SUMS", sums.as_bytes());
    }

    fn lines(&self, name: &str) -> Vec<String> {
        self.text(name).lines().map(str::to_owned).collect()
    }

    fn write_lines(&self, name: &str, lines: &[String]) {
        let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
        self.write(name, text.as_bytes());
    }
}

/// What somebody may do to a folder who writes new sums afterwards.
pub enum Harm {
    /// A line of a file is gone.
    Removed { file: String, line: usize },
    /// Two lines stand in each other's place.
    Swapped { file: String, line: usize },
    /// A receipt of another journal.
    Foreign { receipt: String },
    /// Another key of the court.
    Key,
    /// A file of evidence is gone.
    Lacking { file: String },
    /// A file of evidence that nothing names.
    Strange,
    /// A word of an entry is another one.
    Reworded { file: String },
}

impl Harm {
    pub fn all(folder: &Folder, exports: &[Folder]) -> Vec<Self> {
        let mut all = vec![Self::Key, Self::Strange];
        let files = folder.files();
        for file in files.iter().filter(|it| it.starts_with("journal")) {
            let count = folder.lines(file).len();
            if count > 2 {
                let file = file.clone();
                let line = count / 2;
                all.push(Self::Removed {
                    file: file.clone(),
                    line,
                });
                all.push(Self::Removed {
                    file: file.clone(),
                    line: 0,
                });
                all.push(Self::Swapped {
                    file: file.clone(),
                    line,
                });
            }
            if folder.text(file).contains("cause\":\"enrolled") {
                all.push(Self::Reworded { file: file.clone() });
            }
        }
        for file in ["log.ndjson", "evidence.ndjson", "certificates.ndjson"] {
            if files.contains(file) {
                all.push(Self::Removed {
                    file: file.to_owned(),
                    line: 0,
                });
            }
        }
        all.extend(
            files
                .iter()
                .find(|it| it.starts_with("evidence/"))
                .map(|it| {
                    let file = it.clone();
                    Self::Lacking { file }
                }),
        );
        let own = |id: &str| {
            files
                .iter()
                .any(|file| folder_text(folder, file).contains(id))
        };
        for other in exports {
            let receipts = other.lines("receipts.ndjson");
            all.extend(receipts.into_iter().find_map(|receipt| {
                let json: serde_json::Value = serde_json::from_str(&receipt).unwrap();
                let id = json["journal"]["body"]["journal"].as_str()?;
                (!own(id)).then_some(Self::Foreign { receipt })
            }));
        }
        all
    }

    pub fn done_to(&self, folder: &Folder) {
        match self {
            Self::Removed { file, line } => {
                let mut lines = folder.lines(file);
                lines.remove(*line);
                folder.write_lines(file, &lines);
            }
            Self::Swapped { file, line } => {
                let mut lines = folder.lines(file);
                lines.swap(*line, line - 1);
                folder.write_lines(file, &lines);
            }
            Self::Foreign { receipt } => {
                let mut lines = folder.lines("receipts.ndjson");
                lines.push(receipt.clone());
                folder.write_lines("receipts.ndjson", &lines);
            }
            Self::Key => {
                let keys = folder.text("keys.json");
                let from = keys.find("\"server_key\":\"ed25519:").unwrap() + 22;
                let old = &keys[from..from + 43];
                // The base point of the curve is a key of which everybody knows the secret.
                let other = "WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY";
                folder.write("keys.json", keys.replace(old, other).as_bytes());
            }
            Self::Lacking { file } => std::fs::remove_file(folder.dir.join(file)).unwrap(),
            Self::Strange => {
                std::fs::create_dir_all(folder.dir.join("evidence")).unwrap();
                let name = format!("evidence/{}", sha256(b"strange"));
                folder.write(&name, b"strange");
            }
            Self::Reworded { file } => {
                let text = folder.text(file);
                let reworded = text.replacen("cause\":\"enrolled", "cause\":\"new_key", 1);
                folder.write(file, reworded.as_bytes());
            }
        }
    }
}

fn folder_text(folder: &Folder, file: &str) -> String {
    String::from_utf8_lossy(&folder.read(file)).into_owned()
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed { file, line } => write!(f, "line {} of {file} removed", line + 1),
            Self::Swapped { file, line } => {
                write!(f, "lines {line} and {} of {file} swapped", line + 1)
            }
            Self::Foreign { receipt } => write!(f, "a receipt of another journal: {receipt}"),
            Self::Key => f.write_str("another key of the court"),
            Self::Lacking { file } => write!(f, "{file} removed"),
            Self::Strange => f.write_str("evidence that nothing names"),
            Self::Reworded { file } => write!(f, "entry 1 of {file} reworded"),
        }
    }
}

/// Copies of the exports and some damaged ones, with a list of what was done to them.
pub fn samples(exports: &[Folder], to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let mut list = String::new();
    for folder in exports {
        folder.copy(&to.join(&folder.title));
        list.push_str(&format!("{}: untouched, exit 0\n", folder.title));
    }
    let mut nth = 0;
    for folder in &exports[..2] {
        for harm in Harm::all(folder, exports) {
            nth += 1;
            let copy = folder.copy(&to.join(format!("damaged-{nth:02}")));
            harm.done_to(&copy);
            copy.sum_again();
            let title = &folder.title;
            list.push_str(&format!(
                "damaged-{nth:02}: {title}, {harm}; summed again\n"
            ));
        }
        for name in folder.files() {
            nth += 1;
            let copy = folder.copy(&to.join(format!("damaged-{nth:02}")));
            let at = copy.flip(&name, nth);
            let mut again = "";
            if Folder::is_signed(&name) {
                copy.sum_again();
                again = "; summed again";
            }
            let title = &folder.title;
            list.push_str(&format!("damaged-{nth:02}: {title}, {name}: {at}{again}\n"));
        }
    }
    std::fs::write(to.join("LIST.txt"), list).unwrap();
}
