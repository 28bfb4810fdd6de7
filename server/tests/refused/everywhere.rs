//! What every request of its kind is answered, one after another: a token that nobody has, a body that
//! stops, a court that is broken. With the other rows they show all that the description promises.

use crate::enrolment::{code_of, enrol_with, newcomer, succeed};
use crate::rows::{Act, Row, Said, Says, Stays, row, sync_request};
use crate::scene::Scene;
use crate::slow::{head_of, stops_after};
use crate::support::Phone;
use crate::uploads::{PHOTO, hash_of, patch, status, sum};
use futures_util::StreamExt;
use futures_util::future::join_all;
use reqwest::RequestBuilder;
use serde_json::json;
use std::time::Duration;

use Act::Story;
use Says::{No, Well};
use Stays::{Ends, Everything, Grows};

const BYTES: &str = "application/offset+octet-stream";
const MESSAGES: [&str; 5] = [
    "/enrol/begin",
    "/enrol",
    "/journal",
    "/session",
    "/evidence/status",
];

pub fn rows() -> Vec<Row> {
    let mut broken = row(
        "a court without its tables",
        Story(|s| Box::pin(broken(s))),
        No(500, "internal", "internal"),
        Everything,
    );
    broken.sqlite_only = true;
    let mut rows = wholes();
    rows.push(broken);
    rows.extend(tries());
    rows
}

fn wholes() -> Vec<Row> {
    vec![
        row(
            "everything that goes well",
            Story(|s| Box::pin(goes_well(s))),
            Well(204),
            Grows,
        ),
        row(
            "a successor that goes well, and one more after the revocation",
            Story(|s| Box::pin(successors(s))),
            No(403, "revoked", "revoked"),
            Ends,
        ),
        row(
            "a successor under another's name",
            Story(|s| {
                Box::pin(async {
                    let (from, taken) = (s.phone.from(), s.bystander.journal);
                    succeed(s, from, s.phone.journal.as_bytes()[0], Some(taken)).await
                })
            }),
            No(403, "enrol_code", "enrol_code"),
            Everything,
        ),
        row(
            "messages that are no JSON, everywhere",
            Story(|s| {
                Box::pin(async {
                    let asked = MESSAGES.map(|path| message(&s.phone, path).body("{"));
                    all(asked.into(), (400, "malformed")).await
                })
            }),
            No(400, "malformed", "malformed"),
            Everything,
        ),
        row(
            "messages of 2 GiB, announced everywhere",
            Story(|s| Box::pin(announced_everywhere(s))),
            No(413, "too_large", "too_large"),
            Everything,
        ),
        row(
            "bodies that stop, everywhere",
            Story(|s| Box::pin(stops_everywhere(s))),
            No(408, "busy", "stalled"),
            Everything,
        ),
        row(
            "another version of tus, everywhere",
            Story(|s| {
                Box::pin(async {
                    let asked = one_upload(&s.phone, "/api/v1/evidence/abcd", "0.2.2");
                    all(asked, (412, "malformed")).await
                })
            }),
            No(412, "malformed", "tus_version"),
            Everything,
        ),
        row(
            "an upload that is not there, everywhere",
            Story(|s| {
                Box::pin(async {
                    let asked = one_upload(&s.phone, "/api/v1/evidence/abcd", "1.0.0");
                    all(asked, (404, "no_upload")).await
                })
            }),
            No(404, "no_upload", "no_upload"),
            Everything,
        ),
        row(
            "creations with bytes that do not fit",
            Story(|s| Box::pin(bad_creations(s))),
            No(460, "checksum", "checksum"),
            Everything,
        ),
        row(
            "a creation that a newer one of the same photo takes over",
            Story(|s| Box::pin(pushed_out(s))),
            No(423, "busy", "overtaken"),
            Everything,
        ),
        row(
            "a length of 0 said later",
            Story(|s| Box::pin(empty_later(s))),
            No(422, "malformed", "empty"),
            Everything,
        ),
        row(
            "a method that an upload does not have",
            Story(|s| {
                Box::pin(async {
                    let at = "/api/v1/evidence/abcd";
                    Said::of(instead(&s.phone, at, "PUT")).await
                })
            }),
            No(405, "malformed", "method"),
            Everything,
        ),
        row(
            "more uploads at once than a phone has",
            Story(|s| Box::pin(too_many(s))),
            No(503, "busy", "too_many"),
            Everything,
        ),
        row(
            "a token that nobody has, everywhere",
            Story(|s| {
                Box::pin(async {
                    s.phone.token = "nobody's".into();
                    all(with_token(&s.phone), (401, "unauthorised")).await
                })
            }),
            No(401, "unauthorised", "unauthorised"),
            Everything,
        ),
    ]
}

