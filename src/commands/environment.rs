//! What the process was started with: variables, terminal, places.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::cli::FileError;
use crate::report::Style;

/// The environment, read once.
#[derive(Debug)]
pub(super) struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    pub(super) fn of_process() -> Self {
        Self { variables: std::env::vars_os().collect() }
    }

    /// A variable as it is, also when it is empty or not UTF-8.
    pub(super) fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// A variable with something in it.
    pub(super) fn filled(&self, name: &str) -> Option<&OsStr> {
        self.raw(name).filter(|value| !value.is_empty())
    }

    /// A directory by the XDG rules: the variable where it is absolute, else below the home directory.
    pub(super) fn directory(&self, variable: &str, home: Option<&std::path::Path>, default: &str) -> Option<PathBuf> {
        let named = self.filled(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        named.or_else(|| home.map(|home| home.join(default)))
    }

    /// The working directory by the name that the shell has for it, as docker sends it: `..` of a directory that was
    /// entered through a link is the directory with the link.
    ///
    /// # Errors
    /// Why there is none that could be named.
    pub(super) fn working_directory(&self) -> Result<String, String> {
        let same = |named: &PathBuf| {
            let identity = |path: &Path| path.metadata().ok().map(|data| (data.dev(), data.ino()));
            identity(named).is_some_and(|here| identity(Path::new(".")) == Some(here))
        };
        let named = self.raw("PWD").map(PathBuf::from).filter(|path| path.is_absolute()).filter(same);
        let found = named.map_or_else(std::env::current_dir, Ok).map_err(|why| FileError::reason(&why.to_string()))?;
        found.to_str().map(str::to_owned).ok_or_else(|| format!("{} is not UTF-8", found.display()))
    }

    pub(super) fn stderr_is_terminal(&self) -> bool {
        std::io::stderr().is_terminal()
    }

    /// For what is printed on standard output.
    pub(super) fn style_of_stdout(&self) -> Style {
        Style::for_terminal(std::io::stdout().is_terminal(), self.filled("NO_COLOR").is_some())
    }

    pub(super) fn style(&self) -> Style {
        Style::for_terminal(self.stderr_is_terminal(), self.filled("NO_COLOR").is_some())
    }

    /// Colours of what is printed on standard output.
    pub(super) fn style_of_output(&self) -> Style {
        Style::for_terminal(std::io::stdout().is_terminal(), self.filled("NO_COLOR").is_some())
    }

    /// Prints on standard output.
    ///
    /// # Errors
    /// The system's words; a closed pipe is one of them.
    pub(super) fn print(&self, text: &str) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Prints on standard error, where nothing can be done about a failure.
    pub(super) fn complain(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}
