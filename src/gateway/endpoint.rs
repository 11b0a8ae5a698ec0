//! The table of endpoints: what a method and a path ask for.

use std::collections::BTreeMap;

use hyper::{Method, Uri};

use super::answer::Fault;

/// The oldest and newest API that is decoded: 1.24 to 1.51.
const MINORS: std::ops::RangeInclusive<u16> = 24..=51;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// `HEAD` or `GET /_ping`
    Ping,
    /// `POST /containers/create`
    Create { name: Option<String>, platform: Option<String> },
}

/// Reads a method and a target. A path that needs decoding, cleaning or guessing is refused.
pub(super) fn read(method: &Method, uri: &Uri) -> Result<Endpoint, Fault> {
    if uri.authority().is_some() {
        return Err(Fault::bad("absolute request targets are refused"));
    }
    let path = unversioned(uri.path())?;
    let mut query = Query::read(uri.query().unwrap_or(""))?;
    let endpoint = match (method, path) {
        (&Method::GET | &Method::HEAD, "/_ping") => Endpoint::Ping,
        (&Method::POST, "/containers/create") => {
            Endpoint::Create { name: query.take("name"), platform: query.take("platform") }
        }
        _ => return Err(Fault::refused(format!("{method} {path} is not among what this gateway judges"))),
    };
    query.nothing_left()?;
    Ok(endpoint)
}

/// The path behind an optional `/vX.Y`.
fn unversioned(path: &str) -> Result<&str, Fault> {
    let Some((version, rest)) = path.strip_prefix("/v1.").and_then(|text| text.split_once('/')) else {
        return Ok(path);
    };
    let minor = version.parse::<u16>().ok().filter(|minor| minor.to_string() == version);
    match minor {
        Some(minor) if MINORS.contains(&minor) => {
            path.get(path.len() - rest.len() - 1..).ok_or_else(|| Fault::bad("path"))
        }
        _ => {
            Err(Fault::bad(format!("API version 1.{version} is not among 1.{} to 1.{}", MINORS.start(), MINORS.end())))
        }
    }
}

/// Query parameters, each at most once.
struct Query(BTreeMap<String, String>);

impl Query {
    fn read(text: &str) -> Result<Self, Fault> {
        let mut found = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decoded(key)?, decoded(value)?);
            if found.insert(key.clone(), value).is_some() {
                return Err(Fault::bad(format!("query parameter `{key}` is given twice")));
            }
        }
        Ok(Self(found))
    }

    fn take(&mut self, key: &str) -> Option<String> {
        self.0.remove(key).filter(|value| !value.is_empty())
    }

    fn nothing_left(self) -> Result<(), Fault> {
        match self.0.keys().next() {
            Some(key) => Err(Fault::bad(format!("unknown query parameter `{key}`"))),
            None => Ok(()),
        }
    }
}

fn decoded(text: &str) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b';' => return Err(Fault::bad("`;` in a query")),
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high * 16 + low,
                _ => return Err(Fault::bad("a broken escape in a query")),
            },
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Fault::bad("a query that is not UTF-8"))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| value.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(method: &str, target: &str) -> Result<Endpoint, String> {
        read(&method.parse().unwrap(), &target.parse().unwrap()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn known_endpoints_are_read_with_and_without_a_version() {
        let create = Endpoint::Create { name: Some("a b".into()), platform: None };
        assert_eq!(asks("POST", "/v1.41/containers/create?name=a%20b").unwrap(), create);
        assert_eq!(asks("HEAD", "/_ping").unwrap(), Endpoint::Ping);
        assert_eq!(asks("GET", "/v1.51/_ping").unwrap(), Endpoint::Ping);
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        for target in [
            "/containers//create",
            "/%63ontainers/create",
            "/containers/create/",
            "/v1.041/containers/create",
            "/v1.23/containers/create",
            "/v1.52/containers/create",
            "/v1.41.0/containers/create",
            "/v1.41/./containers/create",
            "/containers/create?name=a&name=b",
            "/containers/create?Name=a",
            "/containers/create?name=a;b",
            "/images/create?fromImage=x",
        ] {
            assert!(asks("POST", target).is_err(), "{target}");
        }
        assert!(asks("GET", "/containers/create").is_err());
        assert!(asks("POST", "/images/create").unwrap_err().contains("/images/create"));
    }
}
