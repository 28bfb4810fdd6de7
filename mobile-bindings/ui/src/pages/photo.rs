//! One photo: what it is, what the court has of it, withdrawing it. In addresses a photo is named by
//! the hash of its entry, which nobody can guess from its bytes.

use super::assets::name_of;
use super::page;
use super::problem::{Missing, Problem, Shown};
use super::record::read;
use super::rows::record_href;
use super::sealed::reason;
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{Fact, REASON_CHARS_MAX, assets, fits};
use crate::frame::{Frame, Tab};
use crate::show::{Number, Tag, clock_seconds, grouped, role, size, source, when};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::{Delivery, Photo, ReceiptLine, RecordPage as Shows, StoreError};
use waiqin_protocol::ids::{EvidenceHash, ItemId};
use waiqin_protocol::record::Record;
use waiqin_protocol::suite::sha256;
use waiqin_protocol::words::{Lang, fill};

#[derive(Template)]
#[template(path = "photo.html")]
pub(super) struct PhotoPage {
    frame: Frame,
    title: String,
    subtitle: String,
    back: String,
    state: Tag,
    problem: Option<String>,
    /// What was written as a reason and not taken.
    reason: String,
    ended: Option<String>,
    on_phone: bool,
    readable: bool,
    lost: bool,
    may_withdraw: bool,
    original: String,
    large: String,
    facts: Vec<Fact>,
    hash: String,
    withdraw_action: String,
    missing_action: String,
    check_action: String,
    checked: Option<Tag>,
}

/// `GET /records/{id}/photos/{entry}`
pub(super) async fn show(
    desk: Unlocked,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, Shown> {
    shown(&desk, &id, &entry, None).await
}

/// `POST …/check`: reads the bytes on this phone anew and compares them with the hash that the
/// journal names. Nothing is written: it is a look, and the seal looks again.
pub(super) async fn check(
    desk: Unlocked,
    Path((id, entry)): Path<(String, String)>,
    Protected(_): Protected,
) -> Result<Response, Shown> {
    let (_, photo) = find(&desk, &id, &entry).await?;
    let evidence = photo.state.evidence;
    let bytes = desk
        .ask(move |session| match session.original(evidence.hash) {
            Err(StoreError::Locked) => Err(StoreError::Locked),
            read => Ok(read),
        })
        .await?;
    let checked = Checked::of(bytes, evidence.hash, evidence.length);
    shown(&desk, &id, &entry, Some(checked)).await
}

/// What a look at the bytes came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// They are those that the journal names.
    Holds,
    /// They are others, or cannot be read.
    Differs,
    /// They are not on this phone.
    Gone,
}

impl Checked {
    fn of(bytes: Result<Option<Vec<u8>>, StoreError>, hash: EvidenceHash, length: u64) -> Self {
        match bytes {
            Ok(Some(bytes)) => {
                let long = u64::try_from(bytes.len()).is_ok_and(|it| it == length);
                if long && sha256(&bytes) == *hash.as_bytes() {
                    Self::Holds
                } else {
                    Self::Differs
                }
            }
            Ok(None) => Self::Gone,
            Err(error) => {
                tracing::warn!(%error, "the bytes of a photo could not be read");
                Self::Differs
            }
        }
    }

    fn tag(self, now_ms: i64, w: &Words) -> Tag {
        let time = clock_seconds(now_ms);
        match self {
            Self::Holds => Tag::new(fill(w.photo_checked, &[("time", &time)]), "flash ok"),
            Self::Differs => Tag::new(w.photo_check_differs, "flash seal"),
            Self::Gone => Tag::new(w.photo_check_gone, "flash"),
        }
    }
}

async fn shown(
    desk: &Unlocked,
    id: &str,
    entry: &str,
    checked: Option<Checked>,
) -> Result<Response, Shown> {
    let mut built = built(desk, id, entry).await?;
    if let Some(checked) = checked {
        built = built.after(checked, desk.now_ms());
    }
    Ok(page(&built))
}

/// The page as it stands.
async fn built(desk: &Unlocked, id: &str, entry: &str) -> Result<PhotoPage, Shown> {
    let (shows, photo) = find(desk, id, entry).await?;
    let hash = photo.state.evidence.hash;
    let receipts = desk
        .ask(move |session| Ok::<_, StoreError>(session.receipts()))
        .await?;
    let shift_ms = desk.visit.ui.parts().server_shift_ms;
    let received = received_ms(&receipts, hash).map(|it| it.saturating_add(shift_ms));
    let frame = desk.frame(Some(Tab::Records));
    Ok(PhotoPage::new(
        frame,
        &shows,
        &photo,
        received,
        desk.now_ms(),
    ))
}

/// `GET …/small`: a thumbnail.
pub(super) async fn small(
    desk: Unlocked,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, Shown> {
    let (_, photo) = find(&desk, &id, &entry).await?;
    let hash = photo.state.evidence.hash;
    let bytes = desk.ask(move |session| session.thumbnail(hash)).await?;
    let bytes = bytes.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Photo)))?;
    Ok(([(CONTENT_TYPE, "image/jpeg")], bytes).into_response())
}

