//! What keeps a container in: profiles, devices, settings of the kernel, logs, and where its image comes from.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::sandbox::Sandbox;

/// Allows everything but to make a directory, so that its work can be seen.
const NO_MKDIR: &str = r#"{
    "defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]
}"#;

#[test]
fn no_profile_of_the_engine_can_be_taken_away() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.home().join("all.json"), r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#).unwrap();
    for (option, rule) in [
        ("seccomp=unconfined", "seccomp"),
        ("seccomp:unconfined", "seccomp"),
        ("seccomp=all.json", "seccomp"),
        ("apparmor=unconfined", "apparmor"),
        ("label=disable", "selinux"),
        ("label:type:spc_t", "selinux"),
        ("systempaths=unconfined", "system-paths"),
        ("systempaths:unconfined", "other-fields"),
        ("writable-cgroups=true", "other-fields"),
    ] {
        let name = sandbox.name();
        sandbox.sdocker(&format!("run --name {name} --security-opt {option} busybox true")).refused_by(rule);
        assert!(!name.exists(), "{option}");
    }
}

#[test]
fn a_listed_seccomp_profile_works_by_its_digest() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.home().join("profile.json"), NO_MKDIR).unwrap();
    let run = "run --rm --security-opt seccomp=profile.json busybox mkdir /tmp/x";
    let refused = sandbox.sdocker(run).refused_by("seccomp");
    let digest = refused.stderr.split('"').find(|part| part.starts_with("sha256:") && part.len() == 71).unwrap();
    let policy = sandbox.policy(&format!("extends = \"baseline\"\n[seccomp]\nallow = [\"{digest}\"]\n"));
    sandbox.sdocker(&format!("{policy} {run}")).exits(1).complains("Operation not permitted");
    sandbox.sdocker(&format!("{policy} run --rm busybox mkdir /tmp/x")).exits(0).quiet();
    // Laid out differently, it is the same profile; one character more, and it is another.
    fs::write(sandbox.home().join("profile.json"), NO_MKDIR.replace(' ', "\n\t")).unwrap();
    sandbox.sdocker(&format!("{policy} {run}")).exits(1).complains("Operation not permitted");
    fs::write(sandbox.home().join("profile.json"), NO_MKDIR.replace("mkdirat", "mkdirat2")).unwrap();
    sandbox.sdocker(&format!("{policy} {run}")).refused_by("seccomp");
}

#[test]
fn a_device_is_refused_unless_it_is_listed_and_then_works() {
    let sandbox = Sandbox::new();
    for device in ["/dev/zero", "/dev/kmsg", "/dev", "/dev/zero:/dev/x:r"] {
        sandbox.sdocker(&format!("run --rm --device {device} busybox true")).refused_by("devices");
    }
    sandbox.sdocker("run --rm --device-cgroup-rule 'c 1:* rwm' busybox true").refused_by("devices");
    let policy = sandbox.policy("extends = \"baseline\"\n[devices]\nallow = [\"/dev/zero:r\"]\n");
    let read = "busybox sh -c 'head -c 4 /dev/x | wc -c'";
    sandbox.sdocker(&format!("{policy} run --rm --device /dev/zero:/dev/x:r {read}")).exits(0).says("4").quiet();
    sandbox.sdocker(&format!("{policy} run --rm --device /dev/zero:/dev/x {read}")).refused_by("devices");
    sandbox.sdocker(&format!("{policy} run --rm --device /dev/kmsg {read}")).refused_by("devices");
}

#[test]
fn a_link_to_a_device_is_looked_through() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy("extends = \"baseline\"\n[devices]\nallow = [\"/dev/zero\", \"/dev/null\"]\n");
    let directory = sandbox.shared_dir();
    let link = |name: &str, target: &str| {
        let path = directory.path().join(name);
        symlink(target, &path).unwrap();
        path.display().to_string()
    };
    let (harmless, hidden) = (link("zero", "/dev/zero"), link("null", "/dev/kmsg"));
    sandbox.sdocker(&format!("run --rm --device {harmless} busybox true")).refused_by("devices");
    sandbox.sdocker(&format!("{policy} run --rm --device {hidden} busybox true")).refused_by("devices");
    let name = sandbox.name();
    sandbox
        .sdocker(&format!("{policy} run --name {name} --device {harmless}:/dev/x busybox ls /dev/x"))
        .exits(0)
        .says("/dev/x");
    assert_eq!(name.value("/HostConfig/Devices/0/PathOnHost"), "/dev/zero", "a link could lead elsewhere at the start");
}

