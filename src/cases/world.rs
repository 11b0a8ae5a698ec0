//! The world of a case: who asks, and what would be found if it were looked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::host::Host;
use crate::cli::{DockerGlobals, Engine};
use crate::policy::{FromNode, Settings, Value};
use crate::request::mounts::{MountSource, clean, mounts, paths_in_options};
use crate::request::references::{Reference, Way, references};
use crate::request::{
    Caller, ContainerFacts, ContainerMount, Date, Detour, EngineInfo, Fact, Facts, GroupEntry, ImageFacts, ImageRef,
    Leads, Needs, NetworkFacts, OWNER_LABEL, PasswdEntry, Request, SocketFacts, UserTables, VolumeFacts,
};

/// The engine that a case without a word about it has.
const DEFAULT_ENGINE: &str = "unix:///var/run/docker.sock";
/// What is known of an object that the case does not tell.
const NOT_THERE: &str = "the engine does not have it";
/// What docker turns to when TLS is wanted and no engine is named.
const TLS_ENGINE: &str = "tcp://localhost:2376";

/// Who asks, and all that is told of what could be looked up.
#[derive(Debug)]
pub(super) struct World {
    pub(super) caller: Caller,
    pub(super) host: Host,
    pub(super) variables: BTreeMap<String, String>,
    /// The engine that the settings in force name.
    engine: String,
    contexts: BTreeMap<String, String>,
    api: ApiMinor,
    /// The day on which it is asked, where that matters.
    pub(super) date: Option<Date>,
    info: Option<EngineInfo>,
    images: Vec<Image>,
    volumes: BTreeMap<String, VolumeFacts>,
    containers: BTreeMap<String, ContainerFacts>,
    networks: BTreeMap<String, NetworkFacts>,
}

/// An image that the engine has.
#[derive(Debug)]
struct Image {
    name: String,
    facts: ImageFacts,
    users: Option<UserTables>,
}

/// `"1.51"`
#[derive(Debug, Clone, Copy)]
struct ApiMinor(u16);

impl FromNode for ApiMinor {
    const EXPECTED: &'static str = "a version of the Engine API such as \"1.51\"";
    fn from_value(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        text.strip_prefix("1.")?.parse().ok().map(Self)
    }
}

impl World {
    pub(super) const KEYS: [&'static str; 15] = [
        "caller",
        "date",
        "variables",
        "engine",
        "contexts",
        "api",
        "info",
        "images",
        "volumes",
        "containers",
        "networks",
        "paths",
        "files",
        "unreadable",
        "unwritable",
    ];

    pub(super) fn read(settings: &mut Settings<'_>) -> Option<Self> {
        const NEWEST: ApiMinor = ApiMinor(51);
        let caller = match settings.key_spot("caller") {
            Some(_) => settings.table("caller", caller).flatten(),
            None => settings.require::<String>("caller").and(None),
        };
        let (mut images, mut volumes) = (Vec::new(), BTreeMap::new());
        let (mut containers, mut networks) = (BTreeMap::new(), BTreeMap::new());
        settings.table("images", |settings| {
            settings.tables(&[], |name, settings| images.push(image(name, settings)));
        });
        settings.table("volumes", |settings| {
            settings.tables(&[], |name, settings| drop(volumes.insert(name.to_owned(), volume(settings))));
        });
        settings.table("containers", |settings| {
            settings.tables(&[], |name, settings| drop(containers.insert(name.to_owned(), container(name, settings))));
        });
        settings.table("networks", |settings| {
            settings.tables(&[], |name, settings| drop(networks.insert(name.to_owned(), network(name, settings))));
        });
        let engine = settings.get::<String>("engine").map_or_else(|| DEFAULT_ENGINE.to_owned(), |engine| engine.value);
        let api = settings.get("api").map_or(NEWEST, |api| api.value);
        let date = settings.get("date").map(|date| date.value);
        let info = settings.table("info", info);
        let (variables, contexts) = (texts(settings, "variables"), texts(settings, "contexts"));
        let cwd = caller.as_ref().map_or_else(|| "/".to_owned(), |(_, cwd)| cwd.clone());
        let host = Host::read(settings, cwd);
        let (caller, _) = caller?;
        Some(Self { caller, host, variables, engine, contexts, api, date, info, images, volumes, containers, networks })
    }

