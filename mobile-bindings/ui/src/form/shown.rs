//! What a page shows of a form: plain values for the templates.

use super::notes::Note;
use std::borrow::Cow;
use waiqin_protocol::ids::EntryHash;

/// A step.
pub struct StepView {
    /// Name in addresses.
    pub key: &'static str,
    /// Number, from 1.
    pub n: usize,
    /// Title.
    pub title: &'static str,
    /// What it holds, in one line.
    pub summary: String,
    /// Everything that it leads with is given.
    pub done: bool,
    /// Shown open.
    pub open: bool,
    /// What the fields showed, for the next save.
    pub was: String,
    /// What it asks.
    pub blocks: Vec<Block>,
}

/// One thing in a step.
pub enum Block {
    /// A line of text.
    Line(FieldView),
    /// Several lines.
    Text(FieldView),
    /// A moment.
    Moment(FieldView),
    /// One of several.
    Choice(FieldView),
    /// A mark.
    Flag(FlagView),
    /// Marks asked together.
    Flags {
        /// What about.
        title: &'static str,
        /// Each.
        flags: Vec<FlagView>,
        /// Button that answers all with no.
        none_do: String,
        /// Its label.
        none_label: &'static str,
        /// All were answered with no.
        none_on: bool,
    },
    /// The position.
    Fix(FixView),
    /// Buttons.
    Deeds(Vec<DeedView>),
    /// A heading.
    Title(&'static str),
    /// Values that stand against each other.
    Contested(Contest),
    /// An item of a list.
    Item(ItemView),
    /// The photos.
    Photos(Vec<PhotoView>),
    /// The way to the list of assets.
    Assets(AssetsView),
    /// From here to [`Block::Less`] folded away.
    More(MoreView),
    /// End of [`Block::More`].
    Less,
    /// What a record holds, read-only.
    Read(Vec<Fact>),
}

/// One thing in an item.
pub enum Part {
    /// A line of text.
    Line(FieldView),
    /// Several lines.
    Text(FieldView),
    /// A moment.
    Moment(FieldView),
    /// One of several.
    Choice(FieldView),
    /// A mark.
    Flag(FlagView),
    /// Values that stand against each other.
    Contested(Contest),
    /// Buttons.
    Deeds(Vec<DeedView>),
    /// From here to [`Part::Less`] folded away.
    More(MoreView),
    /// End of [`Part::More`].
    Less,
}

/// A fold over the rarer fields.
pub struct MoreView {
    /// What they are.
    pub title: &'static str,
    /// How many of them are given; empty for none.
    pub given: String,
    /// Shown open: something inside was not taken.
    pub open: bool,
}

/// The list of assets, as its step shows it.
pub struct AssetsView {
    /// Its page.
    pub href: String,
    /// What stands on it, in one line.
    pub text: String,
    /// The first lines.
    pub lines: Vec<String>,
    /// How many more there are; empty for none.
    pub rest: String,
}

/// A field.
pub struct FieldView {
    /// Its path, which is its name in the form.
    pub path: String,
    /// Id in the page.
    pub id: String,
    /// Label.
    pub label: &'static str,
    /// What it shows: what was typed last, where that was not taken.
    pub value: String,
    /// What the record holds.
    pub kept: String,
    /// Word of help; empty when none.
    pub hint: &'static str,
    /// Why it was not taken; empty when it was.
    pub error: String,
    /// Choices, when it has them.
    pub choices: Vec<ChoiceView>,
    /// Button that writes the present moment.
    pub now_do: String,
    /// It holds a moment.
    pub moment: bool,
    /// `type` of its input: `text` or `date`.
    pub input: &'static str,
    /// `inputmode` of its input.
    pub mode: &'static str,
    /// What a number counts; empty when nothing.
    pub unit: &'static str,
    /// So many choices that they stand in a list that opens.
    pub many: bool,
    /// Other fields are asked after another answer.
    pub reshapes: bool,
    /// Short: two of them stand side by side.
    pub half: bool,
    /// What the number in it says of itself.
    pub note: Note,
}

/// One choice.
pub struct ChoiceView {
    /// Code.
    pub code: Cow<'static, str>,
    /// Label.
    pub label: Cow<'static, str>,
    /// Red outline.
    pub hard: bool,
    /// Chosen.
    pub on: bool,
}

/// A mark.
pub struct FlagView {
    /// Its path.
    pub path: String,
    /// Label.
    pub label: &'static str,
    /// Set.
    pub on: bool,
    /// What is sent while it is not set: `no` where that was answered.
    pub off: &'static str,
}

impl FlagView {
    /// Id in the page.
    #[must_use]
    pub fn id(&self) -> String {
        super::view::anchor_of(&self.path)
    }
}

/// The position.
pub struct FixView {
    /// Label.
    pub label: &'static str,
    /// As the form sends it back.
    pub value: String,
    /// As it is shown; empty when there is none.
    pub text: String,
    /// Why it was not taken; empty when it was.
    pub error: String,
}

/// A button.
pub struct DeedView {
    /// Value of `do`.
    pub what: String,
    /// Label.
    pub label: String,
    /// Words that it will write, for the reader.
    pub title: &'static str,
    /// Red outline.
    pub hard: bool,
    /// What it writes stands already.
    pub on: bool,
}

/// Values that stand against each other.
pub struct Contest {
    /// The field.
    pub label: &'static str,
    /// Its path.
    pub path: String,
    /// Id in the page.
    pub anchor: String,
    /// The officer gave all of them himself, and may choose.
    pub mine: bool,
    /// Where one value is chosen.
    pub href: String,
    /// Each value.
    pub values: Vec<ContestValue>,
}

/// One of them.
pub struct ContestValue {
    /// The entry that gave it.
    pub entry: EntryHash,
    /// Who gave it.
    pub who: &'static str,
    /// What.
    pub text: String,
}

/// An item of a list.
pub struct ItemView {
    /// Heading of its list.
    pub heading: &'static str,
    /// Where it stands in the page: `LIST-ID`.
    pub anchor: String,
    /// Title.
    pub title: String,
    /// What it is, beside the title.
    pub tags: Vec<String>,
    /// What else it holds, in one line.
    pub second: String,
    /// It has one field alone, and needs no title.
    pub single: bool,
    /// Shown open: little of it is given yet, or something was not taken.
    pub open: bool,
    /// Button that removes it.
    pub drop_do: String,
    /// Fields and buttons.
    pub parts: Vec<Part>,
}

/// A label with a value.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Label.
    pub label: &'static str,
    /// Value.
    pub value: String,
    /// Shown strong.
    pub strong: bool,
}

impl Fact {
    /// A label with a value.
    #[must_use]
    pub fn new(label: &'static str, value: impl Into<String>, strong: bool) -> Self {
        Self {
            label,
            value: value.into(),
            strong,
        }
    }
}

/// A photo, small.
#[derive(Clone, Debug)]
pub struct PhotoView {
    /// Its page.
    pub href: String,
    /// Its small picture.
    pub thumb: String,
    /// What it shows.
    pub label: &'static str,
    /// ✓ when the court has it.
    pub mark: &'static str,
    /// It reads as a picture and its bytes are here.
    pub readable: bool,
    /// Withdrawn or declared missing.
    pub gone: bool,
    /// Words instead of a picture.
    pub unreadable: &'static str,
}
