//! What a container becomes: limits seen from inside, and what the engine was told.

use serde_json::json;

use crate::sandbox::Sandbox;

/// Prints the share of a core that the container may use, as `QUOTA PERIOD`, whatever the version of control groups.
const CPU: &str = "sh -c 'cat /sys/fs/cgroup/cpu.max 2>/dev/null ||
    echo $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us)'";

const MEMORY: &str = "sh -c 'cat /sys/fs/cgroup/memory.max 2>/dev/null ||
    cat /sys/fs/cgroup/memory/memory.limit_in_bytes'";

/// Every limit written out, so that these tests do not depend on the shipped numbers.
const POLICY: &str = r#"
extends = "baseline"

[cpus]
default = 0.5
max = 0.75
action = "rewrite"

[memory]
default = "64MiB"
max = "128MiB"
action = "rewrite"

[pids]
default = 50
max = 60
action = "rewrite"

[restart]
default = "on-failure:3"
allow = ["no", "on-failure"]
max = 4
action = "rewrite"

[ulimits]
action = "rewrite"
nofile = { default = "300:400", max = 600 }
"#;

fn cores(printed: &str) -> f64 {
    let mut numbers = printed.split_whitespace().map(|n| n.parse::<f64>().unwrap());
    numbers.next().unwrap() / numbers.next().unwrap()
}

#[test]
fn baseline_limits_what_nobody_asked_about() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    sandbox.sdocker(&format!("run --name {name} busybox true")).exits(0).quiet();
    for pointer in ["/HostConfig/NanoCpus", "/HostConfig/Memory", "/HostConfig/PidsLimit"] {
        assert!(name.value(pointer).as_i64() > Some(0), "{pointer}: {}", name.value(pointer));
    }
    assert_eq!(name.value("/HostConfig/SecurityOpt"), json!(["no-new-privileges=true"]));
    assert_eq!(name.value("/HostConfig/RestartPolicy/Name"), "no");
}

#[test]
fn a_process_holds_no_capability_and_gains_none() {
    let sandbox = Sandbox::new();
    let status = sandbox.sdocker("run --rm busybox cat /proc/self/status").exits(0).text();
    let value = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).map(str::trim).map(str::to_owned);
    assert_eq!(value("CapEff:").as_deref(), Some("0000000000000000"));
    assert_eq!(value("NoNewPrivs:").as_deref(), Some("1"));
}

#[test]
fn cpus_are_filled_kept_and_capped() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    for (asked, given) in [("", 0.5), ("--cpus .25", 0.25), ("--cpus 0.75", 0.75), ("--cpus 1", 0.75)] {
        let printed = sandbox.sdocker(&format!("{policy} run --rm {asked} busybox {CPU}")).exits(0).text();
        assert!((cores(&printed) - given).abs() < 0.001, "{asked}: {printed}");
    }
}

#[test]
fn a_changed_wish_is_told_in_one_line_and_a_filled_silence_not() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    let capped = sandbox.sdocker(&format!("{policy} run --rm --cpus 1 busybox true")).exits(0);
    assert_eq!(capped.stderr.lines().count(), 1, "{}", capped.stderr);
    assert!(capped.stderr.contains("cpus"), "{}", capped.stderr);
    sandbox.sdocker(&format!("{policy} run --rm busybox true")).exits(0).quiet();
    sandbox.sdocker(&format!("{policy} run --rm --cpus .1 -m 32m busybox true")).exits(0).quiet();
    sandbox.sdocker(&format!("{policy} run --rm -q --cpus 1 busybox true")).exits(0).quiet();
}

#[test]
fn quota_beside_nothing_is_a_wish_too() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    let line = format!("{policy} run --rm --cpu-period 50000 --cpu-quota 10000 busybox {CPU}");
    let run = sandbox.sdocker(&line);
    // A later version knows the flags; this one refuses them by name. Neither runs without a limit.
    if run.code == Some(0) {
        assert!((cores(&run.text()) - 0.2).abs() < 0.001, "{}", run.text());
    } else {
        run.exits(125).complains("--cpu-period");
    }
}

#[test]
fn memory_is_filled_kept_and_capped() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    for (asked, mebibytes) in [("", 64_u64), ("-m 32m", 32), ("--memory 1g", 128)] {
        let bytes = (mebibytes << 20).to_string();
        sandbox.sdocker(&format!("{policy} run --rm {asked} busybox {MEMORY}")).exits(0).says(&bytes);
    }
}

#[test]
fn processes_are_filled_and_capped_and_never_unlimited() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    for (asked, given) in [("", 50), ("--pids-limit 20", 20), ("--pids-limit 500", 60), ("--pids-limit -1", 60)] {
        let name = sandbox.name();
        sandbox.sdocker(&format!("{policy} run --name {name} {asked} busybox true")).exits(0);
        assert_eq!(name.value("/HostConfig/PidsLimit"), given, "{asked}");
    }
}

#[test]
fn open_files_are_filled_kept_and_capped() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    let limits = "sh -c 'echo $(ulimit -Sn):$(ulimit -Hn)'";
    for (asked, given) in [
        ("", "300:400"),
        ("--ulimit nofile=512:512", "512:512"),
        ("--ulimit nofile=100", "100:100"),
        ("--ulimit nofile=500:5000", "500:600"),
        ("--ulimit nofile=1000:2000", "600:600"),
    ] {
        sandbox.sdocker(&format!("{policy} run --rm {asked} busybox {limits}")).exits(0).says(given);
    }
}

#[test]
fn other_ulimits_stay_as_asked() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    let show = r#"awk '/^Max (processes|open files)/ { print $3, $4 }' /proc/self/limits"#;
    let limits = sandbox.sdocker(&format!("{policy} run --rm --ulimit nproc=77:88 busybox {show}")).exits(0).text();
    assert!(limits.lines().any(|line| line == "77 88"), "{limits}");
    assert!(limits.lines().any(|line| line == "files 300"), "{limits}");
}

#[test]
fn a_restart_policy_is_filled_where_it_is_of_use() {
    let sandbox = Sandbox::new();
    let policy = sandbox.policy(POLICY);
    for (asked, name_given, count) in [
        ("-d", "on-failure", 3),
        ("-d --restart no", "no", 0),
        ("-d --restart on-failure", "on-failure", 4),
        ("-d --restart on-failure:2", "on-failure", 2),
        ("-d --restart on-failure:9", "on-failure", 4),
        ("-d --restart always", "on-failure", 4),
        ("-d --restart=unless-stopped", "on-failure", 4),
        ("--restart no", "no", 0),
        ("", "no", 0),
    ] {
        let name = sandbox.name();
        sandbox.sdocker(&format!("{policy} run --name {name} {asked} busybox true")).exits(0);
        let given = name.value("/HostConfig/RestartPolicy");
        assert_eq!(given, json!({ "Name": name_given, "MaximumRetryCount": count }), "{asked}");
    }
}

#[test]
fn a_background_run_that_removes_itself_is_not_restarted() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    sandbox.sdocker(&format!("run -d --rm --name {name} busybox sleep 60")).exits(0);
    assert_eq!(name.value("/HostConfig/RestartPolicy/Name"), "no");
}
