//! How a command fails: the text on standard error, and the exit code.

use crate::cli::{GlobalError, UsageError};
use crate::engine::{EndpointError, EngineError};
use crate::policy::Problems;

/// Exit code of docker for whatever fails before a container runs.
pub(super) const BEFORE_RUN: u8 = 125;

/// A command that did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Docker's grammar, in docker's words.
    #[error("{0}")]
    Usage(#[from] UsageError),
    /// What stands before the verb.
    #[error("{0}")]
    Globals(#[from] GlobalError),
    /// Our own grammar.
    #[error("{message}")]
    Own { message: String, code: u8 },
    /// Docker's words after `docker: `, with its hint.
    #[error("docker: {message}\n\nRun 'docker {verb} --help' for more information")]
    Docker { message: String, verb: &'static str, code: u8 },
    /// Docker's words alone.
    #[error("{message}")]
    Bare { message: String, code: u8 },
    /// The policy is not usable: nothing runs.
    #[error("sdocker: the policy has problems, so nothing is run\n{0}")]
    Policy(Problems),
    /// Where the engine is.
    #[error("Failed to initialize: {0}")]
    Endpoint(#[from] EndpointError),
    /// The policy refuses; the report is ready.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    pub(super) fn own(message: impl Into<String>) -> Self {
        Self::Own { message: format!("sdocker: {}", message.into()), code: BEFORE_RUN }
    }

    /// An engine's error during `run`, as docker prints it: with a hint, unless it is about the streams.
    pub(super) fn of_run(error: &EngineError) -> Self {
        let (message, code) = (error.to_string(), error.exit_code());
        match error {
            EngineError::Upgrade(_) | EngineError::Output { .. } => Self::Bare { message, code },
            _ => Self::Docker { message, verb: "run", code },
        }
    }

    /// An engine's error during `create`: docker prints it alone and ends with 1.
    pub(super) fn of_create(error: &EngineError) -> Self {
        Self::Bare { message: error.to_string(), code: 1 }
    }

    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Usage(error) => error.exit_code(),
            Self::Globals(error) => error.code,
            Self::Own { code, .. } | Self::Docker { code, .. } | Self::Bare { code, .. } => *code,
            Self::Endpoint(_) => 1,
            Self::Policy(_) | Self::Refused(_) => BEFORE_RUN,
        }
    }

    /// For standard error, with its line break.
    pub(super) fn text(&self) -> String {
        let text = self.to_string();
        if text.ends_with('\n') { text } else { format!("{text}\n") }
    }
}
