//! The logins to registries in docker's own configuration: written there, or kept by a helper.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

use super::credential_helper::{Helper, HelperError, usual_helper};

/// The registry that has no name in `docker run alpine`, and what docker calls it where it keeps logins.
const DEFAULT_REGISTRY: (&str, &str) = ("docker.io", "https://index.docker.io/v1/");

/// Docker's configuration has logins that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read docker's configuration {path}: {why}", path = path.display())]
pub struct CredentialsError {
    path: PathBuf,
    why: String,
}

/// A login to one registry, as docker's client hands it to the engine.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Login {
    #[serde(skip_serializing_if = "String::is_empty")]
    username: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    password: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    auth: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    email: String,
    #[serde(rename = "serveraddress", skip_serializing_if = "String::is_empty")]
    server_address: String,
    #[serde(rename = "identitytoken", skip_serializing_if = "String::is_empty")]
    identity_token: String,
    #[serde(rename = "registrytoken", skip_serializing_if = "String::is_empty")]
    registry_token: String,
}

/// Names whose login it is, and no secret.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("server_address", &self.server_address).finish_non_exhaustive()
    }
}

impl Login {
    /// As a helper tells it. One user's name stands for: the secret is a token.
    pub(super) fn told(registry: &str, username: String, secret: String) -> Self {
        let login = Self { server_address: registry.to_owned(), ..Self::default() };
        match username.as_str() {
            "<token>" => Self { identity_token: secret, ..login },
            _ => Self { username, password: secret, ..login },
        }
    }

    /// The text of the header `X-Registry-Auth`. Without a login it says so, as docker's does.
    #[must_use]
    pub fn header(&self) -> String {
        // Texts alone always encode.
        URL_SAFE.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// As it stands in a configuration: the name and the password in one text.
    fn written(&self) -> Self {
        let Self { username, password, auth: _, email, server_address: _, identity_token, registry_token } =
            self.clone();
        let auth = if username.is_empty() && password.is_empty() {
            String::new()
        } else {
            STANDARD.encode(format!("{username}:{password}"))
        };
        Self { auth, email, identity_token, registry_token, ..Self::default() }
    }

    fn read(self, address: &str) -> Result<Self, String> {
        let mut login = Self { auth: String::new(), server_address: address.to_owned(), ..self.clone() };
        if !self.auth.is_empty() {
            let invalid = || "invalid auth configuration file".to_owned();
            let text = STANDARD.decode(&self.auth).map_err(|_| invalid())?;
            let text = String::from_utf8(text).map_err(|_| invalid())?;
            let (name, password) = text.split_once(':').filter(|(name, _)| !name.is_empty()).ok_or_else(invalid)?;
            (login.username, login.password) = (name.to_owned(), password.trim_matches('\0').to_owned());
        }
        Ok(login)
    }
}

/// Logins by what docker calls the registry.
pub type Logins = BTreeMap<String, Login>;

/// Where the logins are.
#[derive(Debug, Default)]
pub struct Credentials {
    written: Logins,
    store: Option<String>,
    helpers: BTreeMap<String, String>,
    /// Where helpers are looked for.
    search: OsString,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Configuration {
    auths: Option<Logins>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
}

impl Credentials {
    /// Reads docker's `config.json`. One that is missing or has no logins leaves them to the helper that is usual on
    /// this system, if it is found in `search`, the value of `PATH`.
    ///
    /// # Errors
    /// A file that cannot be read, or has logins that cannot.
    pub fn read(path: &Path, search: Option<&OsStr>) -> Result<Self, CredentialsError> {
        let failed = |why: String| CredentialsError { path: path.to_owned(), why };
        let text = match path.try_exists() {
            Ok(true) => super::read_text(path).map_err(|why| failed(why.to_string()))?,
            Ok(false) | Err(_) => Vec::new(),
        };
        let text = if text.trim_ascii().is_empty() { b"{}".to_vec() } else { text };
        // The reader's own words would show what it stumbled over, which may be a secret.
        let configuration: Configuration = serde_json::from_slice(&text)
            .map_err(|why| failed(format!("line {}, column {} is not understood", why.line(), why.column())))?;
        Self::of(configuration, search.unwrap_or_default()).map_err(failed)
    }

