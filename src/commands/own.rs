//! The grammar of sdocker's own verbs.

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};

use super::Invocation;
use super::failure::Failure;
use crate::files;
use crate::request::Caller;

/// Exit code of what could not be done.
pub(super) const FAILED: u8 = 1;
/// Exit code of what was not understood.
pub(super) const USAGE: u8 = 2;
/// Exit code where there are warnings.
pub(super) const WARNED: u8 = 10;
/// Exit code where there are refusals.
pub(super) const REFUSED: u8 = 11;

/// Reads the words behind a verb of our own; help that was asked for is printed, and then there is nothing to do.
///
/// # Errors
/// What is not understood, with the usage line.
pub(super) fn parse(invocation: &Invocation<'_>, command: Command) -> Result<Option<ArgMatches>, Failure> {
    let words = invocation.argv.get(invocation.arguments..).unwrap_or_default();
    let name = format!("sdocker {}", command.get_name());
    let command = command.bin_name(name.clone()).display_name(name).no_binary_name(true);
    match command.try_get_matches_from(words) {
        Ok(matches) => Ok(Some(matches)),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            print(invocation, &error.render().to_string())?;
            Ok(None)
        }
        Err(error) => Err(Failure::Own { message: error.render().to_string(), code: USAGE }),
    }
}

/// `--format`, for verbs whose answer a program may want to read.
pub(super) fn format() -> Arg {
    let format = Arg::new("format").long("format").value_name("FORMAT").value_parser(["text", "json"]);
    format.default_value("text").help("For people, or a line of JSON each")
}

/// Whether a program wants to read the answer.
pub(super) fn is_json(matches: &ArgMatches) -> bool {
    matches.get_one::<String>("format").is_some_and(|format| format == "json")
}

/// Prints on standard output.
///
/// # Errors
/// A closed or full output.
pub(super) fn print(invocation: &Invocation<'_>, text: &str) -> Result<(), Failure> {
    invocation.environment.print(text).map_err(|why| Failure::own(format!("write /dev/stdout: {why}")))
}

/// Somebody of the system's database by name, or by numbers, who need not be there.
///
/// # Errors
/// Nobody has that name.
pub(super) fn somebody(text: &str) -> Result<Caller, Failure> {
    let numbers = text.split_once(':').and_then(|(uid, gid)| Some((uid.parse().ok()?, gid.parse().ok()?)));
    let found = numbers.map_or_else(|| files::user_named(text), |(uid, gid)| Some(files::user(uid, gid)));
    let unknown = || format!("sdocker: `{text}` is nobody on this machine; name a user, or UID:GID in numbers");
    found.ok_or_else(|| Failure::Own { message: unknown(), code: USAGE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_else_is_named_or_numbered() {
        assert_eq!(somebody("root").unwrap().uid, 0);
        let numbered = somebody("4242:4243").unwrap();
        assert_eq!((numbered.uid, numbered.gid, numbered.groups.is_empty()), (4242, 4243, true));
        for bad in ["no-such-user-here", "1000", "1:", ":", "1:x"] {
            assert_eq!(somebody(bad).unwrap_err().code(), USAGE, "{bad}");
        }
    }
}
