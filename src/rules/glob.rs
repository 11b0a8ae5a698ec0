//! Patterns of names and paths that lists of the policy are made of.

use crate::policy::{FromNode, Setting, Value};

/// A list of patterns, each with its line.
pub(super) type List<T> = Option<Setting<Vec<Setting<T>>>>;

/// `*` matches within a part between slashes, `**` across them.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**") {
        return suffixes(text).any(|tail| glob(rest, tail));
    }
    if let Some(rest) = pattern.strip_prefix('*') {
        let component = text.find('/').unwrap_or(text.len());
        return suffixes(text).take_while(|tail| text.len() - tail.len() <= component).any(|tail| glob(rest, tail));
    }
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    match (pattern.next(), text.next()) {
        (None, None) => true,
        (Some(p), Some(t)) if p == t => glob(pattern.as_str(), text.as_str()),
        _ => false,
    }
}

fn suffixes(text: &str) -> impl Iterator<Item = &str> {
    (0..=text.len()).filter_map(|at| text.get(at..))
}

/// A pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names(pub(super) String);

impl FromNode for Names {
    const EXPECTED: &'static str = "a name, or a pattern of names with `*`";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let sound = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        sound.then_some(Self(text))
    }
}

impl Names {
    pub(super) fn matches(&self, name: &str) -> bool {
        glob(&self.0, name)
    }
}

/// What a list says, for a message.
pub(super) fn listed<'t>(texts: impl IntoIterator<Item = &'t str>) -> Option<String> {
    let shown: Vec<String> = texts.into_iter().map(|text| format!("`{text}`")).collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stop_at_slashes_unless_doubled() {
        assert!(glob("a/*", "a/b") && !glob("a/*", "a/b/c") && glob("a/**", "a/b/c") && !glob("a/*", "b/a"));
        assert!(glob("*.example/x", "reg.example/x") && !glob("a", "ab") && !glob("ab", "a"));
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_none() {
        let text = |text: &str| Value::String(text.to_owned());
        assert_eq!(Names::from_value(&text("a b")), None);
        assert_eq!(Names::from_value(&text("")), None);
    }
}
