//! 财产清单: the lines of a seizure, one under the other, with what each still lacks and what they
//! come to. A line has a page of its own ([`super::asset`]).

use super::page;
use super::problem::{Problem, Shown};
use super::record::{read, small_photos, truth};
use super::rows::record_href;
use super::save::{place, writable};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{DeedView, Held, PhotoView, amount_fen, assets, has_assets, total_fen};
use crate::frame::{Frame, Tab};
use crate::show::{Tag, money};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use waiqin_core::RecordPage as Shows;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::field_at;
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::record::Record;
use waiqin_protocol::words::{Lang, fill};

/// A line of the list.
pub(super) struct Line {
    n: usize,
    anchor: String,
    href: String,
    name: String,
    amount: String,
    note: String,
    tags: Vec<Tag>,
}

#[derive(Template)]
#[template(path = "assets.html")]
pub(super) struct AssetsPage {
    frame: Frame,
    back: String,
    count: String,
    place: String,
    readonly: bool,
    action: String,
    adds: Vec<DeedView>,
    lines: Vec<Line>,
    total: Option<Total>,
    photos: Vec<PhotoView>,
    photo_href: String,
    photo_do: String,
}

/// What the lines come to.
struct Total {
    label: String,
    amount: String,
    capital: String,
}

/// `GET /records/{id}/assets`
pub(super) async fn show(desk: Unlocked, Path(id): Path<String>) -> Result<Response, Shown> {
    let (shows, _) = read(&desk, &id).await?;
    if !has_assets(shows.record.act) {
        return Err(desk.problem(Problem::NotFound(super::problem::Missing::Page)));
    }
    let frame = desk.frame(Some(Tab::Records));
    Ok(page(&AssetsPage::new(frame, &shows)))
}

/// `POST /records/{id}/assets`: a button that adds a line; its page opens.
pub(super) async fn add(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let found = writable(&desk, &id).await?;
    let record = &found.shows.record;
    let what = posted.text("do").unwrap_or_default();
    let place = place(&desk, found.sheet.as_ref());
    let nothing = BTreeMap::new();
    let held = Held {
        record,
        typed: &nothing,
    };
    let values = match what.split_once(':') {
        _ if !has_assets(record.act) => None,
        Some(("add", key)) => assets::added(key, &held, &place),
        Some(("again", of)) => assets::again(of, &held, &place),
        Some(_) | None => None,
    };
    let values = values.ok_or_else(|| desk.problem(Problem::Form))?;
    let subject = record.subject;
    desk.ask(move |session| session.change(subject, values))
        .await?;
    let to = format!("{}/{}", assets_href(&id), place.new_item);
    Ok(Redirect::to(&to).into_response())
}

/// The page of the list.
pub(super) fn assets_href(record: &str) -> String {
    format!("{}/assets", record_href(record))
}

impl AssetsPage {
    pub(super) fn new(frame: Frame, shows: &Shows) -> Self {
        let w = frame.w;
        let record = &shows.record;
        let id = record.subject.to_string();
        let readonly = !record.seals.is_empty() || record.voided.is_some();
        let ids = assets::in_order(record);
        let href = assets_href(&id);
        let next = next_photo(shows, &ids);
        let photo = format!("{}/photos/new", record_href(&id));
        Self {
            back: format!("{}?step=assets#step-assets", record_href(&id)),
            count: match ids.len() {
                0 => String::new(),
                1 => w.sum_item.to_owned(),
                n => fill(w.sum_items, &[("n", &n)]),
            },
            place: record.text("place").to_owned(),
            readonly,
            action: href.clone(),
            adds: adds(w),
            lines: ids
                .iter()
                .enumerate()
                .map(|(index, item)| line(shows, item, index, &href, frame.lang))
                .collect(),
            total: total(record, &ids, w),
            photos: small_photos(shows, w),
            photo_href: match next {
                Some((_, item)) => format!("{photo}?item={item}"),
                None => photo,
            },
            photo_do: match next {
                Some((n, _)) => fill(w.photo_of_line, &[("n", &n)]),
                None => w.add_photo.to_owned(),
            },
            frame: Frame {
                truth: truth(shows, &frame.truth, w),
                poll: false,
                ..frame
            },
        }
    }
}

fn adds(w: &'static Words) -> Vec<DeedView> {
    let view = |it: &crate::form::Preset| DeedView {
        what: format!("add:{}", it.key),
        label: format!("＋ {}", (it.label)(w)),
        title: "",
        hard: false,
        on: false,
    };
    assets::PRESETS.iter().map(view).collect()
}

/// The first line without a photo, with its place in the list; else the last line.
fn next_photo<'a>(shows: &Shows, ids: &'a [String]) -> Option<(usize, &'a str)> {
    let without = ids.iter().position(|id| photos_of(shows, id) == 0);
    let index = without.or_else(|| ids.len().checked_sub(1))?;
    Some((index + 1, ids.get(index)?))
}

/// How many photos that still stand show an item or person.
pub(super) fn photos_of(shows: &Shows, id: &str) -> usize {
    let of = |it: &&waiqin_core::Photo| {
        it.state.withdrawn.is_none()
            && it
                .state
                .evidence
                .item
                .is_some_and(|item| item.to_string() == id)
    };
    shows.photos.iter().filter(of).count()
}

