//! Which cases, in which order, and where a page begins and ends.

use super::{Book, Entry, Scope, fold, in_scope};
use chrono::NaiveDate;
use memchr::memmem;
use std::collections::BTreeSet;
use waiqin_protocol::numbers::case_no::{CaseNoErrorKind, read_case_no};

/// Most words of one search; the rest is left out.
const TERMS_MAX: usize = 6;
/// Longest search text that is looked at, in characters.
const TEXT_CHARS_MAX: usize = 200;

/// What is asked for. Filters that are `None` or empty let everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct CaseQuery {
    /// Number (however spelt), party, code, address; words are all to be found.
    pub text: String,
    /// 承办人
    pub officer: String,
    /// 案件进展阶段
    pub stage: String,
    /// Type code
    pub kind: String,
    /// 止停缓标志
    pub stay: String,
    /// Open, closed or both.
    pub state: State,
    /// First day on which the term of an open case may end.
    pub due_from: Option<NaiveDate>,
    /// Last such day.
    pub due_to: Option<NaiveDate>,
    /// Only cases that the newest list does not hold.
    pub absent: bool,
    /// Order.
    pub sort: Sort,
    /// The only cases that may be seen.
    pub scope: Option<Scope>,
    /// Id of the first case of the page; the first page without it.
    pub from: Option<String>,
    /// Cases on a page.
    pub limit: usize,
}

/// Open, closed or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum State {
    /// Both.
    #[default]
    Any,
    /// Without a closing date.
    Open,
    /// With one.
    Closed,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Sort {
    /// Newest filing first.
    #[default]
    Filed,
    /// Earliest end of term first.
    Due,
    /// Largest remaining amount first.
    Remaining,
    /// By number.
    Number,
}

/// One page of the cases found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Listing {
    /// Ids of the page's cases, in order.
    pub ids: Vec<String>,
    /// How many were found.
    pub total: u64,
    /// Place of the page's first case among them, from 0.
    pub offset: u64,
    /// First case of the page before.
    pub before: Option<String>,
    /// First case of the page after.
    pub after: Option<String>,
    /// The one case whose number, present or former, was asked for.
    pub exact: Option<String>,
    /// A number that was probably meant.
    pub suggestion: Option<String>,
}

impl Book {
    /// Finds cases. `this_year` bounds the years of numbers.
    pub fn find(&self, query: &CaseQuery, this_year: i32) -> Listing {
        let asked = self.asked(query, this_year);
        let Some(filter) = Filter::of(self, query) else {
            return Listing {
                suggestion: asked.suggestion,
                ..Listing::default()
            };
        };
        let order = match query.sort {
            Sort::Filed => &self.by_filed,
            Sort::Due => &self.by_due,
            Sort::Remaining => &self.by_remaining,
            Sort::Number => &self.by_number_order,
        };
        let mut found: Vec<&Entry> = order
            .iter()
            .filter(|at| asked.hits.as_ref().is_none_or(|hits| hits[index(**at)]))
            .map(|at| self.entry(*at))
            .filter(|case| filter.passes(case))
            .collect();
        // Whoever types a whole number wants that case first.
        if let Some(exact) = &asked.exact {
            found.sort_by_key(|case| !exact.contains(&case.id));
        }
        let mut listing = cut(&found, query);
        listing.exact = match (&asked.exact, found.as_slice()) {
            (Some(exact), [first, ..]) if exact.len() == 1 && exact.contains(&first.id) => {
                Some(first.id.to_string())
            }
            (Some(_) | None, _) => None,
        };
        listing.suggestion = asked.suggestion;
        listing
    }

    fn entry(&self, at: u32) -> &Entry {
        &self.cases[index(at)]
    }

    /// What the text asks for: the cases of a number when it is one, the cases that hold every word
    /// otherwise.
    fn asked(&self, query: &CaseQuery, this_year: i32) -> Asked {
        let text: String = query.text.chars().take(TEXT_CHARS_MAX).collect();
        if text.trim().is_empty() {
            return Asked::default();
        }
        let mut suggestion = None;
        match read_case_no(&text, this_year) {
            Ok(reading) => {
                let mut hits = vec![false; self.cases.len()];
                let mut exact = BTreeSet::new();
                let numbered = reading
                    .cases
                    .iter()
                    .filter_map(|it| self.by_number.get(it.normal()));
                for at in numbered.flatten() {
                    hits[index(*at)] = true;
                    exact.insert(self.entry(*at).id.clone());
                }
                if !exact.is_empty() {
                    return Asked {
                        hits: Some(hits),
                        exact: Some(exact),
                        suggestion,
                    };
                }
            }
            // Two numbers or a party beside a number are words, not a slip of one number.
            Err(error) if matches!(error.kind, CaseNoErrorKind::SeveralNumbers(_)) => {}
            Err(error) => {
                suggestion = error
                    .suggestion
                    .filter(|n| self.by_number.contains_key(&**n));
            }
        }
        Asked {
            hits: Some(self.holding(&text)),
            exact: None,
            suggestion,
        }
    }

