//! The files against what happens to files: cuts, flipped bits, failing calls, lost syncs. The
//! oracle is a plain list of what was reported as saved, with links by the protocol's own chain.

use super::*;
use crate::disk::{Disk, Fault, MemoryDisk};
use crate::host::SystemEntropy;
use crate::secret::SecretKey;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::{Chain, Head};
use zeroize::Zeroizing;

const SEGMENT: usize = 1500;

fn key() -> SecretKey {
    SecretKey::from_bytes(Zeroizing::new([5; 32]))
}

fn shape(disk: &MemoryDisk) -> Shape {
    Shape {
        disk: Arc::new(disk.clone()),
        dir: PathBuf::from("j"),
        journal: JournalId::from_bytes([1; 16]),
        log: Log::Journal,
        segment_bytes: SEGMENT,
    }
}

fn create(disk: &MemoryDisk) -> FrameLog {
    FrameLog::create(shape(disk), key(), Arc::new(SystemEntropy)).unwrap()
}

fn open(disk: &MemoryDisk, known: Option<Head>) -> Result<Opened, JournalError> {
    FrameLog::open(shape(disk), key(), Arc::new(SystemEntropy), known)
}

fn entry(n: usize) -> Vec<u8> {
    format!("{{\"entry\":{n},\"text\":\"{}\"}}", "记".repeat(n % 40)).into_bytes()
}

fn chain_of(entries: &[Vec<u8>]) -> Vec<Head> {
    let mut chain = Chain::default();
    let mut heads = vec![chain.head()];
    for entry in entries {
        chain.push(entry);
        heads.push(chain.head());
    }
    heads
}

fn filled(disk: &MemoryDisk, count: usize) -> Vec<Vec<u8>> {
    let mut log = create(disk);
    let entries: Vec<Vec<u8>> = (0..count).map(entry).collect();
    for entry in &entries {
        log.append(&[entry]).unwrap();
    }
    entries
}

#[test]
fn what_was_appended_reads_back_with_its_links_over_several_segments() {
    let disk = MemoryDisk::new(1);
    let mut log = create(&disk);
    let entries: Vec<Vec<u8>> = (0..30).map(entry).collect();
    for pair in entries.chunks(3) {
        let refs: Vec<&[u8]> = pair.iter().map(Vec::as_slice).collect();
        log.append(&refs).unwrap();
    }
    assert!(disk.list(Path::new("j")).unwrap().len() > 2);
    let opened = open(&disk, None).unwrap();
    assert_eq!((opened.lost.len(), opened.end), (0, OpenedEnd::Clean));
    let heads = chain_of(&entries);
    assert_eq!(opened.log.head(), heads[30]);
    for (at, bytes) in entries.iter().enumerate() {
        let seq = at as u64 + 1;
        assert_eq!(opened.log.read(seq).unwrap().as_ref(), Some(bytes));
        assert_eq!(opened.log.link_at(seq).unwrap(), Some(heads[at + 1].link));
    }
    assert_eq!(opened.log.read(31).unwrap(), None);
}

#[test]
fn nothing_is_started_fresh_where_something_was() {
    let disk = MemoryDisk::new(1);
    assert!(matches!(open(&disk, None), Err(JournalError::Gone)));
    filled(&disk, 1);
    let again = FrameLog::create(shape(&disk), key(), Arc::new(SystemEntropy));
    assert!(matches!(again, Err(JournalError::Exists)));
}

/// Every prefix of the newest segment opens: entries whose frames are whole are there, and what is
/// missing is named when something knew it durable.
#[test]
fn every_prefix_of_a_segment_opens_and_goes_on() {
    let disk = MemoryDisk::new(1);
    let entries = filled(&disk, 4);
    let heads = chain_of(&entries);
    let path = Path::new("j/000001.wqj");
    let files = disk.files();
    assert_eq!(files.len(), 1);
    for cut in 0..SEGMENT {
        disk.restore(&files);
        disk.rot(path, |bytes| bytes.truncate(cut));
        let opened = open(&disk, None).unwrap();
        let head = opened.log.head();
        let there = usize::try_from(head.seq).unwrap();
        assert_eq!(head, heads[there], "cut at {cut}");
        for seq in 1..=head.seq {
            let at = usize::try_from(seq).unwrap() - 1;
            assert_eq!(
                opened.log.read(seq).unwrap().as_ref(),
                Some(&entries[at]),
                "cut at {cut}"
            );
        }
        let known = open(&disk, Some(heads[4])).unwrap();
        assert_eq!(known.log.head(), heads[4]);
        if there < 4 {
            let run = Lost {
                from: head.seq + 1,
                to: 4,
                link: heads[4].link,
            };
            assert_eq!(known.lost, vec![run], "cut at {cut}");
        }
        let mut log = known.log;
        log.append(&[b"goes on"]).unwrap();
        let again = open(&disk, None).unwrap();
        assert_eq!(again.log.head().seq, 5, "cut at {cut}");
        assert_eq!(again.log.read(5).unwrap().as_deref(), Some(&b"goes on"[..]));
    }
}

