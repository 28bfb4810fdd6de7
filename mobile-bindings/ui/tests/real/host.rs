//! The real `waiqin-phone` as a process, and a browser's way through its pages.

use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The PIN of every officer here.
pub const PIN: &str = "794613";

/// The program, beside the test that runs.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("waiqin-phone");
    assert!(program.exists(), "{} is not built", program.display());
    program
}

/// A phone that runs.
pub struct Host {
    child: Child,
    input: ChildStdin,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    pub door: Door,
}

/// What a browser needs to use its pages.
#[derive(Clone)]
pub struct Door {
    address: SocketAddr,
    cookie: String,
    csrf: String,
}

/// An answer that came whole.
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: String,
}

impl Host {
    /// Starts the phone of a folder, offline, and enters its pages.
    pub fn start(dir: &Path, ticket: &str) -> Self {
        Self::start_called(dir, ticket, "waiqin-phone")
    }

    /// The same with a name of its own.
    pub fn start_called(dir: &Path, ticket: &str, device_name: &str) -> Self {
        let mut command = Command::new(program());
        command.args(["serve", "--commands", "--idle-minutes", "240"]);
        command.args(["--ticket", ticket]).arg("--dir").arg(dir);
        command.arg(format!("--device-name={device_name}"));
        Self::started(command)
    }

    /// As [`Host::start`], unable to make a file longer than this, as on a full disk.
    pub fn start_with_room(dir: &Path, ticket: &str, file_kib: u64) -> Self {
        let mut command = Command::new("bash");
        // Without the trap the system would end the process at the first byte too many.
        let script = format!("trap '' XFSZ; ulimit -f {file_kib}; exec \"$@\"");
        command.args(["-c", &script, "bash"]).arg(program());
        command.args(["serve", "--commands", "--idle-minutes", "240"]);
        command.args(["--ticket", ticket]).arg("--dir").arg(dir);
        Self::started(command)
    }

    fn started(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let address: SocketAddr = ready["http"].as_str().unwrap().parse().unwrap();
        let enter = ready["enter"].as_str().unwrap();
        let path = enter.split_once(&address.to_string()).unwrap().1;
        let cookie = ask(
            address,
            &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n"),
            b"",
        )
        .and_then(|(head, _)| {
            let line = head
                .lines()
                .find_map(|it| it.strip_prefix("set-cookie: "))?;
            Some(line.split(';').next()?.to_owned())
        })
        .expect("the entry link opens");
        writeln!(input, "offline").unwrap();
        assert!(lines.next().unwrap().unwrap().contains("off"));
        Self {
            child,
            input,
            lines,
            door: Door {
                address,
                cookie,
                csrf: String::new(),
            },
        }
    }

    /// Lets the phone use the network; says one of its commands.
    pub fn say(&mut self, command: &str) {
        writeln!(self.input, "{command}").unwrap();
        self.lines.next().unwrap().unwrap();
    }

    /// Enrols the officer of the ticket.
    pub fn enrol(&mut self, ticket: &str) {
        let answer = self.tries_to_enrol(ticket);
        assert_eq!(answer.status, 303, "{}", answer.body);
    }

    /// Sends the form of an enrolment; what the page answers.
    pub fn tries_to_enrol(&mut self, ticket: &str) -> Answer {
        self.say("online");
        self.door.learn_csrf("/start");
        let form = [("ticket", ticket), ("pin", PIN), ("again", PIN)];
        let answer = self.door.post("/start", &form).unwrap();
        self.say("offline");
        answer
    }

