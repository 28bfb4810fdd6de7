//! The seals of a record (封存): what the rules found on the phone, what they find here, who signed.
//!
//! **Invariant.** The office runs the same rules over the sealed body, by the weights in force here
//! now; a difference is shown, and refuses nothing. Rules that look at what only the phone knew are
//! not compared.
//!
//! A seal's entry names no set of rules, and no clock tells which one a phone had: it may seal for
//! days without a network under the set of its last sync. So where the set in force finds otherwise,
//! the earlier ones are tried, and the page says by which of them the same is found as at the seal.

use super::desk::Desk;
use super::problem::Problem;
use super::show;
use crate::db::{CaseRow, RuleSetRow};
use crate::list::ListCase;
use crate::words::console::ConsoleWords;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::journal::{Override, Severity};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::record::{
    CountersignState, Facts, Record, STROKES_BYTES_MAX, Seal, Signature, Strokes,
};
use waiqin_protocol::rules::{self, Debt, RuleContext, RuleSet, rule};
use waiqin_protocol::words::{Lang, fill};

/// Photos are hashed again, and beacons are held, on the phone alone.
const PHONE_ONLY: [&str; 2] = ["G08", "G09"];
/// Sets of rules that a seal is held against, newest first.
const RULE_SETS_TRIED: u32 = 16;
/// Signatures drawn on one page.
const SIGNATURES_DRAWN: usize = 40;

/// A seal as the page shows it.
pub(super) struct SealView {
    pub hash: String,
    pub short: String,
    pub at: String,
    pub by: String,
    /// Why the body is an incident; `None` when its entries give it.
    pub differs: Option<&'static str>,
    pub findings: Vec<FindingView>,
    pub rules_here: (&'static str, String),
    /// What an earlier set of rules says, where the one in force finds otherwise.
    pub rules_set: Option<String>,
    pub seconds: Vec<SecondView>,
    pub signatures: Vec<SignatureView>,
}

/// A finding that was sealed open.
pub(super) struct FindingView {
    pub class: &'static str,
    pub rule: String,
    pub text: String,
    pub basis: String,
    pub reason: Option<String>,
    pub second: Option<String>,
}

/// A second officer.
pub(super) struct SecondView {
    pub name: String,
    pub role: String,
    pub at: String,
    pub class: &'static str,
    pub state: &'static str,
}

/// A handwritten signature.
pub(super) struct SignatureView {
    pub name: String,
    pub at: String,
    /// It names another body than this one.
    pub older: bool,
    /// Box and lines; `None` when the strokes are not here.
    pub drawn: Option<(String, String)>,
}

/// The seals of a record, first one first.
pub(super) async fn of(
    record: &Record,
    case: Option<&CaseRow>,
    desk: &Desk,
    lang: Lang,
    names: &HashMap<String, String>,
) -> Result<Vec<SealView>, Problem> {
    let reader = Reader {
        record,
        desk,
        lang,
        words: ConsoleWords::of(lang),
        names,
        sets: desk
            .db()
            .rule_sets(desk.court().limits().version, RULE_SETS_TRIED)
            .await?,
        case: case
            .map(|row| serde_json::from_str(&row.body))
            .transpose()
            .map_err(Problem::broken)?,
    };
    let mut seals = Vec::with_capacity(record.seals.len());
    for seal in &record.seals {
        seals.push(reader.seal(seal).await?);
    }
    Ok(seals)
}

struct Reader<'a> {
    record: &'a Record,
    desk: &'a Desk,
    lang: Lang,
    words: &'static ConsoleWords,
    names: &'a HashMap<String, String>,
    /// The set in force, and those before it.
    sets: Vec<RuleSetRow>,
    case: Option<ListCase>,
}

/// What rules find, with its weight.
type Finds<'a> = BTreeMap<&'a str, Severity>;

