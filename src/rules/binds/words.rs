//! What is said about a mount of the host.

use std::path::Path;

use super::super::{Breach, Case};
use super::allow::{self, Entry, Mode, Name};
use crate::policy::Setting;
use crate::request::mounts::{MountEdit, MountView};
use crate::request::{BindFacts, BindKind, Change, quoted};

/// How a path gets into the container.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way<'a> {
    /// It is mounted.
    Mount(&'a MountView),
    /// The options of a volume mount it: the volume's name, empty for one that is made now.
    Volume(&'a str),
    /// Another container has it mounted.
    Container(&'a str),
}

/// One path of the host on its way into a container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) pointer: &'a str,
    pub(super) path: &'a str,
    pub(super) read_only: bool,
    pub(super) way: Way<'a>,
}

impl<'a> Wish<'a> {
    pub(super) fn mount(mount: &'a MountView, path: &'a str) -> Self {
        Self { pointer: &mount.pointer, path, read_only: mount.read_only, way: Way::Mount(mount) }
    }

    pub(super) fn is_mount(&self) -> bool {
        matches!(self.way, Way::Mount(_))
    }

    /// The path, how it gets in, and where it leads: the words before a verb.
    fn subject(&self, named: &Path, leads: &Path) -> String {
        let through = match self.way {
            Way::Mount(_) => String::new(),
            Way::Volume("") => ", which the volume mounts,".to_owned(),
            Way::Volume(name) => format!(", which volume `{name}` mounts,"),
            Way::Container(name) => format!(", which `{name}` has mounted,"),
        };
        let leads = if named == leads { String::new() } else { format!(" leads to {}, which", leads.display()) };
        format!("`{}`{through}{leads}", self.path)
    }

    fn breach(&self, message: String) -> Breach {
        Breach::new(self.pointer, message).label("mounted here")
    }

    /// The path inside; where there is none in the request, a name for it.
    fn target(&self) -> &str {
        match self.way {
            Way::Mount(mount) => &mount.target,
            Way::Volume(_) | Way::Container(_) => "/data",
        }
    }
}

/// A mount in docker's words, with another source.
pub(super) fn shown(mount: &MountView, source: &str, read_only: bool) -> String {
    if mount.is_text() {
        let mode = if read_only { ":ro" } else { "" };
        format!("-v {}", quoted(&format!("{source}:{}{mode}", mount.target)))
    } else {
        let mode = if read_only { ",readonly" } else { "" };
        format!("--mount {}", quoted(&format!("type=bind,src={source},dst={}{mode}", mount.target)))
    }
}

pub(super) fn not_understood(mount: &MountView, fault: &str) -> Breach {
    let message = format!("this is no mount that the engine takes: {fault}");
    Breach::new(&mount.pointer, message).help("write `-v SOURCE:TARGET` or `-v SOURCE:TARGET:ro`")
}

pub(super) fn no_path(wish: &Wish<'_>) -> Breach {
    wish.breach(format!("`{}` is no absolute path without `..`", wish.path)).help("name the directory itself")
}

pub(super) fn kernel(wish: &Wish<'_>, leads: &Path) -> Breach {
    let subject = wish.subject(Path::new(wish.path), leads);
    wish.breach(format!("{subject} is what the kernel shows of this host"))
        .help("leave it out: a container has its own")
}

pub(super) fn device(wish: &Wish<'_>, named: &Path, found: &BindFacts) -> Breach {
    let subject = wish.subject(named, &found.canonical);
    let breach = wish.breach(format!("{subject} is a device or a pipe"));
    breach.help("a device is asked for with `--device`, where the policy allows it")
}

pub(super) fn outside(
    wish: &Wish<'_>,
    named: &Path,
    found: &BindFacts,
    entries: &[Setting<Entry>],
    case: &Case<'_>,
) -> Breach {
    let subject = wish.subject(named, &found.canonical);
    if let Some(directory) =
        found.movable_by_others.as_ref().filter(|_| allow::is_own_but_movable(entries, found, case))
    {
        let message =
            format!("{subject} is yours, but others could replace it, since they may change {}", directory.display());
        return wish
            .breach(message)
            .help(format!("take that from them: `chmod go-w {}`", quoted(&directory.to_string_lossy())));
    }
    let breach = wish.breach(format!("{subject} is outside of what may be mounted"));
    breach.help(elsewhere(wish, entries))
}

pub(super) fn socket(
    wish: &Wish<'_>,
    named: &Path,
    found: &BindFacts,
    entries: &[Setting<Entry>],
    case: &Case<'_>,
) -> Breach {
    let subject = wish.subject(named, &found.canonical);
    let breach = wish.breach(format!("{subject} is a socket: the container would talk to the program behind it"));
    let directory = found.canonical.parent().unwrap_or(Path::new("/"));
    let cover = allow::cover(entries, &BindFacts::steady(directory, BindKind::Directory), case);
    let engines = case.facts.sockets.known().is_ok_and(|list| list.iter().any(|s| s.canonical.starts_with(directory)));
    match (wish.way, cover.filter(|cover| !engines && cover.entry.value.mode == Mode::Writable)) {
        (Way::Mount(mount), Some(_)) => {
            let inside = Path::new(&mount.target).parent().filter(|inside| inside.parent().is_some());
            let mount =
                MountView { target: inside.map_or("/sockets".into(), |p| p.display().to_string()), ..mount.clone() };
            let directory = directory.display().to_string();
            breach.help(format!("mount its directory: `{}`", shown(&mount, &directory, wish.read_only)))
        }
        _ => breach.help(elsewhere(wish, entries)),
    }
}

pub(super) fn writable(wish: &Wish<'_>, named: &Path, found: &BindFacts) -> Breach {
    let breach = wish.breach(format!("{} may only be read", wish.subject(named, &found.canonical)));
    match wish.way {
        Way::Mount(mount) => {
            let meaning = shown(mount, wish.path, true);
            let changes = vec![Change::Mount(mount.pointer.clone(), MountEdit::ReadOnly)];
            breach.help(format!("ask for no more: `{meaning}`")).nearest(changes, meaning)
        }
        Way::Container(name) => {
            let meaning = format!("--volumes-from {name}:ro");
            let changes = vec![Change::Set(wish.pointer.to_owned(), format!("{name}:ro").into())];
            breach.help(format!("ask for no more: `{meaning}`")).nearest(changes, meaning)
        }
        Way::Volume("") => breach.help("add `readonly` to the mount"),
        Way::Volume(name) => breach.help(format!("ask for no more: `-v {name}:{}:ro`", wish.target())),
    }
}

pub(super) fn missing(wish: &Wish<'_>, why: &str) -> Breach {
    let breach = wish.breach(format!("`{}` does not exist{why}", wish.path));
    breach.help(format!("make it first: `mkdir -p {}`", quoted(wish.path)))
}

pub(super) fn movable(wish: &Wish<'_>, directory: &Path) -> Breach {
    let shown = directory.display();
    let message =
        format!("others could put something else in the place of `{}`, since they may change {shown}", wish.path);
    wish.breach(message).help("mount a directory that stands where only you and root may change things")
}

pub(super) fn own_movable(wish: &Wish<'_>, directory: &Path) -> Breach {
    let shown = directory.display();
    let message = format!("you could put something else in the place of `{}`, since you may change {shown}", wish.path);
    wish.breach(message).help("mount a directory that stands where only root may change things")
}

pub(super) fn link(wish: &Wish<'_>, found: &BindFacts) -> Breach {
    let leads = found.canonical.display();
    let message = format!("{} could lead elsewhere later", wish.subject(Path::new(wish.path), &found.canonical));
    wish.breach(message).help(format!("name {leads} itself"))
}

pub(super) fn cannot_be_written(mount: &MountView, found: &BindFacts) -> Breach {
    let leads = found.canonical.display();
    let message = format!("this leads to {leads}, which cannot be written into a request of this form");
    let breach = Breach::new(&mount.pointer, message).label("mounted here");
    match found.canonical.to_str() {
        Some(path) => {
            let object = MountView { pointer: String::new(), ..mount.clone() };
            breach.help(format!("write `{}`", shown(&object, path, mount.read_only)))
        }
        None => breach.help("give it a name in UTF-8"),
    }
}

pub(super) fn not_by_name(wish: &Wish<'_>, names: &[Setting<Name>]) -> Breach {
    let message = format!("`{}` of the engine's machine is not among what may be mounted there by name", wish.path);
    let patterns: Vec<&str> = names.iter().map(|name| name.value.0.as_str()).collect();
    let volume = volume(wish);
    wish.breach(message).help(match patterns.as_slice() {
        [] => volume,
        names => format!("mount what matches {}; or {volume}", listed(names)),
    })
}

/// What passes instead.
fn elsewhere(wish: &Wish<'_>, entries: &[Setting<Entry>]) -> String {
    let writable = |entry: &&Setting<Entry>| entry.value.mode == Mode::Writable;
    let paths: Vec<&str> = entries.iter().filter(writable).filter_map(|entry| entry.value.root()).collect();
    let volume = volume(wish);
    match paths.as_slice() {
        [] => volume,
        paths => format!("mount something below {}; or {volume}", listed(paths)),
    }
}

fn volume(wish: &Wish<'_>) -> String {
    format!("keep the data in a named volume: `-v {}`", quoted(&format!("data:{}", wish.target())))
}

/// The first few of a list.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown}, …") } else { shown }
}
