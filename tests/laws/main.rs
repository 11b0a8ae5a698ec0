//! Laws of the judgement, held for generated command lines: what is approved stands on its own and is safe, whatever was
//! typed; and no text makes anything panic.
#![cfg(test)]

mod profiles;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use sdocker::cli::{self, Inputs, Invocation, Proxies, Verb};
use sdocker::policy::{Draft, Layer, PROFILES, Policy, Source, written_table};
use sdocker::request::mounts::{MountSource, clean, mounts};
use sdocker::request::ports::{Published, published};
use sdocker::request::references::{container_name, endpoints};
use sdocker::request::wire::{ContainerCreate, HostConfig};
use sdocker::request::{
    BindFacts, BindKind, Caller, ContainerFacts, Date, EngineInfo, EngineVersion, Fact, Facts, GroupEntry, ImageFacts,
    NetworkFacts, OWNER_LABEL, PasswdEntry, Request, UserTables, VolumeFacts, json,
};
use sdocker::rules::{Rulebook, Ruleset};
use sdocker::verdict::{Approval, Verdict, judge};

/// Flags that rules care about, with values from harmless to hostile.
const FLAGS: &[(&str, &[&str])] = &[
    ("-u", &["0", "00", ":0", "root", "app", "1000", "1000:0", "1000:1000", "+0", "ghost", "", "-1"]),
    ("--cap-add", &["SYS_ADMIN", "all", "cap_net_bind_service", "\u{17f}ys_admin", "CHOWN"]),
    ("--cap-drop", &["ALL", "net_raw", "X"]),
    ("--security-opt", &["no-new-privileges", "no-new-privileges=false", "no-new-privileges:true", "label=disable"]),
    ("-v", &["/run:/x", "/var/run/docker.sock:/s", "data:/d", "/home/a:/h", "/home/a:/h:rw,shared", "/d", "//:/x"]),
    (
        "-v",
        &["/etc:/e", "/etc/localtime:/l", "/usr/share/x:/u:ro", "/home/ab:/b", "/home/a/../b:/b", "/lib/modules:/m:ro"],
    ),
    ("-v", &["/a:/b:c:d", "/home/a:/h:bogus", "/dev/sda:/d", "/home/a/link:/x", "/home/a/link:/x:slave", "/proc:/p"]),
    ("--mount", &["type=bind,src=/run,dst=/x", "type=tmpfs,dst=/t", "type=volume,src=data,dst=/d", "src=evil,dst=/e"]),
    (
        "--mount",
        &[
            "type=bind,src=/home/a,dst=/x,bind-propagation=rshared",
            "dst=/o,volume-opt=device=/etc",
            "type=npipe,dst=/n",
        ],
    ),
    ("--tmpfs", &["/t", "/t:exec,suid", "/t:size=900g,ro", "/u:dev,mode=700"]),
    ("--read-only=", &["true", "false"]),
    (
        "--network",
        &["host", "HOST", "none", "bridge", "container:own", "container:b0b", "own-net", "bob-net", "b0b", "nosuch"],
    ),
    ("--network-alias", &["db"]),
    ("--link", &["own:db", "bob", "/own:/x/y"]),
    ("--volumes-from", &["own:ro", "b0b", "a11"]),
    ("--ip", &["172.17.0.5"]),
    (
        "-p",
        &[
            "80",
            "22:22",
            "8080:80",
            "0.0.0.0:8080:80",
            "[::1]:8080-8082:80-82/udp",
            "127.0.0.1:443:443",
            "1000-1030:80",
        ],
    ),
    ("-P=", &["true", "false"]),
    ("--add-host", &["x:169.254.169.254", "h:host-gateway", "db:10.0.0.5"]),
    ("-l", &["io.sdocker.owner=bob", "io.sdocker.owner=alice", "a=b"]),
    ("--name", &["0123456789ab", "web"]),
    ("--uts", &["host"]),
    ("--userns", &["host"]),
    ("--cgroupns", &["host", "private"]),
    ("--dns", &["8.8.8.8"]),
    ("--cpus", &["0", ".5", "3", "64"]),
    ("-m", &["4m", "0", "1g", "64g"]),
    ("--memory-swap", &["-1", "8g", "64t"]),
    ("--memory-reservation", &["4m", "2g", "64g"]),
    ("--pids-limit", &["-1", "0", "50", "100000"]),
    ("--ulimit", &["nofile=1:1", "nofile=900000", "core=-1", "nproc=9:99"]),
    ("--restart", &["always", "on-failure", "on-failure:2", "on-failure:99", "unless-stopped", "no", "ALWAYS"]),
    ("--group-add", &["0", "root", "2000", "staff", "998", "docker"]),
    ("--pid", &["host", "", "container:own", "container:a11"]),
    ("--ipc", &["host", "private", "shareable", "container:bob"]),
    ("--device", &["/dev/sda", "vendor.com/class=gpu0", "/dev/fuse:/dev/null:r"]),
    ("--device-cgroup-rule", &["b *:* rwm"]),
    ("--gpus", &["all"]),
    ("--sysctl", &["net.ipv4.ip_unprivileged_port_start=0", "kernel.core_pattern=x"]),
    ("--oom-score-adj", &["-1000", "500"]),
    ("--oom-kill-disable=", &["true", "false"]),
    ("--shm-size", &["1t", "64m"]),
    ("--cgroup-parent", &["../../..", "system.slice"]),
    ("--runtime", &["runc", "nvidia"]),
    ("--annotation", &["a=b", "org.opencontainers.image.title=x"]),
    ("--cpu-rt-runtime", &["950000"]),
    ("--cpuset-cpus", &["0-1"]),
    ("--blkio-weight", &["500"]),
    ("--storage-opt", &["size=1000G", "size=1g"]),
    ("--stop-timeout", &["99999999", "-1", "5"]),
    ("--log-driver", &["none", "syslog", "local", "journald"]),
    ("--log-opt", &["max-size=-1", "max-size=5m", "max-file=3", "fluentd-address=unix:///run/docker.sock"]),
    ("--health-interval", &["1ms", "10s"]),
    ("-w", &["/proc/self/fd/7", "/srv"]),
    ("-e", &["HOME=/x", "A=1", "LD_PRELOAD=/x", "NVIDIA_VISIBLE_DEVICES=all"]),
    ("--privileged=", &["true", "false"]),
    ("--rm=", &["true", "false"]),
    ("-d=", &["true", "false"]),
];

