//! Opening a policy's file suspiciously: who else could have written it?

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::policy::{Problem, Problems, Source};

/// More than a policy of thousands of exceptions.
const SIZE_MAX: u64 = 4 << 20;

/// More files than anybody keeps apart.
const FILES_MAX: usize = 256;

/// The `*.toml` of a directory, by name.
pub(super) fn listed(directory: &Path) -> Result<Vec<PathBuf>, Problems> {
    let failed = |why: std::io::Error| unreadable(directory, &why);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    if files.len() > FILES_MAX {
        let place = directory.display().to_string();
        return Err(Problem::in_file(&place, None, format!("has more than {FILES_MAX} files")).into());
    }
    files.sort();
    Ok(files)
}

/// Whether something is there; what cannot be looked at is a problem, not an absence.
pub(super) fn exists(path: &Path) -> Result<bool, Problems> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(why) => Err(unreadable(path, &why)),
    }
}

fn unreadable(path: &Path, why: &std::io::Error) -> Problems {
    Problem::in_file(&path.display().to_string(), None, format!("cannot read it: {why}")).into()
}

/// Opens a file once and checks the handle: a regular file of root's or `uid`'s, not writable by others, nor any
/// directory on the way to it.
pub(super) fn read(path: &Path, uid: u32) -> Result<Source, Problems> {
    let failed = |why: std::io::Error| unreadable(path, &why);
    let untrusted = |message: String, help: &str| Problems::from(Problem::in_file(&message, None, help.to_owned()));
    let canonical = path.canonicalize().map_err(failed)?;
    for directory in canonical.ancestors().skip(1) {
        let data = directory.metadata().map_err(failed)?;
        if let Some(why) = distrust(&data, uid) {
            return Err(Problem::in_file(
                &path.display().to_string(),
                None,
                format!("is not trusted: {} {why}", directory.display()),
            )
            .help(format!("chmod go-w {0}, and let root or yourself own it", directory.display()))
            .into());
        }
    }
    let no_follow = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
    let flags = no_follow.bits().try_into().unwrap_or(0);
    let file = File::options().read(true).custom_flags(flags).open(&canonical).map_err(failed)?;
    let data = file.metadata().map_err(failed)?;
    let name = path.display().to_string();
    if !data.is_file() {
        return Err(untrusted(name, "is no regular file"));
    }
    if let Some(why) = distrust(&data, uid) {
        return Err(Problem::in_file(&name, None, format!("is not trusted: it {why}"))
            .help(format!("chmod go-w {name}, and let root or yourself own it"))
            .into());
    }
    let mut bytes = Vec::new();
    file.take(SIZE_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > SIZE_MAX {
        return Err(untrusted(name, "is larger than 4 MiB"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { name: name.into(), text }),
        Err(error) => {
            let sound = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = sound.iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(Problem::in_file(&name, Some(line), "is not UTF-8").into())
        }
    }
}

/// Why somebody else than root and `uid` could have written here. In a sticky directory nobody can replace another's
/// entry, and the entry itself is checked next.
pub(super) fn distrust(data: &Metadata, uid: u32) -> Option<String> {
    const STICKY: u32 = 0o1000;
    const OTHERS_WRITE: u32 = 0o022;
    if data.uid() != 0 && data.uid() != uid {
        return Some(format!("belongs to uid {}", data.uid()));
    }
    let sticky = data.is_dir() && data.mode() & STICKY != 0;
    (data.mode() & OTHERS_WRITE != 0 && !sticky).then(|| "is writable by others".to_owned())
}
