//! What an engine of this machine can do, remembered for a while: an engine starts two programs to answer that, which
//! takes longer than everything else that is asked for an ordinary run.
//!
//! What limits work is a matter of the kernel, and holds until the next boot. Whose root an engine's root is may change
//! when it is started anew, and an engine behind a socket of the service manager keeps that socket; so only an engine is
//! remembered whose root is the machine's. Whoever is wrongly taken for that is judged more strictly.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::cache::Cache;
use crate::request::EngineInfo;

const KIND: &str = "engines";
/// Processors come and go; the engine itself refuses to give more than there are.
const AGE_MAX: Duration = Duration::from_secs(600);
/// Another one after each boot.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// What tells one engine from another, and from the same engine after another boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    boot: String,
    socket: String,
    device: u64,
    inode: u64,
    /// Seconds and nanoseconds.
    changed: (i64, i64),
}

/// The facts of an ordinary engine.
#[derive(Serialize, Deserialize)]
struct Entry {
    of: Identity,
    info: EngineInfo,
}

impl Identity {
    /// Of the engine behind a socket; nothing where that cannot be told.
    pub(super) fn of(socket: &Path) -> Option<Self> {
        let data = socket.metadata().ok()?;
        Some(Self {
            boot: fs::read_to_string(BOOT).ok()?.trim().to_owned(),
            socket: socket.to_str()?.to_owned(),
            device: data.dev(),
            inode: data.ino(),
            changed: (data.ctime(), data.ctime_nsec()),
        })
    }

    fn name(&self) -> String {
        format!("{:x}-{:x}", self.device, self.inode)
    }
}

pub(super) fn remembered(cache: &Cache, engine: &Identity) -> Option<EngineInfo> {
    let found = cache.read::<Entry>(KIND, &engine.name())?;
    // A clock that was set back makes everything old.
    if found.since.elapsed().ok()? > AGE_MAX || found.value.of != *engine {
        return None;
    }
    let ordinary = !(found.value.info.rootless || found.value.info.userns_remap);
    ordinary.then_some(found.value.info)
}

pub(super) fn remember(cache: &Cache, engine: Identity, info: &EngineInfo) {
    if info.rootless || info.userns_remap {
        return;
    }
    let name = engine.name();
    cache.write(KIND, &name, &Entry { of: engine, info: info.clone() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::unix::net::UnixListener;
    use std::time::SystemTime;

    #[test]
    fn only_an_ordinary_engine_is_remembered_and_not_for_long() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache::below(place.path(), rustix::process::getuid().as_raw());
        let socket = place.path().join("sock");
        let _listener = UnixListener::bind(&socket).unwrap();
        let engine = Identity::of(&socket).unwrap();
        let ordinary = EngineInfo { ncpu: 4, memory_limit: true, cgroup_version: 2, ..EngineInfo::default() };
        remember(&cache, engine.clone(), &EngineInfo { rootless: true, ..ordinary.clone() });
        remember(&cache, engine.clone(), &EngineInfo { userns_remap: true, ..ordinary.clone() });
        assert_eq!(remembered(&cache, &engine), None);
        remember(&cache, engine.clone(), &ordinary);
        assert_eq!(remembered(&cache, &engine), Some(ordinary));
        for other in [
            Identity { boot: "another".to_owned(), ..engine.clone() },
            Identity { socket: "/another".to_owned(), ..engine.clone() },
            Identity { changed: (1, 2), ..engine.clone() },
        ] {
            assert_eq!(remembered(&cache, &other), None, "{other:?}");
        }
        let file = File::open(place.path().join("sdocker/engines").join(format!("{}.json", engine.name()))).unwrap();
        for since in [SystemTime::now() - Duration::from_secs(700), SystemTime::now() + Duration::from_secs(60)] {
            file.set_modified(since).unwrap();
            assert_eq!(remembered(&cache, &engine), None, "{since:?}");
        }
    }

    #[test]
    fn an_engine_that_listens_anew_is_another() {
        let place = tempfile::tempdir().unwrap();
        let socket = place.path().join("sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let before = Identity::of(&socket).unwrap();
        drop(listener);
        fs::remove_file(&socket).unwrap();
        let _listener = UnixListener::bind(&socket).unwrap();
        assert_ne!(Identity::of(&socket).unwrap(), before);
        assert_eq!(Identity::of(Path::new("/nowhere/sock")), None);
    }
}
