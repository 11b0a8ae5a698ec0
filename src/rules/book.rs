//! A whole policy, read by every rule: for everybody, and then for one caller and image.

use std::borrow::Cow;
use std::sync::Arc;

use super::ruleset::Loaded;
use super::{CATALOGUE, Gate, Rule, RuleId, Ruleset, problems};
use crate::policy::{Draft, Entry, For, Grant, Guest, Looser, Policy, Problems, Selection, Value, merge, tighten};
use crate::request::{Caller, Date, ImageRef, PolicySpot};

/// A policy in which nothing is wrong.
#[derive(Debug)]
pub struct Rulebook {
    policy: Policy,
    /// For everybody and every image.
    everybody: Ruleset,
}

/// One rule's table as it counts for a request.
#[derive(Debug)]
pub struct InForce<'a> {
    /// The rule.
    pub rule: RuleId,
    /// Its table, with what guests tighten; none where a grant lifts the rule.
    pub table: Option<Entry>,
    /// Lists that another guest's list stands before: an entry must be permitted by all of them.
    pub behind: Vec<(String, Entry)>,
    /// The grant that lifts the owner's table.
    pub lifted: Option<&'a Grant>,
}

impl Rulebook {
    /// Reads every table of every layer.
    ///
    /// # Errors
    /// All problems of the policy at once: unknown rules and keys, values that do not fit, rules without a table, guests
    /// that would loosen.
    pub fn load(policy: Policy) -> Result<Self, Problems> {
        Self::of(Draft { policy, problems: Problems::default() })
    }

    /// As [`Self::load`], for a policy whose texts may have problems of their own.
    ///
    /// # Errors
    /// All problems of the texts and of the policy at once.
    pub fn of(draft: Draft) -> Result<Self, Problems> {
        let Draft { policy, problems: mut found } = draft;
        problems::unknown_rules(&policy, &mut found);
        let owner: Vec<_> = CATALOGUE.iter().map(|rule| rule.loaded(policy.table(rule.id.0), &mut found)).collect();
        let mut gates = vec![owner];
        for (index, guest) in policy.guests().iter().enumerate() {
            let below = gates.last().into_iter().flatten();
            let gate = CATALOGUE.iter().zip(below).map(|(rule, below)| match guest.table.contains_key(rule.id.0) {
                true => guest_rule(&policy, rule, guest, index + 1, &mut found),
                false => below.clone(),
            });
            gates.push(gate.collect());
        }
        problems::for_blocks(&policy, &mut found);
        let mut gates = gates.into_iter().map(|gate| gate.into_iter().flatten().collect()).map(Gate::of);
        let everybody = Ruleset { owner: gates.next().unwrap_or_default(), guests: gates.collect(), granted: vec![] };
        found.into_result(Self { policy, everybody })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The rules as they are for everybody and every image: no `[[for]]`, no `[[grant]]`.
    pub(super) fn into_everybody(self) -> Ruleset {
        self.everybody
    }

    /// The rules for a caller, an image as it was typed, and a day.
    ///
    /// # Errors
    /// Problems of `[[for]]` blocks that are sound alone and not together.
    pub fn ruleset(&self, caller: &Caller, image: &str, today: Date) -> Result<Ruleset, Problems> {
        let selection = self.select(caller, image, today);
        let mut found = Problems::default();
        let mut fit = |guests: usize, gate: &Gate| Gate::of(self.fitted(gate, guests, &selection, &mut found));
        let mut set = Ruleset {
            owner: fit(0, &self.everybody.owner),
            guests: self.everybody.guests.iter().enumerate().map(|(index, gate)| fit(index + 1, gate)).collect(),
            granted: selection.grants.iter().map(|grant| grant.spot.clone()).collect(),
        };
        set.owner.ended = selection.ended.iter().map(|grant| (grant.rule.value.clone(), ended(grant))).collect();
        set.owner.by_name = by_name(&selection).filter(|_| could_be_an_id(image));
        found.into_result(set)
    }

    /// Which blocks count for a caller, an image as it was typed, and a day.
    #[must_use]
    pub fn select(&self, caller: &Caller, image: &str, today: Date) -> Selection<'_> {
        self.policy.select(caller, name_of(image).as_ref(), today)
    }

