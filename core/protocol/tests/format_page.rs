//! The worked example of `docs/FORMAT.md` is what this code writes, byte for byte.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a crate of tests"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use waiqin_protocol::canonical::{self, Value};
use waiqin_protocol::ids::{
    BootId, DeviceId, EvidenceHash, ItemId, JournalId, Nonce, OfficerId, RecordHash, ServerId,
    SubjectId,
};
use waiqin_protocol::journal::{
    Act, At, Beacon, BeaconUse, CaseRef, Certificate, Chain, Change, Checkpoint, Countersign,
    Entry, Evidence, EvidenceReceipt, EvidenceRole, EvidenceSource, JournalCause, JournalReceipt,
    LogPosition, Path, Signed, SignedText, VERSION, entry_hash, log_link, signed_bytes,
};
use waiqin_protocol::record::{BODY_VERSION, Body, Manifest};
use waiqin_protocol::suite::{
    Ed25519Signer, PublicKey, SUITE, Signature, Signer, SignerError, sha256,
};

const BEGIN: &str = "<!-- The worked example: written by core/protocol/tests/format_page.rs. -->\n";
const END: &str = "<!-- End of the worked example. -->\n";

const SERVER: ServerId = ServerId::from_bytes([0x5e; 16]);
const JOURNAL: JournalId = JournalId::from_bytes([0xa1; 16]);
const SECOND: JournalId = JournalId::from_bytes([0xb2; 16]);
const OFFICER: OfficerId = OfficerId::from_bytes([0x0f; 16]);
const RECORD: SubjectId = SubjectId::from_bytes([0xec; 16]);
const NONCE: Nonce = Nonce::from_bytes([0xbe; 16]);
const PHOTO: &[u8] = b"photo";

/// A key as a phone's secure chip holds it. Here its signatures are those of RFC 6979, so that they
/// can be printed; a chip's are random.
struct Chip(p256::ecdsa::SigningKey);

impl Signer for Chip {
    fn public_key(&self) -> PublicKey {
        PublicKey::P256(*self.0.verifying_key())
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        use p256::ecdsa::signature::Signer as _;
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        Ok(Signature::from_bytes(signature.to_bytes().into()))
    }
}

/// The keys of the example, each of a secret that is one byte 32 times.
struct Keys {
    server: Ed25519Signer,
    device: Ed25519Signer,
    second: Chip,
}

fn keys() -> Keys {
    Keys {
        server: Ed25519Signer::from_secret(&[0x11; 32]),
        device: Ed25519Signer::from_secret(&[0x22; 32]),
        second: Chip(p256::ecdsa::SigningKey::from_slice(&[0x33; 32]).unwrap()),
    }
}

/// `WAIQIN_WRITE_DOCS=1 cargo test -p waiqin-protocol --test format_page` writes it anew.
#[test]
fn the_worked_example_on_the_page_is_what_the_code_writes() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/FORMAT.md");
    let page = std::fs::read_to_string(file).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{}{END}{after}", example());
    if std::env::var_os("WAIQIN_WRITE_DOCS").is_some() {
        std::fs::write(file, &wanted).unwrap();
        return;
    }
    assert!(
        page == wanted,
        "docs/FORMAT.md differs: run with WAIQIN_WRITE_DOCS=1"
    );
}

#[test]
fn every_change_and_every_signed_text_stands_on_the_page() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/FORMAT.md");
    let page = std::fs::read_to_string(file).unwrap();
    if std::env::var_os("WAIQIN_WRITE_DOCS").is_some() {
        // It is being written.
        return;
    }
    let entries = include_str!("../golden/journal-v1.ndjson");
    for line in entries.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let change = entry["change"].as_object().unwrap();
        let kind = change["kind"].as_str().unwrap();
        let row = page
            .lines()
            .find(|it| it.starts_with(&format!("| `{kind}` |")))
            .unwrap_or_else(|| panic!("{kind} is not on the page"));
        for member in change.keys().filter(|it| *it != "kind") {
            assert!(row.contains(&format!("`{member}`")), "{kind}: {member}");
        }
    }
    let signed = include_str!("../golden/signed-v1.txt");
    for head in signed.lines().filter(|it| it.starts_with("waiqin/1 ")) {
        let kind = head.split(' ').nth(1).unwrap();
        assert!(page.contains(&format!("| `{kind}` |")), "{kind}");
    }
}

