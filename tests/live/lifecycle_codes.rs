//! Exit codes and the words that go with them, as docker has them.

use std::process::Stdio;

use serde_json::json;

use crate::relay::Relay;
use crate::sandbox::{Sandbox, eventually, finish, wait};

const HINT: &str = "\n\nRun 'docker run --help' for more information\n";
const USAGE: &str =
    "\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information\n";

#[test]
fn the_code_is_the_containers_in_eight_bits() {
    let sandbox = Sandbox::new();
    for (exit, code) in [("0", 0), ("1", 1), ("255", 255), ("256", 0)] {
        sandbox.permissive(&format!("run --rm busybox sh -c 'exit {exit}'")).exits(code).quiet();
    }
    sandbox.permissive("run --rm busybox sh -c 'kill -USR1 $$'").exits(0);
    sandbox.permissive("run --rm --init busybox sh -c 'kill -ABRT $$'").exits(134);
}

#[test]
fn a_container_killed_or_removed_from_outside_is_137() {
    let sandbox = Sandbox::new();
    for (method, rest) in [("POST", "/kill"), ("DELETE", "?force=1")] {
        let name = sandbox.name();
        let line = format!("--policy permissive run --name {name} busybox sleep 60");
        let mut child = sandbox.command(&line).stdout(Stdio::null()).spawn().unwrap();
        eventually("the container runs", || name.exists() && name.value("/State/Running") == true);
        sandbox.engine.request(method, &format!("/containers/{name}{rest}"), "");
        assert_eq!(wait(&mut child, &line), Some(137), "{method}");
    }
}

#[test]
fn help_is_on_stdout() {
    let help = Sandbox::new().permissive("run --help").exits(0).quiet();
    assert!(help.text().contains("Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]"), "{}", help.text());
}

#[test]
fn no_image_is_1() {
    let sandbox = Sandbox::new();
    let words = "docker: 'docker run' requires at least 1 argument\n\n\
        Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nSee 'docker run --help' for more information\n";
    for line in ["run", "run -d", "run --"] {
        assert_eq!(sandbox.permissive(line).exits(1).says("").stderr, words, "{line}");
    }
}

#[test]
fn what_the_client_refuses_is_in_dockers_words() {
    let sandbox = Sandbox::new();
    for (line, code, words) in [
        ("run --x busybox", 125, format!("unknown flag: --x{USAGE}")),
        ("run -z busybox", 125, format!("unknown shorthand flag: 'z' in -z{USAGE}")),
        ("run --memory", 125, format!("flag needs an argument: --memory{USAGE}")),
        ("run -m", 125, format!("flag needs an argument: 'm' in -m{USAGE}")),
        (
            "run -m x busybox",
            125,
            format!("invalid argument \"x\" for \"-m, --memory\" flag: invalid size: 'x'{USAGE}"),
        ),
        (
            "run --rm --restart always busybox",
            125,
            format!("docker: conflicting options: cannot specify both --restart and --rm{HINT}"),
        ),
        (
            "run --pull bogus busybox",
            125,
            format!(
                "docker: invalid pull option: 'bogus': must be one of \"always\", \"missing\" or \"never\"{HINT}"
            ),
        ),
        ("run -d -a stdout busybox", 1, "conflicting options: cannot specify both --attach and --detach\n".to_owned()),
        (
            "run --cpu-count 1 busybox",
            1,
            "\"--cpu-count\" is only supported on a Docker daemon running on windows, but the Docker daemon is running \
             on linux\n"
                .to_owned(),
        ),
        (
            "run library/ALPINE",
            125,
            format!("docker: invalid reference format: repository name (library/ALPINE) must be lowercase{HINT}"),
        ),
        ("run a:b:c", 125, format!("docker: invalid reference format{HINT}")),
    ] {
        let run = sandbox.permissive(line).exits(code).says("");
        assert_eq!(run.stderr, words, "{line}");
    }
}

