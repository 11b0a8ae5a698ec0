//! What rules ask of the engine. The answers are read with narrow structs: a member that we do not know, or a new
//! value of one that we do not need, must not cost us the fact.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::client::{ApiVersion, Call, Engine};
use super::error::EngineError;
use super::names;
use crate::request::{ContainerFacts, ContainerMount, EngineInfo, ImageFacts, NetworkFacts, VolumeFacts};

/// From here on an image is inspected for a platform.
const PLATFORM_SINCE: ApiVersion = ApiVersion { major: 1, minor: 49 };

/// From here on a container can ask for a control group namespace.
const CGROUP_NAMESPACES_SINCE: ApiVersion = ApiVersion { major: 1, minor: 41 };

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InfoAnswer {
    #[serde(rename = "NCPU")]
    ncpu: i64,
    security_options: Option<Vec<String>>,
    cpu_cfs_quota: bool,
    memory_limit: bool,
    swap_limit: bool,
    // Older engines do not say, and can.
    pids_limit: Option<bool>,
    // Older engines do not say, and know only the first.
    cgroup_version: Option<String>,
    kernel_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ImageAnswer {
    id: String,
    #[serde(default)]
    config: Option<ImageConfig>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct ImageConfig {
    user: Option<String>,
    entrypoint: Option<Vec<String>>,
    env: Option<Vec<String>>,
    volumes: Option<BTreeMap<String, IgnoredAny>>,
    exposed_ports: Option<BTreeMap<String, IgnoredAny>>,
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct VolumeAnswer {
    driver: String,
    options: Option<BTreeMap<String, String>>,
    labels: Option<BTreeMap<String, String>>,
    mountpoint: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerAnswer {
    id: String,
    #[serde(default)]
    name: String,
    image: String,
    #[serde(default)]
    config: Option<ContainerConfig>,
    #[serde(default)]
    mounts: Option<Vec<MountAnswer>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct ContainerConfig {
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkAnswer {
    id: String,
    name: String,
    #[serde(default)]
    driver: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct MountAnswer {
    #[serde(rename = "Type")]
    kind: String,
    name: String,
    source: String,
    destination: String,
    #[serde(rename = "RW")]
    writable: Option<bool>,
    propagation: String,
}

impl Engine {
    /// What the engine can do, and whose root its root is.
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn info(&self) -> Result<EngineInfo, EngineError> {
        let answer: InfoAnswer = self.call_json(Call::get("/info".to_owned())).await?;
        let options = answer.security_options.unwrap_or_default();
        let has = |wanted: &str| options.iter().any(|o| o.split(',').any(|part| part == wanted));
        Ok(EngineInfo {
            ncpu: answer.ncpu,
            rootless: has("name=rootless"),
            userns_remap: has("name=userns"),
            cpu_quota: answer.cpu_cfs_quota,
            memory_limit: answer.memory_limit,
            swap_limit: answer.swap_limit,
            pids_limit: answer.pids_limit.unwrap_or(true),
            cgroup_version: if answer.cgroup_version.as_deref() == Some("2") { 2 } else { 1 },
            cgroup_namespaces: self.ping().await?.api >= CGROUP_NAMESPACES_SINCE
                && has_cgroup_namespaces(&answer.kernel_version),
        })
    }

    /// An image by reference or id; nothing when the engine does not have it. Engines older than API 1.49 ignore the
    /// platform and show the image that the reference names.
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn image(&self, reference: &str, platform: Option<&str>) -> Result<Option<ImageFacts>, EngineError> {
        let mut call = Call::get(format!("/images/{}/json", names::image(reference)?));
        let platform = platform.and_then(platform_json);
        let takes_platform = self.ping().await?.api >= PLATFORM_SINCE;
        if let Some(wanted) = platform.as_deref().filter(|_| takes_platform) {
            call = call.query("platform", wanted);
        }
        let Some(ImageAnswer { id, config }) = if_there(self.call_json(call).await)? else { return Ok(None) };
        let ImageConfig { user, entrypoint, env, volumes, exposed_ports, labels } = config.unwrap_or_default();
        let keys = |map: Option<BTreeMap<String, IgnoredAny>>| map.unwrap_or_default().into_keys().collect();
        Ok(Some(ImageFacts {
            id,
            user: user.unwrap_or_default(),
            has_entrypoint: entrypoint.is_some_and(|words| !words.is_empty()),
            env: env.unwrap_or_default(),
            volumes: keys(volumes),
            exposed_ports: keys(exposed_ports),
            labels: labels.unwrap_or_default(),
        }))
    }

    /// A named volume; nothing when the engine does not have it.
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn volume(&self, name: &str) -> Result<Option<VolumeFacts>, EngineError> {
        let answer = self.call_json(Call::get(format!("/volumes/{}", names::object(name)?))).await;
        Ok(if_there(answer)?.map(|VolumeAnswer { driver, options, labels, mountpoint }| VolumeFacts {
            exists: true,
            driver,
            options: options.unwrap_or_default(),
            labels: labels.unwrap_or_default(),
            mountpoint,
        }))
    }

    /// A container by name or id.
    ///
    /// # Errors
    /// Why it could not be asked; also when it does not exist.
    pub async fn container(&self, name: &str) -> Result<ContainerFacts, EngineError> {
        let ContainerAnswer { id, name, image: _, config, mounts } = self.inspect_container(name).await?;
        let mount = |MountAnswer { kind, name, source, destination, writable, propagation }| ContainerMount {
            kind,
            name,
            source,
            destination,
            read_only: writable == Some(false),
            propagation,
        };
        Ok(ContainerFacts {
            id,
            name: name.trim_start_matches('/').to_owned(),
            labels: config.and_then(|config| config.labels).unwrap_or_default(),
            mounts: mounts.unwrap_or_default().into_iter().map(mount).collect(),
        })
    }

    /// A network by name or id, found as the engine finds it when a container joins it.
    ///
    /// # Errors
    /// Why it could not be asked; also when it does not exist.
    pub async fn network(&self, name: &str) -> Result<NetworkFacts, EngineError> {
        let answer = self.call_json(Call::get(format!("/networks/{}", names::object(name)?))).await?;
        let NetworkAnswer { id, name, driver, labels } = answer;
        Ok(NetworkFacts { id, name, driver, labels: labels.unwrap_or_default() })
    }

    /// Everything that the engine says of a container, as it says it.
    ///
    /// # Errors
    /// Why it could not be asked; also when it does not exist.
    pub async fn inspect(&self, name: &str) -> Result<Vec<u8>, EngineError> {
        let call = Call::get(format!("/containers/{}/json", names::object(name)?));
        self.call_text(call).await
    }

    /// The id of the image that a container was made of.
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn image_id_of(&self, container: &str) -> Result<String, EngineError> {
        Ok(self.inspect_container(container).await?.image)
    }

    async fn inspect_container(&self, name: &str) -> Result<ContainerAnswer, EngineError> {
        self.call_json(Call::get(format!("/containers/{}/json", names::object(name)?))).await
    }
}

fn if_there<T>(answer: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match answer {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Linux has them since 4.6. An engine that does not name its kernel has a younger one.
fn has_cgroup_namespaces(kernel: &str) -> bool {
    const SINCE: (u32, u32) = (4, 6);
    let mut numbers = kernel.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= SINCE,
        _ => true,
    }
}

/// `linux/arm64/v8` as the engine's query takes it; nothing for what is no full platform.
fn platform_json(text: &str) -> Option<String> {
    let mut parts = text.split('/');
    let (os, architecture) = (parts.next()?, parts.next()?);
    let mut platform = serde_json::json!({ "os": os, "architecture": architecture });
    if let (Some(variant), Some(members)) = (parts.next(), platform.as_object_mut()) {
        members.insert("variant".to_owned(), variant.into());
    }
    Some(platform.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_leave_out_and_add_what_it_likes() {
        let info: InfoAnswer = serde_json::from_str(r#"{"NCPU":4,"Isolation":"new","SecurityOptions":null}"#).unwrap();
        assert_eq!((info.ncpu, info.pids_limit), (4, None));
        let image: ImageAnswer =
            serde_json::from_str(r#"{"Id":"sha256:1","Config":{"Env":null,"Volumes":{"/d":{}}}}"#).unwrap();
        assert!(image.config.unwrap().volumes.unwrap().contains_key("/d"));
        assert!(serde_json::from_str::<ImageAnswer>("{}").is_err());
    }

    #[test]
    fn old_kernels_have_no_control_group_namespaces() {
        for (kernel, has) in
            [("3.10.0-1160.el7", false), ("4.4.0", false), ("4.6", true), ("6.1.0-18", true), ("", true)]
        {
            assert_eq!(has_cgroup_namespaces(kernel), has, "{kernel}");
        }
    }

    #[test]
    fn platforms_travel_as_json() {
        assert_eq!(platform_json("linux/arm64").as_deref(), Some(r#"{"architecture":"arm64","os":"linux"}"#));
        assert!(platform_json("linux/arm/v7").unwrap().contains(r#""variant":"v7""#));
        assert_eq!(platform_json("linux"), None);
    }
}
