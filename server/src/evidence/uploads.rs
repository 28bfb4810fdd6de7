//! Uploads by id: who may write one now, and how a finished one becomes an object.

use super::part::{Hashed, Part, failed};
use super::{EvidenceError, EvidenceStore, Picture, picture_of};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use tokio::fs::OpenOptions;
use tokio::io::{AsyncSeekExt, SeekFrom};
use tokio::sync::{Mutex, watch};
use waiqin_protocol::ids::EvidenceHash;

/// An upload that somebody writes or has written: one request at a time, and the newest one counts.
pub(super) struct Slot {
    newest: watch::Sender<u64>,
    hashed: Arc<Mutex<Hashed>>,
}

impl Default for Slot {
    fn default() -> Self {
        Self {
            newest: watch::Sender::new(0),
            hashed: Arc::default(),
        }
    }
}

impl EvidenceStore {
    /// Makes the file of a new upload, durably.
    pub(crate) async fn create_upload(&self, id: &str) -> Result<(), EvidenceError> {
        let path = self.upload_path(id);
        let folder = self.root.join("uploads");
        blocking("make", move || {
            std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(path)?;
            sync_folder(&folder)
        })
        .await
    }

    /// Takes an upload into the hands of this request; an older one that still holds it lets go.
    /// `None` when there is no such file.
    pub(crate) async fn take_upload(&self, id: &str) -> Result<Option<Part>, EvidenceError> {
        let slot = self.slot(id);
        slot.newest.send_modify(|newest| *newest += 1);
        let newest = slot.newest.subscribe();
        let turn = *newest.borrow();
        let hashed = slot.hashed.clone().lock_owned().await;
        let path = self.upload_path(id);
        let mut file = match OpenOptions::new().write(true).open(&path).await {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("open")(error)),
        };
        let length = file.seek(SeekFrom::End(0)).await.map_err(failed("open"))?;
        Ok(Some(Part {
            path,
            file,
            length,
            hashed,
            newest,
            turn,
        }))
    }

    /// Removes an upload's file. A request that still writes it writes into nothing.
    pub(crate) async fn remove_upload(&self, id: &str) -> Result<(), EvidenceError> {
        if let Some(slot) = self.forget(id) {
            slot.newest.send_modify(|newest| *newest += 1);
        }
        match tokio::fs::remove_file(self.upload_path(id)).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("remove")(error)),
        }
    }

    /// Makes a whole upload an object: sync was done, so rename, then sync both folders. When the
    /// upload is gone and the object is there, it was done before. An object that is there already
    /// gives way: the bytes are the same, and these are fresh. `None` when neither is there.
    pub(crate) async fn publish(
        &self,
        id: &str,
        hash: EvidenceHash,
    ) -> Result<Option<(u64, Picture)>, EvidenceError> {
        self.forget(id);
        let upload = self.upload_path(id);
        let object = self.object_path(hash);
        let uploads = self.root.join("uploads");
        blocking("publish", move || {
            let folder = object.parent().unwrap_or(&uploads);
            if !folder.exists() {
                std::fs::create_dir_all(folder)?;
                folder.parent().map_or(Ok(()), sync_folder)?;
            }
            match std::fs::rename(&upload, &object) {
                Ok(()) => {
                    sync_folder(folder)?;
                    sync_folder(&uploads)?;
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    if !object.exists() {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(error),
            }
            let length = std::fs::metadata(&object)?.len();
            Ok(Some((length, picture_of(&object)?)))
        })
        .await
    }

    /// Ids of all files of uploads.
    pub(crate) async fn upload_files(&self) -> Result<Vec<String>, EvidenceError> {
        let folder = self.root.join("uploads");
        blocking("list", move || {
            std::fs::read_dir(folder)?
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect()
        })
        .await
    }

    fn slot(&self, id: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(id.to_owned()).or_default().clone()
    }

    fn forget(&self, id: &str) -> Option<Arc<Slot>> {
        self.slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id)
    }
}

