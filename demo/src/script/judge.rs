//! The verdict on each row, from the server's folder and the phone's export.

use super::act::{Day, Visit};
use super::oracle::{Journal, PhoneExport, ServerFolder, sha256};
use super::rows::Table;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const TRUTH: &str = include_str!("../../lists/truth.json");

/// Judges the day.
///
/// # Errors
/// When there is nothing to read at all.
pub async fn judge(day: &Day, table: &mut Table) -> Result<()> {
    let truth: Value = serde_json::from_str(TRUTH)?;
    let server = ServerFolder::open(&day.court.data).await?;
    let export = PhoneExport::at(&day.export);
    let journal = the_journal(&server).await?;

    table.enter("list_july", july(day, &truth, &server).await);
    table.enter("enrolment", enrolment(day, &server, &export).await);
    let known = day
        .visits
        .iter()
        .find(|visit| visit.fields.iter().any(|it| it.0 == "course"));
    table.enter(
        "investigation",
        visit(known.context("no visit")?, &journal, &server).await,
    );
    let damaged = day.visits.iter().find(|visit| visit.typed.starts_with('('));
    table.enter(
        "damaged_number",
        visit(damaged.context("no visit")?, &journal, &server).await,
    );
    table.enter("list_august", august(day, &truth, &server).await);
    table.enter("evidence", evidence(day, &server, &export, &journal));
    table.enter(
        "nothing_lost",
        nothing_lost(day, &server, &export, &journal).await,
    );
    table.enter("tls", tls(day));
    Ok(())
}

/// The one journal of the day.
async fn the_journal(server: &ServerFolder) -> Result<Journal> {
    let journals = server.rows("SELECT id FROM journals", 1).await?;
    ensure!(
        journals.len() == 1,
        "{} journals where one was enrolled",
        journals.len()
    );
    server.journal(&journals[0][0]).await
}

async fn july(day: &Day, truth: &Value, server: &ServerFolder) -> Result<String> {
    let first = &truth["first"];
    same("cases", &day.july["cases"], &first["cases"])?;
    same("repairs", &day.july["repairs"], &first["repairs"])?;
    same("added", &day.july["changes"]["added"], &first["cases"])?;
    let rejected = rejected(&day.july);
    same("rejected", &rejected, &first["rejected"])?;
    // The cases as they were before August: those of the first version, with their numbers then.
    let rows = server
        .rows(
            "SELECT c.id, COALESCE((SELECT a.number FROM case_aliases AS a WHERE a.case_id = c.id \
             ORDER BY a.until_version LIMIT 1), c.number) FROM cases AS c \
             WHERE c.first_version = 1 ORDER BY c.id",
            2,
        )
        .await?;
    let mut clean = truth["clean_first"]
        .as_array()
        .context("clean_first")?
        .clone();
    clean.sort_by_key(ToString::to_string);
    same("numbers", &json!(rows), &Value::Array(clean))?;
    let repairs = first["repairs"].as_object().context("repairs")?;
    let told: Vec<String> = repairs
        .iter()
        .map(|(kind, n)| format!("{kind} {n}"))
        .collect();
    Ok(format!(
        "waiqin.db: {} 件 cases，truth.json 相符；{}",
        rows.len(),
        told.join(" · ")
    ))
}

async fn august(day: &Day, truth: &Value, server: &ServerFolder) -> Result<String> {
    let second = &truth["second"];
    same("cases", &day.august["cases"], &second["cases"])?;
    same("repairs", &day.august["repairs"], &second["repairs"])?;
    same("rejected", &rejected(&day.august), &second["rejected"])?;
    same("changes", &day.august["changes"], &truth["changes"])?;
    let details = truth["details"].as_object().context("details")?;
    for (kind, wanted) in details {
        let mut found = day.august["details"][kind]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut wanted = wanted.as_array().cloned().unwrap_or_default();
        found.sort_by_key(ToString::to_string);
        wanted.sort_by_key(ToString::to_string);
        same(kind, &Value::Array(found), &Value::Array(wanted))?;
    }
    let rows = server
        .rows(
            "SELECT id, number FROM cases WHERE list_version = 2 ORDER BY id",
            2,
        )
        .await?;
    let mut clean = truth["clean_second"]
        .as_array()
        .context("clean_second")?
        .clone();
    clean.sort_by_key(ToString::to_string);
    same("numbers", &json!(rows), &Value::Array(clean))?;
    let changes = truth["changes"].as_object().context("changes")?;
    let told: Vec<String> = changes
        .iter()
        .map(|(kind, n)| format!("{kind} {n}"))
        .collect();
    Ok(format!(
        "waiqin.db: {} 件 cases，truth.json 相符；{}",
        rows.len(),
        told.join(" · ")
    ))
}

