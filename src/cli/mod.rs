//! Docker's grammar of `run` and `create`: from argv to a [`Request`](crate::request::Request).
//!
//! Three steps, so that nothing here opens a file or reads the environment: [`parse`] reads what was typed,
//! [`Parsed::wants`] says what has to be looked up outside, [`Parsed::lower`] combines the two. What can be judged only
//! with the engine at hand is kept as data and held against it by [`Asked::for_engine`].

mod draft;
mod engine;
mod flag;
mod flags;
mod help;
mod lower;
#[cfg(test)]
mod testing;
mod tokens;
mod typed;
mod usage;
mod values;
mod verb;
mod wants;

use std::ffi::OsString;

pub use draft::Warning;
pub use engine::Engine;
pub use flag::{Flag, Kind, Needs};
pub use flags::client::PullPolicy;
pub use flags::{THEMES, Theme, all as all_flags};
pub use help::{command, help};
pub use lower::{Asked, ClientOptions};
pub use typed::{Gate, Parsed};
pub use usage::UsageError;
pub use verb::Verb;
pub use wants::{FileError, Inputs, Proxies, Want};

use flag::Arg;
use tokens::{Place, Walk};
use typed::{Traced, Typed, is_on};

/// What a command line is.
#[derive(Debug)]
pub enum Invocation {
    /// Only an explanation is wanted: [`help`].
    Help,
    /// A container is wanted.
    Container(Box<Parsed>),
}

/// Reads the arguments of a verb: `argv` is the whole command line, `start` the first argument after the verb.
///
/// # Errors
/// [`UsageError`], in docker's words; the first in the order of the arguments.
pub fn parse(verb: Verb, argv: &[OsString], start: usize) -> Result<Invocation, UsageError> {
    let argv = texts(verb, argv)?;
    let mut typed = Typed::default();
    let mut walk = Walk::new(verb, &argv, start);
    for occurrence in &mut walk {
        let found = occurrence.map_err(|message| verb.flag_error(message))?;
        let arg = Arg { value: found.value, origin: found.place.into() };
        (found.flag.take)(&mut typed, arg).map_err(|why| {
            let value = values::quote::quote(found.value);
            let flag = values::quote::quote(&found.flag.shown(found.name));
            verb.flag_error(format!("invalid argument {value} for {flag} flag: {why}"))
        })?;
        if found.flag.needs != Needs::Nothing {
            typed.gates.push(Gate { flag: found.name, needs: found.flag.needs });
        }
    }
    if is_on(&typed.help) {
        return Ok(Invocation::Help);
    }
    let mut positionals = argv.iter().enumerate().skip(walk.positionals()).map(|(index, text)| Traced {
        value: (*text).to_owned(),
        origin: Place { index, bytes: 0..text.len() }.into(),
    });
    let image = positionals.next().ok_or(UsageError::NoImage { command: verb.command() })?;
    Ok(Invocation::Container(Box::new(Parsed { verb, typed, image, command: positionals.collect() })))
}

fn texts(verb: Verb, argv: &[OsString]) -> Result<Vec<&str>, UsageError> {
    let text = |(index, argument): (usize, &'_ OsString)| match argument.to_str() {
        Some(_) => Ok(()),
        None => Err(verb.encoding(index, argument.to_string_lossy().into_owned())),
    };
    argv.iter().enumerate().try_for_each(text)?;
    Ok(argv.iter().filter_map(|argument| argument.to_str()).collect())
}
