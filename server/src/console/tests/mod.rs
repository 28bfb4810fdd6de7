//! The console as a browser meets it: the real router over a real court, without a socket.

mod access;
mod assign;
mod audit;
mod forms;
mod hand_in;
mod house;
mod import;
mod pages;
mod seals;
mod sessions;
mod words;