    /// The engine, as docker's own command line code sees it.
    pub(super) fn api(&self) -> Engine<'static> {
        Engine { api: self.api.0, os: "linux" }
    }

    /// The engine that the options before the verb lead to, and how far that is from the settings in force.
    ///
    /// # Errors
    /// Docker's words about an engine that cannot be named so.
    pub(super) fn reach(&self, docker: &DockerGlobals) -> Result<(String, Vec<Detour>), String> {
        let settings = format!(
            "{}/.docker",
            self.caller.home.as_ref().map_or_else(String::new, |home| home.display().to_string())
        );
        let engine = self.named_engine(docker)?;
        let mut detours = Vec::new();
        if let Some(directory) =
            docker.config.as_ref().filter(|directory| !directory.is_empty() && **directory != settings)
        {
            let leads = Leads::ToSettings(directory.clone());
            detours.push(Detour { leads, option: "config", instead_of: settings });
        }
        if let Some(option) = docker.decisive().filter(|_| engine != self.engine) {
            let leads = Leads::ToEngine(engine.clone());
            detours.push(Detour { leads, option, instead_of: self.engine.clone() });
        }
        Ok((engine, detours))
    }

    fn named_engine(&self, docker: &DockerGlobals) -> Result<String, String> {
        let secured = docker.tls == Some(true) || docker.tls_verify == Some(true);
        match (docker.context.as_deref(), docker.hosts.as_slice()) {
            (None | Some("" | "default"), []) if secured && !self.engine.starts_with("tcp:") => {
                Ok(TLS_ENGINE.to_owned())
            }
            (None | Some("" | "default"), []) => Ok(self.engine.clone()),
            (Some(name), []) => {
                let found = self.contexts.get(name).cloned();
                found.ok_or_else(|| format!("unable to resolve docker endpoint: context \"{name}\": context not found"))
            }
            (_, [one]) if one.trim().is_empty() => Ok(DEFAULT_ENGINE.to_owned()),
            (_, [one]) => Ok(one.clone()),
            (_, _) => Err("unable to resolve docker endpoint: Specify only one -H".to_owned()),
        }
    }

    /// What a run would learn of this request in this world.
    pub(super) fn facts(&self, request: &Request, needs: &Needs) -> Facts {
        let image = self.image(&request.body.image);
        let mut binds = BTreeMap::new();
        for path in self.paths(request) {
            let found = self.host.tree.resolve(&clean(Path::new(&path)), self.caller.uid);
            if let Ok(leads) = found.known() {
                binds.insert(leads.canonical.display().to_string(), found.clone());
            }
            binds.insert(path, found);
        }
        let named = |name: &str| self.volumes.get(name).cloned().unwrap_or_default();
        let asked = mounts(&request.body).into_iter().filter_map(|mount| match mount.source {
            MountSource::Volume(name) => Some(name),
            MountSource::Path(_) | MountSource::Own => None,
        });
        let containers = found(request, Way::is_container, &self.containers, |container| &container.id);
        let networks = found(request, |way| way == Way::Network, &self.networks, |network| &network.id);
        let brought = self.containers.values().flat_map(|container| &container.mounts).map(|mount| mount.name.clone());
        let names = asked.chain(brought).filter(|name| !name.is_empty());
        let volumes = names.map(|name| (name.clone(), Fact::Known(named(&name))));
        Facts {
            image: told("images", image.map(|image| &image.facts)),
            users: told("users", image.and_then(|image| image.users.as_ref())),
            info: told("info", self.info.as_ref()),
            binds,
            roots: needs.roots.iter().filter_map(|text| Some((text.clone(), self.root(text)?))).collect(),
            sockets: Fact::Known(self.socket().into_iter().collect()),
            volumes: volumes.collect(),
            containers,
            networks,
            stands_for: self.caller.container_ids(None),
            local: self.engine.starts_with("unix:"),
        }
    }

    /// Where a directory that the policy names leads.
    fn root(&self, text: &str) -> Option<PathBuf> {
        let path = match text.strip_prefix('~') {
            Some(rest) => self.caller.home.as_ref()?.join(rest.trim_start_matches('/')),
            None => PathBuf::from(text),
        };
        self.host.tree.steady(&path)
    }

    /// The engine's own socket.
    fn socket(&self) -> Option<SocketFacts> {
        let path = self.engine.strip_prefix("unix://")?;
        let found = self.host.tree.resolve(Path::new(path), self.caller.uid);
        let canonical = found.known().map_or_else(|_| path.into(), |found| found.canonical.clone());
        Some(SocketFacts { canonical, identity: None })
    }

    /// By name, however it is written, or by the beginning of its id.
    fn image(&self, asked: &str) -> Option<&Image> {
        let full = |name: &str| {
            ImageRef::parse(name)
                .ok()
                .map(|image| (image.name(), image.tag_or_latest().map(str::to_owned), image.digest))
        };
        let by_name = || {
            let asked = full(asked)?;
            self.images.iter().find(|image| full(&image.name).as_ref() == Some(&asked))
        };
        let digits = asked.strip_prefix("sha256:").unwrap_or(asked);
        let by_id = || {
            self.images.iter().find(|image| {
                let id = image.facts.id.strip_prefix("sha256:").unwrap_or(&image.facts.id);
                !digits.is_empty() && id.starts_with(digits)
            })
        };
        by_name().or_else(by_id)
    }

    /// Every path of the host that rules may ask about.
    fn paths(&self, request: &Request) -> Vec<String> {
        let options = |options: &BTreeMap<String, String>| {
            paths_in_options(options.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        };
        let mut paths: Vec<String> = self.volumes.values().flat_map(|volume| options(&volume.options)).collect();
        paths
            .extend(self.containers.values().flat_map(|container| &container.mounts).map(|mount| mount.source.clone()));
        for mount in mounts(&request.body) {
            paths.extend(options(&mount.options.into_iter().collect()));
            if let MountSource::Path(path) = mount.source {
                paths.push(path);
            }
        }
        paths
    }
}

