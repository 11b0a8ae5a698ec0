//! The body of `POST /containers/create`, API 1.24 to 1.51, in the Engine's own field names.
//!
//! This is the command line's target, the gateway's decoder and the only encoder. Strings stay strings where the
//! engine takes strings: it is the engine, not us, that says `--restart ALWAYS` is no restart policy. Where the
//! engine tells *absent* from *empty*, the field is an `Option`. Empty lists are left out where docker's own client sends
//! none: the engine shows them differently when a container is inspected.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A map whose keys are data.
pub type Map<T> = BTreeMap<String, T>;

/// `{}`: the value of a Go set, `map[string]struct{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Empty {}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Object {}
        Option::<Object>::deserialize(from).map(|_| Self {})
    }
}

/// A list of strings that the engine also takes as one bare string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct StrSlice(pub Vec<String>);

impl<'de> Deserialize<'de> for StrSlice {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = StrSlice;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of strings")
            }
            fn visit_str<E: de::Error>(self, one: &str) -> Result<StrSlice, E> {
                Ok(StrSlice(vec![one.to_owned()]))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<StrSlice, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(list)).map(StrSlice)
            }
        }
        from.deserialize_any(Either)
    }
}

impl StrSlice {
    /// Nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<String>> for StrSlice {
    fn from(list: Vec<String>) -> Self {
        Self(list)
    }
}

/// What is asked of the engine: the image’s configuration, the host’s, and the networks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerCreate {
    /// `--hostname`.
    pub hostname: String,
    /// `--domainname`.
    pub domainname: String,
    /// `--user`: `name|uid[:group|gid]`; empty means what the image says.
    pub user: String,
    /// `-a stdin`.
    pub attach_stdin: bool,
    /// `-a stdout`.
    pub attach_stdout: bool,
    /// `-a stderr`.
    pub attach_stderr: bool,
    /// `--expose`: `80/tcp`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub exposed_ports: Map<Empty>,
    /// `--tty`.
    pub tty: bool,
    /// `--interactive`.
    pub open_stdin: bool,
    /// Standard input closes when the first client leaves.
    pub stdin_once: bool,
    /// `--env`: `NAME=value`, or a bare `NAME`, which the engine removes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The command; absent means the image’s.
    pub cmd: Option<StrSlice>,
    /// `--health-*`.
    pub healthcheck: Option<Healthcheck>,
    /// Windows: the command is already escaped.
    pub args_escaped: bool,
    /// The image as it was typed.
    pub image: String,
    /// Anonymous volumes by their path inside.
    pub volumes: Map<Empty>,
    /// `--workdir`.
    pub working_dir: String,
    /// `--entrypoint`; `[""]` clears the image’s.
    pub entrypoint: Option<StrSlice>,
    /// No network at all (older clients).
    pub network_disabled: bool,
    /// `--mac-address` for API below 1.44.
    pub mac_address: String,
    /// Triggers of an image; a container has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on_build: Vec<String>,
    /// `--label`.
    pub labels: Map<String>,
    /// `--stop-signal`.
    pub stop_signal: String,
    /// `--stop-timeout`, seconds.
    pub stop_timeout: Option<i64>,
    /// The shell of the image’s shell form.
    pub shell: Option<StrSlice>,
    /// What the container gets from the host.
    pub host_config: HostConfig,
    /// Endpoints by network.
    pub networking_config: Option<NetworkingConfig>,
}

/// How the engine learns whether the container is well.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Healthcheck {
    /// `["CMD-SHELL", …]`, `["CMD", …]` or `["NONE"]`.
    pub test: Vec<String>,
    /// Nanoseconds.
    pub interval: i64,
    /// Nanoseconds.
    pub timeout: i64,
    /// Nanoseconds.
    pub start_period: i64,
    /// Nanoseconds (API 1.44).
    pub start_interval: i64,
    /// Failures in a row.
    pub retries: i64,
}

