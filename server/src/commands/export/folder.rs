//! A folder that is being written: under another name until it is whole, with the SHA-256 of every
//! file.

use crate::commands::backup::files;
use crate::words::folder::Words;
use anyhow::{Context, bail};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waiqin_protocol::package::folder::{SUMS, sum_line};
use waiqin_protocol::words::fill;

/// The folder. Dropped before [`Folder::end`], nothing of it stays.
pub(super) struct Folder {
    part: PathBuf,
    to: PathBuf,
    not_written: Arc<str>,
    sums: BTreeMap<String, [u8; 32]>,
    done: bool,
}

/// A file of it that is being written.
pub(super) struct Lines {
    name: String,
    file: BufWriter<File>,
    digest: Sha256,
    count: u64,
    not_written: Arc<str>,
}

impl Folder {
    /// Begins a new folder.
    pub fn begin(to: &Path, words: &Words) -> anyhow::Result<Self> {
        if to.symlink_metadata().is_ok() {
            bail!("{}", fill(words.exists, &[("to", &to.display())]));
        }
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = to.with_file_name(name);
        if part.symlink_metadata().is_ok() {
            bail!("{}", fill(words.half, &[("part", &part.display())]));
        }
        let not_written: Arc<str> = fill(words.not_written, &[("to", &to.display())]).into();
        let folder = Self {
            part,
            to: to.to_owned(),
            not_written: not_written.clone(),
            sums: BTreeMap::new(),
            done: false,
        };
        files::make_folder(&folder.part.join("evidence")).context(not_written)?;
        Ok(folder)
    }

    /// Begins a file of lines.
    pub fn lines(&self, name: &str) -> anyhow::Result<Lines> {
        let file = files::new_file(&self.part.join(name)).context(self.not_written.clone())?;
        Ok(Lines {
            name: name.to_owned(),
            file: BufWriter::new(file),
            digest: Sha256::new(),
            count: 0,
            not_written: self.not_written.clone(),
        })
    }

    /// Ends a file; an empty one is not kept.
    pub fn close(&mut self, lines: Lines) -> anyhow::Result<()> {
        let Lines {
            name,
            mut file,
            digest,
            count,
            not_written,
        } = lines;
        if count == 0 {
            return Ok(std::fs::remove_file(self.part.join(name))?);
        }
        let synced = file.flush().and_then(|()| file.get_ref().sync_all());
        synced.context(not_written)?;
        self.sums.insert(name, digest.finalize().into());
        Ok(())
    }

    /// Takes back a file that was begun.
    pub fn discard(&self, lines: Lines) -> anyhow::Result<()> {
        drop(lines.file);
        Ok(std::fs::remove_file(self.part.join(lines.name))?)
    }

    /// Writes the sums, makes everything durable and gives the folder its name.
    pub fn end(mut self) -> anyhow::Result<()> {
        let mut sums = self.lines(SUMS)?;
        for (name, sum) in &self.sums {
            sums.bytes(sum_line(sum, name).as_bytes())?;
        }
        self.close(sums)?;
        let evidence = self.part.join("evidence");
        if std::fs::read_dir(&evidence)?.next().is_none() {
            std::fs::remove_dir(&evidence)?;
        } else {
            files::sync_folder(&evidence)?;
        }
        files::sync_folder(&self.part)?;
        std::fs::rename(&self.part, &self.to).context(self.not_written.clone())?;
        self.done = true;
        let above = self.to.parent().filter(|it| !it.as_os_str().is_empty());
        files::sync_folder(above.unwrap_or(Path::new(".")))?;
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.done {
            // What failed before has been said; a rest that cannot be removed is told next time.
            let _ = std::fs::remove_dir_all(&self.part);
        }
    }
}

impl Lines {
    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let written = self.file.write_all(bytes);
        written.context(self.not_written.clone())?;
        self.digest.update(bytes);
        self.count += 1;
        Ok(())
    }

    /// Writes a line.
    pub fn line(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.bytes(bytes)?;
        self.bytes(b"\n")
    }

    /// Writes a line of JSON.
    pub fn json<T: Serialize>(&mut self, value: &T) -> anyhow::Result<()> {
        self.line(&serde_json::to_vec(value)?)
    }

    /// SHA-256 of what was written so far.
    pub fn sha256(&self) -> [u8; 32] {
        self.digest.clone().finalize().into()
    }
}
