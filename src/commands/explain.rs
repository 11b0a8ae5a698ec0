//! `sdocker explain [RULE]`: what a rule objects to, why, and what to do instead.

use super::Invocation;
use super::failure::Failure;
use crate::rules::{CATALOGUE, Rule};

const NO_SUCH_RULE: u8 = 2;

pub(super) fn explain(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let words = invocation.argv.get(invocation.arguments..).unwrap_or_default();
    let text = match words {
        [] => CATALOGUE.iter().map(|rule| format!("{:20} {}\n", rule.id.0, first_sentence(rule))).collect(),
        [id] => match CATALOGUE.iter().find(|rule| id == rule.id.0) {
            Some(rule) => whole(rule),
            None => {
                let message = format!("sdocker: there is no rule {id:?}; `sdocker explain` lists them");
                return Err(Failure::Own { message, code: NO_SUCH_RULE });
            }
        },
        _ => return Err(Failure::Own { message: "Usage:  sdocker explain [RULE]".to_owned(), code: NO_SUCH_RULE }),
    };
    invocation.environment.print(&text).map_err(|why| Failure::own(format!("write /dev/stdout: {why}")))?;
    Ok(0)
}

fn first_sentence(rule: &Rule) -> String {
    let body = rule.doc.split("## What").nth(1).unwrap_or("").split("##").next().unwrap_or("").trim();
    let line = body.replace('\n', " ");
    line.split_once(". ").map_or_else(|| line.clone(), |(first, _)| format!("{first}."))
}

fn whole(rule: &Rule) -> String {
    let keys = std::iter::once("action").chain(rule.keys.iter().copied()).collect::<Vec<_>>().join(", ");
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
        }
    }
}
