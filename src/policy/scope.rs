//! For whom and for which images a part of the policy counts.

use super::{FromNode, ImagePattern, Setting, Settings, Value};
use crate::request::{Caller, ImageRef};

/// One entry of `who`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// `"*"`
    Anybody,
    /// `"alice"`
    Name(String),
    /// `"uid:1000"`
    Uid(u32),
    /// `"group:ci"`: the caller's primary group, or another of the caller's.
    Group(String),
    /// `"gid:100"`, likewise.
    Gid(u32),
}

impl Who {
    /// Reads an entry.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = |name: &str| {
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || ":*".contains(c))
        };
        match text.split_once(':') {
            None if text == "*" => Some(Self::Anybody),
            None => is_name(text).then(|| Self::Name(text.to_owned())),
            Some(("uid", id)) => id.parse().ok().map(Self::Uid),
            Some(("gid", id)) => id.parse().ok().map(Self::Gid),
            Some(("group", name)) => is_name(name).then(|| Self::Group(name.to_owned())),
            Some(_) => None,
        }
    }

    fn is(&self, caller: &Caller) -> bool {
        match self {
            Self::Anybody => true,
            Self::Name(name) => caller.name.as_ref() == Some(name),
            Self::Uid(uid) => caller.uid == *uid,
            Self::Group(name) => caller.group_names.contains(name),
            Self::Gid(gid) => caller.is_in(*gid),
        }
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Anybody => f.write_str("*"),
            Self::Name(name) => f.write_str(name),
            Self::Uid(uid) => write!(f, "uid:{uid}"),
            Self::Group(name) => write!(f, "group:{name}"),
            Self::Gid(gid) => write!(f, "gid:{gid}"),
        }
    }
}

impl FromNode for Who {
    const EXPECTED: &'static str = "\"NAME\", \"uid:1000\", \"group:NAME\", \"gid:100\" or \"*\"";
    fn from_value(value: &Value) -> Option<Self> {
        Self::parse(&String::from_value(value)?)
    }
}

/// `who` and `image` of a block; what is left out counts for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Any of these.
    pub who: Option<Vec<Who>>,
    /// Any of these.
    pub images: Option<Vec<ImagePattern>>,
}

impl Scope {
    /// The keys of a block that make its scope.
    pub(super) const KEYS: [&'static str; 2] = ["who", "image"];

    /// Reads both keys; an empty list could never match.
    pub(super) fn read(settings: &mut Settings<'_>) -> Self {
        let who = settings.list::<Who>("who");
        let images = settings.list::<ImagePattern>("image");
        let empty = [
            ("who", who.as_ref().filter(|list| list.value.is_empty()).map(|list| &list.spot)),
            ("image", images.as_ref().filter(|list| list.value.is_empty()).map(|list| &list.spot)),
        ];
        for (key, spot) in empty.into_iter().filter_map(|(key, spot)| Some((key, spot?))) {
            settings.object(spot, format!("`{key}` is empty, so this never counts; leave it out or fill it"));
        }
        Self { who: who.map(values), images: images.map(values) }
    }

    /// Whether it counts for this caller and image; an image without a name is of no pattern but `**`.
    #[must_use]
    pub fn holds(&self, caller: &Caller, image: Option<&ImageRef>) -> bool {
        let of_image = |patterns: &Vec<ImagePattern>| {
            patterns.iter().any(|pattern| image.map_or_else(|| pattern.is_everything(), |image| pattern.matches(image)))
        };
        self.is_for(caller) && self.images.as_ref().is_none_or(of_image)
    }

    /// Whether it counts for this caller with some image.
    #[must_use]
    pub fn is_for(&self, caller: &Caller) -> bool {
        self.who.as_ref().is_none_or(|who| who.iter().any(|who| who.is(caller)))
    }

    /// Whether the image's name decides.
    #[must_use]
    pub fn names_images(&self) -> bool {
        self.images.as_ref().is_some_and(|patterns| patterns.iter().all(|pattern| !pattern.is_everything()))
    }

    /// Whether names of groups decide.
    #[must_use]
    pub fn names_groups(&self) -> bool {
        self.who.iter().flatten().any(|who| matches!(who, Who::Group(_)))
    }
}

fn values<T>(list: Setting<Vec<Setting<T>>>) -> Vec<T> {
    list.value.into_iter().map(|setting| setting.value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> Caller {
        Caller {
            name: Some("alice".to_owned()),
            groups: vec![2000],
            group_names: vec!["ci".to_owned()],
            ..Caller::numbered(1000, 100)
        }
    }

    #[test]
    fn callers_are_told_by_name_number_and_group() {
        for (text, is) in [
            ("*", true),
            ("alice", true),
            ("bob", false),
            ("uid:1000", true),
            ("uid:100", false),
            ("gid:100", true),
            ("gid:2000", true),
            ("gid:1000", false),
            ("group:ci", true),
            ("group:alice", false),
        ] {
            assert_eq!(Who::parse(text).unwrap().is(&alice()), is, "{text}");
        }
        for bad in ["", "uid:", "uid:x", "uid:-1", "gid:", "group:", "user:alice", "a b", "al*", "group:*"] {
            assert_eq!(Who::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn who_and_image_must_both_match() {
        let images = vec![ImagePattern::parse("docker.io/library/*").unwrap()];
        let scope = Scope { who: Some(vec![Who::Uid(1000)]), images: Some(images) };
        let image = |text| ImageRef::parse(text).unwrap();
        assert!(scope.holds(&alice(), Some(&image("alpine"))));
        assert!(!scope.holds(&alice(), Some(&image("team/app"))));
        assert!(!scope.holds(&Caller::numbered(1001, 100), Some(&image("alpine"))));
        assert!(!scope.holds(&alice(), None), "an id is no name");
        assert!(Scope::default().holds(&alice(), None));
    }
}
