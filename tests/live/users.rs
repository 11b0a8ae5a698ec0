//! Who a container runs as.

use crate::sandbox::{Outcome, Sandbox, finish};

/// Whom a silent run becomes: the caller; for root, nobody.
fn caller() -> (u32, u32) {
    match rustix::process::getuid().as_raw() {
        0 => (65534, 65534),
        uid => (uid, rustix::process::getgid().as_raw()),
    }
}

/// `uid:gid` inside of a container of these run arguments.
fn ids(sandbox: &Sandbox, arguments: &str) -> Outcome {
    sandbox.sdocker(&format!("run --rm {arguments} sh -c 'echo $(id -u):$(id -g)'"))
}

#[test]
fn a_silent_run_is_the_caller() {
    let sandbox = Sandbox::new();
    let (uid, gid) = caller();
    ids(&sandbox, "busybox").exits(0).says(&format!("{uid}:{gid}")).quiet();
}

#[test]
fn what_only_the_image_says_counts_as_silence() {
    let sandbox = Sandbox::new();
    let (uid, gid) = caller();
    for tag in ["root", "zero"] {
        ids(&sandbox, &format!("busybox:{tag}")).exits(0).says(&format!("{uid}:{gid}"));
    }
}

#[test]
fn an_image_that_is_not_root_keeps_its_user() {
    let sandbox = Sandbox::new();
    for tag in ["app", "1000"] {
        ids(&sandbox, &format!("busybox:{tag}")).exits(0).says("1000:1000");
    }
}

#[test]
fn a_filled_user_gets_a_home_it_can_write_to() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm busybox sh -c 'echo $HOME; touch $HOME/x'").exits(0).says("/tmp");
    sandbox.sdocker("run --rm -e HOME=/var busybox sh -c 'echo $HOME'").exits(0).says("/var");
}

#[test]
fn root_by_sudo_is_whoever_called_sudo() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("run --rm busybox sh -c 'echo $(id -u):$(id -g)'");
    command.env("SUDO_UID", "4400").env("SUDO_GID", "4401");
    // Who is not root only claims it.
    let (uid, gid) = if rustix::process::getuid().is_root() { (4400, 4401) } else { caller() };
    finish("with SUDO_UID", command, b"").exits(0).says(&format!("{uid}:{gid}"));
}

#[test]
fn every_spelling_of_root_is_refused() {
    let sandbox = Sandbox::new();
    for user in
        ["0", "00", "000", "+0", "-0", ":", ":0", "0:", "0:0", "0:1000", "root", "root:root", "root:1000", "zero"]
    {
        let name = sandbox.name();
        sandbox.sdocker(&format!("run --rm --name {name} -u={user} busybox id")).refused_by("user").says("");
        sandbox.sdocker(&format!("run --rm --name {name} --user {user} busybox id")).refused_by("user");
        assert!(!name.exists(), "-u {user}");
    }
}

#[test]
fn roots_group_is_refused_too() {
    let sandbox = Sandbox::new();
    for user in ["1000:0", "1000:root", "app:00"] {
        sandbox.sdocker(&format!("run --rm -u {user} busybox id")).refused_by("user");
    }
}

#[test]
fn a_user_is_always_written_with_its_group() {
    let sandbox = Sandbox::new();
    for (asked, written) in [
        ("1000", "1000:1000"),
        ("app", "1000:1000"),
        ("app:app", "1000:1000"),
        ("4400", "4400:4400"),
        ("4400:7", "4400:7"),
    ] {
        let name = sandbox.name();
        sandbox.sdocker(&format!("run --name {name} -u {asked} busybox true")).exits(0);
        assert_eq!(name.value("/Config/User"), written, "-u {asked}");
    }
}

#[test]
fn an_unknown_name_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm -u nosuch busybox id").exits(125);
    sandbox.sdocker("run --rm busybox:ghost id").exits(125);
}

#[test]
fn another_uid_cannot_read_what_is_roots() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm -u 4400 busybox ls /root").exits(1).complains("Permission denied");
}

#[test]
fn no_probe_stays_behind() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm -u app busybox id").exits(0);
    sandbox.sdocker("run --rm -u root busybox id").exits(125);
    let path = "/containers/json?all=1&filters=%7B%22label%22%3A%5B%22io.sdocker.probe%22%5D%7D";
    // Other tests' probes come and go meanwhile.
    crate::sandbox::eventually("no probes", || sandbox.engine.request("GET", path, "").body == serde_json::json!([]));
}
