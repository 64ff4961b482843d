//! The program: reads the command line and runs the subcommand.

use std::process::ExitCode;

fn main() -> ExitCode {
    zhanggui::cli::run()
}
