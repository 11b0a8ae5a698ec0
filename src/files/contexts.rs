//! Docker's contexts: named engines, each with an address and perhaps keys of its own, below docker's configuration.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};
use serde::Deserialize as _;
use serde_json::Value;

use crate::cli::FileError;

/// Why a context cannot be used; docker's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// Nobody made it.
    #[error("context {name:?}: context not found: open {path}: {why}", path = path.display())]
    Absent {
        /// How it was asked for.
        name: String,
        /// Where it should have been.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// Its description is no such thing.
    #[error("context {name:?}: parsing {path}: {why}", path = path.display())]
    Garbled {
        /// How it was asked for.
        name: String,
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It is a context of something else.
    #[error("cannot find docker endpoint in context")]
    NoEndpoint,
    /// A key or certificate that is there and cannot be read, or was named and is not there.
    #[error("open {path}: {why}", path = path.display())]
    TlsFile {
        /// Which one.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
}

/// Keys and certificates for one engine, as PEM texts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Who vouches for the engine.
    pub ca: Option<Vec<u8>>,
    /// Who we are.
    pub cert: Option<Vec<u8>>,
    /// The key that proves it.
    pub key: Option<Vec<u8>>,
}

impl std::fmt::Debug for TlsFiles {
    /// Never the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { ca, cert, key } = self;
        write!(f, "TlsFiles {{ ca: {}, cert: {}, key: {} }}", ca.is_some(), cert.is_some(), key.is_some())
    }
}

impl TlsFiles {
    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ca.is_none() && self.cert.is_none() && self.key.is_none()
    }
}

/// One context, as far as it concerns docker's engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Its address; empty means the default one.
    pub host: String,
    /// Whether anybody may answer there.
    pub skip_tls_verify: bool,
    /// Its own keys.
    pub tls: TlsFiles,
}

/// Members by name; a list is no description.
type Members = BTreeMap<String, Value>;

/// Reads a context by name; `directory` is where docker keeps its configuration.
///
/// # Errors
/// [`ContextError`]: no such context, or one that makes no sense.
pub fn context(directory: &Path, name: &str) -> Result<Context, ContextError> {
    let (store, id) = (directory.join("contexts"), id(name));
    let path = store.join("meta").join(&id).join("meta.json");
    let garbled = |why: String| ContextError::Garbled { name: name.to_owned(), path: path.clone(), why };
    let text = super::read_text(&path).map_err(|why| match why {
        FileError::NotOpened(why) => ContextError::Absent { name: name.to_owned(), path: path.clone(), why },
        FileError::NotRead(why) => garbled(why),
    })?;
    let meta: Members = serde_json::from_slice(&text).map_err(|why| garbled(why.to_string()))?;
    let docker = meta.get("Endpoints").and_then(|endpoints| endpoints.get("docker")).ok_or(ContextError::NoEndpoint)?;
    let docker = Members::deserialize(docker).map_err(|why| garbled(why.to_string()))?;
    let host = match docker.get("Host") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(host)) => host.clone(),
        Some(other) => return Err(garbled(format!("{other} is no address"))),
    };
    let skip_tls_verify = match docker.get("SkipTLSVerify") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(skip)) => *skip,
        Some(other) => return Err(garbled(format!("{other} is neither yes nor no"))),
    };
    let keys = store.join("tls").join(&id).join("docker");
    let file = |name: &str| tls_file(&keys.join(name), false);
    let tls = TlsFiles { ca: file("ca.pem")?, cert: file("cert.pem")?, key: file("key.pem")? };
    Ok(Context { host, skip_tls_verify, tls })
}

/// A key or certificate; one that need not be there is nothing when it is not.
///
/// # Errors
/// [`ContextError::TlsFile`].
pub fn tls_file(path: &Path, needed: bool) -> Result<Option<Vec<u8>>, ContextError> {
    let failed = |why: String| ContextError::TlsFile { path: path.to_owned(), why };
    if !needed && path.try_exists().is_ok_and(|there| !there) {
        return Ok(None);
    }
    match super::read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(FileError::NotOpened(why) | FileError::NotRead(why)) => Err(failed(why)),
    }
}

/// Where systems keep the authorities that they trust; the first that is there counts.
const SYSTEM_ROOTS: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The authorities that this machine trusts, as PEM text; `named` is what `SSL_CERT_FILE` says.
#[must_use]
pub fn system_roots(named: Option<&Path>) -> Vec<u8> {
    let named = named.map(Path::to_owned);
    let mut places = named.map_or_else(|| SYSTEM_ROOTS.iter().map(PathBuf::from).collect(), |path| vec![path]);
    places.retain(|path| path.is_file());
    places.first().and_then(|path| super::read_text(path).ok()).unwrap_or_default()
}

/// The directory of a context: a digest of its name, so that no name leads anywhere else.
fn id(name: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest(&SHA256, name.as_bytes()).as_ref() {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOPE: &str = "ca3704aa0b06f5954c79ee837faa152d84d6b2d42838f0637a15eda8337dbdce";

    fn store(name: &str, meta: &str) -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("contexts/meta").join(id(name));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("meta.json"), meta).unwrap();
        place
    }

    #[test]
    fn a_context_that_nobody_made_is_said_in_dockers_words() {
        let why = context(Path::new("/c"), "nope").unwrap_err();
        let words = format!("context \"nope\": context not found: open /c/contexts/meta/{NOPE}/meta.json: ");
        assert_eq!(why.to_string(), words + "no such file or directory");
    }

    #[test]
    fn an_address_and_its_keys_are_read() {
        let meta = r#"{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://h:1","SkipTLSVerify":true}}}"#;
        let place = store("far", meta);
        let keys = place.path().join("contexts/tls").join(id("far")).join("docker");
        std::fs::create_dir_all(&keys).unwrap();
        std::fs::write(keys.join("ca.pem"), "authority").unwrap();
        let Context { host, skip_tls_verify, tls } = context(place.path(), "far").unwrap();
        assert_eq!((host.as_str(), skip_tls_verify), ("tcp://h:1", true));
        assert_eq!(tls, TlsFiles { ca: Some(b"authority".to_vec()), ..TlsFiles::default() });
        assert!(!format!("{tls:?}").contains("authority"));
    }

    #[test]
    fn what_makes_no_sense_is_no_context() {
        let said = |meta: &str| context(store("x", meta).path(), "x").map(|context| context.host);
        assert_eq!(said(r#"{"Endpoints":{"docker":{}}}"#), Ok(String::new()));
        assert_eq!(said(r#"{"Endpoints":{}}"#), Err(ContextError::NoEndpoint));
        assert_eq!(said("{}"), Err(ContextError::NoEndpoint));
        for meta in ["{", "[]", "", r#"{"Endpoints":{"docker":{"Host":5}}}"#, r#"{"Endpoints":{"docker":["x"]}}"#] {
            assert!(matches!(said(meta), Err(ContextError::Garbled { .. })), "{meta}");
        }
    }

    #[test]
    fn a_key_that_was_named_must_be_there() {
        let path = Path::new("/nowhere/ca.pem");
        assert_eq!(tls_file(path, false), Ok(None));
        assert_eq!(tls_file(path, true).unwrap_err().to_string(), "open /nowhere/ca.pem: no such file or directory");
    }
}
