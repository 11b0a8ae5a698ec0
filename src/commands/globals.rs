//! The verb, behind docker's own options.

use std::ffi::OsString;

use super::failure::Failure;
use super::own::USAGE;
use crate::cli::{self, DockerGlobals, Wish};

/// What sdocker is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Run(cli::Verb),
    Check,
    Explain,
    Gateway,
    Audit,
    Log,
    Why,
    Doctor,
    Policy,
    Help,
    Version,
}

/// The command line up to the verb's own arguments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Globals {
    pub(super) choice: Option<OsString>,
    pub(super) docker: DockerGlobals,
    pub(super) verb: Verb,
    pub(super) arguments: usize,
}

fn usage(message: &str) -> Failure {
    Failure::Own { message: format!("sdocker: {message}\nRun 'sdocker --help' for more information"), code: USAGE }
}

/// Reads the command line up to the verb's own arguments.
///
/// # Errors
/// Options that are not understood, a verb that is not ours.
pub(super) fn read(argv: &[OsString]) -> Result<Globals, Failure> {
    let cli::Globals { choice, docker, wish, verb: at } = cli::globals(argv)?;
    let words = argv.get(at..).unwrap_or_default();
    let (verb, length) = match wish {
        Some(Wish::Help) => (Verb::Help, 0),
        Some(Wish::Version) => (Verb::Version, 0),
        None => verb(words)?,
    };
    Ok(Globals { choice, docker, verb, arguments: at + length })
}

/// The verb, and how many words it takes.
fn verb(words: &[OsString]) -> Result<(Verb, usize), Failure> {
    if let Some((verb, length)) = cli::Verb::read(words) {
        return Ok((Verb::Run(verb), length));
    }
    let Some(word) = words.first() else { return Ok((Verb::Help, 0)) };
    match word.to_string_lossy().as_ref() {
        "check" => Ok((Verb::Check, 1)),
        "explain" => Ok((Verb::Explain, 1)),
        "gateway" => Ok((Verb::Gateway, 1)),
        "audit" => Ok((Verb::Audit, 1)),
        "log" => Ok((Verb::Log, 1)),
        "why" => Ok((Verb::Why, 1)),
        "doctor" => Ok((Verb::Doctor, 1)),
        "policy" => Ok((Verb::Policy, 1)),
        "help" => Ok((Verb::Help, 1)),
        "version" => Ok((Verb::Version, 1)),
        other => Err(usage(&format!(
            "`{other}` is not among the verbs that sdocker judges (run, create); use docker itself for it"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<(Verb, usize), String> {
        let argv: Vec<OsString> = std::iter::once("sdocker").chain(words.iter().copied()).map(OsString::from).collect();
        let read = read(&argv).map_err(|failure| format!("{} {failure}", failure.code()))?;
        Ok((read.verb, read.arguments))
    }

    #[test]
    fn the_verbs_own_arguments_begin_behind_it() {
        for (words, verb, arguments) in [
            (&["--policy", "strict", "run", "--policy"][..], Verb::Run(cli::Verb::Run), 4),
            (&["-H", "x", "container", "create"], Verb::Run(cli::Verb::ContainerCreate), 5),
            (&["check", "x"], Verb::Check, 2),
            (&[], Verb::Help, 1),
            (&["-v", "run"], Verb::Version, 2),
        ] {
            assert_eq!(parse(words), Ok((verb, arguments)), "{words:?}");
        }
        assert!(parse(&["exec", "x"]).unwrap_err().contains("2 sdocker: `exec` is not among"));
        assert!(parse(&["container", "ls"]).is_err());
        assert!(parse(&["-H"]).unwrap_err().starts_with("125 flag needs an argument: 'H' in -H\n"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            failure_persistence: None,
            ..proptest::prelude::ProptestConfig::default()
        })]
        #[test]
        fn nothing_before_the_verb_panics(words in proptest::collection::vec(words(), 0..6)) {
            let argv: Vec<OsString> = std::iter::once(OsString::from("sdocker")).chain(words).collect();
            if let Ok(read) = read(&argv) {
                proptest::prop_assert!(read.arguments <= argv.len());
            }
        }
    }

    /// Options, pieces of them, and bytes that are no text.
    fn words() -> impl proptest::strategy::Strategy<Value = OsString> {
        use proptest::prelude::*;
        use std::os::unix::ffi::OsStringExt as _;
        const NAMES: [&str; 10] =
            ["config", "context", "debug", "help", "host", "log-level", "policy", "tls", "tlscacert", "version"];
        let named = (proptest::sample::select(&NAMES[..]), "(=[a-z:/é]{0,4})?")
            .prop_map(|(name, value)| OsString::from(format!("--{name}{value}")));
        let odd = "-{0,3}[a-zA-Zé=:/]{0,6}".prop_map(OsString::from);
        let bytes = proptest::collection::vec(any::<u8>(), 0..6).prop_map(OsString::from_vec);
        prop_oneof![named, odd, bytes, Just(OsString::from("run")), Just(OsString::from("container"))]
    }
}
