//! Court papers (文书) of a record, from the table of fields alone: whatever the record says is
//! printed once, under the label that the table gives it.
//!
//! **Invariant.** A paper prints the body that stands, the sealed one where there is a seal; it adds
//! no fact and leaves none out.

mod item;
mod list;
mod text;

pub use list::{AssetList, AssetRow};
pub use text::{Line, Section, Text};

use crate::words::Words;
use waiqin_protocol::record::Facts;
use waiqin_protocol::words::Lang;

/// What a paper is written with.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// What the record says.
    pub facts: &'a Facts,
    /// The language of labels.
    pub lang: Lang,
    /// Words of the page.
    pub w: &'static Words,
    /// Codes of people are masked: on a screen that others see, not on the paper.
    pub masked: bool,
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
