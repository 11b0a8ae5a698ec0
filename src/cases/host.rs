//! The machine of a case: its files, as far as the case tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::cli::FileError;
use crate::policy::{FromNode, Settings, Value};
use crate::request::{BindFacts, BindKind, Fact};

/// As many links as the kernel follows.
const LINKS_MAX: usize = 40;

/// Files of a machine that is only told of.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// Where relative paths begin.
    pub(super) cwd: String,
    paths: BTreeMap<PathBuf, Told>,
    /// The directories above everything that is told of.
    above: BTreeSet<PathBuf>,
    files: BTreeMap<PathBuf, String>,
    unreadable: Vec<PathBuf>,
    unwritable: Vec<PathBuf>,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Link(PathBuf),
    There(BindKind),
}

impl FromNode for Told {
    const EXPECTED: &'static str = "\"directory\", \"file\", \"socket\", \"device\", \"absent\" or { link = \"/…\" }";
    fn from_value(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        Some(Self::There(match text.as_str() {
            "directory" => BindKind::Directory,
            "file" => BindKind::File,
            "socket" => BindKind::Socket,
            "device" => BindKind::Other,
            "absent" => BindKind::Absent,
            _ => return None,
        }))
    }
}

impl Told {
    fn read(settings: &mut Settings<'_>) -> Option<Self> {
        settings.only(&["link"]);
        settings.require::<String>("link").map(|link| Self::Link(link.value.into()))
    }
}

impl Host {
    pub(super) fn read(settings: &mut Settings<'_>, cwd: String) -> Self {
        let mut host = Self { cwd, ..Self::default() };
        settings.table("paths", |settings| {
            for path in settings.keys() {
                let spot = settings.key_spot(&path);
                if let Some(told) = settings.get_or_table(&path, Told::read) {
                    host.paths.insert(path.clone().into(), told);
                }
                if let Some(spot) = spot.filter(|_| !path.starts_with('/')) {
                    settings.object(&spot, format!("`{path}` is no absolute path"));
                }
            }
        });
        settings.table("files", |settings| {
            for path in settings.keys() {
                let text = settings.get::<String>(&path);
                host.files.extend(text.map(|text| (PathBuf::from(path), text.value)));
            }
        });
        let mut paths = |key: &str| -> Vec<PathBuf> {
            let list = settings.list::<String>(key).map_or_else(Vec::new, |list| list.value);
            list.into_iter().map(|path| path.value.into()).collect()
        };
        (host.unreadable, host.unwritable) = (paths("unreadable"), paths("unwritable"));
        host.above = host.paths.keys().flat_map(|path| path.ancestors().skip(1)).map(Path::to_owned).collect();
        host
    }

    fn absolute(&self, path: &str) -> PathBuf {
        let mut absolute = PathBuf::new();
        for part in Path::new(&self.cwd).join(path).components() {
            match part {
                Component::ParentDir => {
                    absolute.pop();
                }
                Component::CurDir => {}
                part => absolute.push(part),
            }
        }
        absolute
    }

    /// The bytes of a file that a command line names. What nobody told of is not there.
    pub(super) fn file(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = self.absolute(path);
        if self.unreadable.iter().any(|closed| path.starts_with(closed)) {
            return Err(FileError::NotOpened("permission denied".to_owned()));
        }
        let absent = || FileError::NotOpened("no such file or directory".to_owned());
        self.files.get(&path).map(|text| text.clone().into_bytes()).ok_or_else(absent)
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        let path = self.absolute(path);
        self.files.contains_key(&path)
            || self.paths.get(&path).is_some_and(|told| *told != Told::There(BindKind::Absent))
    }

    /// Whether the caller may make a file there.
    pub(super) fn is_writable(&self, path: &str) -> bool {
        let path = self.absolute(path);
        self.unwritable.iter().all(|closed| !path.starts_with(closed))
    }

