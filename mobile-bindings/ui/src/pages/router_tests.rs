//! The router with a real phone on which nobody is enrolled yet, and what it tells a locked visitor.

use super::routes;
use super::tests::every_address;
use crate::carrier::{Carrier, Refusal};
use crate::ui::{IDLE_MS, Ui, UiParts};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use std::sync::Arc;
use tower::ServiceExt as _;
use waiqin_core::{FileSecret, HostParts, NetworkSwitch, Phone, SystemClock, SystemEntropy};

pub(super) struct House {
    pub(super) folder: tempfile::TempDir,
    pub(super) ui: Ui,
    router: Router,
}

fn house() -> House {
    house_in(tempfile::tempdir().unwrap())
}

/// A phone over a folder, which may be one that another phone left.
pub(super) fn house_in(folder: tempfile::TempDir) -> House {
    let network = Arc::new(NetworkSwitch::default());
    let clock = Arc::new(SystemClock::new(&SystemEntropy));
    let phone = Phone::open(HostParts {
        dir: folder.path().to_owned(),
        device_name: "test".to_owned(),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        hardware: Arc::new(FileSecret::in_folder(folder.path())),
        network: network.clone(),
    })
    .unwrap();
    let mut n = 0;
    let random = move || {
        n += 1;
        [n; 32]
    };
    let ui = Ui::new(UiParts {
        phone,
        clock,
        entropy: Arc::new(SystemEntropy),
        carrier: Arc::new(Carrier::new(([127, 0, 0, 1], 45678).into(), random)),
        network: Some(network),
        ticket: Some("waiqin1:given".to_owned()),
        court_clock_ms: None,
        server_shift_ms: 0,
        idle_ms: IDLE_MS,
    });
    House {
        folder,
        router: routes(ui.clone()),
        ui,
    }
}

