//! Which engine a command line means, and how it is reached: TLS, ssh, contexts, docker's options and variables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/fake_engine.rs"]
mod fake_engine;
#[path = "support/tls_front.rs"]
mod tls_front;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fake_engine::{FakeEngine, ID};
use tls_front::{Authority, Front};
use tokio_rustls::rustls::version;

/// A home without any settings, and commands in it.
struct Home {
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

struct Said {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
}

impl Home {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn with(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.variables.push((name.to_owned(), value.as_ref().to_str().unwrap().to_owned()));
        self
    }

    fn run(&self, words: &[&str], stdin: &[u8]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.args(words).env_clear().current_dir(self.path()).env("HOME", self.path()).env("PATH", "/usr/bin:/bin");
        command.env("SDOCKER_POLICY", "permissive").envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let stdin = stdin.to_owned();
        let writer = std::thread::spawn(move || drop(input.write_all(&stdin)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        Said { code: output.status.code(), out: output.stdout, err }
    }

    fn create(&self, globals: &[&str]) -> Said {
        self.run(&[globals, &["create", "x"]].concat(), b"")
    }

    /// A context's description and keys, as docker keeps them; `id` is the digest of its name.
    fn context(&self, id: &str, meta: &str) -> PathBuf {
        let store = self.path().join(".docker/contexts");
        fs::create_dir_all(store.join("meta").join(id)).unwrap();
        fs::write(store.join("meta").join(id).join("meta.json"), meta).unwrap();
        store.join("tls").join(id).join("docker")
    }
}

impl Said {
    #[track_caller]
    fn created(&self) {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""));
        assert_eq!(self.out, format!("{ID}\n").as_bytes());
    }