#[test]
fn what_is_newer_than_the_engine_is_refused() {
    // Which is an old one for this test, whatever it is.
    let (sandbox, relay) = Sandbox::with_relay(|asked| {
        let pong = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\n\r\n";
        (asked == "HEAD /_ping").then(|| pong.to_owned())
    });
    let annotation = sandbox.permissive("run --annotation a=b busybox").exits(1).says("");
    let words = "\"--annotation\" requires API version 1.43, but the Docker daemon API version is 1.41\n";
    assert_eq!(annotation.stderr, words);
    let address = sandbox.permissive("run --mac-address 92:d0:c6:0a:29:33 busybox").exits(125).says("");
    let words = "docker: \"specify mac-address per network\" requires API version 1.44, but the Docker daemon API version is 1.41";
    assert_eq!(address.stderr, format!("{words}{HINT}"));
    assert!(!relay.has_seen("/create"));
}

#[test]
fn what_the_engine_refuses_is_in_its_words_with_a_hint() {
    let sandbox = Sandbox::new();
    for (line, words) in [
        ("run --rm -m 1m busybox true", "Minimum memory limit"),
        ("run --rm --network nosuch busybox true", "network nosuch not found"),
        ("run --rm --pull never nosuch:1", "No such image: nosuch:1"),
    ] {
        let run = sandbox.permissive(line).exits(125).says("");
        assert!(run.stderr.starts_with("docker: Error response from daemon: "), "{}", run.stderr);
        assert!(run.stderr.contains(words) && run.stderr.ends_with(HINT), "{}", run.stderr);
    }
    let name = sandbox.name();
    sandbox.permissive(&format!("create --name {name} busybox")).exits(0);
    let taken = sandbox.permissive(&format!("run --name {name} busybox")).exits(125).says("");
    let words = format!(
        "docker: Error response from daemon: Conflict. The container name \"/{name}\" is already in use by container \
         \"{}\". You have to remove (or rename) that container to be able to reuse that name.{HINT}",
        name.value("/Id").as_str().unwrap()
    );
    assert_eq!(taken.stderr, words);
}

#[test]
fn a_command_that_cannot_start_is_126_or_127_and_stays_without_rm() {
    let sandbox = Sandbox::new();
    for (command, code, words) in [
        ("nosuchcommand", 127, "executable file not found in $PATH"),
        ("/no/such/file", 127, "no such file or directory"),
        ("/etc/passwd", 126, "permission denied"),
        ("/etc", 126, "permission denied"),
    ] {
        let (kept, gone) = (sandbox.name(), sandbox.name());
        let failed = sandbox.permissive(&format!("run --name {kept} busybox {command}")).exits(code).says("");
        assert!(failed.stderr.starts_with("docker: Error response from daemon: "), "{}", failed.stderr);
        assert!(failed.stderr.contains(words) && failed.stderr.ends_with(HINT), "{}", failed.stderr);
        assert_eq!(kept.value("/State/Status"), "created", "{command}");
        sandbox.permissive(&format!("run --rm --name {gone} busybox {command}")).exits(code);
        assert!(!gone.exists(), "{command}");
    }
}

#[test]
fn in_the_background_the_id_is_there_before_a_start_that_fails() {
    let sandbox = Sandbox::new();
    for (command, code) in [("nosuchcommand", 127), ("/etc/passwd", 126), ("true", 0)] {
        let name = sandbox.name();
        let run = sandbox.permissive(&format!("run -d --name {name} busybox {command}")).exits(code);
        assert_eq!(run.stdout, format!("{}\n", name.value("/Id").as_str().unwrap()).as_bytes());
        assert_eq!(run.stderr.is_empty(), code == 0, "{}", run.stderr);
    }
    let name = sandbox.name();
    let line = format!("run -d --name {name} --network container:nosuch busybox true");
    sandbox.permissive(&line).exits(125).complains("No such container: nosuch");
}

