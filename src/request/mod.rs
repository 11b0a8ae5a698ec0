//! What is asked, and everything said about it: rank 0, pure data without files, clock, environment or sockets.

mod caller;
mod check;
mod date;
mod detour;
mod facts;
mod finding;
mod hidden;
mod image;
pub mod json;
pub mod mounts;
mod origin;
mod owner;
pub mod ports;
mod quote;
pub mod references;
mod remark;
mod rewrite;
pub mod secrets;
mod security_opt;
pub mod sizes;
pub mod tokens;
mod user;
pub mod wire;

pub use caller::Caller;
pub use check::{Check, Status};
pub use date::Date;
pub use detour::{Detour, Leads};
pub use facts::{
    BindFacts, BindKind, ContainerFacts, ContainerMount, EngineInfo, EngineVersion, Fact, Facts, GroupEntry,
    ImageFacts, Needs, NetworkFacts, PasswdEntry, SocketFacts, UserTables, VolumeFacts,
};
pub use finding::{Action, Finding, RuleId};
pub use hidden::{clean, is_hidden, json_line};
pub(crate) use image::grammar as image_grammar;
pub use image::{ImageRef, ImageRefError};
pub use origin::{Origin, Origins, PolicySpot};
pub use owner::{OWNER_LABEL, Owner, RESERVED_PREFIX};
pub use quote::quoted;
pub use remark::Remark;
pub use rewrite::{Change, Clash, Rewrite, apply, member};
pub use security_opt::SecurityOpt;
pub use user::{Id, Ids, UserFault, UserSpec};

use wire::ContainerCreate;

/// One container asked for: the body, what travels in the query, and where each value came from.
#[derive(Debug, Clone)]
pub struct Request {
    /// The body of `POST /containers/create`.
    pub body: ContainerCreate,
    /// `--name`; sent in the query.
    pub name: Option<String>,
    /// `--platform`; sent in the query.
    pub platform: Option<String>,
    /// Who said what.
    pub origins: Origins,
    /// What the body cannot say about how it was asked for.
    pub manner: Manner,
}

/// How a container was asked for, where the body is silent about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manner {
    /// The container is started in the background (`run -d`); the only manner in which a restart policy is useful.
    pub detached: bool,
    /// `--restart` was typed: docker sends `no` both for that and for silence.
    pub restart_typed: bool,
    /// Whoever asks makes a missing source of a bind as the caller, before the engine would make it as root.
    pub makes_sources: bool,
    /// Options before the verb that lead elsewhere than the settings in force.
    pub detours: Vec<Detour>,
}
