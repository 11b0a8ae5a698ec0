//! Patterns of image names, for every table that lists images.

use super::{FromNode, Glob, Value};
use crate::request::{ImageRef, image_grammar};

/// `docker.io/library/*`, `registry.example.com/team/**:1.*`, `docker.io/library/alpine@sha256:…`: a full name, registry
/// first; without a tag and digest it matches every one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePattern {
    name: Glob,
    tag: Option<Glob>,
    digest: Option<String>,
}

impl ImagePattern {
    /// Reads a pattern; none that could never match the full name of an image.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (text, digest) = match text.split_once('@') {
            Some((text, digest)) => (text, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = match text.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (text, None),
        };
        // A digest is all that counts of a name that has one.
        let digest_sound = digest.is_none_or(|digest| tag.is_none() && image_grammar::is_sha256(digest));
        let sound = name_can_match(name) && tag.is_none_or(tag_can_match) && digest_sound;
        sound.then(|| Self { name: Glob::new(name), tag: tag.map(Glob::new), digest: digest.map(str::to_owned) })
    }

    /// Whether an image's full name, and tag or digest, are of this pattern. A tag beside a digest says nothing of what
    /// runs, so that a pattern with a tag matches no digest.
    #[must_use]
    pub fn matches(&self, image: &ImageRef) -> bool {
        let tag = image.tag_or_latest().filter(|_| image.digest.is_none());
        self.name.matches(&image.name())
            && self.tag.as_ref().is_none_or(|pattern| tag.is_some_and(|tag| pattern.matches(tag)))
            && self.digest.as_ref().is_none_or(|digest| image.digest.as_ref() == Some(digest))
    }

    /// It matches every image.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.name.is_everything() && self.tag.is_none() && self.digest.is_none()
    }
}

impl std::fmt::Display for ImagePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name.as_str())?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

impl FromNode for ImagePattern {
    const EXPECTED: &'static str =
        "a pattern that can match a full name, such as \"docker.io/library/*\", registry first";
    fn from_value(value: &Value) -> Option<Self> {
        Self::parse(&String::from_value(value)?)
    }
}

fn name_can_match(name: &str) -> bool {
    let (registry, components) = name.split_once('/').unwrap_or((name, ""));
    let anywhere = name.contains("**");
    if components.is_empty() {
        return anywhere && !name.contains('/') && fits(registry, image_grammar::is_registry);
    }
    // A name of the default registry has always two components: its short names are those of `library`.
    let deep_enough = anywhere || registry != "docker.io" || components.contains('/');
    deep_enough && registry_can_match(registry) && components.split('/').all(component_can_match)
}

fn registry_can_match(text: &str) -> bool {
    if text.contains('*') {
        return fits(text, image_grammar::is_registry);
    }
    let told_from_a_name = text.contains(['.', ':']) || text == "localhost" || text.chars().any(char::is_uppercase);
    text != "index.docker.io" && told_from_a_name && image_grammar::is_registry(text)
}

fn component_can_match(text: &str) -> bool {
    fits(text, image_grammar::is_path_component)
}

fn tag_can_match(text: &str) -> bool {
    fits(text, image_grammar::is_tag)
}

/// Whether something of the grammar can be put in the place of the stars: a letter, a digit, or nothing, at each.
fn fits(pattern: &str, grammar: fn(&str) -> bool) -> bool {
    ["a", "0", ""].iter().any(|filling| grammar(&pattern.replace("**", filling).replace('*', filling)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_can_never_match_is_none() {
        for bad in [
            "",
            "alpine",
            "*",
            "library/alpine",
            "docker.io/alpine",
            "docker.io/*",
            "index.docker.io/library/alpine",
            "docker.io/library/Alpine",
            "docker.io//alpine",
            "docker.io/library/",
            "/library/alpine",
            "docker.io/library/al pine",
            "docker.io/library/-alpine",
            "docker.io/library/alpine@sha256:0123",
            "docker.io/library/alpine@",
            "docker.io/library/alpine:1@sha256:00000000000000000000000000000000000000000000000000000000000000aa",
            "docker.io/library/alpine:",
            "docker.io/library/alpine:a b",
            "https://docker.io/library/alpine",
            "reg.example:port/x",
        ] {
            assert_eq!(ImagePattern::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn patterns_match_full_names_and_tags() {
        for (pattern, image, matches) in [
            ("**", "alpine", true),
            ("*/library/alpine", "alpine", true),
            ("docker.io/library/*", "alpine:3.20", true),
            ("docker.io/**", "team/app", true),
            ("docker.io/library/*", "team/app", false),
            ("reg.example:5000/team/**:1.*", "reg.example:5000/team/a/b:1.2", true),
            ("reg.example:5000/team/**:1.*", "reg.example:5000/team/a/b:2", false),
            ("localhost/*", "localhost/x", true),
            ("*.example.com/x-*", "a.example.com/x-1", true),
            ("**/alpine", "docker.io/library/alpine", true),
            ("**alpine", "docker.io/library/alpine", true),
            ("docker.io/library/alpine:latest", "alpine", true),
            ("docker.io/library/alpine:latest", "alpine:3", false),
        ] {
            let (pattern, image) = (ImagePattern::parse(pattern).unwrap(), ImageRef::parse(image).unwrap());
            assert_eq!(pattern.matches(&image), matches, "{pattern} {image}");
        }
        let digest = format!("sha256:{}", "0a".repeat(32));
        let matches = |pattern: &str, image: &str| {
            ImagePattern::parse(pattern).unwrap().matches(&ImageRef::parse(image).unwrap())
        };
        let pinned = format!("alpine@{digest}");
        assert!(matches("docker.io/library/*", &pinned) && matches(&format!("docker.io/library/{pinned}"), &pinned));
        assert!(!matches(&format!("docker.io/library/{pinned}"), "alpine"));
        assert!(!matches("docker.io/library/*:1.*", &format!("alpine:1.2@{digest}")), "the tag is not what runs");
        assert!(ImagePattern::parse("**").unwrap().is_everything());
        assert!(!ImagePattern::parse("**:1").unwrap().is_everything());
    }
}
