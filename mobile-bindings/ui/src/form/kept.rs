//! What the fields of a form hold when it is shown; sent back as `was`, so that a page that was open
//! for an hour writes only what its reader changed.

use super::shown::{Block, FlagView, Part};
use std::collections::BTreeMap;

/// What the fields of a form hold, by path, as the form sends it back.
#[must_use]
pub fn was<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> String {
    serde_json::to_string(&shown_values(blocks)).unwrap_or_default()
}

/// What the fields hold, by path: sent back with the form as `was`.
fn shown_values<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> BTreeMap<&'a str, &'a str> {
    let mut shown = BTreeMap::new();
    for block in blocks {
        match block {
            Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
                shown.insert(it.path.as_str(), it.kept.as_str());
            }
            Block::Flag(it) => {
                shown.insert(it.path.as_str(), mark(it));
            }
            Block::Flags { flags, .. } => {
                shown.extend(flags.iter().map(|it| (it.path.as_str(), mark(it))));
            }
            Block::Fix(it) => {
                shown.insert("fix", it.value.as_str());
            }
            Block::Item(item) => shown.extend(item.parts.iter().filter_map(part_value)),
            Block::Deeds(_)
            | Block::Title(_)
            | Block::Contested(_)
            | Block::Photos(_)
            | Block::Assets(_)
            | Block::More(_)
            | Block::Less
            | Block::Read(_) => {}
        }
    }
    shown
}

fn part_value(part: &Part) -> Option<(&str, &str)> {
    match part {
        Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
            Some((it.path.as_str(), it.kept.as_str()))
        }
        Part::Flag(it) => Some((it.path.as_str(), mark(it))),
        Part::Contested(_) | Part::Deeds(_) | Part::More(_) | Part::Less => None,
    }
}

fn mark(flag: &FlagView) -> &'static str {
    if flag.on { "yes" } else { flag.off }
}
