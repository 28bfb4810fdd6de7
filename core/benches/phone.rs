//! What the engine costs on this machine, each figure beside its floor in the same run:
//! `cargo bench -p waiqin-core --bench phone`. `BENCH_N` sets how many entries are in place before
//! the phone is opened (100,000), `BENCH_DIR` where (a new folder under the system's for such).
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    reason = "a benchmark"
)]

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use waiqin_core::disk::RealDisk;
use waiqin_core::keys::{PinCost, recovery};
use waiqin_core::{
    Engine, FileSecret, HostParts, NetworkSwitch, Phone, Pin, RecordsOf, Session, StoreKind,
    SystemClock, SystemEntropy,
};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{OfficerId, ServerId};
use waiqin_protocol::journal::{Act, CaseRef, Certificate, Entry, Signed, entry_hash};
use waiqin_protocol::suite::{Ed25519Signer, Signer};
use waiqin_protocol::wire::enrol::Ticket;

/// Saves measured one by one, each beside one write of the floor.
const SAVES: usize = 2_000;
/// Bytes of one entry, about.
const ENTRY_BYTES: usize = 1_100;
const OFFICER: [u8; 16] = [5; 16];
const SERVER: [u8; 16] = [22; 16];

fn main() {
    // `cargo bench` hands on its own arguments; ours name the part that a fresh process measures.
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "measure-open") {
        return measure_open(Path::new(&args[at + 1]));
    }
    let n: usize = std::env::var("BENCH_N").map_or(100_000, |text| text.parse().unwrap());
    let kept = std::env::var_os("BENCH_DIR").map(PathBuf::from);
    let temporary = tempfile::tempdir().unwrap();
    let dir = kept.unwrap_or_else(|| temporary.path().to_owned());
    let session = enrolled(&dir.join("phone"));
    measure_saves(&session, &dir);
    let (begun, before) = (Instant::now(), bytes_written());
    for at in SAVES..n {
        save(&session, at);
    }
    println!(
        "{n} entries in place, the last {} in {:.1} s, {:.1} bytes written per byte saved",
        n - SAVES,
        begun.elapsed().as_secs_f64(),
        (bytes_written() - before) as f64 / ((n - SAVES) * ENTRY_BYTES) as f64,
    );
    session.lock();
    drop(session);
    println!(
        "on the disk: {:.1} MB",
        bytes_under(&dir.join("phone")) as f64 / 1e6
    );
    for name in ["first open", "second open"] {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .arg("measure-open")
            .arg(dir.join("phone"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        print!("{name}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// p50 and p99 of one durable save, and of the floor: a preallocated append and fdatasync of as
/// many bytes as the entry has.
fn measure_saves(session: &Session, dir: &Path) {
    let floor_file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(dir.join("floor"))
        .unwrap();
    floor_file
        .write_all_at(&vec![0; ENTRY_BYTES * SAVES], 0)
        .unwrap();
    floor_file.sync_all().unwrap();
    let (mut floor, mut saves) = (Vec::new(), Vec::new());
    for at in 0..SAVES {
        let begun = Instant::now();
        floor_file
            .write_all_at(&vec![7; ENTRY_BYTES], (at * ENTRY_BYTES) as u64)
            .unwrap();
        floor_file.sync_data().unwrap();
        floor.push(begun.elapsed());
        let begun = Instant::now();
        save(session, at);
        saves.push(begun.elapsed());
    }
    for list in [&mut floor, &mut saves] {
        list.sort();
    }
    let at = |list: &[Duration], part: usize| list[list.len() * part / 100].as_secs_f64() * 1e6;
    println!(
        "one durable save: p50 {:.0} µs, p99 {:.0} µs; floor p50 {:.0} µs, p99 {:.0} µs; \
         ratio p50 {:.2}, p99 {:.2}",
        at(&saves, 50),
        at(&saves, 99),
        at(&floor, 50),
        at(&floor, 99),
        at(&saves, 50) / at(&floor, 50),
        at(&saves, 99) / at(&floor, 99),
    );
}

/// In a process of its own: opens and unlocks, shows the first page, and says what that took.
fn measure_open(dir: &Path) {
    let begun = Instant::now();
    let phone = open(dir);
    let session = phone
        .unlock(OfficerId::from_bytes(OFFICER), &pin())
        .unwrap();
    let unlocked = begun.elapsed();
    let rows = session.records(&RecordsOf::All, 0, 50).unwrap();
    let first = begun.elapsed();
    assert_eq!(rows.len(), 50);
    let begun = Instant::now();
    session.records(&RecordsOf::All, 0, 50).unwrap();
    let newest = begun.elapsed();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let rss = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or("?")
        .trim();
    println!(
        "unlock {:.1} ms, first page {:.1} ms, newest 50 {:.2} ms, memory {rss}",
        unlocked.as_secs_f64() * 1e3,
        first.as_secs_f64() * 1e3,
        newest.as_secs_f64() * 1e3,
    );
}

fn save(session: &Session, at: usize) {
    let mut values: BTreeMap<_, _> = BTreeMap::new();
    let texts = [
        ("place", format!("某区某路 {at} 号")),
        (
            "course",
            format!("{at} {}", "到达现场，厂房门锁闭，".repeat(18)),
        ),
    ];
    for (path, text) in texts {
        let path = waiqin_protocol::journal::Path::new(path).unwrap();
        values.insert(path, Value::from(text.as_str()));
    }
    let number = format!("（2019）粤0115执{at}号");
    let case = CaseRef {
        normal: Some(number.clone()),
        typed: number,
        ..CaseRef::default()
    };
    session
        .open_record(Act::Investigation, case, values)
        .unwrap();
}

fn pin() -> Pin {
    Pin::new("794613").unwrap()
}

/// The phone of a folder; PINs are stretched by nothing, for their cost is set apart.
fn open(dir: &Path) -> Phone {
    let parts = HostParts {
        dir: dir.to_owned(),
        device_name: "bench".into(),
        clock: Arc::new(SystemClock::new(&SystemEntropy)),
        entropy: Arc::new(SystemEntropy),
        hardware: Arc::new(FileSecret::in_folder(dir)),
        network: Arc::new(NetworkSwitch::default()),
    };
    let engine = Engine {
        disk: Arc::new(RealDisk),
        store: StoreKind::Sled,
        pin_cost: PinCost {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        },
        ..Engine::default()
    };
    Phone::open_on(parts, engine).unwrap()
}

/// A phone enrolled at a court of two questions.
fn enrolled(dir: &Path) -> Arc<Session> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let signer = Ed25519Signer::from_secret(&[21; 32]);
    let ticket = Ticket {
        code: "7KQ4-M2PX".into(),
        key: signer.public_key(),
        server: ServerId::from_bytes(SERVER),
        tls: None,
        url: format!("http://{}", listener.local_addr().unwrap()),
    };
    std::thread::spawn(move || {
        for line in listener.incoming() {
            answer(line.unwrap(), &signer);
        }
    });
    let phone = open(dir);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(phone.enrol(&ticket, &pin())).unwrap()
}

fn answer(mut line: TcpStream, signer: &Ed25519Signer) {
    let mut reader = BufReader::new(line.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(text) = header.strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let asked: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let said = if first.contains("/enrol/begin ") {
        use base64::Engine as _;
        let public = recovery::public_of(&[23; 32]);
        serde_json::json!({
            "court": "某区人民法院",
            "officer": {"id": OfficerId::from_bytes(OFFICER), "list_name": "王某", "name": "王某"},
            "recovery": base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(public),
            "server": ServerId::from_bytes(SERVER),
        })
    } else {
        let entry = asked["entry"].as_str().unwrap().as_bytes();
        let body = Certificate {
            entry: entry_hash(entry),
            journal: Entry::from_bytes(entry).unwrap().journal,
            server: ServerId::from_bytes(SERVER),
        };
        serde_json::json!({ "certificate": Signed::sign(body, signer).unwrap() })
    }
    .to_string();
    write!(
        line,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{said}",
        said.len()
    )
    .unwrap();
}

/// Bytes that this process gave to the system to be written so far.
fn bytes_written() -> u64 {
    let mut text = String::new();
    File::open("/proc/self/io")
        .and_then(|mut file| file.read_to_string(&mut text))
        .unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("wchar: ")?.parse().ok())
        .unwrap_or_default()
}

fn bytes_under(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            if meta.is_dir() {
                bytes_under(&entry.path())
            } else {
                meta.len()
            }
        })
        .sum()
}
