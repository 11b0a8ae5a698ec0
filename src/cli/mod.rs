//! Docker's grammar of `run` and `create`: from argv to a [`Request`](crate::request::Request).
//!
//! Three steps, so that nothing here opens a file or reads the environment: [`parse`] reads what was typed,
//! [`Parsed::wants`] says what has to be looked up outside, [`Parsed::lower`] combines the two. What can be judged only
//! with the engine at hand is kept as data and held against it by [`Asked::for_engine`].

mod draft;
mod engine;
mod flag;
mod flags;
mod globals;
mod help;
mod lower;
mod secrets;
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
pub use engine::{Engine, check_flags};
pub use flag::{Flag, Kind, Needs};
pub use flags::client::PullPolicy;
pub use flags::{THEMES, Theme, all as all_flags};
pub use globals::{DockerGlobals, GlobalError, Globals, Wish, globals};
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
    /// Only an explanation is wanted: [`help`]. The flags are those that only some engines take.
    Help(Vec<Gate>),
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
        let found = occurrence.map_err(|message| verb.flag_error(message, &typed.gates))?;
        let arg = Arg { value: found.value, origin: found.place.into() };
        (found.flag.take)(&mut typed, arg).map_err(|why| {
            let value = values::quote::quote(found.value);
            let flag = values::quote::quote(&found.flag.shown(found.name));
            verb.flag_error(format!("invalid argument {value} for {flag} flag: {why}"), &typed.gates)
        })?;
        if found.flag.needs != Needs::Nothing {
            typed.gates.push(Gate { flag: found.name, needs: found.flag.needs });
        }
    }
    if is_on(&typed.help) {
        return Ok(Invocation::Help(typed.gates));
    }
    let mut positionals = argv.iter().enumerate().skip(walk.positionals()).map(|(index, text)| Traced {
        value: (*text).to_owned(),
        origin: Place { index, bytes: 0..text.len() }.into(),
    });
    let Some(image) = positionals.next() else {
        return Err(UsageError::NoImage { command: verb.command(), gates: typed.gates });
    };
    Ok(Invocation::Container(Box::new(Parsed { verb, typed, image, command: positionals.collect() })))
}

/// What docker's reader says is wrong with a JSON text; nothing where that is in order.
#[must_use]
pub fn json_fault(text: &[u8]) -> Option<String> {
    values::json::compact(text).err()
}

