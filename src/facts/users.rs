//! The users of images, remembered by image id: an image never changes, its id does.

use std::fs::{self, DirBuilder, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;

use crate::request::UserTables;

/// Larger than the tables of any image by an order.
const SIZE_MAX: u64 = 4 << 20;

/// A directory of the caller's with a file for each image.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
    uid: u32,
}

impl Cache {
    /// In a directory that belongs to `uid` alone, made when something is first remembered.
    #[must_use]
    pub fn new(directory: PathBuf, uid: u32) -> Self {
        Self { directory, uid }
    }

    /// What is remembered. A file that is missing, broken or not the caller's own is as none: the image is asked again.
    pub(super) fn read(&self, image_id: &str) -> Option<UserTables> {
        let file = File::options().read(true).open(self.file(image_id)?).ok()?;
        let data = file.metadata().ok()?;
        let own = data.is_file() && data.uid() == self.uid && data.mode() & 0o022 == 0;
        let mut text = Vec::new();
        file.take(SIZE_MAX).read_to_end(&mut text).ok()?;
        if own { serde_json::from_slice(&text).ok() } else { None }
    }

    /// Remembers, whole or not at all. A cache that cannot be written costs time, not safety, so nothing is said.
    pub(super) fn write(&self, image_id: &str, tables: &UserTables) {
        let Some(path) = self.file(image_id) else { return };
        let temporary = path.with_extension(format!("{}.new", std::process::id()));
        let write = || -> std::io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(&serde_json::to_vec(tables)?)?;
            fs::rename(&temporary, &path)
        };
        if write().is_err() {
            let _ = fs::remove_file(&temporary);
        }
    }

    /// A file named after the digits of the id; an id of another form is not remembered.
    fn file(&self, image_id: &str) -> Option<PathBuf> {
        let digits = image_id.strip_prefix("sha256:")?;
        let sound = digits.len() == 64 && digits.chars().all(|c| c.is_ascii_hexdigit());
        sound.then(|| self.directory.join(format!("{digits}.json")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::PasswdEntry;

    #[test]
    fn what_is_remembered_is_read_again_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let uid = rustix::process::getuid().as_raw();
        let cache = Cache::new(place.path().join("users"), uid);
        let id = format!("sha256:{}", "ab".repeat(32));
        let passwd = vec![PasswdEntry { name: "app".into(), uid: 5, gid: 6, home: "/".into() }];
        let tables = UserTables { passwd, group: vec![] };
        assert_eq!(cache.read(&id), None);
        cache.write(&id, &tables);
        assert_eq!(cache.read(&id), Some(tables.clone()));
        assert_eq!(Cache::new(place.path().join("users"), uid + 1).read(&id), None, "somebody else's file");
        fs::write(cache.file(&id).unwrap(), "{").unwrap();
        assert_eq!(cache.read(&id), None, "a broken file");
        cache.write("sha256:../../x", &tables);
        assert_eq!(fs::read_dir(place.path().join("users")).unwrap().count(), 1);
    }
}
