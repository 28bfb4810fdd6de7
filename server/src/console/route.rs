//! The table of the console's addresses, each with what whoever comes must be allowed to do. A page
//! that is not in it does not exist; a test walks over all of it in every role and without signing in.

use super::desk::Desk;
use super::form::{FORM_BYTES_MAX, change, change_as_visitor};
use super::problem::Problem;
use super::visitor::Visitor;
use super::{
    assign, audit, case, cases, contests, decisions, devices, evidence, files, hand_in, import,
    incidents, overview, people, reconcile, record, records, sign_in, tickets, undelivered,
};
use crate::access::Action::{
    self, Assign, DecideContest, HandIn, ImportList, ManageDevices, ManagePeople, ReadAudit,
    ReadCases, ReadRecords, Reconcile, ReleaseHeld, SeeDevices, SeeIncidents, SeeOutcomes,
};
use Access::{May, Member, Open};
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
    /// Whose role may do this; what of it he sees is limited by his scope.
    May(Action),
}

/// An address.
pub(super) struct Route {
    pub path: &'static str,
    pub access: Access,
    methods: MethodRouter<Desk>,
}

fn route(path: &'static str, access: Access, methods: MethodRouter<Desk>) -> Route {
    Route {
        path,
        access,
        methods,
    }
}

/// Every address of the console.
pub(super) fn table() -> Vec<Route> {
    let mut all = entrance();
    all.extend(reading());
    all.extend(lists());
    all.extend(keeping());
    all
}

/// The way in and out, and the first page.
fn entrance() -> Vec<Route> {
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
    ]
}

/// Cases, records, and what is decided about them.
fn reading() -> Vec<Route> {
    vec![
        route("/cases", May(ReadCases), get(cases::list)),
        route("/cases/{id}", May(ReadCases), get(case::case)),
        route(
            "/cases/{id}/assign",
            May(Assign),
            get(case::case).merge(change(assign::change)),
        ),
        route("/records", May(ReadRecords), get(records::list)),
        route("/records/{subject}", May(ReadRecords), get(record::record)),
        route(
            "/records/{subject}/evidence/{hash}",
            May(ReadRecords),
            get(evidence::page_of),
        ),
        route(
            "/records/{subject}/decide",
            May(DecideContest),
            get(record::record).merge(change(contests::decide)),
        ),
        route("/reconcile", May(SeeOutcomes), get(reconcile::board)),
        route(
            "/reconcile/conclude",
            May(Reconcile),
            get(reconcile::board).merge(change(reconcile::decide_all)),
        ),
        route(
            "/reconcile/{subject}",
            May(SeeOutcomes),
            get(reconcile::record),
        ),
        route(
            "/reconcile/{subject}/conclude",
            May(Reconcile),
            get(reconcile::record).merge(change(reconcile::decide)),
        ),
        route("/decisions", May(DecideContest), get(decisions::list)),
        route(
            "/decisions/{journal}",
            May(ReleaseHeld),
            get(decisions::held).merge(change(decisions::release)),
        ),
        route(
            "/evidence/{hash}",
            May(ReadRecords),
            get(evidence::original),
        ),
        route(
            "/evidence/{hash}/thumbnail",
            May(ReadRecords),
            get(evidence::thumbnail_of),
        ),
        route("/undelivered", May(SeeDevices), get(undelivered::list)),
        route("/incidents", May(SeeIncidents), get(incidents::list)),
    ]
}

/// The court's lists.
fn lists() -> Vec<Route> {
    let list_bytes = DefaultBodyLimit::max(import::LIST_BYTES_MAX + FORM_BYTES_MAX);
    vec![
        route(
            "/import",
            May(ImportList),
            get(import::start).merge(change(import::upload).layer(list_bytes)),
        ),
        route(
            "/import/preview/{sha256}",
            May(ImportList),
            get(import::preview).merge(change(import::decide)),
        ),
        route(
            "/import/versions/{version}",
            May(ImportList),
            get(import::version),
        ),
        route(
            "/import/versions/{version}/rollback",
            May(ImportList),
            get(import::ask_rollback).merge(change(import::rollback)),
        ),
    ]
}

/// Phones, people, and the log of what everybody did.
fn keeping() -> Vec<Route> {
    let package_bytes = DefaultBodyLimit::max(hand_in::PACKAGE_BYTES_MAX + FORM_BYTES_MAX);
    vec![
        route("/devices", May(SeeDevices), get(devices::list)),
        route(
            "/devices/tickets",
            May(ManageDevices),
            get(tickets::away).merge(change(tickets::issue)),
        ),
        route(
            "/devices/hand-in",
            May(HandIn),
            get(hand_in::start).merge(change(hand_in::upload).layer(package_bytes)),
        ),
        route("/devices/{journal}", May(SeeDevices), get(devices::device)),
        route(
            "/devices/{journal}/receipts",
            May(HandIn),
            get(hand_in::receipts),
        ),
        route(
            "/devices/{journal}/revoke",
            May(ManageDevices),
            get(devices::ask_revoke).merge(change(devices::revoke)),
        ),
        route("/people", May(ManagePeople), get(people::list)),
        route(
            "/people/{id}",
            May(ManagePeople),
            get(people::person).merge(change(people::change)),
        ),
        route("/audit", May(ReadAudit), get(audit::list)),
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
        (Access::Open, _) | (Access::Member, Some(_)) => None,
        (Access::Member | Access::May(_), None) => Some(Problem::SignIn),
        (Access::May(action), Some(member)) => (!member.may(action)).then_some(Problem::Forbidden),
    };
    match refused {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}