    /// Follows every link of an absolute path, as the kernel would.
    pub(super) fn resolve(&self, path: &str) -> Fact<BindFacts> {
        let mut left: Vec<String> = parts(Path::new(path)).rev().collect();
        let (mut at, mut links) = (PathBuf::from("/"), 0);
        while let Some(part) = left.pop() {
            if part == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&part);
            match self.paths.get(&next) {
                Some(Told::Link(target)) => {
                    links += 1;
                    if links > LINKS_MAX {
                        return Fact::Unknown(format!("{path}: too many levels of symbolic links"));
                    }
                    left.extend(parts(target).rev());
                    at = if target.is_absolute() { PathBuf::from("/") } else { at };
                }
                Some(Told::There(BindKind::Absent)) => {
                    let canonical = left.iter().rev().fold(next, |path, part| path.join(part));
                    return found(canonical, BindKind::Absent);
                }
                Some(Told::There(kind)) if *kind != BindKind::Directory && !left.is_empty() => {
                    return Fact::Unknown(format!("{}: not a directory", next.display()));
                }
                Some(Told::There(_)) => at = next,
                None if self.above.contains(&next) => at = next,
                None => {
                    return Fact::Unknown(format!(
                        "the case does not say what is at {}: add it to `paths`",
                        next.display()
                    ));
                }
            }
        }
        let kind = match self.paths.get(&at) {
            Some(Told::There(kind)) => *kind,
            _ => BindKind::Directory,
        };
        found(at, kind)
    }
}

fn found(canonical: PathBuf, kind: BindKind) -> Fact<BindFacts> {
    Fact::Known(BindFacts::steady(canonical, kind))
}

/// The components of a path but the root and `.`.
fn parts(path: &Path) -> impl DoubleEndedIterator<Item = String> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        Component::ParentDir => Some("..".to_owned()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        let there = |path: &str, kind| (PathBuf::from(path), Told::There(kind));
        let link = |path: &str, to: &str| (PathBuf::from(path), Told::Link(to.into()));
        let paths = BTreeMap::from([
            there("/home/a/proj", BindKind::Directory),
            there("/run/docker.sock", BindKind::Socket),
            there("/home/a/new", BindKind::Absent),
            link("/var/run", "../run"),
            link("/home/a/all", "/"),
            link("/home/a/loop", "loop"),
        ]);
        let above = paths.keys().flat_map(|path| path.ancestors().skip(1)).map(Path::to_owned).collect();
        let files = BTreeMap::from([(PathBuf::from("/home/a/vars"), "A=1".to_owned())]);
        let closed = vec![PathBuf::from("/etc")];
        Host { cwd: "/home/a/proj".to_owned(), paths, above, files, unreadable: closed.clone(), unwritable: closed }
    }

    fn leads(path: &str) -> String {
        match host().resolve(path) {
            Fact::Known(found) => format!("{} {:?}", found.canonical.display(), found.kind),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn links_are_followed_as_the_kernel_does() {
        assert_eq!(leads("//var//run/docker.sock"), "/run/docker.sock Socket");
        assert_eq!(leads("/home/a/all/var/./run/../home/a/proj"), "/home/a/proj Directory");
        assert_eq!(leads("/home/a/all"), "/ Directory");
        assert_eq!(leads("/home"), "/home Directory");
        assert_eq!(leads("/home/a/new/dir"), "/home/a/new/dir Absent");
        assert!(leads("/home/a/loop").contains("too many levels"));
        assert!(leads("/run/docker.sock/x").contains("not a directory"));
        assert!(leads("/home/b").contains("the case does not say what is at /home/b"));
    }

    #[test]
    fn files_are_read_from_where_the_caller_stands() {
        assert_eq!(host().file("../vars").unwrap(), b"A=1");
        assert_eq!(host().file("/etc/shadow").unwrap_err(), FileError::NotOpened("permission denied".to_owned()));
        assert!(host().file("vars").is_err());
        assert!(host().exists("../vars") && host().exists("/home/a/proj") && !host().exists("/home/a/new"));
        assert!(host().is_writable("c") && !host().is_writable("../../../etc/cron.d/x"));
    }
}
