//! `SecurityOpt`, taken apart as the engine does it.

/// One entry: `seccomp=unconfined`, `label:disable`, `no-new-privileges`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityOpt<'a> {
    /// What it is about.
    pub name: &'a str,
    /// What it says; nothing where the entry is a bare name.
    pub value: Option<&'a str>,
}

impl<'a> SecurityOpt<'a> {
    /// Splits at the first `=`, else at the first `:`.
    #[must_use]
    pub fn parse(entry: &'a str) -> Self {
        match entry.split_once('=').or_else(|| entry.split_once(':')) {
            Some((name, value)) => Self { name, value: Some(value) },
            None => Self { name: entry, value: None },
        }
    }

    /// The entries about one option, with their places in the list.
    pub fn about(name: &str, entries: &'a [String]) -> impl Iterator<Item = (usize, Option<&'a str>)> {
        let parsed = entries.iter().enumerate().map(|(index, entry)| (index, Self::parse(entry)));
        parsed.filter(move |(_, option)| option.name == name).map(|(index, option)| (index, option.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equals_sign_counts_before_a_colon() {
        for (entry, name, value) in [
            ("seccomp=unconfined", "seccomp", Some("unconfined")),
            ("seccomp:unconfined", "seccomp", Some("unconfined")),
            ("label=type:svirt_t", "label", Some("type:svirt_t")),
            ("seccomp:{\"a\":\"x=y\"}", "seccomp:{\"a\":\"x", Some("y\"}")),
            ("seccomp=", "seccomp", Some("")),
            ("disable", "disable", None),
        ] {
            assert_eq!(SecurityOpt::parse(entry), SecurityOpt { name, value }, "{entry}");
        }
    }

    #[test]
    fn every_entry_about_an_option_is_found() {
        let entries = ["seccomp=a", "label:b", "seccomp:c"].map(str::to_owned);
        let found: Vec<_> = SecurityOpt::about("seccomp", &entries).collect();
        assert_eq!(found, [(0, Some("a")), (2, Some("c"))]);
    }
}
