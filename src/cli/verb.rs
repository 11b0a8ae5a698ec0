//! The two verbs of docker that make a container, in both spellings.

use std::ffi::OsString;

use super::typed::Gate;
use super::usage::UsageError;

/// Which verb was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `docker run`
    Run,
    /// `docker container run`
    ContainerRun,
    /// `docker create`
    Create,
    /// `docker container create`
    ContainerCreate,
}

impl Verb {
    /// The verb that these words begin with, and how many of them it takes.
    #[must_use]
    pub fn read(words: &[OsString]) -> Option<(Self, usize)> {
        let word = |at: usize| words.get(at).and_then(|word| word.to_str());
        match (word(0)?, word(1)) {
            ("run", _) => Some((Self::Run, 1)),
            ("create", _) => Some((Self::Create, 1)),
            ("container", Some("run")) => Some((Self::ContainerRun, 2)),
            ("container", Some("create")) => Some((Self::ContainerCreate, 2)),
            _ => None,
        }
    }

    /// As typed, in usage lines.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Self::Run => "docker run",
            Self::ContainerRun => "docker container run",
            Self::Create => "docker create",
            Self::ContainerCreate => "docker container create",
        }
    }

    /// Whether the container is also started.
    #[must_use]
    pub fn starts(self) -> bool {
        matches!(self, Self::Run | Self::ContainerRun)
    }

    /// The short spelling, which docker names in late complaints.
    fn short(self) -> &'static str {
        if self.starts() { "docker run" } else { "docker create" }
    }

    pub(crate) fn flag_error(self, message: String, gates: &[Gate]) -> UsageError {
        UsageError::Flag { message, command: self.command(), gates: gates.to_vec() }
    }

    pub(crate) fn late(self, message: String) -> UsageError {
        UsageError::Late { message, command: self.short() }
    }

    /// What docker finds when it already makes the container: `create` then forgets the hint and the status.
    pub(crate) fn creating(self, message: String) -> UsageError {
        if self.starts() { self.late(message) } else { UsageError::Plain(message) }
    }

    pub(crate) fn encoding(self, index: usize, shown: String) -> UsageError {
        UsageError::Encoding { index, shown, command: self.short() }
    }
}
