//! The office's console under `/`: server-rendered pages and real forms; a small script adds keys.
//!
//! **Invariants.** Every address stands in one table with who may come. Whatever changes something
//! takes a form whose token was checked (see `form.rs`). Pages say nothing that the database does
//! not: figures lead to their rows, and what is not built has no link. Errors are pages with a way
//! back; their causes are logged, never shown.

mod assign;
mod audit;
mod book;
mod case;
mod cases;
mod contests;
mod decisions;
mod desk;
mod devices;
mod entries;
mod evidence;
mod fields;
mod files;
mod form;
mod frame;
mod gate;
mod hand_in;
mod headers;
mod import;
mod incidents;
mod member;
mod overview;
mod page;
mod people;
mod photos;
mod problem;
mod reconcile;
mod record;
mod records;
mod route;
mod seals;
mod show;
mod sign_in;
mod thumbnail;
mod tickets;
mod undelivered;
mod visitor;

#[cfg(test)]
mod tests;

pub(crate) use entries::act_word;

use crate::court::Court;
use axum::Router;

/// The routes of the console.
pub fn routes(court: Court) -> Router {
    let desk = desk::Desk::new(court);
    desk.warm();
    route::router(desk)
}
