//! What is known of the variables of a build before it is run.

use std::collections::BTreeMap;

use super::lex::{self, Lookup};

/// `--build-arg` by name. The platform's own (`TARGETARCH` …) may be given, too: they have no value otherwise.
pub type BuildArgs = BTreeMap<String, String>;

/// Why a text of the file has no value yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// A variable's value is known to the build alone, or nobody gives it one.
    #[error("`{0}` has no value here")]
    Variable(String),
    /// The text cannot be expanded.
    #[error("{0}")]
    Text(String),
}

/// Variables that the builder sets before the first line.
const PLATFORM: [&str; 11] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

/// How many bytes the values of one scope may have together: a few lines could double them for ever.
const MAX_VALUES: usize = 1 << 22;

/// The variables at one place of the file.
#[derive(Debug, Clone)]
pub(super) struct Variables {
    /// Absent value: it has one, but which is not known.
    values: BTreeMap<String, Option<String>>,
    /// Any other name may have a value, too: an image may have set it.
    open: bool,
    escape: char,
    left: usize,
}

impl Variables {
    /// Before the first `FROM`.
    pub(super) fn global(escape: char, given: &BuildArgs) -> Self {
        let mut variables = Self { values: BTreeMap::new(), open: false, escape, left: MAX_VALUES };
        for name in PLATFORM {
            variables.set(name, given.get(name).cloned());
        }
        variables
    }

    /// At the top of a stage: nothing, but for what an image may have set.
    pub(super) fn stage(escape: char, from_image: bool) -> Self {
        let mut variables = Self { values: BTreeMap::new(), open: from_image, escape, left: MAX_VALUES };
        variables.set("PATH", None);
        variables
    }

    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        let size = name.len() + value.as_ref().map_or(0, String::len);
        let value = value.filter(|_| size <= self.left);
        self.left = self.left.saturating_sub(size);
        self.values.insert(name.to_owned(), value);
    }

    /// The value of a variable, where it is known to have one: `Some(None)` is one that is not known.
    fn get(&self, name: &str) -> Option<Option<String>> {
        self.values.get(name).cloned()
    }

    /// Nothing is known any more.
    fn forget(&mut self) {
        self.values.clear();
        self.open = true;
    }

    /// A word without its variables and quotes, and the first variable that counted as empty.
    pub(super) fn expand(&self, word: &str) -> Result<(String, Option<String>), Unresolved> {
        let look_up = |name: &str| match self.values.get(name) {
            Some(Some(value)) => Lookup::Set(value),
            Some(None) => Lookup::Unknown,
            None if self.open => Lookup::Unknown,
            None => Lookup::Unset,
        };
        let expansion = lex::expand(word, self.escape, &look_up).map_err(|e| Unresolved::Text(e.to_string()))?;
        match expansion.unknown {
            Some(name) => Err(Unresolved::Variable(name)),
            None => Ok((expansion.text, expansion.unset)),
        }
    }

    fn value(&self, word: &str) -> Option<String> {
        self.expand(word).ok().map(|(text, _)| text)
    }

    /// `ARG name` or `ARG name=default`; in a stage a name without a default takes the global value.
    pub(super) fn declare(&mut self, word: &str, given: &BuildArgs, global: Option<&Self>) {
        let (name, default) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let value = match (given.get(name), default) {
            (Some(given), _) => Some(Some(given.clone())),
            (None, Some(default)) => Some(self.value(default)),
            (None, None) => global.and_then(|global| global.get(name)),
        };
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// `ENV name=value …`: all values are those of the line before.
    pub(super) fn assign<'w>(&mut self, pairs: impl Iterator<Item = (&'w str, &'w str)>) {
        let pairs: Vec<_> = pairs.map(|(name, value)| (self.value(name), self.value(value))).collect();
        for (name, value) in pairs {
            match name {
                Some(name) => self.set(&name, value),
                None => self.forget(),
            }
        }
    }
}
