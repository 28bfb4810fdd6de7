//! Who is slow, or has too much under way, holds up nobody else.

use crate::rows::{Act, Row, Said, Says, Stays, row, sync_request};
use crate::scene::Scene;
use crate::support::line;
use std::io::Error;
use tokio::io::AsyncWriteExt;
use waiqin_protocol::wire::sync::UpLine;

use Act::Story;
use Stays::Everything;

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "headers letter by letter, on a hundred lines",
            Story(|s| Box::pin(slow_headers(s))),
            Says::No(408, "busy", "stalled"),
            Everything,
        ),
        row(
            "a body that stops",
            Story(|s| Box::pin(stalled_upload(s))),
            Says::No(408, "busy", "stalled"),
            Everything,
        ),
        row(
            "a message that stops",
            Act::Ask(|p| {
                let body = stops_after(b"{\"answer\":".to_vec());
                p.client
                    .post(format!("{}/api/v1/session", p.url))
                    .body(body)
            }),
            Says::No(408, "busy", "stalled"),
            Everything,
        ),
        row(
            "more syncs at once than a phone has",
            Story(|s| Box::pin(too_many(s))),
            Says::No(503, "busy", "too_many"),
            Everything,
        ),
    ]
}

pub fn stops_after(bytes: Vec<u8>) -> reqwest::Body {
    use futures_util::StreamExt;
    let first = futures_util::stream::iter([Ok::<_, Error>(bytes)]);
    reqwest::Body::wrap_stream(first.chain(futures_util::stream::pending()))
}

pub fn head_of(scene: &Scene) -> Vec<u8> {
    let mut head = Vec::new();
    line(&mut head, &UpLine::Head(Box::new(scene.phone.sync_head())));
    head
}

/// While they hang the bystander works, and a sync that stops in its middle is told so.
async fn slow_headers(scene: &mut Scene) -> Said {
    let address = scene
        .server
        .http
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    let mut lines = Vec::new();
    for _ in 0..100 {
        let mut socket = tokio::net::TcpStream::connect(&address).await.unwrap();
        socket.write_all(b"POST /api/v1/sync HTT").await.unwrap();
        lines.push(socket);
    }
    let stops = sync_request(&scene.phone).body(stops_after(head_of(scene)));
    let stops = tokio::spawn(Said::of(stops));
    scene.bystander.open_session().await;
    let mut empty = scene.bystander.sync_head();
    empty.checkpoint = None;
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(empty)));
    assert_eq!(scene.bystander.send(body, None).await.status, 200);
    assert!(!stops.is_finished(), "the slow one is still at it");
    stops.await.unwrap()
}

/// What came before it stopped is kept: the upload goes on from there.
async fn stalled_upload(scene: &mut Scene) -> Said {
    let phone = &scene.phone;
    let path = phone.create(b"0123456789").await;
    let patch = phone
        .tus("PATCH", &path)
        .header("upload-offset", 0)
        .header("content-type", "application/offset+octet-stream")
        .body(stops_after(b"0123".to_vec()));
    let said = Said::of(patch).await;
    assert_eq!(phone.offset(&path).await, Some(4));
    assert_eq!(phone.patch(&path, 4, b"456789").await.status(), 204);
    said
}

async fn too_many(scene: &mut Scene) -> Said {
    let head = head_of(scene);
    let syncs: Vec<_> = (0..9)
        .map(|_| {
            let stops = sync_request(&scene.phone).body(stops_after(head.clone()));
            Box::pin(Said::of(stops))
        })
        .collect();
    let (first, _, others) = futures_util::future::select_all(syncs).await;
    drop(others);
    first
}
