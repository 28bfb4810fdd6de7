//! A phone of a newer version, made by hand: a journal in memory whose entries this version cannot
//! all read, pushed whole each time.

use crate::dice::Dice;
use crate::office::{Office, case_id, case_number};
use crate::oracle::{Oracle, SeatView};
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use serde_json::Value;
use tower::ServiceExt;
use waiqin_protocol::ids::{BootId, CaseId, DeviceId, JournalId, OfficerId, ServerId, SubjectId};
use waiqin_protocol::journal::{
    Act, At, CaseRef, Chain, ChallengeAnswer, Change, Checkpoint, Entry, Head, JournalCause, Path,
    Signed,
};
use waiqin_protocol::suite::{Ed25519Signer, SUITE, Signer};
use waiqin_protocol::wire::hello::Hello;
use waiqin_protocol::wire::sync::{SyncHead, UpLine};

/// Place of its officer among those of the court.
const OFFICER: usize = 2;

pub struct Stranger {
    /// Seats of other phones have other numbers.
    seat: usize,
    signer: Ed25519Signer,
    journal: JournalId,
    server: ServerId,
    entries: Vec<Vec<u8>>,
    record: SubjectId,
}

impl Stranger {
    pub async fn enrol(office: &Office, seats: usize) -> Self {
        let ticket = office.ticket(OFFICER).await;
        let mut stranger = Self {
            seat: seats + 1_000,
            signer: Ed25519Signer::from_secret(&[77; 32]),
            journal: JournalId::from_bytes([77; 16]),
            server: ticket.server,
            entries: Vec::new(),
            record: SubjectId::from_bytes([78; 16]),
        };
        let opened = Change::JournalOpened {
            cause: JournalCause::Enrolled,
            device: DeviceId::from_bytes([77; 16]),
            key: stranger.signer.public_key(),
            officer: officer(),
            parent: None,
            server: ticket.server,
            suite: SUITE,
        };
        stranger.add(SubjectId::from_bytes([77; 16]), opened, 1);
        let body = serde_json::json!({
            "code": ticket.code,
            "device_name": "新版",
            "entry": String::from_utf8(stranger.entries[0].clone()).unwrap(),
        });
        let enrolled = call(office, "POST", "enrol", None, body.to_string().into()).await;
        enrolled.expect("a good line enrols");
        let opened = Change::RecordOpened {
            act: Act::Investigation,
            case: CaseRef {
                id: Some(CaseId(case_id(0))),
                typed: case_number(0),
                normal: Some(case_number(0)),
                pending: false,
            },
            values: [(Path::new("place").unwrap(), "新版".into())].into(),
        };
        stranger.add(stranger.record, opened, 1);
        stranger
    }

    /// Writes entries of both versions on its own record, and one of the newer on another's.
    pub fn write(&mut self, dice: &mut Dice, other: Option<SubjectId>, oracle: &mut Oracle) {
        let text = |dice: &mut Dice| format!("新版 {}", dice.next());
        let own = self.record;
        for (subject, version) in [(Some(own), 1), (Some(own), 2), (Some(own), 1), (other, 2)] {
            let Some(subject) = subject else { continue };
            let values = [(Path::new("course").unwrap(), text(dice).into())].into();
            self.add(subject, Change::FieldsChanged { values }, version);
        }
        for (number, bytes) in (1..).zip(&self.entries) {
            oracle.saved(self.seat, number, bytes, "");
        }
    }

    fn add(&mut self, subject: SubjectId, change: Change, version: u32) {
        let seq = self.entries.len() as u64 + 1;
        let entry = Entry {
            at: At {
                beacon: None,
                boot: BootId::from_bytes([1; 16]),
                mono: seq as i64,
                wall: 1_562_027_400_000 + seq as i64,
            },
            author: officer(),
            base: None,
            beacon: None,
            change,
            journal: self.journal,
            seq,
            subject,
            v: version,
        };
        self.entries.push(entry.to_bytes().unwrap());
    }

    /// Sends everything from the start, as a phone without receipts does: every request may be
    /// repeated. What the court says when it does not take it.
    pub async fn push(&self, office: &Office) -> Result<(), String> {
        let hello = call(office, "GET", "hello", None, Vec::new()).await?;
        let hello: Hello = serde_json::from_slice(&hello).unwrap();
        let answer = ChallengeAnswer {
            challenge: hello.challenge,
            journal: self.journal,
            server: self.server,
        };
        let answer = Signed::sign(answer, &self.signer).unwrap();
        let body = serde_json::json!({ "answer": answer }).to_string();
        let session = call(office, "POST", "session", None, body.into()).await?;
        let session: Value = serde_json::from_slice(&session).unwrap();
        let token = session["token"].as_str().expect("its journal is known");
        let mut chain = Chain::after(Head::START);
        let mut body = Vec::new();
        let mut entries = Vec::new();
        for piece in self.entries.chunks(3) {
            for entry in piece {
                chain.push(entry);
                entries.extend_from_slice(entry);
                entries.push(b'\n');
            }
            let closed = UpLine::Checkpoint(self.checkpoint(chain.head()));
            entries.extend(serde_json::to_vec(&closed).unwrap());
            entries.push(b'\n');
        }
        let head = UpLine::Head(Box::new(SyncHead {
            beacon: false,
            checkpoint: Some(self.checkpoint(chain.head())),
            compare: None,
            cursor: None,
            from: Head::START,
            journal: self.journal,
            limits: 0,
            position: None,
        }));
        body.extend(serde_json::to_vec(&head).unwrap());
        body.push(b'\n');
        body.extend(entries);
        let pushed = call(office, "POST", "sync", Some(token), body).await;
        pushed.map(|_| ())
    }

    fn checkpoint(&self, head: Head) -> Signed<Checkpoint> {
        let body = Checkpoint {
            beacon: None,
            journal: self.journal,
            link: head.link,
            seq: head.seq,
            server: self.server,
        };
        Signed::sign(body, &self.signer).unwrap()
    }

    /// At the end: it has what it wrote, and shows nothing of the court's.
    pub fn view(&self) -> SeatView {
        let written = self.entries.iter().cloned().map(Some).collect();
        SeatView::by_hand(self.seat, written)
    }
}

fn officer() -> OfficerId {
    OfficerId::from_bytes([OFFICER as u8 + 1; 16])
}

async fn call(
    office: &Office,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let media = match path {
        "sync" => "application/x-ndjson",
        _ => "application/json",
    };
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/{path}"))
        .header(header::CONTENT_TYPE, media);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Body::from(body)).unwrap();
    let Ok(response) = office.routes().oneshot(request).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    match status.is_success() {
        true => Ok(body.to_vec()),
        false => Err(format!(
            "{path}: {status} {}",
            String::from_utf8_lossy(&body)
        )),
    }
}
