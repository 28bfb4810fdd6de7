//! Where a record is asked for a path: the page, the step and the place in it. A finding leads
//! there.

use super::assets;
use super::layout::{Step, is_item_id, pattern_of, patterns};
use super::view::anchor_of;
use super::{has_assets, steps_of};
use waiqin_protocol::record::Record;

/// The address of the place where a field, an item or a list is asked; `None` for one that no page
/// of this phone asks.
#[must_use]
pub fn spot(record: &Record, path: &str) -> Option<String> {
    let steps = steps_of(record.act)?;
    let href = format!("/records/{}", record.subject);
    let pattern = pattern_of(path);
    if has_assets(record.act)
        && let Some(at) = of_line(record, path, &pattern)
    {
        return Some(format!("{href}/assets{at}"));
    }
    let asks = |step: &&'static Step| {
        let asked = patterns(std::slice::from_ref(*step));
        let within = format!("{pattern}/");
        asked
            .iter()
            .any(|it| *it == pattern || it.starts_with(&within))
    };
    let step = steps.iter().find(asks)?;
    let key = step.key;
    let field = patterns(std::slice::from_ref(step)).contains(&pattern);
    let item = path.rsplit('/').next().is_some_and(is_item_id);
    let anchor = match (item, field) {
        (true, _) => format!("item-{}", path.replace('/', "-")),
        (false, true) => anchor_of(path),
        (false, false) => format!("step-{key}"),
    };
    Some(format!("{href}?step={key}#{anchor}"))
}

/// The list, a line of it, or a field of a line; cash is counted on the line of the cash.
fn of_line(record: &Record, path: &str, pattern: &str) -> Option<String> {
    let mut parts = path.split('/');
    match (parts.next(), parts.next()) {
        (Some("assets"), None) => Some(String::new()),
        (Some("assets"), Some(id)) if pattern == "assets/*" => Some(format!("/{id}")),
        (Some("assets"), Some(id)) => Some(format!("/{id}#{}", anchor_of(path))),
        (Some("cash"), _) => {
            let ids = assets::in_order(record);
            let counted = |id: &&String| {
                let kind = record.text(&format!("assets/{id}/kind"));
                matches!(kind, "cash" | "jewellery")
            };
            let line = ids.iter().find(counted);
            Some(line.map_or(String::new(), |id| format!("/{id}#{}", anchor_of(path))))
        }
        (Some(_) | None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{ITEM, foreign_record, new_record, seizure_record};

    #[test]
    fn a_path_leads_to_the_page_the_step_and_the_place_that_ask_for_it() {
        let record = seizure_record().record;
        let at = |path: &str| {
            let spot = spot(&record, path).unwrap_or_else(|| panic!("{path} leads nowhere"));
            let before = format!("/records/{}", record.subject);
            spot.strip_prefix(&before).unwrap().to_owned()
        };
        let cash = "0f".repeat(16);
        for (path, place) in [
            ("t1", "?step=sign#f-t1".to_owned()),
            (
                "list_handed/to",
                "?step=keeping#f-list_handed-to".to_owned(),
            ),
            ("publicity", "?step=keeping#step-keeping".to_owned()),
            ("present", "?step=present#step-present".to_owned()),
            (
                &format!("present/{ITEM}"),
                format!("?step=present#item-present-{ITEM}"),
            ),
            (
                &format!("officers/{ITEM}/id_shown_at"),
                format!("?step=officers#f-officers-{ITEM}-id_shown_at"),
            ),
            ("fix", "?step=arrive#f-fix".to_owned()),
            (
                "special/deputy",
                "?step=present#f-special-deputy".to_owned(),
            ),
            ("assets", "/assets".to_owned()),
            (&format!("assets/{ITEM}"), format!("/assets/{ITEM}")),
            (
                &format!("assets/{ITEM}/vin"),
                format!("/assets/{ITEM}#f-assets-{ITEM}-vin"),
            ),
            (
                "cash/amount_fen",
                format!("/assets/{cash}#f-cash-amount_fen"),
            ),
        ] {
            assert_eq!(at(path), place, "{path}");
        }
        assert_eq!(spot(&record, "days"), None);
        assert_eq!(spot(&record, "nonsense"), None);
        assert_eq!(spot(&foreign_record().record, "place"), None);
        let visit = new_record().record;
        let result = spot(&visit, "result").unwrap();
        assert!(result.ends_with("?step=result#f-result"), "{result}");
        assert_eq!(spot(&visit, "assets"), None, "a visit has no list");
    }
}