/// What the container gets from the host: mounts, namespaces, privileges and limits.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfig {
    /// `-v`: `source:target[:options]`, the source a path or a volume’s name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub binds: Vec<String>,
    /// `--cidfile`, told to the engine for the record.
    #[serde(rename = "ContainerIDFile")]
    pub container_id_file: String,
    /// `--log-driver`, `--log-opt`.
    pub log_config: LogConfig,
    /// `--network`: `default bridge host none container:<id>` or a network.
    pub network_mode: String,
    /// `--publish`, by `port/protocol`.
    pub port_bindings: Map<Option<Vec<PortBinding>>>,
    /// `--restart`.
    pub restart_policy: RestartPolicy,
    /// `--rm`.
    pub auto_remove: bool,
    /// `--volume-driver`.
    pub volume_driver: String,
    /// `--volumes-from`: `container[:ro|rw]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_from: Vec<String>,
    /// `[rows, columns]` of the client’s terminal.
    pub console_size: [u64; 2],
    /// `--annotation`, for the runtime (API 1.43).
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub annotations: Map<String>,
    /// `--cap-add`.
    #[serde(skip_serializing_if = "StrSlice::is_empty")]
    pub cap_add: StrSlice,
    /// `--cap-drop`.
    #[serde(skip_serializing_if = "StrSlice::is_empty")]
    pub cap_drop: StrSlice,
    /// `--cgroupns`: `host` or `private`.
    pub cgroupns_mode: String,
    /// `--dns`.
    pub dns: Vec<String>,
    /// `--dns-option`.
    pub dns_options: Vec<String>,
    /// `--dns-search`.
    pub dns_search: Vec<String>,
    /// `--add-host`: `name:address`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra_hosts: Vec<String>,
    /// `--group-add`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_add: Vec<String>,
    /// `--ipc`.
    pub ipc_mode: String,
    /// Unused cgroup specification.
    pub cgroup: String,
    /// `--link`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// `--oom-score-adj`.
    pub oom_score_adj: i64,
    /// `--pid`.
    pub pid_mode: String,
    /// `--privileged`.
    pub privileged: bool,
    /// `--publish-all`.
    pub publish_all_ports: bool,
    /// `--read-only`.
    pub readonly_rootfs: bool,
    /// `--security-opt`; a seccomp profile travels as text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_opt: Vec<String>,
    /// `--storage-opt`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub storage_opt: Map<String>,
    /// `--tmpfs`: options by path.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub tmpfs: Map<String>,
    /// `--uts`.
    #[serde(rename = "UTSMode")]
    pub uts_mode: String,
    /// `--userns`.
    pub userns_mode: String,
    /// `--shm-size`, bytes.
    pub shm_size: i64,
    /// `--sysctl`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub sysctls: Map<String>,
    /// `--runtime`.
    pub runtime: String,
    /// `--isolation` (Windows).
    pub isolation: String,
    /// `--cpu-shares`.
    pub cpu_shares: i64,
    /// `--memory`, bytes; 0 is no limit.
    pub memory: i64,
    /// `--cpus` in billionths of a CPU; 0 is no limit.
    pub nano_cpus: i64,
    /// `--cgroup-parent`.
    pub cgroup_parent: String,
    /// `--blkio-weight`.
    pub blkio_weight: u16,
    /// `--blkio-weight-device`.
    pub blkio_weight_device: Vec<WeightDevice>,
    /// `--device-read-bps`.
    pub blkio_device_read_bps: Vec<ThrottleDevice>,
    /// `--device-write-bps`.
    pub blkio_device_write_bps: Vec<ThrottleDevice>,
    /// `--device-read-iops`.
    #[serde(rename = "BlkioDeviceReadIOps")]
    pub blkio_device_read_iops: Vec<ThrottleDevice>,
    /// `--device-write-iops`.
    #[serde(rename = "BlkioDeviceWriteIOps")]
    pub blkio_device_write_iops: Vec<ThrottleDevice>,
    /// `--cpu-period`, microseconds.
    pub cpu_period: i64,
    /// `--cpu-quota`, microseconds in a period.
    pub cpu_quota: i64,
    /// `--cpu-rt-period`.
    pub cpu_realtime_period: i64,
    /// `--cpu-rt-runtime`.
    pub cpu_realtime_runtime: i64,
    /// `--cpuset-cpus`.
    pub cpuset_cpus: String,
    /// `--cpuset-mems`.
    pub cpuset_mems: String,
    /// `--device`.
    pub devices: Vec<DeviceMapping>,
    /// `--device-cgroup-rule`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_cgroup_rules: Vec<String>,
    /// `--gpus` and CDI devices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_requests: Vec<DeviceRequest>,
    /// `--kernel-memory`, bytes.
    pub kernel_memory: i64,
    /// Kernel memory for TCP, bytes.
    #[serde(rename = "KernelMemoryTCP")]
    pub kernel_memory_tcp: i64,
    /// `--memory-reservation`, bytes.
    pub memory_reservation: i64,
    /// `--memory-swap`, bytes of memory and swap together; -1 is no limit.
    pub memory_swap: i64,
    /// `--memory-swappiness`; -1 is the host’s.
    pub memory_swappiness: Option<i64>,
    /// `--oom-kill-disable`.
    pub oom_kill_disable: Option<bool>,
    /// `--pids-limit`; 0 and -1 are no limit.
    pub pids_limit: Option<i64>,
    /// `--ulimit`.
    pub ulimits: Vec<Ulimit>,
    /// Windows.
    pub cpu_count: i64,
    /// Windows.
    pub cpu_percent: i64,
    /// Windows.
    #[serde(rename = "IOMaximumIOps")]
    pub io_maximum_iops: u64,
    /// Windows.
    #[serde(rename = "IOMaximumBandwidth")]
    pub io_maximum_bandwidth: u64,
    /// `--mount`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    /// Paths hidden inside; absent means the engine’s list, empty means none.
    pub masked_paths: Option<Vec<String>>,
    /// Paths read-only inside; absent means the engine’s list, empty means none.
    pub readonly_paths: Option<Vec<String>>,
    /// `--init`; absent means the engine’s default.
    pub init: Option<bool>,
}

