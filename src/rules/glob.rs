//! Patterns of names and paths that lists of the policy are made of.

use std::path::Path;

use crate::policy::{FromNode, Glob, Setting, Value};

/// A list of patterns, each with its line.
pub(super) type List<T> = Option<Setting<Vec<Setting<T>>>>;

/// A path from the root of a tree, in which `*` stands for any part of one component and `**` for any number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paths(Glob);

impl FromNode for Paths {
    const EXPECTED: &'static str = "an absolute path without `.` and `..`, such as \"/dev/fuse\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        Self::parse(&text)
    }
}

impl Paths {
    /// Nothing where it could never match.
    pub(super) fn parse(text: &str) -> Option<Self> {
        is_plain(text).then(|| Self(Glob::new(text)))
    }

    /// As it was written.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the pattern is this path, or something above it.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.ancestors().any(|at| at.to_str().is_some_and(|text| self.0.matches(text)))
    }
}

/// Absolute, and spelled in the one way that nothing needs to be resolved in.
fn is_plain(path: &str) -> bool {
    let parts = path.strip_prefix('/').map(|rest| rest.split('/').all(|part| !matches!(part, "" | "." | "..")));
    parts == Some(true)
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
    fn a_path_holds_what_is_below_it_by_whole_components() {
        let dri = Paths::parse("/dev/dri").unwrap();
        assert!(dri.holds(Path::new("/dev/dri")) && dri.holds(Path::new("/dev/dri/card0")));
        assert!(!dri.holds(Path::new("/dev/dri2")) && !dri.holds(Path::new("/dev")));
        assert!(Paths::parse("/dev/tty*").unwrap().holds(Path::new("/dev/ttyUSB0")));
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_none() {
        for bad in ["", "dev/fuse", "/dev/../x", "/dev/./x", "/dev//x", "/dev/"] {
            assert_eq!(Paths::parse(bad), None, "{bad}");
        }
    }
}
