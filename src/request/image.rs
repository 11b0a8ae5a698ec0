//! Image references, normalised as docker does it.

use std::fmt;

use grammar::{is_path_component, is_registry, is_tag};

/// An image by registry, repository, and tag or digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef {
    /// `docker.io`, `registry.example:5000` …
    pub registry: String,
    /// `library/alpine`
    pub repository: String,
    /// `3.20`
    pub tag: Option<String>,
    /// `sha256:…`
    pub digest: Option<String>,
}

/// Why a text names no image. The words are docker's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageRefError {
    /// Not of the form of a reference.
    #[error("invalid reference format")]
    Format,
    /// Upper case in the repository.
    #[error("invalid reference format: repository name ({0}) must be lowercase")]
    Case(String),
    /// 64 hex digits are an id, not a name.
    #[error("invalid repository name ({0}), cannot specify 64-byte hexadecimal strings")]
    LooksLikeId(String),
    /// Too long a repository.
    #[error("repository name must not be more than 255 characters")]
    TooLong,
    /// A digest of an algorithm that docker does not know.
    #[error("unsupported digest algorithm")]
    Algorithm,
    /// A digest of the wrong length for its algorithm.
    #[error("invalid checksum digest length")]
    DigestLength,
    /// A digest that is not in lower case.
    #[error("invalid checksum digest format")]
    DigestFormat,
}

const DEFAULT_REGISTRY: &str = "docker.io";
const OLD_REGISTRY: &str = "index.docker.io";
const OFFICIAL: &str = "library/";

impl ImageRef {
    /// Reads a reference: `alpine` is `docker.io/library/alpine`, without a tag.
    ///
    /// # Errors
    /// [`ImageRefError`], in docker's words.
    pub fn parse(text: &str) -> Result<Self, ImageRefError> {
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(ImageRefError::LooksLikeId(text.to_owned()));
        }
        let (registry, remainder) = split_registry(text);
        let (name, digest) = match remainder.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (remainder.as_str(), None),
        };
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        // Docker looks for capitals before it knows where a digest begins.
        let before_colon = remainder.split(':').next().unwrap_or_default();
        if before_colon.to_lowercase() != before_colon {
            return Err(ImageRefError::Case(before_colon.to_owned()));
        }
        let sound = repository.split('/').all(is_path_component)
            && is_registry(&registry)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest);
        if !sound {
            return Err(ImageRefError::Format);
        }
        if repository.len() > 255 {
            return Err(ImageRefError::TooLong);
        }
        digest.map_or(Ok(()), check_digest)?;
        Ok(Self {
            registry,
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// Whether the engine may take the text for an image's id, or the beginning of one, as docker shows it.
    #[must_use]
    pub fn may_be_id(text: &str) -> bool {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        (12..=64).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }

    /// `docker.io/library/alpine`: what policies match.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The tag that is meant when neither tag nor digest is given.
    #[must_use]
    pub fn tag_or_latest(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some("latest"),
            (None, Some(_)) => None,
        }
    }

    /// As docker shows it to people: without `docker.io/library/`, with `:latest`.
    #[must_use]
    pub fn familiar(&self) -> String {
        let mut text = self.familiar_name();
        if let Some(tag) = self.tag_or_latest() {
            text = format!("{text}:{tag}");
        }
        if let Some(digest) = &self.digest {
            text = format!("{text}@{digest}");
        }
        text
    }

    /// As [`Self::familiar`], without tag and digest.
    #[must_use]
    pub fn familiar_name(&self) -> String {
        match self.registry.as_str() {
            DEFAULT_REGISTRY => {
                let short = self.repository.strip_prefix(OFFICIAL).filter(|rest| !rest.contains('/'));
                short.unwrap_or(&self.repository).to_owned()
            }
            _ => self.name(),
        }
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = self.tag_or_latest() {
            write!(f, ":{tag}")?;
        }
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// The first component is a registry when it has a dot, a colon, upper case, or is `localhost`.
fn split_registry(text: &str) -> (String, String) {
    let (registry, rest) = match text.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase) =>
        {
            (first, rest)
        }
        _ => (DEFAULT_REGISTRY, text),
    };
    let registry = if registry == OLD_REGISTRY { DEFAULT_REGISTRY } else { registry };
    let official = registry == DEFAULT_REGISTRY && !rest.contains('/');
    (registry.to_owned(), if official { format!("{OFFICIAL}{rest}") } else { rest.to_owned() })
}

/// What the parts of a name are made of.
pub(crate) mod grammar {
    /// Lower case letters and digits, separated by one of `.`, `_`, `__` or any number of `-`.
    pub(crate) fn is_path_component(text: &str) -> bool {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let separators: Vec<&str> = text.split(is_word).filter(|s| !s.is_empty()).collect();
        text.starts_with(is_word)
            && text.ends_with(is_word)
            && separators.iter().all(|s| matches!(*s, "." | "_" | "__") || s.chars().all(|c| c == '-'))
    }

