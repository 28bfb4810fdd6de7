//! A court of a few lines: it takes journals and evidence as the wire says, and can be told to answer
//! otherwise.

use super::http::{Handler, Reply, Request};
use super::phone::{JOURNAL, SERVER, court_key, phone_key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard};
use waiqin_protocol::ids::{EvidenceHash, Link};
use waiqin_protocol::journal::{
    Chain, ChallengeAnswer, Checkpoint, EvidenceReceipt, Head, JournalReceipt, LogPosition, Signed,
};
use waiqin_protocol::suite::{Signer, sha256};
use waiqin_protocol::wire::hello::Limits;

pub const TOKEN: &str = "token-of-the-test";

/// What happens to the next request of a path.
#[derive(Clone, Debug)]
pub enum Twist {
    /// This is answered instead, and nothing is done.
    Instead(Reply),
    /// It is done, and the answer is changed.
    Changed(fn(Reply) -> Reply),
    /// It is done, and only so many bytes of the answer are sent.
    Cut(usize),
    /// The connection closes after so many bytes of the request's body.
    ReadOnly(usize),
    /// Nothing is ever answered.
    Silence,
    /// As ever.
    Nothing,
}

#[derive(Default)]
pub struct Upload {
    pub hash: Option<EvidenceHash>,
    pub length: usize,
    pub bytes: Vec<u8>,
}

#[derive(Default)]
pub struct State {
    pub entries: Vec<Vec<u8>>,
    pub links: Vec<Link>,
    pub pieces: Vec<usize>,
    pub announced: u64,
    pub log: u64,
    pub receipt: Option<Signed<JournalReceipt>>,
    pub tokens: BTreeSet<String>,
    pub uploads: BTreeMap<String, Upload>,
    pub created: usize,
    pub evidence: BTreeMap<EvidenceHash, Vec<u8>>,
    /// Bytes of uploads that came, again or not.
    pub upload_bytes: usize,
    /// Lines put before the last one of an answer to sync.
    pub lines: Vec<Value>,
    pub more: bool,
    pub requests: Vec<Request>,
    pub twists: BTreeMap<&'static str, VecDeque<Twist>>,
}

pub struct Court {
    pub limits: Limits,
    state: Mutex<State>,
}

