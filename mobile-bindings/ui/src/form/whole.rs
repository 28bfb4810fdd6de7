//! A record of an act that is not recorded on this phone: everything that it holds, as lines.

use super::layout::pattern_of;
use super::shown::{Block, Fact, StepView};
use super::values::shown_text;
use super::view::Viewer;
use crate::words::Words;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, FieldDef, Kind};
use waiqin_protocol::record::Record;

impl Viewer<'_> {
    /// Fields in the order of the papers, and the photos.
    #[must_use]
    pub fn whole(&self) -> Vec<StepView> {
        let w = Words::of(self.lang);
        let mut blocks = Vec::new();
        let lines = self.lines();
        if !lines.is_empty() {
            blocks.push(Block::Read(lines));
        }
        let photos = Block::Photos(self.photos.clone());
        [
            ("all", w.record_fields, blocks, true),
            ("photos", w.step_photos, vec![photos], false),
        ]
        .into_iter()
        .enumerate()
        .map(|(index, (key, title, blocks, open))| StepView {
            key,
            n: index + 1,
            title,
            summary: String::new(),
            done: false,
            open,
            was: String::new(),
            blocks,
        })
        .collect()
    }

    fn lines(&self) -> Vec<Fact> {
        let record = &self.page.record;
        let mut lines = Vec::new();
        for def in fields::of_act(record.act) {
            for path in paths_of(record, def) {
                let text = self.read(record.value(&path), def);
                if !text.is_empty() {
                    lines.push(Fact::new(def.label(self.lang), text, false));
                }
            }
        }
        lines
    }

    fn read(&self, value: Option<&Value>, def: &FieldDef) -> String {
        let w = Words::of(self.lang);
        let text = shown_text(value, def.kind);
        match def.kind {
            Kind::Choice(_) => def
                .code(&text)
                .map_or(text, |it| it.label(self.lang).to_owned()),
            Kind::Moment => text.replace('T', " "),
            Kind::Flag | Kind::YesNo if text == "yes" => w.yes.to_owned(),
            Kind::Flag | Kind::YesNo if text == "no" => w.no.to_owned(),
            Kind::Fix => value
                .map(|it| crate::show::fix_text(it, w))
                .unwrap_or_default(),
            Kind::Fen if !text.is_empty() => format!("{text} {}", w.unit_yuan),
            // Which item it points to is said by the item's own lines.
            Kind::Item(_) => String::new(),
            Kind::Line
            | Kind::Text
            | Kind::Integer
            | Kind::Fen
            | Kind::Day
            | Kind::Flag
            | Kind::YesNo => text,
        }
    }
}

/// The paths of a field that a record has.
fn paths_of(record: &Record, def: &FieldDef) -> Vec<String> {
    match def.pattern.split_once("/*") {
        None => vec![def.pattern.to_owned()],
        Some((list, _)) => {
            let own = |id: String| {
                let before = format!("{list}/{id}");
                let paths = record.fields.keys().map(|it| it.as_str().to_owned());
                let fits = move |path: &String| {
                    (*path == before || path.starts_with(&format!("{before}/")))
                        && pattern_of(path) == def.pattern
                };
                paths.filter(fits).collect::<Vec<_>>()
            };
            record.items(list).into_iter().flat_map(own).collect()
        }
    }
}
