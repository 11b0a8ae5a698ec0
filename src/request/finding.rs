//! What is said about a request.

use serde::{Deserialize, Serialize};

use super::{Origin, PolicySpot};

/// A rule's name: what it objects to, in kebab case, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// What happens to an explicit breach, from the loosest to the tightest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The rule does not look.
    Allow,
    /// It runs as asked, and a line says so.
    Warn,
    /// It runs with the nearest permitted value, and a line says so.
    Rewrite,
    /// It is refused.
    Deny,
}

impl Action {
    /// All of them, loosest first.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Warn, Self::Rewrite, Self::Deny];

    /// As the policy spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Rewrite => "rewrite",
            Self::Deny => "deny",
        }
    }
}

/// One objection of one rule to one place of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// What came of it; [`Action::Allow`] never makes a finding.
    pub action: Action,
    /// What is wrong: lower case, one line, no full stop.
    pub message: String,
    /// Where it was asked for, and the words under the caret.
    pub primary: (Origin, &'static str),
    /// The policy line that answered.
    pub related: Option<PolicySpot>,
    /// What to do instead.
    pub help: Vec<String>,
    /// Nothing is wrong that is known of: a fact that was needed could not be learned.
    pub unlearned: bool,
}
