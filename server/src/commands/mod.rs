//! What the command line can do.

pub mod assign;
pub mod backup;
pub mod bench;
pub mod device;
pub mod doctor;
pub mod export;
pub mod hand_in;
pub mod import;
pub mod init;
pub mod reconcile;
pub mod records;
pub mod restore;
pub mod said;
pub mod serve;
pub mod user;
pub mod verify;
