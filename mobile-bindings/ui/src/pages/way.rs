//! The way from a finding to the place where it is closed.

use super::naming::naming_href;
use super::rows::record_href;
use crate::form::spot;
use crate::words::Words;
use waiqin_protocol::journal::Path;
use waiqin_protocol::record::Record;
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
pub(super) fn way(record: &Record, found: &Found, w: &Words) -> Option<Way> {
    let path = found.path.as_ref().map_or("", Path::as_str);
    let href = record_href(&record.subject.to_string());
    let parts: Vec<&str> = path.split('/').collect();
    let (href, label) = match parts.as_slice() {
        [.., "photos"] => {
            let item = found.item.map(|id| format!("?item={id}"));
            let item = item.unwrap_or_default();
            (format!("{href}/photos/new{item}"), w.go_photo)
        }
        ["case"] => (naming_href(record), w.go_fill),
        ["present" | "parties", id, "signed"] => (format!("{href}/sign/{id}"), w.go_sign),
        _ => (spot(record, path)?, w.go_fill),
    };
    Some(Way { href, label })
}
