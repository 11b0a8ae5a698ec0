//! What there is to know of a machine and its engine, as data: gathered elsewhere, judged by [`super::doctor`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::request::{Caller, Fact};

/// An installation.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Who asks.
    pub caller: Caller,
    /// How the engine is reached.
    pub way: Way,
    /// What the engine says of itself.
    pub engine: Fact<EngineFacts>,
    /// Who can open the engine's socket, where it has one on this machine.
    pub socket: Fact<AccessFacts>,
    /// The members of the group `docker`; nothing where there is no such group.
    pub docker_group: Fact<Option<Vec<String>>>,
    /// How the daemon was started.
    pub daemon: Fact<DaemonFacts>,
    /// The files that rule the daemon, as far as they are there.
    pub files: Vec<(PathBuf, Fact<FileFacts>)>,
    /// Addresses of the ports of an engine on which somebody listens.
    pub listeners: Fact<Vec<String>>,
    /// Where the engine keeps everything.
    pub data_root: Fact<DirectoryFacts>,
    /// What belongs to sdocker.
    pub install: InstallFacts,
}

/// How the engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The address, as `DOCKER_HOST` has it.
    pub address: String,
    /// By what.
    pub kind: WayKind,
}

/// By what the engine is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayKind {
    /// A unix socket of this machine.
    Socket,
    /// A unix socket on which `sdocker gateway` listens; the engine's own is another one.
    Gateway,
    /// TCP in the clear; to this machine itself, or to another.
    Plain {
        /// The address is of this machine.
        local: bool,
    },
    /// TCP with TLS.
    Tls,
    /// Ssh.
    Ssh,
}

/// What `/version`, `/info` and `/networks/bridge` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineFacts {
    /// `Engine`, `Podman Engine`.
    pub product: String,
    /// The engine's own version.
    pub version: String,
    /// The newest API that it speaks.
    pub api: String,
    /// The oldest API that it speaks.
    pub oldest_api: String,
    /// The API that sdocker speaks with it.
    pub spoken_api: String,
    /// Versions of what it is made of: containerd, runc …
    pub components: Vec<(String, String)>,
    /// The machine's kernel.
    pub kernel: String,
    /// `/info`
    pub info: Fact<InfoFacts>,
    /// The options of the network `bridge`; none where there is no such network.
    pub bridge: Fact<BTreeMap<String, String>>,
}

/// What `/info` says, as far as it concerns protection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InfoFacts {
    /// `name=seccomp,profile=default` …
    pub security_options: Vec<String>,
    /// 1 or 2.
    pub cgroup_version: u32,
    /// What cannot be limited: `cpus`, `memory` …
    pub unlimited: Vec<&'static str>,
    /// The storage driver.
    pub storage: String,
    /// The default log driver.
    pub log_driver: String,
    /// Containers outlive the daemon.
    pub live_restore: bool,
    /// The daemon logs everything.
    pub debug: bool,
    /// Experimental features are on.
    pub experimental: bool,
    /// Registries that may be spoken to in the clear, those of this machine aside.
    pub insecure_registries: Vec<String>,
    /// Authorization plugins.
    pub authorization: Vec<String>,
    /// It is a member of a swarm.
    pub swarm: bool,
    /// What the daemon itself warns of.
    pub warnings: Vec<String>,
}

/// A name and a number of the system's database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The number.
    pub id: u32,
    /// The name, where there is one.
    pub name: Option<String>,
}

impl Named {
    /// The name, else the number.
    #[must_use]
    pub fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.id.to_string())
    }
}

/// Who may open a socket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFacts {
    /// The path without links.
    pub path: PathBuf,
    /// Whose it is.
    pub owner: Named,
    /// Of which group.
    pub group: Named,
    /// Who is in that group, by name.
    pub members: Vec<String>,
    /// Permission bits.
    pub mode: u32,
    /// Users and groups that an access control list adds, by name.
    pub listed: Vec<String>,
    /// The directories above it, the nearest first.
    pub parents: Vec<DirectoryFacts>,
    /// Whether the caller can open it.
    pub openable: bool,
    /// The program that listens there.
    pub served_by: Option<String>,
}

/// A directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryFacts {
    /// Where.
    pub path: PathBuf,
    /// Whose.
    pub uid: u32,
    /// Of which group.
    pub gid: u32,
    /// Permission bits.
    pub mode: u32,
    /// It lies on another file system than the directory above it.
    pub apart: bool,
}

/// A file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Whose.
    pub uid: u32,
    /// Permission bits.
    pub mode: u32,
}

/// How the daemon was started.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DaemonFacts {
    /// Its command line, without the program.
    pub flags: Vec<String>,
    /// `daemon.json`; empty where there is none.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// What belongs to sdocker.
#[derive(Debug, Clone)]
pub struct InstallFacts {
    /// The policy in force; or everything that is wrong with it.
    pub policy: Result<PolicyFacts, String>,
    /// The machine has a policy that users cannot replace.
    pub machine_policy: bool,
    /// What `docker` is in `PATH`.
    pub docker: Option<ProgramFacts>,
    /// Docker's own client, sdocker itself aside.
    pub client: Option<PathBuf>,
    /// Its version.
    pub client_version: Fact<String>,
    /// `DOCKER_CONTENT_TRUST` asks for signatures.
    pub content_trust: bool,
    /// Where decisions are written.
    pub journal: Fact<PathBuf>,
}

/// The texts of a policy, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyFacts {
    /// All of them, the lowest first.
    pub sources: Vec<String>,
    /// Those that may only tighten.
    pub guests: Vec<String>,
    /// Files that were passed over, and why.
    pub notes: Vec<String>,
}

/// A program in `PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramFacts {
    /// Where.
    pub path: PathBuf,
    /// It is sdocker.
    pub is_self: bool,
}
