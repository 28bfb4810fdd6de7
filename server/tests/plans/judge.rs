//! Plans of statements, judged. Of a table that grows with the court's work no statement reads the whole, and
//! none sorts what it did not look up first; what does so all the same stands in [`ALLOWED`] with its reason.

use crate::watch::Statement;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::{BTreeMap, BTreeSet};

/// Tables that grow with cases, records, lists or with the years. All others hold what is there at a time:
/// people, phones, tokens, uploads on their way, forks.
const BIG: [&str; 18] = [
    "log",
    "entries",
    "records",
    "evidence",
    "evidence_custody",
    "evidence_names",
    "cases",
    "case_aliases",
    "case_changes",
    "case_keys",
    "scope_removals",
    "audit",
    "digests",
    "lists_held",
    "outcomes",
    "outcome_questions",
    "outcome_cases",
    "asset_keys",
];

/// A statement that reads more than it looks up, and why that is as it should be.
struct Allowed {
    /// Words of the statement.
    says: &'static str,
    /// What the plan says of it.
    step: &'static str,
    why: &'static str,
}

const fn allowed(says: &'static str, step: &'static str, why: &'static str) -> Allowed {
    Allowed { says, step, why }
}

/// The search book holds the cases in memory; a new list is compared with all of the old one.
const BOOK: &str = "the list is read whole, once for each version";
/// Walks an index in its order and ends at its LIMIT; every row that it comes to is one of the answer.
const NEWEST: &str = "ends at its LIMIT";
/// A partial index that holds nothing but what is asked for, which is few as long as somebody sees to it.
const FEW: &str = "the index holds those alone";
/// As much as comes in a week, or is done in a day, or is written while a request runs.
const SPAN: &str = "bounded by the time that is asked for";
/// When a server opens.
const ONCE: &str = "once when a server opens";

const ALLOWED: &[Allowed] = &[
    allowed(
        "remaining_fen, absent, search_text FROM cases",
        "SCAN cases",
        BOOK,
    ),
    allowed(
        "number, case_id FROM case_aliases",
        "SCAN case_aliases",
        BOOK,
    ),
    allowed("case_id, number FROM case_aliases ORDER", "SCAN case", BOOK),
    allowed("case_id, number FROM case_aliases ORDER", "USE TEMP", BOOK),
    allowed("WHERE 1 = 1 ORDER BY r.opened_ms DESC", "SCAN r", NEWEST),
    allowed(
        "SELECT 1 AS one FROM records r WHERE 1 = 1 LIMIT",
        "SCAN r",
        NEWEST,
    ),
    allowed(
        "AND c.id = a.object WHERE 1 = 1 ORDER BY",
        "SCAN a USING INDEX",
        NEWEST,
    ),
    allowed(
        "r.contested > 0",
        "SCAN r USING INDEX records_contested",
        FEW,
    ),
    allowed(
        "n.here = 0",
        "SCAN n USING INDEX evidence_names_waiting",
        FEW,
    ),
    allowed(
        "verdict = 'held'",
        "SEARCH entries USING INDEX entries_waiting",
        FEW,
    ),
    allowed(
        "SELECT DISTINCT journal",
        "USE TEMP B-TREE FOR DISTINCT",
        FEW,
    ),
    allowed(") AS named", "SEARCH r USING INDEX records_named", FEW),
    allowed(") AS named", "USE TEMP B-TREE FOR LAST 2 TERMS", FEW),
    allowed("SELECT MIN(number) FROM log", "SEARCH log USING", SPAN),
    allowed(
        "case_number > $1 AND case_number <= $2",
        "SEARCH records USING INDEX records_came",
        SPAN,
    ),
    allowed(
        "SELECT number, link FROM audit ORDER BY number DESC LIMIT 1",
        "SCAN audit USING INDEX",
        NEWEST,
    ),
    allowed("r.first_number IN", "SEARCH l USING", SPAN),
    allowed("a.at_ms < $", "SEARCH a USING INDEX audit_at", SPAN),
    allowed("a.at_ms < $", "USE TEMP B-TREE FOR ORDER BY", SPAN),
    allowed("INSERT INTO outcome_tally", "SCAN outcome", ONCE),
];

