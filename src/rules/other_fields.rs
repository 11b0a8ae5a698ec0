//! What no rule judges.

use super::coverage::{self, Answer};
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId("other-fields"),
    doc: "\
## What
A request uses a field of the engine that no other rule judges: devices, kernel settings, security profiles and the
like.

## Why
What is not understood is not let through: a field that nobody judged may be a way out of the container.

## Instead
Leave the option out, or use a policy that sets `action = \"allow\"` here for people who may have everything.
",
    fields: &["every field that no rule names"],
    keys: &[],
    open_keys: &[],
    silence: "every such field at its default",
    breach: "any other value",
    rewrites: false,
    sources: &["PSS baseline", "CIS Docker 5.18, 5.22 to 5.25"],
    load: |_: &mut Settings<'_>| Some(Box::new(OtherFields)),
};

#[derive(Debug)]
struct OtherFields;

impl Check for OtherFields {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for field in coverage::fields(&case.request.body).into_iter().filter(|field| field.speaks) {
            if let Answer::Nobody(flag) = field.answer {
                let pointer = field.pointer();
                let name = pointer.trim_start_matches('/').replace('/', ".");
                let breach = Breach::new(&*pointer, format!("no rule judges `{name}`, so it is refused"));
                out.breach(breach.help(format!("leave `{flag}` out, or ask for it with its default value")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;
    use crate::request::wire::{ContainerCreate, DeviceMapping, Mount};

    fn asks(change: impl FnOnce(&mut ContainerCreate)) -> String {
        Bench::new(&RULE, "action = \"deny\"").of(change)
    }

    #[test]
    fn what_leads_out_of_the_container_is_refused() {
        assert_eq!(asks(|b| b.host_config.devices = vec![DeviceMapping::default()]), "deny");
        assert_eq!(asks(|b| b.host_config.security_opt = vec!["seccomp=unconfined".to_owned()]), "deny");
        for path in ["/proc/self/fd/8", "//proc", "/./proc/1", "/x/../proc", "/../proc"] {
            assert_eq!(asks(|b| b.working_dir = path.to_owned()), "deny", "{path}");
        }
        assert_eq!(asks(|b| b.host_config.log_config.kind = "syslog".to_owned()), "deny");
        assert_eq!(asks(|b| b.host_config.masked_paths = Some(vec![])), "deny");
        for kind in ["npipe", "cluster", ""] {
            let mount = Mount { kind: kind.to_owned(), ..Mount::default() };
            assert_eq!(asks(|b| b.host_config.mounts = vec![mount]), "deny", "{kind}");
        }
    }

    #[test]
    fn a_days_ordinary_wishes_pass() {
        assert_eq!(
            asks(|b| {
                b.host_config.network_mode = "backend".to_owned();
                b.host_config.init = Some(true);
                b.host_config.readonly_rootfs = true;
                b.host_config.tmpfs.insert("/tmp".to_owned(), String::new());
                b.working_dir = "/srv/proc".to_owned();
                b.host_config.shm_size = 1 << 30;
                b.host_config.log_config.kind = "json-file".to_owned();
                b.host_config.log_config.config.insert("max-size".to_owned(), "10m".to_owned());
            }),
            "pass"
        );
    }
}
