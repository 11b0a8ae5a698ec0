//! What is said about an installation.

use serde::Serialize;

/// How something stands, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Info,
    /// It could not be learned.
    Unknown,
    /// It weakens the protection.
    Warn,
    /// It undoes the protection.
    Fail,
}

impl Status {
    /// As it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, in kebab case, for ever.
    pub id: &'static str,
    /// How it stands.
    pub status: Status,
    /// One line: lower case, no full stop.
    pub says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Check {
    /// A check by name.
    #[must_use]
    pub fn new(id: &'static str, status: Status, says: impl Into<String>) -> Self {
        Self { id, status, says: says.into(), help: None }
    }

    /// As it should be.
    #[must_use]
    pub fn ok(id: &'static str, says: impl Into<String>) -> Self {
        Self::new(id, Status::Ok, says)
    }

    /// Worth knowing.
    #[must_use]
    pub fn info(id: &'static str, says: impl Into<String>) -> Self {
        Self::new(id, Status::Info, says)
    }

    /// It could not be learned, and why.
    #[must_use]
    pub fn unknown(id: &'static str, why: impl std::fmt::Display) -> Self {
        Self::new(id, Status::Unknown, format!("cannot be told: {why}"))
    }

    /// It weakens the protection.
    #[must_use]
    pub fn warn(id: &'static str, says: impl Into<String>) -> Self {
        Self::new(id, Status::Warn, says)
    }

    /// It undoes the protection.
    #[must_use]
    pub fn fail(id: &'static str, says: impl Into<String>) -> Self {
        Self::new(id, Status::Fail, says)
    }

    /// What to do about it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
