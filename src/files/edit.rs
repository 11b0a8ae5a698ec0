//! Writing policies: a new file never over another, and an addition in one step.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::{make_directory, trusted};
use crate::policy::Problems;

/// Everybody may read a policy, its owner alone may write it.
const MODE: u32 = 0o644;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// A file is there already.
    #[error("{path} is there already, and stays as it is", path = .0.display())]
    Exists(PathBuf),
    /// The system did not let us.
    #[error("cannot write {path}: {why}", path = .0.display(), why = .1)]
    Write(PathBuf, io::Error),
    /// What is there is not read, or what was to be written is no policy.
    #[error("{0}")]
    Text(Problems),
}

/// Writes a new file, and makes the directories to it.
///
/// # Errors
/// [`EditError`]; a file that is there is never touched.
pub fn write_new(path: &Path, text: &str) -> Result<(), EditError> {
    make_parents(path)?;
    match OpenOptions::new().write(true).create_new(true).mode(MODE).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(|why| EditError::Write(path.to_owned(), why)),
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => Err(EditError::Exists(path.to_owned())),
        Err(why) => Err(EditError::Write(path.to_owned(), why)),
    }
}

/// Puts another text in the place of a file's, made from the old one (empty where there is no file): whoever reads sees
/// the old or the new, and two writers at once do not lose each other's. Returns the new text.
///
/// # Errors
/// [`EditError`]; the file is then as it was.
pub fn append(path: &Path, uid: u32, make: impl FnOnce(&str) -> Result<String, Problems>) -> Result<String, EditError> {
    make_parents(path)?;
    // A link to the file stays a link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let failed = |why: io::Error| EditError::Write(path.clone(), why);
    let directory = path.parent().unwrap_or(Path::new("."));
    let lock = File::open(directory).map_err(failed)?;
    flock(&lock, FlockOperation::LockExclusive).map_err(|why| failed(why.into()))?;
    let is_there = trusted::exists(&path).map_err(EditError::Text)?;
    let old = if is_there { trusted::read(&path, uid).map_err(EditError::Text)?.text } else { String::new() };
    let new = make(&old).map_err(EditError::Text)?;
    replace(&path, directory, &new).map_err(failed)?;
    lock.sync_all().map_err(failed)?;
    Ok(new)
}

/// Writes beside the file and renames; the owner and the mode stay what they were.
fn replace(path: &Path, directory: &Path, text: &str) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    let beside = directory.join(name);
    let written = write_beside(&beside, path, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // Nothing more can be done about what is half written; the error says what matters.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn write_beside(beside: &Path, path: &Path, text: &str) -> io::Result<()> {
    let before = path.metadata().ok();
    let mode = before.as_ref().map_or(MODE, |data| data.mode() & 0o7777);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(beside)?;
    if let Some(before) = before {
        let made = file.metadata()?;
        if (made.uid(), made.gid()) != (before.uid(), before.gid()) {
            fchown(&file, Some(before.uid()), Some(before.gid()))?;
        }
        file.set_permissions(before.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn make_parents(path: &Path) -> Result<(), EditError> {
    let Some(directory) = path.parent() else { return Ok(()) };
    make_directory(directory, None).map_err(|(directory, why)| EditError::Write(directory, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn place() -> (tempfile::TempDir, PathBuf, u32) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a/b/policy.toml");
        (place, path, rustix::process::getuid().as_raw())
    }

    #[test]
    fn a_new_file_is_never_laid_over_another() {
        let (_place, path, _) = place();
        write_new(&path, "one").unwrap();
        let refused = write_new(&path, "two").unwrap_err();
        assert!(refused.to_string().ends_with("policy.toml is there already, and stays as it is"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    }

    #[test]
    fn an_addition_keeps_all_that_was_there() {
        let (_place, path, uid) = place();
        append(&path, uid, |old| Ok(format!("{old}one\r\n"))).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let link = path.with_file_name("link.toml");
        symlink(&path, &link).unwrap();
        append(&link, uid, |old| Ok(format!("{old}two"))).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\r\ntwo");
        assert!(link.is_symlink());
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2, "nothing is left beside it");
    }

    #[test]
    fn nothing_is_written_where_the_text_would_be_none() {
        let (_place, path, uid) = place();
        write_new(&path, "one").unwrap();
        let problem = || Problems::from(crate::policy::Problem::new("no"));
        assert_eq!(append(&path, uid, |_| Err(problem())).unwrap_err().to_string(), "no");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        let refused = append(&path, uid, |old| Ok(old.to_owned())).unwrap_err();
        assert!(refused.to_string().contains("writable by others"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    }

    #[test]
    fn two_at_once_lose_nothing() {
        let (_place, path, uid) = place();
        let add = |n: usize| append(&path, uid, |old| Ok(format!("{old}{n}\n"))).map(drop);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|n| scope.spawn(move || add(n))).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
        });
        let mut lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
        lines.sort();
        assert_eq!(lines, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    }
}
