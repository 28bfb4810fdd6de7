//! The bytes of version 1, frozen: one entry of every kind of change, the link after each, and one
//! of every signed text, against the files in `golden/`. A renamed member must fail here, not in a
//! court. Fixtures are never rewritten: a new format is a new version with files of its own.

use super::*;
use crate::canonical::Value;
use crate::ids::*;
use crate::suite::{Ed25519Signer, PublicKey, SUITE, Signer, sha256};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ENTRIES: &str = include_str!("../../golden/journal-v1.ndjson");
const LINKS: &str = include_str!("../../golden/journal-v1.links");
const SIGNED: &str = include_str!("../../golden/signed-v1.txt");

fn key() -> Ed25519Signer {
    Ed25519Signer::from_secret(&[9; 32])
}

fn path(text: &str) -> Path {
    Path::new(text).unwrap()
}

fn evidence() -> Box<Evidence> {
    Box::new(Evidence {
        caption: Some("厂房大门，门锁闭".into()),
        fix: Some(mark()),
        hash: EvidenceHash::from_bytes(sha256(b"photo")),
        height: Some(3000),
        how: None,
        item: Some(ItemId::from_bytes([5; 16])),
        length: 5,
        media: Some("image/jpeg".into()),
        name: "IMG_0001.jpg".into(),
        role: EvidenceRole::Overall,
        source: EvidenceSource::Camera,
        taken: Some(1_562_034_600_000),
        width: Some(4000),
    })
}

fn mark() -> Mark {
    Mark {
        accuracy_cm: 450,
        age_ms: 1200,
        lat: 228_010_000,
        lon: 1_135_250_000,
        mock: false,
        provider: "gnss".into(),
    }
}

fn countersign() -> Countersign {
    Countersign {
        at: 1_562_034_700_000,
        journal: JournalId::from_bytes([8; 16]),
        record: RecordHash::from_bytes([7; 32]),
        role: "执行员".into(),
        server: ServerId::from_bytes([2; 16]),
    }
}

fn certificate() -> Certificate {
    Certificate {
        entry: EntryHash::from_bytes([6; 32]),
        journal: JournalId::from_bytes([1; 16]),
        server: ServerId::from_bytes([2; 16]),
    }
}

fn position() -> LogPosition {
    LogPosition {
        link: Link::from_bytes([4; 32]),
        number: 12,
    }
}

/// Every kind of change once.
#[expect(clippy::too_many_lines, reason = "a table: one value per kind")]
fn changes() -> Vec<Change> {
    let record = RecordHash::from_bytes([7; 32]);
    let entry = EntryHash::from_bytes([6; 32]);
    let hash = EvidenceHash::from_bytes(sha256(b"photo"));
    let case = CaseRef {
        id: Some(CaseId("4401150000100001".into())),
        normal: Some("（2017）粤0115执50号".into()),
        pending: false,
        typed: "(2017)粤0115执50号".into(),
    };
    let values = BTreeMap::from([
        (
            path("place"),
            Value::from("大岗镇豪岗大道 18 号 \u{fa0c}𠮷"),
        ),
        (path("debtor_met"), Value::from(false)),
        (
            path("assets/05050505050505050505050505050505/quantity"),
            Value::from(12),
        ),
        (path("remarks"), Value::Null),
    ]);
    vec![
        Change::JournalOpened {
            cause: JournalCause::Enrolled,
            device: DeviceId::from_bytes([3; 16]),
            key: key().public_key(),
            officer: OfficerId::from_bytes([0xb; 16]),
            parent: Some(Parent {
                head: Head::START,
                journal: JournalId::from_bytes([0xa; 16]),
            }),
            server: ServerId::from_bytes([2; 16]),
            suite: SUITE,
        },
        Change::RecordOpened {
            act: Act::Investigation,
            case: case.clone(),
            values: values.clone(),
        },
        Change::FieldsChanged { values },
        Change::CaseNamed {
            case: CaseRef {
                id: None,
                normal: None,
                pending: true,
                typed: String::new(),
            },
        },
        Change::EvidenceAdded {
            evidence: evidence(),
        },
        Change::EvidenceWithdrawn {
            hash,
            reason: "拍错对象".into(),
        },
        Change::EvidenceMissing {
            hash,
            reason: "存储卡损坏".into(),
        },
        Change::SignatureTaken {
            body: record,
            person: ItemId::from_bytes([5; 16]),
            strokes: hash,
        },
        Change::RefusalNoted {
            person: Some(ItemId::from_bytes([5; 16])),
            reason: "拒绝签名，已当场告知".into(),
            what: path("present/05050505050505050505050505050505/signed"),
        },
        Change::Countersigned {
            certificate: Some(Signed::sign(certificate(), &key()).unwrap()),
            countersign: Signed::sign(countersign(), &key()).unwrap(),
            key: Some(key().public_key()),
        },
        Change::Sealed {
            body: Value::Map(BTreeMap::from([("place".into(), Value::from("大岗"))])),
            covers: BTreeMap::from([(JournalId::from_bytes([1; 16]), 9)]),
            findings: vec![Finding {
                path: Some(path("fix")),
                rule: "G05b".into(),
                severity: Severity::Warn,
            }],
            overrides: vec![Override {
                officer: Some(OfficerId::from_bytes([0xc; 16])),
                reason: "现场无信号".into(),
                rule: "G05b".into(),
            }],
        },
        Change::Amended {
            amends: AmendKind::Supplement,
            reason: "补充回执".into(),
            record,
        },
        Change::Voided {
            reason: "重复记录".into(),
        },
        Change::ContestDecided {
            candidates: vec![entry],
            chosen: entry,
            path: path("place"),
            reason: "以现场照片为准".into(),
        },
        Change::HeldReleased {
            entry,
            reason: "核实身份".into(),
        },
        Change::Concluded {
            case: Some(CaseId("4401150000100001".into())),
            decision: "link".into(),
            findings: vec!["REASSIGNED".into()],
            list_version: 2,
            matched: "EXACT".into(),
            reason: None,
            record,
        },
        Change::Accepted { record },
        Change::Returned {
            fields: vec![path("result")],
            reason: "缺询问内容".into(),
            record,
        },
        Change::EntriesLost {
            from: 3,
            link: Link::from_bytes([4; 32]),
            to: 4,
        },
        Change::BytesErased {
            entry: None,
            evidence: Some(hash),
            order: "（2019）粤0115执50号之三".into(),
            reason: "依法销毁".into(),
        },
        Change::TaskProgress {
            fix: Some(mark()),
            reason: Some("无人应答".into()),
            state: TaskState::NotMet,
            task: SubjectId::from_bytes([0xd; 16]),
        },
    ]
}

