//! The sockets that control a container engine.

use std::path::{Component, Path, PathBuf};

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::mounts::{MountSource, clean, mounts, paths_in_options};
use crate::request::references::container_name;
use crate::request::{BindFacts, Fact, Facts, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("engine-socket"),
    doc: "\
## What
A mount brings a socket that controls a container engine into the container, or a directory in which one lies: by its own
name, by a link, through a volume whose driver options mount it, or from another container's mounts.

## Why
Whoever can talk to the engine can start a privileged container: the socket is root on the host.

## Instead
Mount only what the program needs. A program that must start containers needs an engine of its own.
",
    fields: &["HostConfig.Binds", "HostConfig.Mounts", "HostConfig.VolumesFrom", "volumes' driver options"],
    keys: &[
        Key::adding("paths", Takes::Texts, "further sockets that control an engine on this machine"),
    ],
    open_keys: &[],
    silence: "no mount",
    breach: "a mount through which such a socket can be reached",
    rewrites: false,
    sources: &["CIS Docker 5.32", "OWASP Docker rule 1", "PSS baseline: hostPath volumes"],
    load: |settings: &mut Settings<'_>| {
        let paths = settings.list::<String>("paths");
        for path in paths.iter().flat_map(|list| &list.value).filter(|path| !path.value.starts_with('/')) {
            settings.object(&path.spot, format!("`{}` is no absolute path", path.value));
        }
        Some(Box::new(EngineSocket { paths }))
    },
};

/// Where engines listen by default, links resolved. A `*` stands for one component.
const WELL_KNOWN: [&str; 12] = [
    "/run/docker.sock",
    "/run/docker/*.sock",
    "/run/containerd/containerd.sock",
    "/run/docker/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/buildkit/buildkitd.sock",
    "/run/sdocker/*.sock",
    "/run/user/*/docker.sock",
    "/run/user/*/podman/podman.sock",
    "/run/user/*/buildkit/buildkitd.sock",
    "/run/user/*/sdocker/*.sock",
];

#[derive(Debug)]
struct EngineSocket {
    paths: Option<Setting<Vec<Setting<String>>>>,
}

impl Check for EngineSocket {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let has = |wanted: fn(&MountSource) -> bool| mounts(&request.body).iter().any(|mount| wanted(&mount.source));
        let volumes = has(|source| matches!(source, MountSource::Volume(name) if !name.is_empty()));
        let containers = !request.body.host_config.volumes_from.is_empty();
        Needs {
            binds: looks && (containers || volumes || has(|source| matches!(source, MountSource::Path(_)))),
            volumes: looks && (volumes || containers),
            containers: looks && containers,
            ..Needs::default()
        }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for mount in mounts(&case.request.body) {
            let options = paths_in_options(mount.options.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            options.iter().for_each(|path| self.path(path, &mount.pointer, case.facts, out));
            match &mount.source {
                MountSource::Path(path) => self.path(path, &mount.pointer, case.facts, out),
                MountSource::Volume(name) if !name.is_empty() => self.volume(name, &mount.pointer, case.facts, out),
                MountSource::Volume(_) | MountSource::Own => {}
            }
        }
        for (index, text) in case.request.body.host_config.volumes_from.iter().enumerate() {
            let pointer = format!("/HostConfig/VolumesFrom/{index}");
            let name = container_name(text);
            match case.facts.container(name) {
                Err(why) => out.unknown(&pointer, &format!("what `{name}` has mounted"), &why),
                Ok(container) => container.mounts.iter().for_each(|mount| match mount.kind.as_str() {
                    "volume" => self.volume(&mount.name, &pointer, case.facts, out),
                    "tmpfs" => {}
                    _ => self.path(&mount.source, &pointer, case.facts, out),
                }),
            }
        }
    }
}

impl EngineSocket {
    fn volume(&self, name: &str, pointer: &str, facts: &Facts, out: &mut Opinion) {
        match facts.volumes.get(name).unwrap_or(&Fact::NotAsked).known() {
            Err(why) => out.unknown(pointer, &format!("what volume `{name}` mounts"), &why),
            Ok(volume) => {
                let paths = paths_in_options(volume.options.iter().map(|(key, value)| (key.as_str(), value.as_str())));
                paths.iter().for_each(|path| self.path(path, pointer, facts, out));
            }
        }
    }

