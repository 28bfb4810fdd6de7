//! The search book: every case of the list in memory, as small as filters and search need it, made
//! anew when a list version is applied. Scanning one buffer answers while a clerk types, on either
//! database; a table scan over the rows themselves takes ten times as long, and `LIKE` on Chinese
//! text cannot use an index.
//!
//! **Invariant.** A book belongs to one list version and never changes. What a page shows of a case
//! is read from the database; the book only says which cases, and in which order.

mod query;

pub(super) use query::{CaseQuery, Listing, Sort, State};

use crate::db::{CaseFacts, Db, DbError};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tokio::sync::RwLock;

/// Between two texts of the buffer, so that no match spans two cases.
const BREAK: char = '\n';

/// The book in use.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    book: Arc<RwLock<Option<Arc<Book>>>>,
}

impl Shelf {
    /// The book of the newest list version.
    pub async fn book(&self, db: &Db) -> Result<Arc<Book>, DbError> {
        let version = db.newest_list_version().await?;
        if let Some(book) = self.book.read().await.as_ref()
            && book.version == version
        {
            return Ok(book.clone());
        }
        // One page makes it; the others wait here and find it made.
        let mut shelf = self.book.write().await;
        if let Some(book) = shelf.as_ref()
            && book.version == version
        {
            return Ok(book.clone());
        }
        let book = Arc::new(Book::read(db, version).await?);
        *shelf = Some(book.clone());
        Ok(book)
    }
}

/// Ids of the cases that an officer may see.
pub(super) type Scope = BTreeSet<String>;

/// Every case of one list version.
pub(super) struct Book {
    /// The list version.
    pub version: i64,
    cases: Vec<Entry>,
    /// The searched texts of all cases, one after another in the order of `cases`.
    texts: String,
    words: Names,
    by_number: HashMap<Box<str>, Vec<u32>>,
    by_filed: Vec<u32>,
    by_due: Vec<u32>,
    by_remaining: Vec<u32>,
    by_number_order: Vec<u32>,
}

/// A case in the book.
struct Entry {
    id: Box<str>,
    number: Box<str>,
    kind: u32,
    officer: u32,
    stage: u32,
    stay: u32,
    filed_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    remaining_fen: Option<i64>,
    absent: bool,
    /// Where its text begins.
    text_at: usize,
}

/// Each distinct text once.
#[derive(Default)]
struct Names {
    all: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
}

impl Names {
    fn number_of(&mut self, text: &str) -> u32 {
        if let Some(number) = self.index.get(text) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(text.into());
        self.index.insert(text.into(), number);
        number
    }

    fn find(&self, text: &str) -> Option<u32> {
        self.index.get(text).copied()
    }

    fn text(&self, number: u32) -> &str {
        usize::try_from(number)
            .ok()
            .and_then(|at| self.all.get(at))
            .map_or("", |text| text)
    }
}

/// The values of a filter with the number of cases that have them.
pub(super) type Facet = Vec<(String, u64)>;

impl Book {
    async fn read(db: &Db, version: i64) -> Result<Self, DbError> {
        let mut aliases: HashMap<String, Vec<String>> = HashMap::new();
        db.each_alias(|number, case| aliases.entry(case).or_default().push(number))
            .await?;
        let mut book = Self::empty(version);
        db.each_case(|case| {
            let former = aliases.remove(&case.id).unwrap_or_default();
            book.add(case, &former);
        })
        .await?;
        // Ordering takes time that no other request should wait for.
        let ordered = tokio::task::spawn_blocking(move || {
            book.order();
            book
        });
        ordered.await.map_err(|_| DbError::Stored { what: "list" })
    }

    fn empty(version: i64) -> Self {
        Self {
            version,
            cases: Vec::new(),
            texts: String::new(),
            words: Names::default(),
            by_number: HashMap::new(),
            by_filed: Vec::new(),
            by_due: Vec::new(),
            by_remaining: Vec::new(),
            by_number_order: Vec::new(),
        }
    }

    fn add(&mut self, case: CaseFacts, former: &[String]) {
        let index = u32::try_from(self.cases.len()).unwrap_or(u32::MAX);
        let text_at = self.texts.len();
        fold_into(&mut self.texts, &case.number);
        for number in former {
            self.texts.push('\t');
            fold_into(&mut self.texts, number);
            self.by_number
                .entry(number.as_str().into())
                .or_default()
                .push(index);
        }
        self.texts.push('\t');
        fold_into(&mut self.texts, &case.search_text);
        self.texts.push(BREAK);
        self.by_number
            .entry(case.number.as_str().into())
            .or_default()
            .insert(0, index);
        self.cases.push(Entry {
            id: case.id.into(),
            number: case.number.into(),
            kind: self.words.number_of(&case.kind),
            officer: self.words.number_of(&case.officer),
            stage: self.words.number_of(&case.stage),
            stay: self.words.number_of(&case.stay),
            filed_on: date(case.filed_on.as_deref()),
            due_on: date(case.due_on.as_deref()),
            closed_on: date(case.closed_on.as_deref()),
            remaining_fen: case.remaining_fen,
            absent: case.absent > 0,
            text_at,
        });
    }

