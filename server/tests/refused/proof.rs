//! Tokens, signatures and sessions that do not fit, are stolen, or are repeated.

use super::bodies::lines;
use crate::rows::{Act, Row, Said, Says, Stays, good, row, sync};
use crate::scene::{FLAGS, Scene};
use crate::support::{Phone, Server, line, run};
use serde_json::json;
use waiqin_protocol::ids::{JournalId, ServerId};
use waiqin_protocol::journal::{ChallengeAnswer, Checkpoint, Signed};
use waiqin_protocol::suite::{Ed25519Signer, Signer};
use waiqin_protocol::wire::hello::Hello;
use waiqin_protocol::wire::sync::UpLine;

const UNAUTHORISED: Says = Says::No(401, "unauthorised", "unauthorised");
const MALFORMED: Says = Says::No(400, "malformed", "malformed");
const SIGNATURE: Says = Says::No(403, "signature", "signature");
use Act::{Story, Sync};
use Stays::{Ends, Everything, Grows};

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "a token that nobody has",
            Story(|s| Box::pin(with_token(&s.phone, "wrong".into()))),
            UNAUTHORISED,
            Everything,
        ),
        row(
            "no token",
            Story(|s| Box::pin(with_token(&s.phone, String::new()))),
            UNAUTHORISED,
            Everything,
        ),
        row(
            "another journal's token",
            Story(|s| Box::pin(with_token(&s.phone, s.bystander.token.clone()))),
            MALFORMED,
            Everything,
        ),
        row(
            "an announcement by another key",
            Sync(|p| announced_by(p, &stranger(), p.checkpoint(p.end()).body)),
            SIGNATURE,
            Everything,
        ),
        row(
            "an announcement for another court",
            Sync(|p| announced_by(p, &p.signer, elsewhere(p))),
            SIGNATURE,
            Everything,
        ),
        row(
            "an announcement for another journal",
            Sync(|p| announced_by(p, &p.signer, of_other_journal(p))),
            SIGNATURE,
            Everything,
        ),
        row(
            "a piece closed by another key",
            Sync(|p| closed_by(p, &stranger())),
            SIGNATURE,
            Everything,
        ),
        row(
            "a forged checkpoint: signed, over other entries",
            Sync(|p| lines(p, &[&p.entries[2], &p.entries[3]], p.head_at(3))),
            SIGNATURE,
            Everything,
        ),
        row(
            "an entry changed on the way",
            Sync(|p| lines(p, &[&changed(&p.entries[2]), &p.entries[3]], p.end())),
            SIGNATURE,
            Everything,
        ),
        row(
            "two entries exchanged",
            Sync(|p| lines(p, &[&p.entries[3], &p.entries[2]], p.end())),
            SIGNATURE,
            Everything,
        ),
        row(
            "an entry left out",
            Sync(|p| lines(p, &[&p.entries[2]], p.end())),
            SIGNATURE,
            Everything,
        ),
        row(
            "an entry doubled",
            Sync(|p| lines(p, &[&p.entries[2], &p.entries[2], &p.entries[3]], p.end())),
            SIGNATURE,
            Everything,
        ),
        row(
            "a session by another key",
            Story(|s| {
                Box::pin(session(s, |_, body| {
                    Signed::sign(body, &stranger()).unwrap()
                }))
            }),
            SIGNATURE,
            Everything,
        ),
        row(
            "a challenge made up",
            Story(|s| {
                Box::pin(session(s, |p, body| {
                    sign(
                        p,
                        ChallengeAnswer {
                            challenge: "AAAA".into(),
                            ..body
                        },
                    )
                }))
            }),
            SIGNATURE,
            Everything,
        ),
        row(
            "an answer for another court",
            Story(|s| {
                Box::pin(session(s, |p, body| {
                    sign(
                        p,
                        ChallengeAnswer {
                            server: ServerId::from_bytes([1; 16]),
                            ..body
                        },
                    )
                }))
            }),
            SIGNATURE,
            Everything,
        ),
        row(
            "a challenge of another court",
            Story(|s| Box::pin(foreign_challenge(s))),
            SIGNATURE,
            Everything,
        ),
        row(
            "a session of nobody",
            Story(|s| {
                Box::pin(session(s, |p, body| {
                    sign(
                        p,
                        ChallengeAnswer {
                            journal: JournalId::from_bytes([254; 16]),
                            ..body
                        },
                    )
                }))
            }),
            Says::No(404, "not_found", "journal_unknown"),
            Everything,
        ),
        row(
            "a session replayed",
            Story(|s| Box::pin(replayed(s))),
            Says::Well(200),
            Everything,
        ),
        row(
            "wrong answers without end",
            Story(|s| Box::pin(without_end(s))),
            Says::No(429, "busy", "too_often"),
            Everything,
        ),
        row(
            "a stolen token of a revoked journal",
            Story(|s| Box::pin(revoked(s))),
            UNAUTHORISED,
            Ends,
        ),
        row(
            "a stolen token after a new enrolment",
            Story(|s| Box::pin(reissued(s))),
            UNAUTHORISED,
            Ends,
        ),
        row(
            "a revoked phone asks for data",
            Story(|s| Box::pin(asks_for_data(s))),
            Says::No(403, "revoked", "revoked"),
            Ends,
        ),
        row(
            "a revoked phone hands in",
            Story(|s| Box::pin(hands_in(s))),
            Says::Takes(
                waiqin_protocol::wire::sync::Verdict::Held,
                Some(waiqin_protocol::wire::sync::VerdictReason::Revoked),
            ),
            Ends,
        ),
    ]
}

