//! The paths of a case's machine, as far as the case tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::policy::{FromNode, Settings, Value};
use crate::request::{BindFacts, BindKind, Fact};

/// As many links as the kernel follows.
const LINKS_MAX: usize = 40;

/// Paths that are only told of.
#[derive(Debug, Default)]
pub(super) struct Tree {
    told: BTreeMap<PathBuf, Told>,
    /// The directories above everything that is told of.
    above: BTreeSet<PathBuf>,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Link(PathBuf),
    There(Thing),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Thing {
    kind: BindKind,
    owner: u32,
    /// Everybody may rename and replace what is in it.
    open: bool,
}

impl Thing {
    /// A directory of root's.
    const ABOVE: Self = Self::of_root(BindKind::Directory);

    const fn of_root(kind: BindKind) -> Self {
        Self { kind, owner: 0, open: false }
    }

    /// Whether somebody else than root and this user could replace what is in it.
    fn is_others(self, uid: u32) -> bool {
        self.open || (self.owner != 0 && self.owner != uid)
    }
}

impl FromNode for BindKind {
    const EXPECTED: &'static str = "\"directory\", \"file\", \"socket\", \"device\" or \"absent\"";
    fn from_value(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        Some(match text.as_str() {
            "directory" => Self::Directory,
            "file" => Self::File,
            "socket" => Self::Socket,
            "device" => Self::Other,
            "absent" => Self::Absent,
            _ => return None,
        })
    }
}

impl FromNode for Told {
    const EXPECTED: &'static str =
        "\"directory\", \"file\", \"socket\", \"device\", \"absent\", { link = \"/…\" } or { kind, owner, open }";
    fn from_value(value: &Value) -> Option<Self> {
        BindKind::from_value(value).map(|kind| Self::There(Thing::of_root(kind)))
    }
}

impl Told {
    fn read(settings: &mut Settings<'_>) -> Option<Self> {
        if let Some(link) = settings.get::<String>("link") {
            settings.only(&["link"]);
            return Some(Self::Link(link.value.into()));
        }
        settings.only(&["kind", "owner", "open", "link"]);
        let owner = settings.get::<u32>("owner").map_or(0, |owner| owner.value);
        let open = settings.get::<bool>("open").is_some_and(|open| open.value);
        settings.require::<BindKind>("kind").map(|kind| Self::There(Thing { kind: kind.value, owner, open }))
    }
}

/// Where a walk ended.
struct End {
    at: PathBuf,
    kind: BindKind,
    /// Only root could change a link on the way.
    sure: bool,
}

impl Tree {
    pub(super) fn read(settings: &mut Settings<'_>) -> Self {
        let mut told = BTreeMap::new();
        settings.table("paths", |settings| {
            for path in settings.keys() {
                let spot = settings.key_spot(&path);
                if let Some(there) = settings.get_or_table(&path, Told::read) {
                    told.insert(PathBuf::from(&path), there);
                }
                if let Some(spot) = spot.filter(|_| !path.starts_with('/')) {
                    settings.object(&spot, format!("`{path}` is no absolute path"));
                }
            }
        });
        Self::of(told)
    }

    fn of(told: BTreeMap<PathBuf, Told>) -> Self {
        let above = told.keys().flat_map(|path| path.ancestors().skip(1)).map(Path::to_owned).collect();
        Self { told, above }
    }

    pub(super) fn has(&self, path: &Path) -> bool {
        match self.told.get(path) {
            Some(Told::There(thing)) => thing.kind != BindKind::Absent,
            Some(Told::Link(_)) => true,
            None => self.above.contains(path),
        }
    }

    /// Where an absolute path leads, for a user.
    pub(super) fn resolve(&self, path: &Path, uid: u32) -> Fact<BindFacts> {
        match self.walk(path) {
            Ok(End { at, kind, .. }) => Fact::Known(self.facts(at, kind, uid)),
            Err(why) => Fact::Unknown(why),
        }
    }

    /// Where a directory that a policy names leads; nothing where somebody else than root could change that.
    pub(super) fn steady(&self, path: &Path) -> Option<PathBuf> {
        self.walk(path).ok().filter(|end| end.sure && end.kind != BindKind::Absent).map(|end| end.at)
    }

