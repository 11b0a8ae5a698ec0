//! `[[for]]` and `[[grant]]`: what counts for some callers and images only. Owner layers alone have them.

use super::{Entry, FromNode, Node, Problem, Problems, Scope, Setting, Settings, Table, Value};
use crate::request::{Date, PolicySpot};

/// The key of `[[for]]`.
pub(super) const FOR: &str = "for";

/// The key of `[[grant]]`.
pub(super) const GRANT: &str = "grant";

/// Tables for some callers or images, laid over those of everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct For {
    /// Where it stands.
    pub spot: PolicySpot,
    /// For whom and which images.
    pub scope: Scope,
    /// The rules' tables.
    pub tables: Table,
}

/// An exception: a rule that is lifted for some images.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Where it stands.
    pub spot: PolicySpot,
    /// The id of the rule.
    pub rule: Setting<String>,
    /// For whom and which images.
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

impl Grant {
    /// Whether its last day is over.
    #[must_use]
    pub fn has_ended(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// The blocks of one text, in its order.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    pub(super) fors: Vec<For>,
    pub(super) grants: Vec<Grant>,
}

impl Blocks {
    /// Takes both lists out of a text's top level; blocks that cannot be read are problems and left out.
    pub(super) fn take(table: &mut Table, problems: &mut Problems) -> Self {
        let fors = elements(FOR, table, problems).into_iter().filter_map(|node| read_for(node, problems)).collect();
        let grants =
            elements(GRANT, table, problems).into_iter().filter_map(|node| read_grant(node, problems)).collect();
        Self { fors, grants }
    }
}

fn elements(key: &str, table: &mut Table, problems: &mut Problems) -> Vec<Node> {
    match table.remove(key) {
        None => Vec::new(),
        Some(Entry { node: Node { value: Value::Array(elements), .. }, .. }) => elements,
        Some(entry) => {
            let message = format!("`{key}` is a list of tables, not {}", entry.node.value.kind());
            problems.add(Problem::at(&entry.key, message).help(format!("write `[[{key}]]`")));
            Vec::new()
        }
    }
}

fn read_for(node: Node, problems: &mut Problems) -> Option<For> {
    let spot = node.spot.clone();
    let entry = Entry { key: spot.clone(), node };
    let mut settings = Settings::of(FOR, &entry, problems)?;
    let scope = Scope::read(&mut settings);
    let Value::Table(mut tables) = entry.node.value else { return None };
    let scoped = Scope::KEYS.map(|key| tables.remove(key).is_some()).contains(&true);
    if !scoped {
        problems.add(Problem::at(&spot, "`[[for]]` needs `who` or `image`, else it counts for everything"));
    }
    if tables.is_empty() {
        problems.add(Problem::at(&spot, "`[[for]]` has no rule's table below it").help("write `[for.memory]`"));
    }
    Some(For { spot, scope, tables })
}

fn read_grant(node: Node, problems: &mut Problems) -> Option<Grant> {
    let spot = node.spot.clone();
    let entry = Entry { key: spot.clone(), node };
    let mut settings = Settings::of(GRANT, &entry, problems)?;
    settings.only(&["rule", "image", "who", "reason", "until"]);
    let scope = Scope::read(&mut settings);
    let rule = settings.require::<String>("rule");
    if settings.require_key("image") && scope.images.is_none() {
        return None;
    }
    let reason = settings.require::<String>("reason");
    if let Some(reason) = reason.as_ref().filter(|reason| reason.value.trim().is_empty()) {
        settings.object(&reason.spot, "`reason` is empty; say why, for who reads this later");
    }
    let until = settings.get::<Date>("until").map(|until| until.value);
    Some(Grant { spot, rule: rule?, scope, reason: reason?.value, until })
}

impl FromNode for Date {
    const EXPECTED: &'static str = "a date such as 2027-03-31, without quotes";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Datetime(text) => Self::parse(text),
            _ => None,
        }
    }
}
