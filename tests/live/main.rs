//! What `sdocker run` promises, on a real engine. `make test` starts a private one and names it in
//! `SDOCKER_TEST_ENGINE`; without that every test here fails and says so.
#![cfg(test)]

mod check;
mod doctor;
mod gateway;
mod lifecycle_cidfile;
mod lifecycle_codes;
mod lifecycle_requests;
mod lifecycle_signals;
mod lifecycle_streams;
mod lifecycle_terminal;
mod limits;
mod mounts;
mod networks;
mod permissive;
mod reach;
mod refusals;
mod registry;
mod shapes;
mod streams;
mod terminal;
mod users;

#[path = "../support/http.rs"]
mod http;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/relay.rs"]
mod relay;
#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/tls_front.rs"]
mod tls_front;