    #[track_caller]
    fn refused(&self, words: &str) {
        assert_eq!((self.code, self.err.as_str()), (Some(1), format!("{words}\n").as_str()));
    }
}

/// The digests of these names.
const FAR: &str = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";
const NOPE: &str = "ca3704aa0b06f5954c79ee837faa152d84d6b2d42838f0637a15eda8337dbdce";

fn unanswered(address: &str) -> String {
    format!("Cannot connect to the Docker daemon at {address}. Is the docker daemon running?")
}

fn meta(host: &str, skip: bool) -> String {
    format!(r#"{{"Name":"far","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}","SkipTLSVerify":{skip}}}}}}}"#)
}

#[test]
fn a_run_works_over_tls_with_both_sides_known() {
    let authority = Authority::new("ours");
    let (server, client) = (authority.vouch(&["localhost", "127.0.0.1"], 2090), authority.vouch(&["me"], 2090));
    let text: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    for newest in [&version::TLS13, &version::TLS12] {
        let engine = FakeEngine::speaking("1.41");
        let port = Front { clients: Some(&authority), newest, ..Front::new(&server) }.before(engine.socket());
        let home = Home::new();
        let keys = authority.write(&home.path().join("keys"), Some(&client));
        let home = home.with("DOCKER_TLS_VERIFY", "1").with("DOCKER_CERT_PATH", keys);
        let address = format!("tcp://localhost:{port}");
        let said = home.run(&["-H", &address, "run", "-i", "x"], &text);
        assert_eq!((said.code, said.err.as_str()), (Some(7), ""));
        assert!(said.out == text, "{} of {} bytes came back", said.out.len(), text.len());
        let requests = engine.requests();
        assert_eq!(requests[0], format!("HEAD /_ping localhost:{port}"));
        assert_eq!(requests[1], format!("POST /v1.41/containers/create localhost:{port}"));
    }
}

#[test]
fn whoever_is_not_known_is_refused_in_dockers_words() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let server = ours.vouch(&["localhost", "127.0.0.1"], 2090);
    let engine = FakeEngine::speaking("1.41");
    let open = Front::new(&server).before(engine.socket());
    let strict = Front { clients: Some(&ours), ..Front::new(&server) }.before(engine.socket());
    let strict12 =
        Front { clients: Some(&ours), newest: &version::TLS12, ..Front::new(&server) }.before(engine.socket());
    let other = ours.vouch(&["other.example", "10.0.0.1"], 2090);
    let other = Front::new(&other).before(engine.socket());
    let nameless = ours.vouch(&["other.example"], 2090);
    let nameless = Front::new(&nameless).before(engine.socket());
    let old = ours.vouch(&["127.0.0.1"], 2021);
    let old = Front::new(&old).before(engine.socket());

    let home = Home::new().with("DOCKER_TLS_VERIFY", "1");
    let good = ours.write(&home.path().join("good"), None);
    let bad = theirs.write(&home.path().join("bad"), None);
    let stranger = ours.write(&home.path().join("stranger"), Some(&theirs.vouch(&["me"], 2090)));
    let said = |keys: &Path, address: &str| {
        let home = Home::new().with("DOCKER_TLS_VERIFY", "1").with("DOCKER_CERT_PATH", keys);
        home.create(&["-H", &format!("tcp://{address}")])
    };
    let (x509, remote) = ("tls: failed to verify certificate: x509: ", "remote error: tls: ");
    for (keys, host, port, why) in [
        (&bad, "127.0.0.1", open, format!("{x509}certificate signed by unknown authority")),
        (&good, "127.0.0.1", other, format!("{x509}certificate is valid for 10.0.0.1, not 127.0.0.1")),
        (&good, "localhost", other, format!("{x509}certificate is valid for other.example, not localhost")),
        (
            &good,
            "127.0.0.1",
            nameless,
            format!("{x509}cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"),
        ),
        (&good, "127.0.0.1", strict, format!("{remote}certificate required")),
        (&stranger, "127.0.0.1", strict, format!("{remote}unknown certificate authority")),
        (&stranger, "127.0.0.1", strict12, format!("{remote}unknown certificate authority")),
    ] {
        let lead = format!("error during connect: Head \"https://{host}:{port}/_ping\": ");
        said(keys, &format!("{host}:{port}")).refused(&(lead + &why));
    }
    let expired = said(&good, &format!("127.0.0.1:{old}"));
    assert!(expired.err.contains("certificate has expired or is not yet valid: current time "), "{}", expired.err);
    assert!(expired.err.ends_with("Z is after 2021-01-01T00:00:00Z\n"), "{}", expired.err);
    assert_eq!(engine.requests(), [""; 0], "nothing was asked of an engine that is not trusted");
}

#[test]
fn tls_is_wanted_or_not_as_options_and_variables_say() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let server = ours.vouch(&["other.example"], 2090);
    let engine = FakeEngine::speaking("1.41");
    let port = Front::new(&server).before(engine.socket());
    let address = format!("tcp://127.0.0.1:{port}");
    let keys = tempfile::tempdir().unwrap();
    theirs.write(keys.path(), None);
    let home = |variables: &[(&str, &str)]| {
        let home = Home::new().with("DOCKER_CERT_PATH", keys.path()).with("SSL_CERT_FILE", keys.path().join("ca.pem"));
        variables.iter().fold(home, |home, (name, value)| home.with(name, value))
    };
    // Anybody may answer.
    for (variables, options) in [
        (&[][..], &["--tls"][..]),
        (&[("DOCKER_TLS", "0")], &[]),
        (&[], &["--tlsverify=false"]),
        (&[("DOCKER_TLS_VERIFY", "1")], &["--tlsverify=false"]),
        (&[], &["--tls", "--tlscacert="]),
    ] {
        home(variables).create(&[options, &["-H", &address]].concat()).created();
    }
    // Only who is known.
    for (variables, options) in [
        (&[][..], &["--tlsverify"][..]),
        (&[("DOCKER_TLS_VERIFY", "0")], &[]),
        (&[("DOCKER_TLS_VERIFY", "1")], &["--tls=false"]),
        (&[], &["--tlsverify", "--tlscacert="]),
    ] {
        let said = home(variables).create(&[options, &["-H", &address]].concat());
        assert!(said.err.contains("certificate signed by unknown authority"), "{options:?}: {}", said.err);
    }
    // In the clear, which the other side does not understand.
    for (variables, options) in [
        (&[][..], &[][..]),
        (&[("DOCKER_TLS", "1")], &["--tls=false"]),
        (&[("DOCKER_TLS_VERIFY", "")], &[]),
        (&[], &["--tlscacert=ca.pem"]),
    ] {
        let said = home(variables).create(&[options, &["-H", &address]].concat());
        assert!(said.code == Some(1) && !said.err.contains("x509"), "{options:?}: {}", said.err);
    }
}

