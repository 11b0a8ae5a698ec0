//! What may be mounted, and what covers a source.

use std::path::{Path, PathBuf};

use super::super::Case;
use crate::policy::{FromNode, Glob, Setting, Value};
use crate::request::{BindFacts, BindKind};

/// How something may be mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    ReadOnly,
    Writable,
}

/// `"~"`, `"/usr/share"`, `{ path = "/srv/data", mode = "rw" }`, `{ path = "own", mode = "rw" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) mode: Mode,
}

/// Whatever the caller owns.
const OWN: &str = "own";

impl FromNode for Entry {
    const EXPECTED: &'static str = "a path, or { path = \"/srv/data\", mode = \"ro\" or \"rw\" }";
    fn from_value(value: &Value) -> Option<Self> {
        let Value::Table(table) = value else {
            return String::from_value(value).map(|path| Self { path, mode: Mode::ReadOnly });
        };
        let mode = match table.get("mode").map(|entry| String::from_value(&entry.node.value)) {
            None => Mode::ReadOnly,
            Some(mode) => match mode?.as_str() {
                "ro" => Mode::ReadOnly,
                "rw" => Mode::Writable,
                _ => return None,
            },
        };
        let known = table.keys().all(|key| key == "path" || key == "mode");
        let path = String::from_value(&table.get("path")?.node.value)?;
        known.then_some(Self { path, mode })
    }
}

impl Entry {
    fn is_own(&self) -> bool {
        self.path == OWN
    }

    /// The path as the policy spells it, whose links are to be followed.
    pub(super) fn root(&self) -> Option<&str> {
        Some(self.path.as_str()).filter(|_| !self.is_own())
    }

    /// Why no source can ever be covered.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match fault(&self.path) {
            _ if self.is_own() => None,
            None if self.path.contains('*') => Some("it is a path, and no pattern"),
            None if is_the_kernels(Path::new(&self.path)) => Some("what the kernel shows there is never mounted"),
            other => other,
        }
    }

    /// The component count of the path, where it covers a source.
    fn reach(&self, source: &Path, case: &Case<'_>) -> Option<usize> {
        let text = self.root()?;
        let spelled = at_home(text, home(case));
        let leads = case.facts.roots.get(text).cloned();
        let below_alone = text.ends_with('/') && text != "/";
        let covers = |root: &PathBuf| {
            let inside = source.starts_with(root) && !(below_alone && source == root);
            inside && reserved(source).all(|tree| root.starts_with(tree))
        };
        spelled.into_iter().chain(leads).filter(covers).map(|root| root.components().count()).max()
    }
}

fn fault(text: &str) -> Option<&'static str> {
    match text {
        "" => Some("it is empty"),
        _ if text.split('/').any(|part| part == "..") => Some("it has `..` in it"),
        _ if text.starts_with('/') || text == "~" || text.starts_with("~/") => None,
        _ => Some("it is neither absolute nor below `~`"),
    }
}

/// The caller's home, unless that is everything. That of the user behind sudo is known by where `~` leads alone.
pub(super) fn home<'a>(case: &Case<'a>) -> Option<&'a Path> {
    let behind_sudo = case.caller.uid == 0 && case.caller.owner(case.facts.stands_for).is_some();
    let home = case.caller.home.as_deref().filter(|home| home.parent().is_some());
    home.filter(|_| !behind_sudo)
}

fn at_home(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    match text.strip_prefix('~') {
        Some(rest) => home.map(|home| home.join(rest.trim_start_matches('/'))),
        None => Some(PathBuf::from(text)),
    }
}

/// A pattern of names: `/srv/**`, `~/src/*`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(pub(super) String);

impl FromNode for Name {
    const EXPECTED: &'static str = "a pattern of paths such as \"/srv/**\"";
    fn from_value(value: &Value) -> Option<Self> {
        String::from_value(value).map(Self)
    }
}

impl Name {
    pub(super) fn fault(&self) -> Option<&'static str> {
        fault(&self.0)
    }

    pub(super) fn matches(&self, named: &Path, home: Option<&Path>) -> bool {
        let pattern = at_home(&self.0, home);
        pattern.and_then(|pattern| Some(Glob::new(pattern.to_str()?).matches(named.to_str()?))).unwrap_or(false)
    }
}

/// What covers a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cover<'a> {
    pub(super) entry: &'a Setting<Entry>,
    /// The path is the source itself.
    pub(super) exact: bool,
}

/// The entry that decides about a source: the longest path, and `own` where there is none.
pub(super) fn cover<'a>(entries: &'a [Setting<Entry>], found: &BindFacts, case: &Case<'_>) -> Option<Cover<'a>> {
    let source = &found.canonical;
    let listed = entries.iter().filter_map(|entry| Some((entry.value.reach(source, case)?, entry)));
    if let Some((length, entry)) = listed.max_by_key(|(length, _)| *length) {
        return Some(Cover { entry, exact: length == source.components().count() });
    }
    let own = entries.iter().find(|entry| entry.value.is_own())?;
    let is_own = is_owned(found, case) && found.movable_by_others.is_none() && !is_reserved(source);
    is_own.then_some(Cover { entry: own, exact: false })
}

/// Whether a source is the caller's, and `own` would cover it if nobody else could replace it.
pub(super) fn is_own_but_movable(entries: &[Setting<Entry>], found: &BindFacts, case: &Case<'_>) -> bool {
    entries.iter().any(|entry| entry.value.is_own()) && is_owned(found, case) && !is_reserved(&found.canonical)
}

/// Root alone owns the whole system; what counts as root's own is what stands beside it.
fn is_owned(found: &BindFacts, case: &Case<'_>) -> bool {
    match case.caller.owner(case.facts.stands_for) {
        Some(uid) => found.owner == uid,
        None => found.owner == 0 && is_beside_the_system(found),
    }
}

/// Directories of every system, below the root directory.
const SYSTEM: [&str; 16] = [
    "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "proc", "root", "run", "sbin", "sys",
    "usr", "var",
];

fn is_beside_the_system(found: &BindFacts) -> bool {
    let mut names = found.canonical.iter().skip(1);
    let Some(first) = names.next() else { return false };
    let is_inside = names.next().is_some();
    SYSTEM.iter().all(|name| first != *name) && (is_inside || found.kind == BindKind::Directory)
}

/// What is the running system's own: only a path that lies inside opens it.
const RESERVED: [&str; 8] =
    ["/proc", "/sys", "/dev", "/run", "/boot", "/var/lib/docker", "/var/lib/containerd", "/var/lib/containers"];

/// Reserved trees that a source lies in, or that lie in it.
fn reserved(source: &Path) -> impl Iterator<Item = &'static str> {
    RESERVED.into_iter().filter(move |tree| source.starts_with(tree) || Path::new(tree).starts_with(source))
}

pub(super) fn is_reserved(source: &Path) -> bool {
    reserved(source).next().is_some()
}

pub(super) fn is_the_kernels(path: &Path) -> bool {
    path.starts_with("/proc") || path.starts_with("/sys")
}
