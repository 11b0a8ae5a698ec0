//! Tables written as TOML again, each value with the line that said it.

use std::fmt;

use super::{Entry, Node, Scope, Table, Value};
use crate::request::Date;

/// A table by its path: `[for.memory]`, and a line a value. With `origins` each line says where its value came from.
#[must_use]
pub fn written_table(path: &[&str], entry: &Entry, origins: bool) -> String {
    let path = path.iter().map(|name| key(name)).collect::<Vec<_>>().join(".");
    match &entry.node.value {
        Value::Table(table) => {
            let mut text = format!("[{path}]\n");
            lines(table, "", origins, &mut text);
            text
        }
        _ => line(&path, &entry.node, origins),
    }
}

/// `who` and `image`, a line each where they are there.
#[must_use]
pub fn written_scope(scope: &Scope) -> String {
    let list = |words: Vec<String>| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ");
    let who = scope.who.as_ref().map(|who| list(who.iter().map(ToString::to_string).collect()));
    let images = scope.images.as_ref().map(|images| list(images.iter().map(ToString::to_string).collect()));
    let line = |key: &str, words: Option<String>| words.map(|words| format!("{key} = [{words}]\n")).unwrap_or_default();
    line("image", images) + &line("who", who)
}

/// What stands below `[[grant]]`.
#[must_use]
pub fn written_grant(rule: &str, scope: &Scope, reason: &str, until: Option<Date>) -> String {
    let until = until.map(|until| format!("until = {until}\n")).unwrap_or_default();
    format!("rule = {}\n{}reason = {}\n{until}", quoted(rule), written_scope(scope), quoted(reason))
}

/// As TOML, in one line.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.write_str(&quoted(text)),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Datetime(text) => f.write_str(text),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Table(table) => {
                let pairs = table.iter().map(|(name, entry)| format!("{} = {}", key(name), entry.node.value));
                write!(f, "{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Inner tables become dotted keys, so that each value has a line of its own.
fn lines(table: &Table, prefix: &str, origins: bool, text: &mut String) {
    for (name, entry) in table {
        let path = format!("{prefix}{}", key(name));
        match &entry.node.value {
            Value::Table(inner) if !inner.is_empty() => lines(inner, &format!("{path}."), origins, text),
            Value::Array(items) if origins && is_of_many_layers(items) => text.push_str(&list(&path, items)),
            _ => text.push_str(&line(&path, &entry.node, origins)),
        }
    }
}

fn line(path: &str, node: &Node, origins: bool) -> String {
    let origin = if origins { format!("  # {}", comment(&node.spot)) } else { String::new() };
    format!("{path} = {}{origin}\n", node.value)
}

/// A list that several layers added to: a line an entry.
fn list(path: &str, items: &[Node]) -> String {
    let entries = items.iter().map(|item| format!("  {},  # {}\n", item.value, comment(&item.spot)));
    format!("{path} = [\n{}]\n", entries.collect::<String>())
}

fn is_of_many_layers(items: &[Node]) -> bool {
    items.windows(2).any(|pair| matches!(pair, [one, two] if one.spot.file != two.spot.file))
}

/// A place for a comment, which a control character in a file's name would end.
fn comment(spot: &crate::request::PolicySpot) -> String {
    spot.to_string().replace(char::is_control, "?")
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if bare { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, Source};
    use super::*;
    use proptest::prelude::*;

    fn policy(text: &str) -> Policy {
        Policy::owners(&[Source { name: "p.toml".into(), text: text.to_owned() }]).unwrap()
    }

    #[test]
    fn a_table_is_written_with_the_line_of_each_value() {
        let policy = policy("[ulimits]\nnofile = { max = 64 }\n\"a b\" = 1979-05-27\nx = [1.0, {y = \"\\t\\\\\"}]\n");
        let shown = written_table(&["ulimits"], policy.table("ulimits").unwrap(), true);
        assert!(
            shown.starts_with("[ulimits]\n\"a b\" = 1979-05-27  # p.toml:3\naction = \"rewrite\"  # built-in:base")
        );
        assert!(shown.contains("\nnofile.max = 64  # p.toml:2\n"), "{shown}");
        assert!(shown.contains("\nx = [1.0, { y = \"\\u0009\\\\\" }]  # p.toml:4\n"), "{shown}");
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            any::<bool>().prop_map(|truth| truth.to_string()),
            (-1e9..1e9_f64).prop_map(|number| format!("{number:?}")),
            "[ -!#-\\[\\]-~é]{0,8}".prop_map(|text| format!("\"{text}\"")),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
                prop::collection::vec(inner, 1..3).prop_map(|items| {
                    let pairs = items.iter().enumerate().map(|(index, item)| format!("k{index} = {item}"));
                    format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_what_it_was(value in value(), origins: bool) {
            let shown = |text: &str| written_table(&["x"], policy(text).table("x").unwrap(), false);
            let before = policy(&format!("[x]\nv = {value}\n"));
            let once = written_table(&["x"], before.table("x").unwrap(), origins);
            prop_assert_eq!(shown(&once), written_table(&["x"], before.table("x").unwrap(), false));
        }
    }
}
