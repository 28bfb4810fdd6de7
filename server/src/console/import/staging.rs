//! Where an uploaded list waits between preview and apply: under the SHA-256 of its bytes, so that
//! what is applied is what was looked at.

use super::super::problem::Problem;
use axum::extract::multipart::Field;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Largest list that is taken, bytes: what the reader takes, so that it is the reader who says so.
pub(crate) const LIST_BYTES_MAX: usize = 64 << 20;
/// An uploaded list is forgotten after so long.
const KEPT_MS: i64 = 24 * 3_600_000;
/// Most lists that wait at once; the oldest make room.
const WAITING_MAX: usize = 20;
/// Longest file name that is kept, in characters.
const NAME_CHARS_MAX: usize = 120;

/// An uploaded list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Staged {
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Its name, for display alone.
    pub file_name: String,
    /// Its length.
    pub bytes: u64,
    /// When it came, ms UTC.
    pub uploaded_ms: i64,
    /// Who brought it.
    pub user: String,
}

/// Takes a file in, streaming it to disk. `None` when no file was chosen.
pub(crate) async fn take(
    folder: &Path,
    mut field: Field<'_>,
    user: &str,
    now_ms: i64,
) -> Result<Option<Staged>, Problem> {
    let file_name = display_name(field.file_name().unwrap_or_default());
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut digest = Sha256::new();
    let mut bytes = 0usize;
    while let Some(chunk) = field.chunk().await.map_err(|_| Problem::Unreadable)? {
        bytes += chunk.len();
        if bytes > LIST_BYTES_MAX {
            return Err(Problem::TooLarge {
                max: LIST_BYTES_MAX,
            });
        }
        digest.update(&chunk);
        file.write_all(&chunk)?;
    }
    if file_name.is_empty() && bytes == 0 {
        return Ok(None);
    }
    let staged = Staged {
        sha256: hex::encode(digest.finalize()),
        file_name,
        bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
        uploaded_ms: now_ms,
        user: user.to_owned(),
    };
    clear(folder, now_ms)?;
    let about = serde_json::to_vec(&staged).map_err(Problem::broken)?;
    file.persist(list_path(folder, &staged.sha256))
        .map_err(|error| error.error)?;
    std::fs::write(about_path(folder, &staged.sha256), about)?;
    Ok(Some(staged))
}

/// A list that waits, and its bytes; `None` when it is gone, or is not what its name says.
pub(crate) fn find(folder: &Path, sha256: &str) -> std::io::Result<Option<(Staged, Vec<u8>)>> {
    if sha256.len() != 64
        || !sha256
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    {
        return Ok(None);
    }
    let read = |path: PathBuf| match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    };
    let (Some(about), Some(bytes)) = (
        read(about_path(folder, sha256))?,
        read(list_path(folder, sha256))?,
    ) else {
        return Ok(None);
    };
    let staged: Option<Staged> = serde_json::from_slice(&about).ok();
    let same = hex::encode(Sha256::digest(&bytes)) == sha256;
    Ok(staged.filter(|_| same).map(|staged| (staged, bytes)))
}

/// Forgets a list.
pub(crate) fn forget(folder: &Path, sha256: &str) {
    // What is not there is forgotten already; what cannot be removed goes with its age.
    let _ = std::fs::remove_file(about_path(folder, sha256));
    let _ = std::fs::remove_file(list_path(folder, sha256));
}

/// Lists that wait, newest first.
pub(crate) fn waiting(folder: &Path, now_ms: i64) -> Vec<Staged> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut lists: Vec<Staged> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            (path.extension()? == "json").then_some(path)
        })
        .filter_map(|path| serde_json::from_slice(&std::fs::read(path).ok()?).ok())
        .filter(|it: &Staged| now_ms - it.uploaded_ms < KEPT_MS)
        .collect();
    lists.sort_by_key(|it| (std::cmp::Reverse(it.uploaded_ms), it.sha256.clone()));
    lists
}

/// Removes what is too old, and the oldest when too many wait.
fn clear(folder: &Path, now_ms: i64) -> std::io::Result<()> {
    let keep: Vec<String> = waiting(folder, now_ms)
        .into_iter()
        .take(WAITING_MAX - 1)
        .map(|it| it.sha256)
        .collect();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let ours = path
            .extension()
            .is_some_and(|ending| ending == "json" || ending == "list");
        if ours && !keep.iter().any(|sha256| sha256 == name) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn list_path(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(format!("{sha256}.list"))
}

fn about_path(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(format!("{sha256}.json"))
}

/// The last part of a path, without control characters.
fn display_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, bytes: &[u8], uploaded_ms: i64) -> String {
        let sha256 = hex::encode(Sha256::digest(bytes));
        let staged = Staged {
            sha256: sha256.clone(),
            file_name: "x.csv".into(),
            bytes: 1,
            uploaded_ms,
            user: String::new(),
        };
        std::fs::write(list_path(folder, &sha256), bytes).unwrap();
        std::fs::write(
            about_path(folder, &sha256),
            serde_json::to_vec(&staged).unwrap(),
        )
        .unwrap();
        sha256
    }

    #[test]
    fn a_list_whose_bytes_changed_is_not_found() {
        let dir = tempfile::tempdir().unwrap();
        let sha256 = put(dir.path(), b"one", 5);
        assert_eq!(find(dir.path(), &sha256).unwrap().unwrap().1, b"one");
        std::fs::write(list_path(dir.path(), &sha256), b"two").unwrap();
        assert_eq!(find(dir.path(), &sha256).unwrap(), None);
        for wrong in ["", "../../etc/passwd", &"Z".repeat(64), &"ab".repeat(32)] {
            assert_eq!(find(dir.path(), wrong).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn old_lists_and_too_many_make_room() {
        let dir = tempfile::tempdir().unwrap();
        let old = put(dir.path(), b"old", 0);
        for n in 0..30u8 {
            put(dir.path(), &[n], KEPT_MS + i64::from(n));
        }
        let now = KEPT_MS + 40;
        clear(dir.path(), now).unwrap();
        let left = waiting(dir.path(), now);
        assert_eq!(left.len(), WAITING_MAX - 1);
        assert!(left.iter().all(|it| it.sha256 != old));
        assert_eq!(left[0].uploaded_ms, KEPT_MS + 29);
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            2 * (WAITING_MAX - 1)
        );
    }

    #[test]
    fn names_are_for_display_alone() {
        assert_eq!(display_name("C:\\a\\../list\u{7}.csv"), "list.csv");
        assert_eq!(display_name("/etc/passwd"), "passwd");
        assert_eq!(display_name(&"x".repeat(500)).len(), NAME_CHARS_MAX);
    }
}
