//! An engine on a unix socket that keeps every request and has one container. The image's name says what happens.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};

use crate::corpus::{HUB, ID};

/// What the engine was asked for.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// `METHOD path?query`, without the version, the query sorted and decoded.
    pub requests: Vec<String>,
    /// The versions that stood before the paths.
    pub versions: BTreeSet<String>,
    /// The body of the last create call.
    pub body: Option<Value>,
    /// The logins of pulls, as sent.
    pub logins: Vec<String>,
    /// What was last written into the container.
    pub archive: Vec<u8>,
}

/// A listening engine.
#[derive(Debug)]
pub(crate) struct Endpoint {
    shared: Arc<Shared>,
    listener: JoinHandle<()>,
    socket: String,
}

#[derive(Debug)]
struct Shared {
    api: String,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    record: Record,
    pulled: bool,
    attached: Option<Attached>,
    exit: Option<i64>,
    closed: bool,
}

/// The connection that carries the container's streams.
#[derive(Debug)]
struct Attached {
    stream: UnixStream,
    query: String,
}

impl Endpoint {
    pub(crate) fn listen(socket: &str, api: &str) -> Self {
        let listener = UnixListener::bind(Path::new(socket)).unwrap();
        let shared = Arc::new(Shared { api: api.to_owned(), state: Mutex::default(), changed: Condvar::new() });
        let listener = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.accept(&listener))
        };
        Self { shared, listener, socket: socket.to_owned() }
    }

    /// Ends when every connection has ended, so that no request is missed.
    pub(crate) fn close(self) -> Record {
        self.shared.state().closed = true;
        self.shared.changed.notify_all();
        drop(UnixStream::connect(&self.socket).unwrap());
        self.listener.join().expect("the recording engine understood every request");
        std::mem::take(&mut self.shared.state().record)
    }
}

/// One request, read whole.
struct Request {
    method: String,
    path: String,
    /// Sorted and decoded.
    query: String,
    login: Option<String>,
    body: Vec<u8>,
}

