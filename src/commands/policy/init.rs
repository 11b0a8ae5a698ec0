//! `sdocker policy init`: a commented policy to begin with.

use clap::{ArgMatches, Command};

use super::super::failure::Failure;
use super::super::setting::who_and_where;
use super::super::{Invocation, own};
use super::{failed, system_argument, target};
use crate::files;

/// Every setting in it is commented out.
const STARTER: &str = include_str!("starter.toml");

pub(super) fn grammar() -> Command {
    Command::new("init")
        .about("Write a commented policy to begin with; never overwrites one")
        .after_help("Exit codes: 0 written, 1 not written, 2 usage")
        .arg(system_argument())
}

pub(super) fn init(invocation: &Invocation<'_>, matches: &ArgMatches) -> Result<u8, Failure> {
    let (_, places) = who_and_where(invocation)?;
    let path = target(&places, matches.get_flag("system"))?;
    files::write_new(&path, STARTER).map_err(failed)?;
    own::print(invocation, &format!("wrote {}\n", path.display()))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Policy, Source};
    use crate::rules::Rulebook;

    #[test]
    fn what_is_commented_out_is_a_policy() {
        let uncommented: Vec<&str> = STARTER
            .lines()
            .map(|line| {
                line.strip_prefix('#').filter(|rest| !rest.is_empty() && !rest.starts_with(' ')).unwrap_or(line)
            })
            .collect();
        for text in [STARTER.to_owned(), uncommented.join("\n")] {
            let policy = Policy::owners(&[Source { name: "starter".into(), text }]).unwrap_or_else(|p| panic!("{p}"));
            Rulebook::load(policy).unwrap_or_else(|p| panic!("{p}"));
        }
        assert!(STARTER.lines().all(|line| line.is_empty() || line.starts_with('#')));
    }
}
