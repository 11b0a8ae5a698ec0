//! `sdocker explain [RULE]`: what a rule objects to, why, and what to do instead.

use clap::{Arg, Command};

use super::failure::Failure;
use super::{Invocation, own};
use crate::rules::{CATALOGUE, Rule};

const NO_SUCH_RULE: u8 = 2;

pub(super) fn grammar() -> Command {
    let rule = Arg::new("rule").value_name("RULE").help("The rule; all of them, a line each, when left out");
    Command::new("explain").about("Say what a rule objects to, why, and what to do instead").arg(rule)
}

pub(super) fn explain(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    let text = match matches.get_one::<String>("rule") {
        None => CATALOGUE.iter().map(|rule| format!("{:20} {}\n", rule.id.0, first_sentence(rule))).collect(),
        Some(id) => match CATALOGUE.iter().find(|rule| id == rule.id.0) {
            Some(rule) => whole(rule),
            None => {
                let message = format!("sdocker: there is no rule `{id}`; `sdocker explain` lists them");
                return Err(Failure::Own { message, code: NO_SUCH_RULE });
            }
        },
    };
    own::print(invocation, &text)?;
    Ok(0)
}

/// What stands under a heading of a rule's text, on one line.
pub(super) fn section(rule: &Rule, heading: &str) -> String {
    let body = rule.doc.split(&format!("## {heading}\n")).nth(1).unwrap_or("").split("##").next().unwrap_or("").trim();
    body.replace('\n', " ")
}

fn first_sentence(rule: &Rule) -> String {
    let line = section(rule, "What");
    line.split_once(". ").map_or_else(|| line.clone(), |(first, _)| format!("{first}."))
}

fn whole(rule: &Rule) -> String {
    let keys = std::iter::once("action").chain(rule.keys.iter().map(|key| key.name)).collect::<Vec<_>>().join(", ");
    format!(
        "# {}\n\n{}\n## Reads\n{}\n\n## Keys\n{keys}\n\n## Source\n{}\n",
        rule.id,
        rule.doc,
        rule.fields.join(", "),
        rule.sources.join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_line_in_the_list() {
        for rule in CATALOGUE {
            let line = first_sentence(rule);
            assert!(line.len() > 10 && line.ends_with('.') && !line.contains('\n'), "{}: {line}", rule.id);
            assert!(section(rule, "Why").len() > 10, "{}", rule.id);
        }
    }
}