/// Where the container’s output is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogConfig {
    /// The driver.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Its options.
    pub config: Map<String>,
}

/// One published port’s end on the host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PortBinding {
    /// Address; empty is all of them.
    pub host_ip: String,
    /// Port or range; empty is any free one.
    pub host_port: String,
}

/// What the engine does when the container ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RestartPolicy {
    /// `no on-failure always unless-stopped`; empty is `no`.
    pub name: String,
    /// For `on-failure`; 0 is without end.
    pub maximum_retry_count: i64,
}

/// A block device’s relative weight.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WeightDevice {
    /// The device.
    pub path: String,
    /// 10 to 1000.
    pub weight: u16,
}

/// A block device’s ceiling.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ThrottleDevice {
    /// The device.
    pub path: String,
    /// Bytes or operations a second.
    pub rate: u64,
}

/// A device of the host inside the container.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceMapping {
    /// On the host.
    pub path_on_host: String,
    /// Inside.
    pub path_in_container: String,
    /// Of `rwm`.
    pub cgroup_permissions: String,
}

/// Devices that a driver finds, such as GPUs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceRequest {
    /// `nvidia`, `cdi` …
    pub driver: String,
    /// -1 is all of them.
    pub count: i64,
    /// Ids, instead of a count.
    #[serde(rename = "DeviceIDs")]
    pub device_ids: Vec<String>,
    /// Alternatives of sets.
    pub capabilities: Vec<Vec<String>>,
    /// The driver’s own.
    pub options: Map<String>,
}

/// A resource limit of the first process.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Ulimit {
    /// `nofile`, `nproc` …
    pub name: String,
    /// -1 is no limit.
    pub soft: i64,
    /// -1 is no limit.
    pub hard: i64,
}

