//! Directories that a command line names and that are not there yet.

use std::io;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};

/// Makes a directory and those above it, as the caller; `owner` gets what is made, where that is somebody else.
///
/// # Errors
/// The directory that could not be made, and the system's words.
pub fn make_directory(path: &Path, owner: Option<(u32, u32)>) -> Result<(), (PathBuf, io::Error)> {
    let missing: Vec<&Path> = path.ancestors().take_while(|directory| !directory.exists()).collect();
    for directory in missing.into_iter().rev() {
        let failed = |why: io::Error| (directory.to_owned(), why);
        match std::fs::DirBuilder::new().mode(0o755).create(directory) {
            Ok(()) => {
                if let Some((uid, gid)) = owner {
                    chown(directory, Some(uid), Some(gid)).map_err(failed)?;
                }
            }
            // Somebody was faster; a link would lead wherever that somebody wants.
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists && is_directory(directory) => {}
            Err(why) => return Err(failed(why)),
        }
    }
    Ok(())
}

fn is_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|data| data.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_missing_is_made() {
        let place = tempfile::tempdir().unwrap();
        let deep = place.path().join("a/b/c");
        make_directory(&deep, None).unwrap();
        make_directory(&deep, None).unwrap();
        assert!(deep.is_dir());
    }

    #[test]
    fn what_cannot_be_made_is_named() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        std::fs::write(&file, "").unwrap();
        let (path, _) = make_directory(&file.join("below"), None).unwrap_err();
        assert_eq!(path, file.join("below"));
    }
}
