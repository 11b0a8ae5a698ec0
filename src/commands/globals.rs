//! What stands before the verb, and the verb. Docker's own options are read as docker reads them, in its words.

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
    pub(super) docker: DockerGlobals,
    pub(super) verb: Verb,
    pub(super) arguments: usize,
}

/// Docker's own options before the verb.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DockerGlobals {
    pub(super) hosts: Vec<String>,
    pub(super) context: Option<String>,
    pub(super) config: Option<String>,
    pub(super) tls: Option<bool>,
    pub(super) tls_verify: Option<bool>,
    pub(super) tls_ca: Option<String>,
    pub(super) tls_cert: Option<String>,
    pub(super) tls_key: Option<String>,
    log_level: Option<String>,
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

fn usage(message: &str) -> Failure {
    Failure::Own { message: format!("sdocker: {message}\nRun 'sdocker --help' for more information"), code: USAGE }
}

/// Docker's words for an option that it does not understand.
fn refused(message: &str) -> Failure {
    let message =
        format!("{message}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information");
    Failure::Bare { message, code: super::failure::BEFORE_RUN }
}

fn plain(message: &str) -> Failure {
    Failure::Bare { message: message.to_owned(), code: 1 }
}

/// Reads the options before the verb. One that is not known is refused by name.
///
/// # Errors
/// What is not understood, lacks its value, or does not go together.
pub(super) fn read(argv: &[OsString]) -> Result<Globals, Failure> {
    let mut reader = Reader { argv, at: 1, choice: None, docker: DockerGlobals::default(), own: None };
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
        if let Some(verb) = reader.own {
            return Ok(reader.end(verb, 0));
        }
    }
    reader.check()?;
    let Some(word) = reader.token()? else { return Ok(reader.end(Verb::Help, 0)) };
    let (verb, length) = verb(word, argv.get(reader.at + 1))?;
    Ok(reader.end(verb, length))
}

struct Reader<'a> {
    argv: &'a [OsString],
    at: usize,
    choice: Option<OsString>,
    docker: DockerGlobals,
    /// `--help` or `--version`.
    own: Option<Verb>,
}

