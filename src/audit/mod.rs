//! Judges what already exists by the same rules: turns what the engine says of a container into the request that would
//! make it.

mod defaults;
mod inspect;

pub use defaults::EngineDefaults;
pub use inspect::{AuditError, Existing, container};
