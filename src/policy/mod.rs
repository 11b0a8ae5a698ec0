//! Policy texts as spanned tables, merged by key name, every value with the line that said it.
//!
//! This room never names a rule: ids and keys come in as data from the rules' table, and each rule reads its own
//! merged table through [`Settings`].

mod key;
mod problem;
mod profiles;
mod settings;
mod text;

use std::sync::Arc;

pub use key::{Key, Takes, Tighter};
pub use problem::{Problem, Problems};
pub use profiles::{PROFILES, Profile, profile};
pub use settings::{FromNode, Setting, Settings};
pub use text::{Entry, Node, Table, Value};

/// The key of a layer that names the profile below it.
const EXTENDS: &str = "extends";

/// Nothing named a profile.
pub const DEFAULT_PROFILE: &str = "baseline";

/// Any other text of the same language as tables with their lines.
///
/// # Errors
/// All problems at once, each with its line.
pub fn read(source: &Source) -> Result<Table, Problems> {
    let mut problems = Problems::default();
    let table = text::parse(source, &mut problems);
    problems.into_result(table)
}

/// One policy file's name and text.
#[derive(Debug, Clone)]
pub struct Source {
    /// As it is shown to people.
    pub name: Arc<str>,
    /// Its TOML.
    pub text: String,
}

/// The merged policy: tables by rule id.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    table: Table,
    sources: Vec<Arc<str>>,
    digest: u64,
}

impl Policy {
    /// A built-in profile alone.
    ///
    /// # Errors
    /// A problem when no profile has that name.
    pub fn built_in(name: &str) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut policy = Self::default();
        policy.lay_profile(name, &mut Vec::new(), &mut problems);
        problems.into_result(policy)
    }

    /// Owner layers, lowest first, over the profile that the first extends (`baseline` where it names none).
    ///
    /// # Errors
    /// All problems of the texts at once, each with its line.
    pub fn owners(sources: &[Source]) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut policy = Self::default();
        let defaults = std::iter::once(Some(DEFAULT_PROFILE)).chain(std::iter::repeat(None));
        for (source, default) in sources.iter().zip(defaults) {
            policy.lay(source, default, &mut Vec::new(), &mut problems);
        }
        problems.into_result(policy)
    }

    /// The table of one rule.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Entry> {
        self.table.get(id)
    }

    /// All keys at the top, which should all be rule ids.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.table.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    /// The texts that made it, lowest first.
    #[must_use]
    pub fn sources(&self) -> &[Arc<str>] {
        &self.sources
    }

    /// A number that changes when any text of the policy changes; for the journal, not for security.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    fn lay_profile(&mut self, name: &str, above: &mut Vec<String>, problems: &mut Problems) {
        match profile(name) {
            Some(found) => {
                let source = Source { name: found.source_name().into(), text: found.text.to_owned() };
                self.lay(&source, None, above, problems);
            }
            None => {
                problems.add(Problem::new(format!("there is no profile `{name}`")).closest(name, profiles::names()))
            }
        }
    }

    /// Lays the profile that the text extends, then the text itself.
    fn lay(&mut self, source: &Source, default: Option<&str>, above: &mut Vec<String>, problems: &mut Problems) {
        let mut table = text::parse(source, problems);
        if above.iter().any(|name| **name == *source.name) {
            problems.add(Problem::new(format!("`{}` extends itself: {}", source.name, above.join(" -> "))));
            return;
        }
        above.push(source.name.to_string());
        match table.remove(EXTENDS) {
            Some(entry) if !self.sources.is_empty() && default.is_none() && above.len() == 1 => {
                problems.add(Problem::at(&entry.key, "only the first file of a policy may extend a profile"))
            }
            Some(entry) => match &entry.node.value {
                Value::String(name) => self.extend(name, &entry, above, problems),
                other => problems.add(Problem::at(
                    &entry.node.spot,
                    format!("`extends` takes the name of a profile, not {}", other.kind()),
                )),
            },
            None => default.into_iter().for_each(|name| self.lay_profile(name, above, problems)),
        }
        merge(&mut self.table, table);
        self.sources.push(Arc::clone(&source.name));
        self.digest = fnv(self.digest, source.text.as_bytes());
    }

    fn extend(&mut self, name: &str, entry: &Entry, above: &mut Vec<String>, problems: &mut Problems) {
        if profile(name).is_some() {
            self.lay_profile(name, above, problems);
        } else {
            let problem = Problem::at(&entry.node.spot, format!("there is no profile `{name}`"));
            problems.add(problem.closest(name, profiles::names()));
        }
    }
}

/// Later replaces earlier, key by key; tables merge, everything else is replaced whole.
pub fn merge(below: &mut Table, above: Table) {
    for (key, entry) in above {
        match (below.get_mut(&key).map(|e| &mut e.node.value), entry.node.value) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (_, value) => {
                let node = Node { value, spot: entry.node.spot };
                below.insert(key, Entry { key: entry.key, node });
            }
        }
    }
}

fn fnv(seed: u64, bytes: &[u8]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    bytes.iter().fold(seed ^ OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(text: &str) -> Result<Policy, Problems> {
        Policy::owners(&[Source { name: "p.toml".into(), text: text.to_owned() }])
    }

    fn spot(policy: &Policy, rule: &str, key: &str) -> String {
        let Value::Table(table) = &policy.table(rule).unwrap().node.value else { panic!("no table") };
        table.get(key).unwrap().node.spot.to_string()
    }

    #[test]
    fn a_layer_replaces_key_by_key_and_each_value_keeps_its_line() {
        let policy = owner("[cpus]\nmax = 4.0\n").unwrap();
        assert_eq!(spot(&policy, "cpus", "max"), "p.toml:2");
        assert!(spot(&policy, "cpus", "action").starts_with("built-in:baseline:"));
    }

    #[test]
    fn extends_chooses_the_profile_below() {
        let policy = owner("extends = \"permissive\"\n").unwrap();
        assert!(spot(&policy, "cpus", "action").starts_with("built-in:permissive:"));
    }

    #[test]
    fn all_problems_come_at_once_with_file_and_line() {
        let problems = owner("extends = \"basline\"\n[user]\naction = = 1\n").unwrap_err().to_string();
        assert!(problems.contains("p.toml:1: there is no profile `basline`"), "{problems}");
        assert!(problems.contains("`baseline`"), "{problems}");
        assert!(problems.contains("p.toml:3: "), "{problems}");
    }

    #[test]
    fn merging_does_not_depend_on_the_order_of_unrelated_tables() {
        let one = owner("[cpus]\nmax = 4.0\n[memory]\nmax = \"2g\"\n").unwrap();
        let two = owner("[memory]\nmax = \"2g\"\n[cpus]\nmax = 4.0\n").unwrap();
        let keys = |p: &Policy| p.entries().map(|(k, _)| k.to_owned()).collect::<Vec<_>>();
        assert_eq!(keys(&one), keys(&two));
    }

    #[test]
    fn every_profile_parses() {
        for profile in PROFILES {
            Policy::built_in(profile.name).unwrap_or_else(|p| panic!("{p}"));
        }
    }
}
