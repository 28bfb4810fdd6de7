//! `kill -9` of the real `waiqin-phone` at random instants while records and photos are saved
//! through its pages as fast as they go. The oracle is the list of answers that came whole: what
//! was said to be saved. `WAIQIN_KILL_SEED` repeats a run's plan.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stderr,
    reason = "a crate of tests"
)]

mod real;

use fastrand::Rng;
use real::court::Court;
use real::oracle::{Acknowledged, check};
use real::{Door, Host, export, names, noise, officers_folder};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Kills that have to be, whatever else was met.
const KILLS: usize = 104;
/// Kills after which the search for rare instants is given up.
const KILLS_MAX: usize = 400;
/// Lives of one folder: a new one begins then, so that a life stays short.
const LIVES: usize = 13;
/// Each class of instant has to be met so often.
const EACH: usize = 3;
const PHOTO_BYTES: usize = 700_000;
/// Fields of one change that is many pages of the disk long.
const LONG: [&str; 6] = [
    "no_witness_reason",
    "willingness",
    "assets_stated",
    "course",
    "objections",
    "remarks",
];

/// The list that three lines write at once.
type Said = Arc<Mutex<Acknowledged>>;

/// When a life ends.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// At random, this long after saving began.
    After(Duration),
    /// As soon as the first bytes of a frame as long as this lie on the disk, this many frames on.
    InFrame { longer_than: u32, skip: u64 },
}

/// How often a kill fell where.
#[derive(Debug, Default)]
struct Met {
    kills: usize,
    torn_ends: usize,
    written_unacknowledged: usize,
    photos_half: usize,
    photos_whole_unnamed: usize,
    segments_half: usize,
    acknowledged: usize,
}

impl Met {
    fn enough(&self) -> bool {
        let rarest = self
            .torn_ends
            .min(self.written_unacknowledged)
            .min(self.photos_half);
        self.kills >= KILLS_MAX || (self.kills >= KILLS && rarest >= EACH)
    }
}

#[test]
fn nothing_that_was_said_to_be_saved_is_lost_or_doubled_by_kills_at_any_instant() {
    let seed = std::env::var("WAIQIN_KILL_SEED").ok();
    let seed = seed.map_or_else(
        || u64::from(std::process::id()) ^ 0x5eed_0000,
        |it| it.parse().expect("WAIQIN_KILL_SEED is a number"),
    );
    let court = Court::open();
    let mut dice = Rng::with_seed(seed);
    let mut met = Met::default();
    let began = Instant::now();
    while !met.enough() {
        folder_of_lives(&court, &mut dice, &mut met);
    }
    let summary = format!(
        "kill -9 of the real phone, seed {seed}: {met:?} in {:.0} s",
        began.elapsed().as_secs_f64()
    );
    eprintln!("{summary}");
    assert!(met.torn_ends >= EACH, "{summary}");
    assert!(met.written_unacknowledged >= EACH, "{summary}");
    assert!(met.photos_half >= EACH, "{summary}");
}

/// One phone, killed again and again, and then read.
fn folder_of_lives(court: &Court, dice: &mut Rng, met: &mut Met) {
    let dir = tempfile::tempdir().unwrap();
    let mut host = Host::start(dir.path(), &court.ticket);
    host.enrol(&court.ticket);
    let records: Vec<String> = (0..3)
        .map(|n| {
            let typed = format!("（2019）粤0115执{}号", 100 + n);
            let answer = host
                .door
                .post("/records/new", &[("typed", &typed)])
                .unwrap();
            assert_eq!(answer.status, 303, "{}", answer.body);
            let location = answer.location.unwrap();
            location.split('?').next().unwrap().to_owned()
        })
        .collect();
    let own = officers_folder(dir.path());
    let acknowledged = Said::default();
    let mut torn = 0;
    for life in 0..LIVES {
        let instant = instant(dice, life);
        let journal = own.join("journal");
        live(&mut host, life, &records, &acknowledged, instant, &journal);
        host.kill();
        met.kills += 1;
        let parts = half_written(&own, met);
        host = Host::start(dir.path(), &court.ticket);
        host.unlock(&court.officer);
        for part in parts {
            assert!(
                !own.join("evidence").join(&part).exists(),
                "{part} is removed or named at the next start"
            );
        }
        let now = names(&journal, ".torn-").len();
        met.torn_ends += now - torn;
        torn = now;
    }
    host.kill();
    met.kills += 1;
    let to = tempfile::tempdir().unwrap();
    let to = to.path().join("export");
    export(dir.path(), &court.officer, &to);
    let acknowledged = acknowledged.lock().unwrap();
    met.acknowledged += acknowledged.len();
    met.written_unacknowledged += check(&to, &acknowledged);
}

/// Two of three at random; the third where a kill by the clock alone seldom falls.
fn instant(dice: &mut Rng, life: usize) -> Moment {
    match life % 6 {
        2 => Moment::InFrame {
            longer_than: 100_000,
            skip: dice.u64(..2),
        },
        5 => Moment::InFrame {
            longer_than: 0,
            skip: dice.u64(..12),
        },
        _ => Moment::After(Duration::from_micros(dice.u64(..250_000))),
    }
}

