//! A form as a page shows it: the layout filled with what the record holds.

use super::deeds::{Held, join, stands};
use super::layout::{Choice, Deed, Field, Kind, Label, Lead, List, Piece, Step, Title, items_of};
use super::shown::{
    Block, ChoiceView, Contest, ContestValue, DeedView, FieldView, FixView, FlagView, ItemView,
    Part, PhotoView, StepView,
};
use super::values::{FieldProblem, shown_text};
use crate::show::fix_text;
use crate::words::Words;
use std::collections::BTreeMap;
use waiqin_core::{EntryLine, RecordPage};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::record::{Candidate, Record};

/// Everything that a form is shown with.
pub struct Viewer<'a> {
    /// The record.
    pub page: &'a RecordPage,
    /// Words.
    pub w: &'static Words,
    /// Who looks.
    pub me: OfficerId,
    /// Whether the case list has an address.
    pub has_address: bool,
    /// Nothing may be changed.
    pub readonly: bool,
    /// What was not taken at the last save.
    pub problems: &'a [FieldProblem],
    /// The photos, as small pictures.
    pub photos: Vec<PhotoView>,
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
        let opened = named.or(first).unwrap_or("photos");
        let view = |(index, step): (usize, &'static Step)| {
            let asking = self.blocks(step);
            let blocks = if self.readonly {
                super::read_only::of(asking)
            } else {
                asking
            };
            StepView {
                key: step.key,
                n: index + 1,
                title: (step.title)(self.w),
                summary: super::summary::of(step.key, self.page, self.w),
                done: self.filled(step),
                open: step.key == opened,
                was: serde_json::to_string(&shown_values(&blocks)).unwrap_or_default(),
                blocks,
            }
        };
        steps.iter().enumerate().map(view).collect()
    }

    fn record(&self) -> &Record {
        &self.page.record
    }

    fn filled(&self, step: &Step) -> bool {
        step.leading.iter().all(|lead| match lead {
            Lead::Any(names) => names.iter().any(|name| self.given(name)),
            Lead::Each(list, names) => {
                let items = items_of(self.record(), list);
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

    fn blocks(&self, step: &'static Step) -> Vec<Block> {
        let mut blocks = Vec::new();
        for piece in step.pieces {
            match piece {
                Piece::Field(field) => blocks.push(self.block(field)),
                Piece::Heading(label) => blocks.push(Block::Title(label(self.w))),
                Piece::Flags {
                    title,
                    group,
                    flags,
                    none,
                } => {
                    blocks.push(self.flags(*title, group, flags, *none));
                }
                Piece::List(list) => self.list(list, &mut blocks),
                Piece::Deeds(deeds) => blocks.push(Block::Deeds(self.deeds(deeds, ""))),
                Piece::ListAddress => self.list_address(&mut blocks),
                Piece::Fix => blocks.push(self.fix()),
                Piece::Photos => blocks.push(Block::Photos(self.photos.clone())),
            }
        }
        blocks
    }

    fn block(&self, field: &'static Field) -> Block {
        match self.part(field, "") {
            Part::Line(field) => Block::Line(field),
            Part::Text(field) => Block::Text(field),
            Part::Moment(field) => Block::Moment(field),
            Part::Choice(field) => Block::Choice(field),
            Part::Flag(flag) => Block::Flag(flag),
            Part::Contested(contest) => Block::Contested(contest),
            Part::Deeds(deeds) => Block::Deeds(deeds),
        }
    }

    fn part(&self, field: &'static Field, before: &str) -> Part {
        let path = join(before, field.name);
        if let Some(contest) = self.contest(&path, field) {
            return Part::Contested(contest);
        }
        match field.kind {
            Kind::Line => Part::Line(self.field(field, path)),
            Kind::Text => Part::Text(self.field(field, path)),
            Kind::Moment => Part::Moment(self.field(field, path)),
            Kind::YesNo(..) | Kind::Choice(_) => Part::Choice(self.field(field, path)),
            Kind::Flag | Kind::Fix => Part::Flag(FlagView {
                label: (field.label)(self.w),
                on: self.record().value(&path) == Some(&Value::Bool(true)),
                path,
            }),
        }
    }

    fn field(&self, field: &'static Field, path: String) -> FieldView {
        let value = shown_text(self.record().value(&path), field.kind);
        FieldView {
            id: format!("f-{}", path.replace('/', "-")),
            label: (field.label)(self.w),
            hint: field.hint.map_or("", |hint| hint(self.w)),
            error: self.error(&path),
            choices: self.choices(field.kind, &value),
            now_do: format!("now:{path}"),
            moment: matches!(field.kind, Kind::Moment),
            value,
            path,
        }
    }

    fn error(&self, path: &str) -> String {
        let found = self.problems.iter().find(|it| it.path == path);
        found.map(|it| it.text.clone()).unwrap_or_default()
    }

    fn choices(&self, kind: Kind, value: &str) -> Vec<ChoiceView> {
        let view = |code, label: Label, hard| ChoiceView {
            code,
            label: label(self.w),
            hard,
            on: code == value,
        };
        match kind {
            Kind::YesNo(yes, no) => vec![view("yes", yes, false), view("no", no, false)],
            Kind::Choice(choices) => choices
                .iter()
                .map(|it| view(it.code, it.label, it.hard))
                .collect(),
            Kind::Line | Kind::Text | Kind::Moment | Kind::Flag | Kind::Fix => Vec::new(),
        }
    }

    fn contest(&self, path: &str, field: &'static Field) -> Option<Contest> {
        let (_, state) = self
            .record()
            .fields
            .iter()
            .find(|it| it.0.as_str() == path)?;
        let [_, _, ..] = state.candidates.as_slice() else {
            return None;
        };
        let value = |it: &Candidate| ContestValue {
            who: if it.author == self.me {
                self.w.you
            } else {
                self.w.other_officer
            },
            text: self.candidate_text(it, field.kind),
        };
        Some(Contest {
            label: (field.label)(self.w),
            anchor: format!("f-{}", path.replace('/', "-")),
            values: state.candidates.iter().map(value).collect(),
        })
    }

    fn candidate_text(&self, candidate: &Candidate, kind: Kind) -> String {
        if candidate.value == Value::Null {
            return self.w.removed_value.to_owned();
        }
        let text = shown_text(Some(&candidate.value), kind);
        let named = self
            .choices(kind, &text)
            .into_iter()
            .find(|it| it.on)
            .map(|it| it.label);
        named.map_or(text, str::to_owned)
    }

    fn flags(
        &self,
        title: Label,
        group: &'static str,
        flags: &'static [(&'static str, Label)],
        none: Label,
    ) -> Block {
        let value = |name: &str| self.record().value(&join(group, name));
        Block::Flags {
            title: title(self.w),
            none_do: format!("none:{group}"),
            none_label: none(self.w),
            none_on: flags
                .iter()
                .all(|it| value(it.0) == Some(&Value::Bool(false))),
            flags: flags
                .iter()
                .map(|(name, label)| FlagView {
                    path: join(group, name),
                    label: label(self.w),
                    on: value(name) == Some(&Value::Bool(true)),
                })
                .collect(),
        }
    }

    fn list(&self, list: &'static List, blocks: &mut Vec<Block>) {
        blocks.push(Block::Title((list.heading)(self.w)));
        for (index, id) in self.in_order(list.name).into_iter().enumerate() {
            let before = join(list.name, &id);
            let mut parts: Vec<Part> = list
                .fields
                .iter()
                .map(|field| self.part(field, &before))
                .collect();
            if !list.deeds.is_empty() {
                parts.push(Part::Deeds(self.deeds(list.deeds, &before)));
            }
            blocks.push(Block::Item(ItemView {
                heading: (list.heading)(self.w),
                title: self.item_title(&list.title, &before, index),
                drop_do: format!("drop:{before}"),
                anchor: before.replace('/', "-"),
                parts,
            }));
        }
        let add = list.presets.iter().map(|preset| DeedView {
            what: format!("add:{}:{}", list.name, preset.key),
            // "Add" needs no word where the thing itself is named.
            label: format!("＋ {}", (preset.label)(self.w)),
            title: "",
            hard: false,
            on: false,
        });
        blocks.push(Block::Deeds(add.collect()));
    }

    /// Items in the order in which they were added: ids are random, so their own order means
    /// nothing. Those of another phone, whose entries are not listed here, come first.
    fn in_order(&self, list: &str) -> Vec<String> {
        let mut items = items_of(self.record(), list);
        let added = |id: &String| {
            let before = join(list, id);
            let names = |line: &EntryLine| {
                line.paths
                    .iter()
                    .any(|it| *it == before || it.starts_with(&format!("{before}/")))
            };
            self.page.entries.iter().position(names)
        };
        items.sort_by_key(added);
        items
    }

    fn item_title(&self, title: &Title, before: &str, index: usize) -> String {
        match title {
            Title::Numbered(label) => format!("{} {}", label(self.w), index + 1),
            Title::Text(name, otherwise) => {
                let text = self.record().text(&join(before, name));
                if text.is_empty() {
                    format!("{} {}", otherwise(self.w), index + 1)
                } else {
                    text.to_owned()
                }
            }
            Title::Choice(name, choices, otherwise) => {
                let code = self.record().text(&join(before, name));
                let chosen = choices.iter().find(|it: &&Choice| it.code == code);
                chosen.map_or_else(
                    || format!("{} {}", otherwise(self.w), index + 1),
                    |it| (it.label)(self.w).to_owned(),
                )
            }
        }
    }

    fn deeds(&self, deeds: &'static [Deed], before: &str) -> Vec<DeedView> {
        let words = |deed: &Deed| {
            deed.values.iter().find_map(|(_, given)| match given {
                super::layout::Given::Words(label) | super::layout::Given::Sentence(label) => {
                    Some(label(self.w))
                }
                super::layout::Given::Code(_) | super::layout::Given::Flag(_) => None,
            })
        };
        let nothing = BTreeMap::new();
        let held = Held {
            record: self.record(),
            typed: &nothing,
        };
        let view = |deed: &'static Deed| DeedView {
            what: if before.is_empty() {
                format!("deed:{}", deed.key)
            } else {
                format!("deed:{}@{before}", deed.key)
            },
            label: (deed.label)(self.w).to_owned(),
            title: words(deed).unwrap_or_default(),
            hard: deed.hard,
            on: stands(deed, &held, before),
        };
        deeds.iter().map(view).collect()
    }

    fn list_address(&self, blocks: &mut Vec<Block>) {
        if self.has_address && self.record().text("place").is_empty() {
            blocks.push(Block::Deeds(vec![DeedView {
                what: "address".to_owned(),
                label: self.w.f_place_from_list.to_owned(),
                title: "",
                hard: false,
                on: false,
            }]));
        }
    }

    fn fix(&self) -> Block {
        let value = self.record().value("fix");
        Block::Fix(FixView {
            label: self.w.f_fix,
            value: shown_text(value, Kind::Fix),
            text: value.map(|it| fix_text(it, self.w)).unwrap_or_default(),
            error: self.error("fix"),
        })
    }
}

