//! Where the engine is and how it is reached, as docker's options, variables, configuration and contexts say.

use std::path::{Path, PathBuf};

use super::Invocation;
use super::environment::Environment;
use super::failure::Failure;
use crate::cli::DockerGlobals;
use crate::engine::{ApiVersion, Endpoint, EndpointError, Engine, Tls, Trust};
use crate::files::{self, ContextError, DockerConfig, TlsFiles};
use crate::request::{Detour, Leads};

/// Where docker looks when TLS is wanted and nobody says where.
const DEFAULT_TLS_HOST: &str = "tcp://localhost:2376";
/// The context that is no context: what options and variables say.
const DEFAULT_CONTEXT: &str = "default";

/// Where the engine is, as docker's own settings have it.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) endpoint: Endpoint,
    pub(super) config: DockerConfig,
    api: Option<ApiVersion>,
}

impl Reach {
    /// The engine; nothing is connected yet.
    pub(super) fn engine(&self) -> Engine {
        Engine::with_api(self.endpoint.clone(), self.api)
    }
}

/// Finds the engine in docker's order: `--host`, `--context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the configured context,
/// the default socket. What leads nowhere is refused, so that nothing runs in the wrong place.
///
/// # Errors
/// An address or a context that is none, keys that cannot be read, a configuration of docker's that cannot be read.
pub(super) fn reach(invocation: &Invocation<'_>) -> Result<Reach, Failure> {
    let environment = invocation.environment;
    let directory = directory(environment, &invocation.docker);
    let api = api(environment)?;
    let settings = Settings { environment, docker: &invocation.docker, directory: &directory };
    let (config, warning) = settings.config()?;
    if let Some(warning) = warning {
        environment.complain(&format!("WARNING: {warning}\n"));
    }
    let endpoint = settings.endpoint(&config)?;
    Ok(Reach { endpoint, config, api })
}

/// The options before the verb that lead elsewhere than this machine's settings do without them.
pub(super) fn detours(invocation: &Invocation<'_>, reached: &Reach) -> Vec<Detour> {
    let (environment, docker) = (invocation.environment, &invocation.docker);
    let without = DockerGlobals::default();
    let (named, usual) = (directory(environment, docker), directory(environment, &without));
    let mut detours = Vec::new();
    if named != usual {
        let leads = Leads::ToSettings(named.display().to_string());
        detours.push(Detour { leads, option: "config", instead_of: usual.display().to_string() });
    }
    if let Some(option) = docker.decisive() {
        let settings = Settings { environment, docker: &without, directory: &usual };
        let endpoint = settings.config().and_then(|(config, _)| settings.endpoint(&config));
        let instead_of = endpoint.map_or_else(|why| format!("none ({why})"), |endpoint| endpoint.to_string());
        let address = reached.endpoint.to_string();
        if address != instead_of {
            detours.push(Detour { leads: Leads::ToEngine(address), option, instead_of });
        }
    }
    detours
}

/// Where docker keeps its configuration: `--config`, `DOCKER_CONFIG`, `~/.docker`.
pub(super) fn directory(environment: &Environment, docker: &DockerGlobals) -> PathBuf {
    let named = docker.config.as_deref().filter(|path| !path.is_empty()).map(PathBuf::from);
    let variable = || environment.filled("DOCKER_CONFIG").map(PathBuf::from);
    let home = || environment.filled("HOME").map(PathBuf::from).or_else(|| files::caller().ok()?.home);
    named.or_else(variable).unwrap_or_else(|| home().unwrap_or_default().join(".docker"))
}

/// `DOCKER_API_VERSION`: spoken as it is, with nothing negotiated.
fn api(environment: &Environment) -> Result<Option<ApiVersion>, Failure> {
    let Some(text) = environment.filled("DOCKER_API_VERSION").map(|text| text.to_string_lossy()) else {
        return Ok(None);
    };
    let version = text.strip_prefix('v').unwrap_or(&text).parse::<ApiVersion>().ok();
    let spoken = version.filter(|version| version.is_spoken());
    let refused = || Failure::own(format!("DOCKER_API_VERSION is `{text}`, which is no API version from 1.24 on"));
    spoken.map(Some).ok_or_else(refused)
}

/// What docker was told.
struct Settings<'a> {
    environment: &'a Environment,
    docker: &'a DockerGlobals,
    directory: &'a Path,
}

