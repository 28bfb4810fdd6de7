//! What a record is, by the words of DESIGN §3 and §4.4 and by no code of the product: the smallest
//! fold over the court's log that says which values stand, which stand against each other, what is
//! sealed and which photos there are.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An entry as the court's log has it, in the log's order.
pub struct Logged {
    pub journal: String,
    pub hash: String,
    /// The entry as JSON; `None` when its bytes are none.
    pub entry: Option<Value>,
    /// Its journal was revoked when it was taken in.
    pub revoked: bool,
}

/// A record by the words of the design.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// By path: the values that stand, each with the entry that gave it.
    pub fields: BTreeMap<String, BTreeMap<String, String>>,
    /// Entries that seal it.
    pub seals: Vec<String>,
    pub photos: BTreeSet<String>,
}

/// What became of a record's entries.
#[derive(Default)]
pub struct Folded {
    pub record: Option<Record>,
    /// Entries that are held or refused.
    pub aside: BTreeSet<String>,
    /// Edits of a sealed record, kept outside the seal.
    pub outside: u64,
    /// Times that values came to stand against each other, and that a person decided.
    pub contests: u64,
    pub decided: u64,
}

/// A value that stands, and who gave it.
struct Given {
    author: String,
    entry: String,
    journal: String,
    value: Value,
}

#[derive(Default)]
struct Fold {
    open: bool,
    fields: BTreeMap<String, Vec<Given>>,
    seals: Vec<String>,
    photos: BTreeSet<String>,
    /// Entries that stand, in order, with their journals.
    order: Vec<String>,
    held: BTreeSet<String>,
    folded: Folded,
}

/// Folds one record's entries.
pub fn fold(log: &[Logged]) -> Folded {
    let mut fold = Fold::default();
    for logged in log {
        fold.take(logged);
    }
    let values = |given: &Vec<Given>| -> BTreeMap<String, String> {
        let each = given.iter();
        each.map(|it| (it.entry.clone(), it.value.to_string()))
            .collect()
    };
    let record = Record {
        fields: fold
            .fields
            .iter()
            .map(|(path, given)| (path.clone(), values(given)))
            .collect(),
        seals: fold.seals,
        photos: fold.photos,
    };
    fold.folded.record = fold.open.then_some(record);
    fold.folded
}

impl Fold {
    fn take(&mut self, logged: &Logged) {
        let Some(entry) = &logged.entry else {
            self.folded.aside.insert(logged.hash.clone());
            return;
        };
        // Unknown version, revoked phone, nothing opened, unknown base, and what follows one of these
        // in its journal on this record: held.
        let unknown = entry["v"] != 1 || logged.revoked || self.held.contains(&logged.journal);
        let opens = entry["change"]["kind"] == "record_opened";
        let base = entry["base"].as_str();
        let place = base.map(|base| self.order.iter().position(|it| it == base));
        if unknown || self.open == opens || place == Some(None) {
            // A second opening of one record is refused, and holds nothing up.
            if unknown || !opens {
                self.held.insert(logged.journal.clone());
            }
            self.folded.aside.insert(logged.hash.clone());
            return;
        }
        let seen: Vec<String> = match place.flatten() {
            Some(at) => self.order[..=at].to_vec(),
            None => Vec::new(),
        };
        if self.change(logged, entry, &seen) {
            self.order.push(logged.hash.clone());
        }
    }

    /// Whether it stands.
    fn change(&mut self, logged: &Logged, entry: &Value, seen: &[String]) -> bool {
        let change = &entry["change"];
        let kind = change["kind"].as_str().unwrap_or_default();
        let edits = [
            "fields_changed",
            "case_named",
            "evidence_withdrawn",
            "voided",
            "amended",
        ];
        if edits.contains(&kind) && !self.seals.is_empty() {
            self.folded.outside += 1;
            return false;
        }
        match kind {
            "record_opened" | "fields_changed" => {
                self.open = true;
                for (path, value) in change["values"].as_object().into_iter().flatten() {
                    self.give(path, value, logged, entry, seen);
                }
            }
            "evidence_added" => {
                let hash = change["evidence"]["hash"].as_str().unwrap_or_default();
                self.photos.insert(hash.to_owned());
            }
            "sealed" => self.seals.push(logged.hash.clone()),
            "contest_decided" if !self.decide(change, entry) => {
                self.folded.aside.insert(logged.hash.clone());
                return false;
            }
            _ => {}
        }
        true
    }

    /// Same field, other value, neither had seen the other: both stand, one for each journal.
    fn give(&mut self, path: &str, value: &Value, logged: &Logged, entry: &Value, seen: &[String]) {
        let given = self.fields.entry(path.to_owned()).or_default();
        let stood = given.len();
        given.retain(|it| {
            it.journal != logged.journal && it.value != *value && !seen.contains(&it.entry)
        });
        given.push(Given {
            author: entry["author"].as_str().unwrap_or_default().to_owned(),
            entry: logged.hash.clone(),
            journal: logged.journal.clone(),
            value: value.clone(),
        });
        if given.len() > stood.max(1) {
            self.folded.contests += 1;
        }
    }

    /// A decision settles exactly the values that it names, for the one that it chose, if that still
    /// stands; on a phone an officer decides between his own alone.
    fn decide(&mut self, change: &Value, entry: &Value) -> bool {
        let path = change["path"].as_str().unwrap_or_default();
        let named: Vec<&str> = change["candidates"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let given = self.fields.entry(path.to_owned()).or_default();
        let mut standing = given.iter().filter(|it| named.contains(&it.entry.as_str()));
        if standing.any(|it| entry["author"] != it.author.as_str()) {
            return false;
        }
        if !given.iter().any(|it| change["chosen"] == it.entry.as_str()) {
            return true;
        }
        given.retain(|it| {
            change["chosen"] == it.entry.as_str() || !named.contains(&it.entry.as_str())
        });
        self.folded.decided += 1;
        true
    }
}
