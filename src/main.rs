//! The `sdocker` binary: one expression over the library.

fn main() -> std::process::ExitCode {
    sdocker::commands::main(std::env::args_os())
}
