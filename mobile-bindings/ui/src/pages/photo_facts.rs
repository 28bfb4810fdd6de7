//! What the officer says about a picture: what it shows, whose, where it comes from. Asked of one that
//! is taken now, and of one that was found again.

use super::assets::name_of;
use crate::form::{assets, fits};
use crate::frame::Frame;
use crate::show::{role, source};
use crate::words::Words;
use waiqin_core::{EvidenceFacts, RecordPage as Shows};
use waiqin_protocol::ids::ItemId;
use waiqin_protocol::journal::{EvidenceRole, EvidenceSource};
use waiqin_protocol::record::Record;
use waiqin_protocol::words::{Lang, fill};

/// Roles offered for photos of a visit, likeliest first.
const ROLES: [EvidenceRole; 9] = [
    EvidenceRole::Overall,
    EvidenceRole::Detail,
    EvidenceRole::Nameplate,
    EvidenceRole::Paper,
    EvidenceRole::Service,
    EvidenceRole::Lease,
    EvidenceRole::SealStrip,
    EvidenceRole::Injury,
    EvidenceRole::Other,
];
const SOURCES: [EvidenceSource; 2] = [EvidenceSource::Camera, EvidenceSource::External];
/// Lists whose items a photo can show.
const SHOWN: [&str; 3] = ["assets", "present", "parties"];
const WORDS_CHARS_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 255;
pub(super) struct Choice {
    pub code: &'static str,
    pub label: &'static str,
    pub on: bool,
}

/// What the form says beside the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub role: Option<EvidenceRole>,
    pub source: Option<EvidenceSource>,
    pub item: Option<ItemId>,
    pub how: String,
    pub caption: String,
}

/// Lines or persons that a photo can show.
pub(super) struct ItemGroup {
    pub label: &'static str,
    pub items: Vec<ItemChoice>,
}

/// One of them.
pub(super) struct ItemChoice {
    pub id: String,
    pub label: String,
    pub on: bool,
}

/// The fields of the form.
pub(super) struct FactsForm {
    pub items: Vec<ItemGroup>,
    pub roles: Vec<Choice>,
    pub sources: Vec<Choice>,
    pub how: String,
    pub caption: String,
    /// Where no page can prove that a picture comes from a camera.
    pub desktop: bool,
}

/// Why what was said is not taken.
#[derive(Debug)]
pub(super) enum NotSaid {
    NoRole,
    NoHow,
    Words,
    NoItem,
}

impl NotSaid {
    pub(super) fn text(&self, w: &Words) -> String {
        match self {
            Self::NoRole => w.err_photo_role.to_owned(),
            Self::NoHow => w.err_photo_how.to_owned(),
            Self::Words => fill(w.err_photo_words, &[("max", &WORDS_CHARS_MAX)]),
            Self::NoItem => w.err_photo_item.to_owned(),
        }
    }
}

impl Said {
    /// A photo of a line or person.
    pub(super) fn of_item(id: &str) -> Self {
        Self {
            item: id.parse().ok(),
            ..Self::default()
        }
    }

    pub(super) fn note(&mut self, name: &str, text: &str) {
        match name {
            "role" => self.role = ROLES.into_iter().find(|it| role_code(*it) == text),
            "source" => self.source = SOURCES.into_iter().find(|it| source_code(*it) == text),
            "item" => self.item = text.parse().ok(),
            "how" => self.how = text.to_owned(),
            "caption" => self.caption = text.to_owned(),
            _ => {}
        }
    }

    pub(super) fn facts(&self, file_name: &str, record: &Record) -> Result<EvidenceFacts, NotSaid> {
        let role = self.role.ok_or(NotSaid::NoRole)?;
        let source = self.source.ok_or(NotSaid::NoRole)?;
        if source == EvidenceSource::External && self.how.is_empty() {
            return Err(NotSaid::NoHow);
        }
        if [&self.how, &self.caption]
            .iter()
            .any(|it| !fits(it, WORDS_CHARS_MAX))
        {
            return Err(NotSaid::Words);
        }
        if let Some(item) = self.item {
            // Removed on another page since this one was opened, or never there.
            let id = item.to_string();
            if !SHOWN.iter().any(|list| record.items(list).contains(&id)) {
                return Err(NotSaid::NoItem);
            }
        }
        let given = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        Ok(EvidenceFacts {
            name: file_name.chars().take(NAME_CHARS_MAX).collect(),
            role,
            source,
            caption: given(&self.caption),
            item: self.item,
            how: given(&self.how).filter(|_| source == EvidenceSource::External),
            fix: None,
        })
    }
}

impl FactsForm {
    pub(super) fn new(frame: &Frame, shows: &Shows, said: &Said, desktop: bool) -> Self {
        let w = frame.w;
        let role_now = said.role.unwrap_or_else(|| next_role(shows, said.item));
        let source_now = said.source.unwrap_or(EvidenceSource::Camera);
        let role_choice = |it: EvidenceRole| Choice {
            code: role_code(it),
            label: role(it, w),
            on: it == role_now,
        };
        let source_choice = |it: EvidenceSource| Choice {
            code: source_code(it),
            label: source(it, w),
            on: it == source_now,
        };
        Self {
            items: item_groups(shows, said.item, frame.lang),
            roles: ROLES.into_iter().map(role_choice).collect(),
            sources: SOURCES.into_iter().map(source_choice).collect(),
            how: said.how.clone(),
            caption: said.caption.clone(),
            desktop,
        }
    }
}

