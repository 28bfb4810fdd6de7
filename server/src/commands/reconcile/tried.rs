//! `reconcile try`: records of a file, as phones would have made them, against the newest list.

use crate::commands::said::Said;
use crate::console::act_word;
use crate::court::Court;
use crate::reconcile::{Beside, findings_beside, known_of};
use crate::words::console::ConsoleWords;
use crate::words::reconcile::ReconcileWords;
use anyhow::{Context, bail};
use chrono::DateTime;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use waiqin_protocol::journal::{ACTS, Act};
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::reconcile::{Finding, NamedAsset, Noted, Outcome, Spot, Visit, judge};
use waiqin_protocol::words::{Lang, fill};

/// Longest file that is read.
const FILE_MIB_MAX: u64 = 64;
/// The name that DOMAIN gives 线索 in full.
const TIP: &str = "执行110/线索";

/// What to compare.
#[derive(Args)]
pub struct TryArgs {
    /// A JSON file with `records`.
    file: PathBuf,
    /// The list version that the phones held.
    #[arg(long, value_name = "VERSION")]
    made_against: i64,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

/// The file; members that the comparison does not look at are passed over.
#[derive(Deserialize)]
struct File {
    records: Vec<Tried>,
}

/// A record of the file.
#[derive(Deserialize)]
struct Tried {
    id: String,
    officers: Vec<String>,
    kind: String,
    /// RFC 3339.
    at: String,
    #[serde(default)]
    place: Option<Place>,
    number: String,
    #[serde(default)]
    party: String,
    #[serde(default)]
    party_id: Option<String>,
    #[serde(default)]
    amount_fen: Option<i64>,
    #[serde(default)]
    asset: Option<Thing>,
}

#[derive(Deserialize)]
struct Place {
    lat_e7: i64,
    lng_e7: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Thing {
    name: String,
    location: String,
    plate: String,
    vin: String,
    cert_no: String,
    serial_no: String,
}

/// What a record comes to.
#[derive(Serialize)]
struct Result {
    id: String,
    #[serde(rename = "match")]
    matched: &'static str,
    case: Option<String>,
    main: Option<String>,
    findings: BTreeSet<&'static str>,
    candidates: Vec<String>,
    other: BTreeSet<String>,
}

pub(super) async fn run(court: &Court, args: &TryArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = ReconcileWords::of(lang);
    let newest = court.db().newest_list_version().await?;
    if newest == 0 {
        bail!("{}", words.no_list);
    }
    if !(1..=newest).contains(&args.made_against) {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("version", &args.made_against), ("newest", &newest)];
        bail!("{}", fill(words.no_version, &values));
    }
    let records = read(&args.file, words)?;
    let mut judged = Vec::with_capacity(records.len());
    for (id, visit) in records {
        let around = court.db().around(&visit, None).await?;
        let outcome = judge(&visit, &known_of(&around, args.made_against), None);
        judged.push((id, visit, outcome));
    }
    let results = beside(judged);
    Ok(Said::well(match args.json {
        true => serde_json::json!({ "records": results }).to_string(),
        false => told(&results, words, lang),
    }))
}

/// Adds what the records of the file make of each other.
fn beside(judged: Vec<(String, Visit, Outcome)>) -> Vec<Result> {
    let case = |outcome: &Outcome| outcome.case.as_ref().map(|id| id.0.clone());
    let mut by_case: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
    let mut by_asset: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (_, visit, outcome)) in judged.iter().enumerate() {
        by_case.entry(case(outcome)).or_default().push(at);
        for key in &visit.assets {
            by_asset.entry(&key.0).or_default().push(at);
        }
    }
    let mut results = Vec::with_capacity(judged.len());
    for (at, (id, visit, outcome)) in judged.iter().enumerate() {
        let belongs = case(outcome);
        let same_case = by_case.get(&belongs).into_iter().flatten();
        let same_thing = visit
            .assets
            .iter()
            .filter_map(|key| by_asset.get(key.0.as_str()));
        let near: BTreeSet<usize> = same_case.chain(same_thing.flatten()).copied().collect();
        let others: Vec<Beside<String>> = near
            .into_iter()
            .filter(|other| *other != at)
            .map(|other| {
                let (key, visit, outcome) = &judged[other];
                Beside {
                    key: key.clone(),
                    visit: visit.clone(),
                    belongs: case(outcome),
                }
            })
            .collect();
        let pairs = findings_beside(visit, belongs.as_deref(), &others);
        let own = outcome.findings.keys().copied();
        let of_pairs = pairs.iter().map(|(finding, _)| *finding);
        results.push(Result {
            id: id.clone(),
            matched: outcome.matched.as_str(),
            case: belongs,
            main: outcome.main.as_ref().map(|id| id.0.clone()),
            findings: own.chain(of_pairs).map(Finding::as_str).collect(),
            candidates: outcome.candidates.iter().map(|id| id.0.clone()).collect(),
            other: pairs.into_iter().flat_map(|(_, keys)| keys).collect(),
        });
    }
    results
}

