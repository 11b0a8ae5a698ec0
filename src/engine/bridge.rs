//! A hijacked connection that is no socket of its own, as a socket all the same: ssh's child has one already, and for TLS
//! a task passes the bytes on.

use std::io;

use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;

use super::ssh::SshStream;

/// Several records of TLS at once.
const BUFFER: usize = 64 << 10;

/// The connection as a socket, and what arrived on it already.
pub(super) fn take(upgraded: Upgraded) -> io::Result<(UnixStream, Bytes)> {
    let other = match upgraded.downcast::<TokioIo<SshStream>>() {
        Ok(parts) => return Ok((parts.io.into_inner().into_socket(), parts.read_buf)),
        Err(other) => other,
    };
    let parts = other
        .downcast::<TokioIo<TlsStream<TcpStream>>>()
        .map_err(|_| io::Error::other("the connection cannot be taken over"))?;
    let (ours, theirs) = UnixStream::pair()?;
    tokio::spawn(join(theirs, parts.io.into_inner()));
    Ok((ours, parts.read_buf))
}

/// Passes bytes on in both directions until both have ended.
async fn join(local: UnixStream, remote: TlsStream<TcpStream>) {
    let (from_local, to_local) = local.into_split();
    let (from_remote, to_remote) = tokio::io::split(remote);
    tokio::join!(pass(from_local, to_remote), pass(from_remote, to_local));
}

/// One direction. Its end, whether good or bad, is passed on as an end.
async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let mut buffer = vec![0; BUFFER];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = buffer.get(..length).unwrap_or_default();
        if to.write_all(bytes).await.is_err() || to.flush().await.is_err() {
            break;
        }
    }
    // Whoever is gone needs no word about the end.
    let _ = to.shutdown().await;
}
