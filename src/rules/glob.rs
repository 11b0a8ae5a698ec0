//! Patterns of names and paths that lists of the policy are made of.

use std::path::{Component, Path};

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

/// A path from the root of a tree, in which `*` stands for any part of one component and `**` for any number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paths(pub(super) String);

impl FromNode for Paths {
    const EXPECTED: &'static str = "an absolute path without `.` and `..`, such as \"/dev/fuse\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        is_plain(&text).then_some(Self(text))
    }
}

impl Paths {
    /// Whether the pattern is this path, or something above it.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.ancestors().any(|at| at.to_str().is_some_and(|text| glob(&self.0, text)))
    }
}

/// Absolute, and spelled in the one way that nothing needs to be resolved in.
pub(super) fn is_plain(path: &str) -> bool {
    let parts = path.strip_prefix('/').map(|rest| rest.split('/').all(|part| !matches!(part, "" | "." | "..")));
    parts == Some(true)
}

/// A path without `.`, `..` and doubled slashes; links are not followed. Only of an absolute one.
pub(super) fn lexical(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in Path::new(path.strip_prefix('/')?).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::ParentDir => drop(parts.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Some(format!("/{}", parts.join("/")))
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
    fn a_path_holds_what_is_below_it_by_whole_components() {
        let dri = Paths("/dev/dri".to_owned());
        assert!(dri.holds(Path::new("/dev/dri")) && dri.holds(Path::new("/dev/dri/card0")));
        assert!(!dri.holds(Path::new("/dev/dri2")) && !dri.holds(Path::new("/dev")));
        assert!(Paths("/dev/tty*".to_owned()).holds(Path::new("/dev/ttyUSB0")));
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_none() {
        let text = |text: &str| Value::String(text.to_owned());
        for bad in ["", "dev/fuse", "/dev/../x", "/dev/./x", "/dev//x", "/dev/"] {
            assert_eq!(Paths::from_value(&text(bad)), None, "{bad}");
        }
        assert_eq!(Names::from_value(&text("a b")), None);
        assert_eq!(Names::from_value(&text("")), None);
    }

    #[test]
    fn a_lexical_path_has_no_detours() {
        for (path, clean) in [("/a/../b//c/.", "/b/c"), ("/../..", "/"), ("//x/", "/x")] {
            assert_eq!(lexical(path).as_deref(), Some(clean));
        }
        assert_eq!(lexical("a/b"), None);
    }
}