fn command_line() -> impl Strategy<Value = Vec<String>> {
    let flag = select(FLAGS).prop_flat_map(|(name, values)| {
        select(values).prop_map(move |value| match name.strip_suffix('=') {
            Some(switch) => vec![format!("{switch}={value}")],
            None => vec![name.to_owned(), value.to_owned()],
        })
    });
    prop::collection::vec(flag, 0..7)
        .prop_map(|flags| flags.into_iter().flatten().chain(["busybox".to_owned()]).collect())
}

fn asked(words: &[String]) -> Option<Request> {
    let argv: Vec<OsString> =
        ["docker", "run"].into_iter().map(OsString::from).chain(words.iter().map(OsString::from)).collect();
    let Invocation::Container(parsed) = cli::parse(Verb::Run, &argv, 2).ok()? else { return None };
    let inputs = Inputs {
        cwd: Ok("/home/a"),
        variable: &|_| None,
        files: &BTreeMap::new(),
        cidfile_exists: false,
        console: None,
        proxies: &Proxies::default(),
        detach_keys: None,
        endpoint: "unix:///var/run/docker.sock",
        engine_os: "linux",
        has_credentials: false,
    };
    Some(parsed.lower(&inputs).ok()?.request)
}

/// An image with some users, and a machine on which every path is what it says.
fn facts(request: &Request, image_user: &str) -> Facts {
    let known = |path: &str| {
        let leads = if path.ends_with("link") { "/home/a/proj".into() } else { clean(Path::new(path)) };
        (path.to_owned(), Fact::Known(BindFacts::steady(leads, BindKind::Directory)))
    };
    let info = EngineInfo {
        ncpu: 4,
        cpu_quota: true,
        memory_limit: true,
        swap_limit: true,
        pids_limit: true,
        logging_driver: "json-file".to_owned(),
        default_runtime: "runc".to_owned(),
        cgroup_namespaces: true,
        ..EngineInfo::default()
    };
    let user = |name: &str, uid, gid| PasswdEntry { name: name.to_owned(), uid, gid, home: "/".to_owned() };
    let evil = VolumeFacts { options: [("device".to_owned(), "/run".to_owned())].into(), ..VolumeFacts::default() };
    let binds = request.body.host_config.binds.iter().filter_map(|bind| bind.split(':').next());
    let mounts = request.body.host_config.mounts.iter().map(|mount| mount.source.as_str());
    let networks = [("own-net", 'a', Some("1000")), ("bob-net", 'b', Some("bob")), ("b0b", 'b', Some("bob"))]
        .map(|(name, digit, owner)| (name.to_owned(), Fact::Known(network(name, digit, owner))))
        .into();
    let facts = Facts {
        image: Fact::Known(ImageFacts { user: image_user.to_owned(), ..ImageFacts::default() }),
        users: Fact::Known(UserTables {
            passwd: vec![user("app", 500, 501), user("zero", 0, 5), user("open", 9, 0)],
            group: vec![],
        }),
        info: Fact::Known(info),
        binds: binds.chain(mounts).chain(["/run", "/etc", "/home/a/proj"]).map(known).collect(),
        sockets: Fact::Known(vec![]),
        groups: Fact::Known(vec![GroupEntry { name: "docker".to_owned(), gid: 998 }]),
        containers: [
            ("own", 'a', Some("alice")),
            ("a11", 'a', None),
            ("bob", 'b', Some("bob")),
            ("b0b", 'b', Some("bob")),
        ]
        .map(|(name, digit, owner)| (name.to_owned(), Fact::Known(container(name, digit, owner))))
        .into(),
        volumes: [("data".to_owned(), Fact::Known(VolumeFacts::default())), ("evil".to_owned(), Fact::Known(evil))]
            .into(),
        version: Fact::Known(EngineVersion { engine: "99.0".into(), containerd: "99.0".into(), runc: "99.0".into() }),
        stands_for: (1000, 1000),
        local: true,
        ..Facts::default()
    };
    Facts { networks, ..facts }
}

