//! `cargo run --release`: a court, its server and a phone, with nothing to install.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "speaks on the terminal"
)]

use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use waiqin_demo::process::{ROLE, Role};
use waiqin_demo::{live, script};

/// 外勤 Waiqin: a court, its server and a phone on this machine.
#[derive(Parser)]
#[command(name = "waiqin-demo", version)]
struct Options {
    /// Keep court and phone in this folder; without it a fresh one is used and removed at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Play an officer's day without a person and print what is proved.
    #[arg(long)]
    script: bool,
    /// First port tried for the console.
    #[arg(long, default_value_t = 8700)]
    port: u16,
}

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if args.get(1).is_some_and(|arg| arg == ROLE) {
        return become_role(&args);
    }
    let options = Options::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        if options.script {
            script::play(options.data.as_deref()).await
        } else {
            live::run(options.data.as_deref(), options.port)
                .await
                .map(|()| ExitCode::SUCCESS)
        }
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn become_role(args: &[OsString]) -> ExitCode {
    let role = args
        .get(2)
        .and_then(|name| name.to_str())
        .and_then(Role::named);
    // What follows the role is what the real program gets, its own name first.
    let own = args.get(2..).unwrap_or_default().iter().cloned();
    match role {
        Some(Role::Server) => waiqin_server::cli::main_with(own),
        Some(Role::Phone) => waiqin_phone_ui::cli::main_with(own),
        None => {
            eprintln!("{ROLE} names no program of this demo");
            ExitCode::from(2)
        }
    }
}
