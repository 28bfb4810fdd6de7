//! What a form is made of. Kinds, codes and labels of fields stand in the table of fields
//! ([`waiqin_protocol::fields`]); a layout says in which order they are asked, and which buttons
//! stand beside them.

use crate::words::Words;
use waiqin_protocol::ids::ItemId;

/// A text of the table of words, in whichever language.
pub type Label = fn(&Words) -> &'static str;

/// One step of a record, in the order in which things happen on site.
pub struct Step {
    /// Name in addresses: `#step-arrive`.
    pub key: &'static str,
    /// Title.
    pub title: Label,
    /// What it asks, in groups that several acts share.
    pub groups: &'static [&'static [Piece]],
    /// What has to be given before the step shows as filled.
    pub leading: &'static [Lead],
}

impl Step {
    /// What it asks.
    pub fn pieces(&self) -> impl Iterator<Item = &'static Piece> {
        self.groups.iter().flat_map(|group| group.iter())
    }
}

/// Something that a step leads with.
pub enum Lead {
    /// One of these fields; a list counts when it has an item.
    Any(&'static [&'static str]),
    /// Items in this list, and in each of them one of these fields.
    Each(&'static str, &'static [&'static str]),
}

/// One thing in a step. Paths are patterns: `*` stands for the item that the page is about.
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
        /// Last part of each.
        names: &'static [&'static str],
        /// The button that answers all with no.
        none: Label,
        /// Its label when some are answered with yes: the rest.
        rest: Label,
    },
    /// A list whose items have random ids.
    List(List),
    /// A list whose items point to those of another, picked by tapping.
    Pick(Pick),
    /// Buttons that write fields in one tap.
    Deeds(&'static [Deed]),
    /// A button that copies what is known of one person to another place.
    Copy(Copy),
    /// A button that writes an amount in capitals (大写).
    Capital {
        /// Path of the amount.
        from: &'static str,
        /// Path of the text.
        into: &'static str,
    },
    /// From here to [`Piece::Less`] fields are folded away: the rarer ones.
    More(Label),
    /// End of [`Piece::More`].
    Less,
    /// The place as the case list has it, in one tap.
    ListAddress,
    /// The position.
    Fix,
    /// The photos of the record, or of the item that the page is about.
    Photos,
    /// The way to the list of assets (财产清单), which has its own page.
    Assets,
}

/// A field of the table, and what the page adds to it.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its pattern; in a list the part after the item, empty when the item itself is the value.
    pub name: &'static str,
    /// A word of help under it.
    pub hint: Option<Label>,
    /// Words for yes and no.
    pub yes_no: Option<(Label, Label)>,
    /// Codes in red outline: the hard things are buttons too.
    pub hard: &'static [&'static str],
    /// Other fields are asked after another answer: the page is shown anew.
    pub reshapes: bool,
    /// Short: two of them stand side by side.
    pub half: bool,
}

/// A field of the table.
pub const fn field(name: &'static str) -> Field {
    Field {
        name,
        hint: None,
        yes_no: None,
        hard: &[],
        reshapes: false,
        half: false,
    }
}

impl Field {
    /// With a word of help.
    pub const fn hint(mut self, hint: Label) -> Self {
        self.hint = Some(hint);
        self
    }

    /// With words for yes and no.
    pub const fn yes_no(mut self, yes: Label, no: Label) -> Self {
        self.yes_no = Some((yes, no));
        self
    }

    /// With codes in red outline.
    pub const fn hard(mut self, codes: &'static [&'static str]) -> Self {
        self.hard = codes;
        self
    }

    /// Beside another short one.
    pub const fn half(mut self) -> Self {
        self.half = true;
        self
    }

    /// With the page shown anew after another answer.
    pub const fn reshapes(mut self) -> Self {
        self.reshapes = true;
        self
    }
}

/// A list of items.
pub struct List {
    /// Its path, a pattern: `present`, `assets/*/co_owners`.
    pub name: &'static str,
    /// Heading.
    pub heading: Label,
    /// What one item is called.
    pub one: Label,
    /// Fields whose words title an item; without any it is numbered.
    pub title: &'static [&'static str],
    /// Fields of an item.
    pub fields: &'static [Field],
    /// Its rarer fields, folded away.
    pub more: &'static [Field],
    /// Buttons within an item.
    pub deeds: &'static [Deed],
    /// Buttons that add an item.
    pub presets: &'static [Preset],
}

/// A list whose items point to those of another.
pub struct Pick {
    /// Its path: `cash/counted_by`.
    pub list: &'static str,
    /// The other list: `officers`.
    pub from: &'static str,
    /// Field that names an item there.
    pub name: &'static str,
}

/// A button that copies fields.
pub struct Copy {
    /// Name of the button.
    pub key: &'static str,
    /// Label.
    pub label: Label,
    /// From where: `debtor`.
    pub from: &'static str,
    /// To where: `target`.
    pub to: &'static str,
    /// Last parts of the paths.
    pub names: &'static [&'static str],
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
    /// The present moment.
    Now,
    /// A whole number.
    Number(i64),
    /// What is left of an amount after the others of a list (`total`, `list`, `name`), in fen.
    Left(&'static str, &'static str, &'static str),
}

/// A button in plain outline.
pub const fn deed(
    key: &'static str,
    label: Label,
    values: &'static [(&'static str, Given)],
) -> Deed {
    Deed {
        key,
        label,
        values,
        hard: false,
    }
}

/// A button in red outline.
pub const fn hard(
    key: &'static str,
    label: Label,
    values: &'static [(&'static str, Given)],
) -> Deed {
    Deed {
        key,
        label,
        values,
        hard: true,
    }
}

/// A button that adds an item.
pub const fn add(
    key: &'static str,
    label: Label,
    values: &'static [(&'static str, Given)],
) -> Preset {
    Preset { key, label, values }
}

/// Every pattern of the table that a layout asks, in its order.
#[must_use]
pub fn patterns(steps: &'static [Step]) -> Vec<String> {
    let mut found = Vec::new();
    for piece in steps.iter().flat_map(Step::pieces) {
        match piece {
            Piece::Field(field) => found.push(field.name.to_owned()),
            Piece::Flags { group, names, .. } => {
                found.extend(names.iter().map(|name| join(group, name)));
            }
            Piece::List(list) => {
                let item = join(list.name, "*");
                let fields = list.fields.iter().chain(list.more);
                found.extend(fields.map(|field| join(&item, field.name)));
            }
            Piece::Pick(pick) => found.push(join(pick.list, "*")),
            Piece::Fix => found.push("fix".to_owned()),
            Piece::Heading(_)
            | Piece::Deeds(_)
            | Piece::Copy(_)
            | Piece::Capital { .. }
            | Piece::More(_)
            | Piece::Less
            | Piece::ListAddress
            | Piece::Photos
            | Piece::Assets => {}
        }
    }
    found
}

/// The lists of a layout.
pub(super) fn lists(steps: &'static [Step]) -> impl Iterator<Item = &'static List> {
    steps.iter().flat_map(Step::pieces).filter_map(|piece| {
        if let Piece::List(list) = piece {
            Some(list)
        } else {
            None
        }
    })
}

/// The pattern of a path: each id of an item as `*`.
#[must_use]
pub fn pattern_of(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if is_item_id(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// A path with its last part.
pub(super) fn join(before: &str, name: &str) -> String {
    match (before, name) {
        ("", name) => name.to_owned(),
        (before, "") => before.to_owned(),
        (before, name) => format!("{before}/{name}"),
    }
}

pub(super) fn is_item_id(text: &str) -> bool {
    text.parse::<ItemId>().is_ok()
}
