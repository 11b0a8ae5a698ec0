//! Every field of the wire model, and who answers for it.
//!
//! The model is destructured without `..`: a new field does not compile until somebody says here which rule judges it,
//! why it is harmless, or that nobody judges it yet. What nobody judges is refused by `other-fields` as soon as it says
//! anything.

use std::borrow::Cow;

use super::no_new_privileges;
use crate::request::member;
use crate::request::references::ENDPOINTS;
use crate::request::wire::{BindOptions, ContainerCreate, HostConfig, Mount, NetworkingConfig, VolumeOptions};

/// Who answers for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// A rule, by id.
    Rule(&'static str),
    /// Nobody needs to: why it cannot hurt.
    Inert(&'static str),
    /// Nobody yet; the flag that sets it. Refused wherever it says something.
    Nobody(&'static str),
}

use Answer::{Inert, Nobody, Rule};

/// One field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    at: Cow<'static, str>,
    name: &'static str,
    pub(super) answer: Answer,
    /// It asks for something other than the engine's default.
    pub(super) speaks: bool,
}

impl Field {
    /// Its JSON pointer.
    pub(super) fn pointer(&self) -> String {
        format!("{}{}", self.at, self.name)
    }
}

fn field(at: impl Into<Cow<'static, str>>, answer: Answer, speaks: bool) -> Field {
    Field { at: at.into(), name: "", answer, speaks }
}

const INSIDE: Answer = Inert("concerns only what happens inside the container");
const STREAMS: Answer = Inert("which streams the client reads");
const DESCRIBES: Answer = Inert("describes the container");
const WINDOWS: Answer = Inert("read only by engines on Windows");
const ENGINES_OWN: Answer = Inert("the engine's answer; ignored in a request");

/// All fields of a body.
pub(super) fn fields(body: &ContainerCreate) -> Vec<Field> {
    let ContainerCreate {
        hostname,
        domainname,
        user,
        attach_stdin,
        attach_stdout,
        attach_stderr,
        exposed_ports,
        tty,
        open_stdin,
        stdin_once,
        env,
        cmd,
        healthcheck,
        args_escaped,
        image,
        volumes,
        working_dir,
        entrypoint,
        network_disabled,
        mac_address,
        on_build,
        labels,
        stop_signal,
        stop_timeout,
        shell,
        host_config,
        networking_config,
    } = body;
    let mut all = vec![
        field("/Hostname", INSIDE, !hostname.is_empty()),
        field("/Domainname", INSIDE, !domainname.is_empty()),
        field("/User", Rule("user"), !user.is_empty()),
        field("/AttachStdin", STREAMS, *attach_stdin),
        field("/AttachStdout", STREAMS, *attach_stdout),
        field("/AttachStderr", STREAMS, *attach_stderr),
        field("/ExposedPorts", DESCRIBES, !exposed_ports.is_empty()),
        field("/Tty", STREAMS, *tty),
        field("/OpenStdin", STREAMS, *open_stdin),
        field("/StdinOnce", STREAMS, *stdin_once),
        field("/Env", INSIDE, !env.is_empty()),
        field("/Cmd", INSIDE, cmd.is_some()),
        field("/Healthcheck", INSIDE, healthcheck.is_some()),
        field("/ArgsEscaped", WINDOWS, *args_escaped),
        field("/Image", Rule("images"), !image.is_empty()),
        field("/Volumes", Inert("anonymous volumes are the engine's own directories"), !volumes.is_empty()),
        field("/WorkingDir", Nobody("--workdir"), leads_into_proc(working_dir)),
        field("/Entrypoint", INSIDE, entrypoint.is_some()),
        field("/NetworkDisabled", Inert("takes the network away"), *network_disabled),
        field("/MacAddress", Rule("network-options"), !mac_address.is_empty()),
        field("/OnBuild", DESCRIBES, !on_build.is_empty()),
        field("/Labels", Rule("reserved-labels"), !labels.is_empty()),
        field("/StopSignal", INSIDE, !stop_signal.is_empty()),
        field("/StopTimeout", INSIDE, stop_timeout.is_some()),
        field("/Shell", DESCRIBES, shell.is_some()),
    ];
    host(host_config, &mut all);
    networks(networking_config.as_ref(), &mut all);
    all
}

/// A working directory under /proc can name an open file of the runtime (CVE-2024-21626).
fn leads_into_proc(path: &str) -> bool {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.first() == Some(&"proc")
}

/// Logs that stay on the engine's machine, in the engine's own files.
fn logs_elsewhere(driver: &str) -> bool {
    !matches!(driver, "" | "json-file" | "local" | "journald")
}

fn host(config: &HostConfig, all: &mut Vec<Field>) {
    let HostConfig {
        binds,
        container_id_file,
        log_config,
        network_mode,
        port_bindings,
        restart_policy,
        auto_remove,
        volume_driver,
        volumes_from,
        console_size,
        annotations,
        cap_add,
        cap_drop,
        cgroupns_mode,
        dns,
        dns_options,
        dns_search,
        extra_hosts,
        group_add,
        ipc_mode,
        cgroup,
        links,
        oom_score_adj,
        pid_mode,
        privileged,
        publish_all_ports,
        readonly_rootfs,
        security_opt,
        storage_opt,
        tmpfs,
        uts_mode,
        userns_mode,
        shm_size,
        sysctls,
        runtime,
        isolation,
        cpu_shares,
        memory,
        nano_cpus,
        cgroup_parent,
        blkio_weight,
        blkio_weight_device,
        blkio_device_read_bps,
        blkio_device_write_bps,
        blkio_device_read_iops,
        blkio_device_write_iops,
        cpu_period,
        cpu_quota,
        cpu_realtime_period,
        cpu_realtime_runtime,
        cpuset_cpus,
        cpuset_mems,
        devices,
        device_cgroup_rules,
        device_requests,
        kernel_memory,
        kernel_memory_tcp,
        memory_reservation,
        memory_swap,
        memory_swappiness,
        oom_kill_disable,
        pids_limit,
        ulimits,
        cpu_count,
        cpu_percent,
        io_maximum_iops,
        io_maximum_bandwidth,
        mounts,
        masked_paths,
        readonly_paths,
        init,
    } = config;
    const TIGHTENS: Answer = Inert("only takes something away");
    const WEIGHTS: Answer = Inert("a share or ceiling of the disks; never more than without it");
    let mut say = |name: &'static str, answer: Answer, speaks: bool| {
        all.push(Field { at: Cow::Borrowed("/HostConfig/"), name, answer, speaks });
    };
    say("ContainerIDFile", DESCRIBES, !container_id_file.is_empty());
    say("LogConfig", Nobody("--log-driver"), logs_elsewhere(&log_config.kind));
    say("NetworkMode", Rule("host-network"), !network_mode.is_empty());
    say("PortBindings", Rule("ports"), !port_bindings.is_empty());
    say("RestartPolicy", Rule("restart"), !restart_policy.name.is_empty());
    say("AutoRemove", TIGHTENS, *auto_remove);
    say("VolumeDriver", Rule("volume-options"), !volume_driver.is_empty());
    say("VolumesFrom", Rule("volumes-from"), !volumes_from.is_empty());
    say("ConsoleSize", STREAMS, *console_size != [0, 0]);
    say("Annotations", Nobody("--annotation"), !annotations.is_empty());
    say("CapAdd", Rule("capabilities"), !cap_add.0.is_empty());
    say("CapDrop", TIGHTENS, !cap_drop.0.is_empty());
    say("CgroupnsMode", Rule("host-cgroup"), !cgroupns_mode.is_empty());
    say("Dns", Rule("network-options"), !dns.is_empty());
    say("DnsOptions", Rule("network-options"), !dns_options.is_empty());
    say("DnsSearch", Rule("network-options"), !dns_search.is_empty());
    say("ExtraHosts", Rule("extra-hosts"), !extra_hosts.is_empty());
    say("GroupAdd", Rule("user"), !group_add.is_empty());
    say("IpcMode", Rule("host-ipc"), !ipc_mode.is_empty());
    say("Cgroup", Rule("host-cgroup"), !cgroup.is_empty());
    say("Links", Rule("links"), !links.is_empty());
    say("OomScoreAdj", Nobody("--oom-score-adj"), *oom_score_adj < 0);
    say("PidMode", Rule("host-pid"), !pid_mode.is_empty());
    say("Privileged", Rule("privileged"), *privileged);
    say("PublishAllPorts", Rule("ports"), *publish_all_ports);
    say("ReadonlyRootfs", Rule("read-only-root"), *readonly_rootfs);
    say("StorageOpt", Nobody("--storage-opt"), !storage_opt.is_empty());
    say("Tmpfs", Rule("tmpfs"), !tmpfs.is_empty());
    say("UTSMode", Rule("host-uts"), !uts_mode.is_empty());
    say("UsernsMode", Rule("host-userns"), !userns_mode.is_empty());
    say("ShmSize", Inert("counts as the container's own memory"), *shm_size != 0);
    say("Sysctls", Nobody("--sysctl"), !sysctls.is_empty());
    say("Runtime", Nobody("--runtime"), !runtime.is_empty());
    say("Isolation", WINDOWS, !isolation.is_empty());
    say("CpuShares", Inert("a weight; how much there is at all is for `cpus` to say"), *cpu_shares != 0);
    say("Memory", Rule("memory"), *memory != 0);
    say("NanoCpus", Rule("cpus"), *nano_cpus != 0);
    say("CgroupParent", Nobody("--cgroup-parent"), !cgroup_parent.is_empty());
    say("BlkioWeight", WEIGHTS, *blkio_weight != 0);
    say("BlkioWeightDevice", WEIGHTS, !blkio_weight_device.is_empty());
    say("BlkioDeviceReadBps", WEIGHTS, !blkio_device_read_bps.is_empty());
    say("BlkioDeviceWriteBps", WEIGHTS, !blkio_device_write_bps.is_empty());
    say("BlkioDeviceReadIOps", WEIGHTS, !blkio_device_read_iops.is_empty());
    say("BlkioDeviceWriteIOps", WEIGHTS, !blkio_device_write_iops.is_empty());
    say("CpuPeriod", Rule("cpus"), *cpu_period != 0);
    say("CpuQuota", Rule("cpus"), *cpu_quota != 0);
    say("CpuRealtimePeriod", Nobody("--cpu-rt-period"), *cpu_realtime_period != 0);
    say("CpuRealtimeRuntime", Nobody("--cpu-rt-runtime"), *cpu_realtime_runtime != 0);
    say("CpusetCpus", TIGHTENS, !cpuset_cpus.is_empty());
    say("CpusetMems", TIGHTENS, !cpuset_mems.is_empty());
    say("Devices", Nobody("--device"), !devices.is_empty());
    say("DeviceCgroupRules", Nobody("--device-cgroup-rule"), !device_cgroup_rules.is_empty());
    say("DeviceRequests", Nobody("--gpus"), !device_requests.is_empty());
    say("KernelMemory", TIGHTENS, *kernel_memory != 0);
    say("KernelMemoryTCP", TIGHTENS, *kernel_memory_tcp != 0);
    say("MemoryReservation", Rule("memory"), *memory_reservation != 0);
    say("MemorySwap", Rule("memory"), *memory_swap != 0);
    say("MemorySwappiness", INSIDE, memory_swappiness.is_some());
    say("OomKillDisable", Nobody("--oom-kill-disable"), *oom_kill_disable == Some(true));
    say("PidsLimit", Rule("pids"), pids_limit.is_some());
    say("Ulimits", Rule("ulimits"), !ulimits.is_empty());
    say("CpuCount", WINDOWS, *cpu_count != 0);
    say("CpuPercent", WINDOWS, *cpu_percent != 0);
    say("IOMaximumIOps", WINDOWS, *io_maximum_iops != 0);
    say("IOMaximumBandwidth", WINDOWS, *io_maximum_bandwidth != 0);
    say("MaskedPaths", Nobody("--security-opt systempaths"), masked_paths.is_some());
    say("ReadonlyPaths", Nobody("--security-opt systempaths"), readonly_paths.is_some());
    say("Init", INSIDE, init.is_some());
    for index in 0..binds.len() {
        all.push(field(format!("/HostConfig/Binds/{index}"), Rule("binds"), true));
    }
    for (index, entry) in security_opt.iter().enumerate() {
        let about = no_new_privileges::is_about(entry);
        let answer = if about { Rule("no-new-privileges") } else { Nobody("--security-opt") };
        all.push(field(format!("/HostConfig/SecurityOpt/{index}"), answer, true));
    }
    for (index, mount) in mounts.iter().enumerate() {
        self::mount(&format!("/HostConfig/Mounts/{index}"), mount, all);
    }
}

