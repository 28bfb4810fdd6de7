//! The verdict on seals, on the second officer, and on what the phone survived.

use super::act::Day;
use super::judge::{Held, values_of};
use super::office::Contest;
use super::oracle::{Entry, Journal, PhoneExport, sha256};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::collections::BTreeSet;

/// Two officers on one phone: two journals, two keys, and neither in the other's.
///
/// # Errors
/// When something of that does not hold.
pub async fn second_officer(day: &Day, held: &Held) -> Result<String> {
    let (first, second) = (held.first_of("wang")?, held.first_of("lin")?);
    ensure!(
        first.opened()["device"] == second.opened()["device"],
        "they are on two phones"
    );
    ensure!(
        first.opened()["key"] != second.opened()["key"],
        "they share a key"
    );
    for journal in &held.journals {
        let officer = &journal.opened()["officer"];
        let stranger = journal
            .entries
            .iter()
            .find(|it| it.json["author"] != *officer);
        ensure!(stranger.is_none(), "{} holds another's entry", journal.id);
    }
    let rows = held
        .server
        .rows("SELECT subject, officer FROM records", 2)
        .await?;
    let row = rows
        .iter()
        .find(|row| row[0] == day.second.record)
        .context("the second officer's record is not at the court")?;
    ensure!(
        second.opened()["officer"] == row[1].as_str(),
        "his record is another's"
    );
    Ok(format!(
        "同一设备两本日志两把钥匙；林某记录 {} 在自己的日志里",
        &day.second.record[..8]
    ))
}

/// The second officer's own key signed each record hash.
///
/// # Errors
/// When a signature is missing or does not hold.
pub fn countersign(day: &Day, held: &Held) -> Result<String> {
    let second = held.first_of("lin")?;
    let key = second.opened()["key"].as_str().context("no key")?;
    for (record, hash) in &day.sealed {
        let of = |entries: &[Entry]| -> Vec<Value> {
            entries
                .iter()
                .filter(|it| it.json["subject"] == record.as_str())
                .filter(|it| it.json["change"]["kind"] == "countersigned")
                .map(|it| it.json["change"]["countersign"].clone())
                .collect()
        };
        let own = of(&second.entries);
        ensure!(own.len() == 1, "{} countersigns of {record}", own.len());
        ensure!(
            own[0]["body"]["record"] == hash.as_str(),
            "he signed another hash"
        );
        day.pinned.check_officer(key, "countersign", &own[0])?;
        let first = of(&held.first_of("wang")?.entries);
        ensure!(first == own, "the first officer's journal has another");
    }
    Ok(format!(
        "{} 份由林某的钥匙签名，验签相符，两本日志各一份",
        day.sealed.len()
    ))
}

/// What the page showed as the record hash is SHA-256 of the sealed body, the body holds what was
/// typed, and nothing changed it afterwards.
///
/// # Errors
/// When something of that does not hold.
pub fn seals(day: &Day, held: &Held) -> Result<String> {
    let (mut overridden, mut complete) = (0, 0);
    for (record, hash) in &day.sealed {
        let entries: Vec<&Entry> = held
            .entries()
            .filter(|it| it.json["subject"] == record.as_str())
            .collect();
        let sealed: Vec<usize> = (0..entries.len())
            .filter(|at| entries[*at].json["change"]["kind"] == "sealed")
            .collect();
        ensure!(sealed.len() == 1, "{record} has {} seals", sealed.len());
        let change = &entries[sealed[0]].json["change"];
        // serde_json writes members in order of name, without spaces: the canonical form.
        let body = serde_json::to_vec(&change["body"])?;
        ensure!(sha256(&body) == *hash, "the body has another hash");
        for entry in &entries[sealed[0] + 1..] {
            let kind = &entry.json["change"]["kind"];
            ensure!(
                kind == "countersigned" || kind == "concluded",
                "{record} was changed after its seal"
            );
        }
        let fields = &change["body"]["fields"];
        for (path, value) in &values_of(record, held) {
            let in_body = fields.get(path).unwrap_or(&Value::Null);
            ensure!(in_body == value, "{path} is sealed as {in_body}");
        }
        let findings = change["findings"].as_array().context("no findings")?;
        let overrides = change["overrides"].as_array().context("no overrides")?;
        for it in findings.iter().filter(|it| it["severity"] == "block") {
            let own = overrides.iter().find(|other| other["rule"] == it["rule"]);
            let reason = own.and_then(|it| it["reason"].as_str()).unwrap_or_default();
            let later = ["D02", "D10", "D11"].iter().any(|rule| it["rule"] == *rule);
            ensure!(
                later || !reason.is_empty(),
                "{} was sealed open without a reason",
                it["rule"]
            );
        }
        overridden += overrides.len();
        complete += usize::from(findings.is_empty());
    }
    // The seed's case B: a detention decided and not executed, and the settlement after it.
    ensure!(complete >= 2, "only {complete} records were complete");
    Ok(format!(
        "{} 份：页面所示哈希 = SHA-256(正文)，正文 = 所填，封存后无改动；{complete} 份无缺项，其余缺项 {overridden} 处各有理由",
        day.sealed.len()
    ))
}

