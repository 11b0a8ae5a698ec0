//! Finding the policy, and opening its file suspiciously.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::policy::{DEFAULT_PROFILE, PROFILES, Policy, Problem, Problems, Source};

/// More than a policy of thousands of exceptions.
const SIZE_MAX: u64 = 4 << 20;

/// Where policies are looked for.
#[derive(Debug, Clone)]
pub struct Places {
    /// The administrator's: `/etc/sdocker`.
    pub system: PathBuf,
    /// The user's own file, where the user has a home.
    pub own: Option<PathBuf>,
    /// Whose files are trusted besides root's.
    pub uid: u32,
}

/// A policy that was asked for by name or file.
#[derive(Debug, Clone)]
pub struct Choice {
    /// A profile's name, or a path.
    pub value: OsString,
    /// Who says so: `--policy` or `SDOCKER_POLICY`.
    pub said_by: &'static str,
}

/// The policy in force: the administrator's where there is one, else the one chosen, else the user's own, else baseline.
///
/// # Errors
/// All problems of the texts; a choice on a machine whose administrator has laid a policy; a file that somebody else
/// could have written.
pub fn find_policy(places: &Places, choice: Option<&Choice>) -> Result<Policy, Problems> {
    if let Some(sources) = system_sources(places)? {
        if let Some(choice) = choice {
            return Err(not_replaceable(places, choice));
        }
        return Policy::owners(&sources);
    }
    if let Some(choice) = choice {
        return chosen(places, choice);
    }
    match &places.own {
        Some(own) if exists(own)? => Policy::owners(&[read(own, places.uid)?]),
        _ => Policy::built_in(DEFAULT_PROFILE),
    }
}

fn chosen(places: &Places, choice: &Choice) -> Result<Policy, Problems> {
    let name = choice.value.to_string_lossy();
    if PROFILES.iter().any(|profile| *profile.name == *name) {
        return Policy::built_in(&name);
    }
    let path = Path::new(&choice.value);
    if !name.contains(['/', '.']) && !exists(path)? {
        let problem = Problem::new(format!("{} names no profile and no file: `{name}`", choice.said_by));
        return Err(problem.closest(&name, PROFILES.iter().map(|profile| profile.name)).into());
    }
    Policy::owners(&[read(path, places.uid)?])
}

fn not_replaceable(places: &Places, choice: &Choice) -> Problems {
    let message =
        format!("{} cannot replace the policy that this machine has in {}", choice.said_by, places.system.display());
    Problem::new(message).help("leave it out, or ask who looks after this machine").into()
}

/// `policy.toml`, then `policy.d/*.toml` by name. A directory without either is a machine under baseline.
fn system_sources(places: &Places) -> Result<Option<Vec<Source>>, Problems> {
    if !exists(&places.system)? {
        return Ok(None);
    }
    let mut files = Vec::new();
    let main = places.system.join("policy.toml");
    if exists(&main)? {
        files.push(main);
    }
    let parts = places.system.join("policy.d");
    if exists(&parts)? {
        files.extend(listed(&parts)?);
    }
    let mut sources = files.iter().map(|file| read(file, 0)).collect::<Result<Vec<_>, _>>()?;
    if sources.is_empty() {
        sources.push(Source { name: places.system.display().to_string().into(), text: String::new() });
    }
    Ok(Some(sources))
}

