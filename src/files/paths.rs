//! Where a path leads, and who could make it lead elsewhere.

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use super::onlooker::{Directory, Onlooker};
use crate::request::{BindFacts, BindKind, Fact, SocketFacts};

/// Follows every link of a path. Of one that is not there, the existing part is followed and the rest appended. It sees what
/// the thread that calls may see; whoever resolves for somebody else calls it on a thread with that person's rights.
#[must_use]
pub fn resolve(path: &Path, onlooker: &Onlooker) -> Fact<BindFacts> {
    match follow(path) {
        Ok((existing, missing)) => {
            let looked = look(&existing, &missing, onlooker);
            looked.map_or_else(|why| Fact::Unknown(format!("{}: {why}", existing.display())), Fact::Known)
        }
        Err(why) => Fact::Unknown(why),
    }
}

/// The existing part of a path without links, and what is missing of it.
fn follow(path: &Path) -> Result<(PathBuf, Vec<OsString>), String> {
    let mut missing: Vec<OsString> = Vec::new();
    let mut at = path.to_owned();
    loop {
        match at.canonicalize() {
            Ok(found) => {
                missing.reverse();
                return Ok((found, missing));
            }
            Err(why) if why.kind() == ErrorKind::NotFound => match (at.parent(), at.file_name()) {
                (Some(parent), Some(name)) if !is_link(&at) => {
                    missing.push(name.to_owned());
                    at = parent.to_owned();
                }
                _ => return Err(format!("{}: {why}", at.display())),
            },
            Err(why) => return Err(format!("{}: {why}", at.display())),
        }
    }
}

/// A link that leads nowhere now may lead anywhere later.
fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|data| data.is_symlink())
}

fn look(existing: &Path, missing: &[OsString], onlooker: &Onlooker) -> std::io::Result<BindFacts> {
    let data = existing.symlink_metadata()?;
    let canonical = missing.iter().fold(existing.to_owned(), |path, name| path.join(name));
    let (movable_by_others, movable_by_caller) = movers(&canonical, onlooker)?;
    let is_there = missing.is_empty();
    Ok(BindFacts {
        canonical,
        kind: if is_there { kind(&data) } else { BindKind::Absent },
        identity: is_there.then(|| (data.dev(), data.ino())),
        owner: data.uid(),
        movable_by_others,
        movable_by_caller,
    })
}

/// The first directory on the way in which others, and in which the onlooker, could replace the next component.
fn movers(canonical: &Path, onlooker: &Onlooker) -> std::io::Result<(Option<PathBuf>, Option<PathBuf>)> {
    let (mut by_others, mut by_onlooker) = (None, None);
    let mut at = PathBuf::from("/");
    let mut data = at.symlink_metadata()?;
    for name in names(canonical) {
        let next = at.join(name);
        let entry = match next.symlink_metadata() {
            Ok(entry) => Some(entry),
            Err(why) if why.kind() == ErrorKind::NotFound => None,
            Err(why) => return Err(why),
        };
        let (directory, owner) = (Directory::of(&at, &data), entry.as_ref().map(Metadata::uid));
        if by_others.is_none() && onlooker.is_at_mercy(&directory, owner) {
            by_others = Some(at.clone());
        }
        if by_onlooker.is_none() && onlooker.can_move(&directory, owner) {
            by_onlooker = Some(at.clone());
        }
        let Some(entry) = entry else { break };
        (at, data) = (next, entry);
    }
    Ok((by_others, by_onlooker))
}

/// As many links as the kernel follows.
const LINKS_MAX: usize = 40;

/// Where a directory that a policy names leads. Nothing where somebody else than root could change a link on the way: then
/// that somebody would decide what the policy allows.
#[must_use]
pub fn steady(path: &Path) -> Option<PathBuf> {
    let root = Onlooker::root();
    let reversed = |path: &Path| names(path).map(OsStr::to_owned).collect::<Vec<_>>().into_iter().rev();
    let mut todo: Vec<OsString> = reversed(path).collect();
    let (mut at, mut links, mut sure) = (PathBuf::from("/"), 0, true);
    while let Some(name) = todo.pop() {
        if name == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&name);
        let data = next.symlink_metadata().ok()?;
        sure = sure && !root.is_at_mercy(&Directory::of(&at, &at.symlink_metadata().ok()?), Some(data.uid()));
        if !data.is_symlink() {
            at = next;
            continue;
        }
        links += 1;
        if !sure || links > LINKS_MAX {
            return None;
        }
        let target = next.read_link().ok()?;
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        todo.extend(reversed(&target));
    }
    Some(at)
}

/// The names in a path from the root on; `..` is one.
fn names(path: &Path) -> impl Iterator<Item = &OsStr> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        Component::ParentDir => Some(OsStr::new("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
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
    let Ok((existing, missing)) = follow(path) else {
        return SocketFacts { canonical: path.to_owned(), identity: None };
    };
    let data = existing.symlink_metadata().ok().filter(|_| missing.is_empty());
    let canonical = missing.iter().fold(existing, |path, name| path.join(name));
    SocketFacts { canonical, identity: data.map(|data| (data.dev(), data.ino())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    fn onlooker() -> Onlooker {
        Onlooker::new(rustix::process::getuid().as_raw(), vec![])
    }

    fn found(path: &Path) -> BindFacts {
        match resolve(path, &onlooker()) {
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
        for path in [link.clone(), link.join("below")] {
            assert!(matches!(resolve(&path, &onlooker()), Fact::Unknown(_)));
        }
    }

    fn mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_first_directory_that_others_may_change_is_named() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        let deep = root.join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        let others = |path: &Path| found(path).movable_by_others;
        assert_eq!(others(&deep), None);
        mode(&root.join("a"), 0o757);
        assert_eq!(others(&deep), Some(root.join("a")));
        assert_eq!(others(&deep.join("new/er")), Some(root.join("a")));
        mode(&root, 0o707);
        assert_eq!(others(&deep), Some(root.clone()));
        for path in [&root, &root.join("a")] {
            mode(path, 0o1777);
        }
        assert_eq!((others(&deep), others(&root.join("a/new"))), (None, None));
        assert_eq!(others(&root), None, "what a directory allows inside is no matter for itself");
    }

    #[test]
    fn the_owner_is_that_of_what_is_there() {
        let place = tempfile::tempdir().unwrap();
        let uid = rustix::process::getuid().as_raw();
        assert_eq!((found(place.path()).owner, found(&place.path().join("x/y")).owner), (uid, uid));
        assert_eq!(found(Path::new("/usr")).owner, 0);
        assert_eq!(found(Path::new("/usr")).movable_by_caller, None);
    }

    #[test]
    fn a_named_directory_is_followed_only_through_links_of_roots() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        assert_eq!(steady(&root), Some(root.clone()));
        assert_eq!(steady(&root.join("absent")), None);
        symlink("/usr", root.join("link")).unwrap();
        mode(&root, 0o777);
        assert_eq!(steady(&root.join("link/share")), None, "anybody could change it");
    }
}
