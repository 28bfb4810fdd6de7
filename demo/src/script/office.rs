//! What happens between two phones and the office on that day: two values for one field, the office's
//! choice; the server killed while it takes in, and put back from an older backup.

use super::act::{self, PhoneAtHand, photograph, sync};
use super::faults::{Restored, remark};
use super::hand::{Hand, PageText};
use crate::args;
use crate::court::{COMMAND, Court};
use crate::process::Running;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::time::Duration;

/// Kills of the server.
const KILLS: u64 = 5;
/// What is written before each.
const REMARKS: u64 = 4;

/// Two values that two phones gave, and which one the office let hold.
pub struct Contest {
    /// The record.
    pub record: String,
    /// The field.
    pub path: &'static str,
    /// What each phone gave.
    pub given: [String; 2],
    /// Which of them holds.
    pub chosen: usize,
    /// Why.
    pub reason: &'static str,
    /// Folder of the second phone.
    pub phone: PathBuf,
}

/// What was written while the server was killed.
pub struct ServerKilled {
    /// The record.
    pub record: String,
    /// Values that the phone said were saved, in order.
    pub said: Vec<String>,
    /// SHA-256 of each photo that was on its way.
    pub photos: Vec<String>,
    /// How often it was killed.
    pub kills: u64,
}

/// What was written and delivered after the backup.
pub struct ServerRestored {
    /// The record.
    pub record: String,
    /// The value.
    pub after_backup: String,
    /// SHA-256 of the photo.
    pub photo: String,
    /// The newest row of the log that the backup holds.
    pub backed_up: i64,
}

/// Gives one field two values on two phones and lets the office decide.
///
/// # Errors
/// When a phone or the console does not show what it must.
pub async fn second_phone(
    first: &mut PhoneAtHand,
    mut second: PhoneAtHand,
    (console, password): (&str, &str),
    (record, forked): (&str, &Restored),
) -> Result<Contest> {
    let contest = Contest {
        record: record.to_owned(),
        path: "remarks",
        given: [
            "甲机所写：门口有监控".to_owned(),
            "乙机所写：无监控".to_owned(),
        ],
        chosen: 1,
        reason: "与照片相符",
        phone: second.dir.clone(),
    };
    let command = Hand::sign_in(console, COMMAND.login, password).await?;
    settle_fork(&command, first, forked).await?;
    sync(&second.hand).await?;
    for (phone, value) in [&*first, &second].into_iter().zip(&contest.given) {
        remark(&phone.hand, record, value).await?;
    }
    for phone in [&*first, &second, first] {
        sync(&phone.hand).await?;
    }
    let address = format!("/records/{record}");
    for phone in [&*first, &second] {
        let page = phone.hand.open(&format!("{address}/contests")).await?;
        for value in &contest.given {
            ensure!(
                page.html.contains(value.as_str()),
                "a phone does not show {value}"
            );
        }
    }
    let listed = command.open("/decisions").await?;
    ensure!(listed.links().contains(&address), "the office is not told");
    let page = command.open(&address).await?;
    let chosen = &contest.given[contest.chosen];
    let entry = offered(&page, "chosen", chosen)?;
    let values = [("chosen", entry.as_str()), ("reason", contest.reason)];
    let action = format!("{address}/decide");
    command
        .send(&page, &action, "name=\"candidates\"", &values, None)
        .await?;
    for phone in [&*first, &second] {
        sync(&phone.hand).await?;
        let page = phone.hand.open(&address).await?;
        ensure!(
            page.html.contains(chosen.as_str()) && page.html.contains(contest.reason),
            "a phone does not show what the office decided"
        );
        let contests = phone.hand.open(&format!("{address}/contests")).await?;
        ensure!(
            !contests.html.contains("name=\"entry\""),
            "it is contested still"
        );
    }
    second.stop().await?;
    Ok(contest)
}

/// What the restored copy wrote waits for a person, and what was written after it waits with it. Once
/// the office released it, both values stand, and the officer chooses: both are his.
async fn settle_fork(command: &Hand, phone: &PhoneAtHand, forked: &Restored) -> Result<()> {
    let listed = command.open("/decisions").await?;
    for link in listed.links() {
        if link.starts_with("/decisions/") {
            let page = command.open(&link).await?;
            let values = [("reason", "手机恢复前后所写，均已核对")];
            command
                .send(&page, &link, "name=\"entries\"", &values, None)
                .await?;
        }
    }
    sync(&phone.hand).await?;
    let contests = format!("/records/{}/contests", forked.record);
    let page = phone.hand.open(&contests).await?;
    ensure!(
        page.html.contains(&forked.after_copy),
        "one branch is not offered"
    );
    let entry = offered(&page, "entry", &forked.on_copy)?;
    let values = [("entry", entry.as_str()), ("reason", "后写的为准")];
    phone
        .hand
        .send(&page, &contests, "name=\"entry\"", &values, None)
        .await?;
    sync(&phone.hand).await
}

