//! 文书: the papers of a record as A4 pages, with the signatures drawn and the record hash.

use super::page;
use super::problem::{Missing, Problem, Shown};
use super::record::read;
use super::rows::record_href;
use super::sealed::amends_text;
use super::signers::{Signed, Signer, Stands, code_label, signers};
use super::visit::Unlocked;
use crate::frame::{Frame, Tab};
use crate::paper::{AssetList, Text, Writer};
use crate::qr::Qr;
use crate::show::{Number, act, clock, day_long, grouped};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use std::collections::BTreeMap;
use waiqin_core::{RecordPage as Shows, Session, StoreError};
use waiqin_protocol::fields;
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::journal::Act;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::record::{Facts, Seal, Strokes};
use waiqin_protocol::words::{Lang, fill};

/// What the code on a paper says before the record hash.
pub(super) const CODE: &str = "waiqin-record1:";

/// Which paper of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// 笔录
    Record,
    /// 财产清单
    List,
}

/// A signature line.
struct SignLine {
    name: String,
    role: String,
    /// Strokes as SVG path data, in a box of `0 0 w h`.
    drawn: Option<Drawn>,
    note: String,
}

struct Drawn {
    w: i32,
    h: i32,
    data: String,
}

/// What only a sealed record has.
struct SealMark {
    qr: Option<Qr>,
    hash: String,
    at: String,
}

struct Other {
    href: String,
    label: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "paper.html")]
pub(super) struct PaperPage {
    frame: Frame,
    back: String,
    others: Vec<Other>,
    court: String,
    title: String,
    number: String,
    amends: Option<String>,
    text: Text,
    list: Option<AssetList>,
    is_list: bool,
    officers: Vec<SignLine>,
    signers: Vec<SignLine>,
    seal: Option<SealMark>,
    draft: &'static str,
}

/// `GET /records/{id}/paper/{which}`
pub(super) async fn show(
    desk: Unlocked,
    Path((id, which)): Path<(String, String)>,
) -> Result<Response, Shown> {
    let gone = || desk.problem(Problem::NotFound(Missing::Paper));
    let (shows, _) = read(&desk, &id).await?;
    let which = Which::of(&which, shows.record.act).ok_or_else(gone)?;
    let stands = Stands::of(&shows.record).map_err(|problem| desk.problem(problem))?;
    let wanted: Vec<EvidenceHash> = shows
        .record
        .signatures
        .iter()
        .map(|it| it.strokes)
        .collect();
    let strokes = desk.ask(move |session| strokes(session, &wanted)).await?;
    let frame = desk.frame(Some(Tab::Records));
    let court = desk.session.court().to_owned();
    Ok(page(&PaperPage::new(
        frame, &shows, &stands, which, court, &strokes,
    )))
}

/// The strokes that are on this phone and read.
fn strokes(
    session: &Session,
    wanted: &[EvidenceHash],
) -> Result<BTreeMap<EvidenceHash, Strokes>, StoreError> {
    let mut found = BTreeMap::new();
    for hash in wanted {
        if let Some(strokes) = session.strokes(*hash)? {
            found.insert(*hash, strokes);
        }
    }
    Ok(found)
}

impl Which {
    fn of(text: &str, act: Act) -> Option<Self> {
        match text {
            "record" => Some(Self::Record),
            "list" if has_list(act) => Some(Self::List),
            _ => None,
        }
    }
}

/// Whether an act has a list of assets.
fn has_list(act: Act) -> bool {
    fields::lists_of(act).contains(&"assets")
}

impl PaperPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        stands: &Stands,
        which: Which,
        court: String,
        strokes: &BTreeMap<EvidenceHash, Strokes>,
    ) -> Self {
        let (w, lang) = (frame.w, frame.lang);
        let record = &shows.record;
        let href = record_href(&record.subject.to_string());
        let writer = Writer {
            facts: &stands.facts,
            lang,
            w,
            masked: false,
        };
        let signers = signers(record, stands, lang, w);
        let draft = match (record.seals.is_empty(), &record.voided) {
            (_, Some(_)) => w.paper_void,
            (true, None) => w.paper_draft,
            (false, None) => "",
        };
        Self {
            back: href.clone(),
            others: others(&href, record.act, which, w),
            court,
            title: title(record.act, which, w).to_owned(),
            number: Number::of_case(&stands.body.case, w).plain(),
            amends: amends_text(record, w),
            text: writer.text(),
            list: writer.assets(),
            is_list: which == Which::List,
            officers: officers(&stands.facts, lang),
            signers: signers.iter().map(|it| line(it, strokes, w)).collect(),
            seal: record.seals.first().map(|it| mark(it, w)),
            draft,
            frame: Frame {
                poll: false,
                ..frame
            },
        }
    }
}

/// What courts call the paper.
pub(super) fn title(of: Act, which: Which, w: &Words) -> String {
    match (which, of) {
        (Which::List, Act::AssetSurvey) => w.paper_list_survey.to_owned(),
        (Which::List, _) => w.paper_list_of.to_owned(),
        (Which::Record, Act::Investigation) => w.paper_investigation.to_owned(),
        (Which::Record, Act::Detention) => w.paper_enforcement.to_owned(),
        (Which::Record, Act::Settlement) => w.paper_settlement.to_owned(),
        (Which::Record, _) => fill(w.paper_record_of, &[("act", &act(of, w))]),
    }
}

fn others(href: &str, act: Act, on: Which, w: &Words) -> Vec<Other> {
    if !has_list(act) {
        return Vec::new();
    }
    [
        (Which::Record, "record", w.sealed_paper),
        (Which::List, "list", w.paper_assets),
    ]
    .map(|(which, key, label)| Other {
        href: format!("{href}/paper/{key}"),
        label,
        on: which == on,
    })
    .into()
}

/// Officers sign by hand on the printed page; their role stands under the line.
fn officers(facts: &Facts, lang: Lang) -> Vec<SignLine> {
    let line = |id: &str| SignLine {
        name: facts.text(&format!("officers/{id}/person")).to_owned(),
        role: code_label(facts, &format!("officers/{id}/role"), lang),
        drawn: None,
        note: String::new(),
    };
    facts.items("officers").into_iter().map(line).collect()
}

fn line(signer: &Signer, strokes: &BTreeMap<EvidenceHash, Strokes>, w: &Words) -> SignLine {
    let drawn = |hash: &EvidenceHash| {
        strokes.get(hash).map(|it| Drawn {
            w: it.w,
            h: it.h,
            data: it.path_data(),
        })
    };
    let (drawn, note) = match &signer.signed {
        Signed::Glass(hash) => (drawn(hash), String::new()),
        Signed::Older(hash) => (drawn(hash), w.paper_sign_older.to_owned()),
        Signed::Paper => (None, w.paper_sign_paper.to_owned()),
        Signed::Refused(words) => (None, words.clone()),
        Signed::No => (None, String::new()),
    };
    SignLine {
        name: signer.name.clone(),
        role: signer.role.clone(),
        drawn,
        note,
    }
}

fn mark(seal: &Seal, w: &Words) -> SealMark {
    let hash = seal.hash.to_string();
    let at = format!("{} {}", day_long(court_day(seal.at), w), clock(seal.at));
    SealMark {
        qr: Qr::of(&format!("{CODE}{hash}")),
        hash: grouped(&hash),
        at: fill(w.paper_sealed_at, &[("time", &at)]),
    }
}
