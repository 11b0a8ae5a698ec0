//! The table of flags as a [`clap::Command`]: for `--help`, completions and the man page.

use clap::{Arg, ArgAction, Command};

use super::flag::{Flag, Kind};
use super::flags;
use super::verb::Verb;

/// What `--help` prints, in docker's shape.
#[must_use]
pub fn help(verb: Verb) -> String {
    command(verb).render_help().to_string()
}

/// The verb's grammar for clap, sorted as docker sorts its help: for what is shown to people, not for parsing.
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
        .next_line_help(false)
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
        // That a value can be attached with `=` is not worth a word in the help.
        Kind::Switch => argument.action(ArgAction::SetTrue),
        Kind::Value | Kind::List => {
            argument.num_args(1).allow_hyphen_values(true).action(ArgAction::Append).value_name(flag.value_name)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::cli::tokens::Walk;

    type Reading = (BTreeMap<&'static str, Vec<String>>, Vec<String>);

    fn by_walk(line: &[&str]) -> Option<Reading> {
        let mut walk = Walk::new(Verb::Run, line, 0);
        let mut flags: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for occurrence in &mut walk {
            let found = occurrence.ok()?;
            flags.entry(found.flag.name).or_default().push(found.value.to_owned());
        }
        Some((flags, line.iter().skip(walk.positionals()).map(|s| (*s).to_owned()).collect()))
    }

    /// The grammar in full: a switch takes a value when it is attached.
    fn by_clap(line: &[&str]) -> Option<Reading> {
        let command = command(Verb::Run).no_binary_name(true).mut_args(|arg| match arg.get_action() {
            ArgAction::SetTrue => {
                let arg = arg.action(ArgAction::Append).num_args(0..=1).require_equals(true);
                arg.default_missing_value("true")
            }
            _ => arg,
        });
        let matches = command.try_get_matches_from(line).ok()?;
        let values = |id: &str| -> Vec<String> { matches.get_many(id).into_iter().flatten().cloned().collect() };
        let typed = flags::all().map(|flag| (flag.name, values(flag.name))).filter(|(_, values)| !values.is_empty());
        Some((typed.collect(), values(IMAGE)))
    }

    /// Flags in every spelling that docker takes, with values that look like flags as well.
    fn words() -> impl Strategy<Value = Vec<String>> {
        let flag = prop::sample::select(flags::all().collect::<Vec<_>>());
        let value = prop::sample::select(vec!["0", "x", "a=b", "-x", "--rm", "--", "-", "é", "a b", "=", "1:2"]);
        let spelled = (flag, value, 0..6_u8).prop_map(|(flag, value, form)| {
            let name = flag.aliases.first().filter(|_| form == 5).unwrap_or(&flag.name);
            match (flag.kind, form, flag.short) {
                (Kind::Switch, 0, _) => vec![format!("--{name}={value}")],
                (Kind::Switch, 1 | 2, Some(letter)) => vec![format!("-{letter}")],
                (Kind::Switch, 3, Some(letter)) => vec![format!("-it{letter}")],
                (Kind::Switch, 4, Some(letter)) => vec![format!("-t{letter}={value}")],
                (Kind::Switch, ..) => vec![format!("--{name}")],
                (_, 0, _) => vec![format!("--{name}={value}")],
                (_, 1, Some(letter)) => vec![format!("-{letter}"), value.to_owned()],
                // `-e=` is one reading apart: pflag's value is `=`, clap's is empty.
                (_, 2, Some(letter)) if value != "=" => vec![format!("-{letter}{value}")],
                (_, 3, Some(letter)) => vec![format!("-it{letter}={value}")],
                (_, 4, Some(letter)) => vec![format!("-it{letter}"), value.to_owned()],
                _ => vec![format!("--{name}"), value.to_owned()],
            }
        });
        let tail =
            prop::sample::select(vec![vec![], vec!["i"], vec!["--", "i", "-x"], vec!["i", "sh", "--rm", "--", "-c"]]);
        (prop::collection::vec(spelled, 0..6), tail)
            .prop_map(|(flags, tail)| flags.into_iter().flatten().chain(tail.into_iter().map(str::to_owned)).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn clap_and_the_walk_read_the_same(words in words()) {
            let line: Vec<&str> = words.iter().map(String::as_str).collect();
            prop_assert_eq!(by_clap(&line), by_walk(&line), "{:?}", line);
        }
    }

    #[test]
    fn clap_finds_the_table_sound() {
        command(Verb::Run).debug_assert();
        command(Verb::Create).debug_assert();
    }

    #[test]
    fn the_help_names_every_flag_of_its_verb() {
        for verb in [Verb::Run, Verb::Create] {
            let text = help(verb);
            for flag in flags::all() {
                let listed = text.lines().any(|line| line.split(' ').any(|word| word == format!("--{}", flag.name)));
                assert_eq!(listed, flag.is_of(verb), "--{}", flag.name);
            }
        }
    }
}
