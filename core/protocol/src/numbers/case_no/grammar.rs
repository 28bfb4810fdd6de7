//! The grammar of DOMAIN §1.1 over a cleaned text, and steps 5 to 8 of §1.3.

use super::clean::Repairs;
use super::codes::{is_court_province, is_special_trial, is_type_code};
use super::{
    CaseNo, CaseNoErrorKind, CaseNoWarning, FIRST_YEAR, HEAD_BYTES, JOINED_NUMBERS_MAX,
    NEW_STYLE_YEAR, Repair,
};
use crate::numbers::text::is_han;

/// Digits of a serial without its leading zeros.
const SERIAL_DIGITS_MAX: usize = 8;

pub(super) struct Parsed {
    pub(super) cases: Vec<CaseNo>,
    pub(super) doc_suffix: Option<String>,
    pub(super) warnings: Vec<CaseNoWarning>,
}

pub(super) fn parse(
    text: &[char],
    this_year: i32,
    repairs: &mut Repairs,
) -> Result<Parsed, CaseNoErrorKind> {
    if text.is_empty() {
        return Err(CaseNoErrorKind::Empty);
    }
    let parts = split_at_years(text);
    if parts.len() > 1 {
        return Err(CaseNoErrorKind::SeveralNumbers(parts));
    }
    if let Some(letter) = text.iter().copied().find(char::is_ascii_alphabetic) {
        return Err(if super::suggest::digit_meant(letter).is_some() {
            CaseNoErrorKind::LookalikeLetter(letter)
        } else {
            CaseNoErrorKind::UnexpectedCharacter(letter)
        });
    }
    let mut scan = Scan { text, at: 0 };
    let year = year(&mut scan, this_year, repairs)?;
    if year < NEW_STYLE_YEAR
        && let Some(head) = legacy_head(scan.rest())
    {
        return legacy(&mut scan, year, head, repairs);
    }
    let court = court(&mut scan)?;
    let (special, type_code) = type_code(&mut scan, repairs)?;
    let serials = serials(&mut scan, repairs)?;
    let doc_suffix = ending(&mut scan, repairs)?;
    let cases = serials
        .into_iter()
        .map(|serial| {
            let rest = format!("{serial}号");
            CaseNo::assemble(year, &court, &special, &type_code, &rest, Some(serial))
        })
        .collect();
    let warnings = if year < NEW_STYLE_YEAR {
        vec![CaseNoWarning::NewStyleBefore2016]
    } else {
        Vec::new()
    };
    Ok(Parsed {
        cases,
        doc_suffix,
        warnings,
    })
}

impl CaseNo {
    fn assemble(
        year: i32,
        court: &str,
        special: &str,
        type_code: &str,
        rest: &str,
        serial: Option<u32>,
    ) -> Self {
        let court_end = HEAD_BYTES + court.len();
        let special_end = court_end + special.len();
        let type_end = special_end + type_code.len();
        let normal = format!("（{year:04}）{court}{special}{type_code}{rest}");
        Self {
            normal,
            court_end,
            special_end,
            type_end,
            year,
            serial,
        }
    }
}

/// A place in the text; every step takes what it understands and leaves the rest.
struct Scan<'a> {
    text: &'a [char],
    at: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a [char] {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let taken: String = self
            .rest()
            .iter()
            .copied()
            .take_while(|c| wanted(*c))
            .collect();
        self.at += taken.chars().count();
        taken
    }
}

/// The parts of a field that holds several numbers, cut before each bracketed year.
fn split_at_years(text: &[char]) -> Vec<String> {
    let is_year = |window: &[char]| {
        window[0] == '（' && window[5] == '）' && window[1..5].iter().all(char::is_ascii_digit)
    };
    let mut starts: Vec<usize> = text
        .windows(6)
        .enumerate()
        .filter(|(_, w)| is_year(w))
        .map(|(at, _)| at)
        .collect();
    if let Some(first) = starts.first_mut() {
        *first = 0;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let part: String = text[*start..end].iter().collect();
            part.trim_end_matches(['、', '，', ',', '；', ';', '和', '及', '与'])
                .to_owned()
        })
        .collect()
}

