//! The engine as a value: which API it speaks, and how a call is made and its answer read.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bollard::{BollardRequest, ClientVersion, Docker};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Response, StatusCode, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use super::endpoint::Endpoint;
use super::error::EngineError;
use super::wire::{Body, Wire, lost};

/// The newest API that our wire model describes.
const NEWEST: ApiVersion = ApiVersion { major: 1, minor: 51 };
/// The oldest that is spoken; also what an engine without a word about it is taken for.
const OLDEST: ApiVersion = ApiVersion { major: 1, minor: 24 };
/// Docker waits as long for the first answer.
const PING_LIMIT: Duration = Duration::from_secs(10);
/// ssh takes 30 s alone to give up on a machine, and then there is a login.
const SSH_PING_LIMIT: Duration = Duration::from_secs(60);
/// Larger than any answer that is read as a whole; stops a stray server from filling our memory.
const ANSWER_LIMIT: usize = 16 << 20;
/// An error message is a line or two.
const ERROR_LIMIT: usize = 64 << 10;
/// bollard wants a limit for each call; starting a container may take any time.
const NO_LIMIT_SECONDS: u64 = 10 * 365 * 24 * 3600;

/// A version of the Engine API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Always 1 so far.
    pub major: u16,
    /// Counts up.
    pub minor: u16,
}

impl ApiVersion {
    /// Whether it is spoken here.
    #[must_use]
    pub fn is_spoken(self) -> bool {
        self >= OLDEST
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for ApiVersion {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        Ok(Self { major: major.parse()?, minor: minor.parse()? })
    }
}

/// What the first answer of an engine says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pong {
    /// The API that is spoken from here on: the older one of the engine's and ours.
    pub api: ApiVersion,
    /// `linux`, `windows`, or empty.
    pub os: String,
}

/// An engine. Cheap to make and to clone; nothing is connected before the first call.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    wire: Wire,
    pong: OnceCell<Pong>,
    ping_limit: Duration,
    pinned: Option<ApiVersion>,
    /// Nothing is ever asked of it.
    unasked: bool,
}

