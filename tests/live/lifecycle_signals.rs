//! Signals to the client.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::pty::Pty;
use crate::sandbox::{Name, Sandbox, eventually, wait};

/// Longer than a signal needs to the engine.
const SETTLE: Duration = Duration::from_millis(300);

/// A client whose container runs.
struct Client<'s> {
    line: String,
    child: Child,
    name: Name<'s>,
}

impl<'s> Client<'s> {
    fn start(sandbox: &'s Sandbox, flags: &str, command: &str) -> Self {
        let name = sandbox.name();
        let line = format!("--policy permissive run {flags} --name {name} busybox {command}");
        let mut child = sandbox.command(&line);
        let child = child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        eventually("the container runs", || name.listens(flags.contains("--init")));
        // A script sets its handlers a moment after that.
        thread::sleep(SETTLE);
        Self { line, child, name }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        thread::sleep(Duration::from_millis(50));
    }

    fn is_alive(&mut self) -> bool {
        thread::sleep(SETTLE);
        self.child.try_wait().unwrap().is_none()
    }

    /// The exit code and what was said; no code after a signal.
    fn ends(&mut self) -> (Option<i32>, String) {
        let code = wait(&mut self.child, &self.line);
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (code, said)
    }

    fn runs(&self) -> bool {
        self.name.exists() && self.name.value("/State/Running") == true
    }
}

#[test]
fn each_signal_goes_to_the_container_by_its_name() {
    let (sandbox, relay) = Sandbox::watched();
    // The first process of a container ignores what it has no handler for.
    let mut client = Client::start(&sandbox, "--rm", "sleep 60");
    let named = [
        (Signal::INT, "INT"),
        (Signal::TERM, "TERM"),
        (Signal::QUIT, "QUIT"),
        (Signal::HUP, "HUP"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
        (Signal::ALARM, "ALRM"),
        (Signal::CONT, "CONT"),
        (Signal::WINCH, "WINCH"),
        (Signal::ABORT, "ABRT"),
        (Signal::TSTP, "TSTP"),
    ];
    let arrives = |name: &str| {
        let kill = format!("POST /containers/ID/kill?signal={name}");
        eventually(&kill, || relay.has_seen(&kill));
    };
    for (signal, name) in named {
        client.signal(signal);
        arrives(name);
    }
    let real_time = [(34, "RTMIN"), (35, "RTMIN%2B1"), (49, "RTMIN%2B15"), (63, "RTMAX-1"), (64, "RTMAX")];
    for (number, name) in real_time {
        // Signals without a name of their own are sent by a shell.
        let kill = format!("kill -{number} {}", client.child.id());
        assert!(Command::new("bash").args(["-c", &kill]).status().unwrap().success());
        arrives(name);
    }
    assert!(client.is_alive());
    let kills = relay.requests().iter().filter(|request| request.contains("/kill?")).count();
    assert_eq!(kills, named.len() + real_time.len(), "{:#?}", relay.requests());
    assert!(client.runs());
}

#[test]
fn children_pipes_and_urgent_data_are_the_clients_own() {
    let (sandbox, relay) = Sandbox::watched();
    let mut client = Client::start(&sandbox, "--rm", "sleep 60");
    for signal in [Signal::CHILD, Signal::PIPE, Signal::URG] {
        client.signal(signal);
    }
    assert!(client.is_alive());
    assert!(!relay.has_seen("/kill?"), "{:#?}", relay.requests());
}

#[test]
fn a_container_that_dies_of_a_signal_says_which() {
    let sandbox = Sandbox::new();
    for (signal, code) in
        [(Signal::INT, 130), (Signal::TERM, 143), (Signal::QUIT, 131), (Signal::HUP, 129), (Signal::USR2, 140)]
    {
        let mut client = Client::start(&sandbox, "--rm --init", "sleep 60");
        client.signal(signal);
        assert_eq!(client.ends(), (Some(code), String::new()));
    }
}

#[test]
fn a_handler_that_exits_gives_the_code_also_at_a_terminal() {
    let sandbox = Sandbox::new();
    let script = "sh -c 'trap \"exit 42\" TERM; echo ready; while :; do sleep 0.1; done'";
    let mut client = Client::start(&sandbox, "--rm", script);
    client.signal(Signal::TERM);
    assert_eq!(client.ends(), (Some(42), String::new()));
    for flags in ["-t", "-it"] {
        let mut pty = Pty::start(&sandbox, &format!("--policy permissive run --rm {flags} busybox {script}"), 24, 80);
        pty.sees("ready");
        pty.signal(Signal::TERM);
        assert_eq!(pty.ends(), Some(42), "{flags}");
    }
}

#[test]
fn the_third_interrupt_ends_the_client_and_not_the_container() {
    let sandbox = Sandbox::new();
    for flags in ["", "--rm", "--sig-proxy=false", "--rm --sig-proxy=false"] {
        let mut client = Client::start(&sandbox, flags, "sleep 60");
        client.signal(Signal::INT);
        client.signal(Signal::TERM);
        assert!(client.is_alive(), "{flags}");
        client.signal(Signal::INT);
        assert_eq!(client.ends(), (Some(1), "\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n".to_owned()), "{flags}");
        assert!(client.runs(), "{flags}");
    }
}

#[test]
fn a_client_that_is_killed_leaves_the_container() {
    let sandbox = Sandbox::new();
    for flags in ["", "--rm"] {
        let mut client = Client::start(&sandbox, flags, "sleep 60");
        client.signal(Signal::KILL);
        assert_eq!(client.ends().0, None);
        thread::sleep(SETTLE);
        assert!(client.runs(), "{flags}");
    }
}

#[test]
fn without_the_proxy_nothing_is_forwarded() {
    let (sandbox, relay) = Sandbox::watched();
    let mut client = Client::start(&sandbox, "--rm --sig-proxy=false", "sleep 60");
    client.signal(Signal::INT);
    client.signal(Signal::TERM);
    assert!(client.is_alive());
    client.signal(Signal::HUP);
    assert_eq!(client.ends().0, None);
    assert!(client.runs());
    assert!(!relay.has_seen("/kill?"), "{:#?}", relay.requests());
}
