//! What an engine says of itself, for people: nothing of it decides about a container.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::{Call, Engine};
use super::error::EngineError;
use crate::audit::{EngineFacts, InfoFacts};
use crate::request::Fact;

/// An engine that takes longer is not well.
const LIMIT: Duration = Duration::from_secs(10);

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct VersionAnswer {
    version: String,
    api_version: String,
    #[serde(rename = "MinAPIVersion")]
    min_api_version: String,
    kernel_version: String,
    components: Option<Vec<Component>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Component {
    name: String,
    version: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct InfoAnswer {
    security_options: Option<Vec<String>>,
    cgroup_version: Option<String>,
    cpu_cfs_quota: bool,
    memory_limit: bool,
    swap_limit: bool,
    pids_limit: Option<bool>,
    driver: String,
    logging_driver: String,
    live_restore_enabled: bool,
    debug: bool,
    experimental_build: bool,
    registry_config: Option<Registries>,
    plugins: Option<Plugins>,
    swarm: Option<Swarm>,
    warnings: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Registries {
    #[serde(rename = "InsecureRegistryCIDRs")]
    insecure_registry_cidrs: Option<Vec<String>>,
    index_configs: Option<BTreeMap<String, Registry>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Registry {
    secure: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Plugins {
    authorization: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Swarm {
    local_node_state: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct NetworkAnswer {
    options: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PlaceAnswer {
    docker_root_dir: String,
}

impl Engine {
    /// What the engine is and how it is set up.
    ///
    /// # Errors
    /// Why it does not even tell its version.
    pub async fn about(&self) -> Result<EngineFacts, EngineError> {
        let spoken = self.ping().await?.api.to_string();
        let version: VersionAnswer = self.soon("/version").await?;
        let info = self.soon::<InfoAnswer>("/info").await;
        let bridge = match self.soon::<NetworkAnswer>("/networks/bridge").await {
            Err(why) if why.is_not_found() => Ok(NetworkAnswer::default()),
            other => other,
        };
        let components = version.components.unwrap_or_default();
        let mut components = components.into_iter().map(|part| (part.name, part.version));
        Ok(EngineFacts {
            product: components.next().map_or_else(|| "engine".to_owned(), |(name, _)| name),
            version: version.version,
            api: version.api_version,
            oldest_api: version.min_api_version,
            spoken_api: spoken,
            components: components.collect(),
            kernel: version.kernel_version,
            info: fact(info.map(InfoFacts::from)),
            bridge: fact(bridge.map(|network| network.options.unwrap_or_default())),
        })
    }

    /// Where the engine keeps everything, as a path of its own machine.
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn data_root(&self) -> Result<String, EngineError> {
        Ok(self.soon::<PlaceAnswer>("/info").await?.docker_root_dir)
    }

    /// The process that listens on the engine's socket; nothing where it has none here, or the kernel does not tell.
    pub async fn server(&self) -> Option<i32> {
        let socket = tokio::net::UnixStream::connect(self.endpoint().socket()?).await.ok()?;
        socket.peer_cred().ok()?.pid().filter(|pid| *pid > 0)
    }

    async fn soon<T: DeserializeOwned>(&self, path: &str) -> Result<T, EngineError> {
        let silent = || EngineError::Silent { endpoint: self.endpoint().to_string(), seconds: LIMIT.as_secs() };
        tokio::time::timeout(LIMIT, self.call_json(Call::get(path.to_owned()))).await.map_err(|_| silent())?
    }
}

fn fact<T>(answer: Result<T, EngineError>) -> Fact<T> {
    answer.map_or_else(|why| Fact::Unknown(why.to_string()), Fact::Known)
}

impl From<InfoAnswer> for InfoFacts {
    fn from(answer: InfoAnswer) -> Self {
        let limits = [
            ("CPU", answer.cpu_cfs_quota),
            ("memory", answer.memory_limit),
            ("swap", answer.swap_limit),
            // Older engines do not say, and can.
            ("processes", answer.pids_limit.unwrap_or(true)),
        ];
        Self {
            security_options: answer.security_options.unwrap_or_default(),
            cgroup_version: if answer.cgroup_version.as_deref() == Some("2") { 2 } else { 1 },
            unlimited: limits.into_iter().filter(|(_, can)| !can).map(|(name, _)| name).collect(),
            storage: answer.driver,
            log_driver: answer.logging_driver,
            live_restore: answer.live_restore_enabled,
            debug: answer.debug,
            experimental: answer.experimental_build,
            insecure_registries: insecure(answer.registry_config.unwrap_or_default()),
            authorization: answer.plugins.and_then(|plugins| plugins.authorization).unwrap_or_default(),
            swarm: answer.swarm.is_some_and(|swarm| !matches!(swarm.local_node_state.as_str(), "" | "inactive")),
            warnings: answer.warnings.unwrap_or_default(),
        }
    }
}

/// Those of the engine's own machine are reached over no network.
fn insecure(registries: Registries) -> Vec<String> {
    let is_own = |place: &str| place.starts_with("127.") || place.starts_with("::1") || place.starts_with("localhost");
    let ranges = registries.insecure_registry_cidrs.unwrap_or_default();
    let named = registries.index_configs.unwrap_or_default();
    let named = named.into_iter().filter(|(_, registry)| !registry.secure).map(|(name, _)| name);
    ranges.into_iter().chain(named).filter(|place| !is_own(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(text: &str) -> InfoFacts {
        serde_json::from_str::<InfoAnswer>(text).unwrap().into()
    }

    #[test]
    fn an_answer_may_leave_out_and_add_what_it_likes() {
        let facts = info(r#"{"NCPU":2,"SecurityOptions":null,"Plugins":{"Authorization":null},"RegistryConfig":{}}"#);
        assert_eq!(facts.unlimited, ["CPU", "memory", "swap"]);
        assert!(!facts.swarm && facts.warnings.is_empty());
    }

    #[test]
    fn only_registries_of_other_machines_count() {
        let text = r#"{"RegistryConfig":{"InsecureRegistryCIDRs":["127.0.0.0/8","::1/128","10.0.0.0/8"],
            "IndexConfigs":{"docker.io":{"Secure":true},"r.example:5000":{"Secure":false},"localhost:5000":{}}}}"#;
        assert_eq!(info(text).insecure_registries, ["10.0.0.0/8", "r.example:5000"]);
    }
}
