//! A form as a page shows it: the layout filled with what the record holds.

use super::assets;
use super::deeds::{Held, stands};
use super::folds::{
    count_fold, fold, given_words, mostly_open, part_given, part_wrong, second_line,
};
use super::kept::was;
use super::layout::{Copy, Deed, Given, Label, Lead, List, Pick, Piece, Step, join};
use super::shown::{
    AssetsView, Block, DeedView, FixView, FlagView, ItemView, Part, PhotoView, StepView,
};
use super::values::{FieldProblem, shown_text};
use crate::show::{fix_text, money};
use crate::words::Words;
use std::collections::BTreeMap;
use waiqin_core::RecordPage;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, FieldDef, Kind};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::record::Record;
use waiqin_protocol::words::{Lang, fill};

/// Everything that a form is shown with.
pub struct Viewer<'a> {
    /// The record.
    pub page: &'a RecordPage,
    /// The language.
    pub lang: Lang,
    /// Who looks.
    pub me: OfficerId,
    /// Now, ms UTC.
    pub now_ms: i64,
    /// Whether the case list has an address.
    pub has_address: bool,
    /// Nothing may be changed.
    pub readonly: bool,
    /// What was not taken at the last save.
    pub problems: &'a [FieldProblem],
    /// The photos, as small pictures.
    pub photos: Vec<PhotoView>,
    /// The item that the page is about, where it is about one.
    pub item: Option<&'a str>,
}

