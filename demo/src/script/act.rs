//! The acts of the day: what people do, and what they remember of it (the plan to count against).

use super::hand::{Chosen, Hand, PageText};
use super::oracle::{Pinned, sha256};
use super::tls;
use crate::args;
use crate::court::{Court, LIST_AUGUST, LIST_JULY, OFFICER, phone};
use crate::live::free_port;
use crate::process::{Role, run};
use anyhow::{Context, Result, ensure};
use image::codecs::jpeg::JpegEncoder;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// PIN of the demo's officer.
const PIN: &str = "503127";

/// What was done, and where it lies now that both processes have ended.
pub struct Day {
    /// The court's folder.
    pub court: Court,
    /// What the phone exported.
    pub export: PathBuf,
    /// What `import --json` printed in July.
    pub july: Value,
    /// What `import --json` printed in August.
    pub august: Value,
    /// The ticket that the phone was enrolled with.
    pub pinned: Pinned,
    /// Numbers of the cases that the phone showed after its first sync.
    pub cases_shown: usize,
    /// The records made.
    pub visits: Vec<Visit>,
    /// SHA-256 of the key that the server showed on its TLS port.
    pub tls_seen: String,
    /// What a phone with a wrong pin was told.
    pub wrong_pin_told: String,
}

/// A record as the officer remembers it.
pub struct Visit {
    /// The number as typed, or as the case was chosen.
    pub typed: String,
    /// The list's id of the case it belongs to, as a person reading the list knows.
    pub case: Option<&'static str>,
    /// Fields typed, by path.
    pub fields: Vec<(&'static str, &'static str)>,
    /// SHA-256 of each photo taken.
    pub photos: Vec<String>,
}

/// Plays the day in a folder.
///
/// # Errors
/// When something that must work did not.
pub async fn day(folder: &Path) -> Result<Day> {
    // The same day twice in one folder would be two days.
    ensure!(
        !Court::at(folder).exists(),
        "{} holds a court already",
        folder.display()
    );
    let court = Court::at(folder);
    court
        .set_up("script-demo-password", free_port(8800)?)
        .await?;
    let july = court
        .import("case-list-2019-07-01.gbk.csv", LIST_JULY, false)
        .await?;
    let server = court.serve(0).await?;
    let tls_seen = tls::key_of(server.said("https")?).await?;

    let ticket = court.ticket(OFFICER).await?;
    let pinned = Pinned::from_ticket(&ticket)?;
    let wrong_pin_told = enrol_with_wrong_pin(folder, &court, &ticket).await?;

    let phone_dir = folder.join("phone");
    let mut officer_phone = phone(&phone_dir, &court.logs, 0, Some(&ticket)).await?;
    let hand = Hand::enter(officer_phone.said("enter")?).await?;
    let start = hand.open("/start").await?;
    hand.send(
        &start,
        "/start",
        "name=\"pin\"",
        &[("pin", PIN), ("again", PIN)],
        None,
    )
    .await?;
    sync(&hand).await?;
    let cases_shown = count_cases(&hand).await?;

    officer_phone.ask("offline").await?;
    let mut visits = vec![known_case(&hand).await?, damaged_number(&hand).await?];
    officer_phone.ask("online").await?;
    sync(&hand).await?;
    visits.push(unknown_case(&hand).await?);
    sync(&hand).await?;

    let august = court
        .import("case-list-2019-08-01.xlsx", LIST_AUGUST, false)
        .await?;
    sync(&hand).await?;
    officer_phone.stop().await?;
    server.stop().await?;

    let export = folder.join("export");
    export_phone(&court, &phone_dir, &export).await?;
    Ok(Day {
        court,
        export,
        july,
        august,
        pinned,
        cases_shown,
        visits,
        tls_seen,
        wrong_pin_told,
    })
}

/// The seed's case B, offline: 现场调查 with two photos.
async fn known_case(hand: &Hand) -> Result<Visit> {
    let found = hand.open("/cases?q=%E5%B0%81%E6%9F%90").await?;
    let links = found.links();
    let case = links
        .iter()
        .find(|link| link.contains("4401150000100001"))
        .context("case B")?;
    let page = hand.open(case).await?;
    let record = hand
        .send(&page, "/records", "name=\"case\"", &[], None)
        .await?;
    let fields = vec![
        ("place", "广州市南沙区大岗镇豪岗大道 18 号"),
        ("no_fix_reason", "室内无卫星信号"),
        (
            "course",
            "敲门后被执行人封某到场，出示工作证，告知来意。\n房屋为自住，客厅有电视机一台。",
        ),
    ];
    let record = fill(hand, record, "arrive", &fields[..2]).await?;
    let record = fill(hand, record, "result", &fields[2..]).await?;
    let mut photos = Vec::new();
    for (number, name) in [(1, "IMG_20190702_1432.jpg"), (2, "门牌 全景.jpg")] {
        photos.push(photograph(hand, &record, name, number).await?);
    }
    Ok(Visit {
        typed: "（2017）粤0115执50号".into(),
        case: Some("4401150000100001"),
        fields,
        photos,
    })
}

/// A number that was typed damaged: half-width brackets, a space, no 号.
async fn damaged_number(hand: &Hand) -> Result<Visit> {
    let typed = "(2019)粤 0115执2573";
    let fields = vec![
        ("place", "榄核镇民生路 6 号 402 房"),
        ("no_fix_reason", "室内无卫星信号"),
    ];
    typed_visit(
        hand,
        typed,
        Some("4401150000100005"),
        fields,
        "物业登记.jpg",
        3,
    )
    .await
}