/// Every value that was said to be saved is in the journal once.
///
/// # Errors
/// When one is lost or doubled.
pub fn phone_killed(day: &Day, held: &Held) -> Result<String> {
    let killed = &day.killed;
    let written: Vec<&str> = held
        .entries()
        .filter(|it| it.json["subject"] == killed.record.as_str())
        .filter_map(|it| it.json["change"]["values"]["remarks"].as_str())
        .collect();
    for value in &killed.said {
        let times = written.iter().filter(|it| *it == value).count();
        ensure!(times == 1, "「{value}」 stands {times} times");
    }
    let known: BTreeSet<&str> = killed
        .said
        .iter()
        .chain(&killed.open)
        .map(String::as_str)
        .collect();
    let strange = written.iter().find(|it| !known.contains(**it));
    ensure!(strange.is_none(), "{strange:?} was never typed");
    let survived = killed
        .open
        .iter()
        .filter(|it| written.contains(&it.as_str()));
    Ok(format!(
        "kill -9 {} 次：报「已存」{} 笔全在且各一；未报的 {} 笔中 {} 笔已写下",
        killed.kills,
        killed.said.len(),
        killed.open.len(),
        survived.count()
    ))
}

/// The store was damaged whole; the phone said so and lost nothing.
///
/// # Errors
/// When no incident says that it was rebuilt.
pub fn store_rebuilt(day: &Day, held: &Held) -> Result<String> {
    let told = incidents(&held.export, "store_rebuilt")?;
    ensure!(told > 0, "no incident says that the store was rebuilt");
    Ok(format!(
        "缓存 {} 个文件全部写坏；启动后由日志重建，事件记 {told} 次",
        day.store_files
    ))
}

/// The copy was recognised, a new journal with its parent goes on, and both texts are at the court.
///
/// # Errors
/// When something of that does not hold.
pub fn folder_restored(day: &Day, held: &Held) -> Result<String> {
    let restored = &day.restored;
    let first = held.first_of("wang")?;
    let next = held
        .journals
        .iter()
        .find(|it| it.opened()["parent"]["journal"] == first.id.as_str())
        .context("no journal follows the first")?;
    let cause = next.opened()["cause"].as_str().unwrap_or_default();
    ensure!(
        matches!(cause, "restored_copy" | "forked"),
        "it was opened because of {cause}"
    );
    ensure!(
        next.opened()["key"] != first.opened()["key"],
        "it has the key of the first"
    );
    for text in [&restored.after_copy, &restored.on_copy] {
        let kept = held
            .journals
            .iter()
            .flat_map(|it| it.entries.iter().chain(&it.beside));
        let times = kept
            .filter(|it| it.json["subject"] == restored.record.as_str())
            .filter(|it| it.json["change"]["values"]["remarks"] == text.as_str())
            .count();
        ensure!(times == 1, "「{text}」 stands {times} times at the court");
    }
    Ok(format!(
        "新日志 {} 承接 {}（{cause}），复制前后两边所写都在法院",
        &next.id[..8],
        &first.id[..8]
    ))
}

fn incidents(export: &PhoneExport, kind: &str) -> Result<usize> {
    let lines = export.json("incidents.ndjson")?;
    let told = lines.iter().filter(|it| it.to_string().contains(kind));
    Ok(told.count())
}

/// Whether an entry gave one of the values between which the office chose.
pub fn is_decided(day: &Day, entry: &Entry) -> bool {
    let Contest {
        record,
        path,
        given,
        ..
    } = &day.contest;
    let value = &entry.json["change"]["values"][*path];
    let gave = value
        .as_str()
        .is_some_and(|it| given.iter().any(|known| known == it));
    entry.verdict == "contested" && entry.json["subject"] == record.as_str() && gave
}