fn year(scan: &mut Scan, this_year: i32, repairs: &mut Repairs) -> Result<i32, CaseNoErrorKind> {
    let opened = scan.take('（');
    let digits = scan.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(CaseNoErrorKind::NoYear);
    }
    if digits.len() != 4 {
        return Err(CaseNoErrorKind::YearDigits(digits));
    }
    let closed = scan.take('）');
    if !(opened && closed) {
        repairs.note(Repair::BracketsAdded);
    }
    let year: i32 = digits.parse().map_err(|_| CaseNoErrorKind::NoYear)?;
    if year < FIRST_YEAR {
        return Err(CaseNoErrorKind::YearTooEarly(year));
    }
    if year > this_year {
        return Err(CaseNoErrorKind::YearInFuture(year));
    }
    Ok(year)
}

fn court(scan: &mut Scan) -> Result<String, CaseNoErrorKind> {
    if scan.rest().starts_with(&['最', '高', '法']) {
        scan.at += 3;
        let digits = scan.take_while(|c| c.is_ascii_digit());
        if !digits.is_empty() {
            return Err(CaseNoErrorKind::CourtDigits(digits));
        }
        return Ok("最高法".to_owned());
    }
    let province = match scan.peek() {
        None => return Err(CaseNoErrorKind::NoProvince),
        Some(c) if c.is_ascii_digit() => return Err(CaseNoErrorKind::NoProvince),
        Some(c) if !is_court_province(c) => return Err(CaseNoErrorKind::UnknownCourt(c)),
        Some(c) => c,
    };
    scan.at += 1;
    let digits = scan.take_while(|c| c.is_ascii_digit());
    if !matches!(digits.len(), 0 | 2 | 4) {
        return Err(CaseNoErrorKind::CourtDigits(digits));
    }
    Ok(format!("{province}{digits}"))
}

/// Special-trial character (or nothing) and type code. All Han characters up to the serial must be
/// one entry of the table, so 执恢 is never read as 执 and 执恢执 is unknown.
fn type_code(scan: &mut Scan, repairs: &mut Repairs) -> Result<(String, String), CaseNoErrorKind> {
    let run = scan.take_while(|c| is_han(c) && c != '号');
    let code = ["字第", "第", "字"]
        .iter()
        .find_map(|filler| run.strip_suffix(filler));
    if code.is_some() {
        repairs.note(Repair::ZiDi);
    }
    let code = code.unwrap_or(&run);
    if code.is_empty() {
        return Err(CaseNoErrorKind::NoType);
    }
    if is_type_code(code) {
        return Ok((String::new(), code.to_owned()));
    }
    let mut rest = code.chars();
    match rest.next() {
        Some(first) if is_special_trial(first) && is_type_code(rest.as_str()) => {
            Ok((String::from(first), rest.as_str().to_owned()))
        }
        Some(_) | None => Err(CaseNoErrorKind::UnknownType(code.to_owned())),
    }
}

/// One serial, a list (、) or spans (- ~ 至) of them.
fn serials(scan: &mut Scan, repairs: &mut Repairs) -> Result<Vec<u32>, CaseNoErrorKind> {
    let mut all: Vec<u32> = Vec::new();
    let mut span_from = None;
    loop {
        let next = serial(scan, repairs)?;
        let first = match span_from {
            Some(from) if next <= from => {
                return Err(CaseNoErrorKind::SpanNotAscending(from, next));
            }
            Some(from) => from + 1,
            None => next,
        };
        let room = JOINED_NUMBERS_MAX - all.len();
        if usize::try_from(next - first).is_ok_and(|more| more < room) {
            all.extend(first..=next);
        } else {
            return Err(CaseNoErrorKind::TooManyNumbers);
        }
        let Some(is_span) = joint(scan) else { break };
        if is_span && span_from.is_some() {
            return Err(CaseNoErrorKind::SpanNotAscending(first, next));
        }
        span_from = is_span.then_some(next);
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|serial| seen.insert(*serial));
    Ok(all)
}