/// Every flipped bit is harmless or named.
#[test]
fn every_flipped_bit_is_harmless_or_named() {
    let disk = MemoryDisk::new(1);
    let entries = filled(&disk, 12);
    let heads = chain_of(&entries);
    let files = disk.files();
    assert!(files.len() > 1);
    for (path, bytes) in &files {
        for at in 0..bytes.len() {
            disk.restore(&files);
            disk.rot(path, |bytes| bytes[at] ^= 1 << (at % 8));
            let mut opened = open(&disk, Some(heads[12])).unwrap();
            assert_eq!(opened.log.head(), heads[12]);
            while let Some(found) = opened.log.check_next().unwrap() {
                opened.lost.extend(found);
            }
            for seq in 1..=12u64 {
                let index = usize::try_from(seq).unwrap() - 1;
                let named = opened
                    .lost
                    .iter()
                    .any(|run| (run.from..=run.to).contains(&seq));
                let bytes = opened.log.read(seq).unwrap();
                if named {
                    assert_eq!(bytes, None);
                } else {
                    assert_eq!(bytes.as_ref(), Some(&entries[index]), "{path:?} {at}");
                }
            }
            assert!(opened.lost.len() <= 1, "one bit loses one frame");
        }
    }
}

/// A full segment is taken by its index, unread; rot in it is found when it is read through, is lost
/// from then on, and is found by the next opening itself.
#[test]
fn rot_in_a_segment_taken_unread_is_found_when_it_is_read_through() {
    let disk = MemoryDisk::new(1);
    let entries = filled(&disk, 30);
    let heads = chain_of(&entries);
    let segments = disk.list(Path::new("j")).unwrap();
    let full = segments
        .iter()
        .filter(|name| name.ends_with(".wqi"))
        .count();
    assert!(full >= 3, "{segments:?}");
    let frame_1 = super::segments::SEGMENT_HEADER
        + super::frame::HEADER
        + crate::secret::TAG
        + 12
        + entries[0].len();
    disk.rot(Path::new("j/000001.wqj"), |bytes| bytes[frame_1 + 100] ^= 4);
    let mut opened = open(&disk, None).unwrap();
    assert_eq!((opened.lost.len(), opened.log.head()), (0, heads[30]));
    let run = Lost {
        from: 2,
        to: 2,
        link: heads[2].link,
    };
    assert_eq!(
        opened.log.read(2).unwrap(),
        None,
        "nothing false is ever read"
    );
    assert_eq!(opened.log.check_next().unwrap(), Some(vec![run]));
    let mut more = 0;
    while let Some(lost) = opened.log.check_next().unwrap() {
        assert_eq!(lost, []);
        more += 1;
    }
    assert_eq!(more, full - 1);
    let again = open(&disk, None).unwrap();
    assert_eq!((again.lost, again.log.head()), (vec![run], heads[30]));
}

/// Rot at the end of a segment and at the beginning of the next is one run: what tells its link lies
/// behind both.
#[test]
fn rot_over_the_seam_of_two_segments_taken_unread_is_named_with_its_link() {
    let disk = MemoryDisk::new(1);
    let heads = chain_of(&filled(&disk, 30));
    let rot = |number: u32, nth_frame: fn(&[usize]) -> usize| {
        let path = PathBuf::from(format!("j/{number:06}.wqj"));
        disk.rot(&path, |bytes| {
            let frames: Vec<usize> = (0..bytes.len() - 4)
                .filter(|at| bytes[*at..].starts_with(b"\xf7WQF"))
                .collect();
            bytes[nth_frame(&frames) + super::frame::HEADER + 1] ^= 4;
        });
    };
    rot(1, |frames| frames[frames.len() - 1]);
    rot(2, |frames| frames[0]);
    let mut opened = open(&disk, None).unwrap();
    assert_eq!(opened.lost, []);
    let found = opened.log.check_next().unwrap().unwrap();
    let [run] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(run.to, run.from + 1);
    assert_eq!(run.link, heads[usize::try_from(run.to).unwrap()].link);
    while let Some(again) = opened.log.check_next().unwrap() {
        assert_eq!(again, [], "said once");
    }
    let again = open(&disk, None).unwrap();
    assert_eq!((again.lost, again.log.head()), (found, heads[30]));
}