    /// Follows every link, as the kernel would.
    fn walk(&self, path: &Path) -> Result<End, String> {
        let mut left: Vec<String> = parts(path).rev().collect();
        let (mut at, mut links, mut sure) = (PathBuf::from("/"), 0, true);
        while let Some(part) = left.pop() {
            if part == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&part);
            match self.told.get(&next) {
                Some(Told::Link(target)) => {
                    links += 1;
                    if links > LINKS_MAX {
                        return Err(format!("{}: too many levels of symbolic links", path.display()));
                    }
                    sure = sure && !self.thing(&at).is_others(0);
                    left.extend(parts(target).rev());
                    at = if target.is_absolute() { PathBuf::from("/") } else { at };
                }
                Some(Told::There(Thing { kind: BindKind::Absent, .. })) => {
                    let at = left.iter().rev().fold(next, |path, part| path.join(part));
                    return Ok(End { at, kind: BindKind::Absent, sure });
                }
                Some(Told::There(thing)) if thing.kind != BindKind::Directory && !left.is_empty() => {
                    return Err(format!("{}: not a directory", next.display()));
                }
                Some(Told::There(_)) => at = next,
                None if self.above.contains(&next) => at = next,
                None => return Err(format!("the case does not say what is at {}: add it to `paths`", next.display())),
            }
        }
        let kind = self.thing(&at).kind;
        Ok(End { at, kind, sure })
    }

    /// What is at a path without links.
    fn thing(&self, path: &Path) -> Thing {
        match self.told.get(path) {
            Some(Told::There(thing)) => *thing,
            Some(Told::Link(_)) | None => Thing::ABOVE,
        }
    }

    fn facts(&self, canonical: PathBuf, kind: BindKind, uid: u32) -> BindFacts {
        // Of an absent path, what is there of it; its own last component is in a directory, too.
        let there = canonical.ancestors().find(|path| self.has(path)).unwrap_or(Path::new("/"));
        let mut way: Vec<&Path> = if kind == BindKind::Absent { vec![there] } else { Vec::new() };
        way.extend(there.ancestors().skip(1));
        let first = |moves: &dyn Fn(Thing) -> bool| {
            way.iter().rev().find(|directory| moves(self.thing(directory))).map(|directory| (*directory).to_owned())
        };
        BindFacts {
            owner: self.thing(there).owner,
            movable_by_others: first(&|directory| directory.is_others(uid)),
            movable_by_caller: first(&|directory| uid != 0 && (directory.open || directory.owner == uid)),
            ..BindFacts::steady(canonical, kind)
        }
    }
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

    fn tree() -> Tree {
        let thing = |path: &str, kind, owner, open| (PathBuf::from(path), Told::There(Thing { kind, owner, open }));
        let link = |path: &str, to: &str| (PathBuf::from(path), Told::Link(to.into()));
        Tree::of(BTreeMap::from([
            thing("/home/a", BindKind::Directory, 1000, false),
            thing("/home/a/proj", BindKind::Directory, 1000, false),
            thing("/run/docker.sock", BindKind::Socket, 0, false),
            thing("/home/a/new", BindKind::Absent, 0, false),
            thing("/srv/open", BindKind::Directory, 0, true),
            thing("/srv/open/x", BindKind::File, 7, false),
            link("/var/run", "../run"),
            link("/home/a/all", "/"),
            link("/home/a/loop", "loop"),
        ]))
    }

    fn leads(path: &str) -> String {
        match tree().resolve(Path::new(path), 1000) {
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
    fn who_could_move_a_source_follows_from_who_owns_the_directories() {
        let movers = |path: &str, uid: u32| {
            let found = tree().resolve(Path::new(path), uid);
            let found = found.known().unwrap();
            let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
            (found.owner, shown(&found.movable_by_others), shown(&found.movable_by_caller))
        };
        let home = || Some("/home/a".to_owned());
        assert_eq!(movers("/home/a", 1000), (1000, None, None));
        assert_eq!(movers("/home/a/proj", 1000), (1000, None, home()));
        assert_eq!(movers("/home/a/new/dir", 1000), (1000, None, home()));
        assert_eq!(movers("/home/a/proj", 7), (1000, home(), None));
        assert_eq!(movers("/home/a/proj", 0), (1000, home(), None));
        let open = || Some("/srv/open".to_owned());
        assert_eq!(movers("/srv/open/x", 1000), (7, open(), open()));
    }

    #[test]
    fn a_policys_directory_is_led_astray_by_nobody_but_root() {
        let steady = |path: &str| tree().steady(Path::new(path)).map(|path| path.display().to_string());
        assert_eq!(steady("/var/run"), Some("/run".to_owned()));
        assert_eq!(steady("/home/a/all/run"), None);
        assert_eq!(steady("/home/a/new"), None);
    }
}
