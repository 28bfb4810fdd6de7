//! Bodies that do not read, or hold too much.

use crate::rows::{Act, Row, Said, Says, Stays, good, row, sync_request};
use crate::seen;
use crate::support::{Phone, line};
use std::io::Write as _;
use waiqin_protocol::journal::Head;
use waiqin_protocol::wire::sync::UpLine;

const MALFORMED: Says = Says::No(400, "malformed", "malformed");
const TOO_LARGE: Says = Says::No(413, "too_large", "too_large");
const PIECE_TOO_LARGE: Says = Says::No(413, "too_large", "piece_too_large");
use Act::{Ask, Story, Sync, Zstd};
use Stays::{Everything, Grows};

pub fn rows() -> Vec<Row> {
    vec![
        row("an empty body", Sync(|_| Vec::new()), MALFORMED, Everything),
        row(
            "no head",
            Sync(|_| b"hello\n".to_vec()),
            MALFORMED,
            Everything,
        ),
        row(
            "a head in bad UTF-8",
            Sync(|_| b"{\"head\":\"\xff\xfe\"}\n".to_vec()),
            MALFORMED,
            Everything,
        ),
        row("two heads", Sync(two_heads), MALFORMED, Everything),
        row("truncated zstd", Zstd(truncated), MALFORMED, Everything),
        row("what is not zstd", Zstd(good), MALFORMED, Everything),
        row(
            "inflated zstd: 64 MiB in 100 KB",
            Zstd(bomb),
            TOO_LARGE,
            Grows,
        ),
        row(
            "a window of 128 MiB",
            Zstd(wide_window),
            MALFORMED,
            Everything,
        ),
        row(
            "another compression",
            Ask(|p| {
                sync_request(p)
                    .header("content-encoding", "gzip")
                    .body(good(p))
            }),
            MALFORMED,
            Everything,
        ),
        row(
            "an entry of 5 MiB",
            Sync(|p| lines(p, &[&[b'x'; 5 << 20]], p.end())),
            TOO_LARGE,
            Everything,
        ),
        row(
            "a line without end",
            Sync(|_| vec![b'{'; 6 << 20]),
            TOO_LARGE,
            Everything,
        ),
        row(
            "a piece of 5 MiB",
            Sync(|p| lines(p, &[&[b'x'; 900 << 10][..]; 6], p.end())),
            PIECE_TOO_LARGE,
            Everything,
        ),
        row(
            "a piece of 4097 entries",
            Sync(|p| lines(p, &[&b"x"[..]; 4097], p.end())),
            PIECE_TOO_LARGE,
            Everything,
        ),
        row("a checkpoint cut off", Sync(cut_off), MALFORMED, Everything),
        row(
            "entries without checkpoint",
            Sync(|p| lines_open(p, &[&p.entries[2]])),
            MALFORMED,
            Everything,
        ),
        row(
            "a message of 2 GiB, announced",
            Story(|s| Box::pin(announced(&s.phone, "/session"))),
            TOO_LARGE,
            Everything,
        ),
        row(
            "a message that is no JSON",
            Ask(|p| p.client.post(format!("{}/api/v1/session", p.url)).body("{")),
            MALFORMED,
            Everything,
        ),
        row(
            "no such address",
            Ask(|p| p.client.get(format!("{}/api/v1/nothing", p.url))),
            Says::No(404, "not_found", "not_found"),
            Everything,
        ),
        row(
            "no such method",
            Ask(|p| p.client.get(format!("{}/api/v1/sync", p.url))),
            Says::No(405, "malformed", "method"),
            Everything,
        ),
    ]
}

/// The head line and some lines as they are.
pub fn lines_open(phone: &Phone, entries: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(phone.sync_head())));
    for entry in entries {
        body.extend(*entry);
        body.push(b'\n');
    }
    body
}

/// The same, and a checkpoint over `end`.
pub fn lines(phone: &Phone, entries: &[&[u8]], end: Head) -> Vec<u8> {
    let mut body = lines_open(phone, entries);
    line(&mut body, &UpLine::Checkpoint(phone.checkpoint(end)));
    body
}

fn two_heads(phone: &Phone) -> Vec<u8> {
    let mut body = lines_open(phone, &[]);
    body.extend(good(phone));
    body
}

fn truncated(phone: &Phone) -> Vec<u8> {
    let packed = zstd::bulk::compress(&good(phone), 3).unwrap();
    packed[..packed.len() / 2].to_vec()
}

fn bomb(phone: &Phone) -> Vec<u8> {
    let mut bomb = good(phone);
    bomb.extend(vec![b'x'; 64 << 20]);
    let bomb = zstd::bulk::compress(&bomb, 3).unwrap();
    assert!(bomb.len() < 100_000);
    bomb
}

fn wide_window(phone: &Phone) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = zstd::stream::write::Encoder::new(&mut packed, 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&good(phone)).unwrap();
    // Longer than the window may be, or the frame would name a smaller one.
    for _ in 0..9 {
        encoder.write_all(&[b'\n'; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap();
    packed
}

fn cut_off(phone: &Phone) -> Vec<u8> {
    let mut body = good(phone);
    body.truncate(body.len() - 10);
    body
}

/// The head of a request that says it is 2 GiB long, and nothing after it.
pub async fn announced(phone: &Phone, path: &str) -> Said {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = phone.url.strip_prefix("http://").unwrap();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let token = &phone.token;
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: court\r\ncontent-type: application/json\r\n\
         authorization: Bearer {token}\r\nconnection: close\r\ncontent-length: 2147483648\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let word = |name: &str| body["problem"][name].as_str().unwrap().to_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    seen::note(&seen::operation("POST", path), status, &word("code"));
    Said {
        status,
        code: word("code"),
        zh: word("zh"),
        en: word("en"),
        ..Said::default()
    }
}