/// An index is an aid: gone, damaged, of another segment, or beside a segment that was cut, it
/// changes nothing of what is there.
#[test]
fn an_index_that_does_not_fit_changes_nothing() {
    let disk = MemoryDisk::new(1);
    let entries = filled(&disk, 30);
    let heads = chain_of(&entries);
    let files = disk.files();
    let index = Path::new("j/000002.wqi");
    let whole = |what: &str| {
        let opened = open(&disk, Some(heads[30])).unwrap();
        assert_eq!(
            (opened.lost.len(), opened.log.head()),
            (0, heads[30]),
            "{what}"
        );
        for (at, entry) in entries.iter().enumerate() {
            let read = opened.log.read(at as u64 + 1).unwrap();
            assert_eq!(read.as_ref(), Some(entry), "{what}, {at}");
        }
    };
    whole("as it is");
    disk.remove(index).unwrap();
    whole("gone");
    assert!(disk.length(index).unwrap().is_some(), "made again");
    for at in 0..files[index].len() {
        disk.restore(&files);
        disk.rot(index, |bytes| bytes[at] ^= 1);
        whole("damaged");
    }
    disk.restore(&files);
    disk.rot(index, |bytes| {
        bytes.clone_from(&files[Path::new("j/000001.wqi")])
    });
    whole("another's");
    disk.restore(&files);
    disk.rot(Path::new("j/000002.wqj"), |bytes| bytes.truncate(200));
    let opened = open(&disk, None).unwrap();
    assert!(
        !opened.lost.is_empty(),
        "a cut segment is read and what it lacks is named"
    );
    assert_eq!(opened.log.head(), heads[30]);
}

#[test]
fn rot_in_the_middle_is_named_with_the_link_that_the_next_frame_holds() {
    let disk = MemoryDisk::new(1);
    let entries = filled(&disk, 3);
    let heads = chain_of(&entries);
    let frame_1 = super::segments::SEGMENT_HEADER
        + super::frame::HEADER
        + crate::secret::TAG
        + 12
        + entries[0].len();
    disk.rot(Path::new("j/000001.wqj"), |bytes| bytes[frame_1 + 100] ^= 4);
    let opened = open(&disk, None).unwrap();
    assert_eq!(
        opened.lost,
        vec![Lost {
            from: 2,
            to: 2,
            link: heads[2].link
        }]
    );
    assert_eq!(opened.log.head(), heads[3]);
    assert_eq!(opened.log.link_at(2).unwrap(), Some(heads[2].link));
    assert_eq!(
        opened.log.read(2).unwrap(),
        None,
        "what is lost has no bytes"
    );
}

#[test]
fn a_link_is_told_though_the_entry_after_it_rots_while_the_journal_is_open() {
    let disk = MemoryDisk::new(1);
    let entries = filled(&disk, 5);
    let heads = chain_of(&entries);
    let log = open(&disk, None).unwrap().log;
    disk.rot(Path::new("j/000001.wqj"), |bytes| {
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        bytes[used / 2] ^= 1;
    });
    let rotten = (2..=5).find(|seq| log.read(*seq).unwrap().is_none());
    let before = rotten.expect("a byte in the middle is an entry's") - 1;
    let link = log.link_at(before).unwrap();
    assert_eq!(link, Some(heads[usize::try_from(before).unwrap()].link));
}

#[test]
fn whichever_bit_of_a_frame_flips_while_the_journal_is_open_it_reads_as_lost() {
    for byte in 64..164 {
        let disk = MemoryDisk::new(1);
        filled(&disk, 3);
        let log = open(&disk, None).unwrap().log;
        disk.rot(Path::new("j/000001.wqj"), |bytes| bytes[byte] ^= 0x80);
        assert_eq!(log.read(1).unwrap(), None, "byte {byte}");
    }
}

