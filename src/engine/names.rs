//! Names that may become part of a path: nothing that leads to another endpoint.

use super::error::EngineError;
use crate::request::ImageRef;

/// A container's or volume's name or id.
pub(super) fn object(name: &str) -> Result<&str, EngineError> {
    let sound = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if sound { Ok(name) } else { Err(EngineError::Name(name.to_owned())) }
}

/// An image's reference or id.
pub(super) fn image(name: &str) -> Result<&str, EngineError> {
    let id = name.strip_prefix("sha256:").unwrap_or(name);
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_hexdigit());
    if is_id || ImageRef::parse(name).is_ok() { Ok(name) } else { Err(EngineError::Name(name.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_elsewhere() {
        for bad in ["", "..", "a/b", "a?b", "a#b", "a%2fb", "/a", "../info", "a b", "ä"] {
            assert!(object(bad).is_err(), "{bad}");
        }
        for bad in ["", "..", "../info", "a?b", "a#b", "a%2fb", "/a", "a b", "a//b", "a/../../info"] {
            assert!(image(bad).is_err(), "{bad}");
        }
        for good in ["web", "a_b.c-1", "0123abcdef"] {
            assert!(object(good).is_ok(), "{good}");
        }
        for good in
            ["alpine", "reg.example:5000/a/b:1", "sha256:00ff", &"a1".repeat(32), "a@sha256:".to_owned().as_str()]
        {
            assert_eq!(image(good).is_ok(), !good.ends_with(':'), "{good}");
        }
    }
}
