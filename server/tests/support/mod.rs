//! The real server binary, and a phone as small as one can be: it shares the wire types with the
//! server and nothing else.
#![allow(dead_code, reason = "each test uses its part of it")]

pub mod desk;

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use waiqin_protocol::ids::{
    BootId, DeviceId, EntryHash, EvidenceHash, JournalId, OfficerId, ServerId, SubjectId,
};
use waiqin_protocol::journal::{
    Act, At, CaseRef, Chain, ChallengeAnswer, Change, Checkpoint, Entry, Evidence, EvidenceRole,
    EvidenceSource, Head, JournalCause, JournalReceipt, LogPosition, Signed, entry_hash,
};
use waiqin_protocol::record::Record;
use waiqin_protocol::suite::{Ed25519Signer, PublicKey, SUITE, Signer, sha256};
use waiqin_protocol::wire::evidence::StatusAnswer;
use waiqin_protocol::wire::hello::Hello;
use waiqin_protocol::wire::sync::{DownLine, EndSaid, Standing, SyncHead, UpLine, VerdictRun};

/// A data folder and the server that runs in it.
pub struct Server {
    pub data: PathBuf,
    pub http: String,
    pub https: Option<String>,
    pub tls_pin: Option<String>,
    child: Child,
    _dir: Option<tempfile::TempDir>,
}

