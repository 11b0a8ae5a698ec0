//! What images have to do with the judgement: a tag that moves between the judgement and the container, and an image that
//! is not there yet.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

const CONTAINER: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const JUDGED: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
const MOVED: &str = "sha256:3333333333333333333333333333333333333333333333333333333333333333";

/// An engine that creates every container from another image than the one it showed before.
struct Fake {
    directory: tempfile::TempDir,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("sock")).unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(stream.unwrap(), &seen));
            }
        });
        Self { directory, requests }
    }

    fn run(&self, words: &[&str]) -> Output {
        let home = self.directory.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.args(words).env_clear().env("HOME", home).env("XDG_STATE_HOME", home).env("XDG_CONFIG_HOME", home);
        command.env("XDG_CACHE_HOME", home).env("DOCKER_HOST", format!("unix://{}/sock", home.display()));
        command.output().unwrap()
    }
}

fn serve(mut stream: UnixStream, seen: &Mutex<Vec<String>>) {
    while let Some(request) = request(&mut stream) {
        seen.lock().unwrap().push(request.clone());
        let (status, body) = match request.as_str() {
            "HEAD /_ping" => ("200 OK\r\nApi-Version: 1.41\r\nOstype: linux", String::new()),
            "GET /info" => {
                ("200 OK", r#"{"NCPU":4,"CpuCfsQuota":true,"MemoryLimit":true,"SwapLimit":true}"#.to_owned())
            }
            "GET /images/busybox/json" => ("200 OK", format!(r#"{{"Id":"{JUDGED}","Config":{{}}}}"#)),
            "POST /containers/create" => ("201 Created", format!(r#"{{"Id":"{CONTAINER}","Warnings":[]}}"#)),
            text if text.starts_with("GET /containers/") => {
                ("200 OK", format!(r#"{{"Id":"{CONTAINER}","Image":"{MOVED}","Mounts":[]}}"#))
            }
            text if text.starts_with("DELETE /containers/") => ("204 No Content", String::new()),
            text if text.starts_with("GET /images/") => ("404 Not Found", r#"{"message":"No such image"}"#.to_owned()),
            _ => ("500 Oops", r#"{"message":"not expected"}"#.to_owned()),
        };
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
    }
}

/// Method and path of a request, without version and query; its body is read and forgotten.
fn request(stream: &mut UnixStream) -> Option<String> {
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        text.push(byte[0]);
    }
    let text = String::from_utf8(text).unwrap();
    let length = text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or(0)]).ok()?;
    let mut words = text.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let path = target.split('?').next()?;
    Some(format!("{method} {}", path.strip_prefix("/v1.41").unwrap_or(path)))
}

#[test]
fn a_container_of_another_image_than_the_judged_one_is_removed_and_never_started() {
    let fake = Fake::new();
    let output = fake.run(&["run", "busybox", "id"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(125), "{stderr}");
    assert!(stderr.contains("the image changed while it was judged") && stderr.contains("run it again"), "{stderr}");
    let requests = fake.requests.lock().unwrap();
    assert_eq!(requests.last().unwrap(), &format!("DELETE /containers/{CONTAINER}"), "{requests:?}");
    assert!(!requests.iter().any(|request| request.contains("/start")), "{requests:?}");
}

#[test]
fn where_no_rule_looked_at_the_image_nothing_is_compared() {
    let fake = Fake::new();
    let output = fake.run(&["--policy", "permissive", "create", "busybox"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(*fake.requests.lock().unwrap(), ["HEAD /_ping", "POST /containers/create"]);
}

#[test]
fn an_absent_image_is_not_pulled_for_a_request_that_is_refused_anyway() {
    for (flags, refused) in [("--privileged", true), ("--privileged --pull always", true), ("--pull always", false)] {
        let fake = Fake::new();
        let words = [&["run"], flags.split(' ').collect::<Vec<_>>().as_slice(), &["absent"]].concat();
        let output = fake.run(&words);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.contains("error[privileged]")), (Some(125), refused), "{stderr}");
        let requests = fake.requests.lock().unwrap();
        assert_eq!(requests.iter().any(|asked| asked == "POST /images/create"), !refused, "{flags}: {requests:?}");
    }
}
