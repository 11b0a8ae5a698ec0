//! What stands before the verb, and the verb.

use std::ffi::{OsStr, OsString};

use super::failure::Failure;
use crate::cli;

/// What sdocker is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Run(cli::Verb),
    Check,
    Explain,
    Gateway,
    Audit,
    Help,
    Version,
}

/// The command line up to the verb's own arguments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Globals {
    pub(super) choice: Option<OsString>,
    pub(super) host: Option<String>,
    pub(super) verb: Verb,
    pub(super) arguments: usize,
}

const USAGE: u8 = 2;

fn usage(message: String) -> Failure {
    Failure::Own { message: format!("sdocker: {message}\nRun 'sdocker --help' for more information"), code: USAGE }
}

/// Reads the options before the verb. An option that is not known is refused by name.
///
/// # Errors
/// What is not understood, or lacks its value.
pub(super) fn read(argv: &[OsString]) -> Result<Globals, Failure> {
    let (mut choice, mut host) = (None, None);
    let mut at = 1;
    while let Some(token) = argv.get(at) {
        let text = token.to_str().ok_or_else(|| usage(format!("argument {at} is not UTF-8: {token:?}")))?;
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) if text.starts_with("--") => (name, Some(OsString::from(value))),
            _ => (text, None),
        };
        let value = |at: &mut usize| match &inline {
            Some(value) => Ok(value.clone()),
            None => {
                *at += 1;
                argv.get(*at).cloned().ok_or_else(|| usage(format!("`{name}` needs a value")))
            }
        };
        match name {
            "--policy" => choice = Some(value(&mut at)?),
            "-H" | "--host" => host = Some(utf8(&value(&mut at)?)?),
            "--help" => return Ok(Globals { choice, host, verb: Verb::Help, arguments: at + 1 }),
            "-v" | "--version" => return Ok(Globals { choice, host, verb: Verb::Version, arguments: at + 1 }),
            _ if text.starts_with('-') => return Err(usage(format!("unknown option before the verb: `{text}`"))),
            _ => {
                let (verb, length) = verb(text, argv.get(at + 1))?;
                return Ok(Globals { choice, host, verb, arguments: at + length });
            }
        }
        at += 1;
    }
    Ok(Globals { choice, host, verb: Verb::Help, arguments: at })
}

fn utf8(value: &OsStr) -> Result<String, Failure> {
    value.to_str().map(str::to_owned).ok_or_else(|| usage(format!("not UTF-8: {value:?}")))
}

/// The verb, and how many words it takes.
fn verb(text: &str, next: Option<&OsString>) -> Result<(Verb, usize), Failure> {
    let of_container = next.and_then(|word| word.to_str());
    match (text, of_container) {
        ("run", _) => Ok((Verb::Run(cli::Verb::Run), 1)),
        ("create", _) => Ok((Verb::Run(cli::Verb::Create), 1)),
        ("container", Some("run")) => Ok((Verb::Run(cli::Verb::ContainerRun), 2)),
        ("container", Some("create")) => Ok((Verb::Run(cli::Verb::ContainerCreate), 2)),
        ("check", _) => Ok((Verb::Check, 1)),
        ("explain", _) => Ok((Verb::Explain, 1)),
        ("gateway", _) => Ok((Verb::Gateway, 1)),
        ("audit", _) => Ok((Verb::Audit, 1)),
        ("help", _) => Ok((Verb::Help, 1)),
        ("version", _) => Ok((Verb::Version, 1)),
        (other, _) => Err(usage(format!(
            "`{other}` is not among the verbs that sdocker judges (run, create); use docker itself for it"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Globals, String> {
        let argv: Vec<OsString> = std::iter::once("sdocker").chain(words.iter().copied()).map(OsString::from).collect();
        read(&argv).map_err(|failure| failure.to_string())
    }

    #[test]
    fn options_before_the_verb_are_ours_and_those_behind_it_are_not() {
        let read = parse(&["--policy", "strict", "-H", "unix:///x", "run", "--policy"]).unwrap();
        assert_eq!(read.choice, Some("strict".into()));
        assert_eq!(read.host.as_deref(), Some("unix:///x"));
        assert_eq!((read.verb, read.arguments), (Verb::Run(cli::Verb::Run), 6));
        assert_eq!(parse(&["--policy=strict", "container", "create"]).unwrap().arguments, 4);
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        assert!(parse(&["--tlsverify", "run"]).unwrap_err().contains("`--tlsverify`"));
        assert!(parse(&["exec", "x"]).unwrap_err().contains("`exec`"));
        assert!(parse(&["--policy"]).unwrap_err().contains("needs a value"));
    }
}
