//! Waiting for a container's exit.

use hyper::Response;
use hyper::body::Incoming;
use serde::Deserialize;

use super::client::{Call, Engine, read};
use super::error::EngineError;

/// The answer is a number and at most an error.
const ANSWER_LIMIT: usize = 64 << 10;

/// A wait that the engine has heard of: no exit can be missed from here on.
#[derive(Debug)]
pub(super) struct Wait(Response<Incoming>);

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

impl Engine {
    /// Registers for the next exit, or for the removal of a container that removes itself.
    pub(super) async fn wait(&self, id: &str, until_removed: bool) -> Result<Wait, EngineError> {
        let condition = if until_removed { "removed" } else { "next-exit" };
        Ok(Wait(self.call(Call::post(format!("/containers/{id}/wait")).query("condition", condition)).await?))
    }
}

impl Wait {
    /// The exit code; the error's words are what docker logs.
    pub(super) async fn status(self) -> Result<u8, EngineError> {
        let call = "wait";
        let text = read(self.0.into_body(), ANSWER_LIMIT, call).await?;
        if text.is_empty() {
            return Err(EngineError::Lost);
        }
        let garbled = |why: String| EngineError::Garbled { call: call.to_owned(), why };
        let answer: WaitAnswer = serde_json::from_slice(&text).map_err(|e| garbled(e.to_string()))?;
        match answer.error.and_then(|e| e.message).filter(|m| !m.is_empty()) {
            Some(message) => Err(EngineError::Reported(message)),
            // Only eight bits of an exit code reach a parent process.
            None => Ok(answer.status_code.to_le_bytes().first().copied().unwrap_or_default()),
        }
    }
}