/// One line of a plan.
#[derive(Clone, Debug)]
struct Step {
    id: i64,
    parent: i64,
    says: String,
}

/// A statement with its plan.
pub struct Plan {
    pub sql: String,
    steps: Vec<Step>,
    /// How often it ran, most rows that it brought, longest time, s.
    pub ran: usize,
    pub rows: u64,
    pub seconds: f64,
}

/// What is wrong with the statements that ran: each distinct one is explained in the database.
pub async fn plans(db: &mut AnyConnection, statements: &[Statement]) -> Vec<Plan> {
    let mut by_shape: BTreeMap<String, Vec<&Statement>> = BTreeMap::new();
    for statement in statements {
        let first = statement.sql.split(' ').next().unwrap_or_default();
        if matches!(first, "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "WITH") {
            let same = by_shape.entry(shape(&statement.sql)).or_default();
            same.push(statement);
        }
    }
    let mut plans = Vec::new();
    for same in by_shape.values() {
        let sql = same[0].sql.clone();
        // Places that nothing is bound to are NULL; SQLite plans without looking at values.
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
            .fetch_all(&mut *db)
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
        let steps = rows.iter().map(|row| Step {
            id: row.get(0),
            parent: row.get(1),
            says: row.get(3),
        });
        plans.push(Plan {
            steps: steps.collect(),
            ran: same.len(),
            rows: same.iter().map(|it| it.rows).max().unwrap_or(0),
            seconds: same.iter().map(|it| it.seconds).fold(0.0, f64::max),
            sql,
        });
    }
    plans
}

/// Sentences about plans that are not allowed, and about rows of the table that allow nothing any more.
pub fn misfits(plans: &[Plan]) -> Vec<String> {
    let mut used = BTreeSet::new();
    let mut misfits = Vec::new();
    for plan in plans {
        for step in plan.wide_steps() {
            let row = ALLOWED
                .iter()
                .position(|row| plan.sql.contains(row.says) && step.starts_with(row.step));
            match row {
                Some(row) => {
                    used.insert(row);
                }
                None => misfits.push(format!("{step}\n      {}", plan.sql)),
            }
        }
    }
    let unused = (0..ALLOWED.len()).filter(|row| !used.contains(row));
    misfits.extend(unused.map(|row| {
        let Allowed { says, step, why } = &ALLOWED[row];
        format!("nothing needs {step} of \"{says}\" any more ({why})")
    }));
    misfits
}

impl Plan {
    /// Steps that read, or sort, more of a big table than was looked up.
    fn wide_steps(&self) -> Vec<&str> {
        let aliases = aliases(&self.sql);
        let wide = |step: &Step| is_wide(step, &aliases);
        let mut found = Vec::new();
        for step in &self.steps {
            let next_page = self.is_walk(step) && !self.sorts(step.parent);
            if wide(step) && !next_page {
                found.push(step.says.as_str());
            }
            // What is sorted was read by the steps beside it.
            let sorted = step.says.starts_with("USE TEMP B-TREE");
            let beside = self.steps.iter().filter(|it| it.parent == step.parent);
            if sorted && beside.into_iter().any(wide) {
                found.push(step.says.as_str());
            }
        }
        found
    }

    /// A range of an index, in its order, up to a LIMIT: the next page of something.
    fn is_walk(&self, step: &Step) -> bool {
        let above = self.steps.iter().find(|it| it.id == step.parent);
        let in_list = above.is_some_and(|it| it.says.starts_with("LIST SUBQUERY"));
        step.says.starts_with("SEARCH") && self.sql.contains(" LIMIT ") && !in_list
    }

    fn sorts(&self, parent: i64) -> bool {
        let beside = self.steps.iter().filter(|it| it.parent == parent);
        beside
            .into_iter()
            .any(|it| it.says.starts_with("USE TEMP B-TREE"))
    }

    /// The plan, indented as it is nested.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{} × ≤{} rows, ≤{:.1} ms: {}",
            self.ran,
            self.rows,
            self.seconds * 1000.0,
            self.sql
        );
        for step in &self.steps {
            text.push_str("\n      ");
            text.push_str(&step.says);
        }
        text
    }
}

