//! What a form is made of.

use crate::words::Words;
use waiqin_protocol::record::Record;

/// A text of the table, in whichever language.
pub type Label = fn(&Words) -> &'static str;

/// One step of a record, in the order in which things happen on site.
pub struct Step {
    /// Name in addresses: `#step-arrive`.
    pub key: &'static str,
    /// Title.
    pub title: Label,
    /// What it asks.
    pub pieces: &'static [Piece],
    /// What has to be given before the step shows as filled.
    pub leading: &'static [Lead],
}

/// Something that a step leads with.
pub enum Lead {
    /// One of these fields; a list counts when it has an item.
    Any(&'static [&'static str]),
    /// Items in this list, and in each of them one of these fields.
    Each(&'static str, &'static [&'static str]),
}

/// One thing in a step.
pub enum Piece {
    /// A field.
    Field(Field),
    /// A heading between fields.
    Heading(Label),
    /// Yes/no marks that are asked together.
    Flags {
        /// What they are about.
        title: Label,
        /// Common beginning of their paths, e.g. `special`.
        group: &'static str,
        /// Each mark.
        flags: &'static [(&'static str, Label)],
        /// The button that answers all with no.
        none: Label,
    },
    /// A list whose items have random ids.
    List(List),
    /// Buttons that write fields in one tap.
    Deeds(&'static [Deed]),
    /// The place as the case list has it, in one tap.
    ListAddress,
    /// The position.
    Fix,
    /// The photos of the record.
    Photos,
}

/// A field.
pub struct Field {
    /// Last part of its path.
    pub name: &'static str,
    /// Label.
    pub label: Label,
    /// What it holds.
    pub kind: Kind,
    /// A word of help under it.
    pub hint: Option<Label>,
}

/// What a field holds, and how it is asked.
#[derive(Clone, Copy)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Several lines of text.
    Text,
    /// A moment, ms UTC; asked as date and time of the court.
    Moment,
    /// True, or not given.
    Flag,
    /// True, false or not given.
    YesNo(Label, Label),
    /// One of these codes.
    Choice(&'static [Choice]),
    /// A position ([`waiqin_protocol::journal::Mark`]), written by the script alone.
    Fix,
}

/// One choice of a field.
pub struct Choice {
    /// As the journal has it.
    pub code: &'static str,
    /// As it is shown.
    pub label: Label,
    /// Shown in red outline: the hard things are buttons too.
    pub hard: bool,
}

/// A list of items.
pub struct List {
    /// Its path.
    pub name: &'static str,
    /// Heading.
    pub heading: Label,
    /// How an item is titled.
    pub title: Title,
    /// Fields of an item; empty name: the item itself is the value.
    pub fields: &'static [Field],
    /// Buttons within an item.
    pub deeds: &'static [Deed],
    /// Buttons that add an item.
    pub presets: &'static [Preset],
}

/// How an item of a list is titled.
pub enum Title {
    /// By a choice of its own, e.g. what was checked; falls back to the label.
    Choice(&'static str, &'static [Choice], Label),
    /// By a label and its place in the list.
    Numbered(Label),
    /// By a text of its own; falls back to the label.
    Text(&'static str, Label),
}

/// A button that adds an item.
pub struct Preset {
    /// Name of the button.
    pub key: &'static str,
    /// Label.
    pub label: Label,
    /// First values of the item, by field.
    pub values: &'static [(&'static str, Given)],
}

/// A button that writes fields; pressed again it takes them back.
pub struct Deed {
    /// Name of the button.
    pub key: &'static str,
    /// Label.
    pub label: Label,
    /// What it writes, by field of the step or item.
    pub values: &'static [(&'static str, Given)],
    /// Shown in red outline.
    pub hard: bool,
}

/// A value that a button writes.
#[derive(Clone, Copy)]
pub enum Given {
    /// A code.
    Code(&'static str),
    /// Words for the record, in place of what stood there. The record is a paper of a Chinese court:
    /// they are written in Chinese, whatever language the page is in.
    Words(Label),
    /// A sentence for the record, after what stands there; likewise in Chinese.
    Sentence(Label),
    /// True or false.
    Flag(bool),
}

/// The field at a path of a layout; items stand under 32 hexadecimal digits.
#[must_use]
pub fn field_at(steps: &'static [Step], path: &str) -> Option<Kind> {
    let pieces = steps.iter().flat_map(|step| step.pieces);
    let parts: Vec<&str> = path.split('/').collect();
    for piece in pieces {
        let found = match (piece, parts.as_slice()) {
            (Piece::Field(field), _) if field.name == path => Some(field.kind),
            (Piece::Fix, ["fix"]) => Some(Kind::Fix),
            (Piece::Flags { group, flags, .. }, [first, name])
                if first == group && flags.iter().any(|it| it.0 == *name) =>
            {
                Some(Kind::Flag)
            }
            (Piece::List(list), [first, id, rest @ ..])
                if *first == list.name && is_item_id(id) && rest.len() < 2 =>
            {
                let name = rest.first().copied().unwrap_or_default();
                list.fields
                    .iter()
                    .find(|it| it.name == name)
                    .map(|it| it.kind)
            }
            (
                Piece::Field(_)
                | Piece::Heading(_)
                | Piece::Flags { .. }
                | Piece::List(_)
                | Piece::Deeds(_)
                | Piece::ListAddress
                | Piece::Fix
                | Piece::Photos,
                _,
            ) => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Ids of the items of a list, in the order in which the record holds them: by random id, which
/// stands still while others are added.
#[must_use]
pub fn items_of(record: &Record, list: &str) -> Vec<String> {
    record.items(list)
}

pub(super) fn is_item_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
