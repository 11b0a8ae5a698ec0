//! From texts to one policy: owners replace, guests are kept apart.

use std::sync::Arc;

use super::blocks::{Blocks, FOR, GRANT};
use super::journal::{JOURNAL, JournalSettings};
use super::{Entry, Guest, PROFILES, Policy, Problem, Problems, Profile, Table, Value, overlay, text};

/// The key of a layer that names the profile below it.
const EXTENDS: &str = "extends";

/// Nothing named a profile.
pub const DEFAULT_PROFILE: &str = "baseline";

/// One policy file's name and text.
#[derive(Debug, Clone)]
pub struct Source {
    /// As it is shown to people.
    pub name: Arc<str>,
    /// Its TOML.
    pub text: String,
}

/// One layer of a policy.
#[derive(Debug, Clone)]
pub enum Layer {
    /// A shipped profile, by name, with those that it extends.
    Profile(String),
    /// A file.
    File(Source),
}

/// A policy as far as it could be read, and what is wrong with its texts; what is wrong with the rules' tables can be
/// told beside it.
#[derive(Debug)]
#[must_use]
pub struct Draft {
    /// What could be read.
    pub policy: Policy,
    /// What could not.
    pub problems: Problems,
}

impl Draft {
    /// Lays owners over each other, lowest first, over the profile that the first extends (`baseline` where it names
    /// none, or there are no owners); guests are read and kept apart.
    pub fn of(owners: &[Layer], guests: &[Layer]) -> Self {
        let mut stack = Stack::new(PROFILES);
        if owners.is_empty() {
            stack.profile(DEFAULT_PROFILE, None, &mut Vec::new());
        }
        for (index, owner) in owners.iter().enumerate() {
            match owner {
                Layer::Profile(name) => stack.profile(name, None, &mut Vec::new()),
                Layer::File(source) => {
                    let below = if index == 0 { Below::Default } else { Below::Nothing };
                    stack.text(source, below, &mut Vec::new());
                }
            }
        }
        stack.policy.journal = JournalSettings::take(&mut stack.policy.table, &mut stack.problems);
        guests.iter().for_each(|guest| stack.guest(guest));
        Self { policy: stack.policy, problems: stack.problems }
    }

    /// The policy, if its texts are in order.
    ///
    /// # Errors
    /// All problems at once.
    pub fn finish(self) -> Result<Policy, Problems> {
        self.problems.into_result(self.policy)
    }
}

/// What may lie below a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// The profile that it names, else the default one.
    Default,
    /// The profile that it names.
    Named,
    /// No profile: something lies below already.
    Nothing,
}

struct Stack<'p> {
    profiles: &'p [Profile],
    policy: Policy,
    problems: Problems,
}

impl<'p> Stack<'p> {
    fn new(profiles: &'p [Profile]) -> Self {
        Self { profiles, policy: Policy::default(), problems: Problems::default() }
    }

    /// Lays a profile. `above` are the profiles that led here, `entry` the line that names it.
    fn profile(&mut self, name: &str, entry: Option<&Entry>, above: &mut Vec<String>) {
        let problem = |message: String| match entry {
            Some(entry) => Problem::at(&entry.node.spot, message),
            None => Problem::new(message),
        };
        if above.iter().any(|seen| seen == name) {
            return self.problems.add(problem(format!("`{name}` extends itself: {} -> {name}", above.join(" -> "))));
        }
        let Some(found) = self.profiles.iter().find(|profile| profile.name == name) else {
            let problem = problem(format!("there is no profile `{name}`"));
            self.problems.add(if name.contains(['/', '.']) {
                problem.help("`extends` names a shipped profile, not a file; further files go into policy.d")
            } else {
                problem.closest(name, self.profiles.iter().map(|profile| profile.name))
            });
            return;
        };
        above.push(name.to_owned());
        let source = Source { name: found.source_name().into(), text: found.text.to_owned() };
        self.text(&source, Below::Named, above);
    }

    /// Lays what the text extends, then the text itself.
    fn text(&mut self, source: &Source, below: Below, above: &mut Vec<String>) {
        let mut table = self.parse(source);
        match table.remove(EXTENDS) {
            Some(entry) if below == Below::Nothing => {
                self.problems.add(Problem::at(&entry.key, "only the first file of a policy may extend a profile"));
            }
            Some(entry) => self.extend(&entry, above),
            None if below == Below::Default => self.profile(DEFAULT_PROFILE, None, above),
            None => {}
        }
        let blocks = Blocks::take(&mut table, &mut self.problems);
        overlay::merge(&mut self.policy.table, table);
        self.policy.fors.extend(blocks.fors);
        self.policy.grants.extend(blocks.grants);
        self.count(source);
    }

    /// Where a file's profile is not found, the default one is laid, so that the rest of the policy can be looked through.
    fn extend(&mut self, entry: &Entry, above: &mut Vec<String>) {
        match &entry.node.value {
            Value::String(name) => self.profile(name, Some(entry), above),
            other => {
                let message = format!("`extends` takes the name of a profile, not {}", other.kind());
                self.problems.add(Problem::at(&entry.node.spot, message));
            }
        }
        if above.is_empty() && self.policy.sources.is_empty() {
            self.profile(DEFAULT_PROFILE, None, &mut Vec::new());
        }
    }

    /// Keeps a guest's tables. What only an owner may have is a problem.
    fn guest(&mut self, layer: &Layer) {
        let guest = match layer {
            Layer::Profile(name) => {
                let mut own = Stack::new(self.profiles);
                own.profile(name, None, &mut Vec::new());
                self.problems.join(own.problems);
                let Some(source) = own.policy.sources.last() else { return };
                self.policy.digest = fnv(self.policy.digest, name.as_bytes());
                Guest { name: Arc::clone(source), table: own.policy.table, is_profile: true }
            }
            Layer::File(source) => {
                let mut table = self.parse(source);
                for (key, shown) in
                    [(EXTENDS, "extends"), (FOR, "[[for]]"), (GRANT, "[[grant]]"), (JOURNAL, "[journal]")]
                {
                    if let Some(entry) = table.remove(key) {
                        let problem = Problem::at(&entry.key, format!("`{shown}` is for the owner of a policy only"));
                        self.problems.add(problem.help("this file is a guest's: it may only tighten rules"));
                    }
                }
                self.policy.digest = fnv(self.policy.digest, source.text.as_bytes());
                Guest { name: Arc::clone(&source.name), table, is_profile: false }
            }
        };
        self.policy.sources.push(Arc::clone(&guest.name));
        self.policy.guests.push(guest);
    }

    fn parse(&mut self, source: &Source) -> Table {
        text::parse(source, &mut self.problems)
    }

    fn count(&mut self, source: &Source) {
        self.policy.sources.push(Arc::clone(&source.name));
        self.policy.digest = fnv(self.policy.digest, source.text.as_bytes());
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

    #[test]
    fn profiles_that_extend_each_other_are_a_problem_and_not_a_loop() {
        const ROUND: &[Profile] = &[
            Profile { name: "baseline", text: "extends = \"two\"\n" },
            Profile { name: "two", text: "\nextends = \"baseline\"\n" },
        ];
        let mut stack = Stack::new(ROUND);
        stack.profile("two", None, &mut Vec::new());
        let said = stack.problems.to_string();
        assert_eq!(said, "built-in:baseline:1: `two` extends itself: two -> baseline -> two");
    }
}
