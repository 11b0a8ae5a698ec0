//! `--mount`: comma-separated `key=value` fields.

use super::number::{boolean, uint_in};
use super::path::absolute;
use super::{Said, csv, size};
use crate::request::wire::{BindOptions, DriverConfig, ImageOptions, Map, Mount, TmpfsOptions, VolumeOptions};

/// One mount as typed: a relative source is not resolved yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TypedMount {
    pub(crate) mount: Mount,
    /// `bind-nonrecursive=…` was used, of which docker warns.
    pub(crate) deprecated: usize,
}

impl TypedMount {
    /// The mount with a source that starts with `.` seen from `cwd`.
    pub(crate) fn resolved(&self, cwd: Result<&str, &str>) -> Said<Mount> {
        let mut mount = self.mount.clone();
        if mount.source.starts_with('.') {
            mount.source = absolute(cwd, &mount.source)?;
        }
        Ok(mount)
    }
}

/// Reads one `--mount`.
pub(crate) fn mount(text: &str) -> Said<TypedMount> {
    let mut typed = TypedMount { mount: Mount { kind: "volume".to_owned(), ..Mount::default() }, deprecated: 0 };
    for field in csv::record(text)? {
        match field.split_once('=') {
            Some((key, value)) => typed.set(&field, &key.to_lowercase(), value)?,
            None => typed.flag(&field)?,
        }
    }
    check(&typed.mount)?;
    Ok(typed)
}

impl TypedMount {
    /// A field without a value.
    fn flag(&mut self, field: &str) -> Said<()> {
        match field.to_lowercase().as_str() {
            "readonly" | "ro" => self.mount.read_only = true,
            "volume-nocopy" => self.volume().no_copy = true,
            "bind-nonrecursive" => self.bind().non_recursive = true,
            _ => return Err(format!("invalid field '{field}' must be a key=value pair")),
        }
        Ok(())
    }

    fn set(&mut self, field: &str, key: &str, value: &str) -> Said<()> {
        let invalid = || format!("invalid value for {key}: {value}");
        match key {
            "type" => self.mount.kind = value.to_lowercase(),
            "source" | "src" => value.clone_into(&mut self.mount.source),
            "target" | "dst" | "destination" => value.clone_into(&mut self.mount.target),
            "readonly" | "ro" => self.mount.read_only = boolean(value).ok_or_else(invalid)?,
            "consistency" => self.mount.consistency = value.to_lowercase(),
            "bind-propagation" => self.bind().propagation = value.to_lowercase(),
            "bind-nonrecursive" => {
                self.bind().non_recursive = boolean(value).ok_or_else(invalid)?;
                self.deprecated += 1;
            }
            "bind-recursive" => self.recursive(value)?,
            "volume-subpath" => value.clone_into(&mut self.volume().subpath),
            "volume-nocopy" => self.volume().no_copy = boolean(value).ok_or_else(invalid)?,
            "volume-label" => insert(&mut self.volume().labels, value),
            "volume-driver" => value.clone_into(&mut self.driver().name),
            "volume-opt" => insert(&mut self.driver().options, value),
            "image-subpath" => value.clone_into(&mut self.image().subpath),
            "tmpfs-size" => self.tmpfs().size_bytes = size::bytes(value).map_err(|_| invalid())?,
            "tmpfs-mode" => {
                let mode = uint_in(value, 8, 32).ok().and_then(|mode| u32::try_from(mode).ok());
                self.tmpfs().mode = mode.ok_or_else(invalid)?;
            }
            _ => return Err(format!("unexpected key '{key}' in '{field}'")),
        }
        Ok(())
    }

    fn recursive(&mut self, value: &str) -> Said<()> {
        match value {
            "enabled" => {}
            "disabled" => self.bind().non_recursive = true,
            "writable" => self.bind().read_only_non_recursive = true,
            "readonly" => self.bind().read_only_force_recursive = true,
            _ => {
                let choice = r#"(must be "enabled", "disabled", "writable", or "readonly")"#;
                return Err(format!("invalid value for bind-recursive: {value} {choice}"));
            }
        }
        Ok(())
    }

    fn bind(&mut self) -> &mut BindOptions {
        self.mount.bind_options.get_or_insert_default()
    }

    fn volume(&mut self) -> &mut VolumeOptions {
        let options = self.mount.volume_options.get_or_insert_default();
        options.driver_config.get_or_insert_default();
        options
    }

