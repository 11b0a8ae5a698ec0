//! Volumes that are mounts of something else.

use std::collections::BTreeMap;

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::mounts::{MountSource, mounts};
use crate::request::references::container_name;
use crate::request::wire::{Mount, VolumeOptions as Asked};
use crate::request::{Fact, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("volume-options"),
    doc: "\
## What
A volume's driver is not among `drivers`, or one of the driver's options not among `options`: `key`, or `key=value`. The
option `o` of the local driver is a list of mount options, each of which must be there as `o=NAME`. What is asked for is
judged, and volumes that the engine has already, also those of other containers (`--volumes-from`). A path in an option is
judged by `binds` too.

## Why
The options of the engine's own driver are those of mount(8): a volume may be a bind of /, a disk, or a part of the host
laid under an overlay, and nothing in the container's request shows it.

## Instead
Use a plain volume: `-v data:/data`.
",
    fields: &["HostConfig.VolumeDriver", "VolumeOptions.DriverConfig", "VolumeOptions.Subpath", "volumes' drivers and options"],
    keys: &[
        Key::free("drivers", Takes::Texts, "drivers that may be used; `local` alone where the list is left out"),
        Key::free("options", Takes::Texts, "options that may be used: `key`, `key=value`, `o=NAME`"),
    ],
    open_keys: &[],
    silence: "the engine's own driver without options",
    breach: "a driver outside `drivers`, or an option outside `options`",
    rewrites: false,
    sources: &["PSS restricted: volume types"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(VolumeOptions { drivers: settings.list("drivers"), options: settings.list("options") }))
    },
};

const LOCAL: &str = "local";
/// The local driver's list of mount options.
const MOUNT_OPTIONS: &str = "o";

/// `key` or `key=value`
#[derive(Debug, Clone, PartialEq, Eq)]
struct Permitted {
    key: String,
    value: Option<String>,
}

impl FromNode for Permitted {
    const EXPECTED: &'static str = "the name of an option, or name=value";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (text.as_str(), None),
        };
        (!key.is_empty()).then(|| Self { key: key.to_owned(), value })
    }
}

impl Permitted {
    /// Whether it stands for one option; for one mount option that is its name, or name and value.
    fn is(&self, key: &str, value: &str) -> bool {
        let fits = |wanted: &String| {
            let name = value.split_once('=').map_or(value, |(name, _)| name);
            wanted == value || (key == MOUNT_OPTIONS && wanted == name)
        };
        self.key == key && self.value.as_ref().is_none_or(fits)
    }
}

#[derive(Debug)]
struct VolumeOptions {
    drivers: Option<Setting<Vec<Setting<String>>>>,
    options: Option<Setting<Vec<Setting<Permitted>>>>,
}

impl Check for VolumeOptions {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let containers = !request.body.host_config.volumes_from.is_empty();
        let named = mounts(&request.body)
            .iter()
            .any(|mount| matches!(&mount.source, MountSource::Volume(name) if !name.is_empty()));
        Needs { containers: looks && containers, volumes: looks && (containers || named), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        self.driver(&host.volume_driver, "this container's volumes use", "/HostConfig/VolumeDriver", out);
        for (index, mount) in host.mounts.iter().enumerate() {
            self.asked(mount, &format!("/HostConfig/Mounts/{index}"), out);
        }
        for mount in mounts(&case.request.body) {
            if let MountSource::Volume(name) = &mount.source {
                self.existing(name, &mount.pointer, case, out);
            }
        }
        for (index, text) in host.volumes_from.iter().enumerate() {
            let pointer = format!("/HostConfig/VolumesFrom/{index}");
            let name = container_name(text);
            match case.facts.container(name) {
                Err(why) => out.unknown(&pointer, &format!("what `{name}` has mounted"), &why),
                Ok(container) => {
                    let volumes = container.mounts.iter().filter(|mount| mount.kind == "volume");
                    volumes.for_each(|mount| self.existing(&mount.name, &pointer, case, out));
                }
            }
        }
    }
}

