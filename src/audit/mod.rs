//! Judges what already exists: a container by the same rules, as the request that would make it, and the machine itself.

mod defaults;
pub mod doctor;
mod inspect;
mod machine;

pub use defaults::EngineDefaults;
pub use inspect::{AuditError, Existing, container};
pub use machine::{
    AccessFacts, DaemonFacts, DirectoryFacts, EngineFacts, FileFacts, InfoFacts, InstallFacts, Machine, Named,
    PolicyFacts, ProgramFacts, Way, WayKind,
};
