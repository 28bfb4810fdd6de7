//! The parties of a case: several in a cell, with a code each, one code for all, or none.

use super::case::Party;
use waiqin_protocol::numbers::identity::looks_masked;

/// Names of a cell, and what it said besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// One per party that is named.
    pub(crate) names: Vec<String>,
    /// The cell speaks of more than it names (等3人).
    pub(crate) more: bool,
}

/// Splits a cell of names; what stands in brackets is not split.
pub(crate) fn read_names(text: &str) -> Names {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let last = parts.last_mut().expect("there is always one");
        if matches!(c, '\n' | '\r') || (depth == 0 && matches!(c, '、' | '；' | ';' | '，')) {
            parts.push(String::new());
        } else if !(last.is_empty() && c.is_whitespace()) {
            last.push(c);
        }
    }
    let mut names = Names::default();
    for part in parts {
        let (name, more) = without_count(part.trim());
        names.more |= more;
        let name = super::cell::trimmed(name);
        let counter = name.len() <= 2 && name.bytes().all(|b| b.is_ascii_digit());
        if !name.is_empty() && !counter {
            names.names.push(name.to_owned());
        }
    }
    names
}

/// 「封某等3人」 names 封某 and speaks of two more.
fn without_count(name: &str) -> (&str, bool) {
    let Some(at) = name.rfind('等') else {
        return (name, false);
    };
    let tail = &name[at + '等'.len_utf8()..];
    let count = tail.trim_end_matches(['人', '户', '家', '个', '名', '位']);
    let counts = count.chars().all(|c| {
        c.is_ascii_digit()
            || ('\u{ff10}'..='\u{ff19}').contains(&c)
            || "一二三四五六七八九十百两".contains(c)
    });
    if counts && (at > 0) {
        (&name[..at], true)
    } else {
        (name, false)
    }
}

/// One code of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// As shown, perhaps masked.
    Shown(String),
    /// A spreadsheet rounded it away.
    Scientific(String),
    /// A place without code.
    None,
}

/// The codes of a cell, and whether one had an apostrophe in front.
pub(crate) fn read_codes(text: &str) -> (Vec<Code>, bool) {
    let mut apostrophe = false;
    let mut codes = Vec::new();
    for part in text.split(['、', '；', ';', '，', ',', '/', '\n', '\r']) {
        let mut part = super::cell::trimmed(part);
        if let Some(rest) = part.strip_prefix(['\'', '’', '‘', '`']) {
            apostrophe = true;
            part = rest;
        }
        for code in whole_codes(part) {
            codes.push(code);
        }
    }
    while codes.last() == Some(&Code::None) {
        codes.pop();
    }
    (codes, apostrophe)
}

/// A code may be written with spaces inside; two whole codes may be separated by one.
fn whole_codes(part: &str) -> Vec<Code> {
    let pieces: Vec<String> = part.split_whitespace().map(squeezed).collect();
    if pieces.len() > 1 && pieces.iter().all(|p| p.chars().count() >= 15) {
        return pieces.into_iter().map(code_of).collect();
    }
    vec![code_of(pieces.concat())]
}

