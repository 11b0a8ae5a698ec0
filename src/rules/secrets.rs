//! Passwords and tokens in places that everybody can read.

use std::ops::{Range, RangeInclusive};

use super::glob::List;
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Glob, Key, Setting, Settings, Takes, Value};
use crate::request::wire::ContainerCreate;
use crate::request::{RuleId, member};

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

/// The form of one kind of token: how it starts, and how many of which characters follow.
struct Form {
    what: &'static str,
    start: &'static str,
    length: RangeInclusive<usize>,
    of: fn(char) -> bool,
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn dashed(c: char) -> bool {
    word(c) || c == '-'
}

fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn capitals(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

const fn form(what: &'static str, start: &'static str, length: RangeInclusive<usize>, of: fn(char) -> bool) -> Form {
    Form { what, start, length, of }
}

/// Only forms that hardly anything else has. Each is as its maker documents it.
const FORMS: &[Form] = &[
    form("an AWS access key", "AKIA", 16..=16, capitals),
    form("an AWS access key", "ASIA", 16..=16, capitals),
    form("a GitHub token", "ghp_", 36..=255, alphanumeric),
    form("a GitHub token", "gho_", 36..=255, alphanumeric),
    form("a GitHub token", "ghu_", 36..=255, alphanumeric),
    form("a GitHub token", "ghs_", 36..=255, alphanumeric),
    form("a GitHub token", "ghr_", 36..=255, alphanumeric),
    form("a GitHub token", "github_pat_", 40..=255, word),
    form("a GitLab token", "glpat-", 20..=300, dashed),
    form("a GitLab token", "glrt-", 20..=300, dashed),
    form("a GitLab token", "gldt-", 20..=300, dashed),
    form("a Slack token", "xoxb-", 20..=255, dashed),
    form("a Slack token", "xoxp-", 20..=255, dashed),
    form("a Slack token", "xoxa-", 20..=255, dashed),
    form("a Slack token", "xoxr-", 20..=255, dashed),
    form("a Slack token", "xapp-", 20..=255, dashed),
    form("a Slack webhook", "hooks.slack.com/services/T", 20..=255, |c| word(c) || c == '/'),
    form("a Google API key", "AIza", 35..=35, dashed),
    form("a Stripe key", "sk_live_", 24..=255, alphanumeric),
    form("a Stripe key", "rk_live_", 24..=255, alphanumeric),
    form("an npm token", "npm_", 36..=36, alphanumeric),
    form("a PyPI token", "pypi-AgEIcHlwaS5vcmc", 50..=1000, dashed),
    form("a Docker token", "dckr_pat_", 20..=255, dashed),
    form("a Hugging Face token", "hf_", 34..=40, alphanumeric),
    form("an Anthropic key", "sk-ant-", 40..=300, dashed),
    form("an OpenAI key", "sk-proj-", 40..=300, dashed),
    form("a DigitalOcean token", "dop_v1_", 64..=64, alphanumeric),
];

/// No token of any form is shorter.
const SHORTEST: usize = 20;
const KEY_BEGINS: &str = "-----BEGIN ";
const KEY_ENDS: &str = "PRIVATE KEY-----";
/// `-----BEGIN ENCRYPTED PRIVATE KEY-----` and its kin.
const KEY_KIND_MAX: usize = 24;
/// What every JSON object in base64 begins with: `{"`.
const JSON: &str = "eyJ";
const SIGNATURE_MIN: usize = 16;

/// A token within a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    what: &'static str,
    place: Range<usize>,
}

/// The places of a text that have the form of a token.
#[must_use]
pub fn secret_places(text: &str) -> Vec<Range<usize>> {
    tokens(text).into_iter().map(|token| token.place).collect()
}

fn tokens(text: &str) -> Vec<Token> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    let mut found: Vec<Token> = FORMS.iter().flat_map(|form| form.tokens(text)).collect();
    found.extend(private_key(text));
    found.extend(text.match_indices(JSON).filter_map(|(at, _)| json_web_token(text, at)));
    found
}

impl Form {
    fn tokens<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Token> + 't {
        text.match_indices(self.start).filter_map(|(at, start)| {
            let rest = text.get(at + start.len()..)?;
            let length = run(rest, self.of);
            let ends = rest.get(length..)?.chars().next().is_none_or(|c| !c.is_ascii_alphanumeric());
            let sound = begins(text, at) && ends && self.length.contains(&length);
            sound.then(|| Token { what: self.what, place: at..at + start.len() + length })
        })
    }
}

/// Whether a word begins here.
fn begins(text: &str, at: usize) -> bool {
    text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_ascii_alphanumeric())
}

/// How many of the first bytes are such characters.
fn run(text: &str, of: fn(char) -> bool) -> usize {
    text.find(|c| !of(c)).unwrap_or(text.len())
}

fn private_key(text: &str) -> Option<Token> {
    let at = text.find(KEY_BEGINS)?;
    let kind = text.get(at + KEY_BEGINS.len()..)?.find(KEY_ENDS)?;
    (kind <= KEY_KIND_MAX).then_some(Token { what: "a private key", place: at..text.len() })
}