impl Request {
    fn read(from: &mut impl BufRead) -> Option<(Self, Option<String>)> {
        let mut line = String::new();
        from.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (mut length, mut login) = (0, None);
        loop {
            let mut header = String::new();
            from.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim().split_once(": ") else { break };
            match name.to_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "x-registry-auth" => login = Some(value.to_owned()),
                name => assert_ne!(name, "transfer-encoding", "a request has a length"),
            }
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body).ok()?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let (version, path) = match path.strip_prefix("/v").and_then(|rest| rest.split_once('/')) {
            Some((version, path)) if version.starts_with("1.") => (Some(version.to_owned()), format!("/{path}")),
            _ => (None, path.to_owned()),
        };
        let mut pairs: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(decoded).collect();
        pairs.sort();
        Some((Self { method, path, query: pairs.join("&"), login, body }, version))
    }

    fn shown(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, self.query)
    }

    fn parameter(&self, name: &str) -> &str {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut out) = (text.bytes(), Vec::new());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: String = bytes.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&digits, 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(out).unwrap()
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn accept(self: Arc<Self>, listener: &UnixListener) {
        let mut connections = Vec::new();
        for stream in listener.incoming() {
            if self.state().closed {
                break;
            }
            let shared = Arc::clone(&self);
            connections.push(thread::spawn(move || shared.serve(stream.unwrap())));
        }
        for connection in connections {
            connection.join().expect("a request was understood");
        }
    }

    /// Answers requests until the client hangs up; where it does in the middle of an answer does not matter.
    fn serve(&self, stream: UnixStream) {
        let mut from = BufReader::new(stream.try_clone().unwrap());
        while let Some((request, version)) = Request::read(&mut from) {
            {
                let mut state = self.state();
                state.record.requests.push(request.shown());
                state.record.versions.extend(version);
                state.record.logins.extend(request.login.clone());
            }
            if request.path.ends_with("/attach") {
                return self.attach(request, stream);
            }
            if self.answer(&request, &stream).is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &Request, mut to: &UnixStream) -> std::io::Result<()> {
        let container = format!("/containers/{ID}/");
        match (request.method.as_str(), request.path.as_str()) {
            (_, "/_ping") => {
                let api = &self.api;
                write!(to, "HTTP/1.1 200 OK\r\nApi-Version: {api}\r\nOstype: linux\r\nContent-Length: 0\r\n\r\n")
            }
            ("POST", "/containers/create") => self.create(request, to),
            ("POST", "/images/create") => self.pull(request, to),
            ("PUT", path) if path == format!("{container}archive") => {
                self.state().record.archive.clone_from(&request.body);
                write!(to, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
            ("POST", path) if path.starts_with(&container) => match path.trim_start_matches(&container) {
                "wait" => self.wait(to),
                "start" => self.start(to),
                "resize" => write!(to, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                other => panic!("nothing is known of {other}"),
            },
            _ => panic!("nothing is known of {}", request.shown()),
        }
    }

    fn create(&self, request: &Request, to: &UnixStream) -> std::io::Result<()> {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let image = body["Image"].as_str().unwrap_or_default().to_owned();
        let pulled = {
            let mut state = self.state();
            state.record.body = Some(body);
            state.pulled
        };
        let absent = ["fake/missing", "fake/unpullable", "fake/denied"].iter().any(|name| image.starts_with(name));
        if absent && !pulled {
            return refuse(to, 404, &format!("No such image: {image}"));
        }
        let Some(status) = image.strip_prefix("fake/create-").and_then(|status| status.parse().ok()) else {
            let warnings = if image == "fake/warn" { json!(["first warning", "second warning"]) } else { json!([]) };
            return answer(to, 201, &json!({ "Id": ID, "Warnings": warnings }));
        };
        let name = request.parameter("name");
        let words = match status {
            400 => "invalid argument: scripted refusal".to_owned(),
            404 => "No such container: scripted".to_owned(),
            409 => format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{ID}\". You have to remove \
                 (or rename) that container to be able to reuse that name."
            ),
            500 => "scripted failure".to_owned(),
            _ => "scripted".to_owned(),
        };
        refuse(to, status, &words)
    }

    fn pull(&self, request: &Request, mut to: &UnixStream) -> std::io::Result<()> {
        let (tag, name) = (request.parameter("tag"), request.parameter("fromImage"));
        let name = name.trim_start_matches(HUB).trim_start_matches('/').trim_start_matches("library/");
        if name.starts_with("fake/denied") {
            let why = "repository does not exist or may require 'docker login'";
            let words =
                format!("pull access denied for {name}, {why}: denied: requested access to the resource is denied");
            return refuse(to, 404, &words);
        }
        let mut events = vec![json!({ "status": format!("Pulling from {name}"), "id": tag })];
        if name.starts_with("fake/unpullable") {
            let words = "scripted pull failure";
            events.push(json!({ "errorDetail": { "message": words }, "error": words }));
        } else {
            self.state().pulled = true;
            events.push(json!({ "status": format!("Digest: sha256:{}", "cd".repeat(32)) }));
            events.push(json!({ "status": format!("Status: Downloaded newer image for {name}:{tag}") }));
        }
        let text: String = events.iter().map(|event| format!("{event}\r\n")).collect();
        write!(to, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len())
    }

    fn attach(&self, request: Request, mut stream: UnixStream) {
        let agreed = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
        if stream.write_all(agreed.as_bytes()).is_ok() {
            self.state().attached = Some(Attached { stream, query: request.query });
        }
    }

    /// Its head goes out at once, the rest when the container has ended.
    fn wait(&self, mut to: &UnixStream) -> std::io::Result<()> {
        to.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        let waiting = |state: &mut State| state.exit.is_none() && !state.closed;
        let code = self.changed.wait_while(self.state(), waiting).unwrap().exit.unwrap_or_default();
        let body = json!({ "StatusCode": code }).to_string();
        write!(to, "{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
    }

    fn start(&self, to: &UnixStream) -> std::io::Result<()> {
        let (image, tty) = {
            let state = self.state();
            let body = state.record.body.as_ref().expect("created before started");
            (body["Image"].as_str().unwrap_or_default().to_owned(), body["Tty"] == json!(true))
        };
        let failure = match image.as_str() {
            "fake/start-126" => "exec: \"/etc\": permission denied: unknown",
            "fake/start-127" => "exec: \"nope\": executable file not found in $PATH: unknown",
            "fake/start-500" => "scripted start failure",
            _ => "",
        };
        let answered = match failure {
            "" => write!(&*to, "HTTP/1.1 204 No Content\r\n\r\n"),
            "scripted start failure" => refuse(to, 500, failure),
            why => {
                let words = format!("failed to create task for container: OCI runtime create failed: {why}");
                refuse(to, 400, &words)
            }
        };
        let code = if failure.is_empty() { self.live(&image, tty) } else { 128 };
        self.state().exit = Some(code);
        self.changed.notify_all();
        answered
    }

    /// The container's whole life; the answer is its exit code.
    fn live(&self, image: &str, tty: bool) -> i64 {
        let attached = self.state().attached.take();
        if let Some(Attached { mut stream, query }) = attached {
            let mut say = |kind: u8, text: &[u8]| {
                let wanted =
                    query.split('&').any(|pair| pair == if kind == 1 || tty { "stdout=1" } else { "stderr=1" });
                // A client that has gone does not read.
                let _ = if wanted { stream.write_all(&framed(kind, text, tty)) } else { Ok(()) };
            };
            match image {
                "fake/hello" => {
                    let end = if tty { "\r\n" } else { "\n" };
                    say(1, format!("out{end}").as_bytes());
                    say(2, format!("err{end}").as_bytes());
                }
                "fake/cat" => {
                    let mut input = Vec::new();
                    let _ = stream.try_clone().unwrap().read_to_end(&mut input);
                    let _ = stream.write_all(&framed(1, &input, tty));
                }
                _ => {}
            }
            let _ = stream.shutdown(Shutdown::Both);
        }
        image.strip_prefix("fake/exit-").and_then(|code| code.parse().ok()).unwrap_or_default()
    }
}

/// As the engine sends it: with a head that names the stream, unless there is a terminal.
fn framed(kind: u8, text: &[u8], tty: bool) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    let head = [&[kind, 0, 0, 0][..], &length[..]].concat();
    [if tty { &[] } else { head.as_slice() }, text].concat()
}

fn answer(mut to: &UnixStream, status: u16, body: &Value) -> std::io::Result<()> {
    let body = body.to_string();
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    to.write_all(format!("{head}{body}").as_bytes())
}

fn refuse(to: &UnixStream, status: u16, words: &str) -> std::io::Result<()> {
    answer(to, status, &json!({ "message": words }))
}