/// Runs a command of the server and returns what it printed. Panics when it fails.
pub fn run(data: &Path, args: &[&str]) -> String {
    let output = command(data, args).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{args:?}: {error}{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that has to fail, and returns what it said of it.
pub fn refused(data: &Path, args: &[&str]) -> String {
    let output = command(data, args).output().unwrap();
    assert!(!output.status.success(), "{args:?} did not fail");
    String::from_utf8(output.stderr).unwrap()
}

/// Runs a command to its end, however it ends: (status, stdout, stderr).
pub fn outcome(data: &Path, args: &[&str]) -> (i32, String, String) {
    let output = command(data, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

pub fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waiqin-server"));
    command
        .args(args)
        .arg("--data")
        .arg(data)
        .env_remove("WAIQIN_DATABASE");
    // A file beside the court's folder names the database of a test that runs on PostgreSQL.
    if let Ok(url) = std::fs::read_to_string(data.with_extension("database")) {
        command.env("WAIQIN_DATABASE", url);
    }
    command
}

/// The PostgreSQL server that tests may use, if there is one.
pub fn postgres() -> Option<String> {
    std::env::var("WAIQIN_TEST_POSTGRES").ok()
}

/// Says on the terminal what was not run and how to run it; where everything must run it fails.
pub fn skipped(what: &str, how: &str) {
    use std::io::Write;
    assert!(
        std::env::var_os("WAIQIN_TEST_ALL").is_none(),
        "{what} was skipped: set {how}"
    );
    // `println!` is captured by the test harness.
    let _ = writeln!(std::io::stderr(), "skipped: {what}; set {how}");
}

/// The URL of a new schema of its own on that server.
async fn new_schema(url: &str) -> String {
    use sqlx::Connection;
    sqlx::any::install_default_drivers();
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).unwrap();
    let schema = format!("story_{}", hex::encode(bytes));
    let mut connection = sqlx::AnyConnection::connect(url).await.unwrap();
    let make = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
    sqlx::query(make).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}options=-csearch_path%3D{schema}")
}

impl Server {
    /// A new court with the officers `wang` and `li`, being served.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(flags: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), flags)
    }

    /// A new court on PostgreSQL.
    pub async fn start_on_postgres(url: &str, flags: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("court.database"), new_schema(url).await).unwrap();
        Self::start_in(dir, flags)
    }

    fn start_in(dir: tempfile::TempDir, flags: &[&str]) -> Self {
        let data = dir.path().join("court");
        run(&data, &["init", "--court", "某法院", "--code", "粤0115"]);
        for (login, list_name) in [("wang", "王法官"), ("li", "李法官")] {
            run(
                &data,
                &[
                    "user",
                    "add",
                    "--login",
                    login,
                    "--name",
                    "某人",
                    "--list-name",
                    list_name,
                    "--role",
                    "officer",
                ],
            );
        }
        let mut server = Self::serve(&data, flags);
        server._dir = Some(dir);
        server
    }

    /// Serves a folder that is there.
    pub fn serve(data: &Path, flags: &[&str]) -> Self {
        Self::serve_as(data, flags, |command| {
            command.stderr(if std::env::var_os("WAIQIN_TEST_LOG").is_some() {
                Stdio::inherit()
            } else {
                Stdio::null()
            });
        })
    }

    /// The same, with a word on the process before it starts.
    pub fn serve_as(data: &Path, flags: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let mut args = vec!["serve", "--listen", "127.0.0.1:0"];
        args.extend(flags);
        let mut command = command(data, &args);
        prepare(&mut command);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| ready[name].as_str().map(str::to_owned);
        Self {
            data: data.to_owned(),
            http: format!("http://{}", text("http").unwrap()),
            https: text("https").map(|address| format!("https://{address}")),
            tls_pin: text("tls_pin"),
            child,
            _dir: None,
        }
    }

    /// kill -9.
    pub fn crash(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// kill -9, then serves again on another port.
    pub fn crash_and_serve_again(&mut self) {
        self.crash();
        let mut again = Self::serve(&self.data, &[]);
        again._dir = self._dir.take();
        *self = again;
    }

    /// Ends it as a service manager does; it must end cleanly.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success());
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The report of `verify`, which must be good.
    pub fn verified(&self) -> Value {
        let report: Value = serde_json::from_str(&run(&self.data, &["verify", "--json"])).unwrap();
        assert_eq!(report["ok"], true, "{report}");
        report
    }

    /// A one-time code for an officer: (code, officer).
    pub fn code(&self, login: &str) -> (String, OfficerId) {
        let said = run(&self.data, &["device", "code", "--login", login, "--json"]);
        let said: Value = serde_json::from_str(&said).unwrap();
        let officer = said["officer"].as_str().unwrap().parse().unwrap();
        (said["code"].as_str().unwrap().to_owned(), officer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn client() -> reqwest::Client {
    // A second installation in one process: the first holds.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .no_proxy()
        // A line that was idle may be closed by the server in the moment in which it is used again.
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

/// A phone: one journal in memory.
pub struct Phone {
    pub client: reqwest::Client,
    pub url: String,
    pub signer: Ed25519Signer,
    pub journal: JournalId,
    pub officer: OfficerId,
    pub server: ServerId,
    pub server_key: PublicKey,
    pub token: String,
    pub entries: Vec<Vec<u8>>,
    pub receipt: Option<Signed<JournalReceipt>>,
    pub cursor: Option<String>,
}

/// What a sync was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub encoding: Option<String>,
    pub bytes: usize,
    pub lines: Vec<DownLine>,
    /// Bytes of the entries of others, as they follow their pages.
    pub others: Vec<Vec<u8>>,
    pub problem: Option<Value>,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.problem
            .as_ref()
            .map_or("", |problem| problem["code"].as_str().unwrap())
    }

    pub fn standing(&self) -> Standing {
        let found = self.lines.iter().find_map(|line| {
            if let DownLine::Standing(standing) = line {
                Some(*standing)
            } else {
                None
            }
        });
        found.unwrap_or_else(|| panic!("no standing in {self:?}"))
    }

    pub fn receipt(&self) -> Option<Signed<JournalReceipt>> {
        self.lines.iter().find_map(|line| {
            if let DownLine::Receipt(receipt) = line {
                Some((**receipt).clone())
            } else {
                None
            }
        })
    }

    pub fn verdicts(&self) -> Vec<VerdictRun> {
        self.lines
            .iter()
            .find_map(|line| {
                if let DownLine::Verdicts(runs) = line {
                    Some(runs.clone())
                } else {
                    None
                }
            })
            .unwrap_or_default()
    }

    pub fn end(&self) -> EndSaid {
        match self.lines.last() {
            Some(DownLine::End(end)) => end.clone(),
            _ => panic!("the answer was cut: {self:?}"),
        }
    }
}

impl Phone {
    /// Enrols a phone with a code and opens a session.
    pub async fn enrol(server: &Server, login: &str, secret: u8) -> Self {
        let (code, officer) = server.code(login);
        let mut phone = Self::unenrolled(&server.http, officer, secret).await;
        let answer = phone.send_enrolment(&code).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        phone.open_session().await;
        phone
    }

    /// A phone that knows its server and has entry 1.
    pub async fn unenrolled(url: &str, officer: OfficerId, secret: u8) -> Self {
        let client = client();
        let hello: Hello = client
            .get(format!("{url}/api/v1/hello"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let mut phone = Self {
            client,
            url: url.to_owned(),
            signer: Ed25519Signer::from_secret(&[secret; 32]),
            journal: JournalId::from_bytes([secret; 16]),
            officer,
            server: hello.server,
            server_key: hello.key,
            token: String::new(),
            entries: Vec::new(),
            receipt: None,
            cursor: None,
        };
        let opened = Change::JournalOpened {
            cause: JournalCause::Enrolled,
            device: DeviceId::from_bytes([secret; 16]),
            key: phone.signer.public_key(),
            officer,
            parent: None,
            server: hello.server,
            suite: SUITE,
        };
        phone.write(SubjectId::from_bytes([secret; 16]), opened);
        phone
    }

    /// Sends the enrolment: (status, body).
    pub async fn send_enrolment(&self, code: &str) -> (u16, Value) {
        let body = serde_json::json!({
            "code": code,
            "device_name": "某手机",
            "entry": String::from_utf8(self.entries[0].clone()).unwrap(),
        });
        self.post("/api/v1/enrol", &body).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let response = self
            .client
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }

    pub async fn open_session(&mut self) {
        let hello: Hello = self
            .client
            .get(format!("{}/api/v1/hello", self.url))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let answer = ChallengeAnswer {
            challenge: hello.challenge,
            journal: self.journal,
            server: self.server,
        };
        let answer = Signed::sign(answer, &self.signer).unwrap();
        let (status, body) = self
            .post("/api/v1/session", &serde_json::json!({ "answer": answer }))
            .await;
        assert_eq!(status, 200, "{body}");
        self.token = body["token"].as_str().unwrap().to_owned();
    }

    /// Adds an entry to the journal and returns its number.
    pub fn write(&mut self, subject: SubjectId, change: Change) -> u64 {
        self.write_after(subject, None, change)
    }

    /// Adds an entry by an author who had seen another phone's.
    pub fn write_after(
        &mut self,
        subject: SubjectId,
        base: Option<EntryHash>,
        change: Change,
    ) -> u64 {
        let seq = self.entries.len() as u64 + 1;
        let entry = Entry {
            at: At {
                beacon: None,
                boot: BootId::from_bytes([1; 16]),
                mono: i64::try_from(seq).unwrap() * 1000,
                wall: 1_562_027_400_000 + i64::try_from(seq).unwrap(),
            },
            author: self.officer,
            base,
            beacon: None,
            change,
            journal: self.journal,
            seq,
            subject,
            v: 1,
        };
        self.entries.push(entry.to_bytes().unwrap());
        seq
    }

    /// Opens a record about a case.
    pub fn open_record(&mut self, subject: u8, typed: &str, normal: Option<&str>) -> SubjectId {
        let subject = SubjectId::from_bytes([subject; 16]);
        let values = [(
            "place".to_owned().try_into().unwrap(),
            waiqin_protocol::canonical::Value::from("某路某号"),
        )];
        self.write(
            subject,
            Change::RecordOpened {
                act: Act::Investigation,
                case: CaseRef {
                    id: None,
                    normal: normal.map(str::to_owned),
                    pending: false,
                    typed: typed.to_owned(),
                },
                values: values.into_iter().collect(),
            },
        );
        subject
    }

    /// Opens one of many records.
    pub fn open_record_numbered(&mut self, n: u32) {
        let mut id = [9; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        let change = Change::RecordOpened {
            act: Act::Investigation,
            case: CaseRef {
                typed: format!("（2019）粤0115执{n}号"),
                ..CaseRef::default()
            },
            values: [(
                "place".to_owned().try_into().unwrap(),
                "某路某号".repeat(20).into(),
            )]
            .into(),
        };
        self.write(SubjectId::from_bytes(id), change);
    }

    /// Seals a record as the phone's newest entries leave it.
    pub fn seal(&mut self, subject: SubjectId) {
        let mut entries = self.entries.iter().filter_map(|bytes| {
            let entry = Entry::from_bytes(bytes).unwrap();
            (entry.subject == subject).then(|| (entry, entry_hash(bytes)))
        });
        let (first, hash) = entries.next().unwrap();
        let mut record = Record::open(&first, hash).unwrap();
        for (entry, hash) in entries {
            record.apply(&entry, hash);
        }
        let change = Change::Sealed {
            body: record.body().document().unwrap(),
            covers: record.covers(),
            findings: Vec::new(),
            overrides: Vec::new(),
        };
        self.write(subject, change);
    }

    /// Names evidence in a record.
    pub fn name_evidence(&mut self, subject: SubjectId, bytes: &[u8]) -> EvidenceHash {
        self.name_evidence_hashed(subject, sha256(bytes), bytes.len() as u64)
    }

    pub fn name_evidence_hashed(
        &mut self,
        subject: SubjectId,
        hash: [u8; 32],
        length: u64,
    ) -> EvidenceHash {
        let hash = EvidenceHash::from_bytes(hash);
        let evidence = Evidence {
            caption: None,
            fix: None,
            hash,
            height: None,
            how: None,
            item: None,
            length,
            media: None,
            name: "门牌 1.jpg".into(),
            role: EvidenceRole::Overall,
            source: EvidenceSource::Camera,
            taken: None,
            width: None,
        };
        self.write(
            subject,
            Change::EvidenceAdded {
                evidence: Box::new(evidence),
            },
        );
        hash
    }

    /// The head after the first `n` entries.
    pub fn head_at(&self, n: usize) -> Head {
        let mut chain = Chain::default();
        for entry in &self.entries[..n] {
            chain.push(entry);
        }
        chain.head()
    }

    pub fn end(&self) -> Head {
        self.head_at(self.entries.len())
    }

    /// How far receipts go.
    pub fn from(&self) -> Head {
        let receipt = self.receipt.as_ref().map(|receipt| &receipt.body);
        receipt.map_or(Head::START, |body| Head {
            link: body.link,
            seq: body.seq,
        })
    }

    pub fn checkpoint(&self, head: Head) -> Signed<Checkpoint> {
        let body = Checkpoint {
            beacon: None,
            journal: self.journal,
            link: head.link,
            seq: head.seq,
            server: self.server,
        };
        Signed::sign(body, &self.signer).unwrap()
    }

    pub fn sync_head(&self) -> SyncHead {
        let new = self.end() != self.from();
        SyncHead {
            beacon: false,
            checkpoint: new.then(|| self.checkpoint(self.end())),
            compare: None,
            cursor: self.cursor.clone(),
            from: self.from(),
            journal: self.journal,
            limits: 1,
            position: self.position(),
        }
    }

    pub fn position(&self) -> Option<LogPosition> {
        self.receipt.as_ref().map(|receipt| receipt.body.position)
    }

    /// The body of a sync: a head, then the entries after its `from` in pieces of `piece`.
    pub fn body(&self, head: SyncHead, piece: usize) -> Vec<u8> {
        let from = usize::try_from(head.from.seq).unwrap();
        let mut body = Vec::new();
        line(&mut body, &UpLine::Head(Box::new(head)));
        let mut done = from.min(self.entries.len());
        for entries in self.entries[done..].chunks(piece) {
            for entry in entries {
                body.extend(entry);
                body.push(b'\n');
            }
            done += entries.len();
            line(
                &mut body,
                &UpLine::Checkpoint(self.checkpoint(self.head_at(done))),
            );
        }
        body
    }

    /// Sends a body of sync as it is.
    pub async fn send(&self, body: Vec<u8>, encoding: Option<&str>) -> Answer {
        self.try_send(body, encoding).await.unwrap()
    }

    /// The same, where the server may go away meanwhile.
    pub async fn try_send(&self, body: Vec<u8>, encoding: Option<&str>) -> reqwest::Result<Answer> {
        let mut request = self
            .client
            .post(format!("{}/api/v1/sync", self.url))
            .bearer_auth(&self.token)
            .header("accept-encoding", "zstd")
            .body(body);
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        try_read_answer(request.send().await?).await
    }

    /// A whole sync, after which the phone knows what it was told.
    pub async fn sync(&mut self) -> Answer {
        let answer = self.send(self.body(self.sync_head(), 1000), None).await;
        self.learn(&answer);
        answer
    }

    pub fn learn(&mut self, answer: &Answer) {
        if let Some(receipt) = answer.receipt() {
            receipt.verify(&self.server_key).unwrap();
            assert_eq!(receipt.body.journal, self.journal);
            let n = usize::try_from(receipt.body.seq).unwrap();
            assert_eq!(receipt.body.link, self.head_at(n).link);
            let shrank = receipt.body.seq < self.from().seq;
            assert!(!shrank, "an acknowledgement shrank");
            self.receipt = Some(receipt);
        }
        if answer.status == 200
            && let Some(cursor) = answer.end().cursor
        {
            self.cursor = Some(cursor);
        }
    }

    pub async fn status(&self, hash: EvidenceHash) -> StatusAnswer {
        let body = serde_json::json!({ "hashes": [hash] });
        let (status, answer) = self.post("/api/v1/evidence/status", &body).await;
        assert_eq!(status, 200, "{answer}");
        serde_json::from_value(answer).unwrap()
    }

    /// A request of the upload protocol.
    pub fn tus(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .header("tus-resumable", "1.0.0")
    }

    pub fn creation(&self, hash: &str, length: u64) -> reqwest::RequestBuilder {
        use base64::Engine as _;
        let hash = base64::engine::general_purpose::STANDARD.encode(hash);
        self.tus("POST", "/api/v1/evidence")
            .header("upload-length", length)
            .header("upload-metadata", format!("sha256 {hash}"))
    }

    /// Begins an upload and returns its path.
    pub async fn create(&self, bytes: &[u8]) -> String {
        let hash = hex::encode(sha256(bytes));
        let response = self
            .creation(&hash, bytes.len() as u64)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 201);
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    pub async fn patch(&self, path: &str, offset: u64, bytes: &[u8]) -> reqwest::Response {
        self.tus("PATCH", path)
            .header("upload-offset", offset)
            .header("content-type", "application/offset+octet-stream")
            .body(bytes.to_vec())
            .send()
            .await
            .unwrap()
    }

    pub async fn offset(&self, path: &str) -> Option<u64> {
        let response = self.tus("HEAD", path).send().await.unwrap();
        let offset = response.headers().get("upload-offset")?;
        offset.to_str().unwrap().parse().ok()
    }
}

pub fn line(body: &mut Vec<u8>, line: &UpLine) {
    serde_json::to_writer(&mut *body, line).unwrap();
    body.push(b'\n');
}

pub async fn read_answer(response: reqwest::Response) -> Answer {
    try_read_answer(response).await.unwrap()
}

async fn try_read_answer(response: reqwest::Response) -> reqwest::Result<Answer> {
    let status = response.status().as_u16();
    let encoding = response
        .headers()
        .get("content-encoding")
        .map(|v| v.to_str().unwrap().to_owned());
    let bytes = response.bytes().await?;
    let mut answer = Answer {
        status,
        encoding,
        bytes: bytes.len(),
        lines: Vec::new(),
        others: Vec::new(),
        problem: None,
    };
    let text = match answer.encoding.as_deref() {
        Some("zstd") => zstd::stream::decode_all(&bytes[..]).unwrap(),
        _ => bytes.to_vec(),
    };
    if status == 200 {
        // The bytes of the entries that a page announces follow its line.
        let mut announced = 0;
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            if announced > 0 {
                announced -= 1;
                answer.others.push(line.to_vec());
                continue;
            }
            let line = serde_json::from_slice(line).unwrap();
            if let DownLine::Page(page) = &line {
                announced = page.entries.len();
            }
            if let DownLine::Refetched(again) = &line {
                announced = again.entries.len();
            }
            answer.lines.push(line);
        }
    } else {
        let body: Value = serde_json::from_slice(&text).unwrap();
        for lang in ["zh", "en"] {
            assert!(
                !body["problem"][lang].as_str().unwrap().is_empty(),
                "{body}"
            );
        }
        answer.problem = Some(body["problem"].clone());
    }
    Ok(answer)
}
