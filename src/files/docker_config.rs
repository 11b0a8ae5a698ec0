//! What docker's own configuration says: which engine is meant, and what it adds to a run.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::Proxies;

/// Why docker's configuration says nothing, in docker's words.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It could not be opened or read.
    #[error("Error loading config file: {path}: {why}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// It is not what it should be.
    #[error("Error parsing config file ({path}): {why}", path = path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What docker's reader says.
        why: String,
    },
}

/// The part of docker's `config.json` that concerns a run. Everything else in it is docker's business.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DockerConfig {
    /// The context that selects the engine.
    pub current_context: Option<String>,
    /// The keys that detach from a container.
    pub detach_keys: Option<String>,
    proxies: BTreeMap<String, ProxyEntry>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ProxyEntry {
    http_proxy: String,
    https_proxy: String,
    no_proxy: String,
    ftp_proxy: String,
    all_proxy: String,
}

impl DockerConfig {
    /// Reads the file; one that is missing or empty says nothing.
    ///
    /// # Errors
    /// A file that cannot be read or is no JSON: it might select another engine.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let failed = |why: String| ConfigError::Unreadable { path: path.to_owned(), why };
        match path.try_exists() {
            Ok(true) => {}
            Ok(false) => return Ok(Self::default()),
            Err(why) if why.kind() == ErrorKind::NotADirectory => return Ok(Self::default()),
            Err(why) => return Err(failed(why.to_string())),
        }
        let text = super::read_text(path).map_err(|why| failed(why.to_string()))?;
        if text.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(&text).map_err(|error| {
            let why = crate::cli::json_fault(&text).unwrap_or_else(|| error.to_string());
            ConfigError::Broken { path: path.to_owned(), why }
        })
    }

    /// The proxies for the engine at an address, else those for all.
    #[must_use]
    pub fn proxies(&self, address: &str) -> Proxies {
        let entry = self.proxies.get(address).or_else(|| self.proxies.get("default")).cloned().unwrap_or_default();
        let ProxyEntry { http_proxy, https_proxy, no_proxy, ftp_proxy, all_proxy } = entry;
        Proxies { http: http_proxy, https: https_proxy, none: no_proxy, ftp: ftp_proxy, all: all_proxy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_found_and_a_broken_file_is_said() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("config.json");
        assert!(DockerConfig::read(&path).unwrap().current_context.is_none());
        std::fs::write(&path, r#"{"auths":{},"currentContext":"far","detachKeys":"ctrl-a"}"#).unwrap();
        let config = DockerConfig::read(&path).unwrap();
        assert_eq!((config.current_context.as_deref(), config.detach_keys.as_deref()), (Some("far"), Some("ctrl-a")));
        std::fs::write(&path, "{").unwrap();
        assert!(DockerConfig::read(&path).unwrap_err().to_string().contains("config.json"));
    }

    #[test]
    fn proxies_are_those_of_the_engine_else_the_default() {
        let text = r#"{"proxies":{"default":{"httpProxy":"a"},"tcp://x:1":{"httpProxy":"b"}}}"#;
        let config: DockerConfig = serde_json::from_str(text).unwrap();
        assert_eq!(config.proxies("tcp://x:1").http, "b");
        assert_eq!(config.proxies("unix:///s").http, "a");
    }
}
