//! Uploads, and questions about evidence: none of them says what others hold.

use crate::rows::{Act, Row, Said, Says, Stays, good, row, sync};
use crate::scene::{Scene, open_record};
use crate::support::Phone;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sha1::Digest as _;
use waiqin_protocol::suite::sha256;

const MALFORMED: Says = Says::No(400, "malformed", "malformed");
const NO_UPLOAD: Says = Says::No(404, "no_upload", "no_upload");
const TOO_LARGE: Says = Says::No(413, "too_large", "too_large");
use Act::{Ask, Story};
use Says::{No, Well};
use Stays::{Everything, Grows};

pub const PHOTO: &[u8] = b"photo";

pub fn rows() -> Vec<Row> {
    let mut rows = creations();
    rows.extend(patches());
    rows.extend(of_others());
    rows
}

pub fn hash_of(bytes: &[u8]) -> String {
    hex::encode(sha256(bytes))
}

fn creations() -> Vec<Row> {
    vec![
        row(
            "a photo of 0 bytes",
            Ask(|p| p.creation(&hash_of(b""), 0)),
            No(422, "malformed", "empty"),
            Everything,
        ),
        row(
            "a photo over the limit",
            Ask(|p| p.creation(&hash_of(PHOTO), 1_000_001)),
            TOO_LARGE,
            Everything,
        ),
        row(
            "a photo of 2 GiB, announced",
            Ask(|p| p.creation(&hash_of(PHOTO), 2 << 30)),
            TOO_LARGE,
            Everything,
        ),
        row(
            "a length beyond all numbers",
            Ask(|p| bare(p).header("upload-length", "99999999999999999999")),
            MALFORMED,
            Everything,
        ),
        row(
            "no hash",
            Ask(|p| bare(p).header("upload-length", 5)),
            MALFORMED,
            Everything,
        ),
        row(
            "a short hash",
            Ask(|p| p.creation("abcd", 5)),
            MALFORMED,
            Everything,
        ),
        row(
            "a path for a hash",
            Ask(|p| p.creation("../../../../etc/passwd", 5)),
            MALFORMED,
            Everything,
        ),
        row("no length", Ask(bare), MALFORMED, Everything),
        row(
            "another version of tus",
            Ask(|p| {
                p.client
                    .post(format!("{}/api/v1/evidence", p.url))
                    .bearer_auth(&p.token)
            }),
            No(412, "malformed", "tus_version"),
            Everything,
        ),
        row(
            "an upload that is not there",
            Ask(|p| p.tus("DELETE", "/api/v1/evidence/abcd")),
            NO_UPLOAD,
            Everything,
        ),
        row(
            "a path for an upload",
            Ask(|p| p.tus("DELETE", "/api/v1/evidence/..%2F..%2Fwaiqin.db")),
            NO_UPLOAD,
            Everything,
        ),
        row(
            "an upload whose name is no text",
            Ask(|p| p.tus("DELETE", "/api/v1/evidence/%FF")),
            NO_UPLOAD,
            Everything,
        ),
        row(
            "a disk that does not take it",
            Story(|s| Box::pin(no_folder(s))),
            No(500, "internal", "internal"),
            Everything,
        ),
        row(
            "more questions than one may ask",
            Ask(|p| status(p, &vec!["00".repeat(32); 5000])),
            TOO_LARGE,
            Everything,
        ),
    ]
}

