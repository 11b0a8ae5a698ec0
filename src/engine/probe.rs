//! A probe: a container that is never started, made only to read the users and groups of an image.

use std::io::Read as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::TryStreamExt as _;
use serde::Deserialize;

use super::client::{Call, Engine};
use super::error::EngineError;
use super::{names, users};
use crate::request::UserTables;
use crate::request::wire::{ContainerCreate, HostConfig};

/// Marks our probes, for the sweep and for people who wonder.
const LABEL: &str = "io.sdocker.probe";
const FILTER: &str = r#"{"label":["io.sdocker.probe=1"],"status":["created"]}"#;
/// A probe takes a fraction of a second; what is older was left behind.
const LEFTOVER_SECONDS: i64 = 60;
/// Larger than any passwd file of an image by an order, with room for the archive's own blocks.
const ARCHIVE_LIMIT: usize = 4 << 20;
const LINKS_LIMIT: u32 = 4;
const REMOVE_LIMIT: Duration = Duration::from_secs(10);

impl Engine {
    /// The users and groups that an image knows, by its id. The probe is removed on every way out.
    ///
    /// # Errors
    /// Why they could not be learned within the limit.
    pub async fn probe_users(&self, image_id: &str, limit: Duration) -> Result<UserTables, EngineError> {
        let probe = Probe::new(self.clone());
        let read = async {
            probe.create(image_id).await?;
            let passwd = probe.file("/etc/passwd").await?;
            let group = probe.file("/etc/group").await?;
            Ok(UserTables { passwd: users::passwd(&passwd), group: users::group(&group) })
        };
        let silent = || EngineError::Silent { endpoint: self.endpoint().to_string(), seconds: limit.as_secs() };
        let tables = tokio::time::timeout(limit, read).await.unwrap_or_else(|_| Err(silent()));
        probe.remove().await;
        tables
    }

    /// Removes probes that a process left behind when it was killed.
    ///
    /// # Errors
    /// Why the engine could not be asked. A probe that somebody else removes at the same time is no error.
    pub async fn sweep_probes(&self) -> Result<(), EngineError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Listed {
            id: String,
            created: i64,
        }
        let call = Call::get("/containers/json".to_owned()).query("all", "1").query("filters", FILTER);
        let probes: Vec<Listed> = self.call_json(call).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let oldest = i64::try_from(now).unwrap_or(i64::MAX) - LEFTOVER_SECONDS;
        for probe in probes.iter().filter(|probe| probe.created < oldest) {
            let _ = self.remove(&probe.id, true, true).await;
        }
        Ok(())
    }
}

/// Removes the container even when whoever waits for the probe gives up. It is known by a name of ours, so that a
/// create whose answer never came is undone as well.
struct Probe {
    engine: Engine,
    name: String,
    there: bool,
}

impl Probe {
    fn new(engine: Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sdocker-probe-{}-{time}-{count}", std::process::id());
        Self { engine, name, there: true }
    }

    async fn create(&self, image_id: &str) -> Result<(), EngineError> {
        let body = ContainerCreate {
            image: names::image(image_id)?.to_owned(),
            // Never run; it stands in where the image has no command.
            entrypoint: Some(vec!["/io.sdocker.probe".to_owned()].into()),
            network_disabled: true,
            labels: [(LABEL.to_owned(), "1".to_owned())].into(),
            host_config: HostConfig { network_mode: "none".to_owned(), ..HostConfig::default() },
            ..ContainerCreate::default()
        };
        self.engine.create_container(&body, Some(&self.name), None).await.map(drop)
    }

    /// A file's text; a missing one is empty. Links are followed inside the container.
    async fn file(&self, path: &str) -> Result<String, EngineError> {
        let mut path = path.to_owned();
        for _ in 0..=LINKS_LIMIT {
            let Some(archive) = self.archive(&path).await? else { return Ok(String::new()) };
            match first_entry(&archive).map_err(|why| EngineError::Probe(format!("`{path}`: {why}")))? {
                Entry::File(text) => return Ok(text),
                Entry::Link(target) => path = resolve(&path, &target),
            }
        }
        Err(EngineError::Probe(format!("`{path}`: too many links")))
    }

