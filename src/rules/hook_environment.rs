//! Variables that reach programs of the host.

use super::glob::List;
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Glob, Key, Setting, Settings, Takes};
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("hook-environment"),
    doc: "\
## What
A container, or its image, sets one of the variables in `names` (`LD_PRELOAD` and its kin) where a hook runs as root on the
host: a runtime in `runtimes`, asked for or the engine's default, or a request for GPUs. And a container that sets one of
the variables in `devices`, which such a hook reads as a request for devices.

## Why
The hooks of GPU runtimes have been started with the container's own environment: `LD_PRELOAD` then runs a file of the
container as root on the host (CVE-2025-23266).

## Instead
Leave the variable out, or set it inside: `sh -c 'LD_PRELOAD=… exec program'`. Ask for a GPU by `--gpus`.
",
    fields: &["Env", "HostConfig.Runtime", "HostConfig.DeviceRequests", "the image's ENV"],
    keys: &[
        Key::adding("names", Takes::Texts, "variables that no hook may see; `*` is any part of a name"),
        Key::adding("devices", Takes::Texts, "variables that ask a hook for devices"),
        Key::adding("runtimes", Takes::Texts, "runtimes with hooks"),
    ],
    open_keys: &[],
    silence: "none of the variables",
    breach: "one in `names` where a hook runs, or one in `devices` with a value",
    rewrites: true,
    sources: &["CVE-2025-23266"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(HookEnvironment {
            names: settings.list("names"),
            devices: settings.list("devices"),
            runtimes: settings.list("runtimes"),
        }))
    },
};

/// Values with which such a variable asks for nothing.
const NO_DEVICE: [&str; 3] = ["", "void", "none"];

#[derive(Debug)]
struct HookEnvironment {
    names: List<Glob>,
    devices: List<Glob>,
    runtimes: List<Glob>,
}

fn listed<'a>(list: &'a List<Glob>, name: &str) -> Option<&'a Setting<Glob>> {
    list.iter().flat_map(|list| &list.value).find(|entry| entry.value.matches(name))
}

impl Check for HookEnvironment {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let watches = looks && self.names.as_ref().is_some_and(|names| !names.value.is_empty());
        Needs { image: watches, info: watches && self.hooked(request, None).is_none(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let env = &case.request.body.env;
        for (index, name, value) in set(env) {
            if let Some(entry) = listed(&self.devices, name).filter(|_| !NO_DEVICE.contains(&value)) {
                let message = format!("`{name}` asks the hook of a GPU runtime for devices of the host");
                out.breach(removed(index, name, message).bound(&entry.spot).help("ask for devices by `--gpus`"));
            }
        }
        self.hidden_from_hooks(case, out);
    }
}

impl HookEnvironment {
    fn hidden_from_hooks(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(names) = self.names.as_ref().filter(|names| !names.value.is_empty()) else { return };
        let default = case.facts.info.known();
        let hook = match (self.hooked(case.request, default.as_ref().ok().map(|i| i.default_runtime.as_str())), default)
        {
            (Some(hook), _) => hook,
            (None, Ok(_)) => return,
            (None, Err(why)) => return out.unknown("/Env", "the engine's default runtime", &why),
        };
        let env = &case.request.body.env;
        for (index, name, _) in set(env) {
            if let Some(entry) = listed(&self.names, name) {
                let message = format!("`{name}` would reach {hook}, which runs as root on the host");
                out.breach(removed(index, name, message).bound(&entry.spot).help("leave it out, or set it inside"));
            }
        }
        let image = match case.facts.image.known() {
            Ok(image) => image,
            Err(why) => return out.unknown("/Image", "the image's environment", &why),
        };
        let said = |name: &str| env.iter().any(|entry| entry.split('=').next() == Some(name));
        for (_, name, _) in set(&image.env).filter(|(_, name, _)| !said(name) && listed(&self.names, name).is_some()) {
            let message = format!("the image sets `{name}`, which would reach {hook} as root on the host");
            let breach =
                Breach::new("/Image", message).bound(&names.spot).help(format!("take it away: `--env {name}=`"));
            // A bare name takes the image's variable away.
            out.breach(breach.nearest(vec![Change::Push("/Env".to_owned(), name.into())], format!("no `{name}`")));
        }
    }

