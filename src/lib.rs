//! Safe containers on a shared machine without changing how people work.
//!
//! Everything a person or program asks of the Docker Engine becomes one [`request::Request`]. Pure [`rules`] judge it
//! against a [`policy`], for a caller, with facts that were fetched beforehand. Only an [`verdict::Approved`] request
//! can reach the engine, and what reaches it is our own encoding of what was judged.
//!
//! **What it protects against.** As a command (`sdocker run`) it guards against mistakes, unsafe defaults and careless
//! scripts. It is no boundary against somebody who can open the engine's socket: that user is root on this machine.
//!
//! Rooms, lowest rank first; a room may use only rooms of a lower rank (`tests/layering.rs` holds that):

/// Rank 4: judges what already exists by the same rules.
pub mod audit;
/// Rank 4: cases of a policy: what is asked in which world, and what must come of it.
pub mod cases;
/// Rank 1: docker's grammar: flags, value grammars, lowering into a request.
pub mod cli;
/// Rank 9: one short file per verb; the wiring.
pub mod commands;
/// Rank 1: a Dockerfile, parsed, with its lines.
pub mod dockerfile;
/// Rank 6: the engine: connections, create, the run and its streams.
pub mod engine;
/// Rank 7: learns what rules need to know.
pub mod facts;
/// Rank 5: opens what is outside: policy files, env files, paths.
pub mod files;
/// Rank 8: HTTP on a unix socket, judged.
pub mod gateway;
/// Rank 4: the append-only record of decisions.
pub mod journal;
/// Rank 1: policy texts as spanned tables, merged by key name.
pub mod policy;
/// Rank 4: a verdict for people.
pub mod report;
/// Rank 0: what is asked and everything said about it; wire models, strict JSON, facts as data.
pub mod request;
/// Rank 2: one file per rule, one table.
pub mod rules;
/// Rank 3: judges a request; the only maker of approvals.
pub mod verdict;
