//! An engine that is none: one image and one container, which says back what it was told.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

pub(crate) const ID: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const IMAGE: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// A socket of its own, and what was asked there.
#[derive(Debug)]
pub(crate) struct FakeEngine {
    directory: tempfile::TempDir,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    api: String,
    requests: Mutex<Vec<String>>,
    /// What the container has read, once its input is at an end.
    heard: (Mutex<Option<Vec<u8>>>, Condvar),
    started: (Mutex<bool>, Condvar),
}

impl FakeEngine {
    /// Says that it speaks an API; with an empty one it says nothing about that.
    pub(crate) fn speaking(api: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("sock")).unwrap();
        let shared = Arc::new(Shared { api: api.to_owned(), ..Shared::default() });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, stream) = (Arc::clone(&serving), stream.unwrap());
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { directory, shared }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join("sock")
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// `METHOD target host`, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Shared {
    fn serve(&self, stream: UnixStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some((asked, host)) = request(&mut reader) {
            self.requests.lock().unwrap().push(format!("{asked} {host}"));
            if asked.contains("/attach") {
                return self.attached(reader, stream);
            }
            self.answer(&asked, &stream);
        }
    }

    fn answer(&self, asked: &str, mut to: &UnixStream) {
        let text = match asked {
            _ if asked.contains("/_ping") => {
                let api = if self.api.is_empty() { String::new() } else { format!("Api-Version: {}\r\n", self.api) };
                format!("HTTP/1.1 200 OK\r\n{api}Ostype: linux\r\nContent-Length: 0\r\n\r\n")
            }
            _ if asked.contains("/info") => {
                whole(200, r#"{"NCPU":4,"CpuCfsQuota":true,"MemoryLimit":true,"SwapLimit":true}"#)
            }
            _ if asked.contains("/images/") => whole(200, &format!("{{\"Id\":\"{IMAGE}\",\"Config\":{{}}}}")),
            _ if asked.contains(&format!("/containers/{ID}/json")) => {
                whole(200, &format!("{{\"Id\":\"{ID}\",\"Image\":\"{IMAGE}\",\"Mounts\":[]}}"))
            }
            _ if asked.contains("/create") => whole(201, &format!("{{\"Id\":\"{ID}\"}}")),
            _ if asked.contains("/wait") => return self.wait(to),
            _ if asked.contains("/start") => {
                *self.started.0.lock().unwrap() = true;
                self.started.1.notify_all();
                whole(204, "")
            }
            _ => whole(500, r#"{"message":"the fake does not know that"}"#),
        };
        let _ = to.write_all(text.as_bytes());
    }

    /// The head at once, the body when the container has ended.
    fn wait(&self, mut to: &UnixStream) {
        let _ = to.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        let (heard, changed) = &self.heard;
        drop(changed.wait_while(heard.lock().unwrap(), |heard| heard.is_none()).unwrap());
        let _ = to.write_all(b"10\r\n{\"StatusCode\":7}\r\n0\r\n\r\n");
    }

    /// Reads the input to its end, then says all of it back.
    fn attached(&self, mut from: BufReader<UnixStream>, mut to: UnixStream) {
        to.write_all(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n").unwrap();
        let (started, changed) = &self.started;
        drop(changed.wait_while(started.lock().unwrap(), |started| !*started).unwrap());
        let mut heard = Vec::new();
        let _ = from.read_to_end(&mut heard);
        for piece in heard.chunks(32 << 10) {
            let length = u32::try_from(piece.len()).unwrap().to_be_bytes();
            let _ = to.write_all(&[&[1, 0, 0, 0], length.as_slice(), piece].concat());
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
        *self.heard.0.lock().unwrap() = Some(heard);
        self.heard.1.notify_all();
    }
}

fn whole(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// The request line without the protocol, and the host; the body is read and forgotten.
fn request(from: &mut impl BufRead) -> Option<(String, String)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        let found = lines.iter().find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)));
        found.map_or("", |(_, value)| value)
    };
    let length = header("content-length").parse().unwrap_or(0);
    from.read_exact(&mut vec![0; length]).ok()?;
    Some((lines[0].trim_end_matches(" HTTP/1.1").to_owned(), header("host").to_owned()))
}