fn mount(at: &str, mount: &Mount, all: &mut Vec<Field>) {
    let Mount {
        kind,
        source: _,
        target: _,
        read_only,
        consistency,
        bind_options,
        volume_options,
        image_options,
        tmpfs_options,
        cluster_options,
    } = mount;
    let answer = match kind.as_str() {
        "bind" => Rule("binds"),
        "volume" => Rule("volume-options"),
        "tmpfs" => Rule("tmpfs"),
        "image" => Rule("images"),
        _ => Nobody("--mount type"),
    };
    all.push(field(at.to_owned(), answer, true));
    let mut say = |name: &str, answer: Answer, speaks: bool| all.push(field(format!("{at}/{name}"), answer, speaks));
    say("ReadOnly", Inert("only takes something away"), *read_only);
    say("Consistency", Inert("ignored on Linux"), !consistency.is_empty());
    say("ImageOptions", Rule("images"), image_options.is_some());
    say("TmpfsOptions", Rule("tmpfs"), tmpfs_options.is_some());
    say("ClusterOptions", Nobody("--mount type=cluster"), cluster_options.is_some());
    if let Some(BindOptions {
        propagation,
        non_recursive,
        create_mountpoint,
        read_only_non_recursive,
        read_only_force_recursive,
    }) = bind_options
    {
        say("BindOptions/Propagation", Rule("mount-propagation"), !propagation.is_empty());
        say("BindOptions/NonRecursive", Inert("only takes something away"), *non_recursive);
        say("BindOptions/CreateMountpoint", Rule("binds"), *create_mountpoint);
        say("BindOptions/ReadOnlyNonRecursive", INSIDE, *read_only_non_recursive);
        say("BindOptions/ReadOnlyForceRecursive", INSIDE, *read_only_force_recursive);
    }
    if let Some(VolumeOptions { no_copy, labels, subpath, driver_config }) = volume_options {
        say("VolumeOptions/NoCopy", INSIDE, *no_copy);
        say("VolumeOptions/Labels", DESCRIBES, !labels.is_empty());
        say("VolumeOptions/Subpath", Rule("volume-options"), !subpath.is_empty());
        say("VolumeOptions/DriverConfig", Rule("volume-options"), driver_config.is_some());
    }
}