fn labels(owner: Option<&str>) -> BTreeMap<String, String> {
    owner.map(|owner| (OWNER_LABEL.to_owned(), owner.to_owned())).into_iter().collect()
}

fn container(name: &str, digit: char, owner: Option<&str>) -> ContainerFacts {
    let id = digit.to_string().repeat(64);
    ContainerFacts { id, name: name.to_owned(), labels: labels(owner), ..ContainerFacts::default() }
}

fn network(name: &str, digit: char, owner: Option<&str>) -> NetworkFacts {
    let id = digit.to_string().repeat(64);
    NetworkFacts { id, name: name.to_owned(), driver: "bridge".to_owned(), labels: labels(owner) }
}

fn caller() -> Caller {
    let (home, name) = (Some("/home/a".into()), Some("alice".to_owned()));
    Caller { groups: vec![2000], home, name, ..Caller::numbered(1000, 1000) }
}

/// Every profile's rules, loaded once.
static RULES: LazyLock<BTreeMap<&str, Ruleset>> = LazyLock::new(|| {
    let load = |name| Ruleset::load(&Policy::built_in(name).unwrap()).unwrap();
    PROFILES.iter().map(|profile| (profile.name, load(profile.name))).collect()
});

fn decide(profile: &str, request: Request, facts: &Facts) -> Option<Box<Approval>> {
    decide_by(&RULES[profile], request, facts)
}

