//! A relay between `sdocker` and the engine that writes down who asks what, in which order and over which connection.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What was sent over one connection before this pause was also written down before it.
const SETTLE: Duration = Duration::from_millis(100);

/// Written down when a client has closed its half of a hijacked connection.
pub(crate) const END_OF_INPUT: &str = "end of input";

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Counted in the order in which connections were made.
    pub(crate) connection: usize,
    /// `POST /containers/ID/start`, `< 204` or [`END_OF_INPUT`].
    pub(crate) what: String,
    /// Of a request.
    pub(crate) body: String,
}

/// Answers a request in the engine's place, or leaves it to the engine.
type Act = dyn Fn(&str) -> Option<String> + Send + Sync;

struct Shared {
    engine: String,
    act: Box<Act>,
    seen: Mutex<Vec<Seen>>,
    streams: Mutex<Vec<UnixStream>>,
}

/// The relay; it listens as long as the process lives.
pub(crate) struct Relay {
    directory: tempfile::TempDir,
    shared: Arc<Shared>,
}

impl Relay {
    /// In front of the engine at a socket.
    pub(crate) fn before(engine: &str, act: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("sock")).unwrap();
        let (seen, streams) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { engine: engine.to_owned(), act: Box::new(act), seen, streams });
        let relay = Self { directory, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for (connection, client) in listener.incoming().enumerate() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(connection, client.unwrap()));
            }
        });
        relay
    }

    /// As in `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}/sock", self.directory.path().display())
    }

    /// Everything so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// The requests alone.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.what).filter(|what| what.contains('/')).collect()
    }

    /// Whether a request with this in it has come.
    pub(crate) fn has_seen(&self, part: &str) -> bool {
        self.seen().iter().any(|seen| seen.what.contains(part))
    }

    /// What the engine was told to create.
    pub(crate) fn created(&self) -> serde_json::Value {
        let seen = self.seen();
        let create = seen.iter().find(|seen| seen.what.starts_with("POST /containers/create")).expect("a create");
        serde_json::from_str(&create.body).unwrap()
    }

    /// Ends every connection, as an engine does that dies.
    pub(crate) fn hang_up(&self) {
        for stream in self.shared.streams.lock().unwrap().drain(..) {
            // Those that have ended by themselves say so.
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

impl Shared {
    fn note(&self, connection: usize, what: String, body: String) {
        self.seen.lock().unwrap().push(Seen { connection, what, body });
    }

    fn serve(self: Arc<Self>, connection: usize, mut client: UnixStream) {
        let mut engine = UnixStream::connect(&self.engine).unwrap();
        self.streams.lock().unwrap().extend([client.try_clone().unwrap(), engine.try_clone().unwrap()]);
        let answers = (Arc::clone(&self), engine.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || answers.0.pass_answers(connection, answers.1, answers.2));
        while let Some((head, body)) = request(&mut client) {
            let asked = normalized(&head);
            if asked.ends_with("/start") {
                thread::sleep(SETTLE);
            }
            self.note(connection, asked.clone(), String::from_utf8_lossy(&body).into_owned());
            if let Some(answer) = (self.act)(&asked) {
                self.note(connection, "< by the relay".to_owned(), String::new());
                let length = answer.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
                let answer = answer.replacen("\r\n\r\n", &format!("\r\nContent-Length: {length}\r\n\r\n"), 1);
                client.write_all(answer.as_bytes()).unwrap();
                continue;
            }
            if engine.write_all(&[head.as_bytes(), &body].concat()).is_err() {
                break;
            }
            if head.to_lowercase().contains("\r\nupgrade:") {
                drop(std::io::copy(&mut client, &mut engine));
                self.note(connection, END_OF_INPUT.to_owned(), String::new());
                drop(engine.shutdown(Shutdown::Write));
                return;
            }
        }
        drop(engine.shutdown(Shutdown::Both));
    }

    fn pass_answers(&self, connection: usize, mut engine: UnixStream, mut client: UnixStream) {
        let mut piece = vec![0; 64 << 10];
        while let Ok(count @ 1..) = engine.read(&mut piece) {
            if let Some(rest) = piece[..count].strip_prefix(b"HTTP/1.1 ") {
                self.note(connection, format!("< {}", String::from_utf8_lossy(&rest[..3])), String::new());
            }
            if client.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        drop(client.shutdown(Shutdown::Write));
    }
}

/// A request's head and body.
fn request(client: &mut UnixStream) -> Option<(String, Vec<u8>)> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let lower = head.to_lowercase();
    let length =
        lower.split("\r\ncontent-length: ").nth(1).map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    client.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// Method and path, without the version and with `ID` for an id.
fn normalized(head: &str) -> String {
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let path = match path.strip_prefix("/v1.") {
        Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => path,
    };
    let is_id = |piece: &str| piece.len() == 64 && piece.bytes().all(|b| b.is_ascii_hexdigit());
    let (path, query) = path.split_once('?').map_or((path, String::new()), |(path, query)| (path, format!("?{query}")));
    let pieces: Vec<&str> = path.split('/').map(|piece| if is_id(piece) { "ID" } else { piece }).collect();
    format!("{method} {}{query}", pieces.join("/"))
}
