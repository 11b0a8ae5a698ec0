//! What people and scripts get wrong: arguments, files, surroundings, engines. Each time a clear error, docker's exit
//! code, and nothing half done.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, mkfifoat};

/// The longest argument that the system passes, with its end.
const LONGEST_ARGUMENT: usize = 128 << 10;
const PONG: &str = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nContent-Length: 0\r\n\r\n";

/// A home, a working directory, and an engine that creates whatever it is asked for.
struct Place {
    directory: tempfile::TempDir,
    /// Requests with their bodies.
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Place {
    fn new() -> Self {
        Self::with_engine(|asked| {
            let body = format!("{{\"Id\":\"{}\"}}", "1".repeat(64));
            match asked.contains("_ping") {
                true => PONG.into(),
                false => format!("HTTP/1.1 201 Created\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into(),
            }
        })
    }

    /// The engine says this to everything; nothing at all means silence.
    fn with_engine(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("sock")).unwrap();
        let requests: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                thread::spawn(move || serve(stream.unwrap(), &seen, &*answer));
            }
        });
        for name in ["home", "work"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        Self { directory, requests }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `sdocker` under the policy that leaves everything to docker.
    fn command(&self, words: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.args(["--policy", "permissive"]).args(words);
        self.surround(&mut command);
        command
    }

    fn surround(&self, command: &mut Command) {
        command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(self.path("work")).env("HOME", self.path("home"));
        command.env("DOCKER_HOST", format!("unix://{}", self.path("sock").display()));
        command.env("XDG_STATE_HOME", self.path("state"));
    }

    /// Splits at spaces.
    fn run(&self, line: &str) -> Ended {
        self.finish(self.command(&line.split(' ').collect::<Vec<_>>()))
    }

    fn finish(&self, mut command: Command) -> Ended {
        self.requests.lock().unwrap().clear();
        // Files take whatever is said before anybody reads it.
        let (stdout, stderr) = (self.path("stdout"), self.path("stderr"));
        command.stdin(Stdio::null()).stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
        let code = within_reason(command.spawn().unwrap());
        let text = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        Ended { code, stdout: text(stdout), stderr: text(stderr), requests: self.requests.lock().unwrap().clone() }
    }
}

