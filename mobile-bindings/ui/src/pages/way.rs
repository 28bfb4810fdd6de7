//! The way from a finding to the place where it is closed.

use super::rows::record_href;
use crate::form::{Step, pattern_of, patterns, steps_of};
use crate::words::Words;
use waiqin_protocol::fields;
use waiqin_protocol::journal::{Act, Path};
use waiqin_protocol::rules::Found;

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
        ["assets"] => Some(Way {
            href: format!("{href}/assets"),
            label: w.go_fill,
        }),
        ["assets", id, rest @ ..] => {
            let field = match rest {
                [] => String::new(),
                [..] => format!("#f-{}", path.replace('/', "-")),
            };
            Some(Way {
                href: format!("{href}/assets/{id}{field}"),
                label: w.go_fill,
            })
        }
        _ => {
            let step = step_of(steps_of(act)?, path)?;
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

/// The step that asks for a field, or for the items of its list.
fn step_of(steps: &'static [Step], path: &str) -> Option<&'static Step> {
    let asked = pattern_of(path);
    let list = format!("{}/*", path.split("/*").next().unwrap_or(path));
    let asks = |step: &&'static Step, of: &dyn Fn(&str) -> bool| {
        patterns(std::slice::from_ref(*step))
            .iter()
            .any(|pattern| of(pattern))
    };
    let own = steps.iter().find(|step| asks(step, &|it| it == asked));
    own.or_else(|| {
        steps
            .iter()
            .find(|step| asks(step, &|it| it.starts_with(&list)))
    })
}
