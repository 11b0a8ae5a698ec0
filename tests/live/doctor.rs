//! `sdocker doctor` on a real engine.

use serde_json::Value;

use crate::sandbox::{Outcome, Sandbox};

fn answer(outcome: &Outcome) -> Value {
    serde_json::from_slice(&outcome.stdout).unwrap()
}

fn check<'v>(answer: &'v Value, id: &str) -> &'v Value {
    let checks = answer["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check `{id}` in {answer}"))
}

#[test]
fn a_real_engine_tells_what_it_is_and_what_it_lacks() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.sdocker("doctor --format json").quiet();
    let answer = answer(&outcome);
    assert_eq!(outcome.code, Some(10), "{answer}");
    let engine = check(&answer, "engine");
    assert!(
        engine["status"] == "ok" && engine["says"].as_str().unwrap().starts_with("reached at unix:///"),
        "{engine}"
    );
    for (id, status) in [
        ("endpoint", "ok"),
        ("seccomp", "ok"),
        ("root-inside", "warn"),
        ("icc", "warn"),
        ("debug", "ok"),
        ("swarm", "ok"),
        ("policy", "ok"),
        ("journal", "ok"),
        ("audit-rules", "unknown"),
    ] {
        assert_eq!(check(&answer, id)["status"], status, "{answer}");
    }
    let parts = check(&answer, "parts")["says"].as_str().unwrap();
    assert!(parts.contains("containerd ") && parts.contains("runc "), "{parts}");
}

#[test]
fn who_can_open_the_socket_decides_what_it_is() {
    let sandbox = Sandbox::new();
    let answer = answer(&sandbox.sdocker("doctor --format json"));
    let socket = check(&answer, "socket");
    // The engine's socket belongs to root and to the group of whoever started it.
    let (word, status) = if rustix::process::getuid().is_root() { ("boundary", "ok") } else { ("guard", "warn") };
    assert_eq!((&answer["protection"], &socket["status"]), (&word.into(), &status.into()), "{answer}");
    let says = socket["says"].as_str().unwrap();
    assert!(says.starts_with(word) && says.contains("mode 0660, served by dockerd"), "{says}");
}

#[test]
fn a_gateway_is_told_from_an_engine() {
    let sandbox = Sandbox::new();
    let socket = sandbox.home().join("gateway.sock");
    let mut gateway = sandbox.command(&format!("gateway --listen unix://{}", socket.display())).spawn().unwrap();
    crate::sandbox::eventually("the gateway listens", || socket.exists());
    let outcome = sandbox.sdocker(&format!("-H unix://{} doctor --format json", socket.display()));
    gateway.kill().unwrap();
    gateway.wait().unwrap();
    let answer = answer(&outcome);
    let endpoint = check(&answer, "endpoint");
    assert!(endpoint["says"].as_str().unwrap().contains("is a gateway's"), "{endpoint}");
}