fn example() -> String {
    let keys = keys();
    let mut out = String::new();
    let list = [
        ("server", &keys.server as &dyn Signer),
        ("device", &keys.device),
        ("second officer's device", &keys.second),
    ];
    out.push_str("| Key | Secret | Public |\n|---|---|---|\n");
    for ((name, signer), byte) in list.iter().zip(["11", "22", "33"]) {
        writeln!(
            out,
            "| {name} | 32 bytes {byte} | `{}` |",
            signer.public_key()
        )
        .unwrap();
    }
    let print = keys.server.public_key().fingerprint();
    writeln!(out, "\nFingerprint of the server's key: `{print}`\n").unwrap();

    let second = opened(SECOND, &keys.second);
    let certificate = certificate(SECOND, &second, &keys.server);
    out.push_str(
        "**Entry 1 of the second officer's journal** (its certificate stands in entry 5)\n",
    );
    let mut other = Chain::default();
    written(&mut out, &mut other, &second);

    let mut chain = Chain::default();
    let first = opened(JOURNAL, &keys.device);
    out.push_str("**Entry 1**\n");
    let bytes = written(&mut out, &mut chain, &first);
    writeln!(out, "Its bytes:\n```text\n{}```\n", hex_lines(&bytes)).unwrap();
    signed(
        &mut out,
        "Certificate",
        &certificate_of(JOURNAL, &first),
        &keys.server,
    );
    out.push_str("**Entry 2**: the first that uses a beacon\n");
    written(&mut out, &mut chain, &record_opened(&keys.server));
    out.push_str("**Entry 3**: a photo whose bytes are the five letters `photo`\n");
    written(&mut out, &mut chain, &photo());
    let (seal, body) = sealed();
    let document = canonical::to_bytes(&body).unwrap();
    let record = RecordHash::from_bytes(sha256(&document));
    out.push_str("**Entry 4**: the seal\n");
    written(&mut out, &mut chain, &seal);
    writeln!(
        out,
        "Record hash, SHA-256 of the {} bytes of its `body`: `{record}`\n",
        document.len()
    )
    .unwrap();
    signed(&mut out, "Checkpoint", &checkpoint(&chain), &keys.device);
    out.push_str("**Entry 5**: the second officer signed on his own phone\n");
    written(
        &mut out,
        &mut chain,
        &countersigned(record, certificate, &keys.second),
    );
    let said = countersign(record);
    signed(&mut out, "What he signed (P-256)", &said, &keys.second);
    log(&mut out, &chain, &keys.server);
    out
}

/// Rows 7 and 8 of a log, and the receipts that name them.
fn log(out: &mut String, chain: &Chain, server: &Ed25519Signer) {
    let before = LogPosition {
        link: waiqin_protocol::ids::Link::from_bytes([0x60; 32]),
        number: 6,
    };
    let head = chain.head();
    let piece = canonical::to_bytes(&serde_json::json!({
        "after": 1,
        "head": { "link": head.link.to_string(), "seq": head.seq },
        "journal": JOURNAL.to_string(),
    }));
    let evidence = canonical::to_bytes(&serde_json::json!({
        "evidence": photo_hash().to_string(),
        "journal": JOURNAL.to_string(),
        "length": PHOTO.len(),
    }));
    writeln!(
        out,
        "**Log**: row 6 ends with the link `{}`. The bodies of rows 7 and 8 and the links after them:\n",
        before.link
    )
    .unwrap();
    let mut at = before;
    for body in [piece.unwrap(), evidence.unwrap()] {
        let hash = sha256(&body);
        at = LogPosition {
            link: log_link(&at.link, &hash),
            number: at.number + 1,
        };
        let text = String::from_utf8(body).unwrap();
        writeln!(
            out,
            "```json\n{text}\n```\n- hash `{}`\n- link {} `{}`\n",
            hex::encode(hash),
            at.number,
            at.link
        )
        .unwrap();
        match at.number {
            7 => signed(
                out,
                "Receipt of the journal",
                &JournalReceipt {
                    at: 1_562_040_000_000,
                    journal: JOURNAL,
                    link: head.link,
                    position: at,
                    seq: head.seq,
                    server: SERVER,
                },
                server,
            ),
            _ => signed(
                out,
                "Receipt of the photo",
                &EvidenceReceipt {
                    at: 1_562_040_060_000,
                    hash: photo_hash(),
                    journal: JOURNAL,
                    length: PHOTO.len() as u64,
                    position: at,
                    server: SERVER,
                },
                server,
            ),
        }
    }
}

/// Prints an entry and follows the chain over it.
fn written(out: &mut String, chain: &mut Chain, entry: &Entry) -> Vec<u8> {
    let bytes = entry.to_bytes().unwrap();
    let hash = chain.push(&bytes);
    let text = std::str::from_utf8(&bytes).unwrap();
    writeln!(
        out,
        "```json\n{text}\n```\n- {} bytes\n- hash `{hash}`\n- link {} `{}`\n",
        bytes.len(),
        entry.seq,
        chain.head().link
    )
    .unwrap();
    bytes
}

/// Prints a signed text with its signature.
fn signed<T: SignedText + Clone>(out: &mut String, name: &str, body: &T, signer: &dyn Signer) {
    let bytes = signed_bytes(body).unwrap();
    let sig = signer.sign(&bytes).unwrap();
    signer.public_key().verify(&bytes, &sig).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    writeln!(
        out,
        "**{name}**, the text that is signed:\n```text\n{text}\n```\n- {} bytes, SHA-256 `{}`\n- `sig` `{sig}`\n- which is `{}`\n",
        text.len(),
        hex::encode(sha256(text.as_bytes())),
        hex::encode(sig.as_bytes())
    )
    .unwrap();
}