/// A scan of a big table or of a whole index of it, or a search that no value begins: a range alone.
fn is_wide(step: &Step, aliases: &BTreeMap<String, BTreeSet<String>>) -> bool {
    let mut words = step.says.split(' ');
    let (verb, name) = (words.next(), words.next().unwrap_or_default());
    let big = aliases
        .get(name)
        .is_some_and(|tables| tables.iter().any(|table| BIG.contains(&table.as_str())));
    match verb {
        Some("SCAN") => big,
        Some("SEARCH") => {
            let constraint = step.says.rsplit('(').next().unwrap_or_default();
            // MIN and MAX look at one end of an index and name no value.
            big && (constraint.contains('>') || constraint.contains('<'))
                && !constraint.contains('=')
        }
        _ => false,
    }
}

/// Names of tables in a statement, with what each stands for; one name may stand for several.
fn aliases(sql: &str) -> BTreeMap<String, BTreeSet<String>> {
    let spaced = sql.replace(['(', ')', ','], " , ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (at, word) in words.iter().enumerate() {
        let table = *word;
        if !BIG.contains(&table) {
            continue;
        }
        let alias = match (words.get(at + 1), words.get(at + 2)) {
            (Some(&"AS"), Some(alias)) => alias,
            (Some(next), _) if next.chars().all(|c| c.is_ascii_lowercase()) => next,
            _ => table,
        };
        for name in [table, alias] {
            let stands = names.entry(name.to_owned()).or_default();
            stands.insert(table.to_owned());
        }
    }
    names
}

/// A statement with its lists of places cut to one.
fn shape(sql: &str) -> String {
    let mut shape = String::with_capacity(sql.len());
    let mut last = "";
    for word in sql.split(' ') {
        let place = word.trim_matches(['(', ')', ',']).starts_with('$');
        let before = last.trim_matches(['(', ')', ',']).starts_with('$');
        if !(place && before) {
            shape.push_str(word.trim_end_matches([',', ')']));
            shape.push(' ');
        }
        last = word;
    }
    shape
}

#[test]
fn what_is_wide_is_told_from_what_is_looked_up() {
    let plan = |sql: &str, steps: &[&str]| Plan {
        sql: sql.to_owned(),
        steps: steps
            .iter()
            .map(|says| Step {
                id: 1,
                parent: 0,
                says: (*says).to_owned(),
            })
            .collect(),
        ran: 1,
        rows: 0,
        seconds: 0.0,
    };
    let counted = "SELECT COUNT(*) FROM entries e";
    let paged = "SELECT e.seq FROM entries e WHERE e.seq > $1 ORDER BY e.seq LIMIT 5";
    for (sql, steps, wide) in [
        (counted, &["SCAN e USING COVERING INDEX x"][..], 1),
        (counted, &["SEARCH e USING INDEX x (journal=?)"], 0),
        (counted, &["SEARCH e USING INDEX x (seq>?)"], 1),
        (paged, &["SEARCH e USING INDEX x (seq>?)"], 0),
        (
            paged,
            &[
                "SEARCH e USING INDEX x (seq>?)",
                "USE TEMP B-TREE FOR ORDER BY",
            ],
            2,
        ),
        (
            paged,
            &[
                "SEARCH e USING INDEX x (a=? AND seq>?)",
                "USE TEMP B-TREE FOR ORDER BY",
            ],
            0,
        ),
        ("SELECT 1 FROM users e", &["SCAN e"], 0),
        (
            "SELECT MAX(number) FROM log",
            &["SEARCH log USING COVERING INDEX x"],
            0,
        ),
    ] {
        assert_eq!(plan(sql, steps).wide_steps().len(), wide, "{sql} {steps:?}");
    }
    let (one, more) = ("a IN ($1, $2) LIMIT $3", "a IN ($1, $2, $3) LIMIT $4");
    assert_eq!(
        shape(one).split(' ').count(),
        shape(more).split(' ').count()
    );
}
