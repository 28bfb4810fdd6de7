//! 核对名册 by its keys: what they decide is what the form decides; in a field they are letters.

use crate::house::{House, enrol, explain, look, sign_in, sync};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use waiqin_demo::args;
use waiqin_demo::court::{ADMIN, CLERK, LIST_AUGUST};
use waiqin_tests::browser::{Browser, DESK, PHONE};

/// Two cases that the August list shows as gone into one, and that one's id.
const MEMBERS: [&str; 2] = ["（2019）粤0115执1510号", "（2019）粤0115执2690号"];
const MAIN: &str = "4401150000100034";
/// A number that no list has.
const UNKNOWN: &str = "（2019）粤0115执99887号";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

/// After the day on which the cases became one.
const TYPED: &str = "
    const [one, two, three] = ['0a', '0b', '0c'].map(it => it.repeat(16));
    const body = new URLSearchParams({
      csrf: document.querySelector('input[name=csrf]').value,
      t0: arguments[0], t1: arguments[1], place: '大岗镇豪岗大道 18 号',
      course: '敲门，周某开门。', debtor_met: 'yes', result: 'assets_found',
      [`officers/${one}/person`]: '王某', [`officers/${one}/role`]: 'executor',
      [`officers/${two}/person`]: '林某', [`officers/${two}/role`]: 'clerk',
      [`present/${three}/name`]: '周某', [`present/${three}/role`]: 'legal_representative',
    });
    const sent = fetch(location.pathname + '/fields', {
      method: 'POST', body, headers: { 'x-waiqin-fetch': '1' } });
    return sent.then(it => it.json()).then(it => JSON.stringify(it))";

/// Records a visit on a case of a number, and seals it; its id.
async fn sealed(phone: &Browser, house: &House, number: &str, hour: u8) -> Result<String> {
    phone.goto(&house.phone_at("/records/new")).await?;
    phone.fill("input[name=typed]", number).await?;
    phone.click("form[action='/records/new'] button").await?;
    phone
        .until("/^\\/records\\/[0-9a-f]{32}/.test(location.pathname)")
        .await?;
    let record = phone.url().await?;
    let record = record.split(['?', '#']).next().context("url")?.to_owned();
    let times = [0, 30].map(|minute| format!("2019-07-20T{hour:02}:{minute:02}"));
    let told = phone.script(TYPED, json!(times)).await?;
    let told = told.as_str().context("saved")?;
    anyhow::ensure!(told.contains("\"problems\":[]"), "{told}");
    phone.goto(&format!("{record}/check")).await?;
    explain(phone).await?;
    let later = "document.querySelector('input[name=second][value=later]').click()";
    phone.script(later, json!([])).await?;
    phone.click(".seal-go").await?;
    phone.until("document.querySelector('svg.qr')").await?;
    Ok(record.rsplit('/').next().context("id")?.to_owned())
}

/// What stands of a record's conclusions, without who and when.
async fn concluded(house: &House, record: &str) -> Result<Vec<Value>> {
    let said = house
        .court
        .command(args!["records", "--json"], None)
        .await?;
    let said: Value = serde_json::from_str(&said)?;
    let all = said["records"].as_array().context("records")?;
    let row = all.iter().find(|it| it["record"] == record);
    let conclusions = row.context("record")?["conclusions"].clone();
    let plain = |mut it: Value| {
        let decision = it.as_object_mut().unwrap();
        for name in ["at", "entry", "record"] {
            assert!(decision.remove(name).is_some(), "{name}");
        }
        it
    };
    let conclusions = conclusions.as_array().context("conclusions")?.clone();
    Ok(conclusions.into_iter().map(plain).collect())
}

