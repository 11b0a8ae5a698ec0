//! Every mount of a request in one form, whichever way it was asked for.

use super::wire::{ContainerCreate, Mount};

/// What a mount brings into the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountSource {
    /// A path of the host.
    Path(String),
    /// A volume by name; empty is an anonymous one.
    Volume(String),
    /// Nothing of the host: memory, or a part of an image.
    Own,
}

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountView {
    /// JSON pointer of the value that asks for it.
    pub pointer: String,
    /// What is mounted.
    pub source: MountSource,
    /// Options of a volume that is made now, by name.
    pub options: Vec<(String, String)>,
}

/// All mounts of a body: `Binds`, `Mounts`, but not those of other containers (`VolumesFrom`).
#[must_use]
pub fn mounts(body: &ContainerCreate) -> Vec<MountView> {
    let binds = body.host_config.binds.iter().enumerate().map(|(index, text)| MountView {
        pointer: format!("/HostConfig/Binds/{index}"),
        source: bind_source(text),
        options: Vec::new(),
    });
    let mounts = body.host_config.mounts.iter().enumerate().map(|(index, mount)| MountView {
        pointer: format!("/HostConfig/Mounts/{index}"),
        source: mount_source(mount),
        options: options(mount),
    });
    binds.chain(mounts).collect()
}

/// The engine reads a source that starts with a slash as a path, and any other as a volume's name.
fn bind_source(text: &str) -> MountSource {
    let mut parts = text.split(':');
    match (parts.next().unwrap_or(""), parts.next()) {
        (_, None) => MountSource::Volume(String::new()),
        (source, Some(_)) if source.starts_with('/') => MountSource::Path(source.to_owned()),
        (source, Some(_)) => MountSource::Volume(source.to_owned()),
    }
}

/// An unknown type is taken for a path: whoever judges paths then objects to what it cannot resolve.
fn mount_source(mount: &Mount) -> MountSource {
    match mount.kind.as_str() {
        "volume" => MountSource::Volume(mount.source.clone()),
        "tmpfs" | "image" | "cluster" => MountSource::Own,
        _ => MountSource::Path(mount.source.clone()),
    }
}

fn options(mount: &Mount) -> Vec<(String, String)> {
    let driver = mount.volume_options.as_ref().and_then(|options| options.driver_config.as_ref());
    driver.map_or_else(Vec::new, |driver| driver.options.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
}

/// Paths of the host inside the options of a volume, as mount(8) takes them: `device`, and the directories of an overlay
/// within `o` (`lowerdir=/a:/b`). The engine mounts from the root directory, so a relative path is one below it.
#[must_use]
pub fn paths_in_options<'a>(options: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    const DIRECTORIES: [&str; 3] = ["lowerdir", "upperdir", "workdir"];
    let mut paths = Vec::new();
    for (key, value) in options {
        if key.eq_ignore_ascii_case("device") && !value.is_empty() {
            paths.push(from_root(value));
        }
        for (name, directories) in value.split(',').filter_map(|option| option.split_once('=')) {
            if DIRECTORIES.contains(&name) {
                paths.extend(directories.split(':').filter(|part| !part.is_empty()).map(from_root));
            }
        }
        let absolute = value.split([',', '=', ':']).filter(|part| part.starts_with('/'));
        paths.extend(absolute.map(str::to_owned));
    }
    paths.sort();
    paths.dedup();
    paths
}

fn from_root(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_with_a_leading_slash_is_a_path() {
        assert_eq!(bind_source("/a:/b:ro"), MountSource::Path("/a".to_owned()));
        assert_eq!(bind_source("//a:/b"), MountSource::Path("//a".to_owned()));
        assert_eq!(bind_source("data:/b"), MountSource::Volume("data".to_owned()));
        assert_eq!(bind_source("/b"), MountSource::Volume(String::new()));
    }

    #[test]
    fn options_hide_paths_in_several_places() {
        let options = [("type", "none"), ("o", "bind,lowerdir=/a:b,upperdir=/c"), ("device", "/var/run")];
        assert_eq!(paths_in_options(options), ["/a", "/b", "/c", "/var/run"]);
        assert_eq!(paths_in_options([("device", "var/run")]), ["/var/run"]);
        assert_eq!(paths_in_options([("x", "/y")]), ["/y"]);
    }
}