impl Court {
    pub fn new() -> Self {
        Self {
            limits: Limits::default(),
            state: Mutex::new(State::default()),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn twist(&self, path: &'static str, twist: Twist) {
        self.state()
            .twists
            .entry(path)
            .or_default()
            .push_back(twist);
    }

    /// Paths asked for, without the front, in order.
    pub fn paths(&self) -> Vec<String> {
        let short = |it: &Request| {
            let path = it.path.trim_start_matches("/api/v1/");
            let path = if path.starts_with("evidence/u") {
                "evidence/upload"
            } else {
                path
            };
            format!("{} {path}", it.method)
        };
        self.state().requests.iter().map(short).collect()
    }
}

pub fn refusal(status: u16, code: &str, challenge: Option<&str>) -> Reply {
    let mut problem = json!({ "code": code, "zh": "原因", "en": "reason" });
    if let Some(challenge) = challenge {
        problem["challenge"] = json!(challenge);
    }
    Reply::new(
        status,
        "application/json",
        json!({ "problem": problem }).to_string(),
    )
}

fn position(number: u64) -> LogPosition {
    LogPosition {
        link: Link::from_bytes(sha256(&number.to_be_bytes())),
        number,
    }
}

impl Handler for Court {
    fn read_only(&self, request: &Request) -> Option<usize> {
        let mut state = self.state();
        let twists = state.twists.get_mut(key_of(request))?;
        match twists.front() {
            Some(Twist::ReadOnly(bytes)) => {
                let bytes = *bytes;
                twists.pop_front();
                Some(bytes)
            }
            _ => None,
        }
    }

    fn cut(&self, request: &Request) {
        let mut state = self.state();
        state.requests.push(request.clone());
        if request.method == "PATCH" {
            self.take_bytes(&mut state, request);
        }
    }

    fn answer(&self, request: &Request) -> Reply {
        let mut state = self.state();
        state.requests.push(request.clone());
        let key = key_of(request);
        let twist = state.twists.get_mut(key).and_then(VecDeque::pop_front);
        match twist {
            Some(Twist::Instead(reply)) => reply,
            Some(Twist::Changed(change)) => change(self.work(&mut state, request)),
            Some(Twist::Cut(bytes)) => self.work(&mut state, request).cut_at(bytes),
            Some(Twist::Silence) => {
                let mut reply = Reply::new(200, "", "");
                reply.silent = true;
                reply
            }
            Some(Twist::ReadOnly(_) | Twist::Nothing) | None => self.work(&mut state, request),
        }
    }
}

fn key_of(request: &Request) -> &'static str {
    match (
        request.method.as_str(),
        request.path.trim_start_matches("/api/v1/"),
    ) {
        ("GET", "hello") => "hello",
        ("POST", "session") => "session",
        ("POST", "sync") => "sync",
        ("POST", "evidence/status") => "status",
        ("POST", "evidence") => "create",
        ("HEAD", _) => "head",
        ("PATCH", _) => "patch",
        _ => "other",
    }
}

impl Court {
    fn work(&self, state: &mut State, request: &Request) -> Reply {
        let key = key_of(request);
        let token = request
            .header("authorization")
            .and_then(|it| it.strip_prefix("Bearer "));
        let open = matches!(key, "hello" | "session");
        if !open && !token.is_some_and(|token| state.tokens.contains(token)) {
            return refusal(401, "unauthorised", Some("challenge-of-401"));
        }
        match key {
            "hello" => self.hello(),
            "session" => session(state, request),
            "sync" => self.sync(state, request),
            "status" => status(state, request),
            "create" => self.create(state, request),
            "head" => head(state, request),
            "patch" => self.take_bytes(state, request),
            _ => refusal(404, "not_found", None),
        }
    }

    fn hello(&self) -> Reply {
        let hello = json!({
            "challenge": "challenge-of-hello",
            "court": "南沙区人民法院",
            "key": court_key().public_key(),
            "limits": self.limits,
            "server": SERVER,
            "versions": [1],
        });
        Reply::new(200, "application/json", hello.to_string())
    }

    fn sync(&self, state: &mut State, request: &Request) -> Reply {
        let body = match request.header("content-encoding") {
            Some("zstd") => zstd::stream::decode_all(&*request.body).unwrap(),
            Some(other) => panic!("encoding {other}"),
            None => {
                assert!(request.body.len() < 1024, "a long body is compressed");
                request.body.clone()
            }
        };
        let mut lines = body.split(|byte| *byte == b'\n');
        let head: Value = serde_json::from_slice(lines.next().unwrap()).unwrap();
        let head = &head["head"];
        if let Some(checkpoint) = head.get("checkpoint") {
            state.announced = checked(checkpoint).seq;
        }
        let from: Head = serde_json::from_value(head["from"].clone()).unwrap();
        let mut chain = Chain::after(from);
        let mut piece: Vec<(Vec<u8>, Head)> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            if line.starts_with(b"{\"gap\"") {
                let line: Value = serde_json::from_slice(line).unwrap();
                let gap = &line["gap"];
                assert_eq!(
                    gap["from"],
                    chain.head().seq + 1,
                    "a gap follows what was sent"
                );
                let head: Head =
                    serde_json::from_value(json!({"link": gap["link"], "seq": gap["to"]})).unwrap();
                for seq in chain.head().seq + 1..=head.seq {
                    let link = if seq == head.seq {
                        head.link
                    } else {
                        Link::ZERO
                    };
                    piece.push((b"lost".to_vec(), Head { link, seq }));
                }
                chain = Chain::after(head);
                continue;
            }
            if !line.starts_with(b"{\"checkpoint\"") {
                chain.push(line);
                piece.push((line.to_vec(), chain.head()));
                continue;
            }
            let line: Value = serde_json::from_slice(line).unwrap();
            let checkpoint = checked(&line["checkpoint"]);
            assert_eq!(
                checkpoint.seq,
                chain.head().seq,
                "a piece ends at its checkpoint"
            );
            assert_eq!(checkpoint.link, chain.head().link);
            take_piece(state, std::mem::take(&mut piece), &self.limits);
        }
        assert!(piece.is_empty(), "entries without a checkpoint");
        self.answer_sync(state, head, from)
    }

