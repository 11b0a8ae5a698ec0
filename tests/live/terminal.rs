//! A run at a terminal, and signals to it.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::pty::Pty;
use crate::sandbox::{Sandbox, eventually, wait};

#[test]
fn the_container_sees_the_terminals_size_at_once() {
    let sandbox = Sandbox::new();
    let mut pty = Pty::start(&sandbox, "run --rm -it busybox sh -c 'sleep 0.3; stty size; tty'", 37, 111);
    pty.sees("37 111\r\n");
    pty.sees("/dev/pts/0");
    assert_eq!(pty.ends(), Some(0));
}

#[test]
fn a_new_size_is_passed_on() {
    let sandbox = Sandbox::new();
    let line = "run --rm -it busybox sh -c 'echo ready; until [ \"$(stty size)\" = \"20 60\" ]; do sleep 0.1; done; echo seen'";
    let mut pty = Pty::start(&sandbox, line, 24, 80);
    pty.sees("ready");
    pty.resize(20, 60);
    pty.sees("seen");
    assert_eq!(pty.ends(), Some(0));
}

#[test]
fn the_terminal_is_raw_for_the_run_and_restored_after_it() {
    let sandbox = Sandbox::new();
    let mut pty =
        Pty::start(&sandbox, "run --rm -it busybox sh -c 'echo ready; read line; echo got $line; exit 5'", 24, 80);
    let before = format!("{:?}", rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO);
    pty.sees("ready");
    eventually("raw mode", || !pty.settings().local_modes.contains(rustix::termios::LocalModes::ICANON));
    pty.types("some words\r");
    pty.sees("got some words");
    assert_eq!(pty.ends(), Some(5));
    let after = pty.settings().local_modes;
    assert!(
        after.contains(rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO),
        "{before} {after:?}"
    );
}

#[test]
fn a_refusal_at_a_terminal_leaves_it_alone() {
    let sandbox = Sandbox::new();
    let mut pty = Pty::start(&sandbox, "run --rm -it --privileged busybox sh", 24, 80);
    assert_eq!(pty.ends(), Some(125));
    pty.sees("privileged");
    assert!(pty.settings().local_modes.contains(rustix::termios::LocalModes::ICANON));
}

#[test]
fn control_c_goes_to_the_container_as_a_byte() {
    let sandbox = Sandbox::new();
    let line = "run --rm -it busybox sh -c 'trap \"echo caught; exit 7\" INT; echo ready; while :; do sleep 0.1; done'";
    let mut pty = Pty::start(&sandbox, line, 24, 80);
    pty.sees("ready");
    pty.types("\x03");
    pty.sees("caught");
    assert_eq!(pty.ends(), Some(7));
}

#[test]
fn detach_keys_leave_the_container_running() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let mut pty = Pty::start(&sandbox, &format!("run --name {name} -it busybox sh -c 'echo ready; cat'"), 24, 80);
    pty.sees("ready");
    pty.types("\x10\x11");
    assert_eq!(pty.ends(), Some(0));
    assert_eq!(name.value("/State/Running"), true);
    assert!(pty.settings().local_modes.contains(rustix::termios::LocalModes::ICANON));
}

#[test]
fn a_container_stopped_from_outside_ends_the_run() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let mut pty = Pty::start(&sandbox, &format!("run --rm --name {name} -it busybox sh -c 'echo ready; cat'"), 24, 80);
    pty.sees("ready");
    sandbox.engine.request("POST", &format!("/containers/{name}/kill"), "");
    assert_eq!(pty.ends(), Some(137));
    assert!(pty.settings().local_modes.contains(rustix::termios::LocalModes::ICANON));
}

#[test]
fn a_signal_to_the_client_at_a_terminal_reaches_the_container() {
    let sandbox = Sandbox::new();
    let line = "run --rm -it busybox sh -c 'trap \"exit 9\" USR1; echo ready; while :; do sleep 0.1; done'";
    let mut pty = Pty::start(&sandbox, line, 24, 80);
    pty.sees("ready");
    pty.signal(Signal::USR1);
    assert_eq!(pty.ends(), Some(9));
}

#[test]
fn a_terminal_that_is_none_is_said_before_anything_is_created() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    sandbox.sdocker(&format!("run --name {name} -it busybox true")).exits(1).complains("the input device is not a TTY");
    assert!(!name.exists());
    sandbox.sdocker("run --rm -t busybox tty").exits(0).says("/dev/pts/0");
}

#[test]
fn signals_are_forwarded_and_the_containers_code_is_kept() {
    let sandbox = Sandbox::new();
    for (signal, trapped) in
        [(Signal::TERM, "TERM"), (Signal::INT, "INT"), (Signal::HUP, "HUP"), (Signal::USR2, "USR2")]
    {
        let name = sandbox.name();
        let script = format!("trap \"exit 42\" {trapped}; touch /tmp/ready; while :; do sleep 0.1; done");
        assert_eq!(
            signalled(&sandbox, &format!("run --name {name} busybox sh -c '{script}'"), &name, signal),
            Some(42)
        );
    }
}

#[test]
fn a_signal_that_kills_is_in_the_exit_code() {
    let sandbox = Sandbox::new();
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let name = sandbox.name();
        let line = format!("run --init --name {name} busybox sleep 60");
        assert_eq!(signalled(&sandbox, &line, &name, signal), Some(code));
    }
}

/// Starts a run without a terminal, sends it a signal when its container is up, and gives the exit code.
fn signalled(sandbox: &Sandbox, line: &str, name: &crate::sandbox::Name<'_>, signal: Signal) -> Option<i32> {
    let mut command = sandbox.command(line);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let ready = format!("/containers/{name}/archive?path=/tmp/ready");
    let (waits_for_file, has_init) = (line.contains("/tmp/ready"), line.contains("--init"));
    eventually("the container is up", || {
        name.listens(has_init) && (!waits_for_file || sandbox.engine.request("HEAD", &ready, "").status == 200)
    });
    kill_process(Pid::from_child(&child), signal).unwrap();
    wait(&mut child, line)
}