    /// Unlocks an officer.
    pub fn unlock(&mut self, officer: &str) {
        self.door.learn_csrf("/unlock");
        let form = [("officer", officer), ("pin", PIN)];
        let answer = self.door.post("/unlock", &form).unwrap();
        assert_eq!(answer.status, 303, "{}", answer.body);
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and waits until nothing of it is left.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGKILL where it stands, and waits until nothing of it is left.
    pub fn dies(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn kill_at_once(&mut self) {
        self.child.kill().unwrap();
    }

    /// Ends it as its window does: it locks.
    pub fn quit(mut self) {
        self.say("quit");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // One that was killed already waits for nothing here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Door {
    fn learn_csrf(&mut self, page: &str) {
        let answer = self.get(page).unwrap();
        let (_, rest) = answer
            .body
            .split_once("name=\"csrf\" value=\"")
            .unwrap_or_else(|| panic!("{page} answers {}", answer.status));
        self.csrf = rest.split('"').next().unwrap().to_owned();
    }

    pub fn get(&self, path: &str) -> Option<Answer> {
        self.request("GET", path, "", &[])
    }

    /// Posts a form; `None` when no whole answer came.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let mut body = String::new();
        for (name, value) in fields.iter().chain(&[("csrf", self.csrf.as_str())]) {
            if !body.is_empty() {
                body.push('&');
            }
            encode(name, &mut body);
            body.push('=');
            encode(value, &mut body);
        }
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.request("POST", path, kind, body.as_bytes())
    }

    /// Posts a photo; `None` when no whole answer came.
    pub fn photo(&self, record: &str, caption: &str, bytes: &[u8]) -> Option<Answer> {
        let mut body = Vec::new();
        let fields = [
            ("csrf", self.csrf.as_str()),
            ("role", "overall"),
            ("source", "camera"),
            ("caption", caption),
        ];
        for (name, value) in fields {
            body.extend(
                format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        body.extend(
            b"--b0undary\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n",
        );
        body.extend(bytes);
        body.extend(b"\r\n--b0undary--\r\n");
        let kind = "Content-Type: multipart/form-data; boundary=b0undary\r\n";
        self.request("POST", &format!("{record}/photos"), kind, &body)
    }

    /// Posts a form that is answered with a file; its bytes.
    pub fn download(&self, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let Self {
            address,
            cookie,
            csrf,
        } = self;
        let mut body = String::from("csrf=");
        encode(csrf, &mut body);
        for (name, value) in fields {
            body.push('&');
            encode(name, &mut body);
            body.push('=');
            encode(value, &mut body);
        }
        // In the older version of HTTP the end of the line is the end of the file.
        let head = format!(
            "POST {path} HTTP/1.0\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut line = TcpStream::connect(address).unwrap();
        line.write_all(head.as_bytes()).unwrap();
        line.write_all(body.as_bytes()).unwrap();
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        assert!(head.contains("attachment; filename="), "{head}");
        answer.split_off(end)
    }

    /// Posts a file.
    pub fn upload(&self, path: &str, name: &str, bytes: &[u8]) -> Answer {
        let csrf = &self.csrf;
        let mut body = format!(
            "--b0undary\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
             --b0undary\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\n\r\n"
        )
        .into_bytes();
        body.extend(bytes);
        body.extend(b"\r\n--b0undary--\r\n");
        let kind = "Content-Type: multipart/form-data; boundary=b0undary\r\n";
        self.request("POST", path, kind, &body).unwrap()
    }

    fn request(&self, method: &str, path: &str, more: &str, body: &[u8]) -> Option<Answer> {
        let Self {
            address, cookie, ..
        } = self;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Cookie: {cookie}\r\n{more}Content-Length: {}\r\n",
            body.len()
        );
        let (head, body) = ask(*address, &head, body)?;
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().ok()?,
            location: head
                .lines()
                .find_map(|line| line.strip_prefix("location: "))
                .map(str::to_owned),
            body,
        })
    }
}

/// Head and body of an answer, as long as its length says; `None` when it was cut.
fn ask(address: SocketAddr, head: &str, body: &[u8]) -> Option<(String, String)> {
    let mut line = TcpStream::connect(address).ok()?;
    line.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    line.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())
        .ok()?;
    line.write_all(body).ok()?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).ok()?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(Some(0), |it| it.trim().parse::<usize>().ok())?;
    (body.len() >= length).then(|| (head.to_owned(), body.to_owned()))
}

fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            into.push(char::from(byte));
        } else {
            write!(into, "%{byte:02X}").unwrap();
        }
    }
}