    /// A gate's rules with what blocks change, and without what grants lift. A grant is the owner's: where a guest has a
    /// table for the rule, the guest's gate keeps it.
    fn fitted(&self, gate: &Gate, guests: usize, selection: &Selection<'_>, found: &mut Problems) -> Vec<Arc<Loaded>> {
        let Selection { fors, grants, .. } = selection;
        let mut rules = Vec::with_capacity(gate.rules.len());
        for loaded in &gate.rules {
            let id = loaded.id.0;
            if grants.iter().any(|grant| grant.rule.value == id) && !is_touched(&self.policy, id, guests) {
                continue;
            }
            let blocks: Vec<&For> = fors.iter().copied().filter(|block| block.tables.contains_key(id)).collect();
            match Rule::find(id).filter(|_| !blocks.is_empty()) {
                None => rules.push(Arc::clone(loaded)),
                Some(rule) => {
                    let mut own = Problems::default();
                    rules.extend(rule.loaded(table(&self.policy, rule, &blocks, guests).as_deref(), &mut own));
                    let places: Vec<String> = blocks.iter().map(|block| block.spot.to_string()).collect();
                    found.join_new(own, |problem| problem.beside(|| format!("`[[for]]` at {}", places.join(", "))));
                }
            }
        }
        rules
    }

    /// Every rule's table as it counts: what is read to judge a request, for people.
    #[must_use]
    pub fn in_force<'a>(&'a self, selection: &Selection<'a>) -> Vec<InForce<'a>> {
        let guests = self.policy.guests().len();
        let rule = |rule: &Rule| {
            let id = rule.id.0;
            let at = |guests: usize| table(&self.policy, rule, &selection.fors, guests);
            let lifted = selection.grants.iter().copied().find(|grant| grant.rule.value == id);
            let counts = lifted.is_none() || is_touched(&self.policy, id, guests);
            let table = at(guests).filter(|_| counts).map(Cow::into_owned);
            let mut behind = Vec::new();
            for below in (0..guests).filter_map(at) {
                hidden_lists(&below, table.as_ref(), &mut behind);
            }
            InForce { rule: rule.id, table, behind, lifted }
        };
        CATALOGUE.iter().map(rule).collect()
    }
}

/// A rule as a guest tightens it.
fn guest_rule(policy: &Policy, rule: &Rule, guest: &Guest, guests: usize, found: &mut Problems) -> Option<Arc<Loaded>> {
    problems::loosened(policy, rule, guest, found);
    let mut own = Problems::default();
    let loaded = rule.loaded(table(policy, rule, &[], guests).as_deref(), &mut own);
    found.join_new(own, |problem| problem.beside(|| format!("with `[{}]` of {} laid over it", rule.id, guest.name)));
    loaded
}

/// The table of a rule: the owner's, with the blocks laid over it in their order, tightened by the first `guests`.
pub(super) fn table<'p>(policy: &'p Policy, rule: &Rule, fors: &[&For], guests: usize) -> Option<Cow<'p, Entry>> {
    let id = rule.id.0;
    let mut entry = policy.table(id).map(Cow::Borrowed);
    for above in fors.iter().filter_map(|block| block.tables.get(id)) {
        entry = Some(Cow::Owned(match entry {
            Some(below) => replaced(below.into_owned(), above),
            None => above.clone(),
        }));
    }
    for guest in policy.guests().iter().take(guests) {
        if let Some(above) = guest.table.get(id) {
            entry = Some(Cow::Owned(match entry {
                Some(below) => tightened(rule, &below, guest, above),
                None => above.clone(),
            }));
        }
    }
    entry
}

fn replaced(mut below: Entry, above: &Entry) -> Entry {
    match (&mut below.node.value, &above.node.value) {
        (Value::Table(old), Value::Table(new)) => merge(old, new.clone()),
        _ => return above.clone(),
    }
    below
}

/// An owner's table tightened by a guest's. A profile that is laid as a guest was not written for this owner: where its
/// defaults do not go with the owner's bounds, they do not count.
fn tightened(rule: &Rule, below: &Entry, guest: &Guest, above: &Entry) -> Entry {
    let whole = laid(rule, below, above).0;
    let is_sound = |entry: &Entry| {
        let mut problems = Problems::default();
        rule.loaded(Some(entry), &mut problems);
        problems.is_empty()
    };
    if !guest.is_profile || is_sound(&whole) {
        return whole;
    }
    let mut bounds = above.clone();
    if let Value::Table(table) = &mut bounds.node.value {
        table.retain(|key, _| !rule.all_keys().fills(key));
    }
    let bounded = laid(rule, below, &bounds).0;
    if is_sound(&bounded) { bounded } else { below.clone() }
}