    fn answer_sync(&self, state: &mut State, head: &Value, from: Head) -> Reply {
        let mut lines = Vec::new();
        let seq = state.entries.len() as u64;
        if seq > from.seq {
            let link = *state.links.last().unwrap();
            lines.push(json!({"standing": {"head": {"link": link, "seq": seq}, "heads": "same"}}));
            lines.push(json!({"receipt": state.receipt}));
            lines.push(
                json!({"verdicts": [{"from": from.seq + 1, "number": 1, "to": seq, "verdict": "accepted"}]}),
            );
        }
        if head["limits"] != json!(self.limits.version) {
            lines.push(json!({"limits": self.limits}));
        }
        lines.append(&mut state.lines);
        let end = json!({"cursor": format!("c{}", state.log), "more": state.more,
            "position": position(state.log)});
        state.more = false;
        lines.push(json!({"end": end}));
        let mut body: Vec<u8> = lines
            .iter()
            .flat_map(|line| format!("{line}\n").into_bytes())
            .collect();
        let reply = Reply::new(200, "application/x-ndjson", Vec::new());
        if body.len() < 1024 {
            return Reply { body, ..reply };
        }
        body = zstd::bulk::compress(&body, 3).unwrap();
        Reply {
            body,
            ..reply.with("content-encoding", "zstd")
        }
    }

    fn create(&self, state: &mut State, request: &Request) -> Reply {
        let metadata = request
            .header("upload-metadata")
            .unwrap()
            .strip_prefix("sha256 ")
            .unwrap();
        let hash = String::from_utf8(BASE64.decode(metadata).unwrap()).unwrap();
        state.created += 1;
        let id = format!("u{}", state.created);
        let length = request.header("upload-length").unwrap().parse().unwrap();
        let upload = Upload {
            hash: Some(hash.parse().unwrap()),
            length,
            bytes: Vec::new(),
        };
        state.uploads.insert(id.clone(), upload);
        let mut reply = tus(201).with("location", format!("/api/v1/evidence/{id}"));
        if !request.body.is_empty() {
            let first = Request {
                path: format!("/api/v1/evidence/{id}"),
                headers: [
                    request.headers.clone(),
                    vec![("upload-offset".into(), "0".into())],
                ]
                .concat(),
                ..request.clone()
            };
            let taken = self.take_bytes(state, &first);
            if taken.status != 204 {
                return taken;
            }
            reply.headers.extend(
                taken
                    .headers
                    .into_iter()
                    .filter(|(name, _)| name == "upload-offset"),
            );
        }
        reply
    }

    fn take_bytes(&self, state: &mut State, request: &Request) -> Reply {
        let id = request.path.rsplit('/').next().unwrap().to_owned();
        let Some(upload) = state.uploads.get_mut(&id) else {
            return refusal(404, "no_upload", None);
        };
        let offset: usize = request.header("upload-offset").unwrap().parse().unwrap();
        if offset != upload.bytes.len() {
            return refusal(409, "offset", None);
        }
        let sum = request
            .header("upload-checksum")
            .unwrap()
            .strip_prefix("sha256 ")
            .unwrap();
        if request.whole && sum != BASE64.encode(sha256(&request.body)) {
            return refusal(460, "checksum", None);
        }
        state.upload_bytes += request.body.len();
        upload.bytes.extend_from_slice(&request.body);
        assert!(upload.bytes.len() <= upload.length);
        let now = upload.bytes.len();
        if now == upload.length {
            let hash = upload.hash.unwrap();
            if *hash.as_bytes() != sha256(&upload.bytes) {
                state.uploads.remove(&id);
                return refusal(422, "hash_mismatch", None);
            }
            let upload = state.uploads.remove(&id).unwrap();
            state.evidence.insert(hash, upload.bytes);
        }
        tus(204).with("upload-offset", now)
    }
}

