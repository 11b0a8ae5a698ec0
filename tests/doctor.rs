//! `sdocker doctor` where there is no engine: what can be told is told, and the rest is said not to be known.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn doctor(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.args(words).env_clear().current_dir(self.0.path());
        for place in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            command.env(place, self.0.path());
        }
        command.env("DOCKER_HOST", "unix:///nowhere/docker.sock").env("PATH", self.at("bin"));
        command
    }
}

/// Exit code and answer.
fn answer(mut command: Command) -> (Option<i32>, Value) {
    let output = command.args(["doctor", "--format", "json"]).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

fn check<'v>(answer: &'v Value, id: &str) -> (&'v str, &'v str) {
    let checks = answer["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check `{id}`"));
    (found["status"].as_str().unwrap(), found["says"].as_str().unwrap())
}

fn link(target: impl AsRef<Path>, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(target, path).unwrap();
}

#[test]
fn without_an_engine_the_rest_is_still_told() {
    let home = Home::new();
    let (code, answer) = answer(home.doctor(&[]));
    assert_eq!((code, &answer["v"], &answer["protection"]), (Some(11), &1.into(), &"unknown".into()));
    let (status, says) = check(&answer, "engine");
    assert_eq!(status, "fail");
    assert!(says.starts_with("not reached at unix:///nowhere/docker.sock: "), "{says}");
    for id in ["root-inside", "limits", "seccomp", "icc", "data-root", "socket"] {
        let (status, says) = check(&answer, id);
        assert_eq!(status, "unknown", "{id}");
        assert!(says.starts_with("cannot be told: "), "{id}: {says}");
    }
    assert_eq!(check(&answer, "policy"), ("ok", "in force, the later over the earlier: built-in:baseline"));
    assert_eq!(check(&answer, "journal").0, "ok");
    assert_eq!(check(&answer, "docker-command"), ("info", "there is no `docker` in PATH"));
}

#[test]
fn a_link_named_docker_is_sdocker_and_the_client_is_never_itself() {
    let home = Home::new();
    link(env!("CARGO_BIN_EXE_sdocker"), &home.at("bin/docker"));
    link("/bin/ls", &home.at("later/docker"));
    let mut command = home.doctor(&[]);
    command.env("PATH", format!("{}:{}", home.at("bin").display(), home.at("later").display()));
    let (_, answer) = answer(command);
    let (status, says) = check(&answer, "docker-command");
    assert!(status == "ok" && says.contains("/bin/docker"), "{says}");
    let (status, says) = check(&answer, "docker-client");
    assert!(status == "ok" && says.contains("/later/docker is ls "), "{says}");
}

#[test]
fn what_is_broken_is_named() {
    let home = Home::new();
    fs::create_dir_all(home.at("sdocker/journal.jsonl")).unwrap();
    let mut command = home.doctor(&["--policy", "./bad.toml"]);
    fs::write(home.at("bad.toml"), "[user]\nactoin = 1\n").unwrap();
    command.env("DOCKER_CONTENT_TRUST", "1");
    let (code, answer) = answer(command);
    assert_eq!(code, Some(11));
    assert_eq!(check(&answer, "content-trust").0, "warn");
    assert_eq!(check(&answer, "journal").0, "warn");
    let (status, says) = check(&answer, "policy");
    assert!(status == "fail" && says.contains("bad.toml:2"), "{says}");
}

#[test]
fn an_engine_in_the_clear_is_no_protection() {
    let home = Home::new();
    let mut command = home.doctor(&[]);
    command.env("DOCKER_HOST", "tcp://127.0.0.1:1");
    let (_, answer) = answer(command);
    assert_eq!((&answer["protection"], check(&answer, "endpoint").0), (&"nothing".into(), "fail"));
}

#[test]
fn people_get_a_line_each() {
    let home = Home::new();
    let output = home.doctor(&["doctor"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("guard or boundary, that cannot be told: "), "{text}");
    assert!(text.contains("\nfail     engine "), "{text}");
    assert!(text.contains("  = help: start it, or name another one with DOCKER_HOST or a docker context\n"), "{text}");
    let output = home.doctor(&["doctor", "x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = home.doctor(&["-c", "nosuch", "doctor"]).env_remove("DOCKER_HOST").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "which engine is meant cannot be told");
}