fn decide_by(rules: &Ruleset, request: Request, facts: &Facts) -> Option<Box<Approval>> {
    match judge(request, rules, &caller(), facts) {
        Verdict::Approved(approval) => Some(approval),
        Verdict::Refused(_) => None,
    }
}

/// What no container has that baseline let through. A user that the image itself gives in numbers may stay unsaid.
fn unsafe_part(body: &ContainerCreate, image_user: &str) -> Option<&'static str> {
    let user = if body.user.is_empty() { image_user } else { &body.user };
    let HostConfig { cpu_quota, nano_cpus, memory, memory_swap, pids_limit, .. } = body.host_config;
    let host = &body.host_config;
    let gib = 1_i64 << 30;
    let named = |path: &str| {
        ["/run", "/var/run", "/"].contains(&path.trim_end_matches('/')) || path.contains("docker.sock") || path == "//"
    };
    let allowed = |path: &str| {
        let known = ["/home/a", "/etc/localtime", "/usr/share"];
        let path = clean(Path::new(path));
        known.iter().any(|known| path.starts_with(known))
    };
    let paths = mounts(body).into_iter().filter_map(|mount| match mount.source {
        MountSource::Path(path) => Some(path),
        MountSource::Volume(_) | MountSource::Own => None,
    });
    let taken_back = |options: &String| options.split(',').any(|option| option == "suid" || option == "dev");
    let sources =
        host.binds.iter().filter_map(|b| b.split(':').next()).chain(host.mounts.iter().map(|m| m.source.as_str()));
    let on_failure = &host.restart_policy;
    let own_mode = format!("container:{}", "a".repeat(64));
    let is_bobs = |text: &str| ["bob", "b0b"].contains(&container_name(text)) || text.starts_with(&"b".repeat(64));
    let is_open = |binding: &Published| {
        !binding.address.value().is_some_and(|address| address.is_loopback())
            || binding.port.value().is_some_and(|port| port.from < 1024)
    };
    [
        ("privileged", host.privileged),
        ("root", user.split(':').any(|id| id.parse::<u32>().is_ok_and(|id| id == 0))),
        ("user", user.split(':').filter(|id| id.parse::<u32>().is_ok()).count() != 2),
        ("group", host.group_add.iter().any(|g| g.parse::<u32>().map_or(true, |g| g == 0 || g == 998))),
        ("capability", host.cap_add.0.iter().any(|c| !["CAP_NET_BIND_SERVICE", "CAP_CHOWN"].contains(&c.as_str()))),
        ("security", host.security_opt.iter().filter(|o| o.starts_with("no-new-privileges")).count() == 0),
        (
            "security options",
            host.security_opt.iter().any(|o| !o.starts_with("no-new-privileges") || o.ends_with("false")),
        ),
        ("cpus", nano_cpus <= 0 && cpu_quota <= 0 || nano_cpus > 4_000_000_000),
        ("memory", memory <= 0 || memory > 8 * gib || memory_swap < 0 || memory_swap > 8 * gib),
        ("pids", pids_limit.unwrap_or(0) <= 0 || pids_limit > Some(4096)),
        ("ulimits", host.ulimits.iter().any(|u| u.name == "nofile" && !(0..=65536).contains(&u.hard))),
        (
            "restart",
            !["", "no", "on-failure"].contains(&on_failure.name.as_str()) || on_failure.maximum_retry_count > 5,
        ),
        ("socket", sources.into_iter().any(|path| named(path) || path == "evil")),
        ("bind", paths.into_iter().any(|path| !allowed(&path) || path.ends_with("link"))),
        ("propagation", mounts(body).iter().any(|mount| !mount.propagation.is_empty() || mount.fault.is_some())),
        ("tmpfs", host.tmpfs.values().any(|options| !options.contains("size=") || options.contains("900g"))),
        ("tmpfs options", host.tmpfs.values().any(taken_back)),
        ("volume", host.mounts.iter().any(|mount| mount.kind == "npipe" || mount.volume_options.is_some())),
        (
            "namespace",
            [&host.network_mode, &host.pid_mode, &host.ipc_mode, &host.uts_mode, &host.userns_mode]
                .into_iter()
                .any(|mode| mode.eq_ignore_ascii_case("host") || mode.contains(':') && *mode != own_mode),
        ),
        ("control groups", host.cgroupns_mode == "host"),
        ("somebody else's", [host.links.as_slice(), &host.volumes_from].concat().iter().any(|text| is_bobs(text))),
        ("network", endpoints(body).any(|(name, _)| ["bob-net", "b0b", "nosuch"].contains(&name))),
        ("port", host.publish_all_ports || published(body).iter().any(is_open)),
        ("hosts", host.extra_hosts.iter().any(|line| line.contains("169.254"))),
        ("label", body.labels.get(OWNER_LABEL).is_some_and(|owner| owner != "alice")),
        (
            "device",
            !host.devices.is_empty() || !host.device_requests.is_empty() || !host.device_cgroup_rules.is_empty(),
        ),
        ("kernel", host.sysctls.keys().any(|name| name != "net.ipv4.ip_unprivileged_port_start")),
        ("out of memory", host.oom_score_adj < 0 || host.oom_kill_disable == Some(true)),
        ("shared memory", host.shm_size > gib),
        ("control group", !host.cgroup_parent.is_empty()),
        ("runtime", !["", "runc"].contains(&host.runtime.as_str()) || host.annotations.contains_key("a")),
        ("realtime", host.cpu_realtime_runtime != 0),
        ("layer", host.storage_opt.get("size").is_some_and(|size| size == "1000G")),
        ("end", body.stop_timeout.is_some_and(|seconds| !(0..=600).contains(&seconds))),
        ("log", !["", "local", "journald"].contains(&host.log_config.kind.as_str())),
        ("log options", host.log_config.config.keys().any(|name| name == "fluentd-address")),
        (
            "log size",
            host.log_config.kind != "journald" && host.log_config.config.get("max-size").is_none_or(|s| s == "-1"),
        ),
        ("health", body.healthcheck.as_ref().is_some_and(|check| (1..1_000_000_000).contains(&check.interval))),
        ("hook", body.env.iter().any(|entry| entry == "NVIDIA_VISIBLE_DEVICES=all")),
        ("working directory", body.working_dir.starts_with("/proc")),
    ]
    .into_iter()
    .find_map(|(what, is_there)| is_there.then_some(what))
}