    async fn archive(&self, path: &str) -> Result<Option<Vec<u8>>, EngineError> {
        let options = bollard::query_parameters::DownloadFromContainerOptions { path: path.to_owned() };
        let mut chunks = self.engine.docker().await?.download_from_container(&self.name, Some(options));
        let mut archive = Vec::new();
        loop {
            match chunks.try_next().await.map_err(EngineError::from) {
                Ok(None) => return Ok(Some(archive)),
                Ok(Some(chunk)) if archive.len() + chunk.len() > ARCHIVE_LIMIT => {
                    return Err(EngineError::Probe(format!("`{path}` is larger than {ARCHIVE_LIMIT} bytes")));
                }
                Ok(Some(chunk)) => archive.extend_from_slice(&chunk),
                Err(EngineError::Daemon { status: 404, message }) if !is_about_the_container(&message) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn remove(mut self) {
        self.there = false;
        let (engine, name) = (self.engine.clone(), std::mem::take(&mut self.name));
        remove(engine, name).await;
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let (true, Ok(runtime)) = (self.there, tokio::runtime::Handle::try_current()) {
            runtime.spawn(remove(self.engine.clone(), std::mem::take(&mut self.name)));
        }
    }
}

/// What cannot be removed now is left to a later sweep.
async fn remove(engine: Engine, name: String) {
    let _ = tokio::time::timeout(REMOVE_LIMIT, engine.remove(&name, true, true)).await;
}

fn is_about_the_container(message: &str) -> bool {
    message.to_lowercase().contains("no such container")
}

#[derive(Debug, PartialEq, Eq)]
enum Entry {
    File(String),
    Link(String),
}

fn first_entry(archive: &[u8]) -> Result<Entry, String> {
    let mut archive = tar::Archive::new(archive);
    let mut entries = archive.entries().map_err(|e| e.to_string())?;
    let mut entry = entries.next().ok_or("the archive is empty")?.map_err(|e| e.to_string())?;
    match entry.header().entry_type() {
        tar::EntryType::Regular => {
            let mut text = Vec::new();
            entry.read_to_end(&mut text).map_err(|e| e.to_string())?;
            if text.len() as u64 != entry.size() {
                return Err("the archive ends early".to_owned());
            }
            Ok(Entry::File(String::from_utf8_lossy(&text).into_owned()))
        }
        tar::EntryType::Symlink | tar::EntryType::Link => {
            let target = entry.link_name_bytes().ok_or("a link without a target")?;
            Ok(Entry::Link(String::from_utf8_lossy(&target).into_owned()))
        }
        _ => Err("neither a file nor a link".to_owned()),
    }
}

/// A link's target, seen from the link. `..` is resolved by the engine, within the container.
fn resolve(link: &str, target: &str) -> String {
    match link.rsplit_once('/') {
        Some((directory, _)) if !target.starts_with('/') => format!("{directory}/{target}"),
        _ => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(kind: tar::EntryType, text: &str, link: Option<&str>) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(text.len() as u64);
        let mut builder = tar::Builder::new(Vec::new());
        match link {
            Some(target) => builder.append_link(&mut header, "passwd", target).unwrap(),
            None => builder.append_data(&mut header, "passwd", text.as_bytes()).unwrap(),
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn a_file_is_its_text_and_a_link_its_target() {
        let file = archive(tar::EntryType::Regular, "root:x:0:0", None);
        assert_eq!(first_entry(&file), Ok(Entry::File("root:x:0:0".to_owned())));
        let link = archive(tar::EntryType::Symlink, "", Some("../usr/etc/passwd"));
        assert_eq!(first_entry(&link), Ok(Entry::Link("../usr/etc/passwd".to_owned())));
    }

    #[test]
    fn anything_else_is_an_error() {
        assert!(first_entry(&archive(tar::EntryType::Directory, "", None)).is_err());
        assert!(first_entry(&[]).is_err());
        let cut = archive(tar::EntryType::Regular, &"x".repeat(2000), None);
        assert!(first_entry(&cut[..1024]).is_err());
    }

    #[test]
    fn a_link_is_followed_from_where_it_is() {
        assert_eq!(resolve("/etc/passwd", "/usr/passwd"), "/usr/passwd");
        assert_eq!(resolve("/etc/passwd", "../usr/passwd"), "/etc/../usr/passwd");
    }
}
