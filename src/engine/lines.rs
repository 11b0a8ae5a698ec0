//! Answers that are a stream of JSON documents, one a line: a pull, and events.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::error::EngineError;
use super::wire::lost;

/// Longer than any event; stops a stray server from filling our memory.
const LINE_LIMIT: usize = 1 << 20;

/// The lines of a body, without their ends; blank ones are left out.
#[derive(Debug)]
pub(super) struct Lines {
    body: Incoming,
    call: &'static str,
    text: Vec<u8>,
    ended: bool,
}

impl Lines {
    pub(super) fn new(body: Incoming, call: &'static str) -> Self {
        Self { body, call, text: Vec::new(), ended: false }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, EngineError> {
        loop {
            while let Some(line) = self.take_line() {
                if !line.trim_ascii().is_empty() {
                    return Ok(Some(line));
                }
            }
            if self.ended {
                return Ok(None);
            }
            if self.text.len() > LINE_LIMIT {
                return Err(EngineError::TooLarge { call: self.call.to_owned(), limit: LINE_LIMIT });
            }
            match self.body.frame().await {
                Some(frame) => {
                    let Ok(data) = frame.map_err(|e| lost(&e))?.into_data() else { continue };
                    self.text.extend_from_slice(&data);
                }
                None => self.ended = true,
            }
        }
    }

    fn take_line(&mut self) -> Option<Vec<u8>> {
        match self.text.iter().position(|b| *b == b'\n') {
            Some(end) => Some(self.text.drain(..=end).collect()),
            None if self.ended && !self.text.is_empty() => Some(std::mem::take(&mut self.text)),
            None => None,
        }
    }
}