fn profile() -> impl Strategy<Value = &'static str> {
    select(PROFILES).prop_map(|profile| profile.name)
}

/// Lines that a layer may have below its tables, fitting and not.
const TABLES: &[(&str, &[&str])] = &[
    ("images", &["action = \"warn\"", "allow = [\"docker.io/library/*\"]", "allow = []", "allow = [\"**\"]"]),
    (
        "user",
        &[
            "action = \"allow\"",
            "default = \"7:7\"",
            "default = \"caller\"",
            "allow = [\"caller\"]",
            "allow = [\"1-9999\"]",
        ],
    ),
    ("privileged", &["action = \"allow\"", "action = \"warn\"", "action = \"deny\""]),
    ("capabilities", &["action = \"rewrite\"", "allow = [\"ALL\"]", "allow = []", "drop = [\"CHOWN\"]", "drop = []"]),
    ("no-new-privileges", &["action = \"allow\"", "default = false", "default = true"]),
    ("engine-socket", &["action = \"allow\"", "paths = [\"/run/x.sock\"]"]),
    ("cpus", &["action = \"deny\"", "action = \"allow\"", "default = 0.25", "max = 0.5", "max = 2", "max = 64.0"]),
    ("memory", &["action = \"warn\"", "default = \"64m\"", "max = \"128m\"", "max = \"1t\""]),
    ("pids", &["action = \"deny\"", "default = 10", "max = 20", "max = 100000"]),
    (
        "ulimits",
        &["nofile.max = 100", "nofile = { default = \"9:9\", max = 9 }", "nproc.max = 5", "core = { max = 1 }"],
    ),
    (
        "restart",
        &["action = \"deny\"", "allow = [\"no\"]", "allow = [\"always\"]", "max = 2", "max = 50", "default = \"no\""],
    ),
    ("other-fields", &["action = \"allow\"", "action = \"warn\""]),
];

