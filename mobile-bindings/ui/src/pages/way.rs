//! The way from a finding to the place where it is closed.

use super::rows::record_href;
use crate::form::{Step, field_at, investigation};
use crate::words::Words;
use waiqin_protocol::fields;
use waiqin_protocol::journal::{Act, Path};
use waiqin_protocol::rules::Found;

/// An id that stands for any item of a list.
const ANY_ITEM: &str = "00000000000000000000000000000000";

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Where it leads.
    pub href: String,
    /// What is done there.
    pub label: &'static str,
}

/// Where a finding of a record is closed; `None` when no page of this phone asks for it.
pub(super) fn way(record: &str, act: Act, found: &Found, w: &Words) -> Option<Way> {
    let path = found.path.as_ref().map_or("", Path::as_str);
    let href = record_href(record);
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "photos"] => {
            let item = found.item.map(|id| format!("?item={id}"));
            Some(Way {
                href: format!("{href}/photos/new{}", item.unwrap_or_default()),
                label: w.go_photo,
            })
        }
        ["present" | "parties", id, "signed"] => Some(Way {
            href: format!("{href}/sign/{id}"),
            label: w.go_sign,
        }),
        _ => {
            let step = step_of(steps(act), act, path)?;
            let anchor = match parts.as_slice() {
                [list, id] if fields::list_label(list).is_some() => format!("item-{list}-{id}"),
                [list] if fields::list_label(list).is_some() => format!("step-{}", step.key),
                _ => format!("f-{}", path.replace('/', "-")),
            };
            Some(Way {
                href: format!("{href}?step={}#{anchor}", step.key),
                label: w.go_fill,
            })
        }
    }
}

/// The layout of an act; empty for one that this phone only reads.
fn steps(act: Act) -> &'static [Step] {
    if act == Act::Investigation {
        investigation::STEPS
    } else {
        &[]
    }
}

/// The step that asks for a field, or for the items of a list.
fn step_of(steps: &'static [Step], act: Act, path: &str) -> Option<&'static Step> {
    let asks =
        |step: &&'static Step, path: &str| field_at(std::slice::from_ref(*step), path).is_some();
    let own = steps.iter().find(|step| asks(step, path));
    own.or_else(|| {
        let list = path.split('/').next().unwrap_or_default();
        let any = fields::of_act(act)
            .filter(|it| it.list() == Some(list))
            .map(|it| it.pattern.replace('*', ANY_ITEM))
            .collect::<Vec<_>>();
        steps
            .iter()
            .find(|step| any.iter().any(|path| asks(step, path)))
    })
}