    /// Judges one path of the engine's machine: by its name always, and by where it leads when that machine is ours.
    fn path(&self, path: &str, pointer: &str, facts: &Facts, out: &mut Opinion) {
        let named = clean(Path::new(path));
        if let Some(socket) = self.reaches(&named) {
            return out.breach(self.breach(pointer, path, &named, &socket));
        }
        if named.starts_with("/proc") {
            let message = format!("`{path}` leads to whatever the process that looks has open");
            return out.breach(Breach::new(pointer, message).help("name the directory itself"));
        }
        if !facts.local {
            return;
        }
        let (found, sockets) = match (facts.binds.get(path).unwrap_or(&Fact::NotAsked).known(), facts.sockets.known()) {
            (Ok(found), Ok(sockets)) => (found, sockets),
            (Err(why), _) | (_, Err(why)) => return out.unknown(pointer, &format!("where `{path}` leads"), &why),
        };
        let met = sockets
            .iter()
            .find(|socket| socket.canonical.starts_with(&found.canonical) || is_same(found, socket.identity));
        let socket = met.map(|socket| socket.canonical.clone()).or_else(|| self.reaches(&found.canonical));
        if let Some(socket) = socket {
            out.breach(self.breach(pointer, path, &found.canonical, &socket));
        }
    }

    /// The socket that a canonical path is, or that lies below it.
    fn reaches(&self, path: &Path) -> Option<PathBuf> {
        let listed = self.paths.iter().flat_map(|list| &list.value).map(|setting| setting.value.as_str());
        WELL_KNOWN.into_iter().chain(listed).find(|socket| matches_start(path, Path::new(socket))).map(PathBuf::from)
    }

    fn breach(&self, pointer: &str, typed: &str, found: &Path, socket: &Path) -> Breach {
        let depth = |path: &Path| at_run(path).components().count();
        let is_socket = depth(found) >= depth(socket);
        let leads = match (Path::new(typed) == found, is_socket) {
            (true, true) => format!("`{typed}` is a socket that controls a container engine"),
            (true, false) => format!("`{typed}` holds a socket that controls a container engine: {}", socket.display()),
            (false, true) => {
                format!("`{typed}` leads to a socket that controls a container engine: {}", found.display())
            }
            (false, false) => format!("`{typed}` leads to {}, which holds {}", found.display(), socket.display()),
        };
        let breach = Breach::new(pointer, format!("{leads}; with it the container would be root on this host"));
        breach.label("mounted here").help("mount only the directory that the program needs")
    }
}

fn is_same(found: &BindFacts, identity: Option<(u64, u64)>) -> bool {
    identity.is_some() && found.identity == identity
}

/// Whether `path` is `socket` or one of its parents; `*` in the socket's path stands for anything in one component.
fn matches_start(path: &Path, socket: &Path) -> bool {
    let path = at_run(path);
    let mut wanted = socket.components();
    path.components().all(|part| match (part, wanted.next()) {
        (Component::Normal(part), Some(Component::Normal(wanted))) => component_matches(part.to_str(), wanted.to_str()),
        (part, Some(wanted)) => part == wanted,
        (_, None) => false,
    })
}

/// `/var/run` is `/run` on every system that has an engine.
fn at_run(path: &Path) -> PathBuf {
    path.strip_prefix("/var/run").map_or_else(|_| path.to_owned(), |rest| Path::new("/run").join(rest))
}