async fn enrolment(day: &Day, server: &ServerFolder, export: &PhoneExport) -> Result<String> {
    let certificate = export.json("certificate.json")?;
    let certificate = certificate.first().context("no certificate")?;
    day.pinned.check("certificate", certificate)?;
    let first = export.lines("journal.ndjson")?;
    let entry = sha256(first.first().context("an empty journal")?);
    ensure!(
        certificate["body"]["entry"] == entry.as_str(),
        "the certificate names another entry 1"
    );
    // What the list said in July, before two of his cases were given to others in August.
    let owned = server
        .rows(
            "SELECT COUNT(*) FROM case_changes WHERE version = 1 \
             AND json_extract(after, '$.officer') = '王法官'",
            1,
        )
        .await?;
    let owned: usize = owned[0][0].parse()?;
    ensure!(
        owned > 0 && day.cases_shown == owned,
        "the phone showed {} cases, the list gives him {owned}",
        day.cases_shown
    );
    Ok(format!(
        "certificate.json 验签相符；王法官 {owned} 件，手机 {owned} 件"
    ))
}

async fn visit(visit: &Visit, journal: &Journal, server: &ServerFolder) -> Result<String> {
    let (subject, values) = record_of(visit, journal)?;
    for (path, typed) in &visit.fields {
        ensure!(
            values[*path] == *typed,
            "{path} reads {} where {typed} was typed",
            values[*path]
        );
    }
    for hash in &visit.photos {
        ensure!(
            names_of(journal, &subject, hash) == 1,
            "photo {hash} is not named once"
        );
    }
    let rows = server
        .rows("SELECT subject, case_id, act FROM records", 3)
        .await?;
    let row = rows
        .iter()
        .find(|row| row[0] == subject)
        .context("no record on the server")?;
    ensure!(
        row[1] == visit.case.unwrap_or_default(),
        "it stands at case {}",
        row[1]
    );
    ensure!(row[2] == "investigation", "its act is {}", row[2]);
    Ok(format!(
        "记录 {} 在案件 {}，照片 {} 张",
        &subject[..8],
        row[1],
        visit.photos.len()
    ))
}

fn evidence(
    day: &Day,
    server: &ServerFolder,
    export: &PhoneExport,
    journal: &Journal,
) -> Result<String> {
    let receipts = export.json("receipts.ndjson")?;
    let mut bytes_read = 0;
    let hashes: Vec<&String> = day.visits.iter().flat_map(|visit| &visit.photos).collect();
    for hash in &hashes {
        let bytes = server.object(hash)?;
        ensure!(
            sha256(&bytes) == **hash,
            "{hash} reads otherwise on the server"
        );
        bytes_read += bytes.len();
        let receipt = receipts
            .iter()
            .map(|it| &it["evidence"])
            .find(|it| it["body"]["hash"] == hash.as_str())
            .with_context(|| format!("the phone holds no receipt for {hash}"))?;
        day.pinned.check("evidence-receipt", receipt)?;
        ensure!(
            receipt["body"]["length"] == bytes.len(),
            "the receipt of {hash} says another length"
        );
    }
    // The journal's own receipt covers all of it.
    let newest = receipts
        .iter()
        .map(|it| &it["journal"])
        .filter(|it| it["body"]["seq"].is_number())
        .max_by_key(|it| it["body"]["seq"].as_u64())
        .context("no receipt for the journal")?;
    day.pinned.check("journal-receipt", newest)?;
    ensure!(
        newest["body"]["seq"] == journal.entries.len(),
        "the receipt stops before the end"
    );
    ensure!(
        newest["body"]["link"] == journal.link.as_str(),
        "the receipt names another link"
    );
    Ok(format!(
        "{} 件 {bytes_read} 字节逐件重算 SHA-256；回执 {} 份验签",
        hashes.len(),
        hashes.len() + 1
    ))
}

