//! Texts that a command line names.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::cli::FileError;

/// More than any list of variables or seccomp profile; stops a wrong file name from filling the memory.
const SIZE_MAX: u64 = 16 << 20;

/// Reads a file whole, up to 16 MiB.
///
/// # Errors
/// Whether it could not be opened or not be read, in the words that docker prints.
pub fn read_text(path: &Path) -> Result<Vec<u8>, FileError> {
    let not_read = |why: std::io::Error| FileError::NotRead(FileError::reason(&why.to_string()));
    let file = File::open(path).map_err(|why| FileError::NotOpened(FileError::reason(&why.to_string())))?;
    let mut text = Vec::new();
    file.take(SIZE_MAX + 1).read_to_end(&mut text).map_err(not_read)?;
    if text.len() as u64 > SIZE_MAX {
        return Err(FileError::NotRead(format!("more than {SIZE_MAX} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_and_a_directory_are_told_apart() {
        let error = |path: &str| read_text(Path::new(path)).unwrap_err();
        assert_eq!(error("/nowhere/e.env"), FileError::NotOpened("no such file or directory".to_owned()));
        assert_eq!(error("/"), FileError::NotRead("is a directory".to_owned()));
    }

    #[test]
    fn an_endless_file_ends() {
        assert!(matches!(read_text(Path::new("/dev/zero")), Err(FileError::NotRead(_))));
    }
}
