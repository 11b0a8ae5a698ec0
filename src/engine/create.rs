//! Create and remove.

use serde::Deserialize;

use super::client::{Call, Engine};
use super::error::EngineError;
use super::names;
use crate::request::wire::ContainerCreate;
use crate::request::{Request, json};
use crate::verdict::Approved;

/// A container that exists and was not started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// 64 hex digits.
    pub id: String,
    /// What the engine has to say about the request, for people.
    pub warnings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateAnswer {
    id: String,
    warnings: Option<Vec<String>>,
}

impl Engine {
    /// Creates what was approved, in our own encoding of it.
    ///
    /// # Errors
    /// [`EngineError::NoSuchImage`] when pulling the image may help; otherwise why not.
    pub async fn create(&self, approved: &Approved<Request>) -> Result<Created, EngineError> {
        let Request { body, name, platform, origins: _, manner: _ } = approved.get();
        self.create_container(body, name.as_deref(), platform.as_deref()).await
    }

    /// Also for probes, which nobody asked for and nobody starts.
    pub(super) async fn create_container(
        &self,
        body: &ContainerCreate,
        name: Option<&str>,
        platform: Option<&str>,
    ) -> Result<Created, EngineError> {
        let text = json::encode(body)
            .map_err(|e| EngineError::Garbled { call: "POST /containers/create".to_owned(), why: e.to_string() })?;
        let mut call = Call::post("/containers/create".to_owned()).json(text);
        for (key, value) in [("name", name), ("platform", platform)] {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                call = call.query(key, value);
            }
        }
        let CreateAnswer { id, warnings } = self.call_json(call).await.map_err(missing_image)?;
        names::object(&id)?;
        Ok(Created { id, warnings: warnings.unwrap_or_default() })
    }

    /// Writes a file that only root can read into a container, as docker copies into one.
    ///
    /// # Errors
    /// Why it is not there.
    pub async fn write_secret(&self, container: &str, path: &str, text: &[u8]) -> Result<(), EngineError> {
        let archive =
            archive_of(path.trim_start_matches('/'), text).map_err(|why| EngineError::Reported(why.to_string()))?;
        let call = Call::put(format!("/containers/{}/archive", names::object(container)?));
        let mut call = call.query("noOverwriteDirNonDir", "true").query("path", "/");
        call.body = archive;
        self.call_text(call.header("content-type", "application/x-tar")).await.map(drop)
    }

    /// Removes a container; `volumes` takes its anonymous volumes along.
    ///
    /// # Errors
    /// Why it is still there.
    pub async fn remove(&self, container: &str, force: bool, volumes: bool) -> Result<(), EngineError> {
        let mut call = Call::delete(format!("/containers/{}", names::object(container)?));
        for (key, wanted) in [("force", force), ("v", volumes)] {
            if wanted {
                call = call.query(key, "1");
            }
        }
        self.call_text(call).await.map(drop)
    }
}

fn archive_of(path: &str, text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut header = tar::Header::new_ustar();
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(text.len() as u64);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, path, text)?;
    archive.into_inner()
}

/// Not every 404 is about the image: `--volumes-from` names containers.
fn missing_image(error: EngineError) -> EngineError {
    match error {
        EngineError::Daemon { status: 404, message } if is_about_an_image(&message) => {
            EngineError::NoSuchImage(message)
        }
        other => other,
    }
}

fn is_about_an_image(message: &str) -> bool {
    let message = message.to_lowercase();
    ["no such image", "image not known", "specified platform"].iter().any(|w| message.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_image_is_worth_a_pull() {
        let refused =
            |status, message: &str| missing_image(EngineError::Daemon { status, message: message.to_owned() });
        assert!(matches!(refused(404, "No such image: a:1"), EngineError::NoSuchImage(_)));
        assert!(matches!(
            refused(
                404,
                "image with reference a was found but does not match the specified platform: wanted linux/arm64"
            ),
            EngineError::NoSuchImage(_)
        ));
        assert!(matches!(refused(404, "No such container: x"), EngineError::Daemon { .. }));
        assert!(matches!(refused(500, "No such image: a:1"), EngineError::Daemon { .. }));
    }
}
