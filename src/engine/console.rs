//! The three standard streams of a run, as handles: a process's own, or a test's pipes and terminals.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd;

use super::pour::Patient;

/// Where a run reads and writes.
#[derive(Debug)]
pub struct Console {
    stdin: File,
    stdout: File,
    stderr: File,
}

impl Console {
    /// Of three handles, which are duplicated.
    ///
    /// # Errors
    /// The system's, when a handle cannot be duplicated.
    pub fn new(stdin: impl AsFd, stdout: impl AsFd, stderr: impl AsFd) -> io::Result<Self> {
        let dup = |fd: &dyn AsFd| fd.as_fd().try_clone_to_owned().map(File::from);
        Ok(Self { stdin: dup(&stdin)?, stdout: dup(&stdout)?, stderr: dup(&stderr)? })
    }

    /// Of this process.
    ///
    /// # Errors
    /// The system's, when a handle cannot be duplicated.
    pub fn of_process() -> io::Result<Self> {
        Self::new(io::stdin(), io::stdout(), io::stderr())
    }

    /// Whether input comes from a terminal.
    #[must_use]
    pub fn stdin_is_terminal(&self) -> bool {
        self.stdin.is_terminal()
    }

    /// Whether output goes to a terminal.
    #[must_use]
    pub fn stdout_is_terminal(&self) -> bool {
        self.stdout.is_terminal()
    }

    /// Whether messages go to a terminal.
    #[must_use]
    pub fn stderr_is_terminal(&self) -> bool {
        self.stderr.is_terminal()
    }

    /// Rows and columns of the terminal that output goes to.
    #[must_use]
    pub fn size(&self) -> Option<(u16, u16)> {
        let size = rustix::termios::tcgetwinsize(&self.stdout).ok()?;
        Some((size.ws_row, size.ws_col))
    }

    /// Columns of the terminal that messages go to.
    #[must_use]
    pub fn stderr_columns(&self) -> Option<u16> {
        rustix::termios::tcgetwinsize(&self.stderr).ok().map(|size| size.ws_col)
    }

    /// Writes to the output.
    ///
    /// # Errors
    /// The system's.
    pub fn print(&self, text: &str) -> io::Result<()> {
        Patient(self.stdout()?).write_all(text.as_bytes())
    }

    /// Writes a message. Nobody can be told when that fails.
    pub fn say(&self, text: &str) {
        let _ = self.stderr().and_then(|handle| Patient(handle).write_all(text.as_bytes()));
    }

    pub(super) fn stdin(&self) -> io::Result<File> {
        self.stdin.try_clone()
    }

    pub(super) fn stdout(&self) -> io::Result<File> {
        self.stdout.try_clone()
    }

    pub(super) fn stderr(&self) -> io::Result<File> {
        self.stderr.try_clone()
    }
}
