//! Patterns of image names, for every table that lists images.

use super::{FromNode, Glob, Value};
use crate::request::{ImageRef, image_grammar};

/// `docker.io/library/*`, `registry.example.com/team/**:1.*`: a full name, registry first; without a tag it matches
/// every tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePattern {
    name: Glob,
    tag: Option<Glob>,
}

impl ImagePattern {
    /// Reads a pattern; none that could never match the full name of an image.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, tag) = match text.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (text, None),
        };
        let sound = name_can_match(name) && tag.is_none_or(tag_can_match);
        sound.then(|| Self { name: Glob::new(name), tag: tag.map(Glob::new) })
    }

    /// Whether an image's full name and tag are of this pattern.
    #[must_use]
    pub fn matches(&self, image: &ImageRef) -> bool {
        let tag = image.tag_or_latest().unwrap_or_default();
        self.name.matches(&image.name()) && self.tag.as_ref().is_none_or(|pattern| pattern.matches(tag))
    }

    /// It matches every image.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.name.is_everything() && self.tag.is_none()
    }
}

impl std::fmt::Display for ImagePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name.as_str())?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))
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
        assert!(ImagePattern::parse("**").unwrap().is_everything());
        assert!(!ImagePattern::parse("**:1").unwrap().is_everything());
    }
}
