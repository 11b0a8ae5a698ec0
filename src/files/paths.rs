//! Where a path leads.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::request::{BindFacts, BindKind, Fact, SocketFacts};

/// Follows every link of a path. Of one that is not there, the existing part is followed and the rest appended.
#[must_use]
pub fn resolve(path: &Path) -> Fact<BindFacts> {
    let mut missing: Vec<OsString> = Vec::new();
    let mut at = path.to_owned();
    loop {
        match at.canonicalize() {
            Ok(found) if missing.is_empty() => return known(found),
            Ok(found) => {
                let canonical = missing.iter().rev().fold(found, |path, name| path.join(name));
                return Fact::Known(BindFacts { canonical, kind: BindKind::Absent, identity: None });
            }
            Err(why) if why.kind() == ErrorKind::NotFound => match (at.parent(), at.file_name()) {
                (Some(parent), Some(name)) if !is_link(&at) => {
                    missing.push(name.to_owned());
                    at = parent.to_owned();
                }
                _ => return Fact::Unknown(format!("{}: {why}", at.display())),
            },
            Err(why) => return Fact::Unknown(format!("{}: {why}", at.display())),
        }
    }
}

/// A link that leads nowhere now may lead anywhere later.
fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|data| data.is_symlink())
}

fn known(canonical: PathBuf) -> Fact<BindFacts> {
    match canonical.symlink_metadata() {
        Ok(data) => Fact::Known(BindFacts { kind: kind(&data), identity: Some((data.dev(), data.ino())), canonical }),
        Err(why) => Fact::Unknown(format!("{}: {why}", canonical.display())),
    }
}

fn kind(data: &Metadata) -> BindKind {
    let kind = data.file_type();
    match () {
        () if kind.is_dir() => BindKind::Directory,
        () if kind.is_file() => BindKind::File,
        () if kind.is_socket() => BindKind::Socket,
        () => BindKind::Other,
    }
}

/// The same for a socket that controls an engine. One that is not there, or lies where the caller cannot look, is known by
/// its path alone: whoever cannot reach it cannot have given it another name either.
#[must_use]
pub fn socket(path: &Path) -> SocketFacts {
    match resolve(path) {
        Fact::Known(found) => SocketFacts { canonical: found.canonical, identity: found.identity },
        Fact::Unknown(_) | Fact::NotAsked => SocketFacts { canonical: path.to_owned(), identity: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    fn found(path: &Path) -> BindFacts {
        match resolve(path) {
            Fact::Known(found) => found,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn links_are_followed_to_the_end() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        let socket = root.join("s");
        let _listener = UnixListener::bind(&socket).unwrap();
        symlink(&socket, root.join("one")).unwrap();
        symlink("one", root.join("two")).unwrap();
        let (direct, linked) = (found(&socket), found(&root.join("two")));
        assert_eq!(linked, direct);
        assert_eq!(direct.kind, BindKind::Socket);
    }

    #[test]
    fn a_second_name_has_the_same_identity() {
        let place = tempfile::tempdir().unwrap();
        let (one, two) = (place.path().join("one"), place.path().join("two"));
        std::fs::write(&one, "").unwrap();
        std::fs::hard_link(&one, &two).unwrap();
        assert_eq!(found(&one).identity, found(&two).identity);
    }

    #[test]
    fn an_absent_path_is_known_by_what_exists_of_it() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        symlink(&root, root.join("link")).unwrap();
        let absent = found(&root.join("link/a/b"));
        assert_eq!((absent.canonical, absent.kind), (root.join("a/b"), BindKind::Absent));
    }

    #[test]
    fn a_socket_that_cannot_be_looked_at_is_known_by_its_path() {
        let place = tempfile::tempdir().unwrap();
        let link = place.path().join("link");
        symlink("/nowhere/at/all", &link).unwrap();
        assert_eq!(socket(&link), SocketFacts { canonical: link, identity: None });
    }

    #[test]
    fn a_link_to_nowhere_is_not_known() {
        let place = tempfile::tempdir().unwrap();
        let link = place.path().join("link");
        symlink("/nowhere/at/all", &link).unwrap();
        assert!(matches!(resolve(&link), Fact::Unknown(_)));
        assert!(matches!(resolve(&link.join("below")), Fact::Unknown(_)));
    }
}
