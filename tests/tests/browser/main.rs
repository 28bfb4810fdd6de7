//! The officer's visit as people see it: phone and console in a real browser, real processes behind.
//! With `WAIQIN_PICTURES=DIR` each page is saved as a picture, to be looked at.
#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a crate of tests; a story is told in one piece"
)]

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use waiqin_demo::court::{ADMIN, CLERK, Court, LIST_JULY, OFFICER, SECOND, phone};
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

/// The second officer is enrolled on the same phone; the first sits down again.
async fn enrol_second(browser: &Browser, house: &House) -> Result<()> {
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
async fn sit(browser: &Browser, house: &House, name: &str, pin: &str) -> Result<()> {
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

/// Gives every gap of the check page a reason.
async fn explain(browser: &Browser) -> Result<()> {
    let script = "document.querySelectorAll('details.gaps').forEach(it => it.open = true);
        document.querySelectorAll('[data-reason]').forEach((it, n) => {
          it.value = '现场 ' + n; it.dispatchEvent(new Event('input', { bubbles: true })); })";
    browser
        .script(script, serde_json::json!([]))
        .await
        .map(drop)
}

/// A sealed record waits for a second officer who signs in his own session and answers by text.
async fn countersign_by_text(browser: &Browser, house: &House, record: &str) -> Result<()> {
    browser.goto(&format!("{record}/check")).await?;
    explain(browser).await?;
    let later = "document.querySelector('input[name=second][value=later]').click()";
    browser.script(later, serde_json::json!([])).await?;
    browser.click(".seal-go").await?;
    browser.until("document.querySelector('svg.qr')").await?;
    let text = "return document.querySelector(arguments[0]).textContent.trim()";
    let asked = browser
        .script(text, serde_json::json!(["p.hash.long"]))
        .await?;
    let asked = asked.as_str().context("request")?.to_owned();
    let short = browser.text(".stamp .num").await?;

    sit(browser, house, SECOND.name, SECOND_PIN).await?;
    browser.goto(&house.phone_at("/countersign")).await?;
    browser.fill("textarea[name=asked]", &asked).await?;
    browser.click("button[value=look]").await?;
    browser
        .until("document.querySelector('button[value=sign]')")
        .await?;
    assert_eq!(browser.text(".stamp .num").await?, short);
    look(browser, "seal-countersign").await?;
    browser.click("button[value=sign]").await?;
    browser.until("document.querySelector('.flash.ok')").await?;
    look(browser, "seal-countersigned").await?;
    let answer = browser
        .script(text, serde_json::json!(["p.in.hash"]))
        .await?;
    let answer = answer.as_str().context("answer")?.to_owned();

    sit(browser, house, OFFICER.name, FIRST_PIN).await?;
    for (typed, told) in [
        (&asked, "[role=alert].flash"),
        (&answer, "#second .ok-text"),
    ] {
        browser.goto(&format!("{record}/check")).await?;
        let paste = "const it = document.querySelector('textarea[name=answer]');
            it.closest('details').open = true; it.value = arguments[0];
            it.form.requestSubmit()";
        browser.script(paste, serde_json::json!([typed])).await?;
        let shown = format!("document.querySelector('{told}')");
        browser.until(&shown).await?;
    }
    Ok(())
}

const FIRST_PIN: &str = "503127";
const SECOND_PIN: &str = "620418";

/// What the officer typed over the morning, sent as his page sends it.
const TYPED: &str = "
    const [one, two, three] = ['0a', '0b', '0c'].map(it => it.repeat(16));
    const body = new URLSearchParams({
      csrf: document.querySelector('input[name=csrf]').value,
      t0: '2019-07-02T07:40', t1: '2019-07-02T08:20', place: '大岗镇豪岗大道 18 号',
      no_fix_reason: '室内无信号', course: '敲门，周某开门。厂房内两台车床运转。',
      [`officers/${one}/person`]: '王某', [`officers/${one}/role`]: 'executor',
      [`officers/${one}/recusal`]: 'none', [`officers/${one}/id_shown_at`]: '2019-07-02T07:42',
      [`officers/${two}/person`]: '林某', [`officers/${two}/role`]: 'clerk',
      [`officers/${two}/recusal`]: 'none',
      debtor_met: 'yes', [`present/${three}/name`]: '周某',
      [`present/${three}/role`]: 'legal_representative',
      [`checked/${three}/fact`]: '厂房在用，设备齐全',
      result: 'assets_found',
    });
    const sent = fetch(location.pathname + '/fields', {
      method: 'POST', body, headers: { 'x-waiqin-fetch': '1' } });
    return sent.then(it => it.json()).then(it => JSON.stringify(it))";

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_signed_on_the_glass_sealed_by_two_printed_and_corrected() -> Result<()> {
    let Some(browser) = Browser::open("the seal in a browser", PHONE, "zh-CN").await else {
        return Ok(());
    };
    let house = House::open(19_100).await?;
    enrol(&browser, &house).await?;
    enrol_second(&browser, &house).await?;
    browser
        .goto(&house.phone_at(&format!("/cases/{CASE}")))
        .await?;
    browser.click("form[action='/records'] button").await?;
    browser
        .until("location.pathname.startsWith('/records/')")
        .await?;
    let record = browser.url().await?;
    let record = record.split(['?', '#']).next().context("url")?.to_owned();
    // The count of what is missing follows what is typed.
    let missing = browser.text(".lack").await?;
    browser.fill("[name=place]", "大岗镇豪岗大道 18 号").await?;
    let fewer = format!("document.querySelector('.lack').innerText !== '{missing}'");
    browser.until(&fewer).await?;
    let told = browser.script(TYPED, serde_json::json!([])).await?;
    assert!(
        told.as_str()
            .is_some_and(|it| it.contains("\"saved\":true,") && it.contains("\"problems\":[]")),
        "{told}"
    );
    browser.goto(&record).await?;
    look(&browser, "seal-record").await?;

    // The way from what is missing to the glass.
    browser.click("a.lack").await?;
    browser
        .until("location.pathname.endsWith('/check')")
        .await?;
    look(&browser, "seal-check").await?;
    browser.click(".finds a.way[href*='/sign/']").await?;
    browser.until("document.querySelector('canvas')").await?;
    let closed = "document.querySelector('[data-done]').disabled";
    assert_eq!(
        browser
            .script(&format!("return {closed}"), serde_json::json!([]))
            .await?,
        true
    );
    for stroke in [
        [(-120, 30), (-70, -40), (-20, 35), (-60, 10)],
        [(10, -35), (20, 40), (60, 0), (110, -30)],
    ] {
        browser.draw("canvas", &stroke).await?;
    }
    browser.until(&format!("!{closed}")).await?;
    look(&browser, "seal-sign").await?;
    browser.click("[data-done]").await?;
    browser
        .until("document.querySelector('#signers').innerText.includes('已签名')")
        .await?;
    look(&browser, "seal-signed").await?;

    // What is typed survives the way to another page.
    browser
        .script(
            "const it = document.querySelector('.finds [data-reason]'); it.value = '次日补拍';
             it.dispatchEvent(new Event('change', { bubbles: true }))",
            serde_json::json!([]),
        )
        .await?;
    browser.goto(&record).await?;
    browser.goto(&format!("{record}/check")).await?;
    browser
        .until("document.querySelector('.finds [data-reason]').value === '次日补拍'")
        .await?;

    // A wrong PIN seals nothing and loses no reason; the right one seals and signs.
    explain(&browser).await?;
    let waits = "document.querySelector('.seal-go').disabled";
    assert_eq!(
        browser
            .script(&format!("return {waits}"), serde_json::json!([]))
            .await?,
        true,
        "the second officer is still open"
    );
    browser.fill("input[name=pin]", "111222").await?;
    browser.until(&format!("!{waits}")).await?;
    look(&browser, "seal-ready").await?;
    browser.click(".seal-go").await?;
    browser
        .until("document.querySelector('[role=alert].flash')")
        .await?;
    look(&browser, "seal-wrong-pin").await?;
    let kept = "return [...document.querySelectorAll('[data-reason]')].every(it => it.value)";
    assert_eq!(browser.script(kept, serde_json::json!([])).await?, true);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    browser.fill("input[name=pin]", SECOND_PIN).await?;
    browser.click(".seal-go").await?;
    browser
        .until("document.querySelector('#second').innerText.includes('书记员 已复核签名')")
        .await?;
    look(&browser, "seal-sealed").await?;
    let short = browser.text(".stamp .num").await?;
    assert_eq!(short.len(), 8, "{short}");

    // The paper carries the same hash, and prints.
    browser.click("a[href$='/paper/record']").await?;
    browser
        .until("document.querySelector('.sheet svg.strokes path')")
        .await?;
    let paper = browser.text(".sheet").await?;
    for told in ["调查笔录", "周某", "厂房在用，设备齐全", short.as_str()] {
        assert!(paper.contains(told), "{told} is not on {paper}");
    }
    look(&browser, "seal-paper").await?;
    let pdf = browser.print().await?;
    assert!(pdf.starts_with(b"%PDF"));
    if let Some(dir) = std::env::var_os("WAIQIN_PICTURES") {
        std::fs::write(PathBuf::from(dir).join("seal-paper.pdf"), pdf)?;
    }

    // Nothing changes it; a correction stands beside it.
    browser.goto(&record).await?;
    look(&browser, "seal-record-sealed").await?;
    let told = browser.script(TYPED, serde_json::json!([])).await;
    assert!(told.is_err(), "a sealed record took {told:?}");
    browser.goto(&format!("{record}/check")).await?;
    let correct = "const form = document.querySelector(\"form[action$='/amend']\");
        form.closest('details').open = true;
        form.querySelector('input[value=correction]').click();";
    browser.script(correct, serde_json::json!([])).await?;
    browser
        .fill("form[action$='/amend'] textarea", "门牌写错")
        .await?;
    browser.click("form[action$='/amend'] button").await?;
    browser
        .until("document.querySelector('.flash') && document.body.innerText.includes('门牌写错')")
        .await?;
    look(&browser, "seal-correction").await?;
    let correction = browser.url().await?;
    let correction = correction.split(['?', '#']).next().context("url")?;
    countersign_by_text(&browser, &house, correction).await?;
    browser.goto(&format!("{record}/check")).await?;
    browser
        .until("document.body.innerText.includes('门牌写错')")
        .await?;
    look(&browser, "seal-amended").await?;
    sync(&browser, &house).await?;
    browser
        .until("document.querySelector('.truth').innerText.includes('一致')")
        .await?;
    drop(browser);
    house.phone.stop().await?;
    house.server.stop().await?;
    Ok(())
}
