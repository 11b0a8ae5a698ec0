//! Names that look like ids.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::request::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId("id-like-name"),
    doc: "\
## What
A container asks for a name of 12 or more hexadecimal digits.

## Why
The engine takes a name before the beginning of an id. Tools print ids of 12 digits: whoever then stops or enters the
container of that id reaches the one with the name instead.

## Instead
Give it a name with a letter beyond f: `--name web`.
",
    fields: &["name"],
    keys: &[],
    open_keys: &[],
    silence: "no name: the engine makes one up",
    breach: "12 to 64 hexadecimal digits",
    rewrites: false,
    sources: &["the engine's look-up order: id, name, beginning of an id"],
    load: |_| Some(Box::new(IdLikeName)),
};

/// The digits of an id that tools print.
const SHORT: usize = 12;

/// The digits of a whole id.
const WHOLE: usize = 64;

#[derive(Debug)]
struct IdLikeName;

impl Check for IdLikeName {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(name) = &case.request.name else { return };
        // The engine takes the slash that it writes before names itself.
        let bare = name.strip_prefix('/').unwrap_or(name);
        let is_digits = bare.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        if is_digits && (SHORT..=WHOLE).contains(&bare.len()) {
            let message = format!("the name `{bare}` looks like a container's id, and would be taken for one");
            out.breach(Breach::new("/name", message).help("give it a name with a letter beyond f: `--name web`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;

    fn named(name: &str) -> String {
        let mut request = asking(|_| {});
        request.name = Some(name.to_owned());
        Bench::new(&RULE, "action = \"deny\"").says(&request, &facts())
    }

    #[test]
    fn what_looks_like_an_id_is_refused() {
        for name in ["0123456789ab", "/0123456789ab", "0123456789abc", &"a".repeat(64), "123456789012"] {
            assert_eq!(named(name), "deny", "{name}");
        }
    }

    #[test]
    fn other_names_pass() {
        for name in ["web", "cafe", "0123456789ag", "0123456789AB", "0123456789a", &"a".repeat(65), ""] {
            assert_eq!(named(name), "pass", "{name}");
        }
    }
}
