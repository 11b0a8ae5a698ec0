//! Policy texts as spanned tables, merged by key name, every value with the line that said it.
//!
//! This room never names a rule: ids and keys come in as data from the rules' table, and each rule reads its own
//! merged table through [`Settings`].

mod blocks;
mod glob;
mod images;
mod journal;
mod key;
mod layers;
mod overlay;
mod problem;
mod profiles;
mod scope;
mod settings;
mod text;
mod write;

use std::sync::Arc;

pub use blocks::{For, Grant};
pub use glob::Glob;
pub use images::ImagePattern;
pub use journal::{JournalPath, JournalSettings};
pub use key::{Key, Takes, Tighter};
pub use layers::{DEFAULT_PROFILE, Draft, Layer, Source};
pub use overlay::{Keys, Looser, merge, tighten};
pub use problem::{Problem, Problems};
pub use profiles::{PROFILES, Profile, profile};
pub use scope::{Scope, Who};
pub use settings::{FromNode, Setting, Settings};
pub use text::{Entry, Node, Table, Value};
pub use write::{written_grant, written_scope, written_table};

use crate::request::{Caller, Date, ImageRef};

/// Any other text of the same language as tables with their lines.
///
/// # Errors
/// All problems at once, each with its line.
pub fn read(source: &Source) -> Result<Table, Problems> {
    let mut problems = Problems::default();
    let table = text::parse(source, &mut problems);
    problems.into_result(table)
}

/// The merged policy: tables by rule id, what counts for some only, and the guests' layers.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    table: Table,
    fors: Vec<For>,
    grants: Vec<Grant>,
    guests: Vec<Guest>,
    journal: JournalSettings,
    sources: Vec<Arc<str>>,
    digest: u64,
}

/// A layer that may only tighten.
#[derive(Debug, Clone)]
pub struct Guest {
    /// As it is shown to people.
    pub name: Arc<str>,
    /// Its tables.
    pub table: Table,
    /// It is a shipped profile: what it would loosen does not count, and is no mistake of anybody's.
    pub is_profile: bool,
}

/// The blocks that count for one caller, image and day.
#[derive(Debug, Clone, Default)]
pub struct Selection<'p> {
    /// In the order of the files: a later one replaces an earlier, key by key.
    pub fors: Vec<&'p For>,
    /// Which rules are lifted.
    pub grants: Vec<&'p Grant>,
    /// Grants that would count if they had not ended.
    pub ended: Vec<&'p Grant>,
}

impl Policy {
    /// A built-in profile alone.
    ///
    /// # Errors
    /// A problem when no profile has that name.
    pub fn built_in(name: &str) -> Result<Self, Problems> {
        Draft::of(&[Layer::Profile(name.to_owned())], &[]).finish()
    }

    /// Owner layers, lowest first, over the profile that the first extends (`baseline` where it names none).
    ///
    /// # Errors
    /// All problems of the texts at once, each with its line.
    pub fn owners(sources: &[Source]) -> Result<Self, Problems> {
        let layers: Vec<Layer> = sources.iter().cloned().map(Layer::File).collect();
        Draft::of(&layers, &[]).finish()
    }

