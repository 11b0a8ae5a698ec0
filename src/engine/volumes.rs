//! Named volumes of a container that is marked with its owner. The engine would make them without a mark, and so
//! nobody's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::client::{Call, Engine};
use super::error::EngineError;
use crate::request::references::{Way, references};
use crate::request::wire::{ContainerCreate, DriverConfig, Mount, VolumeOptions};
use crate::request::{Facts, OWNER_LABEL, Owner, Request};
use crate::verdict::Approved;

/// A volume that is to be made.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    name: String,
    driver: String,
    driver_opts: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    labels: Option<BTreeMap<String, String>>,
}

impl Engine {
    /// Makes the volumes of an approved request that are not there yet, with its mark. Without a mark on the container, or
    /// where nobody looked whether they are there, nothing is made.
    ///
    /// # Errors
    /// Why one could not be made; also when somebody else made it since it was looked for.
    pub async fn make_volumes(&self, approved: &Approved<Request>, facts: &Facts) -> Result<(), EngineError> {
        for wanted in wanted(&approved.get().body, facts) {
            let text = serde_json::to_vec(&wanted).map_err(|why| EngineError::Reported(why.to_string()))?;
            let made: Made = self.call_json(Call::post("/volumes/create".to_owned()).json(text)).await?;
            // The engine answers with the volume of that name, whoever made it.
            if made.labels.as_ref().and_then(Owner::labelled) != Owner::labelled(&wanted.labels) {
                let words = format!("volume `{}` was made by somebody else in the meantime", wanted.name);
                return Err(EngineError::Reported(words));
            }
        }
        Ok(())
    }
}

fn wanted(body: &ContainerCreate, facts: &Facts) -> Vec<Wanted> {
    let Some(owner) = body.labels.get(OWNER_LABEL) else { return Vec::new() };
    let is_absent =
        |name: &str| facts.volumes.get(name).is_some_and(|fact| fact.known().is_ok_and(|found| !found.exists));
    let mut all: Vec<Wanted> = Vec::new();
    for reference in references(body).into_iter().filter(|r| r.way == Way::Volume && is_absent(&r.name)) {
        if all.iter().all(|other| other.name != reference.name) {
            all.push(with_options(reference.name, &reference.pointer, body, owner));
        }
    }
    all
}

/// With the driver, its options and labels that the mount asks for, as the engine would make it.
fn with_options(name: String, pointer: &str, body: &ContainerCreate, owner: &str) -> Wanted {
    let host = &body.host_config;
    let index = pointer.strip_prefix("/HostConfig/Mounts/").and_then(|index| index.parse::<usize>().ok());
    let mount = index.and_then(|index| host.mounts.get(index));
    let (DriverConfig { name: driver, options }, mut labels) = match mount {
        Some(Mount { volume_options: Some(VolumeOptions { driver_config, labels, .. }), .. }) => {
            (driver_config.clone().unwrap_or_default(), labels.clone())
        }
        Some(_) => <_>::default(),
        None => (DriverConfig { name: host.volume_driver.clone(), ..DriverConfig::default() }, <_>::default()),
    };
    labels.insert(OWNER_LABEL.to_owned(), owner.to_owned());
    Wanted { name, driver, driver_opts: options, labels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Fact, VolumeFacts, json};

    const BODY: &str = r#"{"Labels":{"io.sdocker.owner":"alice"},"HostConfig":{"VolumeDriver":"d",
        "Binds":["new:/a","new:/b:ro","there:/c","unknown:/d","/srv:/e"],
        "Mounts":[{"Type":"volume","Source":"opts","Target":"/f","VolumeOptions":
            {"Labels":{"a":"b"},"DriverConfig":{"Name":"local","Options":{"type":"tmpfs"}}}}]}}"#;

    fn named(body: &str) -> Vec<(String, String)> {
        let body: ContainerCreate = json::decode(body.as_bytes()).unwrap();
        let mut facts = Facts::default();
        for (name, exists) in [("new", false), ("opts", false), ("there", true)] {
            facts.volumes.insert(name.to_owned(), Fact::Known(VolumeFacts { exists, ..VolumeFacts::default() }));
        }
        wanted(&body, &facts).into_iter().map(|w| (w.name.clone(), serde_json::to_string(&w).unwrap())).collect()
    }

    #[test]
    fn only_what_is_absent_is_made_as_it_was_asked_for_and_marked() {
        let made = named(BODY);
        assert_eq!(made.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["new", "opts"]);
        let plain = r#"{"Name":"new","Driver":"d","DriverOpts":{},"Labels":{"io.sdocker.owner":"alice"}}"#;
        assert_eq!(made[0].1, plain);
        assert!(
            made[1].1.contains(r#""Driver":"local","DriverOpts":{"type":"tmpfs"},"Labels":{"a":"b","io"#),
            "{}",
            made[1].1
        );
    }

    #[test]
    fn a_container_without_a_mark_marks_nothing() {
        assert_eq!(named(&BODY.replace("io.sdocker.owner", "other")), []);
    }
}