/// Two phones gave two values, both stand in their journals, and the office's choice stands in a
/// journal of its own, under the server's key.
///
/// # Errors
/// When something of that does not hold.
pub fn second_phone(day: &Day, held: &Held) -> Result<String> {
    let contest = &day.contest;
    let mut givers = Vec::new();
    for value in &contest.given {
        let gave = |it: &&Journal| {
            let mut entries = it.entries.iter();
            entries.any(|it| it.json["change"]["values"][contest.path] == value.as_str())
        };
        let of: Vec<&Journal> = held.of_phones().filter(gave).collect();
        ensure!(of.len() == 1, "{} journals gave {value}", of.len());
        givers.push(of[0]);
    }
    ensure!(
        givers[0].opened()["device"] != givers[1].opened()["device"],
        "both values came from one phone"
    );
    let office: Vec<&Journal> = held.journals.iter().filter(|it| it.office).collect();
    let (Some(newest), true) = (office.last(), !office.is_empty()) else {
        bail!("the office has no journal");
    };
    let decided: Vec<&Entry> = office
        .iter()
        .flat_map(|it| &it.entries)
        .filter(|it| it.json["change"]["kind"] == "contest_decided")
        .collect();
    ensure!(decided.len() == 1, "{} decisions", decided.len());
    let change = &decided[0].json["change"];
    let hashes: Vec<String> = givers
        .iter()
        .zip(&contest.given)
        .map(|(journal, value)| {
            let mut entries = journal.entries.iter();
            let gave =
                entries.rfind(|it| it.json["change"]["values"][contest.path] == value.as_str());
            gave.map(|it| sha256(&it.bytes)).unwrap_or_default()
        })
        .collect();
    ensure!(
        change["chosen"] == hashes[contest.chosen].as_str(),
        "another value was chosen"
    );
    for hash in &hashes {
        let named = change["candidates"].as_array().context("no candidates")?;
        ensure!(
            named.iter().any(|it| it == hash.as_str()),
            "{hash} is not named"
        );
    }
    ensure!(change["reason"] == contest.reason, "another reason");
    let author = newest.opened()["officer"].as_str();
    ensure!(
        decided[0].json["author"].as_str() == author,
        "somebody else decided"
    );
    // The office's journal is signed with the key that stands on the ticket.
    for journal in &office {
        day.pinned.check("journal-receipt", &journal.receipt)?;
        ensure!(
            journal.receipt["body"]["seq"] == journal.entries.len()
                && journal.receipt["body"]["link"] == journal.link.as_str(),
            "the receipt of the office's journal stops before its end"
        );
    }
    Ok(format!(
        "两部手机两个值并存；查控指挥 {} 裁定一笔，院内日志 {} 笔验签相符，两部手机均已显示",
        newest.login,
        newest.entries.len()
    ))
}

/// Everything that the phone said was saved while the server was killed is at the court, once.
///
/// # Errors
/// When something is missing or doubled.
pub fn server_killed(day: &Day, held: &Held) -> Result<String> {
    let killed = &day.server_killed;
    for value in &killed.said {
        let entries = held
            .entries()
            .filter(|it| it.json["subject"] == killed.record.as_str());
        let found = entries
            .filter(|it| it.json["change"]["values"]["remarks"] == value.as_str())
            .count();
        ensure!(found == 1, "{value} stands {found} times at the court");
    }
    for hash in &killed.photos {
        ensure!(
            sha256(&held.server.object(hash)?) == *hash,
            "{hash} reads otherwise"
        );
    }
    Ok(format!(
        "服务器被杀 {} 次；{} 次保存各一笔，{} 张照片逐字节相符",
        killed.kills,
        killed.said.len(),
        killed.photos.len()
    ))
}

/// What the backup lacked was brought again by the phone, and the server knows that it was restored.
///
/// # Errors
/// When something of that does not hold.
pub async fn server_restored(day: &Day, held: &Held) -> Result<String> {
    let restored = &day.server_restored;
    let of_record = |it: &&Entry| it.json["subject"] == restored.record.as_str();
    let value = restored.after_backup.as_str();
    let found = held
        .entries()
        .filter(of_record)
        .filter(|it| it.json["change"]["values"]["remarks"] == value)
        .count();
    ensure!(found == 1, "{value} stands {found} times at the court");
    ensure!(
        sha256(&held.server.object(&restored.photo)?) == restored.photo,
        "the photo reads otherwise"
    );
    let count = |sql| async move {
        let rows = held.server.rows(sql, 1).await?;
        Ok::<i64, anyhow::Error>(rows[0][0].parse()?)
    };
    let restores = count("SELECT COUNT(*) FROM audit WHERE act = 'restored'").await?;
    let noticed =
        count("SELECT COUNT(*) FROM audit WHERE act = 'incident-server-rolled-back'").await?;
    ensure!(
        restores == 1 && noticed > 0,
        "restored {restores}, noticed {noticed}"
    );
    let rows = count("SELECT number FROM log_counter").await?;
    ensure!(rows > restored.backed_up, "the log has {rows} rows");
    Ok(format!(
        "备份至第 {} 行，恢复后手机补送，今有 {rows} 行；缺口照片与保存各一份，异常已记",
        restored.backed_up
    ))
}
