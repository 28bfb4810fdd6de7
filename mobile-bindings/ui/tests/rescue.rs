//! The real `waiqin-phone rescue` over the folder of a real phone that was killed, whose hardware
//! secret is gone and whose store is damaged.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stderr,
    reason = "a crate of tests"
)]

mod real;

use real::court::{Court, RECOVERY};
use real::oracle::{Acknowledged, check};
use real::{Host, lines, officers_folder};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::process::Command;

#[test]
fn a_phone_without_hardware_store_or_one_copy_of_its_keys_is_read_with_the_courts_key() {
    let court = Court::open();
    let dir = tempfile::tempdir().unwrap();
    let mut host = Host::start(dir.path(), &court.ticket);
    host.enrol(&court.ticket);
    let typed = [("typed", "（2019）粤0115执100号")];
    let answer = host.door.post("/records/new", &typed).unwrap();
    let record = answer.location.unwrap();
    let record = record.split('?').next().unwrap();
    let mut told = Acknowledged::new();
    for n in 0..4 {
        let marker = format!("mk-0-0-{n}.");
        let bytes = marker.repeat(20_000 + n);
        let saved = host.door.photo(record, &marker, bytes.as_bytes()).unwrap();
        assert_eq!(saved.status, 303);
        told.insert(marker, Some(hex::encode(Sha256::digest(bytes.as_bytes()))));
    }
    host.kill();
    let own = officers_folder(dir.path());
    std::fs::remove_file(dir.path().join("host.secret")).unwrap();
    std::fs::write(own.join("keys.json"), b"{}").unwrap();
    std::fs::write(own.join("store/db"), b"rot").unwrap();
    let key = dir.path().join("court.key");
    let to = dir.path().join("bundle");
    let rescue = |key_bytes: &[u8]| {
        std::fs::write(&key, hex::encode(key_bytes)).unwrap();
        Command::new(real::program())
            .arg("rescue")
            .arg("--dir")
            .arg(dir.path())
            .arg("--recovery-key")
            .arg(&key)
            .arg("--to")
            .arg(&to)
            .output()
            .unwrap()
    };
    let foreign = rescue(&[1; 32]);
    assert_eq!(foreign.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("does not open"));
    std::fs::remove_dir_all(&to).unwrap();
    let done = rescue(&RECOVERY);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(said["officers"][0]["evidence"], 4);
    assert_eq!(said["officers"][0]["journals"][0]["entries"], 6);
    let bundle = to.join(own.file_name().unwrap());
    assert_eq!(check(&bundle, &told), 0);
    for line in lines(&bundle, "evidence.ndjson") {
        let name = line["hash"].as_str().unwrap();
        let bytes = std::fs::read(bundle.join("evidence").join(name)).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), name);
    }
}
