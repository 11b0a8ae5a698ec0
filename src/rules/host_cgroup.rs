//! The host's tree of control groups.

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("host-cgroup"),
    doc: "\
## What
A container asks for the host's namespace of control groups: `--cgroupns host`. One that says nothing gets `default`, since
engines on machines with control groups of version 1 would give it the host's.

## Why
It sees how every service and container of the host is called and limited, and one mistake in the mounts of /sys/fs/cgroup
lets it change that. Control groups of version 1 have run programs on the host that way.

## Instead
Leave it out. Programs that manage control groups themselves find a tree of their own.
",
    fields: &["HostConfig.CgroupnsMode", "HostConfig.Cgroup"],
    keys: &[Key::free("default", Takes::Text, "for a container that says nothing: private")],
    open_keys: &[],
    silence: "no CgroupnsMode in a container that is not privileged",
    breach: "`host`, every mode that is not known, and any Cgroup",
    rewrites: true,
    sources: &["CIS Docker 5.25"],
    load: |settings: &mut Settings<'_>| Some(Box::new(HostCgroup { default: settings.get("default") })),
};

const MODE: &str = "/HostConfig/CgroupnsMode";
const PRIVATE: &str = "private";

/// The only default that tightens anything.
#[derive(Debug)]
struct Private;

impl FromNode for Private {
    const EXPECTED: &'static str = "\"private\"";
    fn from_value(value: &Value) -> Option<Self> {
        (String::from_value(value)? == PRIVATE).then_some(Self)
    }
}

#[derive(Debug)]
struct HostCgroup {
    default: Option<Setting<Private>>,
}

impl Check for HostCgroup {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let asks = !request.body.host_config.cgroupns_mode.is_empty();
        Needs { info: (looks && asks) || self.to_be_filled(request).is_some(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        match host.cgroupns_mode.as_str() {
            "" => self.fill(case, out),
            PRIVATE => {}
            "host" => out.breach(self.nearest(case, "the container would see the control groups of this whole host")),
            other => out.breach(self.nearest(case, &format!("`{other}` is no mode of control groups that is known"))),
        }
        if !host.cgroup.is_empty() {
            let message = format!("`{}` names a control group of something else", host.cgroup);
            out.breach(Breach::new("/HostConfig/Cgroup", message).help("leave `Cgroup` out"));
        }
    }
}

impl HostCgroup {
    /// A privileged container manages the host anyway, and engines make the same exception.
    fn to_be_filled(&self, request: &Request) -> Option<&Setting<Private>> {
        let host = &request.body.host_config;
        self.default.as_ref().filter(|_| host.cgroupns_mode.is_empty() && !host.privileged)
    }

    fn fill(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(default) = self.to_be_filled(case.request) else { return };
        match case.facts.info.known() {
            Ok(info) if info.cgroup_namespaces => {
                out.fill(Fill { changes: private(), meaning: meaning(), spot: default.spot.clone() });
            }
            Ok(_) => {}
            Err(why) => out.unknown(MODE, "whether the engine knows namespaces of control groups", &why),
        }
    }

    fn nearest(&self, case: &Case<'_>, message: &str) -> Breach {
        let breach = Breach::new(MODE, message).help("leave `--cgroupns` out, or ask for `--cgroupns private`");
        let can = case.facts.info.known().is_ok_and(|info| info.cgroup_namespaces);
        if can { breach.nearest(private(), meaning()) } else { breach }
    }
}

fn private() -> Vec<Change> {
    vec![Change::Set(MODE.to_owned(), PRIVATE.into())]
}

fn meaning() -> String {
    format!("--cgroupns {PRIVATE}")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::wire::ContainerCreate;
    use crate::request::{EngineInfo, Fact, Facts};

    fn says(table: &str, facts: &Facts, change: impl FnOnce(&mut ContainerCreate)) -> String {
        Bench::new(&RULE, table).says(&asking(change), facts)
    }

    fn mode(table: &str, mode: &str) -> String {
        says(table, &facts(), |body| body.host_config.cgroupns_mode = mode.to_owned())
    }

    const DENY: &str = "action = \"deny\"\ndefault = \"private\"";

    #[test]
    fn the_hosts_control_groups_are_refused_or_made_private() {
        assert_eq!(mode(DENY, "host"), "deny");
        assert_eq!(mode(DENY, "HOST"), "deny");
        assert_eq!(mode(DENY, "ns:/proc/1/ns/cgroup"), "deny");
        assert_eq!(mode("action = \"rewrite\"", "host"), "rewrite: --cgroupns private");
        assert_eq!(mode(DENY, "private"), "pass");
        assert_eq!(
            says(DENY, &facts(), |body| body.host_config.cgroup = "container:x".to_owned()),
            "deny, fill: --cgroupns private"
        );
    }

    #[test]
    fn silence_is_filled_where_the_engine_can() {
        assert_eq!(mode(DENY, ""), "fill: --cgroupns private");
        assert_eq!(mode("action = \"deny\"", ""), "pass");
        assert_eq!(says(DENY, &facts(), |body| body.host_config.privileged = true), "pass");
        let old = Facts { info: Fact::Known(EngineInfo::default()), ..Facts::default() };
        assert_eq!(says(DENY, &old, |_| {}), "pass");
        assert_eq!(says(DENY, &Facts::default(), |_| {}), "deny", "nobody could say whether it can");
        let asked = |body: &mut ContainerCreate| body.host_config.cgroupns_mode = "host".to_owned();
        assert_eq!(says("action = \"rewrite\"", &old, asked), "deny");
    }
}
