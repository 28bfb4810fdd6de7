//! One line of the list of assets: what it is, its photos, and only the fields that its kind needs.

use super::assets::{assets_href, name_of};
use super::page;
use super::problem::{Missing, Problem, Shown};
use super::record::{read, small_photo, truth};
use super::rows::record_href;
use super::save::{press, writable};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{Block, FieldProblem, Part, PhotoView, Viewer, assets, has_assets, was};
use crate::frame::{Frame, Tab};
use crate::show::Tag;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::RecordPage as Shows;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::words::fill;

/// A group of fields with its title.
pub(super) struct Group {
    key: &'static str,
    title: &'static str,
    blocks: Vec<Block>,
}

#[derive(Template)]
#[template(path = "asset.html")]
pub(super) struct AssetPage {
    frame: Frame,
    title: String,
    subtitle: String,
    back: String,
    tag: Option<Tag>,
    readonly: bool,
    action: String,
    autosave: String,
    was: String,
    groups: Vec<Group>,
    drop_do: String,
    list: String,
    again_do: String,
    photos: Vec<PhotoView>,
    photo_href: String,
    photo_do: String,
    before: Option<String>,
    next: Option<String>,
}

/// `GET /records/{id}/assets/{item}`
pub(super) async fn show(
    desk: Unlocked,
    Path((id, item)): Path<(String, String)>,
) -> Result<Response, Shown> {
    shown(&desk, &id, &item, &[]).await
}

async fn shown(
    desk: &Unlocked,
    id: &str,
    item: &str,
    problems: &[FieldProblem],
) -> Result<Response, Shown> {
    let (shows, _) = read(desk, id).await?;
    let me = (desk.session.officer().id, desk.now_ms());
    let frame = desk.frame(Some(Tab::Records));
    let built = AssetPage::new(frame, &shows, item, me, problems)
        .ok_or_else(|| desk.problem(Problem::NotFound(Missing::Page)))?;
    let status = super::status_of(!problems.is_empty());
    Ok((status, page(&built)).into_response())
}

/// `POST /records/{id}/assets/{item}`: the form with the button that was pressed.
pub(super) async fn form(
    desk: Unlocked,
    Path((id, item)): Path<(String, String)>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let found = writable(&desk, &id).await?;
    let record = &found.shows.record;
    if !has_assets(record.act) || !record.items("assets").contains(&item) {
        return Err(desk.problem(Problem::NotFound(Missing::Page)));
    }
    let dropped = posted.text("do") == Some(&format!("drop:assets/{item}"));
    let (asked, problems) = press(&desk, &posted, found, assets::STEPS).await?;
    if !problems.is_empty() && !dropped {
        return shown(&desk, &id, &item, &problems).await;
    }
    let list = assets_href(&id);
    let to = match asked.item {
        _ if dropped => list,
        Some(anchor) => format!("{list}/{item}#item-{anchor}"),
        None => format!("{list}/{item}"),
    };
    Ok(Redirect::to(&to).into_response())
}

impl AssetPage {
    /// `None` when the record has no such line.
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        item: &str,
        (me, now_ms): (OfficerId, i64),
        problems: &[FieldProblem],
    ) -> Option<Self> {
        let w = frame.w;
        let record = &shows.record;
        let ids = assets::in_order(record);
        let index = ids.iter().position(|it| it == item)?;
        if !has_assets(record.act) {
            return None;
        }
        let id = record.subject.to_string();
        let list = assets_href(&id);
        let readonly = !record.seals.is_empty() || record.voided.is_some();
        let viewer = Viewer {
            page: shows,
            lang: frame.lang,
            me,
            now_ms,
            has_address: false,
            readonly,
            problems,
            photos: Vec::new(),
            item: Some(item),
        };
        let groups: Vec<Group> = assets::asked_of(record, item)
            .into_iter()
            .map(|step| Group {
                key: step.key,
                title: (step.title)(w),
                blocks: viewer.blocks(step),
            })
            .collect();
        let waiting = record.text(&format!("assets/{item}/rank")) == "waiting";
        let beside = |at: Option<usize>| Some(format!("{list}/{}", ids.get(at?)?));
        let (before, next) = (beside(index.checked_sub(1)), beside(Some(index + 1)));
        let of_item = shows.photos.iter().filter(|it| {
            let shown = it.state.evidence.item;
            shown.is_some_and(|it| it.to_string() == item)
        });
        Some(Self {
            title: name_of(record, item, frame.lang),
            subtitle: fill(w.line_of, &[("n", &(index + 1)), ("all", &ids.len())]),
            back: format!("{list}#item-assets-{item}"),
            tag: waiting.then(|| Tag::new(w.rank_waiting, "warn")),
            readonly,
            action: format!("{list}/{item}"),
            autosave: format!("{}/fields", record_href(&id)),
            was: was(groups.iter().flat_map(|it| &it.blocks)),
            groups,
            drop_do: format!("drop:assets/{item}"),
            again_do: format!("again:{item}"),
            list,
            photos: of_item
                .map(|it| small_photo(record.subject, it, w))
                .collect(),
            photo_href: format!("{}/photos/new?item={item}", record_href(&id)),
            photo_do: fill(w.photo_of_line, &[("n", &(index + 1))]),
            before,
            next,
            frame: Frame {
                truth: truth(shows, &frame.truth, w),
                poll: false,
                ..frame
            },
        })
    }
}