async fn nothing_lost(
    day: &Day,
    server: &ServerFolder,
    export: &PhoneExport,
    journal: &Journal,
) -> Result<String> {
    let phone = export.lines("journal.ndjson")?;
    ensure!(
        phone.len() == journal.entries.len(),
        "{} entries on the phone",
        phone.len()
    );
    for (line, entry) in phone.iter().zip(&journal.entries) {
        ensure!(
            *line == entry.bytes,
            "entry {} differs between phone and court",
            entry.seq
        );
        ensure!(
            entry.verdict == "accepted",
            "entry {} is {}",
            entry.seq,
            entry.verdict
        );
    }
    let kind = |kind: &str| {
        journal
            .entries
            .iter()
            .filter(|it| it.json["change"]["kind"] == kind)
            .count()
    };
    let photos: usize = day.visits.iter().map(|visit| visit.photos.len()).sum();
    ensure!(
        kind("record_opened") == day.visits.len(),
        "{} records opened",
        kind("record_opened")
    );
    ensure!(
        kind("evidence_added") == photos,
        "{} photos named",
        kind("evidence_added")
    );
    for visit in &day.visits {
        let (_, values) = record_of(visit, journal)?;
        for (path, typed) in &visit.fields {
            ensure!(
                values[*path] == *typed,
                "{path} of {} was lost",
                visit.typed
            );
        }
    }
    for (what, sql, planned) in [
        ("records", "SELECT COUNT(*) FROM records", day.visits.len()),
        ("evidence", "SELECT COUNT(*) FROM evidence", photos),
        ("custody", "SELECT COUNT(*) FROM evidence_custody", photos),
    ] {
        let found: usize = server.rows(sql, 1).await?[0][0].parse()?;
        ensure!(
            found == planned,
            "{found} {what} on the server, {planned} in the plan"
        );
    }
    Ok(format!(
        "计划 {} 条 {photos} 张 = 手机 = 法院；日志 {} 笔逐字节相同",
        day.visits.len(),
        phone.len()
    ))
}

fn tls(day: &Day) -> Result<String> {
    ensure!(
        day.pinned.url.starts_with("https://"),
        "the ticket leads to {}",
        day.pinned.url
    );
    let pin = day
        .pinned
        .tls
        .as_deref()
        .context("the ticket pins no key")?;
    ensure!(
        pin == day.tls_seen,
        "the server shows {}, the ticket pins {pin}",
        day.tls_seen
    );
    Ok(format!(
        "{} 公钥 {}… 相符；公钥不符的手机被拒：{}",
        day.pinned.url,
        &pin[..16],
        day.wrong_pin_told
    ))
}

/// The record made on a visit: its subject, and every field as its entries left it.
fn record_of(visit: &Visit, journal: &Journal) -> Result<(String, Value)> {
    let opened = journal
        .entries
        .iter()
        .find(|it| {
            let case = &it.json["change"]["case"];
            it.json["change"]["kind"] == "record_opened"
                && (case["typed"] == visit.typed.as_str() || case["normal"] == visit.typed.as_str())
        })
        .with_context(|| format!("no record was opened on {}", visit.typed))?;
    let subject = opened.json["subject"]
        .as_str()
        .context("no subject")?
        .to_owned();
    let mut values = serde_json::Map::new();
    for entry in journal
        .entries
        .iter()
        .filter(|it| it.json["subject"] == subject.as_str())
    {
        if let Some(changed) = entry.json["change"]["values"].as_object() {
            values.extend(changed.clone());
        }
    }
    Ok((subject, Value::Object(values)))
}

/// How often a record takes a photo in.
fn names_of(journal: &Journal, subject: &str, hash: &str) -> usize {
    let takes_in = |it: &&super::oracle::Entry| {
        it.json["subject"] == subject && it.json["change"]["evidence"]["hash"] == hash
    };
    journal.entries.iter().filter(takes_in).count()
}

/// Rejected rows as truth.json names them.
fn rejected(report: &Value) -> Value {
    let rows = report["rejected"].as_array().cloned().unwrap_or_default();
    rows.iter()
        .map(|it| json!({"row": it["row"], "reason": it["reason"]}))
        .collect()
}

fn same(what: &str, found: &Value, wanted: &Value) -> Result<()> {
    ensure!(found == wanted, "{what}: {found} where {wanted} is true");
    Ok(())
}