/// What a request refers to in some way, found as the engine finds it: by its whole id, its name, the beginning of its id.
fn found<T: Clone>(
    request: &Request,
    way: fn(Way) -> bool,
    all: &BTreeMap<String, T>,
    id: fn(&T) -> &String,
) -> BTreeMap<String, Fact<T>> {
    let fact = |name: &str| {
        let whole = || all.values().find(|object| id(object) == name);
        let piece = || all.values().find(|object| id(object).starts_with(name));
        let there = whole().or_else(|| all.get(name)).or_else(piece).filter(|_| !name.is_empty());
        there.map_or_else(|| Fact::Unknown(NOT_THERE.to_owned()), |object| Fact::Known(object.clone()))
    };
    let names = references(&request.body).into_iter().filter(|reference| way(reference.way));
    names.map(|Reference { name, .. }| (name.clone(), fact(&name))).collect()
}

/// A fact that the case tells; else the key that would tell it.
fn told<T: Clone>(key: &str, fact: Option<&T>) -> Fact<T> {
    let untold = || Fact::Unknown(format!("the case does not say: add `{key}`"));
    fact.map_or_else(untold, |fact| Fact::Known(fact.clone()))
}

/// Who asks, and where they stand.
fn caller(settings: &mut Settings<'_>) -> Option<(Caller, String)> {
    settings.only(&["name", "uid", "gid", "groups", "group-names", "home", "cwd"]);
    let text = |settings: &mut Settings<'_>, key: &str| settings.get::<String>(key).map(|text| text.value);
    let (uid, gid) = (settings.require::<u32>("uid"), settings.require::<u32>("gid"));
    let groups = settings.list::<u32>("groups").map_or_else(Vec::new, |list| list.value);
    let (name, home, cwd) = (text(settings, "name"), text(settings, "home"), text(settings, "cwd"));
    let cwd = cwd.or_else(|| home.clone()).unwrap_or_else(|| "/".to_owned());
    let groups = groups.into_iter().map(|group| group.value).collect();
    let group_names = list(settings, "group-names");
    let home = home.map(Into::into);
    Some((Caller { uid: uid?.value, gid: gid?.value, groups, group_names, name, home }, cwd))
}

/// An engine that can do all that an ordinary one can, but for what is told.
fn info(settings: &mut Settings<'_>) -> EngineInfo {
    settings.only(&[
        "cpus",
        "rootless",
        "userns-remap",
        "cpu-quota",
        "memory-limit",
        "swap-limit",
        "pids-limit",
        "cgroup-version",
        "cgroup-namespaces",
    ]);
    let mut number = |key: &str, usual: u32| settings.get::<u32>(key).map_or(usual, |number| number.value);
    let (ncpu, cgroup_version) = (number("cpus", 8).into(), number("cgroup-version", 2));
    let mut switch = |key: &str, usual: bool| settings.get::<bool>(key).map_or(usual, |switch| switch.value);
    EngineInfo {
        ncpu,
        rootless: switch("rootless", false),
        userns_remap: switch("userns-remap", false),
        cpu_quota: switch("cpu-quota", true),
        memory_limit: switch("memory-limit", true),
        swap_limit: switch("swap-limit", true),
        pids_limit: switch("pids-limit", true),
        cgroup_version,
        cgroup_namespaces: switch("cgroup-namespaces", true),
    }
}