fn patches() -> Vec<Row> {
    vec![
        row(
            "a wrong offset",
            Story(|s| Box::pin(patched(s, |p, at| patch(p, at, 3, PHOTO)))),
            No(409, "offset", "offset"),
            Everything,
        ),
        row(
            "too many bytes",
            Story(|s| Box::pin(patched(s, |p, at| patch(p, at, 0, b"photo and more")))),
            TOO_LARGE,
            Everything,
        ),
        row(
            "a wrong checksum",
            Story(|s| {
                Box::pin(patched(s, |p, at| {
                    patch(p, at, 0, b"phxto").header("upload-checksum", sum(PHOTO))
                }))
            }),
            No(460, "checksum", "checksum"),
            Everything,
        ),
        row(
            "an unknown checksum",
            Story(|s| {
                Box::pin(patched(s, |p, at| {
                    patch(p, at, 0, PHOTO).header("upload-checksum", "md5 AAAA")
                }))
            }),
            No(400, "malformed", "checksum_unknown"),
            Everything,
        ),
        row(
            "bytes without a type",
            Story(|s| {
                Box::pin(patched(s, |p, at| {
                    p.tus("PATCH", at).header("upload-offset", 0).body("photo")
                }))
            }),
            MALFORMED,
            Everything,
        ),
        row(
            "bytes of another hash",
            Story(|s| Box::pin(other_bytes(s))),
            No(422, "hash_mismatch", "hash_mismatch"),
            Everything,
        ),
        row(
            "a request that a newer one took over",
            Story(|s| Box::pin(overtaken(s))),
            No(423, "busy", "overtaken"),
            Everything,
        ),
    ]
}

fn of_others() -> Vec<Row> {
    vec![
        row(
            "a foreign upload",
            Story(|s| Box::pin(foreign(s))),
            NO_UPLOAD,
            Everything,
        ),
        row(
            "a foreign photo asked for",
            Story(|s| Box::pin(asks_for_foreign(s))),
            Well(200),
            Everything,
        ),
        row(
            "a foreign photo named, not owned",
            Story(|s| Box::pin(names_foreign(s))),
            Well(201),
            Grows,
        ),
    ]
}

fn bare(phone: &Phone) -> RequestBuilder {
    phone.tus("POST", "/api/v1/evidence")
}

pub fn patch(phone: &Phone, at: &str, offset: u64, bytes: &'static [u8]) -> RequestBuilder {
    phone
        .tus("PATCH", at)
        .header("upload-offset", offset)
        .header("content-type", "application/offset+octet-stream")
        .body(bytes)
}

pub fn sum(bytes: &[u8]) -> String {
    format!("sha1 {}", BASE64.encode(sha1::Sha1::digest(bytes)))
}

pub fn status(phone: &Phone, hashes: &[String]) -> RequestBuilder {
    phone
        .client
        .post(format!("{}/api/v1/evidence/status", phone.url))
        .bearer_auth(&phone.token)
        .json(&json!({ "hashes": hashes }))
}

/// Begins an upload, sends one request to it, and sees that no byte was left behind.
async fn patched(scene: &Scene, request: fn(&Phone, &str) -> RequestBuilder) -> Said {
    let phone = &scene.phone;
    let path = phone.create(PHOTO).await;
    let said = Said::of(request(phone, &path)).await;
    assert_eq!(instead(request(phone, &path)).await.code, said.code);
    assert_eq!(phone.offset(&path).await, Some(0), "bytes were left behind");
    said
}

/// The same request as a `POST` that names its method in a header.
pub async fn instead(request: RequestBuilder) -> Said {
    let (client, request) = request.build_split();
    let mut request = request.unwrap();
    let method = request.method().as_str().parse().unwrap();
    let headers = request.headers_mut();
    headers.insert("x-http-method-override", method);
    *request.method_mut() = reqwest::Method::POST;
    Said::of(RequestBuilder::from_parts(client, request)).await
}

/// Discarded with the upload; the phone starts again.
async fn other_bytes(scene: &Scene) -> Said {
    let phone = &scene.phone;
    let path = phone.create(PHOTO).await;
    let said = Said::of(patch(phone, &path, 0, b"phxto")).await;
    assert_eq!(phone.offset(&path).await, None);
    let path = phone.create(PHOTO).await;
    let again = instead(patch(phone, &path, 0, b"phxto")).await;
    assert_eq!((again.status, again.code), (said.status, said.code.clone()));
    let path = phone.create(PHOTO).await;
    let good = patch(phone, &path, 0, PHOTO).header("upload-checksum", sum(PHOTO));
    assert_eq!(good.send().await.unwrap().status(), 204);
    said
}