#[test]
fn keys_that_are_none_stop_everything() {
    let home = Home::new();
    let lead = "Failed to initialize: unable to resolve docker endpoint: ";
    let absent = format!("{lead}open {}/.docker/ca.pem: no such file or directory", home.path().display());
    home.create(&["--tlsverify", "-H", "tcp://127.0.0.1:9"]).refused(&absent);
    home.create(&["--tls", "-H", "unix:///nowhere"]).refused(&absent);
    home.create(&["--tlsverify", "--tlscacert=nofile", "-H", "tcp://127.0.0.1:9"])
        .refused(&format!("{lead}open nofile: no such file or directory"));
    fs::write(home.path().join("junk.pem"), "junk").unwrap();
    home.create(&["--tlsverify", "--tlscacert=\"junk.pem\"", "-H", "tcp://127.0.0.1:9"])
        .refused("Failed to initialize: failed to retrieve context tls info: ca.pem seems invalid");
    Authority::new("ours").write(&home.path().join("keys"), None);
    home.create(&["--tlsverify", "--tlscacert=keys/ca.pem", "-H", ""]).refused(&unanswered("tcp://localhost:2376"));
    home.create(&["--tlsverify", "--tlscacert=keys/ca.pem", "-H", "unix:///nowhere"])
        .refused(&unanswered("unix:///nowhere"));
}

#[test]
fn the_engine_is_found_in_dockers_order() {
    let home = |variables: &[(&str, &str)], current: Option<&str>| {
        let home = Home::new();
        home.context(FAR, &meta("unix:///far", false));
        if let Some(current) = current {
            let text = format!(r#"{{"currentContext":"{current}"}}"#);
            fs::write(home.path().join(".docker/config.json"), text).unwrap();
        }
        variables.iter().fold(home, |home, (name, value)| home.with(name, value))
    };
    let (host, context) = (("DOCKER_HOST", "unix:///host"), ("DOCKER_CONTEXT", "far"));
    let default = "unix:///var/run/docker.sock";
    for (options, variables, current, address) in [
        (&["-H", "unix:///typed"][..], &[host, context][..], Some("far"), "unix:///typed"),
        (&["-H", "unix:///typed", "-c", ""], &[], Some("far"), "unix:///typed"),
        (&["-c", "far"], &[host], None, "unix:///far"),
        (&["--context=far"], &[("DOCKER_CONTEXT", "nope")], Some("nope"), "unix:///far"),
        (&["-c", "default"], &[host, context], Some("far"), "unix:///host"),
        (&["-c", ""], &[host, context], Some("far"), "unix:///host"),
        (&[], &[host, context], Some("far"), "unix:///host"),
        (&[], &[("DOCKER_HOST", ""), context], None, "unix:///far"),
        (&[], &[context], Some("nope"), "unix:///far"),
        (&[], &[("DOCKER_CONTEXT", "")], Some("far"), "unix:///far"),
        (&[], &[], Some("far"), "unix:///far"),
    ] {
        home(variables, current).create(options).refused(&unanswered(address));
    }
    // The default socket may be somebody's engine: only the message of one that is not there is looked at.
    if !Path::new("/var/run/docker.sock").exists() {
        home(&[("DOCKER_CONTEXT", "default")], Some("far")).create(&[]).refused(&unanswered(default));
        home(&[], None).create(&[]).refused(&unanswered(default));
        home(&[], Some("")).create(&[]).refused(&unanswered(default));
    }
}

#[test]
fn a_context_that_leads_nowhere_is_refused() {
    let home = Home::new();
    let store = home.path().join(".docker/contexts/meta");
    let absent = format!(
        "Failed to initialize: unable to resolve docker endpoint: context \"nope\": context not found: \
         open {}/{NOPE}/meta.json: no such file or directory",
        store.display()
    );
    home.create(&["-c", "nope"]).refused(&absent);
    for (text, why) in [
        ("{}", "unable to resolve docker endpoint: cannot find docker endpoint in context"),
        (&meta("nohost", false), "unable to parse docker host `nohost`"),
        (&meta("bogus://x", false), "unable to resolve docker endpoint: invalid bind address format: bogus://x"),
    ] {
        home.context(FAR, text);
        home.create(&["-c", "far"]).refused(&format!("Failed to initialize: {why}"));
    }
    home.create(&["-H", "a", "-c", "far"]).refused("conflicting options: cannot specify both --host and --context");
    home.create(&["-H", "unix:///a", "-H", "unix:///b"])
        .refused("Failed to initialize: unable to resolve docker endpoint: Specify only one -H");
    // Help and mistaken flags do not need an engine.
    assert_eq!(home.run(&["-c", "nope", "run", "--help"], b"").code, Some(0));
    assert!(home.run(&["-c", "nope", "run", "--bogus", "x"], b"").err.starts_with("unknown flag: --bogus\n"));
    let elsewhere = home.create(&["--config", "/elsewhere", "-c", "far"]);
    assert!(elsewhere.err.contains("open /elsewhere/contexts/meta/"), "{}", elsewhere.err);
}

#[test]
fn a_context_has_keys_of_its_own() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let (server, client) = (ours.vouch(&["127.0.0.1"], 2090), ours.vouch(&["me"], 2090));
    let engine = FakeEngine::speaking("1.41");
    let port = Front { clients: Some(&ours), ..Front::new(&server) }.before(engine.socket());
    let host = format!("tcp://127.0.0.1:{port}");
    let home = Home::new().with("DOCKER_TLS_VERIFY", "1").with("DOCKER_CERT_PATH", "/nowhere");
    let keys = home.context(FAR, &meta(&host, false));
    ours.write(&keys, Some(&client));
    home.create(&["-c", "far"]).created();
    // Without an authority of its own it has the system's.
    fs::rename(keys.join("ca.pem"), home.path().join("ours.pem")).unwrap();
    theirs.write(&home.path().join("theirs"), None);
    let home = home.with("SSL_CERT_FILE", "theirs/ca.pem");
    let unknown = home.create(&["-c", "far"]);
    assert!(unknown.err.contains("certificate signed by unknown authority"), "{}", unknown.err);
    let home = home.with("SSL_CERT_FILE", "ours.pem");
    home.create(&["-c", "far"]).created();
    theirs.write(&keys, Some(&client));
    home.context(FAR, &meta(&host, true));
    home.create(&["-c", "far"]).created();
}

