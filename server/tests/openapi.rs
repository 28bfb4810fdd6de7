//! `GET /api/v1/openapi.json`: it is OpenAPI 3.1 to somebody else's validator, and it lists what the
//! court takes and nothing else. That its answers are the true ones is shown in `refused`.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use support::{Server, client};

const PIP: &str = "pip install openapi-spec-validator==0.9.0";
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

async fn document(server: &Server) -> String {
    let url = format!("{}/api/v1/openapi.json", server.http);
    let response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    response.text().await.unwrap()
}

#[tokio::test]
async fn somebody_elses_validator_takes_it() {
    let module = ["-c", "import openapi_spec_validator"];
    let found = Command::new("python3").args(module).output();
    if !found.is_ok_and(|found| found.status.success()) {
        return support::skipped(
            "the validator of OpenAPI",
            &format!("PYTHONPATH after {PIP}"),
        );
    }
    let server = Server::start();
    let document = document(&server).await;
    let dir = tempfile::tempdir().unwrap();
    let validate = |text: &str| {
        let file = dir.path().join("openapi.json");
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new("python3");
        command.args(["-m", "openapi_spec_validator"]).arg(&file);
        command.output().unwrap()
    };
    let said = validate(&document);
    let text = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{text}");
    // It does look: an operation without answers is none.
    let broken = document.replacen("\"responses\"", "\"answers\"", 1);
    assert!(!validate(&broken).status.success());
}

#[tokio::test]
async fn every_request_that_is_taken_is_listed_and_no_other() {
    let server = Server::start();
    let document: Value = serde_json::from_str(&document(&server).await).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let listed: BTreeSet<String> = paths.keys().cloned().collect();
    assert_eq!(routed(), listed, "routes, and paths of the description");
    let client = client();
    for (path, operations) in paths {
        let operations = operations.as_object().unwrap();
        for method in METHODS {
            let url = format!("{}{}", server.http, path.replace("{id}", "abcd"));
            let request = client.request(method.parse().unwrap(), url);
            let status = request.send().await.unwrap().status();
            // Whoever is not let in is told so before the method in his header is looked at.
            let taken = status != 405;
            let named = operations.contains_key(&method.to_lowercase())
                // HTTP answers `HEAD` wherever it answers `GET`.
                || method == "HEAD" && operations.contains_key("get");
            assert_eq!(taken, named, "{method} {path}: {status}");
        }
    }
}

/// The addresses in the source of the router.
fn routed() -> BTreeSet<String> {
    let below = |source: &str, prefix: &str| -> Vec<String> {
        let (_, router) = source.split_once("Router::new()").unwrap();
        let router: String = router.split_whitespace().collect();
        let paths = router.split(".route(\"").skip(1);
        let paths = paths.map(|rest| rest.split_once('"').unwrap().0);
        paths
            .map(|path| format!("{prefix}{}", path.trim_end_matches('/')))
            .collect()
    };
    let api = below(include_str!("../src/api/mod.rs"), "/api/v1");
    let evidence = include_str!("../src/api/evidence/mod.rs");
    let evidence = below(evidence, "/api/v1/evidence");
    assert!(api.len() > 5 && evidence.len() > 2, "{api:?} {evidence:?}");
    api.into_iter().chain(evidence).collect()
}
