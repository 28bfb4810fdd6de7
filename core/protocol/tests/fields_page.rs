//! `docs/FIELDS.md` is the table of fields, and nothing else.
#![allow(clippy::unwrap_used, reason = "a crate of tests")]

use std::fmt::Write as _;
use waiqin_protocol::fields::{Code, Kind, PAPERS};
use waiqin_protocol::journal::{ACTS, Act};

/// `WAIQIN_WRITE_DOCS=1 cargo test -p waiqin-protocol --test fields_page` writes the page anew.
#[test]
fn the_page_of_fields_is_this_table() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/FIELDS.md");
    let page = page();
    if std::env::var_os("WAIQIN_WRITE_DOCS").is_some() {
        std::fs::write(file, &page).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        written == page,
        "docs/FIELDS.md differs from the table: run with WAIQIN_WRITE_DOCS=1"
    );
}

fn page() -> String {
    let mut out = String::from(
        "# Fields of records 字段表\n\n\
         Written by a test from the table in `core/protocol/src/fields`; change the table there, not this page.\n\n\
         A path names a value in the journal; `*` stands for the random id of a list's item (32 hexadecimal digits). \
         A *moment* is ms UTC, a *day* is text such as `2019-07-09` at +08:00, an amount is in fen, a *flag* is true or absent. \
         `null` removes a value.\n\n\
         No fields: the case and its number (`case`: `typed`, `normal`, `id`, `pending` 案号待补), photos (evidence: `hash`, `role`, `item` and more), \
         signatures and refusals on the glass, and what an amendment 更正/补充 names; they are changes of their own kind in the journal.\n",
    );
    for paper in PAPERS {
        let acts: Vec<String> = paper.acts.iter().map(|act| code_of(*act)).collect();
        let acts = if acts.len() == ACTS.len() {
            "every act 全部".to_owned()
        } else {
            acts.join(", ")
        };
        write!(
            out,
            "\n## {} {}\n\n{acts}\n\n| Path | 中文 | English | Kind |\n|---|---|---|---|\n",
            paper.zh, paper.en
        )
        .unwrap();
        for field in paper.fields {
            let unit = field
                .unit
                .map_or(String::new(), |(zh, en)| format!(", {zh} {en}"));
            writeln!(
                out,
                "| `{}` | {} | {} | {}{unit} |",
                field.pattern,
                field.zh,
                field.en,
                kind_words(field.kind)
            )
            .unwrap();
        }
    }
    out.push_str("\n## Codes 代码\n\n| Code | 中文 | English | Fields |\n|---|---|---|---|\n");
    let mut choices: Vec<(&[Code], Vec<&str>)> = Vec::new();
    for field in PAPERS.iter().flat_map(|paper| paper.fields) {
        let Kind::Choice(codes) = field.kind else {
            continue;
        };
        match choices.iter_mut().find(|it| it.0 == codes) {
            Some((_, fields)) => fields.push(field.pattern),
            None => choices.push((codes, vec![field.pattern])),
        }
    }
    for (codes, mut fields) in choices {
        fields.dedup();
        let fields = fields
            .iter()
            .map(|it| format!("`{it}`"))
            .collect::<Vec<_>>()
            .join(" ");
        for code in codes {
            writeln!(
                out,
                "| `{}` | {} | {} | {fields} |",
                code.code, code.zh, code.en
            )
            .unwrap();
        }
    }
    out
}

fn code_of(act: Act) -> String {
    serde_json::to_value(act)
        .unwrap()
        .as_str()
        .unwrap()
        .replace('_', " ")
}

fn kind_words(kind: Kind) -> String {
    match kind {
        Kind::Line => "line".into(),
        Kind::Text => "text".into(),
        Kind::Integer => "integer".into(),
        Kind::Fen => "amount".into(),
        Kind::Day => "day".into(),
        Kind::Moment => "moment".into(),
        Kind::Flag => "flag".into(),
        Kind::YesNo => "yes or no".into(),
        Kind::Choice(_) => "code".into(),
        Kind::Fix => "position".into(),
        Kind::Item(list) => format!("item of `{list}`"),
    }
}
