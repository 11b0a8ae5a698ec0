//! What was typed: each value checked by itself and with its place; nothing looked up, nothing combined.

use super::flag::Needs;
use super::flags;
use super::verb::Verb;
use crate::request::Origin;

/// A value and where it was typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Traced<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// A flag of which the last one counts.
pub(crate) type Once<T> = Option<Traced<T>>;

/// A flag of which each one counts.
pub(crate) type Many<T> = Vec<Traced<T>>;

/// Whether a switch is on.
pub(crate) fn is_on(switch: &Once<bool>) -> bool {
    switch.as_ref().is_some_and(|s| s.value)
}

/// The text of a flag, empty when it was not typed.
pub(crate) fn text_of(flag: &Once<String>) -> &str {
    flag.as_ref().map_or("", |t| t.value.as_str())
}

/// A flag that only some engines take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Its long name as typed.
    pub flag: &'static str,
    /// What it needs.
    pub needs: Needs,
}

/// The flags by theme, the image and its command.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) process: flags::process::Process,
    pub(crate) client: flags::client::Client,
    pub(crate) network: flags::network::Network,
    pub(crate) storage: flags::storage::Storage,
    pub(crate) limits: flags::limits::Limits,
    pub(crate) block_io: flags::block_io::BlockIo,
    pub(crate) security: flags::security::Security,
    pub(crate) devices: flags::devices::Devices,
    pub(crate) lifecycle: flags::lifecycle::Lifecycle,
    pub(crate) health: flags::health::Health,
    pub(crate) metadata: flags::metadata::Metadata,
    pub(crate) help: Once<bool>,
    pub(crate) gates: Vec<Gate>,
}

/// A whole command line as typed.
#[derive(Debug)]
pub struct Parsed {
    pub(crate) verb: Verb,
    pub(crate) typed: Typed,
    pub(crate) image: Traced<String>,
    pub(crate) command: Many<String>,
}
