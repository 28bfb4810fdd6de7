//! Who signs a record by hand, and how far each is: on the glass, on paper, refused, not yet.

use super::problem::Problem;
use crate::show::Tag;
use crate::words::Words;
use waiqin_protocol::fields::field_at;
use waiqin_protocol::ids::{EvidenceHash, ItemId, RecordHash};
use waiqin_protocol::record::{Body, Facts, Record};
use waiqin_protocol::words::{Lang, fill};

/// The lists whose items sign.
const LISTS: [(&str, &str); 2] = [("present", "role"), ("parties", "side")];

/// The body that stands: the sealed one, else the one that would be sealed now.
#[derive(Clone, Debug)]
pub(super) struct Stands {
    /// The body.
    pub body: Body,
    /// Its hash.
    pub hash: RecordHash,
    /// What it says.
    pub facts: Facts,
    /// It is sealed.
    pub sealed: bool,
}

impl Stands {
    /// Of a record.
    pub(super) fn of(record: &Record) -> Result<Self, Problem> {
        let seal = record.seals.first();
        let body = seal.map_or_else(|| record.body(), |it| it.body.clone());
        let of_form = |error| {
            tracing::error!(%error, "a record over the bounds of the format");
            Problem::Store
        };
        Ok(Self {
            hash: body.hash().map_err(of_form)?,
            facts: body.facts(record).map_err(of_form)?,
            sealed: seal.is_some(),
            body,
        })
    }
}

/// How somebody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// On the glass, what stands.
    Glass(EvidenceHash),
    /// On the glass, but what was shown then has changed since.
    Older(EvidenceHash),
    /// On paper.
    Paper,
    /// Not, in these words.
    Refused(String),
    /// Not yet.
    No,
}

/// Somebody who signs.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    /// The item of the list.
    pub item: ItemId,
    /// Which list.
    pub list: &'static str,
    /// The name, or a word where there is none.
    pub name: String,
    /// What the person is to the case.
    pub role: String,
    /// How far.
    pub signed: Signed,
}

/// A line in a list of those who sign.
#[derive(Clone, Debug)]
pub(super) struct SignerLine {
    pub name: String,
    pub role: String,
    pub tag: Tag,
    /// Where they sign; none after the seal.
    pub href: Option<String>,
}

/// Everybody who signs, in the order of the lists.
pub(super) fn signers(record: &Record, stands: &Stands, lang: Lang, w: &Words) -> Vec<Signer> {
    let facts = &stands.facts;
    let mut found = Vec::new();
    for (list, role) in LISTS {
        for (index, id) in facts.items(list).into_iter().enumerate() {
            let Ok(item) = id.parse::<ItemId>() else {
                continue;
            };
            let name = facts.text(&format!("{list}/{id}/name"));
            found.push(Signer {
                item,
                list,
                name: if name.is_empty() {
                    fill(w.sign_unnamed, &[("n", &(index + 1))])
                } else {
                    name.to_owned()
                },
                role: code_label(facts, &format!("{list}/{id}/{role}"), lang),
                signed: signed(record, stands, list, item),
            });
        }
    }
    found
}

fn signed(record: &Record, stands: &Stands, list: &str, item: ItemId) -> Signed {
    let facts = &stands.facts;
    let signature = record.signature_of(item);
    let refusal = facts.text(&format!("{list}/{item}/refusal"));
    match signature {
        Some(it) if it.body == stands.hash => Signed::Glass(it.strokes),
        Some(_) | None if facts.yes(&format!("{list}/{item}/signed")) => Signed::Paper,
        Some(_) | None if !refusal.is_empty() => Signed::Refused(refusal.to_owned()),
        Some(it) => Signed::Older(it.strokes),
        None => Signed::No,
    }
}

/// The words of a code in a field; the code itself where the table has none.
pub(super) fn code_label(facts: &Facts, path: &str, lang: Lang) -> String {
    let code = facts.text(path);
    field_at(facts.act, path)
        .and_then(|it| it.code(code))
        .map_or_else(|| code.to_owned(), |it| it.label(lang).to_owned())
}

impl Signer {
    /// As a line of a list.
    pub(super) fn line(&self, record: &Record, stands: &Stands, w: &Words) -> SignerLine {
        let tag = match &self.signed {
            Signed::Glass(_) => Tag::new(w.signed_glass, "ok"),
            Signed::Older(_) => Tag::new(w.signed_older, "warn"),
            Signed::Paper => Tag::new(w.signed_paper, "ok"),
            Signed::Refused(_) => Tag::new(w.signed_refused, "plain"),
            Signed::No => Tag::new(w.signed_not, "seal"),
        };
        let href = format!("/records/{}/sign/{}", record.subject, self.item);
        SignerLine {
            name: self.name.clone(),
            role: self.role.clone(),
            tag,
            href: (!stands.sealed && record.voided.is_none()).then_some(href),
        }
    }
}
