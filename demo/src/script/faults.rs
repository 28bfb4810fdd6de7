//! What happens to the officer's phone on that day: killed in the middle of a save and of an upload,
//! its store damaged, its folder copied and the copy restored.

use super::act::{PhoneAtHand, sync};
use super::hand::Hand;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Kills in the middle of saves.
const KILLS: u64 = 8;

/// Values that the phone said were saved, in order, and how often it was killed.
pub struct Killed {
    /// The record.
    pub record: String,
    /// What was said to be saved.
    pub said: Vec<String>,
    /// What had been sent when it was killed, and may be there or not.
    pub open: Vec<String>,
    /// Kills in saves.
    pub kills: u64,
}

/// Kills the phone while it saves, again and again, and once while it uploads a photo.
///
/// # Errors
/// When it does not come back.
pub async fn killed(phone: &mut PhoneAtHand, record: &str) -> Result<Killed> {
    let mut killed = Killed {
        record: record.to_owned(),
        said: Vec::new(),
        open: Vec::new(),
        kills: 0,
    };
    let mut random = u64::from(std::process::id()) | 1;
    for life in 0..KILLS {
        // xorshift: an instant that nobody chose.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let patience = Duration::from_millis(5 + random % 120);
        let deadline = tokio::time::sleep(patience);
        tokio::pin!(deadline);
        for n in 0.. {
            let value = format!("第 {} 次启动，第 {} 次保存", life + 1, n + 1);
            tokio::select! {
                biased;
                () = &mut deadline => {
                    killed.open.push(value);
                    break;
                }
                saved = remark(&phone.hand, record, &value) => {
                    saved?;
                    killed.said.push(value);
                }
            }
        }
        phone.kill_and_start().await?;
        killed.kills += 1;
    }
    // And while a photo goes up: what the court has of it is asked for again.
    let uploading = {
        let page = phone.hand.open("/sync").await?;
        phone.hand.send(&page, "/sync", "<button", &[], None).await
    };
    uploading?;
    tokio::time::sleep(Duration::from_millis(40)).await;
    phone.kill_and_start().await?;
    killed.kills += 1;
    sync(&phone.hand).await?;
    Ok(killed)
}

/// Writes the remarks of a record, and returns when the phone says that they are saved.
pub async fn remark(hand: &Hand, record: &str, value: &str) -> Result<()> {
    let action = format!("/records/{record}");
    let page = hand.open(&action).await?;
    let marker = "name=\"step\" value=\"result\"";
    let values = [("remarks", value), ("do", "save")];
    hand.send(&page, &action, marker, &values, None).await?;
    Ok(())
}

/// Damages every file of the phone's store and starts it again.
///
/// # Errors
/// When it does not come back with its records.
pub async fn store_damaged(phone: &mut PhoneAtHand, record: &str, shows: &str) -> Result<usize> {
    phone.stop().await?;
    let mut damaged = 0;
    for folder in officers_folders(&phone.dir)? {
        for file in files_below(&folder.join("store"))? {
            let length = usize::try_from(std::fs::metadata(&file)?.len())?;
            std::fs::write(&file, vec![0xa5; length])?;
            damaged += 1;
        }
    }
    ensure!(damaged > 0, "the phone has no store");
    phone.start().await?;
    let page = phone.hand.open(&format!("/records/{record}")).await?;
    ensure!(page.html.contains(shows), "the record is not what it was");
    Ok(damaged)
}

/// What was written on the phone and on its restored copy.
pub struct Restored {
    /// The record.
    pub record: String,
    /// Written after the copy was made, and delivered.
    pub after_copy: String,
    /// Written on the restored copy, before it heard of the court.
    pub on_copy: String,
}

/// Copies the phone's folder, uses it on, and puts the copy back.
///
/// # Errors
/// When the phone does not go on.
pub async fn folder_restored(phone: &mut PhoneAtHand, record: &str) -> Result<Restored> {
    let restored = Restored {
        record: record.to_owned(),
        after_copy: "复制之后所写".to_owned(),
        on_copy: "恢复之后所写".to_owned(),
    };
    phone.stop().await?;
    let copy = phone.dir.with_extension("copy");
    copy_folder(&phone.dir, &copy)?;
    phone.start().await?;
    remark(&phone.hand, record, &restored.after_copy).await?;
    sync(&phone.hand).await?;
    phone.stop().await?;
    std::fs::remove_dir_all(&phone.dir)?;
    std::fs::rename(&copy, &phone.dir)?;
    phone.start().await?;
    remark(&phone.hand, record, &restored.on_copy).await?;
    // The first sync learns that the court is ahead; the next ones deliver the journal that follows.
    for _ in 0..3 {
        sync(&phone.hand).await?;
    }
    Ok(restored)
}

fn officers_folders(phone: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(phone)? {
        let path = entry?.path();
        if path.join("store").is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for file in files_below(from)? {
        let target = to.join(file.strip_prefix(from)?);
        std::fs::create_dir_all(target.parent().context("a file in a folder")?)?;
        std::fs::copy(&file, &target)?;
    }
    Ok(())
}
