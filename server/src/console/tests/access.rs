use super::super::route::{Access, table};
use super::house::{House, NOW, PASSWORD, user};
use crate::db::Role;
use axum::http::{StatusCode, header};

/// An address of the table with something in the place of its parameters.
fn filled(path: &str, house: &House) -> String {
    let id = |n: usize| {
        house
            .subjects
            .get(n)
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let hash = house
        .photos
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let journal = house
        .journals
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let case = house
        .cases
        .first()
        .map(|case| case.id.clone())
        .unwrap_or_default();
    path.replace("{id}", &case)
        .replace("{subject}", &id(0))
        .replace("{hash}", &hash)
        .replace("{sha256}", &"ab".repeat(32))
        .replace("{version}", "1")
        .replace("{journal}", &journal)
}

#[tokio::test]
async fn without_signing_in_every_address_leads_to_sign_in_and_shows_nothing() {
    let house = House::full().await;
    for route in table() {
        let path = filled(route.path, &house);
        let mut stranger = house.stranger();
        let got = stranger.get(&path).await;
        if route.access == Access::Open {
            assert!(
                got.status.is_success() || got.status.is_redirection(),
                "{path}"
            );
            continue;
        }
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            got.to().starts_with("/sign-in"),
            "{path} leads to {}",
            got.to()
        );
        let posted = stranger.post_raw(&path, &[("token", "x")]).await;
        assert!(
            posted.status == StatusCode::SEE_OTHER || posted.status == StatusCode::NOT_FOUND,
            "{path}: {}",
            posted.status
        );
        for text in [&got.body, &posted.body] {
            assert!(!text.contains("粤0115"), "{path}");
        }
    }
}

#[tokio::test]
async fn each_role_comes_where_the_table_says_and_no_further() {
    let house = House::full().await;
    for (login, office, admin) in [
        ("officer1", false, false),
        ("clerk2", true, false),
        ("command3", true, false),
        ("admin4", true, true),
    ] {
        let mut browser = house.browser(login).await;
        for route in table() {
            let path = filled(route.path, &house);
            let refused = match route.access {
                Access::Open | Access::Member => false,
                Access::Office => !office,
                Access::Admin => !admin,
            };
            let got = browser.get(&path).await;
            assert_eq!(
                got.status == StatusCode::FORBIDDEN,
                refused,
                "{login} {path}"
            );
            let home = browser.get("/").await.body;
            if refused {
                let dead = home.contains(&format!("href=\"{}\"", route.path));
                assert!(!dead, "{login} is led to {path}");
            }
        }
    }
}

#[tokio::test]
async fn an_officer_sees_his_own_cases_and_records_alone() {
    let house = House::full().await;
    let mut browser = house.browser("officer1").await;
    let other = house
        .cases
        .iter()
        .find(|case| case.officer != "赵法官")
        .unwrap();
    let own = house
        .cases
        .iter()
        .find(|case| case.officer == "赵法官")
        .unwrap();
    assert_eq!(
        browser.get(&format!("/cases/{}", other.id)).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get(&format!("/cases/{}", own.id)).await.status,
        StatusCode::OK
    );
    let all = browser.get("/cases").await.body;
    assert!(!all.contains(&other.id));
    let query = serde_urlencoded::to_string([("q", &other.number)]).unwrap();
    let found = browser.get(&format!("/cases?{query}")).await;
    assert_eq!(
        found.status,
        StatusCode::OK,
        "a number of another officer leads nowhere"
    );
    // A colleague whose cases are others, and who opened no record, sees neither record nor photo.
    let mut write = house.court.db().write().await.unwrap();
    let phc = crate::password::hash(PASSWORD, &[7; 16]).unwrap();
    write
        .add_user(&user(9, Role::Officer, "某法官"), Some(&phc), NOW)
        .await
        .unwrap();
    write.commit().await.unwrap();
    let mut colleague = house.browser("officer9").await;
    for path in [
        format!("/records/{}", house.subjects[0]),
        format!(
            "/records/{}/evidence/{}",
            house.subjects[0], house.photos[0]
        ),
        format!("/evidence/{}", house.photos[0]),
        format!("/evidence/{}/thumbnail", house.photos[0]),
    ] {
        assert_eq!(browser.get(&path).await.status, StatusCode::OK, "{path}");
        assert_eq!(
            colleague.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert!(
        !colleague
            .get("/records")
            .await
            .body
            .contains(&house.subjects[0].to_string())
    );
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let house = House::full().await;
    let mut browser = house.browser("admin4").await;
    for path in [
        "/",
        "/cases",
        "/sign-in",
        "/nowhere",
        "/static/desk.css",
        "/static/none",
    ] {
        let got = browser.get(path).await;
        let text = |name: header::HeaderName| got.headers[name].to_str().unwrap().to_owned();
        assert!(
            text(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(text(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert_eq!(text(header::X_FRAME_OPTIONS), "DENY", "{path}");
        if !path.starts_with("/static") {
            assert_eq!(text(header::CACHE_CONTROL), "no-store", "{path}");
        }
    }
}