impl Engine {
    /// The engine at an address.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self::with_api(endpoint, None)
    }

    /// As [`Self::new`], with the API that is to be spoken, whatever the engine's own is.
    #[must_use]
    pub fn with_api(endpoint: Endpoint, pinned: Option<ApiVersion>) -> Self {
        let ping_limit = if matches!(endpoint, Endpoint::Ssh(_)) { SSH_PING_LIMIT } else { PING_LIMIT };
        Self::build(endpoint, ping_limit, pinned, false)
    }

    /// An engine of which nothing is asked: every call fails with [`EngineError::Unasked`].
    #[must_use]
    pub fn unasked(endpoint: Endpoint) -> Self {
        Self::build(endpoint, PING_LIMIT, None, true)
    }

    /// As [`Self::new`], with another limit for the first answer.
    #[must_use]
    pub fn with_ping_limit(endpoint: Endpoint, ping_limit: Duration) -> Self {
        Self::build(endpoint, ping_limit, None, false)
    }

    fn build(endpoint: Endpoint, ping_limit: Duration, pinned: Option<ApiVersion>, unasked: bool) -> Self {
        let wire = Wire::new(endpoint);
        Self { shared: Arc::new(Shared { wire, pong: OnceCell::new(), ping_limit, pinned, unasked }) }
    }

    /// Where it is.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.shared.wire.endpoint()
    }

    /// Asks the engine once for its API version; later calls get the same answer.
    ///
    /// # Errors
    /// [`EngineError`] when there is no engine, it is silent, or too old.
    pub async fn ping(&self) -> Result<&Pong, EngineError> {
        let Shared { wire, pong, ping_limit, pinned, unasked } = &*self.shared;
        if *unasked {
            return Err(EngineError::Unasked);
        }
        let silent = || EngineError::Silent { endpoint: wire.endpoint().to_string(), seconds: ping_limit.as_secs() };
        pong.get_or_try_init(async || {
            tokio::time::timeout(*ping_limit, ask(wire, *pinned)).await.map_err(|_| silent())?
        })
        .await
    }

    /// Sends a call to `/vX.Y` + `path`; an answer of 400 and above is an error.
    pub(super) async fn call(&self, call: Call<'_>) -> Result<Response<Incoming>, EngineError> {
        let response = self.send(&call).await?;
        refuse_errors(response, &call).await
    }

    /// As [`Self::call`], the answer read as JSON.
    pub(super) async fn call_json<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, EngineError> {
        let name = call.to_string();
        let text = self.call_text(call).await?;
        serde_json::from_slice(&text).map_err(|e| EngineError::Garbled { call: name, why: e.to_string() })
    }

    /// As [`Self::call`], with the answer read whole up to a limit.
    pub(super) async fn call_text(&self, call: Call<'_>) -> Result<Vec<u8>, EngineError> {
        let name = call.to_string();
        let response = self.call(call).await?;
        read(response.into_body(), ANSWER_LIMIT, &name).await
    }

    /// As [`Self::call`], whatever the answer's status.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Response<Incoming>, EngineError> {
        let api = self.ping().await?.api;
        let uri = format!("/v{api}{}{}", call.path, query_text(&call.query));
        let mut request = request(call.method.clone(), &uri, call.body.clone())?;
        for (name, value) in &call.headers {
            let value = HeaderValue::from_str(value).map_err(|e| garbled(&call.to_string(), &e))?;
            request.headers_mut().insert(*name, value);
        }
        self.shared.wire.send(request).await
    }

    /// bollard's client over our own connections.
    pub(super) async fn docker(&self) -> Result<Docker, EngineError> {
        let api = self.ping().await?.api;
        let shared = Arc::clone(&self.shared);
        let transport = move |request: BollardRequest| {
            let shared = Arc::clone(&shared);
            async move { Ok(shared.wire.send(versioned(request, api)?).await?) }
        };
        let version = ClientVersion { major_version: api.major.into(), minor_version: api.minor.into() };
        Ok(Docker::connect_with_custom_transport(transport, Some("http://engine"), NO_LIMIT_SECONDS, &version)?)
    }
}

/// One call: what is asked, in pieces.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'a str, &'a str)>,
    pub(super) headers: Vec<(&'static str, &'a str)>,
    pub(super) body: Vec<u8>,
}

