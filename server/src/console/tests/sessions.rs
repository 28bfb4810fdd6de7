//! Signing in and staying so: what a stolen, planted or outlived cookie is worth, and what every form
//! and every answer must carry.

use super::access::{LOGINS, ORACLE, filled};
use super::house::{Answer, Browser, House, PASSWORD, user};
use crate::access::Role;
use crate::serve::OverTls;
use crate::words::console::ConsoleWords;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use std::net::SocketAddr;
use waiqin_protocol::ids::OfficerId;

fn clerk() -> OfficerId {
    user(2, Role::Clerk, "").id
}

/// Cookies that an answer sets.
fn set(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all(header::SET_COOKIE).iter();
    all.map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

/// A request as it comes over the server's own TLS.
fn over_tls(mut request: Request<Body>) -> Request<Body> {
    request.extensions_mut().insert(OverTls);
    request
}

fn sign_in_form(token: &str, login: &str, password: &str) -> Request<Body> {
    let fields = [("token", token), ("login", login), ("password", password)];
    Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "court.example")
        .header(header::ORIGIN, "https://court.example")
        .body(Body::from(serde_urlencoded::to_string(fields).unwrap()))
        .unwrap()
}

fn page(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn over_tls_cookies_are_of_this_host_alone_and_planted_ones_are_not_believed() {
    let house = House::empty().await;
    let mut browser = house.stranger();
    let entrance = browser.send(over_tls(page("/sign-in"))).await;
    let form = sign_in_form(&entrance.token(), "clerk2", PASSWORD);
    let answer = browser.send(over_tls(form)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    for cookie in set(&entrance).iter().chain(&set(&answer)) {
        assert!(cookie.starts_with("__Host-waiqin-"), "{cookie}");
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"),
            "{cookie}"
        );
    }
    let open = browser.send(over_tls(page("/"))).await;
    assert_eq!(open.status, StatusCode::OK);
    // The same token under the plain name, as somebody on the line could plant it.
    let session = browser.cookies.iter().find(|it| it.0.contains("desk"));
    let (name, token) = session
        .map(|(name, token)| (name.clone(), token.clone()))
        .unwrap();
    browser.cookies.clear();
    let plain = name.trim_start_matches("__Host-").to_owned();
    browser.cookies.insert(plain, token);
    let planted = browser.send(over_tls(page("/"))).await;
    assert_eq!(planted.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn behind_a_proxy_with_tls_the_form_says_so_and_cookies_are_kept_to_it() {
    let house = House::empty().await;
    let mut browser = house.stranger();
    let token = browser.get("/sign-in").await.token();
    let answer = browser.send(sign_in_form(&token, "clerk2", PASSWORD)).await;
    let cookies = set(&answer);
    assert!(
        cookies
            .iter()
            .all(|it| it.starts_with("__Host-") && it.ends_with("; Secure"))
    );
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_takes_a_token_that_nobody_knew_and_ends_the_one_before() {
    let house = House::empty().await;
    let mut browser = house.stranger();
    let desk = format!("waiqin-desk-{}", &house.court.server_id().to_string()[..8]);
    browser.cookies.insert(desk.clone(), "11".repeat(32));
    let fields = [("login", "clerk2"), ("password", PASSWORD)];
    browser.post("/sign-in", &fields).await;
    let first = browser.cookies[&desk].clone();
    assert_ne!(first, "11".repeat(32), "a planted token became a session");
    let form = browser.get("/").await.token();
    // Signing in again in the same browser, as somebody else.
    let fields = [
        ("token", form.as_str()),
        ("login", "lead21"),
        ("password", PASSWORD),
    ];
    let again = browser.post_raw("/sign-in", &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    assert_ne!(browser.cookies[&desk], first);
    assert_ne!(
        browser.get("/").await.token(),
        form,
        "the form's token stayed"
    );
    let mut old = house.stranger();
    old.cookies.insert(desk, first);
    assert_eq!(old.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn another_role_counts_from_the_next_request_on() {
    let house = House::full().await;
    let mut browser = house.browser("clerk2").await;
    for (role, import, people) in [
        (Role::Clerk, StatusCode::OK, StatusCode::FORBIDDEN),
        (
            Role::Supervisor,
            StatusCode::FORBIDDEN,
            StatusCode::FORBIDDEN,
        ),
        (Role::Admin, StatusCode::FORBIDDEN, StatusCode::OK),
    ] {
        let mut write = house.court.db().write().await.unwrap();
        if write.set_role(clerk(), role, None, 1).await.unwrap() {
            write.commit().await.unwrap();
        }
        assert_eq!(browser.get("/import").await.status, import, "{role:?}");
        assert_eq!(browser.get("/people").await.status, people, "{role:?}");
    }
    let case = format!("/cases/{}", house.cases[0].id);
    assert_eq!(browser.get(&case).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_is_disabled_or_gets_another_password_is_signed_out_everywhere() {
    let house = House::empty().await;
    let (mut one, mut two) = (house.browser("clerk2").await, house.browser("clerk2").await);
    let mut other = house.browser("command3").await;
    let mut write = house.court.db().write().await.unwrap();
    let phc = crate::password::hash("another horse", &[8; 16]).unwrap();
    assert!(write.set_password("clerk2", &phc, 1).await.unwrap());
    write.commit().await.unwrap();
    for browser in [&mut one, &mut two] {
        assert_eq!(browser.get("/").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(other.get("/").await.status, StatusCode::OK);
    let fields = [("login", "clerk2"), ("password", "another horse")];
    assert_eq!(
        one.post("/sign-in", &fields).await.status,
        StatusCode::SEE_OTHER
    );
    let mut admin = house.browser("admin4").await;
    let path = format!("/people/{}", clerk());
    let done = admin.post(&path, &[("act", "disable")]).await;
    assert_eq!(done.to(), path);
    assert_eq!(one.get("/").await.status, StatusCode::SEE_OTHER);
    let again = one.post("/sign-in", &fields).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    let words = &ConsoleWords::ZH;
    assert!(
        again.body.contains(words.sign_in_wrong),
        "says no more than that"
    );
    admin.post(&path, &[("act", "enable")]).await;
    assert_eq!(
        one.post("/sign-in", &fields).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn an_administrator_ends_a_lock_out_and_changes_nothing_of_his_own() {
    let house = House::empty().await;
    let mut browser = house.stranger();
    for _ in 0..5 {
        let wrong = [("login", "clerk2"), ("password", "x")];
        browser.post("/sign-in", &wrong).await;
    }
    let right = [("login", "clerk2"), ("password", PASSWORD)];
    let locked = browser.post("/sign-in", &right).await;
    assert_eq!(locked.status, StatusCode::UNAUTHORIZED);
    let mut admin = house.browser("admin4").await;
    let path = format!("/people/{}", clerk());
    assert!(admin.get(&path).await.body.contains("value=\"unlock\""));
    admin.post(&path, &[("act", "unlock")]).await;
    assert_eq!(
        browser.post("/sign-in", &right).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!admin.get(&path).await.body.contains("value=\"unlock\""));
    let own = format!("/people/{}", user(4, Role::Admin, "").id);
    assert!(
        !admin
            .get(&own)
            .await
            .body
            .contains(&format!("action=\"{own}\""))
    );
    for fields in [
        vec![("act", "role"), ("role", "clerk")],
        vec![("act", "disable")],
        vec![("act", "unlock")],
    ] {
        let refused = admin.post(&own, &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{fields:?}");
    }
    let nonsense = admin
        .post(&path, &[("act", "role"), ("role", "root")])
        .await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    let done = admin
        .post(&path, &[("act", "role"), ("role", "lead")])
        .await;
    assert_eq!(done.to(), path);
    let lead = house.court.db().user(clerk()).await.unwrap().unwrap();
    assert_eq!(lead.role, Role::Lead);
}

/// One try to sign in from an address.
async fn from(browser: &mut Browser, address: &str, login: &str, password: &str) -> Answer {
    let address: SocketAddr = address.parse().unwrap();
    let token = browser.get("/sign-in").await.token();
    let mut request = sign_in_form(&token, login, password);
    request.extensions_mut().insert(ConnectInfo(address));
    browser.send(request).await
}

#[tokio::test]
async fn an_address_that_guesses_over_many_logins_is_not_looked_at_for_a_while() {
    let house = House::empty().await;
    let mut browser = house.stranger();
    let (guesser, office) = ("10.0.0.66:5000", "10.0.0.7:5000");
    for n in 0..30 {
        let login = if n == 0 {
            "lead21".to_owned()
        } else {
            format!("guess{n}")
        };
        let wrong = from(&mut browser, guesser, &login, "x").await;
        assert!(wrong.body.contains(ConsoleWords::ZH.sign_in_wrong), "{n}");
    }
    // A known login with its password, one with a wrong one, and one that nobody has: all alike.
    let mut said = Vec::new();
    for (login, password) in [("clerk2", PASSWORD), ("clerk2", "x"), ("nobody", "x")] {
        let blocked = from(&mut browser, guesser, login, password).await;
        assert_eq!(blocked.status, StatusCode::UNAUTHORIZED);
        assert!(blocked.body.contains("20 秒后"), "{}", blocked.body);
        said.push(blocked.body.replace(&format!("value=\"{login}\""), ""));
    }
    assert!(said.iter().all(|it| it == &said[0]));
    let elsewhere = from(&mut house.stranger(), office, "clerk2", PASSWORD).await;
    assert_eq!(elsewhere.status, StatusCode::SEE_OTHER, "nobody else waits");
    house.later(20_000);
    let after = from(&mut house.stranger(), guesser, "clerk2", PASSWORD).await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
}

/// What a form could have changed.
async fn standing(house: &House) -> (u64, u64, Vec<String>) {
    let db = house.court.db();
    let people = db.users().await.unwrap();
    (
        db.log_position().await.unwrap().number,
        db.audit_misfits().await.unwrap().rows,
        people.iter().map(|it| format!("{it:?}")).collect(),
    )
}

#[tokio::test]
async fn no_form_changes_anything_without_the_token_of_its_own_session() {
    let house = House::full().await;
    let mut forms = 0;
    for (route, _, may) in ORACLE.iter().filter(|row| row.1) {
        let path = filled(route, &house);
        let at = may.find('+').unwrap();
        let mut browser = house.browser(LOGINS[at]).await;
        let others = house.browser(LOGINS[at]).await.get("/").await.token();
        let before = standing(&house).await;
        for token in [None, Some(""), Some("x"), Some(others.as_str())] {
            let fields: Vec<_> = token.map(|it| ("token", it)).into_iter().collect();
            let answer = match *route {
                "/import" => {
                    browser
                        .upload(token.unwrap_or_default(), "a.csv", b"x")
                        .await
                }
                "/devices/hand-in" => browser.hand_in(token.unwrap_or_default(), b"x").await,
                _ => {
                    let more = [("act", "disable"), ("lang", "en"), ("reason", "x")];
                    let fields = [&fields[..], &more].concat();
                    browser.post_raw(&path, &fields).await
                }
            };
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {token:?}");
            let expired = ConsoleWords::ZH.expired_title;
            assert!(answer.body.contains(expired), "{path} {token:?}");
        }
        assert_eq!(standing(&house).await, before, "{path}");
        forms += 1;
    }
    assert_eq!(forms, 15);
}

/// What of a page could run or draw otherwise than by files of our own.
fn inline(html: &str) -> Option<&str> {
    let scripts = html.split("<script").skip(1);
    let bare = scripts
        .filter_map(|it| it.split('>').next())
        .find(|it| !it.contains(" src=\"/static/"));
    let marks = [
        " style=",
        "<style",
        "javascript:",
        " onclick=",
        " onload=",
        " onerror=",
        " onsubmit=",
        " onchange=",
    ];
    bare.or_else(|| marks.into_iter().find(|mark| html.contains(mark)))
}

#[tokio::test]
async fn every_answer_of_every_address_carries_the_headers_that_protect_it() {
    let house = House::full().await;
    let of_pages = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let of_evidence = "default-src 'none'; frame-ancestors 'none'; sandbox";
    let mut paths: Vec<String> = ORACLE.iter().map(|row| filled(row.0, &house)).collect();
    paths.extend(
        [
            "/nowhere",
            "/static/desk.css",
            "/static/none",
            "/import/versions/99",
        ]
        .map(String::from),
    );
    for login in ["clerk2", "command3", "supervisor23", "admin4", ""] {
        let mut browser = match login {
            "" => house.stranger(),
            login => house.browser(login).await,
        };
        for path in &paths {
            let got = browser.get(path).await;
            let text = |name: &str| got.headers.get(name).map_or("", |it| it.to_str().unwrap());
            let html = text("content-type").starts_with("text/html");
            let bytes = path.starts_with("/evidence/") && got.status == StatusCode::OK;
            let csp = if bytes { of_evidence } else { of_pages };
            assert_eq!(text("content-security-policy"), csp, "{login} {path}");
            assert_eq!(text("x-content-type-options"), "nosniff", "{login} {path}");
            assert_eq!(text("x-frame-options"), "DENY", "{login} {path}");
            assert_eq!(text("referrer-policy"), "same-origin", "{login} {path}");
            if html || got.status.is_redirection() || path.ends_with("/receipts") {
                assert_eq!(text("cache-control"), "no-store", "{login} {path}");
            }
            if html {
                assert_eq!(inline(&got.body), None, "{login} {path}");
            }
        }
    }
}
