//! The text of a record (笔录), section by section, in the order in which courts write it.

use super::Writer;
use super::item::{Said, prefix_of};
use super::list::LIST;
use crate::show::role;
use waiqin_protocol::fields::{self, FieldDef, Kind, Paper};
use waiqin_protocol::journal::EvidenceRole;
use waiqin_protocol::words::{Lang, fill};

/// What closes a record, whichever paper has it.
const CLOSING: [&str; 7] = [
    "course",
    "result",
    "objections",
    "remarks",
    "follow_ups/*",
    "read_back/done",
    "read_back/refusal",
];

/// Papers that stand under a title of their own within a record; the others are its text.
const TITLED: [&str; 2] = ["removal", "preservation"];

/// A line of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its label; empty for a sentence that needs none.
    pub label: String,
    /// What it says; several items on lines of their own.
    pub text: String,
    /// A paragraph of its own, rather than a line beside its label.
    pub long: bool,
}

/// Lines under a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Title; empty for none.
    pub title: String,
    /// Lines.
    pub lines: Vec<Line>,
}

/// The text of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Sections, those that say nothing left out.
    pub sections: Vec<Section>,
}

impl Writer<'_> {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> Text {
        let act = self.facts.act;
        let mut written = Written::default();
        let mut sections = Vec::new();
        for paper in fields::papers_of(act).filter(|it| it.key != LIST) {
            let own = paper.fields.iter().filter(|it| !closes(it));
            let lines = self.lines(own, &mut written);
            let title = if TITLED.contains(&paper.key) {
                self.title(paper)
            } else {
                String::new()
            };
            sections.push(Section { title, lines });
        }
        if let Some(list) = self.assets() {
            sections.push(Section {
                title: String::new(),
                lines: vec![list.summary],
            });
        }
        let mut closing = Vec::new();
        for pattern in CLOSING {
            let own = fields::of_act(act).filter(|it| it.pattern.starts_with(pattern));
            closing.extend(self.lines(own, &mut written));
        }
        closing.extend(self.photos());
        sections.push(Section {
            title: String::new(),
            lines: closing,
        });
        sections.retain(|it| !it.lines.is_empty());
        Text { sections }
    }

    fn title(&self, paper: &Paper) -> String {
        match self.lang {
            Lang::Zh => paper.zh.to_owned(),
            Lang::En => paper.en.to_owned(),
        }
    }

    /// Fields that belong together make one line, where the first of them stands.
    fn lines(
        &self,
        fields: impl Iterator<Item = &'static FieldDef>,
        written: &mut Written,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        for def in fields {
            let list = def.list();
            if list == Some("assets") {
                continue;
            }
            let name = list.or_else(|| prefix_of(def.pattern));
            if !written.first(name.unwrap_or(def.pattern)) {
                continue;
            }
            lines.extend(match (list, name) {
                (Some(list), _) => self.list(list),
                (None, Some(prefix)) => self.grouped(prefix),
                (None, None) => self.single(def).iter().map(|it| self.line(it)).collect(),
            });
        }
        lines
    }

    fn line(&self, said: &Said) -> Line {
        let label = said.def.label(self.lang).to_owned();
        if said.def.kind == Kind::Flag {
            return Line {
                label: String::new(),
                text: fill(self.w.paper_full_stop, &[("text", &label)]),
                long: false,
            };
        }
        Line {
            label,
            text: said.text.clone(),
            long: said.def.kind == Kind::Text,
        }
    }

    /// `保管人：周某（被执行人，允许保管人使用：否）`.
    fn grouped(&self, prefix: &str) -> Vec<Line> {
        let said = self.group(prefix);
        let leads = said.first().is_some_and(|it| it.def.kind == Kind::Line);
        if !leads || said.len() == 1 {
            let answers = said.iter().all(|it| it.def.kind == Kind::YesNo);
            if answers && said.len() > 1 {
                return vec![Line {
                    label: self.w.paper_special.to_owned(),
                    text: self.sentence(&said),
                    long: false,
                }];
            }
            return said.iter().map(|it| self.line(it)).collect();
        }
        let label = said.first().map_or("", |it| it.def.label(self.lang));
        vec![Line {
            label: label.to_owned(),
            text: self.lead_sentence(&said),
            long: false,
        }]
    }

    fn list(&self, list: &str) -> Vec<Line> {
        let ids = self.items(list);
        if list == "questions" {
            let said = ids.iter().flat_map(|id| self.item(list, id));
            return said.map(|it| self.line(&it)).map(Line::beside).collect();
        }
        let mut sentences: Vec<String> = ids
            .iter()
            .map(|id| self.sentence(&self.item(list, id)))
            .filter(|it| !it.is_empty())
            .collect();
        if sentences.is_empty() {
            return Vec::new();
        }
        if sentences.len() > 1 {
            for (index, it) in sentences.iter_mut().enumerate() {
                *it = format!("{}. {it}", index + 1);
            }
        }
        let label = fields::list_label(list).map_or("", |(zh, en)| match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        });
        vec![Line {
            label: label.to_owned(),
            text: sentences.join("\n"),
            long: false,
        }]
    }

    /// How many pictures and papers belong to the record, by what they show.
    fn photos(&self) -> Option<Line> {
        let proofs = &self.facts.proofs;
        let mut kinds: Vec<(EvidenceRole, usize)> = Vec::new();
        for proof in proofs {
            match kinds.iter_mut().find(|it| it.0 == proof.role) {
                Some(kind) => kind.1 += 1,
                None => kinds.push((proof.role, 1)),
            }
        }
        let said: Vec<String> = kinds
            .iter()
            .map(|(kind, n)| format!("{} {n}", role(*kind, self.w)))
            .collect();
        (!proofs.is_empty()).then(|| Line {
            label: self.w.paper_evidence.to_owned(),
            text: fill(
                self.w.paper_evidence_count,
                &[
                    ("n", &proofs.len()),
                    ("kinds", &said.join(self.w.list_comma)),
                ],
            ),
            long: false,
        })
    }

    fn lead_sentence(&self, said: &[Said]) -> String {
        let Some((lead, rest)) = said.split_first() else {
            return String::new();
        };
        let rest = self.parts(&rest.iter().collect::<Vec<_>>());
        fill(
            self.w.paper_brackets,
            &[("lead", &lead.text), ("rest", &rest)],
        )
    }
}

impl Line {
    /// Beside its label even when it is long: questions and answers.
    fn beside(mut self) -> Self {
        self.long = false;
        self
    }
}

fn closes(def: &FieldDef) -> bool {
    CLOSING.iter().any(|it| def.pattern.starts_with(it))
}

/// What stands on the paper already.
#[derive(Default)]
struct Written(Vec<String>);

impl Written {
    fn first(&mut self, name: &str) -> bool {
        let new = !self.0.iter().any(|it| it == name);
        if new {
            self.0.push(name.to_owned());
        }
        new
    }
}