impl Reader<'_> {
    async fn seal(&self, seal: &Seal) -> Result<SealView, Problem> {
        let facts = seal.body.facts(self.record).map_err(Problem::broken)?;
        let hash = seal.hash.to_string();
        let mut seconds = Vec::new();
        for state in &self.record.countersigns {
            if state.countersign.body.record == seal.hash {
                seconds.push(self.second(state).await?);
            }
        }
        let mut signatures = Vec::new();
        for signature in self.record.signatures.iter().take(SIGNATURES_DRAWN) {
            signatures.push(self.signature(signature, seal, &facts).await?);
        }
        let (rules_here, rules_set) = self.rules_here(seal, &facts);
        Ok(SealView {
            short: show::short_hash(&hash),
            hash,
            at: show::second(seal.at),
            by: self.name(seal.author),
            differs: (!seal.refolds).then_some(self.words.seal_differs),
            findings: self.findings(seal, &facts),
            rules_here,
            rules_set,
            seconds,
            signatures,
        })
    }

    /// What the phone found and the officer let stand, each rule once.
    fn findings(&self, seal: &Seal, facts: &Facts) -> Vec<FindingView> {
        let reasons: BTreeMap<&str, &Override> = seal
            .overrides
            .iter()
            .map(|it| (it.rule.as_str(), it))
            .collect();
        let day = court_day(facts.int("t0").unwrap_or(seal.at));
        let mut said = BTreeSet::new();
        let mut findings = Vec::new();
        for finding in &seal.findings {
            if !said.insert(finding.rule.as_str()) {
                continue;
            }
            let known = rule(&finding.rule);
            let reason = reasons.get(finding.rule.as_str());
            findings.push(FindingView {
                class: match finding.severity {
                    Severity::Block => "law",
                    Severity::Warn => "care",
                },
                text: known.map_or_else(String::new, |it| it.said(self.lang).to_owned()),
                basis: known.map_or_else(String::new, |it| it.basis_on(day, self.lang)),
                rule: finding.rule.clone(),
                reason: reason.map(|it| it.reason.clone()),
                second: reason
                    .and_then(|it| it.officer)
                    .map(|id| match seal.officer_of_body(id) {
                        Some(name) => name.to_owned(),
                        None => self.name(id),
                    }),
            });
        }
        findings
    }

    /// Whether the same rules find the same here, and by which set they do where they do not.
    fn rules_here(&self, seal: &Seal, facts: &Facts) -> ((&'static str, String), Option<String>) {
        let context = self.context(seal, facts);
        let there: Finds<'_> = seal
            .findings
            .iter()
            .map(|it| (it.rule.as_str(), it.severity))
            .filter(compared)
            .collect();
        let by = |set: &RuleSet| -> Finds<'_> {
            let found = rules::evaluate(facts, &context, set).into_iter();
            found
                .map(|it| (it.rule, it.severity))
                .filter(compared)
                .collect()
        };
        let w = self.words;
        let here = by(&self.desk.court().limits().rules);
        if here == there {
            return (("proved", w.rules_agree.to_owned()), None);
        }
        let rules = difference(&here, &there);
        let differ = ("care", fill(w.rules_differ, &[("rules", &rules)]));
        let [in_force, _, ..] = self.sets.as_slice() else {
            return (differ, None);
        };
        let began = |set: &RuleSetRow| show::minute(self.desk.court_time(set.since_ms));
        let since = began(in_force);
        // A set ends where the next one begins.
        let found_so = self.sets.windows(2).find(|it| by(&it[1].rules) == there);
        let said = match found_so {
            Some(it) => fill(
                w.rules_set_before,
                &[("since", &since), ("until", &began(&it[0]))],
            ),
            None => fill(w.rules_set_since, &[("since", &since)]),
        };
        (differ, Some(said))
    }

    /// The outside facts as far as the office knows them.
    fn context(&self, seal: &Seal, facts: &Facts) -> RuleContext {
        let hashes_ok = facts.proofs.iter().map(|it| (it.hash, true)).collect();
        let list = self.case.as_ref();
        let outstanding = list.and_then(|it| it.remaining_fen.or(it.amount_fen));
        RuleContext {
            now: seal.at,
            hashes_ok,
            stay: list.map(|it| it.stay.clone()).filter(|it| !it.is_empty()),
            debt: outstanding.map(|fen| Debt {
                outstanding: Fen(fen),
                ..Debt::default()
            }),
            ..RuleContext::default()
        }
    }

    /// The signature is held against the key of the journal that it names.
    async fn second(&self, state: &CountersignState) -> Result<SecondView, Problem> {
        let body = &state.countersign.body;
        let journal = self.desk.db().journal(body.journal).await?;
        let (name, class, word) = match journal {
            None => (String::new(), "law", self.words.second_unknown),
            Some(journal) if state.countersign.verify(&journal.key).is_err() => {
                (self.name(journal.officer), "law", self.words.second_false)
            }
            Some(journal) if journal.officer == self.record.officer => {
                (self.name(journal.officer), "law", self.words.second_same)
            }
            Some(journal) => (
                self.name(journal.officer),
                "proved",
                self.words.second_holds,
            ),
        };
        Ok(SecondView {
            name,
            role: body.role.clone(),
            at: show::second(body.at),
            class,
            state: word,
        })
    }

    async fn signature(
        &self,
        signature: &Signature,
        seal: &Seal,
        facts: &Facts,
    ) -> Result<SignatureView, Problem> {
        let name = ["present", "parties"]
            .iter()
            .map(|list| facts.text(&format!("{list}/{}/name", signature.person)))
            .find(|it| !it.is_empty());
        let bytes = self
            .desk
            .court()
            .evidence()
            .read_whole(signature.strokes, STROKES_BYTES_MAX as u64)
            .await
            .map_err(Problem::broken)?;
        let strokes = bytes.and_then(|bytes| Strokes::read(&bytes).ok());
        Ok(SignatureView {
            name: name.unwrap_or(self.words.person_unnamed).to_owned(),
            at: show::second(signature.at),
            older: signature.body != seal.hash,
            drawn: strokes.map(|it| (format!("0 0 {} {}", it.w, it.h), it.path_data())),
        })
    }

    fn name(&self, id: OfficerId) -> String {
        let id = id.to_string();
        self.names
            .get(&id)
            .cloned()
            .unwrap_or_else(|| show::short_hash(&id))
    }
}

fn compared((rule, _): &(&str, Severity)) -> bool {
    !PHONE_ONLY.contains(rule)
}

/// `+G03 −G02 ≠G06`: found here alone, at the seal alone, with another weight.
fn difference(here: &Finds<'_>, there: &Finds<'_>) -> String {
    let only = |one: &Finds<'_>, other: &Finds<'_>, mark: char| -> Vec<String> {
        let ids = one.keys().filter(|id| !other.contains_key(*id));
        ids.map(|id| format!("{mark}{id}")).collect()
    };
    let weighs = |(id, severity): (&&str, &Severity)| {
        let other = there.get(*id)?;
        (other != severity).then(|| format!("≠{id}"))
    };
    let otherwise = here.iter().filter_map(weighs).collect();
    [only(here, there, '+'), only(there, here, '−'), otherwise]
        .concat()
        .join(" ")
}