    /// The cases whose text holds every word.
    fn holding(&self, text: &str) -> Vec<bool> {
        let mut terms: Vec<String> = text
            .split_whitespace()
            .map(fold)
            .filter(|t| !t.is_empty())
            .take(TERMS_MAX)
            .collect();
        // The longest word is the rarest: it is looked for in the whole buffer, the others there.
        terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
        let mut hits = vec![false; self.cases.len()];
        let Some((first, rest)) = terms.split_first() else {
            return hits;
        };
        let rest: Vec<memmem::Finder> = rest.iter().map(memmem::Finder::new).collect();
        let mut case = 0;
        for at in memmem::find_iter(self.texts.as_bytes(), first) {
            if at
                < self
                    .cases
                    .get(case)
                    .map_or(usize::MAX, |entry| entry.text_at)
            {
                continue;
            }
            case += self.cases[case..].partition_point(|entry| entry.text_at <= at);
            let from = self.cases[case - 1].text_at;
            let to = self
                .cases
                .get(case)
                .map_or(self.texts.len(), |next| next.text_at);
            let whole = &self.texts.as_bytes()[from..to];
            hits[case - 1] = rest.iter().all(|term| term.find(whole).is_some());
        }
        hits
    }
}

fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(0)
}

#[derive(Default)]
struct Asked {
    /// Per case, whether it is asked for; `None` when no text was given.
    hits: Option<Vec<bool>>,
    exact: Option<BTreeSet<Box<str>>>,
    suggestion: Option<String>,
}

struct Filter<'a> {
    query: &'a CaseQuery,
    scope: Option<&'a Scope>,
    officer: Option<u32>,
    stage: Option<u32>,
    kind: Option<u32>,
    stay: Option<u32>,
}

impl<'a> Filter<'a> {
    /// `None` when a value is asked for that no case has.
    fn of(book: &Book, query: &'a CaseQuery) -> Option<Self> {
        let number = |text: &str| match text {
            "" => Some(None),
            text => book.words.find(text).map(Some),
        };
        Some(Self {
            query,
            scope: query.scope.as_ref(),
            officer: number(&query.officer)?,
            stage: number(&query.stage)?,
            kind: number(&query.kind)?,
            stay: number(&query.stay)?,
        })
    }

    fn passes(&self, case: &Entry) -> bool {
        let query = self.query;
        let same = |wanted: Option<u32>, has: u32| wanted.is_none_or(|wanted| wanted == has);
        let state = match query.state {
            State::Any => true,
            State::Open => case.closed_on.is_none(),
            State::Closed => case.closed_on.is_some(),
        };
        let due = (query.due_from.is_none() && query.due_to.is_none())
            || case.closed_on.is_none()
                && case.due_on.is_some_and(|due| {
                    query.due_from.is_none_or(|from| due >= from)
                        && query.due_to.is_none_or(|to| due <= to)
                });
        state
            && due
            && in_scope(case, self.scope)
            && same(self.officer, case.officer)
            && same(self.stage, case.stage)
            && same(self.kind, case.kind)
            && same(self.stay, case.stay)
            && (!query.absent || case.absent)
    }
}

/// Pages begin at a case, not at a count: what is imported meanwhile does not shift them.
fn cut(found: &[&Entry], query: &CaseQuery) -> Listing {
    let limit = query.limit.max(1);
    let offset = query
        .from
        .as_ref()
        .and_then(|id| found.iter().position(|case| *case.id == **id))
        .unwrap_or(0);
    let id_at = |at: usize| found.get(at).map(|case| case.id.to_string());
    Listing {
        ids: found
            .iter()
            .skip(offset)
            .take(limit)
            .map(|case| case.id.to_string())
            .collect(),
        total: u64::try_from(found.len()).unwrap_or(u64::MAX),
        offset: u64::try_from(offset).unwrap_or(u64::MAX),
        before: if offset == 0 {
            None
        } else {
            id_at(offset.saturating_sub(limit))
        },
        after: id_at(offset.saturating_add(limit)),
        exact: None,
        suggestion: None,
    }
}

#[cfg(test)]
mod tests;