impl Viewer<'_> {
    /// The steps; `open` names the one that is shown open, else the first that is not filled.
    #[must_use]
    pub fn steps(&self, steps: &'static [Step], open: Option<&str>) -> Vec<StepView> {
        let named = open.filter(|open| steps.iter().any(|step| step.key == *open));
        let first = steps
            .iter()
            .find(|step| !self.filled(step))
            .map(|step| step.key);
        let last = steps.last().map_or("", |step| step.key);
        let opened = named.or(first).unwrap_or(last);
        let view = |(index, step): (usize, &'static Step)| {
            let blocks = self.blocks(step);
            StepView {
                key: step.key,
                n: index + 1,
                title: (step.title)(self.w()),
                summary: super::summary::of(step.key, self.page, self.lang),
                done: self.filled(step),
                open: step.key == opened,
                was: was(&blocks),
                blocks,
            }
        };
        steps.iter().enumerate().map(view).collect()
    }

    /// What a step asks; what it holds, where nothing may be changed.
    #[must_use]
    pub fn blocks(&self, step: &'static Step) -> Vec<Block> {
        let asking = self.asking(step);
        if self.readonly {
            super::read_only::of(asking)
        } else {
            asking
        }
    }

    pub(super) fn w(&self) -> &'static Words {
        Words::of(self.lang)
    }

    /// The path of a pattern, on a page about one item.
    pub(super) fn path(&self, pattern: &str) -> String {
        match self.item {
            Some(item) => pattern.replacen('*', item, 1),
            None => pattern.to_owned(),
        }
    }

    pub(super) fn def(&self, path: &str) -> Option<&'static FieldDef> {
        fields::field_at(self.record().act, path)
    }

    pub(super) fn record(&self) -> &Record {
        &self.page.record
    }

    fn filled(&self, step: &Step) -> bool {
        step.leading.iter().all(|lead| match lead {
            Lead::Any(names) => names.iter().any(|name| self.given(name)),
            Lead::Each(list, names) => {
                let items = self.record().items(list);
                let each = |id: &String| {
                    names
                        .iter()
                        .any(|name| self.given(&format!("{list}/{id}/{name}")))
                };
                !items.is_empty() && items.iter().all(each)
            }
        })
    }

    fn given(&self, name: &str) -> bool {
        match name {
            "photos" => self
                .page
                .photos
                .iter()
                .any(|it| it.state.withdrawn.is_none()),
            name => match self.record().value(name) {
                Some(Value::Text(text)) => !text.is_empty(),
                Some(_) => true,
                None => !self.record().items(name).is_empty(),
            },
        }
    }

    fn asking(&self, step: &'static Step) -> Vec<Block> {
        let mut blocks = Vec::new();
        for piece in step.pieces() {
            match piece {
                Piece::Field(field) => blocks.extend(self.part(field, "").map(Block::from)),
                Piece::Heading(label) => blocks.push(Block::Title(label(self.w()))),
                Piece::Flags {
                    title,
                    group,
                    names,
                    none,
                    rest,
                } => blocks.push(self.flags(*title, group, names, (*none, *rest))),
                Piece::List(list) => self.list(list, &mut blocks),
                Piece::Pick(pick) => self.pick(pick, &mut blocks),
                Piece::Deeds(deeds) => blocks.push(Block::Deeds(self.deeds(deeds, ""))),
                Piece::Copy(copy) => blocks.extend(self.copy(copy)),
                Piece::Capital { from, into } => blocks.extend(self.capital(from, into)),
                Piece::More(label) => blocks.push(Block::More(fold(label(self.w())))),
                Piece::Less => {
                    count_fold(&mut blocks, self.w());
                    blocks.push(Block::Less);
                }
                Piece::ListAddress => self.list_address(&mut blocks),
                Piece::Fix => blocks.extend(self.fix()),
                Piece::Photos => blocks.push(Block::Photos(self.photos.clone())),
                Piece::Assets => blocks.push(Block::Assets(self.assets())),
            }
        }
        blocks
    }

    fn flags(
        &self,
        title: Label,
        group: &'static str,
        names: &'static [&'static str],
        (none, rest): (Label, Label),
    ) -> Block {
        let flags: Vec<FlagView> = names
            .iter()
            .map(|name| join(group, name))
            .filter_map(|path| Some(self.flag(self.def(&path)?, path)))
            .collect();
        Block::Flags {
            title: title(self.w()),
            none_do: format!("none:{group}"),
            none_label: if flags.iter().any(|it| it.on) {
                rest(self.w())
            } else {
                none(self.w())
            },
            none_on: flags.iter().all(|it| it.on || it.off == "no"),
            flags,
        }
    }

    fn list(&self, list: &'static List, blocks: &mut Vec<Block>) {
        let w = self.w();
        let name = self.path(list.name);
        blocks.push(Block::Title((list.heading)(w)));
        for (index, id) in self.record().items(&name).into_iter().enumerate() {
            let before = join(&name, &id);
            let fields = list.fields.iter();
            let mut parts: Vec<Part> = fields.filter_map(|it| self.part(it, &before)).collect();
            if !list.deeds.is_empty() {
                parts.push(Part::Deeds(self.deeds(list.deeds, &before)));
            }
            let more: Vec<Part> = list
                .more
                .iter()
                .filter_map(|it| self.part(it, &before))
                .collect();
            if !more.is_empty() {
                let mut view = fold(w.more);
                view.given = given_words(more.iter().filter(|it| part_given(it)).count(), w);
                view.open = more.iter().any(part_wrong);
                parts.push(Part::More(view));
                parts.extend(more);
                parts.push(Part::Less);
            }
            let mut words = list
                .title
                .iter()
                .map(|name| self.words_of(&before, &[name]))
                .filter(|it| !it.is_empty());
            let numbered = || numbered((list.one)(w), index + 1);
            blocks.push(Block::Item(ItemView {
                heading: (list.heading)(w),
                title: words.next().unwrap_or_else(numbered),
                tags: words.collect(),
                second: second_line(&parts, list, &before),
                single: list.fields.len() == 1 && list.more.is_empty() && list.deeds.is_empty(),
                open: mostly_open(&parts),
                drop_do: format!("drop:{before}"),
                anchor: before.replace('/', "-"),
                parts,
            }));
        }
        let add = list.presets.iter().map(|preset| DeedView {
            what: format!("add:{name}:{}", preset.key),
            // "Add" needs no word where the thing itself is named.
            label: format!("＋ {}", (preset.label)(w)),
            title: "",
            hard: false,
            on: false,
        });
        blocks.push(Block::Deeds(add.collect()));
    }

    fn pick(&self, pick: &'static Pick, blocks: &mut Vec<Block>) {
        let Some(def) = self.def(&join(pick.list, &"0".repeat(32))) else {
            return;
        };
        let list = self.record().items(pick.list);
        let picked: Vec<&str> = list
            .iter()
            .map(|it| self.record().text(&join(pick.list, it)))
            .collect();
        let ids = self.record().items(pick.from).into_iter().enumerate();
        let choice = |(index, id): (usize, String)| DeedView {
            what: format!("pick:{}:{id}", pick.list),
            label: self.item_words(pick.from, &id, index),
            title: "",
            hard: false,
            on: picked.contains(&id.as_str()),
        };
        blocks.push(Block::Title(def.label(self.lang)));
        blocks.push(Block::Deeds(ids.map(choice).collect()));
    }

    fn copy(&self, copy: &'static Copy) -> Option<Block> {
        let known = |name: &&&str| self.record().value(&join(copy.from, name)).is_some();
        copy.names.iter().find(known)?;
        Some(Block::Deeds(vec![plain_deed(
            format!("copy:{}", copy.key),
            (copy.label)(self.w()),
        )]))
    }

    /// Only where there is an amount, and other words than its own stand there.
    fn capital(&self, from: &str, into: &str) -> Option<Block> {
        let fen = self.record().value(from)?.as_int()?;
        let words = waiqin_protocol::numbers::money::Fen(fen).capital();
        (self.record().text(into) != words).then(|| {
            let label = self.w().do_capital;
            Block::Deeds(vec![plain_deed(format!("capital:{from}"), label)])
        })
    }

    fn deeds(&self, deeds: &'static [Deed], before: &str) -> Vec<DeedView> {
        let words = |deed: &Deed| {
            deed.values.iter().find_map(|(_, given)| match given {
                Given::Words(label) | Given::Sentence(label) => Some(label(self.w())),
                Given::Code(_)
                | Given::Flag(_)
                | Given::Number(_)
                | Given::Now
                | Given::Left(..) => None,
            })
        };
        let nothing = BTreeMap::new();
        let held = Held {
            record: self.record(),
            typed: &nothing,
        };
        let at = if before.is_empty() {
            self.item.unwrap_or_default()
        } else {
            before
        };
        let view = |deed: &'static Deed| DeedView {
            what: if at.is_empty() {
                format!("deed:{}", deed.key)
            } else {
                format!("deed:{}@{at}", deed.key)
            },
            label: (deed.label)(self.w()).to_owned(),
            title: words(deed).unwrap_or_default(),
            hard: deed.hard,
            on: stands(deed, &held, |name| join(before, &self.path(name))),
        };
        deeds.iter().map(view).collect()
    }

    fn list_address(&self, blocks: &mut Vec<Block>) {
        if self.has_address && self.record().text("place").is_empty() {
            let label = self.w().f_place_from_list;
            blocks.push(Block::Deeds(vec![plain_deed("address".to_owned(), label)]));
        }
    }

    fn fix(&self) -> Option<Block> {
        let value = self.record().value("fix");
        let problem = self.problems.iter().find(|it| it.path == "fix");
        Some(Block::Fix(FixView {
            label: self.def("fix")?.label(self.lang),
            value: shown_text(value, Kind::Fix),
            text: value.map(|it| fix_text(it, self.w())).unwrap_or_default(),
            error: problem.map(|it| it.text.clone()).unwrap_or_default(),
        }))
    }

    fn assets(&self) -> AssetsView {
        const LINES: usize = 5;
        let w = self.w();
        let ids = assets::in_order(self.record());
        let line = |(index, id): (usize, &String)| {
            let name = self.words_of(&join("assets", id), &["name", "plate"]);
            let amount = self.record().value(&format!("assets/{id}/est_value_fen"));
            let amount = amount.and_then(Value::as_int).map(|it| money(it, w));
            let name = if name.is_empty() {
                self.words_of(&join("assets", id), &["kind"])
            } else {
                name
            };
            format!("{} {name} {}", index + 1, amount.unwrap_or_default())
        };
        AssetsView {
            href: format!("/records/{}/assets", self.record().subject),
            text: super::summary::of("assets", self.page, self.lang),
            lines: ids.iter().enumerate().take(LINES).map(line).collect(),
            rest: match ids.len().saturating_sub(LINES) {
                0 => String::new(),
                n => fill(w.sync_queue_rest, &[("n", &n)]),
            },
        }
    }
}

/// Where a field stands in its page.
#[must_use]
pub fn anchor_of(path: &str) -> String {
    format!("f-{}", path.replace('/', "-"))
}

impl From<Part> for Block {
    fn from(part: Part) -> Self {
        match part {
            Part::Line(field) => Self::Line(field),
            Part::Text(field) => Self::Text(field),
            Part::Moment(field) => Self::Moment(field),
            Part::Choice(field) => Self::Choice(field),
            Part::Flag(flag) => Self::Flag(flag),
            Part::Contested(contest) => Self::Contested(contest),
            Part::Deeds(deeds) => Self::Deeds(deeds),
            Part::More(more) => Self::More(more),
            Part::Less => Self::Less,
        }
    }
}

/// What an item is called by its place in the list.
fn numbered(one: &str, n: usize) -> String {
    if one.contains("{n}") {
        fill(one, &[("n", &n)])
    } else {
        format!("{one} {n}")
    }
}

fn plain_deed(what: String, label: &'static str) -> DeedView {
    DeedView {
        what,
        label: label.to_owned(),
        title: "",
        hard: false,
        on: false,
    }
}
