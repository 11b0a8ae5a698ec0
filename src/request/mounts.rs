//! Every mount of a request in one form, whichever way it was asked for.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};

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
    /// The path inside.
    pub target: String,
    /// Nothing can be written through it.
    pub read_only: bool,
    /// How mounts below it travel, as it was spelled; empty where nothing was said.
    pub propagation: String,
    /// Options of a volume that is made now, by name.
    pub options: Vec<(String, String)>,
    /// The engine is asked to make a source that is not there.
    pub makes_source: bool,
    /// Why the engine would not take the text, if it would not.
    pub fault: Option<String>,
}

impl MountView {
    /// Whether it is one of `Binds`, which docker's `-v` fills; else it is one of `Mounts`.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.pointer.starts_with(BINDS)
    }
}

const BINDS: &str = "/HostConfig/Binds/";

/// All mounts of a body: `Binds`, `Mounts`, but not those of other containers (`VolumesFrom`).
#[must_use]
pub fn mounts(body: &ContainerCreate) -> Vec<MountView> {
    let binds = body.host_config.binds.iter().enumerate().map(|(index, text)| bind(format!("{BINDS}{index}"), text));
    let mounts = body.host_config.mounts.iter().enumerate();
    binds.chain(mounts.map(|(index, mount)| object(format!("/HostConfig/Mounts/{index}"), mount))).collect()
}

/// A text that is not understood keeps its source, so that whoever judges sources sees it too.
fn bind(pointer: String, text: &str) -> MountView {
    let (parsed, fault) = match BindText::parse(text) {
        Ok(parsed) => (parsed, None),
        Err(fault) => (BindText::bare(text), Some(fault.to_string())),
    };
    MountView {
        pointer,
        read_only: parsed.has("ro"),
        propagation: parsed.propagation().unwrap_or("").to_owned(),
        source: bind_source(&parsed.source),
        target: parsed.target,
        options: Vec::new(),
        makes_source: true,
        fault,
    }
}

/// The engine reads a source that starts with a slash as a path, and any other as a volume's name.
fn bind_source(source: &str) -> MountSource {
    if source.starts_with('/') { MountSource::Path(source.to_owned()) } else { MountSource::Volume(source.to_owned()) }
}

fn object(pointer: String, mount: &Mount) -> MountView {
    let bind = mount.bind_options.as_ref();
    MountView {
        pointer,
        source: mount_source(mount),
        target: mount.target.clone(),
        read_only: mount.read_only,
        propagation: bind.map_or_else(String::new, |bind| bind.propagation.clone()),
        options: options(mount),
        makes_source: bind.is_some_and(|bind| bind.create_mountpoint),
        fault: None,
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

/// The text of a bind as the engine reads it: `source:target[:options]`, or a target alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindText {
    /// A path or a volume's name; empty is an anonymous volume.
    pub source: String,
    /// The path inside.
    pub target: String,
    options: Vec<String>,
}

/// Why a text is no bind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindFault {
    /// Nothing before the first colon, or nothing but options behind it.
    #[error("it has no source or no path inside")]
    Incomplete,
    /// More than two colons.
    #[error("it has more than two colons")]
    Colons,
    /// An option that the engine does not know.
    #[error("`{0}` is no option of a mount")]
    Option(String),
    /// Two options of which only one can hold.
    #[error("`{0}` and another option contradict each other")]
    Twice(String),
}

/// Options of which a text may have one of each row; the engine knows no others.
const CHOICES: [&[&str]; 5] = [
    &["rw", "ro"],
    &["z", "Z"],
    &["private", "rprivate", "shared", "rshared", "slave", "rslave"],
    &["nocopy"],
    &["consistent", "cached", "delegated"],
];
const PROPAGATIONS: usize = 2;

fn choice(option: &str) -> Option<usize> {
    CHOICES.iter().position(|row| row.contains(&option))
}

impl BindText {
    /// Reads a text as the engine does.
    ///
    /// # Errors
    /// [`BindFault`] where the engine would not take it.
    pub fn parse(text: &str) -> Result<Self, BindFault> {
        let parts: Vec<&str> = text.split(':').collect();
        let (source, target, options) = match parts.as_slice() {
            [target] => ("", *target, ""),
            [source, target] => (*source, *target, ""),
            [source, target, options] => (*source, *target, *options),
            _ => return Err(BindFault::Colons),
        };
        let anonymous = parts.len() == 1;
        if target.is_empty() || (source.is_empty() && !anonymous) || choice(target).is_some() {
            return Err(BindFault::Incomplete);
        }
        let options: Vec<String> = options.split(',').filter(|_| !options.is_empty()).map(str::to_owned).collect();
        let mut rows = Vec::new();
        for option in &options {
            let row = choice(option).ok_or_else(|| BindFault::Option(option.clone()))?;
            if rows.contains(&row) {
                return Err(BindFault::Twice(option.clone()));
            }
            rows.push(row);
        }
        Ok(Self { source: source.to_owned(), target: target.to_owned(), options })
    }

    /// The part before the first colon of a text that is none.
    fn bare(text: &str) -> Self {
        let (source, target) = text.split_once(':').unwrap_or(("", text));
        Self { source: source.to_owned(), target: target.to_owned(), options: Vec::new() }
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|o| o == option)
    }

    /// How mounts below it travel, where the text says so.
    #[must_use]
    pub fn propagation(&self) -> Option<&str> {
        self.options.iter().map(String::as_str).find(|option| choice(option) == Some(PROPAGATIONS))
    }

    /// With one thing changed; nothing where the result could not be written as a text.
    #[must_use]
    pub fn edited(mut self, edit: &MountEdit) -> Option<Self> {
        match edit {
            MountEdit::Source(path) if path.contains(':') => return None,
            MountEdit::Source(path) => self.source.clone_from(path),
            MountEdit::ReadOnly => {
                self.options.retain(|option| choice(option) != choice("ro"));
                self.options.insert(0, "ro".to_owned());
            }
            MountEdit::Private => self.options.retain(|option| choice(option) != Some(PROPAGATIONS)),
        }
        Some(self)
    }
}

