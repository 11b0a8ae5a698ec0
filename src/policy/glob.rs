//! Patterns: `*` stands for any part of one path component, `**` for any part of the text.

use super::{FromNode, Value};

/// A pattern of names or paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Byte(u8),
    /// `*`
    Component,
    /// `**`
    Anything,
}

impl Glob {
    /// Reads a pattern; any text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut steps = Vec::with_capacity(text.len());
        for byte in text.bytes() {
            match (byte, steps.last_mut()) {
                (b'*', Some(last @ (Step::Component | Step::Anything))) => *last = Step::Anything,
                (b'*', _) => steps.push(Step::Component),
                (byte, _) => steps.push(Step::Byte(byte)),
            }
        }
        Self { text: text.to_owned(), steps }
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// It matches whatever there is.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.steps == [Step::Anything]
    }

    /// Whether the whole text is of this pattern.
    ///
    /// Walks from the left; where it cannot go on, the last `*` takes a byte more, and where that would cross a slash,
    /// the last `**` does. An earlier star never has to: what stands before a later one is matched as early as can be.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let (mut step, mut at) = (0, 0);
        let (mut component, mut anything) = (None, None);
        loop {
            match self.steps.get(step) {
                None if at == text.len() => return true,
                Some(Step::Anything) => {
                    (component, anything) = (None, Some((step + 1, at)));
                    step += 1;
                    continue;
                }
                Some(Step::Component) => {
                    component = Some((step + 1, at));
                    step += 1;
                    continue;
                }
                Some(Step::Byte(byte)) if text.get(at) == Some(byte) => {
                    (step, at) = (step + 1, at + 1);
                    continue;
                }
                _ => {}
            }
            (step, at) = match (component, anything) {
                (Some((after, from)), _) if text.get(from).is_some_and(|byte| *byte != b'/') => {
                    component = Some((after, from + 1));
                    (after, from + 1)
                }
                (_, Some((after, from))) if from < text.len() => {
                    (component, anything) = (None, Some((after, from + 1)));
                    (after, from + 1)
                }
                _ => return false,
            };
        }
    }
}

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromNode for Glob {
    const EXPECTED: &'static str = "a pattern such as \"team-*\", without white space";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let sound = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        sound.then(|| Self::new(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).matches(text)
    }

    #[test]
    fn stars_stop_at_slashes_unless_doubled() {
        for (pattern, text) in [
            ("a/*", "a/b"),
            ("a/**", "a/b/c"),
            ("*.example/x", "reg.example/x"),
            ("**", ""),
            ("*", ""),
            ("**a*b", "a/ab"),
            ("*b/*c", "abb/xc"),
            ("**/c**e", "a/b/c/d/e"),
            ("é*", "éa"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a/*", "a/b/c"), ("a/*", "b/a"), ("a", "ab"), ("ab", "a"), ("*", "a/b"), ("", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    /// What the stars mean, without any thrift.
    fn simply(pattern: &[u8], text: &[u8]) -> bool {
        let tails = |limit: usize| (0..=limit).map(|at| &text[at..]);
        match pattern {
            [] => text.is_empty(),
            [b'*', b'*', rest @ ..] => tails(text.len()).any(|tail| simply(rest, tail)),
            [b'*', rest @ ..] => {
                let limit = text.iter().position(|byte| *byte == b'/').unwrap_or(text.len());
                tails(limit).any(|tail| simply(rest, tail))
            }
            [first, rest @ ..] => text.first() == Some(first) && simply(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_there_is_to_find(pattern in "[ab/*]{0,10}", text in "[ab/]{0,12}") {
            prop_assert_eq!(matches(&pattern, &text), simply(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
