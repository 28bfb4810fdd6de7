//! A seizure on the spot (查封): what is missing falls while the officer types, the list gets a
//! machine and a car, the check leads to the field, two seal it, the list prints, the office has it.

use crate::house::{
    CASE, House, SECOND_PIN, desk_of, enrol, enrol_second, explain, look, photo_like, sync,
};
use anyhow::{Context, Result};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use waiqin_demo::court::{CLERK, OFFICER, SECOND};
use waiqin_tests::browser::{Browser, DESK, PHONE};

/// A number whose ninth place should be 6 (DOMAIN 3.1), and the one that holds.
const VIN_WRONG: &str = "LSVAG2180E2100001";
const VIN: &str = "LSVAG2186E2100001";

/// A record that is being filled.
struct Pen<'a> {
    browser: &'a Browser,
    record: String,
    /// How much was missing when it was last looked at.
    lack: u64,
}

impl Pen<'_> {
    /// Opens a step by tapping its line.
    async fn step(&self, key: &str) -> Result<()> {
        self.leave_to(&self.record).await?;
        let open = format!("document.querySelector('#step-{key}').open");
        let script = format!("return {open}");
        // The first step that is not filled stands open by itself.
        if self.browser.script(&script, json!([])).await? == false {
            self.tap(&format!("#step-{key} > summary")).await?;
        }
        self.browser.until(&open).await
    }

    /// Taps what a selector finds, brought clear of the bars above and below.
    async fn tap(&self, css: &str) -> Result<()> {
        let show = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })";
        self.browser.script(show, json!([css])).await?;
        self.browser.click(css).await
    }

    /// Taps what leads to another page, and waits until that is there.
    async fn follow(&self, css: &str) -> Result<()> {
        self.browser.script("window.before = 1", json!([])).await?;
        self.tap(css).await?;
        self.arrived().await
    }

    async fn leave_to(&self, url: &str) -> Result<()> {
        self.browser.script("window.before = 1", json!([])).await?;
        self.browser.goto(url).await?;
        self.arrived().await
    }

    async fn arrived(&self) -> Result<()> {
        self.browser
            .until("!window.before && document.readyState === 'complete'")
            .await
    }

    /// Presses a button of the form: `add:notices:legal`.
    async fn press(&self, what: &str) -> Result<()> {
        self.follow(&format!("button[name=do][value='{what}']"))
            .await
    }

    /// Gives the newest field of a pattern a value as a hand does: taps a choice, or types.
    async fn put(&self, pattern: &str, value: &str) -> Result<()> {
        let put = "
            const [pattern, value] = arguments;
            const wanted = new RegExp('^' + pattern.replaceAll('*', '[0-9a-f]{32}') + '$');
            const open = (it) => { for (let up = it; up; up = up.parentElement)
              if (up.tagName === 'DETAILS') up.open = true; };
            const all = [...document.querySelectorAll('form[data-autosave] [name]')]
              .filter((it) => wanted.test(it.name) && it.type !== 'hidden');
            const said = all[0] && all[0].type;
            const field = said === 'radio' || said === 'checkbox'
              ? all.find((it) => it.value === value && !it.checked)
              : all.find((it) => it.value !== value && !it.value) || all.find((it) => it.value !== value);
            if (!field) throw new Error('no field ' + pattern + ' for ' + value + ': ' + all.length);
            open(field);
            field.scrollIntoView({ block: 'center' });
            if (said === 'radio' || said === 'checkbox') return field.click();
            field.value = value;
            field.dispatchEvent(new Event('input', { bubbles: true }));
            field.dispatchEvent(new Event('change', { bubbles: true }))";
        self.browser
            .script(put, json!([pattern, value]))
            .await
            .with_context(|| format!("{pattern} = {value}"))?;
        Ok(())
    }

    /// Waits until the truth line says that all is saved.
    async fn saved(&self) -> Result<()> {
        self.browser
            .until("document.querySelector('#truth').innerText.includes('已存')")
            .await
    }

    /// Gives fields values; all are saved before it goes on.
    async fn fill(&self, values: &[(&str, &str)]) -> Result<()> {
        for (pattern, value) in values {
            self.put(pattern, value).await?;
        }
        self.saved().await
    }

    /// The count of what is missing has fallen since the last look, on the page as it stands.
    async fn fewer(&mut self) -> Result<()> {
        let falls = format!(
            "Number(document.querySelector('.lack').innerText.replace(/\\D/g, '')) < {}",
            self.lack
        );
        self.browser.until(&falls).await.context("缺 n")?;
        self.lack = self.missing().await?;
        Ok(())
    }

    async fn missing(&self) -> Result<u64> {
        let text = self.browser.text(".lack").await?;
        let text = text.strip_prefix("缺 ").context(text.clone())?;
        Ok(text.parse()?)
    }

    /// Takes a photo on the page that is shown.
    async fn photo(&self, role: &str, file: &Path) -> Result<()> {
        for choice in [
            format!("role][value={role}"),
            "source][value=external".into(),
        ] {
            let tap = "document.querySelector(arguments[0]).click()";
            let css = format!("input[name={choice}]");
            self.browser.script(tap, json!([css])).await?;
        }
        self.browser
            .fill("input[name=how]", "执法记录仪导出")
            .await?;
        let path = file.to_str().context("path")?;
        self.browser.fill("input[name=photo]", path).await?;
        self.follow("button[form=photo-form]").await?;
        self.browser
            .until("document.querySelector('.flash.ok') && location.search.includes('saved=yes')")
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seizure_is_listed_checked_signed_sealed_by_two_printed_and_seen_by_the_office()
-> Result<()> {
    let Some(browser) = Browser::open("the seizure in a browser", PHONE, "zh-CN").await else {
        return Ok(());
    };
    let house = House::open(19_300).await?;
    enrol(&browser, &house).await?;
    enrol_second(&browser, &house).await?;
    let case = house.phone_at(&format!("/cases/{CASE}"));
    browser.goto(&case).await?;
    browser
        .click("form[action='/records'] button[value=seal]")
        .await?;
    browser
        .until("location.pathname.startsWith('/records/') && document.querySelector('.lack')")
        .await?;
    let record = browser.url().await?;
    let record = record.split(['?', '#']).next().context("url")?.to_owned();
    let mut pen = Pen {
        browser: &browser,
        record: record.clone(),
        lack: 0,
    };
    pen.lack = pen.missing().await?;
    look(&browser, "seizure-begun").await?;

    // The scene, typed key by key: what is missing falls without a button.
    browser
        .fill("[name=place]", "大岗镇豪岗大道 18 号厂房")
        .await?;
    pen.fewer().await?;
    pen.fill(&[("t0", "2019-07-02T07:40"), ("no_fix_reason", "室内无信号")])
        .await?;
    pen.fewer().await?;
    look(&browser, "seizure-arrived").await?;

    pen.step("officers").await?;
    pen.fill(&[
        ("officers/*/id_shown_at", "2019-07-02T07:42"),
        ("officers/*/recusal", "none"),
    ])
    .await?;
    pen.press("add:officers:clerk").await?;
    pen.fill(&[
        ("officers/*/person", SECOND.name),
        ("officers/*/id_shown_at", "2019-07-02T07:42"),
        ("officers/*/recusal", "none"),
    ])
    .await?;
    pen.fewer().await?;
    pen.press("add:docs:ruling").await?;
    pen.fill(&[
        ("docs/*/no", "（2019）粤0115执100号之一"),
        ("docs/*/on", "2019-07-01"),
    ])
    .await?;
    pen.fewer().await?;
    look(&browser, "seizure-authority").await?;

    // Who was told, who came, who refuses: the hard thing is one tap and writes its own words.
    pen.step("present").await?;
    pen.fill(&[("debtor/kind", "entity")]).await?;
    pen.press("add:notices:legal").await?;
    pen.fill(&[
        ("notices/*/to", "周某"),
        ("notices/*/mode", "telephone"),
        ("notices/*/at", "2019-07-01T16:00"),
        ("notices/*/came", "came"),
    ])
    .await?;
    pen.fewer().await?;
    pen.press("add:present:legal").await?;
    pen.fill(&[("present/*/name", "周某")]).await?;
    pen.press("add:present:grassroots").await?;
    pen.fill(&[("present/*/name", "冯某")]).await?;
    let refuses = browser
        .script(
            "return [...document.querySelectorAll(\"button[value^='deed:refuse_sign@present/']\")]
               .find((it) => it.closest('.in').querySelector(\"[name$='/name']\").value === '冯某')
               .value",
            json!([]),
        )
        .await?;
    pen.press(refuses.as_str().context("button")?).await?;
    let written = "[...document.querySelectorAll(\"[name$='/refusal']\")]
        .some((it) => it.value.includes('拒绝'))";
    browser.until(written).await?;
    pen.press("none:special").await?;
    look(&browser, "seizure-persons").await?;

    // The list: a machine, and a car whose number is checked as it is typed.
    pen.step("assets").await?;
    pen.follow("#step-assets a.btn[href$='/assets']").await?;
    look(&browser, "seizure-list-empty").await?;
    let list = format!("{record}/assets");
    pen.press("add:equipment").await?;
    pen.fill(&[
        ("assets/*/name", "数控车床"),
        ("assets/*/quantity", "2"),
        ("assets/*/condition", "在用"),
        ("assets/*/model", "CK6150"),
        ("assets/*/est_value_fen", "320000"),
    ])
    .await?;
    look(&browser, "seizure-machine").await?;
    pen.leave_to(&list).await?;
    pen.press("add:vehicle").await?;
    pen.fill(&[
        ("assets/*/name", "小型货车"),
        ("assets/*/condition", "可行驶"),
        ("assets/*/est_value_fen", "62000"),
    ])
    .await?;
    browser.fill("[name$='/vin']", VIN_WRONG).await?;
    let note = "document.querySelector(\"[data-note$='/vin']\")";
    browser
        .until(&format!("{note}.innerText.includes('第九位应为 6')"))
        .await?;
    look(&browser, "seizure-vin-wrong").await?;
    browser.fill("[name$='/vin']", VIN).await?;
    browser
        .until(&format!("{note}.innerText.includes('校验通过')"))
        .await?;
    pen.saved().await?;
    look(&browser, "seizure-vin").await?;

    let folder = tempfile::tempdir()?;
    let car = browser.url().await?;
    let car = car.split(['?', '#']).next().context("url")?.to_owned();
    pen.follow("footer a.go").await?;
    pen.photo("overall", &photo_like(folder.path(), "车辆全景.jpg", 1))
        .await?;
    look(&browser, "seizure-photo").await?;
    pen.leave_to(&car).await?;
    browser
        .until("document.querySelectorAll('.photo img, .photos img').length === 1")
        .await?;
    pen.leave_to(&list).await?;
    let lines = browser.text("ol.lines").await?;
    for told in ["数控车床", "小型货车", "320,000.00", "62,000.00"] {
        assert!(lines.contains(told), "{told} is not in {lines}");
    }
    let lacking = browser
        .script(
            "return [...document.querySelectorAll('ol.lines > li')]
               .map((it) => it.innerText.includes('缺照片'))",
            json!([]),
        )
        .await?;
    assert_eq!(
        lacking,
        json!([true, false]),
        "only the machine has no photo"
    );
    assert!(browser.text(".total").await?.contains("382,000.00"));
    look(&browser, "seizure-list").await?;

    // The check names the article and leads to the field.
    pen.leave_to(&format!("{record}/check")).await?;
    let found = "return [...document.querySelectorAll('.find')].map((it) =>
        [it.querySelector('b').innerText, it.querySelector('.law').innerText,
         it.querySelector('a.way')?.getAttribute('href') || ''])";
    let found = browser.script(found, json!([])).await?;
    let keeper = found
        .as_array()
        .context("findings")?
        .iter()
        .find(|it| {
            it[2]
                .as_str()
                .is_some_and(|it| it.ends_with("#f-keeper-name"))
        })
        .with_context(|| format!("no keeper in {found}"))?;
    assert!(
        keeper[1]
            .as_str()
            .is_some_and(|it| it.contains("必须") && it.contains("查扣冻规定第10条")),
        "{keeper}"
    );
    look(&browser, "seizure-check").await?;
    pen.follow("a.way[href$='#f-keeper-name']").await?;
    browser
        .until(
            "(() => { const box = document.querySelector('#f-keeper-name').getBoundingClientRect();
               return box.height > 0 && box.top > 60 && box.bottom < innerHeight - 60; })()",
        )
        .await?;
    look(&browser, "seizure-keeper").await?;
    pen.lack = pen.missing().await?;
    pen.fill(&[
        ("keeper/kind", "debtor"),
        ("keeper/name", "周某"),
        ("keeper/use_allowed", "yes"),
        ("publicity/notice_no", "公告〔2019〕17 号"),
        ("effect_from", "2019-07-02"),
        ("expires_on", "2021-07-01"),
        ("list_no", "清单 1"),
        ("list_handed/to", "周某"),
        ("list_handed/at", "2019-07-02T08:20"),
        ("list_handed/copies", "2"),
    ])
    .await?;
    pen.fewer().await?;
    look(&browser, "seizure-keeping").await?;
    pen.leave_to(&format!("{record}/photos/new")).await?;
    pen.photo("seal_strip", &photo_like(folder.path(), "封条.jpg", 2))
        .await?;
    pen.step("sign").await?;
    pen.fill(&[
        ("course", "宣读裁定，逐项清点，张贴封条和公告。"),
        ("read_back/done", "yes"),
        ("t1", "2019-07-02T08:25"),
    ])
    .await?;
    pen.fewer().await?;
    look(&browser, "seizure-end").await?;

    // Nothing but the signature blocks: the way leads to the glass.
    pen.leave_to(&format!("{record}/check")).await?;
    let blocks = "return [...document.querySelectorAll('.find')]
        .filter((it) => it.querySelector('.law').innerText.startsWith('必须'))
        .map((it) => it.innerText)";
    let blocks = browser.script(blocks, json!([])).await?;
    let left: Vec<&str> = blocks
        .as_array()
        .context("list")?
        .iter()
        .filter_map(|it| it.as_str())
        .collect();
    assert!(
        !left.is_empty() && left.iter().all(|it| it.contains("未签名")),
        "{left:?}"
    );
    pen.follow(".finds a.way[href*='/sign/']").await?;
    let shown = browser.text(".read-back").await?;
    assert!(
        shown.contains("382,000.00"),
        "he reads what it comes to: {shown}"
    );
    for stroke in [
        [(-120, 30), (-70, -40), (-20, 35), (-60, 10)],
        [(10, -35), (20, 40), (60, 0), (110, -30)],
    ] {
        browser.draw("canvas", &stroke).await?;
    }
    browser
        .until("!document.querySelector('[data-done]').disabled")
        .await?;
    look(&browser, "seizure-sign").await?;
    pen.follow("[data-done]").await?;
    let signers = browser.text("#signers").await?;
    for told in ["周某", "已签名", "冯某", "拒签"] {
        assert!(signers.contains(told), "{told} is not in {signers}");
    }

    assert!(
        signers.find("周某") < signers.find("冯某"),
        "they stand in the order in which they were written down: {signers}"
    );

    explain(&browser).await?;
    browser.fill("input[name=pin]", SECOND_PIN).await?;
    browser
        .until("!document.querySelector('.seal-go').disabled")
        .await?;
    look(&browser, "seizure-ready").await?;
    pen.follow(".seal-go").await?;
    browser
        .until("document.querySelector('#second').innerText.includes('书记员 已复核签名')")
        .await?;
    assert!(browser.text("#second").await?.contains(SECOND.name));
    let short = browser.text(".stamp .num").await?;
    look(&browser, "seizure-sealed").await?;

    // The list on paper, at the desk's width too.
    pen.leave_to(&format!("{record}/paper/list")).await?;
    let paper = browser.text(".sheet").await?;
    for told in [
        "清单",
        "数控车床",
        "小型货车",
        VIN,
        "320,000.00",
        "周某",
        OFFICER.name,
        SECOND.name,
    ] {
        assert!(paper.contains(told), "{told} is not on {paper}");
    }
    let hash = browser.text(".seal-mark .hash").await?.replace(' ', "");
    assert!(
        hash.len() == 64 && hash.starts_with(&short),
        "{hash} {short}"
    );
    let code = "return document.querySelector('.seal-mark svg.qr path').getAttribute('d')";
    let code = browser.script(code, json!([])).await?;
    assert_eq!(
        dark_modules(code.as_str().context("path")?),
        code_of(&format!("waiqin-record1:{hash}"))?,
        "the code says the hash of this record"
    );
    look(&browser, "seizure-paper").await?;
    let pdf = browser.print().await?;
    assert!(pdf.starts_with(b"%PDF"));
    if let Some(dir) = std::env::var_os("WAIQIN_PICTURES") {
        std::fs::write(Path::new(&dir).join("seizure-paper.pdf"), pdf)?;
    }

    sync(&browser, &house).await?;
    browser
        .until("document.querySelector('.truth').innerText.includes('一致')")
        .await?;
    look(&browser, "seizure-synced").await?;
    drop(browser);

    // The office sees the seal, the thing and the second signature; everything reads again.
    let desk = Browser::open("the seizure in a browser", DESK, "zh-CN")
        .await
        .context("browser")?;
    desk_of(&desk, &house, CLERK.login, &record).await?;
    let page = desk.text("main, .page, body").await?;
    for told in [
        &hash,
        "数控车床",
        "小型货车",
        VIN,
        SECOND.name,
        "签名有效",
        "周某",
    ] {
        assert!(page.contains(told), "{told} is not on {page}");
    }
    desk.until("document.querySelector('svg.strokes path')")
        .await?;
    look(&desk, "seizure-desk").await?;
    drop(desk);
    house.phone.stop().await?;
    house.server.stop().await?;
    let verified = house
        .court
        .command(["verify".into(), "--json".into()], None)
        .await?;
    let report: serde_json::Value = serde_json::from_str(&verified)?;
    assert_eq!(report["ok"], true, "{verified}");
    Ok(())
}

/// The dark modules of a drawn code, from its path `M4 4h7v1h-7z…`, inside its quiet zone.
fn dark_modules(path: &str) -> BTreeSet<(usize, usize)> {
    let run = |run: &str| -> Option<(usize, usize, usize)> {
        let (x, rest) = run.split_once(' ')?;
        let (y, rest) = rest.split_once('h')?;
        let (n, _) = rest.split_once('v')?;
        Some((x.parse().ok()?, y.parse().ok()?, n.parse().ok()?))
    };
    let runs = path.split('M').filter_map(run);
    runs.flat_map(|(x, y, n)| (x..x + n).map(move |x| (x - 4, y - 4)))
        .collect()
}

/// The dark modules of the code of a text.
fn code_of(text: &str) -> Result<BTreeSet<(usize, usize)>> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)?;
    let width = code.width();
    let colours = code.to_colors().into_iter().enumerate();
    Ok(colours
        .filter(|(_, it)| *it == qrcode::Color::Dark)
        .map(|(at, _)| (at % width, at / width))
        .collect())
}
