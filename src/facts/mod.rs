//! Learns what rules need to know: exactly what this request and policy ask for, at the same time, each with a limit.

mod cache;
mod engines;
mod machine;
mod paths;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use futures_util::future::join_all;

use crate::engine::{Engine, EngineError};
use crate::request::mounts::{MountSource, mounts, paths_in_options};
use crate::request::references::{Way, references};
use crate::request::{
    Caller, ContainerFacts, EngineInfo, Fact, Facts, GroupEntry, ImageFacts, Needs, NetworkFacts, Request, UserSpec,
    VolumeFacts,
};

pub use cache::Cache;
pub use paths::{Binds, follow};

use engines::Identity;

/// No fact of a working engine takes nearly as long.
const LIMIT: Duration = Duration::from_secs(10);

/// Who is to learn what.
#[derive(Debug)]
pub struct Learner<'a> {
    /// The engine that is asked.
    pub engine: &'a Engine,
    /// What is to be judged.
    pub request: &'a Request,
    /// Who asks.
    pub caller: &'a Caller,
    /// What the rules need.
    pub needs: Needs,
    /// Whom a filled-in user stands for.
    pub stands_for: (u32, u32),
    /// Where images' users and the engine's abilities are remembered.
    pub cache: Option<Cache>,
}

/// Whether the engine has the image that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageState {
    /// It was not looked for, or it is there, or it could not be learned.
    Settled,
    /// The engine does not have it: pull, then ask again.
    Absent,
}

