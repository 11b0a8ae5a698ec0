//! The world of a case: who asks, and what would be found if it were looked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::host::Host;
use super::told::{self, ApiMinor, Image, texts};
use crate::cli::{DockerGlobals, Engine};
use crate::policy::Settings;
use crate::request::mounts::{MountSource, clean, mounts, paths_in_options};
use crate::request::references::{Reference, Way, references};
use crate::request::{
    BindFacts, Caller, ContainerFacts, Date, Detour, EngineInfo, EngineVersion, Fact, Facts, GroupEntry, ImageRef,
    Leads, Needs, NetworkFacts, Request, SocketFacts, VolumeFacts,
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
    images: BTreeMap<String, Image>,
    volumes: BTreeMap<String, VolumeFacts>,
    containers: BTreeMap<String, ContainerFacts>,
    /// The machine's own.
    groups: Vec<GroupEntry>,
    version: Option<EngineVersion>,
    networks: BTreeMap<String, NetworkFacts>,
}

impl World {
    pub(super) const KEYS: [&'static str; 17] = [
        "caller",
        "date",
        "variables",
        "engine",
        "contexts",
        "api",
        "info",
        "version",
        "images",
        "volumes",
        "containers",
        "groups",
        "networks",
        "paths",
        "files",
        "unreadable",
        "unwritable",
    ];

    pub(super) fn read(settings: &mut Settings<'_>) -> Option<Self> {
        const NEWEST: ApiMinor = ApiMinor(51);
        let caller = match settings.key_spot("caller") {
            Some(_) => settings.table("caller", told::caller).flatten(),
            None => settings.require::<String>("caller").and(None),
        };
        let images = by_name(settings, "images", told::image);
        let volumes = by_name(settings, "volumes", |_, settings| told::volume(settings));
        let containers = by_name(settings, "containers", told::container);
        let networks = by_name(settings, "networks", told::network);
        let engine = settings.get::<String>("engine").map_or_else(|| DEFAULT_ENGINE.to_owned(), |engine| engine.value);
        let api = settings.get("api").map_or(NEWEST, |api| api.value);
        let date = settings.get("date").map(|date| date.value);
        let (info, version) = (settings.table("info", told::info), settings.table("version", told::version));
        let groups = told::groups(settings);
        let (variables, contexts) = (texts(settings, "variables"), texts(settings, "contexts"));
        let cwd = caller.as_ref().map_or_else(|| "/".to_owned(), |(_, cwd)| cwd.clone());
        let host = Host::read(settings, cwd);
        let (caller, _) = caller?;
        Some(Self {
            caller,
            host,
            variables,
            engine,
            contexts,
            api,
            date,
            info,
            images,
            volumes,
            containers,
            networks,
            groups,
            version,
        })
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
        let binds = self.paths(request).into_iter().map(|path| (clean(Path::new(&path)), path));
        let devices = request.body.host_config.devices.iter().map(|device| device.path_on_host.clone());
        let devices = devices.map(|path| (PathBuf::from(&path), path));
        Facts {
            image: known("images", image.map(|image| &image.facts)),
            users: known("users", image.and_then(|image| image.users.as_ref())),
            info: known("info", self.info.as_ref()),
            binds: self.lead(binds),
            roots: needs.roots.iter().filter_map(|text| Some((text.clone(), self.root(text)?))).collect(),
            sockets: Fact::Known(self.socket().into_iter().collect()),
            volumes: volumes.collect(),
            containers,
            networks,
            devices: self.lead(devices),
            groups: Fact::Known(self.groups.clone()),
            version: known("version", self.version.as_ref()),
            stands_for: self.caller.container_ids(None),
            local: self.engine.starts_with("unix:"),
        }
    }

    /// Where paths lead, each by its text, and by where it leads too: that is what a request has after a link was followed.
    fn lead(&self, paths: impl Iterator<Item = (PathBuf, String)>) -> BTreeMap<String, Fact<BindFacts>> {
        let mut leads = BTreeMap::new();
        for (path, text) in paths {
            let found = self.host.tree.resolve(&path, self.caller.uid);
            if let Ok(there) = found.known() {
                leads.insert(there.canonical.display().to_string(), found.clone());
            }
            leads.insert(text, found);
        }
        leads
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
            self.images.values().find(|image| full(&image.name).as_ref() == Some(&asked))
        };
        let digits = asked.strip_prefix("sha256:").unwrap_or(asked);
        let by_id = || {
            self.images.values().find(|image| {
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

/// What is told of each object of a kind.
fn by_name<T>(
    settings: &mut Settings<'_>,
    key: &str,
    mut read: impl FnMut(&str, &mut Settings<'_>) -> T,
) -> BTreeMap<String, T> {
    let mut all = BTreeMap::new();
    settings.table(key, |settings| {
        settings.tables(&[], |name, settings| drop(all.insert(name.to_owned(), read(name, settings))));
    });
    all
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
fn known<T: Clone>(key: &str, fact: Option<&T>) -> Fact<T> {
    let untold = || Fact::Unknown(format!("the case does not say: add `{key}`"));
    fact.map_or_else(untold, |fact| Fact::Known(fact.clone()))
}