fn within_reason(mut child: Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if begun.elapsed() > Duration::from_secs(40) {
            child.kill().unwrap();
            panic!("it hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn serve(mut stream: UnixStream, seen: &Mutex<Vec<(String, String)>>, answer: &(dyn Fn(&str) -> Vec<u8> + Sync)) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        let text = String::from_utf8_lossy(&std::mem::take(&mut head)).into_owned();
        let length = text
            .to_lowercase()
            .split("content-length: ")
            .nth(1)
            .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        let asked = text.split(" HTTP/").next().unwrap().to_owned();
        let said = answer(&asked);
        seen.lock().unwrap().push((asked, String::from_utf8_lossy(&body).into_owned()));
        if said.is_empty() {
            continue;
        }
        stream.write_all(&said).unwrap();
        if !said.starts_with(b"HTTP") {
            // Who does not speak HTTP hangs up.
            return drop(stream.shutdown(Shutdown::Both));
        }
    }
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    requests: Vec<(String, String)>,
}

impl Ended {
    /// What the engine was told to create; nothing when it was not.
    fn created(&self) -> Option<&str> {
        self.requests.iter().find(|(asked, _)| asked.contains("/create")).map(|(_, body)| body.as_str())
    }

    /// An error in words, and nothing created.
    #[track_caller]
    fn fails(self, code: i32, words: &str) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert!(self.stderr.contains(words), "no `{words}`: {}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        assert_eq!((self.stdout.as_str(), self.created()), ("", None));
        self
    }

    #[track_caller]
    fn creates(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        assert_eq!(self.stdout, format!("{}\n", "1".repeat(64)));
        self.created().unwrap().to_owned()
    }
}

#[test]
fn arguments_that_are_no_text_are_refused_wherever_they_stand() {
    let place = Place::new();
    let odd = OsString::from_vec(b"A=\xff".to_vec());
    let word = |text: &str| OsString::from(text);
    for words in [
        vec![word("create"), odd.clone()],
        vec![word("create"), word("busybox"), odd.clone()],
        vec![word("create"), word("-e"), odd.clone(), word("busybox")],
        vec![word("create"), word("--name"), odd.clone(), word("busybox")],
        vec![word("run"), word("-v"), odd.clone(), word("busybox")],
    ] {
        place.finish(place.command(&words)).fails(125, "UTF-8");
    }
    let before = place.finish(place.command(std::slice::from_ref(&odd)));
    assert!(before.code != Some(0) && before.stderr.contains("UTF-8") && before.created().is_none());
}

#[test]
fn empty_arguments_are_what_they_are_to_docker() {
    let place = Place::new();
    for (words, code, complaint) in [
        (["create", "", "x"].as_slice(), 1, "invalid reference format"),
        (&["create", "-e", "", "busybox"], 125, "invalid environment variable: "),
        (&["create", "-v", "", "busybox"], 125, "docker: invalid empty volume spec"),
        (&["create", "-p", "", "busybox"], 125, "docker: no port specified: <empty>"),
        (&["create", "--env-file", "", "busybox"], 125, "docker: open : no such file or directory"),
        (&["create", "-m", "", "busybox"], 125, "invalid size: ''"),
        (&["create", "-l", "", "busybox"], 125, "invalid label '': empty name"),
        (&["create", "--mount", "", "busybox"], 125, "invalid argument \"\" for \"--mount\" flag: EOF"),
        (&["create", "--network", "", "busybox"], 125, "docker: no name set for network"),
        (&["create", "--device", "", "busybox"], 125, "docker: bad format for path: "),
        (&["create", "--add-host", "", "busybox"], 125, "bad format for add-host: \"\""),
    ] {
        place.finish(place.command(words)).fails(code, complaint);
    }
    for flag in ["--name", "--cidfile", "--user", "-w", "--entrypoint", "--hostname"] {
        place.finish(place.command(&["create", flag, "", "busybox", ""])).creates();
    }
}

#[test]
fn a_megabyte_of_arguments_arrives() {
    let place = Place::new();
    let long = "x".repeat(LONGEST_ARGUMENT - 3);
    let mut words = vec!["create".to_owned(), "-e".to_owned(), long.replacen("xx", "A=", 1)];
    words.push("busybox".to_owned());
    words.extend(std::iter::repeat_n(long, 8));
    let body = place.finish(place.command(&words)).creates();
    assert!(body.len() > 9 * (LONGEST_ARGUMENT - 10), "{} bytes", body.len());
    // As long, and wrong: the complaint may be long, too, but it comes.
    let wrong = "-".repeat(LONGEST_ARGUMENT - 3);
    place.finish(place.command(&["create", &wrong, "busybox"])).fails(125, "");
    place.finish(place.command(&["create", "-p", &wrong, "busybox"])).fails(125, "");
}

#[test]
fn an_env_file_that_is_none_is_said() {
    let place = Place::new();
    fs::create_dir(place.path("work/directory")).unwrap();
    mkfifoat(CWD, place.path("work/fifo"), Mode::RUSR | Mode::WUSR).unwrap();
    let utf16: Vec<u8> = "A=b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(place.path("work/utf16"), [b"\xff\xfe".as_slice(), &utf16].concat()).unwrap();
    fs::write(place.path("work/zeros"), utf16).unwrap();
    File::create(place.path("work/huge")).unwrap().set_len(1 << 30).unwrap();
    fs::write(place.path("work/line"), "x".repeat(1 << 20)).unwrap();
    UnixListener::bind(place.path("work/socket")).unwrap();
    for (file, words) in [
        ("absent", "docker: open absent: no such file or directory\n"),
        ("directory", "docker: invalid env file (directory): read directory: is a directory\n"),
        ("fifo", "docker: invalid env file (fifo): read fifo: it is a named pipe, and whoever reads it may wait"),
        ("utf16", "docker: invalid env file (utf16): invalid utf8 bytes at line 1: [255 254 65 0 61 0 98 0]\n"),
        ("huge", "docker: invalid env file (huge): read huge: more than 16777216 bytes\n"),
        ("line", "docker: invalid env file (line): bufio.Scanner: token too long\n"),
        ("socket", "docker: open socket: no such device or address\n"),
        ("utf16/x", "docker: open utf16/x: not a directory\n"),
    ] {
        for verb in ["create", "run"] {
            place.run(&format!("{verb} --env-file {file} busybox")).fails(125, words);
        }
    }
    for (flag, words) in [
        ("--label-file directory", "read directory: is a directory"),
        ("--label-file fifo", "named pipe"),
        (
            "--security-opt seccomp=directory",
            "opening seccomp profile (directory) failed: read directory: is a directory",
        ),
        ("--security-opt seccomp=fifo", "named pipe"),
        ("--security-opt seccomp=huge", "more than 16777216 bytes"),
    ] {
        place.run(&format!("create {flag} busybox")).fails(125, words);
    }
}

#[test]
fn an_env_file_that_a_shell_hands_over_is_read() {
    let place = Place::new();
    let binary = env!("CARGO_BIN_EXE_sdocker");
    for script in [
        format!("{binary} --policy permissive create --env-file <(sleep 0.2; echo FROM=shell) busybox"),
        format!("echo FROM=shell | {binary} --policy permissive create --env-file /dev/stdin busybox"),
        format!("{binary} --policy permissive create --env-file /dev/fd/7 busybox 7<<<FROM=shell"),
        format!("{binary} --policy permissive create --env-file /dev/null -e FROM=shell busybox"),
    ] {
        let mut command = Command::new("bash");
        command.args(["-c", &script]);
        place.surround(&mut command);
        let body = place.finish(command).creates();
        assert!(body.contains("\"Env\":[\"FROM=shell\"]"), "{script}: {body}");
    }
}

#[test]
fn an_id_that_could_not_be_written_down_is_not_created() {
    let place = Place::new();
    // The code is docker's, too, which looks for these words in whatever went wrong.
    for (path, why, code) in
        [("/nowhere/cid", "no such file or directory", 127), ("/dev/null/cid", "not a directory", 125)]
    {
        let words = format!("docker: failed to create the container ID file: open {path}: {why}\n");
        place.run(&format!("run --cidfile {path} busybox")).fails(code, &words);
    }
    mkfifoat(CWD, place.path("work/fifo"), Mode::RUSR | Mode::WUSR).unwrap();
    place.run("run --cidfile fifo busybox").fails(125, "docker: container ID file found");
}

#[test]
fn a_working_directory_that_is_gone_is_said() {
    let gone = |arguments: &str| {
        let place = Place::new();
        let binary = env!("CARGO_BIN_EXE_sdocker");
        let script =
            format!("mkdir gone && cd gone && rmdir ../gone && exec {binary} --policy permissive create {arguments}");
        let mut command = Command::new("bash");
        command.args(["-c", &script]);
        place.surround(&mut command);
        place.finish(command)
    };
    gone("-v /a/..:/b --mount type=bind,src=/a,dst=/c -v name:/d busybox").creates();
    for relative in ["-v ./x:/b", "-v .:/b", "--mount type=bind,src=..,dst=/b"] {
        gone(&format!("{relative} busybox")).fails(125, "is seen from the working directory, and that cannot be found");
    }
    gone("--env-file e busybox").fails(125, "open e: no such file or directory");
    gone("--cidfile c busybox").fails(1, "open c: no such file or directory");
}

#[test]
fn a_working_directory_has_the_name_that_the_shell_gives_it() {
    let place = Place::new();
    fs::create_dir_all(place.path("real/inner")).unwrap();
    std::os::unix::fs::symlink(place.path("real/inner"), place.path("link")).unwrap();
    let asked_from = |named: &Path| {
        let mut command = place.command(&["create", "-v", "..:/b", "busybox"]);
        command.current_dir(place.path("link")).env("PWD", named);
        let body: serde_json::Value = serde_json::from_str(&place.finish(command).creates()).unwrap();
        body["HostConfig"]["Binds"][0].as_str().unwrap().to_owned()
    };
    let (above_link, above_inner) = (place.path(""), place.path("real"));
    let bind = |above: &Path| format!("{}:/b", above.display().to_string().trim_end_matches('/'));
    assert_eq!(asked_from(&place.path("link")), bind(&above_link));
    for not_here in [place.path("real"), PathBuf::from("link"), place.path("nowhere")] {
        assert_eq!(asked_from(&not_here), bind(&above_inner), "{}", not_here.display());
    }
}

#[test]
fn a_broken_configuration_of_dockers_does_not_choose_another_engine() {
    let breaks: [fn(&Path); 4] = [
        |path| fs::write(path, "{").unwrap(),
        |path| fs::write(path, b"\xff\xfe{}").unwrap(),
        |path| fs::create_dir(path).unwrap(),
        |path| mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).unwrap(),
    ];
    for broken in breaks {
        let place = Place::new();
        fs::create_dir(place.path("home/.docker")).unwrap();
        broken(&place.path("home/.docker/config.json"));
        // It may name the engine that is meant; where something else does, docker warns and goes on.
        let mut nowhere = place.command(&["run", "busybox"]);
        nowhere.env_remove("DOCKER_HOST");
        place.finish(nowhere).fails(125, "config.json");
        let named = place.run("create busybox");
        assert!(named.stderr.contains("config.json"), "{}", named.stderr);
        named.creates();
    }
}

