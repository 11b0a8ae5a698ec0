//! What a key of a table is, as data from whoever reads the table: for guests' layers, for the manual and for editors.

/// A key of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// As the policy spells it.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Which way is tighter.
    pub tighter: Tighter,
    /// One line for the manual: lower case, no full stop.
    pub doc: &'static str,
}

impl Key {
    /// A key of which any value may be laid over any other, since both are judged: defaults and lists.
    #[must_use]
    pub const fn free(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Self { name, takes, tighter: Tighter::Either, doc }
    }

    /// A bound above: a guest may only lower it.
    #[must_use]
    pub const fn max(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Self { name, takes, tighter: Tighter::Lower, doc }
    }

    /// A bound below: a guest may only raise it.
    #[must_use]
    pub const fn min(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Self { name, takes, tighter: Tighter::Higher, doc }
    }

    /// An action besides the rule's own: a guest may only make it stricter.
    #[must_use]
    pub const fn action(name: &'static str, doc: &'static str) -> Self {
        Self { name, takes: Takes::Action, tighter: Tighter::Stricter, doc }
    }

    /// A list whose entries take something away: a guest may only add to it.
    #[must_use]
    pub const fn adding(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Self { name, takes, tighter: Tighter::More, doc }
    }
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// `"allow"`, `"warn"`, `"rewrite"` or `"deny"`.
    Action,
    /// `true` or `false`.
    Switch,
    /// A whole number from 0.
    Whole,
    /// A number of CPUs.
    Cpus,
    /// A size such as `"512m"`.
    Size,
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of texts or whole numbers.
    Ids,
    /// A table of keys of its own.
    Table(&'static [Key]),
    /// A list of texts or of tables.
    Entries(&'static [Key]),
}

/// What a guest's layer may do to an owner's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tighter {
    /// Anything: the owner's rules judge the result once more, so both must agree.
    Either,
    /// Only a lower value.
    Lower,
    /// Only a higher value.
    Higher,
    /// Only a stricter action.
    Stricter,
    /// Only more entries: both lists count together.
    More,
}
