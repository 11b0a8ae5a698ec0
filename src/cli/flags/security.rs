//! Privileges, namespaces and what the kernel lets through.

use std::collections::BTreeMap;

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Once, Traced, text_of};
use crate::cli::values::quote::quote;
use crate::cli::values::{Said, capability, json, key_values, sysctl};
use crate::request::wire::{ContainerCreate, StrSlice};

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Security {
    privileged: Once<bool>,
    cap_add: Many<String>,
    cap_drop: Many<String>,
    security_opt: Many<String>,
    pid: Once<String>,
    ipc: Once<String>,
    uts: Once<String>,
    userns: Once<String>,
    cgroupns: Once<String>,
    cgroup_parent: Once<String>,
    runtime: Once<String>,
    isolation: Once<String>,
    sysctls: Many<(String, String)>,
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::switch("privileged", "Give extended privileges to this container", |t, arg| {
        arg.switch(&mut t.security.privileged)
    }),
    Flag::list("cap-add", "list", "Add Linux capabilities", |t, arg| arg.each(&mut t.security.cap_add)),
    Flag::list("cap-drop", "list", "Drop Linux capabilities", |t, arg| arg.each(&mut t.security.cap_drop)),
    Flag::list("security-opt", "list", "Security Options", |t, arg| arg.each(&mut t.security.security_opt)),
    Flag::value("pid", "string", "PID namespace to use", |t, arg| arg.text(&mut t.security.pid)),
    Flag::value("ipc", "string", "IPC mode to use", |t, arg| arg.text(&mut t.security.ipc)),
    Flag::value("uts", "string", "UTS namespace to use", |t, arg| arg.text(&mut t.security.uts)),
    Flag::value("userns", "string", "User namespace to use", |t, arg| arg.text(&mut t.security.userns)),
    Flag::value("cgroupns", "string", "Cgroup namespace to use (host|private)", |t, arg| {
        arg.text(&mut t.security.cgroupns)
    })
    .api(41),
    Flag::value("cgroup-parent", "string", "Optional parent cgroup for the container", |t, arg| {
        arg.text(&mut t.security.cgroup_parent)
    }),
    Flag::value("runtime", "string", "Runtime to use for this container", |t, arg| arg.text(&mut t.security.runtime)),
    Flag::value("isolation", "string", "Container isolation technology", |t, arg| arg.text(&mut t.security.isolation)),
    Flag::list("sysctl", "map", "Sysctl options (default map[])", |t, arg| {
        arg.parse_each(&mut t.security.sysctls, sysctl::sysctl)
    }),
];

/// A `--security-opt`, taken apart.
enum SecurityOpt<'t> {
    /// `systempaths=unconfined`: two empty lists instead of the option.
    BarePaths,
    /// A seccomp profile in a file.
    Profile(&'t str),
    /// Sent as it is.
    Plain,
}

fn security_opt(text: &str) -> Said<SecurityOpt<'_>> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (key, value),
        None if text == "no-new-privileges" => (text, ""),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    match (key, value) {
        ("no-new-privileges", _) => Ok(SecurityOpt::Plain),
        (_, "") => Err(format!("Invalid --security-opt: {}", quote(text))),
        ("seccomp", "builtin" | "unconfined") => Ok(SecurityOpt::Plain),
        ("seccomp", path) => Ok(SecurityOpt::Profile(path)),
        _ if text == "systempaths=unconfined" => Ok(SecurityOpt::BarePaths),
        _ => Ok(SecurityOpt::Plain),
    }
}

impl Security {
    /// The files named as seccomp profiles.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = String> {
        self.security_opt.iter().filter_map(|opt| match security_opt(&opt.value) {
            Ok(SecurityOpt::Profile(path)) => Some(path.to_owned()),
            Ok(SecurityOpt::BarePaths | SecurityOpt::Plain) | Err(_) => None,
        })
    }

    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        draft.put("/HostConfig/Privileged", &self.privileged, |b| &mut b.host_config.privileged);
        lower_capabilities(draft, "/HostConfig/CapAdd", &self.cap_add, |b| &mut b.host_config.cap_add);
        lower_capabilities(draft, "/HostConfig/CapDrop", &self.cap_drop, |b| &mut b.host_config.cap_drop);
        draft.put("/HostConfig/PidMode", &self.pid, |b| &mut b.host_config.pid_mode);
        draft.put("/HostConfig/IpcMode", &self.ipc, |b| &mut b.host_config.ipc_mode);
        draft.put("/HostConfig/UTSMode", &self.uts, |b| &mut b.host_config.uts_mode);
        draft.put("/HostConfig/UsernsMode", &self.userns, |b| &mut b.host_config.userns_mode);
        draft.put("/HostConfig/CgroupnsMode", &self.cgroupns, |b| &mut b.host_config.cgroupns_mode);
        draft.put("/HostConfig/CgroupParent", &self.cgroup_parent, |b| &mut b.host_config.cgroup_parent);
        draft.put("/HostConfig/Runtime", &self.runtime, |b| &mut b.host_config.runtime);
        draft.put("/HostConfig/Isolation", &self.isolation, |b| &mut b.host_config.isolation);
        for sysctl in &self.sysctls {
            let (name, value) = &sysctl.value;
            draft.body.host_config.sysctls.insert(name.clone(), value.clone());
            draft.mark_member("/HostConfig/Sysctls", name, &sysctl.origin);
        }
    }

    /// The namespaces that docker judges itself; `--ipc` is left to the engine.
    pub(crate) fn check_modes(&self) -> Said<()> {
        let container = |mode: &str| mode.strip_prefix("container:").is_some_and(|id| !id.is_empty());
        let pid = text_of(&self.pid);
        if !matches!(pid, "" | "host") && !container(pid) {
            return Err("--pid: invalid PID mode".to_owned());
        }
        if !matches!(text_of(&self.uts), "" | "host") {
            return Err("--uts: invalid UTS mode".to_owned());
        }
        if !matches!(text_of(&self.userns), "" | "host") {
            return Err("--userns: invalid USER mode".to_owned());
        }
        if !matches!(text_of(&self.cgroupns), "" | "host" | "private") {
            return Err("--cgroupns: invalid CGROUP mode".to_owned());
        }
        Ok(())
    }

    pub(crate) fn lower_options(&self, draft: &mut Draft<'_>) -> Said<()> {
        let mut options: Many<String> = Vec::new();
        for typed in &self.security_opt {
            let value = match security_opt(&typed.value)? {
                SecurityOpt::Plain => typed.value.clone(),
                SecurityOpt::Profile(path) => format!("seccomp={}", profile(draft, path)?),
                SecurityOpt::BarePaths => {
                    draft.body.host_config.masked_paths = Some(Vec::new());
                    draft.body.host_config.readonly_paths = Some(Vec::new());
                    draft.mark("/HostConfig/MaskedPaths", &typed.origin);
                    draft.mark("/HostConfig/ReadonlyPaths", &typed.origin);
                    continue;
                }
            };
            options.push(Traced { value, origin: typed.origin.clone() });
        }
        draft.extend("/HostConfig/SecurityOpt", &options, |b| &mut b.host_config.security_opt);
        Ok(())
    }
}

