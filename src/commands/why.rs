//! `sdocker why [N]`: the last refusal again, why its rules object, and what would permit it.

use std::collections::VecDeque;

use clap::{Arg, Command, value_parser};

use super::failure::Failure;
use super::{Invocation, decisions, explain, own, setting};
use crate::journal::{Outcome, Record};
use crate::policy::{ImagePattern, Scope, written_grant};
use crate::report::{self, CommandLine, Style, clean};
use crate::request::{Action, ImageRef, quoted};
use crate::rules::CATALOGUE;

/// How long the grant lasts that is proposed.
const GRANT_DAYS: u32 = 30;
/// What stands where the reason belongs.
const REASON: &str = "say why it has to be";

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

/// What whoever owns the policy would write: a command, or the text itself. Nothing for an image that has no name.
fn grants(record: &Record, rules: &[&str]) -> String {
    let name = Some(&record.image).filter(|image| !image.starts_with("sha256:"));
    let pattern = name.and_then(|name| ImagePattern::parse(&ImageRef::parse(name).ok()?.name()));
    let Some(pattern) = pattern.filter(|_| !rules.is_empty()) else { return String::new() };
    let (image, days) = (pattern.to_string(), format!("{GRANT_DAYS}d"));
    let words = ["--image", &image, "--for", &days, "--reason", REASON];
    let words: Vec<String> = rules.iter().chain(&words).map(|word| quoted(word)).collect();
    let scope = Scope { who: None, images: Some(vec![pattern]) };
    let until = setting::today().plus_days(GRANT_DAYS);
    let block = |rule: &&str| format!("[[grant]]\n{}", written_grant(rule, &scope, REASON, until));
    let blocks: Vec<String> = rules.iter().map(block).collect();
    format!(
        "\nif it has to be, whoever owns the policy permits it for this image:\n\n  sdocker policy allow {}\n\n\
         or adds to its text:\n\n{}",
        words.join(" "),
        blocks.join("\n")
    )
}