#[test]
fn a_home_that_nobody_named_is_no_matter() {
    let place = Place::new();
    let words = ["create", "busybox"];
    let mut unset = place.command(&words);
    place
        .finish({
            unset.env_remove("HOME");
            unset
        })
        .creates();
    for home in ["", "relative", "/nowhere/at/all", "/dev/null"] {
        let mut command = place.command(&words);
        command.env("HOME", home);
        place.finish(command).creates();
    }
}

#[test]
fn an_engine_that_is_none_is_said() {
    for (said, words) in [
        ("SSH-2.0-OpenSSH_9.2\r\n", "docker: "),
        ("HTTP/1.1 200 OK\r\nApi-Version: one\r\nContent-Length: 0\r\n\r\n", "`one` is no API version"),
        ("HTTP/1.1 200 OK\r\nApi-Version: 1.12\r\nContent-Length: 0\r\n\r\n", "1.12"),
        ("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", "500 Internal Server Error"),
    ] {
        let place = Place::with_engine(move |_| said.into());
        let ended = place.run("run --rm --cidfile cid busybox").fails(125, words);
        assert!(ended.stderr.lines().next().unwrap().len() > "docker: ".len(), "{}", ended.stderr);
        assert!(!place.path("work/cid").exists());
    }
}

#[test]
fn a_silent_engine_is_given_up() {
    let place = Place::with_engine(|_| Vec::new());
    let begun = Instant::now();
    place.run("run --cidfile cid busybox").fails(125, "did not answer within");
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert!(!place.path("work/cid").exists());
}

