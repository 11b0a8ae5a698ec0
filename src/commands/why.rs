//! `sdocker why [N]`: the last refusal again, why its rules object, and what would permit it.

use std::collections::VecDeque;

use clap::{Arg, Command, value_parser};

use super::failure::Failure;
use super::{Invocation, decisions, explain, own};
use crate::journal::{Outcome, Record};
use crate::report::{self, CommandLine, Style, clean};
use crate::request::{Action, ImageRef};
use crate::rules::CATALOGUE;

/// How long the grant lasts that is proposed.
const GRANT_DAYS: i64 = 30;

pub(super) fn grammar() -> Command {
    let back = Arg::new("n").value_name("N").default_value("1").value_parser(value_parser!(u16).range(1..));
    Command::new("why")
        .about("Show the last refusal again, why it was refused, and what would permit it")
        .after_help("Exit codes: 0 shown, 1 there is no such refusal, 2 usage")
        .arg(back.help("The refusal before that is 2, and so on"))
}

pub(super) fn why(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    let back = matches.get_one::<u16>("n").copied().unwrap_or(1);
    let journal = decisions::journal(invocation)?;
    let mut reader = journal.read().map_err(|why| decisions::unreadable(&journal, &why))?;
    let mut last = VecDeque::new();
    while let Some(record) = decisions::next(&mut reader, &journal)? {
        if record.verdict == Outcome::Refused {
            if last.len() == usize::from(back) {
                last.pop_front();
            }
            last.push_back(record);
        }
    }
    decisions::warn_of_broken(invocation, &reader);
    let Some(record) = last.front().filter(|_| last.len() == usize::from(back)) else {
        let path = journal.path().display();
        let found = last.len();
        return Err(decisions::failed(format!("there is no such refusal in {path}: it knows of {found}")));
    };
    own::print(invocation, &told(record, invocation.environment.style_of_output()))?;
    Ok(0)
}

/// The refusal as it was shown, and what follows from it.
fn told(record: &Record, style: Style) -> String {
    let line = CommandLine::new(record.argv.clone(), []);
    let mut text = format!(
        "{} {} of {} by {} was refused\n\n",
        record.time.strftime("%Y-%m-%d %H:%M:%S UTC:"),
        clean(&record.verb),
        clean(&record.image),
        record.who(),
    );
    text.push_str(&report::refused_again(&record.findings, &line, style));
    if record.more > 0 {
        text.push_str(&format!("and {} more\n", record.more));
    }
    let mut rules: Vec<&str> = Vec::new();
    for finding in record.findings.iter().filter(|finding| finding.action == Action::Deny) {
        if !rules.contains(&finding.rule.as_str()) {
            rules.push(&finding.rule);
        }
    }
    for rule in CATALOGUE.iter().filter(|rule| rules.contains(&rule.id.0)) {
        text.push_str(&format!("\n{}: {}\n", rule.id, explain::section(rule, "Why")));
    }
    text.push_str(&grants(record, &rules));
    text
}

/// What whoever owns the policy would write. Nothing for an image that has no name.
fn grants(record: &Record, rules: &[&str]) -> String {
    let name = Some(&record.image).filter(|image| !image.starts_with("sha256:"));
    let Some(Ok(image)) = name.map(|name| ImageRef::parse(name)) else { return String::new() };
    let until = (record.time + jiff::SignedDuration::from_hours(24 * GRANT_DAYS)).strftime("%Y-%m-%d").to_string();
    report::grants(rules, &image.name(), GRANT_DAYS, &until)
}
