//! The program `acquit`.

use std::process::ExitCode;

/// What is made on one thread is stored and freed on another. The pipeline takes a tenth less
/// processor time than with the allocator of the system, reading a quarter less.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    acquit_server::cli::main()
}
