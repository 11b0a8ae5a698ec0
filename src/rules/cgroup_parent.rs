//! Whose control group a container's is below.

use super::glob::{List, listed};
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Glob, Key, Setting, Settings, Takes, Value};
use crate::request::{Change, Needs, PolicySpot, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("cgroup-parent"),
    doc: "\
## What
A container asks to be put below a control group that is not listed in `allow`. `default` puts those that do not ask below
one of your choice; `{uid}` in it stands for the user that the container runs for.

## Why
The parent's limits are what bounds all containers together. A path such as `../../..` leads out of the engine's own part
of the tree, where there are none.

## Instead
Leave the option out, or use a listed parent.
",
    fields: &["HostConfig.CgroupParent"],
    keys: &[
        Key::free("default", Takes::Text, "parent of a container that names none: `user-{uid}.slice`, `/team`"),
        Key::free("allow", Takes::Texts, "parents that may be asked for, `*` and `**`"),
    ],
    open_keys: &[],
    silence: "no CgroupParent: the engine's own",
    breach: "a parent outside `allow`",
    rewrites: true,
    sources: &["CIS Docker 5.25"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(CgroupParent { default: settings.get("default"), allow: settings.list("allow") }))
    },
};

const POINTER: &str = "/HostConfig/CgroupParent";
const UID: &str = "{uid}";

/// A parent without a way up.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parent(String);

impl FromNode for Parent {
    const EXPECTED: &'static str = "a control group such as \"user-{uid}.slice\" or \"/team\", without `..`";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        is_plain(&text).then_some(Self(text))
    }
}

fn is_plain(parent: &str) -> bool {
    let path = parent.strip_prefix('/').unwrap_or(parent);
    path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains(|c: char| c.is_whitespace())
}

#[derive(Debug)]
struct CgroupParent {
    default: Option<Setting<Parent>>,
    allow: List<Glob>,
}

impl Check for CgroupParent {
    fn needs(&self, request: &Request, _looks: bool) -> Needs {
        let fills = self.default.is_some() && request.body.host_config.cgroup_parent.is_empty();
        Needs { info: fills, ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = case.request.body.host_config.cgroup_parent.as_str();
        let default = self.default.as_ref().map(|default| filled(default, case.facts.stands_for.0));
        match default {
            Some((default, spot)) if asked.is_empty() => fill(case, default, spot, out),
            None if asked.is_empty() => {}
            Some((default, _)) if asked == default => {}
            default if !self.allows(asked) => out.breach(self.breach(asked, default.map(|(text, _)| text))),
            _ => {}
        }
    }
}

fn filled(default: &Setting<Parent>, uid: u32) -> (String, &PolicySpot) {
    (default.value.0.replace(UID, &uid.to_string()), &default.spot)
}

/// What the engine cannot do it refuses: systemd takes slices alone, and without control groups there is no parent.
fn fill(case: &Case<'_>, default: String, spot: &PolicySpot, out: &mut Opinion) {
    let info = match case.facts.info.known() {
        Ok(info) => info,
        Err(why) => return out.unknown(POINTER, "how the engine keeps control groups", &why),
    };
    let driver = info.cgroup_driver.as_str();
    if driver == "none" || (driver == "systemd") != default.ends_with(".slice") {
        let message = format!("this engine keeps control groups by `{driver}`, which takes no parent `{default}`");
        return out.caution(Breach::new(POINTER, message).bound(spot));
    }
    let changes = vec![Change::Set(POINTER.to_owned(), default.clone().into())];
    out.fill(Fill { changes, meaning: format!("--cgroup-parent {default}"), spot: spot.clone() });
}

impl CgroupParent {
    fn allows(&self, asked: &str) -> bool {
        is_plain(asked) && self.allow.iter().flat_map(|list| &list.value).any(|entry| entry.value.matches(asked))
    }

    fn breach(&self, asked: &str, default: Option<String>) -> Breach {
        let message = format!("the control group `{asked}` is not among those that a container may be below");
        let entries = self.allow.iter().flat_map(|list| &list.value).map(|entry| entry.value.as_str());
        let help = match listed(entries) {
            Some(names) => format!("leave it out, or use one of {names}"),
            None => "leave it out".to_owned(),
        };
        let nearest = default.unwrap_or_default();
        let meaning =
            if nearest.is_empty() { "no --cgroup-parent".to_owned() } else { format!("--cgroup-parent {nearest}") };
        let breach = Breach::new(POINTER, message).help(help);
        let breach = breach.nearest(vec![Change::Set(POINTER.to_owned(), nearest.into())], meaning);
        match &self.allow {
            Some(allow) => breach.bound(&allow.spot),
            None => breach,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, UID as CALLER, asking, facts};
    use super::*;
    use crate::request::Fact;

    fn asks(table: &str, parent: &str) -> String {
        Bench::new(&RULE, table).of(|body| body.host_config.cgroup_parent = parent.to_owned())
    }

    #[test]
    fn only_listed_parents_may_be_named() {
        let table = "action = \"deny\"\nallow = [\"/team\", \"/batch/*\", \"up/**\"]";
        for good in ["", "/team", "/batch/a", "up/a/b"] {
            assert_eq!(asks(table, good), "pass", "{good}");
        }
        for bad in ["../../..", "/", "/batch/../..", "up/../../x", "system.slice", "/team/x", "/batch/a/b", "/batch//"]
        {
            assert_eq!(asks(table, bad), "deny", "{bad}");
        }
        assert_eq!(asks("action = \"deny\"", "/x"), "deny");
        assert_eq!(asks("action = \"rewrite\"", "/x"), "rewrite: no --cgroup-parent");
    }

    #[test]
    fn silence_goes_below_the_default_which_stands_then() {
        let table = "action = \"deny\"\ndefault = \"/users/{uid}\"";
        let filled = format!("/users/{CALLER}");
        assert_eq!(asks(table, ""), format!("fill: --cgroup-parent {filled}"));
        assert_eq!(asks(table, &filled), "pass");
        assert_eq!(asks(table, "/users/1"), "deny");
    }

    #[test]
    fn an_engine_that_cannot_is_said_and_not_asked() {
        let bench = Bench::new(&RULE, "action = \"deny\"\ndefault = \"/users\"");
        for driver in ["systemd", "none"] {
            let mut facts = facts();
            if let Fact::Known(info) = &mut facts.info {
                info.cgroup_driver = driver.to_owned();
            }
            assert_eq!(bench.says(&asking(|_| {}), &facts), "warn", "{driver}");
        }
    }
}
