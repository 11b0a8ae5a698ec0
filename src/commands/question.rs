//! From the command line to what is asked: docker's grammar, with the files, variables and terminal that it names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::environment::Environment;
use super::failure::Failure;
use super::reach::{self, Reach};
use super::{Invocation, log, logins};
use crate::cli::{self, Asked, FileError, Inputs, Parsed, UsageError, Verb, Want, Warning};
use crate::engine::{Console, Engine, EngineError, Pong};
use crate::files::{self, Logins};
use crate::report::CommandLine;
use crate::request::Request;

/// What somebody wants, and of which engine.
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) engine: Engine,
    /// Its first answer.
    pub(super) pong: Result<Pong, EngineError>,
    /// The logins for `--use-api-socket`.
    pub(super) logins: Logins,
    /// The command line as it may be shown again.
    pub(super) line: CommandLine,
}

/// What the question is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A container is to run, with this process's own streams.
    Run,
    /// It is only to be judged.
    Judgement,
    /// It is only to be judged, and the engine is not to be asked.
    JudgementAlone,
}

/// Reads the command line; when only help is wanted, prints it and returns nothing.
///
/// Docker asks the engine for its version even when there is only something to explain; an engine that does not answer
/// matters only to a command line that is in order.
///
/// # Errors
/// Docker's own complaints, in docker's words; what docker would do and we do not, by name.
pub(super) async fn ask(
    invocation: &Invocation<'_>,
    verb: Verb,
    console: &Console,
    purpose: Purpose,
) -> Result<Option<Question>, Failure> {
    let parsed = match cli::parse(verb, invocation.argv, invocation.arguments) {
        Ok(cli::Invocation::Container(parsed)) => parsed,
        Ok(cli::Invocation::Help(gates)) => {
            let text = match greet(invocation, &gates, purpose).await {
                Ok(()) => cli::help(verb),
                // Docker has nothing to explain then, and ends well.
                Err(error) => format!("{error}\n"),
            };
            super::own::print(invocation, &text)?;
            return Ok(None);
        }
        Err(error) => {
            match &error {
                UsageError::Flag { gates, .. } => greet(invocation, gates, purpose).await?,
                UsageError::NoImage { gates, .. } if !gates.is_empty() => greet(invocation, gates, purpose).await?,
                _ => {}
            }
            return Err(error.into());
        }
    };
    parsed.check_alone()?;
    let reach = reach::reach(invocation)?;
    let engine = match purpose {
        Purpose::Run | Purpose::Judgement => reach.engine(),
        Purpose::JudgementAlone => Engine::unasked(reach.endpoint.clone()),
    };
    let pong = engine.ping().await.cloned();
    known(&pong, parsed.gates())?;
    let logins = if parsed.wants_credentials() { logins::all(invocation, verb)? } else { Logins::new() };
    let address = engine.endpoint().to_string();
    let (files, cidfile_exists) = look_up(&parsed);
    let cwd = invocation.environment.working_directory();
    let mut asked = parsed.lower(&Inputs {
        cwd: cwd.as_deref().map_err(String::as_str),
        variable: &|name| variable(invocation.environment, name),
        files: &files,
        cidfile_exists,
        console: console.size(),
        proxies: &reach.config.proxies(&address),
        detach_keys: reach.config.detach_keys.as_deref(),
        endpoint: &address,
        engine_os: pong.as_ref().map_or("", |pong| &pong.os),
        has_credentials: !logins.is_empty(),
    })?;
    note_detours(invocation, &reach, &mut asked.request);
    understood(&asked, console, purpose)?;
    for warning in &asked.warnings {
        if let Warning::Logged(text) = warning {
            invocation.environment.complain(&log::warning(text, console.stderr_is_terminal()));
        }
    }
    let line = shown_again(invocation.argv, &parsed);
    Ok(Some(Question { asked, engine, pong, logins, line }))
}

/// Says in the request where the options before the verb lead.
fn note_detours(invocation: &Invocation<'_>, reach: &Reach, request: &mut Request) {
    request.manner.detours = reach::detours(invocation, reach);
    for detour in &request.manner.detours {
        if let Some(origin) = invocation.docker.origin(detour.option) {
            request.origins.set(detour.pointer(), origin);
        }
    }
}

/// Docker greets the engine even where help or a mistaken flag is all there is to say; where none is found, no matter.
async fn greet(invocation: &Invocation<'_>, gates: &[cli::Gate], purpose: Purpose) -> Result<(), UsageError> {
    if purpose == Purpose::JudgementAlone {
        return Ok(());
    }
    match reach::reach(invocation) {
        Ok(reach) => known(&reach.engine().ping().await.cloned(), gates),
        Err(_) => Ok(()),
    }
}

/// Refuses flags that the engine does not know; one that did not answer knows them all.
fn known(pong: &Result<Pong, EngineError>, gates: &[cli::Gate]) -> Result<(), UsageError> {
    match pong {
        Ok(pong) => cli::check_flags(gates, &cli::Engine { api: pong.api.minor, os: &pong.os }),
        Err(_) => Ok(()),
    }
}

/// A variable as docker would pass it on; one that is not UTF-8 is passed with replacement characters, never dropped.
fn variable(environment: &Environment, name: &str) -> Option<String> {
    environment.raw(name).map(|value| value.to_string_lossy().into_owned())
}

type Files = BTreeMap<String, Result<Vec<u8>, FileError>>;

fn look_up(parsed: &Parsed) -> (Files, bool) {
    let (mut files, mut cidfile_exists) = (Files::new(), false);
    for want in parsed.wants() {
        match want {
            Want::File(path) => {
                let text = files::read_text(Path::new(&path));
                files.insert(path, text);
            }
            Want::Existence(path) => cidfile_exists = Path::new(&path).symlink_metadata().is_ok(),
        }
    }
    (files, cidfile_exists)
}

/// Refuses what docker's client does itself and sdocker does not yet: better no container than another one.
fn understood(asked: &Asked, console: &Console, purpose: Purpose) -> Result<(), Failure> {
    let client = &asked.client;
    if asked.wants_signature() {
        return Err(Failure::own(
            "content trust is asked for, and signatures are not checked: unset DOCKER_CONTENT_TRUST",
        ));
    }
    let attaches_stdin = client.verb.starts() && asked.request.body.attach_stdin;
    if purpose == Purpose::Run && client.tty && attaches_stdin && !console.stdin_is_terminal() {
        return Err(Failure::Bare { message: "the input device is not a TTY".to_owned(), code: 1 });
    }
    Ok(())
}

/// The command line for a report, without the values of variables: they may be secrets.
fn shown_again(argv: &[OsString], parsed: &Parsed) -> CommandLine {
    let mut words: Vec<String> = argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(program) = words.first_mut() {
        *program = Path::new(&*program).file_name().and_then(|name| name.to_str()).unwrap_or("sdocker").to_owned();
    }
    CommandLine::new(words, parsed.secrets())
}
