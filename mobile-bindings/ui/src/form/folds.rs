//! Folds over rarer fields: their titles say how much of them is given, and what was not taken
//! opens them.

use super::shown::{Block, MoreView, Part};
use crate::words::Words;
use waiqin_protocol::words::fill;

/// A fold that is not counted yet.
pub(super) fn fold(title: &'static str) -> MoreView {
    MoreView {
        title,
        given: String::new(),
        open: false,
    }
}

/// How many are given, in words.
pub(super) fn given_words(n: usize, w: &Words) -> String {
    if n == 0 {
        String::new()
    } else {
        fill(w.more_given, &[("n", &n)])
    }
}

/// Closes a fold: its title says how much of it is given, and what was not taken opens it.
pub(super) fn count_fold(blocks: &mut [Block], w: &Words) {
    let Some(at) = blocks.iter().rposition(|it| matches!(it, Block::More(_))) else {
        return;
    };
    let (before, inside) = blocks.split_at_mut(at + 1);
    let given = inside.iter().map(block_given).sum();
    let wrong = inside.iter().any(block_wrong);
    if let Some(Block::More(view)) = before.last_mut() {
        view.given = given_words(given, w);
        view.open = wrong;
    }
}

fn block_given(block: &Block) -> usize {
    match block {
        Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
            usize::from(!it.kept.is_empty())
        }
        Block::Flag(it) => usize::from(it.on),
        Block::Flags { flags, .. } => flags.iter().filter(|it| it.on || it.off == "no").count(),
        Block::Item(_) | Block::Contested(_) => 1,
        Block::Fix(_)
        | Block::Deeds(_)
        | Block::Title(_)
        | Block::Photos(_)
        | Block::Assets(_)
        | Block::More(_)
        | Block::Less
        | Block::Read(_) => 0,
    }
}

/// Something in it was not taken, or waits for a decision.
fn block_wrong(block: &Block) -> bool {
    match block {
        Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
            !it.error.is_empty()
        }
        Block::Item(item) => item.parts.iter().any(part_wrong),
        Block::Contested(_) => true,
        Block::Flag(_)
        | Block::Flags { .. }
        | Block::Fix(_)
        | Block::Deeds(_)
        | Block::Title(_)
        | Block::Photos(_)
        | Block::Assets(_)
        | Block::More(_)
        | Block::Less
        | Block::Read(_) => false,
    }
}

/// Whether something in an item is given.
pub(super) fn part_given(part: &Part) -> bool {
    match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            !it.kept.is_empty()
        }
        Part::Flag(it) => it.on,
        Part::Contested(_) => true,
        Part::Deeds(_) | Part::More(_) | Part::Less => false,
    }
}

/// Whether something in an item was not taken, or waits for a decision.
pub(super) fn part_wrong(part: &Part) -> bool {
    match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            !it.error.is_empty()
        }
        Part::Contested(_) => true,
        Part::Flag(_) | Part::Deeds(_) | Part::More(_) | Part::Less => false,
    }
}
