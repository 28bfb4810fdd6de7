//! Steps 1 to 4 of DOMAIN §1.3: what can be said about single characters, before any grammar.

use super::Repair;
use crate::numbers::text::{half_width, is_invisible};
use std::collections::BTreeSet;

/// The repairs of one field, each once, in the order of the steps.
#[derive(Debug, Default)]
pub(super) struct Repairs(BTreeSet<Repair>);

impl Repairs {
    pub(super) fn note(&mut self, repair: Repair) {
        self.0.insert(repair);
    }

    pub(super) fn into_list(self) -> Vec<Repair> {
        self.0.into_iter().collect()
    }
}

/// The field without invisible characters, white space and label; half-width; brackets （ ）.
pub(super) fn clean(raw: &str) -> (Vec<char>, Repairs) {
    let mut repairs = Repairs::default();
    let mut text = Vec::with_capacity(raw.len() / 2);
    for c in raw.chars() {
        if is_invisible(c) {
            repairs.note(Repair::Invisible);
        } else if c.is_whitespace() {
            repairs.note(Repair::Space);
        } else {
            text.push(c);
        }
    }
    let label = label_length(&text);
    if label > 0 {
        text.drain(..label);
        repairs.note(Repair::Label);
    }
    for c in &mut text {
        let (plain, repair) = plain_character(*c);
        *c = plain;
        if let Some(repair) = repair {
            repairs.note(repair);
        }
    }
    (text, repairs)
}

fn label_length(text: &[char]) -> usize {
    match text {
        ['案', '号' | '號', '：' | ':', ..] => 3,
        ['案', '号' | '號', ..] => 2,
        _ => 0,
    }
}

fn plain_character(c: char) -> (char, Option<Repair>) {
    match c {
        '（' | '）' => (c, None),
        '(' => ('（', Some(Repair::HalfWidthBrackets)),
        ')' => ('）', Some(Repair::HalfWidthBrackets)),
        '〔' | '[' | '［' | '【' | '﹝' | '〈' | '{' | '｛' => ('（', Some(Repair::Brackets)),
        '〕' | ']' | '］' | '】' | '﹞' | '〉' | '}' | '｝' => ('）', Some(Repair::Brackets)),
        '執' => ('执', Some(Repair::Variant)),
        '號' => ('号', Some(Repair::Variant)),
        '異' => ('异', Some(Repair::Variant)),
        '–' | '—' => ('-', None),
        _ => match half_width(c) {
            Some(half) if half.is_ascii_alphanumeric() => (half, Some(Repair::FullWidth)),
            Some(half) => (half, None),
            None => (c, None),
        },
    }
}
