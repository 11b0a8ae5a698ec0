//! A project's own policy: the nearest `.sdocker.toml` above the working directory.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Places;
use super::trusted::distrust;

/// How a project's file is called.
pub const PROJECT_FILE: &str = ".sdocker.toml";

/// The file of the working directory, or of the nearest directory above. The search ends at a directory in which
/// somebody else could have laid one.
///
/// # Errors
/// A note for the caller, when a file is passed over: whoever else could write it is no guest of the caller's.
pub(super) fn find(places: &Places) -> Result<Option<PathBuf>, String> {
    let Some(start) = &places.project else { return Ok(None) };
    for directory in start.ancestors() {
        let file = directory.join(PROJECT_FILE);
        let found = file.symlink_metadata();
        let foreign = match directory.metadata() {
            Ok(data) => distrust(&data, places.uid).or_else(|| open_to_all(&data)),
            Err(why) => Some(format!("cannot be looked at: {why}")),
        };
        match (found, foreign) {
            (Ok(_), Some(why)) => return Err(passed_over(&file, &format!("its directory {why}"))),
            (Ok(data), None) if data.uid() != 0 && data.uid() != places.uid => {
                return Err(passed_over(&file, &format!("it belongs to uid {}", data.uid())));
            }
            (Err(why), None) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            (Err(_), Some(_)) => return Ok(None),
            // What cannot be looked at in a directory of the caller's own is a problem of the caller's to mend.
            (Ok(_) | Err(_), None) => return reached(file, places.uid),
        }
    }
    Ok(None)
}

/// The file, unless somebody else could exchange a directory on the way to it.
fn reached(file: PathBuf, uid: u32) -> Result<Option<PathBuf>, String> {
    for directory in file.ancestors().skip(2) {
        if let Some(why) = directory.metadata().ok().and_then(|data| distrust(&data, uid)) {
            return Err(passed_over(&file, &format!("{} {why}", directory.display())));
        }
    }
    Ok(Some(file))
}

/// In a sticky directory anybody can lay a file, though nobody can exchange another's.
fn open_to_all(data: &Metadata) -> Option<String> {
    const OTHERS_WRITE: u32 = 0o022;
    (data.mode() & OTHERS_WRITE != 0).then(|| "is writable by others".to_owned())
}

fn passed_over(file: &Path, why: &str) -> String {
    format!("{} is passed over: {why}", file.display())
}
