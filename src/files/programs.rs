//! Programs in `PATH`, told apart by device and inode.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::audit::ProgramFacts;
use crate::request::Fact;

/// A program that takes longer to say its version is not well.
const PATIENCE: Duration = Duration::from_secs(5);
/// A version is a line.
const LINE_MAX: u64 = 4096;

/// Every program of a name, in the order in which a shell finds them, and whether each is the file `own`.
#[must_use]
pub fn programs(name: &str, search: &OsStr, own: &Path) -> Vec<ProgramFacts> {
    let own = own.metadata().ok().map(|data| (data.dev(), data.ino()));
    let directories = search.as_bytes().split(|byte| *byte == b':').filter(|directory| !directory.is_empty());
    let paths = directories.map(|directory| Path::new(OsStr::from_bytes(directory)).join(name));
    let found = |path: PathBuf| {
        let data = path.metadata().ok().filter(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)?;
        Some(ProgramFacts { is_self: own == Some((data.dev(), data.ino())), path })
    };
    paths.filter_map(found).collect()
}

/// The first line of what a program prints for `--version`. It gets no configuration to look at and no engine.
#[must_use]
pub fn version(program: &Path) -> Fact<String> {
    let ask = || -> std::io::Result<String> {
        let mut command = Command::new(program);
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).env_clear();
        let mut child = command.spawn()?;
        let deadline = Instant::now() + PATIENCE;
        while child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                return Err(std::io::Error::other("it does not say its version"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut text = String::new();
        if let Some(out) = child.stdout.take() {
            out.take(LINE_MAX).read_to_string(&mut text)?;
        }
        Ok(text.lines().next().unwrap_or_default().to_owned())
    };
    ask().map_or_else(|why| Fact::Unknown(why.to_string()), Fact::Known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};

    fn script(path: &Path, text: &str, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_program_itself_is_known_under_any_name() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        script(&at("own"), "", 0o755);
        script(&at("b/docker"), "", 0o755);
        script(&at("c/docker"), "", 0o644);
        fs::create_dir_all(at("a")).unwrap();
        std::os::unix::fs::symlink(at("own"), at("a/docker")).unwrap();
        let search = [at("none"), at("a"), at("c"), at("b")].map(|path| path.display().to_string()).join(":");
        let found = programs("docker", OsStr::new(&search), &at("own"));
        let expected = |name, is_self| ProgramFacts { path: at(name), is_self };
        assert_eq!(found, [expected("a/docker", true), expected("b/docker", false)]);
    }

    #[test]
    fn a_version_is_one_line_of_a_program_that_answers() {
        let Fact::Known(text) = version(Path::new("/bin/ls")) else { panic!("ls says no version") };
        assert!(text.starts_with("ls ") && !text.contains('\n'), "{text}");
        assert!(matches!(version(Path::new("/nowhere/docker")), Fact::Unknown(_)));
    }
}
