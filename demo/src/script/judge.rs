//! The verdict on each row, from the server's folder and the phone's export.

use super::act::{Day, Visit};
use super::measured;
use super::oracle::{Entry, Journal, PhoneExport, ServerFolder, sha256};
use super::reconciled;
use super::rows::Table;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TRUTH: &str = include_str!("../../lists/truth.json");

/// What there is to read.
pub struct Held {
    /// The server's folder.
    pub server: ServerFolder,
    /// The export of the first officer.
    pub export: PhoneExport,
    /// The export of the second officer.
    pub second: PhoneExport,
    /// The export of the first officer's second phone.
    pub other_phone: PhoneExport,
    /// Every journal at the court, oldest first.
    pub journals: Vec<Journal>,
}

impl Held {
    /// Every entry at the court.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.journals.iter().flat_map(|it| &it.entries)
    }

    /// The phones' journals.
    pub fn of_phones(&self) -> impl Iterator<Item = &Journal> {
        self.journals.iter().filter(|it| !it.office)
    }

    /// Every export.
    pub fn exports(&self) -> [&PhoneExport; 3] {
        [&self.export, &self.second, &self.other_phone]
    }

    /// Whether another journal follows this one.
    pub fn is_superseded(&self, journal: &Journal) -> bool {
        self.journals
            .iter()
            .any(|it| it.opened()["parent"]["journal"] == journal.id.as_str())
    }

    /// The journal that one sign-in name opened first.
    ///
    /// # Errors
    /// When he has none.
    pub fn first_of(&self, login: &str) -> Result<&Journal> {
        let own = self.journals.iter().find(|it| it.login == login);
        own.with_context(|| format!("{login} has no journal"))
    }
}

/// Judges the day.
///
/// # Errors
/// When there is nothing to read at all.
pub async fn judge(day: &Day, table: &mut Table) -> Result<()> {
    let truth: Value = serde_json::from_str(TRUTH)?;
    let server = ServerFolder::open(&day.court.data).await?;
    let journals = server.journals().await?;
    let held = Held {
        server,
        export: PhoneExport::at(&day.export),
        second: PhoneExport::at(&day.second_export),
        other_phone: PhoneExport::at(&day.phone_export),
        journals,
    };
    let visits = &day.visits;

    table.enter("list_july", july(day, &truth, &held.server).await);
    table.enter("enrolment", enrolment(day, &held).await);
    for (row, of) in [
        ("investigation", &visits.investigation),
        ("seizure", &visits.seizure),
        ("detention", &visits.detention),
        ("settlement", &visits.settlement),
        ("damaged_number", &visits.damaged),
    ] {
        table.enter(row, visit(of, &held).await);
    }
    table.enter("second_officer", measured::second_officer(day, &held).await);
    table.enter("countersign", measured::countersign(day, &held));
    table.enter("seals", measured::seals(day, &held));
    table.enter("phone_killed", measured::phone_killed(day, &held));
    table.enter("store_rebuilt", measured::store_rebuilt(day, &held));
    table.enter("folder_restored", measured::folder_restored(day, &held));
    table.enter("second_phone", measured::second_phone(day, &held));
    table.enter("server_killed", measured::server_killed(day, &held));
    let restored = measured::server_restored(day, &held).await;
    table.enter("server_restored", restored);
    table.enter("list_august", august(day, &truth, &held.server).await);
    let unknown = reconciled::unknown_case(day, &held, &truth).await;
    table.enter("unknown_case", unknown);
    table.enter("reconciled", reconciled::reconciled(day));
    table.enter("decision", reconciled::decision(day, &held).await);
    table.enter("evidence", evidence(day, &held));
    table.enter("nothing_lost", nothing_lost(day, &held).await);
    table.enter("tls", tls(day));
    Ok(())
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
    as_in_truth(&rows, &truth["clean_first"], &first["repairs"])
}

/// Numbers of cases in the database are those of the truth; with how many of each kind there were.
fn as_in_truth(rows: &[Vec<String>], clean: &Value, counted: &Value) -> Result<String> {
    let mut clean = clean.as_array().context("clean numbers")?.clone();
    clean.sort_by_key(ToString::to_string);
    same("numbers", &json!(rows), &Value::Array(clean))?;
    let counted = counted.as_object().context("counts")?;
    let told: Vec<String> = counted
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
    as_in_truth(&rows, &truth["clean_second"], &truth["changes"])
}

async fn enrolment(day: &Day, held: &Held) -> Result<String> {
    let certificate = held.export.json("certificates.ndjson")?;
    let certificate = certificate.first().context("no certificate")?;
    day.pinned.check("certificate", certificate)?;
    let first = held.export.lines("journal.ndjson")?;
    let entry = sha256(first.first().context("an empty journal")?);
    ensure!(
        certificate["body"]["entry"] == entry.as_str(),
        "the certificate names another entry 1"
    );
    let server = &held.server;
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
        "certificates.ndjson 验签相符；王法官 {owned} 件，手机 {owned} 件"
    ))
}

