//! The table of docker's flags, by theme: one entry per flag, its lowering beside it.

pub(crate) mod block_io;
pub(crate) mod client;
pub(crate) mod devices;
pub(crate) mod endpoints;
pub(crate) mod health;
pub(crate) mod lifecycle;
pub(crate) mod limits;
pub(crate) mod metadata;
pub(crate) mod network;
pub(crate) mod process;
pub(crate) mod security;
pub(crate) mod storage;

use super::flag::Flag;

/// Flags of one subject.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// Its heading.
    pub title: &'static str,
    /// Its flags.
    pub flags: &'static [Flag],
}

/// All flags of `run` and `create`.
pub static THEMES: &[Theme] = &[
    Theme { title: "Process", flags: process::FLAGS },
    Theme { title: "Client", flags: client::FLAGS },
    Theme { title: "Network", flags: network::FLAGS },
    Theme { title: "Storage", flags: storage::FLAGS },
    Theme { title: "Limits", flags: limits::FLAGS },
    Theme { title: "Block I/O", flags: block_io::FLAGS },
    Theme { title: "Security", flags: security::FLAGS },
    Theme { title: "Devices", flags: devices::FLAGS },
    Theme { title: "Lifecycle", flags: lifecycle::FLAGS },
    Theme { title: "Health", flags: health::FLAGS },
    Theme { title: "Metadata and logging", flags: metadata::FLAGS },
];

/// Every flag, theme by theme.
pub fn all() -> impl Iterator<Item = &'static Flag> {
    THEMES.iter().flat_map(|theme| theme.flags)
}

/// The flag of a long name or alias, and that name.
pub(crate) fn by_name(typed: &str) -> Option<(&'static Flag, &'static str)> {
    all().find_map(|flag| {
        let names = std::iter::once(&flag.name).chain(flag.aliases);
        names.copied().find(|name| *name == typed).map(|name| (flag, name))
    })
}

/// The flag of a letter.
pub(crate) fn by_letter(letter: char) -> Option<&'static Flag> {
    all().find(|flag| flag.short == Some(letter))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::flag::Kind;
    use super::*;

    #[test]
    fn no_two_flags_share_a_name_or_a_letter() {
        let mut names = BTreeSet::new();
        let mut letters = BTreeSet::new();
        for flag in all() {
            for name in std::iter::once(&flag.name).chain(flag.aliases) {
                assert!(names.insert(*name), "{name} twice");
                assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
            }
            assert!(flag.short.is_none_or(|letter| letters.insert(letter)), "-{:?} twice", flag.short);
        }
    }

    #[test]
    fn flags_with_values_name_them_and_switches_do_not() {
        for flag in all() {
            assert_eq!(flag.value_name.is_empty(), flag.kind == Kind::Switch, "--{}", flag.name);
            assert!(!flag.help.is_empty() && !flag.help.ends_with('.'), "--{}", flag.name);
        }
    }
}
