//! Where paths of this machine lead: looked up aside, since a file system may hang.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::files::{self, Onlooker};
use crate::request::mounts::clean;
use crate::request::{BindFacts, Caller, Fact, SocketFacts};

/// Bind sources by the text of the request.
pub type Binds = BTreeMap<String, Fact<BindFacts>>;

/// Sockets whose other names are looked for, besides that of the engine in use.
const SOCKETS: [&str; 5] = [
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/buildkit/buildkitd.sock",
];

/// What is to be learned of the file system.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// Paths of the request.
    pub(super) binds: Vec<String>,
    /// Directories of the policy.
    pub(super) roots: Vec<String>,
    /// The engine's socket.
    pub(super) engine: Option<PathBuf>,
}

/// What was learned of it.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) binds: Binds,
    pub(super) roots: BTreeMap<String, PathBuf>,
    pub(super) sockets: Fact<Vec<SocketFacts>>,
}

/// Follows each path, and finds the sockets that control engines.
///
/// All of it happens on one thread, with that thread's rights: in guard mode those are the caller's.
pub(super) async fn learn(wanted: Wanted, caller: &Caller, stands_for: (u32, u32), limit: Duration) -> Paths {
    let (caller, names) = (caller.clone(), wanted.binds.clone());
    match aside(move || walk(wanted, &caller, stands_for), limit).await {
        Ok(found) => found,
        Err(why) => Paths { binds: unknown(names, &why), roots: BTreeMap::new(), sockets: Fact::Unknown(why) },
    }
}

/// Follows paths once more.
pub async fn follow(paths: Vec<String>, caller: &Caller, stands_for: (u32, u32)) -> Binds {
    let (caller, names) = (caller.clone(), paths.clone());
    let walk = move || binds(paths, &onlooker(&caller, stands_for));
    aside(walk, super::LIMIT).await.unwrap_or_else(|why| unknown(names, &why))
}

pub(super) async fn aside<T: Send + 'static>(
    walk: impl FnOnce() -> T + Send + 'static,
    limit: Duration,
) -> Result<T, String> {
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(walk)).await {
        Ok(done) => done.map_err(|why| why.to_string()),
        Err(_) => Err(format!("the file system did not answer within {} s", limit.as_secs())),
    }
}

fn walk(wanted: Wanted, caller: &Caller, stands_for: (u32, u32)) -> Paths {
    let sockets = SOCKETS.iter().map(PathBuf::from).chain(wanted.engine).map(|path| files::socket(&path)).collect();
    let home = home(caller, stands_for);
    let roots = wanted.roots.into_iter();
    let roots =
        roots.filter_map(|text| Some((text.clone(), files::steady(&at_home(&text, home.as_deref())?)?))).collect();
    Paths { binds: binds(wanted.binds, &onlooker(caller, stands_for)), roots, sockets: Fact::Known(sockets) }
}

/// Each path by its text, and by where it leads too: that is the text of a request after a link was followed.
fn binds(paths: Vec<String>, onlooker: &Onlooker) -> Binds {
    let mut binds = Binds::new();
    for text in paths {
        let found = files::resolve(&clean(Path::new(&text)), onlooker);
        insert(&mut binds, text, found);
    }
    binds
}

/// By both texts.
pub(super) fn insert(binds: &mut Binds, text: String, found: Fact<BindFacts>) {
    let leads = found.known().ok().and_then(|found| found.canonical.to_str());
    if let Some(leads) = leads.filter(|leads| *leads != text) {
        binds.insert(leads.to_owned(), found.clone());
    }
    binds.insert(text, found);
}

/// The caller, for root the user behind sudo.
pub(super) fn onlooker(caller: &Caller, stands_for: (u32, u32)) -> Onlooker {
    match caller.owner(stands_for) {
        None => Onlooker::root(),
        Some(uid) if uid == caller.uid => Onlooker::new(uid, [caller.groups.as_slice(), &[caller.gid]].concat()),
        Some(uid) => {
            let behind = files::user(uid, stands_for.1);
            Onlooker::new(uid, [behind.groups.as_slice(), &[behind.gid]].concat())
        }
    }
}

/// The caller's home, for root that of the user behind sudo. The root directory is nobody's.
fn home(caller: &Caller, stands_for: (u32, u32)) -> Option<PathBuf> {
    let home = match caller.owner(stands_for) {
        Some(uid) if uid != caller.uid => files::user(uid, stands_for.1).home,
        _ => caller.home.clone(),
    };
    home.filter(|home| home.parent().is_some())
}

/// A directory of the policy with the caller's home in the place of `~`.
fn at_home(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    match text.strip_prefix('~') {
        Some(rest) => Some(home?.join(rest.trim_start_matches('/'))),
        None => Some(PathBuf::from(text)),
    }
}

fn unknown(paths: Vec<String>, why: &str) -> Binds {
    paths.into_iter().map(|path| (path, Fact::Unknown(why.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[tokio::test]
    async fn paths_and_the_engines_socket_are_followed() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        let socket = root.join("e.sock");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = root.join("link");
        symlink(&socket, &link).unwrap();
        let text = link.to_str().unwrap().to_owned();
        let caller = Caller { home: Some(root.clone()), ..files::caller().unwrap() };
        let roots = vec!["~".to_owned(), "~/absent".to_owned(), "/usr".to_owned()];
        let wanted = Wanted { binds: vec![text.clone()], roots, engine: Some(link) };
        let found = learn(wanted, &caller, Caller::NOBODY, Duration::from_secs(5)).await;
        let bind = found.binds.get(&text).unwrap().known().unwrap();
        assert_eq!(bind.canonical, socket);
        assert_eq!(found.binds.get(socket.to_str().unwrap()).unwrap().known(), Ok(bind));
        assert!(found.sockets.known().unwrap().iter().any(|s| s.identity == bind.identity));
        assert_eq!(found.roots, [("~".to_owned(), root), ("/usr".to_owned(), "/usr".into())].into());
    }

    #[tokio::test]
    async fn dots_are_taken_away_before_links_are_followed_as_the_engine_does() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        symlink(root.join("a/b"), root.join("link")).unwrap();
        let text = format!("{}/link/../x", root.display());
        let found = follow(vec![text.clone()], &files::caller().unwrap(), Caller::NOBODY).await;
        assert_eq!(found.get(&text).unwrap().known().unwrap().canonical, root.join("x"));
    }
}
