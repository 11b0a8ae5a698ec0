//! Docker's own complaints about a command line, exactly as it prints them.

use super::typed::Gate;

/// Why a command line asks for nothing. `Display` is what docker prints on stderr, without the final line break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// A flag that does not exist, lacks its value, or does not take the one it got.
    #[error(
        "{message}\n\nUsage:  {command} [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun '{command} --help' for more information"
    )]
    Flag {
        /// Docker's words.
        message: String,
        /// The command as typed: `docker run`.
        command: &'static str,
        /// Flags before it that only some engines take: docker complains of those first.
        gates: Vec<Gate>,
    },
    /// No image.
    #[error(
        "docker: '{command}' requires at least 1 argument\n\nUsage:  {command} [OPTIONS] IMAGE [COMMAND] [ARG...]\n\n\
         See '{command} --help' for more information"
    )]
    NoImage {
        /// The command as typed.
        command: &'static str,
        /// Flags that only some engines take: docker complains of those first.
        gates: Vec<Gate>,
    },
    /// Each value is fine by itself, but not together, or not on a closer look.
    #[error("docker: {message}\n\nRun '{command} --help' for more information")]
    Late {
        /// Docker's words.
        message: String,
        /// `docker run` or `docker create`.
        command: &'static str,
    },
    /// What docker says without a hint, with status 1.
    #[error("{0}")]
    Plain(String),
    /// Docker would take the bytes as they are; what a policy judges must be text.
    #[error("docker: argument {index} is not UTF-8: `{shown}`\n\nRun '{command} --help' for more information")]
    Encoding {
        /// Which argument; 0 is the program.
        index: usize,
        /// The argument, with replacement characters.
        shown: String,
        /// `docker run` or `docker create`.
        command: &'static str,
    },
}

impl UsageError {
    /// Docker's exit status for it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoImage { .. } | Self::Plain(_) => 1,
            Self::Flag { .. } | Self::Late { .. } | Self::Encoding { .. } => 125,
        }
    }
}
