//! Texts that a command line names.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// More than any list of variables or seccomp profile; stops a wrong file name from filling the memory.
const SIZE_MAX: u64 = 16 << 20;

/// Why a text was not read.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The system's words, in the form that docker prints them.
    #[error("open {path}: {why}", path = path.display())]
    Open {
        /// As it was named.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// A directory, in docker's words.
    #[error("read {path}: is a directory", path = path.display())]
    Directory {
        /// As it was named.
        path: PathBuf,
    },
    /// More than is ever needed.
    #[error("{path}: more than {SIZE_MAX} bytes", path = path.display())]
    Size {
        /// As it was named.
        path: PathBuf,
    },
}

/// Reads a file whole, up to 16 MiB.
///
/// # Errors
/// [`TextError`], naming the file.
pub fn read_text(path: &Path) -> Result<Vec<u8>, TextError> {
    let failed = |why: std::io::Error| TextError::Open { path: path.to_owned(), why: words(&why) };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(TextError::Directory { path: path.to_owned() });
    }
    let mut text = Vec::new();
    file.take(SIZE_MAX + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > SIZE_MAX {
        return Err(TextError::Size { path: path.to_owned() });
    }
    Ok(text)
}

/// The error as docker words it: without our number, in lower case.
fn words(why: &std::io::Error) -> String {
    let text = why.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_lowercase(), letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_and_a_directory_are_said_in_dockers_words() {
        let error = |path: &str| read_text(Path::new(path)).unwrap_err().to_string();
        assert_eq!(error("/nowhere/e.env"), "open /nowhere/e.env: no such file or directory");
        assert_eq!(error("/"), "read /: is a directory");
    }

    #[test]
    fn an_endless_file_ends() {
        assert!(matches!(read_text(Path::new("/dev/zero")), Err(TextError::Size { .. })));
    }
}
