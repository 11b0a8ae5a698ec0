//! What this machine says of devices and groups: looked up aside, since a file system may hang.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::files;
use crate::request::{BindFacts, Fact, GroupEntry};

/// Where each device leads.
pub(super) type Devices = BTreeMap<String, Fact<BindFacts>>;

/// Follows the links of each device.
pub(super) async fn devices(wanted: Vec<String>, limit: Duration) -> Devices {
    let names = wanted.clone();
    let look = move || names.into_iter().map(|path| (path.clone(), files::resolve(Path::new(&path)))).collect();
    aside(limit, look)
        .await
        .unwrap_or_else(|why| wanted.into_iter().map(|path| (path, Fact::Unknown(why.clone()))).collect())
}

/// The groups of this machine.
pub(super) async fn groups(limit: Duration) -> Fact<Vec<GroupEntry>> {
    match aside(limit, files::groups).await {
        Ok(Ok(groups)) => Fact::Known(groups),
        Ok(Err(why)) => Fact::Unknown(why.to_string()),
        Err(why) => Fact::Unknown(why),
    }
}

async fn aside<T: Send + 'static>(limit: Duration, look: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(look)).await {
        Ok(found) => found.map_err(|why| why.to_string()),
        Err(_) => Err(format!("the file system did not answer within {} s", limit.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_link_to_a_device_is_followed() {
        let place = tempfile::tempdir().unwrap();
        let link = place.path().join("harmless");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        let text = link.to_str().unwrap().to_owned();
        let found = devices(vec![text.clone()], LIMIT).await;
        assert_eq!(found.get(&text).unwrap().known().unwrap().canonical, Path::new("/dev/zero"));
    }

    #[tokio::test]
    async fn this_machine_knows_roots_group() {
        let groups = groups(LIMIT).await;
        assert!(groups.known().unwrap().iter().any(|group| group.gid == 0));
    }

    #[tokio::test]
    async fn what_takes_too_long_says_so() {
        let slow = aside(Duration::from_millis(1), || std::thread::sleep(Duration::from_millis(200))).await;
        assert!(slow.unwrap_err().contains("did not answer"));
    }
}