    fn of(configuration: Configuration, search: &OsStr) -> Result<Self, String> {
        let Configuration { auths, creds_store, cred_helpers } = configuration;
        let read = |(address, login): (String, Login)| login.read(&address).map(|login| (address, login));
        let written: Logins = auths.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        let mut store = creds_store.filter(|store| !store.is_empty());
        let helpers = cred_helpers.unwrap_or_default();
        if store.is_none() && written.is_empty() && helpers.is_empty() {
            store = usual_helper(search).map(str::to_owned);
        }
        Ok(Self { written, store, helpers, search: search.to_owned() })
    }

    /// The login to a registry, by its name in an image's; an empty one where there is none.
    ///
    /// # Errors
    /// The helper that should know it failed.
    pub fn login(&self, registry: &str) -> Result<Login, HelperError> {
        let registry = if registry == DEFAULT_REGISTRY.0 { DEFAULT_REGISTRY.1 } else { registry };
        let written = self.written(registry);
        match self.helpers.get(registry).or(self.store.as_ref()) {
            Some(helper) => self.kept(helper, registry, written),
            None => Ok(written),
        }
    }

    /// All logins, and the registries whose own helper failed.
    ///
    /// # Errors
    /// The helper for all of them failed.
    pub fn all(&self) -> Result<(Logins, Vec<(String, HelperError)>), HelperError> {
        let mut logins = match &self.store {
            None => self.written.clone(),
            Some(store) => {
                let registries = self.helper(store).list()?;
                let login = |name: String| Ok((name.clone(), self.kept(store, &name, self.written(&name))?));
                registries.into_iter().map(login).collect::<Result<_, _>>()?
            }
        };
        let mut failures = Vec::new();
        for registry in self.helpers.keys() {
            match self.login(registry) {
                Ok(login) => drop(logins.insert(registry.clone(), login)),
                Err(why) => failures.push((registry.clone(), why)),
            }
        }
        Ok((logins, failures))
    }

    fn helper<'a>(&'a self, name: &'a str) -> Helper<'a> {
        Helper { name, search: &self.search }
    }

    /// What a helper has, with what stands beside it in the configuration.
    fn kept(&self, helper: &str, registry: &str, written: Login) -> Result<Login, HelperError> {
        let kept = self.helper(helper).get(registry)?.unwrap_or_default();
        Ok(Login { email: written.email, registry_token: written.registry_token, ..kept })
    }

    /// By its name, or by the address that older clients wrote.
    fn written(&self, registry: &str) -> Login {
        let older = || self.written.iter().find(|(address, _)| host_of(address) == registry).map(|(_, login)| login);
        self.written.get(registry).or_else(older).cloned().unwrap_or_default()
    }
}

/// `registry.example:5000` of `https://registry.example:5000/v1/`.
fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default()
}

/// A configuration of docker's with these logins and nothing else.
#[must_use]
pub fn configuration_with(logins: &Logins) -> Vec<u8> {
    let written: Logins = logins.iter().map(|(registry, login)| (registry.clone(), login.written())).collect();
    serde_json::to_vec_pretty(&BTreeMap::from([("auths", written)])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(text: &str) -> Credentials {
        let helpers = concat!("/nowhere::", env!("CARGO_MANIFEST_DIR"), "/tests/support/helpers");
        Credentials::of(serde_json::from_str(text).unwrap(), OsStr::new(helpers)).unwrap()
    }

    /// The login as the engine reads it.
    fn sent(text: &str, registry: &str) -> String {
        match credentials(text).login(registry) {
            Ok(login) => String::from_utf8(URL_SAFE.decode(login.header()).unwrap()).unwrap(),
            Err(why) => why.to_string(),
        }
    }

    const WRITTEN: &str = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"},
        "reg.example:5000":{"auth":"dTpwOng=","email":"e@x"},
        "https://legacy.example/v1/":{"username":"a","password":"b"},"token.example":{"identitytoken":"T"}}}"#;

