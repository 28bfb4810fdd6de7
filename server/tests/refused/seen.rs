//! What the court really answered, request by request, and what its description says that it answers.

use crate::scene::Scene;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Operation, status, code; the code is empty where it went well and where an answer has no body.
type Told = (String, u16, String);

static SEEN: Mutex<BTreeSet<Told>> = Mutex::new(BTreeSet::new());
static BODIES: Mutex<Vec<(String, Value)>> = Mutex::new(Vec::new());

/// The operation of a request: method and address with its variable part named.
pub fn operation(method: &str, path: &str) -> String {
    let path = path.split_once("/api/v1").map_or(path, |(_, below)| below);
    let path = match path.strip_prefix("/evidence/") {
        Some(id) if id != "status" => "/evidence/{id}",
        _ => path,
    };
    format!("{method} {path}")
}

/// Sends a request; its operation and the answer.
pub async fn send(request: RequestBuilder) -> (String, Response) {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let operation = operation(request.method().as_str(), request.url().path());
    (operation, client.execute(request).await.unwrap())
}

pub fn note(operation: &str, status: u16, code: &str) {
    let told = (operation.to_owned(), status, code.to_owned());
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.insert(told);
}

pub fn note_body(operation: &str, body: &Value) {
    let mut bodies = BODIES.lock().unwrap_or_else(PoisonError::into_inner);
    bodies.push((operation.to_owned(), body.clone()));
}

/// What does not fit between the answers and the description of the court. Where only a part of the
/// table ran, `all` is false and nothing has to be shown.
pub async fn compare(scene: &Scene, all: bool) -> Vec<String> {
    let url = format!("{}/api/v1/openapi.json", scene.server.http);
    let document: Value = scene
        .phone
        .client
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let described = described(&document);
    let operations: BTreeSet<&str> = described.iter().map(|told| told.0.as_str()).collect();
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut faults: Vec<String> = seen
        .iter()
        .filter(|told| match operations.contains(told.0.as_str()) {
            true => !described.contains(told),
            // Nothing is there: that is all that may be said.
            false => !matches!((told.1, told.2.as_str()), (404, "not_found") | (405, _)),
        })
        .map(|told| format!("answered and not described: {told:?}"))
        .collect();
    if all {
        let never = described.difference(&seen);
        faults.extend(never.map(|told| format!("described and never answered: {told:?}")));
    }
    let bodies = BODIES.lock().unwrap_or_else(PoisonError::into_inner);
    for (operation, body) in bodies.iter() {
        let (method, path) = operation.split_once(' ').unwrap();
        let method = method.to_lowercase();
        let answer = &document["paths"][format!("/api/v1{path}")][method]["responses"]["200"];
        let schema = &answer["content"]["application/json"]["schema"];
        if let Some(fault) = misfit(&document, schema, body) {
            faults.push(format!("{operation}: {fault}"));
        }
    }
    faults
}

/// Every answer of a description.
pub fn described(document: &Value) -> BTreeSet<Told> {
    let mut told = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = self::operation(&method.to_uppercase(), path);
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let status: u16 = status.parse().unwrap();
                let codes = codes_of(answer);
                assert!(
                    status < 400 || method == "head" || !codes.is_empty(),
                    "{name}"
                );
                for code in codes {
                    told.insert((name.clone(), status, code));
                }
                if status < 400 || method == "head" {
                    told.insert((name.clone(), status, String::new()));
                }
            }
        }
    }
    told
}

fn codes_of(answer: &Value) -> Vec<String> {
    let at = "/content/application~1json/schema/allOf/1/properties/problem/properties/code/enum";
    let codes = answer.pointer(at).and_then(Value::as_array);
    let codes = codes.into_iter().flatten();
    codes.map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// Where a value is not what its schema says.
fn misfit(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = document.pointer(name.trim_start_matches('#'))?;
        return misfit(document, schema, value);
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        _ => false,
    };
    let listed = schema["enum"].as_array();
    if !fits || listed.is_some_and(|listed| !listed.contains(value)) {
        return Some(format!("{value} is not {schema}"));
    }
    if let Some(items) = value.as_array() {
        return items
            .iter()
            .find_map(|it| misfit(document, &schema["items"], it));
    }
    let (Some(members), Some(known)) = (value.as_object(), schema["properties"].as_object()) else {
        return None;
    };
    let required = schema["required"].as_array().into_iter().flatten();
    let lacking = required.map(|it| it.as_str().unwrap());
    if let Some(name) = lacking.into_iter().find(|it| !members.contains_key(*it)) {
        return Some(format!("{name} is lacking"));
    }
    members
        .iter()
        .find_map(|(name, value)| match known.get(name) {
            Some(schema) => misfit(document, schema, value),
            None => Some(format!("{name} is not described")),
        })
}
