//! Where a value came from, so that a finding can underline it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A line of a policy text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicySpot {
    /// The file as it was named, or `built-in:NAME`.
    pub file: Arc<str>,
    /// Line, counted from 1.
    pub line: usize,
    /// The line itself, its white space folded.
    pub text: Arc<str>,
}

impl std::fmt::Display for PolicySpot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Where a value of a request came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A part of a command line argument.
    Token {
        /// Which argument; 0 is the program.
        index: usize,
        /// Which bytes of it.
        bytes: Range<usize>,
    },
    /// A member of a posted body.
    Pointer(String),
    /// A line of a file that was named: variables, a Dockerfile.
    Line {
        /// The file as it was named.
        path: String,
        /// Line, counted from 1.
        line: usize,
    },
    /// The image says it.
    Image(String),
    /// The policy filled it in.
    Policy(PolicySpot),
    /// Nobody said it: docker's own default.
    BuiltIn,
}

/// The origin of each value of a request, by JSON pointer into the body.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    by_pointer: BTreeMap<String, Origin>,
    posted: bool,
}

impl Origins {
    /// Of a posted body: every value's origin is its own pointer.
    #[must_use]
    pub fn posted() -> Self {
        Self { by_pointer: BTreeMap::new(), posted: true }
    }

    /// Says where the value at `pointer` came from.
    pub fn set(&mut self, pointer: impl Into<String>, origin: Origin) {
        self.by_pointer.insert(pointer.into(), origin);
    }

    /// Where the value at `pointer`, or the nearest one around it, came from.
    #[must_use]
    pub fn of(&self, pointer: &str) -> Origin {
        let mut at = pointer;
        loop {
            if let Some(origin) = self.by_pointer.get(at) {
                return origin.clone();
            }
            match at.rsplit_once('/') {
                Some((parent, _)) => at = parent,
                None if self.posted => return Origin::Pointer(pointer.to_owned()),
                None => return Origin::BuiltIn,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_an_origin_has_that_of_what_holds_it() {
        let token = Origin::Token { index: 2, bytes: 0..4 };
        let mut origins = Origins::default();
        origins.set("/HostConfig/Binds", token.clone());
        assert_eq!(origins.of("/HostConfig/Binds/3"), token);
        assert_eq!(origins.of("/HostConfig/CapAdd/0"), Origin::BuiltIn);
    }

    #[test]
    fn a_posted_value_is_its_own_origin() {
        assert_eq!(Origins::posted().of("/User"), Origin::Pointer("/User".to_owned()));
    }
}
