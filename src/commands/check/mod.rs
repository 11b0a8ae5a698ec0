//! `sdocker check`: judges a command line or a Dockerfile, and runs nothing.

mod dockerfile;
mod line;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::failure::Failure;
use super::own::{FAILED, REFUSED, USAGE, WARNED};
use super::{Invocation, own};
use crate::request::{Action, Finding};

const EXAMPLE: &str = "\
Nothing is created or pulled, but for the container by which an image's users are read, which never starts.

With --format json it prints one object on one line:
  verdict   \"approved\", \"refused\", or \"undecided\" where not all could be learned without the engine or the image
  findings  [{rule, action, message, unlearned, token or pointer, policy: {file, line, text}, help: []}]
  rewrites  [{rule, meaning, wish, policy}]: what would be filled in, or with `wish` changed
  body      what the engine would be sent, without secrets; null unless approved

Exit codes: 0 nothing to say, 1 failed, 2 usage, 10 warnings, changes or undecided, 11 refusals";

pub(super) fn grammar() -> Command {
    let dockerfile = Arg::new("dockerfile").long("dockerfile").value_name("FILE").conflicts_with("line");
    let format = Arg::new("format").long("format").value_name("FORMAT").value_parser(["text", "json"]);
    let caller = Arg::new("caller").long("caller").value_name("NAME|UID:GID");
    let alone = Arg::new("no-engine").long("no-engine").action(ArgAction::SetTrue);
    let line = Arg::new("line").value_name("run …").last(true).num_args(1..).required_unless_present("dockerfile");
    Command::new("check")
        .about("Judge a command line, or the images and the user of a Dockerfile, and run nothing")
        .after_help(EXAMPLE)
        .arg(dockerfile.value_parser(value_parser!(PathBuf)).help("The Dockerfile to judge"))
        .arg(format.default_value("text").help("For people or for programs"))
        .arg(caller.conflicts_with("dockerfile").help("Judge as somebody else would be judged"))
        .arg(alone.conflicts_with("dockerfile").help("Do not ask the engine; what only it knows stays open"))
        .arg(line.value_parser(value_parser!(OsString)).help("run or create, with all their arguments"))
}

pub(super) fn check(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    if let Some(path) = matches.get_one::<PathBuf>("dockerfile") {
        return dockerfile::check(invocation, path);
    }
    let words: Vec<&OsString> = matches.get_many::<OsString>("line").into_iter().flatten().collect();
    let caller = matches.get_one::<String>("caller").map(|text| own::somebody(text)).transpose()?;
    let json = matches.get_one::<String>("format").is_some_and(|format| format == "json");
    line::check(invocation, &words, &line::Options { caller, json, alone: matches.get_flag("no-engine") })
}

/// The exit code of what was found.
fn code(findings: &[Finding]) -> u8 {
    match findings.iter().map(|finding| finding.action).max() {
        Some(Action::Deny) => REFUSED,
        Some(_) => WARNED,
        None => 0,
    }
}
