//! A person's terminal: raw as long as it must be, and theirs again however a run ends.

use rustix::process::Signal;
use rustix::termios::LocalModes;

use crate::pty::Pty;
use crate::sandbox::{Sandbox, eventually};

/// Line by line, with an echo, and keys that become signals.
const COOKED: LocalModes = LocalModes::ICANON.union(LocalModes::ECHO).union(LocalModes::ISIG);

fn at_terminal(sandbox: &Sandbox, line: &str) -> Pty {
    Pty::start(sandbox, &format!("--policy permissive {line}"), 24, 80)
}

fn is_raw(pty: &Pty) -> bool {
    !pty.settings().local_modes.intersects(COOKED)
}

#[track_caller]
fn ends_restored(mut pty: Pty, code: i32) -> String {
    assert_eq!(pty.ends(), Some(code), "{}", pty.screen());
    assert!(pty.settings().local_modes.contains(COOKED), "{}", pty.screen());
    pty.screen()
}

#[test]
fn it_is_restored_when_the_start_fails() {
    let sandbox = Sandbox::new();
    let pty = at_terminal(&sandbox, "run --rm -it busybox nosuchcommand");
    pty.sees("executable file not found");
    ends_restored(pty, 127);
}

#[test]
fn it_is_restored_when_the_engine_goes_away() {
    let sandbox = Sandbox::new();
    let (watched, relay) = Sandbox::watched();
    let name = sandbox.name();
    let pty = at_terminal(&watched, &format!("run -it --name {name} busybox sh -c 'echo ready; cat'"));
    pty.sees("ready");
    eventually("the start is answered", || relay.has_seen("/resize?"));
    assert!(is_raw(&pty));
    relay.hang_up();
    pty.sees("error waiting for container: unexpected EOF");
    ends_restored(pty, 125);
    assert_eq!(name.value("/State/Running"), true);
}

#[test]
fn it_is_restored_when_somebody_insists() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let pty = at_terminal(&sandbox, &format!("run -it --name {name} busybox sh -c 'trap \"\" TERM; echo ready; cat'"));
    pty.sees("ready");
    eventually("raw mode", || is_raw(&pty));
    for _ in 0..3 {
        pty.signal(Signal::TERM);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    pty.sees("got 3 SIGTERM/SIGINTs, forcefully exiting");
    ends_restored(pty, 1);
    assert_eq!(name.value("/State/Running"), true);
}

#[test]
fn it_is_restored_when_the_container_ends_under_the_typist() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let mut pty = at_terminal(&sandbox, &format!("run --rm -it --name {name} busybox sh -c 'echo ready; cat'"));
    pty.sees("ready");
    pty.types("half a li");
    sandbox.engine.request("POST", &format!("/containers/{name}/stop?t=0"), "");
    ends_restored(pty, 137);
}

#[test]
fn a_change_of_size_is_a_resize_and_a_signal() {
    let (sandbox, relay) = Sandbox::watched();
    let mut pty = at_terminal(&sandbox, "run --rm -it busybox sh -c 'echo ready; read line'");
    pty.sees("ready");
    eventually("the first size", || relay.has_seen("/resize?h=24&w=80"));
    pty.resize(20, 60);
    eventually("the new size", || relay.has_seen("POST /containers/ID/resize?h=20&w=60"));
    eventually("the signal", || relay.has_seen("POST /containers/ID/kill?signal=WINCH"));
    pty.types("\r");
    ends_restored(pty, 0);
}

#[test]
fn control_c_is_a_byte_where_the_container_has_the_terminal() {
    let (sandbox, relay) = Sandbox::watched();
    let name = sandbox.name();
    let mut pty =
        at_terminal(&sandbox, &format!("run --rm -it --name {name} busybox sh -c 'echo ready; exec sleep 60'"));
    pty.sees("ready");
    eventually("raw mode", || is_raw(&pty));
    pty.types("\x03");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(name.value("/State/Running"), true);
    assert!(!relay.has_seen("/kill?signal=INT"));
    sandbox.engine.request("POST", &format!("/containers/{name}/kill"), "");
    ends_restored(pty, 137);

    let mut pty = at_terminal(&sandbox, "run --rm -it --init busybox sh -c 'echo ready; exec sleep 60'");
    pty.sees("ready");
    eventually("raw mode", || is_raw(&pty));
    pty.types("\x03");
    ends_restored(pty, 130);
}

