//! Where the engine listens, as `DOCKER_HOST` says it.

use std::fmt;
use std::path::PathBuf;

use super::ssh_address::SshAddress;
use super::tls::Tls;

/// Where docker looks when nobody says otherwise.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// What the kernel has room for.
const SOCKET_PATH_MAX: usize = 108;
const DEFAULT_TCP_HOST: &str = "localhost";
const DEFAULT_TCP_PORT: u16 = 2375;

/// An address of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A unix socket.
    Unix(PathBuf),
    /// A TCP port.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// The port.
        port: u16,
        /// What stands before every path there: empty, or `/like/this`.
        base: String,
        /// How it is kept secret; absent means in the clear.
        tls: Option<Tls>,
    },
    /// Another machine's socket, through ssh.
    Ssh(SshAddress),
}

/// Why a text is no address of an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Docker does not know it either; its words.
    #[error("unable to resolve docker endpoint: {0}")]
    Unresolved(String),
    /// An address that leads nowhere, or keys that are none; docker's words.
    #[error("{0}")]
    Unusable(String),
    /// Docker knows it, sdocker does not.
    #[error("`{0}` is no plain address: what stands behind the port may be a path and nothing else")]
    Unsupported(String),
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::Unix(DEFAULT_SOCKET.into())
    }
}

impl Endpoint {
    /// Reads what `DOCKER_HOST` may hold; blank means the default socket.
    ///
    /// # Errors
    /// [`EndpointError`], in docker's words where docker refuses as well.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        match text.split_once("://").unwrap_or(("tcp", text)) {
            ("unix", path) => Self::unix(path),
            ("tcp", address) => Self::tcp(address),
            ("ssh", rest) => SshAddress::parse(rest).map(Self::Ssh),
            ("npipe", _) => Err(EndpointError::Unusable("protocol not available".to_owned())),
            ("fd", _) => Err(EndpointError::Unusable(format!("unable to parse docker host `{text}`"))),
            _ => Err(EndpointError::Unresolved(format!("invalid bind address format: {text}"))),
        }
    }

    /// The same place, reached with TLS where that can be: over TCP.
    #[must_use]
    pub fn with_tls(mut self, secret: Tls) -> Self {
        if let Self::Tcp { tls, .. } = &mut self {
            *tls = Some(secret);
        }
        self
    }

    /// Whether the engine's paths are, as far as an address can tell, paths of this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Tcp { host, .. } => {
                host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
            }
            Self::Ssh(_) => false,
        }
    }

    /// The path of its socket, where it has one.
    #[must_use]
    pub fn socket(&self) -> Option<&std::path::Path> {
        match self {
            Self::Unix(path) => Some(path),
            Self::Tcp { .. } | Self::Ssh(_) => None,
        }
    }

    fn unix(path: &str) -> Result<Self, EndpointError> {
        match path {
            "" => Ok(Self::default()),
            _ if path.contains("://") => {
                Err(EndpointError::Unresolved(format!("invalid proto, expected unix: {path}")))
            }
            _ if path.len() > SOCKET_PATH_MAX => {
                Err(EndpointError::Unusable(format!("unix socket path \"{path}\" is too long")))
            }
            _ => Ok(Self::Unix(path.into())),
        }
    }

    fn tcp(address: &str) -> Result<Self, EndpointError> {
        let malformed = |why: &str| EndpointError::Unresolved(format!("parse \"tcp://{address}\": {why}"));
        let unsupported = || EndpointError::Unsupported(format!("tcp://{address}"));
        let (place, base) = address.find('/').and_then(|at| address.split_at_checked(at)).unwrap_or((address, ""));
        let base = base.trim_end_matches('/');
        // Docker does not send the account that stands before an address.
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        if place.contains(['?', '#']) || !is_plain_path(base) {
            return Err(unsupported());
        }
        if let Some(bad) = place.chars().find(|c| c.is_whitespace() || c.is_control()) {
            return Err(malformed(&format!("invalid character \"{bad}\" in host name")));
        }
        let (host, port) = split_port(place);
        let port = match port {
            None | Some("") => DEFAULT_TCP_PORT,
            Some(digits) => digits.parse().map_err(|_| malformed(&format!("invalid port \":{digits}\" after host")))?,
        };
        let host = if host.is_empty() { DEFAULT_TCP_HOST } else { host };
        Ok(Self::Tcp { host: host.to_owned(), port, base: base.to_owned(), tls: None })
    }
}

