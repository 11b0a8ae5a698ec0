//! The host's shared memory.

use super::Rule;
use super::namespace::Namespace;
use crate::request::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId("host-ipc"),
    doc: "\
## What
A container asks for the host's namespace of shared memory and message queues: `--ipc host`.

## Why
Programs of the host trust what lies in their shared memory: databases, browsers and desktops can be read and changed through
it.

## Instead
Leave it out. Programs that need a large /dev/shm get one by `--shm-size 256m`; two containers share theirs by
`--ipc shareable` and `--ipc container:NAME`.
",
    fields: &["HostConfig.IpcMode"],
    keys: &[],
    open_keys: &[],
    silence: "no IpcMode: what the engine gives by itself, which is of the container's own",
    breach: "`host`, and every mode that is not known",
    rewrites: false,
    sources: &["CIS Docker 5.17", "PSS baseline: host namespaces"],
    load: |_| {
        Some(Box::new(Namespace {
            pointer: "/HostConfig/IpcMode",
            mode: |body| &body.host_config.ipc_mode,
            own: &["", "private", "none", "shareable"],
            joins: true,
            shares: "the container would share memory segments, semaphores and /dev/shm with this host",
            help: "leave `--ipc` out; for more shared memory ask for `--shm-size`, to share it with a container for `--ipc container:NAME`",
        }))
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(mode: &str) -> String {
        Bench::new(&RULE, "action = \"deny\"").of(|body| body.host_config.ipc_mode = mode.to_owned())
    }

    #[test]
    fn the_hosts_shared_memory_is_refused() {
        for mode in ["host", "HOST", "ns:/proc/1/ns/ipc", "shareable "] {
            assert_eq!(asks(mode), "deny", "{mode}");
        }
    }

    #[test]
    fn shared_memory_of_its_own_or_of_a_container_passes() {
        for mode in ["", "none", "private", "shareable", "container:web"] {
            assert_eq!(asks(mode), "pass", "{mode}");
        }
    }
}
