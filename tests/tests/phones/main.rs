//! Real phones and a real court, over real sockets: folders that were copied, several phones on one
//! record, and phones that hand in as a file.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests, which uses a part of the host"
)]

mod copies;
mod court;
mod given;
mod hand_in;
#[path = "../../../mobile-bindings/ui/tests/real/host.rs"]
mod host;
mod together;
