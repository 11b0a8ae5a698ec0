//! `--cidfile`: when it is written, and when it stays.

use std::fs;

use crate::relay::Relay;
use crate::sandbox::Sandbox;

#[test]
fn it_holds_the_id_without_a_line_break_and_stays_after_rm() {
    let (sandbox, relay) = Sandbox::watched();
    let file = sandbox.home().join("cid");
    let id = |relay: &Relay| fs::read_to_string(&file).map(|id| (id.len(), relay.created()));
    sandbox.permissive("run --rm --cidfile cid busybox true").exits(0);
    let (length, created) = id(&relay).unwrap();
    assert_eq!(length, 64);
    assert_eq!(created["HostConfig"]["ContainerIDFile"], "cid");

    let name = sandbox.name();
    sandbox.permissive(&format!("create --cidfile other --name {name} busybox true")).exits(0);
    assert_eq!(fs::read_to_string(sandbox.home().join("other")).unwrap(), name.value("/Id").as_str().unwrap());
}

#[test]
fn it_is_there_while_the_container_runs() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let run = sandbox.permissive(&format!("run -d --cidfile cid --name {name} busybox sleep 60")).exits(0);
    assert_eq!(fs::read_to_string(sandbox.home().join("cid")).unwrap(), run.text());
}

#[test]
fn one_that_exists_is_refused_before_create() {
    let (sandbox, relay) = Sandbox::watched();
    fs::write(sandbox.home().join("file"), "").unwrap();
    fs::create_dir(sandbox.home().join("directory")).unwrap();
    for path in ["file", "directory"] {
        let refused = sandbox.permissive(&format!("run --rm --cidfile {path} busybox true")).exits(125).says("");
        let words = format!(
            "docker: container ID file found, make sure the other container isn't running or delete {path}\n\n\
             Run 'docker run --help' for more information\n"
        );
        assert_eq!(refused.stderr, words);
    }
    assert!(!relay.has_seen("/create"));
}

#[test]
fn it_goes_when_create_fails_and_stays_when_start_fails() {
    let sandbox = Sandbox::new();
    let (failed, started) = (sandbox.home().join("failed"), sandbox.home().join("started"));
    sandbox.permissive("run --rm --cidfile failed --network nosuch -m 1m busybox true").exits(125);
    assert!(!failed.exists());
    sandbox.permissive("run --rm --cidfile started busybox nosuchcommand").exits(127);
    assert_eq!(fs::read_to_string(started).unwrap().len(), 64);
}
