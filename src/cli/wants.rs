//! What a command line needs from outside before it means anything, and the answers.

use std::collections::BTreeMap;

use super::typed::Parsed;
use crate::cli::values::Said;

/// Something outside that must be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The bytes of this file: an env file, a label file or a seccomp profile.
    File(String),
    /// Whether this path exists: the file that the container's id will be written to.
    Existence(String),
}

/// Why a file's bytes are not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It could not be opened: `no such file or directory`, `permission denied` …
    #[error("{0}")]
    NotOpened(String),
    /// It was opened but not read: `is a directory` …
    #[error("{0}")]
    NotRead(String),
}

impl FileError {
    pub(crate) fn of(&self, path: &str) -> String {
        match self {
            Self::NotOpened(why) => format!("open {path}: {why}"),
            Self::NotRead(why) => format!("read {path}: {why}"),
        }
    }

    /// The system's reason (`No such file or directory (os error 2)`) in docker's spelling: in lower case and without
    /// the number.
    #[must_use]
    pub fn reason(text: &str) -> String {
        let text = text.split_once(" (os error").map_or(text, |(reason, _)| reason);
        let mut chars = text.chars();
        chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
    }
}

/// The proxies of docker's own configuration, for one engine or for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// `httpProxy`
    pub http: String,
    /// `httpsProxy`
    pub https: String,
    /// `noProxy`
    pub none: String,
    /// `ftpProxy`
    pub ftp: String,
    /// `allProxy`
    pub all: String,
}

/// Everything from outside that lowering reads.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The working directory, or why there is none: it matters only where a path is seen from it.
    pub cwd: Result<&'a str, &'a str>,
    /// Looks a variable of the environment up.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Answers to [`Want::File`], by the path as wanted.
    pub files: &'a BTreeMap<String, Result<Vec<u8>, FileError>>,
    /// Answer to [`Want::Existence`].
    pub cidfile_exists: bool,
    /// Rows and columns of standard output, where that is a terminal.
    pub console: Option<(u16, u16)>,
    /// `proxies` of docker's configuration that hold for this engine.
    pub proxies: &'a Proxies,
    /// `detachKeys` of docker's configuration.
    pub detach_keys: Option<&'a str>,
    /// The engine's address, as in `DOCKER_HOST`; only `--use-api-socket` looks at it.
    pub endpoint: &'a str,
    /// The engine's operating system, empty when it is not known; only `--device` looks at it.
    pub engine_os: &'a str,
    /// Docker's configuration holds credentials; only `--use-api-socket` looks at it.
    pub has_credentials: bool,
}

impl std::fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inputs").field("cwd", &self.cwd).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Inputs<'_> {
    pub(crate) fn file(&self, path: &str) -> Result<&[u8], FileError> {
        match self.files.get(path) {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(error)) => Err(error.clone()),
            None => Err(FileError::NotOpened("not read".to_owned())),
        }
    }

    /// The lines of an env or label file.
    pub(crate) fn lines(&self, path: &str) -> Said<Vec<super::values::key_values::Line>> {
        let invalid = |why| format!("invalid env file ({path}): {why}");
        let bytes = self.file(path).map_err(|error| match error {
            FileError::NotOpened(_) => error.of(path),
            FileError::NotRead(_) => invalid(error.of(path)),
        })?;
        super::values::key_values::lines(bytes).map_err(invalid)
    }
}

impl Parsed {
    /// What is wanted from outside, in the order of docker's own reading, each once.
    #[must_use]
    pub fn wants(&self) -> Vec<Want> {
        let files =
            self.typed.process.env_files.iter().chain(&self.typed.metadata.label_files).map(|f| f.value.clone());
        let mut wants: Vec<Want> = Vec::new();
        for path in files.chain(self.typed.security.profiles()) {
            let want = Want::File(path);
            if !wants.contains(&want) {
                wants.push(want);
            }
        }
        let cidfile = self.typed.client.cidfile.as_ref().filter(|path| !path.value.is_empty());
        wants.extend(cidfile.map(|path| Want::Existence(path.value.clone())));
        wants
    }
}

#[cfg(test)]
mod tests {
    use super::FileError;

    #[test]
    fn reasons_are_spelled_as_docker_spells_them() {
        let reason = FileError::reason("No such file or directory (os error 2)");
        assert_eq!(reason, "no such file or directory");
        assert_eq!(FileError::NotOpened(reason).of("x"), "open x: no such file or directory");
        assert_eq!(FileError::NotRead("is a directory".to_owned()).of("."), "read .: is a directory");
    }
}
