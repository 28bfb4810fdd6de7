//! A court with its server and a phone, and what every story does first: enrol, sign in, sync, look.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use waiqin_demo::court::{Court, LIST_JULY, OFFICER, SECOND, phone};
use waiqin_demo::live::free_port;
use waiqin_demo::process::Running;
use waiqin_tests::browser::Browser;

pub const PASSWORD: &str = "a-password-for-tests";
pub const CASE: &str = "4401150000100001";

/// A court with its server, and a phone with a ticket.
pub struct House {
    _folder: tempfile::TempDir,
    pub court: Court,
    pub server: Running,
    pub phone: Running,
}

impl House {
    pub async fn open(port: u16) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let court = Court::at(folder.path());
        court.set_up(PASSWORD, free_port(port)?).await?;
        court
            .import("case-list-2019-07-01.gbk.csv", LIST_JULY, false)
            .await?;
        let server = court.serve(0).await?;
        let ticket = court.ticket(OFFICER).await?;
        let phone = phone(&folder.path().join("phone"), &court.logs, 0, Some(&ticket)).await?;
        Ok(Self {
            _folder: folder,
            court,
            server,
            phone,
        })
    }

    pub fn phone_at(&self, path: &str) -> String {
        format!("http://{}{path}", self.phone.said("http").unwrap())
    }

    pub fn desk_at(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.said("http").unwrap())
    }
}

/// Looks at the page that is shown: nothing sticks out to the right, and there is a picture of it
/// where one is wanted.
pub async fn look(browser: &Browser, name: &str) -> Result<()> {
    let overflow = browser.overflow().await?;
    anyhow::ensure!(
        overflow == 0,
        "{name} sticks out by {overflow} px at {}",
        browser.url().await?
    );
    if let Some(dir) = std::env::var_os("WAIQIN_PICTURES") {
        let dir = PathBuf::from(dir);
        std::fs::create_dir_all(&dir)?;
        browser.photograph(&dir.join(format!("{name}.png"))).await?;
    }
    Ok(())
}

pub async fn sign_in(browser: &Browser, house: &House, login: &str) -> Result<()> {
    browser.goto(&house.desk_at("/sign-in")).await?;
    browser.fill("input[name=login]", login).await?;
    browser.fill("input[name=password]", PASSWORD).await?;
    browser.click("form[action='/sign-in'] button").await?;
    browser.until("location.pathname === '/'").await
}

/// Enrols the phone in the browser and fetches the officer's cases.
pub async fn enrol(browser: &Browser, house: &House) -> Result<()> {
    browser.goto(house.phone.said("enter")?).await?;
    browser.until("location.pathname === '/start'").await?;
    look(browser, "phone-start").await?;
    browser.fill("input[name=pin]", "503127").await?;
    browser.fill("input[name=again]", "503127").await?;
    browser.click("form[action='/start'] button").await?;
    browser.until("location.pathname === '/today'").await?;
    sync(browser, house).await
}

pub async fn sync(browser: &Browser, house: &House) -> Result<()> {
    browser.goto(&house.phone_at("/sync")).await?;
    // The page that the button leads to has no such mark: the old one is not taken for it.
    browser
        .script("window.before = true", serde_json::json!([]))
        .await?;
    browser.click("form[action='/sync'] button").await?;
    browser
        .until(
            "!window.before && !document.querySelector(\"form[action='/sync'] button\").disabled",
        )
        .await
}

/// A JPEG as a camera makes it, in a file.
pub fn photo(dir: &Path) -> PathBuf {
    let path = dir.join("IMG_20190702_1432 大门.jpg");
    std::fs::write(&path, include_bytes!("../../fixtures/gate.jpg")).unwrap();
    path
}

/// The second officer is enrolled on the same phone; the first sits down again.
pub async fn enrol_second(browser: &Browser, house: &House) -> Result<()> {
    let ticket = house.court.ticket(SECOND).await?;
    browser.goto(&house.phone_at("/start")).await?;
    browser.fill("textarea[name=ticket]", &ticket).await?;
    browser.fill("input[name=pin]", SECOND_PIN).await?;
    browser.fill("input[name=again]", SECOND_PIN).await?;
    browser.click("form[action='/start'] button").await?;
    browser.until("location.pathname === '/today'").await?;
    sit(browser, house, OFFICER.name, FIRST_PIN).await
}

/// Locks the phone and unlocks it as somebody.
pub async fn sit(browser: &Browser, house: &House, name: &str, pin: &str) -> Result<()> {
    browser.goto(&house.phone_at("/settings")).await?;
    browser.click("form[action='/lock'] button").await?;
    browser.until("location.pathname === '/unlock'").await?;
    let choose = "[...document.querySelectorAll('label.choice')]\
                  .find(it => it.innerText.includes(arguments[0])).click()";
    browser.script(choose, serde_json::json!([name])).await?;
    browser.fill("input[name=pin]", pin).await?;
    browser.click("form[action='/unlock'] button").await?;
    browser.until("location.pathname === '/today'").await
}

pub const FIRST_PIN: &str = "503127";
pub const SECOND_PIN: &str = "620418";

/// Gives every gap of the check page a reason.
pub async fn explain(browser: &Browser) -> Result<()> {
    let script = "document.querySelectorAll('details.gaps').forEach(it => it.open = true);
        document.querySelectorAll('[data-reason]').forEach((it, n) => {
          it.value = '现场 ' + n; it.dispatchEvent(new Event('input', { bubbles: true })); })";
    browser
        .script(script, serde_json::json!([]))
        .await
        .map(drop)
}

/// A photo of its own, for a record that holds several.
pub fn photo_like(dir: &Path, name: &str, n: u8) -> PathBuf {
    let path = dir.join(name);
    let mut bytes = include_bytes!("../../fixtures/gate.jpg").to_vec();
    // Behind the end of the picture, where nothing looks: another hash, the same picture.
    bytes.push(n);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Signs in at the office and opens a record of the phone.
pub async fn desk_of(desk: &Browser, house: &House, login: &str, record: &str) -> Result<()> {
    sign_in(desk, house, login).await?;
    let subject = record.rsplit('/').next().context("record")?;
    desk.goto(&house.desk_at(&format!("/records/{subject}")))
        .await
}
