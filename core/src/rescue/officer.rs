//! The folder of one officer, opened with the court's recovery key, and copied.

use super::{RescueError, RescuedJournal, RescuedOfficer, bundle};
use crate::custody::Custody;
use crate::disk::Disk;
use crate::evidence::EvidenceFolder;
use crate::host::SystemEntropy;
use crate::journal::{FrameLog, JournalError, Log, Opened, OpenedEnd, Shape};
use crate::keys::{KeyFile, Successors};
use crate::secret::SecretKey;
use crate::session::{ExportError, ExportSummary, Lines, folder_of, write_custody};
use crate::sync::Piece;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waiqin_protocol::ids::{EvidenceHash, JournalId, SubjectId};
use waiqin_protocol::journal::{Change, Checkpoint, Entry, Head, Signed};
use waiqin_protocol::package::folder::{EVIDENCE, EvidenceLine, EvidenceState};
use waiqin_protocol::suite::Signer;
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{Gap, SyncHead, UpLine};

/// An officer's folder whose data key is open.
pub(super) struct Source {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    file: KeyFile,
    data: SecretKey,
    journals: Vec<Journal>,
}

/// A journal to be copied.
struct Journal {
    id: JournalId,
    signer: Option<Arc<dyn Signer>>,
    /// Where it ends, as the one after it says.
    end: Option<Head>,
    /// Names its files: empty for the first.
    ending: String,
}

/// Evidence that an entry names.
struct Named {
    journal: JournalId,
    length: u64,
    record: SubjectId,
    seq: u64,
}

