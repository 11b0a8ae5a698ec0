//! Waiting for a container's exit.

use std::collections::BTreeMap;

use hyper::Response;
use hyper::body::Incoming;
use serde::Deserialize;

use super::client::{ApiVersion, Call, Engine, read};
use super::error::EngineError;
use super::lines::Lines;
use super::run::Removal;

/// From here on the engine says that it waits before the container has ended; until then its events tell.
const CONDITIONS_SINCE: ApiVersion = ApiVersion { major: 1, minor: 30 };
/// The answer is a number and at most an error.
const ANSWER_LIMIT: usize = 64 << 10;

/// A wait that the engine has heard of: no exit can be missed from here on.
#[derive(Debug)]
pub(super) enum Wait {
    /// The head of an answer whose body comes with the exit.
    Answer(Response<Incoming>),
    /// What happens to the container.
    Events {
        /// One event a line.
        lines: Lines,
        /// The end is its removal, not its exit.
        until_removed: bool,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WaitAnswer {
    status_code: i64,
    error: Option<WaitError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WaitError {
    message: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    status: String,
    #[serde(rename = "Actor")]
    actor: Actor,
}

#[derive(Deserialize)]
struct Actor {
    #[serde(rename = "Attributes")]
    attributes: BTreeMap<String, String>,
}

impl Engine {
    /// Registers for the next exit, or for the removal of a container that removes itself.
    pub(super) async fn wait(&self, id: &str, removal: Removal) -> Result<Wait, EngineError> {
        let until_removed = removal == Removal::Engine;
        if self.ping().await?.api < CONDITIONS_SINCE {
            let filters = format!(r#"{{"container":{{"{id}":true}},"type":{{"container":true}}}}"#);
            let events = self.call(Call::get("/events".to_owned()).query("filters", &filters)).await?;
            return Ok(Wait::Events { lines: Lines::new(events.into_body(), "events"), until_removed });
        }
        let condition = if until_removed { "removed" } else { "next-exit" };
        let call = Call::post(format!("/containers/{id}/wait")).query("condition", condition);
        Ok(Wait::Answer(self.call(call).await?))
    }
}

impl Wait {
    /// The exit code; the error's words are what docker logs.
    pub(super) async fn status(self) -> Result<u8, EngineError> {
        match self {
            Self::Answer(answer) => answered(answer).await,
            Self::Events { lines, until_removed } => happened(lines, until_removed).await,
        }
    }
}

async fn answered(answer: Response<Incoming>) -> Result<u8, EngineError> {
    let text = read(answer.into_body(), ANSWER_LIMIT, "wait").await?;
    if text.is_empty() {
        return Err(EngineError::Lost);
    }
    let WaitAnswer { status_code, error } = decode(&text)?;
    match error.and_then(|e| e.message).filter(|m| !m.is_empty()) {
        Some(message) => Err(EngineError::Reported(message)),
        None => Ok(low_bits(status_code)),
    }
}

async fn happened(mut lines: Lines, until_removed: bool) -> Result<u8, EngineError> {
    let mut code = None;
    while let Some(line) = lines.next().await? {
        let Event { status, actor } = decode(&line)?;
        if status == "die" {
            code = actor.attributes.get("exitCode").and_then(|code| code.parse().ok()).map(low_bits);
        }
        let ends = match status.as_str() {
            "die" => !until_removed,
            // Docker's engines say the first, podman says the second.
            "destroy" | "remove" => true,
            _ => false,
        };
        if ends {
            break;
        }
    }
    code.ok_or(EngineError::Lost)
}

/// Only eight bits of an exit code reach a parent process.
fn low_bits(code: i64) -> u8 {
    code.to_le_bytes().first().copied().unwrap_or_default()
}

fn decode<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Result<T, EngineError> {
    serde_json::from_slice(text).map_err(|e| EngineError::Garbled { call: "wait".to_owned(), why: e.to_string() })
}
