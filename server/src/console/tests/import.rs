use super::house::House;
use crate::words::console::ConsoleWords;
use axum::http::StatusCode;
use std::path::{Path, PathBuf};

fn list(name: &str) -> Vec<u8> {
    let lists = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/lists");
    std::fs::read(lists.join(name)).unwrap()
}

fn july() -> Vec<u8> {
    list("case-list-2019-07-01.gbk.csv")
}

fn august() -> Vec<u8> {
    list("case-list-2019-08-01.xlsx")
}

fn staged(house: &House) -> Vec<PathBuf> {
    let folder = house.court.config().data.join("staging");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A row of the table of kinds: its name, then its count.
fn count(page: &str, word: &str) -> String {
    let named = format!("<td>{word}</td>");
    let linked = format!("\">{word}</a></td>");
    let is_of_kind = |row: &&str| row.contains(&named) || row.contains(&linked);
    let row = page.split("<tr").find(is_of_kind).unwrap();
    let cell = row.split("class=\"n\">").nth(1).unwrap();
    cell.replace("<b>", "")
        .split('<')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn both_lists_are_previewed_as_they_truly_are_then_applied_and_taken_back() {
    let house = House::empty().await;
    let mut clerk = house.browser("clerk2").await;
    let token = clerk.get("/import").await.token();
    let taken = clerk.upload(&token, "july.csv", &july()).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let preview = taken.to().to_owned();
    let page = clerk.get(&preview).await.body;
    for (word, n) in [
        ("案号半角括号", "29"),
        ("案号夹空格", "12"),
        ("金额以万元计", "26"),
        ("新收", "300"),
    ] {
        assert_eq!(count(&page, word), n, "{word}");
    }
    assert!(
        page.contains("第 280 行没有案号"),
        "the row set aside is shown with what to do"
    );
    assert_eq!(
        house.court.db().newest_list_version().await.unwrap(),
        0,
        "nothing is applied yet"
    );

    let applied = clerk
        .post(&preview, &[("act", "apply"), ("against", "0")])
        .await;
    assert_eq!(applied.to(), "/import/versions/1", "{}", applied.body);
    assert!(staged(&house).is_empty(), "what was applied waits no more");
    assert!(clerk.get("/cases").await.body.contains("300 件"));
    assert!(clerk.get("/").await.body.contains("名册第 1 版"));

    let token = clerk.get("/import").await.token();
    let preview = clerk
        .upload(&token, "august.xlsx", &august())
        .await
        .to()
        .to_owned();
    let page = clerk.get(&preview).await.body;
    for (word, n) in [
        ("新收", "40"),
        ("结案", "20"),
        ("恢复执行", "4"),
        ("并入他案", "2"),
        ("本次缺失", "5"),
        ("改案号", "3"),
        ("换承办人", "13"),
        ("剩余标的变动", "18"),
    ] {
        assert_eq!(count(&page, word), n, "{word}");
    }
    let applied = clerk
        .post(&preview, &[("act", "apply"), ("against", "1")])
        .await;
    assert_eq!(applied.to(), "/import/versions/2");
    let version = clerk.get("/import/versions/2").await.body;
    assert_eq!(count(&version, "改案号"), "3");
    let renumbered = clerk.get("/cases/4401150000100008").await.body;
    assert!(renumbered.contains("2807号") && renumbered.contains("曾用案号"));
    let former = serde_urlencoded::to_string([("q", "（2019）粤0115执1039号")]).unwrap();
    assert_eq!(
        clerk.get(&format!("/cases?{former}")).await.to(),
        "/cases/4401150000100008"
    );

    let rollback = "/import/versions/2/rollback";
    let without = clerk.post(rollback, &[("reason", "  ")]).await;
    assert!(
        without
            .body
            .contains(ConsoleWords::ZH.rollback_needs_reason)
    );
    let old = clerk
        .post("/import/versions/1/rollback", &[("reason", "错了")])
        .await;
    assert!(old.status.is_success() || old.status.is_redirection());
    assert_eq!(
        house.court.db().newest_list_version().await.unwrap(),
        2,
        "only the newest goes back"
    );
    let back = clerk.post(rollback, &[("reason", "导出时有筛选")]).await;
    assert_eq!(back.to(), "/import/versions/3");
    let page = clerk.get("/import/versions/3").await.body;
    assert!(page.contains("回退第 2 版") && page.contains("导出时有筛选"));
    let restored = clerk.get("/cases/4401150000100008").await.body;
    assert!(restored.contains("1039号"));
}

#[tokio::test]
async fn a_suspicious_list_asks_for_a_reason_and_keeps_it() {
    let house = House::empty().await;
    let mut clerk = house.browser("clerk2").await;
    let token = clerk.get("/import").await.token();
    let preview = clerk
        .upload(&token, "july.csv", &july())
        .await
        .to()
        .to_owned();
    clerk
        .post(&preview, &[("act", "apply"), ("against", "0")])
        .await;
    let short = "案件标识,案号,承办人\n4401150000100001,（2017）粤0115执50号,王法官\n";
    let token = clerk.get("/import").await.token();
    let preview = clerk
        .upload(&token, "short.csv", short.as_bytes())
        .await
        .to()
        .to_owned();
    let page = clerk.get(&preview).await.body;
    assert!(page.contains("name=\"reason\""), "it asks why");
    let refused = clerk
        .post(&preview, &[("act", "apply"), ("against", "1")])
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains(ConsoleWords::ZH.preview_needs_reason));
    assert_eq!(house.court.db().newest_list_version().await.unwrap(), 1);
    let fields = [
        ("act", "apply"),
        ("against", "1"),
        ("reason", "只导出一件核对"),
    ];
    assert_eq!(
        clerk.post(&preview, &fields).await.to(),
        "/import/versions/2"
    );
    assert!(clerk.get("/import").await.body.contains("只导出一件核对"));
}

#[tokio::test]
async fn a_preview_that_was_overtaken_applies_nothing_and_is_shown_anew() {
    let house = House::empty().await;
    let mut one = house.browser("clerk2").await;
    let mut two = house.browser("clerk2").await;
    let token = one.get("/import").await.token();
    let preview = one
        .upload(&token, "july.csv", &july())
        .await
        .to()
        .to_owned();
    let token = two.get("/import").await.token();
    let other = two
        .upload(&token, "august.xlsx", &august())
        .await
        .to()
        .to_owned();
    assert_eq!(
        two.post(&other, &[("act", "apply"), ("against", "0")])
            .await
            .to(),
        "/import/versions/1"
    );
    let late = one
        .post(&preview, &[("act", "apply"), ("against", "0")])
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("名册已更新到第 1 版"), "{}", late.body);
    assert!(late.body.contains("name=\"against\" value=\"1\""));
    assert_eq!(house.court.db().newest_list_version().await.unwrap(), 1);
    assert_eq!(
        one.post(&preview, &[("act", "discard"), ("against", "1")])
            .await
            .to(),
        "/import"
    );
    assert!(staged(&house).is_empty());
    assert_eq!(one.get(&preview).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_is_no_list_is_refused_with_what_to_do_and_is_not_kept() {
    let house = House::empty().await;
    let mut clerk = house.browser("clerk2").await;
    for (name, bytes) in [
        ("x.csv", super::house::picture(9, 9)),
        ("y.xls", b"<html><table></table></html>".to_vec()),
        ("z.csv", "姓名,地址\n某,某\n".into()),
        ("../../etc/passwd", b"\x7fELF\x02\x01\x01".to_vec()),
    ] {
        let token = clerk.get("/import").await.token();
        let preview = clerk.upload(&token, name, &bytes).await.to().to_owned();
        let refused = clerk.get(&preview).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(
            refused.body.contains("原清单未变动"),
            "{name}: {}",
            refused.body
        );
        assert!(refused.body.contains("href=\"/import\""), "{name}");
        assert!(staged(&house).is_empty(), "{name}");
    }
    let token = clerk.get("/import").await.token();
    let nothing = clerk.upload(&token, "", b"").await;
    assert!(
        nothing
            .body
            .contains(ConsoleWords::ZH.import_nothing_chosen)
    );
    let token = clerk.get("/import").await.token();
    let empty = clerk.upload(&token, "empty.csv", b"").await.to().to_owned();
    assert_eq!(
        clerk.get(&empty).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(house.court.db().newest_list_version().await.unwrap(), 0);
}

#[tokio::test]
async fn a_file_beyond_the_bound_is_refused_while_it_comes() {
    let house = House::empty().await;
    let mut clerk = house.browser("clerk2").await;
    let token = clerk.get("/import").await.token();
    let large = vec![b'a'; super::super::import::LIST_BYTES_MAX + 1];
    let refused = clerk.upload(&token, "large.csv", &large).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.body.contains("64.0 MB"), "{}", refused.body);
    assert!(
        staged(&house).iter().all(|path| path.extension().is_none()),
        "nothing is staged"
    );
}
