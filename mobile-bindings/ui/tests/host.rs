//! The real `waiqin-phone`: its first page, its guard, its commands, and how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

struct Host {
    child: Child,
    input: ChildStdin,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
    enter: String,
}

impl Host {
    fn start(dir: &Path) -> Self {
        let mut child = phone(&["serve", "--commands", "--dir"], dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(ready["ready"], true);
        Self {
            child,
            input,
            lines,
            address: ready["http"].as_str().unwrap().parse().unwrap(),
            enter: ready["enter"].as_str().unwrap().to_owned(),
        }
    }

    fn ask(&mut self, line: &str) -> Value {
        writeln!(self.input, "{line}").unwrap();
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    /// The whole answer to a request with these header lines.
    fn get(&self, path: &str, headers: &str) -> String {
        let mut line = TcpStream::connect(self.address).unwrap();
        write!(
            line,
            "GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // A test that has ended it already waits for nothing here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn phone(args: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waiqin-phone"));
    command.args(args).arg(dir);
    command
}

fn refused(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(!status.success());
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn the_entry_link_opens_the_pages_and_nothing_else_does() {
    let dir = tempfile::tempdir().unwrap();
    let host = Host::start(dir.path());
    let own = format!("Host: {}\r\n", host.address);
    let path = host.enter.split_once(&host.address.to_string()).unwrap().1;

    let opened = host.get(path, &own);
    assert!(opened.starts_with("HTTP/1.1 303"), "{opened}");
    let cookie = opened
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .and_then(|it| it.split(';').next())
        .unwrap();
    let again = host.get(path, &own);
    assert!(
        again.starts_with("HTTP/1.1 403"),
        "a link opens once: {again}"
    );

    let page = host.get("/", &format!("{own}Cookie: {cookie}\r\n"));
    assert!(
        page.starts_with("HTTP/1.1 200") || page.starts_with("HTTP/1.1 303"),
        "{page}"
    );
    let stranger = host.get("/", &own);
    assert!(stranger.starts_with("HTTP/1.1 403"), "{stranger}");
    let rebound = host.get("/", &format!("Host: court.example\r\nCookie: {cookie}\r\n"));
    assert!(rebound.starts_with("HTTP/1.1 4"), "{rebound}");
}

#[test]
fn commands_switch_the_network_and_end_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut host = Host::start(dir.path());
    assert_eq!(host.ask("offline")["network"], "off");
    assert_eq!(host.ask("online")["network"], "on");
    assert_ne!(host.ask("enter")["enter"], host.enter.as_str());
    assert!(host.ask("dance")["error"].is_string());
    assert_eq!(host.ask("quit")["quit"], true);
    assert!(host.child.wait().unwrap().success());
}

#[test]
fn a_folder_in_use_is_refused_and_free_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = Host::start(dir.path());
    let (code, said) = refused(phone(&["serve", "--dir"], dir.path()));
    assert_eq!(code, Some(1));
    assert!(said.contains("in use"), "{said}");
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    Host::start(dir.path());
}

#[test]
fn it_listens_on_loopback_only_and_names_bad_arguments() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = refused(phone(
        &["serve", "--listen", "0.0.0.0:0", "--dir"],
        dir.path(),
    ));
    assert_eq!(code, Some(1));
    assert!(said.contains("127.0.0.1"), "{said}");
    let (code, said) = refused(phone(
        &["serve", "--idle-minutes", "0", "--dir"],
        dir.path(),
    ));
    assert_eq!(code, Some(2));
    assert!(said.contains("idle-minutes"), "{said}");
}
