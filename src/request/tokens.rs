//! Secrets in texts that are told by their own form: tokens of well-known makers, private keys.

use std::ops::{Range, RangeInclusive};

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
pub struct Token {
    /// What it is, for a message: `a GitHub token`.
    pub what: &'static str,
    /// The bytes that it takes.
    pub place: Range<usize>,
}

/// Everything in a text that has the form of a known token.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
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

#[cfg(test)]
/// A text of each form, for tests. Built here, so that no scanner takes this file for a leak.
pub(crate) fn samples() -> Vec<(&'static str, String)> {
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn the_place_of_a_token_is_exactly_its_own() {
        let sample = format!("ghp_{}", "x1".repeat(18));
        let text = format!("-eT={sample};next");
        let places: Vec<Range<usize>> = tokens(&text).into_iter().map(|token| token.place).collect();
        assert_eq!(places.iter().filter_map(|place| text.get(place.clone())).collect::<Vec<_>>(), [sample.as_str()]);
    }
}
