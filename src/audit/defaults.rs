//! What an engine writes where a request was silent.
//!
//! Rules tell an explicit wish from silence; an existing container does not: the engine has filled in its own defaults.
//! Where a value is exactly what this engine gives to a silent request, asking for it and saying nothing are the same
//! container, so it is read as silence.

use crate::request::OWNER_LABEL;
use crate::request::wire::{ContainerCreate, EndpointSettings, HostConfig};

/// The defaults of one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineDefaults {
    /// `LoggingDriver` of `/info`.
    pub log_driver: String,
    /// `DefaultRuntime` of `/info`.
    pub runtime: String,
    /// `host` where `CgroupVersion` of `/info` is 1, else `private`.
    pub cgroupns_mode: String,
    /// The daemon's `default-ipc-mode`.
    pub ipc_mode: String,
    /// The daemon's `default-shm-size`, bytes.
    pub shm_size: i64,
}

impl EngineDefaults {
    /// Those of Docker without a configuration of its own.
    #[must_use]
    pub fn docker(cgroup_version: u32) -> Self {
        Self {
            log_driver: "json-file".to_owned(),
            runtime: "runc".to_owned(),
            cgroupns_mode: if cgroup_version == 1 { "host" } else { "private" }.to_owned(),
            ipc_mode: "private".to_owned(),
            shm_size: 64 << 20,
        }
    }

    /// Makes defaults silent again; which ones, by JSON pointer.
    pub(super) fn silence(&self, body: &mut ContainerCreate, id: &str) -> Vec<&'static str> {
        let mut silent = Vec::new();
        if !body.hostname.is_empty() && id.starts_with(&body.hostname) {
            body.hostname.clear();
            silent.push("/Hostname");
        }
        // Says whose it is; whoever would run it today would not have asked for that.
        body.labels.remove(OWNER_LABEL);
        let endpoints = body.networking_config.iter_mut().flat_map(|config| config.endpoints_config.values_mut());
        endpoints.flatten().for_each(|endpoint| forget_what_was_given(endpoint, id));
        let host = &mut body.host_config;
        let log = &mut host.log_config;
        if is_default(&mut log.kind, &self.log_driver) && log.config.is_empty() {
            silent.push("/HostConfig/LogConfig");
        }
        for (pointer, value, default) in [
            ("/HostConfig/Runtime", &mut host.runtime, self.runtime.as_str()),
            ("/HostConfig/CgroupnsMode", &mut host.cgroupns_mode, &self.cgroupns_mode),
            ("/HostConfig/IpcMode", &mut host.ipc_mode, &self.ipc_mode),
            ("/HostConfig/UTSMode", &mut host.uts_mode, PODMANS_UTS_MODE),
        ] {
            silent.extend(is_default(value, default).then_some(pointer));
        }
        if host.shm_size == self.shm_size {
            host.shm_size = 0;
            silent.push("/HostConfig/ShmSize");
        }
        for (pointer, paths, always) in [
            ("/HostConfig/MaskedPaths", &mut host.masked_paths, MASKED.as_slice()),
            ("/HostConfig/ReadonlyPaths", &mut host.readonly_paths, READ_ONLY.as_slice()),
        ] {
            silent.extend(paths.take_if(|paths| covers(paths, always)).map(|_| pointer));
        }
        if host.memory > 0 && Some(host.memory_swap) == host.memory.checked_mul(2) {
            host.memory_swap = 0;
            silent.push("/HostConfig/MemorySwap");
        }
        if is_unlabelled(host) && host.security_opt.pop_if(|last| last == "label=disable").is_some() {
            silent.push("/HostConfig/SecurityOpt");
        }
        silent
    }
}

/// How podman's answer says that the container has a name of its own.
const PODMANS_UTS_MODE: &str = "private";

/// What every engine since 20.10 hides.
const MASKED: [&str; 9] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/sys/firmware",
];

/// What every engine since 20.10 keeps from being written.
const READ_ONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

fn is_default(value: &mut String, default: &str) -> bool {
    let same = !value.is_empty() && value == default;
    if same {
        value.clear();
    }
    same
}

/// An endpoint that is in use shows the addresses that it has; which of them were asked for, only IPAMConfig says. Older
/// engines add the beginning of the id to the names.
fn forget_what_was_given(endpoint: &mut EndpointSettings, id: &str) {
    endpoint.aliases.retain(|alias| alias.len() < SHORT_ID || !id.starts_with(alias.as_str()));
    if !endpoint.endpoint_id.is_empty() || !endpoint.ip_address.is_empty() {
        endpoint.mac_address.clear();
        endpoint.ip_address.clear();
        endpoint.global_ipv6_address.clear();
    }
}

/// The digits of an id that tools print.
const SHORT_ID: usize = 12;

fn covers(paths: &[String], always: &[&str]) -> bool {
    always.iter().all(|wanted| paths.iter().any(|path| path == wanted))
}

/// The engine itself takes the label away from such a container, and writes that down as the last option.
fn is_unlabelled(host: &HostConfig) -> bool {
    host.privileged || host.ipc_mode == "host" || host.pid_mode == "host"
}
