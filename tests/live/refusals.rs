//! What never reaches the engine.

use std::os::unix::fs::symlink;

use crate::sandbox::Sandbox;

const SOCKET: &str = "engine-socket";

#[test]
fn privileged_is_refused_and_pointed_at() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let refused = sandbox.sdocker(&format!("run --name {name} --rm --privileged busybox id")).refused_by("privileged");
    let lines: Vec<&str> = refused.stderr.lines().collect();
    let shown = lines.iter().position(|line| line.contains("--privileged busybox id")).expect("the command is shown");
    let start = lines[shown].find("--privileged").unwrap();
    assert_eq!(lines[shown + 1].find('^'), Some(start), "{}", refused.stderr);
    assert_eq!(refused.text(), "");
    assert!(!name.exists());
}

#[test]
fn privileged_false_is_no_wish() {
    Sandbox::new().sdocker("run --rm --privileged=false busybox echo fine").exits(0).says("fine");
}

#[test]
fn a_refusal_is_quick_to_read_without_colours() {
    let refused = Sandbox::new().sdocker("run --rm --privileged busybox id").refused_by("privileged");
    assert!(!refused.stderr.contains('\x1b'), "{}", refused.stderr);
    assert!(refused.stderr.contains("= help: "), "{}", refused.stderr);
}

#[test]
fn several_breaches_are_told_at_once() {
    Sandbox::new()
        .sdocker("run --rm --privileged -u 0 -v /var/run/docker.sock:/s busybox id")
        .refused_by("privileged")
        .refused_by("user")
        .refused_by(SOCKET);
}

#[test]
fn the_usual_socket_is_refused_by_every_spelling() {
    let sandbox = Sandbox::new();
    for source in [
        "/var/run/docker.sock",
        "/run/docker.sock",
        "//var//run///docker.sock",
        "/var/run/./docker.sock",
        "/var/run/../run/docker.sock",
        "/var/run",
        "/run/",
        "/",
        "//",
        "/..",
    ] {
        sandbox.sdocker(&format!("run --rm -v {source}:/s busybox id")).refused_by(SOCKET);
        sandbox.sdocker(&format!("run --rm -v {source}:/s:ro busybox id")).refused_by(SOCKET);
        sandbox.sdocker(&format!("run --rm --mount type=bind,source={source},target=/s busybox id")).refused_by(SOCKET);
        sandbox.sdocker(&format!("run --rm --mount dst=/s,src={source},type=bind,ro busybox id")).refused_by(SOCKET);
    }
    // Dots go away before links are followed: to the engine this is /var.
    sandbox.sdocker("run --rm -v /var/run/..:/s busybox id").refused_by("binds");
}

#[test]
fn the_socket_of_the_engine_in_use_is_refused_too() {
    let sandbox = Sandbox::new();
    let socket = sandbox.engine.socket();
    let directory = socket.rsplit_once('/').unwrap().0;
    for source in [socket, directory] {
        sandbox.sdocker(&format!("run --rm -v {source}:/s busybox id")).refused_by(SOCKET);
    }
}

#[test]
fn a_symlink_to_a_socket_is_followed() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    let target = sandbox.engine.socket();
    let directory = target.rsplit_once('/').unwrap().0;
    for (link, target) in [("a", target), ("b", directory), ("c", "/var/run"), ("d", "/var/run/docker.sock")] {
        let link = shared.path().join(link);
        symlink(target, &link).unwrap();
        sandbox.sdocker(&format!("run --rm -v {}:/s busybox id", link.display())).refused_by(SOCKET);
    }
    let chain = shared.path().join("chain");
    symlink("a", &chain).unwrap();
    sandbox.sdocker(&format!("run --rm -v {}:/s busybox id", chain.display())).refused_by(SOCKET);
    let through = shared.path().join("b/docker.sock");
    sandbox.sdocker(&format!("run --rm -v {}:/s busybox id", through.display())).refused_by(SOCKET);
}

#[test]
fn a_relative_source_is_resolved_first() {
    let sandbox = Sandbox::new();
    symlink(sandbox.engine.socket(), sandbox.home().join("sock")).unwrap();
    sandbox.sdocker("run --rm -v ./sock:/s busybox id").refused_by(SOCKET);
}

#[test]
fn a_volume_that_is_a_mount_of_the_socket_is_refused() {
    let sandbox = Sandbox::new();
    let volume = format!("live-{}", std::process::id());
    let body = format!(r#"{{"Name":"{volume}","DriverOpts":{{"type":"none","o":"bind","device":"/var/run"}}}}"#);
    assert_eq!(sandbox.engine.request("POST", "/volumes/create", &body).status, 201);
    sandbox.sdocker(&format!("run --rm -v {volume}:/s busybox id")).refused_by(SOCKET);
    sandbox.sdocker(&format!("run --rm --mount src={volume},dst=/s busybox id")).refused_by(SOCKET);
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}"), "");

    let options = "volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/run";
    sandbox.sdocker(&format!("run --rm --mount type=volume,dst=/s,{options} busybox id")).refused_by(SOCKET);
}

#[test]
fn an_ordinary_bind_and_volume_work() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    std::fs::write(shared.path().join("inner/file"), "hello").unwrap();
    let source = shared.path().display();
    sandbox.sdocker(&format!("run --rm -v {source}:/data:ro busybox cat /data/inner/file")).exits(0).says("hello");
    let mount = format!("type=bind,src={source},dst=/data,readonly");
    sandbox.sdocker(&format!("run --rm --mount {mount} busybox cat /data/inner/file")).exits(0).says("hello");
    sandbox.sdocker("run --rm -v /cache busybox ls -d /cache").exits(0).says("/cache");
    sandbox.sdocker("run --rm --tmpfs /scratch busybox ls -d /scratch").exits(0).says("/scratch");
}

#[test]
fn a_missing_source_is_made_as_the_caller() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    let source = shared.path().join("new/deeper");
    sandbox.sdocker(&format!("run --rm -v {}:/x busybox ls -d /x", source.display())).exits(0).says("/x");
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&source).unwrap());
    assert_eq!(owner, rustix::process::getuid().as_raw());
    let refused = sandbox.sdocker("run --rm -v /proc-like/../dev/null/x:/x busybox true").exits(125);
    assert!(refused.stderr.contains("/dev/null/x"), "{}", refused.stderr);
}

#[test]
fn a_capability_outside_of_the_list_is_refused() {
    let sandbox = Sandbox::new();
    for capability in ["SYS_ADMIN", "cap_sys_admin", "ALL"] {
        sandbox.sdocker(&format!("run --rm --cap-add {capability} busybox id")).refused_by("capabilities");
    }
}

#[test]
fn new_privileges_cannot_be_asked_for() {
    let sandbox = Sandbox::new();
    for option in ["no-new-privileges=false", "no-new-privileges:false"] {
        sandbox.sdocker(&format!("run --rm --security-opt {option} busybox id")).refused_by("no-new-privileges");
    }
}

#[test]
fn a_broken_policy_runs_nothing() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy("extends = \"baseline\"\n[cpus]\nmaximum = 2\n\n[privleged]\naction = \"deny\"\n");
    let name = sandbox.name();
    let failed = sandbox.sdocker(&format!("{policy} run --name {name} busybox true")).exits(125);
    for spot in ["policy.toml:3", "policy.toml:5"] {
        assert!(failed.stderr.contains(spot), "no {spot}:\n{}", failed.stderr);
    }
    assert!(!name.exists());
}
