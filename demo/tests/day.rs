//! The two ways to run the demo, as a stranger runs them.
#![allow(clippy::unwrap_used, reason = "a crate of tests")]

use std::io::Write;
use std::process::{Command, Stdio};

const DEMO: &str = env!("CARGO_BIN_EXE_waiqin-demo");
const PROVED: &str = include_str!("../proved.txt");

#[test]
fn the_scripted_day_proves_every_row_of_the_list() {
    let output = Command::new(DEMO).arg("--script").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    let status = output.status.code();
    assert!(
        matches!(status, Some(0 | 2)),
        "exit {status:?}\n{said}\n{told}"
    );
    let rows = PROVED
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    for row in rows {
        let green = said
            .lines()
            .any(|line| line.starts_with("✓ 已证") && line.split_whitespace().nth(2) == Some(row));
        assert!(green, "{row} is not proved\n{said}\n{told}");
    }
    // What is not built says so, and the exit status tells.
    assert_eq!(said.contains("· 未证"), status == Some(2), "{said}");
}

#[test]
fn the_demo_for_a_person_starts_says_where_to_go_and_leaves_nothing_behind() {
    let data = tempfile::tempdir().unwrap();
    let kept = data.path().join("kept");
    for (args, first) in [
        (vec!["--data".into(), kept.clone().into_os_string()], true),
        (vec!["--data".into(), kept.clone().into_os_string()], false),
    ] {
        let mut demo = Command::new(DEMO)
            .args(&args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        demo.stdin
            .take()
            .unwrap()
            .write_all(b"offline\nonline\nenter\nquit\n")
            .unwrap();
        let output = demo.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains("http://127.0.0.1:") && said.contains("/enter?once="),
            "{said}"
        );
        assert!(
            said.contains("offline ✓") && said.contains("online ✓"),
            "{said}"
        );
        assert_eq!(said.contains("password   "), first, "{said}");
    }
    assert!(
        kept.join("court/waiqin.db").is_file(),
        "--data keeps the court"
    );
}
