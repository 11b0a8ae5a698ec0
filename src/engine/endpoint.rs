//! Where the engine listens, as `DOCKER_HOST` says it.

use std::fmt;
use std::path::PathBuf;

/// Where docker looks when nobody says otherwise.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
const DEFAULT_TCP_HOST: &str = "localhost";
const DEFAULT_TCP_PORT: u16 = 2375;

/// An address of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A unix socket.
    Unix(PathBuf),
    /// A TCP port, in the clear.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
}

/// Why a text is no address of an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Docker does not know it either; its words.
    #[error("unable to resolve docker endpoint: {0}")]
    Malformed(String),
    /// Docker knows it, sdocker does not.
    #[error("engines are reached over `unix://` and `tcp://` only, not `{0}`")]
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
            ("ssh" | "npipe" | "fd", _) => Err(EndpointError::Unsupported(text.to_owned())),
            _ => Err(EndpointError::Malformed(format!("invalid bind address format: {text}"))),
        }
    }

    /// Whether the engine's paths are, as far as an address can tell, paths of this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Tcp { host, .. } => {
                host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
            }
        }
    }

    /// The path of its socket, where it has one.
    #[must_use]
    pub fn socket(&self) -> Option<&std::path::Path> {
        match self {
            Self::Unix(path) => Some(path),
            Self::Tcp { .. } => None,
        }
    }

    fn unix(path: &str) -> Result<Self, EndpointError> {
        match path {
            "" => Ok(Self::default()),
            _ if path.contains("://") => Err(EndpointError::Malformed(format!("invalid proto, expected unix: {path}"))),
            _ => Ok(Self::Unix(path.into())),
        }
    }

    fn tcp(address: &str) -> Result<Self, EndpointError> {
        let malformed = |why: &str| EndpointError::Malformed(format!("parse \"tcp://{address}\": {why}"));
        if address.contains(['/', '?', '#', '@']) {
            return Err(EndpointError::Unsupported(format!("tcp://{address}")));
        }
        if let Some(bad) = address.chars().find(|c| c.is_whitespace() || c.is_control()) {
            return Err(malformed(&format!("invalid character \"{bad}\" in host name")));
        }
        let (host, port) = split_port(address);
        let port = match port {
            None | Some("") => DEFAULT_TCP_PORT,
            Some(digits) => digits.parse().map_err(|_| malformed(&format!("invalid port \":{digits}\" after host")))?,
        };
        let host = if host.is_empty() { DEFAULT_TCP_HOST } else { host };
        Ok(Self::Tcp { host: host.to_owned(), port })
    }
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
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
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
    }

    #[test]
    fn what_is_not_spoken_is_refused_by_name() {
        for text in ["ssh://host", "npipe:////./pipe/x", "fd://", "tcp://h/path", "tcp://user@h"] {
            assert_eq!(Endpoint::parse(text), Err(EndpointError::Unsupported(text.to_owned())));
        }
    }
}
