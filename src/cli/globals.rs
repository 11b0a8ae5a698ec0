//! What stands before the verb: docker's own options, read as docker reads them and in its words, and `--policy`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::tokens::Place;
use crate::request::Origin;

/// The command line up to the verb.
#[derive(Debug, PartialEq, Eq)]
pub struct Globals {
    /// `--policy`
    pub choice: Option<OsString>,
    /// Docker's own.
    pub docker: DockerGlobals,
    /// `--help` or `--version`, before which nothing else counts.
    pub wish: Option<Wish>,
    /// Where the verb stands, or the end of the line.
    pub verb: usize,
}

/// What is asked for instead of a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// `--help`
    Help,
    /// `--version`
    Version,
}

/// Docker's own options before the verb.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DockerGlobals {
    /// `--host`, as often as it was typed.
    pub hosts: Vec<String>,
    /// `--context`
    pub context: Option<String>,
    /// `--config`
    pub config: Option<String>,
    /// `--tls`
    pub tls: Option<bool>,
    /// `--tlsverify`
    pub tls_verify: Option<bool>,
    /// `--tlscacert`
    pub tls_ca: Option<String>,
    /// `--tlscert`
    pub tls_cert: Option<String>,
    /// `--tlskey`
    pub tls_key: Option<String>,
    log_level: Option<String>,
    /// Where each option was typed last, by its long name.
    places: BTreeMap<&'static str, Place>,
}

impl DockerGlobals {
    /// The option that decides which engine is meant, as docker weighs them.
    #[must_use]
    pub fn decisive(&self) -> Option<&'static str> {
        let named = self.context.as_deref().is_some_and(|context| !context.is_empty());
        let typed = |name: &&'static str| self.places.contains_key(name);
        let others = || ["host", "tlsverify", "tls", "context", "config"].into_iter().find(typed);
        if named { Some("context") } else { others() }
    }

    /// Where an option was typed last, by its long name.
    #[must_use]
    pub fn origin(&self, name: &str) -> Option<Origin> {
        self.places.get(name).map(|place| place.clone().into())
    }
}

/// Why the options before the verb are not understood; `Display` is what is printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GlobalError {
    message: String,
    /// The exit code: docker's own, or that of our own grammar.
    pub code: u8,
}

/// One option before the verb.
struct Global {
    name: &'static str,
    letter: Option<char>,
    switch: bool,
}

const fn value(name: &'static str, letter: Option<char>) -> Global {
    Global { name, letter, switch: false }
}

const fn switch(name: &'static str, letter: Option<char>) -> Global {
    Global { name, letter, switch: true }
}

const GLOBALS: [Global; 13] = [
    value("config", None),
    value("context", Some('c')),
    switch("debug", Some('D')),
    switch("help", Some('h')),
    value("host", Some('H')),
    value("log-level", Some('l')),
    value("policy", None),
    switch("tls", None),
    value("tlscacert", None),
    value("tlscert", None),
    value("tlskey", None),
    switch("tlsverify", None),
    switch("version", Some('v')),
];

const LOG_LEVELS: [&str; 8] = ["panic", "fatal", "error", "warn", "warning", "info", "debug", "trace"];

/// Exit code for what is ours and mistaken.
const USAGE: u8 = 2;

/// Exit code of docker for an option that it does not understand.
const NOT_UNDERSTOOD: u8 = 125;

/// Docker's words for an option that it does not understand.
fn refused(message: &str) -> GlobalError {
    let message =
        format!("{message}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information");
    GlobalError { message, code: NOT_UNDERSTOOD }
}

fn plain(message: &str) -> GlobalError {
    GlobalError { message: message.to_owned(), code: 1 }
}

fn not_text(what: String) -> GlobalError {
    GlobalError { message: format!("sdocker: {what}"), code: NOT_UNDERSTOOD }
}