/// A guest's table over an owner's, and what of it would have loosened.
pub(super) fn laid(rule: &Rule, below: &Entry, above: &Entry) -> (Entry, Vec<Looser>) {
    let mut entry = below.clone();
    match (&mut entry.node.value, &above.node.value) {
        (Value::Table(old), Value::Table(new)) => {
            let looser = tighten(old, new, rule.all_keys(), rule.id.0);
            (entry, looser)
        }
        _ => (above.clone(), Vec::new()),
    }
}

fn is_touched(policy: &Policy, id: &str, guests: usize) -> bool {
    policy.guests().iter().take(guests).any(|guest| guest.table.contains_key(id))
}

/// Lists that are still a gate, though another stands in their place in the merged table.
fn hidden_lists(below: &Entry, above: Option<&Entry>, hidden: &mut Vec<(String, Entry)>) {
    let Some((Value::Table(below), Value::Table(above))) = above.map(|above| (&below.node.value, &above.node.value))
    else {
        return;
    };
    for (key, entry) in below.iter().filter(|(_, entry)| matches!(entry.node.value, Value::Array(_))) {
        let is_shown = above.get(key).is_some_and(|shown| shown.node.spot == entry.node.spot);
        if !is_shown && hidden.iter().all(|(_, known)| known.node.spot != entry.node.spot) {
            hidden.push((key.clone(), entry.clone()));
        }
    }
}

fn ended(grant: &Grant) -> String {
    let until = grant.until.map(|until| until.to_string()).unwrap_or_default();
    format!("the grant that lifted this ended on {until}: {}", grant.spot)
}

/// An image's name; a whole id, which docker never takes for one, has none.
fn name_of(image: &str) -> Option<ImageRef> {
    let is_id = could_be_an_id(image) && image.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64);
    ImageRef::parse(image).ok().filter(|_| !is_id)
}

