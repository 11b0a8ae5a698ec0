//! The judged create on a socket, and containers judged after the fact.

use std::os::unix::net::UnixStream;
use std::process::{Child, Command};

use serde_json::json;

use crate::http::RawEngine;
use crate::sandbox::{Sandbox, eventually};

/// A running gateway.
struct Gateway {
    child: Child,
    directory: tempfile::TempDir,
}

impl Gateway {
    fn start(sandbox: &Sandbox) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("gateway.sock");
        let child = sandbox.command(&format!("gateway --listen unix://{}", socket.display())).spawn().unwrap();
        eventually("the gateway listens", || UnixStream::connect(&socket).is_ok());
        Self { child, directory }
    }

    fn client(&self) -> RawEngine {
        RawEngine::at(&format!("unix://{}/gateway.sock", self.directory.path().display()))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_posted_create_is_judged_like_a_command_line() {
    let sandbox = Sandbox::new();
    let gateway = Gateway::start(&sandbox);
    let name = sandbox.name();
    let path = format!("/containers/create?name={name}");
    let answer = gateway.client().request("POST", &path, r#"{"Image":"busybox","Cmd":["true"]}"#);
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    assert_ne!(name.value("/Config/User"), "");
    assert_eq!(name.value("/HostConfig/SecurityOpt"), json!(["no-new-privileges=true"]));
    assert!(name.value("/HostConfig/Memory").as_i64() > Some(0));
}

#[test]
fn a_changed_wish_is_a_warning_of_the_answer() {
    let sandbox = Sandbox::new();
    let gateway = Gateway::start(&sandbox);
    let name = sandbox.name();
    let body = r#"{"Image":"busybox","HostConfig":{"RestartPolicy":{"Name":"always"}}}"#;
    let answer = gateway.client().request("POST", &format!("/containers/create?name={name}"), body);
    assert!(
        answer.body["Warnings"].to_string().contains("restart policy `always` is not allowed"),
        "{:?}",
        answer.body
    );
    assert_eq!(name.value("/HostConfig/RestartPolicy/Name"), "on-failure");
}

#[test]
fn nothing_unsafe_or_unclear_gets_through() {
    let sandbox = Sandbox::new();
    let gateway = Gateway::start(&sandbox);
    let client = gateway.client();
    let name = sandbox.name();
    let path = format!("/containers/create?name={name}");
    for (body, status, part) in [
        (r#"{"Image":"busybox","HostConfig":{"Privileged":true}}"#, 403, "/HostConfig/Privileged: privileged"),
        (r#"{"Image":"busybox","hostconfig":{"Privileged":true}}"#, 400, "write `HostConfig`"),
        (r#"{"Image":"busybox","Privileged":true}"#, 400, "unknown member"),
        (r#"{"Image":"busybox","HostConfig":{"Privileged":false,"Privileged":true}}"#, 400, "given twice"),
        (r#"{"Image":"busybox","HostConfig":{"Binds":["/var/run/docker.sock:/s"]}}"#, 403, "engine-socket"),
        (r#"{"Image":"busybox","User":"0"}"#, 403, "/User: user"),
        (r#"{"Image":"busybox"} {}"#, 400, "strict JSON"),
        (r#"{"Image":"nosuchimage"}"#, 404, "No such image"),
    ] {
        let answer = client.request("POST", &path, body);
        assert_eq!(answer.status, status, "{body}: {:?}", answer.body);
        assert!(answer.body["message"].to_string().contains(part), "{body}: {:?}", answer.body);
    }
    for (method, path) in [("GET", "/containers/json"), ("POST", "/containers/x/start"), ("POST", "/v1.24/build")] {
        assert_eq!(client.request(method, path, "").status, 403, "{path}");
    }
    assert!(!name.exists());
}

#[test]
fn every_decision_is_in_the_journal_before_it_takes_effect() {
    let sandbox = Sandbox::new();
    let gateway = Gateway::start(&sandbox);
    gateway.client().request("POST", "/containers/create", r#"{"Image":"busybox","User":"root"}"#);
    let journal = std::fs::read_to_string(sandbox.state().join("sdocker/journal.jsonl")).unwrap();
    assert!(journal.contains(r#""verdict":"refused""#) && journal.contains(r#""rule":"user""#), "{journal}");
}

#[test]
fn the_socket_goes_with_the_gateway() {
    let sandbox = Sandbox::new();
    let mut gateway = Gateway::start(&sandbox);
    let pid = gateway.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(gateway.child.wait().unwrap().code(), Some(0));
    assert!(!gateway.directory.path().join("gateway.sock").exists());
}

#[test]
fn a_container_that_exists_is_judged_by_the_same_rules() {
    let sandbox = Sandbox::new();
    let (loose, tight) = (sandbox.name(), sandbox.name());
    sandbox.sdocker(&format!("--policy permissive create --name {loose} --privileged busybox true")).exits(0);
    sandbox.sdocker(&format!("create --name {tight} busybox true")).exits(0);
    let told = sandbox.sdocker(&format!("audit {loose}")).exits(11).text();
    assert!(told.contains("error[privileged]: ") && told.contains("note[cpus]: "), "{told}");
    let told = sandbox.sdocker(&format!("audit {tight}")).exits(0).text();
    assert!(told.contains("nothing to say"), "{told}");
}
