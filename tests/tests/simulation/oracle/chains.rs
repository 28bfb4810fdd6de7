//! The court's chains and log, hashed again.

use super::sha256;
use crate::tables::Tables;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

const START: [u8; 32] = [0; 32];

pub fn check(court: &Tables, wrong: &mut Vec<String>) {
    check_log(court, wrong);
    check_journals(court, wrong);
    check_late_verdicts(court, wrong);
    let mut seen = BTreeSet::new();
    for row in &court.entries {
        if sha256(&row.bytes) != row.hash {
            wrong.push(format!(
                "entry {} of {} has another hash",
                row.seq, row.journal
            ));
        }
        if !seen.insert(row.hash.clone()) {
            wrong.push(format!(
                "the court has an entry twice: {} of journal {}",
                row.seq, row.journal
            ));
        }
    }
    for (name, hash) in &court.objects {
        if name != hash {
            wrong.push(format!("the court's photo {name} has other bytes"));
        }
    }
}

fn check_log(court: &Tables, wrong: &mut Vec<String>) {
    let mut link = START;
    for (number, row) in (1..).zip(&court.log) {
        link = follow(&link, row.body.as_bytes());
        if row.number != number || hex::encode(link) != row.link {
            return wrong.push(format!("the court's log breaks at row {}", row.number));
        }
    }
}

/// A verdict that came later than its entry stands in a row of the log that says so.
fn check_late_verdicts(court: &Tables, wrong: &mut Vec<String>) {
    for row in &court.entries {
        if row.verdict_number == row.log_number {
            continue;
        }
        let said = court.log.iter().any(|log| {
            let body: Value = serde_json::from_str(&log.body).unwrap();
            let entries = body["entries"].as_array();
            log.number == row.verdict_number
                && log.number > row.log_number
                && body["act"] == "judged"
                && body["journal"] == row.journal.as_str()
                && entries.is_some_and(|it| it.iter().any(|it| it["seq"] == row.seq))
        });
        if !said {
            wrong.push(format!(
                "no row of the log gives entry {} of {} its verdict",
                row.seq, row.journal
            ));
        }
    }
}

fn check_journals(court: &Tables, wrong: &mut Vec<String>) {
    let mut chains: BTreeMap<&str, BTreeMap<u64, Step>> = BTreeMap::new();
    for row in &court.entries {
        let chain = chains.entry(&row.journal).or_default();
        chain.insert(row.seq, Step::Entry(&row.bytes, &row.link));
    }
    for (journal, from, to, link) in &court.gaps {
        let chain = chains.entry(journal).or_default();
        chain.insert(*from, Step::Gap(*to, link));
    }
    for (journal, row) in &court.journals {
        let mut link = START;
        let mut next = 1;
        for (seq, step) in chains.remove(journal.as_str()).unwrap_or_default() {
            let (end, says) = match step {
                Step::Entry(bytes, says) => {
                    link = follow(&link, bytes);
                    (seq, says)
                }
                Step::Gap(to, says) => {
                    hex::decode_to_slice(says, &mut link).unwrap();
                    (to, says)
                }
            };
            if seq != next || hex::encode(link) != *says {
                wrong.push(format!("the court's chain of {journal} breaks at {seq}"));
                break;
            }
            next = end + 1;
        }
        if next != row.head_seq + 1 || hex::encode(link) != row.head_link {
            wrong.push(format!(
                "the court says that {journal} ends at {}, and has it up to {}",
                row.head_seq,
                next - 1
            ));
        }
        if row.announced_seq < row.head_seq && row.announced_seq > 1 {
            wrong.push(format!(
                "the court has more of {journal} than was announced"
            ));
        }
    }
}

enum Step<'a> {
    Entry(&'a [u8], &'a str),
    Gap(u64, &'a str),
}

/// link = SHA-256(0x01 ‖ link before ‖ SHA-256(bytes)).
fn follow(before: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update([1]);
    digest.update(before);
    digest.update(Sha256::digest(bytes));
    digest.finalize().into()
}
