//! The program `acquit`.

use std::process::ExitCode;

fn main() -> ExitCode {
    acquit_server::cli::main()
}
