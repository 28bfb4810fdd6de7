//! The one table of fields (字段表): every path that a record can hold, with its kind, unit and the
//! labels that court papers print, by paper (DOMAIN §2.1b). Rules read these paths alone; pages,
//! papers and exports take their labels from here. `docs/FIELDS.md` is this table, kept equal by a
//! test.
//!
//! What is no field is no path either: the case and its number ([`crate::journal::CaseRef`]), photos
//! ([`crate::journal::Evidence`]), what an amendment names ([`crate::journal::Change::Amended`]) and
//! signatures on the glass stand in the journal as themselves.

mod assets;
mod codes;
mod detention;
mod every;
mod investigation;
mod papers;
mod seizure;
#[cfg(test)]
mod tests;
mod value;

pub use codes::{
    APPROVERS, ASSET_CLASSES, ASSET_KINDS, CAPACITIES, CHECKED_ITEMS, COMPELLED, DEBTOR_KINDS,
    DOC_TYPES, EXECUTIONS, EXEMPT_ANSWERS, FAMILY_MODES, FOLLOW_UPS, GENDERS, HELD_BY,
    KEEPER_KINDS, LEGAL_ITEMS, NOTICE_CAME, NOTICE_CLASSES, NOTICE_MODES, OFFICER_ROLES, OWNERS,
    PARTY_SIDES, PRESENT_ROLES, PROPERTY_ORDER, RANKS, RECEIVER_CLASSES, RECUSAL, RESULTS,
    SEARCH_PLACES, SEARCH_TARGETS, SERVICE_MODES, THIRD_PARTY_OUTCOMES, TIP_CHANNELS, exempt_kind,
};
pub use value::FieldError;
pub(crate) use value::{read_day, read_mark};

use crate::ids::ItemId;
use crate::journal::Act;
use crate::words::Lang;

/// The most characters of a [`Kind::Line`].
pub const LINE_CHARS_MAX: usize = 500;
/// The most characters of a [`Kind::Text`].
pub const TEXT_CHARS_MAX: usize = 20_000;

/// What a field holds in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text, at most [`LINE_CHARS_MAX`] characters.
    Line,
    /// Several lines of text, at most [`TEXT_CHARS_MAX`] characters.
    Text,
    /// A whole number that is not negative.
    Integer,
    /// An amount of money in fen (分), not negative.
    Fen,
    /// A day of the court's calendar (+08:00) as text, `2019-07-09`.
    Day,
    /// A moment, ms UTC.
    Moment,
    /// True, or not given.
    Flag,
    /// True, false, or not given.
    YesNo,
    /// One of these codes.
    Choice(&'static [Code]),
    /// A position ([`crate::journal::Mark`]).
    Fix,
    /// Id of an item of the list named.
    Item(&'static str),
}

/// One code that a choice can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// As the journal has it.
    pub code: &'static str,
    /// As Chinese papers print it.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Code {
    /// The code in words.
    #[must_use]
    pub fn label(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// One field of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDef {
    /// Its path, `*` where the id of a list's item stands: `assets/*/quantity`.
    pub pattern: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What a number counts, in Chinese and English.
    pub unit: Option<(&'static str, &'static str)>,
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
}

impl FieldDef {
    /// The label in a language.
    #[must_use]
    pub fn label(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// Whether a path is one of this field.
    #[must_use]
    pub fn fits(&self, path: &str) -> bool {
        let mut parts = path.split('/');
        self.pattern.split('/').all(|wanted| match parts.next() {
            Some(part) if wanted == "*" => part.parse::<ItemId>().is_ok(),
            Some(part) => part == wanted,
            None => false,
        }) && parts.next().is_none()
    }

    /// The list that it belongs to: `assets` for `assets/*/quantity`; the outermost of two.
    #[must_use]
    pub fn list(&self) -> Option<&'static str> {
        self.pattern.split_once("/*").map(|(list, _)| list)
    }

    /// A code of its choice; `None` when it is no choice or has no such code.
    #[must_use]
    pub fn code(&self, code: &str) -> Option<&'static Code> {
        let Kind::Choice(codes) = self.kind else {
            return None;
        };
        codes.iter().find(|it| it.code == code)
    }
}

