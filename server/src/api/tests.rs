//! Who may call what under `/api/v1`: a table written by hand, held against the real router.

use crate::clock::SystemClock;
use crate::commands::init::init;
use crate::config::{Config, Settings};
use crate::court::Court;
use crate::db::{NewSession, Role, User};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use std::collections::BTreeSet;
use std::sync::Arc;
use tower::ServiceExt;
use waiqin_protocol::ids::OfficerId;

/// Method, address, and whether a journal's token must come with it. What needs none proves itself by a
/// ticket's code or a signature, or says nothing about anybody.
const ORACLE: &[(&str, &str, bool)] = &[
    ("GET", "/hello", false),
    ("GET", "/openapi.json", false),
    ("POST", "/enrol/begin", false),
    ("POST", "/enrol", false),
    ("POST", "/session", false),
    ("POST", "/journal", true),
    ("POST", "/sync", true),
    ("POST", "/evidence", true),
    ("OPTIONS", "/evidence", false),
    ("HEAD", "/evidence/{id}", true),
    ("PATCH", "/evidence/{id}", true),
    ("DELETE", "/evidence/{id}", true),
    ("POST", "/evidence/{id}", true),
    ("OPTIONS", "/evidence/{id}", false),
    ("POST", "/evidence/status", true),
];

async fn court() -> (Court, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let settings = || Settings {
        court: Some("某区人民法院".into()),
        codes: Some(vec!["粤0115".into()]),
        ..Settings::default()
    };
    init(dir.path(), settings()).await.unwrap();
    let config = Config::load(dir.path(), settings()).unwrap();
    let court = Court::open(&config, Arc::new(SystemClock)).await.unwrap();
    court.catch_up().await.unwrap();
    (court, dir)
}

/// The cookie of an administrator who is signed in to the console.
async fn desk_cookie(court: &Court) -> String {
    let admin = User {
        id: OfficerId::from_bytes([1; 16]),
        login: "admin".into(),
        name: "欧某".into(),
        list_name: String::new(),
        role: Role::Admin,
        disabled: false,
    };
    let mut write = court.db().write().await.unwrap();
    write.add_user(&admin, None, 1).await.unwrap();
    write.commit().await.unwrap();
    let token = "ab".repeat(32);
    let hash = hex::encode(waiqin_protocol::suite::sha256(token.as_bytes()));
    let session = NewSession {
        token_hash: &hash,
        user_id: &admin.id.to_string(),
        csrf: "c",
        lang: "zh-CN",
        now_ms: court.clock().now_ms(),
    };
    court.db().open_session(&session, 0, 0).await.unwrap();
    let cookie = format!(
        "waiqin-desk-{}={token}",
        &court.server_id().to_string()[..8]
    );
    let people = Request::get("/people").header("cookie", &cookie);
    let people = people.body(Body::empty()).unwrap();
    let routes = crate::serve::routes(court.clone());
    let answer = routes.oneshot(people).await.unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "the cookie is good at the console"
    );
    cookie
}

async fn ask(
    routes: &Router,
    method: &str,
    path: &str,
    header: Option<(&str, &str)>,
) -> StatusCode {
    let path = format!("/api/v1{}", path.replace("{id}", &"ab".repeat(16)));
    let mut request = Request::builder().method(method).uri(path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    routes.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn what_needs_a_journals_token_takes_nothing_else_and_what_needs_none_never_asks() {
    let (court, _dir) = court().await;
    let cookie = desk_cookie(&court).await;
    let routes = crate::serve::routes(court);
    for (method, path, token) in ORACLE {
        for header in [
            None,
            Some(("authorization", "Bearer nobody's")),
            Some(("authorization", "Basic YWRtaW46YWRtaW4=")),
            Some(("cookie", cookie.as_str())),
        ] {
            let status = ask(&routes, method, path, header).await;
            let refused = status == StatusCode::UNAUTHORIZED;
            assert_eq!(refused, *token, "{method} {path} {header:?}: {status}");
        }
    }
}

#[tokio::test]
async fn no_other_method_is_answered() {
    let (court, _dir) = court().await;
    let routes = crate::serve::routes(court);
    let paths: BTreeSet<&str> = ORACLE.iter().map(|row| row.1).collect();
    for path in paths {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ] {
            let known = ORACLE
                .iter()
                .any(|row| row.0 == method.as_str() && row.1 == path);
            if !known {
                let status = ask(&routes, method.as_str(), path, None).await;
                assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            }
        }
    }
}

#[test]
fn no_route_is_without_a_row() {
    let sources = [include_str!("mod.rs"), include_str!("evidence/mod.rs")];
    let mut found = BTreeSet::new();
    for (source, prefix) in sources.into_iter().zip(["", "/evidence"]) {
        for rest in source.split(".route(").skip(1) {
            let path = rest.split('"').nth(1).unwrap();
            found.insert(format!("{prefix}{path}").trim_end_matches('/').to_owned());
        }
    }
    let rows: BTreeSet<String> = ORACLE.iter().map(|row| row.1.to_owned()).collect();
    assert_eq!(found, rows, "say who may call it");
}
