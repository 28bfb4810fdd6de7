//! After a lock the memory of the real `waiqin-phone` holds neither PIN nor keys nor what was
//! written: read from outside, through `/proc`.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stderr,
    reason = "a crate of tests"
)]

mod real;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use real::court::{Court, RECOVERY};
use real::{Host, PIN, noise, officers_folder};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;
use waiqin_core::keys::recovery;
use waiqin_protocol::canonical;

/// Most of a process's memory is zeros, and is passed over page by page.
const PAGE: usize = 4096;
const ZEROS: [u8; PAGE] = [0; PAGE];
/// Words that nothing but the record holds.
const WORDS: &str = "厂房门锁闭西侧窗台第七块砖下";

#[test]
fn after_a_lock_neither_pin_nor_keys_nor_words_nor_pictures_are_in_memory() {
    let court = Court::open();
    let dir = tempfile::tempdir().unwrap();
    let mut host = Host::start(dir.path(), &court.ticket);
    host.enrol(&court.ticket);
    let typed = [("typed", "（2019）粤0115执100号")];
    let answer = host.door.post("/records/new", &typed).unwrap();
    let record = answer.location.unwrap();
    let record = record.split('?').next().unwrap();
    let picture = noise(600_000);
    let secrets = secrets(dir.path(), &picture[300_000..300_064]);
    for round in ["enrolled", "unlocked"] {
        let fields = format!("{record}/fields");
        for n in 0..3 {
            let text = format!("{WORDS}{round}{n}");
            host.door.post(&fields, &[("course", &text)]).unwrap();
        }
        let saved = host.door.photo(record, WORDS, &picture).unwrap();
        assert_eq!(saved.status, 303, "{}", saved.body);
        for page in [record, "/today", "/records", "/sync"] {
            assert_eq!(host.door.get(page).unwrap().status, 200, "{page}");
        }
        let open = found(host.id(), &secrets);
        assert!(
            open["journal key"] > 0,
            "the scan finds what is there: {open:?}"
        );
        assert_eq!(host.door.post("/lock", &[]).unwrap().status, 303);
        std::thread::sleep(Duration::from_millis(500));
        let locked = found(host.id(), &secrets);
        eprintln!("{round}: found while open {open:?}, after the lock {locked:?}");
        let left: Vec<_> = locked.iter().filter(|(_, times)| **times > 0).collect();
        assert!(left.is_empty(), "{round}: {left:?}");
        host.unlock(&court.officer);
    }
}

/// Everything that must not be there, by name.
fn secrets(dir: &Path, picture: &[u8]) -> BTreeMap<&'static str, Vec<u8>> {
    let keys = std::fs::read(officers_folder(dir).join("keys.json")).unwrap();
    let keys: Value = serde_json::from_slice(&keys).unwrap();
    let mut place = b"waiqin/1 keys ".to_vec();
    place.extend(canonical::to_bytes(&keys["public"]).unwrap());
    let sealed = BASE64.decode(keys["recovery"].as_str().unwrap()).unwrap();
    let data = recovery::open(&RECOVERY, &place, &sealed).unwrap().to_vec();
    let hardware = std::fs::read(dir.join("host.secret")).unwrap();
    let mut secrets = BTreeMap::from([
        ("PIN", PIN.as_bytes().to_vec()),
        ("hardware secret", hardware),
        ("words", WORDS.as_bytes().to_vec()),
        ("picture", picture.to_vec()),
    ]);
    for (name, purpose) in [
        ("journal key", "journal"),
        ("custody key", "custody"),
        ("evidence key", "evidence"),
        ("store key", "store"),
        ("signing key's key", "signing key"),
    ] {
        secrets.insert(name, derived(&data, purpose));
    }
    secrets.insert("data key", data);
    secrets
}

/// HKDF-SHA256 without a salt, written anew so that the test does not ask the engine.
fn derived(data: &[u8], purpose: &str) -> Vec<u8> {
    let extracted = hmac(&[0; 32], data);
    let info = [format!("waiqin/1 {purpose}").as_bytes(), &[1]].concat();
    hmac(&extracted, &info)
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let pad = |with: u8| -> Vec<u8> {
        let padded = key.iter().copied().chain(std::iter::repeat(0)).take(64);
        padded.map(|byte| byte ^ with).collect()
    };
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

/// How often each lies in the memory of a process that can be written.
fn found(pid: u32, secrets: &BTreeMap<&'static str, Vec<u8>>) -> BTreeMap<&'static str, usize> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found: BTreeMap<&str, usize> = secrets.keys().map(|name| (*name, 0)).collect();
    let mut read = 0;
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|it| u64::from_str_radix(it, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // A region may be gone by now, or have pages that were never touched.
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        read += bytes.len();
        let mut begins = [false; 256];
        for secret in secrets.values() {
            begins[usize::from(secret[0])] = true;
        }
        let pages = (0..bytes.len()).step_by(PAGE);
        let touched =
            pages.filter(|page| !ZEROS.starts_with(&bytes[*page..bytes.len().min(page + PAGE)]));
        for at in touched.flat_map(|page| page..bytes.len().min(page + PAGE)) {
            if !begins[usize::from(bytes[at])] {
                continue;
            }
            for (name, secret) in secrets {
                if bytes[at..].starts_with(secret) {
                    *found.get_mut(name).unwrap() += 1;
                    if std::env::var_os("WAIQIN_MEMORY_SHOW").is_some() {
                        eprintln!("{name} at {:x} in {line}", from + at as u64);
                    }
                }
            }
        }
    }
    assert!(read > 1 << 20, "only {read} bytes were read");
    found
}
