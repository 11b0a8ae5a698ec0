//! The whole command line as clap sees it: for man pages and completions, not for parsing what docker parses.

use clap::{Arg, ArgAction, Command};

use super::{audit, check, decisions, doctor, explain, gateway, policy, why};
use crate::cli::{self, Verb};

/// `sdocker` with all its verbs.
#[must_use]
pub fn grammar() -> Command {
    let run = || cli::command(Verb::Run).name("run");
    let create = || cli::command(Verb::Create).name("create");
    Command::new("sdocker")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Safe containers on a shared machine: what docker run does, held to a policy")
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .arg(Arg::new("policy").long("policy").value_name("NAME|FILE").help("Use this profile or file"))
        .arg(Arg::new("host").short('H').long("host").value_name("HOST").help("The engine to speak to"))
        .arg(Arg::new("version").short('v').long("version").action(ArgAction::SetTrue).help("Print the version"))
        .subcommand(run())
        .subcommand(create())
        .subcommand(
            Command::new("container").about("Docker's other spelling of run and create").subcommands([run(), create()]),
        )
        .subcommand(check::grammar())
        .subcommand(explain::grammar())
        .subcommand(policy::grammar())
        .subcommand(audit::grammar())
        .subcommand(gateway::grammar())
        .subcommand(decisions::grammar())
        .subcommand(why::grammar())
        .subcommand(doctor::grammar())
        .subcommand(Command::new("version").about("Print the version"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn clap_finds_the_whole_command_line_sound() {
        super::grammar().debug_assert();
    }
}
