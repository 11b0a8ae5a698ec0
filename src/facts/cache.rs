//! What is remembered between runs: files in a directory that belongs to the caller alone.

use std::fs::{self, DirBuilder, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Larger than anything that is remembered by an order.
const SIZE_MAX: u64 = 4 << 20;

/// A directory of the caller's with a folder for each kind of thing.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
    uid: u32,
}

/// Something remembered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Remembered<T> {
    pub(super) value: T,
    /// When it was written down.
    pub(super) since: SystemTime,
}

impl Cache {
    /// Below a user's cache directory, in a directory that belongs to `uid` alone; made when something is first
    /// remembered.
    #[must_use]
    pub fn below(base: &Path, uid: u32) -> Self {
        Self { directory: base.join("sdocker"), uid }
    }

    /// What is remembered. A file that is missing, broken or not the caller's own is as none: it is asked again.
    pub(super) fn read<T: DeserializeOwned>(&self, kind: &str, name: &str) -> Option<Remembered<T>> {
        let file = File::options().read(true).open(self.file(kind, name)).ok()?;
        let data = file.metadata().ok()?;
        if !data.is_file() || data.uid() != self.uid || data.mode() & 0o022 != 0 {
            return None;
        }
        let mut text = Vec::new();
        file.take(SIZE_MAX).read_to_end(&mut text).ok()?;
        Some(Remembered { value: serde_json::from_slice(&text).ok()?, since: data.modified().ok()? })
    }

    /// Remembers, whole or not at all. A cache that cannot be written costs time, not safety, so nothing is said.
    pub(super) fn write<T: Serialize>(&self, kind: &str, name: &str, value: &T) {
        let path = self.file(kind, name);
        let temporary = path.with_extension(format!("{}.new", std::process::id()));
        let write = || -> std::io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(self.directory.join(kind))?;
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(&serde_json::to_vec(value)?)?;
            fs::rename(&temporary, &path)
        };
        if write().is_err() {
            let _ = fs::remove_file(&temporary);
        }
    }

    fn file(&self, kind: &str, name: &str) -> PathBuf {
        self.directory.join(kind).join(format!("{name}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_whole_and_ones_own_is_read() {
        let place = tempfile::tempdir().unwrap();
        let uid = rustix::process::getuid().as_raw();
        let cache = Cache::below(place.path(), uid);
        let read = |cache: &Cache| cache.read::<u32>("kind", "name").map(|found| found.value);
        assert_eq!(read(&cache), None);
        cache.write("kind", "name", &5_u32);
        assert_eq!(read(&cache), Some(5));
        assert_eq!(read(&Cache::below(place.path(), uid + 1)), None, "somebody else's file");
        fs::write(cache.file("kind", "name"), "{").unwrap();
        assert_eq!(read(&cache), None, "a broken file");
        assert_eq!(fs::read_dir(place.path().join("sdocker/kind")).unwrap().count(), 1, "nothing else is left");
    }
}
