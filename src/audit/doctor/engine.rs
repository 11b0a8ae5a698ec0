//! The engine: whether it is reached, how, what it can limit, and what stands between a container and the host.

use crate::audit::machine::{EngineFacts, InfoFacts, Machine, WayKind};
use crate::request::{Check, Fact};

/// Why so much is not known.
pub(super) const NO_ENGINE: &str = "the engine is not reached";

/// The oldest engine API that Docker itself still serves by default.
const OLDEST_SERVED_API: u16 = 24;

pub(super) fn checks(machine: &Machine) -> Vec<Check> {
    let mut all = vec![reached(machine), way(machine)];
    match &machine.engine {
        Fact::Known(engine) => {
            all.extend([api(engine), parts(engine)]);
            match engine.info.known() {
                Ok(info) => all.extend(of_info(info)),
                Err(why) => all.extend(IDS_OF_INFO.map(|id| Check::unknown(id, &why))),
            }
        }
        Fact::Unknown(_) | Fact::NotAsked => {
            all.extend(["api", "parts"].into_iter().chain(IDS_OF_INFO).map(|id| Check::unknown(id, NO_ENGINE)));
        }
    }
    all
}

fn reached(machine: &Machine) -> Check {
    let address = &machine.way.address;
    match machine.engine.known() {
        Ok(EngineFacts { product, version, .. }) => {
            Check::ok("engine", format!("reached at {address}: {product} {version}"))
        }
        Err(why) => {
            let closed = machine.socket.known().is_ok_and(|access| !access.openable);
            let help = match closed {
                true => "its socket is closed to you: ask whoever looks after this machine for a gateway's",
                false => "start it, or name another one with DOCKER_HOST or a docker context",
            };
            Check::fail("engine", format!("not reached at {address}: {why}")).help(help)
        }
    }
}

/// Whether anybody in between can read or change what is asked.
fn way(machine: &Machine) -> Check {
    let address = &machine.way.address;
    match machine.way.kind {
        WayKind::Socket => Check::ok("endpoint", format!("{address} is a socket of this machine")),
        WayKind::Gateway => Check::ok("endpoint", format!("{address} is a gateway's: whoever opens it is judged")),
        WayKind::Tls => Check::ok("endpoint", format!("{address} is reached with TLS")),
        WayKind::Ssh => Check::ok("endpoint", format!("{address} is reached with ssh")),
        WayKind::Plain { local: true } => {
            Check::fail("endpoint", format!("{address} is open to every user and program of this machine"))
                .help("let the engine listen on a unix socket only")
        }
        WayKind::Plain { local: false } => {
            Check::fail("endpoint", format!("{address} is reached in the clear, and open to whoever reaches that port"))
                .help("use ssh, or TLS with client certificates")
        }
    }
}

fn api(engine: &EngineFacts) -> Check {
    let EngineFacts { api, oldest_api, spoken_api, .. } = engine;
    let says = format!("API {spoken_api} is spoken; the engine has {oldest_api} to {api}");
    let oldest = oldest_api.strip_prefix("1.").and_then(|minor| minor.parse::<u16>().ok());
    if oldest.is_some_and(|minor| minor < OLDEST_SERVED_API) {
        return Check::info("api", says);
    }
    Check::ok("api", says)
}

fn parts(engine: &EngineFacts) -> Check {
    let part = |(name, version): &(String, String)| format!("{name} {}", version.lines().next().unwrap_or_default());
    let parts: Vec<String> = engine.components.iter().map(part).collect();
    Check::info("parts", format!("kernel {}, {}", engine.kernel, parts.join(", ")))
}

const IDS_OF_INFO: [&str; 13] = [
    "root-inside",
    "limits",
    "seccomp",
    "apparmor",
    "no-new-privileges",
    "log-driver",
    "live-restore",
    "debug",
    "experimental",
    "insecure-registries",
    "authorization",
    "swarm",
    "engine-warnings",
];

