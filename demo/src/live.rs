//! The demo for a person: what to open, and a few words to type.

use crate::court::{ADMIN, CLERK, COMMAND, Court, LIST_JULY, OFFICER, phone};
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::path::Path;
use tokio::io::{AsyncBufReadExt, BufReader};

/// Runs court and phone until the person ends it.
///
/// # Errors
/// When something does not start: with what it said.
pub async fn run(data: Option<&Path>, first_port: u16) -> Result<()> {
    let temporary = if data.is_none() {
        Some(tempfile::tempdir()?)
    } else {
        None
    };
    let folder = match (data, &temporary) {
        (Some(folder), _) => folder.to_path_buf(),
        (None, Some(dir)) => dir.path().to_path_buf(),
        (None, None) => anyhow::bail!("no folder"),
    };
    let court = Court::at(&folder);
    let fresh = !court.exists();
    let password = password()?;
    if fresh {
        println!("正在布置法院并导入七月名册 …  Setting up the court, importing the July list …");
        court.set_up(&password, free_port(first_port + 40)?).await?;
        court
            .import("case-list-2019-07-01.gbk.csv", LIST_JULY, false)
            .await?;
    }
    let server = court.serve(free_port(first_port)?).await?;
    let phone_dir = folder.join("phone");
    // A phone that was enrolled before needs no ticket.
    let ticket = if phone_dir.exists() {
        None
    } else {
        Some(court.ticket(OFFICER).await?)
    };
    let phone_port = free_port(first_port + 1)?;
    let mut phone = phone(&phone_dir, &court.logs, phone_port, ticket.as_deref()).await?;

    println!("\n外勤 Waiqin   {}\n", folder.display());
    println!("  法院控制台 Console   http://{}/", server.said("http")?);
    if fresh {
        println!(
            "      {} (内勤 clerk) · {} (查控指挥 command) · {} (管理员 admin)",
            CLERK.login, COMMAND.login, ADMIN.login
        );
        println!("      口令 password   {password}");
    } else {
        println!("      口令如首次启动时所示   password as shown at the first start");
    }
    println!("  手机 Phone           {}", phone.said("enter")?);
    if let Some(ticket) = &ticket {
        println!(
            "      登记码已填好 the enrolment ticket is filled in for {}:",
            OFFICER.list_name
        );
        println!("      {ticket}");
    }
    println!("\n  法院时钟 court clock   2019-07-02 08:30 +08:00");
    println!("  输入 type:  offline 断网 · online 联网 · enter 新的手机入口 · quit 结束\n");

    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut typing = true;
    loop {
        tokio::select! {
            line = lines.next_line(), if typing => match line?.as_deref().map(str::trim) {
                // Nobody types (started in the background): goes on until it is told to end.
                None => typing = false,
                Some("quit" | "exit") => break,
                Some("") => {}
                Some(word @ ("offline" | "online" | "enter")) => {
                    let answer = phone.ask(word).await?;
                    match answer["enter"].as_str() {
                        Some(link) => println!("  {link}"),
                        None => println!("  {word} ✓"),
                    }
                }
                Some(other) => println!("  {other}?  offline · online · enter · quit"),
            },
            _ = tokio::signal::ctrl_c() => break,
            status = phone.ended() => anyhow::bail!(
                "the phone ended ({}); its log: {}", status?, court.logs.display()),
        }
    }
    phone.stop().await?;
    server.stop().await?;
    if temporary.is_none() {
        println!("  {} 保留 kept", folder.display());
    }
    Ok(())
}

/// This port, or the next free one on loopback.
///
/// # Errors
/// When 200 in a row are taken.
pub fn free_port(from: u16) -> Result<u16> {
    (from..from.saturating_add(200))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .context("no free port on 127.0.0.1")
}

/// A password that can be read aloud: twelve letters and digits without look-alikes.
fn password() -> Result<String> {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 12];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect();
    Ok(letters
        .chunks(4)
        .map(String::from_iter)
        .collect::<Vec<_>>()
        .join("-"))
}
