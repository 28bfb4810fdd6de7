//! What uploads may do besides: bytes with the creation, an end, a length said later, a takeover.

use crate::support::{Phone, Server};
use waiqin_protocol::suite::sha256;

#[tokio::test]
async fn an_upload_with_its_bytes_and_its_end() {
    let server = Server::start();
    let phone = Phone::enrol(&server, "wang", 1).await;
    let bytes = b"all at once".to_vec();
    let response = phone
        .creation(&hex::encode(sha256(&bytes)), bytes.len() as u64)
        .header("content-type", "application/offset+octet-stream")
        .body(bytes.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["upload-offset"], "11");
    assert!(
        response.headers()["upload-expires"]
            .to_str()
            .unwrap()
            .ends_with(" GMT")
    );
    let path = phone.create(b"not wanted").await;
    assert_eq!(
        phone.tus("DELETE", &path).send().await.unwrap().status(),
        204
    );
    assert_eq!(phone.offset(&path).await, None);
}

#[tokio::test]
async fn a_length_may_be_said_later_once_and_methods_may_be_named_in_a_header() {
    let server = Server::start();
    let phone = Phone::enrol(&server, "wang", 1).await;
    let bytes = b"said later";
    let known = phone
        .creation(&hex::encode(sha256(bytes)), 1)
        .build()
        .unwrap();
    let metadata = known.headers()["upload-metadata"].clone();
    let begin = |deferred: &'static str| {
        phone
            .tus("POST", "/api/v1/evidence")
            .header("upload-defer-length", deferred)
            .header("upload-metadata", metadata.clone())
    };
    assert_eq!(begin("2").send().await.unwrap().status(), 400);
    let both = begin("1").header("upload-length", 10);
    assert_eq!(both.send().await.unwrap().status(), 400);
    let begun = begin("1").send().await.unwrap();
    assert_eq!(begun.status(), 201);
    let path = begun.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(phone.patch(&path, 0, b"said").await.status(), 204);
    let looked = phone.tus("HEAD", &path).send().await.unwrap();
    assert_eq!(looked.headers()["upload-offset"], "4");
    assert_eq!(looked.headers()["upload-defer-length"], "1");
    assert_eq!(looked.headers()["upload-metadata"], metadata);
    assert!(!looked.headers().contains_key("upload-length"));
    let go_on = |length: u64, method: &str| {
        phone
            .tus("POST", &path)
            .header("x-http-method-override", method)
            .header("upload-length", length)
            .header("upload-offset", 4)
            .header("content-type", "application/offset+octet-stream")
            .body(" later")
    };
    assert_eq!(go_on(10, "PUT").send().await.unwrap().status(), 405);
    // Less than is there already.
    assert_eq!(go_on(3, "PATCH").send().await.unwrap().status(), 400);
    let whole = go_on(10, "PATCH").send().await.unwrap();
    assert_eq!(whole.status(), 204);
    assert_eq!(whole.headers()["upload-offset"], "10");
    // Said once, it stays; and every answer says its version, refusals too.
    let again = go_on(11, "PATCH").send().await.unwrap();
    assert_eq!(again.status(), 409);
    assert_eq!(again.headers()["tus-resumable"], "1.0.0");
    let ended = go_on(10, "DELETE").send().await.unwrap();
    assert_eq!(ended.status(), 204);
    let gone = go_on(10, "HEAD").send().await.unwrap();
    assert_eq!(gone.status(), 404);
    server.verified();
}

#[tokio::test]
async fn a_newer_request_takes_over_an_upload_that_hangs() {
    let server = Server::start();
    let phone = Phone::enrol(&server, "wang", 1).await;
    let path = phone.create(b"0123456789").await;
    // A request that sends four bytes and then hangs.
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(4);
    sender.send(Ok(b"0123".to_vec())).await.unwrap();
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|item| (item, receiver))
    });
    let hanging = phone
        .tus("PATCH", &path)
        .header("upload-offset", 0)
        .header("content-type", "application/offset+octet-stream")
        .body(reqwest::Body::wrap_stream(stream));
    let hanging = tokio::spawn(hanging.send());
    // The newer one asks until the four bytes have come; each answer is durable.
    let mut offset = 0;
    while offset < 4 {
        offset = phone.offset(&path).await.unwrap();
        if offset < 4 {
            tokio::task::yield_now().await;
        }
        if hanging.is_finished() {
            break;
        }
    }
    let offset = phone.offset(&path).await.unwrap();
    let rest = &b"0123456789"[usize::try_from(offset).unwrap()..];
    assert_eq!(phone.patch(&path, offset, rest).await.status(), 204);
    drop(sender);
    let _ = hanging.await.unwrap();
    server.verified();
}