/// Three parts in base64, the first two of them JSON objects.
fn json_web_token(text: &str, at: usize) -> Option<Token> {
    let rest = text.get(at..).filter(|_| begins(text, at))?;
    let head = run(rest, dashed);
    let body = rest.get(head..)?.strip_prefix('.').filter(|body| body.starts_with(JSON))?;
    let claims = run(body, dashed);
    let signature = run(body.get(claims..)?.strip_prefix('.')?, dashed);
    let length = head + 1 + claims + 1 + signature;
    (signature >= SIGNATURE_MIN).then(|| Token { what: "a JSON web token", place: at..at + length })
}

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

/// A text of the request: where, what it is called, and its name where it has one.
struct Text<'a> {
    pointer: String,
    shown: String,
    name: Option<&'a str>,
    value: &'a str,
}

fn texts(body: &ContainerCreate) -> Vec<Text<'_>> {
    let mut all = Vec::new();
    for (index, entry) in body.env.iter().enumerate() {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        all.push(Text {
            pointer: format!("/Env/{index}"),
            shown: format!("the variable `{name}`"),
            name: Some(name),
            value,
        });
    }
    for (name, value) in &body.labels {
        let pointer = member("/Labels", name);
        all.push(Text { pointer, shown: format!("the label `{name}`"), name: Some(name), value });
    }
    let command = body.cmd.iter().map(|list| ("/Cmd", &list.0));
    let entrypoint = body.entrypoint.iter().map(|list| ("/Entrypoint", &list.0));
    let check = body.healthcheck.iter().map(|check| ("/Healthcheck/Test", &check.test));
    for (at, words) in command.chain(entrypoint).chain(check) {
        let word = |(index, value)| Text {
            pointer: format!("{at}/{index}"),
            shown: "a word of the command".to_owned(),
            name: None,
            value,
        };
        all.extend(words.iter().map(String::as_str).enumerate().map(word));
    }
    all
}

impl Check for Secrets {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let looks = self.values.as_ref().filter(|values| values.value);
        for text in texts(&case.request.body) {
            let (message, spot) = if let Some((named, name)) =
                text.name.and_then(|name| Some((self.named(name)?, name)))
                && !text.value.is_empty()
            {
                (format!("`{name}` is a name for a secret, which everybody could read"), &named.spot)
            } else if let Some((looks, token)) =
                looks.and_then(|looks| Some((looks, tokens(text.value).into_iter().next()?)))
            {
                (format!("{} holds {}, which everybody could read", text.shown, token.what), &looks.spot)
            } else {
                continue;
            };
            let breach = Breach::new(text.pointer, message).bound(spot).label("given here");
            out.breach(breach.help("give it as a file: `-v FILE:/run/secrets/NAME:ro`"));
        }
    }
}

impl Secrets {
    fn named(&self, name: &str) -> Option<&Setting<Name>> {
        let upper = name.to_ascii_uppercase();
        self.names.iter().flat_map(|list| &list.value).find(|entry| entry.value.0.matches(&upper))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;

    /// Built here, so that no scanner takes this file for a leak.
    fn samples() -> Vec<(&'static str, String)> {
        let x = |count: usize| "x1".repeat(count / 2);
        vec![
            ("an AWS access key", format!("AKIA{}", "A1B2".repeat(4))),
            ("a GitHub token", format!("ghp_{}", x(36))),
            ("a GitHub token", format!("github_pat_{}_{}", x(22), x(58))),
            ("a GitLab token", format!("glpat-{}", x(20))),
            ("a Slack token", format!("xoxb-{}-{}", "1".repeat(12), x(24))),
            ("a Slack webhook", format!("https://hooks.slack.com/services/T{}/B{}/{}", x(8), x(8), x(24))),
            ("a Google API key", format!("AIza{}a", x(34))),
            ("an npm token", format!("npm_{}", x(36))),
            ("a private key", format!("-----BEGIN {}PRIVATE KEY-----\nMII", "RSA ")),
            ("a private key", format!("-----BEGIN {}PRIVATE KEY-----", "")),
            ("a JSON web token", format!("eyJ{}.eyJ{}.{}", x(20), x(30), x(42))),
        ]
    }

    #[test]
    fn tokens_are_known_by_their_form_wherever_they_stand() {
        for (what, sample) in samples() {
            for text in [sample.clone(), format!("token={sample}"), format!("curl -H 'Authorization: {sample}' x")] {
                assert_eq!(tokens(&text).first().map(|token| token.what), Some(what), "{text}");
            }
        }
    }

    #[test]
    fn no_form_is_shorter_than_what_is_looked_at() {
        assert!(FORMS.iter().all(|form| form.start.len() + form.length.start() >= SHORTEST));
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "hello",
            "AKIA",
            "AKIAshort",
            "ghp_tooshort",
            "sk-learn",
            "eyJhbGciOi.x.y",
            "-----BEGIN CERTIFICATE-----",
            "hf_transfer",
            "xoxb-",
            "npm_config_registry",
            "postgres://db:5432",
            "/usr/lib/AIza",
        ] {
            assert_eq!(tokens(text), [], "{text}");
        }
        let inside = format!("x{}", samples()[0].1);
        assert_eq!(tokens(&inside), [], "in the middle of a word");
    }

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

    #[test]
    fn the_place_of_a_token_is_exactly_its_own() {
        let sample = format!("ghp_{}", "x1".repeat(18));
        let text = format!("-eT={sample};next");
        let places = secret_places(&text);
        assert_eq!(places.iter().filter_map(|place| text.get(place.clone())).collect::<Vec<_>>(), [sample.as_str()]);
    }
}