/// Tables of one layer, each key at most once.
fn tables() -> impl Strategy<Value = Vec<String>> {
    let table = select(TABLES).prop_flat_map(|(id, lines)| {
        prop::sample::subsequence(lines.to_vec(), 0..3).prop_map(move |lines| {
            let mut seen = std::collections::BTreeSet::new();
            let key = |line: &str| line.split([' ', '.']).next().unwrap().to_owned();
            let lines = lines.into_iter().filter(|line| seen.insert(key(line)));
            (id, format!("[{id}]\n{}\n", lines.collect::<Vec<_>>().join("\n")))
        })
    });
    prop::collection::btree_map(any::<u8>(), table, 0..5).prop_map(|tables| {
        let mut seen = std::collections::BTreeSet::new();
        tables.into_values().filter(|(id, _)| seen.insert(*id)).map(|(_, text)| text).collect()
    })
}

fn layer(text: String) -> Layer {
    Layer::File(Source { name: "p".into(), text })
}

/// The rules of an owner's layer and guests, where nothing is wrong with them.
fn layered(owner: &Layer, guests: &[Layer]) -> Option<Ruleset> {
    Ruleset::load(&Draft::of(std::slice::from_ref(owner), guests).finish().ok()?).ok()
}

/// What a change made looser, if anything: limits that were asked for and rose, powers that were not there.
fn looser_part(asked: &ContainerCreate, became: &ContainerCreate) -> Option<&'static str> {
    let (before, after) = (&asked.host_config, &became.host_config);
    let rose = |before: i64, after: i64| before > 0 && (after > before || after <= 0);
    let new = |before: &[String], after: &[String]| after.iter().any(|entry| !before.contains(entry));
    let is_root = |user: &str| user.split(':').any(|id| id == "0" || id == "root");
    [
        ("cpus", rose(before.nano_cpus, after.nano_cpus) && !rose(after.cpu_quota, 0)),
        ("memory", rose(before.memory, after.memory)),
        ("pids", rose(before.pids_limit.unwrap_or(0), after.pids_limit.unwrap_or(0))),
        ("privileged", after.privileged && !before.privileged),
        ("capabilities", new(&before.cap_add.0, &after.cap_add.0) || new(&after.cap_drop.0, &before.cap_drop.0)),
        ("binds", after.binds.len() > before.binds.len() || after.mounts.len() > before.mounts.len()),
        ("devices", after.devices.len() > before.devices.len()),
        ("root", is_root(&became.user) && !is_root(&asked.user) && !asked.user.is_empty()),
        (
            "namespaces",
            [&after.network_mode, &after.pid_mode, &after.ipc_mode].iter().any(|mode| *mode == "host")
                && [&before.network_mode, &before.pid_mode, &before.ipc_mode].iter().all(|mode| *mode != "host"),
        ),
        ("command", asked.cmd != became.cmd || asked.image != became.image || asked.entrypoint != became.entrypoint),
    ]
    .into_iter()
    .find_map(|(what, is_there)| is_there.then_some(what))
}