fn tus(status: u16) -> Reply {
    let mut reply = Reply::new(status, "", "").with("tus-resumable", "1.0.0");
    reply.headers.remove(0);
    reply
}

fn checked(checkpoint: &Value) -> Checkpoint {
    let signed: Signed<Checkpoint> = serde_json::from_value(checkpoint.clone()).unwrap();
    signed.verify(&phone_key().public_key()).unwrap();
    signed.body
}

fn take_piece(state: &mut State, piece: Vec<(Vec<u8>, Head)>, limits: &Limits) {
    let bytes: usize = piece.iter().map(|(entry, _)| entry.len() + 1).sum();
    assert!(
        bytes as u64 <= limits.piece_bytes_max && piece.len() as u64 <= limits.piece_entries_max
    );
    state.pieces.push(piece.len());
    for (entry, head) in piece {
        let at = usize::try_from(head.seq).unwrap() - 1;
        if at < state.entries.len() {
            assert_eq!(state.links[at], head.link, "a fork");
        } else {
            assert_eq!(at, state.entries.len(), "a gap");
            state.entries.push(entry);
            state.links.push(head.link);
        }
    }
    state.log += 1;
    state.receipt = Some(receipt(
        state.entries.len() as u64,
        *state.links.last().unwrap(),
        state.log,
    ));
}

pub fn receipt(seq: u64, link: Link, log: u64) -> Signed<JournalReceipt> {
    let body = JournalReceipt {
        at: 1_562_027_400_000,
        journal: JOURNAL,
        link,
        position: position(log),
        seq,
        server: SERVER,
    };
    Signed::sign(body, &court_key()).unwrap()
}

pub fn evidence_receipt(hash: EvidenceHash, length: u64) -> Signed<EvidenceReceipt> {
    let body = EvidenceReceipt {
        at: 1_562_027_400_000,
        hash,
        journal: JOURNAL,
        length,
        position: position(7),
        server: SERVER,
    };
    Signed::sign(body, &court_key()).unwrap()
}

fn session(state: &mut State, request: &Request) -> Reply {
    let asked: Value = serde_json::from_slice(&request.body).unwrap();
    let answer: Signed<ChallengeAnswer> = serde_json::from_value(asked["answer"].clone()).unwrap();
    answer.verify(&phone_key().public_key()).unwrap();
    assert!(answer.body.challenge.starts_with("challenge-of-"));
    let token = format!("{TOKEN}-{}", state.requests.len());
    state.tokens.insert(token.clone());
    let answer = json!({"expires": 1_562_100_000_000i64, "token": token});
    Reply::new(200, "application/json", answer.to_string())
}

fn status(state: &mut State, request: &Request) -> Reply {
    let asked: Value = serde_json::from_slice(&request.body).unwrap();
    let items: Vec<Value> = asked["hashes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| {
            let hash: EvidenceHash = serde_json::from_value(hash.clone()).unwrap();
            match state.evidence.get(&hash) {
                Some(bytes) => json!({"hash": hash, "state": "received",
                    "receipt": evidence_receipt(hash, bytes.len() as u64)}),
                None => json!({"hash": hash, "state": "unknown"}),
            }
        })
        .collect();
    Reply::new(
        200,
        "application/json",
        json!({ "items": items }).to_string(),
    )
}

fn head(state: &mut State, request: &Request) -> Reply {
    let id = request.path.rsplit('/').next().unwrap();
    match state.uploads.get(id) {
        Some(upload) => tus(200).with("upload-offset", upload.bytes.len()),
        None => tus(404),
    }
}
