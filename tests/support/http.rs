//! The Engine API over a plain socket, with nothing of ours in between.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::Value;

/// The answer to one request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// One engine behind a unix socket.
#[derive(Debug, Clone)]
pub(crate) struct RawEngine {
    socket: String,
}

impl RawEngine {
    /// `host` as in `DOCKER_HOST`.
    pub(crate) fn at(host: &str) -> Self {
        Self { socket: host.strip_prefix("unix://").expect("an engine at unix://…").to_owned() }
    }

    pub(crate) fn socket(&self) -> &str {
        &self.socket
    }

    /// Sends the request; nothing of the answer is read yet. HTTP/1.0: the body ends with the connection.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> UnixStream {
        let mut stream = UnixStream::connect(&self.socket).expect("the engine answers");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.0\r\nHost: engine\r\nContent-Length: {length}\r\n{headers}");
        stream.write_all(format!("{head}Content-Type: application/json\r\n\r\n{body}").as_bytes()).unwrap();
        stream
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut text = String::new();
        self.send(method, path, "", body).read_to_string(&mut text).unwrap();
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        Answer { status, body: serde_json::from_str(body).unwrap_or(Value::Null) }
    }

    /// What the engine says about a container, by name or id.
    pub(crate) fn inspect(&self, container: &str) -> Answer {
        self.request("GET", &format!("/containers/{container}/json"), "")
    }
}
