//! What docker did with each recorded command line is what sdocker does: the grammar by itself, and the built program
//! against an engine that only records.
#![cfg(test)]
#![expect(clippy::print_stdout, reason = "a test program: what is not as expected ends it")]

mod endpoint;
mod grammar;
mod logins;
mod program;
mod stage;

#[path = "../support/body.rs"]
mod body;
#[path = "../support/corpus.rs"]
mod corpus;
