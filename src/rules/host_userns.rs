//! The host's user ids.

use super::Rule;
use super::namespace::Namespace;
use crate::request::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId("host-userns"),
    doc: "\
## What
A container asks for the host's user namespace: `--userns host`.

## Why
An administrator who let the engine shift user ids did it so that root in a container is nobody outside. This switches it
off for one container.

## Instead
Leave it out, and give files to the shifted ids.
",
    fields: &["HostConfig.UsernsMode"],
    keys: &[],
    open_keys: &[],
    silence: "no UsernsMode: what the engine is set up for",
    breach: "`host`, and every other mode: docker has none but this one",
    rewrites: false,
    sources: &["CIS Docker 5.31, 2.9"],
    load: |_| {
        Some(Box::new(Namespace {
            pointer: "/HostConfig/UsernsMode",
            mode: |body| &body.host_config.userns_mode,
            own: &["", "private"],
            joins: false,
            shares: "root in the container would be root of this host where the engine keeps them apart",
            help: "leave `--userns` out; files that the container shall write may be given to the ids that the engine maps to",
        }))
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(mode: &str) -> String {
        Bench::new(&RULE, "action = \"deny\"").of(|body| body.host_config.userns_mode = mode.to_owned())
    }

    #[test]
    fn the_hosts_user_ids_are_refused() {
        for mode in ["host", "HOST", "keep-id", "ns:/proc/1/ns/user", "container:web"] {
            assert_eq!(asks(mode), "deny", "{mode}");
        }
    }

    #[test]
    fn what_the_engine_is_set_up_for_passes() {
        for mode in ["", "private"] {
            assert_eq!(asks(mode), "pass", "{mode}");
        }
    }
}