#[test]
fn control_c_is_a_signal_where_only_the_output_is_a_terminal() {
    let (sandbox, relay) = Sandbox::watched();
    let mut pty = at_terminal(&sandbox, "run --rm -t --init busybox sh -c 'echo ready; exec sleep 60'");
    pty.sees("ready");
    assert!(pty.settings().local_modes.contains(COOKED));
    pty.types("\x03");
    ends_restored(pty, 130);
    assert!(relay.has_seen("POST /containers/ID/kill?signal=INT"));
}

#[test]
fn without_a_terminal_inside_input_goes_line_by_line() {
    let sandbox = Sandbox::new();
    let mut pty = at_terminal(&sandbox, "run --rm -i busybox sh -c 'echo ready; wc -c'");
    pty.sees("ready");
    assert!(pty.settings().local_modes.contains(COOKED));
    pty.types("four\n");
    pty.types("\x04");
    pty.sees("\r\n5\r\n");
    ends_restored(pty, 0);
}

#[test]
fn detached_means_no_word_and_a_container_that_runs_on() {
    let sandbox = Sandbox::new();
    for flags in ["", "--rm"] {
        let name = sandbox.name();
        let line = format!("run {flags} --name {name} -it busybox sh -c 'echo ready; cat'");
        let mut pty = at_terminal(&sandbox, &line);
        pty.sees("ready");
        eventually("raw mode", || is_raw(&pty));
        pty.types("\x10");
        pty.types("\x11");
        assert_eq!(ends_restored(pty, 0), "ready\r\n", "{flags}");
        assert_eq!(name.value("/State/Running"), true, "{flags}");
        sandbox.engine.request("POST", &format!("/containers/{name}/kill"), "");
        eventually("it ends, and with --rm is gone", || match flags {
            "--rm" => !name.exists(),
            _ => name.value("/State/Running") == false,
        });
    }
}

#[test]
fn other_detach_keys_replace_the_usual_ones() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let script = "stty -echo -ixon; echo ready; head -c 3 | od -An -tx1; echo seen; cat";
    let line = format!("run --rm -it --detach-keys ctrl-a,d --name {name} busybox sh -c '{script}'");
    let mut pty = at_terminal(&sandbox, &line);
    pty.sees("ready");
    eventually("raw mode", || is_raw(&pty));
    pty.types("\x10\x11\r");
    pty.sees("seen");
    assert!(pty.screen().contains("10 11 0a"), "{}", pty.screen());
    pty.types("\x01d");
    ends_restored(pty, 0);
    assert_eq!(name.value("/State/Running"), true);
}

#[test]
fn detach_keys_of_dockers_configuration_hold() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.home().join(".docker")).unwrap();
    std::fs::write(sandbox.home().join(".docker/config.json"), r#"{"detachKeys":"ctrl-x"}"#).unwrap();
    let name = sandbox.name();
    let mut pty = at_terminal(&sandbox, &format!("run --rm -it --name {name} busybox sh -c 'echo ready; cat'"));
    pty.sees("ready");
    eventually("raw mode", || is_raw(&pty));
    pty.types("\x18");
    ends_restored(pty, 0);
    assert_eq!(name.value("/State/Running"), true);
}

#[test]
fn malformed_detach_keys_are_the_engines_find() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let pty = at_terminal(&sandbox, &format!("run -it --detach-keys ctrl-1 --name {name} busybox true"));
    pty.sees("unable to upgrade to tcp, received 400");
    ends_restored(pty, 1);
    assert_eq!(name.value("/State/Status"), "created");
}
