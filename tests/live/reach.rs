//! The same engine, reached over TLS and through a real ssh.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::sandbox::{Sandbox, eventually, finish};
use crate::tls_front::{Authority, Front};

/// A server that lives as long as the test.
struct Sshd {
    child: Child,
    directory: tempfile::TempDir,
    port: u16,
}

impl Sshd {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The port is free again as soon as it is known.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/sshd"));
        let log = fs::File::create(directory.path().join("log")).unwrap();
        command.arg(directory.path()).arg(port.to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut sshd = Self { child: command.spawn().unwrap(), directory, port };
        eventually("sshd listens", || {
            let log = || fs::read_to_string(sshd.directory.path().join("log")).unwrap();
            assert!(sshd.child.try_wait().unwrap().is_none(), "{}", log());
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        sshd
    }

    /// A directory with an `ssh` that knows this server.
    fn bin(&self) -> PathBuf {
        let bin = self.directory.path().join("bin");
        fs::create_dir(&bin).unwrap();
        let config = self.directory.path().join("config");
        fs::write(bin.join("ssh"), format!("#!/bin/sh\nexec /usr/bin/ssh -F {} \"$@\"\n", config.display())).unwrap();
        fs::set_permissions(bin.join("ssh"), fs::Permissions::from_mode(0o755)).unwrap();
        bin
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a run does, whichever way its engine is reached.
fn everything_works(sandbox: &Sandbox, reached: impl Fn(&str) -> Command) {
    let run = |line: &str, stdin: &[u8]| finish(line, reached(line), stdin);
    run("run --rm busybox echo hi", b"").exits(0).says("hi").quiet();
    run("run --rm busybox sh -c 'echo no >&2; exit 42'", b"").exits(42).complains("no");
    run("run -i --rm busybox wc -c", b"half-closed").exits(0).says("11");
    let random: Vec<u8> = (0..1_000_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let back = run("run -i --rm busybox cat", &random).exits(0);
    assert!(back.stdout == random, "{} of {} bytes came back", back.stdout.len(), random.len());
    let name = sandbox.name();
    run(&format!("run -d --name {name} busybox sleep 60"), b"").exits(0).quiet();
    assert_eq!(name.value("/State/Running"), true);
}

#[test]
fn a_run_over_tls_is_a_run() {
    let sandbox = Sandbox::new();
    let authority = Authority::new("ours");
    let (server, client) = (authority.vouch(&["localhost"], 2090), authority.vouch(&["me"], 2090));
    let port = Front { clients: Some(&authority), ..Front::new(&server) }.before(sandbox.engine.socket().into());
    let keys = authority.write(&sandbox.home().join("keys"), Some(&client));
    everything_works(&sandbox, |line| {
        let mut command = sandbox.command(line);
        command.env("DOCKER_HOST", format!("tcp://localhost:{port}"));
        command.env("DOCKER_TLS_VERIFY", "1").env("DOCKER_CERT_PATH", &keys);
        command
    });
}

#[test]
fn a_run_through_ssh_is_a_run() {
    let (sandbox, sshd) = (Sandbox::new(), Sshd::start());
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", sshd.bin().display());
    everything_works(&sandbox, |line| {
        let mut command = sandbox.command(line);
        command.env("DOCKER_HOST", format!("ssh://127.0.0.1:{}{}", sshd.port, sandbox.engine.socket()));
        command.env("PATH", &path);
        command
    });
}
