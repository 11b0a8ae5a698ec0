//! Devices of the host.

use std::path::Path;

use super::glob::{List, Paths, listed};
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Settings, Takes, Value};
use crate::request::mounts::clean;
use crate::request::wire::DeviceMapping;
use crate::request::{Change, Fact, Facts, Needs, PolicySpot, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("devices"),
    doc: "\
## What
A container asks for a device of the host that is not listed in `allow`, directly, through a link, or as part of a
directory; or for a rule of the device control group that is not listed in `cgroup-rules`. An entry may end in the access
that it grants: `\"/dev/sda:r\"`; without one it grants all. An entry for a directory holds what is below it.

## Why
Whoever may write to a disk, to memory or to a bus owns the machine, whatever else the container may not do.

## Instead
Have the one device that the program needs listed: `allow = [\"/dev/fuse\"]`. GPUs are for the rule `gpus`.
",
    fields: &["HostConfig.Devices", "HostConfig.DeviceCgroupRules"],
    keys: &[
        Key::free("allow", Takes::Texts, "devices by path, `*` and `**`, with access such as `:rw` behind"),
        Key::free("cgroup-rules", Takes::Texts, "rules of the device control group, as they are asked for"),
    ],
    open_keys: &[],
    silence: "no device",
    breach: "a device outside `allow`, or with more access; a rule outside `cgroup-rules`",
    rewrites: false,
    sources: &["CIS Docker 5.18", "PSS baseline: host path volumes"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(Devices { allow: settings.list("allow"), cgroup_rules: settings.list("cgroup-rules") }))
    },
};

const ALL_ACCESS: &str = "rwm";
const LIST: &str = "/HostConfig/Devices";
const RULES: &str = "/HostConfig/DeviceCgroupRules";

/// A device, and what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    path: Paths,
    access: String,
}

impl FromNode for Entry {
    const EXPECTED: &'static str = "an absolute path such as \"/dev/fuse\" or \"/dev/sda:r\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let is_access = |text: &str| !text.is_empty() && text.chars().all(|c| ALL_ACCESS.contains(c));
        let (path, access) =
            text.rsplit_once(':').filter(|(_, access)| is_access(access)).unwrap_or((&text, ALL_ACCESS));
        Paths::parse(path).map(|path| Self { path, access: access.to_owned() })
    }
}

/// A rule of the device control group, such as `c 189:* rw`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CgroupRule(String);

impl FromNode for CgroupRule {
    const EXPECTED: &'static str = "a rule such as \"c 189:* rw\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        (text.split(' ').filter(|part| !part.is_empty()).count() == 3).then_some(Self(text))
    }
}

#[derive(Debug)]
struct Devices {
    allow: List<Entry>,
    cgroup_rules: List<CgroupRule>,
}

impl Check for Devices {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        Needs { devices: looks && !request.body.host_config.devices.is_empty(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        for (index, device) in host.devices.iter().enumerate() {
            self.device(index, device, case.facts, out);
        }
        for (index, rule) in host.device_cgroup_rules.iter().enumerate() {
            if !self.cgroup_rules.iter().flat_map(|list| &list.value).any(|entry| entry.value.0 == *rule) {
                let message = format!("the device rule `{rule}` is not among those that are allowed");
                let breach = Breach::new(format!("{RULES}/{index}"), message);
                let breach = breach.help("name the device itself: `--device /dev/…`");
                out.breach(bound(breach, self.cgroup_rules.as_ref().map(|list| &list.spot)));
            }
        }
    }
}

impl Devices {
    fn device(&self, index: usize, device: &DeviceMapping, facts: &Facts, out: &mut Opinion) {
        let pointer = format!("{LIST}/{index}");
        let typed = &device.path_on_host;
        let found = match self.leads_to(typed, facts) {
            Ok(found) => found,
            Err(why) => return out.unknown(&pointer, &format!("where the device `{typed}` leads"), &why),
        };
        let asked = if device.cgroup_permissions.is_empty() { ALL_ACCESS } else { &device.cgroup_permissions };
        let entries =
            || self.allow.iter().flat_map(|list| &list.value).filter(|e| e.value.path.holds(Path::new(&found)));
        let Some(entry) = entries().find(|entry| asked.chars().all(|c| entry.value.access.contains(c))) else {
            return out.breach(self.breach(
                &pointer,
                typed,
                &found,
                asked,
                entries().next().map(|e| e.value.access.as_str()),
            ));
        };
        if found != *typed {
            out.fill(Fill {
                changes: vec![Change::Set(format!("{pointer}/PathOnHost"), found.clone().into())],
                meaning: format!("--device {found}:{}", device.path_in_container),
                spot: entry.spot.clone(),
            });
        }
    }

    /// The device that is meant. On another machine its name must do: who could lay a link there is root there.
    fn leads_to(&self, typed: &str, facts: &Facts) -> Result<String, String> {
        if !typed.starts_with('/') {
            return Err("it is not an absolute path".to_owned());
        }
        let path = match facts.local {
            true => facts.devices.get(typed).unwrap_or(&Fact::NotAsked).known()?.canonical.clone(),
            false => clean(Path::new(typed)),
        };
        path.to_str().map(str::to_owned).ok_or_else(|| "its name is not UTF-8".to_owned())
    }