fn of_info(info: &InfoFacts) -> Vec<Check> {
    let has = |wanted: &str| info.security_options.iter().any(|option| option.split(',').any(|part| part == wanted));
    vec![
        root_inside(&has),
        limits(info),
        seccomp(info),
        match has("name=apparmor") || has("name=selinux") {
            true => Check::ok("apparmor", "AppArmor or SELinux confines containers"),
            false => Check::info("apparmor", "neither AppArmor nor SELinux confines containers"),
        },
        match has("name=no-new-privileges") {
            true => Check::ok("no-new-privileges", "on for every container"),
            false => Check::info("no-new-privileges", "off by default; only what sdocker judges has it")
                .help("set `\"no-new-privileges\": true` in daemon.json"),
        },
        log_driver(info),
        match info.live_restore {
            true => Check::ok("live-restore", "containers outlive a restart of the daemon"),
            false => Check::info("live-restore", "containers end with the daemon, so its updates get put off")
                .help("set `\"live-restore\": true` in daemon.json"),
        },
        match info.debug {
            true => Check::warn("debug", "the daemon logs whole requests, with the secrets in them")
                .help("set `\"debug\": false` in daemon.json"),
            false => Check::ok("debug", "off"),
        },
        match info.experimental {
            true => Check::info("experimental", "experimental features are on"),
            false => Check::ok("experimental", "off"),
        },
        match info.insecure_registries.as_slice() {
            [] => Check::ok("insecure-registries", "none but this machine's own"),
            some => {
                Check::warn("insecure-registries", format!("images are taken without TLS from {}", super::listed(some)))
                    .help("give these registries certificates, and take them out of daemon.json")
            }
        },
        match info.authorization.as_slice() {
            [] => Check::info("authorization", "no authorization plugin"),
            some => {
                Check::info("authorization", format!("the plugin {} judges every request too", super::listed(some)))
            }
        },
        match info.swarm {
            true => {
                Check::info("swarm", "the engine is in a swarm: managers start containers here that sdocker never sees")
            }
            false => Check::ok("swarm", "not in one"),
        },
        match info.warnings.as_slice() {
            [] => Check::ok("engine-warnings", "none"),
            some => Check::warn("engine-warnings", some.join("; ")),
        },
    ]
}

/// What root in a container is outside of it.
fn root_inside(has: &impl Fn(&str) -> bool) -> Check {
    match () {
        () if has("name=rootless") => {
            Check::ok("root-inside", "rootless: root in a container is the engine's own user")
        }
        () if has("name=userns") => {
            Check::ok("root-inside", "userns-remap: root in a container is nobody on this machine")
        }
        () => Check::warn("root-inside", "root in a container is root on the engine's machine, should it get out")
            .help("set `\"userns-remap\": \"default\"` in daemon.json, or run the engine rootless"),
    }
}

fn limits(info: &InfoFacts) -> Check {
    let version = info.cgroup_version;
    match info.unlimited.as_slice() {
        [] => Check::ok("limits", format!("cgroup v{version}; CPU, memory, swap and processes can be limited")),
        some => {
            let names: Vec<String> = some.iter().map(|name| (*name).to_owned()).collect();
            let names = super::listed(&names);
            Check::warn(
                "limits",
                format!("cgroup v{version}; {names} cannot be limited, so rules about them have no effect"),
            )
            .help("use cgroup v2, or let the kernel account for it (`swapaccount=1`)")
        }
    }
}

fn seccomp(info: &InfoFacts) -> Check {
    let option = info.security_options.iter().find_map(|option| option.strip_prefix("name=seccomp"));
    match option.map(|rest| rest.trim_start_matches(",profile=")) {
        None => {
            Check::fail("seccomp", "the engine filters no system calls").help("use a kernel and an engine with seccomp")
        }
        Some("unconfined") => {
            Check::fail("seccomp", "the engine's default profile is `unconfined`: no system call is filtered")
                .help("take `seccomp-profile` out of daemon.json")
        }
        Some("" | "default" | "builtin") => Check::ok("seccomp", "the engine's default profile"),
        Some(other) => Check::info("seccomp", format!("a profile of this machine's own: {other}")),
    }
}

