//! The verdict on what the office made of the records by the lists.

use super::act::Day;
use super::judge::Held;
use super::oracle::Entry;
use super::reconciling::SAMPLES;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// 案件标识 of the case that came with the list of August.
const NEW_CASE: &str = "4401150000500001";
/// What the office concluded, in order: question, decision, list.
const CONCLUDED: [(&str, &str, &str, u64); 6] = [
    ("unknown", "NOT_FOUND", "wait", 1),
    ("unknown", "EXACT", "link", 2),
    ("settlement", "AMOUNT_CHANGED", "seen", 2),
    ("detention", "AMOUNT_CHANGED", "seen", 2),
    ("detention", "AMOUNT_CHANGED", "undo", 2),
    ("detention", "AMOUNT_CHANGED", "return", 2),
];

/// A case that July does not know and August does: the record waited, found it, and its phone was told
/// both times.
///
/// # Errors
/// When something of that does not hold.
pub async fn unknown_case(day: &Day, held: &Held, truth: &Value) -> Result<String> {
    let visit = &day.visits.unknown;
    let opened = held
        .entries()
        .find(|it| it.json["subject"] == visit.record.as_str())
        .context("the record is not at the court")?;
    let number = opened.json["change"]["case"]["normal"].as_str();
    let number = number.context("it names no number")?;
    let listed = |list: &str| {
        let mut cases = truth[list].as_array().into_iter().flatten();
        cases.find(|it| it[1] == number).map(|it| it[0].clone())
    };
    ensure!(listed("clean_first").is_none(), "July knows {number}");
    ensure!(
        listed("clean_second") == Some(json!(NEW_CASE)),
        "August does not know {number}"
    );
    let sql = "SELECT subject, COALESCE(case_id, '') FROM records";
    let rows = held.server.rows(sql, 2).await?;
    let row = rows.iter().find(|row| row[0] == visit.record);
    ensure!(
        row.is_some_and(|row| row[1] == NEW_CASE),
        "it stands at {row:?}"
    );
    for (told, word) in [
        (&day.before_august.told, "留待下期名册"),
        (&day.after_august.told, "挂接此案"),
        (&day.after_august.told, NEW_CASE),
    ] {
        ensure!(told.contains(word), "the phone does not say {word}");
    }
    Ok(format!(
        "{number} 七月名册无、八月名册 {NEW_CASE}；记录先留待、后挂接，案件非本人承办，手机两次均得知"
    ))
}

/// The samples come to what they must against both lists, and so do the day's own records.
///
/// # Errors
/// When one of them does not.
pub fn reconciled(day: &Day) -> Result<String> {
    let samples: Value = serde_json::from_str(SAMPLES)?;
    let samples = samples["records"].as_array().context("no samples")?;
    for (list, tried) in [
        ("first", &day.before_august.tried),
        ("second", &day.after_august.tried),
    ] {
        let found = tried["records"].as_array().context("no records")?;
        ensure!(found.len() == samples.len(), "{} records", found.len());
        for (sample, found) in samples.iter().zip(found) {
            let expected = &sample["expect"][list];
            let or = |name: &str, none: Value| expected.get(name).cloned().unwrap_or(none);
            let wanted = json!({
                "id": sample["id"],
                "match": expected["match"],
                "case": expected["case"],
                "main": or("main", Value::Null),
                "findings": expected["findings"],
                "candidates": or("candidates", json!([])),
                "other": or("other", json!([])),
            });
            ensure!(*found == wanted, "{list}: {found} where {wanted} is true");
        }
    }
    // As a person reads both lists: the factory's case is as it was, the seed's case B was paid on 31 July.
    let visits = &day.visits;
    for (visit, case, findings) in [
        (&visits.unknown, NEW_CASE, json!([])),
        (&visits.seizure, "4401150000100005", json!([])),
        (
            &visits.detention,
            "4401150000100001",
            json!(["AMOUNT_CHANGED"]),
        ),
        (
            &visits.settlement,
            "4401150000100001",
            json!(["AMOUNT_CHANGED"]),
        ),
    ] {
        let listed = day.after_august.listed["records"].as_array();
        let mut listed = listed.into_iter().flatten();
        let row = listed.find(|it| it["record"] == visit.record.as_str());
        let row = row.with_context(|| format!("{} is not on the board", visit.record))?;
        ensure!(
            row["match"] == "EXACT" && row["case"] == case && row["findings"] == findings,
            "{row}"
        );
    }
    Ok(format!(
        "样例 {} 份对七月、对八月逐项相符；当日封存 {} 份由手机到核对板结果相符",
        samples.len(),
        day.sealed.len()
    ))
}

/// Every conclusion is an entry of the office's journal on (record hash, list version), the records are as
/// they were sealed, the audit names each, and the phone shows what stands.
///
/// # Errors
/// When something of that does not hold.
pub async fn decision(day: &Day, held: &Held) -> Result<String> {
    let office = held.journals.iter().filter(|it| it.office);
    let entries: Vec<&Entry> = office
        .flat_map(|it| &it.entries)
        .filter(|it| it.json["change"]["kind"] == "concluded")
        .collect();
    ensure!(
        entries.len() == CONCLUDED.len(),
        "{} conclusions",
        entries.len()
    );
    for (entry, (visit, question, decision, list)) in entries.iter().zip(CONCLUDED) {
        let visit = match visit {
            "unknown" => &day.visits.unknown,
            "settlement" => &day.visits.settlement,
            _ => &day.visits.detention,
        };
        let change = &entry.json["change"];
        let sealed = day.sealed.iter().find(|it| it.0 == visit.record);
        let sealed = sealed.context("it was not sealed")?;
        let asked = change["findings"].as_array().and_then(|it| it.first());
        let asked = asked.unwrap_or(&change["match"]);
        ensure!(
            entry.json["subject"] == visit.record.as_str()
                && change["record"] == sealed.1.as_str()
                && *asked == question
                && change["decision"] == decision
                && change["list_version"] == list,
            "{change} where {question} was answered with {decision} by list {list}"
        );
    }
    let sql = "SELECT object FROM audit WHERE act = 'concluded' ORDER BY number";
    let audited = held.server.rows(sql, 1).await?;
    ensure!(
        audited.len() == CONCLUDED.len(),
        "the audit names {} conclusions",
        audited.len()
    );
    let after = &day.after_august;
    for (told, word) in [
        (&after.returned, "退回承办干警"),
        (&after.returned, "结案后标的已清"),
        (&after.today, "名册核对有结论"),
    ] {
        ensure!(told.contains(word), "the phone does not say {word}");
    }
    ensure!(
        !after.returned.contains("已阅"),
        "the phone shows what was taken back"
    );
    Ok(format!(
        "指挥结论 {} 笔（含撤销 1）逐笔在院内日志与审计；记录哈希未变；手机显示退回与理由",
        entries.len()
    ))
}