    #[test]
    fn written_logins_are_sent_as_docker_sends_them() {
        for (registry, login) in [
            ("docker.io", r#"{"username":"u","password":"p","serveraddress":"https://index.docker.io/v1/"}"#),
            (
                "reg.example:5000",
                r#"{"username":"u","password":"p:x","email":"e@x","serveraddress":"reg.example:5000"}"#,
            ),
            ("legacy.example", r#"{"username":"a","password":"b","serveraddress":"https://legacy.example/v1/"}"#),
            ("token.example", r#"{"serveraddress":"token.example","identitytoken":"T"}"#),
            ("other.example", "{}"),
        ] {
            assert_eq!(sent(WRITTEN, registry), login, "{registry}");
        }
        assert_eq!(credentials(WRITTEN).login("other.example").unwrap().header(), "e30=");
    }

    #[test]
    fn a_helper_is_asked_where_one_is_named() {
        let store = r#"{"credsStore":"fake","auths":{"bad.example":{"auth":"dTpw"},"x.example":{"email":"m"}}}"#;
        let own =
            r#"{"credHelpers":{"token.example":"fake","gone.example":"absent"},"auths":{"y.example":{"auth":"dTpw"}}}"#;
        let missing = "exec: \"docker-credential-absent\": executable file not found in $PATH, out: ``";
        for (text, registry, login) in [
            (store, "x.example", r#"{"username":"U","password":"S","email":"m","serveraddress":"x.example"}"#),
            (store, "no.example", "{}"),
            (store, "bad.example", "error getting credentials - err: exit status 1, out: `oops`"),
            (store, "odd.example", "the answer of docker-credential-fake makes no sense: line 2, column 0"),
            (own, "token.example", r#"{"serveraddress":"token.example","identitytoken":"S"}"#),
            (own, "y.example", r#"{"username":"u","password":"p","serveraddress":"y.example"}"#),
            (own, "gone.example", &format!("error getting credentials - err: {missing}")),
        ] {
            assert_eq!(sent(text, registry), login, "{registry}");
        }
    }

    #[test]
    fn all_logins_make_a_configuration() {
        let written = |text: &str| {
            let (logins, failures) = credentials(text).all().unwrap();
            let failed: Vec<String> = failures.into_iter().map(|(registry, _)| registry).collect();
            (String::from_utf8(configuration_with(&logins)).unwrap().replace([' ', '\n', '\t'], ""), failed.join(" "))
        };
        let (text, failed) = written(WRITTEN);
        assert!(text.contains(r#""https://legacy.example/v1/":{"auth":"YTpi"}"#), "{text}");
        assert!(text.contains(r#""reg.example:5000":{"auth":"dTpwOng=","email":"e@x"}"#), "{text}");
        assert!(text.contains(r#""token.example":{"identitytoken":"T"}"#) && failed.is_empty(), "{text}");
        let (text, failed) =
            written(r#"{"credsStore":"fake","credHelpers":{"bad.example":"fake","x.example":"fake"}}"#);
        assert_eq!(text, r#"{"auths":{"listed.example":{"auth":"VTpT"},"x.example":{"auth":"VTpT"}}}"#);
        assert_eq!(failed, "bad.example");
    }

    #[test]
    fn what_cannot_be_read_is_said_without_its_secrets() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("config.json");
        assert!(Credentials::read(&path, None).unwrap().all().unwrap().0.is_empty());
        for text in
            [r#"{"auths":{"x":{"auth":"c2VjcmV0"}}}"#, r#"{"auths":{"x":{"auth":"%secret"}}}"#, r#"{"auths":"secret"}"#]
        {
            std::fs::write(&path, text).unwrap();
            let why = Credentials::read(&path, None).unwrap_err().to_string();
            assert!(why.contains("config.json") && !why.contains("secret"), "{why}");
        }
        let login = format!("{:?}", credentials(WRITTEN).login("reg.example:5000").unwrap());
        assert!(login.contains("reg.example") && !login.contains("p:x"), "{login}");
    }
}
