//! The messages between phone and court. One file per step of the protocol, named alike here, in
//! the machine, in the server's `api/` and in the tests.

pub mod compare;
pub mod countersign;
pub mod enrol;
pub mod evidence;
pub mod hello;
pub mod problem;
pub mod session;
pub mod sync;

/// Version of this conversation; the first part of every path is `/api/v1`.
pub const VERSION: u32 = 1;
