//! Answers: the engine's, ours, and what is said of each failure. The only place that chooses what a client sees.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::http::response::Builder;
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::engine::EngineError;

pub(super) type Body = Full<Bytes>;

/// Why a request gets no answer of the engine's.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Fault {
    status: StatusCode,
    message: String,
}

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
}

impl Fault {
    /// The client's request is not understood.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: format!("sdocker: {}", message.into()) }
    }

    /// The policy refuses. Docker prints the text as the daemon's error, so it is one line.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, message: format!("sdocker: {}", message.into()).replace('\n', " ") }
    }

    pub(super) fn response(&self) -> Response<Body> {
        json(self.status, &Message { message: &self.message }).unwrap_or_else(|_| Response::new(Body::default()))
    }
}

impl From<EngineError> for Fault {
    /// The engine's own refusals keep their status and words.
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Daemon { status, message } => {
                Self { status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), message }
            }
            EngineError::NoSuchImage(message) => Self { status: StatusCode::NOT_FOUND, message },
            other => Self { status: StatusCode::BAD_GATEWAY, message: format!("sdocker: {other}") },
        }
    }
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Body>, Fault> {
    let lost = |_| Fault { status: StatusCode::INTERNAL_SERVER_ERROR, message: "sdocker: no answer".to_owned() };
    let text = serde_json::to_vec(value).map_err(lost)?;
    finish(Response::builder().status(status).header(CONTENT_TYPE, "application/json"), text)
}

/// A text answer.
pub(super) fn text(response: Builder, text: &'static str) -> Result<Response<Body>, Fault> {
    finish(response.header(CONTENT_TYPE, "text/plain; charset=utf-8"), text.into())
}

fn finish(response: Builder, body: Vec<u8>) -> Result<Response<Body>, Fault> {
    let broken =
        |why: hyper::http::Error| Fault { status: StatusCode::BAD_GATEWAY, message: format!("sdocker: {why}") };
    response.body(Body::from(body)).map_err(broken)
}