/// Opens the board with a record.
async fn open(desk: &Browser, house: &House, record: &str) -> Result<()> {
    desk.goto(&house.desk_at(&format!("/reconcile/{record}")))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_the_board_decide_what_its_forms_decide_and_write_letters_in_fields()
-> Result<()> {
    let Some(phone) = Browser::open("the board in a browser", PHONE, "zh-CN").await else {
        return Ok(());
    };
    let house = House::open(19_300).await?;
    enrol(&phone, &house).await?;
    let by_key = sealed(&phone, &house, MEMBERS[0], 9).await?;
    let by_form = sealed(&phone, &house, MEMBERS[1], 11).await?;
    let unknown = sealed(&phone, &house, UNKNOWN, 14).await?;
    sync(&phone, &house).await?;
    drop(phone);
    house
        .court
        .import("case-list-2019-08-01.xlsx", LIST_AUGUST, false)
        .await?;

    let desk = Browser::open("the board in a browser", DESK, "zh-CN")
        .await
        .context("desk")?;
    sign_in(&desk, &house, CLERK.login).await?;
    desk.goto(&house.desk_at("/reconcile")).await?;
    look(&desk, "board").await?;
    // The rail says how much waits, as the board does.
    let waits = desk.text(".rail a[href='/reconcile'] .count").await?;
    assert_eq!(waits, desk.text(".chip.on .num").await?);
    assert_eq!(waits, "3");
    rows_by_keys(&desk).await?;
    letters_in_fields(&desk, &house, &unknown).await?;
    assert!(concluded(&house, &unknown).await?.is_empty());

    // The same decision by the key and by the button: they come to the same.
    open(&desk, &house, &by_key).await?;
    desk.press("1", true).await?;
    desk.press("7", false).await?;
    assert!(concluded(&house, &by_key).await?.is_empty());
    desk.press("1", false).await?;
    desk.until("document.querySelector('.notice.proved')")
        .await?;
    open(&desk, &house, &by_form).await?;
    desk.click("button[name=decision][value=both]").await?;
    desk.until("document.querySelector('.notice.proved')")
        .await?;
    look(&desk, "board-decided").await?;
    let (key, form) = (
        concluded(&house, &by_key).await?,
        concluded(&house, &by_form).await?,
    );
    assert_eq!(key.len(), 1, "{key:?}");
    assert_eq!(key[0]["decision"], "both");
    for name in [
        "decision",
        "matched",
        "list_version",
        "findings",
        "reason",
        "author",
    ] {
        assert_eq!(key[0][name], form[0][name], "{name}");
    }

    let waits = desk.text(".rail a[href='/reconcile'] .count").await?;
    assert_eq!(waits, desk.text(".chip.on .num").await?);

    // Both stand at the case into which theirs went, and say where they count.
    desk.goto(&house.desk_at(&format!("/cases/{MAIN}"))).await?;
    look(&desk, "board-main-case").await?;
    let shown = desk.text("#records").await?;
    assert_eq!(shown.matches("被并案与主案均列").count(), 2, "{shown}");
    for member in MEMBERS {
        assert!(shown.contains(member), "{member}: {shown}");
    }

    // What was concluded last is taken back by its key, and stands at the main case no more.
    open(&desk, &house, &by_key).await?;
    desk.press("u", false).await?;
    desk.until("document.querySelector('.notice.proved') && document.querySelector('[data-key]')")
        .await?;
    assert!(concluded(&house, &by_key).await?.is_empty());
    desk.goto(&house.desk_at(&format!("/cases/{MAIN}"))).await?;
    let shown = desk.text("#records").await?;
    assert!(
        !shown.contains(MEMBERS[0]) && shown.contains(MEMBERS[1]),
        "{shown}"
    );
    drop(desk);
    in_english(&house).await?;
    house.phone.stop().await?;
    house.server.stop().await?;
    Ok(())
}

/// j and k walk through what waits, Enter opens it.
async fn rows_by_keys(desk: &Browser) -> Result<()> {
    let at = "return [...document.querySelectorAll('.queue [data-go]')]
        .findIndex(it => it.classList.contains('on'))";
    assert_eq!(desk.script(at, json!([])).await?, 0);
    for (key, row) in [
        ("j", 1),
        ("j", 2),
        ("j", 2),
        ("k", 1),
        ("k", 0),
        ("k", 0),
        ("j", 1),
    ] {
        desk.press(key, false).await?;
        assert_eq!(desk.script(at, json!([])).await?, row, "{key}");
    }
    let second = "return document.querySelectorAll('.queue [data-go]')[1].dataset.go";
    let second = desk.script(second, json!([])).await?;
    let second = second.as_str().context("row")?.to_owned();
    desk.press(ENTER, false).await?;
    desk.until(&format!(
        "location.pathname + location.search === '{second}'"
    ))
    .await?;
    Ok(())
}

/// A decision that needs a case leads to its field; there, and in the search line, keys are letters.
async fn letters_in_fields(desk: &Browser, house: &House, unknown: &str) -> Result<()> {
    open(desk, house, unknown).await?;
    let board = desk.url().await?;
    desk.press("2", false).await?;
    desk.until("document.activeElement.matches('.asking input[name=case]')")
        .await?;
    for key in ["1", "u", "j", "k", "4"] {
        desk.press(key, false).await?;
    }
    let typed = "return document.activeElement.value";
    assert_eq!(desk.script(typed, json!([])).await?, "1ujk4");
    desk.press(ESCAPE, false).await?;
    desk.press("/", false).await?;
    desk.until("document.activeElement.matches('input[name=q]')")
        .await?;
    desk.press("1", false).await?;
    assert_eq!(desk.script(typed, json!([])).await?, "1");
    desk.press(ESCAPE, false).await?;
    assert_eq!(desk.url().await?, board);
    let on = "return document.querySelector('.queue .on').href";
    assert_eq!(desk.script(on, json!([])).await?, board.as_str());
    // What was typed for the second decision is what it needs; this is no case, and the page says so.
    desk.press("2", false).await?;
    desk.until("document.querySelector('.notice.law[role=alert]')")
        .await?;
    let kept = "return document.querySelector('.asking input[name=case]').value";
    assert_eq!(desk.script(kept, json!([])).await?, "1ujk4");
    Ok(())
}

/// The board in English, at a desk and in one hand; who does not see the board sees no count of it.
async fn in_english(house: &House) -> Result<()> {
    for (size, name) in [(DESK, "board-en"), (PHONE, "board-en-small")] {
        let desk = Browser::open("the board in a browser", size, "en")
            .await
            .context("desk")?;
        sign_in(&desk, house, CLERK.login).await?;
        desk.goto(&house.desk_at("/reconcile")).await?;
        look(&desk, name).await?;
        desk.script(
            "document.querySelector('#record').scrollIntoView()",
            json!([]),
        )
        .await?;
        look(&desk, &format!("{name}-record")).await?;
    }
    let desk = Browser::open("the board in a browser", DESK, "en")
        .await
        .context("desk")?;
    sign_in(&desk, house, ADMIN.login).await?;
    let counts = "return document.querySelectorAll('.rail .count').length";
    assert_eq!(desk.script(counts, json!([])).await?, 0);
    Ok(())
}
