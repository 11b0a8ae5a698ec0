//! What would become of a request, for people and for programs.

use serde::Serialize;

use super::{CommandLine, Style, carets, clean, one_line};
use crate::request::wire::ContainerCreate;
use crate::request::{Action, Finding, Origin, PolicySpot, Remark, Rewrite, json_line, secrets};

/// What would become of a request.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'a> {
    /// In one word.
    pub verdict: Word,
    /// Refusals, warnings and changed wishes.
    pub findings: &'a [Finding],
    /// What would be filled in and changed; nothing where it is refused.
    pub rewrites: &'a [Rewrite],
    /// The engine or the image was missing: what could not be learned is left open.
    pub open: bool,
    /// The body that would be sent; none where it is refused or undecided.
    pub body: Option<&'a ContainerCreate>,
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// It would run.
    Approved,
    /// It would be refused.
    Refused,
    /// Nothing is wrong as far as could be learned, and not all could be learned.
    Undecided,
}

impl Word {
    fn text(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Undecided => "undecided",
        }
    }
}

impl Judgement<'_> {
    /// For people: findings as a run says them, what would be filled in, and the verdict.
    #[must_use]
    pub fn text(&self, line: &CommandLine, style: Style) -> String {
        let mut text = String::new();
        let is_open = |finding: &&Finding| self.open && finding.unlearned;
        let (open, known): (Vec<&Finding>, Vec<&Finding>) = self.findings.iter().partition(is_open);
        for remark in known.into_iter().map(Remark::from) {
            text.push_str(&match remark.action {
                Action::Deny => carets(&remark, line, style),
                _ => one_line(&remark, style),
            });
        }
        for remark in open.into_iter().map(Remark::from) {
            let word = style.warning(&format!("open[{}]", remark.rule));
            text.push_str(&format!("{word}: {}\n", clean(&remark.message)));
        }
        text.extend(self.rewrites.iter().filter(|rewrite| !rewrite.wish).map(|rewrite| filled(rewrite, style)));
        text.push_str(&format!("verdict: {}\n", self.verdict.text()));
        text
    }

    /// For programs: one JSON object on one line, without secrets.
    ///
    /// # Errors
    /// A body that cannot be written as JSON.
    pub fn json(&self, line: &CommandLine) -> serde_json::Result<String> {
        let remarks: Vec<Remark> = self.findings.iter().map(Remark::from).collect();
        let findings = self.findings.iter().zip(&remarks);
        let findings = findings.map(|(finding, remark)| Said::of(remark, finding.unlearned, line)).collect();
        let rewrites = self.rewrites.iter().map(Changed::of).collect();
        let body = self.body.map(secrets::masked_body).transpose()?;
        json_line(&Whole { verdict: self.verdict, findings, rewrites, body }).map(|text| text + "\n")
    }
}

fn filled(rewrite: &Rewrite, style: Style) -> String {
    let spot = spot(&rewrite.origin).map_or_else(String::new, |spot| format!(" ({spot})"));
    format!(
        "{}: {}{spot}\n",
        style.note(&format!("filled[{}]", rewrite.rule)),
        clean(&secrets::masked(&rewrite.meaning))
    )
}

fn spot(origin: &Origin) -> Option<&PolicySpot> {
    match origin {
        Origin::Policy(spot) => Some(spot),
        _ => None,
    }
}

#[derive(Serialize)]
struct Whole<'a> {
    verdict: Word,
    findings: Vec<Said<'a>>,
    rewrites: Vec<Changed<'a>>,
    body: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Said<'a> {
    rule: &'a str,
    action: &'a str,
    message: &'a str,
    /// A fact could not be learned; nothing else is wrong.
    unlearned: bool,
    /// What was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// What was posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    policy: Option<Line<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
struct Changed<'a> {
    rule: &'a str,
    meaning: String,
    /// A wish was changed; else a silence was filled.
    wish: bool,
    policy: Option<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    line: usize,
    text: &'a str,
}

