//! Laws of the judgement, held for generated command lines: what is approved stands on its own and is safe, whatever was
//! typed; and no text makes anything panic.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use sdocker::cli::{self, Inputs, Invocation, Proxies, Verb};
use sdocker::policy::{Policy, Source};
use sdocker::request::mounts::{MountSource, clean, mounts};
use sdocker::request::ports::{Published, published};
use sdocker::request::references::{container_name, endpoints};
use sdocker::request::wire::{ContainerCreate, HostConfig};
use sdocker::request::{
    BindFacts, BindKind, Caller, ContainerFacts, EngineInfo, Fact, Facts, ImageFacts, NetworkFacts, OWNER_LABEL,
    PasswdEntry, Request, UserTables, VolumeFacts, json,
};
use sdocker::rules::Ruleset;
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
    ("--group-add", &["0", "root", "2000", "staff"]),
    ("--pid", &["host", "", "container:own", "container:a11"]),
    ("--ipc", &["host", "private", "shareable", "container:bob"]),
    ("--device", &["/dev/sda"]),
    ("-w", &["/proc/self/fd/7", "/srv"]),
    ("-e", &["HOME=/x", "A=1"]),
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

fn rules(profile: &str) -> Ruleset {
    Ruleset::load(&Policy::built_in(profile).unwrap()).unwrap()
}

fn decide(profile: &str, request: Request, facts: &Facts) -> Option<Box<Approval>> {
    let (home, name) = (Some("/home/a".into()), Some("alice".to_owned()));
    let caller = Caller { groups: vec![2000], home, name, ..Caller::numbered(1000, 1000) };
    match judge(request, &rules(profile), &caller, facts) {
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
        ("group", host.group_add.iter().any(|g| g.parse::<u32>().map_or(true, |g| g == 0))),
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
        ("device", !host.devices.is_empty()),
        ("working directory", body.working_dir.starts_with("/proc")),
    ]
    .into_iter()
    .find_map(|(what, is_there)| is_there.then_some(what))
}

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