#[test]
fn an_engine_that_fails_to_create_leaves_no_file() {
    for answer in ["HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"]
    {
        let place = Place::with_engine(move |asked| if asked.contains("_ping") { PONG.into() } else { answer.into() });
        let ended = place.run("run --cidfile cid busybox");
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(125), ""), "{}", ended.stderr);
        assert!(!place.path("work/cid").exists());
    }
}

#[test]
fn no_engine_is_said_and_nothing_is_left() {
    let place = Place::new();
    for (host, words) in [
        ("unix:///nowhere/sock", "docker: Cannot connect to the Docker daemon at unix:///nowhere/sock. Is the docker"),
        ("unix:///etc/passwd", "docker: Cannot connect to the Docker daemon at unix:///etc/passwd. Is the docker"),
        ("unix:///", "docker: Cannot connect to the Docker daemon at unix:///. Is the docker"),
    ] {
        let mut command = place.command(&["run", "--cidfile", "cid", "busybox"]);
        command.env("DOCKER_HOST", host);
        place.finish(command).fails(125, words);
        assert!(!place.path("work/cid").exists());
    }
}

#[test]
fn closed_streams_are_no_excuse() {
    let place = Place::new();
    let binary = env!("CARGO_BIN_EXE_sdocker");
    for (redirection, code) in [("<&-", 0), ("2>&-", 0), (">&-", 0), ("<&- >&- 2>&-", 0), (">/dev/full", 125)] {
        let mut command = Command::new("bash");
        command.args(["-c", &format!("exec {binary} --policy permissive create busybox {redirection}")]);
        place.surround(&mut command);
        let ended = place.finish(command);
        assert_eq!(ended.code, Some(code), "{redirection}: {}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        // With nothing open at all, what is printed never lands in a file or connection that took its place.
        assert!(ended.created().is_some_and(|body| body.starts_with('{')), "{redirection}");
    }
    let nowhere =
        Command::new("bash").args(["-c", &format!("exec {binary} run --bogus busybox 2>&- >&-")]).status().unwrap();
    assert_eq!(nowhere.code(), Some(125));
}

#[test]
fn words_that_look_like_text_but_are_not_stay_apart() {
    // Control characters reach the engine as they are, and a report shows them escaped.
    let place = Place::new();
    let body = place.finish(place.command(&["create", "-e", "A=\u{1b}[31m\n\u{202e}", "busybox"])).creates();
    assert!(body.contains("A=\\u001b[31m\\n\u{202e}"), "{body}");
    let odd = Path::new("\u{1b}]0;x");
    let ended = place.finish(place.command(&[OsStr::new("create"), odd.as_os_str(), OsStr::new("x")]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.as_bytes().starts_with(b"invalid reference format"), "{}", ended.stderr);
    assert!(odd.as_os_str().as_bytes().contains(&0x1b));
}
