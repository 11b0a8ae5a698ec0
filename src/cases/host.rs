//! The machine of a case: its files, as far as the case tells them.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::tree::Tree;
use crate::cli::FileError;
use crate::policy::Settings;

/// Files of a machine that is only told of.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// Where relative paths begin.
    pub(super) cwd: String,
    pub(super) tree: Tree,
    files: BTreeMap<PathBuf, String>,
    unreadable: Vec<PathBuf>,
    unwritable: Vec<PathBuf>,
}

impl Host {
    pub(super) fn read(settings: &mut Settings<'_>, cwd: String) -> Self {
        let mut host = Self { cwd, tree: Tree::read(settings), ..Self::default() };
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
        self.files.contains_key(&path) || self.tree.has(&path)
    }

    /// Whether the caller may make a file there.
    pub(super) fn is_writable(&self, path: &str) -> bool {
        let path = self.absolute(path);
        self.unwritable.iter().all(|closed| !path.starts_with(closed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_from_where_the_caller_stands() {
        let files = BTreeMap::from([(PathBuf::from("/home/a/vars"), "A=1".to_owned())]);
        let closed = vec![PathBuf::from("/etc")];
        let cwd = "/home/a/proj".to_owned();
        let host = Host { cwd, files, unreadable: closed.clone(), unwritable: closed, ..Host::default() };
        assert_eq!(host.file("../vars").unwrap(), b"A=1");
        assert_eq!(host.file("/etc/shadow").unwrap_err(), FileError::NotOpened("permission denied".to_owned()));
        assert!(host.file("vars").is_err());
        assert!(host.exists("../vars") && !host.exists("vars"));
        assert!(host.is_writable("c") && !host.is_writable("../../../etc/cron.d/x"));
    }
}