#[test]
fn an_engine_that_is_not_there_is_said_when_everything_else_is_in_order() {
    let sandbox = Sandbox::new();
    let file = sandbox.home().join("file");
    std::fs::write(&file, "").unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("tcp://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = |host: &str, line: &str| {
        let mut command = sandbox.command(&format!("--policy permissive {line}"));
        command.env("DOCKER_HOST", host);
        finish(line, command, b"")
    };
    for host in ["unix:///nowhere/docker.sock".to_owned(), format!("unix://{}", file.display()), refused] {
        let words =
            format!("docker: Cannot connect to the Docker daemon at {host}. Is the docker daemon running?{HINT}");
        assert_eq!(run(&host, "run busybox").exits(125).says("").stderr, words);
    }
    let nowhere = "unix:///nowhere/docker.sock";
    for (line, words) in [
        ("run -v :/x busybox", "invalid spec: :/x: empty section between colons"),
        ("run -p x busybox", "invalid containerPort: x"),
        ("run --env-file /nowhere/env busybox", "open /nowhere/env: no such file or directory"),
        ("run --restart on-failure:x busybox", "maximum retry count must be an integer"),
        ("run ALPINE", "repository name (library/ALPINE) must be lowercase"),
        ("run --device /dev/null busybox", "docker: unknown server OS: \n"),
        ("run --cidfile /etc/passwd busybox", "container ID file found"),
        ("run -it busybox", "the input device is not a TTY"),
    ] {
        let run = run(nowhere, line);
        assert!(run.stderr.contains(words) && !run.stderr.contains("Cannot connect"), "{line}: {}", run.stderr);
    }
    let bogus = run("bogus://x", "run busybox").exits(1);
    assert_eq!(
        bogus.stderr,
        "Failed to initialize: unable to resolve docker endpoint: invalid bind address format: bogus://x\n"
    );
}

#[test]
fn an_engine_that_goes_away_is_told_and_the_container_lives_on() {
    let sandbox = Sandbox::new();
    let relay = Relay::before(sandbox.engine.socket(), |_| None);
    let name = sandbox.name();
    let line = format!("--policy permissive run --name {name} busybox sleep 60");
    let mut command = sandbox.command(&line);
    let child = command.env("DOCKER_HOST", relay.host()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    eventually("the container runs", || name.exists() && name.value("/State/Running") == true);
    eventually("the start is answered", || relay.has_seen("< 204"));
    relay.hang_up();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(125), "{said}");
    assert!(said.contains("error waiting for container: unexpected EOF"), "{said}");
    assert_eq!(name.value("/State/Running"), true);
}

#[test]
fn a_restart_policy_ends_the_client_at_the_first_exit() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    sandbox.permissive(&format!("run --name {name} --restart always busybox sh -c 'exit 3'")).exits(3);
    eventually("the engine restarts it", || name.value("/RestartCount").as_i64() > Some(0));
}

#[test]
fn an_empty_entrypoint_takes_the_images_command_along() {
    let sandbox = Sandbox::new();
    let failed = sandbox.permissive("run --rm --entrypoint '' busybox").exits(125);
    assert!(failed.stderr.to_lowercase().contains("no command specified"), "{}", failed.stderr);
    sandbox.permissive("run --rm --entrypoint '' busybox:entrypoint echo me").exits(0).says("me");
}

#[test]
fn a_source_that_is_not_there_is_made_for_v_and_refused_for_mount() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    let (made, missing) = (shared.path().join("made"), shared.path().join("missing"));
    sandbox.permissive(&format!("run --rm -v {}:/x busybox true", made.display())).exits(0);
    assert!(made.is_dir());
    let line = format!("run --rm --mount type=bind,src={},dst=/x busybox true", missing.display());
    sandbox.permissive(&line).exits(125).complains("bind source path does not exist");
    assert!(!missing.exists());
}

#[test]
fn warnings_come_before_the_id_on_stderr() {
    let sandbox = Sandbox::new();
    let run = sandbox.permissive("run --rm --dns 127.0.0.1 --network none busybox echo out").exits(0).says("out");
    assert_eq!(run.stderr, "WARNING: Localhost DNS (127.0.0.1) may fail in containers.\n");
    // Engines warn of different things: this one of everything.
    let id = "1".repeat(64);
    let created = json!({ "Id": id, "Warnings": ["first", "second"] });
    let (sandbox, _relay) = Sandbox::with_relay(move |asked| {
        let answer = || format!("HTTP/1.1 201 Created\r\n\r\n{created}");
        asked.starts_with("POST /containers/create").then(answer)
    });
    let both = sandbox.with_one_stream("--policy permissive create busybox");
    assert_eq!(both, format!("WARNING: first\nWARNING: second\n{id}\n"));
}
