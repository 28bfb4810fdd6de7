//! Amounts in capitals (大写金额): the writing that reproduces the central bank's examples
//! (支付结算办法 附件一), and a reader that takes the variants people write.

use super::Fen;
use crate::numbers::text::squeeze;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// The longest text that is looked at, in characters.
const CAPITAL_CHARS_MAX: usize = 80;

/// Why a text is no amount in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapitalError {
    /// Nothing is written.
    #[error("the amount is empty")]
    Empty,
    /// Longer than any amount.
    #[error("longer than {CAPITAL_CHARS_MAX} characters")]
    TooLong,
    /// Below zero.
    #[error("the amount is negative")]
    Negative,
    /// A character that amounts in capitals do not hold.
    #[error("{0} does not belong in an amount in capitals")]
    Character(char),
    /// A digit or unit stands where it cannot.
    #[error("{0} stands in the wrong place")]
    Order(char),
    /// The text ends before the amount is whole (no 元, a digit without its unit).
    #[error("the amount ends too early")]
    Incomplete,
    /// More than can be stored.
    #[error("the amount is too large")]
    TooLarge,
}

/// Writes an amount. 整 follows 元 only; one 零 stands for a run of inner zeros, whichever
/// four-digit groups it lies in, but none for a lone zero at the 万 or 亿 digit.
pub(super) fn write_capital(amount: Fen) -> String {
    let fen = amount.0.unsigned_abs();
    let (yuan, jiao, fen) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut out = String::new();
    if amount.0 < 0 {
        out.push('负');
    }
    if yuan > 0 {
        write_whole(&mut out, yuan);
        out.push('元');
    }
    if jiao == 0 && fen == 0 {
        out.push_str(if yuan > 0 { "整" } else { "零元整" });
        return out;
    }
    if jiao > 0 {
        if yuan > 0 && yuan % 10 == 0 {
            out.push('零');
        }
        out.push(digit(jiao));
        out.push('角');
    }
    if fen > 0 {
        if jiao == 0 && yuan > 0 {
            out.push('零');
        }
        out.push(digit(fen));
        out.push('分');
    }
    out
}

fn write_whole(out: &mut String, yuan: u64) {
    // From the ones upwards.
    let digits: Vec<u8> = yuan
        .to_string()
        .bytes()
        .rev()
        .map(|byte| byte - b'0')
        .collect();
    let mut zeros = 0;
    for (place, value) in digits.iter().enumerate().rev() {
        if *value == 0 {
            zeros += 1;
        } else {
            // A lone zero at the 万 or 亿 digit: the place after it is a 仟.
            let lone_at_group_end = zeros == 1 && place % 4 == 3;
            if zeros > 0 && !lone_at_group_end {
                out.push('零');
            }
            zeros = 0;
            out.push(DIGITS[usize::from(*value)]);
            out.push_str(["", "拾", "佰", "仟"][place % 4]);
        }
        match place {
            4 | 12 if digits[place..].iter().take(4).any(|digit| *digit > 0) => out.push('万'),
            8 | 16 => out.push('亿'),
            _ => {}
        }
    }
}

fn digit(value: u64) -> char {
    usize::try_from(value % 10).map_or('零', |at| DIGITS[at])
}

/// Reads an amount in capitals; both optional forms of 零, 正 or 整, 圆 or 元, and the variants
/// 贰弍貳, 叁参參, 陆陸, 万萬, 亿億 are taken. Amounts from 亿亿 yuan on are refused.
///
/// # Errors
/// A text that is no amount in capitals, with the character at fault.
pub fn read_capital(text: &str) -> Result<Fen, CapitalError> {
    let text = squeeze(text, CAPITAL_CHARS_MAX).ok_or(CapitalError::TooLong)?;
    let text = text
        .strip_prefix("人民币")
        .unwrap_or(&text)
        .trim_start_matches(':');
    if text.is_empty() {
        return Err(CapitalError::Empty);
    }
    let text = text.strip_suffix(['整', '正']).unwrap_or(text);
    let marks = text.chars().map(Mark::of).collect::<Result<Vec<_>, _>>()?;
    let (yuan, small) = match marks.iter().position(|mark| *mark == Mark::Yuan) {
        Some(at) => (Some(read_whole(&marks[..at])?), &marks[at + 1..]),
        // 玖万捌仟 without 元 may have lost more than its last character.
        None if marks.iter().any(|mark| mark.is_large()) => return Err(CapitalError::Incomplete),
        None => (None, marks.as_slice()),
    };
    let small = read_small(small, yuan)?;
    let total = yuan
        .unwrap_or_default()
        .checked_mul(100)
        .and_then(|fen| fen.checked_add(small));
    total
        .and_then(|fen| i64::try_from(fen).ok())
        .map(Fen)
        .ok_or(CapitalError::TooLarge)
}

/// One character of an amount in capitals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Digit(u8),
    /// 拾 佰 仟 as powers of ten.
    Place(u32),
    Wan,
    Yi,
    Yuan,
    Jiao,
    Fen,
}

impl Mark {
    fn of(c: char) -> Result<Self, CapitalError> {
        Ok(match c {
            '零' | '〇' => Self::Digit(0),
            '壹' => Self::Digit(1),
            '贰' | '弍' | '貳' => Self::Digit(2),
            '叁' | '参' | '參' => Self::Digit(3),
            '肆' => Self::Digit(4),
            '伍' => Self::Digit(5),
            '陆' | '陸' => Self::Digit(6),
            '柒' => Self::Digit(7),
            '捌' => Self::Digit(8),
            '玖' => Self::Digit(9),
            '拾' => Self::Place(1),
            '佰' => Self::Place(2),
            '仟' => Self::Place(3),
            '万' | '萬' => Self::Wan,
            '亿' | '億' => Self::Yi,
            '元' | '圆' | '圓' => Self::Yuan,
            '角' => Self::Jiao,
            '分' => Self::Fen,
            '负' | '負' | '-' => return Err(CapitalError::Negative),
            _ => return Err(CapitalError::Character(c)),
        })
    }