/// The entry behind a value that a page offers.
fn offered(page: &PageText, input: &str, value: &str) -> Result<String> {
    let mark = format!("name=\"{input}\" value=\"");
    let choices = page.html.split(&mark).skip(1);
    let mut of_value = choices.filter(|rest| {
        let label = rest.split("</label>").next();
        label.is_some_and(|it| it.contains(value))
    });
    let entry = of_value.next().and_then(|rest| rest.split('"').next());
    let entry = entry.with_context(|| format!("{} does not offer {value}", page.path))?;
    Ok(entry.to_owned())
}

/// Kills the server again and again while the phone delivers entries and photos.
///
/// # Errors
/// When it does not come back, or the phone does not end its delivery.
pub async fn server_killed(
    phone: &PhoneAtHand,
    court: &Court,
    mut server: Running,
    record: &str,
) -> Result<(Running, ServerKilled)> {
    let mut killed = ServerKilled {
        record: record.to_owned(),
        said: Vec::new(),
        photos: Vec::new(),
        kills: 0,
    };
    let mut random = u64::from(std::process::id()).wrapping_mul(0x9e37_79b9) | 1;
    for life in 1..=KILLS {
        for n in 1..=REMARKS {
            let value = format!("服务器第 {life} 次被杀之前，第 {n} 次保存");
            remark(&phone.hand, record, &value).await?;
            killed.said.push(value);
        }
        let form = format!("/records/{record}/photos/new");
        let number = 60 + u8::try_from(life)?;
        killed
            .photos
            .push(photograph(&phone.hand, &form, "途中.jpg", number, "overall", None).await?);
        let page = phone.hand.open("/sync").await?;
        phone
            .hand
            .send(&page, "/sync", "<button", &[], None)
            .await?;
        // xorshift: an instant that nobody chose.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        tokio::time::sleep(Duration::from_millis(2 + random % 150)).await;
        server.kill().await?;
        killed.kills += 1;
        server = court.serve(0).await?;
    }
    deliver(phone).await?;
    Ok((server, killed))
}

/// Backs the court up, lets the phone deliver more, and puts the backup in the court's place.
///
/// # Errors
/// When a command fails or the phone does not end its delivery.
pub async fn server_restored(
    phone: &PhoneAtHand,
    court: &Court,
    server: Running,
    record: &str,
) -> Result<(Running, ServerRestored)> {
    let backup = court.data.with_file_name("backup");
    let said = court
        .command(args!["backup", "--to", backup.as_os_str(), "--json"], None)
        .await?;
    let said: serde_json::Value =
        serde_json::from_str(&said).with_context(|| format!("backup printed {said}"))?;
    let backed_up = said["position"]["number"].as_i64().context("no position")?;
    let after_backup = "备份之后所写".to_owned();
    remark(&phone.hand, record, &after_backup).await?;
    let form = format!("/records/{record}/photos/new");
    let photo = photograph(&phone.hand, &form, "备份之后.jpg", 70, "overall", None).await?;
    deliver(phone).await?;
    server.stop().await?;

    let lost = court.data.with_file_name("court-lost");
    std::fs::rename(&court.data, &lost)?;
    let restore = court.command(
        args![
            "restore",
            "--from",
            backup.as_os_str(),
            "--keys",
            lost.join("keys").as_os_str()
        ],
        None,
    );
    restore.await?;
    let server = court.serve(0).await?;
    deliver(phone).await?;
    std::fs::remove_dir_all(&lost)?;
    let restored = ServerRestored {
        record: record.to_owned(),
        after_backup,
        photo,
        backed_up,
    };
    Ok((server, restored))
}

/// Presses the button until the phone says that everything is at the court.
async fn deliver(phone: &PhoneAtHand) -> Result<()> {
    for _ in 0..20 {
        sync(&phone.hand).await?;
        if act::all_delivered(&phone.hand).await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    anyhow::bail!("the phone does not end its delivery")
}