impl<'a> Said<'a> {
    fn of(remark: &'a Remark, unlearned: bool, line: &CommandLine) -> Self {
        let (token, pointer) = match &remark.at {
            Origin::Token { index, bytes } => (line.part(*index, bytes), None),
            Origin::Pointer(pointer) => (None, Some(pointer.as_str())),
            Origin::Line { .. } | Origin::Image(_) | Origin::Policy(_) | Origin::BuiltIn => (None, None),
        };
        Self {
            rule: &remark.rule,
            action: remark.action.name(),
            message: &remark.message,
            unlearned,
            token,
            pointer,
            policy: remark.policy.as_ref().map(Line::of),
            help: &remark.help,
        }
    }
}

impl<'a> Changed<'a> {
    fn of(rewrite: &'a Rewrite) -> Self {
        let policy = spot(&rewrite.origin).map(Line::of);
        Self { rule: rewrite.rule.0, meaning: secrets::masked(&rewrite.meaning), wish: rewrite.wish, policy }
    }
}

impl<'a> Line<'a> {
    fn of(spot: &'a PolicySpot) -> Self {
        Self { file: &spot.file, line: spot.line, text: &spot.text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RuleId;

    fn finding(action: Action, unlearned: bool) -> Finding {
        Finding {
            rule: RuleId("user"),
            action,
            message: "root".to_owned(),
            primary: (Origin::Token { index: 2, bytes: 2..3 }, "here"),
            related: Some(PolicySpot { file: "p".into(), line: 3, text: "a = 1".into() }),
            help: vec!["leave it out".to_owned()],
            unlearned,
        }
    }

    fn line() -> CommandLine {
        CommandLine::new(["sdocker", "run", "-u0", "x"].map(str::to_owned).to_vec(), [])
    }

    fn fill() -> Rewrite {
        let origin = Origin::Policy(PolicySpot { file: "p".into(), line: 4, text: "b".into() });
        Rewrite { rule: RuleId("cpus"), changes: vec![], meaning: "--cpus 1".to_owned(), wish: false, origin }
    }

    #[test]
    fn people_read_findings_fills_and_the_verdict() {
        let (findings, rewrites) = ([finding(Action::Warn, false)], [fill()]);
        let judgement =
            Judgement { verdict: Word::Approved, findings: &findings, rewrites: &rewrites, open: false, body: None };
        let expected = "warning[user]: root; leave it out (p:3)\nfilled[cpus]: --cpus 1 (p:4)\nverdict: approved\n";
        assert_eq!(judgement.text(&line(), Style::PLAIN), expected);
    }

    #[test]
    fn what_is_open_is_no_error_unless_it_refuses() {
        let findings = [finding(Action::Deny, true)];
        let text = |verdict, open| {
            Judgement { verdict, findings: &findings, rewrites: &[], open, body: None }.text(&line(), Style::PLAIN)
        };
        assert_eq!(text(Word::Undecided, true), "open[user]: root\nverdict: undecided\n");
        assert!(text(Word::Refused, false).starts_with("error[user]: root\n  --> sdocker run -u0 x\n"));
    }

    #[test]
    fn programs_read_one_object() {
        let (findings, rewrites) = ([finding(Action::Deny, false)], [fill()]);
        let body = ContainerCreate { image: "x".to_owned(), ..ContainerCreate::default() };
        let judgement = Judgement {
            verdict: Word::Refused,
            findings: &findings,
            rewrites: &rewrites,
            open: false,
            body: Some(&body),
        };
        let read: serde_json::Value = serde_json::from_str(&judgement.json(&line()).unwrap()).unwrap();
        assert_eq!(read["verdict"], "refused");
        let policy = serde_json::json!({"file": "p", "line": 3, "text": "a = 1"});
        let said = serde_json::json!({"rule": "user", "action": "deny", "message": "root", "unlearned": false,
            "token": "0", "policy": policy, "help": ["leave it out"]});
        assert_eq!(read["findings"][0], said);
        assert_eq!(read["rewrites"][0]["meaning"], "--cpus 1");
        assert_eq!(read["body"]["Image"], "x");
    }
}