fn hex_lines(bytes: &[u8]) -> String {
    bytes
        .chunks(48)
        .map(|line| format!("{}\n", hex::encode(line)))
        .collect()
}

fn entry(seq: u64, subject: SubjectId, change: Change) -> Entry {
    Entry {
        at: At {
            beacon: (seq > 1).then_some(NONCE),
            boot: BootId::from_bytes([0xb0; 16]),
            mono: 1000 * seq as i64,
            wall: 1_562_034_600_000 + 1000 * seq as i64,
        },
        author: OFFICER,
        base: None,
        beacon: None,
        change,
        journal: JOURNAL,
        seq,
        subject,
        v: VERSION,
    }
}

fn opened(journal: JournalId, signer: &dyn Signer) -> Entry {
    let officer = match journal {
        JOURNAL => OFFICER,
        _ => OfficerId::from_bytes([0x2f; 16]),
    };
    let change = Change::JournalOpened {
        cause: JournalCause::Enrolled,
        device: DeviceId::from_bytes([0xde; 16]),
        key: signer.public_key(),
        officer,
        parent: None,
        server: SERVER,
        suite: SUITE,
    };
    Entry {
        author: officer,
        journal,
        ..entry(1, SubjectId::from_bytes(*journal.as_bytes()), change)
    }
}

fn certificate_of(journal: JournalId, first: &Entry) -> Certificate {
    Certificate {
        entry: entry_hash(&first.to_bytes().unwrap()),
        journal,
        server: SERVER,
    }
}

fn certificate(journal: JournalId, first: &Entry, server: &dyn Signer) -> Signed<Certificate> {
    Signed::sign(certificate_of(journal, first), server).unwrap()
}

fn case() -> CaseRef {
    CaseRef {
        id: None,
        normal: Some("（2019）粤0115执100号".into()),
        pending: false,
        typed: "(2019)粤0115执100号".into(),
    }
}

fn record_opened(server: &dyn Signer) -> Entry {
    let beacon = Beacon {
        at: 1_562_034_590_000,
        nonce: NONCE,
        server: SERVER,
    };
    let change = Change::RecordOpened {
        act: Act::Investigation,
        case: case(),
        values: place(),
    };
    Entry {
        beacon: Some(BeaconUse {
            answered: 900,
            asked: 800,
            signed: Signed::sign(beacon, server).unwrap(),
        }),
        ..entry(2, RECORD, change)
    }
}

fn place() -> BTreeMap<Path, Value> {
    let name = Path::new("place").unwrap();
    BTreeMap::from([(name, Value::from("大岗镇豪岗大道 18 号"))])
}

fn photo_hash() -> EvidenceHash {
    EvidenceHash::from_bytes(sha256(PHOTO))
}

fn evidence() -> Evidence {
    Evidence {
        caption: None,
        fix: None,
        hash: photo_hash(),
        height: None,
        how: None,
        item: Some(ItemId::from_bytes([0x17; 16])),
        length: PHOTO.len() as u64,
        media: None,
        name: "IMG_0001.jpg".into(),
        role: EvidenceRole::Overall,
        source: EvidenceSource::Camera,
        taken: None,
        width: None,
    }
}

fn photo() -> Entry {
    let evidence = Box::new(evidence());
    entry(3, RECORD, Change::EvidenceAdded { evidence })
}

fn sealed() -> (Entry, Body) {
    let body = Body {
        act: Act::Investigation,
        case: case(),
        evidence: vec![Manifest {
            evidence: evidence(),
            missing: None,
            withdrawn: None,
        }],
        fields: place(),
        journal: JOURNAL,
        officer: OFFICER,
        subject: RECORD,
        v: BODY_VERSION,
    };
    let change = Change::Sealed {
        body: body.document().unwrap(),
        covers: BTreeMap::from([(JOURNAL, 3)]),
        findings: Vec::new(),
        overrides: Vec::new(),
    };
    (entry(4, RECORD, change), body)
}

fn checkpoint(chain: &Chain) -> Checkpoint {
    Checkpoint {
        beacon: Some(NONCE),
        journal: JOURNAL,
        link: chain.head().link,
        seq: chain.head().seq,
        server: SERVER,
    }
}

fn countersign(record: RecordHash) -> Countersign {
    Countersign {
        at: 1_562_034_700_000,
        journal: SECOND,
        record,
        role: "书记员".into(),
        server: SERVER,
    }
}

fn countersigned(record: RecordHash, certificate: Signed<Certificate>, second: &Chip) -> Entry {
    let change = Change::Countersigned {
        certificate: Some(certificate),
        countersign: Signed::sign(countersign(record), second).unwrap(),
        key: Some(second.public_key()),
    };
    entry(5, RECORD, change)
}
