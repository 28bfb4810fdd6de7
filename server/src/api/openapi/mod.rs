//! `GET /api/v1/openapi.json`: the phones' interface as OpenAPI 3.1, for whoever connects something of
//! his own.
//!
//! The table of `steps.rs` is what the document is made of. A refusal in it is the value that the
//! handlers return, so status, code and sentences cannot differ; that each is really answered, and no
//! other, is shown by `server/tests/refused`.

mod schema;
mod steps;

use super::problem::Refusal;
use crate::court::Court;
use crate::words::openapi::Words;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schema::one_of;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use steps::{Answer, Body, Step, Text};
use waiqin_protocol::wire::evidence::STATUS_HASHES_MAX;
use waiqin_protocol::wire::sync::LINE_BYTES_MAX;
use waiqin_protocol::words::fill;

/// Describes the interface of this server, with its limits.
pub(super) async fn openapi(State(court): State<Court>) -> Json<Value> {
    Json(description(&court))
}

fn description(court: &Court) -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for step in steps::table() {
        let operations = paths.entry(format!("/api/v1{}", step.path)).or_default();
        operations.insert(step.method.to_owned(), operation(court, step));
    }
    let bearer = both(court, |w| w.bearer);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": line(|w| w.title),
            "version": env!("CARGO_PKG_VERSION"),
            "description": both(court, |w| w.about),
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": bearer },
            },
            "schemas": schema::table(),
        },
    })
}

fn operation(court: &Court, step: Step) -> Value {
    let mut parameters = Vec::new();
    if step.path.contains("{id}") {
        let id = one_of(&[]);
        parameters.push(json!({ "name": "id", "in": "path", "required": true, "schema": id }));
    }
    for header in &step.headers {
        parameters.push(json!({
            "name": header.name,
            "in": "header",
            "required": header.required,
            "schema": one_of(header.values),
        }));
    }
    let mut responses = Map::new();
    for answer in &step.well {
        responses.insert(answer.status.as_str().to_owned(), well(court, answer));
    }
    let has_body = step.method != "head";
    for (status, refusals) in by_status(step.refused) {
        responses.insert(status.as_str().to_owned(), refused(&refusals, has_body));
    }
    let mut operation = json!({
        "operationId": step.id,
        "summary": line(step.summary),
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(more) = step.more {
        operation["description"] = both(court, more).into();
    }
    if step.bearer {
        operation["security"] = json!([{ "bearer": [] }]);
    }
    if let Some(body) = step.body {
        let required = !matches!(body, Body::PerhapsBytes);
        operation["requestBody"] = json!({ "required": required, "content": content(body) });
    }
    operation
}

/// A body by its media type.
fn content(body: Body) -> Value {
    match body {
        Body::Json(name) => json!({ "application/json": { "schema": schema::named(name) } }),
        Body::Lines => json!({ schema::NDJSON: { "schema": one_of(&[]) } }),
        Body::Bytes | Body::PerhapsBytes => json!({ schema::BYTES: {} }),
    }
}

fn well(court: &Court, answer: &Answer) -> Value {
    let mut response = json!({
        "description": both(court, answer.says),
        "headers": headers(answer.headers.iter().copied()),
    });
    if let Some(body) = answer.body {
        response["content"] = content(body);
    }
    response
}

fn headers<'a>(names: impl Iterator<Item = &'a str>) -> Value {
    names
        .map(|name| (name.to_owned(), json!({ "schema": one_of(&[]) })))
        .collect()
}

fn by_status(refusals: Vec<Refusal>) -> BTreeMap<StatusCode, Vec<Refusal>> {
    let mut found: BTreeMap<StatusCode, Vec<Refusal>> = BTreeMap::new();
    for refusal in refusals {
        let (status, ..) = refusal.parts();
        found.entry(status).or_default().push(refusal);
    }
    found
}

/// All refusals with one status: their sentences, the headers that come with them, their codes.
fn refused(refusals: &[Refusal], has_body: bool) -> Value {
    let mut sentences = Vec::new();
    let mut codes = Vec::new();
    for refusal in refusals {
        let (_, code, sentence) = refusal.parts();
        let zh = sentence(&crate::words::api::Words::ZH);
        let en = sentence(&crate::words::api::Words::EN);
        sentences.push(format!("{zh} / {en}"));
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let with: Vec<_> = refusals.iter().filter_map(Refusal::header).collect();
    let mut response = json!({
        "description": sentences.join("\n\n"),
        "headers": headers(with.iter().map(|(name, _)| name.as_str())),
    });
    if has_body {
        let problem = schema::problem_of(&codes);
        response["content"] = json!({ "application/json": { "schema": problem } });
    }
    response
}

/// Both languages on one line.
fn line(text: Text) -> String {
    format!("{} / {}", text(&Words::ZH), text(&Words::EN))
}

/// Both languages as paragraphs, with the limits of this server.
fn both(court: &Court, text: Text) -> String {
    let limits = court.limits();
    let say = |words: &Words| {
        fill(
            text(words),
            &[
                ("message", &super::message::BYTES_MAX),
                ("line", &LINE_BYTES_MAX),
                ("entries", &limits.piece_entries_max),
                ("bytes", &limits.piece_bytes_max),
                ("push", &court.config().push_bytes_max),
                ("evidence", &limits.evidence_bytes_max),
                ("hashes", &STATUS_HASHES_MAX),
            ],
        )
    };
    format!("{}\n\n{}", say(&Words::ZH), say(&Words::EN))
}
