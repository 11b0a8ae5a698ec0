//! The connection that carries a container's streams: asked for over HTTP, then taken out of it.

use std::fs::File;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;

use super::bridge;
use super::client::{Call, Engine};
use super::error::EngineError;
use super::run::RunOptions;
use super::wire::lost;

/// A hijacked connection, now an ordinary blocking socket.
#[derive(Debug)]
pub(super) struct Hijacked {
    socket: Socket,
    /// What arrived together with the answer's head.
    pub(super) early: Bytes,
}

#[derive(Debug)]
enum Socket {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Hijacked {
    /// Tells the engine that no more input comes.
    pub(super) fn end_input(&self) -> io::Result<()> {
        match &self.socket {
            Socket::Unix(stream) => stream.shutdown(Shutdown::Write),
            Socket::Tcp(stream) => stream.shutdown(Shutdown::Write),
        }
    }

    /// Whether the connection is a unix socket, as it is but for TCP in the clear.
    pub(super) fn is_unix(&self) -> bool {
        matches!(self.socket, Socket::Unix(_))
    }

    /// Another handle to the connection.
    pub(super) fn handle(&self) -> io::Result<File> {
        Ok(match &self.socket {
            Socket::Unix(stream) => OwnedFd::from(stream.try_clone()?).into(),
            Socket::Tcp(stream) => OwnedFd::from(stream.try_clone()?).into(),
        })
    }
}

#[cfg(test)]
impl Hijacked {
    /// One that no engine gave, and what an engine would have of it.
    pub(super) fn with_other_end() -> (Self, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Self { socket: Socket::Unix(ours), early: Bytes::new() }, theirs)
    }
}

impl Engine {
    /// Opens the streams that a run wants; returns when the engine has agreed.
    pub(super) async fn attach(&self, id: &str, options: &RunOptions) -> Result<Hijacked, EngineError> {
        let mut call = Call::post(format!("/containers/{id}/attach"))
            .header("connection", "Upgrade")
            .header("upgrade", "tcp")
            .header("content-type", "text/plain");
        if let Some(keys) = options.detach_keys.as_deref().filter(|keys| !keys.is_empty()) {
            call = call.query("detachKeys", keys);
        }
        for (key, wanted) in [("stderr", options.stderr), ("stdin", options.stdin), ("stdout", options.stdout)] {
            if wanted {
                call = call.query(key, "1");
            }
        }
        let answer = self.send(&call.query("stream", "1")).await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(EngineError::Upgrade(answer.status().as_u16()));
        }
        let upgraded = hyper::upgrade::on(answer).await.map_err(|e| lost(&e))?;
        take_socket(upgraded).map_err(|e| EngineError::Connect(e.to_string()))
    }
}

fn take_socket(upgraded: Upgraded) -> io::Result<Hijacked> {
    let hijacked = match upgraded.downcast::<TokioIo<tokio::net::UnixStream>>() {
        Ok(parts) => Hijacked { socket: Socket::Unix(parts.io.into_inner().into_std()?), early: parts.read_buf },
        Err(other) => match other.downcast::<TokioIo<tokio::net::TcpStream>>() {
            Ok(parts) => Hijacked { socket: Socket::Tcp(parts.io.into_inner().into_std()?), early: parts.read_buf },
            Err(other) => {
                let (socket, early) = bridge::take(other)?;
                Hijacked { socket: Socket::Unix(socket.into_std()?), early }
            }
        },
    };
    match &hijacked.socket {
        Socket::Unix(stream) => stream.set_nonblocking(false)?,
        Socket::Tcp(stream) => stream.set_nonblocking(false)?,
    }
    Ok(hijacked)
}
