//! Texts that a command line names.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags, fcntl_setfl, open};

use crate::cli::FileError;

/// More than any list of variables or seccomp profile; stops a wrong file name from filling the memory.
const SIZE_MAX: u64 = 16 << 20;

/// Where a shell shows what it has opened: `<(…)` and redirections.
const OPENED_BY_A_SHELL: [&str; 3] = ["/dev/fd", "/proc/self/fd", "/dev/stdin"];

/// Reads a file whole, up to 16 MiB. A pipe must be one that a shell has opened: opening a named one would wait for a
/// writer that may never come.
///
/// # Errors
/// Whether it could not be opened or not be read, in the words that docker prints.
pub fn read_text(path: &Path) -> Result<Vec<u8>, FileError> {
    let not_read = |why: io::Error| FileError::NotRead(FileError::reason(&why.to_string()));
    let file = open_soon(path).map_err(|why| FileError::NotOpened(FileError::reason(&why.to_string())))?;
    if !is_readable_soon(path, &file).map_err(not_read)? {
        return Err(FileError::NotRead("it is a named pipe, and whoever reads it may wait for ever".to_owned()));
    }
    let mut text = Vec::new();
    file.take(SIZE_MAX + 1).read_to_end(&mut text).map_err(not_read)?;
    if text.len() as u64 > SIZE_MAX {
        return Err(FileError::NotRead(format!("more than {SIZE_MAX} bytes")));
    }
    Ok(text)
}

/// Opens without waiting for anybody; what is read from it afterwards is waited for.
fn open_soon(path: &Path) -> io::Result<File> {
    let file = open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK, Mode::empty())?;
    fcntl_setfl(&file, OFlags::empty())?;
    Ok(file.into())
}

fn is_readable_soon(path: &Path, file: &File) -> io::Result<bool> {
    let is_pipe = file.metadata()?.file_type().is_fifo();
    Ok(!is_pipe || OPENED_BY_A_SHELL.iter().any(|place| path.starts_with(place)))
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

    #[test]
    fn a_pipe_is_read_where_a_shell_has_opened_it() {
        let place = tempfile::tempdir().unwrap();
        let fifo = place.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, Mode::RUSR | Mode::WUSR).unwrap();
        assert!(matches!(read_text(&fifo), Err(FileError::NotRead(why)) if why.contains("named pipe")));

        let (from, mut to) = io::pipe().unwrap();
        let writer = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(50));
            io::Write::write_all(&mut to, b"A=1\n")
        });
        let path = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&from));
        assert_eq!(read_text(Path::new(&path)).unwrap(), b"A=1\n");
        writer.join().unwrap().unwrap();
        assert_eq!(read_text(Path::new("/dev/null")).unwrap(), b"");
    }
}
