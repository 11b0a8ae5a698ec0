//! SELinux labels that the caller picks.

use super::glob::List;
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Glob, Key, Setting, Settings, Takes};
use crate::request::{Change, RuleId, SecurityOpt};

pub(super) const RULE: Rule = Rule {
    id: RuleId("selinux"),
    doc: "\
## What
A container switches its SELinux label off (`label=disable`), or asks for a user, a role, or a type outside `allow`. A
level of its own is allowed with `levels = true`.

## Why
The label keeps a process that got out of its container from the files of the host and of other containers. Some types are
not confined at all.

## Instead
Leave the option out. To share files between containers, mount them with `:z`; for a special program have its type listed.
",
    fields: &["HostConfig.SecurityOpt"],
    keys: &[
        Key::free("allow", Takes::Texts, "types that may be asked for"),
        Key::free("levels", Takes::Switch, "a level may be asked for"),
    ],
    open_keys: &[],
    silence: "no `label` entry: the engine's own label",
    breach: "no label, a user, a role, a type outside `allow`, a level where there may be none",
    rewrites: true,
    sources: &["CIS Docker 5.3", "PSS baseline: SELinux", "OWASP Docker rule 6"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(Selinux { allow: settings.list("allow"), levels: settings.get("levels") }))
    },
};

#[derive(Debug)]
struct Selinux {
    allow: List<Glob>,
    levels: Option<Setting<bool>>,
}

impl Check for Selinux {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (index, value) in SecurityOpt::about("label", &case.request.body.host_config.security_opt) {
            let Some(message) = self.objection(value.unwrap_or_default()) else { continue };
            let pointer = format!("/HostConfig/SecurityOpt/{index}");
            let breach = Breach::new(pointer.clone(), message).help("leave it out");
            let breach = breach.nearest(vec![Change::Remove(pointer)], "the engine's own SELinux label");
            out.breach(match &self.allow {
                Some(allow) => breach.bound(&allow.spot),
                None => breach,
            });
        }
    }
}

impl Selinux {
    fn objection(&self, label: &str) -> Option<String> {
        match label.split_once(':') {
            None if label == "disable" => Some("the container would have no SELinux label".to_owned()),
            Some(("type" | "filetype", name)) => {
                let allowed = self.allow.iter().flat_map(|list| &list.value).any(|entry| entry.value.matches(name));
                (!allowed).then(|| format!("the SELinux type `{name}` is not among those that are allowed"))
            }
            Some(("level", _)) if self.levels.as_ref().is_some_and(|levels| levels.value) => None,
            Some((part @ ("user" | "role" | "level"), _)) => Some(format!("an SELinux {part} cannot be picked")),
            _ => Some(format!("`label={label}` is no SELinux option that is understood")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(table: &str, entry: &str) -> String {
        Bench::new(&RULE, table).of(|body| body.host_config.security_opt = vec![entry.to_owned()])
    }

    const BASE: &str = "action = \"deny\"\nallow = [\"container_t\", \"container_init_t\"]\nlevels = true";

    #[test]
    fn what_takes_confinement_away_is_refused() {
        for entry in [
            "label=disable",
            "label:disable",
            "label=type:spc_t",
            "label=type:unconfined_t",
            "label=user:system_u",
            "label=role:system_r",
            "label=filetype:shadow_t",
            "label=type:",
            "label=nested",
            "label=DISABLE",
            "label",
        ] {
            assert_eq!(asks(BASE, entry), "deny", "{entry}");
        }
    }

    #[test]
    fn listed_types_and_levels_pass() {
        for entry in ["label=type:container_t", "label:type:container_init_t", "label=level:s0:c1,c2"] {
            assert_eq!(asks(BASE, entry), "pass", "{entry}");
        }
        for entry in ["label=type:container_t", "label=level:s0"] {
            assert_eq!(asks("action = \"deny\"\nallow = []", entry), "deny", "{entry}");
        }
    }

    #[test]
    fn a_rewrite_falls_back_to_the_engines_own() {
        assert_eq!(asks("action = \"rewrite\"", "label=disable"), "rewrite: the engine's own SELinux label");
    }
}
