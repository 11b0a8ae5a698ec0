//! Devices that a driver provides: GPUs, and those of the Container Device Interface.

use super::glob::{List, listed};
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Glob, Key, Setting, Settings, Takes, Value};
use crate::request::RuleId;
use crate::request::wire::DeviceRequest;

pub(super) const RULE: Rule = Rule {
    id: RuleId("gpus"),
    doc: "\
## What
A container asks a driver for devices: `--gpus`, or a name such as `nvidia.com/gpu=0` for `--device`. `allow` lists what may
be asked for: `gpu` for `--gpus`, and patterns of names. `max` bounds the number of GPUs.

## Why
The driver's hook runs as root on the host, with what the container says in its environment, and the memory of a GPU is
shared by all that use it.

## Instead
Ask for one device by name once it is listed: `--gpus device=0`, `--device nvidia.com/gpu=0`.
",
    fields: &["HostConfig.DeviceRequests"],
    keys: &[
        Key::free("allow", Takes::Texts, "`gpu`, and names of devices such as `nvidia.com/gpu=*`"),
        Key::max("max", Takes::Whole, "the most GPUs of one container"),
    ],
    open_keys: &[],
    silence: "no device is requested",
    breach: "a driver or device outside `allow`, more than `max`, options for a driver",
    rewrites: false,
    sources: &["CIS Docker 5.18", "CVE-2025-23266"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(Gpus { allow: settings.list("allow"), max: settings.get("max") }))
    },
};

/// What `--gpus` asks for.
const GPU: &str = "gpu";
const CDI: &str = "cdi";

/// `gpu`, or a pattern of `vendor/class=name`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Device(Glob);

impl FromNode for Device {
    const EXPECTED: &'static str = "\"gpu\", or the name of a device such as \"nvidia.com/gpu=*\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let named = text.split_once('=').is_some_and(|(kind, name)| kind.contains('/') && !name.is_empty());
        ((named || text == GPU) && !text.contains(char::is_whitespace)).then(|| Self(Glob::new(&text)))
    }
}

#[derive(Debug)]
struct Gpus {
    allow: List<Device>,
    max: Option<Setting<u32>>,
}

impl Check for Gpus {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (index, request) in case.request.body.host_config.device_requests.iter().enumerate() {
            let pointer = format!("/HostConfig/DeviceRequests/{index}");
            if let Some(message) = self.objection(request) {
                let entries = self.allow.iter().flat_map(|list| &list.value).map(|entry| entry.value.0.as_str());
                let help = match listed(entries) {
                    Some(names) => format!("what may be asked for: {names}"),
                    None => "leave it out: no device of a driver is allowed".to_owned(),
                };
                let breach = Breach::new(pointer, message).help(help);
                out.breach(match &self.allow {
                    Some(allow) => breach.bound(&allow.spot),
                    None => breach,
                });
            } else if let Some(max) = self.max.as_ref().filter(|max| exceeds(request, max.value)) {
                let message = format!("more GPUs than the {} that are allowed", max.value);
                let help = format!("ask for at most `--gpus {}`", max.value);
                out.breach(Breach::new(pointer, message).bound(&max.spot).help(help));
            }
        }
    }
}

impl Gpus {
    fn objection(&self, request: &DeviceRequest) -> Option<String> {
        let DeviceRequest { driver, count: _, device_ids, capabilities, options } = request;
        if !options.is_empty() {
            return Some("options for a driver of devices cannot be judged".to_owned());
        }
        if driver == CDI {
            let named = device_ids.iter().find(|id| !self.allows(|pattern| pattern.matches(id)));
            return match named {
                Some(id) => Some(format!("the device `{id}` is not among those that are allowed")),
                None if device_ids.is_empty() => Some("a request for no device by name cannot be judged".to_owned()),
                None => None,
            };
        }
        let asks_for_gpus =
            capabilities.iter().all(|set| set.iter().any(|name| name == GPU)) && !capabilities.is_empty();
        match driver.as_str() {
            "" | "nvidia" if asks_for_gpus && self.allows(|pattern| pattern.as_str() == GPU) => None,
            "" | "nvidia" => Some("GPUs of this machine are not allowed".to_owned()),
            other => Some(format!("devices of the driver `{other}` are not allowed")),
        }
    }

    fn allows(&self, matches: impl Fn(&Glob) -> bool) -> bool {
        self.allow.iter().flat_map(|list| &list.value).any(|entry| matches(&entry.value.0))
    }
}

/// By names, or by a count, of which a negative one is all of them.
fn exceeds(request: &DeviceRequest, max: u32) -> bool {
    let named = i64::try_from(request.device_ids.len()).unwrap_or(i64::MAX);
    request.count < 0
        || request.count.max(named) > i64::from(max)
        || request.device_ids.iter().any(|id| id == "all" || id.ends_with("=all"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn gpus(count: i64, ids: &[&str]) -> DeviceRequest {
        let device_ids = ids.iter().map(|id| (*id).to_owned()).collect();
        DeviceRequest { count, device_ids, capabilities: vec![vec![GPU.to_owned()]], ..DeviceRequest::default() }
    }

    fn cdi(ids: &[&str]) -> DeviceRequest {
        DeviceRequest { driver: CDI.to_owned(), capabilities: vec![], ..gpus(0, ids) }
    }

    fn asks(table: &str, request: DeviceRequest) -> String {
        Bench::new(&RULE, table).of(|body| body.host_config.device_requests = vec![request])
    }

    const OPEN: &str = "action = \"deny\"\nallow = [\"gpu\", \"nvidia.com/gpu=*\"]\nmax = 2";

    #[test]
    fn nothing_is_allowed_unless_it_is_listed() {
        for table in ["action = \"deny\"", "action = \"deny\"\nallow = []"] {
            for request in [gpus(-1, &[]), gpus(1, &[]), gpus(0, &["0"]), cdi(&["vendor.com/class=gpu0"]), cdi(&[])] {
                assert_eq!(asks(table, request.clone()), "deny", "{request:?}");
            }
        }
    }

    #[test]
    fn what_is_listed_passes_up_to_the_bound() {
        for request in [gpus(2, &[]), gpus(0, &["0", "1"]), cdi(&["nvidia.com/gpu=0"])] {
            assert_eq!(asks(OPEN, request.clone()), "pass", "{request:?}");
        }
        for request in
            [gpus(3, &[]), gpus(-1, &[]), gpus(0, &["0", "1", "2"]), gpus(0, &["all"]), cdi(&["nvidia.com/gpu=all"])]
        {
            assert_eq!(asks(OPEN, request.clone()), "deny", "{request:?}");
        }
    }

    #[test]
    fn other_drivers_and_options_are_refused() {
        let options = [("x".to_owned(), "y".to_owned())].into();
        for request in [
            cdi(&["nvidia.com/gpu=0", "vendor.com/disk=sda"]),
            DeviceRequest { driver: "amd".to_owned(), ..gpus(1, &[]) },
            DeviceRequest { options, ..gpus(1, &[]) },
            DeviceRequest { capabilities: vec![vec!["net".to_owned()]], ..gpus(1, &[]) },
            DeviceRequest { capabilities: vec![], ..gpus(1, &[]) },
        ] {
            assert_eq!(asks(OPEN, request.clone()), "deny", "{request:?}");
        }
    }
}
