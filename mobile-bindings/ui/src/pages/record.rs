//! One record as numbered steps in the scene's order. One is open; the others fold into a
//! line that says what they hold.

use super::check::{Lack, lack_of};
use super::naming::{to_fill_in, to_mend};
use super::orphan::orphan_href;
use super::page;
use super::problem::{Missing, Problem, Shown};
use super::rows::{case_href, names, record_href};
use super::sealed::amends_text;
use super::visit::Unlocked;
use crate::form::{Block, FieldProblem, Part, PhotoView, StepView, Viewer, has_assets, steps_of};
use crate::frame::{Frame, Tab, Truth};
use crate::show::{Number, Tag, act, clock_seconds, role};
use crate::words::Words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use waiqin_core::{Delivery, Orphan, Photo, RecordPage as Shows, StoreError};
use waiqin_protocol::ids::{OfficerId, SubjectId};
use waiqin_protocol::record::Record;
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::fill;

/// Query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Which step is open.
    #[serde(default)]
    step: String,
}

#[derive(Template)]
#[template(path = "record.html")]
pub(super) struct RecordPage {
    frame: Frame,
    subject: SubjectId,
    title: &'static str,
    no: Number,
    second: String,
    back: String,
    tag: Option<Tag>,
    notes: Vec<Tag>,
    steps: Vec<StepView>,
    action: String,
    autosave: String,
    readonly: bool,
    case_href: Option<String>,
    /// Where the number is filled in, and where it is mended.
    naming: Option<String>,
    renaming: Option<String>,
    /// Evidence that was taken for it and that no entry names.
    orphans: Option<Orphans>,
    photo_href: String,
    assets_href: Option<String>,
    seal: SealLinks,
}

/// How many there are, and the way to the first.
pub(super) struct Orphans {
    href: String,
    text: String,
}

/// The ways to what follows the record: the check with its count, the signatures.
pub(super) struct SealLinks {
    /// How much is missing; none after the seal.
    lack: Option<Lack>,
    lack_href: String,
    check: String,
    paper: String,
    sealed: bool,
}

/// `GET /records/{id}`
pub(super) async fn show(
    desk: Unlocked,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Shown> {
    let (shows, sheet) = read(&desk, &id).await?;
    let lack = lack_of(&desk, &shows).await?;
    let frame = desk.frame(Some(Tab::Records));
    let me = desk.session.officer().id;
    let built = RecordPage::new(
        frame,
        &shows,
        sheet.as_ref(),
        (me, desk.now_ms()),
        &asked.step,
        &[],
    );
    let orphans = desk.session.orphans();
    Ok(page(&built.lacking(lack).offering(&orphans)))
}

/// A record and what the phone knows of its case.
pub(super) async fn read(desk: &Unlocked, id: &str) -> Result<(Shows, Option<CaseSheet>), Shown> {
    let gone = || desk.problem(Problem::NotFound(Missing::Record));
    let subject: SubjectId = id.parse().map_err(|_| gone())?;
    let found = desk
        .ask(move |session| {
            let Some(shows) = session.record(subject)? else {
                return Ok(None);
            };
            let sheet = match &shows.record.case.id {
                Some(id) => session.case(id)?,
                None => None,
            };
            Ok::<_, StoreError>(Some((shows, sheet)))
        })
        .await?;
    found.ok_or_else(gone)
}

impl RecordPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        sheet: Option<&CaseSheet>,
        (me, now_ms): (OfficerId, i64),
        step: &str,
        problems: &[FieldProblem],
    ) -> Self {
        let w = frame.w;
        let record = &shows.record;
        let id = record.subject.to_string();
        let sealed = !record.seals.is_empty() || record.voided.is_some();
        let steps = steps_of(record.act);
        let readonly = sealed || steps.is_none();
        let has_address = sheet
            .and_then(|it| it.address.as_deref())
            .is_some_and(|it| !it.is_empty());
        let viewer = Viewer {
            page: shows,
            lang: frame.lang,
            me,
            now_ms,
            has_address,
            readonly,
            problems,
            photos: small_photos(shows, w),
            item: None,
        };
        let place = record.text("place");
        let debtors = sheet.map(|it| names(&it.debtors, w)).unwrap_or_default();
        let open = Some(step).filter(|it| !it.is_empty());
        Self {
            subject: record.subject,
            title: act(record.act, w),
            no: Number::of_case(&record.case, w),
            second: if place.is_empty() {
                debtors
            } else {
                place.to_owned()
            },
            back: "/records".to_owned(),
            tag: tag(shows, w),
            notes: {
                let decided = viewer.decisions().into_iter();
                let decided = decided.map(|text| Tag::new(text, "flash"));
                notes(shows, readonly, w)
                    .into_iter()
                    .chain(decided)
                    .collect()
            },
            steps: match steps {
                Some(steps) => viewer.steps(steps, open),
                None => viewer.whole(),
            },
            action: record_href(&id),
            autosave: format!("/records/{id}/fields"),
            readonly,
            case_href: sheet.map(|it| case_href(&it.id)),
            naming: to_fill_in(record),
            renaming: to_mend(record, me),
            orphans: None,
            photo_href: format!("/records/{id}/photos/new"),
            assets_href: has_assets(record.act).then(|| format!("/records/{id}/assets")),
            seal: SealLinks::of(record),
            frame: Frame {
                truth: truth(shows, &frame.truth, w),
                poll: false,
                ..frame
            },
        }
    }

    /// With what was taken for it before the app was killed.
    pub(super) fn offering(mut self, orphans: &[Orphan]) -> Self {
        let own = |it: &&Orphan| self.subject == it.record;
        self.orphans = orphans.iter().find(own).map(|first| Orphans {
            href: orphan_href(first),
            text: fill(
                self.frame.w.orphan_open,
                &[("n", &orphans.iter().filter(own).count())],
            ),
        });
        self
    }

    /// With the count of what is missing, which the bar leads with.
    pub(super) fn lacking(mut self, lack: Option<Lack>) -> Self {
        self.seal.lack = lack;
        self
    }
}

