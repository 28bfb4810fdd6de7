//! A journal that names a file, and a token for whoever uploads it: what a foreign client is given.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use waiqin_protocol::ids::{BootId, DeviceId, EvidenceHash, JournalId, OfficerId, SubjectId};
use waiqin_protocol::journal::{
    Act, At, CaseRef, Chain, ChallengeAnswer, Change, Checkpoint, Entry, Evidence, EvidenceRole,
    EvidenceSource, Head, JournalCause, Signed,
};
use waiqin_protocol::suite::{Ed25519Signer, SUITE, Signer};
use waiqin_protocol::wire::enrol::{EnrolOffer, Ticket};
use waiqin_protocol::wire::hello::Hello;
use waiqin_protocol::wire::sync::{SyncHead, UpLine};
use waiqin_tests::bench::Server;

const JOURNAL: JournalId = JournalId::from_bytes([7; 16]);
const RECORD: SubjectId = SubjectId::from_bytes([8; 16]);

pub struct Phone {
    client: reqwest::Client,
    url: String,
    pub token: String,
}

impl Phone {
    /// Enrols a journal and pushes entries that name a file.
    pub async fn naming(server: &Server, hash: EvidenceHash, length: u64) -> Result<Self> {
        // A second installation in one process: the first holds.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut phone = Self {
            client: reqwest::Client::builder().no_proxy().build()?,
            url: format!("http://{}/api/v1", server.address),
            token: String::new(),
        };
        let ticket: Ticket = std::fs::read_to_string(&server.enrol)?.parse()?;
        let offer = phone
            .post("enrol/begin", &json!({ "code": ticket.code }))
            .await?;
        let offer: EnrolOffer = serde_json::from_value(offer)?;
        let hello: Hello = phone
            .client
            .get(format!("{}/hello", phone.url))
            .send()
            .await?
            .json()
            .await?;
        let signer = Ed25519Signer::from_secret(&[9; 32]);
        let officer = offer.officer.id;
        let opened = Change::JournalOpened {
            cause: JournalCause::Enrolled,
            device: DeviceId::from_bytes([6; 16]),
            key: signer.public_key(),
            officer,
            parent: None,
            server: offer.server,
            suite: SUITE,
        };
        let record = Change::RecordOpened {
            act: Act::Investigation,
            case: CaseRef {
                pending: true,
                ..CaseRef::default()
            },
            values: [].into(),
        };
        let own = SubjectId::from_bytes(*JOURNAL.as_bytes());
        let entries = [
            entry(officer, 1, own, opened)?,
            entry(officer, 2, RECORD, record)?,
            entry(officer, 3, RECORD, named(hash, length))?,
        ];
        let first = String::from_utf8(entries[0].clone())?;
        let enrolment = json!({ "code": ticket.code, "device_name": "tus", "entry": first });
        phone.post("enrol", &enrolment).await?;
        let answer = ChallengeAnswer {
            challenge: hello.challenge,
            journal: JOURNAL,
            server: offer.server,
        };
        let answer = json!({ "answer": Signed::sign(answer, &signer)? });
        let session = phone.post("session", &answer).await?;
        phone.token = session["token"].as_str().context("no token")?.to_owned();
        phone.push(&entries, &signer, offer.server).await?;
        Ok(phone)
    }

    async fn push(
        &self,
        entries: &[Vec<u8>],
        signer: &Ed25519Signer,
        server: waiqin_protocol::ids::ServerId,
    ) -> Result<()> {
        let mut chain = Chain::default();
        chain.push(&entries[0]);
        let from = chain.head();
        for entry in &entries[1..] {
            chain.push(entry);
        }
        let end = chain.head();
        let checkpoint = |head: Head| {
            let body = Checkpoint {
                beacon: None,
                journal: JOURNAL,
                link: head.link,
                seq: head.seq,
                server,
            };
            Signed::sign(body, signer)
        };
        let head = SyncHead {
            beacon: false,
            checkpoint: Some(checkpoint(end)?),
            compare: None,
            cursor: None,
            from,
            journal: JOURNAL,
            limits: 1,
            position: None,
        };
        let mut body = serde_json::to_vec(&UpLine::Head(Box::new(head)))?;
        for entry in &entries[1..] {
            body.push(b'\n');
            body.extend(entry);
        }
        body.push(b'\n');
        body.extend(serde_json::to_vec(&UpLine::Checkpoint(checkpoint(end)?))?);
        let request = self.client.post(format!("{}/sync", self.url)).body(body);
        let answer = request.bearer_auth(&self.token).send().await?;
        ensure!(answer.status() == 200, "{}", answer.text().await?);
        Ok(())
    }

    /// What the court says of a file.
    pub async fn state(&self, hash: EvidenceHash) -> Result<Value> {
        let answer = self
            .post("evidence/status", &json!({ "hashes": [hash] }))
            .await?;
        Ok(answer["items"][0].clone())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.client.post(format!("{}/{path}", self.url)).json(body);
        let answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let body = answer.json().await?;
        ensure!(status == 200, "{path}: {body}");
        Ok(body)
    }
}

fn entry(author: OfficerId, seq: u64, subject: SubjectId, change: Change) -> Result<Vec<u8>> {
    let entry = Entry {
        at: At {
            beacon: None,
            boot: BootId::from_bytes([1; 16]),
            mono: 1000,
            wall: 1_562_027_400_000,
        },
        author,
        base: None,
        beacon: None,
        change,
        journal: JOURNAL,
        seq,
        subject,
        v: 1,
    };
    Ok(entry.to_bytes()?)
}

fn named(hash: EvidenceHash, length: u64) -> Change {
    let evidence = Evidence {
        caption: None,
        fix: None,
        hash,
        height: None,
        how: None,
        item: None,
        length,
        media: None,
        name: "现场.jpg".into(),
        role: EvidenceRole::Overall,
        source: EvidenceSource::Camera,
        taken: None,
        width: None,
    };
    Change::EvidenceAdded {
        evidence: Box::new(evidence),
    }
}
