//! The table of the interface: each request with what it carries and everything that it is answered.

use crate::api::problem::Refusal;
use crate::words::openapi::Words;
use axum::http::StatusCode;

/// A text of the table of words.
pub(super) type Text = fn(&Words) -> &'static str;

/// A request that is answered here.
pub(super) struct Step {
    /// In lower case, as OpenAPI writes it.
    pub method: &'static str,
    /// Below `/api/v1`.
    pub path: &'static str,
    pub id: &'static str,
    pub summary: Text,
    pub more: Option<Text>,
    /// It needs a token.
    pub bearer: bool,
    pub headers: Vec<Sent>,
    pub body: Option<Body>,
    pub well: Vec<Answer>,
    pub refused: Vec<Refusal>,
}

/// A header of a request.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    pub name: &'static str,
    pub required: bool,
    /// What it may be, where that is fixed.
    pub values: &'static [&'static str],
}

#[derive(Clone, Copy)]
pub(super) enum Body {
    /// JSON, by the name of its schema.
    Json(&'static str),
    /// NDJSON.
    Lines,
    /// Bytes of an upload.
    Bytes,
    /// The same, or nothing.
    PerhapsBytes,
}

/// What is answered when it goes well.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub says: Text,
    pub headers: &'static [&'static str],
    pub body: Option<Body>,
}

const LENGTH: Sent = perhaps("Upload-Length");
const OFFSET: Sent = always("Upload-Offset");
const CHECKSUM: Sent = perhaps("Upload-Checksum");
const METADATA: Sent = always("Upload-Metadata");
const TUS: Sent = Sent {
    values: &[crate::api::evidence::TUS_VERSION],
    ..always("Tus-Resumable")
};
const DEFER_LENGTH: Sent = Sent {
    values: &["1"],
    ..perhaps("Upload-Defer-Length")
};
const ENCODING: Sent = Sent {
    values: &["identity", "zstd"],
    ..perhaps("Content-Encoding")
};
const MEANT: Sent = Sent {
    values: &["HEAD", "PATCH", "DELETE"],
    ..always("X-HTTP-Method-Override")
};

const BEGUN: Answer = Answer {
    status: StatusCode::CREATED,
    says: |w| w.begun,
    headers: &["Location", "Upload-Expires", "Upload-Offset"],
    body: None,
};
const STANDS: Answer = Answer {
    status: StatusCode::OK,
    says: |w| w.stands,
    headers: &[
        "Upload-Offset",
        "Upload-Length",
        "Upload-Defer-Length",
        "Upload-Metadata",
        "Upload-Expires",
    ],
    body: None,
};
const RECEIVED: Answer = Answer {
    status: StatusCode::NO_CONTENT,
    says: |w| w.received,
    headers: &["Upload-Offset", "Upload-Expires"],
    body: None,
};
const ENDED: Answer = Answer {
    status: StatusCode::NO_CONTENT,
    says: |w| w.ended,
    headers: &[],
    body: None,
};

const fn always(name: &'static str) -> Sent {
    Sent {
        name,
        required: true,
        values: &[],
    }
}

const fn perhaps(name: &'static str) -> Sent {
    Sent {
        required: false,
        ..always(name)
    }
}

/// All of them.
pub(super) fn table() -> Vec<Step> {
    let mut steps = introductions();
    steps.extend(enrolment());
    steps.push(sync());
    steps.extend(uploads());
    steps.extend(one_upload());
    steps
}

fn step(method: &'static str, path: &'static str, id: &'static str, summary: Text) -> Step {
    Step {
        method,
        path,
        id,
        summary,
        more: None,
        bearer: false,
        headers: Vec::new(),
        body: None,
        well: Vec::new(),
        refused: Vec::new(),
    }
}

/// 200 with a JSON body.
fn answered(body: Body) -> Vec<Answer> {
    vec![Answer {
        status: StatusCode::OK,
        says: |w| w.answered,
        headers: &[],
        body: Some(body),
    }]
}

fn joined<const N: usize>(parts: [Vec<Refusal>; N]) -> Vec<Refusal> {
    parts.into_iter().flatten().collect()
}

fn too_often() -> Refusal {
    Refusal::TooOften { seconds: 0 }
}

fn too_large() -> Refusal {
    Refusal::TooLarge { max: 0 }
}

/// Of a token, and of whatever reads the database.
fn token() -> Vec<Refusal> {
    let unauthorised = Refusal::Unauthorised {
        challenge: String::new(),
    };
    vec![unauthorised, too_often(), Refusal::Internal]
}

/// Of a body that is read.
fn read() -> Vec<Refusal> {
    vec![Refusal::Malformed, Refusal::Stalled, too_large()]
}

/// Of bytes that are received.
fn received() -> Vec<Refusal> {
    vec![
        Refusal::Empty,
        Refusal::HashMismatch,
        Refusal::Overtaken,
        Refusal::Checksum,
        Refusal::ChecksumUnknown,
        Refusal::TooMany,
    ]
}

fn introductions() -> Vec<Step> {
    let hello = step("get", "/hello", "hello", |w| w.hello);
    let this = step("get", "/openapi.json", "openapi", |w| w.openapi);
    vec![
        Step {
            well: answered(Body::Json("Hello")),
            ..hello
        },
        Step {
            well: answered(Body::Json("Description")),
            ..this
        },
    ]
}

