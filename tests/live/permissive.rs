//! The permissive profile leaves a request as docker would send it.

use serde_json::json;

use crate::sandbox::Sandbox;

#[test]
fn a_plain_run_is_untouched() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    sandbox.sdocker(&format!("--policy permissive run --name {name} busybox id -u")).exits(0).says("0").quiet();
    assert_eq!(name.value("/Config/User"), "");
    let host = name.value("/HostConfig");
    for key in ["NanoCpus", "Memory", "PidsLimit"] {
        assert!(host[key].as_i64().is_none_or(|limit| limit == 0), "{key}: {}", host[key]);
    }
    for key in ["SecurityOpt", "CapDrop", "Ulimits", "GroupAdd"] {
        assert!(host[key].as_array().is_none_or(Vec::is_empty), "{key}: {}", host[key]);
    }
    assert_eq!(host["RestartPolicy"], json!({ "Name": "no", "MaximumRetryCount": 0 }));
}

#[test]
fn what_baseline_refuses_is_run_as_asked() {
    let sandbox = Sandbox::new();
    let run = |line: &str| sandbox.sdocker(&format!("--policy permissive run --rm {line}")).exits(0).quiet();
    run("-u 0 busybox id -u").says("0");
    run("-u zero busybox id -u").says("0");
    run("-v /run:/x:ro busybox ls -d /x").says("/x");
    let socket = sandbox.engine.socket().to_owned();
    run(&format!("-v {socket}:/s busybox ls /s")).says("/s");
    run("--cap-add SYS_ADMIN busybox sh -c 'grep -c CapEff.*2 /proc/self/status'").says("1");
    run("--security-opt no-new-privileges=false busybox grep NoNewPrivs /proc/self/status").says("NoNewPrivs:\t0");
}

#[test]
fn a_wish_goes_to_the_engine_as_it_is() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let wishes = "--privileged --restart always --pids-limit -1 --cap-drop ALL -m 64m --cpus 1.5";
    // Started by nobody: an engine may lack what a privileged container needs.
    sandbox.sdocker(&format!("--policy permissive run -d --name {name} {wishes} busybox true"));
    let host = name.value("/HostConfig");
    assert_eq!(host["Privileged"], true);
    assert_eq!(host["RestartPolicy"]["Name"], "always");
    assert_eq!(host["CapDrop"], json!(["ALL"]));
    assert_eq!(host["Memory"], 64 << 20);
    assert_eq!(host["NanoCpus"], 1_500_000_000_i64);
}
