//! Patterns of names and paths that lists of the policy are made of.

use crate::policy::{FromNode, Glob, Setting, Value};

/// A list of patterns, each with its line.
pub(super) type List<T> = Option<Setting<Vec<Setting<T>>>>;

/// A pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names(pub(super) Glob);

impl FromNode for Names {
    const EXPECTED: &'static str = "a name, or a pattern of names with `*`";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let sound = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        sound.then(|| Self(Glob::new(&text)))
    }
}

impl Names {
    pub(super) fn matches(&self, name: &str) -> bool {
        self.0.matches(name)
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
    fn a_pattern_that_can_match_nothing_is_none() {
        let text = |text: &str| Value::String(text.to_owned());
        assert_eq!(Names::from_value(&text("a b")), None);
        assert_eq!(Names::from_value(&text("")), None);
    }
}
