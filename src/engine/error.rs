//! What can go wrong between us and the engine, in docker's words where docker has words.

use std::io;

use bollard::errors::Error as BollardError;
/// A call to the engine that did not end well. `Display` is what docker prints after its `docker: `.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nobody was to be asked.
    #[error("the engine is not asked")]
    Unasked,
    /// Nobody listens there.
    #[error("Cannot connect to the Docker daemon at {0}. Is the docker daemon running?")]
    Unreachable(String),
    /// The socket is there, and not for us.
    #[error("permission denied while trying to connect to the Docker daemon socket at {0}")]
    Forbidden(String),
    /// No connection for another reason.
    #[error("error during connect: {0}")]
    Connect(String),
    /// A connection, and no answer in time.
    #[error("the engine at {endpoint} did not answer within {seconds} s")]
    Silent {
        /// Which engine.
        endpoint: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Older than anything we speak.
    #[error("the engine speaks API {0}, which is older than the oldest supported, 1.24")]
    TooOld(String),
    /// The engine refuses.
    #[error("Error response from daemon: {message}")]
    Daemon {
        /// The status of its answer.
        status: u16,
        /// Its words.
        message: String,
    },
    /// The engine refuses without a word.
    #[error(
        "request returned {status} for API route and version {route}, check if the server supports the requested API version"
    )]
    Speechless {
        /// The status line's code and reason.
        status: String,
        /// What was asked.
        route: String,
    },
    /// Create: the image is not there yet.
    #[error("Error response from daemon: {0}")]
    NoSuchImage(String),
    /// The container could not be started; the words decide the exit code.
    #[error(transparent)]
    Start(Box<EngineError>),
    /// Something failed that the engine had begun: a pull, or waiting for an exit. Its words.
    #[error("{0}")]
    Reported(String),
    /// The engine did not give us the connection for the streams.
    #[error("unable to upgrade to tcp, received {0}")]
    Upgrade(u16),
    /// The connection ended before the answer did.
    #[error("unexpected EOF")]
    Lost,
    /// An answer that is none.
    #[error("the engine's answer to {call} makes no sense: {why}")]
    Garbled {
        /// What was asked.
        call: String,
        /// What was wrong with it.
        why: String,
    },
    /// An answer beyond all measure.
    #[error("the engine's answer to {call} is larger than {limit} bytes")]
    TooLarge {
        /// What was asked.
        call: String,
        /// The limit.
        limit: usize,
    },
    /// A name that no object of an engine can have, and that must not become part of a path.
    #[error("`{0}` is no name of an object of the engine")]
    Name(String),
    /// Our own output is closed, or full.
    #[error("write /dev/{stream}: {why}")]
    Output {
        /// `stdout` or `stderr`.
        stream: &'static str,
        /// The system's words.
        why: String,
    },
    /// The terminal does not do what terminals do.
    #[error("terminal: {0}")]
    Terminal(io::Error),
    /// A probe of an image found something that cannot be read.
    #[error("probe of the image: {0}")]
    Probe(String),
}

impl EngineError {
    /// The exit code of a `docker run` that ends so. 1 is for the errors that docker prints without `docker: ` before
    /// and without a hint after them.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Upgrade(_) | Self::Output { .. } => 1,
            _ => exit_code_of(&self.to_string()),
        }
    }

    /// Whether the engine says that it has no such object.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Daemon { status: 404, .. } | Self::NoSuchImage(_))
    }
}

/// The exit code of a `docker run` that fails with these words, before or at the start: they alone decide it.
#[must_use]
pub fn exit_code_of(words: &str) -> u8 {
    const NOT_FOUND: [&str; 3] =
        ["executable file not found", "no such file or directory", "system cannot find the file specified"];
    const NOT_EXECUTABLE: [&str; 2] = ["permission denied", "is a directory"];
    let says = |list: &[&str]| list.iter().any(|w| words.contains(w));
    match () {
        () if says(&NOT_FOUND) => 127,
        () if says(&NOT_EXECUTABLE) => 126,
        () => 125,
    }
}

/// The transport's own errors travel through bollard inside an I/O error, and come out again here.
impl From<BollardError> for EngineError {
    fn from(error: BollardError) -> Self {
        match error {
            BollardError::DockerResponseServerError { status_code, message } => {
                Self::Daemon { status: status_code, message: message.trim().to_owned() }
            }
            BollardError::IOError { err } => match err.downcast::<Self>() {
                Ok(own) => own,
                Err(_) => Self::Lost,
            },
            BollardError::HyperResponseError { .. } => Self::Lost,
            other => Self::Garbled { call: "a request".to_owned(), why: other.to_string() },
        }
    }
}

impl From<EngineError> for BollardError {
    fn from(error: EngineError) -> Self {
        Self::IOError { err: io::Error::other(error) }
    }
}

/// The system's words for an error, as Go prints them: no capital, no number.
pub(super) fn system_words(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => {
            let words = rustix::io::Errno::from_raw_os_error(number).to_string();
            let words = words.split(" (os error").next().unwrap_or_default().to_owned();
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_failed_start_decide_the_exit_code() {
        let start = |message: &str| {
            EngineError::Start(Box::new(EngineError::Daemon { status: 400, message: message.to_owned() })).exit_code()
        };
        assert_eq!(start("exec: \"nope\": executable file not found in $PATH: unknown"), 127);
        assert_eq!(start("exec: \"/x\": stat /x: no such file or directory: unknown"), 127);
        assert_eq!(start("exec: \"/etc\": permission denied: unknown"), 126);
        assert_eq!(start("exec: \"/etc\": is a directory: unknown"), 126);
        assert_eq!(start("port is already allocated"), 125);
    }

    #[test]
    fn our_own_errors_survive_the_way_through_bollard() {
        let there: BollardError = EngineError::Unreachable("unix:///x".to_owned()).into();
        assert!(matches!(EngineError::from(there), EngineError::Unreachable(at) if at == "unix:///x"));
    }

    #[test]
    fn system_errors_sound_like_docker() {
        let words = |errno: rustix::io::Errno| system_words(&io::Error::from_raw_os_error(errno.raw_os_error()));
        assert_eq!(words(rustix::io::Errno::PIPE), "broken pipe");
        assert_eq!(words(rustix::io::Errno::NOSPC), "no space left on device");
    }
}