impl SealLinks {
    fn of(record: &Record) -> Self {
        let href = record_href(&record.subject.to_string());
        Self {
            lack: None,
            lack_href: format!("{href}/lack"),
            check: format!("{href}/check"),
            paper: format!("{href}/paper/record"),
            sealed: !record.seals.is_empty(),
        }
    }
}

/// The truth of this record: when it was last saved, and what the court has of it. An alarm of the
/// phone as a whole stands before it.
pub(super) fn truth(shows: &Shows, phone: &Truth, w: &Words) -> Truth {
    if phone.dot != "ok" {
        return phone.clone();
    }
    // What others wrote was saved elsewhere.
    let own = || shows.entries.iter().filter(|it| it.seq.is_some());
    let Some(last) = own().next_back() else {
        return phone.clone();
    };
    let waits = shows
        .entries
        .iter()
        .filter(|it| it.delivery == Delivery::OnPhone)
        .count();
    let right = match (waits, shows.delivery) {
        (0, Delivery::Received) => w.truth_record_delivered.to_owned(),
        (0, Delivery::OnPhone) => String::new(),
        (n, _) => fill(w.truth_record_waits, &[("n", &n)]),
    };
    Truth {
        dot: "ok",
        main: fill(w.truth_saved_at, &[("time", &clock_seconds(last.at_ms))]),
        side: fill(w.truth_save_count, &[("n", &own().count())]),
        right,
    }
}

fn tag(shows: &Shows, w: &Words) -> Option<Tag> {
    let contested = shows.record.contested().len();
    if contested > 0 {
        return Some(Tag::new(
            fill(w.record_contested, &[("n", &contested)]),
            "warn",
        ));
    }
    if !shows.record.seals.is_empty() {
        return Some(Tag::new(w.sealed_stamp, "seal"));
    }
    Some(Tag::of(shows.delivery, w))
}

fn notes(shows: &Shows, readonly: bool, w: &Words) -> Vec<Tag> {
    let record = &shows.record;
    let mut notes = Vec::new();
    if !record.seals.is_empty() {
        notes.push(Tag::new(w.record_sealed, "flash"));
    } else if let Some(reason) = &record.voided {
        let text = fill(w.voided_because, &[("reason", reason)]);
        notes.push(Tag::new(text, "flash seal"));
    } else if readonly {
        notes.push(Tag::new(w.record_readonly, "flash"));
    }
    if record.case.normal.is_none() && !record.seals.is_empty() {
        notes.push(Tag::new(w.naming_sealed, "flash"));
    }
    if let Some(text) = amends_text(record, w) {
        notes.push(Tag::new(text, "flash"));
    }
    let typed = &record.case.typed;
    if record
        .case
        .normal
        .as_ref()
        .is_some_and(|normal| normal != typed)
    {
        notes.push(Tag::new(
            fill(w.record_typed, &[("typed", typed)]),
            "muted small",
        ));
    }
    notes
}

/// The photos of a record as small pictures, newest last.
pub(super) fn small_photos(shows: &Shows, w: &'static Words) -> Vec<PhotoView> {
    let subject = shows.record.subject;
    let photos = shows.photos.iter();
    photos.map(|photo| small_photo(subject, photo, w)).collect()
}

/// A photo as a small picture.
pub(super) fn small_photo(subject: SubjectId, photo: &Photo, w: &'static Words) -> PhotoView {
    let state = &photo.state;
    let href = format!("/records/{subject}/photos/{}", state.entry);
    let gone = state.withdrawn.is_some() || state.missing.is_some();
    PhotoView {
        thumb: format!("{href}/small"),
        href,
        label: if state.withdrawn.is_some() {
            w.state_withdrawn
        } else {
            role(state.evidence.role, w)
        },
        mark: if photo.delivery == Delivery::Received {
            "✓"
        } else {
            ""
        },
        readable: state.evidence.media.is_some() && photo.on_phone,
        gone,
        unreadable: if photo.on_phone {
            w.state_unreadable
        } else {
            w.state_received
        },
    }
}
