//! How the daemon was started, and its files.

use serde_json::Value;

use super::listed;
use crate::audit::machine::{DaemonFacts, DirectoryFacts, EngineFacts, FileFacts, Machine};
use crate::request::{Check, Fact};

/// Of a unix socket and of one that systemd hands over, nobody speaks over a network.
const LOCAL_SCHEMES: [&str; 3] = ["unix://", "fd://", "npipe://"];

pub(super) fn checks(machine: &Machine) -> Vec<Check> {
    let mut all = vec![icc(machine)];
    match &machine.daemon {
        Fact::Known(daemon) => all.extend(of_settings(daemon)),
        Fact::Unknown(why) => all.extend(IDS_OF_SETTINGS.map(|id| Check::unknown(id, why))),
        Fact::NotAsked => {}
    }
    all.extend([files(machine), data_root(machine), audit_rules(machine)]);
    all
}

/// Whether containers on the default network reach each other.
fn icc(machine: &Machine) -> Check {
    let help = "set `\"icc\": false` in daemon.json, and a network of its own for containers that belong together";
    let engine = machine.engine.known().map_err(|_| super::engine::NO_ENGINE.to_owned());
    match engine
        .and_then(|EngineFacts { bridge, .. }| bridge.known())
        .map(|options| options.get("com.docker.network.bridge.enable_icc").cloned())
    {
        Ok(Some(on)) if on == "false" => Check::ok("icc", "containers on the default network do not reach each other"),
        Ok(Some(_)) => Check::warn("icc", "all containers on the default network reach each other's ports").help(help),
        Ok(None) => Check::info("icc", "the engine has no default network of Docker's"),
        Err(why) => Check::unknown("icc", why),
    }
}

const IDS_OF_SETTINGS: [&str; 3] = ["iptables", "userland-proxy", "default-ulimits"];

fn of_settings(daemon: &DaemonFacts) -> [Check; 3] {
    let off = |name: &str| daemon.setting(name) == Some(Value::Bool(false));
    [
        match off("iptables") {
            true => Check::warn(
                "iptables",
                "the daemon sets no firewall rules: published ports and networks are not kept apart",
            )
            .help("take `iptables` out of daemon.json"),
            false => Check::ok("iptables", "the daemon keeps networks apart"),
        },
        match off("userland-proxy") {
            true => Check::ok("userland-proxy", "off: the kernel hands published ports on"),
            false => Check::info("userland-proxy", "on: a program as root hands published ports on"),
        },
        match daemon.setting("default-ulimits").or_else(|| daemon.setting("default-ulimit")) {
            Some(_) => Check::ok("default-ulimits", "set for every container"),
            None => Check::info("default-ulimits", "none; only what sdocker judges has limits")
                .help("set `default-ulimits` in daemon.json"),
        },
    ]
}

impl DaemonFacts {
    /// A setting: from the command line, else from the file. The values of a flag that is repeated are a list.
    pub(super) fn setting(&self, name: &str) -> Option<Value> {
        let long = format!("--{name}");
        let mut found = Vec::new();
        let mut words = self.flags.iter().peekable();
        while let Some(word) = words.next() {
            let is_host = name == "host" && word.starts_with("-H");
            match word.strip_prefix(&long).or_else(|| word.strip_prefix("-H").filter(|_| is_host)) {
                Some("") => found.push(words.next_if(|next| !next.starts_with('-')).map_or("true", String::as_str)),
                Some(value) if value.starts_with('=') || is_host => found.push(value.trim_start_matches('=')),
                _ => {}
            }
        }
        match found.as_slice() {
            [] => self.settings.get(name).cloned(),
            [one] => Some(one.parse().map_or_else(|_| Value::from(*one), Value::Bool)),
            many => Some(many.iter().map(|value| Value::from(*value)).collect()),
        }
    }

    fn is_on(&self, name: &str) -> bool {
        self.setting(name) == Some(Value::Bool(true))
    }
}