/// `GET …/original`: the bytes as taken in. A picture is shown; anything else is handed out as a
/// file, so that nothing in it is ever run as a page.
pub(super) async fn original(
    desk: Unlocked,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, Shown> {
    let (_, photo) = find(&desk, &id, &entry).await?;
    let hash = photo.state.evidence.hash;
    let bytes = desk.ask(move |session| session.original(hash)).await?;
    let bytes = bytes.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Photo)))?;
    let (kind, how) = match photo.state.evidence.media.as_deref() {
        Some("image/jpeg") => ("image/jpeg", "inline"),
        Some("image/png") => ("image/png", "inline"),
        Some(_) | None => ("application/octet-stream", "attachment"),
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_DISPOSITION, HeaderValue::from_static(how)),
    ];
    Ok((headers, bytes).into_response())
}

/// `POST …/withdraw`
pub(super) async fn withdraw(
    desk: Unlocked,
    Path((id, entry)): Path<(String, String)>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let (shows, photo) = find(&desk, &id, &entry).await?;
    let reason = reason(&posted);
    if let Err(problem) = given(&reason, desk.w()) {
        return not_done(&desk, &id, &entry, problem, reason).await;
    }
    let (subject, hash) = (shows.record.subject, photo.state.evidence.hash);
    desk.ask(move |session| session.withdraw_evidence(subject, hash, &reason))
        .await?;
    Ok(Redirect::to(&photo_href(&id, &entry)).into_response())
}

/// `POST …/missing`: only for bytes that are nowhere.
pub(super) async fn missing(
    desk: Unlocked,
    Path((id, entry)): Path<(String, String)>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let (shows, photo) = find(&desk, &id, &entry).await?;
    if photo.on_phone || photo.delivery == Delivery::Received {
        return Err(desk.problem(Problem::Form));
    }
    let reason = reason(&posted);
    if let Err(problem) = given(&reason, desk.w()) {
        return not_done(&desk, &id, &entry, problem, reason).await;
    }
    let (subject, hash) = (shows.record.subject, photo.state.evidence.hash);
    desk.ask(move |session| session.declare_missing(subject, hash, &reason))
        .await?;
    Ok(Redirect::to(&photo_href(&id, &entry)).into_response())
}

/// What is wrong with a reason, if something is.
fn given(reason: &str, w: &Words) -> Result<(), String> {
    if reason.is_empty() {
        return Err(w.err_reason.to_owned());
    }
    if !fits(reason, REASON_CHARS_MAX) {
        return Err(fill(w.err_reason_long, &[("max", &REASON_CHARS_MAX)]));
    }
    Ok(())
}

/// The page with what is in the way, and what was written.
async fn not_done(
    desk: &Unlocked,
    id: &str,
    entry: &str,
    problem: String,
    reason: String,
) -> Result<Response, Shown> {
    let built = built(desk, id, entry).await?.not_done(problem, reason);
    Ok((super::status_of(true), page(&built)).into_response())
}

fn photo_href(id: &str, entry: &str) -> String {
    format!("{}/photos/{entry}", record_href(id))
}

async fn find(desk: &Unlocked, id: &str, entry: &str) -> Result<(Shows, Photo), Shown> {
    let (shows, _) = read(desk, id).await?;
    let photo = shows
        .photos
        .iter()
        .find(|it| it.state.entry.to_string() == entry)
        .cloned();
    let photo = photo.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Photo)))?;
    Ok((shows, photo))
}

fn received_ms(receipts: &[ReceiptLine], of: EvidenceHash) -> Option<i64> {
    receipts.iter().find_map(|it| match it {
        ReceiptLine::Evidence { hash, at_ms, .. } if *hash == of => Some(*at_ms),
        ReceiptLine::Evidence { .. } | ReceiptLine::Journal { .. } => None,
    })
}

