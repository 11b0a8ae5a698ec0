//! Mounts, volumes and the root file system.

use super::security::pairs;
use crate::cli::draft::{Draft, Warning};
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Once, Traced};
use crate::cli::values::mount::{TypedMount, mount};
use crate::cli::values::volume::{Volume, volume};
use crate::cli::values::{Said, key_values};
use crate::request::Origin;
use crate::request::wire::{BindOptions, Empty, Mount};

const SOCKET_INSIDE: &str = "/var/run/docker.sock";
const CONFIGURATION_INSIDE: &str = "DOCKER_CONFIG=/run/secrets/docker";

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    volumes: Many<String>,
    mounts: Many<TypedMount>,
    tmpfs: Many<String>,
    volumes_from: Many<String>,
    volume_driver: Once<String>,
    read_only: Once<bool>,
    storage_opt: Many<String>,
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::list("volume", "list", "Bind mount a volume", |t, arg| arg.each(&mut t.storage.volumes)).short('v'),
    Flag::list("mount", "mount", "Attach a filesystem mount to the container", |t, arg| {
        arg.parse_each(&mut t.storage.mounts, mount)
    }),
    Flag::list("tmpfs", "list", "Mount a tmpfs directory", |t, arg| arg.each(&mut t.storage.tmpfs)),
    Flag::list("volumes-from", "list", "Mount volumes from the specified container(s)", |t, arg| {
        arg.each(&mut t.storage.volumes_from)
    }),
    Flag::value("volume-driver", "string", "Optional volume driver for the container", |t, arg| {
        arg.text(&mut t.storage.volume_driver)
    }),
    Flag::switch("read-only", "Mount the container's root filesystem as read only", |t, arg| {
        arg.switch(&mut t.storage.read_only)
    }),
    Flag::list("storage-opt", "list", "Storage driver options for the container", |t, arg| {
        arg.each(&mut t.storage.storage_opt)
    }),
];

impl Storage {
    pub(crate) fn lower(&self, draft: &mut Draft<'_>) -> Said<()> {
        draft.put("/HostConfig/ReadonlyRootfs", &self.read_only, |b| &mut b.host_config.readonly_rootfs);
        draft.put("/HostConfig/VolumeDriver", &self.volume_driver, |b| &mut b.host_config.volume_driver);
        draft.extend("/HostConfig/VolumesFrom", &self.volumes_from, |b| &mut b.host_config.volumes_from);
        for tmpfs in &self.tmpfs {
            let (path, options) = tmpfs.value.split_once(':').unwrap_or((&tmpfs.value, ""));
            draft.mark_member("/HostConfig/Tmpfs", path, &tmpfs.origin);
            draft.body.host_config.tmpfs.insert(path.to_owned(), options.to_owned());
        }
        let cwd = draft.inputs.cwd;
        let resolved = |m: &Traced<TypedMount>| Ok(Traced { value: m.value.resolved(cwd)?, origin: m.origin.clone() });
        let mounts: Many<Mount> = self.mounts.iter().map(resolved).collect::<Said<_>>()?;
        draft.extend("/HostConfig/Mounts", &mounts, |b| &mut b.host_config.mounts);
        for _ in 0..self.mounts.iter().map(|m| m.value.deprecated).sum() {
            let words = "bind-nonrecursive is deprecated, use bind-recursive=disabled instead";
            draft.warnings.push(Warning::Logged(words.to_owned()));
        }
        Ok(())
    }

    /// `-v`: anonymous volumes and binds, each once.
    pub(crate) fn lower_volumes(&self, draft: &mut Draft<'_>) -> Said<()> {
        let mut binds: Many<String> = Vec::new();
        for (at, typed) in self.volumes.iter().enumerate() {
            if self.volumes.iter().take(at).any(|earlier| earlier.value == typed.value) {
                continue;
            }
            match volume(&typed.value, draft.inputs.cwd)? {
                Volume::Bind(value) => binds.push(Traced { value, origin: typed.origin.clone() }),
                Volume::Anonymous(path) => {
                    draft.mark_member("/Volumes", &path, &typed.origin);
                    draft.body.volumes.insert(path, Empty {});
                }
            }
        }
        draft.extend("/HostConfig/Binds", &binds, |b| &mut b.host_config.binds);
        Ok(())
    }

