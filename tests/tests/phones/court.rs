//! A real court on this machine, and what its phones do.

use crate::host::{self, Host};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Court {
    child: Child,
    data: PathBuf,
    ready: Value,
}

impl Court {
    pub fn open(data: &Path) -> Self {
        server(data, &["init", "--court", "某法院", "--code", "粤0115"]);
        let user = [
            "user",
            "add",
            "--login",
            "wang",
            "--name",
            "王某",
            "--list-name",
            "王某",
            "--role",
            "officer",
        ];
        server(data, &user);
        Self::serve(data)
    }

    /// Serves a folder that is there.
    pub fn serve(data: &Path) -> Self {
        let listen = ["--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"];
        let mut child = Command::new(program())
            .arg("serve")
            .args(listen)
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self {
            child,
            data: data.to_owned(),
            ready,
        }
    }

    /// Its folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where it listens: `http` or `https`.
    pub fn address(&self, scheme: &str) -> SocketAddr {
        self.ready[scheme].as_str().unwrap().parse().unwrap()
    }

    /// kill -9.
    pub fn crash(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Brings in a list of one case, （2019）粤0115执100号, of the officer.
    pub fn import(&self) {
        let list = self.data.join("list.csv");
        let text = "案件标识,案号,立案日期,案由,申请执行人,被执行人,承办人\n\
                    1001,（2019）粤0115执100号,2019-01-02,买卖合同纠纷,某公司,李某,王某\n";
        std::fs::write(&list, text).unwrap();
        server(&self.data, &["import", list.to_str().unwrap()]);
    }

    /// A ticket for loopback, and the officer's id.
    pub fn ticket(&self) -> (String, String) {
        self.ticket_to(&format!("http://{}", self.address("http")), None)
    }

    /// A ticket for a line to it with the key that is pinned, and the officer's id.
    pub fn ticket_to(&self, url: &str, pin: Option<&str>) -> (String, String) {
        self.ticket_of("wang", url, pin)
    }

    /// The same for any officer.
    pub fn ticket_of(&self, login: &str, url: &str, pin: Option<&str>) -> (String, String) {
        let said = server(&self.data, &["device", "code", "--login", login, "--json"]);
        let said: Value = serde_json::from_str(&said).unwrap();
        let text = said["ticket"].as_str().unwrap();
        let json = BASE64
            .decode(text.strip_prefix("waiqin1:").unwrap())
            .unwrap();
        let mut ticket: Value = serde_json::from_slice(&json).unwrap();
        ticket["url"] = url.into();
        ticket.as_object_mut().unwrap().remove("tls");
        if let Some(pin) = pin {
            ticket["tls"] = pin.into();
        }
        let officer = said["officer"].as_str().unwrap().to_owned();
        (
            format!("waiqin1:{}", BASE64.encode(ticket.to_string())),
            officer,
        )
    }

    /// SHA-256 of its TLS key, as tickets carry it.
    pub fn pin(&self) -> String {
        self.ready["tls_pin"].as_str().unwrap().to_owned()
    }

    pub fn verified(&self) -> Value {
        let report: Value =
            serde_json::from_str(&server(&self.data, &["verify", "--json"])).unwrap();
        assert_eq!(report["ok"], true, "{report}");
        report
    }
}

impl Drop for Court {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> PathBuf {
    let program = host::program().with_file_name("waiqin-server");
    assert!(program.exists(), "{} is not built", program.display());
    program
}

/// Runs a command of the server, which must do well, and returns what it said.
pub fn server(data: &Path, args: &[&str]) -> String {
    let (code, said, error) = server_says(data, args);
    assert_eq!(code, 0, "{args:?}: {error}{said}");
    said
}

/// Runs a command of the server to its end, however it ends: status, stdout, stderr.
pub fn server_says(data: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(program())
        .args(args)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// Opens a record with a field of its own, and one with a photo.
pub fn work(phone: &Host, place: &str) -> String {
    let typed = [("typed", "（2019）粤0115执100号")];
    let answer = phone.door.post("/records/new", &typed).unwrap();
    let location = answer.location.unwrap();
    let record = location.split('?').next().unwrap().to_owned();
    let saved = phone
        .door
        .post(&format!("{record}/fields"), &[("place", place)])
        .unwrap();
    assert!(saved.body.contains("\"saved\":true"), "{}", saved.body);
    let photo = phone.door.photo(&record, place, place.as_bytes()).unwrap();
    assert_eq!(photo.status, 303, "{}", photo.body);
    record
}

/// Syncs until nothing is undelivered.
pub fn sync(phone: &mut Host) {
    phone.say("online");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        assert_eq!(phone.door.post("/sync", &[]).unwrap().status, 303);
        std::thread::sleep(Duration::from_millis(300));
        if all_received(phone) {
            phone.say("offline");
            return;
        }
        assert!(Instant::now() < until, "not delivered");
    }
}

/// Whether the phone says that nothing is undelivered.
pub fn all_received(phone: &Host) -> bool {
    let status = phone.door.get("/status").unwrap().body;
    let status: Value = serde_json::from_str(&status).unwrap();
    status["side"] == "法院均已签收"
}
