//! What had to be learned before judging. A fact that could not be learned says why, and refuses.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One thing that may have been learned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// No rule of this policy needed it for this request.
    #[default]
    NotAsked,
    /// Learned.
    Known(T),
    /// Asked, and not learned: why.
    Unknown(String),
}

impl<T> Fact<T> {
    /// The value, or the words of a refusal.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn known(&self) -> Result<&T, String> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown(why) => Err(why.clone()),
            Self::NotAsked => Err("it was not looked up".to_owned()),
        }
    }
}

/// What the rules of a policy need to know about one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The image's configuration and id.
    pub image: bool,
    /// The image’s passwd and group files, by a probe; where the request names no user, only if the image’s USER needs
    /// them.
    pub users: bool,
    /// The engine's `/info`.
    pub info: bool,
    /// Where bind sources lead, on this machine.
    pub binds: bool,
    /// The options of named volumes.
    pub volumes: bool,
    /// The mounts of containers that the request refers to.
    pub containers: bool,
    /// Directories that the policy names, as it spells them (`~` is the caller's home): where they lead.
    pub roots: Vec<String>,
    /// Whose the containers, volumes and networks are that the request refers to.
    pub references: bool,
    /// The networks that it joins.
    pub networks: bool,
}

impl Needs {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            image: self.image || other.image,
            users: self.users || other.users,
            info: self.info || other.info,
            binds: self.binds || other.binds,
            volumes: self.volumes || other.volumes,
            containers: self.containers || other.containers,
            roots: [self.roots, other.roots].concat(),
            references: self.references || other.references,
            networks: self.networks || other.networks,
        }
    }
}

/// Everything learned for one request.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The image.
    pub image: Fact<ImageFacts>,
    /// The image's users and groups.
    pub users: Fact<UserTables>,
    /// The engine.
    pub info: Fact<EngineInfo>,
    /// Bind sources by the text of the request.
    pub binds: BTreeMap<String, Fact<BindFacts>>,
    /// Where directories that the policy names lead, by its own text; those that only root could redirect.
    pub roots: BTreeMap<String, PathBuf>,
    /// Where the engine's own sockets are on this machine.
    pub sockets: Fact<Vec<SocketFacts>>,
    /// Named volumes by name.
    pub volumes: BTreeMap<String, Fact<VolumeFacts>>,
    /// Containers by the name in the request.
    pub containers: BTreeMap<String, Fact<ContainerFacts>>,
    /// Networks by the name in the request.
    pub networks: BTreeMap<String, Fact<NetworkFacts>>,
    /// Whom a filled-in user stands for: uid and gid.
    pub stands_for: (u32, u32),
    /// Whether the engine is on this machine, so that its paths are ours.
    pub local: bool,
}

impl Facts {
    /// A container by the name or id in the request, or by the id that a rewrite put in its place.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn container(&self, name: &str) -> Result<&ContainerFacts, String> {
        find(&self.containers, name, |container| &container.id)
    }

    /// A network, likewise.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn network(&self, name: &str) -> Result<&NetworkFacts, String> {
        find(&self.networks, name, |network| &network.id)
    }
}

fn find<'f, T>(all: &'f BTreeMap<String, Fact<T>>, name: &str, id: impl Fn(&T) -> &str) -> Result<&'f T, String> {
    let by_id = || all.values().find(|fact| fact.known().is_ok_and(|object| id(object) == name));
    all.get(name).or_else(by_id).unwrap_or(&Fact::NotAsked).known()
}

/// An image that the engine has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// `sha256:…`
    pub id: String,
    /// Its USER; empty is root.
    pub user: String,
    /// It starts with a program of its own, to which a command is an argument.
    pub has_entrypoint: bool,
    /// Its ENV, `NAME=value`.
    pub env: Vec<String>,
    /// Paths that it declares as volumes.
    pub volumes: Vec<String>,
    /// Ports that it declares, `80/tcp`.
    pub exposed_ports: Vec<String>,
    /// Its labels, which every container of it gets that does not set them itself.
    pub labels: BTreeMap<String, String>,
}

impl ImageFacts {
    /// Whether what was typed is the image's id or the beginning of it, with or without the algorithm: docker takes that
    /// for an image, and it says nothing of where the image comes from.
    #[must_use]
    pub fn is_meant_by_id(&self, typed: &str) -> bool {
        !digits_of(typed).is_empty() && digits_of(&self.id).starts_with(digits_of(typed))
    }
}