impl<'a> Reader<'a> {
    fn token(&self) -> Result<Option<&'a str>, Failure> {
        let text = |token: &'a OsString| {
            token.to_str().ok_or_else(|| Failure::own(format!("argument {} is not UTF-8: {token:?}", self.at)))
        };
        self.argv.get(self.at).map(text).transpose()
    }

    /// `--name`, `--name=value`, `--name value`.
    fn long(&mut self, token: &str, body: &'a str) -> Result<(), Failure> {
        if body.starts_with(['-', '=']) {
            return Err(refused(&format!("bad flag syntax: {token}")));
        }
        let (name, inline) = body.split_once('=').map_or((body, None), |(name, value)| (name, Some(value)));
        let found = GLOBALS.iter().find(|global| global.name == name);
        let global = found.ok_or_else(|| refused(&format!("unknown flag: --{name}")))?;
        match inline {
            Some(value) => self.set(global, OsStr::new(value)),
            None if global.switch => self.set(global, OsStr::new("true")),
            None => {
                let lacking = || match global.name {
                    "policy" => usage("`--policy` needs a value"),
                    _ => refused(&format!("flag needs an argument: {token}")),
                };
                let value = self.separate().ok_or_else(lacking)?;
                self.set(global, value)
            }
        }
    }

    /// `-D`, `-Hvalue`, `-H=value`, `-H value`, and several switches in one.
    fn cluster(&mut self, letters: &'a str) -> Result<(), Failure> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            let here = rest;
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            let found = GLOBALS.iter().find(|global| global.letter == Some(letter));
            let global = found.ok_or_else(|| refused(&format!("unknown shorthand flag: {letter:?} in -{here}")))?;
            if let Some(value) = rest.strip_prefix('=').filter(|value| !value.is_empty()) {
                return self.set(global, OsStr::new(value));
            }
            if global.switch {
                self.set(global, OsStr::new("true"))?;
                continue;
            }
            if !rest.is_empty() {
                return self.set(global, OsStr::new(rest));
            }
            let lacking = || refused(&format!("flag needs an argument: {letter:?} in -{here}"));
            let value = self.separate().ok_or_else(lacking)?;
            return self.set(global, value);
        }
        Ok(())
    }

    /// The next argument as a value, whatever it looks like.
    fn separate(&mut self) -> Option<&'a OsStr> {
        self.at += 1;
        self.argv.get(self.at).map(OsString::as_os_str)
    }

    fn set(&mut self, global: &Global, value: &OsStr) -> Result<(), Failure> {
        if global.name == "policy" {
            self.choice = Some(value.to_owned());
            return Ok(());
        }
        let text = value.to_str().ok_or_else(|| Failure::own(format!("not UTF-8: {value:?}")))?;
        let docker = &mut self.docker;
        if global.switch {
            let on = switched(global, text)?;
            match global.name {
                "tls" => docker.tls = Some(on),
                "tlsverify" => docker.tls_verify = Some(on),
                "help" if on => self.own = self.own.or(Some(Verb::Help)),
                "version" if on => self.own = self.own.or(Some(Verb::Version)),
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
    fn check(&self) -> Result<(), Failure> {
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

    fn end(self, verb: Verb, length: usize) -> Globals {
        let Self { at, choice, docker, .. } = self;
        Globals { choice, docker, verb, arguments: at + length }
    }
}

/// The spellings that docker takes for yes and no.
fn switched(global: &Global, text: &str) -> Result<bool, Failure> {
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
        (other, _) => Err(usage(&format!(
            "`{other}` is not among the verbs that sdocker judges (run, create); use docker itself for it"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Globals, String> {
        let argv: Vec<OsString> = std::iter::once("sdocker").chain(words.iter().copied()).map(OsString::from).collect();
        read(&argv).map_err(|failure| format!("{} {failure}", failure.code()))
    }

    fn docker(words: &[&str]) -> DockerGlobals {
        let words = [words, &["run", "-H", "x"]].concat();
        let read = parse(&words).unwrap_or_else(|why| panic!("{words:?}: {why}"));
        assert_eq!((read.verb, read.arguments), (Verb::Run(cli::Verb::Run), words.len() - 1), "{words:?}");
        read.docker
    }

    #[test]
    fn options_before_the_verb_are_ours_and_those_behind_it_are_not() {
        let read = parse(&["--policy", "strict", "-H", "unix:///x", "run", "--policy"]).unwrap();
        assert_eq!(read.choice, Some("strict".into()));
        assert_eq!(read.docker.hosts, ["unix:///x"]);
        assert_eq!((read.verb, read.arguments), (Verb::Run(cli::Verb::Run), 6));
        assert_eq!(parse(&["--policy=strict", "container", "create"]).unwrap().arguments, 4);
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
        assert_eq!(
            docker(&["-l=debug", "--log-level", "WARN", "-D=false"]),
            DockerGlobals { log_level: Some("WARN".to_owned()), ..DockerGlobals::default() }
        );
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
        assert!(parse(&["exec", "x"]).unwrap_err().contains("`exec`"));
        assert!(parse(&["-H", "a", "-c", "", "run"]).is_ok());
    }

    #[test]
    fn help_and_version_come_before_everything() {
        for words in [&["-v"][..], &["--version", "exec"], &["-Dv"], &["-l", "bogus", "--version"]] {
            assert_eq!(parse(words).unwrap().verb, Verb::Version, "{words:?}");
        }
        for words in [&[][..], &["--help"], &["-h"], &["--version=false"], &["-D"]] {
            assert_eq!(parse(words).unwrap().verb, Verb::Help, "{words:?}");
        }
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
        let named = (0..GLOBALS.len(), "(=[a-z:/é]{0,4})?").prop_filter_map("is there", |(at, value)| {
            GLOBALS.get(at).map(|global| OsString::from(format!("--{}{value}", global.name)))
        });
        let odd = "-{0,3}[a-zA-Zé=:/]{0,6}".prop_map(OsString::from);
        let bytes = proptest::collection::vec(any::<u8>(), 0..6).prop_map(OsString::from_vec);
        prop_oneof![named, odd, bytes, Just(OsString::from("run")), Just(OsString::from("container"))]
    }
}