fn image(name: &str, settings: &mut Settings<'_>) -> Image {
    settings.only(&["id", "user", "env", "volumes", "ports", "entrypoint", "users", "groups", "labels"]);
    let text = |settings: &mut Settings<'_>, key: &str| {
        settings.get::<String>(key).map_or_else(String::new, |text| text.value)
    };
    let facts = ImageFacts {
        id: text(settings, "id"),
        user: text(settings, "user"),
        env: list(settings, "env"),
        volumes: list(settings, "volumes"),
        exposed_ports: list(settings, "ports"),
        has_entrypoint: settings.get::<bool>("entrypoint").is_some_and(|has| has.value),
        labels: texts(settings, "labels"),
    };
    let told = settings.key_spot("users").is_some();
    let mut tables = UserTables::default();
    settings.each("users", |settings| {
        settings.only(&["name", "uid", "gid", "home"]);
        let home = settings.get::<String>("home").map_or_else(|| "/".to_owned(), |home| home.value);
        let (name, uid, gid) = (settings.require::<String>("name"), settings.require("uid"), settings.require("gid"));
        if let (Some(name), Some(uid), Some(gid)) = (name, uid, gid) {
            tables.passwd.push(PasswdEntry { name: name.value, uid: uid.value, gid: gid.value, home });
        }
    });
    settings.each("groups", |settings| {
        settings.only(&["name", "gid"]);
        if let (Some(name), Some(gid)) = (settings.require::<String>("name"), settings.require("gid")) {
            tables.group.push(GroupEntry { name: name.value, gid: gid.value });
        }
    });
    Image { name: name.to_owned(), facts, users: told.then_some(tables) }
}

fn volume(settings: &mut Settings<'_>) -> VolumeFacts {
    settings.only(&["driver", "options", "labels", "owner"]);
    let driver = settings.get::<String>("driver").map_or_else(|| "local".to_owned(), |driver| driver.value);
    let (options, mut labels) = (texts(settings, "options"), texts(settings, "labels"));
    labels.extend(owner(settings));
    VolumeFacts { exists: true, driver, options, labels, mountpoint: String::new() }
}

fn container(name: &str, settings: &mut Settings<'_>) -> ContainerFacts {
    settings.only(&["id", "owner", "mounts"]);
    let id = settings.get::<String>("id").map_or_else(String::new, |id| id.value);
    let mut mounts = Vec::new();
    settings.each("mounts", |settings| {
        settings.only(&["type", "name", "source", "target", "read-only", "propagation"]);
        let read_only = settings.get::<bool>("read-only").is_some_and(|read_only| read_only.value);
        let mut text = |key: &str| settings.get::<String>(key).map_or_else(String::new, |text| text.value);
        let (kind, name) = (text("type"), text("name"));
        let (source, destination, propagation) = (text("source"), text("target"), text("propagation"));
        mounts.push(ContainerMount { kind, name, source, destination, read_only, propagation });
    });
    ContainerFacts { id, name: name.to_owned(), labels: owner(settings), mounts }
}

fn network(name: &str, settings: &mut Settings<'_>) -> NetworkFacts {
    settings.only(&["id", "owner", "driver"]);
    let text = |settings: &mut Settings<'_>, key: &str| settings.get::<String>(key).map(|text| text.value);
    let (id, driver) = (text(settings, "id").unwrap_or_default(), text(settings, "driver"));
    let driver = driver.unwrap_or_else(|| "bridge".to_owned());
    NetworkFacts { id, name: name.to_owned(), driver, labels: owner(settings) }
}

/// The label of an object that belongs to somebody.
fn owner(settings: &mut Settings<'_>) -> BTreeMap<String, String> {
    let owner = settings.get::<String>("owner");
    owner.into_iter().map(|owner| (OWNER_LABEL.to_owned(), owner.value)).collect()
}

fn list(settings: &mut Settings<'_>, key: &str) -> Vec<String> {
    let list = settings.list::<String>(key).map_or_else(Vec::new, |list| list.value);
    list.into_iter().map(|text| text.value).collect()
}

/// A table of texts by name.
fn texts(settings: &mut Settings<'_>, key: &str) -> BTreeMap<String, String> {
    let read = |settings: &mut Settings<'_>| {
        let keys = settings.keys();
        keys.into_iter().filter_map(|key| settings.get::<String>(&key).map(|text| (key, text.value))).collect()
    };
    settings.table(key, read).unwrap_or_default()
}
