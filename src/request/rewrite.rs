//! Rewrites as data: what is changed in a body, where, and into what.

use serde_json::Value;

use super::mounts::MountEdit;
use super::{Origin, Request, RuleId};
use crate::request::json::{self, JsonError};
use crate::request::wire::ContainerCreate;

/// One step of a rewrite.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The member at the pointer gets this value.
    Set(String, Value),
    /// The list at the pointer gets one more element.
    Push(String, Value),
    /// The element or member at the pointer goes away.
    Remove(String),
    /// One thing about the mount at the pointer, so that two rules can each change another; its origin stays.
    Mount(String, MountEdit),
}

/// The JSON pointer of a member whose key is data.
#[must_use]
pub fn member(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// A tightening of a request by one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewrite {
    /// Whose.
    pub rule: RuleId,
    /// What changes, in order.
    pub changes: Vec<Change>,
    /// What it means in docker's words: `--cpus 1`.
    pub meaning: String,
    /// Whether it changes what was asked for; else it fills a silence.
    pub wish: bool,
    /// Where the new values come from.
    pub origin: Origin,
}

/// Rewrites that cannot all be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// Two rules want two values in one place.
    #[error("rules `{0}` and `{1}` want different values for `{2}`")]
    Between(RuleId, RuleId, String),
    /// The result is no body of the engine.
    #[error("rule `{rule}` made a body that cannot be sent: {why}")]
    Malformed {
        /// The last rule applied.
        rule: RuleId,
        /// What the strict reader said.
        why: String,
    },
    /// The rewrite names a place that is not there.
    #[error("rule `{0}` changes `{1}`, which is not there")]
    Nowhere(RuleId, String),
}

/// Applies rewrites to a request: sets, pushes and changes of mounts, then removals from the last element to the first, so
/// that no removal moves another's index.
///
/// # Errors
/// [`Clash`] when two rewrites disagree or the result does not decode; the request is then unchanged.
pub fn apply(request: &mut Request, rewrites: &[Rewrite]) -> Result<(), Clash> {
    let Some(last) = rewrites.last() else { return Ok(()) };
    disagreements(rewrites)?;
    let malformed = |why: String| Clash::Malformed { rule: last.rule, why };
    let mut tree = serde_json::to_value(&request.body).map_err(|e| malformed(e.to_string()))?;
    let steps = || rewrites.iter().flat_map(|r| r.changes.iter().map(move |c| (r, c)));
    for (rewrite, change) in steps() {
        match change {
            Change::Set(pointer, value) => *slot(&mut tree, pointer, rewrite.rule)? = value.clone(),
            Change::Push(pointer, value) => {
                push(slot(&mut tree, pointer, rewrite.rule)?, value, pointer, rewrite.rule)?
            }
            Change::Mount(pointer, edit) => tree
                .pointer_mut(pointer)
                .and_then(|mount| edit.apply(mount))
                .ok_or_else(|| Clash::Nowhere(rewrite.rule, pointer.clone()))?,
            Change::Remove(_) => {}
        }
    }
    let mut removals: Vec<(&Rewrite, &String)> = steps()
        .filter_map(|(r, c)| match c {
            Change::Remove(pointer) => Some((r, pointer)),
            Change::Set(..) | Change::Push(..) | Change::Mount(..) => None,
        })
        .collect();
    removals.sort_by_key(|(_, pointer)| std::cmp::Reverse(position(pointer)));
    removals.dedup_by(|a, b| a.1 == b.1);
    for (rewrite, pointer) in removals {
        remove(&mut tree, pointer, rewrite.rule)?;
    }
    request.body = redecode(tree).map_err(|e| malformed(e.to_string()))?;
    for (rewrite, change) in steps() {
        let (Change::Set(pointer, _) | Change::Push(pointer, _)) = change else { continue };
        if matches!(change, Change::Set(..)) || request.origins.of(pointer) == Origin::BuiltIn {
            request.origins.set(pointer.clone(), rewrite.origin.clone());
        }
    }
    Ok(())
}

fn redecode(tree: Value) -> Result<ContainerCreate, JsonError> {
    json::from_tree(&json::Json::from(tree))
}

