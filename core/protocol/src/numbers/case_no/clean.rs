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
        '–' | '—' => ('-', None),
        _ => match (half_width(c), simplified(c)) {
            (Some(half), _) if half.is_ascii_alphanumeric() => (half, Some(Repair::FullWidth)),
            (Some(half), _) => (half, None),
            (None, Some(simple)) => (simple, Some(Repair::Variant)),
            (None, None) => (c, None),
        },
    }
}

/// Characters of court and type codes as parties from Hong Kong, Macao and Taiwan write them; each
/// has one simplified twin.
fn simplified(c: char) -> Option<char> {
    const TRADITIONAL: &str = "執號異監復協懲財證終審內粵滬蘇遼贛魯雲陝寧瓊閩軍貴";
    const SIMPLIFIED: &str = "执号异监复协惩财证终审内粤沪苏辽赣鲁云陕宁琼闽军贵";
    let at = TRADITIONAL
        .chars()
        .position(|traditional| traditional == c)?;
    SIMPLIFIED.chars().nth(at)
}
