//! A whole policy, read by every rule: for everybody, and then for one caller and image.

use std::borrow::Cow;
use std::sync::Arc;

use super::ruleset::Loaded;
use super::{CATALOGUE, Gate, Rule, RuleId, Ruleset, problems};
use crate::policy::{Draft, Entry, For, Grant, Guest, Looser, Policy, Problems, Selection, Value, replace, tighten};
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
        let name = ImageRef::parse(image).ok();
        let selection = self.policy.select(caller, name.as_ref(), today);
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
        (Value::Table(old), Value::Table(new)) => replace(old, new.clone()),
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

/// Docker takes a piece of an id for an image, where no image has it for a name.
fn could_be_an_id(image: &str) -> bool {
    !image.is_empty() && image.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A block that counts because of what the image is called.
fn by_name(selection: &Selection<'_>) -> Option<PolicySpot> {
    let fors = selection.fors.iter().map(|block| (&block.scope, &block.spot));
    let grants = selection.grants.iter().map(|grant| (&grant.scope, &grant.spot));
    fors.chain(grants).find(|(scope, _)| scope.names_images()).map(|(_, spot)| spot.clone())
}
