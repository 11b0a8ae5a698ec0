//! Containers with every capability and device.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId("privileged"),
    doc: "\
## What
A container asks for `--privileged`: every capability, every device, no seccomp and no AppArmor profile.

## Why
Root in such a container is root on the host: it can mount the host's disks and load kernel modules.

## Instead
Name what the program needs: `--cap-add SYS_PTRACE`, `--device /dev/fuse`.
",
    fields: &["HostConfig.Privileged"],
    keys: &[],
    open_keys: &[],
    silence: "not privileged",
    breach: "privileged",
    rewrites: false,
    sources: &["CIS Docker 5.5", "PSS baseline: privileged containers", "OWASP Docker rule 3"],
    load: |_: &mut Settings<'_>| Some(Box::new(Privileged)),
};

#[derive(Debug)]
struct Privileged;

impl Check for Privileged {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        if case.request.body.host_config.privileged {
            let message = "the container would get every capability and device of this host";
            let breach = Breach::new("/HostConfig/Privileged", message);
            out.breach(breach.help("name what it needs: `--cap-add SYS_PTRACE`, `--device /dev/fuse`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    #[test]
    fn privileged_is_refused_and_its_absence_is_not() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|body| body.host_config.privileged = true), "deny");
        assert_eq!(bench.of(|_| {}), "pass");
    }

    #[test]
    fn the_action_decides() {
        let asks = |action: &str| {
            Bench::new(&RULE, &format!("action = \"{action}\"")).of(|body| body.host_config.privileged = true)
        };
        assert_eq!(asks("warn"), "warn");
        assert_eq!(asks("allow"), "pass");
    }
}
