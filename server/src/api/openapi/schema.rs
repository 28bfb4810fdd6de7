//! Bodies, as schemas. Members that are absent when there is nothing to say are not `required`.

use serde_json::{Map, Value, json};
use waiqin_protocol::wire::evidence::STATUS_HASHES_MAX;
use waiqin_protocol::wire::problem::ProblemCode;

pub(super) use crate::api::evidence::BYTES_TYPE as BYTES;
pub(super) use waiqin_protocol::wire::sync::NDJSON;

/// The schemas that operations name.
pub(super) fn table() -> Value {
    let mut all = Map::new();
    for part in [problems(), enrolment(), conversation(), evidence()] {
        all.extend(part.into_iter().map(|(name, it)| (name.to_owned(), it)));
    }
    Value::Object(all)
}

type Part = Vec<(&'static str, Value)>;

fn problems() -> Part {
    vec![
        (
            "Problem",
            object(
                &[("code", text()), ("en", text()), ("zh", text())],
                &[("challenge", text())],
            ),
        ),
        ("ProblemBody", object(&[("problem", named("Problem"))], &[])),
        ("Description", json!({ "type": "object" })),
    ]
}

fn enrolment() -> Part {
    let certificate = object(
        &[("entry", hash()), ("journal", id()), ("server", id())],
        &[],
    );
    let offer = [
        ("court", text()),
        ("officer", named("OfficerCard")),
        ("recovery", text()),
        ("server", id()),
    ];
    vec![
        ("EnrolBegin", object(&[("code", text())], &[])),
        ("EnrolOffer", object(&offer, &[])),
        (
            "OfficerCard",
            object(
                &[("id", id()), ("list_name", text()), ("name", text())],
                &[],
            ),
        ),
        (
            "EnrolRequest",
            object(
                &[("code", text()), ("device_name", text()), ("entry", text())],
                &[],
            ),
        ),
        ("SuccessorRequest", object(&[("entry", text())], &[])),
        (
            "EnrolAnswer",
            object(&[("certificate", signed(certificate))], &[]),
        ),
    ]
}

fn conversation() -> Part {
    let limits = [
        ("version", integer()),
        ("evidence_bytes_max", integer()),
        ("piece_entries_max", integer()),
        ("piece_bytes_max", integer()),
        ("page_bytes_max", integer()),
        ("rules", json!({ "type": "object" })),
    ];
    let hello = [
        ("challenge", text()),
        ("court", text()),
        ("key", text()),
        ("limits", named("Limits")),
        ("server", id()),
        ("versions", json!({ "type": "array", "items": integer() })),
    ];
    let answer = object(
        &[("challenge", text()), ("journal", id()), ("server", id())],
        &[],
    );
    vec![
        ("Limits", object(&limits, &[])),
        ("Hello", object(&hello, &[])),
        ("SessionRequest", object(&[("answer", signed(answer))], &[])),
        (
            "SessionAnswer",
            object(&[("expires", integer()), ("token", text())], &[]),
        ),
    ]
}

fn evidence() -> Part {
    let position = object(&[("link", hash()), ("number", integer())], &[]);
    let receipt = [
        ("at", integer()),
        ("hash", hash()),
        ("journal", id()),
        ("length", integer()),
        ("position", position),
        ("server", id()),
    ];
    let hashes = json!({ "type": "array", "items": hash(), "maxItems": STATUS_HASHES_MAX });
    let items = json!({ "type": "array", "items": named("EvidenceStatus") });
    let state = one_of(&["unknown", "unnamed", "received", "verified"]);
    vec![
        ("StatusRequest", object(&[("hashes", hashes)], &[])),
        ("StatusAnswer", object(&[("items", items)], &[])),
        (
            "EvidenceStatus",
            object(
                &[("hash", hash()), ("state", state)],
                &[("receipt", signed(object(&receipt, &[])))],
            ),
        ),
    ]
}

/// A reference to a schema of the table.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The body of a refusal that has one of these codes.
pub(super) fn problem_of(codes: &[ProblemCode]) -> Value {
    let code = json!({ "properties": { "code": { "enum": codes } } });
    json!({ "allOf": [named("ProblemBody"), { "properties": { "problem": code } }] })
}

/// A text; one of `values` where there are any.
pub(super) fn one_of(values: &[&str]) -> Value {
    match values {
        [] => text(),
        values => json!({ "type": "string", "enum": values }),
    }
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn integer() -> Value {
    json!({ "type": "integer" })
}

/// An id: 16 bytes in hexadecimal.
fn id() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
}

/// A hash or link: 32 bytes in hexadecimal.
fn hash() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
}

/// A body with the signature over it.
fn signed(body: Value) -> Value {
    object(&[("body", body), ("sig", text())], &[])
}

fn object(required: &[(&str, Value)], perhaps: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> = [required, perhaps]
        .concat()
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    let required: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}