fn texts(verb: Verb, argv: &[OsString]) -> Result<Vec<&str>, UsageError> {
    let text = |(index, argument): (usize, &'_ OsString)| match argument.to_str() {
        Some(_) => Ok(()),
        None => Err(verb.encoding(index, argument.to_string_lossy().into_owned())),
    };
    argv.iter().enumerate().try_for_each(text)?;
    Ok(argv.iter().filter_map(|argument| argument.to_str()).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::testing::{asked, lowered, refused};
    use super::*;
    use crate::request::Origin;

    fn error_of(words: &[&str]) -> String {
        let argv: Vec<OsString> = ["docker", "run"].iter().chain(words).map(OsString::from).collect();
        parse(Verb::Run, &argv, 2).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn pflags_own_complaints() {
        let usage =
            "\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information";
        for (words, complaint) in [
            (vec!["--nosuchflag=1", "i"], "unknown flag: --nosuchflag"),
            (vec!["-zd", "i"], "unknown shorthand flag: 'z' in -zd"),
            (vec!["-dz", "i"], "unknown shorthand flag: 'z' in -z"),
            (vec!["-d=", "i"], "unknown shorthand flag: '=' in -="),
            (vec!["-é"], "unknown shorthand flag: 'Ã' in -é"),
            (vec!["--memory"], "flag needs an argument: --memory"),
            (vec!["-dm"], "flag needs an argument: 'm' in -m"),
            (vec!["---rm", "i"], "bad flag syntax: ---rm"),
            (vec!["--=x"], "bad flag syntax: --=x"),
            (vec!["--mem", "1g"], "unknown flag: --mem"),
            (vec!["-m", "x", "-z"], "invalid argument \"x\" for \"-m, --memory\" flag: invalid size: 'x'"),
        ] {
            assert_eq!(error_of(&words), format!("{complaint}{usage}"), "{words:?}");
        }
    }

    #[test]
    fn create_lacks_the_flags_of_a_run() {
        for (line, words) in
            [("-d i", "unknown shorthand flag: 'd' in -d"), ("--sig-proxy i", "unknown flag: --sig-proxy")]
        {
            let error = testing::parse_of(Verb::Create, line).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{words}\n\nUsage:  docker create ")));
        }
    }

    #[test]
    fn an_image_is_needed() {
        let error = testing::parse_of(Verb::ContainerRun, "--rm").unwrap_err();
        assert!(error.to_string().starts_with("docker: 'docker container run' requires at least 1 argument\n"));
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn help_is_given_when_the_rest_of_the_line_is_sound() {
        let argv = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert!(
            matches!(parse(Verb::Run, &argv(&["--help", "i"]), 0), Ok(Invocation::Help(gates)) if gates.is_empty())
        );
        assert!(parse(Verb::Run, &argv(&["--help", "--bogus"]), 0).is_err());
        assert!(matches!(parse(Verb::Run, &argv(&["--help=false", "i"]), 0), Ok(Invocation::Container(_))));
    }

    #[test]
    fn late_complaints_have_no_usage_line() {
        let words = "docker: invalid restart policy format: no policy provided before colon\n\nRun 'docker run --help' for more information";
        assert_eq!(refused("--restart : i"), words);
        assert_eq!(lowered("--restart : i").unwrap_err().exit_code(), 125);
    }

    #[test]
    fn every_value_knows_the_bytes_that_asked_for_it() {
        for (line, pointer, index, bytes) in [
            ("-itu0 i", "/User", 2, 4..5),
            ("-itu=0 i", "/User", 2, 5..6),
            ("-itu 0 i", "/User", 3, 0..1),
            ("--user=0 i", "/User", 2, 7..8),
            ("--user= i", "/User", 2, 0..7),
            ("--user 1000:0 i", "/User", 3, 0..6),
            ("--privileged i", "/HostConfig/Privileged", 2, 0..12),
            ("--privileged=true i", "/HostConfig/Privileged", 2, 0..17),
            ("-itP i", "/HostConfig/PublishAllPorts", 2, 3..4),
            ("-u 1 -u 0 i", "/User", 5, 0..1),
        ] {
            let origin = asked(line).request.origins.of(pointer);
            assert_eq!(origin, Origin::Token { index, bytes }, "{line}");
        }
        assert_eq!(asked("i").request.origins.of("/User"), Origin::BuiltIn);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_refused_by_name() {
        use std::os::unix::ffi::OsStringExt;
        let argv = vec!["docker".into(), "run".into(), "-e".into(), OsString::from_vec(b"A=\xff".to_vec()), "i".into()];
        let error = parse(Verb::Run, &argv, 2).unwrap_err();
        assert_eq!(error.exit_code(), 125);
        assert!(error.to_string().starts_with("docker: argument 3 is not UTF-8: `A=\u{fffd}`"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_command_line_panics(words in prop::collection::vec("-{0,2}[a-z=:,.\"/0-9 \u{e9}]{0,12}", 0..6)) {
            let _ = lowered(&words.join(" "));
        }

        #[test]
        fn no_value_of_any_flag_panics(at in 0..200_usize, value in any::<String>(), attached in any::<bool>()) {
            let flags: Vec<&Flag> = all_flags().filter(|flag| flag.kind != Kind::Switch).collect();
            let name = flags.get(at % flags.len()).map_or("env", |flag| flag.name);
            let line = if attached { format!("--{name}={value} i") } else { format!("--{name} {value} i") };
            let _ = lowered(&line);
        }

        #[test]
        fn structured_values_do_not_panic(value in "[a-z0-9\\-+_.:/=,\"\\[\\]xXeEp ]{0,16}") {
            for flag in all_flags().filter(|flag| flag.kind != Kind::Switch) {
                let _ = lowered(&format!("--{}={} i", flag.name, value.replace(' ', "\u{a0}")));
            }
        }
    }
}