fn listed(directory: &Path) -> Result<Vec<PathBuf>, Problems> {
    let failed = |why: std::io::Error| unreadable(directory, &why);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether something is there; what cannot be looked at is a problem, not an absence.
fn exists(path: &Path) -> Result<bool, Problems> {
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
fn read(path: &Path, uid: u32) -> Result<Source, Problems> {
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
    let mut text = String::new();
    file.take(SIZE_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > SIZE_MAX {
        return Err(untrusted(name, "is larger than 4 MiB"));
    }
    Ok(Source { name: name.into(), text })
}

/// Why somebody else than root and `uid` could have written here. In a sticky directory nobody can replace another's
/// entry, and the entry itself is checked next.
fn distrust(data: &Metadata, uid: u32) -> Option<String> {
    const STICKY: u32 = 0o1000;
    const OTHERS_WRITE: u32 = 0o022;
    if data.uid() != 0 && data.uid() != uid {
        return Some(format!("belongs to uid {}", data.uid()));
    }
    let sticky = data.is_dir() && data.mode() & STICKY != 0;
    (data.mode() & OTHERS_WRITE != 0 && !sticky).then(|| "is writable by others".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    struct Machine {
        root: tempfile::TempDir,
        places: Places,
    }

    fn machine() -> Machine {
        let root = tempfile::tempdir().unwrap();
        let uid = rustix::process::getuid().as_raw();
        let places = Places { system: root.path().join("etc"), own: Some(root.path().join("own.toml")), uid };
        Machine { root, places }
    }

    impl Machine {
        fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
            let path = self.root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            path
        }

        fn find(&self, choice: Option<&str>) -> Result<Vec<String>, String> {
            let choice = choice.map(|value| Choice { value: value.into(), said_by: "--policy" });
            let policy = find_policy(&self.places, choice.as_ref()).map_err(|p| p.to_string())?;
            Ok(policy.sources().iter().map(ToString::to_string).collect())
        }
    }

    #[test]
    fn without_any_file_baseline_is_in_force() {
        assert_eq!(machine().find(None).unwrap(), ["built-in:baseline"]);
        assert_eq!(machine().find(Some("strict")).unwrap(), ["built-in:baseline", "built-in:strict"]);
    }

    #[test]
    fn a_choice_beats_the_users_own_file() {
        let machine = machine();
        let own = machine.write("own.toml", "[cpus]\nmax = 1.0\n", 0o600);
        assert_eq!(machine.find(None).unwrap(), ["built-in:baseline", own.to_str().unwrap()]);
        assert_eq!(machine.find(Some("permissive")).unwrap(), ["built-in:permissive"]);
    }

    #[test]
    fn the_machines_policy_cannot_be_replaced() {
        if rustix::process::getuid().is_root() {
            let machine = machine();
            machine.write("etc/policy.toml", "extends = \"strict\"\n", 0o644);
            machine.write("etc/policy.d/20-b.toml", "[cpus]\nmax = 2.0\n", 0o644);
            machine.write("etc/policy.d/10-a.toml", "[cpus]\nmax = 3.0\n", 0o644);
            let names = machine.find(None).unwrap();
            assert!(names.iter().map(|n| n.rsplit('/').next().unwrap()).eq([
                "built-in:baseline",
                "built-in:strict",
                "policy.toml",
                "10-a.toml",
                "20-b.toml"
            ]));
            assert!(machine.find(Some("permissive")).unwrap_err().contains("cannot replace the policy"));
        } else {
            let machine = machine();
            machine.write("etc/policy.toml", "", 0o644);
            assert!(machine.find(None).unwrap_err().contains("belongs to uid"), "only root's file counts there");
        }
    }

    #[test]
    fn a_directory_without_files_still_forbids_a_choice() {
        let machine = machine();
        fs::create_dir(machine.root.path().join("etc")).unwrap();
        assert!(machine.find(Some("permissive")).is_err());
        assert_eq!(machine.find(None).unwrap().first().unwrap(), "built-in:baseline");
    }

    #[test]
    fn what_others_could_have_written_is_not_read() {
        let machine = machine();
        let file = machine.write("p.toml", "", 0o666);
        let error = machine.find(file.to_str()).unwrap_err();
        assert!(error.contains("writable by others") && error.contains("chmod go-w"), "{error}");
        let inner = machine.write("open/p.toml", "", 0o600);
        fs::set_permissions(inner.parent().unwrap(), Permissions::from_mode(0o777)).unwrap();
        assert!(machine.find(inner.to_str()).unwrap_err().contains("writable by others"));
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let machine = machine();
        let directory = machine.root.path().join("d.toml");
        fs::create_dir(&directory).unwrap();
        assert!(machine.find(directory.to_str()).unwrap_err().contains("no regular file"));
        assert!(machine.find(Some("/nowhere/p.toml")).unwrap_err().contains("cannot read it"));
        assert!(machine.find(Some("strikt")).unwrap_err().contains("did you mean `strict`?"));
    }

    #[test]
    fn a_pipe_does_not_hold_us_up() {
        let machine = machine();
        let pipe = machine.root.path().join("pipe.toml");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(machine.find(pipe.to_str()).unwrap_err().contains("no regular file"));
    }
}
