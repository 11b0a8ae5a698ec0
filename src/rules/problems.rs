//! What is wrong, or idle, in a policy as a whole.

use super::book::{laid, table};
use super::ruleset::says_nothing;
use super::{CATALOGUE, Rule, Rulebook};
use crate::policy::{For, Grant, Guest, Looser, Policy, Problem, Problems, Tighter};
use crate::request::{Date, PolicySpot};

/// Names of rules that there are not, anywhere in the policy.
pub(super) fn unknown_rules(policy: &Policy, found: &mut Problems) {
    let mut look = |id: &str, spot: &PolicySpot| {
        if Rule::find(id).is_none() {
            let problem = Problem::at(spot, format!("there is no rule `{id}`"));
            found.add(problem.closest(id, CATALOGUE.iter().map(|rule| rule.id.0)));
        }
    };
    policy.entries().for_each(|(id, entry)| look(id, &entry.key));
    let blocks = policy.fors().iter().map(|block| &block.tables);
    let guests = policy.guests().iter().map(|guest| &guest.table);
    blocks.chain(guests).flatten().for_each(|(id, entry)| look(id, &entry.key));
    policy.grants().iter().for_each(|grant| look(&grant.rule.value, &grant.rule.spot));
}

/// Every block's tables over those of everybody.
pub(super) fn for_blocks(policy: &Policy, found: &mut Problems) {
    for block in policy.fors() {
        for rule in block.tables.keys().filter_map(|id| Rule::find(id)) {
            let mut own = Problems::default();
            rule.loaded(table(policy, rule, &[block], 0).as_deref(), &mut own);
            found.join_new(own, |problem| problem.beside(|| format!("with the `[[for]]` at {}", block.spot)));
        }
    }
}

/// What a guest's file would loosen, whoever asks for whatever image: where a block's value is looser still, the guest's
/// tightens that one, and does not count elsewhere.
pub(super) fn loosened(policy: &Policy, rule: &Rule, guest: &Guest, found: &mut Problems) {
    let Some(above) = guest.table.get(rule.id.0).filter(|_| !guest.is_profile) else { return };
    let over = |fors: &[&For]| table(policy, rule, fors, 0).map_or_else(Vec::new, |below| laid(rule, &below, above).1);
    let mut looser = over(&[]);
    for block in policy.fors().iter().filter(|block| block.tables.contains_key(rule.id.0)) {
        if looser.is_empty() {
            return;
        }
        let still = over(&[block]);
        looser.retain(|one| still.iter().any(|other| other.path == one.path));
    }
    looser.iter().for_each(|one| found.add(told(one)));
}

fn told(looser: &Looser) -> Problem {
    let Looser { path, guest, owner, tighter } = looser;
    let may = match tighter {
        Tighter::Lower => "only lower it",
        Tighter::Higher => "only raise it",
        Tighter::Stricter => "only make it stricter: allow, warn, rewrite, deny",
        Tighter::More | Tighter::Either => "only add to it",
    };
    Problem::at(guest, format!("`{path}` would loosen what {owner} says")).help(format!("this file may {may}"))
}

impl Rulebook {
    /// What is not wrong but idle: grants that have ended, lift nothing, or repeat another.
    #[must_use]
    pub fn warnings(&self, today: Date) -> Vec<Problem> {
        let grants = self.policy().grants();
        grants.iter().enumerate().filter_map(|(index, grant)| self.idle(grants.get(..index)?, grant, today)).collect()
    }

    fn idle(&self, before: &[Grant], grant: &Grant, today: Date) -> Option<Problem> {
        let id = &grant.rule.value;
        if let Some(until) = grant.until.filter(|_| grant.has_ended(today)) {
            let problem = Problem::at(&grant.spot, format!("this grant ended on {until}, so it lifts nothing"));
            return Some(problem.help("take it out, or write a later day"));
        }
        let blocks = self.policy().fors().iter().filter_map(|block| block.tables.get(id));
        if self.policy().table(id).into_iter().chain(blocks).all(says_nothing) {
            let why = format!("this grant is unused: `{id}` neither looks nor fills in anything");
            return Some(Problem::at(&grant.spot, why));
        }
        let twin = before.iter().find(|other| covers(other, grant))?;
        Some(Problem::at(&grant.spot, format!("this grant is unused: {} grants the same already", twin.spot)))
    }
}

/// Whether an earlier grant lifts whatever a later one does, for as long.
fn covers(earlier: &Grant, later: &Grant) -> bool {
    let all_images = !earlier.scope.names_images();
    let images = || {
        let listed = |patterns: &Option<Vec<_>>| patterns.clone().unwrap_or_default();
        let known = listed(&earlier.scope.images);
        listed(&later.scope.images).iter().all(|pattern| known.contains(pattern))
    };
    earlier.rule.value == later.rule.value
        && (earlier.scope.who.is_none() || earlier.scope.who == later.scope.who)
        && (earlier.until.is_none() || later.until.is_some_and(|until| earlier.until >= Some(until)))
        && (all_images || images())
}
