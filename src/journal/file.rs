//! The journal's files: `journal.jsonl`, and older ones as `journal.jsonl.1` to `.4`.
//!
//! Who writes holds the lock of the file it writes to, and then looks whether that still has its name: whoever moved it
//! away held the lock before. So lines of many processes never mix, none goes into a file that is already an older one,
//! and only one process at a time moves files on.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::{JournalError, Record};
use crate::request::json_line;

/// How large the journal gets.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Files, the one that is written to among them.
    pub files: u32,
}

impl Default for Limits {
    /// 20 MiB in five files: months of a busy user.
    fn default() -> Self {
        Self { file: 4 << 20, files: 5 }
    }
}

/// How often the file may have been moved on by others between opening and locking it.
const ATTEMPTS: u32 = 100;

/// Where decisions are written.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
    limits: Limits,
}

impl Journal {
    /// The journal in a file, and older ones beside it.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path, limits: Limits::default() }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The file that is written to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one line. Files and a directory made for them are readable only by their owner.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is left half written.
    pub fn append(&self, record: &Record) -> Result<(), JournalError> {
        let mut line = json_line(record)?.into_bytes();
        line.push(b'\n');
        self.write(&line).map_err(|why| JournalError::Write { path: self.path.clone(), why })
    }

    /// Whether a line could be written. None is, but the file is made where it is missing.
    ///
    /// # Errors
    /// [`JournalError`], as [`Self::append`] would have it.
    pub fn check(&self) -> Result<(), JournalError> {
        self.locked().map(drop).map_err(|why| JournalError::Write { path: self.path.clone(), why })
    }

    fn write(&self, line: &[u8]) -> io::Result<()> {
        for _ in 0..ATTEMPTS {
            let file = self.locked()?;
            let size = file.metadata()?.len();
            if size > 0 && size + line.len() as u64 > self.limits.file {
                self.move_on()?;
                continue;
            }
            return put(&file, size, line);
        }
        Err(io::Error::other("it fills faster than it can be moved on"))
    }

    /// The file under its name, locked until it is dropped.
    fn locked(&self) -> io::Result<File> {
        if let Some(directory) = self.path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        for _ in 0..ATTEMPTS {
            let file = open(OpenOptions::new().read(true).append(true).create(true).mode(0o600), &self.path)?;
            let owner = file.metadata()?.uid();
            // One that somebody else has laid there would be theirs to read.
            if owner != 0 && owner != rustix::process::geteuid().as_raw() {
                return Err(io::Error::other(format!("it belongs to uid {owner}")));
            }
            file.lock()?;
            if self.is_current(&file)? {
                return Ok(file);
            }
        }
        Err(io::Error::other("it is moved on all the time"))
    }

    /// Whether the file is still the one that is written to.
    pub(super) fn is_current(&self, file: &File) -> io::Result<bool> {
        match self.path.symlink_metadata() {
            Ok(data) => Ok((data.dev(), data.ino()) == identity(file)?),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(false),
            Err(why) => Err(why),
        }
    }

    /// Makes each file one older, the one that is written to last: from then on nobody finds it any more.
    fn move_on(&self) -> io::Result<()> {
        for age in (0..self.limits.files.saturating_sub(1)).rev() {
            match std::fs::rename(self.aged(age), self.aged(age + 1)) {
                Err(why) if why.kind() != ErrorKind::NotFound => return Err(why),
                _ => {}
            }
        }
        Ok(())
    }

    /// The name of a file by its age.
    fn aged(&self, age: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        if age > 0 {
            name.push(format!(".{age}"));
        }
        name.into()
    }

    /// All files, the oldest first, as they were at one moment.
    pub(super) fn open_all(&self) -> io::Result<Vec<File>> {
        for _ in 0..ATTEMPTS {
            let current = self.open_aged(0)?;
            if let Some(file) = &current {
                file.lock_shared()?;
                if !self.is_current(file)? {
                    continue;
                }
            }
            let mut files = Vec::new();
            for age in (1..self.limits.files).rev() {
                files.extend(self.open_aged(age)?);
            }
            if let Some(file) = current {
                file.unlock()?;
                files.push(file);
            }
            return Ok(files);
        }
        Err(io::Error::other("it is moved on all the time"))
    }

    fn open_aged(&self, age: u32) -> io::Result<Option<File>> {
        match open(OpenOptions::new().read(true), &self.aged(age)) {
            Ok(file) => Ok(Some(file)),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }
}

/// Opens a file that is one: no link to another place, no pipe to wait at.
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = options.custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no regular file")) }
}

pub(super) fn identity(file: &File) -> io::Result<(u64, u64)> {
    let data = file.metadata()?;
    Ok((data.dev(), data.ino()))
}

/// Writes a line at the end, in one piece or not at all. What a crash left without an end gets one first.
fn put(mut file: &File, size: u64, line: &[u8]) -> io::Result<()> {
    let mut last = [b'\n'];
    if size > 0 {
        file.read_exact_at(&mut last, size - 1)?;
    }
    let text = if last == [b'\n'] { line.to_vec() } else { [b"\n", line].concat() };
    match file.write(&text) {
        Ok(written) if written == text.len() => Ok(()),
        Ok(_) => file.set_len(size).and(Err(io::Error::from(ErrorKind::StorageFull))),
        Err(why) => Err(why),
    }
}
