//! The answer: lines of NDJSON, compressed from a kilobyte on, streamed page by page. Without its
//! last line `end` it was cut, and the phone knows.

use super::compress::Packer;
use super::pages::{Cut, Pages};
use crate::api::problem::Refusal;
use crate::db::DbError;
use crate::rate::Place;
use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use waiqin_protocol::wire::sync::{COMPRESS_FROM, DownLine, NDJSON};

/// Whether the caller takes zstd.
pub(super) fn accepts_zstd(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let zstd = parts.next() == Some("zstd");
            zstd && !parts.any(|quality| matches!(quality, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

/// Sends opening lines and pages. What is small is one plain body; what is not is streamed, one
/// page in memory at a time, and is under way until its last byte was taken.
pub(super) async fn respond(
    opening: Vec<DownLine>,
    mut pages: Pages,
    zstd: bool,
    place: Place,
) -> Result<Response, Refusal> {
    let mut first = Vec::new();
    for line in &opening {
        write_line(&mut first, line)?;
    }
    let mut ended = false;
    while !ended && first.len() < COMPRESS_FROM {
        ended = next_line(&mut pages, &mut first).await?;
    }
    let compressed = zstd && first.len() >= COMPRESS_FROM;
    let mut packer = Packer::new(compressed).map_err(|_| Refusal::Internal)?;
    if ended && !compressed {
        return Ok(with_headers(Body::from(first), false));
    }
    let stream = async_stream::stream! {
        let _place = place;
        let mut line = first;
        loop {
            yield packer.pack(line);
            if ended {
                break;
            }
            line = Vec::new();
            match next_line(&mut pages, &mut line).await {
                Ok(last) => ended = last,
                Err(error) => {
                    yield Err(cut(error));
                    return;
                }
            }
        }
        yield packer.end();
    };
    Ok(with_headers(Body::from_stream(stream), compressed))
}

/// Writes the next line with the entries that it announces, or the end; `true` after the end.
async fn next_line(pages: &mut Pages, to: &mut Vec<u8>) -> Result<bool, DbError> {
    match pages.next().await? {
        Ok(Cut { line, entries }) => {
            write_line(to, &line)?;
            for bytes in entries {
                to.extend(bytes);
                to.push(b'\n');
            }
            Ok(false)
        }
        Err(end) => {
            write_line(to, &DownLine::End(end))?;
            Ok(true)
        }
    }
}

fn write_line(to: &mut Vec<u8>, line: &DownLine) -> Result<(), DbError> {
    serde_json::to_writer(&mut *to, line).map_err(|_| DbError::Stored { what: "answer" })?;
    to.push(b'\n');
    Ok(())
}

/// The answer breaks off: the phone keeps what it has and asks again.
fn cut(error: DbError) -> std::io::Error {
    // Logged with its cause, as every failure is.
    let _ = Refusal::from(error);
    std::io::Error::other("the answer was cut")
}

fn with_headers(body: Body, compressed: bool) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    if compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zstd_is_sent_to_those_who_take_it() {
        let headers = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            headers
        };
        assert!(accepts_zstd(&headers("gzip, zstd;q=0.5")));
        assert!(!accepts_zstd(&headers("zstd;q=0, gzip")));
        assert!(!accepts_zstd(&headers("gzip, br")));
        assert!(!accepts_zstd(&HeaderMap::new()));
    }
}
