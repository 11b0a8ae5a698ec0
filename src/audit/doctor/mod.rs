//! Whether an installation protects: each fact of a machine judged, in one line, with what to do about it.

mod access;
mod daemon;
mod engine;
mod install;
#[cfg(test)]
mod testing;

use super::Machine;
use crate::request::{Check, Status};

/// What the installation is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// Who is judged has no other way to the engine.
    Boundary,
    /// It protects from mistakes; who can open the engine's socket is root.
    Guard,
    /// Anybody reaches the engine.
    Nothing,
    /// It could not be learned.
    Unknown,
}

/// Everything that is said of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// In one word.
    pub protection: Protection,
    /// In one line.
    pub says: String,
    /// One by one.
    pub checks: Vec<Check>,
}

impl Checkup {
    /// The worst of all.
    #[must_use]
    pub fn worst(&self) -> Status {
        self.checks.iter().map(|check| check.status).max().unwrap_or(Status::Ok)
    }
}

/// Judges an installation.
#[must_use]
pub fn examine(machine: &Machine) -> Checkup {
    let (protection, says) = access::protection(machine);
    let checks = [engine::checks(machine), access::checks(machine), daemon::checks(machine), install::checks(machine)];
    Checkup { protection, says, checks: checks.concat() }
}

/// Several names in a sentence.
fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