    fn breach(&self, pointer: &str, typed: &str, found: &str, asked: &str, granted: Option<&str>) -> Breach {
        let name = if typed == found { format!("`{typed}`") } else { format!("`{typed}`, which is {found},") };
        let message = match granted {
            Some(granted) => format!("the device {name} may be used with `{granted}`, not with `{asked}`"),
            None => format!("the device {name} is not among those that are allowed"),
        };
        let entries = self.allow.iter().flat_map(|list| &list.value).map(|entry| entry.value.path.as_str());
        let help = match (granted, listed(entries)) {
            (Some(granted), _) => format!("ask for `--device {typed}:{granted}`"),
            (None, Some(names)) => format!("leave it out, or use one of {names}"),
            (None, None) => "leave it out: no device of the host is allowed".to_owned(),
        };
        bound(Breach::new(pointer, message).help(help), self.allow.as_ref().map(|list| &list.spot))
    }
}

fn bound(breach: Breach, spot: Option<&PolicySpot>) -> Breach {
    match spot {
        Some(spot) => breach.bound(spot),
        None => breach,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, bind, facts};
    use super::*;
    use crate::request::{BindKind, apply};

    const TABLE: &str = "action = \"deny\"\nallow = [\"/dev/fuse\", \"/dev/snd\", \"/dev/sdz:r\", \"/dev/ttyUSB*\"]
cgroup-rules = [\"c 189:* rw\"]";

    fn mapping(typed: &str, access: &str) -> DeviceMapping {
        let (path_on_host, path_in_container) = (typed.to_owned(), "/dev/x".to_owned());
        DeviceMapping { path_on_host, path_in_container, cgroup_permissions: access.to_owned() }
    }

    fn leading(typed: &str, canonical: &str, access: &str, local: bool) -> String {
        let mut facts = Facts { local, ..facts() };
        facts.devices.insert(typed.to_owned(), bind(canonical, BindKind::Other));
        let asked = asking(|body| body.host_config.devices = vec![mapping(typed, access)]);
        Bench::new(&RULE, TABLE).says(&asked, &facts)
    }

    fn asks(path: &str) -> String {
        leading(path, path, "rwm", true)
    }

    #[test]
    fn only_listed_devices_pass() {
        for path in ["/dev/fuse", "/dev/snd", "/dev/snd/seq", "/dev/ttyUSB0", "/dev/ttyUSB/x"] {
            assert_eq!(asks(path), "pass", "{path}");
        }
        for path in ["/dev/sda", "/dev/mem", "/dev", "/", "/dev/fuse2", "/dev/kmsg", "dev/fuse"] {
            assert_eq!(asks(path), "deny", "{path}");
        }
    }

    #[test]
    fn a_link_is_what_it_leads_to() {
        assert_eq!(leading("/home/alice/link", "/dev/zero", "rwm", true), "deny");
        assert_eq!(leading("/dev/fuse", "/dev/sda", "rwm", true), "deny", "a listed name that leads elsewhere");
        assert_eq!(leading("/home/alice/link", "/dev/fuse", "rwm", true), "fill: --device /dev/fuse:/dev/x");
        assert_eq!(leading("/dev/../dev/sda", "/dev/sda", "rwm", true), "deny");
    }

    #[test]
    fn the_device_itself_is_what_the_engine_is_told() {
        let mut facts = facts();
        for path in ["/home/alice/link", "/dev/fuse"] {
            facts.devices.insert(path.to_owned(), bind("/dev/fuse", BindKind::Other));
        }
        let mut request = asking(|body| body.host_config.devices = vec![mapping("/home/alice/link", "rw")]);
        let outcome = Bench::new(&RULE, TABLE).outcome(&request, &facts);
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.devices[0], mapping("/dev/fuse", "rw"));
        assert_eq!(Bench::new(&RULE, TABLE).says(&request, &facts), "pass");
    }

    #[test]
    fn no_more_access_than_is_listed() {
        assert_eq!(leading("/dev/sdz", "/dev/sdz", "r", true), "pass");
        for access in ["rw", "m", ""] {
            assert_eq!(leading("/dev/sdz", "/dev/sdz", access, true), "deny", "{access}");
        }
    }

    #[test]
    fn where_a_device_leads_must_be_known_unless_the_machine_is_another() {
        let asked = asking(|body| body.host_config.devices = vec![mapping("/dev/fuse", "rwm")]);
        assert_eq!(Bench::new(&RULE, TABLE).says(&asked, &facts()), "deny");
        assert_eq!(leading("/dev/fuse", "", "rwm", false), "pass");
        assert_eq!(leading("/dev/../home/x", "", "rwm", false), "deny");
    }

    #[test]
    fn rules_of_the_control_group_are_taken_word_by_word() {
        let rule =
            |rule: &str| Bench::new(&RULE, TABLE).of(|b| b.host_config.device_cgroup_rules = vec![rule.to_owned()]);
        assert_eq!(rule("c 189:* rw"), "pass");
        for bad in ["b *:* rwm", "c 189:* rwm", "a *:* rwm", "c 10:229 rwm"] {
            assert_eq!(rule(bad), "deny", "{bad}");
        }
    }

    #[test]
    fn without_lists_nothing_passes() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|b| b.host_config.device_cgroup_rules = vec!["c 1:3 r".to_owned()]), "deny");
        assert_eq!(bench.of(|_| {}), "pass");
    }
}
