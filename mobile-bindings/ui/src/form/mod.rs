//! Forms of records: which steps and fields an act has, how they are shown, and how what a page
//! sends becomes values of the journal.
//!
//! **Invariant.** Here is the *order of asking*, not law: what must be given before a record may be
//! sealed is decided by the rules of the protocol, never by a page. The layout is data, so that
//! another act is another table.

mod deeds;
pub mod investigation;
mod layout;
mod read_only;
mod shown;
mod summary;
mod values;
mod view;

pub use deeds::{Asked, Held, Place, asked};
pub use layout::{Choice, Deed, Field, Given, Kind, Label, Lead, List, Piece, Preset, Step, Title};
pub use layout::{field_at, items_of};
pub use shown::{
    Block, Contest, DeedView, Fact, FieldView, FixView, FlagView, ItemView, Part, PhotoView,
    StepView,
};
pub use values::{FieldProblem, Posted, Read, shown_text};
pub use view::Viewer;

#[cfg(test)]
mod tests;
