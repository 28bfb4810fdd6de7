//! Words people read, Chinese and English: one table per part of the server.

pub mod api;
pub mod audit;
pub mod cli;
pub mod console;
pub mod doctor;
pub mod folder;
pub mod hand_in;
pub mod keeping;
pub mod list;
pub mod openapi;
pub mod reconcile;
