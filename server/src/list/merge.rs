//! Two views of one case: whether they agree, and the fuller of both.

use super::case::{ListCase, Party};
use super::header::Field;
use waiqin_protocol::numbers::identity::{looks_masked, mask_fits, masks_agree};

/// Whether two names can be those of one party; spaces and width do not count.
pub(crate) fn names_agree(one: &str, other: &str) -> bool {
    let (one, other) = (squeezed(one), squeezed(other));
    one == other || masks_agree(&one, &other)
}

/// Whether two codes can be one; the old 15-digit card stands for the new one that contains it.
pub(crate) fn codes_agree(one: &str, other: &str) -> bool {
    one == other || masks_agree(one, other)
}

/// Rare characters (䶮) that older programs write with codes of private use, in the order of their
/// two-byte codes of GB18030 from 0xFE50 on: U+E815 … U+E864.
fn of_today(c: char) -> char {
    const FIRST: u32 = 0xe815;
    const LAST: u32 = 0xe864;
    if !(FIRST..=LAST).contains(&u32::from(c)) {
        return c;
    }
    let step = u32::from(c) - FIRST;
    // 0x7F is no second byte.
    let second = 0x50 + step + u32::from(0x50 + step >= 0x7f);
    let bytes = [0xfe, u8::try_from(second).expect("at most 0xA0")];
    let text = encoding_rs::GB18030.decode_without_bom_handling(&bytes).0;
    text.chars().next().unwrap_or(c)
}

/// The text without white space, in half width and with characters of today, for comparing.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !super::cell::is_invisible(*c))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c) - 0xfee0).expect("full-width forms map to ASCII")
            }
            other => of_today(other),
        })
        .collect()
}

/// Whether two texts say the same.
pub(crate) fn same_text(one: &str, other: &str) -> bool {
    one == other || squeezed(one) == squeezed(other)
}

/// The code that shows more; the former one when both show the same.
pub(crate) fn fuller_code(before: Option<&str>, now: Option<&str>) -> Option<String> {
    match (before, now) {
        (Some(before), Some(now)) if shows_more(now, before) => Some(now.to_owned()),
        (Some(before), Some(now)) if codes_agree(before, now) => Some(before.to_owned()),
        (_, Some(now)) => Some(now.to_owned()),
        (before, None) => before.map(str::to_owned),
    }
}

/// The name that shows more; the former one when both show the same.
pub(crate) fn fuller_name(before: &str, now: &str) -> String {
    if names_agree(before, now) && !shows_more(now, before) {
        before.to_owned()
    } else {
        now.to_owned()
    }
}

/// Whether `now` shows what `before` hides.
fn shows_more(now: &str, before: &str) -> bool {
    let hidden = |text: &str| {
        text.chars()
            .filter(|c| looks_masked(&c.to_string()))
            .count()
    };
    looks_masked(before) && mask_fits(before, now) && hidden(now) < hidden(before)
}

/// The first field in which two rows of one case contradict each other. What a row lacks, has lost
/// or masks contradicts nothing; columns without a field (a running number) are not compared.
pub(crate) fn contradiction(one: &ListCase, other: &ListCase) -> Option<Field> {
    let dates = [
        (Field::ReceivedOn, one.received_on, other.received_on),
        (Field::FiledOn, one.filed_on, other.filed_on),
        (Field::AssignedOn, one.assigned_on, other.assigned_on),
        (Field::ClosedOn, one.closed_on, other.closed_on),
        (Field::DueOn, one.due_on, other.due_on),
    ];
    let amounts = [
        (Field::Amount, one.amount_fen, other.amount_fen),
        (Field::Remaining, one.remaining_fen, other.remaining_fen),
        (Field::Paid, one.paid_fen, other.paid_fen),
    ];
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let texts = [
        (Field::Cause, one.cause.clone(), other.cause.clone()),
        (Field::Officer, one.officer.clone(), other.officer.clone()),
        (
            Field::Department,
            one.department.clone(),
            other.department.clone(),
        ),
        (Field::Stage, one.stage.clone(), other.stage.clone()),
        (Field::Stay, one.stay.clone(), other.stay.clone()),
        (Field::Basis, one.basis.clone(), other.basis.clone()),
        (
            Field::CloseMode,
            one.close_mode.clone(),
            other.close_mode.clone(),
        ),
        (
            Field::FirstCase,
            text(&one.first_case),
            text(&other.first_case),
        ),
        (Field::Address, text(&one.address), text(&other.address)),
        (
            Field::ServiceAddress,
            text(&one.service_address),
            text(&other.service_address),
        ),
        (Field::Phone, text(&one.phone), text(&other.phone)),
    ];
    let differ =
        |a: &str, b: &str| !a.is_empty() && !b.is_empty() && !same_text(a, b) && !masks_agree(a, b);
    (!same_parties(&one.debtors, &other.debtors))
        .then_some(Field::Debtors)
        .or_else(|| {
            (!same_parties(&one.applicants, &other.applicants)).then_some(Field::Applicants)
        })
        .or_else(|| {
            dates
                .iter()
                .find(|(_, a, b)| both_differ(a, b))
                .map(|d| d.0)
        })
        .or_else(|| {
            amounts
                .iter()
                .find(|(_, a, b)| both_differ(a, b))
                .map(|a| a.0)
        })
        .or_else(|| texts.iter().find(|(_, a, b)| differ(a, b)).map(|t| t.0))
}

