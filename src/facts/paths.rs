//! Where paths of this machine lead: looked up aside, since a file system may hang.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::files;
use crate::request::{BindFacts, Fact, SocketFacts};

type Binds = BTreeMap<String, Fact<BindFacts>>;

/// Sockets whose other names are looked for, besides that of the engine in use.
const SOCKETS: [&str; 5] = [
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/buildkit/buildkitd.sock",
];

/// Follows each path, and finds the sockets that control engines.
pub(super) async fn learn(
    wanted: Vec<String>,
    engine: Option<&Path>,
    limit: Duration,
) -> (Binds, Fact<Vec<SocketFacts>>) {
    let late = || format!("the file system did not answer within {} s", limit.as_secs());
    let sockets: Vec<PathBuf> = SOCKETS.iter().map(PathBuf::from).chain(engine.map(Path::to_owned)).collect();
    let names = wanted.clone();
    let look = tokio::task::spawn_blocking(move || {
        let binds: Binds = names.into_iter().map(|path| (path.clone(), files::resolve(Path::new(&path)))).collect();
        (binds, Fact::Known(sockets.iter().map(|path| files::socket(path)).collect()))
    });
    match tokio::time::timeout(limit, look).await {
        Ok(Ok(found)) => found,
        Ok(Err(why)) => unknown(wanted, &why.to_string()),
        Err(_) => unknown(wanted, &late()),
    }
}

fn unknown(wanted: Vec<String>, why: &str) -> (Binds, Fact<Vec<SocketFacts>>) {
    let binds = wanted.into_iter().map(|path| (path, Fact::Unknown(why.to_owned()))).collect();
    (binds, Fact::Unknown(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn paths_and_the_engines_socket_are_followed() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        let socket = root.join("e.sock");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = root.join("link");
        std::os::unix::fs::symlink(&socket, &link).unwrap();
        let text = link.to_str().unwrap().to_owned();
        let (binds, sockets) = learn(vec![text.clone()], Some(&link), Duration::from_secs(5)).await;
        let found = binds.get(&text).unwrap().known().unwrap();
        assert_eq!(found.canonical, socket);
        assert!(sockets.known().unwrap().iter().any(|s| s.identity == found.identity));
    }
}
