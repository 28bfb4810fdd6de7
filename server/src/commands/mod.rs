//! What the command line can do.

pub mod device;
pub mod import;
pub mod init;
pub mod serve;
pub mod user;
pub mod verify;
