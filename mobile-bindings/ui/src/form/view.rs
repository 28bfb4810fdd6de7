//! A form as a page shows it: the layout filled with what the record holds.

use super::deeds::{Held, stands};
use super::layout::{
    Copy, Deed, Field, Given, Label, Lead, List, Pick, Piece, Step, items_of, join,
};
use super::shown::{
    AssetsView, Block, ChoiceView, Contest, ContestValue, DeedView, FieldView, FixView, FlagView,
    ItemView, MoreView, Part, PhotoView, StepView,
};
use super::values::{FieldProblem, shown_text};
use super::{assets, notes};
use crate::show::{fix_text, money};
use crate::words::Words;
use std::borrow::Cow;
use std::collections::BTreeMap;
use waiqin_core::{EntryLine, RecordPage};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, FieldDef, Kind};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::record::{Candidate, Record};
use waiqin_protocol::words::{Lang, fill};

/// From so many choices on they stand in a list that opens, not side by side.
const CHOICES_SIDE_BY_SIDE: usize = 8;

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

    fn w(&self) -> &'static Words {
        Words::of(self.lang)
    }

    /// The path of a pattern, on a page about one item.
    fn path(&self, pattern: &str) -> String {
        match self.item {
            Some(item) => pattern.replacen('*', item, 1),
            None => pattern.to_owned(),
        }
    }

    fn def(&self, path: &str) -> Option<&'static FieldDef> {
        fields::field_at(self.record().act, path)
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
                } => blocks.push(self.flags(*title, group, names, *none)),
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

    /// A field; `None` for one that the table does not have, which a test rules out.
    fn part(&self, field: &'static Field, before: &str) -> Option<Part> {
        let path = join(before, &self.path(field.name));
        let def = self.def(&path)?;
        if let Some(contest) = self.contest(&path, def) {
            return Some(Part::Contested(contest));
        }
        Some(match def.kind {
            Kind::Line | Kind::Integer | Kind::Fen | Kind::Day => {
                Part::Line(self.field(field, def, path))
            }
            Kind::Text => Part::Text(self.field(field, def, path)),
            Kind::Moment => Part::Moment(self.field(field, def, path)),
            Kind::YesNo | Kind::Choice(_) | Kind::Item(_) => {
                Part::Choice(self.field(field, def, path))
            }
            Kind::Flag | Kind::Fix => Part::Flag(self.flag(def, path)),
        })
    }

    fn flag(&self, def: &'static FieldDef, path: String) -> FlagView {
        let value = self.record().value(&path);
        FlagView {
            label: def.label(self.lang),
            on: value == Some(&Value::Bool(true)),
            off: if value == Some(&Value::Bool(false)) {
                "no"
            } else {
                ""
            },
            path,
        }
    }

    fn field(&self, field: &'static Field, def: &'static FieldDef, path: String) -> FieldView {
        let kept = shown_text(self.record().value(&path), def.kind);
        let problem = self.problems.iter().find(|it| it.path == path);
        let value = problem.map_or_else(|| kept.clone(), |it| it.typed.clone());
        let choices = self.choices(field, def, &value);
        let (input, mode) = match def.kind {
            Kind::Day => ("date", "text"),
            Kind::Integer => ("text", "numeric"),
            Kind::Fen => ("text", "decimal"),
            _ => ("text", "text"),
        };
        FieldView {
            id: anchor_of(&path),
            label: def.label(self.lang),
            hint: field.hint.map_or("", |hint| hint(self.w())),
            error: problem.map(|it| it.text.clone()).unwrap_or_default(),
            many: choices.len() > CHOICES_SIDE_BY_SIDE,
            choices,
            now_do: format!("now:{path}"),
            moment: def.kind == Kind::Moment,
            input,
            mode,
            unit: self.unit(def),
            reshapes: field.reshapes,
            note: notes::of(&path, &value, self.now_ms, self.w()),
            value,
            kept,
            path,
        }
    }

    fn unit(&self, def: &FieldDef) -> &'static str {
        match (def.kind, def.unit, self.lang) {
            (Kind::Fen, _, _) => self.w().unit_yuan,
            (_, Some((zh, _)), Lang::Zh) => zh,
            (_, Some((_, en)), Lang::En) => en,
            (_, None, _) => "",
        }
    }

    fn choices(&self, field: &Field, def: &FieldDef, value: &str) -> Vec<ChoiceView> {
        let view = |code: Cow<'static, str>, label: Cow<'static, str>| ChoiceView {
            hard: field.hard.contains(&code.as_ref()),
            on: code == value,
            code,
            label,
        };
        match def.kind {
            Kind::YesNo => {
                let (yes, no): (Label, Label) = field.yes_no.unwrap_or((|w| w.yes, |w| w.no));
                let label = |it: Label| Cow::from(it(self.w()));
                vec![view("yes".into(), label(yes)), view("no".into(), label(no))]
            }
            Kind::Choice(codes) => codes
                .iter()
                .map(|it| view(it.code.into(), it.label(self.lang).into()))
                .collect(),
            Kind::Item(list) => self
                .in_order(list)
                .into_iter()
                .enumerate()
                .map(|(index, id)| {
                    let label = self.item_words(list, &id, index);
                    view(id.into(), label.into())
                })
                .collect(),
            Kind::Line
            | Kind::Text
            | Kind::Integer
            | Kind::Fen
            | Kind::Day
            | Kind::Moment
            | Kind::Flag
            | Kind::Fix => Vec::new(),
        }
    }

    /// An item of another list in words: its first choice and text, else its number.
    fn item_words(&self, list: &str, id: &str, index: usize) -> String {
        let names: &[&str] = match list {
            "docs" => &["type", "no"],
            "officers" => &["person"],
            _ => &["name"],
        };
        let text = self.words_of(&join(list, id), names);
        if text.is_empty() {
            format!("{}", index + 1)
        } else {
            text
        }
    }

    fn words_of(&self, before: &str, names: &[&str]) -> String {
        let word = |name: &&str| {
            let path = join(before, name);
            let text = self.record().text(&path).to_owned();
            let code = self.def(&path).and_then(|def| def.code(&text));
            Some(code.map_or(text, |it| it.label(self.lang).to_owned())).filter(|it| !it.is_empty())
        };
        names.iter().filter_map(word).collect::<Vec<_>>().join(" ")
    }

    fn contest(&self, path: &str, def: &'static FieldDef) -> Option<Contest> {
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
                self.w().you
            } else {
                self.w().other_officer
            },
            text: self.candidate_text(it, def),
        };
        Some(Contest {
            label: def.label(self.lang),
            anchor: anchor_of(path),
            values: state.candidates.iter().map(value).collect(),
        })
    }

    fn candidate_text(&self, candidate: &Candidate, def: &'static FieldDef) -> String {
        if candidate.value == Value::Null {
            return self.w().removed_value.to_owned();
        }
        let text = shown_text(Some(&candidate.value), def.kind);
        let plain = super::layout::field(def.pattern);
        let named = self
            .choices(&plain, def, &text)
            .into_iter()
            .find(|it| it.on);
        named.map_or(text, |it| it.label.into_owned())
    }

    fn flags(
        &self,
        title: Label,
        group: &'static str,
        names: &'static [&'static str],
        none: Label,
    ) -> Block {
        let flags: Vec<FlagView> = names
            .iter()
            .map(|name| join(group, name))
            .filter_map(|path| Some(self.flag(self.def(&path)?, path)))
            .collect();
        Block::Flags {
            title: title(self.w()),
            none_do: format!("none:{group}"),
            none_label: none(self.w()),
            none_on: flags.iter().all(|it| it.off == "no"),
            flags,
        }
    }

    fn list(&self, list: &'static List, blocks: &mut Vec<Block>) {
        let w = self.w();
        let name = self.path(list.name);
        blocks.push(Block::Title((list.heading)(w)));
        for (index, id) in self.in_order(&name).into_iter().enumerate() {
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
            let title = self.words_of(&before, list.title);
            blocks.push(Block::Item(ItemView {
                heading: (list.heading)(w),
                title: if title.is_empty() {
                    format!("{} {}", (list.one)(w), index + 1)
                } else {
                    title
                },
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
        let ids = self.in_order(pick.from).into_iter().enumerate();
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
        items.sort_by_cached_key(added);
        items
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

fn plain_deed(what: String, label: &'static str) -> DeedView {
    DeedView {
        what,
        label: label.to_owned(),
        title: "",
        hard: false,
        on: false,
    }
}

fn fold(title: &'static str) -> MoreView {
    MoreView {
        title,
        given: String::new(),
        open: false,
    }
}

fn given_words(n: usize, w: &Words) -> String {
    if n == 0 {
        String::new()
    } else {
        fill(w.more_given, &[("n", &n)])
    }
}

/// Closes a fold: its title says how much of it is given, and what was not taken opens it.
fn count_fold(blocks: &mut [Block], w: &Words) {
    let Some(at) = blocks.iter().rposition(|it| matches!(it, Block::More(_))) else {
        return;
    };
    let (before, inside) = blocks.split_at_mut(at + 1);
    let given = inside.iter().map(block_given).sum();
    let wrong = inside.iter().any(block_wrong);
    if let Some(Block::More(view)) = before.last_mut() {
        view.given = given_words(given, w);
        view.open = wrong;
    }
}

fn block_given(block: &Block) -> usize {
    match block {
        Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
            usize::from(!it.kept.is_empty())
        }
        Block::Flag(it) => usize::from(it.on),
        Block::Flags { flags, .. } => flags.iter().filter(|it| it.on || it.off == "no").count(),
        Block::Item(_) | Block::Contested(_) => 1,
        Block::Fix(_)
        | Block::Deeds(_)
        | Block::Title(_)
        | Block::Photos(_)
        | Block::Assets(_)
        | Block::More(_)
        | Block::Less
        | Block::Read(_) => 0,
    }
}

/// Something in it was not taken, or waits for a decision.
fn block_wrong(block: &Block) -> bool {
    match block {
        Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
            !it.error.is_empty()
        }
        Block::Item(item) => item.parts.iter().any(part_wrong),
        Block::Contested(_) => true,
        Block::Flag(_)
        | Block::Flags { .. }
        | Block::Fix(_)
        | Block::Deeds(_)
        | Block::Title(_)
        | Block::Photos(_)
        | Block::Assets(_)
        | Block::More(_)
        | Block::Less
        | Block::Read(_) => false,
    }
}

fn part_given(part: &Part) -> bool {
    match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            !it.kept.is_empty()
        }
        Part::Flag(it) => it.on,
        Part::Contested(_) => true,
        Part::Deeds(_) | Part::More(_) | Part::Less => false,
    }
}

fn part_wrong(part: &Part) -> bool {
    match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            !it.error.is_empty()
        }
        Part::Contested(_) => true,
        Part::Flag(_) | Part::Deeds(_) | Part::More(_) | Part::Less => false,
    }
}

/// What the fields of a form hold, by path, as the form sends it back.
#[must_use]
pub fn was<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> String {
    serde_json::to_string(&shown_values(blocks)).unwrap_or_default()
}

/// What the fields hold, by path: sent back with the form as `was`.
fn shown_values<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> BTreeMap<&'a str, &'a str> {
    let mut shown = BTreeMap::new();
    for block in blocks {
        match block {
            Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
                shown.insert(it.path.as_str(), it.kept.as_str());
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
            | Block::Assets(_)
            | Block::More(_)
            | Block::Less
            | Block::Read(_) => {}
        }
    }
    shown
}

fn part_value(part: &Part) -> Option<(&str, &str)> {
    match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            Some((it.path.as_str(), it.kept.as_str()))
        }
        Part::Flag(it) => Some((it.path.as_str(), mark(it))),
        Part::Contested(_) | Part::Deeds(_) | Part::More(_) | Part::Less => None,
    }
}

fn mark(flag: &FlagView) -> &'static str {
    if flag.on { "yes" } else { flag.off }
}
