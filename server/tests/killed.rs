//! The real server killed with SIGKILL at random moments, dozens of times, while a phone pushes
//! pieces and evidence and repeats what was not answered. Nothing that was acknowledged is lost, and
//! nothing doubles. `WAIQIN_TEST_SEED` repeats a run.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod support;

use fastrand::Rng;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;
use support::{Phone, Server, command};
use waiqin_protocol::ids::{EvidenceHash, SubjectId};
use waiqin_protocol::journal::{EvidenceReceipt, Signed};
use waiqin_protocol::wire::evidence::StatusAnswer;
use waiqin_protocol::wire::sync::Heads;

const KILLS: u32 = 40;
const CHUNK: usize = 24 << 10;

/// Dice of a seed that is printed, and can be given.
fn dice() -> Rng {
    let seed = std::env::var("WAIQIN_TEST_SEED").ok();
    let seed = seed.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("WAIQIN_TEST_SEED={seed}");
    Rng::with_seed(seed)
}

/// A photo, and what the server said of it.
struct Photo {
    bytes: Vec<u8>,
    upload: Option<String>,
    acknowledged: u64,
    receipt: Option<Signed<EvidenceReceipt>>,
}

/// A phone that pushes, and everything that it was ever told.
struct Pusher {
    phone: Phone,
    dice: Rng,
    records: u32,
    photos: BTreeMap<EvidenceHash, Photo>,
}

impl Pusher {
    /// Works until the server is gone.
    async fn work(&mut self) {
        loop {
            for _ in 0..=self.dice.u64(..6) {
                self.record();
            }
            if self.deliver().await.is_err() {
                return;
            }
        }
    }

    fn record(&mut self) {
        self.records += 1;
        self.phone.open_record_numbered(self.records);
        if self.dice.u64(..4) == 0 {
            let mut id = [9; 16];
            id[..4].copy_from_slice(&self.records.to_be_bytes());
            let length = 1 + self.dice.usize(..100_000);
            let mut bytes = vec![self.dice.u8(..); length];
            bytes.extend(self.records.to_be_bytes());
            let hash = self.phone.name_evidence(SubjectId::from_bytes(id), &bytes);
            let photo = Photo {
                bytes,
                upload: None,
                acknowledged: 0,
                receipt: None,
            };
            self.photos.insert(hash, photo);
        }
    }

    /// Delivers everything that was not acknowledged so far.
    async fn deliver(&mut self) -> reqwest::Result<()> {
        let piece = self.dice.usize(1..=5);
        let body = self.phone.body(self.phone.sync_head(), piece);
        let answer = self.phone.try_send(body, None).await?;
        assert_eq!(answer.status, 200, "{:?}", answer.problem);
        // Nobody says where the heads stand when there was nothing to deliver.
        if self.phone.from() != self.phone.end() {
            let heads = answer.standing().heads;
            assert_eq!(heads, Heads::Same, "after {}", self.phone.from().seq);
        }
        self.phone.learn(&answer);
        assert_eq!(self.phone.from(), self.phone.end());
        // All that was ever acknowledged is asked for again, not the open ones alone.
        let hashes: Vec<EvidenceHash> = self.photos.keys().copied().collect();
        for hash in hashes {
            let receipt = self.receipt(hash).await?;
            let photo = self.photos.get_mut(&hash).unwrap();
            match (&photo.receipt, receipt) {
                (Some(before), now) => assert_eq!(now.as_ref(), Some(before)),
                (None, Some(receipt)) => {
                    assert_eq!(receipt.body.length, photo.bytes.len() as u64);
                    receipt.verify(&self.phone.server_key).unwrap();
                    photo.receipt = Some(receipt);
                }
                (None, None) => upload(&self.phone, hash, photo).await?,
            }
        }
        Ok(())
    }

    async fn receipt(
        &self,
        hash: EvidenceHash,
    ) -> reqwest::Result<Option<Signed<EvidenceReceipt>>> {
        let request = self
            .phone
            .client
            .post(format!("{}/api/v1/evidence/status", self.phone.url))
            .bearer_auth(&self.phone.token)
            .json(&serde_json::json!({ "hashes": [hash] }));
        let answer: StatusAnswer = request.send().await?.error_for_status()?.json().await?;
        Ok(answer.items[0].receipt.clone())
    }
}

