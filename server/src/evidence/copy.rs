//! Objects on their way to another folder: into a backup, out of one.

use super::{EvidenceError, EvidenceStore};
use futures_util::StreamExt;
use object_store::ObjectStoreExt;
use waiqin_protocol::ids::EvidenceHash;

impl EvidenceStore {
    /// Brings an object here from another store, as an upload is brought: hashed while it is
    /// written, synced, renamed. `false`, and nothing here changed, when the other store does not
    /// have it or its bytes do not read as what they were.
    ///
    /// # Errors
    /// When it cannot be written here.
    pub(crate) async fn bring(
        &self,
        from: &Self,
        hash: EvidenceHash,
    ) -> Result<bool, EvidenceError> {
        let id = hash.to_string();
        let Ok(Some(object)) = from.read(hash).await else {
            return Ok(false);
        };
        // What a copy that was cut off left.
        self.remove_upload(&id).await?;
        self.create_upload(&id).await?;
        let Some(mut part) = self.take_upload(&id).await? else {
            return Ok(false);
        };
        let mut bytes = object.bytes;
        let mut reads = true;
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) => part.append(&chunk).await?,
                Err(_) => {
                    reads = false;
                    break;
                }
            }
        }
        let whole = reads && part.hash().await? == hash;
        if whole {
            part.sync().await?;
        }
        drop(part);
        if whole {
            self.publish(&id, hash).await?;
        } else {
            self.remove_upload(&id).await?;
        }
        Ok(whole)
    }

    /// Whether an object is here, whole: it is read again and hashed.
    pub(crate) async fn holds(&self, hash: EvidenceHash, length: u64) -> bool {
        matches!(self.rehash(hash).await, Ok(Some(found)) if found == (hash, length))
    }

    /// The length of an object, without reading it; `None` when it is not there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn length(&self, hash: EvidenceHash) -> Result<Option<u64>, EvidenceError> {
        match self.objects.head(&Self::key(hash)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(EvidenceError::Read(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waiqin_protocol::suite::sha256;

    #[tokio::test]
    async fn an_object_is_brought_whole_or_not_at_all() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = EvidenceStore::open(dir.path()).unwrap();
        let from = EvidenceStore::open(other.path()).unwrap();
        let hash = EvidenceHash::from_bytes(sha256(b"photo"));
        assert!(!store.bring(&from, hash).await.unwrap());
        from.create_upload("a").await.unwrap();
        let mut part = from.take_upload("a").await.unwrap().unwrap();
        part.append(b"photo").await.unwrap();
        part.sync().await.unwrap();
        drop(part);
        from.publish("a", hash).await.unwrap();
        // A copy that was cut off is in the way of none.
        store.create_upload(&hash.to_string()).await.unwrap();
        assert!(store.bring(&from, hash).await.unwrap());
        assert!(store.holds(hash, 5).await);
        assert!(!store.holds(hash, 6).await);
        assert_eq!(store.length(hash).await.unwrap(), Some(5));
        std::fs::write(from.object_path(hash), b"rot").unwrap();
        assert!(!store.bring(&from, hash).await.unwrap());
        assert!(store.holds(hash, 5).await, "the good one stays");
        assert!(store.upload_files().await.unwrap().is_empty());
    }
}
