//! The table of flags as a [`clap::Command`]: for `--help`, completions and the man page.

use clap::{Arg, ArgAction, Command};

use super::flag::{Flag, Kind};
use super::flags;
use super::verb::Verb;

/// What `--help` prints.
#[must_use]
pub fn help(verb: Verb, width: usize) -> String {
    command(verb).term_width(width).render_help().to_string()
}

/// The verb's grammar for clap, sorted as docker sorts its help.
#[must_use]
pub fn command(verb: Verb) -> Command {
    let (about, aliases) = if verb.starts() {
        ("Create and run a new container from an image", "docker container run, docker run")
    } else {
        ("Create a new container", "docker container create, docker create")
    };
    let usage = format!("{} [OPTIONS] IMAGE [COMMAND] [ARG...]", verb.command());
    let mut table: Vec<&Flag> = flags::all().filter(|flag| flag.is_of(verb)).collect();
    table.sort_by_key(|flag| flag.name);
    let line = Arg::new(IMAGE).num_args(1..).trailing_var_arg(true).action(ArgAction::Append).hide(true);
    Command::new(verb.command())
        .about(about)
        .override_usage(usage)
        .help_template(format!("Usage:  {{usage}}\n\n{{about}}\n\nAliases:\n  {aliases}\n\nOptions:\n{{options}}\n"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(table.into_iter().enumerate().map(|(order, flag)| argument(flag).display_order(order)))
        .arg(line)
}

/// The name under which clap keeps image, command and arguments.
const IMAGE: &str = "IMAGE";

fn argument(flag: &Flag) -> Arg {
    let argument = Arg::new(flag.name).long(flag.name).aliases(flag.aliases.iter().copied()).help(flag.help);
    let argument = flag.short.map_or(argument.clone(), |letter| argument.short(letter));
    match flag.kind {
        // A value is attached with `=` or not given; that this is possible is not worth a word in the help.
        Kind::Switch => argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .action(ArgAction::Append)
            .value_name(""),
        Kind::Value | Kind::List => {
            argument.num_args(1).allow_hyphen_values(true).action(ArgAction::Append).value_name(flag.value_name)
        }
    }
}