/// A seccomp profile travels as its text without insignificant white space.
fn profile(draft: &Draft<'_>, path: &str) -> Said<String> {
    let bytes = draft.inputs.file(path);
    let bytes = bytes.map_err(|e| format!("opening seccomp profile ({path}) failed: {}", e.of(path)))?;
    let compact = json::compact(bytes);
    let compact = compact.map_err(|e| format!("compacting json for seccomp profile ({path}) failed: {e}"))?;
    Ok(String::from_utf8_lossy(&compact).into_owned())
}

/// In canonical spelling, sorted, each once; the first that named it is its origin.
fn lower_capabilities(
    draft: &mut Draft<'_>,
    pointer: &str,
    typed: &Many<String>,
    slot: fn(&mut ContainerCreate) -> &mut StrSlice,
) {
    let mut by_name = BTreeMap::new();
    for capability in typed {
        let value = capability::canonical(&capability.value);
        by_name.entry(value.clone()).or_insert(Traced { value, origin: capability.origin.clone() });
    }
    let sorted = by_name.into_values().collect();
    draft.extend(pointer, &sorted, |b| &mut slot(b).0);
}

/// `--annotation`, `--log-opt` and their like: a member without `=` is empty.
pub(crate) fn pairs(typed: &Many<String>) -> impl Iterator<Item = Traced<(String, String)>> {
    typed.iter().map(|t| Traced { value: key_values::pair(&t.value), origin: t.origin.clone() })
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, origin, refused};
    use crate::request::Origin;

    #[test]
    fn capabilities_are_canonical_sorted_and_said_once() {
        let host = body("--cap-add net_admin --cap-add CHOWN --cap-add cap_net_admin --cap-drop all i").host_config;
        assert_eq!(host.cap_add.0, ["CAP_CHOWN", "CAP_NET_ADMIN"]);
        assert_eq!(host.cap_drop.0, ["ALL"]);
        let from = origin("--cap-add net_admin --cap-add CHOWN i", "/HostConfig/CapAdd/0");
        assert_eq!(from, Origin::Token { index: 5, bytes: 0..5 });
    }

    #[test]
    fn a_seccomp_profile_is_sent_as_text() {
        let host = body("--security-opt seccomp=profile.json --security-opt no-new-privileges i").host_config;
        assert_eq!(host.security_opt, ["seccomp={\"a\":[1,2]}", "no-new-privileges"]);
        let missing = refused("--security-opt seccomp=absent i");
        assert!(missing.starts_with("docker: opening seccomp profile (absent) failed: open absent: no such file"));
    }

    #[test]
    fn bare_system_paths_are_two_empty_lists() {
        let host = body("--security-opt systempaths=unconfined --security-opt label=disable i").host_config;
        assert_eq!((host.masked_paths, host.readonly_paths), (Some(vec![]), Some(vec![])));
        assert_eq!(host.security_opt, ["label=disable"]);
        assert_eq!(body("--security-opt systempaths:unconfined i").host_config.masked_paths, None);
    }

    #[test]
    fn bad_options_and_modes_are_refused_in_dockers_words() {
        assert!(refused("--security-opt seccomp= i").starts_with("docker: Invalid --security-opt: \"seccomp=\"\n"));
        assert!(refused("--pid container: i").starts_with("docker: --pid: invalid PID mode\n"));
        assert!(refused("--userns private i").starts_with("docker: --userns: invalid USER mode\n"));
        assert_eq!(body("--ipc bogus i").host_config.ipc_mode, "bogus");
    }
}