fn component_matches(part: Option<&str>, wanted: Option<&str>) -> bool {
    match (part, wanted) {
        (Some(part), Some(wanted)) => match wanted.split_once('*') {
            Some((start, end)) => {
                part.len() >= start.len() + end.len() && part.starts_with(start) && part.ends_with(end)
            }
            None => part == wanted,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, bind, facts};
    use super::*;
    use crate::request::wire::{ContainerCreate, DriverConfig, Mount, VolumeOptions};
    use crate::request::{BindKind, ContainerFacts, ContainerMount, SocketFacts, VolumeFacts};

    fn with(facts: &Facts, change: impl FnOnce(&mut ContainerCreate)) -> String {
        Bench::new(&RULE, "action = \"deny\"\npaths = [\"/srv/engine.sock\"]").says(&asking(change), facts)
    }

    fn binding(source: &str, canonical: &str) -> String {
        let mut facts = facts();
        facts.binds.insert(source.to_owned(), bind(canonical, BindKind::Directory));
        with(&facts, |body| body.host_config.binds = vec![format!("{source}:/x")])
    }

    #[test]
    fn the_socket_is_refused_by_every_name() {
        for source in [
            "/var/run/docker.sock",
            "/run/docker.sock",
            "//var//run/docker.sock",
            "/var/run/../run/docker.sock",
            "/var/run/docker.sock/",
            "/run/podman/podman.sock",
            "/run/user/1000/docker.sock",
            "/run/containerd/containerd.sock",
            "/srv/engine.sock",
        ] {
            assert_eq!(binding(source, "/elsewhere"), "deny", "{source}");
        }
    }

    #[test]
    fn so_is_every_directory_above_it() {
        for source in ["/", "/run", "/var/run", "/run/docker", "/run/user", "/run/user/1000", "/srv", "/run/sdocker"] {
            assert_eq!(binding(source, "/elsewhere"), "deny", "{source}");
        }
    }

    #[test]
    fn the_message_says_how_the_path_leads_there() {
        let said = |source: &str, canonical: &str| {
            let mut facts = facts();
            facts.binds.insert(source.to_owned(), bind(canonical, BindKind::Directory));
            let asked = asking(|body| body.host_config.binds = vec![format!("{source}:/x")]);
            let outcome = Bench::new(&RULE, "action = \"deny\"").outcome(&asked, &facts);
            outcome.findings.first().unwrap().message.clone()
        };
        assert!(said("/var/run/docker.sock", "/").starts_with("`/var/run/docker.sock` is a socket"));
        assert!(said("/run", "/").starts_with("`/run` holds a socket"));
        assert!(said("/a", "/run/docker.sock").starts_with("`/a` leads to a socket"));
        assert!(said("/a", "/run").starts_with("`/a` leads to /run, which holds /run/docker.sock"));
    }

    #[test]
    fn and_every_link_to_it() {
        assert_eq!(binding("/home/alice/link", "/run/docker.sock"), "deny");
        assert_eq!(binding("/home/alice/link", "/run"), "deny");
        assert_eq!(binding("/home/alice/link", "/"), "deny");
        assert_eq!(binding("/proc/1/root/run/docker.sock", "/run/docker.sock"), "deny");
    }

    #[test]
    fn ordinary_directories_pass() {
        for path in ["/home/alice/proj", "/runner", "/run/user/1000/proj", "/srv/data", "/var/runner"] {
            assert_eq!(binding(path, path), "pass", "{path}");
        }
    }

    #[test]
    fn a_second_name_of_the_same_socket_is_the_socket() {
        let mut facts = facts();
        let identity = Some((8, 77));
        let socket = SocketFacts { canonical: "/opt/engine/api.sock".into(), identity };
        facts.sockets = Fact::Known(vec![socket]);
        let found = BindFacts { identity, ..BindFacts::steady("/home/alice/s", BindKind::Socket) };
        facts.binds.insert("/home/alice/s".to_owned(), Fact::Known(found));
        let ask = |body: &mut ContainerCreate| body.host_config.binds = vec!["/home/alice/s:/s".to_owned()];
        assert_eq!(with(&facts, ask), "deny");
    }

    #[test]
    fn where_a_path_leads_must_be_known() {
        let ask = |body: &mut ContainerCreate| body.host_config.binds = vec!["/home/alice/x:/x".to_owned()];
        assert_eq!(with(&facts(), ask), "deny");
        let mut remote = facts();
        remote.local = false;
        assert_eq!(with(&remote, ask), "pass");
    }

    #[test]
    fn mounts_volumes_and_other_containers_are_looked_through() {
        let mount = |mount: Mount| with(&facts(), |body| body.host_config.mounts = vec![mount]);
        let kind = |kind: &str, source: &str| Mount { kind: kind.into(), source: source.into(), ..Mount::default() };
        assert_eq!(mount(kind("bind", "/run/docker.sock")), "deny");
        assert_eq!(mount(kind("tmpfs", "")), "pass");
        assert_eq!(mount(kind("volume", "data")), "deny", "an unknown volume");
        let options = [("device".to_owned(), "/var/run".to_owned()), ("o".to_owned(), "bind".to_owned())];
        let driver_config = Some(DriverConfig { name: "local".into(), options: options.clone().into() });
        let volume_options = Some(VolumeOptions { driver_config, ..VolumeOptions::default() });
        assert_eq!(mount(Mount { volume_options, ..kind("volume", "") }), "deny");

        let mut facts = facts();
        let known = |options| Fact::Known(VolumeFacts { options, ..VolumeFacts::default() });
        facts.volumes.insert("evil".to_owned(), known(options.into()));
        facts.volumes.insert("data".to_owned(), known([].into()));
        let relative = [("device".to_owned(), "var/run".to_owned()), ("o".to_owned(), "bind".to_owned())];
        facts.volumes.insert("relative".to_owned(), known(relative.into()));
        assert_eq!(with(&facts, |body| body.host_config.binds = vec!["relative:/x".to_owned()]), "deny");
        assert_eq!(with(&facts, |body| body.host_config.binds = vec!["evil:/x".to_owned()]), "deny");
        assert_eq!(with(&facts, |body| body.host_config.binds = vec!["data:/x".to_owned()]), "pass");

        let bind = ContainerMount { kind: "bind".into(), source: "/run".into(), ..ContainerMount::default() };
        let volume =
            |name: &str| ContainerMount { kind: "volume".into(), name: name.into(), ..ContainerMount::default() };
        for (mount, is) in [(bind, "deny"), (volume("evil"), "deny"), (volume("data"), "pass")] {
            let container = ContainerFacts { id: "1".to_owned(), mounts: vec![mount], ..ContainerFacts::default() };
            facts.containers.insert("c".to_owned(), Fact::Known(container));
            assert_eq!(with(&facts, |body| body.host_config.volumes_from = vec!["c:ro".to_owned()]), is);
        }
    }
}
