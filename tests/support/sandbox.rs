//! Runs the built `sdocker` with an environment of its own against the engine that `make test` started.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::RawEngine;
use crate::relay::Relay;

/// No command of these tests takes a tenth of it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A home of its own, and the engine.
#[derive(Debug)]
pub(crate) struct Sandbox {
    home: tempfile::TempDir,
    host: String,
    pub(crate) engine: RawEngine,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let host = std::env::var("SDOCKER_TEST_ENGINE").unwrap_or_else(|_| {
            panic!("SDOCKER_TEST_ENGINE names no engine: run `make test`, which starts a private one")
        });
        assert!(!Path::new("/etc/sdocker").exists(), "the policy in /etc/sdocker would be tested instead of ours");
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self { home, engine: RawEngine::at(&host), host }
    }

    /// As [`Self::new`], with a relay in between that writes down every request.
    pub(crate) fn watched() -> (Self, Relay) {
        Self::with_relay(|_| None)
    }

    /// As [`Self::watched`], where the relay may answer in the engine's place.
    pub(crate) fn with_relay(act: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> (Self, Relay) {
        let mut sandbox = Self::new();
        let relay = Relay::before(sandbox.engine.socket(), act);
        sandbox.host = relay.host();
        (sandbox, relay)
    }

    /// Under the policy that leaves everything to docker.
    pub(crate) fn permissive(&self, line: &str) -> Outcome {
        self.sdocker(&format!("--policy permissive {line}"))
    }

    /// A command line after `sdocker`, split as a shell would.
    pub(crate) fn command(&self, line: &str) -> Command {
        let words = shell_words::split(line).unwrap();
        self.wrapped(env!("CARGO_BIN_EXE_sdocker"), &words)
    }

    /// Any program in the sandbox's environment.
    pub(crate) fn wrapped(&self, program: &str, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().current_dir(self.home.path());
        command.env("HOME", self.home.path()).env("XDG_STATE_HOME", self.state()).env("DOCKER_HOST", &self.host);
        // The caller's own policy is looked for where the system says that home is, not in `$HOME`.
        command.env("XDG_CONFIG_HOME", self.home.path().join("config"));
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("TERM", "xterm");
        command
    }

    pub(crate) fn sdocker(&self, line: &str) -> Outcome {
        self.sdocker_fed(line, b"")
    }

    pub(crate) fn sdocker_fed(&self, line: &str, stdin: &[u8]) -> Outcome {
        finish(line, self.command(line), stdin)
    }

    /// What a command prints where output and errors are one stream, in the order in which it was written.
    pub(crate) fn with_one_stream(&self, line: &str) -> String {
        let (mut from, to) = std::io::pipe().unwrap();
        let mut command = self.command(line);
        command.stdin(Stdio::null()).stdout(to.try_clone().unwrap()).stderr(to);
        let mut child = command.spawn().unwrap();
        drop(command);
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        wait(&mut child, line);
        text
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a policy that only its owner can change, and gives the words that name it.
    pub(crate) fn policy(&self, text: &str) -> String {
        let path = self.home.path().join("policy.toml");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        format!("--policy {}", path.display())
    }

    /// A name that no other container has; whatever has it in the end is removed.
    pub(crate) fn name(&self) -> Name<'_> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Name { text: format!("live-{}-{count}", std::process::id()), engine: &self.engine }
    }

    /// A directory that everybody may read, outside of anybody's home.
    pub(crate) fn shared_dir(&self) -> tempfile::TempDir {
        let dir = tempfile::Builder::new().prefix("sdocker-live-").tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        DirBuilder::new().mode(0o755).create(dir.path().join("inner")).unwrap();
        dir
    }
}

/// A container's name, and its end.
#[derive(Debug)]
pub(crate) struct Name<'e> {
    text: String,
    engine: &'e RawEngine,
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Name<'_> {
    pub(crate) fn inspect(&self) -> crate::http::Answer {
        self.engine.inspect(&self.text)
    }

    pub(crate) fn exists(&self) -> bool {
        self.inspect().status == 200
    }

    /// Whether it is up, and hears signals: an init does when it has a child, and before that they are lost.
    pub(crate) fn listens(&self, has_init: bool) -> bool {
        let processes = || {
            let answer = self.engine.request("GET", &format!("/containers/{}/top", self.text), "").body;
            answer["Processes"].as_array().map_or(0, Vec::len)
        };
        self.exists() && self.value("/State/Running") == true && (!has_init || processes() > 1)
    }

    /// One value of the inspected container, by JSON pointer.
    pub(crate) fn value(&self, pointer: &str) -> serde_json::Value {
        let answer = self.inspect();
        assert_eq!(answer.status, 200, "{self} is not there");
        answer.body.pointer(pointer).cloned().unwrap_or_default()
    }
}

impl Drop for Name<'_> {
    fn drop(&mut self) {
        self.engine.request("DELETE", &format!("/containers/{}?force=1&v=1", self.text), "");
    }
}

/// Feeds a command, collects what it says, and ends it when it takes too long.
pub(crate) fn finish(line: &str, mut command: Command, stdin: &[u8]) -> Outcome {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stdin_pipe = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    thread::scope(|scope| {
        scope.spawn(move || stdin_pipe.map(|mut pipe| pipe.write_all(stdin)));
        let stdout = scope.spawn(|| read_all(stdout));
        let stderr = scope.spawn(|| read_all(stderr));
        let code = wait(&mut child, line);
        let stderr = String::from_utf8_lossy(&stderr.join().unwrap()).into_owned();
        Outcome { command: line.to_owned(), code, stdout: stdout.join().unwrap(), stderr }
    })
}

/// Waits for a child with a time limit.
pub(crate) fn wait(child: &mut Child, line: &str) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            let doing = doing(child.id());
            child.kill().unwrap();
            panic!("`sdocker {line}` did not end in {PATIENCE:?}; its threads: {doing}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// What the threads of a process wait for, as far as the kernel tells.
fn doing(process: u32) -> String {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let read = |task: &Path, name: &str| fs::read_to_string(task.join(name)).unwrap_or_default().trim().to_owned();
    tasks.map(|task| format!("[{} {}]", read(&task.path(), "stat"), read(&task.path(), "wchan"))).collect()
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn read_all(mut from: impl Read) -> Vec<u8> {
    let mut all = Vec::new();
    from.read_to_end(&mut all).unwrap();
    all
}

impl Outcome {
    /// What was printed, without white space around it.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim().to_owned()
    }

    /// Asserts the exit code; every other detail is in the message.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        let said = self.text();
        let said = said.get(..400).unwrap_or(&said);
        assert_eq!(self.code, Some(code), "sdocker {}\nstdout: {said}\nstderr: {}", self.command, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert_eq!(self.text(), text, "sdocker {}\nstderr: {}", self.command, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn complains(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "no `{part}` from sdocker {}:\n{}", self.command, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn quiet(self) -> Self {
        assert_eq!(self.stderr, "", "sdocker {}", self.command);
        self
    }

    /// A refusal by a rule, before anything was created.
    #[track_caller]
    pub(crate) fn refused_by(self, rule: &str) -> Self {
        self.exits(125).complains(&format!("error[{rule}]: "))
    }
}