fn networks(config: Option<&NetworkingConfig>, all: &mut Vec<Field>) {
    let Some(NetworkingConfig { endpoints_config }) = config else { return };
    for (name, endpoint) in endpoints_config {
        let at = member(ENDPOINTS, name);
        all.push(field(at.clone(), Rule("host-network"), true));
        let Some(endpoint) = endpoint else { continue };
        let crate::request::wire::EndpointSettings {
            ipam_config,
            links,
            aliases,
            mac_address,
            driver_opts,
            gw_priority,
            network_id,
            endpoint_id,
            gateway,
            ip_address,
            ip_prefix_len,
            ipv6_gateway,
            global_ipv6_address,
            global_ipv6_prefix_len,
            dns_names,
        } = endpoint;
        let mut say =
            |name: &str, answer: Answer, speaks: bool| all.push(field(format!("{at}/{name}"), answer, speaks));
        say("IPAMConfig", Rule("network-options"), ipam_config.is_some());
        say("Links", Rule("links"), !links.is_empty());
        say("Aliases", Rule("network-options"), !aliases.is_empty());
        say("MacAddress", Rule("network-options"), !mac_address.is_empty());
        say("DriverOpts", Rule("network-options"), !driver_opts.is_empty());
        say("GwPriority", INSIDE, *gw_priority != 0);
        say("NetworkID", Rule("foreign-objects"), !network_id.is_empty());
        say("EndpointID", ENGINES_OWN, !endpoint_id.is_empty());
        say("Gateway", ENGINES_OWN, !gateway.is_empty());
        say("IPAddress", Rule("network-options"), !ip_address.is_empty());
        say("IPPrefixLen", ENGINES_OWN, *ip_prefix_len != 0);
        say("IPv6Gateway", ENGINES_OWN, !ipv6_gateway.is_empty());
        say("GlobalIPv6Address", Rule("network-options"), !global_ipv6_address.is_empty());
        say("GlobalIPv6PrefixLen", ENGINES_OWN, *global_ipv6_prefix_len != 0);
        say("DNSNames", ENGINES_OWN, !dns_names.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::super::CATALOGUE;
    use super::*;
    use crate::request::json;

    /// A body in which no list is empty, so that every member is written.
    fn whole() -> serde_json::Value {
        let text = br#"{"Env":["A"],"ExposedPorts":{"1/tcp":{}},"OnBuild":["x"],"HostConfig":{"Binds":["a:/b"],
            "VolumesFrom":["x"],"Annotations":{"a":"b"},"CapAdd":["X"],"CapDrop":["X"],"ExtraHosts":["x"],
            "GroupAdd":["x"],"Links":["x"],"SecurityOpt":["x"],"StorageOpt":{"a":"b"},"Tmpfs":{"a":"b"},
            "Sysctls":{"a":"b"},"DeviceCgroupRules":["x"],"DeviceRequests":[{}],"Mounts":[{}]}}"#;
        let tree = serde_json::to_value(json::decode::<ContainerCreate>(text).unwrap()).unwrap();
        let members = |at: &str| tree.pointer(at).unwrap().as_object().unwrap().len();
        assert_eq!((members(""), members("/HostConfig")), (27, 71), "a new member must be in this text too");
        tree
    }

    #[test]
    fn every_member_of_the_body_is_answered_for() {
        let body = ContainerCreate::default();
        let tree = whole();
        let answered: Vec<String> = fields(&body).into_iter().map(|f| f.pointer()).collect();
        let lists = ["/HostConfig/Binds", "/HostConfig/SecurityOpt", "/HostConfig/Mounts"];
        let members = |at: &str| -> Vec<String> {
            let node = tree.pointer(at).unwrap().as_object().unwrap();
            node.keys().map(|key| format!("{at}/{key}")).collect()
        };
        let nested = ["/HostConfig", "/NetworkingConfig"];
        for pointer in members("").into_iter().chain(members("/HostConfig")) {
            let known = answered.contains(&pointer) || lists.contains(&&*pointer) || nested.contains(&&*pointer);
            assert!(known, "{pointer}");
        }
    }

    #[test]
    fn the_rules_named_here_exist_and_the_reasons_are_words() {
        for field in fields(&ContainerCreate::default()) {
            match field.answer {
                Rule(id) => assert!(CATALOGUE.iter().any(|rule| rule.id.0 == id), "{id}"),
                Inert(why) | Nobody(why) => assert!(!why.is_empty()),
            }
        }
    }

    #[test]
    fn a_plain_body_of_docker_says_nothing_that_nobody_judges() {
        let text = br#"{"Image":"alpine","HostConfig":{"NetworkMode":"default","MemorySwappiness":-1,
            "RestartPolicy":{"Name":"no"},"Binds":["/a:/b:ro","v:/c"]},
            "NetworkingConfig":{"EndpointsConfig":{"default":{}}}}"#;
        let body: ContainerCreate = json::decode(text).unwrap();
        let unjudged: Vec<Field> =
            fields(&body).into_iter().filter(|f| f.speaks && matches!(f.answer, Nobody(_))).collect();
        assert_eq!(unjudged, []);
    }
}