fn read(path: &Path, words: &ReconcileWords) -> anyhow::Result<Vec<(String, Visit)>> {
    let shown = path.display();
    let file =
        std::fs::File::open(path).with_context(|| fill(words.no_file, &[("file", &shown)]))?;
    let mut bytes = Vec::new();
    let most = FILE_MIB_MAX * 1024 * 1024;
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .with_context(|| fill(words.no_file, &[("file", &shown)]))?;
    if bytes.len() as u64 > most {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("file", &shown), ("max", &FILE_MIB_MAX)];
        bail!("{}", fill(words.too_long, &values));
    }
    let file: File = match serde_json::from_slice(&bytes) {
        Ok(file) => file,
        Err(error) => {
            let values: [(&str, &dyn std::fmt::Display); 2] = [("file", &shown), ("why", &error)];
            bail!("{}", fill(words.not_read, &values));
        }
    };
    let mut seen = BTreeSet::new();
    let mut visits = Vec::with_capacity(file.records.len());
    for record in file.records {
        if !seen.insert(record.id.clone()) {
            bail!("{}", fill(words.same_id, &[("id", &record.id)]));
        }
        visits.push((record.id.clone(), record.visit(words)?));
    }
    Ok(visits)
}

impl Tried {
    fn visit(self, words: &ReconcileWords) -> anyhow::Result<Visit> {
        let bad = |what: &str, text: &str| {
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("id", &self.id), ("what", &what), ("text", &text)];
            fill(words.bad_record, &values)
        };
        let act = act_of(&self.kind).with_context(|| bad(words.what_kind, &self.kind))?;
        let at = DateTime::parse_from_rfc3339(&self.at)
            .ok()
            .with_context(|| bad(words.what_time, &self.at))?;
        let year = waiqin_protocol::numbers::days::court_day(at.timestamp_millis());
        let numbers = read_case_no(&self.number, chrono::Datelike::year(&year))
            .map(|it| it.cases.iter().map(|no| no.normal().to_owned()).collect())
            .unwrap_or_default();
        let thing = self.asset.unwrap_or_default();
        let named = NamedAsset {
            name: &thing.name,
            location: &thing.location,
            plate: &thing.plate,
            vin: &thing.vin,
            cert_no: &thing.cert_no,
            serial_no: &thing.serial_no,
        };
        Ok(Visit {
            act,
            at: at.timestamp_millis(),
            typed: self.number,
            numbers,
            case: None,
            officers: self.officers.into_iter().collect(),
            assets: named.keys(&self.party),
            debtor: (!self.party.is_empty() || self.party_id.is_some()).then_some(Noted {
                name: self.party,
                code: self.party_id,
            }),
            amount_fen: self.amount_fen,
            spot: self.place.map(|it| Spot {
                lat: it.lat_e7,
                lon: it.lng_e7,
            }),
            place: String::new(),
            amends: false,
        })
    }
}

/// The act of a name as papers write it, or as the journal does.
fn act_of(name: &str) -> Option<Act> {
    if name == TIP {
        return Some(Act::Tip);
    }
    ACTS.into_iter().find(|act| {
        let stored = crate::db::word(act).unwrap_or_default();
        stored == name || act_word(&stored, &ConsoleWords::ZH) == name
    })
}

fn told(results: &[Result], words: &ReconcileWords, lang: Lang) -> String {
    let line = |it: &Result| {
        let matched = super::list::label(it.matched, lang);
        let findings: Vec<&str> = it
            .findings
            .iter()
            .map(|it| super::list::label(it, lang))
            .collect();
        let case = it.case.as_deref().unwrap_or(words.no_case);
        let mut parts = vec![
            it.id.clone(),
            matched.to_owned(),
            case.to_owned(),
            findings.join("、"),
        ];
        parts.extend(it.candidates.iter().chain(&it.other).cloned());
        parts.join("\t")
    };
    results.iter().map(line).collect::<Vec<_>>().join("\n")
}
