use super::super::route::table;
use super::house::{Browser, House, NOW, PASSWORD, user};
use crate::access::Role;
use crate::words::console::ConsoleWords;
use axum::http::StatusCode;

/// An address of the table with something in the place of its parameters.
pub fn filled(path: &str, house: &House) -> String {
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
    let person = user(1, Role::Officer, "").id.to_string();
    path.replace("/people/{id}", &format!("/people/{person}"))
        .replace("{id}", &case)
        .replace("{subject}", &id(0))
        .replace("{hash}", &hash)
        .replace("{sha256}", &"ab".repeat(32))
        .replace("{version}", "1")
        .replace("{journal}", &journal)
}

/// Logins of the seven roles, in the order of the oracle's columns.
pub const LOGINS: [&str; 7] = [
    "officer1",
    "lead21",
    "clerk2",
    "command3",
    "review22",
    "supervisor23",
    "admin4",
];

/// Written by hand from docs/decisions/0009-roles.md, not taken from the code: address, whether forms go
/// there, and who comes: 外勤 组长 内勤 指挥 复查 监督 管理员, and a visitor who is not signed in.
/// `+` he does, `o` within his scope alone, `.` he does not.
pub const ORACLE: &[(&str, bool, &str)] = &[
    ("/sign-in", true, "+++++++ +"),
    ("/language", true, "+++++++ +"),
    ("/sign-out", true, "+++++++ ."),
    ("/", false, "+++++++ ."),
    ("/cases", false, "o+++++. ."),
    ("/cases/{id}", false, "o+++++. ."),
    ("/cases/{id}/assign", true, ".+.+... ."),
    ("/records", false, "o+++++. ."),
    ("/records/{subject}", false, "o+++++. ."),
    ("/records/{subject}/evidence/{hash}", false, "o+++++. ."),
    ("/records/{subject}/decide", true, "..++... ."),
    ("/reconcile", false, ".+++++. ."),
    ("/reconcile/conclude", true, "..++... ."),
    ("/reconcile/{subject}", false, ".+++++. ."),
    ("/reconcile/{subject}/conclude", true, "..++... ."),
    ("/decisions", false, "..++... ."),
    ("/decisions/{journal}", true, "...+... ."),
    ("/evidence/{hash}", false, "o+++++. ."),
    ("/evidence/{hash}/thumbnail", false, "o+++++. ."),
    ("/undelivered", false, ".+++.++ ."),
    ("/incidents", false, ".+++.++ ."),
    ("/import", true, "..+.... ."),
    ("/import/preview/{sha256}", true, "..+.... ."),
    ("/import/versions/{version}", false, "..+.... ."),
    ("/import/versions/{version}/rollback", true, "..+.... ."),
    ("/devices", false, ".+++.++ ."),
    ("/devices/tickets", true, "......+ ."),
    ("/devices/hand-in", true, "..+...+ ."),
    ("/devices/{journal}", false, ".+++.++ ."),
    ("/devices/{journal}/receipts", false, "..+...+ ."),
    ("/devices/{journal}/revoke", true, "......+ ."),
    ("/people", false, "......+ ."),
    ("/people/{id}", true, "......+ ."),
    ("/audit", false, ".....++ ."),
];

#[test]
fn no_address_is_without_a_row_in_the_oracle() {
    let built: Vec<&str> = table().iter().map(|route| route.path).collect();
    for path in &built {
        assert!(
            ORACLE.iter().any(|row| row.0 == *path),
            "say who may come to {path}"
        );
    }
    for (path, ..) in ORACLE {
        assert!(built.contains(path), "there is no {path}");
    }
    assert_eq!(built.len(), ORACLE.len());
}

#[tokio::test]
async fn every_role_comes_to_every_address_as_the_oracle_says() {
    let house = House::full().await;
    let words = &ConsoleWords::ZH;
    for (at, login) in LOGINS.into_iter().enumerate() {
        let mut browser = house.browser(login).await;
        for (route, has_form, may) in ORACLE {
            let path = filled(route, &house);
            let comes = may.as_bytes()[at] != b'.';
            let got = browser.get(&path).await;
            if comes {
                // The house has no list version, no upload, and no sealed record under this id.
                let unknown = route.contains("{sha256}")
                    || route.contains("{version}")
                    || route.starts_with("/reconcile/{subject}");
                assert!(
                    got.status == StatusCode::OK
                        || got.status.is_redirection()
                        || (unknown && got.status == StatusCode::NOT_FOUND),
                    "{login} {path}: {}",
                    got.status
                );
                assert!(!got.to().starts_with("/sign-in"), "{login} {path}");
            } else {
                assert_eq!(got.status, StatusCode::FORBIDDEN, "{login} {path}");
                assert!(got.body.contains(words.forbidden_title), "{login} {path}");
                assert!(!got.body.contains("粤0115"), "{login} {path}");
                let home = browser.get("/").await.body;
                let dead = home.contains(&format!("href=\"{path}\""));
                assert!(!dead, "{login} is led to {path}");
            }
            // A form with a token that is not his changes nothing, whoever sends it.
            let posted = browser.post_raw(&path, &[("token", "x")]).await;
            let (status, title) = match (has_form, comes) {
                (false, _) => (StatusCode::NOT_FOUND, words.not_found_title),
                (true, false) => (StatusCode::FORBIDDEN, words.forbidden_title),
                (true, true) => (StatusCode::FORBIDDEN, words.expired_title),
            };
            let is_upload = matches!(*route, "/import" | "/devices/hand-in");
            if comes && is_upload {
                assert_eq!(posted.status, StatusCode::BAD_REQUEST, "{login} {path}");
                continue;
            }
            assert_eq!(posted.status, status, "{login} sends to {path}");
            assert!(posted.body.contains(title), "{login} sends to {path}");
        }
    }
}

