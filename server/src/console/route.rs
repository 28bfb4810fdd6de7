//! The table of the console's addresses, each with who may come. A page that is not in it does not
//! exist; a test walks over all of it without signing in.

use super::desk::Desk;
use super::form::{FORM_BYTES_MAX, change, change_as_visitor};
use super::problem::Problem;
use super::visitor::Visitor;
use super::{
    case, cases, contests, decisions, devices, evidence, files, hand_in, import, incidents,
    overview, people, reconcile, record, records, sign_in, tickets, undelivered,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

/// Who may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Open,
    /// Whoever is signed in.
    Member,
    /// The office: clerks, command, administrators.
    Office,
    /// Administrators.
    Admin,
}

/// An address.
pub(super) struct Route {
    pub path: &'static str,
    pub access: Access,
    methods: MethodRouter<Desk>,
}

/// Every address of the console.
pub(super) fn table() -> Vec<Route> {
    use Access::{Admin, Member, Office, Open};
    let route = |path, access, methods| Route {
        path,
        access,
        methods,
    };
    let list_bytes = DefaultBodyLimit::max(import::LIST_BYTES_MAX + FORM_BYTES_MAX);
    let package_bytes = DefaultBodyLimit::max(hand_in::PACKAGE_BYTES_MAX + FORM_BYTES_MAX);
    vec![
        route(
            "/sign-in",
            Open,
            get(sign_in::page).merge(change_as_visitor(sign_in::sign_in)),
        ),
        route(
            "/language",
            Open,
            get(sign_in::away).merge(change_as_visitor(sign_in::language)),
        ),
        route(
            "/sign-out",
            Member,
            get(sign_in::away).merge(change(sign_in::sign_out)),
        ),
        route("/", Member, get(overview::overview)),
        route("/cases", Member, get(cases::list)),
        route("/cases/{id}", Member, get(case::case)),
        route("/records", Member, get(records::list)),
        route("/records/{subject}", Member, get(record::record)),
        route(
            "/records/{subject}/evidence/{hash}",
            Member,
            get(evidence::page_of),
        ),
        route(
            "/records/{subject}/decide",
            Office,
            get(record::record).merge(change(contests::decide)),
        ),
        route(
            "/reconcile",
            Office,
            get(reconcile::board).merge(change(reconcile::decide_all)),
        ),
        route(
            "/reconcile/{subject}",
            Office,
            get(reconcile::record).merge(change(reconcile::decide)),
        ),
        route("/decisions", Office, get(decisions::list)),
        route(
            "/decisions/{journal}",
            Office,
            get(decisions::held).merge(change(decisions::release)),
        ),
        route("/evidence/{hash}", Member, get(evidence::original)),
        route(
            "/evidence/{hash}/thumbnail",
            Member,
            get(evidence::thumbnail_of),
        ),
        route("/undelivered", Office, get(undelivered::list)),
        route("/incidents", Office, get(incidents::list)),
        route(
            "/import",
            Office,
            get(import::start).merge(change(import::upload).layer(list_bytes)),
        ),
        route(
            "/import/preview/{sha256}",
            Office,
            get(import::preview).merge(change(import::decide)),
        ),
        route("/import/versions/{version}", Office, get(import::version)),
        route(
            "/import/versions/{version}/rollback",
            Office,
            get(import::ask_rollback).merge(change(import::rollback)),
        ),
        route("/devices", Office, get(devices::list)),
        route(
            "/devices/tickets",
            Admin,
            get(tickets::away).merge(change(tickets::issue)),
        ),
        route(
            "/devices/hand-in",
            Admin,
            get(hand_in::start).merge(change(hand_in::upload).layer(package_bytes)),
        ),
        route("/devices/{journal}", Office, get(devices::device)),
        route("/devices/{journal}/receipts", Admin, get(hand_in::receipts)),
        route(
            "/devices/{journal}/revoke",
            Admin,
            get(devices::ask_revoke).merge(change(devices::revoke)),
        ),
        route("/people", Admin, get(people::list)),
    ]
}

/// The routes of the console.
pub(super) fn router(desk: Desk) -> Router {
    let mut pages = Router::new();
    for Route {
        path,
        access,
        methods,
    } in table()
    {
        pages = pages.route(
            path,
            methods.layer(middleware::from_fn_with_state(access, guard)),
        );
    }
    let pages = pages
        .fallback(|| async { Problem::NotFound })
        .method_not_allowed_fallback(|| async { Problem::NotFound })
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(
            desk.clone(),
            super::visitor::visit,
        ));
    Router::new()
        .route("/static/{name}", get(files::file))
        .merge(pages)
        .layer(middleware::from_fn(super::headers::protect))
        .with_state(desk)
}

/// Lets in who may come.
async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    let member = request
        .extensions()
        .get::<Visitor>()
        .and_then(|it| it.member.as_ref());
    let refused = match (access, member) {
        (Access::Open, _) => None,
        (Access::Member | Access::Office | Access::Admin, None) => Some(Problem::SignIn),
        (Access::Member, Some(_)) => None,
        (Access::Office, Some(member)) => (!member.is_office()).then_some(Problem::Forbidden),
        (Access::Admin, Some(member)) => (!member.is_admin()).then_some(Problem::Forbidden),
    };
    match refused {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}
