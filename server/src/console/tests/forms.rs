use super::super::gate::TRIES;
use super::super::visitor::{IDLE_MS, LIFE_MS};
use super::house::{House, PASSWORD};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

#[tokio::test]
async fn signing_in_leads_to_the_page_asked_for_and_out_again() {
    let house = House::full().await;
    let mut browser = house.stranger();
    let asked = browser.get("/cases?q=x").await;
    assert_eq!(asked.to(), "/sign-in?next=%2Fcases%3Fq%3Dx");
    let fields = [
        ("login", "clerk2"),
        ("password", PASSWORD),
        ("next", "/cases?q=x"),
    ];
    let signed_in = browser.post("/sign-in", &fields).await;
    assert_eq!(signed_in.to(), "/cases?q=x");
    let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"), "plain HTTP on loopback");
    assert_eq!(browser.get("/cases?q=x").await.status, StatusCode::OK);
    let held = browser.cookies.clone();
    assert_eq!(browser.post("/sign-out", &[]).await.to(), "/sign-in");
    browser.cookies = held;
    assert_eq!(
        browser.get("/").await.status,
        StatusCode::SEE_OTHER,
        "the session is over"
    );
}

#[tokio::test]
async fn too_many_wrong_passwords_lock_out_for_a_time_that_is_said() {
    let house = House::empty().await;
    // Known and unknown logins look alike in every answer.
    for login in ["clerk2", "nobody"] {
        let mut browser = house.stranger();
        for n in 1..=TRIES {
            let wrong = browser
                .post("/sign-in", &[("login", login), ("password", "x")])
                .await;
            assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
            assert_eq!(wrong.body.contains("1 分钟后"), n == TRIES, "{login} {n}");
        }
        let right = browser
            .post("/sign-in", &[("login", login), ("password", PASSWORD)])
            .await;
        assert_eq!(right.status, StatusCode::UNAUTHORIZED, "{login}");
    }
    house.later(60_001);
    let mut browser = house.stranger();
    let again = browser
        .post("/sign-in", &[("login", "clerk2"), ("password", "x")])
        .await;
    assert!(again.body.contains("2 分钟后"), "the wait doubles");
    house.later(120_001);
    assert_eq!(
        house.browser("clerk2").await.get("/").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_and_at_the_end_of_its_life() {
    let house = House::empty().await;
    let mut idle = house.browser("clerk2").await;
    house.later(IDLE_MS - 1);
    assert_eq!(idle.get("/").await.status, StatusCode::OK);
    house.later(IDLE_MS);
    assert_eq!(idle.get("/").await.status, StatusCode::SEE_OTHER);
    let mut busy = house.browser("clerk2").await;
    let step = IDLE_MS - 60_000;
    for _ in 0..LIFE_MS / step {
        assert_eq!(busy.get("/").await.status, StatusCode::OK);
        house.later(step);
    }
    house.later(LIFE_MS % step);
    assert_eq!(busy.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let house = House::full().await;
    let mut browser = house.browser("admin4").await;
    let journal = house.journals[0].to_string();
    let revoke = format!("/devices/{journal}/revoke");
    let other = house.browser("admin4").await.get("/devices").await.token();
    assert!(!other.is_empty());
    for token in ["", "x", &other] {
        let refused = browser.post_raw(&revoke, &[("token", token)]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.body.contains("页面已过期"), "{}", refused.body);
        assert!(
            refused.body.contains(&format!("href=\"{revoke}\"")),
            "there is a way back"
        );
    }
    let upload = browser.upload("x", "a.csv", "案号\n1".as_bytes()).await;
    assert_eq!(upload.status, StatusCode::FORBIDDEN);
    assert!(
        !house.court.config().data.join("staging").exists(),
        "nothing was written"
    );
    let row = house
        .court
        .db()
        .journal_shown(&journal)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.revoked_ms, None);
    assert_eq!(
        browser.post(&revoke, &[]).await.to(),
        format!("/devices/{journal}")
    );
    let row = house
        .court
        .db()
        .journal_shown(&journal)
        .await
        .unwrap()
        .unwrap();
    assert!(row.revoked_ms.is_some());
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_whatever_it_carries() {
    let house = House::full().await;
    let mut browser = house.browser("admin4").await;
    let token = browser.get("/devices").await.token();
    let request = Request::post("/sign-out")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "127.0.0.1:8700")
        .header(header::ORIGIN, "http://evil.example")
        .body(Body::from(format!("token={token}")))
        .unwrap();
    let refused = browser.send(request).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("提交来自别处"));
    assert_eq!(
        browser.get("/").await.status,
        StatusCode::OK,
        "still signed in"
    );
}

#[tokio::test]
async fn the_language_is_kept_with_the_session_and_for_the_browser() {
    let house = House::full().await;
    let mut browser = house.browser("clerk2").await;
    assert!(browser.get("/cases").await.body.contains("承办人"));
    let switched = browser
        .post("/language", &[("lang", "en"), ("next", "/cases?sort=due")])
        .await;
    assert_eq!(switched.to(), "/cases?sort=due");
    let page = browser.get("/cases").await.body;
    assert!(page.contains("lang=\"en\"") && page.contains("In charge"));
    browser.post("/sign-out", &[]).await;
    assert!(browser.get("/sign-in").await.body.contains("lang=\"en\""));
    let bad = browser.post("/language", &[("lang", "fr")]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_ticket_is_shown_once_and_carries_what_a_phone_needs() {
    let house = House::full().await;
    let mut browser = house.browser("admin4").await;
    let officer = super::house::user(1, crate::db::Role::Officer, "")
        .id
        .to_string();
    let page = browser
        .post("/devices/tickets", &[("officer", &officer)])
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let text = page
        .body
        .split("waiqin1:")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let ticket: waiqin_protocol::wire::enrol::Ticket = format!("waiqin1:{text}").parse().unwrap();
    assert_eq!(ticket.server, house.court.server_id());
    assert!(page.body.contains("<svg"));
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(browser.get("/devices/tickets").await.to(), "/devices");
    let nobody = browser
        .post("/devices/tickets", &[("officer", &"ee".repeat(16))])
        .await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let nonsense = browser.post("/devices/tickets", &[("officer", "x")]).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
}

/// What the office decides stands in a journal of its own, which is no phone's.
#[tokio::test]
async fn the_offices_own_journal_is_no_device() {
    let house = House::full().await;
    let office = crate::db::Journal {
        office: true,
        ..crate::db::testing::journal(9)
    };
    let mut write = house.court.db().write().await.unwrap();
    write.add_journal(&office).await.unwrap();
    write.commit().await.unwrap();
    let mut browser = house.browser("admin4").await;
    let id = office.id.to_string();
    let token = browser.get("/devices").await.token();
    for path in [format!("/devices/{id}"), format!("/devices/{id}/revoke")] {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
        let sent = browser.post_raw(&path, &[("token", &token)]).await.status;
        assert!(sent.is_client_error(), "{path}: {sent}");
    }
    for path in ["/devices", "/audit"] {
        let page = browser.get(path).await.body;
        assert!(!page.contains(&format!("/devices/{id}")), "{path}");
    }
    let kept = house.court.db().journal(office.id).await.unwrap().unwrap();
    assert_eq!(kept.revoked_ms, None);
    let mut write = house.court.db().write().await.unwrap();
    assert!(!write.revoke(office.id, None, 1).await.unwrap());
}

/// The reason was good: what cannot be written is the server's trouble, and nothing happened.
#[tokio::test]
async fn an_entry_that_cannot_be_written_is_not_put_down_to_its_reason() {
    use crate::record::{NotDone, Release, release};
    let house = House::full().await;
    let db = house.court.db();
    let held = db.held_shown(None, 9).await.unwrap();
    let entry = held.first().unwrap();
    let wanted = || Release {
        journal: entry.journal.parse().unwrap(),
        entries: vec![entry.hash.parse().unwrap()],
        reason: "看过了".into(),
    };
    let by = waiqin_protocol::ids::OfficerId::from_bytes([3; 16]);
    let before = db.log_position().await.unwrap();
    // A clock beyond the numbers of the format.
    house.later(1 << 53);
    let done = release(&house.court, by, wanted()).await;
    assert!(matches!(done, Err(NotDone::Entry(_))), "{done:?}");
    assert_eq!(db.log_position().await.unwrap(), before);
    house.later(-(1 << 53));
    release(&house.court, by, wanted()).await.unwrap();
}