impl Learner<'_> {
    /// Everything at once. Where the image is absent, its facts are still missing.
    pub async fn learn(&self) -> (Facts, ImageState) {
        let (mut facts, image) = tokio::join!(self.learn_all_but_image(), self.look_up_image());
        let state = match image {
            None => ImageState::Settled,
            Some(Ok(None)) => ImageState::Absent,
            Some(Ok(Some(image))) => {
                self.keep_image(&mut facts, image).await;
                ImageState::Settled
            }
            Some(Err(why)) => {
                facts.image = Fact::Unknown(why);
                ImageState::Settled
            }
        };
        (facts, state)
    }

    /// Everything at once but the image, which is yet to be pulled.
    pub async fn learn_all_but_image(&self) -> Facts {
        let (info, (volumes, containers), networks, version) =
            tokio::join!(self.info(), self.volumes_and_containers(), self.networks(), self.version());
        let mut facts = Facts {
            info,
            volumes,
            containers,
            networks,
            version,
            stands_for: self.stands_for,
            local: self.engine.endpoint().is_local(),
            ..Facts::default()
        };
        if self.needs.binds && facts.local {
            let engine = self.engine.endpoint().socket().map(std::path::Path::to_owned);
            let wanted = paths::Wanted { binds: self.paths(&facts), roots: self.needs.roots.clone(), engine };
            let found = paths::learn(wanted, self.caller, self.stands_for, LIMIT).await;
            (facts.binds, facts.roots, facts.sockets) = (found.binds, found.roots, found.sockets);
        }
        (facts.devices, facts.groups) = self.machine(facts.local).await;
        facts
    }

    /// The image, after a pull.
    pub async fn learn_image(&self, facts: &mut Facts) {
        match self.look_up_image().await {
            Some(Ok(Some(image))) => self.keep_image(facts, image).await,
            Some(Ok(None)) => facts.image = Fact::Unknown("the engine does not have it after the pull".to_owned()),
            Some(Err(why)) => facts.image = Fact::Unknown(why),
            None => {}
        }
    }

    async fn keep_image(&self, facts: &mut Facts, image: ImageFacts) {
        facts.users = self.users(&image).await;
        facts.image = Fact::Known(image);
    }

    /// What the engine can do; as it was a moment ago, where that is remembered.
    async fn info(&self) -> Fact<EngineInfo> {
        if !self.needs.info {
            return Fact::NotAsked;
        }
        let memory = self.cache.as_ref().zip(self.engine.endpoint().socket().and_then(Identity::of));
        if let Some(known) = memory.as_ref().and_then(|(cache, engine)| engines::remembered(cache, engine)) {
            return Fact::Known(known);
        }
        let asked = within(self.engine.info()).await;
        if let (Ok(info), Some((cache, engine))) = (&asked, memory) {
            engines::remember(cache, engine, info);
        }
        asked.into_fact()
    }

    async fn version(&self) -> Fact<crate::request::EngineVersion> {
        if self.needs.version { within(self.engine.versions()).await.into_fact() } else { Fact::NotAsked }
    }

    /// What this machine says of devices and groups; nothing where the engine is on another one.
    async fn machine(&self, local: bool) -> (Binds, Fact<Vec<GroupEntry>>) {
        let wanted = self.request.body.host_config.devices.iter().map(|device| device.path_on_host.clone());
        let devices = if self.needs.devices && local {
            machine::devices(wanted.collect(), self.caller, self.stands_for, LIMIT).await
        } else {
            BTreeMap::new()
        };
        let groups = match (self.needs.groups, local) {
            (false, _) => Fact::NotAsked,
            (true, false) => Fact::Known(Vec::new()),
            (true, true) => machine::groups(LIMIT).await,
        };
        (devices, groups)
    }

    async fn look_up_image(&self) -> Option<Result<Option<ImageFacts>, String>> {
        if !self.needs.image {
            return None;
        }
        let lookup = self.engine.image(&self.request.body.image, self.request.platform.as_deref());
        Some(within(lookup).await)
    }

    /// The image's users: by the cache, else by a probe; only where numbers do not say it all.
    async fn users(&self, image: &ImageFacts) -> Fact<crate::request::UserTables> {
        let body = &self.request.body;
        let named_group = body.host_config.group_add.iter().any(|group| group.parse::<i64>().is_err());
        let user = if body.user.is_empty() { &image.user } else { &body.user };
        if !self.needs.users || !(named_group || UserSpec::parse(user).needs_tables()) {
            return Fact::NotAsked;
        }
        if let Some(known) = self.cache.as_ref().and_then(|cache| users::remembered(cache, &image.id)) {
            return Fact::Known(known);
        }
        match self.engine.probe_users(&image.id, LIMIT).await {
            Ok(tables) => {
                if let Some(cache) = &self.cache {
                    users::remember(cache, &image.id, &tables);
                }
                // Probes of runs that were killed; who cannot ask for them now will be asked again.
                let _ = within(self.engine.sweep_probes()).await;
                Fact::Known(tables)
            }
            Err(why) => Fact::Unknown(why.to_string()),
        }
    }

    /// Volumes of the request, and those that containers bring with them.
    async fn volumes_and_containers(
        &self,
    ) -> (BTreeMap<String, Fact<VolumeFacts>>, BTreeMap<String, Fact<ContainerFacts>>) {
        let containers = self.containers().await;
        if !(self.needs.volumes || self.needs.references) {
            return (BTreeMap::new(), containers);
        }
        let asked = mounts(&self.request.body).into_iter().filter_map(|mount| match mount.source {
            MountSource::Volume(name) => Some(name),
            MountSource::Path(_) | MountSource::Own => None,
        });
        let brought = if self.needs.volumes { self.brought(&containers) } else { Vec::new() };
        let brought = brought.into_iter().flat_map(|container| container.mounts.iter().map(|mount| mount.name.clone()));
        let names: BTreeSet<String> = asked.chain(brought).filter(|name| !name.is_empty()).collect();
        let look_up = async |name: String| {
            let found = within(self.engine.volume(&name)).await;
            (name, found.map(Option::unwrap_or_default).into_fact())
        };
        (join_all(names.into_iter().map(look_up)).await.into_iter().collect(), containers)
    }

    async fn containers(&self) -> BTreeMap<String, Fact<ContainerFacts>> {
        let Needs { containers, references, .. } = self.needs;
        let wanted = |way: Way| way.is_container() && (references || (containers && way == Way::VolumesFrom));
        let look_up = async |name: String| {
            let found = within(self.engine.container(&name)).await;
            (name, found.into_fact())
        };
        join_all(self.names(wanted).into_iter().map(look_up)).await.into_iter().collect()
    }

    /// The containers whose mounts the new one gets.
    fn brought<'f>(&self, containers: &'f BTreeMap<String, Fact<ContainerFacts>>) -> Vec<&'f ContainerFacts> {
        let names = self.names(|way| way == Way::VolumesFrom).into_iter();
        names.filter_map(|name| containers.get(&name)?.known().ok()).collect()
    }

    async fn networks(&self) -> BTreeMap<String, Fact<NetworkFacts>> {
        let needed = self.needs.networks || self.needs.references;
        let look_up = async |name: String| {
            let found = within(self.engine.network(&name)).await;
            (name, found.into_fact())
        };
        join_all(self.names(|way| needed && way == Way::Network).into_iter().map(look_up)).await.into_iter().collect()
    }

    /// Each name once by which the request refers to something in one of these ways.
    fn names(&self, wanted: impl Fn(Way) -> bool) -> BTreeSet<String> {
        let all = references(&self.request.body).into_iter();
        all.filter(|reference| wanted(reference.way)).map(|reference| reference.name).collect()
    }

    /// Every path of the host that a mount leads to, directly or through a volume or another container.
    fn paths(&self, facts: &Facts) -> Vec<String> {
        let mut paths = Vec::new();
        for mount in mounts(&self.request.body) {
            paths.extend(paths_in_options(mount.options.iter().map(|(key, value)| (key.as_str(), value.as_str()))));
            if let MountSource::Path(path) = mount.source {
                paths.push(path);
            }
        }
        for volume in facts.volumes.values().filter_map(|fact| fact.known().ok()) {
            paths.extend(paths_in_options(volume.options.iter().map(|(key, value)| (key.as_str(), value.as_str()))));
        }
        for container in self.brought(&facts.containers) {
            let binds = container.mounts.iter().filter(|mount| !matches!(mount.kind.as_str(), "volume" | "tmpfs"));
            paths.extend(binds.map(|mount| mount.source.clone()));
        }
        paths.sort();
        paths.dedup();
        paths
    }
}

/// An answer within the limit, or the words of a refusal.
async fn within<T>(ask: impl Future<Output = Result<T, EngineError>>) -> Result<T, String> {
    match tokio::time::timeout(LIMIT, ask).await {
        Ok(answer) => answer.map_err(|why| why.to_string()),
        Err(_) => Err(format!("no answer within {} s", LIMIT.as_secs())),
    }
}

trait IntoFact<T> {
    fn into_fact(self) -> Fact<T>;
}

impl<T> IntoFact<T> for Result<T, String> {
    fn into_fact(self) -> Fact<T> {
        self.map_or_else(Fact::Unknown, Fact::Known)
    }
}