/// Docker takes a piece of an id for an image, where no image has it for a name.
fn could_be_an_id(image: &str) -> bool {
    image.strip_prefix("sha256:").unwrap_or(image).bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A block that counts because of what the image is called.
fn by_name(selection: &Selection<'_>) -> Option<PolicySpot> {
    let fors = selection.fors.iter().map(|block| (&block.scope, &block.spot));
    let grants = selection.grants.iter().map(|grant| (&grant.scope, &grant.spot));
    fors.chain(grants).find(|(scope, _)| scope.names_images()).map(|(_, spot)| spot.clone())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asking, caller, facts};
    use super::*;
    use crate::policy::{Layer, Source};
    use crate::request::wire::ContainerCreate;
    use crate::request::{Action, Request};
    use crate::rules::Case;

    fn layer(name: &str, text: &str) -> Layer {
        Layer::File(Source { name: name.into(), text: text.to_owned() })
    }

    fn book(owner: &str, guests: &[Layer]) -> Result<Rulebook, String> {
        Rulebook::of(Draft::of(&[layer("p.toml", owner)], guests)).map_err(|problems| problems.to_string())
    }

    fn guest(owner: &str, text: &str) -> Result<Rulebook, String> {
        book(owner, &[layer("g.toml", text)])
    }

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn today() -> Date {
        day("2027-03-31")
    }

    fn says(book: &Rulebook, request: &Request) -> Vec<(&'static str, Action)> {
        let set = book.ruleset(&caller(), &request.body.image, today()).unwrap();
        let outcome = set.judge(&Case { request, caller: &caller(), facts: &facts() });
        let mut said: Vec<_> = outcome.findings.iter().map(|finding| (finding.rule.0, finding.action)).collect();
        said.sort_unstable();
        said
    }

    fn image(name: &str, change: impl FnOnce(&mut ContainerCreate)) -> Request {
        asking(|body| {
            change(body);
            name.clone_into(&mut body.image);
        })
    }

    #[test]
    fn a_guest_that_loosens_is_a_problem_at_its_line() {
        let owner = "[cpus]\naction = \"deny\"\nmax = 2.0\n[memory]\nmax = \"2g\"\n";
        for (text, expected) in [
            ("[cpus]\nmax = 3\n", "g.toml:2: `cpus.max` would loosen what p.toml:3 says (this file may only lower it)"),
            ("[memory]\nmax = \"1TiB\"\n", "g.toml:2: `memory.max` would loosen what p.toml:5 says"),
            (
                "[cpus]\naction = \"rewrite\"\n",
                "g.toml:2: `cpus.action` would loosen what p.toml:2 says (this file may only make",
            ),
            ("[user]\nimage-root-group = \"allow\"\n", "g.toml:2: `user.image-root-group` would loosen"),
            ("[ulimits.nofile]\nmax = 90000\n", "g.toml:2: `ulimits.nofile.max` would loosen what built-in:baseline:"),
        ] {
            let said = guest(owner, text).unwrap_err();
            assert!(said.contains(expected), "{expected}\n--\n{said}");
        }
        for text in [
            "[cpus]\nmax = 2.0\ndefault = 1.5\n",
            "[cpus]\nmax = 1\n",
            "[memory]\nmax = \"2048m\"\n[user]\nimage-root-group = \"deny\"\n",
            "[images]\nallow = [\"**\"]\n",
            "[ulimits.nproc]\nmax = 90000\n",
            "[ulimits.nofile]\nmax = 4096\n",
        ] {
            guest(owner, text).unwrap_or_else(|said| panic!("{text}\n{said}"));
        }
    }

    #[test]
    fn a_guest_is_read_as_strictly_as_an_owner() {
        let said = guest("", "[cpus]\nmax = \"many\"\nmin = 1\n[usr]\nx = 1\n[pids]\nmax = 10\n").unwrap_err();
        for expected in [
            "g.toml:2: `cpus.max` takes a number of CPUs",
            "g.toml:3: unknown key `min` in `[cpus]`",
            "g.toml:4: there is no rule `usr`",
            "the default 256 is above the max 10 (with `[pids]` of g.toml laid over it)",
        ] {
            assert!(said.contains(expected), "{expected}\n--\n{said}");
        }
    }

    #[test]
    fn a_guest_may_tighten_what_a_block_loosens() {
        let owner = "[[for]]\nwho = [\"alice\"]\n[for.cpus]\nmax = 16.0\n";
        let book = guest(owner, "[cpus]\nmax = 8.0\n").unwrap();
        let asks = |cpus: i64| says(&book, &asking(|body| body.host_config.nano_cpus = cpus * 1_000_000_000));
        assert_eq!(asks(8), []);
        assert_eq!(asks(9), [("cpus", Action::Rewrite)]);
        let nobody = book.ruleset(&Caller::numbered(7, 7), "alpine", today()).unwrap();
        let request = asking(|body| body.host_config.nano_cpus = 5_000_000_000);
        let outcome = nobody.judge(&Case { request: &request, caller: &caller(), facts: &facts() });
        assert_eq!(outcome.findings.len(), 1, "for others the owner's 4 hold: {outcome:?}");
        assert!(guest(owner, "[cpus]\nmax = 17.0\n").is_err());
    }

    #[test]
    fn both_lists_must_permit() {
        let owner = "[images]\nallow = [\"docker.io/library/*\", \"reg.example/**\"]\n";
        let text = "[images]\nallow = [\"docker.io/library/alpine\", \"evil.example/**\"]\n";
        let book = guest(owner, text).unwrap();
        let asks = |name: &str| says(&book, &image(name, |_| {})).len();
        assert_eq!(asks("alpine"), 0);
        for refused in ["busybox", "reg.example/x", "evil.example/x"] {
            assert!(asks(refused) > 0, "{refused}");
        }
    }

    #[test]
    fn a_profile_as_a_guest_counts_where_it_tightens() {
        let strict = book("extends = \"strict\"\n", &[Layer::Profile("ci".to_owned())]).unwrap();
        let cpus = |book: &Rulebook| {
            let set = book.ruleset(&caller(), "alpine", today()).unwrap();
            set.judge(&Case { request: &asking(|_| {}), caller: &caller(), facts: &facts() })
        };
        assert!(cpus(&strict).rewrites.iter().any(|rewrite| rewrite.meaning == "--cpus 0.5"), "ci's 2 do not fit");
        let loose = book("", &[Layer::Profile("permissive".to_owned())]).unwrap();
        assert_eq!(cpus(&loose).rewrites, cpus(&book("", &[]).unwrap()).rewrites);
        let tight = book("", &[Layer::Profile("sandbox".to_owned())]).unwrap();
        assert!(cpus(&tight).rewrites.iter().any(|rewrite| rewrite.meaning == "--cpus 0.5"));
        let said = says(&tight, &asking(|body| body.host_config.nano_cpus = 2_000_000_000));
        assert_eq!(said.first(), Some(&("cpus", Action::Deny)));
        assert!(said.iter().skip(1).all(|(_, action)| *action == Action::Warn), "{said:?}");
        for profile in crate::policy::PROFILES {
            for owner in crate::policy::PROFILES {
                let text = format!("extends = \"{}\"\n", owner.name);
                book(&text, &[Layer::Profile(profile.name.to_owned())]).unwrap_or_else(|said| panic!("{said}"));
            }
        }
    }

    #[test]
    fn of_blocks_the_last_one_counts_key_by_key() {
        let owner = "[[for]]\nwho = [\"uid:1000\"]\n[for.cpus]\nmax = 8.0\naction = \"deny\"\n\
                     [[for]]\nimage = [\"docker.io/library/alpine\"]\n[for.cpus]\nmax = 6.0\n";
        let book = book(owner, &[]).unwrap();
        let asks =
            |name: &str, cpus: i64| says(&book, &image(name, |body| body.host_config.nano_cpus = cpus * 1_000_000_000));
        assert_eq!(asks("busybox", 8), []);
        assert_eq!(asks("busybox", 9), [("cpus", Action::Deny)]);
        assert_eq!(asks("alpine", 6), []);
        assert_eq!(asks("alpine", 7), [("cpus", Action::Deny)]);
    }

    #[test]
    fn blocks_are_read_when_the_policy_is_and_again_together() {
        let said = book("[[for]]\nwho = [\"*\"]\n[for.cpu]\nmax = 1\n[for.pids]\nmax = 10\nmaximum = 1\n", &[]);
        let said = said.unwrap_err();
        for expected in [
            "p.toml:3: there is no rule `cpu` (did you mean `cpus`?)",
            "p.toml:7: unknown key `maximum` in `[pids]`",
            "the default 256 is above the max 10 (with the `[[for]]` at p.toml:1)",
        ] {
            assert!(said.contains(expected), "{expected}\n--\n{said}");
        }
        let apart = "[[for]]\nwho = [\"alice\"]\n[for.pids]\nmax = 300\n\
                     [[for]]\nimage = [\"docker.io/library/alpine\"]\n[for.pids]\ndefault = 400\n";
        let book = book(apart, &[]).unwrap();
        assert!(book.ruleset(&caller(), "busybox", today()).is_ok());
        let said = book.ruleset(&caller(), "alpine", today()).unwrap_err().to_string();
        let expected = "p.toml:8: the default 400 is above the max 300 (`[[for]]` at p.toml:1, p.toml:5)";
        assert_eq!(said, expected, "nothing is guessed");
    }

    const GRANT: &str = "[[grant]]\nrule = \"privileged\"\nimage = [\"docker.io/library/alpine\"]\nreason = \"x\"\n";

    fn privileged(name: &str) -> Request {
        image(name, |body| body.host_config.privileged = true)
    }

    #[test]
    fn a_grant_lifts_a_rule_for_its_images_until_its_last_day() {
        let denied = [("privileged", Action::Deny)];
        let lasting = book(GRANT, &[]).unwrap();
        assert_eq!(says(&lasting, &privileged("alpine:3")), []);
        assert_eq!(says(&lasting, &privileged("busybox")), denied);
        assert_eq!(says(&book(&format!("{GRANT}until = 2027-03-31\n"), &[]).unwrap(), &privileged("alpine")), []);
        assert_eq!(says(&book(&format!("{GRANT}who = [\"bob\"]\n"), &[]).unwrap(), &privileged("alpine")), denied);
        let set = lasting.ruleset(&caller(), "alpine", today()).unwrap();
        assert_eq!(set.granted().iter().map(ToString::to_string).collect::<Vec<_>>(), ["p.toml:1"]);
    }

    #[test]
    fn a_lifted_rule_fills_in_nothing_either() {
        let user = "[[grant]]\nrule = \"user\"\nimage = [\"docker.io/library/alpine\"]\nreason = \"drops root\"\n";
        let outcome = |guests: &[Layer]| {
            let book = book(user, guests).unwrap();
            let set = book.ruleset(&caller(), "alpine", today()).unwrap();
            set.judge(&Case { request: &asking(|_| {}), caller: &caller(), facts: &facts() })
        };
        let fills = |guests: &[Layer]| outcome(guests).rewrites.iter().any(|rewrite| rewrite.rule.0 == "user");
        assert!(!fills(&[]));
        assert!(fills(&[layer("g.toml", "[user]\ndefault = \"5:5\"\n")]), "a grant is the owner's");
        assert!(!fills(&[layer("g.toml", "[cpus]\nmax = 1.0\n")]));
    }

    #[test]
    fn a_refusal_says_which_grant_has_ended() {
        let book = book(&format!("{GRANT}until = 2027-03-30\n"), &[]).unwrap();
        let set = book.ruleset(&caller(), "alpine", today()).unwrap();
        let outcome = set.judge(&Case { request: &privileged("alpine"), caller: &caller(), facts: &facts() });
        let help = &outcome.findings.first().unwrap().help;
        assert_eq!(help.last().unwrap(), "the grant that lifted this ended on 2027-03-30: p.toml:1");
    }

    #[test]
    fn a_piece_of_an_id_is_no_name() {
        let owner = GRANT.replace("library/alpine", "library/*");
        let book = book(&owner, &[]).unwrap();
        assert_eq!(says(&book, &privileged("0123")), [("images", Action::Deny)], "the image's id begins like this");
        assert_eq!(says(&book, &privileged("sha256:0123")), [("images", Action::Deny)]);
        let whole = format!("sha256:{}", "0123".repeat(16));
        assert_eq!(says(&book, &privileged(&whole)), [("privileged", Action::Deny)], "never a name");
        assert_eq!(says(&book, &privileged("cafe")), [], "an image may be called so");
        let set = book.ruleset(&caller(), "cafe", today()).unwrap();
        assert!(set.needs(&privileged("cafe")).image);
        let unknown = crate::request::Facts::default();
        let outcome = set.judge(&Case { request: &privileged("cafe"), caller: &caller(), facts: &unknown });
        assert!(outcome.findings.iter().any(|finding| finding.rule.0 == "images" && finding.action == Action::Deny));
        assert_eq!(says(&book, &privileged(&"0123".repeat(16))), [("privileged", Action::Deny)]);
    }

    #[test]
    fn grants_that_are_of_no_use_are_warned_about() {
        let grant = |rule: &str, more: &str| {
            format!("[[grant]]\nrule = \"{rule}\"\nimage = [\"docker.io/library/x\"]\nreason = \"r\"\n{more}")
        };
        let owner = [
            "[restart]\naction = \"deny\"\n".to_owned(),
            grant("restart", ""),
            grant("user", "until = 2026-12-31\n"),
            grant("restart", "until = 2028-01-01\nwho = [\"bob\"]\n"),
            grant("user", ""),
        ]
        .concat();
        let said = |book: &Rulebook| book.warnings(today()).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said(&book(&owner, &[]).unwrap()),
            [
                "p.toml:7: this grant ended on 2026-12-31, so it lifts nothing (take it out, or write a later day)",
                "p.toml:12: this grant is unused: p.toml:3 grants the same already",
            ]
        );
        let idle = said(&book(&format!("extends = \"permissive\"\n{}", grant("user", "")), &[]).unwrap());
        assert_eq!(idle, ["p.toml:2: this grant is unused: `user` neither looks nor fills in anything"]);
        let unknown = book(&grant("usr", ""), &[]).unwrap_err();
        assert_eq!(unknown, "p.toml:2: there is no rule `usr` (did you mean `user`?)");
    }

    #[test]
    fn what_is_in_force_is_what_is_read() {
        let owner = format!("[images]\nallow = [\"**\"]\n{GRANT}");
        let book = guest(&owner, "[images]\nallow = [\"docker.io/**\"]\n[cpus]\nmax = 2.0\n").unwrap();
        let selection = book.select(&caller(), "alpine", today());
        let in_force = book.in_force(&selection);
        let rule = |id: &str| in_force.iter().find(|rule| rule.rule.0 == id).unwrap();
        let written = |id: &str| crate::policy::written_table(&[id], rule(id).table.as_ref().unwrap(), true);
        assert!(written("cpus").contains("max = 2.0  # g.toml:4\n"));
        assert!(written("images").contains("allow = [\"docker.io/**\"]  # g.toml:2\n"));
        let behind: Vec<_> = rule("images").behind.iter().map(|(key, entry)| format!("{key} {}", entry.key)).collect();
        assert_eq!(behind, ["allow p.toml:2"]);
        assert!(rule("privileged").table.is_none() && rule("privileged").lifted.is_some());
    }
}