    /// The table of one rule, for everybody and every image.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Entry> {
        self.table.get(id)
    }

    /// All keys at the top, which should all be rule ids.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.table.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    /// The tables for some, in the order of the files.
    #[must_use]
    pub fn fors(&self) -> &[For] {
        &self.fors
    }

    /// The exceptions, in the order of the files.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// The layers that may only tighten, lowest first.
    #[must_use]
    pub fn guests(&self) -> &[Guest] {
        &self.guests
    }

    /// Where decisions are written.
    #[must_use]
    pub fn journal(&self) -> &JournalSettings {
        &self.journal
    }

    /// Which blocks count for a request. An image that is not named, or has no name, is `None`.
    #[must_use]
    pub fn select(&self, caller: &Caller, image: Option<&ImageRef>, today: Date) -> Selection<'_> {
        let fors = self.fors.iter().filter(|block| block.scope.holds(caller, image)).collect();
        let holding = self.grants.iter().filter(|grant| grant.scope.holds(caller, image));
        let (ended, grants) = holding.partition(|grant| grant.has_ended(today));
        Selection { fors, grants, ended }
    }

    /// Whether names of groups must be known to tell which blocks count.
    #[must_use]
    pub fn names_groups(&self) -> bool {
        let scopes = self.fors.iter().map(|block| &block.scope).chain(self.grants.iter().map(|grant| &grant.scope));
        scopes.into_iter().any(Scope::names_groups)
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

    fn draft(owner: &str, guest: &str) -> Draft {
        let source = |name: &str, text: &str| Layer::File(Source { name: name.into(), text: text.to_owned() });
        Draft::of(&[source("p.toml", owner)], &[source("g.toml", guest)])
    }

    #[test]
    fn blocks_are_selected_by_caller_image_and_day() {
        let policy = owner(
            "[[for]]\nwho = [\"group:ci\"]\n[for.memory]\nmax = \"16g\"\n\n\
             [[for]]\nimage = [\"docker.io/library/postgres\"]\n[for.memory]\nmax = \"4g\"\n[for.cpus]\nmax = 2.0\n\n\
             [[grant]]\nrule = \"user\"\nimage = [\"docker.io/library/postgres\"]\nreason = \"drops root\"\nuntil = 2027-03-31\n",
        )
        .unwrap();
        let caller = |groups: &[&str]| Caller {
            group_names: groups.iter().map(|name| (*name).to_owned()).collect(),
            ..Caller::numbered(1, 1)
        };
        let selected = |groups: &[&str], image: &str, today: &str| {
            let image = ImageRef::parse(image).ok();
            let Selection { fors, grants, ended } =
                policy.select(&caller(groups), image.as_ref(), Date::parse(today).unwrap());
            (fors.iter().map(|block| block.spot.line).collect::<Vec<_>>(), grants.len(), ended.len())
        };
        assert_eq!(selected(&[], "alpine", "2027-03-31"), (vec![], 0, 0));
        assert_eq!(selected(&["ci"], "alpine", "2027-03-31"), (vec![1], 0, 0));
        assert_eq!(selected(&["ci"], "postgres:16", "2027-03-31"), (vec![1, 6], 1, 0));
        assert_eq!(selected(&[], "postgres", "2027-04-01"), (vec![6], 0, 1));
        assert!(policy.names_groups() && !owner("").unwrap().names_groups());
        let grant = policy.grants().first().unwrap();
        assert_eq!((grant.spot.line, grant.rule.value.as_str(), grant.reason.as_str()), (13, "user", "drops root"));
    }

    #[test]
    fn blocks_that_make_no_sense_are_problems_at_their_lines() {
        let text = "[[for]]\n[for.memory]\nmax = \"1g\"\n[[for]]\nwho = []\nimage = [\"library/x\"]\n\
                    [[grant]]\nrule = 3\nimage = []\nreason = \" \"\nuntil = \"2027-03-31\"\nwhy = 1\n[[grant]]\nwho = [\"user:x\"]\n";
        let problems = owner(text).unwrap_err().to_string();
        for expected in [
            "p.toml:1: `[[for]]` needs `who` or `image`",
            "p.toml:4: `[[for]]` has no rule's table below it (write `[for.memory]`)",
            "p.toml:5: `who` is empty",
            "p.toml:6: `for.image` takes a pattern that can match a full name, such as \"docker.io/library/*\", registry first, not `library/x`",
            "p.toml:8: `grant.rule` takes text, not `3`",
            "p.toml:9: `image` is empty",
            "p.toml:10: `reason` is empty",
            "p.toml:11: `grant.until` takes a date such as 2027-03-31, without quotes, not `2027-03-31`",
            "p.toml:12: unknown key `why` in `[grant]`",
            "p.toml:13: `[grant]` has no `rule`",
            "p.toml:13: `[grant]` has no `image`",
            "p.toml:13: `[grant]` has no `reason`",
            "p.toml:14: `grant.who` takes \"NAME\", \"uid:1000\"",
        ] {
            assert!(problems.contains(expected), "{expected}\n--\n{problems}");
        }
        for (text, expected) in [
            ("[for]\nwho = [\"x\"]\n", "p.toml:1: `for` is a list of tables, not a table (write `[[for]]`)"),
            ("grant = 1\n", "p.toml:1: `grant` is a list of tables, not a whole number (write `[[grant]]`)"),
        ] {
            assert_eq!(owner(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn what_only_an_owner_may_have_is_a_problem_in_a_guest() {
        let guest = "extends = \"strict\"\n[[for]]\nwho = [\"*\"]\n[[grant]]\nrule = \"user\"\n[cpus]\nmax = 1.0\n";
        let Draft { policy, problems } = draft("", guest);
        let said = problems.to_string();
        for (line, key) in [(1, "extends"), (2, "[[for]]"), (4, "[[grant]]")] {
            assert!(said.contains(&format!("g.toml:{line}: `{key}` is for the owner of a policy only")), "{said}");
        }
        assert_eq!(policy.guests().iter().map(|guest| guest.table.len()).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_profile_can_be_a_guest() {
        let policy = Draft::of(&[], &[Layer::Profile("strict".to_owned())]).finish().unwrap();
        let names: Vec<&str> = policy.sources().iter().map(|name| &**name).collect();
        assert_eq!(names, ["built-in:baseline", "built-in:strict"]);
        let guest = policy.guests().first().unwrap();
        assert!(guest.is_profile && guest.table.len() == policy.entries().count());
        assert!(Draft::of(&[], &[Layer::Profile("strikt".to_owned())]).finish().is_err());
    }

    #[test]
    fn only_the_first_file_extends_a_profile_and_never_a_file() {
        let source = |text: &str| Source { name: "p.toml".into(), text: text.to_owned() };
        let two = Policy::owners(&[source("extends = \"strict\"\n"), source("\nextends = \"ci\"\n")]);
        assert_eq!(two.unwrap_err().to_string(), "p.toml:2: only the first file of a policy may extend a profile");
        let file = owner("extends = \"./p.toml\"\n").unwrap_err().to_string();
        assert!(file.contains("names a shipped profile, not a file"), "{file}");
    }

    #[test]
    fn every_profile_parses() {
        for profile in PROFILES {
            Policy::built_in(profile.name).unwrap_or_else(|p| panic!("{p}"));
        }
    }
}
