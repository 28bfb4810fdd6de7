//! A package as it is read: opened step by step on a blocking thread, a step in memory at a time.

use crate::api::problem::Refusal;
use crate::api::sync::LineSource;
use std::collections::VecDeque;
use std::fs::File;
use std::io::BufReader;
use waiqin_protocol::package::{ChunkKey, Item, PackageError, PackageReader};

/// Content of a step, bytes; a line may add its length once.
const STEP_BYTES: usize = 256 << 10;

/// The things of a package, one after another.
pub(super) struct Source {
    /// Away while a step is read.
    reader: Option<PackageReader<BufReader<File>>>,
    ready: VecDeque<Item>,
    failed: Option<PackageError>,
    ended: bool,
}

impl Source {
    /// Reads on after the preamble.
    pub fn after(file: File, key: ChunkKey) -> Self {
        Self {
            reader: Some(PackageReader::after(BufReader::new(file), key)),
            ready: VecDeque::new(),
            failed: None,
            ended: false,
        }
    }

    /// The next thing; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Item>, PackageError> {
        self.look().await?;
        Ok(self.ready.pop_front())
    }

    /// Lines of `sync`, up to the next line of the package's own.
    pub fn sync_lines(&mut self) -> SyncLines<'_> {
        SyncLines {
            source: self,
            failed: None,
        }
    }

    async fn look(&mut self) -> Result<Option<&Item>, PackageError> {
        if self.ready.is_empty() {
            // What was read before a failure is handed out first.
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if !self.ended {
                self.step().await?;
            }
        }
        Ok(self.ready.front())
    }

    async fn step(&mut self) -> Result<(), PackageError> {
        let gone = || PackageError::Read(std::io::Error::other("a step was given up"));
        let mut reader = self.reader.take().ok_or_else(gone)?;
        let read = move || {
            let mut ready = VecDeque::new();
            let mut bytes = 0;
            let mut ended = Ok(false);
            while bytes < STEP_BYTES {
                match reader.read_next() {
                    Ok(Some(item)) => {
                        bytes += length_of(&item);
                        ready.push_back(item);
                    }
                    Ok(None) => {
                        ended = Ok(true);
                        break;
                    }
                    Err(error) => {
                        ended = Err(error);
                        break;
                    }
                }
            }
            (reader, ready, ended)
        };
        let (reader, ready, ended) = tokio::task::spawn_blocking(read)
            .await
            .map_err(|_| gone())?;
        self.reader = Some(reader);
        self.ready = ready;
        match ended {
            Ok(ended) => self.ended = ended,
            Err(error) if self.ready.is_empty() => return Err(error),
            Err(error) => self.failed = Some(error),
        }
        Ok(())
    }
}

fn length_of(item: &Item) -> usize {
    match item {
        // A line of a few bytes costs memory all the same.
        Item::Sync(bytes) | Item::Bytes(bytes) => bytes.len() + 64,
        Item::Line(_) => 1024,
    }
}

/// Lines of `sync` in a package.
pub(super) struct SyncLines<'a> {
    source: &'a mut Source,
    /// Why reading ended.
    pub failed: Option<PackageError>,
}

impl LineSource for SyncLines<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        match self.source.look().await {
            Ok(Some(Item::Sync(_))) => {}
            Ok(Some(Item::Line(_) | Item::Bytes(_)) | None) => return Ok(None),
            Err(error) => {
                self.failed = Some(error);
                return Err(Refusal::Malformed);
            }
        }
        match self.source.ready.pop_front() {
            Some(Item::Sync(line)) => Ok(Some(line)),
            Some(Item::Line(_) | Item::Bytes(_)) | None => Ok(None),
        }
    }
}
