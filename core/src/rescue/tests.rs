//! Phones broken in every way that leaves the court's key of use. The oracle is what was saved.

use super::*;
use crate::disk::MemoryDisk;
use crate::phone::testing::{Court, Device};
use crate::session::EvidenceFacts;
use crate::{Phone, Session};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use waiqin_protocol::journal::{
    Act, CaseRef, Chain, Checkpoint, EvidenceRole, EvidenceSource, Signed,
};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{UpLine, UpText};

const COURTS: [u8; 32] = [23; 32];

/// A phone with a record, a changed field and two photos, and what was saved.
fn worked(device: &Device) -> (Phone, Arc<Session>, Vec<Vec<u8>>) {
    let phone = device.start().unwrap();
    let session = Court::new().enrol(&phone, 1).unwrap();
    let opened = session
        .open_record(Act::Investigation, CaseRef::default(), BTreeMap::new())
        .unwrap();
    for n in 0..2u8 {
        let facts = EvidenceFacts {
            name: "a.jpg".into(),
            role: EvidenceRole::Overall,
            source: EvidenceSource::Camera,
            caption: None,
            item: None,
            how: None,
            fix: None,
        };
        let bytes = vec![n + 1; 300_000];
        session
            .add_evidence(opened.subject, &bytes[..], facts)
            .unwrap();
    }
    let inner = session.inner().unwrap();
    let entries = (1..=4)
        .map(|seq| inner.journal().log.read(seq).unwrap().unwrap())
        .collect();
    (phone, session, entries)
}

fn rescued(device: &Device) -> (tempfile::TempDir, Result<Rescued, RescueError>) {
    let to = tempfile::tempdir().unwrap();
    let done = rescue_from(&device.disk, Path::new("phone"), &COURTS, to.path());
    (to, done)
}

fn folder(bundle: &Path) -> PathBuf {
    let mut folders = std::fs::read_dir(bundle).unwrap();
    folders
        .find_map(|it| Some(it.unwrap().path()).filter(|path| path.is_dir()))
        .unwrap()
}

fn path_of(disk: &MemoryDisk, ending: &str) -> PathBuf {
    let files = disk.files();
    let found = files
        .keys()
        .find(|path| path.to_string_lossy().ends_with(ending));
    found.unwrap().clone()
}

fn lines(path: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read(path).unwrap();
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn without_pin_hardware_or_store_everything_saved_is_in_the_bundle_and_nothing_was_changed() {
    let device = Device::new(1);
    let (_phone, session, entries) = worked(&device);
    // Killed, not locked: no checkpoint. Another device has another chip.
    drop(session);
    let before = device.disk.files();
    let (bundle, done) = rescued(&device);
    let done = done.unwrap();
    assert_eq!(device.disk.files(), before);
    assert_eq!((done.closed.len(), done.officers.len()), (0, 1));
    let found = &done.officers[0];
    assert_eq!((found.journals[0].entries, found.evidence), (4, 2));
    assert!(found.journals[0].lost.is_empty() && !found.journals[0].torn_end);
    assert!(found.damaged.is_empty() && found.evidence_missing.is_empty());
    let folder = folder(bundle.path());
    assert_eq!(lines(&folder.join("journal.ndjson")), entries);
    for n in 1..=2u8 {
        let bytes = vec![n; 300_000];
        let name = hex::encode(sha256(&bytes));
        assert_eq!(
            std::fs::read(folder.join("evidence").join(name)).unwrap(),
            bytes
        );
    }
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(bundle.path().join("MANIFEST.json")).unwrap())
            .unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert!(files.len() >= 10);
    for file in files {
        let bytes = std::fs::read(bundle.path().join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["sha256"], hex::encode(sha256(&bytes)), "{file}");
        assert_eq!(file["length"], bytes.len());
    }
}

/// What is handed in is what the wire says: pieces under checkpoints of the journal's key.
#[test]
fn the_bundle_signs_for_the_whole_journal_and_for_what_it_leaves_out() {
    let device = Device::new(1);
    let (_phone, session, entries) = worked(&device);
    session.lock();
    let path = path_of(&device.disk, "journal/000001.wqj");
    let bytes = device.disk.files()[&path].clone();
    let frames: Vec<usize> = (0..bytes.len() - 4)
        .filter(|at| bytes[*at..].starts_with(b"\xf7WQF"))
        .collect();
    device.disk.rot(&path, |bytes| bytes[frames[2] + 90] ^= 1);
    let (bundle, done) = rescued(&device);
    let found = done.unwrap().officers.remove(0);
    let journal = &found.journals[0];
    assert_eq!((journal.entries, journal.unsigned), (3, false));
    assert_eq!((journal.lost[0].from, journal.lost[0].to), (3, 3));
    assert!(
        !found.damaged.is_empty(),
        "the segment is copied as it lies"
    );
    let folder = folder(bundle.path());
    let keys: Value =
        serde_json::from_slice(&std::fs::read(folder.join("keys.json")).unwrap()).unwrap();
    let key = serde_json::from_value(keys["key"].clone()).unwrap();
    let mut chain = Chain::default();
    let mut closed = 0;
    for line in lines(&folder.join("sync.ndjson")) {
        let control: Value = serde_json::from_slice(&line).unwrap();
        if let Some(gap) = control.get("gap") {
            let gap: Gap = serde_json::from_value(gap.clone()).unwrap();
            assert!(gap.follows(chain.head().seq));
            chain = Chain::after(gap.end());
        } else if let Some(checkpoint) = control.get("checkpoint") {
            let signed: Signed<Checkpoint> = serde_json::from_value(checkpoint.clone()).unwrap();
            signed.verify(&key).unwrap();
            assert_eq!(
                (signed.body.seq, signed.body.link),
                (chain.head().seq, chain.head().link)
            );
            closed += 1;
        } else if control.get("head").is_none() {
            chain.push(&line);
        }
    }
    let mut whole = Chain::default();
    entries.iter().for_each(|entry| {
        whole.push(entry);
    });
    assert_eq!((chain.head(), closed), (whole.head(), 1));
}