/// After these the court remembers who was wrong.
fn tries() -> Vec<Row> {
    vec![
        row(
            "one wrong token without end, everywhere",
            Story(|s| {
                Box::pin(async {
                    s.phone.token = "again and again".into();
                    let mut said = Said::default();
                    for request in with_token(&s.phone) {
                        said = until_told_to_wait(&request).await;
                    }
                    said
                })
            }),
            No(429, "busy", "too_often"),
            Everything,
        ),
        row(
            "wrong codes without end",
            Story(|s| Box::pin(wrong_codes(s))),
            No(429, "busy", "too_often"),
            Everything,
        ),
    ]
}

fn message(phone: &Phone, path: &str) -> RequestBuilder {
    let url = format!("{}/api/v1{path}", phone.url);
    let request = phone.client.post(url).bearer_auth(&phone.token);
    request.header("content-type", "application/json")
}

/// A request to an upload whose method is named in a header.
fn instead(phone: &Phone, at: &str, method: &str) -> RequestBuilder {
    let request = phone.tus("POST", at);
    request.header("x-http-method-override", method)
}

/// Sends all; each must be answered so. What the last was answered that has a body.
async fn all(requests: Vec<RequestBuilder>, (status, code): (u16, &str)) -> Said {
    let mut last = Said::default();
    for said in join_all(requests.into_iter().map(Said::of)).await {
        assert_eq!(said.status, status, "{said:?}");
        // `HEAD` has no body.
        if !said.code.is_empty() {
            assert_eq!(said.code, code, "{said:?}");
            last = said;
        }
    }
    last
}

/// Every request about one upload.
fn one_upload(phone: &Phone, at: &str, version: &str) -> Vec<RequestBuilder> {
    let url = format!("{}{at}", phone.url);
    let asked = |method: &str| {
        let request = phone.client.request(method.parse().unwrap(), &url);
        let request = request.bearer_auth(&phone.token);
        let request = request.header("tus-resumable", version);
        let request = request.header("upload-offset", 0);
        request.header("content-type", BYTES)
    };
    vec![
        asked("HEAD"),
        asked("PATCH").body("photo"),
        asked("DELETE"),
        asked("POST").header("x-http-method-override", "DELETE"),
    ]
}

/// Every request that needs a token.
fn with_token(phone: &Phone) -> Vec<RequestBuilder> {
    let mut requests = one_upload(phone, "/api/v1/evidence/abcd", "1.0.0");
    requests.extend([
        message(phone, "/journal").body("{}"),
        sync_request(phone),
        phone.creation(&hash_of(PHOTO), 5),
        status(phone, &[hash_of(PHOTO)]),
    ]);
    requests
}

async fn well(request: RequestBuilder, status: u16) -> Said {
    let said = Said::of(request).await;
    assert_eq!((said.status, said.code.as_str()), (status, ""), "{said:?}");
    said
}

