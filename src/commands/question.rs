//! From the command line to what is asked: docker's grammar, with the files, variables and terminal that it names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

use super::Invocation;
use super::environment::Environment;
use super::failure::Failure;
use super::reach;
use crate::cli::{self, Asked, FileError, Inputs, Parsed, Verb, Want, Warning};
use crate::engine::{Console, Engine};
use crate::files;
use crate::report::CommandLine;
use crate::request::{Origin, Request};

/// What somebody wants, and of which engine.
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) engine: Engine,
    /// The command line as it may be shown again.
    pub(super) line: CommandLine,
}

/// Reads the command line; when only help is wanted, prints it and returns nothing.
///
/// # Errors
/// Docker's own complaints, in docker's words; what docker would do and we do not, by name.
pub(super) fn ask(invocation: &Invocation<'_>, verb: Verb, console: &Console) -> Result<Option<Question>, Failure> {
    let parsed = match cli::parse(verb, invocation.argv, invocation.arguments)? {
        cli::Invocation::Container(parsed) => parsed,
        cli::Invocation::Help => {
            super::own::print(invocation, &cli::help(verb))?;
            return Ok(None);
        }
    };
    let reach = reach::reach(invocation)?;
    let (address, config) = (reach.endpoint.to_string(), &reach.config);
    let (files, cidfile_exists) = look_up(&parsed);
    let cwd =
        std::env::current_dir().map_err(|why| Failure::own(format!("cannot find the working directory: {why}")))?;
    let Some(cwd) = cwd.to_str() else {
        return Err(Failure::own(format!("the working directory is not UTF-8: {}", cwd.display())));
    };
    let asked = parsed.lower(&Inputs {
        cwd,
        variable: &|name| variable(invocation.environment, name),
        files: &files,
        cidfile_exists,
        console: console.size(),
        proxies: &config.proxies(&address),
        detach_keys: config.detach_keys.as_deref(),
        endpoint: &address,
        has_credentials: false,
    })?;
    understood(&asked, console)?;
    for warning in &asked.warnings {
        let (Warning::Plain(text) | Warning::Logged(text)) = warning;
        invocation.environment.complain(&format!("{text}\n"));
    }
    let line = shown_again(invocation.argv, &asked.request);
    Ok(Some(Question { asked, engine: reach.engine(), line }))
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
fn understood(asked: &Asked, console: &Console) -> Result<(), Failure> {
    let client = &asked.client;
    if client.content_trust {
        return Err(Failure::own(
            "content trust is asked for, and signatures are not checked: unset DOCKER_CONTENT_TRUST",
        ));
    }
    if client.copy_credentials {
        return Err(Failure::own("`--use-api-socket` would copy docker's credentials: pass what is needed by hand"));
    }
    let attaches_stdin = client.verb.starts() && asked.request.body.attach_stdin;
    if client.tty && attaches_stdin && !console.stdin_is_terminal() {
        return Err(Failure::Bare { message: "the input device is not a TTY".to_owned(), code: 1 });
    }
    Ok(())
}

/// The command line for a report, without the values of variables: they may be secrets.
fn shown_again(argv: &[OsString], request: &Request) -> CommandLine {
    let words: Vec<String> = argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let secrets = (0..request.body.env.len()).filter_map(|index| {
        let Origin::Token { index, bytes } = request.origins.of(&format!("/Env/{index}")) else { return None };
        secret(words.get(index)?, index, bytes)
    });
    let secrets: Vec<(usize, Range<usize>)> = secrets.collect();
    let program = words.first().and_then(|path| Path::new(path).file_name()?.to_str()).unwrap_or("sdocker").to_owned();
    CommandLine::new(std::iter::once(program).chain(words.into_iter().skip(1)).collect(), secrets)
}

/// What stands behind the `=` of `NAME=value`.
fn secret(word: &str, index: usize, bytes: Range<usize>) -> Option<(usize, Range<usize>)> {
    let (name, _) = word.get(bytes.clone())?.split_once('=')?;
    Some((index, bytes.start + name.len() + 1..bytes.end))
}

/// Writes the container's id to the file that was asked for, without a line break.
///
/// # Errors
/// The system's words; the container exists then.
pub(super) fn write_cidfile(path: Option<&str>, id: &str) -> Result<(), Failure> {
    let Some(path) = path.filter(|path| !path.is_empty()) else { return Ok(()) };
    let written = File::create_new(path).and_then(|mut file| file.write_all(id.as_bytes()));
    written.map_err(|why| Failure::own(format!("cannot write the container's id to {path}: {why}")))
}