fn entries() -> Vec<Entry> {
    let beacon = Beacon {
        at: 1_562_030_000_000,
        nonce: Nonce::from_bytes([0xe; 16]),
        server: ServerId::from_bytes([2; 16]),
    };
    let change_to_entry = |(index, change): (usize, Change)| Entry {
        at: At {
            beacon: (index > 0).then_some(Nonce::from_bytes([0xe; 16])),
            boot: BootId::from_bytes([0xf; 16]),
            mono: 1000 + i64::try_from(index).unwrap(),
            wall: 1_562_034_600_000 + i64::try_from(index).unwrap(),
        },
        author: OfficerId::from_bytes([0xb; 16]),
        base: (index == 2).then_some(EntryHash::from_bytes([6; 32])),
        beacon: (index == 1).then(|| BeaconUse {
            answered: 900,
            asked: 800,
            signed: Signed::sign(beacon.clone(), &key()).unwrap(),
        }),
        change,
        journal: JournalId::from_bytes([1; 16]),
        seq: u64::try_from(index).unwrap() + 1,
        subject: SubjectId::from_bytes([1; 16]),
        v: VERSION,
    };
    changes()
        .into_iter()
        .enumerate()
        .map(change_to_entry)
        .collect()
}

fn signed_texts() -> Vec<Vec<u8>> {
    let server = ServerId::from_bytes([2; 16]);
    let journal = JournalId::from_bytes([1; 16]);
    vec![
        signed_bytes(&certificate()).unwrap(),
        signed_bytes(&Checkpoint {
            beacon: Some(Nonce::from_bytes([0xe; 16])),
            journal,
            link: Link::from_bytes([4; 32]),
            seq: 20,
            server,
        })
        .unwrap(),
        signed_bytes(&JournalReceipt {
            at: 1_562_040_000_000,
            journal,
            link: Link::from_bytes([4; 32]),
            position: position(),
            seq: 20,
            server,
        })
        .unwrap(),
        signed_bytes(&EvidenceReceipt {
            at: 1_562_040_000_000,
            hash: EvidenceHash::from_bytes(sha256(b"photo")),
            journal,
            length: 5,
            position: position(),
            server,
        })
        .unwrap(),
        signed_bytes(&Beacon {
            at: 1_562_030_000_000,
            nonce: Nonce::from_bytes([0xe; 16]),
            server,
        })
        .unwrap(),
        signed_bytes(&ChallengeAnswer {
            challenge: "abc".into(),
            journal,
            server,
        })
        .unwrap(),
        signed_bytes(&countersign()).unwrap(),
        signed_bytes(&Successor {
            key: key().public_key(),
            server,
            tls: Some("ab".repeat(32)),
        })
        .unwrap(),
    ]
}