#[test]
fn what_failed_to_be_saved_never_takes_the_place_of_what_was_saved_after_it() {
    let disk = MemoryDisk::new(1);
    let mut log = create(&disk);
    log.append(&[&entry(0)]).unwrap();
    // It is written, and its sync fails: without a crash the bytes are read back.
    disk.set_fault(Fault::Once(disk.calls() + 1));
    log.append(&[b"never saved"]).unwrap_err();
    for n in 1..30 {
        log.append(&[&entry(n)]).unwrap();
    }
    drop(log);
    // Each opening writes the indices by which the next one takes segments unread.
    for _ in 0..3 {
        let log = open(&disk, None).unwrap().log;
        for (n, seq) in (0..30).zip(1u64..) {
            assert_eq!(log.read(seq).unwrap(), Some(entry(n)), "entry {seq}");
        }
    }
}

#[test]
fn a_torn_end_is_copied_aside_and_its_segment_never_written_again() {
    let disk = MemoryDisk::new(1);
    filled(&disk, 2);
    let path = Path::new("j/000001.wqj");
    let before = disk.read(path).unwrap();
    let end = before.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    disk.rot(path, |bytes| bytes[end - 3] ^= 1);
    let opened = open(&disk, None).unwrap();
    let OpenedEnd::Torn(name) = opened.end else {
        panic!("the end is torn")
    };
    let torn = disk.read(path).unwrap();
    let aside = disk.read(&Path::new("j").join(&name)).unwrap();
    assert!(torn[..end].ends_with(&aside));
    let mut log = opened.log;
    log.append(&[b"next"]).unwrap();
    assert_eq!(disk.read(path).unwrap(), torn);
    let again = open(&disk, None).unwrap();
    assert_eq!((again.log.head().seq, again.lost.len()), (2, 0));
    assert_eq!(again.log.read(2).unwrap().as_deref(), Some(&b"next"[..]));
}

/// One run of saves on a disk that fails: returns what was reported as saved.
fn save_under(disk: &MemoryDisk, count: usize) -> Vec<(u64, Vec<u8>)> {
    let mut saved = Vec::new();
    let mut log = match open(disk, None) {
        Ok(opened) => opened.log,
        Err(JournalError::Gone) => {
            match FrameLog::create(shape(disk), key(), Arc::new(SystemEntropy)) {
                Ok(log) => log,
                Err(_) => return saved,
            }
        }
        Err(_) => return saved,
    };
    for n in 0..count {
        let bytes = entry(n);
        if let Ok(head) = log.append(&[&bytes]) {
            saved.push((head.seq, bytes));
        }
    }
    saved
}

fn holds(disk: &MemoryDisk, saved: &[(u64, Vec<u8>)], what: &str) {
    if saved.is_empty() {
        return;
    }
    let opened = open(disk, None).unwrap();
    assert!(opened.lost.is_empty(), "{what}: {:?}", opened.lost);
    for (seq, bytes) in saved {
        assert_eq!(
            opened.log.read(*seq).unwrap().as_ref(),
            Some(bytes),
            "{what}: {seq}"
        );
    }
}

/// A call that fails once, at every call of a run of saves: the next saves succeed, everything
/// reported as saved is there, with and without a crash after.
#[test]
fn at_every_call_that_fails_what_was_reported_saved_is_there() {
    let calls = {
        let disk = MemoryDisk::new(1);
        save_under(&disk, 8);
        disk.calls()
    };
    for at in 0..calls {
        for crash in [false, true] {
            let disk = MemoryDisk::new(at);
            disk.set_fault(Fault::Once(at));
            let saved = save_under(&disk, 8);
            let making_the_folder = at == 0;
            assert!(
                making_the_folder || saved.len() >= 7,
                "one failing call costs one save"
            );
            if crash {
                disk.crash();
            }
            holds(&disk, &saved, &format!("call {at}, crash {crash}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// The power goes at any call, sectors tear; twice over.
    #[test]
    fn after_a_power_cut_everything_reported_saved_is_there(
        seed in any::<u64>(), first in 0u64..60, second in 0u64..60,
    ) {
        let disk = MemoryDisk::new(seed);
        disk.set_fault(Fault::From(first));
        let mut saved = save_under(&disk, 10);
        disk.crash();
        holds(&disk, &saved, "first cut");
        let calls = disk.calls();
        disk.set_fault(Fault::From(calls + second));
        saved.extend(save_under(&disk, 10));
        disk.crash();
        holds(&disk, &saved, "second cut");
    }

    #[test]
    fn on_a_full_disk_a_save_says_so_and_nothing_saved_is_lost(room in 0u64..8_000) {
        let disk = MemoryDisk::new(room);
        disk.set_fault(Fault::Full(room));
        let saved = save_under(&disk, 80);
        prop_assert!(saved.len() < 80);
        disk.set_fault(Fault::None);
        disk.crash();
        holds(&disk, &saved, "full");
    }
}