/// Nothing, or segments that mean the same to everybody.
fn is_plain_path(path: &str) -> bool {
    let plain = |segment: &str| {
        let letters = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
        letters && !matches!(segment, "" | "." | "..")
    };
    path.is_empty() || path.strip_prefix('/').is_some_and(|path| path.split('/').all(plain))
}

/// Brackets around an address of IPv6 are dropped; several colons without them are such an address too.
fn split_port(address: &str) -> (&str, Option<&str>) {
    if let Some((host, port)) = address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, port.strip_prefix(':'));
    }
    match address.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (address, None),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port, base, .. } if host.contains(':') => write!(f, "tcp://[{host}]:{port}{base}"),
            Self::Tcp { host, port, base, .. } => write!(f, "tcp://{host}:{port}{base}"),
            Self::Ssh(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Endpoint::parse(text).map_or_else(|e| e.to_string(), |e| e.to_string())
    }

    #[test]
    fn addresses_are_completed_as_docker_does() {
        for (text, meant) in [
            ("", "unix:///var/run/docker.sock"),
            (" ", "unix:///var/run/docker.sock"),
            ("unix://", "unix:///var/run/docker.sock"),
            ("unix:///run/x.sock", "unix:///run/x.sock"),
            ("unix://rel/x", "unix://rel/x"),
            ("tcp://", "tcp://localhost:2375"),
            ("tcp://:1", "tcp://localhost:1"),
            ("tcp://h", "tcp://h:2375"),
            ("tcp://[::1]:5", "tcp://[::1]:5"),
            ("tcp://::1", "tcp://[::1]:2375"),
            ("foo", "tcp://foo:2375"),
            ("foo:12", "tcp://foo:12"),
            ("tcp://u:p@h:1/", "tcp://h:1"),
            ("tcp://h:1/a/b/", "tcp://h:1/a/b"),
            ("ssh://u@h:22/x", "ssh://u@h:22/x"),
        ] {
            assert_eq!(shown(text), meant, "{text:?}");
        }
    }

    #[test]
    fn what_docker_refuses_is_refused_in_its_words() {
        for (text, why) in [
            ("bogus://x", "invalid bind address format: bogus://x"),
            ("http://x", "invalid bind address format: http://x"),
            ("UNIX:///x", "invalid bind address format: UNIX:///x"),
            ("://x", "invalid bind address format: ://x"),
            ("unix://a://b", "invalid proto, expected unix: a://b"),
            ("tcp://a b", "parse \"tcp://a b\": invalid character \" \" in host name"),
            ("tcp://h:x", "parse \"tcp://h:x\": invalid port \":x\" after host"),
        ] {
            assert_eq!(shown(text), format!("unable to resolve docker endpoint: {why}"), "{text:?}");
        }
        let long = "/x".repeat(55);
        assert_eq!(shown(&format!("unix://{long}")), format!("unix socket path \"{long}\" is too long"));
        assert_eq!(shown("npipe:////./pipe/x"), "protocol not available");
        assert_eq!(shown("fd://"), "unable to parse docker host `fd://`");
    }

    #[test]
    fn what_is_not_spoken_is_refused_by_name() {
        for text in ["tcp://h/a?b", "tcp://h?b", "tcp://h/a/../b", "tcp://h//b", "tcp://h/a b"] {
            assert_eq!(Endpoint::parse(text), Err(EndpointError::Unsupported(text.to_owned())));
        }
    }
}