#[test]
fn every_kind_of_entry_has_the_bytes_and_links_of_version_1() {
    let mut chain = Chain::default();
    let (mut bytes, mut links) = (String::new(), String::new());
    for entry in entries() {
        let one = entry.to_bytes().unwrap();
        chain.push(&one);
        bytes.push_str(std::str::from_utf8(&one).unwrap());
        bytes.push('\n');
        links.push_str(&format!("{}\n", chain.head().link));
    }
    assert_eq!(bytes, ENTRIES, "{bytes}");
    assert_eq!(links, LINKS, "{links}");
}

#[test]
fn no_kind_is_missing_from_the_golden_entries() {
    // The closed enum as its source lists it: a kind added there is asked for here.
    let source = include_str!("change.rs");
    let declared = source
        .split("pub enum Change {")
        .nth(1)
        .unwrap()
        .split("\n}\n")
        .next()
        .unwrap();
    let kinds = declared.lines().filter(|line| {
        line.starts_with("    ")
            && line.ends_with(" {")
            && line.trim_start().len() + 4 == line.len()
    });
    assert_eq!(kinds.count(), changes().len());
}

#[test]
fn every_signed_text_has_the_bytes_of_version_1() {
    let all: Vec<String> = signed_texts()
        .into_iter()
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .collect();
    let text = all.join("\n") + "\n";
    assert_eq!(text, SIGNED, "{text}");
}

#[test]
fn no_signature_can_stand_for_another_type() {
    let texts = signed_texts();
    for (i, a) in texts.iter().enumerate() {
        for b in &texts[i + 1..] {
            let head = |bytes: &[u8]| bytes.split(|c| *c == b' ').nth(1).unwrap().to_vec();
            assert_ne!(head(a), head(b));
        }
    }
}

#[test]
fn the_golden_entries_read_back() {
    for (line, entry) in ENTRIES.lines().zip(entries()) {
        assert!(line.starts_with("{\"at\":"));
        assert_eq!(Entry::from_bytes(line.as_bytes()).unwrap(), entry);
        assert!(line.contains(&format!("\"kind\":\"{}\"", entry.change.kind())));
    }
}

#[test]
fn a_strange_kind_member_version_or_number_is_told_apart_from_damage() {
    let line = ENTRIES.lines().nth(4).unwrap();
    let with = |from: &str, to: &str| Entry::from_bytes(line.replacen(from, to, 1).as_bytes());
    assert!(line.contains("\"v\":1}"));
    assert!(matches!(
        with("\"v\":1}", "\"v\":2}"),
        Err(EntryError::Version(2))
    ));
    assert!(matches!(
        with("evidence_added", "evidence_bought"),
        Err(EntryError::Shape(_))
    ));
    let member = with("\"length\":5,", "\"length\":5,\"lend\":1,");
    assert!(
        matches!(member, Err(EntryError::Canonical(_))),
        "order of names comes first"
    );
    let member = with("\"length\":5,", "\"length\":5,\"lengthy\":1,");
    assert!(
        matches!(member, Err(EntryError::Shape(_))),
        "an unknown member is not ignored"
    );
    assert!(matches!(
        with("\"seq\":5,", "\"seq\":0,"),
        Err(EntryError::Seq)
    ));
    assert!(matches!(
        with("\"length\":5", "\"length\":5.0"),
        Err(EntryError::Canonical(_))
    ));
    assert!(matches!(
        with("\"length\":5", "\"length\":-5"),
        Err(EntryError::Shape(_))
    ));
}

#[test]
fn a_path_is_ascii_names_and_ids() {
    for text in [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "A",
        "案号",
        "a b",
        "a/b/c/d/e/f/g/h/i",
    ] {
        assert!(Path::new(text).is_err(), "{text}");
    }
    assert!(Path::new("assets/0a/quantity").is_ok());
    assert!(Path::new("x".repeat(201)).is_err());
}

proptest! {
    #[test]
    fn any_flipped_bit_changes_the_link(at in 0usize..ENTRIES.len(), bit in 0u8..8) {
        let mut bytes = ENTRIES.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        let mut chain = Chain::default();
        for line in bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            chain.push(line);
        }
        prop_assert_ne!(chain.head().link.to_string(), LINKS.lines().last().unwrap());
    }

    #[test]
    fn any_flipped_bit_of_a_signed_text_is_found(at in 0usize..4096, bit in 0u8..8) {
        let key: PublicKey = key().public_key();
        for bytes in signed_texts() {
            let sig = self::key().sign(&bytes).unwrap();
            let mut damaged = bytes.clone();
            let at = at % damaged.len();
            damaged[at] ^= 1 << bit;
            prop_assert!(key.verify(&bytes, &sig).is_ok());
            prop_assert!(key.verify(&damaged, &sig).is_err());
        }
    }

    #[test]
    fn bytes_of_strangers_are_no_entry_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Entry::from_bytes(&bytes).is_err());
    }
}
