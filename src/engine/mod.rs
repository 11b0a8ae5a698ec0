//! The engine: connections, create, the life of a run, its streams, and what rules ask of the engine.
//!
//! Two clients share one set of connections: hyper where the bytes matter (ping, create, attach, wait, pull), bollard
//! for the calls whose typed form is right. Nothing here decides anything about a request: [`Engine::create`] takes
//! only what was approved.

mod about;
mod attach;
mod bridge;
mod client;
mod console;
mod create;
mod demux;
mod detach;
mod endpoint;
mod error;
mod inspect;
mod lines;
mod names;
mod pour;
mod probe;
mod pull;
mod pull_display;
mod run;
mod signals;
mod ssh;
mod ssh_address;
mod streams;
mod terminal;
mod tls;
mod tls_words;
mod users;
mod volumes;
mod wait;
mod wire;

pub use client::{ApiVersion, Engine, Pong};
pub use console::Console;
pub use create::Created;
pub use endpoint::{Endpoint, EndpointError};
pub use error::{EngineError, exit_code_of};
pub use pull::{Progress, PullEvent};
pub use pull_display::PullDisplay;
pub use run::{Outcome, Removal, RunOptions};
pub use ssh_address::SshAddress;
pub use tls::{Tls, Trust};
