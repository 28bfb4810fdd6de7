//! `waiqin-server`: see `waiqin-server --help`.

fn main() -> std::process::ExitCode {
    waiqin_server::cli::main_with(std::env::args_os())
}