    /// What runs with the container's environment as root on the host.
    fn hooked(&self, request: &Request, default_runtime: Option<&str>) -> Option<String> {
        let host = &request.body.host_config;
        if !host.device_requests.is_empty() {
            return Some("the hook for GPUs".to_owned());
        }
        let runtime = if host.runtime.is_empty() { default_runtime? } else { &host.runtime };
        listed(&self.runtimes, runtime).map(|_| format!("the hook of the runtime `{runtime}`"))
    }
}

/// Entries with a value: place, name and value. A bare name takes a variable away.
fn set(env: &[String]) -> impl Iterator<Item = (usize, &str, &str)> {
    env.iter().enumerate().filter_map(|(index, entry)| entry.split_once('=').map(|(name, value)| (index, name, value)))
}

fn removed(index: usize, name: &str, message: String) -> Breach {
    let pointer = format!("/Env/{index}");
    Breach::new(pointer.clone(), message).nearest(vec![Change::Remove(pointer)], format!("no --env {name}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::wire::{ContainerCreate, DeviceRequest};
    use crate::request::{Fact, apply};

    fn bench(action: &str) -> Bench {
        let lists = "names = [\"LD_*\"]\ndevices = [\"NVIDIA_VISIBLE_DEVICES\"]\nruntimes = [\"nvidia*\"]";
        Bench::new(&RULE, &format!("action = \"{action}\"\n{lists}"))
    }

    fn sets(variable: &str, change: impl FnOnce(&mut ContainerCreate)) -> String {
        bench("deny").of(|body| {
            body.env = vec![variable.to_owned()];
            change(body);
        })
    }

    #[test]
    fn inside_the_container_alone_a_variable_hurts_nobody() {
        assert_eq!(sets("LD_PRELOAD=/p/x.so", |_| {}), "pass");
        assert_eq!(sets("A=1", |b| b.host_config.runtime = "nvidia".to_owned()), "pass");
    }

    #[test]
    fn a_hook_must_not_see_it() {
        assert_eq!(sets("LD_PRELOAD=/p/x.so", |b| b.host_config.runtime = "nvidia".to_owned()), "deny");
        assert_eq!(sets("LD_AUDIT=x", |b| b.host_config.device_requests = vec![DeviceRequest::default()]), "deny");
        assert_eq!(sets("LD_PRELOAD", |b| b.host_config.runtime = "nvidia".to_owned()), "pass", "taken away");
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.default_runtime = "nvidia-legacy".to_owned();
        }
        let asked = asking(|body| body.env = vec!["LD_PRELOAD=x".to_owned()]);
        assert_eq!(bench("deny").says(&asked, &facts), "deny", "the engine's default has the hook");
        facts.info = Fact::Unknown("no answer".to_owned());
        assert_eq!(bench("deny").says(&asked, &facts), "deny");
    }

    #[test]
    fn a_variable_that_asks_for_devices_is_refused_with_any_runtime() {
        assert_eq!(sets("NVIDIA_VISIBLE_DEVICES=all", |_| {}), "deny");
        for nothing in ["NVIDIA_VISIBLE_DEVICES=", "NVIDIA_VISIBLE_DEVICES=void", "NVIDIA_VISIBLE_DEVICES=none"] {
            assert_eq!(sets(nothing, |_| {}), "pass", "{nothing}");
        }
    }

    #[test]
    fn the_images_own_environment_counts_and_can_be_taken_away() {
        let mut facts = facts();
        if let Fact::Known(image) = &mut facts.image {
            image.env = vec!["LD_PRELOAD=/x.so".to_owned(), "PATH=/bin".to_owned()];
        }
        assert_eq!(bench("deny").says(&asking(|_| {}), &facts), "pass");
        let hooked = |body: &mut ContainerCreate| body.host_config.runtime = "nvidia".to_owned();
        assert_eq!(bench("deny").says(&asking(hooked), &facts), "deny");
        let mut request = asking(hooked);
        let outcome = bench("rewrite").outcome(&request, &facts);
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.env, ["LD_PRELOAD"]);
        assert_eq!(bench("rewrite").says(&request, &facts), "pass");
    }
}