async fn visit(visit: &Visit, held: &Held) -> Result<String> {
    let values = values_of(&visit.record, held);
    for it in &visit.given {
        ensure!(
            values.get(&it.path) == Some(&it.stored),
            "{} reads {:?} where {} was typed",
            it.path,
            values.get(&it.path),
            it.typed
        );
    }
    for (hash, item) in &visit.photos {
        let named: Vec<&Value> = held
            .entries()
            .filter(|it| it.json["subject"] == visit.record.as_str())
            .map(|it| &it.json["change"]["evidence"])
            .filter(|it| it["hash"] == hash.as_str())
            .collect();
        ensure!(named.len() == 1, "photo {hash} is not named once");
        ensure!(
            named[0]["item"].as_str() == item.as_deref(),
            "photo {hash} shows another item"
        );
    }
    let rows = held
        .server
        .rows("SELECT subject, case_id, act FROM records", 3)
        .await?;
    let row = rows
        .iter()
        .find(|row| row[0] == visit.record)
        .context("no record on the server")?;
    ensure!(
        row[1] == visit.case.unwrap_or_default(),
        "it stands at case {}",
        row[1]
    );
    ensure!(row[2] == visit.act, "its act is {}", row[2]);
    let items: BTreeSet<&String> = visit.photos.iter().filter_map(|it| it.1.as_ref()).collect();
    let lines = match items.len() {
        0 => String::new(),
        n => format!("，清单 {n} 项逐项有照片"),
    };
    Ok(format!(
        "记录 {} 在案件 {}，{} 项逐项相符，照片 {} 张{lines}",
        &visit.record[..8],
        row[1],
        visit.given.len(),
        visit.photos.len()
    ))
}

fn evidence(day: &Day, held: &Held) -> Result<String> {
    let mut receipts = Vec::new();
    for export in held.exports() {
        receipts.extend(export.json("receipts.ndjson")?);
    }
    let mut bytes_read = 0;
    let hashes = photos(day);
    for hash in &hashes {
        let bytes = held.server.object(hash)?;
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
    // Each journal's own receipt covers all of it.
    for journal in held.of_phones() {
        let newest = receipts
            .iter()
            .map(|it| &it["journal"])
            .filter(|it| it["body"]["journal"] == journal.id.as_str())
            .max_by_key(|it| it["body"]["seq"].as_u64())
            .with_context(|| format!("no receipt for journal {}", journal.id))?;
        day.pinned.check("journal-receipt", newest)?;
        // What was delivered after the copy was made is known to the court alone.
        if held.is_superseded(journal) {
            continue;
        }
        ensure!(
            newest["body"]["seq"] == journal.entries.len(),
            "the receipt of {} stops before the end",
            journal.id
        );
        ensure!(
            newest["body"]["link"] == journal.link.as_str(),
            "the receipt of {} names another link",
            journal.id
        );
    }
    Ok(format!(
        "{} 件 {bytes_read} 字节逐件重算 SHA-256；回执 {} 份验签",
        hashes.len(),
        hashes.len() + held.of_phones().count()
    ))
}

async fn nothing_lost(day: &Day, held: &Held) -> Result<String> {
    let mut compared = 0;
    for journal in held.of_phones() {
        let exports = held.exports().into_iter();
        let phone = exports.filter_map(|it| it.journal(&journal.id).ok()).next();
        let phone = phone.with_context(|| format!("no phone has journal {}", journal.id))?;
        ensure!(
            phone.len() == journal.entries.len() || held.is_superseded(journal),
            "{} entries of {} on the phone",
            phone.len(),
            journal.id
        );
        // Of two entries of one number the court keeps both; the phone holds one of them.
        for (at, line) in phone.iter().enumerate() {
            let kept = journal.entries.get(at).into_iter().chain(&journal.beside);
            ensure!(
                kept.map(|it| &it.bytes).any(|bytes| bytes == line),
                "entry {} of {} is on the phone alone",
                at + 1,
                journal.id
            );
            compared += 1;
        }
    }
    for entry in held.entries() {
        let decided = || measured::is_decided(day, entry);
        ensure!(
            matches!(entry.verdict.as_str(), "accepted" | "interleaved") || decided(),
            "entry {} is {}",
            entry.seq,
            entry.verdict
        );
    }
    let visits = || day.visits.all().into_iter().chain([&day.second]);
    let photos = photos(day).len();
    for visit in visits() {
        let values = values_of(&visit.record, held);
        for it in &visit.given {
            ensure!(
                values.get(&it.path) == Some(&it.stored),
                "{} of {} was lost",
                it.path,
                visit.record
            );
        }
    }
    for (what, sql, planned) in [
        ("records", "SELECT COUNT(*) FROM records", visits().count()),
        ("evidence", "SELECT COUNT(*) FROM evidence", photos),
        ("custody", "SELECT COUNT(*) FROM evidence_custody", photos),
    ] {
        let found: usize = held.server.rows(sql, 1).await?[0][0].parse()?;
        ensure!(
            found == planned,
            "{found} {what} on the server, {planned} in the plan"
        );
    }
    Ok(format!(
        "计划 {} 条 {photos} 张 = 手机 = 法院；日志 {} 本 {compared} 笔逐字节相同",
        visits().count(),
        held.journals.len()
    ))
}

/// SHA-256 of every photo of the day.
fn photos(day: &Day) -> Vec<&String> {
    let visits = day.visits.all().into_iter().chain([&day.second]);
    visits
        .flat_map(|visit| &visit.photos)
        .map(|(hash, _)| hash)
        .collect()
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

/// Every field of a record as its entries left it.
pub fn values_of(record: &str, held: &Held) -> serde_json::Map<String, Value> {
    let mut values = serde_json::Map::new();
    for entry in held.entries().filter(|it| it.json["subject"] == record) {
        if let Some(changed) = entry.json["change"]["values"].as_object() {
            values.extend(changed.clone());
        }
    }
    values
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
