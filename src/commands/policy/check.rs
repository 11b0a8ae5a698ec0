//! `sdocker policy check [FILE]`: everything that is wrong with a policy, and then what is idle in it.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use super::super::failure::Failure;
use super::super::setting::{self, who_and_where};
use super::super::{Invocation, own};
use super::{PROBLEMS, WARNED, failed};
use crate::files::{self, Found, PROJECT_FILE, Places};
use crate::report::clean;
use crate::rules::Rulebook;

const NOTES: &str = "\
Without FILE it checks the policy in force. A FILE is checked as a policy of its own; one called .sdocker.toml as a guest
of the policy in force.

Exit codes: 0 nothing to say, 1 not readable, 2 usage, 10 warnings, 11 problems";

pub(super) fn grammar() -> Command {
    let file = Arg::new("file").value_name("FILE").value_parser(value_parser!(PathBuf)).help("The file to check");
    Command::new("check").about("Say everything that is wrong with the policy").after_help(NOTES).arg(file)
}

pub(super) fn check(invocation: &Invocation<'_>, matches: &ArgMatches) -> Result<u8, Failure> {
    let (_, places) = who_and_where(invocation)?;
    let found = match matches.get_one::<PathBuf>("file") {
        Some(file) => file_alone(invocation, &places, file)?,
        None => files::find_policy(&places, &setting::choices(invocation)),
    };
    setting::say(invocation, &found.notes);
    let complain = |line: &str| invocation.environment.complain(&format!("{}\n", clean(line)));
    let book = match Rulebook::of(found.draft) {
        Ok(book) => book,
        Err(problems) => {
            problems.iter().for_each(|problem| complain(&format!("error: {problem}")));
            return Ok(PROBLEMS);
        }
    };
    let warnings = book.warnings(setting::today());
    warnings.iter().for_each(|warning| complain(&format!("warning: {warning}")));
    let layers: Vec<String> = book.policy().sources().iter().map(|name| clean(name)).collect();
    own::print(invocation, &format!("no problems in {}\n", layers.join(", ")))?;
    Ok(if warnings.is_empty() { 0 } else { WARNED })
}

/// # Errors
/// Nothing is there.
fn file_alone(invocation: &Invocation<'_>, places: &Places, file: &Path) -> Result<Found, Failure> {
    file.metadata().map_err(|why| failed(format!("{}: {why}", file.display())))?;
    let is_guest = file.file_name().is_some_and(|name| name == PROJECT_FILE);
    let draft = if is_guest {
        files::guest_file(places, &setting::choices(invocation), file)
    } else {
        files::policy_file(places, file)
    };
    Ok(Found { draft, notes: Vec::new() })
}