impl VolumeOptions {
    /// What a mount says of a volume that may be made now.
    fn asked(&self, mount: &Mount, pointer: &str, out: &mut Opinion) {
        let Some(Asked { subpath, driver_config, .. }) = &mount.volume_options else { return };
        if subpath.starts_with('/') || subpath.split('/').any(|part| part == "..") {
            let message = format!("`{subpath}` is no path inside of the volume");
            out.breach(Breach::new(pointer, message).help("name it from the volume's own root, without `..`"));
        }
        let Some(driver) = driver_config else { return };
        self.driver(&driver.name, "this volume uses", pointer, out);
        self.options(&driver.options, "this volume", pointer, out);
    }

    /// What a volume that the engine has was made with.
    fn existing(&self, name: &str, pointer: &str, case: &Case<'_>, out: &mut Opinion) {
        if name.is_empty() {
            return;
        }
        match case.facts.volumes.get(name).unwrap_or(&Fact::NotAsked).known() {
            Err(why) => out.unknown(pointer, &format!("how volume `{name}` was made"), &why),
            Ok(volume) => {
                self.driver(&volume.driver, &format!("volume `{name}` uses"), pointer, out);
                self.options(&volume.options, &format!("volume `{name}`"), pointer, out);
            }
        }
    }

    fn driver(&self, driver: &str, subject: &str, pointer: &str, out: &mut Opinion) {
        let listed = |list: &Setting<Vec<Setting<String>>>| list.value.iter().any(|entry| entry.value == driver);
        if driver.is_empty() || self.drivers.as_ref().map_or(driver == LOCAL, listed) {
            return;
        }
        let breach = Breach::new(pointer, format!("{subject} the driver `{driver}`, which is not allowed"));
        let breach = breach.help("use a plain volume of the engine's own driver: `-v data:/data`");
        out.breach(match &self.drivers {
            Some(drivers) => breach.bound(&drivers.spot),
            None => breach,
        });
    }

    fn options(&self, options: &BTreeMap<String, String>, subject: &str, pointer: &str, out: &mut Opinion) {
        let refused = options.iter().flat_map(|(key, value)| self.refused(key, value)).collect::<Vec<_>>();
        if refused.is_empty() {
            return;
        }
        let message =
            format!("{subject} is made with `{}`, which may mount anything of the host", refused.join("`, `"));
        let breach = Breach::new(pointer, message).help("use a plain volume: `-v data:/data`");
        out.breach(match &self.options {
            Some(options) => breach.bound(&options.spot),
            None => breach,
        });
    }

