//! Parts of root's power.

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("capabilities"),
    doc: "\
## What
A container asks for a capability outside `allow`, or wants one taken away that no kernel has: a slip of the pen that would
leave it there. Those in `drop` are taken away where nothing is said of them.

## Why
Many capabilities are as good as root on the host: SYS_ADMIN mounts file systems, SYS_PTRACE and SYS_MODULE take over
processes and the kernel.

## Instead
Name a narrower capability, or do without: most programs that bind low ports or change owners need none of the others.
",
    fields: &["HostConfig.CapAdd", "HostConfig.CapDrop"],
    keys: &[
        Key::free("allow", Takes::Texts, "capabilities that may be asked for"),
        Key::adding("drop", Takes::Texts, "capabilities that are taken away from what the engine gives by itself"),
    ],
    open_keys: &[],
    silence: "no word about the dropped ones",
    breach: "a capability outside `allow`; one to drop that no kernel has",
    rewrites: true,
    sources: &["CIS Docker 5.4", "PSS baseline and restricted: capabilities", "OWASP Docker rule 3"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(Capabilities { allow: settings.list("allow"), drop: settings.list("drop") }))
    },
};

const ADD: &str = "/HostConfig/CapAdd";
const DROP: &str = "/HostConfig/CapDrop";
const ALL: &str = "ALL";

/// Those of Linux, by number.
const KNOWN: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

/// A capability without its prefix, in upper case as the engine makes it: by Unicode's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Capability(String);

impl Capability {
    fn of(text: &str) -> Self {
        let upper = text.to_uppercase();
        Self(upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned())
    }
}

impl FromNode for Capability {
    const EXPECTED: &'static str = "the name of a capability, such as \"NET_BIND_SERVICE\"";
    fn from_value(value: &Value) -> Option<Self> {
        let capability = Self::of(&String::from_value(value)?);
        capability.0.chars().all(|c| c.is_ascii_uppercase() || c == '_').then_some(capability)
    }
}

#[derive(Debug)]
struct Capabilities {
    allow: Option<Setting<Vec<Setting<Capability>>>>,
    drop: Option<Setting<Vec<Setting<Capability>>>>,
}

impl Check for Capabilities {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        for (index, text) in host.cap_add.0.iter().enumerate() {
            if !self.allows(&Capability::of(text)) {
                out.breach(self.breach(index, text));
            }
        }
        for (index, text) in host.cap_drop.0.iter().enumerate() {
            let name = Capability::of(text).0;
            if name != ALL && !KNOWN.contains(&name.as_str()) {
                let breach =
                    Breach::new(format!("{DROP}/{index}"), format!("`{text}` is no capability that could be dropped"));
                out.breach(breach.help("write the name as capabilities(7) has it, or drop them all: `--cap-drop ALL`"));
            }
        }
        let is_in = |list: &[String], wanted: &Capability| list.iter().any(|text| Capability::of(text) == *wanted);
        let all = Capability(ALL.to_owned());
        if is_in(&host.cap_drop.0, &all) {
            return;
        }
        for wanted in self.drop.iter().flat_map(|drop| &drop.value) {
            // A wish that is not granted is no word about the capability: it is dropped all the same.
            let added = is_in(&host.cap_add.0, &wanted.value) && self.allows(&wanted.value);
            if !added && !is_in(&host.cap_drop.0, &wanted.value) {
                let name = &wanted.value.0;
                out.fill(Fill {
                    changes: vec![Change::Push(DROP.to_owned(), name.clone().into())],
                    meaning: format!("--cap-drop {name}"),
                    spot: wanted.spot.clone(),
                });
            }
        }
    }
}

impl Capabilities {
    /// Without a list every capability is allowed; `ALL` is only what a list says in so many words.
    fn allows(&self, asked: &Capability) -> bool {
        let Some(allow) = &self.allow else { return true };
        allow.value.iter().any(|entry| entry.value == *asked || entry.value.0 == ALL)
    }

    fn breach(&self, index: usize, text: &str) -> Breach {
        let pointer = format!("{ADD}/{index}");
        let breach = Breach::new(pointer.clone(), format!("capability `{text}` is not allowed"));
        let breach = breach.nearest(vec![Change::Remove(pointer)], format!("no --cap-add {text}"));
        let Some(allow) = &self.allow else { return breach };
        let names: Vec<&str> = allow.value.iter().map(|entry| entry.value.0.as_str()).collect();
        let help = match names.as_slice() {
            [] => "leave it out: no capability may be added".to_owned(),
            names => format!("leave it out, or use one of {}", names.join(", ")),
        };
        breach.bound(&allow.spot).help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;

    fn bench(action: &str) -> Bench {
        Bench::new(&RULE, &format!("action = \"{action}\"\nallow = [\"NET_BIND_SERVICE\"]\ndrop = [\"NET_RAW\"]"))
    }

    fn adds(action: &str, caps: &[&str]) -> String {
        let list = caps.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        bench(action).of(|body| {
            body.host_config.cap_add = list.into();
            body.host_config.cap_drop = vec!["ALL".to_owned()].into();
        })
    }

    #[test]
    fn every_spelling_of_a_capability_is_that_capability() {
        for name in ["SYS_ADMIN", "sys_admin", "CAP_SYS_ADMIN", "Cap_Sys_Admin", "\u{17f}ys_admin", "ALL", "all", ""] {
            assert_eq!(adds("deny", &[name]), "deny", "{name}");
        }
        for name in ["NET_BIND_SERVICE", "cap_net_bind_service"] {
            assert_eq!(adds("deny", &[name]), "pass", "{name}");
        }
    }

    #[test]
    fn a_rewrite_leaves_out_what_is_not_allowed() {
        let mut request = asking(|body| {
            body.host_config.cap_add = ["SYS_ADMIN", "NET_BIND_SERVICE", "BPF"].map(str::to_owned).to_vec().into();
        });
        let outcome = bench("rewrite").outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.cap_add.0, ["NET_BIND_SERVICE"]);
        assert_eq!(request.body.host_config.cap_drop.0, ["NET_RAW"]);
    }

    #[test]
    fn a_wish_that_is_rewritten_away_leaves_nothing_to_settle() {
        let mut request = asking(|body| body.host_config.cap_add = vec!["NET_RAW".to_owned()].into());
        let bench = bench("rewrite");
        let outcome = bench.outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.cap_drop.0, ["NET_RAW"]);
        assert_eq!(bench.says(&request, &facts()), "pass");
    }

    #[test]
    fn a_slip_in_a_drop_is_told() {
        let drops = |name: &str| {
            Bench::new(&RULE, "action = \"deny\"").of(|body| body.host_config.cap_drop = vec![name.to_owned()].into())
        };
        for bad in ["AL", "NET_ROW", "", "ALL "] {
            assert_eq!(drops(bad), "deny", "{bad}");
        }
        for good in ["ALL", "all", "CAP_NET_RAW", "checkpoint_restore"] {
            assert_eq!(drops(good), "pass", "{good}");
        }
    }

    #[test]
    fn the_default_drop_gives_way_to_a_word_about_the_same_capability() {
        assert_eq!(bench("deny").of(|_| {}), "fill: --cap-drop NET_RAW");
        let dropped = |name: &str| bench("deny").of(|body| body.host_config.cap_drop = vec![name.to_owned()].into());
        assert_eq!(dropped("cap_net_raw"), "pass");
        assert_eq!(dropped("all"), "pass");
    }
}
