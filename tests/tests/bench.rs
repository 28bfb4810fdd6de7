//! `waiqin-bench` end to end, with small numbers: every phase against the real server, and what each
//! says is what there is.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use waiqin_tests::bench::{Server, memory_kb, phase};
use waiqin_tests::proxy::Line;

const RECORDS: usize = 60;
const CHANGED: usize = 5;
const PHOTOS: usize = 6;
const BLOB: usize = 6 << 20;

/// A server, a folder, and what the phases are told.
struct House {
    dir: tempfile::TempDir,
    server: Server,
}

impl House {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, args) in [
            ("data", ["data", "120"]),
            ("changes", ["changes", &CHANGED.to_string()]),
        ] {
            let made = Command::new(bench()).args(args).output().unwrap();
            std::fs::write(dir.path().join(name), made.stdout).unwrap();
        }
        std::fs::create_dir(dir.path().join("photos")).unwrap();
        for photo in 0..PHOTOS {
            let bytes = vec![u8::try_from(photo).unwrap(); 300_000 + photo];
            std::fs::write(dir.path().join(format!("photos/{photo}.jpg")), bytes).unwrap();
        }
        std::fs::write(dir.path().join("blob"), vec![0xa5; BLOB]).unwrap();
        let server = Server::start(&waiqin_server(), dir.path()).unwrap();
        Self { dir, server }
    }

    async fn phase(&self, name: &str, client: &str, n: usize) -> Value {
        self.phase_at(name, client, n, self.server.address.port())
            .await
    }

    async fn phase_at(&self, name: &str, client: &str, n: usize, port: u16) -> Value {
        let at = |name: &str| OsString::from(self.dir.path().join(name));
        let env = [
            ("BENCH_PORT", port.to_string().into()),
            ("BENCH_ENROL", self.server.enrol.clone().into()),
            ("BENCH_DIR", at(client)),
            ("BENCH_DATA", at("data")),
            ("BENCH_CHANGES", at("changes")),
            ("BENCH_PHOTOS", at("photos")),
            ("BENCH_BLOB", at("blob")),
            ("BENCH_N", n.to_string().into()),
            ("BENCH_CLIENTS", "4".into()),
            ("BENCH_PER", "5".into()),
        ];
        let env: Vec<(&str, &OsStr)> = env.iter().map(|(k, v)| (*k, v.as_os_str())).collect();
        phase(bench(), name, &env).await.unwrap()
    }

    /// A phase that has to bring so much up and so much down.
    async fn brings(&self, name: &str, client: &str, sent: usize, got: usize) {
        let said = self.phase(name, client, RECORDS).await;
        assert_eq!(said["sent"], sent, "{name} of {client}: {said}");
        assert_eq!(said["got"], got, "{name} of {client}: {said}");
        assert!(said["ms"].as_f64().unwrap() > 0.0, "{said}");
        assert!(said["client_cpu_ms"].as_f64().unwrap() >= 0.0, "{said}");
    }
}

#[tokio::test]
async fn records_go_up_come_down_and_only_what_changed_moves_again() {
    let house = House::open();
    house.brings("load", "a", 0, 0).await;
    house.brings("push", "a", RECORDS, 0).await;
    house.brings("pull", "b", 0, RECORDS).await;
    house.brings("sync", "a", 0, 0).await;
    house.brings("sync", "b", 0, 0).await;
    house.brings("change", "a", 0, 0).await;
    house.brings("sync", "a", CHANGED, 0).await;
    house.brings("sync", "b", 0, CHANGED).await;
    // Nothing changed: one round trip, and little of it.
    let proxy = house.server.line(Line::default()).await;
    let port = proxy.address.port();
    let said = house.phase_at("sync", "a", RECORDS, port).await;
    assert_eq!((&said["sent"], &said["got"]), (&0.into(), &0.into()));
    let crossed = proxy.crossed();
    assert_eq!((crossed.trips, crossed.connections), (1, 1), "{crossed:?}");
    assert!(crossed.up + crossed.down <= 1000, "{crossed:?}");
    let report = house.server.end_and_verify().unwrap();
    // With entry 1 of two journals.
    assert_eq!(report["entries"], RECORDS + CHANGED + 2, "{report}");
    assert_eq!(report["records"], RECORDS, "{report}");
}

#[tokio::test]
async fn photos_and_a_file_over_a_line_that_is_cut_arrive_whole() {
    let house = House::open();
    let said = house.phase("photos", "a", 0).await;
    assert_eq!(said["sent"], PHOTOS, "{said}");
    assert!(said["p99_ms"].as_f64() >= said["p50_ms"].as_f64(), "{said}");
    let cut = Line {
        delay: Duration::ZERO,
        cut_at: Some(BLOB as u64 / 2),
    };
    let proxy = house.server.line(cut).await;
    house.phase_at("resume", "b", 0, proxy.address.port()).await;
    let crossed = proxy.crossed();
    assert!(crossed.connections > 1, "it was not cut: {crossed:?}");
    assert!(crossed.up < BLOB as u64 * 3 / 2, "{crossed:?}");
    let report = house.server.end_and_verify().unwrap();
    assert_eq!(report["evidence"]["count"], PHOTOS + 1, "{report}");
}

#[tokio::test]
async fn many_phones_push_at_once() {
    let house = House::open();
    let said = house.phase("swarm", "all", 0).await;
    assert_eq!(said["sent"], 20, "{said}");
    let report = house.server.end_and_verify().unwrap();
    assert_eq!(report["journals"].as_array().unwrap().len(), 4, "{report}");
    assert_eq!(report["records"], 20, "{report}");
}

#[tokio::test]
async fn one_phone_saves_fills_and_opens() {
    let house = House::open();
    let said = house.phase("save", "a", 40).await;
    assert!(said["p99_us"].as_f64() >= said["p50_us"].as_f64(), "{said}");
    house.phase("fill", "a", 120).await;
    // The 40 that were there are left as they are.
    let said = house.phase("open", "a", 120).await;
    for member in ["open_ms", "get_p50_us", "newest50_ms", "rss_kb"] {
        assert!(said[member].as_f64().unwrap() > 0.0, "{member}: {said}");
    }
    let missing = house.dir.path().join("nobody");
    let env = [
        ("BENCH_DIR", missing.as_os_str()),
        ("BENCH_N", "1".as_ref()),
    ];
    let refused = phase(bench(), "open", &env).await.unwrap_err();
    assert!(
        refused.to_string().contains("nobody is enrolled"),
        "{refused}"
    );
    assert!(memory_kb(house.server.id(), "VmHWM") > 0);
}

#[test]
fn a_code_for_everybody_is_refused_where_others_reach_the_server() {
    let dir = tempfile::tempdir().unwrap();
    for listen in [["--listen", "0.0.0.0:0"], ["--tls-listen", "127.0.0.1:0"]] {
        let refused = Command::new(waiqin_server())
            .args(["--lang", "en", "serve", "--bench-enrol"])
            .arg(dir.path().join("ticket"))
            .args(listen)
            .arg("--data")
            .arg(dir.path().join("court"))
            .output()
            .unwrap();
        assert!(!refused.status.success());
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("loopback"), "{said}");
    }
    assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none());
}

fn bench() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_waiqin-bench"))
}

fn waiqin_server() -> PathBuf {
    let program = bench().with_file_name("waiqin-server");
    assert!(program.exists(), "{} is not built", program.display());
    program
}