    fn order(&mut self) {
        let all: Vec<u32> = (0..u32::try_from(self.cases.len()).unwrap_or(u32::MAX)).collect();
        let cases = &self.cases;
        let entry = |at: &u32| &cases[usize::try_from(*at).unwrap_or(0)];
        let mut by_filed = all.clone();
        by_filed.sort_by(|a, b| {
            let (a, b) = (entry(a), entry(b));
            b.filed_on.cmp(&a.filed_on).then_with(|| b.id.cmp(&a.id))
        });
        let mut by_due = all.clone();
        by_due.sort_by_key(|at| {
            let case = entry(at);
            (case.due_on.is_none(), case.due_on, &case.id)
        });
        let mut by_remaining = all.clone();
        by_remaining.sort_by(|a, b| {
            let (a, b) = (entry(a), entry(b));
            b.remaining_fen
                .cmp(&a.remaining_fen)
                .then_with(|| a.id.cmp(&b.id))
        });
        let mut by_number = all;
        by_number.sort_by_cached_key(|at| number_key(&entry(at).number));
        (self.by_filed, self.by_due) = (by_filed, by_due);
        (self.by_remaining, self.by_number_order) = (by_remaining, by_number);
    }

    /// The values of a filter among the cases that an officer may see (all when `None`).
    pub fn facet(&self, of: FacetOf, scope: Option<&Scope>) -> Facet {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for case in self.cases.iter().filter(|case| in_scope(case, scope)) {
            let value = match of {
                FacetOf::Officer => case.officer,
                FacetOf::Stage => case.stage,
                FacetOf::Kind => case.kind,
                FacetOf::Stay => case.stay,
            };
            *counts.entry(value).or_default() += 1;
        }
        let mut facet: Facet = counts
            .into_iter()
            .map(|(value, count)| (self.words.text(value).to_owned(), count))
            .filter(|(text, _)| !text.is_empty())
            .collect();
        facet.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        facet
    }

    /// Open cases in a scope whose term ends on each of `days` days from `from` on, and those whose
    /// term ended before.
    pub fn terms(&self, from: NaiveDate, days: usize, scope: Option<&Scope>) -> (Vec<u64>, u64) {
        let mut ends = vec![0; days];
        let mut over = 0;
        for case in &self.cases {
            if case.closed_on.is_some() || case.absent || !in_scope(case, scope) {
                continue;
            }
            let Some(due) = case.due_on else { continue };
            match usize::try_from((due - from).num_days()) {
                Ok(day) if day < days => ends[day] += 1,
                Ok(_) => {}
                Err(_) => over += 1,
            }
        }
        (ends, over)
    }

    /// Open and closed cases in a scope.
    pub fn open_and_closed(&self, scope: Option<&Scope>) -> (u64, u64) {
        let seen = self.cases.iter().filter(|case| in_scope(case, scope));
        seen.fold((0, 0), |(open, closed), case| match case.closed_on {
            None => (open + 1, closed),
            Some(_) => (open, closed + 1),
        })
    }
}

/// Which column a facet is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum FacetOf {
    /// 承办人
    Officer,
    /// 案件进展阶段
    Stage,
    /// Type code
    Kind,
    /// 止停缓标志
    Stay,
}

/// `scope` is `None` for everybody's cases.
fn in_scope(case: &Entry, scope: Option<&Scope>) -> bool {
    scope.is_none_or(|scope| scope.contains(&*case.id))
}

fn date(text: Option<&str>) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text?, "%Y-%m-%d").ok()
}

/// Orders numbers as people read them: by year, court with type, then the serial as a number.
fn number_key(number: &str) -> (String, u64, String) {
    let digits_from = number
        .char_indices()
        .rev()
        .skip_while(|(_, c)| !c.is_ascii_digit())
        .take_while(|(_, c)| c.is_ascii_digit())
        .last()
        .map_or(number.len(), |(at, _)| at);
    let (head, tail) = number.split_at(digits_from);
    let serial = tail
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>();
    (
        head.to_owned(),
        serial.parse().unwrap_or(0),
        number.to_owned(),
    )
}

/// Writes a text as search compares it: full-width forms and brackets of any shape as half-width
/// ones, Latin letters small, white space left out, breaks of the book never inside a text.
fn fold_into(out: &mut String, text: &str) {
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        };
        let c = match c {
            '\u{3014}' | '\u{3010}' | '[' | '{' => '(',
            '\u{3015}' | '\u{3011}' | ']' | '}' => ')',
            _ => c.to_ascii_lowercase(),
        };
        match c {
            // Lists separate what they search by line or tab; a term never spans two of them.
            '\n' | '\t' | '\r' => out.push('\t'),
            _ if c.is_whitespace() => {}
            _ => out.push(c),
        }
    }
}

/// A text as search compares it.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_ordered_by_their_serial_as_a_number() {
        let mut numbers = ["(2019)a9b", "(2019)a10b", "(2018)a100b", "x"];
        numbers.sort_by_key(|n| number_key(n));
        assert_eq!(numbers, ["(2018)a100b", "(2019)a9b", "(2019)a10b", "x"]);
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once_and_leaves_no_break(text in ".{0,40}") {
            let once = fold(&text);
            prop_assert!(!once.contains(BREAK));
            prop_assert_eq!(fold(&once), once);
        }
    }
}