#[tokio::test]
async fn without_signing_in_every_address_leads_to_sign_in_and_shows_nothing() {
    let house = House::full().await;
    for (route, has_form, may) in ORACLE {
        let path = filled(route, &house);
        let mut stranger = house.stranger();
        let got = stranger.get(&path).await;
        if may.ends_with('+') {
            assert!(
                got.status.is_success() || got.status.is_redirection(),
                "{path}"
            );
            continue;
        }
        let posted = stranger.post_raw(&path, &[("token", "x")]).await;
        if !has_form {
            assert_eq!(posted.status, StatusCode::NOT_FOUND, "{path}");
        }
        for answer in [Some(&got), has_form.then_some(&posted)]
            .into_iter()
            .flatten()
        {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(
                answer.to().starts_with("/sign-in"),
                "{path} leads to {}",
                answer.to()
            );
            assert!(!answer.body.contains("粤0115"), "{path}");
        }
    }
}

/// Somebody in the field whose name in the list is another's, and who opened nothing.
async fn colleague(house: &House) -> Browser {
    let mut write = house.court.db().write().await.unwrap();
    let phc = crate::password::hash(PASSWORD, &[7; 16]).unwrap();
    write
        .add_user(&user(9, Role::Officer, "某法官"), Some(&phc), NOW)
        .await
        .unwrap();
    write.commit().await.unwrap();
    house.browser("officer9").await
}

#[tokio::test]
async fn what_is_out_of_scope_is_not_there() {
    let house = House::full().await;
    let mut own = house.browser("officer1").await;
    let mut colleague = colleague(&house).await;
    let case = house
        .cases
        .iter()
        .find(|it| it.officer == "赵法官")
        .unwrap();
    for (route, _, may) in ORACLE.iter().filter(|row| row.2.starts_with('o')) {
        let path = filled(&route.replace("{id}", &case.id), &house);
        assert_eq!(own.get(&path).await.status, StatusCode::OK, "{path}");
        let got = colleague.get(&path).await;
        if route.contains('{') {
            // Not 403: that would say that it exists.
            assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
        } else {
            assert_eq!(got.status, StatusCode::OK, "{path}");
            let named = [case.id.clone(), house.subjects[0].to_string()];
            assert!(!named.iter().any(|id| got.body.contains(id)), "{path}");
        }
        for (at, login) in LOGINS.into_iter().enumerate() {
            if may.as_bytes()[at] == b'+' {
                let got = house.browser(login).await.get(&path).await;
                assert_eq!(got.status, StatusCode::OK, "{login} {path}");
            }
        }
    }
    let other = house
        .cases
        .iter()
        .find(|it| it.officer != "赵法官")
        .unwrap();
    let query = serde_urlencoded::to_string([("q", &other.number)]).unwrap();
    let found = own.get(&format!("/cases?{query}")).await;
    let led = StatusCode::OK;
    assert_eq!(
        found.status, led,
        "a number of another officer leads nowhere"
    );
    assert!(!found.body.contains(&other.id));
}

#[tokio::test]
async fn who_keeps_the_system_reads_no_case_on_any_page_that_he_may_open() {
    let house = House::full().await;
    let mut admin = house.browser("admin4").await;
    let mut clerk = house.browser("clerk2").await;
    let photo = "undelivered &#34;";
    assert!(clerk.get("/undelivered").await.body.contains(photo));
    for (route, _, may) in ORACLE {
        if may.as_bytes()[6] != b'+' {
            continue;
        }
        let page = admin.get(&filled(route, &house)).await.body;
        for content in ["粤0115", "大岗镇", photo, "action=\"/cases\""] {
            assert!(!page.contains(content), "{route} says {content}");
        }
        for subject in &house.subjects {
            assert!(!page.contains(&subject.to_string()), "{route}");
        }
    }
}