#[test]
fn a_prefix_of_the_address_stands_before_every_path() {
    let authority = Authority::new("ours");
    let server = authority.vouch(&["127.0.0.1"], 2090);
    let engine = FakeEngine::speaking("1.41");
    let port = Front::new(&server).before(engine.socket());
    let home = Home::new();
    let keys = authority.write(&home.path().join("keys"), None);
    let home = home.with("DOCKER_CERT_PATH", keys);
    home.create(&["--tlsverify", "-H", &format!("tcp://u@127.0.0.1:{port}/docker/")]).created();
    let host = format!("127.0.0.1:{port}");
    assert_eq!(
        engine.requests(),
        [format!("HEAD /docker/_ping {host}"), format!("POST /docker/v1.41/containers/create {host}")]
    );
}

#[test]
fn the_api_is_agreed_on_or_pinned() {
    for (theirs, pinned, spoken) in [
        ("1.24", "", "1.24"),
        ("1.41", "", "1.41"),
        ("", "", "1.24"),
        ("1.99", "", "1.51"),
        ("1.41", "1.30", "1.30"),
        ("1.41", "v1.24", "1.24"),
        ("1.41", "1.60", "1.60"),
    ] {
        let engine = FakeEngine::speaking(theirs);
        let home = Home::new().with("DOCKER_API_VERSION", pinned);
        home.create(&["-H", &format!("unix://{}", engine.socket().display())]).created();
        let create = format!("POST /v{spoken}/containers/create api.moby.localhost");
        assert_eq!(engine.requests(), ["HEAD /_ping api.moby.localhost".to_owned(), create], "{theirs} {pinned}");
    }
    for pinned in ["1.23", "abc", "1", "1.41/x"] {
        let said = Home::new().with("DOCKER_API_VERSION", pinned).create(&["-H", "unix:///nowhere"]);
        assert!(said.code == Some(125) && said.err.contains("DOCKER_API_VERSION"), "{pinned}: {}", said.err);
    }
}