/// Uploads a photo in chunks, from where the server stands.
async fn upload(phone: &Phone, hash: EvidenceHash, photo: &mut Photo) -> reqwest::Result<()> {
    let length = photo.bytes.len() as u64;
    let path = match &photo.upload {
        Some(path) => path.clone(),
        None => {
            let created = phone.creation(&hash.to_string(), length).send().await?;
            assert_eq!(created.status(), 201);
            let path = created.headers()["location"].to_str().unwrap().to_owned();
            photo.upload = Some(path.clone());
            path
        }
    };
    let head = phone.tus("HEAD", &path).send().await?;
    assert_eq!(
        head.status(),
        200,
        "an upload that was acknowledged is gone"
    );
    let mut offset: u64 = head.headers()["upload-offset"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(offset >= photo.acknowledged, "an offset shrank");
    while offset < length {
        let chunk = &photo.bytes[offset as usize..];
        let chunk = &chunk[..chunk.len().min(CHUNK)];
        let sent = phone
            .tus("PATCH", &path)
            .header("upload-offset", offset)
            .header("content-type", "application/offset+octet-stream")
            .body(chunk.to_vec())
            .send()
            .await?;
        assert_eq!(sent.status(), 204);
        offset += chunk.len() as u64;
        photo.acknowledged = offset;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_moment_loses_nothing_and_doubles_nothing() {
    let mut server = Server::start();
    let mut pusher = Pusher {
        phone: Phone::enrol(&server, "wang", 1).await,
        dice: dice(),
        records: 0,
        photos: BTreeMap::new(),
    };
    for _ in 0..KILLS {
        let moment = Duration::from_millis(pusher.dice.u64(..300));
        let kill = async {
            tokio::time::sleep(moment).await;
            server.crash();
        };
        tokio::join!(pusher.work(), kill);
        // Now and then it does not even get up.
        if pusher.dice.u64(..4) == 0 {
            let mut child = command(&server.data, &["serve", "--listen", "127.0.0.1:0"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            tokio::time::sleep(Duration::from_millis(pusher.dice.u64(..80))).await;
            child.kill().unwrap();
            child.wait().unwrap();
        }
        server.crash_and_serve_again();
        pusher.phone.url = server.http.clone();
    }
    // Twice: the second round finds every receipt of the first.
    pusher.deliver().await.unwrap();
    pusher.deliver().await.unwrap();
    assert!(pusher.photos.values().all(|photo| photo.receipt.is_some()));

    let report = server.verified();
    let (phone, photos) = (&pusher.phone, &pusher.photos);
    let bytes: usize = photos.values().map(|photo| photo.bytes.len()).sum();
    assert_eq!(report["journals"].as_array().unwrap().len(), 1);
    assert_eq!(report["journals"][0]["seq"], phone.end().seq);
    assert_eq!(report["journals"][0]["link"], phone.end().link.to_string());
    assert_eq!(report["journals"][0]["announced"], phone.end().seq);
    assert_eq!(report["entries"], phone.entries.len());
    assert_eq!(report["records"], pusher.records);
    assert_eq!(report["evidence"]["count"], photos.len());
    assert_eq!(report["evidence"]["receipts"], photos.len());
    assert_eq!(report["evidence"]["bytes"], bytes);
    let left = std::fs::read_dir(server.data.join("evidence/uploads")).unwrap();
    assert_eq!(left.count(), 0, "no upload is left");
    println!(
        "{KILLS} kills: {} entries, {} photos of {bytes} bytes, log of {}",
        phone.entries.len(),
        photos.len(),
        report["log"]["number"]
    );
}

/// The power goes between an upload's last byte and its comparison: all bytes lie there, and no further
/// one will come.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_killed_at_its_last_byte_is_finished_when_its_place_is_asked_for() {
    let mut server = Server::start();
    let mut pusher = Pusher {
        phone: Phone::enrol(&server, "wang", 1).await,
        dice: Rng::with_seed(1),
        records: 0,
        photos: BTreeMap::new(),
    };
    while pusher.photos.is_empty() {
        pusher.record();
    }
    let hash = *pusher.photos.keys().next().unwrap();
    let length = pusher.photos[&hash].bytes.len() as u64;
    let created = pusher.phone.creation(&hash.to_string(), length).send();
    let created = created.await.unwrap();
    assert_eq!(created.status(), 201);
    let path = created.headers()["location"].to_str().unwrap().to_owned();
    let photo = pusher.photos.get_mut(&hash).unwrap();
    photo.upload = Some(path.clone());
    server.crash();
    let id = path.rsplit('/').next().unwrap();
    let file = server.data.join("evidence/uploads").join(id);
    assert_eq!(std::fs::read(&file).unwrap(), b"");
    std::fs::write(&file, &photo.bytes).unwrap();
    server.crash_and_serve_again();
    pusher.phone.url = server.http.clone();
    // Twice: the second round finds every receipt of the first.
    pusher.deliver().await.unwrap();
    pusher.deliver().await.unwrap();
    assert!(pusher.photos[&hash].receipt.is_some());
    assert_eq!(server.verified()["evidence"]["count"], 1);
}