/// A paper (文书): the fields that it prints, and the acts that use it.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// Name in addresses.
    pub key: &'static str,
    /// Chinese title.
    pub zh: &'static str,
    /// English title.
    pub en: &'static str,
    /// The acts that use it.
    pub acts: &'static [Act],
    /// Its fields, in the order in which it prints them.
    pub fields: &'static [FieldDef],
}

/// Every paper, the one of every act first.
pub const PAPERS: &[Paper] = &[
    every::EVERY,
    every::OUTCOME,
    investigation::INVESTIGATION,
    assets::LIST,
    assets::SURVEY,
    seizure::SEIZURE,
    seizure::REMOVAL,
    seizure::SEARCH,
    seizure::PRESERVATION,
    detention::SANCTION,
    detention::DETENTION,
    detention::FINE,
    detention::FORCED_APPEARANCE,
    papers::QUESTIONS,
    papers::SETTLEMENT,
    papers::EVICTION,
    papers::SERVICE,
    papers::CASH,
    papers::CAMPAIGN,
    papers::TIP_NUMBER,
    papers::TIP,
];

/// The field that a path of an act is; `None` for a path that its papers do not have.
#[must_use]
pub fn field_at(act: Act, path: &str) -> Option<&'static FieldDef> {
    of_act(act).find(|it| it.fits(path))
}

/// The fields of an act, paper by paper.
pub fn of_act(act: Act) -> impl Iterator<Item = &'static FieldDef> {
    papers_of(act).flat_map(|paper| paper.fields)
}

/// The papers of an act.
pub fn papers_of(act: Act) -> impl Iterator<Item = &'static Paper> {
    PAPERS.iter().filter(move |it| it.acts.contains(&act))
}

/// The lists of an act, each once, in the order of its papers: `officers`, `present` …; a list
/// within a list's items is not named.
#[must_use]
pub fn lists_of(act: Act) -> Vec<&'static str> {
    let mut lists = Vec::new();
    for list in of_act(act).filter_map(FieldDef::list) {
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    lists
}

/// What an item of a list is called, in Chinese and English; `None` for no list.
#[must_use]
pub fn list_label(list: &str) -> Option<(&'static str, &'static str)> {
    LISTS.iter().find(|it| it.0 == list).map(|it| (it.1, it.2))
}

const LISTS: &[(&str, &str, &str)] = &[
    ("officers", "执行人员", "Officer"),
    ("present", "在场人", "Person present"),
    ("docs", "文书", "Paper"),
    ("notices", "通知", "Notice"),
    ("follow_ups", "后续事项", "Follow-up"),
    ("checked", "查看事项", "Item checked"),
    ("neighbours", "询问对象", "Neighbour"),
    ("sources", "来源", "Source"),
    ("copies", "材料", "Copy"),
    ("questions", "问答", "Question"),
    ("assets", "财产", "Asset"),
    ("publicity/seal_nos", "封条", "Seal strip"),
    ("cash/counted_by", "清点人", "Counting officer"),
    ("targets", "搜查对象", "Search target"),
    ("areas", "搜查范围", "Area"),
    ("forced", "强制开启", "Forced opening"),
    ("found_records", "关联记录", "Linked record"),
    ("parties", "当事人", "Party"),
    ("instalments", "分期", "Instalment"),
    ("guarantors", "担保人", "Guarantor"),
    ("goods", "搬出物品", "Goods"),
    ("groups", "行动小组", "Group"),
    ("children", "所属记录", "Record"),
];

const fn def(pattern: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> FieldDef {
    FieldDef {
        pattern,
        kind,
        unit: None,
        zh,
        en,
    }
}

impl FieldDef {
    const fn counted(mut self, zh: &'static str, en: &'static str) -> Self {
        self.unit = Some((zh, en));
        self
    }
}

const fn code(code: &'static str, zh: &'static str, en: &'static str) -> Code {
    Code { code, zh, en }
}

/// An amount: always in fen.
const fn fen(pattern: &'static str, zh: &'static str, en: &'static str) -> FieldDef {
    def(pattern, Kind::Fen, zh, en).counted("分", "fen")
}