fn squeezed(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c) - 0xfee0).expect("full-width forms map to ASCII")
            }
            other => other,
        })
        .filter(|c| !super::cell::is_invisible(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

fn code_of(text: String) -> Code {
    if matches!(text.as_str(), "" | "-" | "--" | "无" | "NULL" | "—" | "——") {
        Code::None
    } else if is_scientific(&text) {
        Code::Scientific(text)
    } else {
        Code::Shown(text)
    }
}

/// 4.40115E+17
pub(crate) fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let exponent = exponent.trim_start_matches('+');
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1 && digits(whole) && digits(decimals) && digits(exponent) && exponent.len() <= 3
}

/// Gives the codes to the names: one each in order, or fewer by what kind of party they fit.
/// Returns the parties and the codes that found none.
pub(crate) fn join(names: Vec<String>, codes: Vec<Code>) -> (Vec<Party>, Vec<Code>) {
    let mut parties: Vec<Party> = names
        .into_iter()
        .map(|name| Party { name, code: None })
        .collect();
    if codes.len() == parties.len() {
        for (party, code) in parties.iter_mut().zip(codes) {
            party.code = shown(code);
        }
        return (parties, Vec::new());
    }
    let mut left = Vec::new();
    let mut from = 0;
    for code in codes {
        let Code::Shown(text) = code else { continue };
        let free = |index: &usize| parties[*index].code.is_none();
        let fits = (from..parties.len())
            .filter(free)
            .find(|index| is_entity_name(&parties[*index].name) == is_entity_code(&text))
            .or_else(|| (from..parties.len()).find(free));
        match fits {
            Some(index) => {
                parties[index].code = Some(text);
                from = index + 1;
            }
            None => left.push(Code::Shown(text)),
        }
    }
    (parties, left)
}

fn shown(code: Code) -> Option<String> {
    match code {
        Code::Shown(text) => Some(text),
        Code::Scientific(_) | Code::None => None,
    }
}

/// Whether parts of one of the codes are hidden.
pub(crate) fn any_masked(codes: &[Code]) -> bool {
    codes
        .iter()
        .any(|code| matches!(code, Code::Shown(text) if looks_masked(text)))
}

fn is_entity_name(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "公司",
        "厂",
        "店",
        "中心",
        "合作社",
        "企业",
        "银行",
        "医院",
        "学校",
        "委员会",
        "政府",
        "事务所",
        "经营部",
        "工作室",
        "商行",
        "局",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

/// Credit codes begin with two digits and 9 or Y in front; citizen ids with a region and a date.
fn is_entity_code(code: &str) -> bool {
    let letters = code.chars().take(17).any(|c| c.is_ascii_alphabetic());
    letters
        || (code.len() == 18
            && (code.starts_with("91") || code.starts_with("92") || code.starts_with("93")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parties(names: &str, codes: &str) -> Vec<(String, Option<String>)> {
        join(read_names(names).names, read_codes(codes).0)
            .0
            .into_iter()
            .map(|p| (p.name, p.code))
            .collect()
    }

    fn pair(name: &str, code: Option<&str>) -> (String, Option<String>) {
        (name.to_owned(), code.map(str::to_owned))
    }

    #[test]
    fn a_code_each_one_for_all_or_none() {
        assert_eq!(
            parties(
                "何某静\n广州市某敏塑胶制品有限公司",
                "440115199303169923\n91440115MA5J2YYG4U"
            ),
            [
                pair("何某静", Some("440115199303169923")),
                pair("广州市某敏塑胶制品有限公司", Some("91440115MA5J2YYG4U"))
            ]
        );
        assert_eq!(
            parties("潘某波；卢某", "44011519700113999X"),
            [
                pair("潘某波", Some("44011519700113999X")),
                pair("卢某", None)
            ]
        );
        assert_eq!(
            parties("潘某波、广东某丽工程有限公司", "91440115MA582B9445"),
            [
                pair("潘某波", None),
                pair("广东某丽工程有限公司", Some("91440115MA582B9445"))
            ]
        );
        assert_eq!(
            parties(
                "甲某、乙某、丙某",
                "440115199303169923、无、440115196905223049"
            ),
            [
                pair("甲某", Some("440115199303169923")),
                pair("乙某", None),
                pair("丙某", Some("440115196905223049"))
            ]
        );
    }

    #[test]
    fn more_than_the_cell_names() {
        let names = read_names("蔡某涛等3人");
        assert_eq!((names.names, names.more), (vec!["蔡某涛".to_owned()], true));
        assert!(!read_names("何某等待").more);
        assert_eq!(read_names("1、甲某；2、乙某").names, ["甲某", "乙某"]);
        assert_eq!(
            read_names("某公司（曾用名：甲公司、乙公司）、丙某")
                .names
                .len(),
            2
        );
    }

    #[test]
    fn codes_in_any_dress() {
        let code = |text: &str| read_codes(text).0;
        assert_eq!(
            code("9144 0115 MA59 ABC1 3G"),
            [Code::Shown("91440115MA59ABC13G".to_owned())]
        );
        assert_eq!(
            code("4.40115E+17"),
            [Code::Scientific("4.40115E+17".to_owned())]
        );
        assert_eq!(
            code("'44011519491231002x"),
            [Code::Shown("44011519491231002X".to_owned())]
        );
        assert_eq!(code("440115199303169923 440115196905223049").len(), 2);
        assert!(read_codes("'440115199303169923").1);
    }
}
