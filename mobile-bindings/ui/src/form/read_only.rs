//! A step of a record that asks for nothing any more: what it holds, as lines.

use super::shown::{Block, Fact, FieldView, FlagView, Part};

/// What a step holds, for a record that asks for nothing any more.
pub fn of(blocks: Vec<Block>) -> Vec<Block> {
    let mut lines = Vec::new();
    let mut others = Vec::new();
    for block in blocks {
        match block {
            Block::Line(it) | Block::Text(it) | Block::Moment(it) | Block::Choice(it) => {
                lines.extend(read_field(&it));
            }
            Block::Flag(it) => lines.extend(read_flag(&it)),
            Block::Flags { flags, .. } => lines.extend(flags.iter().filter_map(read_flag)),
            Block::Fix(it) if it.text.is_empty() => {}
            Block::Fix(it) => lines.push(Fact::new(it.label, it.text, false)),
            Block::Item(item) => {
                let title = Fact::new(item.heading, item.title, true);
                lines.push(title);
                lines.extend(item.parts.iter().filter_map(|part| match part {
                    Part::Line(it) | Part::Text(it) | Part::Moment(it) | Part::Choice(it) => {
                        read_field(it)
                    }
                    Part::Flag(it) => read_flag(it),
                    Part::Contested(_) | Part::Deeds(_) | Part::More(_) | Part::Less => None,
                }));
            }
            Block::Contested(_) | Block::Photos(_) | Block::Assets(_) => others.push(block),
            Block::Deeds(_) | Block::Title(_) | Block::Read(_) | Block::More(_) | Block::Less => {}
        }
    }
    if !lines.is_empty() {
        others.insert(0, Block::Read(lines));
    }
    others
}

fn read_field(field: &FieldView) -> Option<Fact> {
    let chosen = field
        .choices
        .iter()
        .find(|it| it.on)
        .map(|it| it.label.clone().into_owned());
    let value = match chosen {
        Some(label) => label,
        None if field.moment => field.value.replace('T', " "),
        None => field.value.clone(),
    };
    (!value.is_empty()).then(|| Fact::new(field.label, value, false))
}

fn read_flag(flag: &FlagView) -> Option<Fact> {
    flag.on.then(|| Fact::new(flag.label, "✓", false))
}
