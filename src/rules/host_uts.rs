//! The host's name.

use super::Rule;
use super::namespace::Namespace;
use crate::request::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId("host-uts"),
    doc: "\
## What
A container asks for the host's namespace of names: `--uts host`.

## Why
Whoever may set names there renames the machine for every program on it.

## Instead
Give the container a name of its own: `--hostname NAME`.
",
    fields: &["HostConfig.UTSMode"],
    keys: &[],
    open_keys: &[],
    silence: "no UTSMode: a name of its own",
    breach: "`host`, and every mode that is not known",
    rewrites: false,
    sources: &["CIS Docker 5.21"],
    load: |_| {
        Some(Box::new(Namespace {
            pointer: "/HostConfig/UTSMode",
            mode: |body| &body.host_config.uts_mode,
            own: &["", "private"],
            joins: false,
            shares: "the container would share this host's name, and with one more privilege change it",
            help: "leave `--uts` out; `--hostname NAME` gives the container whatever name it needs",
        }))
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(mode: &str) -> String {
        Bench::new(&RULE, "action = \"deny\"").of(|body| body.host_config.uts_mode = mode.to_owned())
    }

    #[test]
    fn the_hosts_name_is_refused() {
        for mode in ["host", "HOST", "ns:/proc/1/ns/uts", "container:web"] {
            assert_eq!(asks(mode), "deny", "{mode}");
        }
    }

    #[test]
    fn a_name_of_its_own_passes() {
        for mode in ["", "private"] {
            assert_eq!(asks(mode), "pass", "{mode}");
        }
    }
}
