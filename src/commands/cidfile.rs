//! `--cidfile`: where the container's id is written.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::FileError;

/// The file, made before the container is; it goes again when there is no id for it.
#[derive(Debug)]
pub(super) struct CidFile {
    path: PathBuf,
    file: File,
    written: bool,
}

impl CidFile {
    /// Makes the file, if one is wanted.
    ///
    /// # Errors
    /// Docker's words.
    pub(super) fn create(path: Option<&str>) -> Result<Option<Self>, String> {
        let Some(path) = path.filter(|path| !path.is_empty()) else { return Ok(None) };
        let failed = |why: io::Error| {
            let why = FileError::reason(&why.to_string());
            format!("failed to create the container ID file: open {path}: {why}")
        };
        let file = File::create_new(path).map_err(failed)?;
        Ok(Some(Self { path: path.into(), file, written: false }))
    }

    /// Writes the id, without a line break.
    ///
    /// # Errors
    /// Docker's words; the container exists then.
    pub(super) fn write(&mut self, id: &str) -> Result<(), String> {
        self.file.write_all(id.as_bytes()).map_err(|why| {
            let why = FileError::reason(&why.to_string());
            format!("failed to write the container ID ({id}) to file: {why}")
        })?;
        self.written = true;
        Ok(())
    }
}

impl Drop for CidFile {
    fn drop(&mut self) {
        if !self.written && is_empty(&self.path) {
            // A file that stays behind is in nobody's way.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn is_empty(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file() && found.len() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_stays_when_it_has_an_id() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("c");
        let create = || CidFile::create(path.to_str());
        drop(create().unwrap());
        assert!(!path.exists());
        create().unwrap().unwrap().write("abc").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "abc");
        let why = create().unwrap_err();
        assert!(why.ends_with("/c: file exists"), "{why}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "abc");
        assert!(CidFile::create(Some("")).unwrap().is_none());
    }
}
