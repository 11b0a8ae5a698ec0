//! Laying one table over another: an owner's replaces, a guest's may only tighten.

use super::{Entry, FromNode, Key, Node, Table, Takes, Tighter, Value};
use crate::request::sizes::{Bytes, NanoCpus};
use crate::request::{Action, PolicySpot};

/// Later replaces earlier, key by key; tables merge, everything else is replaced whole.
pub fn merge(below: &mut Table, above: Table) {
    for (key, entry) in above {
        match (below.get_mut(&key).map(|entry| &mut entry.node.value), entry.node.value) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (_, value) => {
                let node = Node { value, spot: entry.node.spot };
                below.insert(key, Entry { key: entry.key, node });
            }
        }
    }
}

/// The keys of a table: those with names, and what the tables have whose names are data.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    /// What becomes of a breach, in the table of a rule.
    pub action: Option<Key>,
    /// Keys by name.
    pub named: &'static [Key],
    /// The keys of every further table; empty where there are none.
    pub open: &'static [Key],
}

impl Keys {
    fn of(self, name: &str) -> Option<Key> {
        let named = self.action.iter().chain(self.named).find(|key| key.name == name).copied();
        named.or_else(|| (!self.open.is_empty()).then(|| Key::free("", Takes::Table(self.open), "")))
    }

    /// Whether a key says what a silence becomes: a value of no order that is no list.
    #[must_use]
    pub fn fills(self, name: &str) -> bool {
        let is_list = |takes| matches!(takes, Takes::Texts | Takes::Ids | Takes::Entries(_) | Takes::Table(_));
        self.of(name).is_some_and(|key| key.tighter == Tighter::Either && !is_list(key.takes))
    }
}

/// A guest's value that would have loosened an owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looser {
    /// The key, with those of the tables around it.
    pub path: String,
    /// The guest's line.
    pub guest: PolicySpot,
    /// The owner's line.
    pub owner: PolicySpot,
    /// What a guest may do.
    pub tighter: Tighter,
}

/// Lays a guest's table over an owner's. What would loosen does not count, and is returned.
#[must_use]
pub fn tighten(below: &mut Table, above: &Table, keys: Keys, path: &str) -> Vec<Looser> {
    let mut looser = Vec::new();
    for (name, entry) in above {
        let Some(old) = below.get_mut(name) else {
            below.insert(name.clone(), entry.clone());
            continue;
        };
        // A key that the rule does not know is objected to when the rule reads the table.
        let Key { takes, tighter, .. } = keys.of(name).unwrap_or(Key::free("", Takes::Text, ""));
        let path = format!("{path}.{name}");
        match (&mut old.node.value, &entry.node.value, takes) {
            (Value::Table(old), Value::Table(new), Takes::Table(named)) => {
                looser.extend(tighten(old, new, Keys { action: None, named, open: &[] }, &path));
            }
            (value, new, _) if *value == *new => {}
            (Value::Array(old), Value::Array(new), _) if tighter == Tighter::More => unite(old, new),
            (value, new, _) if is_looser(value, new, takes, tighter) => {
                let (guest, owner) = (entry.node.spot.clone(), old.node.spot.clone());
                looser.push(Looser { path, guest, owner, tighter });
            }
            _ => *old = entry.clone(),
        }
    }
    looser
}

/// What the guest's list adds.
fn unite(old: &mut Vec<Node>, new: &[Node]) {
    let further: Vec<Node> =
        new.iter().filter(|node| old.iter().all(|known| known.value != node.value)).cloned().collect();
    old.extend(further);
}

/// Whether the new value permits more. One that is not of its kind does not: the rule objects to it when it reads it.
fn is_looser(old: &Value, new: &Value, takes: Takes, tighter: Tighter) -> bool {
    let (old, new) = (amount(old, takes), amount(new, takes));
    match (tighter, old, new) {
        (Tighter::Either, ..) | (_, _, Amount::Misfit) => false,
        (Tighter::Lower, Amount::Of(old), Amount::Of(new)) => new > old,
        (Tighter::Higher | Tighter::Stricter, Amount::Of(old), Amount::Of(new)) => new < old,
        // Two lists of what is added that are not both lists, and bounds that have no order.
        (Tighter::More | Tighter::Lower | Tighter::Higher | Tighter::Stricter, ..) => true,
    }
}

enum Amount {
    Of(i64),
    /// Not of the kind that the key takes.
    Misfit,
    /// Of a kind that has no order.
    Incomparable,
}

fn amount(value: &Value, takes: Takes) -> Amount {
    let read = match takes {
        Takes::Action => Action::from_value(value).map(|action| action as i64),
        Takes::Whole => u32::from_value(value).map(i64::from),
        Takes::Cpus => NanoCpus::from_value(value).map(|cpus| cpus.0),
        Takes::Size => Bytes::from_value(value).map(|bytes| bytes.0),
        Takes::Switch | Takes::Text | Takes::Texts | Takes::Ids | Takes::Table(_) | Takes::Entries(_) => {
            return Amount::Incomparable;
        }
    };
    read.map_or(Amount::Misfit, Amount::Of)
}
