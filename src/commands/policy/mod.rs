//! `sdocker policy …`: shows, checks, begins and extends a policy.

mod allow;
mod check;
mod init;
mod show;
mod test;
mod way_on;

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};

use super::failure::Failure;
use super::own::{FAILED, REFUSED as PROBLEMS, USAGE, WARNED};
use super::{Invocation, own};
use crate::files::Places;
use crate::policy::Problems;

pub(super) use way_on::way_on;

pub(super) fn grammar() -> Command {
    Command::new("policy").about("Show, check, begin or extend the policy").subcommand_required(true).subcommands([
        show::grammar(),
        check::grammar(),
        init::grammar(),
        allow::grammar(),
        test::grammar(),
    ])
}

pub(super) fn policy(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    match matches.subcommand() {
        Some(("show", matches)) => show::show(invocation, matches),
        Some(("check", matches)) => check::check(invocation, matches),
        Some(("init", matches)) => init::init(invocation, matches),
        Some(("allow", matches)) => allow::allow(invocation, matches),
        Some(("test", matches)) => test::test(invocation, matches),
        // clap knows no other.
        _ => Ok(USAGE),
    }
}

fn failed(message: impl std::fmt::Display) -> Failure {
    Failure::Own { message: format!("sdocker: {message}"), code: FAILED }
}

/// A policy that cannot be used for what was asked.
fn unsound(problems: &Problems) -> Failure {
    Failure::Own { message: format!("sdocker: the policy has problems\n{problems}"), code: FAILED }
}

fn system_argument() -> Arg {
    Arg::new("system")
        .long("system")
        .action(ArgAction::SetTrue)
        .help("Write the machine's own, /etc/sdocker/policy.toml")
}

/// The file that is written: the machine's, or the user's own.
///
/// # Errors
/// A user without a home directory.
fn target(places: &Places, system: bool) -> Result<PathBuf, Failure> {
    if system {
        return Ok(places.system.join("policy.toml"));
    }
    let none =
        || failed("you have no home directory for a policy; set XDG_CONFIG_HOME, or write the machine's: --system");
    places.own.clone().ok_or_else(none)
}