/// An id without its algorithm.
fn digits_of(id: &str) -> &str {
    id.strip_prefix("sha256:").unwrap_or(id)
}

/// A line of an image's `/etc/passwd`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswdEntry {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// Home directory.
    pub home: String,
}

/// A line of an image's `/etc/group`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupEntry {
    /// Group name.
    pub name: String,
    /// Group id.
    pub gid: u32,
}

/// The users and groups that an image knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserTables {
    /// `/etc/passwd`, in its order: the first match counts.
    pub passwd: Vec<PasswdEntry>,
    /// `/etc/group`, in its order.
    pub group: Vec<GroupEntry>,
}

/// What `/info` says of the engine, as far as rules ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineInfo {
    /// CPUs of the engine's machine.
    pub ncpu: i64,
    /// The engine runs without root: root inside is the caller outside.
    pub rootless: bool,
    /// User ids inside are shifted.
    pub userns_remap: bool,
    /// CPU quotas work.
    pub cpu_quota: bool,
    /// Memory limits work.
    pub memory_limit: bool,
    /// Swap limits work.
    pub swap_limit: bool,
    /// Process count limits work.
    pub pids_limit: bool,
    /// The version of the machine's control groups: 1 or 2.
    pub cgroup_version: u32,
    /// A container can have a control group namespace of its own.
    pub cgroup_namespaces: bool,
}

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindKind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A unix socket.
    Socket,
    /// A device, pipe or something else.
    Other,
    /// Nothing is there.
    Absent,
}

/// Where a bind source leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindFacts {
    /// The path without links; for an absent one, its nearest existing parent resolved and the rest appended.
    pub canonical: PathBuf,
    /// What is there.
    pub kind: BindKind,
    /// Device and inode, where something is there.
    pub identity: Option<(u64, u64)>,
    /// Who owns it; of an absent one, who owns the nearest directory that is there.
    pub owner: u32,
    /// The first directory on the way in which somebody else than the caller and root could put another thing in the place
    /// of the next component.
    pub movable_by_others: Option<PathBuf>,
    /// The first directory on the way in which the caller could; never where that is root.
    pub movable_by_caller: Option<PathBuf>,
}

impl BindFacts {
    /// Something that root owns and nobody can move.
    #[must_use]
    pub fn steady(canonical: impl Into<PathBuf>, kind: BindKind) -> Self {
        let canonical = canonical.into();
        Self { canonical, kind, identity: None, owner: 0, movable_by_others: None, movable_by_caller: None }
    }
}

/// A socket that controls an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketFacts {
    /// The path without links.
    pub canonical: PathBuf,
    /// Device and inode, where it exists.
    pub identity: Option<(u64, u64)>,
}

/// A named volume that exists; a name that the engine does not have is a volume without options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeFacts {
    /// The engine has it.
    pub exists: bool,
    /// Its driver.
    pub driver: String,
    /// Its driver's options.
    pub options: BTreeMap<String, String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where the engine keeps it.
    pub mountpoint: String,
}

/// A container that the request refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerFacts {
    /// Its full id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its labels, those of its image among them.
    pub labels: BTreeMap<String, String>,
    /// What it has mounted.
    pub mounts: Vec<ContainerMount>,
}

/// A network that the request joins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Its full id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `bridge`, `overlay`, `macvlan` …
    pub driver: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// One mount of an existing container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerMount {
    /// `bind`, `volume` …
    pub kind: String,
    /// The volume's name, or empty.
    pub name: String,
    /// The path on the host.
    pub source: String,
    /// The path inside.
    pub destination: String,
    /// Nothing can be written through it.
    pub read_only: bool,
    /// How mounts below it travel; empty where that means nothing.
    pub propagation: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_by_what_was_typed_and_by_its_id() {
        let id = "ab".repeat(32);
        let mut facts = Facts::default();
        let container = ContainerFacts { id: id.clone(), ..ContainerFacts::default() };
        facts.containers.insert("web".to_owned(), Fact::Known(container));
        facts.containers.insert("gone".to_owned(), Fact::Unknown("no such container".to_owned()));
        assert!(facts.container("web").is_ok() && facts.container(&id).is_ok());
        assert_eq!(facts.container("gone").unwrap_err(), "no such container");
        assert!(facts.container("ab").is_err() && facts.network("web").is_err());
    }
}