/// What is lost counts as an entry: the court takes no piece of more.
#[test]
fn a_piece_that_is_full_ends_before_what_is_lost() {
    let device = Device::new(1);
    let (_phone, session, _) = worked(&device);
    let most = Limits::default().piece_entries_max;
    while session.status().saved_entries < most + 2 {
        session
            .open_record(Act::Investigation, CaseRef::default(), BTreeMap::new())
            .unwrap();
    }
    session.lock();
    let files = device.disk.files();
    let segments = files.iter().filter(|(path, _)| {
        path.to_string_lossy().contains("journal/")
            && path.extension().is_some_and(|it| it == "wqj")
    });
    let mut frames = segments.flat_map(|(path, bytes)| {
        let starts = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"\xf7WQF"));
        starts.map(move |at| (path, at))
    });
    let (path, frame) = frames.nth(usize::try_from(most).unwrap()).unwrap();
    device.disk.rot(path, |bytes| bytes[frame + 90] ^= 1);

    let (bundle, found) = rescued(&device);
    let journal = &found.unwrap().officers[0].journals[0];
    assert_eq!((journal.entries, journal.lost.len()), (most + 1, 1));
    assert_eq!(journal.lost[0].from, most + 1);
    let mut pieces = vec![0u64];
    for line in lines(&folder(bundle.path()).join("sync.ndjson")) {
        match UpText::of(&line) {
            UpText::Control(UpLine::Head(_)) => {}
            UpText::Control(UpLine::Checkpoint(_)) => pieces.push(0),
            UpText::Control(UpLine::Gap(_)) | UpText::Entry(_) => *pieces.last_mut().unwrap() += 1,
            UpText::Broken(error) => panic!("{error}"),
        }
    }
    assert_eq!(pieces, [most, 2, 0]);
}

#[test]
fn damaged_evidence_and_what_no_entry_names_are_told_apart() {
    let device = Device::new(1);
    let (_phone, session, _) = worked(&device);
    let inner = session.inner().unwrap();
    let one = waiqin_protocol::ids::EvidenceHash::from_bytes(sha256(&[1; 300_000]));
    let path = inner.evidence.file_of(&one);
    device.disk.rot(&path, |bytes| bytes[1000] ^= 1);
    let head = crate::evidence::EvidenceHead {
        at: 1,
        record: waiqin_protocol::ids::SubjectId::from_bytes([4; 16]),
        role: EvidenceRole::Overall,
    };
    inner.evidence.take(&[9; 1000][..], 5000, &head).unwrap();
    drop(session);
    let (bundle, done) = rescued(&device);
    let found = done.unwrap().officers.remove(0);
    assert_eq!(found.evidence, 2);
    assert_eq!(found.evidence_missing, [one]);
    assert_eq!(found.damaged.len(), 1);
    let folder = folder(bundle.path());
    let orphan = folder
        .join("evidence")
        .join(hex::encode(sha256(&[9; 1000])));
    assert_eq!(std::fs::read(orphan).unwrap(), [9; 1000]);
    let copied = folder.join("damaged").join(&found.damaged[0]);
    assert_eq!(std::fs::read(copied).unwrap(), device.disk.files()[&path]);
    assert!(!folder.join("evidence").join(one.to_string()).exists());
}

#[test]
fn rotten_keys_and_a_lost_custody_still_open_and_another_courts_key_does_not() {
    let device = Device::new(1);
    let (_phone, session, entries) = worked(&device);
    session.lock();
    for (name, at) in [("keys.json", 40), ("keys.copy.json", 700)] {
        let path = path_of(&device.disk, name);
        device.disk.rot(&path, |bytes| bytes[at] ^= 2);
    }
    let custody = path_of(&device.disk, "custody/000001.wqj");
    device.disk.rot(&custody, |bytes| bytes.fill(7));
    assert!(
        device.start().unwrap().officers().is_empty(),
        "the phone itself is stuck"
    );
    let (bundle, done) = rescued(&device);
    let found = done.unwrap().officers.remove(0);
    assert_eq!(
        (found.journals[0].entries, found.journals[0].received),
        (4, 0)
    );
    assert_eq!(
        lines(&folder(bundle.path()).join("journal.ndjson")),
        entries
    );
    let to = tempfile::tempdir().unwrap();
    let foreign = rescue_from(&device.disk, Path::new("phone"), &[8; 32], to.path()).unwrap();
    assert_eq!((foreign.closed.len(), foreign.officers.len()), (1, 0));
    let again = rescue_from(&device.disk, Path::new("phone"), &COURTS, to.path());
    assert!(
        matches!(again, Err(RescueError::NotEmpty(_))),
        "nothing is written over"
    );
    let nobody = rescue_from(&device.disk, Path::new("elsewhere"), &COURTS, to.path());
    assert!(matches!(nobody, Err(RescueError::NoOfficer(_))));
}
