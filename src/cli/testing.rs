//! For the tests of this room: a line of words, lowered in a small made-up world.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::{Asked, FileError, Inputs, Invocation, Parsed, Proxies, UsageError, Verb, parse};
use crate::request::Origin;
use crate::request::wire::ContainerCreate;

/// The verb is argument 1, so that the line's own words start at 2.
pub(crate) fn parse_of(verb: Verb, line: &str) -> Result<Parsed, UsageError> {
    let words = ["docker", "run"].into_iter().chain(line.split(' '));
    let argv: Vec<OsString> = words.map(OsString::from).collect();
    match parse(verb, &argv, 2)? {
        Invocation::Container(parsed) => Ok(*parsed),
        Invocation::Help(_) => panic!("{line} asks for help"),
    }
}

pub(crate) fn lowered(line: &str) -> Result<Asked, UsageError> {
    let files = BTreeMap::from([
        ("vars".to_owned(), Ok(b"A=1\n# c\nFROM_ENV\nUNSET\n".to_vec())),
        ("profile.json".to_owned(), Ok(b"{ \"a\": [1, 2] }\n".to_vec())),
        ("absent".to_owned(), Err(FileError::NotOpened("no such file or directory".to_owned()))),
    ]);
    let inputs = Inputs {
        cwd: Ok("/w/d"),
        variable: &|name| (name == "FROM_ENV").then(|| "from env".to_owned()),
        files: &files,
        cidfile_exists: false,
        console: None,
        proxies: &Proxies::default(),
        detach_keys: None,
        endpoint: "unix:///run/engine.sock",
        engine_os: "linux",
        has_credentials: false,
    };
    parse_of(Verb::Run, line)?.lower(&inputs)
}

pub(crate) fn asked(line: &str) -> Asked {
    lowered(line).unwrap()
}

pub(crate) fn body(line: &str) -> ContainerCreate {
    asked(line).request.body
}

pub(crate) fn origin(line: &str, pointer: &str) -> Origin {
    asked(line).request.origins.of(pointer)
}

pub(crate) fn refused(line: &str) -> String {
    lowered(line).unwrap_err().to_string()
}