async fn blocking<T: Send + 'static>(
    act: &'static str,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, EvidenceError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(failed(act)),
        Err(error) => Err(failed(act)(std::io::Error::other(error))),
    }
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waiqin_protocol::suite::sha256;

    fn store() -> (EvidenceStore, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        (EvidenceStore::open(dir.path()).unwrap(), dir)
    }

    async fn append(store: &EvidenceStore, id: &str, bytes: &[u8]) {
        let mut part = store.take_upload(id).await.unwrap().unwrap();
        part.append(bytes).await.unwrap();
        part.sync().await.unwrap();
    }

    #[tokio::test]
    async fn an_upload_grows_over_requests_and_restarts_and_becomes_an_object() {
        let (store, dir) = store();
        store.create_upload("a1").await.unwrap();
        append(&store, "a1", b"one ").await;
        append(&store, "a1", b"two ").await;
        // Another process knows nothing of the hash so far.
        let store = EvidenceStore::open(dir.path()).unwrap();
        append(&store, "a1", b"three").await;
        let mut part = store.take_upload("a1").await.unwrap().unwrap();
        assert_eq!(part.length(), 13);
        let hash = part.hash().await.unwrap();
        drop(part);
        assert_eq!(*hash.as_bytes(), sha256(b"one two three"));
        let published = store.publish("a1", hash).await.unwrap().unwrap();
        assert_eq!(published, (13, Picture::default()));
        assert_eq!(store.publish("a1", hash).await.unwrap(), Some(published));
        assert!(store.upload_files().await.unwrap().is_empty());
        assert_eq!(store.rehash(hash).await.unwrap(), Some((hash, 13)));
        let whole = store.read_whole(hash, 100).await.unwrap().unwrap();
        assert_eq!(whole, b"one two three");
        assert_eq!(store.read_whole(hash, 12).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_not_there_is_none() {
        let (store, _dir) = store();
        let hash = EvidenceHash::from_bytes([1; 32]);
        assert!(store.take_upload("b").await.unwrap().is_none());
        assert!(store.read(hash).await.unwrap().is_none());
        assert_eq!(store.publish("b", hash).await.unwrap(), None);
        store.remove_upload("b").await.unwrap();
    }

    #[tokio::test]
    async fn a_part_goes_back_to_its_mark_and_hashes_what_is_left() {
        let (store, _dir) = store();
        store.create_upload("c").await.unwrap();
        let mut part = store.take_upload("c").await.unwrap().unwrap();
        part.append(b"kept").await.unwrap();
        let mark = part.mark();
        part.append(b"damaged").await.unwrap();
        part.back_to(mark).await.unwrap();
        part.append(b" and more").await.unwrap();
        part.sync().await.unwrap();
        assert_eq!(
            *part.hash().await.unwrap().as_bytes(),
            sha256(b"kept and more")
        );
        assert_eq!(std::fs::read(&part.path).unwrap(), b"kept and more");
    }

    #[tokio::test]
    async fn the_newest_request_gets_the_upload() {
        let (store, _dir) = store();
        store.create_upload("d").await.unwrap();
        let mut old = store.take_upload("d").await.unwrap().unwrap();
        let newer = store.take_upload("d");
        let older = async {
            old.overtaken().await;
            old.append(b"x").await.unwrap();
            old.sync().await.unwrap();
            drop(old);
        };
        let (newer, ()) = tokio::join!(newer, older);
        let newer = newer.unwrap().unwrap();
        assert_eq!(newer.length(), 1);
    }

    #[tokio::test]
    async fn a_damaged_object_is_healed_by_the_next_upload_of_the_same_bytes() {
        let (store, _dir) = store();
        let hash = EvidenceHash::from_bytes(sha256(b"photo"));
        store.create_upload("e").await.unwrap();
        append(&store, "e", b"photo").await;
        store.publish("e", hash).await.unwrap();
        std::fs::write(store.object_path(hash), b"rot").unwrap();
        assert_ne!(store.rehash(hash).await.unwrap().unwrap().0, hash);
        store.create_upload("f").await.unwrap();
        append(&store, "f", b"photo").await;
        store.publish("f", hash).await.unwrap();
        assert_eq!(store.rehash(hash).await.unwrap().unwrap().0, hash);
    }
}
