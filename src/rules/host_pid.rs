//! The host's processes.

use super::Rule;
use super::namespace::Namespace;
use crate::request::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId("host-pid"),
    doc: "\
## What
A container asks for the host's process namespace: `--pid host`.

## Why
It sees every process of the host with its command line and, under the same user, its environment and memory, and can end
it. With a little more privilege it is the host.

## Instead
Leave it out. To debug one container, join that one: `--pid container:NAME`.
",
    fields: &["HostConfig.PidMode"],
    keys: &[],
    open_keys: &[],
    silence: "no PidMode: processes of its own",
    breach: "`host`, and every mode that is not known",
    rewrites: false,
    sources: &["CIS Docker 5.16", "PSS baseline: host namespaces"],
    load: |_| {
        Some(Box::new(Namespace {
            pointer: "/HostConfig/PidMode",
            mode: |body| &body.host_config.pid_mode,
            own: &["", "private"],
            joins: true,
            shares: "the container would see every process of this host, and could trace and end those of its user",
            help: "leave `--pid` out; to look at one container's processes, join it: `--pid container:NAME`",
        }))
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(mode: &str) -> String {
        Bench::new(&RULE, "action = \"deny\"").of(|body| body.host_config.pid_mode = mode.to_owned())
    }

    #[test]
    fn the_hosts_processes_are_refused() {
        for mode in ["host", "HOST", "host ", "ns:/proc/1/ns/pid"] {
            assert_eq!(asks(mode), "deny", "{mode}");
        }
    }

    #[test]
    fn processes_of_its_own_or_of_a_container_pass() {
        for mode in ["", "private", "container:web"] {
            assert_eq!(asks(mode), "pass", "{mode}");
        }
    }
}
