//! The wire model against bollard's: a body with every member set to a value of its own goes through both.
#![expect(clippy::unwrap_used, reason = "a test program: what is not as expected ends it")]

use std::collections::{BTreeMap, BTreeSet};

use bollard::models::ContainerCreateBody;
use sdocker::request::json;
use sdocker::request::wire::*;
use serde_json::Value;

/// Members that bollard's model drops without a word.
const LOST_BY_BOLLARD: [&str; 4] =
    ["/HostConfig/KernelMemory", "/HostConfig/KernelMemoryTCP", "/HostConfig/Mounts/0/ClusterOptions", "/MacAddress"];

/// Values that the engine may be asked for and bollard's model does not take: member and value.
const REFUSED_BY_BOLLARD: [(&str, &str); 3] = [
    ("/HostConfig/RestartPolicy/Name", "ALWAYS"),
    ("/HostConfig/Isolation", "bogus"),
    ("/HostConfig/Mounts/0/BindOptions/Propagation", "bogus"),
];

#[test]
fn every_member_means_the_same_to_bollard() {
    let ours = value_of(&full());
    let theirs: ContainerCreateBody = serde_json::from_value(ours.clone()).expect("bollard takes the body");
    let theirs = serde_json::to_value(theirs).unwrap();
    let (ours, theirs) = (leaves(&ours), leaves(&theirs));
    let lost: BTreeSet<&str> = ours.keys().filter(|p| !theirs.contains_key(*p)).map(String::as_str).collect();
    assert_eq!(lost, BTreeSet::from(LOST_BY_BOLLARD));
    for (pointer, value) in &theirs {
        assert_eq!(ours.get(pointer), Some(value), "{pointer}");
    }
}

#[test]
fn every_member_is_set_to_a_value_of_its_own() {
    let leaves = leaves(&value_of(&full()));
    let mut seen = BTreeMap::new();
    for (pointer, value) in leaves.iter().filter(|(_, value)| value.is_string() || value.is_number()) {
        assert!(*value != "" && *value != 0, "{pointer} says nothing");
        assert_eq!(seen.insert(value.to_string(), pointer), None, "{pointer} is not alone with {value}");
    }
    assert!(leaves.values().all(|value| *value != false), "a switch is off");
}

#[test]
fn a_full_body_survives_our_own_model() {
    let body = full();
    let text = json::encode(&body).unwrap();
    assert_eq!(json::decode::<ContainerCreate>(&text), Ok(body));
}

#[test]
fn bollard_is_stricter_about_words() {
    for (pointer, word) in REFUSED_BY_BOLLARD {
        let mut body = value_of(&full());
        *body.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is a member")) = Value::from(word);
        let text = serde_json::to_vec(&body).unwrap();
        assert!(json::decode::<ContainerCreate>(&text).is_ok(), "{pointer}");
        assert!(serde_json::from_value::<ContainerCreateBody>(body).is_err(), "bollard takes {word} now");
    }
}

fn value_of(body: &ContainerCreate) -> Value {
    serde_json::from_slice(&json::encode(body).unwrap()).unwrap()
}

/// Every value that is no object and no list, by its pointer.
fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, pointer: String, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(key, value)| collect(value, format!("{pointer}/{key}"), into));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, value)| collect(value, format!("{pointer}/{at}"), into));
        }
        // Silence, in either model.
        Value::Null => {}
        other => {
            into.insert(pointer, other.clone());
        }
    }
}

fn text(of: &str) -> String {
    of.to_owned()
}

fn list(of: &str) -> Vec<String> {
    vec![text(of)]
}

fn map(of: &str) -> Map<String> {
    Map::from([(format!("{of}-key"), text(of))])
}

fn full() -> ContainerCreate {
    ContainerCreate {
        hostname: text("hostname"),
        domainname: text("domainname"),
        user: text("user"),
        attach_stdin: true,
        attach_stdout: true,
        attach_stderr: true,
        exposed_ports: Map::from([(text("80/tcp"), Empty {})]),
        tty: true,
        open_stdin: true,
        stdin_once: true,
        env: list("env=1"),
        cmd: Some(StrSlice(list("cmd"))),
        healthcheck: Some(Healthcheck {
            test: list("test"),
            interval: 1_000_001,
            timeout: 1_000_002,
            start_period: 1_000_003,
            start_interval: 1_000_004,
            retries: 5,
        }),
        args_escaped: true,
        image: text("image"),
        volumes: Map::from([(text("/volume"), Empty {})]),
        working_dir: text("/working-dir"),
        entrypoint: Some(StrSlice(list("entrypoint"))),
        network_disabled: true,
        mac_address: text("mac"),
        on_build: list("on-build"),
        labels: map("label"),
        stop_signal: text("stop-signal"),
        stop_timeout: Some(6),
        shell: Some(StrSlice(list("shell"))),
        host_config: host_config(),
        networking_config: Some(NetworkingConfig { endpoints_config: Map::from([(text("net"), Some(endpoint()))]) }),
    }
}