fn log_driver(info: &InfoFacts) -> Check {
    match info.log_driver.as_str() {
        "none" => Check::warn("log-driver", "what containers say is lost")
            .help("set `\"log-driver\": \"local\"` in daemon.json"),
        "" => Check::info("log-driver", "the engine does not name one"),
        driver => Check::info("log-driver", driver),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{engine, machine, status_of};
    use super::*;
    use crate::request::Status;

    fn with_info(change: impl FnOnce(&mut InfoFacts)) -> Machine {
        let mut facts = engine();
        if let Fact::Known(info) = &mut facts.info {
            change(info);
        }
        Machine { engine: Fact::Known(facts), ..machine() }
    }

    fn status(id: &str, change: impl FnOnce(&mut InfoFacts)) -> Status {
        status_of(&checks(&with_info(change)), id)
    }

    #[test]
    fn an_engine_that_is_not_there_leaves_everything_unknown() {
        let machine = Machine { engine: Fact::Unknown("gone".to_owned()), ..machine() };
        let all = checks(&machine);
        assert_eq!(status_of(&all, "engine"), Status::Fail);
        for id in IDS_OF_INFO {
            assert_eq!(status_of(&all, id), Status::Unknown, "{id}");
        }
    }

    #[test]
    fn what_info_says_has_the_names_that_are_unknown_without_it() {
        let ids: Vec<_> = of_info(&InfoFacts::default()).iter().map(|check| check.id).collect();
        assert_eq!(ids, IDS_OF_INFO);
    }

    #[test]
    fn a_way_in_the_clear_fails() {
        for (kind, expected) in [
            (WayKind::Socket, Status::Ok),
            (WayKind::Gateway, Status::Ok),
            (WayKind::Tls, Status::Ok),
            (WayKind::Ssh, Status::Ok),
            (WayKind::Plain { local: true }, Status::Fail),
            (WayKind::Plain { local: false }, Status::Fail),
        ] {
            let mut machine = machine();
            machine.way.kind = kind;
            assert_eq!(status_of(&checks(&machine), "endpoint"), expected, "{kind:?}");
        }
    }

    #[test]
    fn each_setting_is_judged() {
        let options = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let of_options = |id: &str, text: &str| status(id, |info| info.security_options = options(text));
        assert_eq!(of_options("root-inside", "name=seccomp,profile=default"), Status::Warn);
        assert_eq!(of_options("root-inside", "name=userns"), Status::Ok);
        assert_eq!(of_options("root-inside", "name=rootless"), Status::Ok);
        assert_eq!(of_options("seccomp", "name=seccomp,profile=default"), Status::Ok);
        assert_eq!(of_options("seccomp", "name=seccomp,profile=unconfined"), Status::Fail);
        assert_eq!(of_options("seccomp", "name=seccomp,profile=/etc/p.json"), Status::Info);
        assert_eq!(of_options("seccomp", "name=apparmor"), Status::Fail);
        assert_eq!(of_options("apparmor", "name=apparmor"), Status::Ok);
        assert_eq!(of_options("no-new-privileges", "name=no-new-privileges"), Status::Ok);
        assert_eq!(status("limits", |_| {}), Status::Ok);
        assert_eq!(status("limits", |info| info.unlimited = vec!["swap"]), Status::Warn);
        assert_eq!(status("log-driver", |info| info.log_driver = "none".to_owned()), Status::Warn);
        assert_eq!(status("debug", |info| info.debug = true), Status::Warn);
        assert_eq!(
            status("insecure-registries", |info| info.insecure_registries = vec!["r:5000".to_owned()]),
            Status::Warn
        );
        assert_eq!(status("engine-warnings", |info| info.warnings = vec!["x".to_owned()]), Status::Warn);
        assert_eq!(status("swarm", |info| info.swarm = true), Status::Info);
    }
}