async fn overtaken(scene: &Scene) -> Said {
    let instead = overtaken_as(&scene.phone, "POST").await;
    let said = overtaken_as(&scene.phone, "PATCH").await;
    assert_eq!((instead.status, &instead.code), (said.status, &said.code));
    said
}

async fn overtaken_as(phone: &Phone, method: &str) -> Said {
    let path = phone.create(PHOTO).await;
    let stream = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let hangs = phone
        .tus(method, &path)
        .header("x-http-method-override", "PATCH")
        .header("upload-offset", 0)
        .header("content-type", "application/offset+octet-stream")
        .body(reqwest::Body::wrap_stream(stream));
    let hangs = tokio::spawn(Said::of(hangs));
    // Until it has begun there is nothing to take over.
    while !hangs.is_finished() {
        assert_eq!(phone.offset(&path).await, Some(0));
    }
    hangs.await.unwrap()
}

async fn no_folder(scene: &Scene) -> Said {
    let folder = scene.server.data.join("evidence/uploads");
    let aside = folder.with_extension("aside");
    std::fs::rename(&folder, &aside).unwrap();
    let creation = scene.phone.creation(&hash_of(PHOTO), 5);
    let said = Said::of(creation).await;
    std::fs::rename(&aside, &folder).unwrap();
    said
}

/// Somebody else's upload is as unknown as one that never was, whatever is done to it.
async fn foreign(scene: &Scene) -> Said {
    let path = scene.bystander.create(b"not yours").await;
    let phone = &scene.phone;
    for method in ["HEAD", "DELETE"] {
        let answer = phone.tus(method, &path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{method}");
    }
    let said = Said::of(patch(phone, &path, 0, PHOTO)).await;
    assert_eq!(scene.bystander.offset(&path).await, Some(0), "it stands");
    said
}

async fn states(phone: &Phone, hashes: &[String]) -> Vec<Value> {
    let answer = status(phone, hashes).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let mut items = answer["items"].as_array().unwrap().clone();
    for item in &mut items {
        item.as_object_mut().unwrap().remove("hash");
    }
    items
}

/// The same is said of a photo that somebody else delivered and of one that nobody has.
async fn asks_for_foreign(scene: &Scene) -> Said {
    let (theirs, nobodys) = (hash_of(&scene.bystanders_photo), "00".repeat(32));
    let own = states(&scene.bystander, std::slice::from_ref(&theirs)).await;
    assert!(own[0]["receipt"].is_object(), "the court holds it: {own:?}");
    let items = states(&scene.phone, &[theirs.clone(), nobodys]).await;
    assert_eq!(items[0], items[1]);
    Said::of(status(&scene.phone, &[theirs])).await
}

/// Naming it in an entry tells nothing and saves nobody the upload.
async fn names_foreign(scene: &mut Scene) -> Said {
    let theirs = scene.bystanders_photo.clone();
    let nobodys = vec![7; theirs.len()];
    let record = open_record(&mut scene.phone, 8);
    for photo in [&theirs, &nobodys] {
        scene.phone.name_evidence(record, photo);
    }
    let phone = &scene.phone;
    assert_eq!(sync(phone, good(phone), None).await.status, 200);
    let items = states(phone, &[hash_of(&theirs), hash_of(&nobodys)]).await;
    assert_eq!(items[0], items[1]);
    assert_eq!(items[0]["receipt"], Value::Null);
    let mut said = Said::default();
    for photo in [&nobodys, &theirs] {
        let creation = phone.creation(&hash_of(photo), photo.len() as u64);
        let (operation, answer) = crate::seen::send(creation).await;
        let path = answer.headers()["location"].to_str().unwrap().to_owned();
        said = Said::read(&operation, answer).await;
        assert_eq!((said.status, phone.offset(&path).await), (201, Some(0)));
    }
    said
}
