//! What docker's own configuration says: which engine is meant, and what it adds to a run.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

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
#[derive(Debug, Default)]
pub struct DockerConfig {
    /// The context that selects the engine.
    pub current_context: Option<String>,
    /// The keys that detach from a container.
    pub detach_keys: Option<String>,
    proxies: BTreeMap<String, Proxies>,
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
        Self::parse(&text).map_err(|why| ConfigError::Broken { path: path.to_owned(), why })
    }

    /// As docker's reader does: the first document counts, names in any case, and what is null says nothing.
    fn parse(text: &[u8]) -> Result<Self, String> {
        let document = match serde_json::Deserializer::from_slice(text).into_iter::<Value>().next() {
            None => return Ok(Self::default()),
            Some(Ok(document)) => document,
            Some(Err(error)) if error.is_eof() => return Err("unexpected EOF".to_owned()),
            Some(Err(error)) => return Err(crate::cli::json_fault(text).unwrap_or_else(|| error.to_string())),
        };
        let top = Place { shown: "value of type configfile.ConfigFile", kind: None };
        let config = members(&document, &top)?;
        let entries = |value: &Value| -> Result<BTreeMap<String, Proxies>, String> {
            let of_map = Place { shown: "ConfigFile.proxies", kind: Some("map[string]configfile.ProxyConfig") };
            let of_entry = Place { shown: "ConfigFile.proxies", kind: Some("configfile.ProxyConfig") };
            let entry = |(name, value): (&String, &Value)| Ok((name.clone(), proxies(members(value, &of_entry)?)?));
            members(value, &of_map)?.into_iter().flatten().map(entry).collect()
        };
        Ok(Self {
            current_context: text_of(config, "currentContext", "ConfigFile.currentContext")?,
            detach_keys: text_of(config, "detachKeys", "ConfigFile.detachKeys")?,
            proxies: member(config, "proxies").map_or(Ok(BTreeMap::new()), entries)?,
        })
    }

    /// The proxies for the engine at an address, else those for all.
    #[must_use]
    pub fn proxies(&self, address: &str) -> Proxies {
        self.proxies.get(address).or_else(|| self.proxies.get("default")).cloned().unwrap_or_default()
    }
}

/// Where a value stands, for docker's words about one that does not fit.
struct Place {
    shown: &'static str,
    kind: Option<&'static str>,
}

impl Place {
    fn misfit(&self, value: &Value) -> String {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let Self { shown, kind } = self;
        match kind {
            None => format!("json: cannot unmarshal {found} into Go {shown}"),
            Some(kind) => format!("json: cannot unmarshal {found} into Go struct field {shown} of type {kind}"),
        }
    }
}

type Members<'v> = Option<&'v Map<String, Value>>;

fn members<'v>(value: &'v Value, place: &Place) -> Result<Members<'v>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => Ok(Some(members)),
        other => Err(place.misfit(other)),
    }
}

/// By its name, else by its name in another case.
fn member<'v>(members: Members<'v>, name: &str) -> Option<&'v Value> {
    let members = members?;
    let folded = || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    members.get(name).or_else(folded)
}

fn text_of(members: Members<'_>, name: &str, shown: &'static str) -> Result<Option<String>, String> {
    match member(members, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Place { shown, kind: Some("string") }.misfit(other)),
    }
}

fn proxies(entry: Members<'_>) -> Result<Proxies, String> {
    let text = |name, shown| Ok::<_, String>(text_of(entry, name, shown)?.unwrap_or_default());
    Ok(Proxies {
        http: text("httpProxy", "ProxyConfig.proxies.httpProxy")?,
        https: text("httpsProxy", "ProxyConfig.proxies.httpsProxy")?,
        none: text("noProxy", "ProxyConfig.proxies.noProxy")?,
        ftp: text("ftpProxy", "ProxyConfig.proxies.ftpProxy")?,
        all: text("allProxy", "ProxyConfig.proxies.allProxy")?,
    })
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
        let config = DockerConfig::parse(text.as_bytes()).unwrap();
        assert_eq!(config.proxies("tcp://x:1").http, "b");
        assert_eq!(config.proxies("unix:///s").http, "a");
    }

    #[test]
    fn the_file_is_read_as_docker_reads_it() {
        let keys = |text: &str| DockerConfig::parse(text.as_bytes()).map(|config| config.detach_keys);
        for text in ["", " ", "null", "{}", r#"{"detachKeys":null,"proxies":null}"#, r#"{"proxies":{"default":null}}"#]
        {
            assert_eq!(keys(text), Ok(None), "{text}");
        }
        for text in [r#"{"DETACHKEYS":"a"} x"#, r#"{"detachKeys":"b","detachKeys":"a"}{"detachKeys":"c"}"#] {
            assert_eq!(keys(text), Ok(Some("a".to_owned())), "{text}");
        }
        for (text, why) in [
            ("{", "unexpected EOF"),
            ("tru", "unexpected EOF"),
            (r#"{"a":trux}"#, "invalid character 'x' in literal true (expecting 'e')"),
            ("[]", "json: cannot unmarshal array into Go value of type configfile.ConfigFile"),
            (
                r#"{"detachKeys":1}"#,
                "json: cannot unmarshal number into Go struct field ConfigFile.detachKeys of type string",
            ),
            (
                r#"{"proxies":{"default":{"httpProxy":true}}}"#,
                "json: cannot unmarshal bool into Go struct field ProxyConfig.proxies.httpProxy of type string",
            ),
        ] {
            assert_eq!(keys(text), Err(why.to_owned()), "{text}");
        }
    }
}
