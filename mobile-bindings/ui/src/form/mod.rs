//! Forms of records: which steps and fields an act has, how they are shown, and how what a page
//! sends becomes values of the journal.
//!
//! **Invariant.** Here is the *order of asking*, not law: what must be given before a record may be
//! sealed is decided by the rules of the protocol, never by a page. The layout is data, so that
//! another act is another table.

mod ask;
pub mod assets;
mod deeds;
mod detention;
mod folds;
mod investigation;
mod kept;
mod layout;
mod notes;
mod opening;
mod read_only;
mod said;
mod seizure;
mod settlement;
mod shared;
mod shown;
mod spot;
mod summary;
mod values;
mod view;
mod whole;

pub use deeds::{Asked, Held, Place, asked};
pub use kept::was;
pub use layout::{
    Copy, Deed, Field, Given, Label, Lead, List, Pick, Piece, Preset, Step, pattern_of, patterns,
};
pub use notes::{Note, of as note_of};
pub use opening::{
    NUMBER_CHARS_MAX, NumberProblem, first_values, listed_case, named_case, one_number,
};
pub use said::{REASON_CHARS_MAX, fits, said};
pub use shown::{
    AssetsView, Block, Contest, DeedView, Fact, FieldView, FixView, FlagView, ItemView, MoreView,
    Part, PhotoView, StepView,
};
pub use spot::spot;
pub use summary::{amount_fen, total_fen};
pub use values::{FieldProblem, Posted, Read, shown_text};
pub use view::{Viewer, anchor_of};

use waiqin_protocol::journal::Act;

/// The acts that an officer records on this phone, likeliest first.
pub const ACTS: [Act; 5] = [
    Act::Investigation,
    Act::Seal,
    Act::Removal,
    Act::Detention,
    Act::Settlement,
];

/// The steps of an act; `None` for one that is not recorded on this phone and can only be read.
#[must_use]
pub fn steps_of(act: Act) -> Option<&'static [Step]> {
    match act {
        Act::Investigation => Some(investigation::STEPS),
        Act::Seal => Some(seizure::SEAL_STEPS),
        Act::Removal => Some(seizure::REMOVAL_STEPS),
        Act::Detention => Some(detention::STEPS),
        Act::Settlement => Some(settlement::STEPS),
        Act::AssetSurvey
        | Act::Search
        | Act::Preservation
        | Act::Fine
        | Act::ForcedAppearance
        | Act::Eviction
        | Act::Service
        | Act::CashReceipt
        | Act::Campaign
        | Act::Tip => None,
    }
}

/// Whether an act has a list of assets.
#[must_use]
pub fn has_assets(act: Act) -> bool {
    matches!(act, Act::Seal | Act::Removal)
}

#[cfg(test)]
mod tests;