fn enrolment() -> Vec<Step> {
    let code = || vec![Refusal::EnrolCode, too_often(), Refusal::Internal];
    let first = || vec![Refusal::EntryOne, Refusal::WrongServer];
    vec![
        Step {
            body: Some(Body::Json("EnrolBegin")),
            well: answered(Body::Json("EnrolOffer")),
            refused: joined([read(), code()]),
            ..step("post", "/enrol/begin", "enrolBegin", |w| w.enrol_begin)
        },
        Step {
            more: Some(|w| w.enrol_more),
            body: Some(Body::Json("EnrolRequest")),
            well: answered(Body::Json("EnrolAnswer")),
            refused: joined([read(), code(), first()]),
            ..step("post", "/enrol", "enrol", |w| w.enrol)
        },
        Step {
            more: Some(|w| w.enrol_more),
            bearer: true,
            body: Some(Body::Json("SuccessorRequest")),
            well: answered(Body::Json("EnrolAnswer")),
            refused: joined([
                token(),
                read(),
                first(),
                vec![Refusal::Revoked, Refusal::EnrolCode, Refusal::Busy],
            ]),
            ..step("post", "/journal", "succeed", |w| w.journal)
        },
        Step {
            body: Some(Body::Json("SessionRequest")),
            well: answered(Body::Json("SessionAnswer")),
            refused: joined([
                read(),
                vec![
                    Refusal::Signature,
                    Refusal::JournalUnknown,
                    too_often(),
                    Refusal::Internal,
                ],
            ]),
            ..step("post", "/session", "session", |w| w.session)
        },
    ]
}

fn sync() -> Step {
    Step {
        more: Some(|w| w.sync_more),
        bearer: true,
        headers: vec![ENCODING, perhaps("Accept-Encoding")],
        body: Some(Body::Lines),
        well: vec![Answer {
            status: StatusCode::OK,
            says: |w| w.answered,
            headers: &["Content-Encoding"],
            body: Some(Body::Lines),
        }],
        refused: joined([
            token(),
            read(),
            vec![
                Refusal::PieceTooLarge { max: 0 },
                Refusal::Revoked,
                Refusal::Signature,
                Refusal::Busy,
                Refusal::TooMany,
            ],
        ]),
        ..step("post", "/sync", "sync", |w| w.sync)
    }
}

fn uploads() -> Vec<Step> {
    vec![
        discover("/evidence", "discover"),
        discover("/evidence/{id}", "discoverUpload"),
        Step {
            more: Some(|w| w.create_more),
            bearer: true,
            headers: vec![TUS, LENGTH, DEFER_LENGTH, METADATA, CHECKSUM],
            body: Some(Body::PerhapsBytes),
            well: vec![BEGUN],
            refused: joined([token(), vec![Refusal::TusVersion], read(), received()]),
            ..step("post", "/evidence", "createUpload", |w| w.create)
        },
        Step {
            more: Some(|w| w.status_more),
            bearer: true,
            body: Some(Body::Json("StatusRequest")),
            well: answered(Body::Json("StatusAnswer")),
            refused: joined([token(), read()]),
            ..step("post", "/evidence/status", "evidenceStatus", |w| w.status)
        },
    ]
}

fn discover(path: &'static str, id: &'static str) -> Step {
    Step {
        well: vec![Answer {
            headers: &[
                "Tus-Version",
                "Tus-Extension",
                "Tus-Checksum-Algorithm",
                "Tus-Max-Size",
            ],
            ..ENDED
        }],
        ..step("options", path, id, |w| w.discover)
    }
}

fn one_upload() -> Vec<Step> {
    const PATH: &str = "/evidence/{id}";
    let known = || joined([token(), vec![Refusal::TusVersion, Refusal::NoUpload]]);
    let bytes = || {
        let offset = Refusal::Offset { offset: 0 };
        joined([known(), read(), received(), vec![offset]])
    };
    vec![
        Step {
            more: Some(|w| w.head_more),
            bearer: true,
            headers: vec![TUS],
            well: vec![STANDS],
            refused: known(),
            ..step("head", PATH, "lookAtUpload", |w| w.head)
        },
        Step {
            more: Some(|w| w.patch_more),
            bearer: true,
            headers: vec![TUS, OFFSET, LENGTH, CHECKSUM],
            body: Some(Body::Bytes),
            well: vec![RECEIVED],
            refused: bytes(),
            ..step("patch", PATH, "continueUpload", |w| w.patch)
        },
        Step {
            bearer: true,
            headers: vec![TUS],
            well: vec![ENDED],
            refused: known(),
            ..step("delete", PATH, "endUpload", |w| w.delete)
        },
        Step {
            bearer: true,
            headers: vec![
                TUS,
                MEANT,
                Sent {
                    required: false,
                    ..OFFSET
                },
                LENGTH,
                CHECKSUM,
            ],
            body: Some(Body::PerhapsBytes),
            well: vec![STANDS, RECEIVED],
            refused: joined([bytes(), vec![Refusal::Method]]),
            ..step("post", PATH, "insteadOfMethod", |w| w.instead)
        },
    ]
}
