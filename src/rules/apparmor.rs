//! AppArmor profiles that the caller picks.

use super::glob::{List, listed};
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Glob, Key, Settings, Takes};
use crate::request::{Change, RuleId, SecurityOpt};

pub(super) const RULE: Rule = Rule {
    id: RuleId("apparmor"),
    doc: "\
## What
A container asks for an AppArmor profile that is not listed in `allow`, or for none: `unconfined`.

## Why
The engine's profile keeps root in a container from mounting and from files of the kernel below `/proc` and `/sys`. Under
another one that may be allowed.

## Instead
Leave the option out: the engine's own profile is used where the machine has AppArmor. Have the profile of a special
program listed.
",
    fields: &["HostConfig.SecurityOpt"],
    keys: &[Key::free("allow", Takes::Texts, "profiles that may be asked for; `*` is any part of a name")],
    open_keys: &[],
    silence: "no entry about it: the engine's own profile",
    breach: "a profile outside `allow`, or none",
    rewrites: true,
    sources: &["CIS Docker 5.2", "PSS baseline: AppArmor", "OWASP Docker rule 6"],
    load: |settings: &mut Settings<'_>| Some(Box::new(AppArmor { allow: settings.list("allow") })),
};

#[derive(Debug)]
struct AppArmor {
    allow: List<Glob>,
}

impl Check for AppArmor {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (index, value) in SecurityOpt::about("apparmor", &case.request.body.host_config.security_opt) {
            let asked = value.unwrap_or_default();
            let mut allowed = self.allow.iter().flat_map(|list| &list.value);
            if asked.is_empty() || !allowed.any(|entry| entry.value.matches(asked)) {
                out.breach(self.breach(index, asked));
            }
        }
    }
}

impl AppArmor {
    fn breach(&self, index: usize, asked: &str) -> Breach {
        let pointer = format!("/HostConfig/SecurityOpt/{index}");
        let message = match asked {
            "" | "unconfined" => "the container would have no AppArmor profile".to_owned(),
            name => format!("the AppArmor profile `{name}` is not among those that are allowed"),
        };
        let breach = Breach::new(pointer.clone(), message);
        let breach = breach.nearest(vec![Change::Remove(pointer)], "the engine's own AppArmor profile");
        let Some(allow) = &self.allow else { return breach.help("leave it out") };
        let help = match listed(allow.value.iter().map(|entry| entry.value.as_str())) {
            Some(names) => format!("leave it out, or use one of {names}"),
            None => "leave it out".to_owned(),
        };
        breach.bound(&allow.spot).help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(action: &str, entry: &str) -> String {
        let table = format!("action = \"{action}\"\nallow = [\"docker-default\", \"site-*\"]");
        Bench::new(&RULE, &table).of(|body| body.host_config.security_opt = vec![entry.to_owned()])
    }

    #[test]
    fn only_listed_profiles_may_be_named() {
        for entry in ["apparmor=unconfined", "apparmor:unconfined", "apparmor=", "apparmor", "apparmor=mine"] {
            assert_eq!(asks("deny", entry), "deny", "{entry}");
        }
        for entry in ["apparmor=docker-default", "apparmor:site-db", "seccomp=unconfined"] {
            assert_eq!(asks("deny", entry), "pass", "{entry}");
        }
    }

    #[test]
    fn a_rewrite_falls_back_to_the_engines_own() {
        assert_eq!(asks("rewrite", "apparmor=unconfined"), "rewrite: the engine's own AppArmor profile");
    }

    #[test]
    fn without_a_list_no_profile_may_be_named() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|body| body.host_config.security_opt = vec!["apparmor=docker-default".into()]), "deny");
        assert_eq!(bench.of(|_| {}), "pass");
    }
}