/// Saves as fast as it goes, on three lines at once, until the instant comes and the phone is gone.
fn live(
    host: &mut Host,
    life: usize,
    records: &[String],
    acknowledged: &Said,
    instant: Moment,
    journal: &Path,
) {
    let over = Arc::new(AtomicBool::new(false));
    std::thread::scope(|scope| {
        for (line, record) in records.iter().enumerate() {
            let (door, over) = (host.door.clone(), over.clone());
            let said = acknowledged.clone();
            scope.spawn(move || {
                for n in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let marker = format!("mk-{life}-{line}-{n}.");
                    let Some(saved) = save(&door, line, record, &marker) else {
                        return;
                    };
                    said.lock().unwrap().insert(marker, saved);
                }
            });
        }
        wait_for(instant, journal);
        host.kill_at_once();
        over.store(true, Ordering::Relaxed);
    });
}

/// Saves one thing; `None` when it was not said to be saved. Of a photo, the hash.
fn save(door: &Door, line: usize, record: &str, marker: &str) -> Option<Option<String>> {
    match line {
        0 => {
            let saved = door.post(&format!("{record}/fields"), &[("place", marker)])?;
            said_saved(&saved).then_some(None)
        }
        1 => {
            let text = format!("{marker}{}", "记".repeat(19_000));
            let fields: Vec<(&str, &str)> = LONG.iter().map(|it| (*it, text.as_str())).collect();
            let saved = door.post(&format!("{record}/fields"), &fields)?;
            said_saved(&saved).then_some(None)
        }
        _ => {
            // Each photo begins with its marker: no two are the same.
            let mut bytes = marker.as_bytes().to_vec();
            bytes.extend(noise(PHOTO_BYTES));
            let saved = door.photo(record, marker, &bytes)?;
            assert_eq!(saved.status, 303, "{}", saved.body);
            Some(Some(hex::encode(Sha256::digest(&bytes))))
        }
    }
}

fn said_saved(answer: &real::Answer) -> bool {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("\"saved\":true"), "{}", answer.body);
    assert!(answer.body.contains("\"problems\":[]"), "{}", answer.body);
    true
}

fn wait_for(instant: Moment, journal: &Path) {
    match instant {
        Moment::After(time) => std::thread::sleep(time),
        Moment::InFrame { longer_than, skip } => {
            let mut left = skip;
            let give_up = Instant::now() + Duration::from_secs(8);
            let mut watch = Watch::on(journal);
            while Instant::now() < give_up {
                match watch.next_frame(give_up) {
                    Some(length) if length > longer_than && left == 0 => return,
                    Some(length) if length > longer_than => left -= 1,
                    Some(_) | None => {}
                }
            }
        }
    }
}

/// Reads the frames' headers of the newest segment from outside, without a key.
struct Watch<'a> {
    journal: &'a Path,
    name: String,
    file: File,
    end: u64,
}

const SEGMENT_HEADER: u64 = 64;
const FRAME_HEADER: u64 = 72;
const MARKER: [u8; 8] = [0xf7, b'W', b'Q', b'F', 0x0d, 0x0a, 0x1a, 0x01];

impl<'a> Watch<'a> {
    fn on(journal: &'a Path) -> Self {
        let name = names(journal, ".wqj").pop().unwrap();
        let file = File::open(journal.join(&name)).unwrap();
        let mut watch = Self {
            journal,
            name,
            file,
            end: SEGMENT_HEADER,
        };
        while watch.step().is_some() {}
        watch
    }

    /// Waits for the first bytes of the next frame: the length of its ciphertext.
    fn next_frame(&mut self, give_up: Instant) -> Option<u32> {
        for n in 0u64.. {
            if let Some(length) = self.step() {
                return Some(length);
            }
            if n % 5000 == 4999 {
                if Instant::now() > give_up {
                    return None;
                }
                if names(self.journal, ".wqj").pop().as_ref() != Some(&self.name) {
                    *self = Self::on(self.journal);
                }
            }
        }
        None
    }

    fn step(&mut self) -> Option<u32> {
        let mut head = [0; 12];
        self.file.read_exact_at(&mut head, self.end).ok()?;
        let (marker, length) = head.split_at(8);
        if marker != MARKER {
            return None;
        }
        let length = u32::from_be_bytes(length.try_into().unwrap());
        self.end += FRAME_HEADER + u64::from(length);
        Some(length)
    }
}

/// Counts what lies half written after a kill, and names the photos that were under way.
fn half_written(own: &Path, met: &mut Met) -> Vec<String> {
    let evidence = own.join("evidence");
    let parts: Vec<String> = names(&evidence, ".part")
        .into_iter()
        .filter(|name| name.len() == 32 + 5)
        .collect();
    for part in &parts {
        let length = std::fs::metadata(evidence.join(part)).unwrap().len();
        if length < PHOTO_BYTES as u64 {
            met.photos_half += 1;
        } else {
            met.photos_whole_unnamed += 1;
        }
    }
    let journal = own.join("journal");
    let newest = names(&journal, ".wqj").pop().unwrap();
    let file = File::open(journal.join(newest)).unwrap();
    let mut magic = [0; 8];
    if file.read_exact_at(&mut magic, 0).is_err() || &magic != b"WAIQINJ1" {
        met.segments_half += 1;
    }
    parts
}
