//! The gateway: the Engine API on a unix socket, judged.
//!
//! The caller is who the kernel says. What goes on to the engine is our own encoding of what was judged. Whatever is not
//! in the table of endpoints is refused by name.

mod answer;
mod create;
mod endpoint;
mod peer;

use std::rc::Rc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{UnixListener, UnixStream};

use crate::engine::Engine;
use crate::request::{Caller, Date, Finding, Request, Rewrite};
use crate::rules::Rulebook;
use answer::{Body, Fault};
use endpoint::Endpoint;

/// A client that sends no head within this time is let go.
const HEAD_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Where decisions are written before they take effect: the request, its image's id, what was found, and what was
/// changed if it was approved.
pub type Recorder = dyn Fn(&Caller, &Request, Option<&str>, &[Finding], Option<&[Rewrite]>) -> Result<(), String>;

/// What judges and forwards.
pub struct Gateway {
    /// The policy in force.
    pub book: Rulebook,
    /// The day, for exceptions that end.
    pub today: Box<dyn Fn() -> Date>,
    /// Where approved requests go.
    pub engine: Engine,
    /// Where decisions are written.
    pub record: Box<Recorder>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("engine", &self.engine).finish_non_exhaustive()
    }
}

/// Serves a listener until the future is dropped. Must run inside a `LocalSet`.
///
/// # Errors
/// When the listener itself fails.
pub async fn serve(listener: UnixListener, gateway: Rc<Gateway>) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let gateway = Rc::clone(&gateway);
        tokio::task::spawn_local(async move { converse(stream, gateway).await });
    }
}

/// One connection. A client that the system does not know gets nothing but a refusal.
async fn converse(stream: UnixStream, gateway: Rc<Gateway>) {
    let caller = peer::caller(&stream).await;
    let service = service_fn(|request| {
        let (gateway, caller) = (Rc::clone(&gateway), caller.clone());
        async move {
            let answer = match caller {
                Ok(caller) => gateway.answer(request, &caller).await,
                Err(why) => Err(Fault::refused(why)),
            };
            Ok::<Response<Body>, std::convert::Infallible>(answer.unwrap_or_else(|fault| fault.response()))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    // A connection that the client breaks is the client's own business.
    let _ = connection.await;
}

impl Gateway {
    async fn answer(&self, request: HttpRequest<Incoming>, caller: &Caller) -> Result<Response<Body>, Fault> {
        match endpoint::read(request.method(), request.uri())? {
            Endpoint::Ping => self.ping().await,
            Endpoint::Create { name, platform } => self.create(request, caller, name, platform).await,
        }
    }

    /// Answers for the engine, and promises no API newer than what is decoded here.
    async fn ping(&self) -> Result<Response<Body>, Fault> {
        let pong = self.engine.ping().await?;
        let response =
            Response::builder().header("Api-Version", pong.api.to_string()).header("OSType", pong.os.as_str());
        answer::text(response, "OK")
    }
}