    pub(crate) fn lower_options(&self, draft: &mut Draft<'_>) -> Said<()> {
        if self.storage_opt.iter().any(|o| !o.value.contains('=')) {
            return Err("invalid storage option".to_owned());
        }
        for option in pairs(&self.storage_opt) {
            let (key, value) = option.value;
            draft.mark_member("/HostConfig/StorageOpt", &key, &option.origin);
            draft.body.host_config.storage_opt.insert(key, value);
        }
        Ok(())
    }
}

/// `--use-api-socket`: the engine's own socket, and the user's credentials, inside the container.
///
/// Whether credentials have to be copied into the container is the answer.
pub(crate) fn mount_engine_socket(draft: &mut Draft<'_>, origin: &Origin) -> Said<bool> {
    let endpoint = draft.inputs.endpoint;
    let Some(socket) = endpoint.strip_prefix("unix://") else {
        let words = "flag --use-api-socket can only be used with unix sockets";
        return Err(format!("{words}: docker endpoint {endpoint} incompatible"));
    };
    let mount = Mount {
        kind: "bind".to_owned(),
        source: socket.to_owned(),
        target: SOCKET_INSIDE.to_owned(),
        bind_options: Some(BindOptions::default()),
        ..Mount::default()
    };
    draft.extend("/HostConfig/Mounts", &vec![Traced { value: mount, origin: origin.clone() }], |b| {
        &mut b.host_config.mounts
    });
    let configured = draft.body.env.iter().any(|e| key_values::name(e) == "DOCKER_CONFIG" && e.contains('='));
    if configured || !draft.inputs.has_credentials {
        return Ok(false);
    }
    draft.mark(&format!("/Env/{}", draft.body.env.len()), origin);
    draft.body.env.push(CONFIGURATION_INSIDE.to_owned());
    Ok(true)
}

#[cfg(test)]
mod tests {
    use crate::cli::Warning;
    use crate::cli::testing::{asked, body, origin, refused};
    use crate::request::Origin;

    #[test]
    fn binds_and_anonymous_volumes_are_told_apart_and_said_once() {
        let body = body("-v /a:/b -v ./x:/y -v /c -v /a:/b i");
        assert_eq!(body.host_config.binds, ["/a:/b", "/w/d/x:/y"]);
        assert!(body.volumes.contains_key("/c"));
        let from = origin("-v /c -v/a:/b i", "/HostConfig/Binds/0");
        assert_eq!(from, Origin::Token { index: 4, bytes: 2..7 });
    }

    #[test]
    fn the_last_tmpfs_of_a_path_counts() {
        let tmpfs = body("--tmpfs /a --tmpfs /a:ro --tmpfs /b i").host_config.tmpfs;
        assert_eq!(tmpfs.into_iter().collect::<Vec<_>>(), [("/a".into(), "ro".into()), ("/b".into(), String::new())]);
    }

    #[test]
    fn a_deprecated_mount_option_is_warned_of() {
        let asked = asked("--mount type=bind,src=.,dst=/x,bind-nonrecursive=true i");
        assert!(matches!(asked.warnings.as_slice(), [Warning::Logged(words)] if words.contains("deprecated")));
        assert_eq!(asked.request.body.host_config.mounts.first().map(|m| m.source.as_str()), Some("/w/d"));
    }

    #[test]
    fn the_engines_socket_is_a_mount_like_any_other() {
        let asked = asked("--use-api-socket i");
        let mount = asked.request.body.host_config.mounts.first().cloned().unwrap();
        assert_eq!((mount.source.as_str(), mount.target.as_str()), ("/run/engine.sock", "/var/run/docker.sock"));
        let flag = Origin::Token { index: 2, bytes: 0..16 };
        assert_eq!(asked.request.origins.of("/HostConfig/Mounts/0"), flag);
    }

    #[test]
    fn a_storage_option_has_a_value() {
        assert!(refused("--storage-opt size i").starts_with("docker: invalid storage option\n"));
    }
}