async fn goes_well(scene: &mut Scene) -> Said {
    let (code, _) = scene.server.code("wang");
    let newcomer = newcomer(scene).await;
    assert_eq!(enrol_with(&newcomer, &code).await.status, 200);
    let phone = &scene.phone;
    let get = |path: &str| phone.client.get(format!("{}/api/v1{path}", phone.url));
    well(get("/hello"), 200).await;
    well(get("/openapi.json"), 200).await;
    well(
        message(phone, "/enrol/begin").json(&json!({ "code": code })),
        200,
    )
    .await;
    assert_eq!(
        status_of(&scene.bystander, &scene.bystanders_photo).await,
        200
    );
    well(phone.tus("OPTIONS", "/api/v1/evidence"), 204).await;
    let path = phone.create(PHOTO).await;
    well(phone.tus("OPTIONS", &path), 204).await;
    well(phone.tus("HEAD", &path), 200).await;
    well(instead(phone, &path, "HEAD"), 200).await;
    well(patch(phone, &path, 0, b"ph"), 204).await;
    let rest = instead(phone, &path, "PATCH").header("upload-offset", 2);
    well(rest.header("content-type", BYTES).body("oto"), 204).await;
    well(instead(phone, &path, "DELETE"), 204).await;
    let path = phone.create(PHOTO).await;
    well(phone.tus("DELETE", &path), 204).await
}

/// With a receipt in the answer.
async fn status_of(phone: &Phone, photo: &[u8]) -> u16 {
    Said::of(status(phone, &[hash_of(photo)])).await.status
}

async fn successors(scene: &mut Scene) -> Said {
    let (from, device) = (scene.phone.from(), scene.phone.journal.as_bytes()[0]);
    let said = succeed(scene, from, device, None).await;
    assert_eq!(said.status, 200, "{said:?}");
    let foreign = foreign_successor(scene).await;
    assert_eq!((foreign.status, foreign.code.as_str()), (422, "malformed"));
    crate::proof::revoke(scene);
    scene.phone.open_session().await;
    succeed(scene, from, device, None).await
}

/// Entry 1 is another officer's.
async fn foreign_successor(scene: &Scene) -> Said {
    let entry = String::from_utf8(scene.bystander.entries[0].clone()).unwrap();
    let request = message(&scene.phone, "/journal");
    Said::of(request.json(&json!({ "entry": entry }))).await
}

async fn announced_everywhere(scene: &Scene) -> Said {
    let mut said = Said::default();
    for path in MESSAGES {
        said = crate::bodies::announced(&scene.phone, path).await;
        assert_eq!((said.status, said.code.as_str()), (413, "too_large"));
    }
    said
}

async fn stops_everywhere(scene: &Scene) -> Said {
    let phone = &scene.phone;
    let mut asked: Vec<RequestBuilder> = MESSAGES
        .iter()
        .map(|path| message(phone, path).body(stops_after(b"{".to_vec())))
        .collect();
    asked.push(sync_request(phone).body(stops_after(head_of(scene))));
    let bytes = |request: RequestBuilder| {
        let request = request.header("content-type", BYTES);
        request.body(stops_after(b"p".to_vec()))
    };
    asked.push(bytes(phone.creation(&hash_of(PHOTO), 5)));
    // A newer upload of the same bytes takes the place of an older one.
    let path = phone.create(b"another").await;
    asked.push(bytes(phone.tus("PATCH", &path).header("upload-offset", 0)));
    let path = phone.create(b"one more").await;
    let other = instead(phone, &path, "PATCH").header("upload-offset", 0);
    asked.push(bytes(other));
    all(asked, (408, "busy")).await
}

async fn bad_creations(scene: &Scene) -> Said {
    let creation = |bytes: &'static [u8]| {
        let creation = scene.phone.creation(&hash_of(PHOTO), 5);
        creation.header("content-type", BYTES).body(bytes)
    };
    all(vec![creation(b"phxto")], (422, "hash_mismatch")).await;
    all(vec![creation(b"photo and more")], (413, "too_large")).await;
    let unknown = creation(PHOTO).header("upload-checksum", "md5 AAAA");
    all(vec![unknown], (400, "malformed")).await;
    let damaged = creation(b"phxto").header("upload-checksum", sum(PHOTO));
    Said::of(damaged).await
}