fn both_differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    one.is_some() && other.is_some() && one != other
}

fn same_parties(one: &[Party], other: &[Party]) -> bool {
    one.is_empty()
        || other.is_empty()
        || (one.len() == other.len()
            && one.iter().zip(other).all(|(a, b)| {
                names_agree(&a.name, &b.name)
                    && match (&a.code, &b.code) {
                        (Some(a), Some(b)) => codes_agree(a, b),
                        (Some(_) | None, Some(_) | None) => true,
                    }
            }))
}

/// Adds to a case what another row of the same case shows besides.
pub(crate) fn fill(case: &mut ListCase, more: ListCase) {
    case.received_on = case.received_on.or(more.received_on);
    case.filed_on = case.filed_on.or(more.filed_on);
    case.assigned_on = case.assigned_on.or(more.assigned_on);
    case.closed_on = case.closed_on.or(more.closed_on);
    case.due_on = case.due_on.or(more.due_on);
    case.amount_fen = case.amount_fen.or(more.amount_fen);
    case.remaining_fen = case.remaining_fen.or(more.remaining_fen);
    case.paid_fen = case.paid_fen.or(more.paid_fen);
    for (text, other) in [
        (&mut case.cause, more.cause),
        (&mut case.officer, more.officer),
        (&mut case.department, more.department),
        (&mut case.stage, more.stage),
        (&mut case.stay, more.stay),
        (&mut case.basis, more.basis),
        (&mut case.close_mode, more.close_mode),
    ] {
        if text.is_empty() {
            *text = other;
        }
    }
    case.merged_into = case.merged_into.take().or(more.merged_into);
    case.first_case = case.first_case.take().or(more.first_case);
    case.address = case.address.take().or(more.address);
    case.service_address = case.service_address.take().or(more.service_address);
    case.phone = case.phone.take().or(more.phone);
    fill_parties(&mut case.applicants, more.applicants);
    fill_parties(&mut case.debtors, more.debtors);
    for (header, text) in more.extra {
        case.extra.entry(header).or_insert(text);
    }
}

fn fill_parties(parties: &mut Vec<Party>, more: Vec<Party>) {
    if parties.is_empty() {
        *parties = more;
        return;
    }
    for (party, other) in parties.iter_mut().zip(more) {
        party.name = fuller_name(&party.name, &other.name);
        party.code = fuller_code(party.code.as_deref(), other.code.as_deref());
    }
}

/// Parties of one case among which a doubled one is looked for.
const COMPARED_PARTIES_MAX: usize = 500;

/// Adds the parties of a further row of one case, whose number spans both rows.
pub(crate) fn append(case: &mut ListCase, mut more: ListCase) {
    for (parties, others) in [
        (&mut case.applicants, std::mem::take(&mut more.applicants)),
        (&mut case.debtors, std::mem::take(&mut more.debtors)),
    ] {
        for other in others {
            let same = |party: &Party| {
                same_parties(std::slice::from_ref(party), std::slice::from_ref(&other))
            };
            if parties.len() > COMPARED_PARTIES_MAX || !parties.iter().any(same) {
                parties.push(other);
            }
        }
    }
    fill(case, more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_in_codes_of_private_use_are_the_same_characters() {
        for (old, today) in [('\u{e863}', '䶮'), ('\u{e815}', '⺁'), ('\u{e844}', '䜣')] {
            assert_eq!(of_today(old), today);
            assert!(names_agree(&format!("龚{old}"), &format!("龚{today}")));
        }
        assert_eq!(of_today('某'), '某');
    }

    #[test]
    fn the_fuller_code_is_kept() {
        let full = "440115199003071238";
        let masked = "4401**********1238";
        assert_eq!(fuller_code(Some(full), Some(masked)).as_deref(), Some(full));
        assert_eq!(fuller_code(Some(masked), Some(full)).as_deref(), Some(full));
        assert_eq!(
            fuller_code(Some(masked), Some("440115********1238")).as_deref(),
            Some("440115********1238")
        );
        assert_eq!(fuller_code(Some(full), None).as_deref(), Some(full));
        assert_eq!(fuller_code(None, Some(masked)).as_deref(), Some(masked));
        let other = "440115199003071246";
        assert_eq!(fuller_code(Some(full), Some(other)).as_deref(), Some(other));
    }
}
