//! What goes in and what comes out: streams, exit codes, ids, and what stays behind.

use std::fs;
use std::path::Path;

use crate::sandbox::{Sandbox, eventually};

#[test]
fn the_exit_code_is_the_containers() {
    let sandbox = Sandbox::new();
    for code in [0, 1, 3, 42, 255] {
        sandbox.sdocker(&format!("run --rm busybox sh -c 'exit {code}'")).exits(code).quiet();
    }
}

#[test]
fn a_failure_before_the_command_runs_has_dockers_code() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm busybox nosuchcommand").exits(127).complains("executable file not found");
    sandbox.sdocker("run --rm busybox /no/such/file").exits(127).complains("no such file or directory");
    sandbox.sdocker("run --rm busybox /etc/passwd").exits(126).complains("permission denied");
    sandbox.sdocker("run --rm --nosuchflag busybox true").exits(125).complains("unknown flag: --nosuchflag");
    sandbox.sdocker("run --rm --pull never nosuch:1 true").exits(125).complains("No such image: nosuch:1");
    sandbox.sdocker("run").exits(1).complains("requires at least 1 argument");
}

#[test]
fn a_name_that_is_taken_is_the_engines_own_error() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    sandbox.sdocker(&format!("run --name {name} busybox true")).exits(0);
    let again = sandbox.sdocker(&format!("run --name {name} busybox true")).exits(125);
    assert!(again.stderr.contains("Error response from daemon: Conflict."), "{}", again.stderr);
}

#[test]
fn no_engine_is_said_in_dockers_words() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("run --rm busybox true");
    command.env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    crate::sandbox::finish("run without an engine", command, b"")
        .exits(125)
        .complains("Cannot connect to the Docker daemon at unix:///nowhere/docker.sock");
}

#[test]
fn output_and_errors_stay_apart() {
    let sandbox = Sandbox::new();
    let run = sandbox.sdocker("run --rm busybox sh -c 'echo out; echo err >&2; echo more'").exits(0);
    assert_eq!((run.text().as_str(), run.stderr.as_str()), ("out\nmore", "err\n"));
}

#[test]
fn three_megabytes_come_back_unchanged() {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut noise = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    };
    let bytes: Vec<u8> = (0..3 * 1024 * 1024 / 8).flat_map(|_| noise()).collect();
    let run = Sandbox::new().sdocker_fed("run --rm -i busybox cat", &bytes).exits(0).quiet();
    assert!(run.stdout == bytes, "{} bytes came back", run.stdout.len());
}

#[test]
fn the_end_of_input_reaches_the_command() {
    let sandbox = Sandbox::new();
    sandbox.sdocker_fed("run --rm -i busybox wc -c", b"hello").exits(0).says("5");
    sandbox.sdocker_fed("run --rm -i busybox cat", b"").exits(0).says("");
}

#[test]
fn without_dash_i_input_is_not_read() {
    Sandbox::new().sdocker_fed("run --rm busybox cat", b"unread").exits(0).says("");
}

#[test]
fn the_command_and_its_surroundings_are_as_asked() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm busybox:entrypoint").exits(0).says("entry cmd");
    sandbox.sdocker("run --rm busybox:entrypoint other words").exits(0).says("entry other words");
    sandbox.sdocker("run --rm --entrypoint /bin/echo busybox a 'b  c'").exits(0).says("a b  c");
    let line = "run --rm -w /tmp -e A=1 -e B='x y' --hostname box busybox sh -c 'echo $PWD $A $B $(hostname)'";
    sandbox.sdocker(line).exits(0).says("/tmp 1 x y box");
    sandbox.sdocker("run --rm --read-only busybox touch /tmp/x").exits(1).complains("Read-only file system");
    sandbox.sdocker("run --rm --network none busybox ls /sys/class/net").exits(0).says("lo");
    sandbox.sdocker("run --rm --init busybox true").exits(0).quiet();
}

#[test]
fn a_background_run_prints_its_id_alone() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let run = sandbox.sdocker(&format!("run -d --name {name} --label team=a busybox sleep 60")).exits(0).quiet();
    assert_eq!(run.stdout.len(), 65, "{}", run.text());
    assert_eq!(name.value("/Id"), run.text());
    assert_eq!(name.value("/State/Running"), true);
    assert_eq!(name.value("/Config/Labels/team"), "a");
}

#[test]
fn rm_leaves_nothing_and_its_absence_leaves_the_container() {
    let sandbox = Sandbox::new();
    let (gone, kept) = (sandbox.name(), sandbox.name());
    sandbox.sdocker(&format!("run --rm --name {gone} busybox:volume true")).exits(0);
    assert!(!gone.exists());
    sandbox.sdocker(&format!("run --rm --name {gone} busybox nosuchcommand")).exits(127);
    eventually("a container that did not start is removed", || !gone.exists());
    sandbox.sdocker(&format!("run --name {kept} busybox:volume true")).exits(0);
    assert_eq!(kept.value("/State/Status"), "exited");
}

#[test]
fn an_image_that_cannot_be_pulled_is_said_on_stderr() {
    let sandbox = Sandbox::new();
    // The private engine reaches no registry; whichever words it has for that, nothing is created.
    let run = sandbox.sdocker("run --rm localhost:9/nosuch/image:1 true").exits(125);
    assert!(run.stderr.contains("Unable to find image 'localhost:9/nosuch/image:1' locally"), "{}", run.stderr);
    assert_eq!(run.text(), "");
}

#[test]
fn every_decision_is_in_the_journal() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm busybox true").exits(0);
    sandbox.sdocker("run --rm --privileged busybox true").exits(125);
    let mut records = Vec::new();
    json_lines(&sandbox.state(), &mut records);
    assert_eq!(records.len(), 2, "{records:?}");
    assert!(records.iter().any(|record| record.to_string().contains("\"privileged\"")), "{records:?}");
}

fn json_lines(dir: &Path, out: &mut Vec<serde_json::Value>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_lines(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "jsonl") {
            out.extend(fs::read_to_string(&path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()));
        }
    }
}