    fn driver(&mut self) -> &mut DriverConfig {
        self.volume().driver_config.get_or_insert_default()
    }

    fn image(&mut self) -> &mut ImageOptions {
        self.mount.image_options.get_or_insert_default()
    }

    fn tmpfs(&mut self) -> &mut TmpfsOptions {
        self.mount.tmpfs_options.get_or_insert_default()
    }
}

fn insert(map: &mut Map<String>, text: &str) {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    if !key.is_empty() {
        map.insert(key.to_owned(), value.to_owned());
    }
}

/// What only the whole mount can tell.
fn check(mount: &Mount) -> Said<()> {
    let kind = mount.kind.as_str();
    if kind.is_empty() {
        return Err("type is required".to_owned());
    }
    if mount.target.is_empty() {
        return Err("target is required".to_owned());
    }
    for (given, of) in [
        (mount.volume_options.is_some(), "volume"),
        (mount.image_options.is_some(), "image"),
        (mount.bind_options.is_some(), "bind"),
        (mount.tmpfs_options.is_some(), "tmpfs"),
    ] {
        if given && kind != of {
            return Err(format!("cannot mix '{of}-*' options with mount type '{kind}'"));
        }
    }
    mount.bind_options.as_ref().map_or(Ok(()), |bind| check_bind(bind, mount.read_only))
}

fn check_bind(bind: &BindOptions, read_only: bool) -> Said<()> {
    let needs = |value: &str, other: &str| {
        Err(format!("option 'bind-recursive={value}' requires '{other}' to be specified in conjunction"))
    };
    match bind {
        bind if bind.read_only_non_recursive && !read_only => needs("writable", "readonly"),
        bind if bind.read_only_force_recursive && !read_only => needs("readonly", "readonly"),
        bind if bind.read_only_force_recursive && bind.propagation != "rprivate" => {
            needs("readonly", "bind-propagation=rprivate")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Mount {
        mount(text).unwrap().resolved(Ok("/w/d")).unwrap()
    }

    fn words(text: &str) -> String {
        mount(text).unwrap_err()
    }

    #[test]
    fn a_mount_is_a_volume_unless_it_says_otherwise() {
        assert_eq!(read("source=vol,target=/data").kind, "volume");
        assert_eq!(read("TYPE=BIND,SOURCE=/Src,TARGET=/Dst").source, "/Src");
    }

    #[test]
    fn a_source_that_starts_with_a_dot_is_made_absolute() {
        for (source, is) in [("..", "/w"), (".hidden", "/w/d/.hidden"), ("~/x", "~/x"), ("/a//b", "/a//b")] {
            assert_eq!(read(&format!("type=bind,src={source},dst=/t")).source, is);
        }
    }

    #[test]
    fn options_belong_to_their_type() {
        let volume = read("src=v,dst=/d,volume-nocopy,volume-label=a=b,volume-label=c,\"volume-opt=o=addr=1,rw\"");
        let options = volume.volume_options.unwrap();
        assert!(options.no_copy);
        assert_eq!(options.labels.get("c").map(String::as_str), Some(""));
        assert_eq!(options.driver_config.unwrap().options.get("o").map(String::as_str), Some("addr=1,rw"));
        let tmpfs = read("type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=0700").tmpfs_options.unwrap();
        assert_eq!((tmpfs.size_bytes, tmpfs.mode), (1 << 20, 0o700));
        assert_eq!(
            words("type=bind,src=/a,dst=/b,tmpfs-size=1m"),
            "cannot mix 'tmpfs-*' options with mount type 'bind'"
        );
    }

    #[test]
    fn bad_mounts_are_refused_in_dockers_words() {
        for (text, is) in [
            ("type=bind,src=/a", "target is required"),
            ("type=,target=/y", "type is required"),
            ("type=volume,bogus=foo", "unexpected key 'bogus' in 'bogus=foo'"),
            ("type=volume,bogus", "invalid field 'bogus' must be a key=value pair"),
            ("type=bind,src=/a,dst=/b,readonly=no", "invalid value for readonly: no"),
            (
                "type=bind,src=/a,dst=/b,bind-recursive=readonly,ro",
                "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction",
            ),
            ("", "EOF"),
        ] {
            assert_eq!(words(text), is, "{text}");
        }
    }
}