    /// A host, with or without a port.
    pub(crate) fn is_registry(text: &str) -> bool {
        if let Some(rest) = text.strip_prefix('[') {
            return rest.split_once(']').is_some_and(|(address, port)| {
                address.contains(':') && address.chars().all(|c| c.is_ascii_hexdigit() || c == ':') && is_port(port)
            });
        }
        let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
        let is_label = |label: &str| {
            let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            ends(label.chars().next())
                && ends(label.chars().last())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        host.split('.').all(is_label) && is_port(port)
    }

    fn is_port(text: &str) -> bool {
        text.is_empty()
            || text.strip_prefix(':').is_some_and(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()))
    }

    /// A whole digest of the usual algorithm.
    pub(crate) fn is_sha256(text: &str) -> bool {
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(lower_hex))
    }

    /// Up to 128 letters, digits, `_`, `.` and `-`.
    pub(crate) fn is_tag(text: &str) -> bool {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        text.len() <= 128 && text.starts_with(is_word) && text.chars().all(|c| is_word(c) || matches!(c, '.' | '-'))
    }
}

/// Whether it is written like a digest: an algorithm of words, and enough hex digits.
fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(|c| c.is_ascii_alphanumeric())
        };
        algorithm.split(['-', '_', '+', '.']).all(is_word)
            && hex.len() >= 32
            && hex.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// Whether what is written like a digest is one.
fn check_digest(text: &str) -> Result<(), ImageRefError> {
    let (algorithm, hex) = text.split_once(':').unwrap_or((text, ""));
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        other if other.chars().any(|c| c.is_ascii_uppercase()) => return Err(ImageRefError::DigestFormat),
        _ => return Err(ImageRefError::Algorithm),
    };
    match hex {
        hex if hex.len() != length => Err(ImageRefError::DigestLength),
        hex if hex.chars().any(|c| c.is_ascii_uppercase()) => Err(ImageRefError::DigestFormat),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        ImageRef::parse(text).map_or_else(|e| e.to_string(), |r| r.to_string())
    }

    #[test]
    fn short_names_mean_the_default_registry() {
        assert_eq!(shown("alpine"), "docker.io/library/alpine:latest");
        assert_eq!(shown("team/app:1.2"), "docker.io/team/app:1.2");
        assert_eq!(shown("index.docker.io/alpine"), "docker.io/library/alpine:latest");
        assert_eq!(shown("localhost/app"), "localhost/app:latest");
        assert_eq!(shown("reg.example:5000/team/app:1.2"), "reg.example:5000/team/app:1.2");
        assert_eq!(shown("[::1]:5000/app"), "[::1]:5000/app:latest");
    }

    #[test]
    fn ids_are_told_from_names_by_their_digits() {
        let whole = format!("sha256:{}", "0a".repeat(32));
        for id in ["ac6c0dc9e63f", &whole, &"0a".repeat(32)] {
            assert!(ImageRef::may_be_id(id), "{id}");
        }
        for name in ["ac", "alpine", "ac6c0dc9e63", "AC6C0DC9E63F", "ac6c0dc9e63g", "sha256:", "ac6c0dc9e63f:1"] {
            assert!(!ImageRef::may_be_id(name), "{name}");
        }
    }

    #[test]
    fn bad_names_are_refused_in_dockers_words() {
        for bad in ["", ":tag", "a:", "a b", "a//b", "/a", "a/", "-a", "a___b", "a@sha256:xyz", "a:tag:tag"] {
            assert_eq!(shown(bad), "invalid reference format", "{bad}");
        }
        assert_eq!(shown("ALPINE"), "invalid reference format: repository name (library/ALPINE) must be lowercase");
        assert_eq!(
            shown("A@sha256:x"),
            "invalid reference format: repository name (library/A@sha256) must be lowercase"
        );
        assert!(shown(&"a".repeat(64)).starts_with("invalid repository name"));
        assert_eq!(shown(&"x".repeat(256)), "repository name must not be more than 255 characters");
    }

    #[test]
    fn bad_digests_are_refused_in_dockers_words() {
        for (algorithm, hex, words) in [
            ("sha256", "a".repeat(63), "invalid checksum digest length"),
            ("sha512", "a".repeat(64), "invalid checksum digest length"),
            ("sha256", "A".repeat(64), "invalid checksum digest format"),
            ("md5", "a".repeat(32), "unsupported digest algorithm"),
            ("sha256", "a".repeat(31), "invalid reference format"),
        ] {
            assert_eq!(shown(&format!("a@{algorithm}:{hex}")), words);
        }
    }

    #[test]
    fn people_see_the_short_form() {
        let familiar = |text| ImageRef::parse(text).unwrap().familiar();
        assert_eq!(familiar("docker.io/library/alpine"), "alpine:latest");
        assert_eq!(familiar("team/app:1"), "team/app:1");
        assert_eq!(familiar("reg.example/app"), "reg.example/app:latest");
    }
}