/// What a line is called: its name and plate or model, else its kind.
pub(super) fn name_of(record: &Record, id: &str, lang: Lang) -> String {
    let of = |name: &str| record.text(&format!("assets/{id}/{name}"));
    let second = [of("plate"), of("model")]
        .into_iter()
        .find(|it| !it.is_empty() && !of("name").contains(it));
    let parts: Vec<&str> = [of("name"), second.unwrap_or_default()]
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect();
    if of("name").is_empty() {
        let kind = code(record, id, "kind", lang);
        return [kind.as_str()]
            .into_iter()
            .chain(parts)
            .collect::<Vec<_>>()
            .join(" ");
    }
    parts.join(" ")
}

fn code(record: &Record, id: &str, name: &str, lang: Lang) -> String {
    let path = format!("assets/{id}/{name}");
    let def = field_at(record.act, &path);
    let code = def.and_then(|it| it.code(record.text(&path)));
    code.map_or(String::new(), |it| it.label(lang).to_owned())
}

fn line(shows: &Shows, id: &str, index: usize, href: &str, lang: Lang) -> Line {
    let w = Words::of(lang);
    let record = &shows.record;
    let of = |name: &str| record.text(&format!("assets/{id}/{name}")).to_owned();
    let quantity = record
        .value(&format!("assets/{id}/quantity"))
        .and_then(Value::as_int)
        .map_or(String::new(), |n| format!("{n} {}", of("unit")));
    let name = name_of(record, id, lang);
    let kind = code(record, id, "kind", lang);
    // Said once: a line without a name of its own is called by its kind.
    let kind = Some(kind).filter(|it| !name.starts_with(it.as_str()));
    let note = [quantity, kind.unwrap_or_default(), of("condition")];
    Line {
        n: index + 1,
        anchor: format!("item-assets-{id}"),
        href: format!("{href}/{id}"),
        name,
        amount: amount_fen(record, id).map_or_else(|| "—".to_owned(), |it| Fen(it).yuan()),
        note: note
            .iter()
            .map(|it| it.trim())
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        tags: tags(shows, id, w),
    }
}

/// 轮候, 并存, 缺照片 or how many there are.
fn tags(shows: &Shows, id: &str, w: &'static Words) -> Vec<Tag> {
    let record = &shows.record;
    let mut tags = Vec::new();
    if record.text(&format!("assets/{id}/rank")) == "waiting" {
        tags.push(Tag::new(w.rank_waiting, "warn"));
    }
    let before = format!("assets/{id}/");
    if record
        .contested()
        .iter()
        .any(|it| it.as_str().starts_with(&before))
    {
        tags.push(Tag::new(w.state_contested, "warn"));
    }
    tags.push(match photos_of(shows, id) {
        0 => Tag::new(w.no_photo, "seal"),
        1 => Tag::new(w.sum_photo, "plain"),
        n => Tag::new(fill(w.sum_photos, &[("n", &n)]), "plain"),
    });
    tags
}

fn total(record: &Record, ids: &[String], w: &'static Words) -> Option<Total> {
    let total = total_fen(record)?;
    let priced = ids
        .iter()
        .filter(|id| amount_fen(record, id).is_some())
        .count();
    let label = if priced == ids.len() {
        w.total.to_owned()
    } else {
        fill(w.total_of, &[("n", &priced)])
    };
    Some(Total {
        label,
        amount: money(total, w),
        capital: fill(w.in_capitals, &[("capital", &Fen(total).capital())]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{ITEM, long_list, seizure_record};

    #[test]
    fn the_photo_button_leads_to_the_first_line_that_has_none() {
        let mut shows = seizure_record();
        let ids = assets::in_order(&shows.record);
        assert_eq!(ids[0], ITEM);
        let (n, id) = next_photo(&shows, &ids).unwrap();
        assert_eq!((n, id), (2, ids[1].as_str()));
        // A photo that was withdrawn shows nothing any more.
        shows.photos[0].state.withdrawn = Some("wrong door".to_owned());
        assert_eq!(next_photo(&shows, &ids).unwrap().0, 1);
        for (photo, id) in shows.photos.iter_mut().zip([&ids[0], &ids[1], &ids[2]]) {
            photo.state.withdrawn = None;
            photo.state.evidence.item = Some(id.parse().unwrap());
        }
        assert_eq!(next_photo(&shows, &ids[..3]).unwrap().0, 3, "else the last");
        assert_eq!(next_photo(&shows, &[]), None);
    }

    #[test]
    fn the_total_counts_cash_once_and_says_how_many_lines_have_a_price() {
        let shows = seizure_record();
        let ids = assets::in_order(&shows.record);
        let total = total(&shows.record, &ids, &Words::EN).unwrap();
        // 320,000.00 + 62,000.00 + 18,600.00 of cash; the moulds have no price.
        assert_eq!(total.amount, "¥ 400,600.00");
        assert!(total.label.contains('3'), "{}", total.label);
        assert!(
            total.capital.ends_with("肆拾万零陆佰元整"),
            "{}",
            total.capital
        );
    }

    #[test]
    fn a_list_of_120_lines_keeps_their_numbers_in_order() {
        let shows = long_list();
        let ids = assets::in_order(&shows.record);
        assert_eq!(ids.len(), 120);
        let lines: Vec<usize> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| line(&shows, id, index, "/x", Lang::En).n)
            .collect();
        assert_eq!(lines, (1..=120).collect::<Vec<_>>());
        assert!(ids[99].starts_with("64"), "line 100 is item 0x64…");
    }
}
