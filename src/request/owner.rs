//! Whose a container, volume or network is.

use std::collections::BTreeMap;
use std::fmt;

use super::Caller;

/// The label that says whose an object is.
pub const OWNER_LABEL: &str = "io.sdocker.owner";

/// Labels that begin so are sdocker's own.
pub const RESERVED_PREFIX: &str = "io.sdocker.";

/// Who has an object: a login name, or a user id where the system knows no name. Digits alone are always an id, so that a
/// login name of digits cannot stand for somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A login name.
    Name(String),
    /// A user id.
    Uid(u32),
}

impl Owner {
    /// How the objects of a caller are marked.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        let name = caller.name.as_ref().filter(|name| !name.chars().all(|c| c.is_ascii_digit()));
        name.map_or(Self::Uid(caller.uid), |name| Self::Name(name.clone()))
    }

    /// Whose an object with these labels is; nobody's where they do not say.
    #[must_use]
    pub fn labelled(labels: &BTreeMap<String, String>) -> Option<Self> {
        labels.get(OWNER_LABEL).map(|text| Self::parse(text))
    }

    /// What the label says. Digits that are no user id are a name that nobody has.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let uid = text.parse::<u32>().ok().filter(|uid| uid.to_string() == text);
        uid.map_or_else(|| Self::Name(text.to_owned()), Self::Uid)
    }

    /// Whether that is the caller.
    #[must_use]
    pub fn is(&self, caller: &Caller) -> bool {
        match self {
            Self::Name(name) => caller.name.as_ref() == Some(name),
            Self::Uid(uid) => caller.uid == *uid,
        }
    }
}

impl fmt::Display for Owner {
    /// As the label says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Uid(uid) => write!(f, "{uid}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(uid: u32, name: Option<&str>) -> Caller {
        Caller { name: name.map(str::to_owned), ..Caller::numbered(uid, uid) }
    }

    #[test]
    fn what_a_caller_makes_is_the_callers() {
        for (uid, name, label) in [(1000, Some("alice"), "alice"), (1000, None, "1000"), (1000, Some("1001"), "1000")] {
            let caller = caller(uid, name);
            assert_eq!(Owner::of(&caller).to_string(), label);
            assert!(Owner::parse(label).is(&caller), "{label}");
        }
    }

    #[test]
    fn nothing_else_is() {
        let alice = caller(1000, Some("alice"));
        for label in ["bob", "Alice", "alice ", "", "1001", "01000", "+1000", "root", "0"] {
            assert!(!Owner::parse(label).is(&alice), "{label}");
        }
        assert!(!Owner::parse("1001").is(&caller(1000, Some("1001"))), "a login name of digits is no id");
        assert!(!Owner::parse("").is(&caller(1000, None)));
    }
}