/// Rows after which the court is another one.
pub fn last_rows() -> Vec<Row> {
    let mut restored = row(
        "a stolen token from before a restore",
        Story(|s| Box::pin(restored(s))),
        UNAUTHORISED,
        Grows,
    );
    restored.sqlite_only = true;
    vec![restored]
}

fn stranger() -> Ed25519Signer {
    Ed25519Signer::from_secret(&[250; 32])
}

async fn with_token(phone: &Phone, token: String) -> Said {
    let request = phone
        .client
        .post(format!("{}/api/v1/sync", phone.url))
        .bearer_auth(token)
        .body(good(phone));
    Said::of_sync(request).await
}

fn announced_by(phone: &Phone, signer: &dyn Signer, body: Checkpoint) -> Vec<u8> {
    let mut head = phone.sync_head();
    head.checkpoint = Some(Signed::sign(body, signer).unwrap());
    phone.body(head, 10)
}

fn elsewhere(phone: &Phone) -> Checkpoint {
    Checkpoint {
        server: ServerId::from_bytes([1; 16]),
        ..phone.checkpoint(phone.end()).body
    }
}

fn of_other_journal(phone: &Phone) -> Checkpoint {
    Checkpoint {
        journal: JournalId::from_bytes([255; 16]),
        ..phone.checkpoint(phone.end()).body
    }
}

fn closed_by(phone: &Phone, signer: &dyn Signer) -> Vec<u8> {
    let mut body = super::bodies::lines_open(phone, &[&phone.entries[2], &phone.entries[3]]);
    let checkpoint = Signed::sign(phone.checkpoint(phone.end()).body, signer).unwrap();
    line(&mut body, &UpLine::Checkpoint(checkpoint));
    body
}

fn changed(entry: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(entry.to_vec()).unwrap();
    let other = text.replacen("某路", "某巷", 1);
    assert_ne!(other, text);
    other.into_bytes()
}

pub fn sign(phone: &Phone, body: ChallengeAnswer) -> Signed<ChallengeAnswer> {
    Signed::sign(body, &phone.signer).unwrap()
}

async fn challenge_of(phone: &Phone, url: &str) -> String {
    let hello = phone.client.get(format!("{url}/api/v1/hello"));
    let hello: Hello = hello.send().await.unwrap().json().await.unwrap();
    hello.challenge
}

