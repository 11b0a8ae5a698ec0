//! One short file per verb; the wiring of all other rooms. The only place that reads the environment and the clock.

mod audit;
mod check;
mod cidfile;
mod decisions;
mod doctor;
mod environment;
mod explain;
mod failure;
mod gateway;
mod globals;
mod grammar;
mod help;
mod log;
mod logins;
mod own;
mod policy;
mod question;
mod reach;
mod run;
mod setting;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

pub use grammar::grammar;

use crate::cli::DockerGlobals;
use environment::Environment;
use failure::Failure;
use globals::{Globals, Verb};

/// Runs one command line and says how it ended.
#[must_use]
pub fn main(argv: impl Iterator<Item = OsString>) -> ExitCode {
    let argv: Vec<OsString> = argv.collect();
    let environment = Environment::of_process();
    match dispatch(&argv, &environment) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            environment.complain(&failure.text());
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(argv: &[OsString], environment: &Environment) -> Result<u8, Failure> {
    let Globals { choice, docker, verb, arguments } = globals::read(argv)?;
    let invocation = Invocation { argv, arguments, choice, docker, environment };
    match verb {
        Verb::Run(verb) => run::run(&invocation, verb),
        Verb::Audit => audit::audit(&invocation),
        Verb::Check => check::check(&invocation),
        Verb::Explain => explain::explain(&invocation),
        Verb::Gateway => gateway::gateway(&invocation),
        Verb::Log => decisions::log(&invocation),
        Verb::Why => why::why(&invocation),
        Verb::Doctor => doctor::doctor(&invocation),
        Verb::Policy => policy::policy(&invocation),
        Verb::Help => help::help(environment),
        Verb::Version => help::version(environment),
    }
}

/// Runs a future to its end on this thread; a thread that still reads the terminal does not hold up the end.
fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Failure::own(format!("cannot start: {why}")))?;
    let ended = runtime.block_on(future);
    runtime.shutdown_background();
    ended
}

/// One command line, as far as it is common to all verbs.
#[derive(Debug)]
struct Invocation<'a> {
    /// Everything that was typed, the program first.
    argv: &'a [OsString],
    /// Where the verb's own arguments begin.
    arguments: usize,
    /// `--policy`.
    choice: Option<OsString>,
    /// Docker's own options before the verb.
    docker: DockerGlobals,
    environment: &'a Environment,
}