/// One `--mount`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Mount {
    /// `bind volume tmpfs npipe cluster image`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// A path or a volume’s name.
    pub source: String,
    /// The path inside.
    pub target: String,
    /// `readonly`.
    pub read_only: bool,
    /// Docker Desktop’s hint.
    pub consistency: String,
    /// For binds.
    pub bind_options: Option<BindOptions>,
    /// For volumes.
    pub volume_options: Option<VolumeOptions>,
    /// For images (API 1.48).
    pub image_options: Option<ImageOptions>,
    /// For tmpfs.
    pub tmpfs_options: Option<TmpfsOptions>,
    /// For cluster volumes.
    pub cluster_options: Option<Empty>,
}

/// How a bind mount is made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BindOptions {
    /// `rprivate` and its kin.
    pub propagation: String,
    /// Leave submounts out.
    pub non_recursive: bool,
    /// Make a missing source, as root.
    pub create_mountpoint: bool,
    /// Submounts stay writable.
    pub read_only_non_recursive: bool,
    /// Fail where submounts cannot be read-only.
    pub read_only_force_recursive: bool,
}

/// How a volume is made and mounted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VolumeOptions {
    /// Do not copy the image’s content.
    pub no_copy: bool,
    /// Of a volume made now.
    pub labels: Map<String>,
    /// Mount a part of it (API 1.45).
    pub subpath: String,
    /// Who provides it.
    pub driver_config: Option<DriverConfig>,
}

/// A volume driver and its options, which for `local` are those of mount(8).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DriverConfig {
    /// The driver.
    pub name: String,
    /// `type`, `o`, `device`.
    pub options: Map<String>,
}

/// How an image is mounted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageOptions {
    /// A part of it.
    pub subpath: String,
}

/// How a tmpfs is made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TmpfsOptions {
    /// 0 is no limit.
    pub size_bytes: i64,
    /// Permission bits.
    pub mode: u32,
    /// Mount options, `[name]` or `[name, value]` (API 1.46).
    pub options: Vec<Vec<String>>,
}

/// Endpoints of the new container.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkingConfig {
    /// By network.
    pub endpoints_config: Map<Option<EndpointSettings>>,
}

/// One endpoint; members after `GwPriority` are the engine’s to fill in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointSettings {
    /// Wanted addresses.
    #[serde(rename = "IPAMConfig")]
    pub ipam_config: Option<EndpointIpam>,
    /// Links in this network.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Names in this network.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Wanted hardware address.
    pub mac_address: String,
    /// The network driver’s own.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub driver_opts: Map<String>,
    /// Which endpoint is the default gateway (API 1.48).
    pub gw_priority: i64,
    /// The network’s id.
    #[serde(rename = "NetworkID")]
    pub network_id: String,
    /// The endpoint’s id.
    #[serde(rename = "EndpointID")]
    pub endpoint_id: String,
    /// Given by the engine.
    pub gateway: String,
    /// Given by the engine.
    #[serde(rename = "IPAddress")]
    pub ip_address: String,
    /// Given by the engine.
    #[serde(rename = "IPPrefixLen")]
    pub ip_prefix_len: i64,
    /// Given by the engine.
    #[serde(rename = "IPv6Gateway")]
    pub ipv6_gateway: String,
    /// Given by the engine.
    #[serde(rename = "GlobalIPv6Address")]
    pub global_ipv6_address: String,
    /// Given by the engine.
    #[serde(rename = "GlobalIPv6PrefixLen")]
    pub global_ipv6_prefix_len: i64,
    /// Given by the engine.
    #[serde(rename = "DNSNames", skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<String>,
}

/// Addresses asked for in a network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointIpam {
    /// IPv4.
    #[serde(rename = "IPv4Address")]
    pub ipv4_address: String,
    /// IPv6.
    #[serde(rename = "IPv6Address")]
    pub ipv6_address: String,
    /// Link-local addresses.
    #[serde(rename = "LinkLocalIPs")]
    pub link_local_ips: Vec<String>,
}

impl Ulimit {
    /// The names that the engine knows.
    pub const NAMES: [&str; 15] = [
        "core",
        "cpu",
        "data",
        "fsize",
        "locks",
        "memlock",
        "msgqueue",
        "nice",
        "nofile",
        "nproc",
        "rss",
        "rtprio",
        "rttime",
        "sigpending",
        "stack",
    ];
}