impl Source {
    /// Opens the keys by whichever reading of their copies opens.
    pub fn open(
        disk: &(impl Disk + Clone + 'static),
        dir: &Path,
        recovery: &[u8; 32],
    ) -> Option<Self> {
        let readings = KeyFile::readings(disk, dir).into_iter();
        let opened = readings.filter_map(|file| Some((file.recover(recovery)?, file)));
        // One whose signing key opens too is better than one whose does not.
        let (data, file) = opened.max_by_key(|(data, file)| file.signer(data).is_some())?;
        let mut journals = vec![Journal {
            id: file.public.journal,
            signer: file.signer(&data),
            end: None,
            ending: String::new(),
        }];
        let list = Successors::read(disk, dir)
            .ok()
            .flatten()
            .unwrap_or_default();
        for successor in list.journals {
            if let Some(before) = journals.last_mut() {
                before.end = Some(successor.public.parent.head);
            }
            let id = successor.public.journal;
            journals.push(Journal {
                id,
                signer: successor.signer(&data.derive("signing key")).map(Arc::from),
                end: None,
                ending: format!("-{id}"),
            });
        }
        Some(Self {
            disk: Arc::new(disk.clone()),
            dir: dir.to_owned(),
            file,
            data,
            journals,
        })
    }

    /// Copies everything into a new folder.
    pub fn copy(&self, to: &Path) -> Result<RescuedOfficer, RescueError> {
        std::fs::create_dir_all(to.join("evidence")).map_err(RescueError::Write)?;
        let mut damaged = Vec::new();
        let custody = self.open_custody(&mut damaged);
        let mut summary = ExportSummary::default();
        let items = custody.as_ref().and_then(|custody| custody.items().ok());
        write_custody(&items.unwrap_or_default(), to, &mut summary).map_err(not_written)?;
        let mut keys = Lines::create(to, "keys.json").map_err(not_written)?;
        keys.json(&self.file.public).map_err(not_written)?;
        keys.finish(&mut summary).map_err(not_written)?;
        let mut found = RescuedOfficer {
            officer: self.file.public.officer.clone(),
            journals: Vec::new(),
            evidence: 0,
            evidence_missing: Vec::new(),
            damaged: Vec::new(),
        };
        let mut named = BTreeMap::new();
        for journal in &self.journals {
            let custody = custody.as_ref();
            let mut copied = RescuedJournal {
                journal: journal.id,
                entries: 0,
                lost: Vec::new(),
                torn_end: true,
                unsigned: journal.signer.is_none(),
                received: custody.map_or(0, |it| it.received(journal.id).seq),
            };
            let known = custody.and_then(|it| it.known(journal.id)).into_iter();
            let known = known.chain(journal.end).max_by_key(|head| head.seq);
            if let Some(opened) = self.open_journal(journal.id, known, &mut damaged) {
                copied.torn_end = opened.end != OpenedEnd::Clean;
                self.copy_journal(journal, &opened.log, to, &mut copied, &mut named)?;
            }
            found.journals.push(copied);
        }
        let received = |hash: &EvidenceHash| {
            let custody = custody.as_ref();
            custody.is_some_and(|custody| custody.evidence().contains_key(hash))
        };
        self.copy_evidence(&named, &received, to, &mut found, &mut damaged)?;
        self.copy_damaged(damaged, to, &mut found)?;
        Ok(found)
    }

    fn open_custody(&self, damaged: &mut Vec<PathBuf>) -> Option<Custody> {
        let shape = self.shape(self.file.public.journal, Log::Custody);
        let dir = shape.dir.clone();
        let key = self.data.derive("custody");
        let opened = Custody::open_to_read(shape, key, Arc::new(SystemEntropy));
        if !matches!(opened, Ok((_, false))) {
            self.all_of(&dir, damaged);
        }
        opened.ok().map(|(custody, _)| custody)
    }

    fn open_journal(
        &self,
        journal: JournalId,
        known: Option<Head>,
        damaged: &mut Vec<PathBuf>,
    ) -> Option<Opened> {
        let shape = self.shape(journal, Log::Journal);
        let dir = shape.dir.clone();
        let key = self.data.derive("journal");
        let opened = FrameLog::open_to_read(shape, key, Arc::new(SystemEntropy), known).ok();
        let whole = |it: &Opened| it.lost.is_empty() && it.end == OpenedEnd::Clean;
        if !opened.as_ref().is_some_and(whole) {
            self.all_of(&dir, damaged);
        }
        opened
    }

    /// Writes the entries, and the body of a sync that hands them in; notes the evidence that they
    /// name.
    fn copy_journal(
        &self,
        journal: &Journal,
        log: &FrameLog,
        to: &Path,
        found: &mut RescuedJournal,
        named: &mut BTreeMap<EvidenceHash, Named>,
    ) -> Result<(), RescueError> {
        let name = |of: &str| format!("{of}{}.ndjson", journal.ending);
        let mut lines = Lines::create(to, &name("journal")).map_err(not_written)?;
        let mut sync = Lines::create(to, &name("sync")).map_err(not_written)?;
        let mut piece = Piece::default();
        let limits = Limits::default();
        if let Some(head) = self.sync_head(journal, log.head()) {
            sync.json(&head).map_err(not_written)?;
        }
        let mut seq = 1;
        while seq <= log.head().seq {
            let Some(bytes) = log.read(seq).map_err(not_read)? else {
                let run = log.lost_from(seq, log.head().seq).map_err(not_read)?;
                // Without its link a gap cannot be handed in; what follows is readable all the same.
                let Some(run) = run else {
                    seq += 1;
                    continue;
                };
                let gap = Gap {
                    from: run.from,
                    link: run.link,
                    to: run.to,
                };
                if piece.is_full(0, &limits) {
                    self.close(journal, log, seq - 1, &mut sync)?;
                    piece = Piece::default();
                }
                sync.json(&UpLine::Gap(gap)).map_err(not_written)?;
                found.lost.push(gap);
                piece.add(0);
                seq = run.to + 1;
                continue;
            };
            let size = bytes.len() as u64 + 1;
            if piece.is_full(size, &limits) {
                self.close(journal, log, seq - 1, &mut sync)?;
                piece = Piece::default();
            }
            lines.line(&bytes).map_err(not_written)?;
            sync.line(&bytes).map_err(not_written)?;
            piece.add(size);
            found.entries += 1;
            note_evidence(journal.id, seq, &bytes, named);
            seq += 1;
        }
        if !piece.is_empty() {
            self.close(journal, log, log.head().seq, &mut sync)?;
        }
        let mut summary = ExportSummary::default();
        lines.finish(&mut summary).map_err(not_written)?;
        sync.finish(&mut summary).map_err(not_written)
    }

    /// Copies evidence that reads, hashed again, and says what became of every named piece.
    fn copy_evidence(
        &self,
        named: &BTreeMap<EvidenceHash, Named>,
        received: &dyn Fn(&EvidenceHash) -> bool,
        to: &Path,
        found: &mut RescuedOfficer,
        damaged: &mut Vec<PathBuf>,
    ) -> Result<(), RescueError> {
        let dir = self.dir.join("evidence");
        let mut lines = Lines::create(to, EVIDENCE).map_err(not_written)?;
        let folder = EvidenceFolder::open(
            self.disk.clone(),
            dir.clone(),
            self.data.derive("evidence"),
            Arc::new(SystemEntropy),
        )
        .map_err(RescueError::Read)?;
        for (hash, it) in named {
            let state = match folder.reader(hash) {
                Ok(Some(mut reader)) => {
                    let path = to.join("evidence").join(hash.to_string());
                    let written = bundle::write_file(&path, &mut reader);
                    if written.is_ok_and(|is| is == *hash.as_bytes()) {
                        found.evidence += 1;
                        EvidenceState::OnPhone
                    } else {
                        // What was written so far is not the evidence.
                        std::fs::remove_file(&path).map_err(RescueError::Write)?;
                        damaged.push(folder.file_of(hash));
                        EvidenceState::Damaged
                    }
                }
                Ok(None) => EvidenceState::Missing,
                Err(_) => {
                    damaged.push(folder.file_of(hash));
                    EvidenceState::Damaged
                }
            };
            if state != EvidenceState::OnPhone && !received(hash) {
                found.evidence_missing.push(*hash);
            }
            let line = EvidenceLine {
                hash: *hash,
                journal: Some(it.journal),
                length: it.length,
                record: it.record,
                seq: it.seq,
                state: if received(hash) {
                    EvidenceState::Received
                } else {
                    state
                },
            };
            lines.json(&line).map_err(not_written)?;
        }
        // Bytes that were durable before the entry that was to name them.
        for (path, orphan) in folder
            .unnamed(&named.keys().copied().collect())
            .map_err(RescueError::Read)?
        {
            let Some(orphan) = orphan else {
                damaged.push(path);
                continue;
            };
            let mut reader = crate::evidence::EvidenceReader::open(
                &*self.disk,
                &path,
                &self.data.derive("evidence"),
            )
            .map_err(RescueError::Read)?;
            let to = to.join("evidence").join(orphan.hash.to_string());
            if !to.exists() {
                bundle::write_file(&to, &mut reader).map_err(RescueError::Write)?;
                found.evidence += 1;
                let line = EvidenceLine {
                    hash: orphan.hash,
                    journal: None,
                    length: orphan.length,
                    record: orphan.head.record,
                    seq: 0,
                    state: EvidenceState::Unnamed,
                };
                lines.json(&line).map_err(not_written)?;
            }
        }
        lines
            .finish(&mut ExportSummary::default())
            .map_err(not_written)
    }

    fn copy_damaged(
        &self,
        mut damaged: Vec<PathBuf>,
        to: &Path,
        found: &mut RescuedOfficer,
    ) -> Result<(), RescueError> {
        damaged.sort();
        damaged.dedup();
        if damaged.is_empty() {
            return Ok(());
        }
        std::fs::create_dir_all(to.join("damaged")).map_err(RescueError::Write)?;
        for path in damaged {
            let name = path.strip_prefix(&self.dir).unwrap_or(&path);
            let name = name.to_string_lossy().replace(['/', '\\'], "-");
            // A file that cannot even be read is named all the same.
            if let Ok(bytes) = self.disk.read(&path) {
                let to = to.join("damaged").join(&name);
                bundle::write_file(&to, &mut bytes.as_slice()).map_err(RescueError::Write)?;
            }
            found.damaged.push(name);
        }
        Ok(())
    }

    fn shape(&self, journal: JournalId, log: Log) -> Shape {
        Shape {
            disk: self.disk.clone(),
            dir: self.dir.join(folder_of(log, &self.file.public, journal)),
            journal,
            log,
            segment_bytes: 0,
        }
    }

    fn all_of(&self, dir: &Path, into: &mut Vec<PathBuf>) {
        let names = self.disk.list(dir).unwrap_or_default();
        into.extend(names.into_iter().map(|name| dir.join(name)));
    }

    fn sync_head(&self, journal: &Journal, head: Head) -> Option<UpLine> {
        Some(UpLine::Head(Box::new(SyncHead {
            beacon: false,
            checkpoint: Some(self.checkpoint(journal, head)?),
            compare: None,
            cursor: None,
            from: Head::START,
            journal: journal.id,
            limits: Limits::default().version,
            position: None,
        })))
    }

    fn checkpoint(&self, journal: &Journal, head: Head) -> Option<Signed<Checkpoint>> {
        let body = Checkpoint {
            beacon: None,
            journal: journal.id,
            link: head.link,
            seq: head.seq,
            server: self.file.public.server,
        };
        Signed::sign(body, &**journal.signer.as_ref()?).ok()
    }

    /// Closes a piece of what is handed in.
    fn close(
        &self,
        journal: &Journal,
        log: &FrameLog,
        seq: u64,
        sync: &mut Lines,
    ) -> Result<(), RescueError> {
        let link = log.link_at(seq).map_err(not_read)?;
        let signed = link.and_then(|link| self.checkpoint(journal, Head { link, seq }));
        match signed {
            Some(signed) => sync.json(&UpLine::Checkpoint(signed)).map_err(not_written),
            None => Ok(()),
        }
    }
}

fn note_evidence(
    journal: JournalId,
    seq: u64,
    bytes: &[u8],
    named: &mut BTreeMap<EvidenceHash, Named>,
) {
    let Ok(entry) = Entry::from_bytes(bytes) else {
        return;
    };
    let (hash, length) = if let Change::EvidenceAdded { evidence } = &entry.change {
        (evidence.hash, evidence.length)
    } else if let Change::SignatureTaken { strokes, .. } = &entry.change {
        (*strokes, 0)
    } else {
        return;
    };
    named.entry(hash).or_insert(Named {
        journal,
        length,
        record: entry.subject,
        seq,
    });
}

fn not_read(error: JournalError) -> RescueError {
    RescueError::Read(io::Error::other(error))
}

fn not_written(error: ExportError) -> RescueError {
    RescueError::Write(io::Error::other(error))
}