/// `ssh` as far as docker needs it: notes how it was called, and is a way to a socket.
const FAKE_SSH: &str = r#"#!/usr/bin/perl
use Socket;
open(my $log, '>>', "$ENV{FAKE_SSH}/calls");
print $log "$$|", join('|', @ARGV), "\n";
close $log;
if ($ENV{FAKE_SSH_FAILS}) {
    print STDERR "ssh: connect to host h port 22: Connection refused\n";
    exit $ENV{FAKE_SSH_FAILS};
}
socket(my $engine, PF_UNIX, SOCK_STREAM, 0) or die;
connect($engine, sockaddr_un("$ENV{FAKE_SSH}/sock")) or die;
my $child = fork;
if (!$child) {
    while (sysread(STDIN, my $bytes, 65536)) { syswrite($engine, $bytes) }
    shutdown($engine, 1);
    exit 0;
}
while (sysread($engine, my $bytes, 65536)) { syswrite(STDOUT, $bytes) }
kill 'TERM', $child;
"#;

/// A home with the fake in its PATH.
fn with_ssh(engine: &FakeEngine) -> Home {
    let home = Home::new();
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("ssh"), FAKE_SSH).unwrap();
    fs::set_permissions(bin.join("ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    home.with("PATH", path).with("FAKE_SSH", engine.directory())
}

/// How ssh was called, and as which processes.
fn calls(engine: &FakeEngine) -> Vec<(String, String)> {
    let text = fs::read_to_string(engine.directory().join("calls")).unwrap();
    text.lines().map(|line| line.split_once('|').unwrap()).map(|(pid, line)| (pid.into(), line.into())).collect()
}

#[test]
fn a_run_works_through_ssh() {
    let engine = FakeEngine::speaking("1.41");
    let home = with_ssh(&engine);
    let text: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let said = home.run(&["-H", "ssh://me@h:2222/run/x.sock", "run", "-i", "x"], &text);
    assert_eq!((said.code, said.err.as_str()), (Some(7), ""));
    assert!(said.out == text, "{} of {} bytes came back", said.out.len(), text.len());
    assert_eq!(engine.requests()[0], "HEAD /_ping docker.example.com");
    let calls = calls(&engine);
    let command = "-o ConnectTimeout=30|-T|-l|me|-p|2222|--|h|docker|--host|unix:///run/x.sock|system|dial-stdio";
    assert!(calls.len() >= 2 && calls.iter().all(|(_, line)| line == command), "{calls:?}");
    let began = Instant::now();
    while calls.iter().any(|(pid, _)| Path::new("/proc").join(pid).exists()) {
        assert!(began.elapsed() < Duration::from_secs(10), "ssh is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_ssh_complains_of_is_told_as_docker_does() {
    let engine = FakeEngine::speaking("1.41");
    let home = with_ssh(&engine).with("FAKE_SSH_FAILS", "255");
    let words = "error during connect: Head \"http://docker.example.com/_ping\": command [ssh -o ConnectTimeout=30 -T -- \
                 h docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker \
                 18.09 or later is installed on the remote host: stderr=ssh: connect to host h port 22: Connection refused";
    home.create(&["-H", "ssh://h"]).refused(words);
    let said = home.run(&["-H", "ssh://h", "run", "x"], b"");
    assert_eq!(said.code, Some(125));
    assert!(said.err.starts_with(&format!("docker: {words}\n")), "{}", said.err);
    let nowhere = Home::new().with("PATH", "/nowhere");
    nowhere.create(&["-H", "ssh://h"]).refused(
        "error during connect: Head \"http://docker.example.com/_ping\": exec: \"ssh\": executable file not found in $PATH",
    );
    let context = with_ssh(&engine);
    context.context(FAR, &meta("ssh://u@h", false));
    context.create(&["-c", "far"]).created();
    assert_eq!(calls(&engine).last().unwrap().1, "-o ConnectTimeout=30|-T|-l|u|--|h|docker|system|dial-stdio");
}

#[test]
fn an_engine_that_is_not_there_is_told_as_docker_does() {
    let home = Home::new();
    home.create(&["-H", "tcp://127.0.0.1:9"]).refused(&unanswered("tcp://127.0.0.1:9"));
    let said = home.run(&["-H", "tcp://127.0.0.1:9", "run", "x"], b"");
    let hint = "\n\nRun 'docker run --help' for more information\n";
    assert_eq!((said.code, said.err), (Some(125), format!("docker: {}{hint}", unanswered("tcp://127.0.0.1:9"))));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        use std::io::Read as _;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    home.create(&["-H", &format!("tcp://{address}")])
        .refused(&format!("error during connect: Head \"http://{address}/_ping\": EOF"));
}