impl<'a> Call<'a> {
    pub(super) fn get(path: String) -> Self {
        Self { method: Method::GET, path, query: Vec::new(), headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn post(path: String) -> Self {
        Self { method: Method::POST, ..Self::get(path) }
    }

    pub(super) fn delete(path: String) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    pub(super) fn put(path: String) -> Self {
        Self { method: Method::PUT, ..Self::get(path) }
    }

    pub(super) fn query(mut self, key: &'a str, value: &'a str) -> Self {
        self.query.push((key, value));
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn json(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self.header("content-type", "application/json")
    }
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// HEAD, and GET for engines that do not know it, or have something to say; unlike every other path these carry no version.
async fn ask(wire: &Wire, pinned: Option<ApiVersion>) -> Result<Pong, EngineError> {
    let mut answer = wire.send(request(Method::HEAD, "/_ping", Vec::new())?).await?;
    if !matches!(answer.status(), StatusCode::OK | StatusCode::INTERNAL_SERVER_ERROR) {
        answer = wire.send(request(Method::GET, "/_ping", Vec::new())?).await?;
    }
    let header = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (theirs, os) = (header("api-version"), header("ostype"));
    // One that is unwell, and says what it speaks, may still do what it is asked.
    if !answer.status().is_success() && (answer.status() != StatusCode::INTERNAL_SERVER_ERROR || theirs.is_empty()) {
        let call = Call { method: Method::HEAD, ..Call::get("/_ping".to_owned()) };
        refuse_errors(answer, &call).await?;
    }
    if let Some(api) = pinned {
        return Ok(Pong { api, os });
    }
    let api = match theirs.as_str() {
        "" => OLDEST,
        text => text.parse().map_err(|_| garbled("HEAD /_ping", &format!("`{text}` is no API version")))?,
    };
    if api < OLDEST {
        return Err(EngineError::TooOld(theirs));
    }
    Ok(Pong { api: api.min(NEWEST), os })
}

fn request(method: Method, uri: &str, body: Vec<u8>) -> Result<Request<Body>, EngineError> {
    let body = bollard::body_full(body.into());
    Request::builder().method(method).uri(uri).body(body).map_err(|e| garbled(uri, &e))
}

/// bollard leaves the version out of its paths, and puts a host in.
fn versioned(mut request: BollardRequest, api: ApiVersion) -> Result<BollardRequest, EngineError> {
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let uri = format!("/v{api}{path}");
    *request.uri_mut() = Uri::try_from(uri.as_str()).map_err(|e| garbled(&uri, &e))?;
    Ok(request)
}

async fn refuse_errors(response: Response<Incoming>, call: &Call<'_>) -> Result<Response<Incoming>, EngineError> {
    let status = response.status();
    if status.is_success() || status.is_informational() || status == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let text = read(response.into_body(), ERROR_LIMIT, &call.to_string()).await?;
    Err(daemon_error(status, &text, call))
}

fn daemon_error(status: StatusCode, text: &[u8], call: &Call<'_>) -> EngineError {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    let message = match serde_json::from_slice::<Message>(text) {
        Ok(Message { message }) => message,
        Err(_) => String::from_utf8_lossy(text).into_owned(),
    };
    match message.trim() {
        "" => EngineError::Speechless { status: status.to_string(), route: call.path.clone() },
        words => EngineError::Daemon { status: status.as_u16(), message: words.to_owned() },
    }
}

/// A whole body, up to a limit.
pub(super) async fn read(mut body: Incoming, limit: usize, call: &str) -> Result<Vec<u8>, EngineError> {
    let mut text = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|e| lost(&e))?.into_data() else { continue };
        if text.len() + data.len() > limit {
            return Err(EngineError::TooLarge { call: call.to_owned(), limit });
        }
        text.extend_from_slice(&data);
    }
    Ok(text)
}

fn garbled(call: &str, why: &dyn fmt::Display) -> EngineError {
    EngineError::Garbled { call: call.to_owned(), why: why.to_string() }
}

/// `?key=value&…` or nothing.
fn query_text(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (key, value) in pairs {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(key);
        text.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
                _ => text.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_not_fractions() {
        let version = |text: &str| text.parse::<ApiVersion>().unwrap();
        assert!(version("1.9") < version("1.24"));
        assert_eq!(version("1.41").to_string(), "1.41");
        assert!("one".parse::<ApiVersion>().is_err());
    }

    #[test]
    fn a_value_cannot_end_its_place_in_the_query() {
        assert_eq!(query_text(&[]), "");
        assert_eq!(
            query_text(&[("name", "a b&c=d"), ("platform", "linux/é")]),
            "?name=a%20b%26c%3Dd&platform=linux%2F%C3%A9"
        );
    }

    #[test]
    fn an_error_is_its_message_or_its_text_or_its_status() {
        let call = Call::post("/containers/create".to_owned());
        let said = |text: &str| daemon_error(StatusCode::CONFLICT, text.as_bytes(), &call).to_string();
        assert_eq!(said("{\"message\":\"Conflict. taken\"}\n"), "Error response from daemon: Conflict. taken");
        assert_eq!(said("plain text\n"), "Error response from daemon: plain text");
        assert!(said("").starts_with("request returned 409 Conflict for API route and version /containers/create"));
    }
}
