//! The append-only record of decisions: one JSON object a line, in files of limited size, written by many processes.

mod file;
mod read;
mod record;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use file::{Journal, Limits};
pub use read::Reader;
pub use record::{Changed, Outcome, Record, Subject, VERSION, Who};

/// Why a decision could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file or its directory.
    #[error("cannot write the journal {path}: {why}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: std::io::Error,
    },
    /// The record is not representable.
    #[error("cannot write the journal: {0}")]
    Encode(#[from] serde_json::Error),
}
