//! Files and directories of the host inside a container.

mod allow;
mod words;

use std::path::Path;

use self::allow::{Cover, Entry, Mode, Name};
use self::words::{Way, Wish};
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::mounts::{MountEdit, MountSource, MountView, clean, mounts, paths_in_options};
use crate::request::references::container_name;
use crate::request::{Action, BindFacts, BindKind, Change, Fact, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("binds"),
    doc: "\
## What
A mount brings a file or directory of the host into the container that is no path in `allow` and not below one (only below
counts, if the path ends in `/`), or could be written through it where `allow` says `ro`. A link counts as what it leads to,
and that is what is mounted then. Of the paths that cover a source the longest decides; `own` is whatever the caller owns,
where no path covers it (for root what stands beside the system's own directories; behind sudo what that user owns). Devices
and what lies below /proc and /sys never pass, a socket only where `allow` names the socket itself, and /dev, /run, /boot and
the engines' own directories only through a path that lies inside of them. The same goes for what a volume's options mount
and for what another container has mounted (`--volumes-from`). When the engine is on another machine its links cannot be
seen: the name alone must match `remote`.

## Why
The container reads and writes what is mounted as whoever it runs as, past the modes of the directories above: /etc, a
socket, a disk or somebody's home is the host.

## Instead
Mount the directory that the program works in, read-only where it only reads: `-v \"$PWD\":/work:ro`. Data that only
containers need is better kept in a named volume: `-v data:/data`.
",
    fields: &[
        "HostConfig.Binds",
        "HostConfig.Mounts",
        "HostConfig.VolumesFrom",
        "BindOptions.CreateMountpoint",
        "volumes' driver options",
    ],
    keys: &[
        Key::free("allow", Takes::Entries(ENTRY), "what may be mounted"),
        Key::free("remote", Takes::Texts, "patterns of names on an engine's own machine; `*` is one component, `**` any"),
        Key::action("movable", "a source that somebody else could replace by another on its way into the container"),
        Key::action("own-movable", "a source that the caller could replace"),
        Key::action("missing", "a source that is not there and would be made as the caller"),
    ],
    open_keys: &[],
    silence: "no mount",
    breach: "a source outside `allow`, or writable where `allow` says `ro`",
    rewrites: true,
    sources: &["CIS Docker 5.6", "OWASP Docker rule 8", "PSS baseline: hostPath volumes"],
    load,
};

const ENTRY: &[Key] = &[
    Key::free(
        "path",
        Takes::Text,
        "an absolute path, `~` the caller's home, `own` the caller's; with a last `/` only below it",
    ),
    Key::free("mode", Takes::Text, "`ro` or `rw`; `ro` where it is left out"),
];

#[derive(Debug)]
struct Binds {
    allow: Option<Setting<Vec<Setting<Entry>>>>,
    remote: Option<Setting<Vec<Setting<Name>>>>,
    movable: Option<Setting<Action>>,
    own_movable: Option<Setting<Action>>,
    missing: Option<Setting<Action>>,
}

fn load(settings: &mut Settings<'_>) -> Option<Box<dyn Check>> {
    let (allow, remote) = (settings.list::<Entry>("allow"), settings.list::<Name>("remote"));
    for entry in allow.iter().flat_map(|list| &list.value) {
        if let Some(fault) = entry.value.fault() {
            settings.object(&entry.spot, format!("`{}` can never match: {fault}", entry.value.path));
        }
    }
    for name in remote.iter().flat_map(|list| &list.value) {
        if let Some(fault) = name.value.fault() {
            settings.object(&name.spot, format!("`{}` can never match: {fault}", name.value.0));
        }
    }
    let mut action = |key: &str| {
        let action = settings.get::<Action>(key);
        if let Some(action) = action.as_ref().filter(|action| action.value == Action::Rewrite) {
            settings.object(&action.spot, format!("`{key}` has no nearest permitted value: allow, warn or deny"));
        }
        action
    };
    let (movable, own_movable, missing) = (action("movable"), action("own-movable"), action("missing"));
    Some(Box::new(Binds { allow, remote, movable, own_movable, missing }))
}

impl Check for Binds {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let views = mounts(&request.body);
        let has = |wanted: fn(&MountSource) -> bool| views.iter().any(|mount| wanted(&mount.source));
        let containers = looks && !request.body.host_config.volumes_from.is_empty();
        let volumes =
            containers || looks && has(|source| matches!(source, MountSource::Volume(name) if !name.is_empty()));
        let binds = volumes || looks && has(|source| *source != MountSource::Own);
        let roots = self.entries().iter().filter_map(|entry| entry.value.root()).filter(|_| binds);
        Needs { binds, volumes, containers, roots: roots.map(str::to_owned).collect(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for mount in mounts(&case.request.body) {
            if let Some(fault) = &mount.fault {
                out.breach(words::not_understood(&mount, fault));
                continue;
            }
            match &mount.source {
                MountSource::Path(path) => self.path(&Wish::mount(&mount, path), case, out),
                MountSource::Volume(name) if !name.is_empty() => {
                    self.volume(name, &mount.pointer, mount.read_only, case, out);
                }
                MountSource::Volume(_) | MountSource::Own => {}
            }
            self.options(&mount.options, "", &mount.pointer, mount.read_only, case, out);
        }
        for (index, text) in case.request.body.host_config.volumes_from.iter().enumerate() {
            self.container(text, &format!("/HostConfig/VolumesFrom/{index}"), case, out);
        }
    }
}

impl Binds {
    fn entries(&self) -> &[Setting<Entry>] {
        self.allow.as_ref().map_or(&[], |allow| &allow.value)
    }

    /// What another container has mounted comes with it.
    fn container(&self, text: &str, pointer: &str, case: &Case<'_>, out: &mut Opinion) {
        let (name, mode) = (container_name(text), text.split_once(':').map_or("", |(_, mode)| mode));
        let container = match case.facts.container(name) {
            Ok(container) => container,
            Err(why) => return out.unknown(pointer, &format!("what `{name}` has mounted"), &why),
        };
        let all_read_only = mode.split(',').any(|option| option == "ro");
        for mount in &container.mounts {
            let read_only = all_read_only || mount.read_only;
            match mount.kind.as_str() {
                "volume" => self.volume(&mount.name, pointer, read_only, case, out),
                "tmpfs" => {}
                _ => {
                    let way = Way::Container(name);
                    self.path(&Wish { pointer, path: &mount.source, read_only, way }, case, out);
                }
            }
        }
    }

    /// What the options of a volume that exists mount.
    fn volume(&self, name: &str, pointer: &str, read_only: bool, case: &Case<'_>, out: &mut Opinion) {
        match case.facts.volumes.get(name).unwrap_or(&Fact::NotAsked).known() {
            Err(why) => out.unknown(pointer, &format!("what volume `{name}` mounts"), &why),
            Ok(volume) => {
                let options: Vec<(String, String)> =
                    volume.options.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                self.options(&options, name, pointer, read_only, case, out);
            }
        }
    }

    fn options(
        &self,
        options: &[(String, String)],
        name: &str,
        pointer: &str,
        read_only: bool,
        case: &Case<'_>,
        out: &mut Opinion,
    ) {
        let read_only =
            read_only || options.iter().any(|(key, value)| key == "o" && value.split(',').any(|o| o == "ro"));
        for path in local_paths(options) {
            self.path(&Wish { pointer, path: &path, read_only, way: Way::Volume(name) }, case, out);
        }
    }

    fn path(&self, wish: &Wish<'_>, case: &Case<'_>, out: &mut Opinion) {
        let named = clean(Path::new(wish.path));
        let climbs = !wish.is_mount() && wish.path.split('/').any(|part| part == "..");
        if !wish.path.starts_with('/') || wish.path.contains('\0') || climbs {
            return out.breach(words::no_path(wish));
        }
        if allow::is_the_kernels(&named) {
            return out.breach(self.bound(words::kernel(wish, &named)));
        }
        if !case.facts.local {
            return self.by_name(wish, &named, case, out);
        }
        let found = match case.facts.binds.get(wish.path).unwrap_or(&Fact::NotAsked).known() {
            Ok(found) => found,
            Err(why) => return out.unknown(wish.pointer, &format!("where `{}` leads", wish.path), &why),
        };
        let cover = match self.cover(wish, &named, found, case) {
            Ok(cover) => cover,
            Err(breach) => return out.breach(self.bound(*breach)),
        };
        if !wish.read_only && cover.entry.value.mode == Mode::ReadOnly {
            out.breach(words::writable(wish, &named, found).bound(&cover.entry.spot));
        }
        self.movers(wish, found, out);
        if found.canonical != named {
            pin(wish, found, &cover, out);
        }
    }

    /// On another machine only the name is known.
    fn by_name(&self, wish: &Wish<'_>, named: &Path, case: &Case<'_>, out: &mut Opinion) {
        let names: &[Setting<Name>] = self.remote.as_ref().map_or(&[], |remote| &remote.value);
        let home = allow::home(case);
        if allow::is_reserved(named) || !names.iter().any(|name| name.value.matches(named, home)) {
            let breach = words::not_by_name(wish, names);
            out.breach(match &self.remote {
                Some(remote) => breach.bound(&remote.spot),
                None => breach,
            });
        }
    }

    /// What in `allow` covers a source, or why it may not be mounted.
    fn cover(
        &self,
        wish: &Wish<'_>,
        named: &Path,
        found: &BindFacts,
        case: &Case<'_>,
    ) -> Result<Cover<'_>, Box<Breach>> {
        if allow::is_the_kernels(&found.canonical) {
            return Err(Box::new(words::kernel(wish, &found.canonical)));
        }
        let entries = self.entries();
        let cover = allow::cover(entries, found, case);
        let breach = match (cover, found.kind) {
            (_, BindKind::Other) => words::device(wish, named, found),
            (Some(cover), BindKind::Socket) if cover.exact => return Ok(cover),
            (_, BindKind::Socket) => words::socket(wish, named, found, entries, case),
            (None, _) => words::outside(wish, named, found, entries, case),
            (Some(cover), BindKind::Absent) => match self.missing(wish, &cover, case) {
                Some(breach) => breach,
                None => return Ok(cover),
            },
            (Some(cover), BindKind::Directory | BindKind::File) => return Ok(cover),
        };
        Err(Box::new(breach))
    }

    /// A missing source is made as the caller where that is possible, and never as root.
    fn missing(&self, wish: &Wish<'_>, cover: &Cover<'_>, case: &Case<'_>) -> Option<Breach> {
        let Way::Mount(mount) = wish.way else { return Some(words::missing(wish, "")) };
        if !mount.makes_source {
            return None;
        }
        let may = self.missing.as_ref().is_none_or(|missing| missing.value <= Action::Warn);
        if cover.entry.value.mode == Mode::ReadOnly {
            Some(words::missing(wish, ", and nothing is made where only reading is allowed"))
        } else if !case.request.manner.makes_sources {
            Some(words::missing(wish, ", and the engine would make it as root"))
        } else if !may {
            Some(words::missing(wish, ""))
        } else {
            None
        }
    }

    /// A source that somebody could replace between now and the start.
    fn movers(&self, wish: &Wish<'_>, found: &BindFacts, out: &mut Opinion) {
        if let Some(directory) = &found.movable_by_others {
            weigh(self.movable.as_ref(), words::movable(wish, directory), out);
        }
        if let Some(directory) = &found.movable_by_caller {
            weigh(self.own_movable.as_ref(), words::own_movable(wish, directory), out);
        }
    }

    fn bound(&self, breach: Breach) -> Breach {
        match &self.allow {
            Some(allow) => breach.bound(&allow.spot),
            None => breach,
        }
    }
}

/// What a key with an action of its own makes of something; without the key it is a breach like any other.
fn weigh(action: Option<&Setting<Action>>, breach: Breach, out: &mut Opinion) {
    match action {
        None => out.breach(breach),
        Some(setting) => match setting.value {
            Action::Allow => {}
            Action::Warn => out.caution(breach.bound(&setting.spot)),
            Action::Rewrite | Action::Deny => out.breach(breach.bound(&setting.spot)),
        },
    }
}

/// Where a link was followed, what was judged is written into the request: links are followed at every start again.
fn pin(wish: &Wish<'_>, found: &BindFacts, cover: &Cover<'_>, out: &mut Opinion) {
    let Way::Mount(mount) = wish.way else { return out.breach(words::link(wish, found)) };
    let Some(path) = found.canonical.to_str().filter(|path| !(mount.is_text() && path.contains(':'))) else {
        return out.breach(words::cannot_be_written(mount, found));
    };
    let changes = vec![Change::Mount(mount.pointer.clone(), MountEdit::Source(path.to_owned()))];
    out.fill(Fill { changes, meaning: words::shown(mount, path, mount.read_only), spot: cover.entry.spot.clone() });
}

/// Paths of the engine's machine in the options of a volume. Those of a network's file systems are another machine's, unless
/// an option makes a bind of it, whatever the type.
fn local_paths(options: &[(String, String)]) -> Vec<String> {
    const ELSEWHERE: [&str; 8] = ["tmpfs", "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "sshfs"];
    let elsewhere = options.iter().any(|(key, value)| key == "type" && ELSEWHERE.contains(&value.as_str()));
    let binds = options.iter().any(|(key, value)| key == "o" && value.split(',').any(|o| o == "bind" || o == "rbind"));
    if elsewhere && !binds {
        return Vec::new();
    }
    paths_in_options(options.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// Whether the source of a mount stays what it was when it was judged, as far as that was looked at.
pub(super) fn is_steady(mount: &MountView, case: &Case<'_>) -> bool {
    let MountSource::Path(path) = &mount.source else { return true };
    let found = case.facts.binds.get(path).and_then(|fact| fact.known().ok());
    found.is_some_and(|found| {
        found.kind != BindKind::Absent && found.movable_by_others.is_none() && found.movable_by_caller.is_none()
    })
}

#[cfg(test)]
mod tests;
