//! What is said of an installation: a line for each check, with what to do about it.

use super::{Style, clean};
use crate::request::{Check, Status};

/// The whole installation in one line, then each check.
#[must_use]
pub fn checkup(says: &str, checks: &[Check], style: Style) -> String {
    let width = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let mut text = format!("{}\n\n", clean(says));
    for Check { id, status, says, help } in checks {
        let word = format!("{:7}", status.name());
        let word = match status {
            Status::Ok | Status::Info => word,
            Status::Unknown => style.note(&word),
            Status::Warn => style.warning(&word),
            Status::Fail => style.error(&word),
        };
        text.push_str(&format!("{word}  {id:width$}  {}\n", clean(says)));
        if let Some(help) = help.as_ref().filter(|_| *status >= Status::Unknown) {
            text.push_str(&format!("{:9}{:width$}  {} help: {}\n", "", "", style.frame("="), clean(help)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_given_where_something_is_wrong() {
        let checks = [
            Check::ok("engine", "reached"),
            Check::info("live-restore", "off").help("switch it on"),
            Check::warn("icc", "on\u{1b}[2J").help("switch it off"),
        ];
        let expected = "\
a guard

ok       engine        reached
info     live-restore  off
warn     icc           on\\u{1b}[2J
                       = help: switch it off
";
        assert_eq!(checkup("a guard", &checks, Style::PLAIN), expected);
    }
}