/// Addresses on which whoever connects is taken for root.
pub(super) fn open_hosts(daemon: &DaemonFacts) -> Vec<String> {
    if daemon.is_on("tlsverify") {
        return Vec::new();
    }
    let texts = |value: Value| match value {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let hosts = daemon.setting("host").or_else(|| daemon.setting("hosts")).map(texts).unwrap_or_default();
    hosts.into_iter().filter(|host| !LOCAL_SCHEMES.iter().any(|scheme| host.starts_with(scheme))).collect()
}

/// Who could change how the daemon is started, or take its key.
fn files(machine: &Machine) -> Check {
    let (mut wrong, mut seen, mut unseen) = (Vec::new(), Vec::new(), Vec::new());
    for (path, fact) in &machine.files {
        let name = path.display().to_string();
        match fact {
            Fact::Known(FileFacts { uid, mode }) => {
                let is_key = name.ends_with("key.json");
                match () {
                    () if *uid != 0 => wrong.push(format!("{name} belongs to uid {uid}")),
                    () if mode & 0o022 != 0 => wrong.push(format!("{name} is writable by others than root")),
                    () if is_key && mode & 0o044 != 0 => wrong.push(format!("{name} is readable by others than root")),
                    () => seen.push(name),
                }
            }
            Fact::Unknown(why) => unseen.push(format!("{name}: {why}")),
            Fact::NotAsked => {}
        }
    }
    match (wrong.as_slice(), seen.as_slice(), unseen.as_slice()) {
        ([], [], []) => Check::info("daemon-files", "the daemon has no files of its own here"),
        ([], _, [first, ..]) => Check::unknown("daemon-files", first),
        ([], seen, []) => Check::ok("daemon-files", format!("only root can change {}", listed(seen))),
        (wrong, ..) => Check::fail("daemon-files", listed(wrong)).help("chown root and chmod go-w what is named"),
    }
}

fn data_root(machine: &Machine) -> Check {
    let DirectoryFacts { path, uid, mode, apart, .. } = match &machine.data_root {
        Fact::Known(directory) => directory,
        Fact::Unknown(why) => return Check::unknown("data-root", why),
        Fact::NotAsked => return Check::info("data-root", "the engine is on another machine"),
    };
    let place = format!("{} (mode {:04o})", path.display(), mode & 0o7777);
    let partition = if *apart { "on a file system of its own" } else { "on the same file system as what is around it" };
    if mode & 0o007 != 0 {
        let says = format!("{place} lets every user in, to setuid programs of images (CVE-2021-41091)");
        return Check::fail("data-root", says).help(format!("chmod 710 {}, and update the engine", path.display()));
    }
    if *uid != 0 && *uid != machine.caller.uid {
        return Check::warn("data-root", format!("{place} belongs to uid {uid}"));
    }
    Check::ok("data-root", format!("{place} keeps others out; it is {partition}"))
}

fn audit_rules(machine: &Machine) -> Check {
    match machine.data_root {
        Fact::NotAsked => Check::info("audit-rules", "the engine is on another machine"),
        _ => Check::unknown("audit-rules", "the kernel shows them to root's `auditctl` alone")
            .help("`auditctl -l | grep docker`, as root, shows whether changes of docker's files are recorded"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{engine, machine, status_of};
    use super::*;
    use crate::request::Status;

    fn daemon(flags: &str, settings: &str) -> DaemonFacts {
        let flags = flags.split_whitespace().map(str::to_owned).collect();
        DaemonFacts { flags, settings: serde_json::from_str(settings).unwrap() }
    }

    #[test]
    fn flags_come_before_the_file() {
        let started = daemon("--icc=false --debug --default-ulimit nofile=1:1", r#"{"icc": true, "iptables": false}"#);
        assert_eq!(started.setting("icc"), Some(Value::Bool(false)));
        assert_eq!(started.setting("debug"), Some(Value::Bool(true)));
        assert_eq!(started.setting("iptables"), Some(Value::Bool(false)));
        assert_eq!(started.setting("default-ulimit"), Some("nofile=1:1".into()));
        assert_eq!(started.setting("ip"), None);
    }

    #[test]
    fn open_hosts_are_found_however_they_are_written() {
        for (flags, settings, expected) in [
            ("", "{}", ""),
            ("-H fd:// --containerd=/run/c", "{}", ""),
            ("-H fd:// -H tcp://0.0.0.0:2375", "{}", "tcp://0.0.0.0:2375"),
            ("--host=tcp://:2375", "{}", "tcp://:2375"),
            ("-H=:2375", "{}", ":2375"),
            ("-Htcp://a:1 --tls", "{}", "tcp://a:1"),
            ("-H tcp://a:1 --tlsverify", "{}", ""),
            ("", r#"{"hosts": ["unix:///s", "tcp://a:1"]}"#, "tcp://a:1"),
            ("", r#"{"hosts": ["tcp://a:1"], "tlsverify": true}"#, ""),
        ] {
            assert_eq!(open_hosts(&daemon(flags, settings)).join(" "), expected, "{flags} {settings}");
        }
    }

    fn status(id: &str, change: impl FnOnce(&mut Machine)) -> Status {
        let mut machine = machine();
        change(&mut machine);
        status_of(&checks(&machine), id)
    }

    #[test]
    fn each_setting_is_judged() {
        let with =
            |settings: &'static str| move |machine: &mut Machine| machine.daemon = Fact::Known(daemon("", settings));
        assert_eq!(status("iptables", with("{}")), Status::Ok);
        assert_eq!(status("iptables", with(r#"{"iptables": false}"#)), Status::Warn);
        assert_eq!(status("userland-proxy", with(r#"{"userland-proxy": false}"#)), Status::Ok);
        assert_eq!(status("default-ulimits", with(r#"{"default-ulimits": {}}"#)), Status::Ok);
        assert_eq!(status("default-ulimits", |machine| machine.daemon = Fact::Unknown("x".into())), Status::Unknown);
        let icc = |on: &'static str| {
            move |machine: &mut Machine| {
                let bridge = [("com.docker.network.bridge.enable_icc".to_owned(), on.to_owned())].into();
                machine.engine = Fact::Known(EngineFacts { bridge: Fact::Known(bridge), ..engine() });
            }
        };
        assert_eq!((status("icc", icc("true")), status("icc", icc("false"))), (Status::Warn, Status::Ok));
    }

    #[test]
    fn files_of_the_daemon_are_roots_alone() {
        let file = |name: &'static str, uid, mode| {
            move |machine: &mut Machine| machine.files = vec![(name.into(), Fact::Known(FileFacts { uid, mode }))]
        };
        assert_eq!(status("daemon-files", file("daemon.json", 0, 0o644)), Status::Ok);
        assert_eq!(status("daemon-files", file("daemon.json", 0, 0o664)), Status::Fail);
        assert_eq!(status("daemon-files", file("daemon.json", 7, 0o644)), Status::Fail);
        assert_eq!(status("daemon-files", file("key.json", 0, 0o644)), Status::Fail);
        assert_eq!(status("daemon-files", file("key.json", 0, 0o600)), Status::Ok);
        let hidden = |machine: &mut Machine| machine.files = vec![("x".into(), Fact::Unknown("no".into()))];
        assert_eq!(status("daemon-files", hidden), Status::Unknown);
    }

    #[test]
    fn others_do_not_get_into_the_data_root() {
        let mode = |mode| {
            move |machine: &mut Machine| {
                machine.data_root =
                    Fact::Known(DirectoryFacts { path: "/d".into(), mode, ..DirectoryFacts::default() });
            }
        };
        assert_eq!(status("data-root", mode(0o710)), Status::Ok);
        assert_eq!(status("data-root", mode(0o711)), Status::Fail);
        assert_eq!(status("audit-rules", mode(0o710)), Status::Unknown);
    }
}