/// Reads the options before the verb; argument 0 is the program. An option that is not known is refused by name.
///
/// # Errors
/// What is not understood, lacks its value, or does not go together.
pub fn globals(argv: &[OsString]) -> Result<Globals, GlobalError> {
    let mut reader = Reader { argv, at: 1, choice: None, docker: DockerGlobals::default(), wish: None };
    while let Some(token) = reader.token()? {
        match token.strip_prefix('-') {
            None | Some("") => break,
            Some("-") => {
                reader.at += 1;
                break;
            }
            Some(rest) => match rest.strip_prefix('-') {
                Some(body) => reader.long(token, body)?,
                None => reader.cluster(rest)?,
            },
        }
        reader.at += 1;
        if reader.wish.is_some() {
            return Ok(reader.end());
        }
    }
    reader.check()?;
    Ok(reader.end())
}

struct Reader<'a> {
    argv: &'a [OsString],
    at: usize,
    choice: Option<OsString>,
    docker: DockerGlobals,
    wish: Option<Wish>,
}

impl<'a> Reader<'a> {
    fn token(&self) -> Result<Option<&'a str>, GlobalError> {
        let text = |token: &'a OsString| {
            token.to_str().ok_or_else(|| not_text(format!("argument {} is not UTF-8: {token:?}", self.at)))
        };
        self.argv.get(self.at).map(text).transpose()
    }

    /// `--name`, `--name=value`, `--name value`.
    fn long(&mut self, token: &str, body: &'a str) -> Result<(), GlobalError> {
        if body.starts_with(['-', '=']) {
            return Err(refused(&format!("bad flag syntax: {token}")));
        }
        let (name, inline) = body.split_once('=').map_or((body, None), |(name, value)| (name, Some(value)));
        let found = GLOBALS.iter().find(|global| global.name == name);
        let global = found.ok_or_else(|| refused(&format!("unknown flag: --{name}")))?;
        match inline {
            Some(value) => self.set(global, OsStr::new(value), token.len() - value.len()),
            None if global.switch => self.set(global, OsStr::new("true"), 0),
            None => {
                let lacking = || match global.name {
                    "policy" => GlobalError {
                        message: "sdocker: `--policy` needs a value\nRun 'sdocker --help' for more information"
                            .to_owned(),
                        code: USAGE,
                    },
                    _ => refused(&format!("flag needs an argument: {token}")),
                };
                let value = self.separate().ok_or_else(lacking)?;
                self.set(global, value, 0)
            }
        }
    }

    /// `-D`, `-Hvalue`, `-H=value`, `-H value`, and several switches in one.
    fn cluster(&mut self, letters: &'a str) -> Result<(), GlobalError> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            let here = rest;
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            let found = GLOBALS.iter().find(|global| global.letter == Some(letter));
            let global = found.ok_or_else(|| refused(&format!("unknown shorthand flag: {letter:?} in -{here}")))?;
            let behind = |rest: &str| 1 + letters.len() - rest.len();
            if let Some(value) = rest.strip_prefix('=').filter(|value| !value.is_empty()) {
                return self.set(global, OsStr::new(value), behind(value));
            }
            if global.switch {
                self.set(global, OsStr::new("true"), 0)?;
                continue;
            }
            if !rest.is_empty() {
                return self.set(global, OsStr::new(rest), behind(rest));
            }
            let lacking = || refused(&format!("flag needs an argument: {letter:?} in -{here}"));
            let value = self.separate().ok_or_else(lacking)?;
            return self.set(global, value, 0);
        }
        Ok(())
    }

    /// The next argument as a value, whatever it looks like.
    fn separate(&mut self) -> Option<&'a OsStr> {
        self.at += 1;
        self.argv.get(self.at).map(OsString::as_os_str)
    }

    /// `from` is the byte of the argument at hand at which the value begins.
    fn set(&mut self, global: &Global, value: &OsStr, from: usize) -> Result<(), GlobalError> {
        if global.name == "policy" {
            self.choice = Some(value.to_owned());
            return Ok(());
        }
        let text = value.to_str().ok_or_else(|| not_text(format!("not UTF-8: {value:?}")))?;
        let docker = &mut self.docker;
        let length = self.argv.get(self.at).map_or(0, |argument| argument.len());
        let from = if from < length { from } else { 0 };
        docker.places.insert(global.name, Place { index: self.at, bytes: from..length });
        if global.switch {
            let on = switched(global, text)?;
            match global.name {
                "tls" => docker.tls = Some(on),
                "tlsverify" => docker.tls_verify = Some(on),
                "help" if on => self.wish = self.wish.or(Some(Wish::Help)),
                "version" if on => self.wish = self.wish.or(Some(Wish::Version)),
                // What `--debug` makes docker log, sdocker does not do.
                _ => {}
            }
            return Ok(());
        }
        let text = text.to_owned();
        match global.name {
            "host" => docker.hosts.push(text),
            "context" => docker.context = Some(text),
            "config" => docker.config = Some(text),
            "tlscacert" => docker.tls_ca = Some(text),
            "tlscert" => docker.tls_cert = Some(text),
            "tlskey" => docker.tls_key = Some(text),
            _ => docker.log_level = Some(text),
        }
        Ok(())
    }

    /// What docker holds against the options before it looks at the verb's own.
    fn check(&self) -> Result<(), GlobalError> {
        let DockerGlobals { hosts, context, log_level, .. } = &self.docker;
        if let Some(level) = log_level.as_deref().filter(|level| !level.is_empty())
            && !LOG_LEVELS.contains(&level.to_lowercase().as_str())
        {
            return Err(plain(&format!("Unable to parse logging level: {level}")));
        }
        if !hosts.is_empty() && context.as_deref().is_some_and(|context| !context.is_empty()) {
            return Err(plain("conflicting options: cannot specify both --host and --context"));
        }
        Ok(())
    }

    fn end(self) -> Globals {
        let Self { at, choice, docker, wish, argv: _ } = self;
        Globals { choice, docker, wish, verb: at }
    }
}

