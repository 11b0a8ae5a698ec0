//! Exceptions as whoever owns the policy would make them.

use super::quoted;

/// What stands where the reason belongs.
const REASON: &str = "say why it has to be";

/// The commands that grant an image what each rule refused, and the text to paste into the policy instead.
#[must_use]
pub fn grants(rules: &[&str], image: &str, days: i64, until: &str) -> String {
    let command = |rule: &&str| {
        let words =
            ["sdocker", "policy", "allow", rule, "--image", image, "--for", &format!("{days}d"), "--reason", REASON];
        format!("  {}\n", words.map(quoted).join(" "))
    };
    let table = |rule: &&str| {
        let (rule, image, reason) = (basic(rule), basic(image), basic(REASON));
        format!("\n  [[grant]]\n  rule   = {rule}\n  image  = [{image}]\n  reason = {reason}\n  until  = {until}\n")
    };
    let commands: String = rules.iter().map(command).collect();
    let tables: String = rules.iter().map(table).collect();
    if rules.is_empty() {
        return String::new();
    }
    format!(
        "\nif it has to be, whoever owns the policy permits it:\n\n{commands}\nor writes into the policy:\n{tables}"
    )
}

/// A string of TOML.
fn basic(text: &str) -> String {
    let mut shown = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => shown.extend(['\\', c]),
            c if c.is_control() => shown.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown.push('"');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_can_be_pasted() {
        let expected = r#"
if it has to be, whoever owns the policy permits it:

  sdocker policy allow user --image docker.io/library/postgres --for 30d --reason 'say why it has to be'

or writes into the policy:

  [[grant]]
  rule   = "user"
  image  = ["docker.io/library/postgres"]
  reason = "say why it has to be"
  until  = 2027-03-31
"#;
        assert_eq!(grants(&["user"], "docker.io/library/postgres", 30, "2027-03-31"), expected);
        assert_eq!(grants(&[], "x", 30, ""), "");
    }

    #[test]
    fn whatever_stands_in_a_string_stays_in_it() {
        assert_eq!(basic("a\"b\\c\n"), r#""a\"b\\c\u000A""#);
    }
}
