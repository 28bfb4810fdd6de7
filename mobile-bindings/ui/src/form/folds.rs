//! Folds over rarer fields: their titles say how much of them is given, and what was not taken
//! opens them.

use super::layout::{List, join};
use super::shown::{Block, FieldView, MoreView, Part};
use crate::show::masked;
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

/// Whether an item is shown open: until most of its first fields are given, and whenever something
/// in it was not taken. What folds away says in its line what it holds.
pub(super) fn mostly_open(parts: &[Part]) -> bool {
    let first = || parts.iter().take_while(|it| !matches!(it, Part::More(_)));
    let fields = first().filter(|it| !matches!(it, Part::Deeds(_))).count();
    let given = first().filter(|it| part_given(it)).count();
    given < (fields * 3).div_ceil(5) || parts.iter().any(part_wrong)
}

/// What an item holds beside its title, in one line.
pub(super) fn second_line(parts: &[Part], list: &List, before: &str) -> String {
    const SAID: usize = 3;
    let titles: Vec<String> = list.title.iter().map(|it| join(before, it)).collect();
    let said = |part: &Part| match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            (!titles.contains(&it.path)).then(|| short(it))
        }
        Part::Flag(it) => it.on.then(|| it.label.to_owned()),
        Part::Contested(_) | Part::Deeds(_) | Part::More(_) | Part::Less => None,
    };
    let said = parts.iter().filter_map(said).filter(|it| !it.is_empty());
    said.take(SAID).collect::<Vec<_>>().join(" · ")
}

fn short(field: &FieldView) -> String {
    const CHARS: usize = 24;
    if let Some(chosen) = field.choices.iter().find(|it| it.on) {
        return chosen.label.clone().into_owned();
    }
    let text = &field.kept;
    if text.is_empty() {
        String::new()
    } else if field.moment {
        text.split('T').next_back().unwrap_or_default().to_owned()
    } else if field.path.ends_with("/id_no") {
        masked(text)
    } else if text.chars().count() > CHARS {
        text.chars().take(CHARS).chain(['…']).collect()
    } else {
        text.clone()
    }
}
