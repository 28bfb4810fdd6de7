//! A visit is signed, sealed, countersigned, printed and corrected.

use crate::house::{
    CASE, FIRST_PIN, House, SECOND_PIN, enrol, enrol_second, explain, look, sit, sync,
};
use anyhow::{Context, Result};
use std::path::PathBuf;
use waiqin_demo::court::{OFFICER, SECOND};
use waiqin_tests::browser::{Browser, PHONE};

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