/// Steps over a separator with a serial behind it, also when 号 stands before the separator; says
/// whether it makes a span.
fn joint(scan: &mut Scan) -> Option<bool> {
    let ahead = match scan.rest() {
        ['号', ahead @ ..] => ahead,
        ahead => ahead,
    };
    let [separator, digit, ..] = ahead else {
        return None;
    };
    let is_span = match separator {
        '、' => false,
        '-' | '~' | '至' => true,
        _ => return None,
    };
    if !digit.is_ascii_digit() {
        return None;
    }
    scan.at = scan.text.len() - ahead.len() + 1;
    Some(is_span)
}

fn serial(scan: &mut Scan, repairs: &mut Repairs) -> Result<u32, CaseNoErrorKind> {
    let digits = scan.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(CaseNoErrorKind::NoSerial);
    }
    let plain = digits.trim_start_matches('0');
    if plain.is_empty() {
        return Err(CaseNoErrorKind::SerialZero);
    }
    if plain.len() != digits.len() {
        repairs.note(Repair::LeadingZero);
    }
    if plain.len() > SERIAL_DIGITS_MAX {
        return Err(CaseNoErrorKind::SerialTooLong);
    }
    plain.parse().map_err(|_| CaseNoErrorKind::SerialTooLong)
}

/// 号, and 之N on either side of it; nothing may follow.
fn ending(scan: &mut Scan, repairs: &mut Repairs) -> Result<Option<String>, CaseNoErrorKind> {
    let mut suffix = doc_suffix(scan);
    if !scan.take('号') {
        repairs.note(Repair::HaoAdded);
    }
    if suffix.is_none() {
        suffix = doc_suffix(scan);
    }
    if !scan.rest().is_empty() {
        return Err(CaseNoErrorKind::TrailingText(scan.rest().iter().collect()));
    }
    if suffix.is_some() {
        repairs.note(Repair::DocSuffix);
    }
    Ok(suffix)
}

fn doc_suffix(scan: &mut Scan) -> Option<String> {
    let ['之', ahead @ ..] = scan.rest() else {
        return None;
    };
    let numeral: String = ahead
        .iter()
        .copied()
        .take_while(|c| is_numeral(*c))
        .collect();
    if numeral.is_empty() {
        return None;
    }
    scan.at += 1 + numeral.chars().count();
    Some(format!("之{numeral}"))
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || "零〇一二三四五六七八九十百".contains(c)
}

/// Where 字第 stands when the text is of the style before 2016: words of a court, no court code.
fn legacy_head(rest: &[char]) -> Option<usize> {
    let at = rest.windows(2).position(|pair| pair == ['字', '第'])?;
    rest[..at].iter().all(|c| is_han(*c)).then_some(at)
}

/// A number of the style before 2016, verbatim: court and type are told apart by the longest entry
/// of the type table that ends the words.
fn legacy(
    scan: &mut Scan,
    year: i32,
    head: usize,
    repairs: &mut Repairs,
) -> Result<Parsed, CaseNoErrorKind> {
    let words: String = scan.rest()[..head].iter().collect();
    scan.at += head + 2;
    let cut = words
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| is_type_code(&words[*at..]))
        .ok_or_else(|| CaseNoErrorKind::UnknownType(words.clone()))?;
    let (court, type_code) = words.split_at(cut);
    if court.is_empty() {
        return Err(CaseNoErrorKind::NoProvince);
    }
    let digits = scan.take_while(|c| c.is_ascii_digit());
    let plain = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Err(CaseNoErrorKind::NoSerial);
    }
    if plain.is_empty() {
        return Err(CaseNoErrorKind::SerialZero);
    }
    if digits.len() > SERIAL_DIGITS_MAX {
        return Err(CaseNoErrorKind::SerialTooLong);
    }
    let doc_suffix = ending(scan, repairs)?;
    let case = CaseNo::assemble(year, court, "", type_code, &format!("字第{digits}号"), None);
    Ok(Parsed {
        cases: vec![case],
        doc_suffix,
        warnings: Vec::new(),
    })
}