impl House {
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:45678")
            .header("cookie", self.ui.parts().carrier.cookie());
        if method == "POST" {
            request = request
                .header("origin", "http://127.0.0.1:45678")
                .header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(super) fn csrf(&self) -> String {
        format!("csrf={}", self.ui.parts().carrier.csrf())
    }
}

pub(super) async fn text(answer: Response) -> String {
    String::from_utf8(
        to_bytes(answer.into_body(), 1 << 20)
            .await
            .unwrap()
            .to_vec(),
    )
    .unwrap()
}

#[tokio::test]
async fn every_link_and_form_of_every_page_leads_to_a_route() {
    let house = house();
    let addresses = every_address();
    assert!(
        addresses.len() > 40,
        "only {} addresses were found",
        addresses.len()
    );
    for (method, address) in addresses {
        let path = address.split('#').next().unwrap();
        let answer = house.ask(&method, path, &[], &house.csrf()).await;
        let status = answer.status();
        // Nobody is enrolled: a page leads to the start, and only what is no page is not found.
        let known = status == StatusCode::SEE_OTHER
            || status == StatusCode::OK
            || (method == "POST" && status == StatusCode::UNPROCESSABLE_ENTITY);
        assert!(known, "{method} {address} answered {status}");
    }
    let nowhere = house.ask("GET", "/nowhere", &[], "").await;
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_an_unlocked_officer_no_page_of_a_case_is_shown() {
    let house = house();
    let id = "09".repeat(16);
    for path in [
        "/today",
        "/cases",
        "/cases/rows?q=a",
        "/cases/1",
        "/records",
        "/records/new",
        "/sync",
        "/sync/live",
        "/sync/waits",
        "/status",
        "/settings",
        &format!("/records/{id}"),
        &format!("/records/{id}/assets"),
        &format!("/records/{id}/assets/{id}"),
        &format!("/records/new?case={id}"),
        "/countersign",
        &format!("/records/{id}/case"),
        &format!("/records/{id}/case/found?q=a"),
        &format!("/records/{id}/orphans/{id}"),
        &format!("/records/{id}/orphans/{id}/small"),
        &format!("/records/{id}/check"),
        &format!("/records/{id}/lack"),
        &format!("/records/{id}/paper/record"),
        &format!("/records/{id}/sign/{id}"),
        &format!("/records/{id}/photos/new"),
        &format!("/records/{id}/photos/{id}"),
        &format!("/records/{id}/photos/{id}/small"),
        &format!("/records/{id}/photos/{id}/original"),
    ] {
        let page = house.ask("GET", path, &[], "").await;
        assert_eq!(page.status(), StatusCode::SEE_OTHER, "{path}");
        assert_eq!(page.headers()["location"], "/start", "{path}");
        let fetch = house.ask("GET", path, &[("x-waiqin-fetch", "1")], "").await;
        assert_eq!(fetch.status(), StatusCode::FORBIDDEN, "{path}");
    }
    let csrf = house.csrf();
    for path in [
        "/lock",
        "/records",
        "/records/new",
        "/sync",
        "/sync/told",
        "/sync/network",
    ] {
        let answer = house.ask("POST", path, &[], &csrf).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
    }
    let record = format!("/records/{id}");
    for path in [
        record.clone(),
        format!("{record}/fields"),
        format!("{record}/case"),
        format!("{record}/orphans/{id}"),
        format!("{record}/assets"),
        format!("{record}/assets/{id}"),
        format!("{record}/photos/{id}/check"),
        format!("{record}/seal"),
        format!("{record}/second"),
        format!("{record}/answer"),
        format!("{record}/amend"),
        format!("{record}/void"),
        format!("{record}/reasons"),
        format!("{record}/sign/{id}"),
        format!("{record}/photos/{id}/withdraw"),
    ] {
        let answer = house
            .ask("POST", &path, &[("x-waiqin-fetch", "1")], &csrf)
            .await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_form_without_the_right_csrf_value_is_turned_away_and_counted() {
    let house = house();
    for body in [
        "",
        "csrf=",
        "csrf=00",
        &format!("csrf={}", "0".repeat(64)),
        "a=b",
    ] {
        let answer = house.ask("POST", "/settings/language", &[], body).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{body}");
    }
    let answer = house
        .ask("POST", "/start", &[], "pin=194857&again=194857")
        .await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(house.ui.parts().carrier.refusals().of(Refusal::Csrf), 6);
}

#[tokio::test]
async fn a_chosen_language_is_kept_and_leads_back_to_our_own_pages_alone() {
    let house = house();
    let body = format!("{}&lang=en&back=%2Fstart", house.csrf());
    let answer = house.ask("POST", "/settings/language", &[], &body).await;
    assert_eq!(answer.headers()["location"], "/start");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("waiqin-lang=en; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let both = format!("{}; waiqin-lang=en", house.ui.parts().carrier.cookie());
    let page = text(house.ask("GET", "/start", &[("cookie", &both)], "").await).await;
    assert!(
        page.contains("<html lang=\"en\">"),
        "the language does not stay"
    );
    let body = format!("{}&lang=en&back=https%3A%2F%2Fevil.example", house.csrf());
    let answer = house.ask("POST", "/settings/language", &[], &body).await;
    assert_eq!(answer.headers()["location"], "/");
}

#[tokio::test]
async fn the_first_page_offers_the_ticket_of_the_start_command() {
    let house = house();
    let home = house.ask("GET", "/", &[], "").await;
    assert_eq!(home.headers()["location"], "/start");
    let unlock = house.ask("GET", "/unlock", &[], "").await;
    assert_eq!(unlock.headers()["location"], "/start");
    let page = text(house.ask("GET", "/start", &[], "").await).await;
    assert!(page.contains(">waiqin1:given</textarea>"), "{page}");
    let body = format!(
        "{}&ticket=waiqin1%3Agiven&pin=194857&again=194857",
        house.csrf()
    );
    let answer = house.ask("POST", "/start", &[], &body).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(answer).await.contains("role=\"alert\""));
}

#[tokio::test]
async fn a_form_larger_than_any_page_sends_is_refused() {
    let house = house();
    let body = format!("{}&ticket={}", house.csrf(), "x".repeat(5 << 20));
    let answer = house.ask("POST", "/start", &[], &body).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