fn host_config() -> HostConfig {
    HostConfig {
        binds: list("/bind:/bind"),
        container_id_file: text("cidfile"),
        log_config: LogConfig { kind: text("log-driver"), config: map("log-option") },
        network_mode: text("network-mode"),
        port_bindings: Map::from([(
            text("81/tcp"),
            Some(vec![PortBinding { host_ip: text("host-ip"), host_port: text("8081") }]),
        )]),
        restart_policy: RestartPolicy { name: text("on-failure"), maximum_retry_count: 7 },
        auto_remove: true,
        volume_driver: text("volume-driver"),
        volumes_from: list("volumes-from"),
        console_size: [8, 9],
        annotations: map("annotation"),
        cap_add: StrSlice(list("cap-add")),
        cap_drop: StrSlice(list("cap-drop")),
        cgroupns_mode: text("private"),
        dns: list("dns"),
        dns_options: list("dns-option"),
        dns_search: list("dns-search"),
        extra_hosts: list("extra-host"),
        group_add: list("group-add"),
        ipc_mode: text("ipc-mode"),
        cgroup: text("cgroup"),
        links: list("link"),
        oom_score_adj: 10,
        pid_mode: text("pid-mode"),
        privileged: true,
        publish_all_ports: true,
        readonly_rootfs: true,
        security_opt: list("security-opt"),
        storage_opt: map("storage-opt"),
        tmpfs: map("tmpfs"),
        uts_mode: text("uts-mode"),
        userns_mode: text("userns-mode"),
        shm_size: 11,
        sysctls: map("sysctl"),
        runtime: text("runtime"),
        isolation: text("hyperv"),
        cpu_shares: 12,
        memory: 13,
        nano_cpus: 14,
        cgroup_parent: text("cgroup-parent"),
        blkio_weight: 15,
        blkio_weight_device: vec![WeightDevice { path: text("/dev/weight"), weight: 16 }],
        blkio_device_read_bps: throttle("/dev/read-bps", 17),
        blkio_device_write_bps: throttle("/dev/write-bps", 18),
        blkio_device_read_iops: throttle("/dev/read-iops", 19),
        blkio_device_write_iops: throttle("/dev/write-iops", 20),
        cpu_period: 21,
        cpu_quota: 22,
        cpu_realtime_period: 23,
        cpu_realtime_runtime: 24,
        cpuset_cpus: text("cpuset-cpus"),
        cpuset_mems: text("cpuset-mems"),
        devices: vec![DeviceMapping {
            path_on_host: text("/dev/on-host"),
            path_in_container: text("/dev/in-container"),
            cgroup_permissions: text("rwm"),
        }],
        device_cgroup_rules: list("device-cgroup-rule"),
        device_requests: vec![DeviceRequest {
            driver: text("device-driver"),
            count: 25,
            device_ids: list("device-id"),
            capabilities: vec![list("capability")],
            options: map("device-option"),
        }],
        kernel_memory: 26,
        kernel_memory_tcp: 27,
        memory_reservation: 28,
        memory_swap: 29,
        memory_swappiness: Some(30),
        oom_kill_disable: Some(true),
        pids_limit: Some(31),
        ulimits: vec![Ulimit { name: text("nofile"), soft: 32, hard: 33 }],
        cpu_count: 34,
        cpu_percent: 35,
        io_maximum_iops: 36,
        io_maximum_bandwidth: 37,
        mounts: vec![mount()],
        masked_paths: Some(list("/masked")),
        readonly_paths: Some(list("/readonly")),
        init: Some(true),
    }
}

fn throttle(path: &str, rate: u64) -> Vec<ThrottleDevice> {
    vec![ThrottleDevice { path: text(path), rate }]
}

fn mount() -> Mount {
    Mount {
        kind: text("bind"),
        source: text("/mount/source"),
        target: text("/mount/target"),
        read_only: true,
        consistency: text("consistency"),
        bind_options: Some(BindOptions {
            propagation: text("rslave"),
            non_recursive: true,
            create_mountpoint: true,
            read_only_non_recursive: true,
            read_only_force_recursive: true,
        }),
        volume_options: Some(VolumeOptions {
            no_copy: true,
            labels: map("volume-label"),
            subpath: text("volume-subpath"),
            driver_config: Some(DriverConfig { name: text("mount-driver"), options: map("mount-option") }),
        }),
        image_options: Some(ImageOptions { subpath: text("image-subpath") }),
        tmpfs_options: Some(TmpfsOptions { size_bytes: 38, mode: 39, options: vec![list("tmpfs-option")] }),
        cluster_options: Some(Empty {}),
    }
}

fn endpoint() -> EndpointSettings {
    EndpointSettings {
        ipam_config: Some(EndpointIpam {
            ipv4_address: text("ipv4"),
            ipv6_address: text("ipv6"),
            link_local_ips: list("link-local"),
        }),
        links: list("endpoint-link"),
        aliases: list("alias"),
        mac_address: text("endpoint-mac"),
        driver_opts: map("driver-opt"),
        gw_priority: 40,
        network_id: text("network-id"),
        endpoint_id: text("endpoint-id"),
        gateway: text("gateway"),
        ip_address: text("ip-address"),
        ip_prefix_len: 41,
        ipv6_gateway: text("ipv6-gateway"),
        global_ipv6_address: text("global-ipv6"),
        global_ipv6_prefix_len: 42,
        dns_names: list("dns-name"),
    }
}
