//! What each page and each call cost, and the bounds of it: bytes, statements, rows of a statement. Times are
//! told and never judged.

use crate::support;
use crate::watch::{Statement, Watch};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A page of the console, bytes.
const PAGE_BYTES_MAX: usize = 1 << 20;
/// An answer to a phone, bytes before they are packed: the setting `answer_bytes_max`, and lines that are no
/// page beside.
const ANSWER_BYTES_MAX: usize = (16 << 20) + (64 << 10);
/// Statements of a request: a page of fifty or a hundred things reads them together.
const STATEMENTS_MAX: usize = 45;
/// Statements by which one sealed record more is taken in and judged.
pub const STATEMENTS_OF_A_RECORD_MAX: usize = 25;
/// Rows of a statement: phones and people are listed whole, up to 2,000.
const ROWS_MAX: u64 = 2_500;

/// What goes beyond a bound by design: words of the statement, and why.
const UNBOUNDED: &[(&str, &str)] = &[
    (
        "remaining_fen, absent, search_text FROM cases",
        "the search book holds every case in memory: read once per list version",
    ),
    (
        "number, case_id FROM case_aliases",
        "former numbers of all cases, for the search book",
    ),
    (
        "case_id, number FROM case_aliases ORDER BY",
        "former numbers of all cases, for the comparison of lists",
    ),
];

/// Addresses whose statements grow with something, and why.
const MANY: &[(&str, &str)] = &[
    (
        "supervisor /audit",
        "the chain is read whole, a thousand rows at a time, at most every ten minutes",
    ),
    (
        "/import/preview/",
        "a list is compared with all cases, a thousand at a time",
    ),
    (
        "/conclude",
        "each record of the same act or thing is judged anew, at most 50 of each",
    ),
    (
        "/sync, pushes",
        "judged by what each further record costs, see STATEMENTS_OF_A_RECORD_MAX",
    ),
    (
        "a view from the start",
        "pages up to 16 MiB, 512 rows at a time, and former numbers of each case that has some",
    ),
];

struct Cost {
    what: String,
    bytes: usize,
    took: Duration,
    statements: Vec<Statement>,
}

pub struct Costs {
    watch: Watch,
    costs: Vec<Cost>,
    /// Method and route of what was answered well.
    pub answered: BTreeSet<(String, String)>,
    pub misfits: Vec<String>,
}

impl Costs {
    pub fn new(watch: Watch) -> Self {
        Self {
            watch,
            costs: Vec::new(),
            answered: BTreeSet::new(),
            misfits: Vec::new(),
        }
    }

    /// What ran before the first page, or between two that are counted.
    pub fn passed_over(&mut self) -> usize {
        let seen = self.watch.look();
        for request in seen.requests {
            if request.status < 400 {
                let route = request.route.trim_end_matches('/');
                let route = if route.is_empty() { "/" } else { route };
                self.answered.insert((request.method, route.to_owned()));
            }
        }
        let count = seen.statements.len();
        self.costs.push(Cost {
            what: "between".to_owned(),
            bytes: 0,
            took: Duration::ZERO,
            statements: seen.statements,
        });
        count
    }

    fn add(&mut self, what: &str, bytes: usize, bytes_max: usize, took: Duration) {
        self.passed_over();
        let Some(cost) = self.costs.last_mut() else {
            return;
        };
        (cost.what, cost.bytes, cost.took) = (what.to_owned(), bytes, took);
        if bytes > bytes_max {
            self.misfits.push(format!("{what}: {bytes} bytes"));
        }
        let many = MANY.iter().any(|(it, _)| what.contains(it));
        if cost.statements.len() > STATEMENTS_MAX && !many {
            let count = cost.statements.len();
            self.misfits.push(format!("{what}: {count} statements"));
        }
        for it in &cost.statements {
            let meant = UNBOUNDED.iter().any(|(words, _)| it.sql.contains(words));
            if it.rows > ROWS_MAX && !meant {
                let misfit = format!("{what}: {} rows of {}", it.rows, it.sql);
                self.misfits.push(misfit);
            }
        }
    }

    /// A page of the console.
    pub fn page(&mut self, what: &str, bytes: usize, took: Duration) {
        self.add(what, bytes, PAGE_BYTES_MAX, took);
    }

    /// A small call of a phone.
    pub fn call(&mut self, what: &str, bytes: usize, took: Duration) {
        self.add(what, bytes, PAGE_BYTES_MAX, took);
    }

    /// An answer to a sync.
    pub fn answer(&mut self, what: &str, answer: &support::Answer, took: Duration) {
        let lines = answer.lines.iter();
        let lines = lines.map(|it| serde_json::to_vec(it).unwrap().len());
        let others = answer.others.iter().map(Vec::len);
        let bytes = lines.sum::<usize>() + others.sum::<usize>();
        self.add(what, bytes, ANSWER_BYTES_MAX, took);
    }

    /// Statements of what was counted last under a name.
    pub fn statements(&self, what: &str) -> usize {
        let found = self.costs.iter().rev().find(|it| it.what == what);
        found.map_or(0, |it| it.statements.len())
    }

    pub fn all(&self) -> Vec<Statement> {
        let statements = self.costs.iter().flat_map(|it| &it.statements);
        statements.cloned().collect()
    }

    /// The statements of what was counted last under a name, each with how often it ran.
    pub fn print_statements(&self, what: &str) {
        let found = self.costs.iter().rev().find(|it| it.what == what);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for it in found.iter().flat_map(|it| &it.statements) {
            let head = it
                .sql
                .char_indices()
                .nth(90)
                .map_or(it.sql.len(), |it| it.0);
            *counts.entry(&it.sql[..head]).or_default() += 1;
        }
        println!("{what}:");
        for (sql, count) in counts {
            println!("{count:>7} × {sql}");
        }
    }

    /// A line each, the slowest last.
    pub fn print(&mut self) {
        self.costs.sort_by_key(|it| it.took);
        for it in self.costs.iter().filter(|it| it.what != "between") {
            let rows = it.statements.iter().map(|it| it.rows).max().unwrap_or(0);
            let slowest = it.statements.iter().map(|it| it.seconds);
            println!(
                "{:>7.1} ms {:>8} bytes {:>4} statements ≤{:>6} rows, slowest {:>6.1} ms  {}",
                it.took.as_secs_f64() * 1000.0,
                it.bytes,
                it.statements.len(),
                rows,
                slowest.fold(0.0, f64::max) * 1000.0,
                it.what
            );
        }
    }
}