fn disagreements(rewrites: &[Rewrite]) -> Result<(), Clash> {
    let mut wanted: std::collections::BTreeMap<(&str, u8), (RuleId, &Change)> = std::collections::BTreeMap::new();
    for rewrite in rewrites {
        for change in &rewrite.changes {
            let (pointer, part) = match change {
                Change::Set(pointer, _) => (pointer, 0),
                Change::Mount(pointer, MountEdit::Source(_)) => (pointer, 1),
                Change::Mount(..) | Change::Push(..) | Change::Remove(_) => continue,
            };
            match wanted.insert((pointer, part), (rewrite.rule, change)) {
                Some((other, before)) if before != change => {
                    return Err(Clash::Between(other, rewrite.rule, pointer.clone()));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The value at a pointer; members that are not there yet begin as null, and a null that gets a member is an object.
/// Whether the model takes it is seen when the result is decoded.
fn slot<'t>(tree: &'t mut Value, pointer: &str, rule: RuleId) -> Result<&'t mut Value, Clash> {
    let nowhere = || Clash::Nowhere(rule, pointer.to_owned());
    let Some((parent, key)) = pointer.rsplit_once('/') else { return Ok(tree) };
    let parent = slot(tree, parent, rule)?;
    if parent.is_null() {
        *parent = Value::Object(serde_json::Map::new());
    }
    match parent {
        Value::Object(members) => Ok(members.entry(key.replace("~1", "/").replace("~0", "~")).or_insert(Value::Null)),
        list => list.pointer_mut(&format!("/{key}")).ok_or_else(nowhere),
    }
}

fn push(list: &mut Value, value: &Value, pointer: &str, rule: RuleId) -> Result<(), Clash> {
    if list.is_null() {
        *list = Value::Array(Vec::new());
    }
    list.as_array_mut().ok_or_else(|| Clash::Nowhere(rule, pointer.to_owned()))?.push(value.clone());
    Ok(())
}

/// A removal's list, and its index in it.
fn position(pointer: &str) -> (&str, usize) {
    let (list, last) = pointer.rsplit_once('/').unwrap_or((pointer, ""));
    (list, last.parse().unwrap_or(0))
}

fn remove(tree: &mut Value, pointer: &str, rule: RuleId) -> Result<(), Clash> {
    let nowhere = || Clash::Nowhere(rule, pointer.to_owned());
    let (list, index) = position(pointer);
    let list = slot(tree, list, rule)?.as_array_mut().ok_or_else(nowhere)?;
    if index >= list.len() {
        return Err(nowhere());
    }
    list.remove(index);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Manner, Origins};
    use serde_json::json;

    fn request() -> Request {
        let mut body = ContainerCreate::default();
        body.host_config.cap_add = ["A", "B", "C"].map(str::to_owned).to_vec().into();
        Request { body, name: None, platform: None, origins: Origins::default(), manner: Manner::default() }
    }

    fn rewrite(rule: &'static str, changes: Vec<Change>) -> Rewrite {
        Rewrite { rule: RuleId(rule), changes, meaning: String::new(), wish: false, origin: Origin::BuiltIn }
    }

    fn at(pointer: &str) -> String {
        pointer.to_owned()
    }

    #[test]
    fn removals_do_not_move_each_other() {
        let mut request = request();
        let removals = ["/HostConfig/CapAdd/0", "/HostConfig/CapAdd/2"].map(|p| Change::Remove(at(p))).to_vec();
        let push = Change::Push(at("/HostConfig/CapAdd"), json!("D"));
        apply(&mut request, &[rewrite("x", removals), rewrite("y", vec![push])]).unwrap();
        assert_eq!(request.body.host_config.cap_add.0, ["B", "D"]);
    }

    #[test]
    fn two_rules_may_agree_but_not_differ() {
        let set = |value: i64| vec![Change::Set(at("/HostConfig/Memory"), json!(value))];
        apply(&mut request(), &[rewrite("x", set(1)), rewrite("y", set(1))]).unwrap();
        let clash = apply(&mut request(), &[rewrite("x", set(1)), rewrite("y", set(2))]).unwrap_err();
        assert_eq!(clash, Clash::Between(RuleId("x"), RuleId("y"), at("/HostConfig/Memory")));
    }

    #[test]
    fn two_rules_may_change_one_mount_in_two_ways() {
        let pointer = || at("/HostConfig/Binds/0");
        let source = |path: &str| vec![Change::Mount(pointer(), MountEdit::Source(at(path)))];
        let private = || vec![Change::Mount(pointer(), MountEdit::Private)];
        let mut request = request();
        request.body.host_config.binds = vec![at("/a:/b:shared")];
        apply(&mut request, &[rewrite("x", source("/c")), rewrite("y", private())]).unwrap();
        assert_eq!(request.body.host_config.binds, ["/c:/b"]);
        let clash = apply(&mut request, &[rewrite("x", source("/d")), rewrite("y", source("/e"))]).unwrap_err();
        assert_eq!(clash, Clash::Between(RuleId("x"), RuleId("y"), pointer()));
        assert!(apply(&mut request, &[rewrite("x", source("/with:colon"))]).is_err());
        assert_eq!(request.body.host_config.binds, ["/c:/b"]);
    }

    #[test]
    fn a_member_whose_name_has_slashes_is_one_member() {
        let mut request = request();
        let set = Change::Set(member("/HostConfig/Tmpfs", "/a~b/c"), json!("ro"));
        apply(&mut request, &[rewrite("x", vec![set])]).unwrap();
        assert_eq!(request.body.host_config.tmpfs.get("/a~b/c").map(String::as_str), Some("ro"));
    }

    #[test]
    fn a_rewrite_into_nonsense_changes_nothing() {
        for change in [
            Change::Set(at("/HostConfig/Memory"), json!("much")),
            Change::Set(at("/HostConfig/Nowhere"), json!(1)),
            Change::Push(at("/HostConfig/Memory"), json!(1)),
            Change::Remove(at("/HostConfig/CapAdd/7")),
        ] {
            let mut request = request();
            assert!(apply(&mut request, &[rewrite("x", vec![change])]).is_err());
            assert_eq!(request.body.host_config.cap_add.0.len(), 3);
        }
    }
}