    fn is_large(self) -> bool {
        matches!(self, Self::Place(_) | Self::Wan | Self::Yi)
    }

    fn character(self) -> char {
        match self {
            Self::Digit(value) => DIGITS[usize::from(value % 10)],
            Self::Place(1) => '拾',
            Self::Place(2) => '佰',
            Self::Place(_) => '仟',
            Self::Wan => '万',
            Self::Yi => '亿',
            Self::Yuan => '元',
            Self::Jiao => '角',
            Self::Fen => '分',
        }
    }
}

/// The whole yuan, read from the left: digits wait for their place, places fall inside a group of
/// four, groups close with 万 or 亿.
#[derive(Default)]
struct Whole {
    above_yi: u64,
    above_wan: u64,
    group: u64,
    /// The place of the last digit in this group; none yet when the group is new.
    last_place: Option<u32>,
    digit: Option<u8>,
    zero: bool,
    wan_closed: bool,
    yi_closed: bool,
}

impl Whole {
    /// Puts the waiting digit at its place.
    fn settle(&mut self, place: u32, at: Mark) -> Result<(), CapitalError> {
        let digit = self
            .digit
            .take()
            .ok_or(CapitalError::Order(at.character()))?;
        if self.last_place.is_some_and(|last| place >= last) {
            return Err(CapitalError::Order(at.character()));
        }
        // 零 needs a place that it stands for; between groups either form is in use.
        if self.zero && self.last_place.is_some_and(|last| place + 1 == last) {
            return Err(CapitalError::Order('零'));
        }
        self.zero = false;
        self.group += u64::from(digit) * 10_u64.pow(place);
        self.last_place = Some(place);
        Ok(())
    }

    /// Ends a group of four; it may not be empty when its unit is written.
    fn close(&mut self, at: Mark) -> Result<u64, CapitalError> {
        if self.digit.is_some() {
            self.settle(0, at)?;
        }
        if self.zero {
            return Err(CapitalError::Order('零'));
        }
        self.last_place = None;
        Ok(std::mem::take(&mut self.group))
    }
}

fn read_whole(marks: &[Mark]) -> Result<u64, CapitalError> {
    if marks == [Mark::Digit(0)] {
        return Ok(0);
    }
    let mut whole = Whole::default();
    for (at, mark) in marks.iter().copied().enumerate() {
        let misplaced = CapitalError::Order(mark.character());
        match mark {
            Mark::Digit(_) if whole.digit.is_some() => return Err(misplaced),
            Mark::Digit(0) if at == 0 || whole.zero => return Err(misplaced),
            Mark::Digit(0) => whole.zero = true,
            Mark::Digit(value) => whole.digit = Some(value),
            Mark::Place(place) => whole.settle(place, mark)?,
            Mark::Wan => {
                let group = whole.close(mark)?;
                if group == 0 || whole.wan_closed {
                    return Err(misplaced);
                }
                whole.above_wan = group * 10_000;
                whole.wan_closed = true;
            }
            Mark::Yi => {
                let section = whole.above_wan + whole.close(mark)?;
                if section == 0 || whole.yi_closed {
                    return Err(misplaced);
                }
                whole.above_yi = section * 100_000_000;
                whole.above_wan = 0;
                whole.wan_closed = false;
                whole.yi_closed = true;
            }
            Mark::Yuan | Mark::Jiao | Mark::Fen => return Err(misplaced),
        }
    }
    let total = whole.above_yi + whole.above_wan + whole.close(Mark::Yuan)?;
    if total == 0 {
        Err(CapitalError::Order('元'))
    } else {
        Ok(total)
    }
}

/// 角 and 分, in fen. 零 in front of 角 needs a zero at the yuan digit.
fn read_small(marks: &[Mark], yuan: Option<u64>) -> Result<u64, CapitalError> {
    if marks.is_empty() {
        return yuan.map(|_| 0).ok_or(CapitalError::Incomplete);
    }
    let round_yuan = yuan.is_some_and(|yuan| yuan % 10 == 0);
    let (jiao, rest) = match marks {
        [Mark::Digit(0), Mark::Jiao, rest @ ..] if yuan.is_some() => (0, rest),
        [
            Mark::Digit(0),
            Mark::Digit(value @ 1..),
            Mark::Jiao,
            rest @ ..,
        ] if round_yuan => (*value, rest),
        [Mark::Digit(value @ 1..), Mark::Jiao, rest @ ..] => (*value, rest),
        _ => (0, marks),
    };
    let (fen, rest) = match rest {
        [] => (0, rest),
        [Mark::Digit(0), Mark::Fen, rest @ ..] if yuan.is_some() => (0, rest),
        [
            Mark::Digit(0),
            Mark::Digit(value @ 1..),
            Mark::Fen,
            rest @ ..,
        ] if jiao == 0 && yuan.is_some() => (*value, rest),
        [Mark::Digit(value @ 1..), Mark::Fen, rest @ ..] => (*value, rest),
        [Mark::Digit(_)] => return Err(CapitalError::Incomplete),
        [first, ..] => return Err(CapitalError::Order(first.character())),
    };
    match rest {
        [] => Ok(u64::from(jiao) * 10 + u64::from(fen)),
        [first, ..] => Err(CapitalError::Order(first.character())),
    }
}
