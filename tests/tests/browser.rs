//! The officer's visit as people see it: phone and console in a real browser, real processes behind.
//! With `WAIQIN_PICTURES=DIR` each page is saved as a picture, to be looked at.
#![allow(clippy::unwrap_used, reason = "a crate of tests")]

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use waiqin_demo::court::{ADMIN, CLERK, Court, LIST_JULY, OFFICER, phone};
use waiqin_demo::live::free_port;
use waiqin_demo::process::Running;
use waiqin_tests::browser::{Browser, DESK, PHONE};

const PASSWORD: &str = "a-password-for-tests";
const CASE: &str = "4401150000100001";

/// A court with its server, and a phone with a ticket.
struct House {
    _folder: tempfile::TempDir,
    court: Court,
    server: Running,
    phone: Running,
}

impl House {
    async fn open(port: u16) -> Result<Self> {
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

    fn phone_at(&self, path: &str) -> String {
        format!("http://{}{path}", self.phone.said("http").unwrap())
    }

    fn desk_at(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.said("http").unwrap())
    }
}

/// Looks at the page that is shown: nothing sticks out to the right, and there is a picture of it
/// where one is wanted.
async fn look(browser: &Browser, name: &str) -> Result<()> {
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

async fn sign_in(browser: &Browser, house: &House, login: &str) -> Result<()> {
    browser.goto(&house.desk_at("/sign-in")).await?;
    browser.fill("input[name=login]", login).await?;
    browser.fill("input[name=password]", PASSWORD).await?;
    browser.click("form[action='/sign-in'] button").await?;
    browser.until("location.pathname === '/'").await
}

/// Enrols the phone in the browser and fetches the officer's cases.
async fn enrol(browser: &Browser, house: &House) -> Result<()> {
    browser.goto(house.phone.said("enter")?).await?;
    browser.until("location.pathname === '/start'").await?;
    look(browser, "phone-start").await?;
    browser.fill("input[name=pin]", "503127").await?;
    browser.fill("input[name=again]", "503127").await?;
    browser.click("form[action='/start'] button").await?;
    browser.until("location.pathname === '/today'").await?;
    sync(browser, house).await
}

async fn sync(browser: &Browser, house: &House) -> Result<()> {
    browser.goto(&house.phone_at("/sync")).await?;
    browser.click("form[action='/sync'] button").await?;
    browser
        .until("!document.querySelector(\"form[action='/sync'] button\").disabled")
        .await
}

/// A JPEG as a camera makes it, in a file.
fn photo(dir: &Path) -> PathBuf {
    let path = dir.join("IMG_20190702_1432 大门.jpg");
    std::fs::write(&path, include_bytes!("../fixtures/gate.jpg")).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_records_a_visit_offline_and_the_office_finds_it_at_its_case() -> Result<()> {
    let Some(browser) = Browser::open("the visit in a browser", PHONE, "zh-CN").await else {
        return Ok(());
    };
    let mut house = House::open(18_700).await?;
    enrol(&browser, &house).await?;
    look(&browser, "phone-sync").await?;

    house.phone.ask("offline").await?;
    browser.goto(&house.phone_at("/cases")).await?;
    look(&browser, "phone-cases").await?;
    browser.fill("input[name=q]", "封某").await?;
    browser
        .until(&format!(
            "document.querySelector(\"a[href='/cases/{CASE}']\")"
        ))
        .await?;
    browser.click(&format!("a[href='/cases/{CASE}']")).await?;
    browser
        .until("location.pathname.startsWith('/cases/')")
        .await?;
    look(&browser, "phone-case").await?;
    browser.click("form[action='/records'] button").await?;
    browser
        .until("location.pathname.startsWith('/records/')")
        .await?;
    let record = browser.url().await?;
    look(&browser, "phone-record").await?;

    // What is typed is saved within a second, without a button.
    browser.fill("[name=place]", "大岗镇豪岗大道 18 号").await?;
    browser
        .script("document.activeElement.blur()", serde_json::json!([]))
        .await?;
    browser
        .until("document.querySelector('.truth').innerText.includes('已存')")
        .await?;
    browser.goto(&record).await?;
    let place = browser
        .script(
            "return document.querySelector('[name=place]').value",
            serde_json::json!([]),
        )
        .await?;
    assert_eq!(place, "大岗镇豪岗大道 18 号");

    let folder = tempfile::tempdir()?;
    browser.click("a[href$='/photos/new']").await?;
    browser
        .until("document.querySelector('input[name=photo]')")
        .await?;
    look(&browser, "phone-photo-new").await?;
    let choose = "document.querySelector('input[name=role][value=overall]').click(); \
                  document.querySelector('input[name=source][value=external]').click();";
    browser.script(choose, serde_json::json!([])).await?;
    browser.fill("input[name=how]", "执法记录仪导出").await?;
    let file = photo(folder.path());
    browser
        .fill("input[name=photo]", file.to_str().context("path")?)
        .await?;
    browser.click("button[form=photo-form]").await?;
    browser
        .until("!location.pathname.endsWith('/new') || document.querySelector('.photo')")
        .await?;
    look(&browser, "phone-photo-taken").await?;
    browser.goto(&house.phone_at("/today")).await?;
    look(&browser, "phone-today").await?;

    house.phone.ask("online").await?;
    sync(&browser, &house).await?;
    browser
        .until("document.querySelector('.truth').innerText.includes('一致')")
        .await?;
    look(&browser, "phone-synced").await?;
    browser.goto(&record).await?;
    look(&browser, "phone-record-synced").await?;
    for page in ["records", "settings"] {
        browser.goto(&house.phone_at(&format!("/{page}"))).await?;
        look(&browser, &format!("phone-{page}")).await?;
    }
    drop(browser);

    let desk = Browser::open("the visit in a browser", DESK, "zh-CN")
        .await
        .context("browser")?;
    sign_in(&desk, &house, CLERK.login).await?;
    look(&desk, "desk-overview").await?;
    desk.goto(&house.desk_at("/cases?q=封某")).await?;
    look(&desk, "desk-cases").await?;
    desk.goto(&house.desk_at(&format!("/cases/{CASE}"))).await?;
    desk.until("document.body.innerText.includes('大岗镇豪岗大道 18 号')")
        .await?;
    desk.until(
        "[...document.querySelectorAll('main img, .page img')].some(i => i.naturalWidth > 0)",
    )
    .await?;
    look(&desk, "desk-case").await?;
    for page in ["records", "import", "devices"] {
        desk.goto(&house.desk_at(&format!("/{page}"))).await?;
        look(&desk, &format!("desk-{page}")).await?;
    }
    drop(desk);
    house.phone.stop().await?;
    house.server.stop().await?;
    assert!(house.court.exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clerk_imports_the_august_list_after_seeing_what_it_changes() -> Result<()> {
    let Some(desk) = Browser::open("the import in a browser", DESK, "zh-CN").await else {
        return Ok(());
    };
    let house = House::open(18_900).await?;
    sign_in(&desk, &house, CLERK.login).await?;
    desk.goto(&house.desk_at("/import")).await?;
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("case-list-2019-08-01.xlsx");
    std::fs::write(&list, waiqin_demo::court::LIST_AUGUST)?;
    desk.fill("input[type=file]", list.to_str().context("path")?)
        .await?;
    desk.click("form[enctype='multipart/form-data'] button")
        .await?;
    desk.until("location.pathname.startsWith('/import/preview/')")
        .await?;
    let shown = desk
        .script("return document.body.innerText", serde_json::json!([]))
        .await?;
    let shown = shown.as_str().context("text")?.to_owned();
    // One restarted, one renumbered and one rejected row of the list's truth.
    for told in ["（2019）粤0115执恢117号", "（2019）粤0115执2807号", "227"] {
        let (plain, wide) = (told.replace('（', "(").replace('）', ")"), told);
        assert!(
            shown.contains(wide) || shown.contains(&plain),
            "{told} is not shown"
        );
    }
    look(&desk, "desk-preview").await?;
    desk.click("button[name=decision][value=apply], button[value=apply], form button.go")
        .await?;
    desk.until("!location.pathname.startsWith('/import/preview/')")
        .await?;
    look(&desk, "desk-import-done").await?;
    drop(desk);

    // The same pages in one hand, and in English.
    let phone_sized = Browser::open("the import in a browser", PHONE, "en")
        .await
        .context("b")?;
    sign_in(&phone_sized, &house, ADMIN.login).await?;
    for page in ["", "cases", "records", "import", "devices", "people"] {
        phone_sized
            .goto(&house.desk_at(&format!("/{page}")))
            .await?;
        look(&phone_sized, &format!("desk-small-{page}")).await?;
    }
    drop(phone_sized);
    house.phone.stop().await?;
    house.server.stop().await?;
    Ok(())
}