#[test]
fn drivers_of_devices_are_refused() {
    let sandbox = Sandbox::new();
    for request in ["--gpus all", "--gpus device=0", "--device vendor.com/class=gpu0"] {
        sandbox.sdocker(&format!("run --rm {request} busybox true")).refused_by("gpus");
    }
    sandbox.sdocker("run --rm -e NVIDIA_VISIBLE_DEVICES=all busybox true").refused_by("hook-environment");
    sandbox.sdocker("run --rm -e LD_PRELOAD= busybox true").exits(0).quiet();
}

#[test]
fn kernel_parameters_of_ones_own_may_be_set_and_no_others() {
    let sandbox = Sandbox::new();
    let show = "busybox cat /proc/sys/net/ipv4/ip_unprivileged_port_start";
    sandbox
        .sdocker(&format!("run --rm --sysctl net.ipv4.ip_unprivileged_port_start=7 {show}"))
        .exits(0)
        .says("7")
        .quiet();
    for bad in ["net.ipv4.ip_forward=1", "kernel.msgmax=1", "net.ipv4/ip_forward=1"] {
        sandbox.sdocker(&format!("run --rm --sysctl {bad} busybox true")).refused_by("sysctls");
    }
}

#[test]
fn what_would_be_taken_from_others_is_lowered() {
    let sandbox = Sandbox::new();
    for (asked, pointer, given) in [
        ("--oom-score-adj -500", "/HostConfig/OomScoreAdj", json!(0)),
        ("--shm-size 2g", "/HostConfig/ShmSize", json!(1_u64 << 30)),
        ("--stop-timeout 99999", "/Config/StopTimeout", json!(600)),
        ("--stop-timeout -1", "/Config/StopTimeout", json!(600)),
        ("--health-cmd true --health-interval 1ms", "/Config/Healthcheck/Interval", json!(1_000_000_000)),
        ("--ulimit rtprio=99", "/HostConfig/Ulimits/0", json!({ "Name": "rtprio", "Soft": 0, "Hard": 0 })),
    ] {
        let name = sandbox.name();
        let created = sandbox.sdocker(&format!("create --name {name} {asked} busybox true")).exits(0);
        assert_eq!(created.stderr.matches("changed[").count(), 1, "{asked}: {}", created.stderr);
        assert_eq!(name.value(pointer), given, "{asked}");
    }
    let name = sandbox.name();
    sandbox.sdocker(&format!("create --name {name} --shm-size 256m --stop-timeout 30 busybox true")).exits(0).quiet();
    assert_eq!(name.value("/HostConfig/ShmSize"), 256 << 20);
}

#[test]
fn what_leads_out_is_refused() {
    let sandbox = Sandbox::new();
    for (asked, rule) in [
        ("--cgroup-parent ../../..", "cgroup-parent"),
        ("--cgroup-parent /x", "cgroup-parent"),
        ("-w /proc/self/fd/8", "working-directory"),
        ("-w/x/../proc/self/fd/8", "working-directory"),
        ("-w /dev/fd/8", "working-directory"),
        ("--runtime io.containerd.runc.v2", "runtime"),
        ("--cpu-rt-runtime 1000", "cpu-realtime"),
        ("--log-driver none", "log-driver"),
        ("--log-driver syslog --log-opt syslog-address=unix:///run/docker.sock", "log-driver"),
        ("--log-opt fluentd-address=unix:///run/docker.sock", "log-driver"),
        ("--isolation process", "other-fields"),
        ("--cap-drop NET_ROW", "capabilities"),
        ("--group-add docker", "user"),
    ] {
        let name = sandbox.name();
        sandbox.sdocker(&format!("run --name {name} {asked} busybox true")).refused_by(rule);
        assert!(!name.exists(), "{asked}");
    }
    sandbox.sdocker("run --rm --runtime runc busybox true").exits(0).quiet();
}

