//! `waiqin-phone`: the phone's pages on a desktop, for demonstration, tests and offices without
//! phones.

use std::process::ExitCode;

fn main() -> ExitCode {
    waiqin_phone_ui::cli::main_with(std::env::args_os())
}
