//! Passwords and tokens in places that everybody can read.

use super::glob::List;
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Glob, Key, Setting, Settings, Takes, Value};
use crate::request::tokens::tokens;
use crate::request::wire::ContainerCreate;
use crate::request::{PolicySpot, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("secrets"),
    doc: "\
## What
A container is given a secret in its environment, its labels or its command: a text with the form of a known token (with
`values = true`), or a variable or label whose name is in `names`. The secret itself is never shown or written down.

## Why
`docker inspect`, the list of processes, crash reports and every program in the container show them, and command lines stay
in the shell's history.

## Instead
Give it as a file that only the program can read: `-v ~/token:/run/secrets/token:ro`, with `TOKEN_FILE=/run/secrets/token`
where the image knows that.
",
    fields: &["Env", "Labels", "Cmd", "Entrypoint", "Healthcheck.Test"],
    keys: &[
        Key::free("values", Takes::Switch, "look for tokens in values, labels and words of the command"),
        Key::adding("names", Takes::Texts, "variables and labels that hold secrets, in any case; `*` is any part of a name"),
    ],
    open_keys: &[],
    silence: "cannot be silent",
    breach: "the form of a token, or a name in `names` with a value",
    rewrites: false,
    sources: &["CIS Docker 4.10", "OWASP Docker rule 12"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(Secrets { values: settings.get("values"), names: settings.list("names") }))
    },
};

/// A pattern of names, in capitals.
#[derive(Debug)]
struct Name(Glob);

impl FromNode for Name {
    const EXPECTED: &'static str = Glob::EXPECTED;
    fn from_value(value: &Value) -> Option<Self> {
        Glob::from_value(value).map(|pattern| Self(Glob::new(&pattern.as_str().to_ascii_uppercase())))
    }
}

#[derive(Debug)]
struct Secrets {
    values: Option<Setting<bool>>,
    names: List<Name>,
}

/// A text of the request.
struct Text<'a> {
    /// Its name where it has one.
    name: Option<&'a str>,
    value: &'a str,
    place: Place,
}

/// Where a text stands.
enum Place {
    Variable(usize),
    Label,
    Word(&'static str, usize),
}

impl Text<'_> {
    fn pointer(&self) -> String {
        match self.place {
            Place::Variable(index) => format!("/Env/{index}"),
            Place::Label => member("/Labels", self.name.unwrap_or_default()),
            Place::Word(list, index) => format!("{list}/{index}"),
        }
    }

    fn shown(&self) -> String {
        let name = self.name.unwrap_or_default();
        match self.place {
            Place::Variable(_) => format!("the variable `{name}`"),
            Place::Label => format!("the label `{name}`"),
            Place::Word(..) => "a word of the command".to_owned(),
        }
    }
}

fn texts(body: &ContainerCreate) -> impl Iterator<Item = Text<'_>> {
    let variables = body.env.iter().enumerate().map(|(index, entry)| {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        Text { name: Some(name), value, place: Place::Variable(index) }
    });
    let labels = body.labels.iter().map(|(name, value)| Text { name: Some(name), value, place: Place::Label });
    let command = body.cmd.iter().map(|list| ("/Cmd", &list.0));
    let entrypoint = body.entrypoint.iter().map(|list| ("/Entrypoint", &list.0));
    let check = body.healthcheck.iter().map(|check| ("/Healthcheck/Test", &check.test));
    let words = command.chain(entrypoint).chain(check).flat_map(|(list, words)| {
        words.iter().enumerate().map(move |(index, value)| Text { name: None, value, place: Place::Word(list, index) })
    });
    variables.chain(labels).chain(words)
}

impl Check for Secrets {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for text in texts(&case.request.body) {
            if let Some((message, spot)) = self.objection(&text) {
                let breach = Breach::new(text.pointer(), message).bound(spot).label("given here");
                out.breach(breach.help("give it as a file: `-v FILE:/run/secrets/NAME:ro`"));
            }
        }
    }
}

impl Secrets {
    fn objection(&self, text: &Text<'_>) -> Option<(String, &PolicySpot)> {
        if let Some(name) = text.name.filter(|_| !text.value.is_empty())
            && let Some(entry) = self.named(name)
        {
            return Some((format!("`{name}` is a name for a secret, which everybody could read"), &entry.spot));
        }
        let looks = self.values.as_ref().filter(|values| values.value)?;
        let token = tokens(text.value).into_iter().next()?;
        Some((format!("{} holds {}, which everybody could read", text.shown(), token.what), &looks.spot))
    }

    fn named(&self, name: &str) -> Option<&Setting<Name>> {
        let upper = name.to_ascii_uppercase();
        self.names.iter().flat_map(|list| &list.value).find(|entry| entry.value.0.matches(&upper))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::tokens::samples;

    fn bench() -> Bench {
        Bench::new(&RULE, "action = \"deny\"\nvalues = true\nnames = [\"*_PASSWORD\"]")
    }

    #[test]
    fn environment_labels_and_command_are_looked_through() {
        for (_, sample) in samples() {
            assert_eq!(bench().of(|body| body.env = vec![format!("A={sample}")]), "deny", "{sample}");
            assert_eq!(bench().of(|body| drop(body.labels.insert("l".into(), sample.clone()))), "deny", "{sample}");
            assert_eq!(bench().of(|body| body.cmd = Some(vec!["x".into(), sample.clone()].into())), "deny", "{sample}");
            let quiet = Bench::new(&RULE, "action = \"deny\"");
            assert_eq!(quiet.of(|body| body.env = vec![format!("A={sample}")]), "pass", "{sample}");
        }
    }

    #[test]
    fn names_count_in_any_case_and_only_with_a_value() {
        let sets = |entry: &str| bench().of(|body| body.env = vec![entry.to_owned()]);
        assert_eq!(sets("POSTGRES_PASSWORD=x"), "deny");
        assert_eq!(sets("db_password=x"), "deny");
        for harmless in ["POSTGRES_PASSWORD=", "POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE=/run/secrets/p", "PATH=/x"]
        {
            assert_eq!(sets(harmless), "pass", "{harmless}");
        }
    }

    #[test]
    fn nothing_that_is_said_holds_the_secret() {
        for (_, sample) in samples() {
            let asked = asking(|body| {
                body.env = vec![format!("A={sample}"), format!("X_PASSWORD={sample}")];
                body.labels.insert("l".to_owned(), sample.clone());
                body.cmd = Some(vec![sample.clone()].into());
            });
            let outcome = bench().outcome(&asked, &facts());
            assert_eq!(outcome.findings.len(), 4);
            assert!(!format!("{:?}", outcome.findings).contains(&sample), "{sample}");
        }
    }
}