    /// The parts of one option that nothing permits.
    fn refused(&self, key: &str, value: &str) -> Vec<String> {
        let permits = |value: &str| {
            self.options.as_ref().is_some_and(|list| list.value.iter().any(|entry| entry.value.is(key, value)))
        };
        let parts: Vec<&str> = if key == MOUNT_OPTIONS { value.split(',').collect() } else { vec![value] };
        parts.into_iter().filter(|part| !permits(part)).map(|part| format!("{key}={part}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::wire::{ContainerCreate, DriverConfig};
    use crate::request::{ContainerFacts, ContainerMount, Facts, VolumeFacts};

    const TABLE: &str = "action = \"deny\"\ndrivers = [\"local\"]\n\
                         options = [\"type=tmpfs\", \"device=tmpfs\", \"o=size\", \"o=nodev\", \"o=mode=700\"]";

    fn says(facts: &Facts, change: impl FnOnce(&mut ContainerCreate)) -> String {
        Bench::new(&RULE, TABLE).says(&asking(change), facts)
    }

    fn options(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn inline(name: &str, pairs: &[(&str, &str)]) -> String {
        let driver_config = Some(DriverConfig { name: name.to_owned(), options: options(pairs) });
        let volume_options = Some(Asked { driver_config, ..Asked::default() });
        let mount = Mount { kind: "volume".into(), volume_options, ..Mount::default() };
        says(&facts(), |body| body.host_config.mounts = vec![mount])
    }

    #[test]
    fn an_option_must_be_permitted_in_each_of_its_parts() {
        assert_eq!(inline("local", &[("type", "tmpfs"), ("device", "tmpfs"), ("o", "size=1m,nodev,mode=700")]), "pass");
        assert_eq!(inline("", &[]), "pass");
        for pairs in [
            &[("type", "none"), ("o", "bind"), ("device", "/")][..],
            &[("type", "ext4"), ("device", "/dev/vda")],
            &[("type", "overlay"), ("o", "lowerdir=/etc:/usr"), ("device", "overlay")],
            &[("o", "size=1m,bind")],
            &[("o", "mode=777")],
            &[("o", "")],
            &[("TYPE", "tmpfs")],
            &[("device", "tmpfs/../etc")],
            &[("other", "x")],
        ] {
            assert_eq!(inline("local", pairs), "deny", "{pairs:?}");
        }
    }

    #[test]
    fn a_driver_must_be_listed_wherever_it_is_named() {
        assert_eq!(inline("nfs", &[]), "deny");
        assert_eq!(says(&facts(), |body| body.host_config.volume_driver = "local".to_owned()), "pass");
        assert_eq!(says(&facts(), |body| body.host_config.volume_driver = "rexray".to_owned()), "deny");
        let silent = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(silent.of(|body| body.host_config.volume_driver = "local".to_owned()), "pass");
        assert_eq!(silent.of(|body| body.host_config.volume_driver = "Local".to_owned()), "deny");
    }

    #[test]
    fn a_volume_that_exists_is_what_it_was_made_as() {
        let mut facts = facts();
        let mut known = |name: &str, driver: &str, pairs: &[(&str, &str)]| {
            let volume =
                VolumeFacts { exists: true, driver: driver.into(), options: options(pairs), ..VolumeFacts::default() };
            facts.volumes.insert(name.to_owned(), Fact::Known(volume));
        };
        known("data", "local", &[]);
        known("root", "local", &[("o", "bind"), ("device", "/")]);
        known("far", "nfs", &[]);
        facts.volumes.insert("new".to_owned(), Fact::Known(VolumeFacts::default()));
        let bind = |name: &str| says(&facts, |body| body.host_config.binds = vec![format!("{name}:/x")]);
        let names = ["data", "new", "root", "far", "unknown"];
        assert_eq!(names.map(bind), ["pass", "pass", "deny", "deny", "deny"]);

        let from = |name: &str| {
            let mut facts = facts.clone();
            let mount = ContainerMount { kind: "volume".into(), name: name.to_owned(), ..ContainerMount::default() };
            let container = ContainerFacts { mounts: vec![mount], ..ContainerFacts::default() };
            facts.containers.insert("c".to_owned(), Fact::Known(container));
            says(&facts, |body| body.host_config.volumes_from = vec!["c:ro".to_owned()])
        };
        assert_eq!(["data", "root", "far"].map(from), ["pass", "deny", "deny"]);
        assert_eq!(says(&facts, |body| body.host_config.volumes_from = vec!["other".to_owned()]), "deny");
    }

    #[test]
    fn a_part_of_a_volume_lies_inside_of_it() {
        let part = |subpath: &str| {
            let volume_options = Some(Asked { subpath: subpath.to_owned(), ..Asked::default() });
            let mount = Mount { kind: "volume".into(), volume_options, ..Mount::default() };
            says(&facts(), |body| body.host_config.mounts = vec![mount])
        };
        assert_eq!(["a/b", "", "a..b"].map(part), ["pass"; 3]);
        assert_eq!(["..", "a/../../b", "/etc"].map(part), ["deny"; 3]);
    }
}