/// 全景 first, then 细节, of what has none yet; the nameplate after both.
fn next_role(shows: &Shows, item: Option<ItemId>) -> EvidenceRole {
    let has = |role: EvidenceRole| {
        let photos = shows.photos.iter();
        photos
            .filter(|it| it.state.withdrawn.is_none() && it.state.evidence.item == item)
            .any(|it| it.state.evidence.role == role)
    };
    if item.is_none() || !has(EvidenceRole::Overall) {
        EvidenceRole::Overall
    } else if has(EvidenceRole::Detail) {
        EvidenceRole::Nameplate
    } else {
        EvidenceRole::Detail
    }
}

/// What a photo can show: the lines of the list, then the persons.
fn item_groups(shows: &Shows, chosen: Option<ItemId>, lang: Lang) -> Vec<ItemGroup> {
    let w = Words::of(lang);
    let record = &shows.record;
    let choice = |id: String, label: String| ItemChoice {
        on: chosen.is_some_and(|it| it.to_string() == id),
        id,
        label,
    };
    let line = |(index, id): (usize, String)| {
        let name = name_of(record, &id, lang);
        let n = fill(w.line_n, &[("n", &(index + 1))]);
        choice(id, format!("{n} {name}"))
    };
    let lines = assets::in_order(record);
    let lines: Vec<ItemChoice> = lines.into_iter().enumerate().map(line).collect();
    let person = |list: &'static str| {
        let named = move |id: String| {
            let name = record.text(&format!("{list}/{id}/name")).to_owned();
            (!name.is_empty()).then(|| choice(id, name))
        };
        record.items(list).into_iter().filter_map(named)
    };
    let persons = person("present").chain(person("parties")).collect();
    [(w.step_assets, lines), (w.present_title, persons)]
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
        .map(|(label, items)| ItemGroup { label, items })
        .collect()
}

fn role_code(role: EvidenceRole) -> &'static str {
    match role {
        EvidenceRole::Overall => "overall",
        EvidenceRole::Detail => "detail",
        EvidenceRole::Nameplate => "nameplate",
        EvidenceRole::SealStrip => "seal_strip",
        EvidenceRole::Service => "service",
        EvidenceRole::Signature => "signature",
        EvidenceRole::Paper => "paper",
        EvidenceRole::Lease => "lease",
        EvidenceRole::Injury => "injury",
        EvidenceRole::Other => "other",
    }
}

fn source_code(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::Camera => "camera",
        EvidenceSource::External => "external",
        EvidenceSource::Glass => "glass",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_picture_needs_how_and_a_camera_picture_carries_none() {
        let record = crate::samples::new_record().record;
        let facts = |said: &Said| said.facts("../../etc/passwd", &record);
        let mut said = Said::default();
        assert!(matches!(facts(&said), Err(NotSaid::NoRole)));
        said.note("role", "nameplate");
        said.note("source", "external");
        assert!(matches!(facts(&said), Err(NotSaid::NoHow)));
        said.note("how", "given by the applicant");
        let given = facts(&said).unwrap();
        assert_eq!(given.name, "../../etc/passwd");
        assert_eq!(given.how.as_deref(), Some("given by the applicant"));
        said.note("source", "camera");
        assert_eq!(facts(&said).unwrap().how, None);
        said.note("role", "selfie");
        assert!(matches!(facts(&said), Err(NotSaid::NoRole)));
    }

    #[test]
    fn a_photo_shows_a_line_or_person_of_its_record_or_none() {
        let record = crate::samples::seizure_record().record;
        let mut said = Said::default();
        said.note("role", "overall");
        said.note("source", "camera");
        assert_eq!(said.facts("a.jpg", &record).unwrap().item, None);
        let id = crate::samples::ITEM;
        said.note("item", id);
        let item = said.facts("a.jpg", &record).unwrap().item.unwrap();
        assert_eq!(item.to_string(), id);
        said.note("item", &"aa".repeat(16));
        assert!(matches!(said.facts("a.jpg", &record), Err(NotSaid::NoItem)));
        said.note("item", "");
        assert_eq!(said.facts("a.jpg", &record).unwrap().item, None);
    }

    #[test]
    fn the_role_offered_is_the_one_that_a_thing_still_lacks() {
        let mut shows = crate::samples::seizure_record();
        let item = crate::samples::ITEM.parse().ok();
        assert_eq!(next_role(&shows, None), EvidenceRole::Overall);
        assert_eq!(next_role(&shows, item), EvidenceRole::Detail);
        shows.photos[1].state.evidence.item = item;
        assert_eq!(next_role(&shows, item), EvidenceRole::Nameplate);
        shows.photos[0].state.withdrawn = Some("blurred".to_owned());
        assert_eq!(next_role(&shows, item), EvidenceRole::Overall);
    }
}