/// A policy's text with some damage: pieces cut out, doubled, or exchanged for what TOML cares about.
fn damaged(text: &str, damage: &[(usize, usize, u8, String)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, length, kind, piece) in damage {
        let at = at % (chars.len() + 1);
        let end = (at + length % 40).min(chars.len());
        match kind % 3 {
            0 => drop(chars.drain(at..end)),
            1 => drop(chars.splice(at..end, piece.chars())),
            _ => {
                let doubled: Vec<char> = chars[at..end].to_vec();
                drop(chars.splice(at..at, doubled));
            }
        }
    }
    chars.into_iter().collect()
}

const BLOCKS: &str = "
[[for]]
who = [\"group:ci\", \"uid:1000\", \"gid:100\", \"alice\", \"*\"]
image = [\"docker.io/library/*\", \"reg.example:5000/team/**:1.*\"]
[for.memory]
max = \"8GiB\"
[for.ulimits]
nofile = { max = 5 }
[[grant]]
rule = \"user\"
image = [\"docker.io/library/postgres\"]
who = [\"uid:1\"]
reason = \"drops root\"
until = 2027-03-31
";

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_baseline_approves_is_safe_and_stands_on_its_own(words in command_line(), image in select(&["", "root", "zero", "app", "5", "7:7"])) {
        let Some(request) = asked(&words) else { return Ok(()) };
        let facts = facts(&request, image);
        let Some(approval) = decide("baseline", request, &facts) else { return Ok(()) };
        let approved = approval.request.get();
        prop_assert_eq!(unsafe_part(&approved.body, image), None, "{:?}", approved.body);
        let again = decide("baseline", approved.clone(), &facts).unwrap();
        prop_assert_eq!(&again.rewrites, &vec![]);
        prop_assert_eq!(&again.request.get().body, &approved.body);
    }

    #[test]
    fn what_strict_approves_baseline_approves(words in command_line()) {
        let Some(request) = asked(&words) else { return Ok(()) };
        let facts = facts(&request, "");
        if decide("strict", request.clone(), &facts).is_some() {
            prop_assert!(decide("baseline", request, &facts).is_some());
        }
    }

    #[test]
    fn permissive_sends_what_was_asked(words in command_line()) {
        let Some(request) = asked(&words) else { return Ok(()) };
        let approval = decide("permissive", request.clone(), &Facts::default()).unwrap();
        prop_assert_eq!(&approval.request.get().body, &request.body);
        prop_assert_eq!(approval.findings.len(), 0);
    }

    #[test]
    fn no_body_panics_and_what_is_read_is_written_again(text in "[{}\\[\\]\",:a-zA-Z0-9 .\\\\-]{0,80}") {
        if let Ok(body) = json::decode::<ContainerCreate>(text.as_bytes()) {
            prop_assert_eq!(json::decode::<ContainerCreate>(&json::encode(&body).unwrap()).unwrap(), body);
        }
    }

    #[test]
    fn no_policy_panics(text in "(extends = \"(baseline|x)\"\n)?(\\[(user|cpus|x|ulimits|images)\\]\n((action|max|default|allow|nofile) = [\\[\\]{}\"a-z0-9.:=, -]{0,20}\n){0,3}){0,3}") {
        if let Ok(policy) = Policy::owners(&[Source { name: "p".into(), text }]) {
            let _ = Ruleset::load(&policy);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn judging_twice_changes_nothing(profile in profile(), words in command_line(), image in select(&["", "root", "app", "7:7"])) {
        let Some(request) = asked(&words) else { return Ok(()) };
        let facts = facts(&request, image);
        let Some(first) = decide(profile, request, &facts) else { return Ok(()) };
        let second = decide(profile, first.request.get().clone(), &facts).unwrap();
        prop_assert_eq!(&second.rewrites, &vec![]);
        prop_assert_eq!(&second.request.get().body, &first.request.get().body);
    }

    #[test]
    fn a_rewrite_only_tightens(profile in profile(), other in profile(), words in command_line()) {
        let Some(request) = asked(&words) else { return Ok(()) };
        let facts = facts(&request, "");
        let Some(approval) = decide(profile, request.clone(), &facts) else { return Ok(()) };
        let became = approval.request.get();
        prop_assert_eq!(looser_part(&request.body, &became.body), None, "{:?}", became.body);
        let as_asked = decide(other, request, &facts).is_some_and(|approval| approval.rewrites.is_empty());
        if as_asked {
            prop_assert!(decide(other, became.clone(), &facts).is_some(), "{} let pass what was asked", other);
        }
    }

    #[test]
    fn a_guest_never_widens(owner in profile(), own in tables(), guests in prop::collection::vec(tables(), 1..3), words in command_line()) {
        let Some(request) = asked(&words) else { return Ok(()) };
        let facts = facts(&request, "");
        let owner = layer(format!("extends = \"{owner}\"\n{}", own.concat()));
        let guests = guests.into_iter().map(|tables| layer(tables.concat()));
        let guests: Vec<Layer> = guests.filter(|guest| layered(&owner, std::slice::from_ref(guest)).is_some()).collect();
        let Some(all) = layered(&owner, &guests) else { return Ok(()) };
        let Some(approval) = decide_by(&all, request.clone(), &facts) else { return Ok(()) };
        for fewer in 0..guests.len() {
            let below = layered(&owner, &guests[..fewer]).unwrap();
            prop_assert!(decide_by(&below, request.clone(), &facts).is_some(), "approved only with a guest");
            let standing = decide_by(&below, approval.request.get().clone(), &facts);
            prop_assert!(standing.is_some_and(|standing| standing.rewrites.is_empty()), "does not stand without the guest");
        }
    }

    #[test]
    fn a_profile_as_guest_never_widens(owner in profile(), guest in profile(), words in command_line()) {
        let Some(request) = asked(&words) else { return Ok(()) };
        let facts = facts(&request, "");
        let both = layered(&Layer::Profile(owner.to_owned()), &[Layer::Profile(guest.to_owned())]).unwrap();
        if decide_by(&both, request.clone(), &facts).is_some() {
            prop_assert!(decide(owner, request, &facts).is_some());
        }
    }

    #[test]
    fn merging_does_not_care_for_the_order_of_unrelated_tables(owner in profile(), tables in tables(), seed in any::<prop::sample::Index>()) {
        let mut turned = tables.clone();
        let by = if turned.is_empty() { 0 } else { seed.index(turned.len()) };
        turned.rotate_left(by);
        let policy = |tables: &[String]| {
            let text = format!("extends = \"{owner}\"\n{}", tables.concat());
            Policy::owners(&[Source { name: "p".into(), text }]).unwrap()
        };
        let shown = |policy: &Policy| policy.entries().map(|(id, table)| written_table(&[id], table, false)).collect::<String>();
        prop_assert_eq!(shown(&policy(&tables)), shown(&policy(&turned)));
    }

    #[test]
    fn no_damage_to_a_policy_panics(
        profile in select(PROFILES),
        damage in prop::collection::vec((any::<usize>(), any::<usize>(), any::<u8>(), "[\\[\\]{}\"'=.,#\n0-9a-z*\u{0}é-]{0,6}"), 1..5),
        as_guest: bool,
    ) {
        let text = layer(damaged(&format!("{}{BLOCKS}", profile.text), &damage));
        let draft = if as_guest { Draft::of(&[], &[text]) } else { Draft::of(&[text], &[]) };
        if let Ok(book) = Rulebook::of(draft) {
            let _ = book.ruleset(&caller(), "postgres", Date::parse("2027-01-01").unwrap());
            let selection = book.select(&caller(), "postgres", Date::parse("2028-01-01").unwrap());
            prop_assert!(!book.in_force(&selection).is_empty());
        }
    }
}
