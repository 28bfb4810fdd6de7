//! Evidence may come from any client of tus 1.0.0: npm `tus-js-client` and PyPI `tuspy` upload to the
//! real server over a line that is cut in the middle, go on, and what is stored has the right hash.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod phone;

use phone::Phone;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use waiqin_protocol::ids::EvidenceHash;
use waiqin_tests::bench::Server;
use waiqin_tests::proxy::Line;
use waiqin_tests::suite;

/// Versions that are tested; `.ci/run` installs the same.
const NPM: &str = "npm install tus-js-client@4.3.1, its node_modules on NODE_PATH";
const PIP: &str = "pip install tuspy==1.1.0";

const BYTES: usize = 12 << 20;

#[tokio::test]
async fn npm_tus_js_client_goes_on_after_a_cut() {
    let here = Command::new("node")
        .args(["-e", "require('tus-js-client')"])
        .output();
    if !here.is_ok_and(|it| it.status.success()) {
        return suite::skip("npm tus-js-client", NPM);
    }
    uploads("node", "upload.cjs").await;
}

#[tokio::test]
async fn pypi_tuspy_goes_on_after_a_cut() {
    let here = Command::new("python3")
        .args(["-c", "import tusclient"])
        .output();
    if !here.is_ok_and(|it| it.status.success()) {
        return suite::skip("PyPI tuspy", PIP);
    }
    uploads("python3", "upload.py").await;
}

async fn uploads(program: &str, script: &str) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&waiqin_server(), dir.path()).unwrap();
    let file = dir.path().join("film");
    let bytes = noise(BYTES);
    std::fs::write(&file, &bytes).unwrap();
    let hash = EvidenceHash::from_bytes(Sha256::digest(&bytes).into());
    let phone = Phone::naming(&server, hash, BYTES as u64).await.unwrap();
    assert_eq!(phone.state(hash).await.unwrap()["state"], "unknown");
    let line = Line {
        delay: Duration::ZERO,
        cut_at: Some(BYTES as u64 / 2),
    };
    let proxy = server.line(line).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tus_clients")
        .join(script);
    let client = tokio::process::Command::new(program)
        .arg(script)
        .arg(format!("http://{}/api/v1/evidence", proxy.address))
        .arg(&phone.token)
        .arg(&file)
        .arg(hash.to_string())
        .output();
    let client = client.await.unwrap();
    let error = String::from_utf8_lossy(&client.stderr);
    assert!(client.status.success(), "{error}");
    let item = phone.state(hash).await.unwrap();
    assert_eq!(item["state"], "received", "{item}");
    assert_eq!(item["receipt"]["body"]["length"], BYTES, "{item}");
    let crossed = proxy.crossed();
    assert!(crossed.connections > 1, "it was not cut: {crossed:?}");
    // It went on, and did not begin anew.
    assert!(crossed.up < BYTES as u64 * 3 / 2, "{crossed:?}");
    let report = server.end_and_verify().unwrap();
    assert_eq!(report["evidence"]["bytes"], BYTES, "{report}");
}

fn noise(bytes: usize) -> Vec<u8> {
    let blocks = (0u64..).flat_map(|at| <[u8; 32]>::from(Sha256::digest(at.to_be_bytes())));
    blocks.take(bytes).collect()
}

fn waiqin_server() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_waiqin-bench")).with_file_name("waiqin-server");
    assert!(program.exists(), "{} is not built", program.display());
    program
}
