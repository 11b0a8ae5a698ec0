//! A verdict for people: caret text for what is refused, one line for what is warned about or changed.
//!
//! This room makes text; printing it is the business of `commands`.

mod checkup;
mod command_line;
mod hint;
mod judgement;
mod style;

pub use checkup::checkup;
pub use command_line::CommandLine;
pub use hint::hint;
pub use judgement::{Judgement, Word};
pub use style::Style;

pub use crate::request::clean;

use crate::request::{Action, Finding, Origin, Remark};

/// Everything refused, each with its carets, and the warnings that came with it as lines.
#[must_use]
pub fn refusal(findings: &[Finding], line: &CommandLine, style: Style) -> String {
    let remarks: Vec<Remark> = findings.iter().map(Remark::from).collect();
    refused_again(&remarks, line, style)
}

/// As [`refusal`], of what was written down.
#[must_use]
pub fn refused_again(remarks: &[Remark], line: &CommandLine, style: Style) -> String {
    let (refused, rest): (Vec<&Remark>, Vec<&Remark>) = remarks.iter().partition(|r| r.action == Action::Deny);
    let mut text: String = refused.iter().map(|remark| carets(remark, line, style)).collect();
    text.extend(rest.iter().filter(|r| r.action == Action::Warn).map(|remark| one_line(remark, style)));
    text
}

/// Warnings and changed wishes of a request that runs: one line each.
#[must_use]
pub fn notes(findings: &[Finding], style: Style) -> String {
    findings.iter().map(|finding| one_line(&finding.into(), style)).collect()
}

fn carets(remark: &Remark, line: &CommandLine, style: Style) -> String {
    let Remark { rule, action: _, message, at, label, policy, help } = remark;
    let mut text = format!("{}: {}\n", style.error(&format!("error[{}]", clean(rule))), clean(message));
    let label = clean(label);
    match at {
        Origin::Token { index, bytes } => text.push_str(&line.underlined(*index, bytes, &label, style)),
        other => {
            if let Some(place) = place(other) {
                text.push_str(&format!("  {} {place}  {label}\n", style.frame("-->")));
            }
        }
    }
    if let Some(spot) = policy {
        text.push_str(&format!("  {} {}  {}\n", style.frame("-->"), clean(&spot.to_string()), clean(&spot.text)));
    }
    for help in help {
        text.push_str(&format!("  {} help: {}\n", style.frame("="), clean(help)));
    }
    text
}

fn one_line(remark: &Remark, style: Style) -> String {
    let rule = clean(&remark.rule);
    let word = match remark.action {
        Action::Deny => style.error(&format!("error[{rule}]")),
        Action::Rewrite => style.note(&format!("changed[{rule}]")),
        Action::Warn | Action::Allow => style.warning(&format!("warning[{rule}]")),
    };
    let mut text = format!("{word}: {}", clean(&remark.message));
    if let Some(help) = remark.help.first() {
        text.push_str(&format!("; {}", clean(help)));
    }
    if let Some(spot) = &remark.policy {
        text.push_str(&format!(" ({})", clean(&spot.to_string())));
    }
    text.push('\n');
    text
}

fn place(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Token { .. } | Origin::BuiltIn => None,
        Origin::Pointer(pointer) => Some(clean(pointer)),
        Origin::Line { path, line } => Some(format!("{}:{line}", clean(path))),
        Origin::Image(name) => Some(format!("image {}", clean(name))),
        Origin::Policy(spot) => Some(clean(&spot.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{PolicySpot, RuleId};

    fn finding(action: Action, index: usize, bytes: std::ops::Range<usize>) -> Finding {
        Finding {
            rule: RuleId("privileged"),
            action,
            message: "too much".to_owned(),
            primary: (Origin::Token { index, bytes }, "asked for here"),
            related: Some(PolicySpot { file: "p.toml".into(), line: 7, text: "action = \"deny\"".into() }),
            help: vec!["do less".to_owned()],
            unlearned: false,
        }
    }

    fn line(words: &[&str]) -> CommandLine {
        CommandLine::new(words.iter().map(|w| (*w).to_owned()).collect(), [])
    }

    #[test]
    fn a_refusal_points_at_both_ends() {
        let line = line(&["docker", "run", "-it", "--privileged", "ubuntu"]);
        let text = refusal(&[finding(Action::Deny, 3, 0..12)], &line, Style::PLAIN);
        let expected = "\
error[privileged]: too much
  --> docker run -it --privileged ubuntu
                     ^^^^^^^^^^^^ asked for here
  --> p.toml:7  action = \"deny\"
  = help: do less
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_changed_wish_is_one_line() {
        let text = notes(&[finding(Action::Rewrite, 0, 0..1)], Style::PLAIN);
        assert_eq!(text, "changed[privileged]: too much; do less (p.toml:7)\n");
    }

    #[test]
    fn part_of_a_token_can_be_underlined_also_behind_wide_letters() {
        let line = line(&["docker", "run", "-ituroot", "größe日本"]);
        let text = refusal(&[finding(Action::Deny, 2, 4..8)], &line, Style::PLAIN);
        assert!(text.contains("\n                     ^^^^ asked for here\n"), "{text}");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let line = line(&["docker", "run", "-u", "0\u{1b}[2J", "x"]);
        let text = refusal(&[finding(Action::Deny, 3, 0..5)], &line, Style::PLAIN);
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(clean("a\nb") == "a\\nb");
    }
}
