//! The readers of what a case tells of its world, a table each.

use std::collections::BTreeMap;

use crate::policy::{FromNode, Settings, Value};
use crate::request::{
    Caller, ContainerFacts, ContainerMount, EngineInfo, EngineVersion, GroupEntry, ImageFacts, NetworkFacts,
    OWNER_LABEL, PasswdEntry, UserTables, VolumeFacts,
};

/// An image that the engine has.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) name: String,
    pub(super) facts: ImageFacts,
    pub(super) users: Option<UserTables>,
}

/// `"1.51"`
#[derive(Debug, Clone, Copy)]
pub(super) struct ApiMinor(pub(super) u16);

impl FromNode for ApiMinor {
    const EXPECTED: &'static str = "a version of the Engine API such as \"1.51\"";
    fn from_value(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        text.strip_prefix("1.")?.parse().ok().map(Self)
    }
}

/// Who asks, and where they stand.
pub(super) fn caller(settings: &mut Settings<'_>) -> Option<(Caller, String)> {
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
pub(super) fn info(settings: &mut Settings<'_>) -> EngineInfo {
    settings.only(&[
        "cpus",
        "rootless",
        "userns-remap",
        "cpu-quota",
        "memory-limit",
        "swap-limit",
        "pids-limit",
        "cpuset",
        "cgroup-version",
        "cgroup-driver",
        "log-driver",
        "runtime",
        "cgroup-namespaces",
    ]);
    let mut text =
        |key: &str, usual: &str| settings.get::<String>(key).map_or_else(|| usual.to_owned(), |text| text.value);
    let (cgroup_driver, logging_driver) = (text("cgroup-driver", "systemd"), text("log-driver", "json-file"));
    let default_runtime = text("runtime", "runc");
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
        cpuset: switch("cpuset", true),
        cgroup_version,
        cgroup_driver,
        logging_driver,
        default_runtime,
        cgroup_namespaces: switch("cgroup-namespaces", true),
    }
}

pub(super) fn version(settings: &mut Settings<'_>) -> EngineVersion {
    settings.only(&["engine", "containerd", "runc"]);
    let mut text = |key: &str| settings.get::<String>(key).map_or_else(String::new, |text| text.value);
    EngineVersion { engine: text("engine"), containerd: text("containerd"), runc: text("runc") }
}

pub(super) fn groups(settings: &mut Settings<'_>) -> Vec<GroupEntry> {
    let mut groups = Vec::new();
    settings.each("groups", |settings| {
        settings.only(&["name", "gid"]);
        if let (Some(name), Some(gid)) = (settings.require::<String>("name"), settings.require("gid")) {
            groups.push(GroupEntry { name: name.value, gid: gid.value });
        }
    });
    groups
}

pub(super) fn image(name: &str, settings: &mut Settings<'_>) -> Image {
    settings.only(&[
        "id",
        "user",
        "env",
        "volumes",
        "ports",
        "entrypoint",
        "workdir",
        "tags",
        "digests",
        "users",
        "groups",
        "labels",
    ]);
    let tags = settings.key_spot("tags").is_some().then(|| list(settings, "tags"));
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
        working_dir: text(settings, "workdir"),
        repo_tags: tags.unwrap_or_else(|| vec![name.to_owned()]),
        repo_digests: list(settings, "digests"),
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
    tables.group = groups(settings);
    Image { name: name.to_owned(), facts, users: told.then_some(tables) }
}

pub(super) fn volume(settings: &mut Settings<'_>) -> VolumeFacts {
    settings.only(&["driver", "options", "labels", "owner"]);
    let driver = settings.get::<String>("driver").map_or_else(|| "local".to_owned(), |driver| driver.value);
    let (options, mut labels) = (texts(settings, "options"), texts(settings, "labels"));
    labels.extend(owner(settings));
    VolumeFacts { exists: true, driver, options, labels, mountpoint: String::new() }
}

pub(super) fn container(name: &str, settings: &mut Settings<'_>) -> ContainerFacts {
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

pub(super) fn network(name: &str, settings: &mut Settings<'_>) -> NetworkFacts {
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
pub(super) fn texts(settings: &mut Settings<'_>, key: &str) -> BTreeMap<String, String> {
    let read = |settings: &mut Settings<'_>| {
        let keys = settings.keys();
        keys.into_iter().filter_map(|key| settings.get::<String>(&key).map(|text| (key, text.value))).collect()
    };
    settings.table(key, read).unwrap_or_default()
}
