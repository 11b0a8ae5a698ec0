//! Connections to the engine: made on demand, kept for the next request, given away for a hijacked stream.

use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::Stream;
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};

use super::endpoint::Endpoint;
use super::error::{EngineError, system_words};

/// The body of a request, of the type that bollard makes its requests with, so that both share connections.
pub(super) type Body = Either<Full<Bytes>, StreamBody<Pin<Box<dyn Stream<Item = io::Result<Frame<Bytes>>> + Send>>>>;

/// What stands in for a host's name on a unix socket, as docker sends it.
const SOCKET_HOST: &str = "api.moby.localhost";

const AGENT: HeaderValue = HeaderValue::from_static(concat!("sdocker/", env!("CARGO_PKG_VERSION")));

/// The way to one engine, and the connections that wait for their next request.
#[derive(Debug)]
pub(super) struct Wire {
    endpoint: Endpoint,
    idle: Mutex<Vec<SendRequest<Body>>>,
}

impl Wire {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, idle: Mutex::default() }
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sends a request whose URI is a path; returns when the answer's head has arrived.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Result<Response<Incoming>, EngineError> {
        let headers = request.headers_mut();
        headers.insert(HOST, self.host()?);
        headers.insert(USER_AGENT, AGENT);
        while let Some(mut kept) = self.take_idle().await {
            match kept.try_send_request(request).await {
                Ok(response) => return Ok(self.keep(kept, response)),
                // The engine closed a connection that we thought was idle; nothing was sent.
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(lost(&failed.into_error())),
                },
            }
        }
        let mut fresh = self.connect().await?;
        let response = fresh.send_request(request).await.map_err(|e| lost(&e))?;
        Ok(self.keep(fresh, response))
    }

    fn host(&self) -> Result<HeaderValue, EngineError> {
        let name = match &self.endpoint {
            Endpoint::Unix(_) => return Ok(HeaderValue::from_static(SOCKET_HOST)),
            Endpoint::Tcp { host, port } if host.contains(':') => format!("[{host}]:{port}"),
            Endpoint::Tcp { host, port } => format!("{host}:{port}"),
        };
        HeaderValue::from_str(&name).map_err(|_| EngineError::Connect(format!("`{name}` is no host name")))
    }

    /// A connection whose last answer was read to its end. One that is still answering stays where it is.
    async fn take_idle(&self) -> Option<SendRequest<Body>> {
        for round in 0..2 {
            if round == 1 {
                // The connection's task may not have seen yet that the last body is finished.
                tokio::task::yield_now().await;
            }
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|sender| !sender.is_closed());
            let free = idle.iter_mut().position(|sender| matches!(sender.ready().now_or_never(), Some(Ok(()))));
            if let Some(index) = free {
                return Some(idle.swap_remove(index));
            }
            if idle.is_empty() {
                return None;
            }
        }
        None
    }

    fn keep(&self, sender: SendRequest<Body>, response: Response<Incoming>) -> Response<Incoming> {
        if !sender.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        }
        response
    }

    async fn connect(&self) -> Result<SendRequest<Body>, EngineError> {
        match &self.endpoint {
            Endpoint::Unix(path) => {
                let stream = UnixStream::connect(path).await.map_err(|e| self.refused(&e))?;
                handshake(stream).await
            }
            Endpoint::Tcp { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(|e| self.refused(&e))?;
                stream.set_nodelay(true).map_err(|e| self.refused(&e))?;
                handshake(stream).await
            }
        }
    }

    fn refused(&self, error: &io::Error) -> EngineError {
        match (&self.endpoint, error.kind()) {
            (Endpoint::Unix(_), io::ErrorKind::PermissionDenied) => EngineError::Forbidden(self.endpoint.to_string()),
            (Endpoint::Unix(_), _) | (Endpoint::Tcp { .. }, io::ErrorKind::ConnectionRefused) => {
                EngineError::Unreachable(self.endpoint.to_string())
            }
            (Endpoint::Tcp { host, .. }, _) => {
                EngineError::Connect(format!("dial tcp {host}: {}", system_words(error)))
            }
        }
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Body>, EngineError>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| lost(&e))?;
    // Its errors reach whoever waits for the answer.
    tokio::spawn(connection.with_upgrades().map(drop));
    Ok(sender)
}

/// What hyper says when an answer does not come, or not whole.
pub(super) fn lost(error: &hyper::Error) -> EngineError {
    if error.is_parse() {
        return EngineError::Garbled { call: "a request".to_owned(), why: error.to_string() };
    }
    EngineError::Lost
}
