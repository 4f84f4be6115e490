//! The binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    stream_control::cli::run()
}
