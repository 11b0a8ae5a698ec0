//! What this machine says of devices and groups: looked up aside, since a file system may hang.

use std::path::Path;
use std::time::Duration;

use super::paths::{Binds, aside, insert, onlooker};
use crate::files;
use crate::request::{Caller, Fact, GroupEntry};

/// Where each device leads, by its text and by where it leads too. The kernel follows these paths as they are: a `..`
/// behind a link is a step up from where the link leads.
pub(super) async fn devices(wanted: Vec<String>, caller: &Caller, stands_for: (u32, u32), limit: Duration) -> Binds {
    let (caller, names) = (caller.clone(), wanted.clone());
    let look = move || {
        let (mut devices, onlooker) = (Binds::new(), onlooker(&caller, stands_for));
        for path in wanted {
            let found = files::resolve(Path::new(&path), &onlooker);
            insert(&mut devices, path, found);
        }
        devices
    };
    let unknown = |why: String| names.into_iter().map(|path| (path, Fact::Unknown(why.clone()))).collect();
    aside(look, limit).await.unwrap_or_else(unknown)
}

/// The groups of this machine.
pub(super) async fn groups(limit: Duration) -> Fact<Vec<GroupEntry>> {
    match aside(files::groups, limit).await {
        Ok(Ok(groups)) => Fact::Known(groups),
        Ok(Err(why)) => Fact::Unknown(why.to_string()),
        Err(why) => Fact::Unknown(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn links_to_devices_are_followed_as_the_kernel_does() {
        let place = tempfile::tempdir().unwrap();
        let link = |name: &str, target: &str| {
            let path = place.path().join(name);
            std::os::unix::fs::symlink(target, &path).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (direct, up) = (link("harmless", "/dev/zero"), format!("{}/../zero", link("pts", "/dev/pts")));
        let found = devices(vec![direct.clone(), up.clone()], &Caller::numbered(0, 0), (1, 1), LIMIT).await;
        for text in [direct.as_str(), up.as_str(), "/dev/zero"] {
            assert_eq!(found.get(text).unwrap().known().unwrap().canonical, Path::new("/dev/zero"), "{text}");
        }
    }

    #[tokio::test]
    async fn this_machine_knows_roots_group() {
        let groups = groups(LIMIT).await;
        assert!(groups.known().unwrap().iter().any(|group| group.gid == 0));
    }
}