impl Settings<'_> {
    fn text(&self, variable: &str) -> Result<Option<&str>, Failure> {
        let Some(value) = self.environment.filled(variable) else { return Ok(None) };
        value.to_str().map(Some).ok_or_else(|| Failure::own(format!("{variable} is not UTF-8: {value:?}")))
    }

    /// Docker's configuration, and what is wrong with it where docker goes on without it.
    fn config(&self) -> Result<(DockerConfig, Option<String>), Failure> {
        match DockerConfig::read(&self.directory.join("config.json")) {
            Ok(config) => Ok((config, None)),
            // What the file says of the engine does not count then.
            Err(why) if self.names_engine() => Ok((DockerConfig::default(), Some(why.to_string()))),
            Err(why) => Err(Failure::own(format!("{why}; it may name another engine: mend it, or set DOCKER_HOST"))),
        }
    }

    fn endpoint(&self, config: &DockerConfig) -> Result<Endpoint, Failure> {
        match self.context(config.current_context.as_deref())? {
            Some(name) => self.named(&name),
            None => self.default_context(),
        }
    }

    /// Whether the engine is named outside of docker's configuration.
    fn names_engine(&self) -> bool {
        let filled = |name: &str| self.environment.filled(name).is_some();
        let asked = self.docker.context.as_deref().is_some_and(|name| !name.is_empty());
        asked || !self.docker.hosts.is_empty() || filled("DOCKER_HOST") || filled("DOCKER_CONTEXT")
    }

    /// The context that counts; none where options and variables name the engine themselves.
    fn context(&self, configured: Option<&str>) -> Result<Option<String>, Failure> {
        let asked = self.docker.context.as_deref().filter(|name| !name.is_empty());
        let name = match asked {
            Some(name) => Some(name),
            None if !self.docker.hosts.is_empty() || self.text("DOCKER_HOST")?.is_some() => None,
            None => self.text("DOCKER_CONTEXT")?.or(configured),
        };
        Ok(name.filter(|name| !name.is_empty() && *name != DEFAULT_CONTEXT).map(str::to_owned))
    }

    fn named(&self, name: &str) -> Result<Endpoint, Failure> {
        let context = files::context(self.directory, name).map_err(unresolved)?;
        if !context.host.is_empty() && !context.host.contains("://") {
            return Err(EndpointError::Unusable(format!("unable to parse docker host `{}`", context.host)).into());
        }
        let endpoint = Endpoint::parse(&context.host)?;
        if context.tls.is_empty() && !context.skip_tls_verify {
            return Ok(endpoint);
        }
        self.secured(endpoint, &context.tls, !context.skip_tls_verify)
    }

    fn default_context(&self) -> Result<Endpoint, Failure> {
        let address = match self.docker.hosts.as_slice() {
            [] => self.text("DOCKER_HOST")?.unwrap_or_default(),
            [one] => one,
            _ => return Err(EndpointError::Unresolved("Specify only one -H".to_owned()).into()),
        };
        let Some((tls, verify)) = self.tls()? else { return Ok(Endpoint::parse(address)?) };
        let address = if address.trim().is_empty() { DEFAULT_TLS_HOST } else { address };
        self.secured(Endpoint::parse(address)?, &tls, verify)
    }

    /// The keys, and whether the engine's certificate is checked; nothing where TLS is not wanted.
    fn tls(&self) -> Result<Option<(TlsFiles, bool)>, Failure> {
        let DockerGlobals { tls, tls_verify, tls_ca, tls_cert, tls_key, .. } = self.docker;
        let wanted = tls.unwrap_or(self.environment.filled("DOCKER_TLS").is_some());
        let verify = tls_verify.unwrap_or(self.environment.filled("DOCKER_TLS_VERIFY").is_some());
        // Even `--tlsverify=false` speaks of TLS.
        if !wanted && !verify && tls_verify.is_none() {
            return Ok(None);
        }
        let keys = self.text("DOCKER_CERT_PATH")?.map_or(self.directory, Path::new);
        let file = |named: &Option<String>, default: &str, needed: bool| match named.as_deref().map(unquoted) {
            Some("") => Ok(None),
            Some(path) => files::tls_file(Path::new(path), true),
            None => files::tls_file(&keys.join(default), needed),
        };
        let ca = file(tls_ca, "ca.pem", true).map_err(unresolved)?;
        let cert = file(tls_cert, "cert.pem", false).map_err(unresolved)?;
        let key = file(tls_key, "key.pem", false).map_err(unresolved)?;
        Ok(Some((TlsFiles { ca, cert, key }, verify)))
    }

    /// Only TCP is secured; elsewhere the keys are not even looked at.
    fn secured(&self, endpoint: Endpoint, files: &TlsFiles, verify: bool) -> Result<Endpoint, Failure> {
        if !matches!(endpoint, Endpoint::Tcp { .. }) {
            return Ok(endpoint);
        }
        let system;
        let trust = match &files.ca {
            _ if !verify => Trust::Anybody,
            Some(ca) => Trust::Authorities(ca),
            None => {
                system = files::system_roots(self.environment.filled("SSL_CERT_FILE").map(Path::new));
                Trust::System(&system)
            }
        };
        let identity = files.cert.as_deref().zip(files.key.as_deref());
        Ok(endpoint.with_tls(Tls::new(trust, identity)?))
    }
}

fn unresolved(why: ContextError) -> Failure {
    EndpointError::Unresolved(why.to_string()).into()
}

/// Docker drops a pair of quotes around the name of a key.
fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}