/// A number that the list of July does not know; that of August does.
async fn unknown_case(hand: &Hand) -> Result<Visit> {
    let typed = "（2019）粤0115执2811号";
    let fields = vec![
        ("place", "东涌镇市鱼路 210 号"),
        ("no_fix_reason", "室内无卫星信号"),
    ];
    typed_visit(hand, typed, None, fields, "仓库.jpg", 4).await
}

async fn typed_visit(
    hand: &Hand,
    typed: &str,
    case: Option<&'static str>,
    fields: Vec<(&'static str, &'static str)>,
    photo: &str,
    number: u8,
) -> Result<Visit> {
    let page = hand.open("/records/new").await?;
    let record = hand
        .send(
            &page,
            "/records/new",
            "name=\"typed\"",
            &[("typed", typed)],
            None,
        )
        .await?;
    let record = fill(hand, record, "arrive", &fields).await?;
    let photos = vec![photograph(hand, &record, photo, number).await?];
    Ok(Visit {
        typed: typed.into(),
        case,
        fields,
        photos,
    })
}

/// Fills in one step of a record and sees it said back.
async fn fill(
    hand: &Hand,
    record: PageText,
    step: &str,
    fields: &[(&str, &str)],
) -> Result<PageText> {
    let marker = format!("name=\"step\" value=\"{step}\"");
    let mut values = fields.to_vec();
    values.push(("do", "save"));
    let action = record.path.clone();
    let page = hand.send(&record, &action, &marker, &values, None).await?;
    let page = hand.open(&page.path).await?;
    for (name, value) in fields {
        let first = value.lines().next().unwrap_or_default();
        ensure!(page.html.contains(first), "the record does not show {name}");
    }
    Ok(page)
}

/// Takes a photo into a record and returns its hash, made here.
async fn photograph(hand: &Hand, record: &PageText, name: &str, number: u8) -> Result<String> {
    let bytes = jpeg(number)?;
    let hash = sha256(&bytes);
    let form = hand
        .open(&record.link(&format!("{}/photo", record.path))?)
        .await?;
    let values = [
        ("role", "overall"),
        ("source", "external"),
        ("how", "执法记录仪导出"),
    ];
    let chosen = Chosen {
        input: "photo",
        name,
        bytes,
    };
    let action = form
        .html
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|action| action.contains("photo"))
        .context("no form for the photo")?
        .to_owned();
    hand.send(&form, &action, "name=\"photo\"", &values, Some(chosen))
        .await?;
    Ok(hash)
}

/// A real JPEG, large enough to cross in several chunks, different for each number.
fn jpeg(number: u8) -> Result<Vec<u8>> {
    let shade = |x: u32, y: u32| {
        let mixed = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ u32::from(number);
        image::Rgb(mixed.to_be_bytes()[1..].try_into().unwrap_or([number; 3]))
    };
    let picture = image::RgbImage::from_fn(1200, 900, shade);
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 85))?;
    Ok(bytes)
}

/// Presses the button and waits until the phone says that nothing runs any more.
async fn sync(hand: &Hand) -> Result<()> {
    let page = hand.open("/sync").await?;
    hand.send(&page, "/sync", "<button", &[], None).await?;
    for _ in 0..600 {
        let page = hand.open("/sync").await?;
        let button = page
            .html
            .split("action=\"/sync\"")
            .nth(1)
            .unwrap_or_default();
        if !button
            .split("</form>")
            .next()
            .unwrap_or_default()
            .contains(" disabled")
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the sync did not end within a minute")
}

/// Counts the cases on the phone by paging through all of them, closed ones too.
async fn count_cases(hand: &Hand) -> Result<usize> {
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec!["/cases?show=all".to_owned()];
    let mut pages = std::collections::BTreeSet::new();
    while let Some(path) = open.pop() {
        if !pages.insert(path.clone()) {
            continue;
        }
        for link in hand.open(&path).await?.links() {
            if link.starts_with("/cases?") && link.contains("from=") {
                open.push(link);
            } else if let Some(id) = link.strip_prefix("/cases/") {
                seen.insert(id.to_owned());
            }
        }
    }
    Ok(seen.len())
}

/// A phone whose ticket names another TLS key: it must not talk to this server.
async fn enrol_with_wrong_pin(folder: &Path, court: &Court, ticket: &str) -> Result<String> {
    let wrong = tls::with_wrong_pin(ticket)?;
    let stranger = phone(&folder.join("stranger"), &court.logs, 0, Some(&wrong)).await?;
    let hand = Hand::enter(stranger.said("enter")?).await?;
    let start = hand.open("/start").await?;
    let values = [("pin", PIN), ("again", PIN)];
    // A refusal is a page that says why; one that is not OK says it in the error.
    let told = match hand
        .send(&start, "/start", "name=\"pin\"", &values, None)
        .await
    {
        Ok(page) => {
            ensure!(
                page.path == "/start",
                "a phone with a wrong pin came to {}",
                page.path
            );
            page.words()
        }
        Err(error) => error.root_cause().to_string(),
    };
    stranger.stop().await?;
    Ok(told)
}

async fn export_phone(court: &Court, phone_dir: &Path, to: &Path) -> Result<()> {
    let folder = super::oracle::ServerFolder::open(&court.data).await?;
    let rows = folder
        .rows("SELECT id FROM users WHERE login = 'wang'", 1)
        .await?;
    let officer = rows
        .first()
        .and_then(|row| row.first())
        .context("no officer")?
        .clone();
    let pin_file = court.logs.join("pin");
    std::fs::write(&pin_file, PIN)?;
    let args = args![
        "export",
        "--dir",
        phone_dir.as_os_str(),
        "--officer",
        officer,
        "--pin-file",
        pin_file.as_os_str(),
        "--to",
        to.as_os_str(),
    ];
    run(Role::Phone, &args, None).await?;
    std::fs::remove_file(pin_file)?;
    Ok(())
}
