//! Pulling an image: the engine does it and tells what happens, one JSON document a line.

use serde::Deserialize;

use super::client::{Call, Engine};
use super::error::EngineError;
use super::lines::Lines;
use crate::request::ImageRef;

/// One step of a pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullEvent {
    /// The layer, or the tag; may be empty.
    pub id: String,
    /// What happens to it.
    pub status: String,
    /// How far it is; nothing for what has no progress.
    pub progress: Option<Progress>,
}

/// How much of something is done, in bytes; 0 of 0 before anything is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Done.
    pub current: i64,
    /// In all; 0 when not known.
    pub total: i64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Line {
    id: String,
    status: String,
    progress_detail: Option<Progress>,
    error: Option<String>,
    error_detail: Option<ErrorDetail>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: String,
}

impl Engine {
    /// Pulls an image and tells `sink` what happens. `auth` is the text of the header `X-Registry-Auth`.
    ///
    /// # Errors
    /// The engine's refusal, or the words with which the pull failed under way.
    pub async fn pull(
        &self,
        image: &ImageRef,
        platform: Option<&str>,
        auth: Option<&str>,
        mut sink: impl FnMut(&PullEvent),
    ) -> Result<(), EngineError> {
        let name = image.name();
        let mut call = Call::post("/images/create".to_owned()).query("fromImage", &name);
        if let Some(tag) = image.digest.as_deref().or_else(|| image.tag_or_latest()) {
            call = call.query("tag", tag);
        }
        if let Some(platform) = platform.filter(|p| !p.is_empty()) {
            call = call.query("platform", platform);
        }
        if let Some(auth) = auth {
            call = call.header("x-registry-auth", auth);
        }
        let mut lines = Lines::new(self.call(call).await?.into_body(), "pull");
        while let Some(line) = lines.next().await? {
            sink(&event(&line)?);
        }
        Ok(())
    }
}

fn event(text: &[u8]) -> Result<PullEvent, EngineError> {
    let garbled = |e: serde_json::Error| EngineError::Garbled { call: "pull".to_owned(), why: e.to_string() };
    let Line { id, status, progress_detail, error, error_detail } = serde_json::from_slice(text).map_err(garbled)?;
    match error_detail.map(|detail| detail.message).filter(|m| !m.is_empty()).or(error) {
        Some(message) => Err(EngineError::Reported(message)),
        None => Ok(PullEvent { id, status, progress: progress_detail }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_event_or_the_error_that_ends_the_pull() {
        let read = |text: &str| event(text.as_bytes());
        assert_eq!(
            read(r#"{"status":"Downloading","progressDetail":{"current":1,"total":2},"progress":"[>]","id":"ab"}"#)
                .unwrap(),
            PullEvent {
                id: "ab".to_owned(),
                status: "Downloading".to_owned(),
                progress: Some(Progress { current: 1, total: 2 })
            }
        );
        let failed = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(failed(r#"{"errorDetail":{"code":1,"message":"no space"},"error":"no space"}"#), "no space");
        assert_eq!(failed(r#"{"error":"unauthorized"}"#), "unauthorized");
        assert!(failed("<html>").contains("makes no sense"));
    }
}