impl PhotoPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        photo: &Photo,
        received: Option<i64>,
        now_ms: i64,
    ) -> Self {
        let w = frame.w;
        let evidence = &photo.state.evidence;
        let href = photo_href(
            &shows.record.subject.to_string(),
            &photo.state.entry.to_string(),
        );
        let lost = !photo.on_phone && photo.delivery == Delivery::OnPhone;
        let place = shows.record.text("place");
        let ended = match (&photo.state.withdrawn, &photo.state.missing) {
            (Some(reason), _) => Some(fill(w.withdrawn_because, &[("reason", reason)])),
            (None, Some(reason)) => Some(fill(w.missing_because, &[("reason", reason)])),
            (None, None) => None,
        };
        Self {
            title: role(evidence.role, w).to_owned(),
            subtitle: if place.is_empty() {
                Number::of_case(&shows.record.case, w).plain()
            } else {
                place.to_owned()
            },
            back: format!(
                "{}?step=photos#step-photos",
                record_href(&shows.record.subject.to_string())
            ),
            state: Tag::of(photo.delivery, w),
            problem: None,
            reason: String::new(),
            on_phone: photo.on_phone,
            readable: evidence.media.is_some(),
            lost: lost && photo.state.missing.is_none(),
            may_withdraw: ended.is_none() && shows.record.seals.is_empty(),
            ended,
            original: format!("{href}/original"),
            large: format!("{href}/small"),
            facts: facts(shows, photo, received, now_ms, frame.lang),
            hash: grouped(&evidence.hash.to_string()),
            withdraw_action: format!("{href}/withdraw"),
            missing_action: format!("{href}/missing"),
            check_action: format!("{href}/check"),
            checked: None,
            frame,
        }
    }

    /// The page with what is in the way of an act, and the reason that was written.
    pub(super) fn not_done(self, problem: String, reason: String) -> Self {
        Self {
            problem: Some(problem),
            reason,
            ..self
        }
    }

    /// The page after a look at the bytes.
    pub(super) fn after(self, checked: Checked, now_ms: i64) -> Self {
        Self {
            checked: Some(checked.tag(now_ms, self.frame.w)),
            ..self
        }
    }
}

/// The line or person that a photo shows, in words.
fn shown_item(record: &Record, item: ItemId, lang: Lang) -> String {
    let id = item.to_string();
    let lines = assets::in_order(record);
    if let Some(index) = lines.iter().position(|it| *it == id) {
        let n = fill(Words::of(lang).line_n, &[("n", &(index + 1))]);
        return format!("{n} {}", name_of(record, &id, lang));
    }
    let name = |list: &&str| record.text(&format!("{list}/{id}/name")).to_owned();
    let named = ["present", "parties"];
    let named = named.iter().map(name).find(|it| !it.is_empty());
    named.unwrap_or_else(|| Words::of(lang).photo_item_removed.to_owned())
}

fn facts(
    shows: &Shows,
    photo: &Photo,
    received: Option<i64>,
    now_ms: i64,
    lang: Lang,
) -> Vec<Fact> {
    let w = Words::of(lang);
    let evidence = &photo.state.evidence;
    let pixels = match (evidence.width, evidence.height) {
        (Some(width), Some(height)) => Some(format!("{width} × {height}")),
        (Some(_) | None, Some(_) | None) => None,
    };
    let taken = evidence
        .taken
        .map_or(w.photo_taken_unknown.to_owned(), |it| when(it, now_ms, w));
    let delivery = match (photo.delivery, received) {
        (Delivery::OnPhone, _) => w.state_on_phone.to_owned(),
        (Delivery::Received, None) => w.state_received.to_owned(),
        (Delivery::Received, Some(ms)) => {
            fill(w.photo_received_at, &[("time", &when(ms, now_ms, w))])
        }
    };
    [
        (
            w.photo_item,
            evidence.item.map(|it| shown_item(&shows.record, it, lang)),
        ),
        (w.photo_state, Some(delivery)),
        (w.photo_caption, evidence.caption.clone()),
        (w.photo_source, Some(source(evidence.source, w).to_owned())),
        (w.photo_how, evidence.how.clone()),
        (w.photo_name, Some(evidence.name.clone())),
        (w.photo_size, Some(size(evidence.length))),
        (w.photo_pixels, pixels),
        (w.photo_taken, Some(taken)),
        (w.photo_added, Some(when(photo.state.at, now_ms, w))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some(Fact::new(label, value?, false)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waiqin_protocol::ids::EvidenceHash;

    #[test]
    fn a_look_holds_only_for_the_very_bytes() {
        // SHA-256("abc"), FIPS 180-2.
        let hash: EvidenceHash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            .parse()
            .unwrap();
        let of = |bytes: &str, length| Checked::of(Ok(Some(bytes.into())), hash, length);
        assert_eq!(of("abc", 3), Checked::Holds);
        assert_eq!(of("abd", 3), Checked::Differs);
        assert_eq!(of("abc", 4), Checked::Differs);
        assert_eq!(Checked::of(Ok(None), hash, 3), Checked::Gone);
    }

    #[test]
    fn a_photo_says_which_line_or_person_it_shows_and_when_that_was_removed() {
        let record = crate::samples::seizure_record().record;
        let said = |id: &str| shown_item(&record, id.parse().unwrap(), Lang::En);
        assert!(
            said(&"0e".repeat(16)).starts_with("Line 3 "),
            "{}",
            said(&"0e".repeat(16))
        );
        assert_eq!(said(&"aa".repeat(16)), Words::EN.photo_item_removed);
        let settled = crate::samples::settlement_record().record;
        let party = shown_item(&settled, crate::samples::ITEM.parse().unwrap(), Lang::En);
        assert_eq!(
            party,
            settled.text(&format!("parties/{}/name", crate::samples::ITEM))
        );
    }
}
