//! Namespaces of other containers.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::request::RuleId;
use crate::request::references::container_modes;

pub(super) const RULE: Rule = Rule {
    id: RuleId("container-namespaces"),
    doc: "\
## What
A container asks to share another one's processes, shared memory or network: `--pid`, `--ipc` or `--network
container:NAME`. Whose container that is, is for `foreign-objects` to say.

## Why
It sees and can end the other's processes, reads their memory under the same user, and reaches what they let only themselves
reach. What one of them may do, both may.

## Instead
Let the two talk over a network of their own: `docker network create NAME`, and `--network NAME` for both.
",
    fields: &["HostConfig.PidMode", "HostConfig.IpcMode", "HostConfig.NetworkMode"],
    keys: &[],
    open_keys: &[],
    silence: "namespaces of its own",
    breach: "any `container:` mode",
    rewrites: false,
    sources: &["PSS baseline: host namespaces"],
    load: |_| Some(Box::new(ContainerNamespaces)),
};

#[derive(Debug)]
struct ContainerNamespaces;

impl Check for ContainerNamespaces {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (pointer, name) in container_modes(&case.request.body) {
            let what = match pointer {
                "/HostConfig/PidMode" => "processes",
                "/HostConfig/IpcMode" => "shared memory",
                _ => "network",
            };
            let message = format!("the container would share the {what} of container `{name}`");
            out.breach(Breach::new(pointer, message).help("put both on a network of their own: `--network NAME`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    #[test]
    fn each_namespace_of_a_container_is_a_breach() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        let web = || "container:web".to_owned();
        assert_eq!(bench.of(|body| body.host_config.pid_mode = web()), "deny");
        assert_eq!(bench.of(|body| body.host_config.ipc_mode = web()), "deny");
        assert_eq!(bench.of(|body| body.host_config.network_mode = web()), "deny");
        assert_eq!(bench.of(|body| body.host_config.network_mode = "container".to_owned()), "pass");
        assert_eq!(bench.of(|_| {}), "pass");
    }
}