/// What the fields show, by path: sent back with the form as `was`.
fn shown_values(blocks: &[Block]) -> BTreeMap<&str, &str> {
    let mut shown = BTreeMap::new();
    for block in blocks {
        match block {
            Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
                shown.insert(it.path.as_str(), it.value.as_str());
            }
            Block::Flag(it) => {
                shown.insert(it.path.as_str(), mark(it));
            }
            Block::Flags { flags, .. } => {
                shown.extend(flags.iter().map(|it| (it.path.as_str(), mark(it))));
            }
            Block::Fix(it) => {
                shown.insert("fix", it.value.as_str());
            }
            Block::Item(item) => shown.extend(item.parts.iter().filter_map(part_value)),
            Block::Deeds(_)
            | Block::Title(_)
            | Block::Contested(_)
            | Block::Photos(_)
            | Block::Read(_) => {}
        }
    }
    shown
}

fn part_value(part: &Part) -> Option<(&str, &str)> {
    match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            Some((it.path.as_str(), it.value.as_str()))
        }
        Part::Flag(it) => Some((it.path.as_str(), mark(it))),
        Part::Contested(_) | Part::Deeds(_) => None,
    }
}

fn mark(flag: &FlagView) -> &'static str {
    if flag.on { "yes" } else { "" }
}