/// The spellings that docker takes for yes and no.
fn switched(global: &Global, text: &str) -> Result<bool, GlobalError> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => {
            let letter = global.letter.map_or_else(String::new, |letter| format!("-{letter}, "));
            let flag = format!("{letter}--{}", global.name);
            let why = format!("strconv.ParseBool: parsing {text:?}: invalid syntax");
            Err(refused(&format!("invalid argument {text:?} for \"{flag}\" flag: {why}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Globals, String> {
        let argv: Vec<OsString> = std::iter::once("sdocker").chain(words.iter().copied()).map(OsString::from).collect();
        globals(&argv).map_err(|error| format!("{} {error}", error.code))
    }

    fn docker_alone(words: &[&str]) -> DockerGlobals {
        parse(words).unwrap().docker
    }

    fn docker(words: &[&str]) -> DockerGlobals {
        let words = [words, &["run", "-H", "x"]].concat();
        let read = parse(&words).unwrap_or_else(|why| panic!("{words:?}: {why}"));
        assert_eq!((read.wish, read.verb), (None, words.len() - 2), "{words:?}");
        read.docker
    }

    #[test]
    fn options_before_the_verb_are_ours_and_those_behind_it_are_not() {
        let read = parse(&["--policy", "strict", "-H", "unix:///x", "run", "--policy"]).unwrap();
        assert_eq!(read.choice, Some("strict".into()));
        assert_eq!(read.docker.hosts, ["unix:///x"]);
        assert_eq!(read.verb, 5);
        assert_eq!(parse(&["--policy=strict", "container", "create"]).unwrap().verb, 2);
    }

    #[test]
    fn every_option_knows_the_bytes_that_said_it() {
        for (words, name, index, bytes) in [
            (&["-Hx"][..], "host", 1, 2..3),
            (&["-H=x"], "host", 1, 3..4),
            (&["-DH", "xy"], "host", 2, 0..2),
            (&["--host=xy"], "host", 1, 7..9),
            (&["--host="], "host", 1, 0..7),
            (&["--tls"], "tls", 1, 0..5),
            (&["-c", "a", "--context", "b"], "context", 4, 0..1),
        ] {
            assert_eq!(docker_alone(words).origin(name), Some(Origin::Token { index, bytes }), "{words:?}");
        }
        assert_eq!(docker_alone(&["-D"]).origin("host"), None);
    }

    #[test]
    fn one_option_decides_the_engine() {
        for (words, option) in [
            (&["-D"][..], None),
            (&["--config", "d", "-c", "far"], Some("context")),
            (&["-c", "", "-H", "x", "--tls"], Some("host")),
            (&["--tls", "--config", "d"], Some("tls")),
            (&["--config", "d"], Some("config")),
        ] {
            assert_eq!(docker_alone(words).decisive(), option, "{words:?}");
        }
    }

    #[test]
    fn every_form_of_a_value_is_read() {
        for words in [&["-Hx"][..], &["-H=x"], &["-H", "x"], &["--host=x"], &["--host", "x"], &["-DHx"], &["-DH", "x"]]
        {
            assert_eq!(docker(words).hosts, ["x"], "{words:?}");
        }
        assert_eq!(docker(&["-H", "a", "--host="]).hosts, ["a", ""]);
        assert_eq!(docker(&["-H="]).hosts, ["="]);
        assert_eq!(docker(&["-c", "far", "--config", "d", "--"]).context.as_deref(), Some("far"));
        assert_eq!(docker(&["-l=debug", "--log-level", "WARN", "-D=false"]).log_level.as_deref(), Some("WARN"));
        let tls = docker(&["--tls", "--tlsverify=0", "--tlscacert=a", "--tlscert", "b", "--tlskey=c"]);
        assert_eq!((tls.tls, tls.tls_verify), (Some(true), Some(false)));
        assert_eq!((tls.tls_ca, tls.tls_cert, tls.tls_key), (Some("a".into()), Some("b".into()), Some("c".into())));
    }

    #[test]
    fn what_is_not_known_is_refused_in_dockers_words() {
        for (words, why) in [
            (&["--bogus", "run"][..], "125 unknown flag: --bogus\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun "),
            (&["-z", "run"], "125 unknown shorthand flag: 'z' in -z\n"),
            (&["-Dx", "run"], "125 unknown shorthand flag: 'x' in -x\n"),
            (&["--tlsverify=x"], "125 invalid argument \"x\" for \"--tlsverify\" flag: strconv.ParseBool: parsing"),
            (&["-D=x"], "125 invalid argument \"x\" for \"-D, --debug\" flag: strconv.ParseBool: parsing \"x\": inv"),
            (&["-H"], "125 flag needs an argument: 'H' in -H\n"),
            (&["--tlscacert"], "125 flag needs an argument: --tlscacert\n"),
            (&["--policy"], "2 sdocker: `--policy` needs a value\n"),
            (&["---x"], "125 bad flag syntax: ---x\n"),
            (&["-l", "bogus", "run"], "1 Unable to parse logging level: bogus"),
            (&["-l=", "run"], "1 Unable to parse logging level: ="),
            (&["-H", "a", "-c", "b", "run"], "1 conflicting options: cannot specify both --host and --context"),
            (&["-H", "", "-c", "b", "run"], "1 conflicting options: cannot specify both --host and --context"),
        ] {
            let said = parse(words).unwrap_err();
            assert!(said.starts_with(why), "{words:?}: {said}");
        }
        assert!(parse(&["-H", "a", "-c", "", "run"]).is_ok());
    }

    #[test]
    fn help_and_version_come_before_everything() {
        for words in [&["-v"][..], &["--version", "exec"], &["-Dv"], &["-l", "bogus", "--version"]] {
            assert_eq!(parse(words).unwrap().wish, Some(Wish::Version), "{words:?}");
        }
        for words in [&["--help"][..], &["-h", "-H"]] {
            assert_eq!(parse(words).unwrap().wish, Some(Wish::Help), "{words:?}");
        }
        for words in [&[][..], &["--version=false"], &["-D"]] {
            let read = parse(words).unwrap();
            assert_eq!((read.wish, read.verb), (None, words.len() + 1), "{words:?}");
        }
    }
}