#[test]
fn logs_are_bounded_on_the_disk() {
    let sandbox = Sandbox::new();
    let policy =
        "extends = \"baseline\"\n[log-driver]\ndefault-size = \"20k\"\ndefault-files = 2\nmax-size = \"40k\"\n";
    let policy = sandbox.policy(policy);
    let talk = "busybox sh -c 'for i in $(seq 4000); do echo line number $i of a long talk; done'";
    for (asked, size) in [("", "20k"), ("--log-opt max-size=30k", "30k"), ("--log-opt max-size=-1", "40k")] {
        let name = sandbox.name();
        sandbox.sdocker(&format!("{policy} run --name {name} {asked} {talk}")).exits(0);
        assert_eq!(name.value("/HostConfig/LogConfig/Config/max-size"), size, "{asked}");
        let log = name.value("/LogPath");
        let bytes: u64 = ["", ".1", ".2"]
            .into_iter()
            .filter_map(|end| fs::metadata(format!("{}{end}", log.as_str().unwrap())).ok())
            .map(|file| file.len())
            .sum();
        assert!(bytes > 0 && bytes < 100 << 10, "{asked}: {bytes}");
    }
    let name = sandbox.name();
    sandbox.sdocker(&format!("{policy} run --name {name} --log-driver local busybox true")).exits(0).quiet();
    assert_eq!(name.value("/HostConfig/LogConfig/Config"), json!({ "max-size": "20k", "max-file": "2" }));
}

#[test]
fn an_image_by_its_id_is_judged_by_the_names_that_it_has() {
    let sandbox = Sandbox::new();
    let image = sandbox.engine.request("GET", "/images/busybox/json", "").body;
    let id = image.pointer("/Id").unwrap().as_str().unwrap().strip_prefix("sha256:").unwrap().to_owned();
    let (short, piece) = (id.get(..12).unwrap(), id.get(..4).unwrap());
    let allowed = sandbox.policy("extends = \"baseline\"\n[images]\nallow = [\"docker.io/library/busybox\"]\n");
    for typed in [short, &id, &format!("sha256:{id}")] {
        let name = sandbox.name();
        sandbox.sdocker(&format!("{allowed} run --name {name} {typed} true")).exits(0).quiet();
        assert!(name.value("/Config/Image").as_str().unwrap().starts_with("busybox"), "{typed}");
    }
    sandbox.sdocker(&format!("{allowed} run --rm {piece} true")).exits(125);
    let other = sandbox.policy("extends = \"baseline\"\n[images]\nallow = [\"docker.io/library/debian\"]\n");
    for typed in [short, &id, &format!("sha256:{id}"), piece] {
        sandbox.sdocker(&format!("{other} run --rm {typed} true")).refused_by("images");
    }
    // Nothing has this id: as a name it is judged before it is pulled.
    sandbox.sdocker(&format!("{allowed} run --rm 000000000000 true")).refused_by("images");
}

#[test]
fn a_token_is_told_of_and_never_shown() {
    let sandbox = Sandbox::new();
    let token = format!("ghp_{}", "x1".repeat(18));
    for asked in [
        format!("-e T={token} busybox true"),
        format!("--label t={token} busybox true"),
        format!("busybox sh -c 'true {token}'"),
    ] {
        let told = sandbox.sdocker(&format!("run --rm {asked}")).exits(0).complains("warning[secrets]");
        assert!(!told.stderr.contains(&token), "{}", told.stderr);
        let refused = sandbox.sdocker(&format!("--policy strict run --rm {asked}")).refused_by("secrets");
        assert!(!refused.stderr.contains(&token), "{}", refused.stderr);
    }
}

#[test]
fn strict_tells_the_age_of_an_engine_and_baseline_does_not_ask() {
    let (sandbox, relay) = Sandbox::watched();
    sandbox.sdocker("run --rm busybox true").exits(0).quiet();
    let asks = || relay.has_seen("/version");
    assert!(!asks());
    let old = sandbox.policy("extends = \"baseline\"\n[engine-version]\naction = \"deny\"\nmin = \"99.0\"\n");
    sandbox.sdocker(&format!("{old} run --rm busybox true")).refused_by("engine-version");
    assert!(asks());
    let told = sandbox.sdocker("--policy strict run --rm busybox true").exits(0);
    assert!(told.stderr.lines().all(|line| line.starts_with("warning[")), "{}", told.stderr);
}
