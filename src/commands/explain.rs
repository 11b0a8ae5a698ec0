//! `sdocker explain [RULE]`: what a rule objects to, why, and what to do instead.

use clap::{Arg, Command};

use super::failure::Failure;
use super::{Invocation, own};
use crate::policy::{Key, PROFILES, Policy, Takes, Value};
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
    let Rule { id, doc, fields, silence, breach, sources, .. } = rule;
    let (fields, sources) = (fields.join(", "), sources.join("; "));
    let sections = [
        ("Reads", format!("{fields}\n")),
        ("Silence", format!("{silence}\n")),
        ("Breach", format!("{breach}\n")),
        ("Keys", keys(rule)),
        ("Profiles", profiles(rule)),
        ("Source", format!("{sources}\n")),
    ];
    let sections: Vec<String> = sections.iter().map(|(title, text)| format!("\n## {title}\n{text}")).collect();
    format!("# {id}\n\n{doc}{}", sections.concat())
}

/// The keys of the rule's table, a line each.
fn keys(rule: &Rule) -> String {
    let actions = if rule.rewrites { "allow, warn, rewrite or deny" } else { "allow, warn or deny" };
    let mut text = row("action", &format!("what becomes of a breach: {actions}"));
    text.extend(rule.keys.iter().map(with_inner));
    text.extend(rule.open_keys.iter().map(|key| row(&format!("NAME.{}", key.name), key.doc)));
    text
}

/// A key, and those of the tables that it takes.
fn with_inner(key: &Key) -> String {
    let inner = match key.takes {
        Takes::Table(inner) | Takes::Entries(inner) => inner,
        _ => &[],
    };
    let inner = inner.iter().map(|inner| row(&format!("{}.{}", key.name, inner.name), inner.doc));
    row(key.name, key.doc) + &inner.collect::<String>()
}

/// What each profile says of the rule.
fn profiles(rule: &Rule) -> String {
    let table = |name: &str| Policy::built_in(name).ok()?.table(rule.id.0).map(|entry| entry.node.value.clone());
    let said = |name: &str| match table(name) {
        Some(Value::Table(table)) => {
            let keys = table.iter().map(|(key, entry)| format!("{key} = {}", entry.node.value));
            keys.collect::<Vec<_>>().join(", ")
        }
        _ => "nothing".to_owned(),
    };
    PROFILES.iter().map(|profile| row(profile.name, &said(profile.name))).collect()
}

fn row(name: &str, text: &str) -> String {
    format!("{name:15} {text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_explained_with_its_keys_and_profiles() {
        let cpus = CATALOGUE.iter().find(|rule| rule.id.0 == "cpus").unwrap();
        let text = whole(cpus);
        for line in [
            "max             the most that may be asked for\n",
            "baseline        action = \"rewrite\", default = 1.0, max = 4.0, max-shares = 1024\n",
            "permissive      action = \"allow\"\n",
            "## Silence\nneither NanoCpus nor CpuQuota\n",
        ] {
            assert!(text.contains(line), "{line}\n--\n{text}");
        }
        let binds = CATALOGUE.iter().find(|rule| rule.id.0 == "binds").unwrap();
        assert!(whole(binds).contains("\nallow.mode      `ro` or `rw`"), "{}", whole(binds));
        let ulimits = CATALOGUE.iter().find(|rule| rule.id.0 == "ulimits").unwrap();
        assert!(whole(ulimits).contains("\nNAME.max "), "{}", whole(ulimits));
    }

    #[test]
    fn every_rule_has_one_line_in_the_list() {
        for rule in CATALOGUE {
            let line = first_sentence(rule);
            assert!(line.len() > 10 && line.ends_with('.') && !line.contains('\n'), "{}: {line}", rule.id);
            assert!(section(rule, "Why").len() > 10, "{}", rule.id);
        }
    }
}
