//! The mini-grammars inside docker's flag values: pure functions from text to meaning.
//!
//! Docker is written in Go, and its values are read by Go's own parsers; what those accept (`0x1f4`, `1_000`, `.5h`)
//! and how they complain is part of the grammar. Errors are docker's own words.

pub(crate) mod addresses;
pub(crate) mod block_io;
pub(crate) mod capability;
pub(crate) mod cpus;
pub(crate) mod csv;
pub(crate) mod device;
pub(crate) mod duration;
pub(crate) mod float;
pub(crate) mod gpus;
pub(crate) mod json;
pub(crate) mod key_values;
pub(crate) mod mount;
pub(crate) mod network;
pub(crate) mod number;
pub(crate) mod path;
pub(crate) mod platform;
pub(crate) mod ports;
pub(crate) mod quote;
pub(crate) mod restart;
pub(crate) mod size;
pub(crate) mod sysctl;
pub(crate) mod ulimit;
pub(crate) mod volume;

/// A value, or docker's own words for why it is none.
pub(crate) type Said<T> = Result<T, String>;