impl fmt::Display for BindText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.source.as_str(), self.options.as_slice()) {
            ("", _) => f.write_str(&self.target),
            (source, []) => write!(f, "{source}:{}", self.target),
            (source, options) => write!(f, "{source}:{}:{}", self.target, options.join(",")),
        }
    }
}

/// One thing that a rule changes about a mount; several rules may each change another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountEdit {
    /// This path is what is mounted.
    Source(String),
    /// Nothing can be written through it.
    ReadOnly,
    /// Mounts below it stay where they are made: the engine's default, `rprivate`.
    Private,
}

impl MountEdit {
    /// Changes a mount in an encoded body: a text of `Binds` or an object of `Mounts`. Nothing where it is neither.
    pub(super) fn apply(&self, mount: &mut Value) -> Option<()> {
        match mount {
            Value::String(text) => *text = BindText::parse(text).ok()?.edited(self)?.to_string(),
            Value::Object(members) => {
                let (key, value) = match self {
                    Self::Source(path) => ("Source", json!(path)),
                    Self::ReadOnly => ("ReadOnly", json!(true)),
                    Self::Private => {
                        let options = members.get_mut("BindOptions")?.as_object_mut()?;
                        options.insert("Propagation".to_owned(), json!(""));
                        return Some(());
                    }
                };
                members.insert(key.to_owned(), value);
            }
            _ => return None,
        }
        Some(())
    }
}

/// A path without `.`, `..` and doubled slashes, links not followed: so the engine reads the source of a mount.
#[must_use]
pub fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => {
                clean.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    clean
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

    fn source(text: &str) -> MountSource {
        bind(String::new(), text).source
    }

    #[test]
    fn a_source_with_a_leading_slash_is_a_path() {
        assert_eq!(source("/a:/b:ro"), MountSource::Path("/a".to_owned()));
        assert_eq!(source("//a:/b"), MountSource::Path("//a".to_owned()));
        assert_eq!(source("data:/b"), MountSource::Volume("data".to_owned()));
        assert_eq!(source("/b"), MountSource::Volume(String::new()));
        assert_eq!(source("/a:/b:c:d"), MountSource::Path("/a".to_owned()));
    }

    #[test]
    fn what_the_engine_would_not_take_is_a_fault() {
        for text in ["/a:/b", "/a:/b:", "/a:/b:ro", "/a:/b:rw,z,rprivate,nocopy,cached", "/b", "name:/b:nocopy"] {
            assert!(BindText::parse(text).is_ok(), "{text}");
        }
        for text in ["", ":/b", "/a:", "/a:ro", "/a:/b:c:d", "/a:/b:RO", "/a:/b:ro,", "/a:/b:bogus", "/a::ro"] {
            assert!(BindText::parse(text).is_err(), "{text}");
        }
        for text in ["/a:/b:ro,rw", "/a:/b:ro,ro", "/a:/b:shared,slave", "/a:/b:z,Z"] {
            assert!(matches!(BindText::parse(text), Err(BindFault::Twice(_))), "{text}");
        }
    }

    #[test]
    fn a_text_changes_one_thing_at_a_time() {
        let edited = |text: &str, edits: &[MountEdit]| {
            let parsed = BindText::parse(text).unwrap();
            edits.iter().try_fold(parsed, BindText::edited).map(|text| text.to_string())
        };
        let source = |path: &str| MountEdit::Source(path.to_owned());
        assert_eq!(edited("/a:/b:rw,shared", &[MountEdit::ReadOnly]).unwrap(), "/a:/b:ro,shared");
        assert_eq!(edited("/a:/b:shared", &[MountEdit::Private]).unwrap(), "/a:/b");
        let all = [MountEdit::Private, source("/c"), MountEdit::ReadOnly];
        assert_eq!(edited("/a:/b:rshared,z", &all).unwrap(), "/c:/b:ro,z");
        assert_eq!(edited("/a:/b", &[source("/c:d")]), None);
    }

    #[test]
    fn an_object_changes_the_same_way() {
        let mut mount = json!({ "Type": "bind", "Source": "/a", "BindOptions": { "Propagation": "shared" } });
        for edit in [MountEdit::Source("/c:d".to_owned()), MountEdit::ReadOnly, MountEdit::Private] {
            edit.apply(&mut mount).unwrap();
        }
        let expected =
            json!({ "Type": "bind", "Source": "/c:d", "ReadOnly": true, "BindOptions": { "Propagation": "" } });
        assert_eq!(mount, expected);
        assert_eq!(MountEdit::ReadOnly.apply(&mut json!(1)), None);
    }

    #[test]
    fn a_path_is_cleaned_as_the_engine_does_it() {
        for (path, is) in [("//a//b/", "/a/b"), ("/a/./b/../c", "/a/c"), ("/..", "/"), ("/a/link/../b", "/a/b")] {
            assert_eq!(clean(Path::new(path)), Path::new(is), "{path}");
        }
    }

    #[test]
    fn options_hide_paths_in_several_places() {
        let options = [("type", "none"), ("o", "bind,lowerdir=/a:b,upperdir=/c"), ("device", "/var/run")];
        assert_eq!(paths_in_options(options), ["/a", "/b", "/c", "/var/run"]);
        assert_eq!(paths_in_options([("device", "var/run")]), ["/var/run"]);
        assert_eq!(paths_in_options([("x", "/y")]), ["/y"]);
    }
}