/// Bytes that come, one after another, and never end.
fn trickle() -> reqwest::Body {
    let bytes = futures_util::stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok::<_, std::io::Error>(vec![b'x'])
    });
    reqwest::Body::wrap_stream(bytes)
}

fn hanging_creation(phone: &Phone, photo: &[u8]) -> RequestBuilder {
    let creation = phone.creation(&hash_of(photo), 1_000_000);
    creation.header("content-type", BYTES).body(trickle())
}

/// Once its first byte is there, another creation takes its place.
async fn pushed_out(scene: &Scene) -> Said {
    let phone = &scene.phone;
    let before = scene.uploads();
    let hangs = tokio::spawn(Said::of(hanging_creation(phone, PHOTO)));
    while scene.uploads().is_subset(&before) && !hangs.is_finished() {
        tokio::task::yield_now().await;
    }
    phone.create(PHOTO).await;
    hangs.await.unwrap()
}

async fn empty_later(scene: &Scene) -> Said {
    let phone = &scene.phone;
    let path = phone.create(PHOTO).await;
    let request = || patch(phone, &path, 0, PHOTO).header("upload-length", 0);
    let said = Said::of(request()).await;
    let other = crate::uploads::instead(request()).await;
    assert_eq!((other.status, &other.code), (said.status, &said.code));
    said
}

async fn too_many(scene: &Scene) -> Said {
    let phone = &scene.phone;
    let mut hanging = Vec::new();
    let mut n = 0;
    let refused = loop {
        n += 1;
        // Those that have a place stay; the first that has none is answered at once.
        hanging.push(Box::pin(Said::of(hanging_creation(phone, &[n]))));
        assert!(n < 40, "nobody was refused");
        let pause = Box::pin(tokio::time::sleep(Duration::from_millis(100)));
        let any = futures_util::future::select_all(hanging.iter_mut());
        if let futures_util::future::Either::Left(((said, ..), _)) =
            futures_util::future::select(any, pause).await
        {
            break said;
        }
    };
    assert_eq!((refused.status, refused.code.as_str()), (503, "busy"));
    let path = "/api/v1/evidence/abcd";
    let asked = vec![
        patch(phone, path, 0, PHOTO),
        instead(phone, path, "PATCH")
            .header("upload-offset", 0)
            .header("content-type", BYTES)
            .body(PHOTO),
    ];
    all(asked, (503, "busy")).await
}

async fn until_told_to_wait(request: &RequestBuilder) -> Said {
    for _ in 0..200 {
        let said = Said::of(request.try_clone().unwrap()).await;
        if said.status == 429 {
            return said;
        }
    }
    panic!("nobody was told to wait");
}

async fn wrong_codes(scene: &mut Scene) -> Said {
    let newcomer = newcomer(scene).await;
    let begin = message(&scene.phone, "/enrol/begin").json(&json!({ "code": "AAAA" }));
    until_told_to_wait(&begin).await;
    until_told_to_wait(&code_of(&newcomer, "AAAA-BBBB-CCCC-DDDD")).await
}

/// Everything that asks the database is told that the court failed, until its tables are back.
async fn broken(scene: &mut Scene) -> Said {
    let (code, _) = scene.server.code("wang");
    let newcomer = newcomer(scene).await;
    let phone = &scene.phone;
    let answer = crate::proof::answer_to(phone, &phone.url).await;
    let answer = crate::proof::sign(phone, answer);
    let mut asked = with_token(phone);
    asked.extend([
        message(phone, "/session").json(&json!({ "answer": answer })),
        message(phone, "/enrol/begin").json(&json!({ "code": code })),
        code_of(&newcomer, &code),
    ]);
    for table in ["tokens", "enrol_codes"] {
        scene.rename(table, &format!("{table}_aside")).await;
    }
    let said = all(asked, (500, "internal")).await;
    for table in ["tokens", "enrol_codes"] {
        scene.rename(&format!("{table}_aside"), table).await;
    }
    said
}
