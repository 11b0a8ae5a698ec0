//! Docker's credential helpers: programs that keep a user's logins to registries.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;

use super::credentials::Login;
use crate::cli::FileError;

/// The words with which every helper says that it has no such login.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// A helper did not do what it is there for. The words are docker's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HelperError {
    /// It could not be run, or failed.
    #[error("error {action} credentials - err: {why}, out: `{said}`")]
    Failed {
        /// `getting` or `listing`.
        action: &'static str,
        /// How it ended.
        why: String,
        /// What it printed.
        said: String,
    },
    /// Its answer is none.
    #[error("the answer of {helper} makes no sense: {why}")]
    Garbled {
        /// The program.
        helper: String,
        /// What is wrong with the answer.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// One helper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Helper<'a> {
    /// As docker's configuration has it.
    pub(super) name: &'a str,
    /// The value of `PATH`.
    pub(super) search: &'a OsStr,
}

impl Helper<'_> {
    fn program(self) -> String {
        format!("docker-credential-{}", self.name)
    }

    /// The login to a registry; without any, nothing.
    pub(super) fn get(self, registry: &str) -> Result<Option<Login>, HelperError> {
        let text = match self.ask("get", "getting", registry) {
            Err(HelperError::Failed { said, .. }) if said == NOT_FOUND => return Ok(None),
            other => other?,
        };
        let Answer { username, secret } = self.read(&text)?;
        Ok(Some(Login::told(registry, username, secret)))
    }

    /// The registries that it has logins to.
    pub(super) fn list(self) -> Result<Vec<String>, HelperError> {
        let text = self.ask("list", "listing", "unused")?;
        let users: BTreeMap<String, String> = self.read(&text)?;
        Ok(users.into_keys().collect())
    }

    fn read<T: serde::de::DeserializeOwned>(self, text: &[u8]) -> Result<T, HelperError> {
        // The reader's own words would show what it stumbled over, which may be a secret.
        let why = |e: serde_json::Error| format!("line {}, column {}", e.line(), e.column());
        serde_json::from_slice(text).map_err(|e| HelperError::Garbled { helper: self.program(), why: why(e) })
    }

    fn ask(self, verb: &str, action: &'static str, input: &str) -> Result<Vec<u8>, HelperError> {
        let failed = |why: String, said: String| HelperError::Failed { action, why, said };
        let not_run = |error: std::io::Error| failed(FileError::reason(&error.to_string()), String::new());
        let Some(program) = find(&self.program(), self.search) else {
            let why = format!("exec: \"{}\": executable file not found in $PATH", self.program());
            return Err(failed(why, String::new()));
        };
        let mut command = Command::new(program);
        command.arg(verb).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(not_run)?;
        // A helper that does not read what it is asked for says so by its answer.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().map_err(not_run)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Err(failed(ended(output.status), said))
    }
}

/// As docker words it.
fn ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal: {signal}"),
        (None, None) => "no exit status".to_owned(),
    }
}

/// The helper that docker takes when its configuration says nothing of logins: the system's own, if it is there.
pub(super) fn usual_helper(search: &OsStr) -> Option<&'static str> {
    let name = if find("pass", search).is_some() { "pass" } else { "secretservice" };
    find(&Helper { name, search }.program(), search).map(|_| name)
}

fn find(program: &str, search: &OsStr) -> Option<PathBuf> {
    let directories = search.as_bytes().split(|byte| *byte == b':').filter(|directory| !directory.is_empty());
    directories.map(|directory| Path::new(OsStr::from_bytes(directory)).join(program)).find(|path| {
        let found = std::fs::metadata(path);
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    })
}
