//! Masks: hiding what need not be shown, and asking whether a masked text can stand for another.

use crate::numbers::text::half_width;

/// Longer texts are never compared with a mask.
const COMPARED_CHARS_MAX: usize = 200;

/// Whether parts of the text are hidden: by *, ＊, × or ●, or in a name by 某.
#[must_use]
pub fn looks_masked(text: &str) -> bool {
    text.chars().any(is_mask)
}

/// Whether `masked` can hide `full`. In numbers each mask character hides exactly one character
/// (4401**********1238); in names a run of * or 某 hides one or more.
#[must_use]
pub fn mask_fits(masked: &str, full: &str) -> bool {
    let (masked, full) = (plain(masked), plain(full));
    if masked.len() > COMPARED_CHARS_MAX || full.len() > COMPARED_CHARS_MAX {
        return false;
    }
    if masked.iter().all(char::is_ascii) {
        return masked.len() == full.len()
            && masked
                .iter()
                .zip(&full)
                .all(|(m, f)| *m == '*' || m.eq_ignore_ascii_case(f));
    }
    let literal: Vec<Piece> = full.iter().map(|c| Piece::Is(*c)).collect();
    meet(&pieces(&masked), &literal)
}

/// Whether two texts, either or both masked, can stand for the same: 梁某冰 and 梁*冰 can.
#[must_use]
pub fn masks_agree(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    if one.len() > COMPARED_CHARS_MAX || other.len() > COMPARED_CHARS_MAX {
        return false;
    }
    if one.iter().chain(&other).all(char::is_ascii) {
        return one.len() == other.len()
            && one
                .iter()
                .zip(&other)
                .all(|(a, b)| *a == '*' || *b == '*' || a.eq_ignore_ascii_case(b));
    }
    meet(&pieces(&one), &pieces(&other))
}

/// A number with its middle hidden: 4401**********1238. Short ones show less.
#[must_use]
pub fn mask_id(full: &str) -> String {
    let shown = match full.chars().filter(|c| !c.is_whitespace()).count() {
        0..=2 => 0,
        3..=8 => 1,
        9..=11 => 2,
        _ => 4,
    };
    hide_middle(full, shown, shown)
}

/// A telephone number with its middle hidden: 138****5678. Short ones show their end.
#[must_use]
pub fn mask_phone(full: &str) -> String {
    match full.chars().filter(|c| !c.is_whitespace()).count() {
        0..=4 => hide_middle(full, 0, 0),
        5..=10 => hide_middle(full, 0, 2),
        _ => hide_middle(full, 3, 4),
    }
}

fn hide_middle(full: &str, head: usize, tail: usize) -> String {
    let kept: Vec<char> = full.chars().filter(|c| !c.is_whitespace()).collect();
    let hide = |(at, c): (usize, &char)| {
        if at < head || at + tail >= kept.len() {
            *c
        } else {
            '*'
        }
    };
    kept.iter().enumerate().map(hide).collect()
}

fn is_mask(c: char) -> bool {
    matches!(c, '*' | '＊' | '×' | '●' | '某')
}

/// Half-width, with * for every mask character of numbers; 某 stays, for it marks a name.
fn plain(text: &str) -> Vec<char> {
    let one = |c: char| match c {
        '×' | '●' => '*',
        _ => half_width(c).unwrap_or(c),
    };
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(one)
        .take(COMPARED_CHARS_MAX + 1)
        .collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Is(char),
    /// One or more of any character.
    Hidden,
}

fn pieces(text: &[char]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = text
        .iter()
        .map(|c| {
            if is_mask(*c) {
                Piece::Hidden
            } else {
                Piece::Is(*c)
            }
        })
        .collect();
    pieces.dedup_by(|next, last| *next == Piece::Hidden && *last == Piece::Hidden);
    pieces
}

/// Whether one text can be read out of both. Walks all pairs of places once; a hidden piece may
/// stay for the next character or be left behind.
fn meet(one: &[Piece], other: &[Piece]) -> bool {
    let width = other.len() + 1;
    let mut reached = vec![false; (one.len() + 1) * width];
    reached[0] = true;
    for at in 0..=one.len() {
        for by in 0..=other.len() {
            if !reached[at * width + by] {
                continue;
            }
            let (Some(a), Some(b)) = (one.get(at), other.get(by)) else {
                continue;
            };
            match (a, b) {
                (Piece::Is(x), Piece::Is(y)) if x != y => {}
                (Piece::Is(_), Piece::Is(_)) => reached[(at + 1) * width + by + 1] = true,
                (Piece::Hidden, Piece::Is(_))
                | (Piece::Is(_), Piece::Hidden)
                | (Piece::Hidden, Piece::Hidden) => {
                    // The character is taken by both; either hidden side may wait for another.
                    reached[(at + 1) * width + by + 1] = true;
                    if *a == Piece::Hidden {
                        reached[at * width + by + 1] = true;
                    }
                    if *b == Piece::Hidden {
                        reached[(at + 1) * width + by] = true;
                    }
                }
            }
        }
    }
    reached[one.len() * width + other.len()]
}
