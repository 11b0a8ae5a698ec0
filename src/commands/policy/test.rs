//! `sdocker policy test FILE…`: holds the policy in force against cases.

use std::path::{Path, PathBuf};

use clap::{Arg, Command, value_parser};

use super::{PROBLEMS, failed};
use crate::cases;
use crate::commands::failure::Failure;
use crate::commands::setting::{Setting, today};
use crate::commands::{Invocation, own};
use crate::files;
use crate::policy::Source;

const NOTES: &str = "\
A case says what is asked (`argv` or `body`), in which world, and what must come of it (`must`: deny, rewrite or allow).
Nothing is executed, opened or asked. `sdocker --policy FILE policy test …` tests another policy than the one in force.

Exit codes: 0 all as expected, 1 not readable, 2 usage, 11 some not as expected";

pub(super) fn grammar() -> Command {
    let files = Arg::new("file").value_name("FILE").required(true).num_args(1..);
    Command::new("test")
        .about("Hold the policy against cases: what is asked, in which world, and what must come of it")
        .after_help(NOTES)
        .arg(files.value_parser(value_parser!(PathBuf)).help("Cases in TOML"))
}

pub(super) fn test(invocation: &Invocation<'_>, matches: &clap::ArgMatches) -> Result<u8, Failure> {
    let setting = Setting::new(invocation).map_err(failed)?;
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for path in matches.get_many::<PathBuf>("file").into_iter().flatten() {
        match source(path).map(|source| cases::read(&source)) {
            Ok(Ok(read)) => cases.extend(read),
            Ok(Err(wrong)) => problems.push(wrong.to_string()),
            Err(why) => problems.push(why),
        }
    }
    if !problems.is_empty() {
        return Err(failed(problems.join("\n")));
    }
    let today = today();
    let differs = |case: &cases::Case| {
        let why = case.expected.differs(&case.judge(&setting.book, today))?;
        Some(format!("{}: {why}\n", case.title()))
    };
    let wrong: Vec<String> = cases.iter().filter_map(differs).collect();
    own::print(
        invocation,
        &format!("{}{} of {} cases hold\n", wrong.concat(), cases.len() - wrong.len(), cases.len()),
    )?;
    Ok(if wrong.is_empty() { 0 } else { PROBLEMS })
}

fn source(path: &Path) -> Result<Source, String> {
    let name = path.display().to_string();
    let bytes = files::read_text(path).map_err(|why| format!("{name}: {why}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{name}: is not UTF-8"))?;
    Ok(Source { name: name.into(), text })
}
