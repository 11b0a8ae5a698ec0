//! Connections to the engine: made on demand, kept for the next request, given away for a hijacked stream.

use std::error::Error as _;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::Stream;
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};

use super::endpoint::Endpoint;
use super::error::{EngineError, system_words};
use super::ssh::SshStream;
use super::tls_words;

/// The body of a request, of the type that bollard makes its requests with, so that both share connections.
pub(super) type Body = Either<Full<Bytes>, StreamBody<Pin<Box<dyn Stream<Item = io::Result<Frame<Bytes>>> + Send>>>>;

/// What stands in for a host's name on a unix socket, as docker sends it.
const SOCKET_HOST: &str = "api.moby.localhost";
/// The same through ssh.
const SSH_HOST: &str = "docker.example.com";

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
        let host = self.host();
        if let Endpoint::Tcp { base, .. } = &self.endpoint {
            based(request.uri_mut(), base)?;
        }
        let asked = Asked { method: request.method().clone(), uri: request.uri().clone() };
        let value = HeaderValue::from_str(&host);
        let value = value.map_err(|_| EngineError::Connect(format!("`{host}` is no host name")))?;
        request.headers_mut().insert(HOST, value);
        request.headers_mut().insert(USER_AGENT, AGENT);
        while let Some(mut kept) = self.take_idle().await {
            match kept.try_send_request(request).await {
                Ok(response) => return Ok(self.keep(kept, response)),
                // The engine closed a connection that we thought was idle; nothing was sent.
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(self.failed(&asked, &failed.into_error())),
                },
            }
        }
        let mut fresh = self.connect().await.map_err(|broken| match broken {
            Broken::Known(error) => error,
            Broken::Cause(cause) => self.told(&asked, &cause),
        })?;
        let response = fresh.send_request(request).await.map_err(|e| self.failed(&asked, &e))?;
        Ok(self.keep(fresh, response))
    }

    fn host(&self) -> String {
        match &self.endpoint {
            Endpoint::Unix(_) => SOCKET_HOST.to_owned(),
            Endpoint::Ssh(_) => SSH_HOST.to_owned(),
            Endpoint::Tcp { host, port, .. } if host.contains(':') => format!("[{host}]:{port}"),
            Endpoint::Tcp { host, port, .. } => format!("{host}:{port}"),
        }
    }

    /// Docker names the request and the address that failed.
    fn told(&self, asked: &Asked, cause: &str) -> EngineError {
        let scheme = if matches!(self.endpoint, Endpoint::Tcp { tls: Some(_), .. }) { "https" } else { "http" };
        let mut letters = asked.method.as_str().chars();
        let method =
            letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_lowercase());
        EngineError::Connect(format!("{method} \"{scheme}://{}{}\": {cause}", self.host(), asked.uri))
    }

    /// A request that was sent, and not answered.
    fn failed(&self, asked: &Asked, error: &hyper::Error) -> EngineError {
        match &self.endpoint {
            Endpoint::Unix(_) => lost(error),
            Endpoint::Tcp { tls: None, .. } | Endpoint::Ssh(_) if error.is_parse() => EngineError::Garbled {
                call: "a request".to_owned(),
                why: format!("{error}.\n* Are you trying to connect to a TLS-enabled daemon without TLS?"),
            },
            Endpoint::Tcp { .. } | Endpoint::Ssh(_) if error.is_parse() => lost(error),
            Endpoint::Tcp { .. } | Endpoint::Ssh(_) => self.told(asked, &cause(error)),
        }
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

    async fn connect(&self) -> Result<SendRequest<Body>, Broken> {
        match &self.endpoint {
            Endpoint::Unix(path) => {
                let stream = UnixStream::connect(path).await.map_err(|e| self.no_socket(&e))?;
                handshake(stream).await
            }
            Endpoint::Tcp { host, port, tls, .. } => {
                let stream = self.dial(host, *port).await?;
                match tls {
                    None => handshake(stream).await,
                    Some(tls) => {
                        let stream = tls.connect(host, stream).await.map_err(|e| Broken::Cause(io_cause(&e)))?;
                        handshake(stream).await
                    }
                }
            }
            Endpoint::Ssh(address) => {
                let stream = SshStream::connect(address).map_err(|e| Broken::Cause(io_cause(&e)))?;
                handshake(stream).await
            }
        }
    }

    /// Tries every address of a name.
    async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, Broken> {
        let unknown = |_| Broken::Cause(format!("dial tcp: lookup {host}: no such host"));
        let places: Vec<_> = tokio::net::lookup_host((host, port)).await.map_err(unknown)?.collect();
        let dialled = TcpStream::connect(places.as_slice()).await;
        let stream = dialled.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
        stream.map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::TimedOut => {
                Broken::Known(EngineError::Unreachable(self.endpoint.to_string()))
            }
            _ => Broken::Cause(format!("dial tcp {}: connect: {}", self.host(), system_words(&error))),
        })
    }

    fn no_socket(&self, error: &io::Error) -> Broken {
        Broken::Known(match error.kind() {
            io::ErrorKind::PermissionDenied => EngineError::Forbidden(self.endpoint.to_string()),
            _ => EngineError::Unreachable(self.endpoint.to_string()),
        })
    }
}

/// What was asked, for the error that names it.
struct Asked {
    method: Method,
    uri: Uri,
}

/// Why there is no connection.
enum Broken {
    /// A case with words of its own.
    Known(EngineError),
    /// Any other, which is told with what was asked.
    Cause(String),
}

/// Puts an engine's own prefix before a path.
fn based(uri: &mut Uri, base: &str) -> Result<(), EngineError> {
    if base.is_empty() {
        return Ok(());
    }
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let text = format!("{base}{path}");
    *uri = Uri::try_from(text.as_str()).map_err(|e| EngineError::Garbled { call: text.clone(), why: e.to_string() })?;
    Ok(())
}

/// The first cause that says something, as Go puts it.
fn cause(error: &hyper::Error) -> String {
    match error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
        Some(error) => io_cause(error),
        None => "EOF".to_owned(),
    }
}

fn io_cause(error: &io::Error) -> String {
    match error.get_ref() {
        // Whichever library met it.
        _ if error.kind() == io::ErrorKind::UnexpectedEof => "EOF".to_owned(),
        Some(inner) => inner.downcast_ref().map_or_else(|| inner.to_string(), tls_words::words),
        None => system_words(error),
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Body>, Broken>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| Broken::Known(lost(&e)))?;
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
