//! What reading and signing in leaves in the audit log, and how its page shows it.

use super::house::{House, PASSWORD, user};
use crate::access::Role;
use crate::db::AuditFilter;
use crate::words::audit::AuditWords;
use axum::http::StatusCode;

/// Acts of the audit log since a number, oldest first: act, by whom, about what.
async fn acts(house: &House, after: i64) -> Vec<(String, String, String)> {
    let filter = AuditFilter {
        limit: 1000,
        ..AuditFilter::default()
    };
    let rows = house.court.db().audit_shown(&filter).await.unwrap();
    let rows = rows.into_iter().rev().filter(|row| row.number > after);
    rows.map(|row| {
        let who = row.user_name.unwrap_or_default();
        (row.act, who, row.object.unwrap_or_default())
    })
    .collect()
}

async fn last(house: &House) -> i64 {
    house.court.db().audit_misfits().await.unwrap().last
}

#[tokio::test]
async fn who_read_what_is_noted_by_ids_and_what_he_may_not_read_is_not_noted_as_read() {
    let house = House::full().await;
    let mut officer = house.browser("officer1").await;
    let mut admin = house.browser("admin4").await;
    let own = house
        .cases
        .iter()
        .find(|it| it.officer == "赵法官")
        .unwrap();
    let other = house
        .cases
        .iter()
        .find(|it| it.officer != "赵法官")
        .unwrap();
    let (subject, photo) = (house.subjects[0].to_string(), house.photos[0].to_string());
    let before = last(&house).await;
    for path in [
        format!("/cases/{}", own.id),
        format!("/cases/{}", other.id),
        format!("/records/{subject}"),
        format!("/evidence/{photo}"),
        format!("/evidence/{photo}/thumbnail"),
        "/cases".to_owned(),
    ] {
        officer.get(&path).await;
        assert_eq!(
            admin.get(&path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let receipts = format!("/devices/{}/receipts", house.journals[0]);
    assert_eq!(admin.get(&receipts).await.status, StatusCode::OK);
    let row =
        |act: &str, who: &str, object: &str| (act.to_owned(), who.to_owned(), object.to_owned());
    assert_eq!(
        acts(&house, before).await,
        [
            row("case-read", "何某1", &own.id),
            row("record-read", "何某1", &subject),
            row("evidence-read", "何某1", &photo),
            row("receipts-read", "何某4", &house.journals[0].to_string()),
        ]
    );
}

#[tokio::test]
async fn signing_in_failing_and_out_are_noted_and_nothing_that_was_typed() {
    let house = House::empty().await;
    let before = last(&house).await;
    let mut browser = house.stranger();
    for (login, password) in [
        ("clerk2", "x"),
        ("a secret typed here", "x"),
        ("clerk2", PASSWORD),
    ] {
        let fields = [("login", login), ("password", password)];
        browser.post("/sign-in", &fields).await;
    }
    browser.post("/sign-out", &[]).await;
    let clerk = user(2, Role::Clerk, "").id.to_string();
    let row =
        |act: &str, who: &str, object: &str| (act.to_owned(), who.to_owned(), object.to_owned());
    assert_eq!(
        acts(&house, before).await,
        [
            row("sign-in-failed", "", &clerk),
            row("sign-in-failed", "", ""),
            row("signed-in", "何某2", ""),
            row("signed-out", "何某2", ""),
        ]
    );
}

#[tokio::test]
async fn the_page_shows_numbers_of_cases_to_who_reads_cases_and_ids_to_who_does_not() {
    let house = House::full().await;
    let case = &house.cases[0];
    house
        .browser("clerk2")
        .await
        .get(&format!("/cases/{}", case.id))
        .await;
    let words = &AuditWords::ZH;
    for (login, sees) in [("supervisor23", true), ("admin4", false)] {
        let page = house.browser(login).await.get("/audit").await.body;
        assert!(page.contains(words.case_read), "{login}");
        assert_eq!(page.contains(&case.number), sees, "{login}");
        assert!(page.contains(&case.id), "{login}");
        let link = format!("href=\"/cases/{}\"", case.id);
        assert_eq!(page.contains(&link), sees, "{login}");
    }
}

#[tokio::test]
async fn the_page_filters_by_person_act_and_day_and_turns_pages() {
    let house = House::empty().await;
    let mut supervisor = house.browser("supervisor23").await;
    let clerk = user(2, Role::Clerk, "").id;
    let mut write = house.court.db().write().await.unwrap();
    for n in 0..150 {
        let object = format!("case-{n}-");
        let act = crate::db::AuditAct::CaseRead;
        let at = super::house::NOW + n * 600_000;
        write
            .audit(act, Some(clerk), None, Some(&object), at)
            .await
            .unwrap();
    }
    write.commit().await.unwrap();
    let by = format!("/audit?person={clerk}");
    let page = supervisor.get(&by).await.body;
    assert!(page.contains("case-149-") && page.contains("case-50-") && !page.contains("case-49-"));
    let next = page
        .split("rel=\"next\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let next = next.replace("&#38;", "&").replace("&amp;", "&");
    let page = supervisor.get(&next).await.body;
    assert!(page.contains("case-49-") && page.contains("case-0-") && !page.contains("case-50-"));
    assert!(page.contains("rel=\"prev\"") && !page.contains("rel=\"next\""));
    // 2019-07-02 10:00 +08:00 is the first of them: 84 are of that day, 66 of the next.
    let page = supervisor.get(&format!("{by}&day=2019-07-03")).await.body;
    assert!(page.contains("case-84-") && !page.contains("case-83-") && page.contains("case-149-"));
    let page = supervisor
        .get("/audit?act=signed-in&person=nobody")
        .await
        .body;
    assert!(page.contains(AuditWords::ZH.none));
}

#[tokio::test]
async fn the_page_says_which_row_was_touched() {
    let house = House::empty().await;
    let mut supervisor = house.browser("supervisor23").await;
    let words = &AuditWords::ZH;
    let page = supervisor.get("/audit").await.body;
    assert!(page.contains("条全部相符") && !page.contains(words.chain_todo));
    let db = house.court.db();
    db.forge_audit(3).await;
    // What was found stands for ten minutes, or until somebody asks.
    assert!(supervisor.get("/audit").await.body.contains("条全部相符"));
    for (address, later) in [("/audit?check=now", 0), ("/audit", 600_001)] {
        house.later(later);
        let page = supervisor.get(address).await.body;
        assert!(page.contains("第 3 条与其链接不符") && page.contains(words.chain_todo));
    }
    db.cut_audit(4, 5).await;
    let page = supervisor.get("/audit?check=now").await.body;
    assert!(page.contains("第 4 至 5 条不见了"));
}
