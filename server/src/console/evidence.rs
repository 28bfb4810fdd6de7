//! One piece of evidence: its page, its original bytes, its thumbnail; for those alone who may see
//! a record that names it.

use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::photos::{self, PICTURES, Photo};
use super::problem::Problem;
use super::record::{RecordCard, seen};
use super::thumbnail;
use crate::db::AuditAct;
use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::words::Lang;

/// Nothing of the bytes is run, whatever they are.
const CSP: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

#[derive(Template)]
#[template(path = "evidence.html")]
struct EvidencePage {
    frame: Frame,
    card: RecordCard,
    photo: Photo,
    shown: bool,
    before: Option<String>,
    after: Option<String>,
    place: String,
}

/// `GET /records/{subject}/evidence/{hash}`
pub(super) async fn page_of(
    page: Page,
    Path((subject, hash)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (row, record) = seen(&page, &subject).await?;
    let desk = &page.desk;
    let words = page.words();
    let rows = desk.db().evidence_of(&row.subject).await?;
    let photos = photos::of(&record, &rows, words, &|ms| desk.court_time(ms));
    let at = photos
        .iter()
        .position(|it| it.hash == hash)
        .ok_or(Problem::NotFound)?;
    let to = |at: usize| {
        photos
            .get(at)
            .map(|it| format!("/records/{}/evidence/{}", row.subject, it.hash))
    };
    let photo = photos[at].clone();
    let card = RecordCard::of(&row, desk, words);
    show(&EvidencePage {
        frame: page.frame(Tab::Records, format!("{} {}", photo.role, photo.name)),
        shown: photo.thumbnail,
        before: at.checked_sub(1).and_then(to),
        after: to(at + 1),
        place: format!("{} / {}", at + 1, photos.len()),
        photo,
        card,
    })
}

/// A piece of evidence that this member may see, with the name that a record gives it.
async fn allowed(page: &Page, hash: &str) -> Result<(EvidenceHash, String), Problem> {
    let hash: EvidenceHash = hash.parse().map_err(|_| Problem::NotFound)?;
    let id = page.member.id.to_string();
    let scope = page
        .member
        .scope()
        .map(|list_name| (id.as_str(), list_name));
    let db = page.desk.db();
    let subject = db.record_naming(&hash.to_string(), scope).await?;
    let (_, record) = seen(page, &subject.ok_or(Problem::NotFound)?).await?;
    let named = record.evidence.iter().find(|it| it.evidence.hash == hash);
    let name = named.map(|it| it.evidence.name.clone());
    Ok((hash, name.unwrap_or_default()))
}

/// `GET /evidence/{hash}`: the original, byte for byte.
pub(super) async fn original(page: Page, Path(hash): Path<String>) -> Result<Response, Problem> {
    let (hash, name) = allowed(&page, &hash).await?;
    let desk = &page.desk;
    let (_, media) = desk
        .db()
        .evidence_kept(&hash.to_string())
        .await?
        .ok_or(Problem::NotFound)?;
    let text = hash.to_string();
    page.noted(AuditAct::EvidenceRead, Some(&text)).await?;
    let object = desk
        .court()
        .evidence()
        .read(hash)
        .await
        .map_err(Problem::broken)?;
    let object = object.ok_or(Problem::NotFound)?;
    let media = media.as_deref().filter(|media| PICTURES.contains(media));
    let mut response = Body::from_stream(object.bytes).into_response();
    let headers = response.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).map_err(Problem::broken);
    headers.insert(
        header::CONTENT_TYPE,
        value(media.unwrap_or("application/octet-stream"))?,
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(object.length));
    headers.insert(
        header::CONTENT_DISPOSITION,
        value(&disposition(media.is_some(), &name, &text))?,
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CSP),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    Ok(response)
}

/// Pictures are shown, everything else is saved; the name is the record's, without what could
/// leave the header or a folder.
fn disposition(inline: bool, name: &str, hash: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let quoted: String = last
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect::<String>()
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect();
    format!(
        "{kind}; filename=\"{}\"; filename*=UTF-8''{quoted}",
        &hash[..16]
    )
}

/// `GET /evidence/{hash}/thumbnail`
pub(super) async fn thumbnail_of(
    page: Page,
    Path(hash): Path<String>,
) -> Result<Response, Problem> {
    let (hash, _) = allowed(&page, &hash).await?;
    let desk = &page.desk;
    let (length, _) = desk
        .db()
        .evidence_kept(&hash.to_string())
        .await?
        .ok_or(Problem::NotFound)?;
    let folder = desk.thumbnails();
    let text = hash.to_string();
    let kept = tokio::fs::read(thumbnail::path(&folder, &text)).await.ok();
    let made = match kept {
        Some(bytes) => Some(bytes),
        None if length > thumbnail::SOURCE_BYTES_MAX => None,
        None => {
            let permit = desk
                .decoders
                .clone()
                .acquire_owned()
                .await
                .map_err(Problem::broken)?;
            let store = desk.court().evidence();
            let bytes = store.read_whole(hash, thumbnail::SOURCE_BYTES_MAX).await;
            let bytes = bytes.map_err(Problem::broken)?.ok_or(Problem::NotFound)?;
            tokio::task::spawn_blocking(move || {
                let made = thumbnail::make(&bytes);
                drop(permit);
                if let Some(small) = &made
                    && let Err(error) = thumbnail::keep(&folder, &text, small)
                {
                    tracing::warn!(%error, "a thumbnail could not be kept");
                }
                made
            })
            .await
            .map_err(Problem::broken)?
        }
    };
    let mut response = match made {
        Some(bytes) => ([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response(),
        None => ([(header::CONTENT_TYPE, "image/svg+xml")], no_picture(&page)).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CSP),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=3600"),
    );
    Ok(response)
}

/// Stands in place of a thumbnail where the bytes do not read as a picture.
fn no_picture(page: &Page) -> String {
    let text = page.words().not_a_picture;
    let size = if page.lang() == Lang::Zh { 30 } else { 26 };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 480 360\"><rect width=\"480\" \
         height=\"360\" fill=\"#e8e5dd\"/><text x=\"240\" y=\"180\" font-size=\"{size}\" \
         font-family=\"sans-serif\" text-anchor=\"middle\" fill=\"#4b5763\">{text}</text></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_their_header_and_folder() {
        let hash = "0123456789abcdef".repeat(4);
        let text = disposition(true, "../../a\"b\r\nX: \u{6885}.jpg", &hash);
        assert_eq!(
            text,
            "inline; filename=\"0123456789abcdef\"; filename*=UTF-8''a%22bX%3A%20%E6%A2%85.jpg"
        );
        assert!(disposition(false, "", &hash).starts_with("attachment; "));
    }
}
