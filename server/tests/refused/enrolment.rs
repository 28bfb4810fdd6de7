//! Codes, first entries and successors that do not fit.

use crate::rows::{Act, Row, Said, Says, Stays, row};
use crate::scene::Scene;
use crate::support::Phone;
use reqwest::RequestBuilder;
use serde_json::json;
use waiqin_protocol::ids::{DeviceId, JournalId, OfficerId, SubjectId};
use waiqin_protocol::journal::{Change, Head, JournalCause, Parent};
use waiqin_protocol::suite::{Ed25519Signer, SUITE, Signer};

const CODE: Says = Says::No(403, "enrol_code", "enrol_code");
const ENTRY_ONE: Says = Says::No(422, "malformed", "entry_one");
const WRONG_SERVER: Says = Says::No(422, "malformed", "wrong_server");
use Act::Story;
use Stays::{Everything, Grows};

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "a code that nobody gave out",
            Story(|s| {
                Box::pin(async {
                    let newcomer = newcomer(s).await;
                    enrol_with(&newcomer, "AAAA-BBBB-CCCC-DDDD").await
                })
            }),
            CODE,
            Everything,
        ),
        row(
            "a code asked about that nobody gave out",
            Act::Ask(|p| {
                p.client
                    .post(format!("{}/api/v1/enrol/begin", p.url))
                    .json(&json!({"code": "AAAA"}))
            }),
            CODE,
            Everything,
        ),
        row(
            "a code used twice",
            Story(|s| Box::pin(used_twice(s))),
            CODE,
            Grows,
        ),
        row(
            "a code of another officer",
            Story(|s| Box::pin(other_officer(s))),
            WRONG_SERVER,
            Everything,
        ),
        row(
            "a first entry that opens no journal",
            Story(|s| Box::pin(opens_nothing(s))),
            ENTRY_ONE,
            Everything,
        ),
        row(
            "somebody else's journal enrolled again",
            Story(|s| Box::pin(enrolled_again(s))),
            ENTRY_ONE,
            Everything,
        ),
        row(
            "a successor before the end is here",
            Story(|s| {
                Box::pin(async {
                    let end = s.phone.end();
                    succeed(s, end, s.phone.journal.as_bytes()[0], None).await
                })
            }),
            Says::No(503, "busy", "busy"),
            Everything,
        ),
        row(
            "a successor of another phone",
            Story(|s| {
                Box::pin(async {
                    let from = s.phone.from();
                    succeed(s, from, 99, None).await
                })
            }),
            ENTRY_ONE,
            Everything,
        ),
    ]
}

pub async fn newcomer(scene: &mut Scene) -> Phone {
    let secret = scene.next_secret();
    Phone::unenrolled(&scene.server.http, scene.phone.officer, secret).await
}

/// An enrolment with a code.
pub fn code_of(phone: &Phone, code: &str) -> RequestBuilder {
    phone
        .client
        .post(format!("{}/api/v1/enrol", phone.url))
        .json(&json!({
            "code": code,
            "device_name": "某手机",
            "entry": String::from_utf8(phone.entries[0].clone()).unwrap(),
        }))
}

pub async fn enrol_with(phone: &Phone, code: &str) -> Said {
    Said::of(code_of(phone, code)).await
}

async fn used_twice(scene: &mut Scene) -> Said {
    let (code, _) = scene.server.code("wang");
    let (first, second) = (newcomer(scene).await, newcomer(scene).await);
    assert_eq!(enrol_with(&first, &code).await.status, 200);
    enrol_with(&second, &code).await
}

async fn other_officer(scene: &mut Scene) -> Said {
    let (code, officer) = scene.server.code("li");
    let newcomer = newcomer(scene).await;
    assert_ne!(newcomer.officer, officer);
    enrol_with(&newcomer, &code).await
}

async fn opens_nothing(scene: &mut Scene) -> Said {
    let (code, _) = scene.server.code("wang");
    let mut newcomer = newcomer(scene).await;
    newcomer.entries.clear();
    newcomer.open_record(1, "x", None);
    enrol_with(&newcomer, &code).await
}

/// With a key of one's own and somebody else's journal.
async fn enrolled_again(scene: &mut Scene) -> Said {
    let (code, _) = scene.server.code("li");
    let mut thief = newcomer(scene).await;
    thief.journal = scene.bystander.journal;
    thief.officer = scene.bystander.officer;
    thief.entries.clear();
    let id = *thief.journal.as_bytes();
    let opened = opening(&thief, thief.officer, id[0], JournalCause::Enrolled, None);
    thief.write(SubjectId::from_bytes(id), opened);
    enrol_with(&thief, &code).await
}

fn opening(
    phone: &Phone,
    officer: OfficerId,
    device: u8,
    cause: JournalCause,
    parent: Option<Parent>,
) -> Change {
    Change::JournalOpened {
        cause,
        device: DeviceId::from_bytes([device; 16]),
        key: phone.signer.public_key(),
        officer,
        parent,
        server: phone.server,
        suite: SUITE,
    }
}

/// Asks for a journal that follows the phone's; under an id that is taken, where one is named.
pub async fn succeed(
    scene: &mut Scene,
    parent: Head,
    device: u8,
    taken: Option<JournalId>,
) -> Said {
    let mut next = newcomer(scene).await;
    next.signer = Ed25519Signer::from_secret(&[next.journal.as_bytes()[0]; 32]);
    next.journal = taken.unwrap_or(next.journal);
    next.entries.clear();
    let before = &scene.phone;
    let parent = Parent {
        head: parent,
        journal: before.journal,
    };
    let opened = opening(
        &next,
        before.officer,
        device,
        JournalCause::Forked,
        Some(parent),
    );
    next.write(SubjectId::from_bytes(*next.journal.as_bytes()), opened);
    let request = before
        .client
        .post(format!("{}/api/v1/journal", before.url))
        .bearer_auth(&before.token)
        .json(&json!({ "entry": String::from_utf8(next.entries[0].clone()).unwrap() }));
    Said::of(request).await
}