pub async fn answer_to(phone: &Phone, url: &str) -> ChallengeAnswer {
    ChallengeAnswer {
        challenge: challenge_of(phone, url).await,
        journal: phone.journal,
        server: phone.server,
    }
}

async fn post_session(phone: &Phone, answer: &Signed<ChallengeAnswer>) -> Said {
    let request = phone
        .client
        .post(format!("{}/api/v1/session", phone.url))
        .json(&json!({ "answer": answer }));
    Said::of(request).await
}

async fn session(
    scene: &Scene,
    answer: fn(&Phone, ChallengeAnswer) -> Signed<ChallengeAnswer>,
) -> Said {
    let body = answer_to(&scene.phone, &scene.phone.url).await;
    post_session(&scene.phone, &answer(&scene.phone, body)).await
}

async fn foreign_challenge(scene: &Scene) -> Said {
    let other = Server::start();
    let body = answer_to(&scene.phone, &other.http).await;
    post_session(&scene.phone, &sign(&scene.phone, body)).await
}

/// Every request may be repeated, this one too, while its challenge lives: whoever repeats it must
/// have broken TLS, and gets a token of the same journal.
async fn replayed(scene: &Scene) -> Said {
    let body = answer_to(&scene.phone, &scene.phone.url).await;
    let answer = sign(&scene.phone, body);
    assert_eq!(post_session(&scene.phone, &answer).await.status, 200);
    post_session(&scene.phone, &answer).await
}

async fn without_end(scene: &Scene) -> Said {
    let body = answer_to(&scene.phone, &scene.phone.url).await;
    let answer = Signed::sign(body, &stranger()).unwrap();
    for _ in 0..100 {
        let said = post_session(&scene.phone, &answer).await;
        if said.status != 403 {
            return said;
        }
    }
    panic!("nobody was told to wait");
}

pub fn revoke(scene: &Scene) {
    let journal = scene.phone.journal.to_string();
    run(
        &scene.server.data,
        &["device", "revoke", "--journal", &journal],
    );
}

async fn revoked(scene: &Scene) -> Said {
    revoke(scene);
    with_token(&scene.phone, scene.phone.token.clone()).await
}

/// The officer got another phone.
async fn reissued(scene: &mut Scene) -> Said {
    revoke(scene);
    let secret = scene.next_secret();
    let mut other = Phone::enrol(&scene.server, "wang", secret).await;
    crate::scene::open_record(&mut other, 1);
    assert_eq!(other.sync().await.standing().head, other.end());
    let said = with_token(&scene.phone, scene.phone.token.clone()).await;
    let body = good(&other);
    assert_eq!(sync(&other, body, None).await.status, 200);
    said
}

async fn asks_for_data(scene: &mut Scene) -> Said {
    revoke(scene);
    scene.phone.open_session().await;
    let mut head = scene.phone.sync_head();
    head.checkpoint = None;
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(head)));
    sync(&scene.phone, body, None).await
}

async fn hands_in(scene: &mut Scene) -> Said {
    revoke(scene);
    scene.phone.open_session().await;
    sync(&scene.phone, good(&scene.phone), None).await
}

/// The court is restored from a backup that was made a moment ago.
async fn restored(scene: &mut Scene) -> Said {
    let folder = scene.server.data.with_extension("backup");
    let data = scene.server.data.with_extension("restored");
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    run(
        &scene.server.data,
        &["backup", "--with-keys", "--to", &text(&folder)],
    );
    scene.server.stop();
    run(&data, &["restore", "--from", &text(&folder)]);
    let again = Server::serve(&data, &FLAGS);
    scene
        .ended
        .push(std::mem::replace(&mut scene.server, again));
    for phone in [&mut scene.phone, &mut scene.bystander] {
        phone.url = scene.server.http.clone();
    }
    scene.bystander.open_session().await;
    with_token(&scene.phone, scene.phone.token.clone()).await
}
