//! Who can reach the engine without being judged.

use super::{Protection, listed};
use crate::audit::machine::{AccessFacts, DirectoryFacts, Machine, WayKind};
use crate::request::{Check, Fact};

const WRITE_BY_OTHERS: u32 = 0o002;
const WRITE_BY_GROUP: u32 = 0o020;
const PASS_BY_OTHERS: u32 = 0o001;
const PASS_BY_GROUP: u32 = 0o010;

/// The port on which engines are reached without TLS.
const IN_THE_CLEAR: &str = ":2375";

/// Who besides root can open a socket.
#[derive(Debug, PartialEq, Eq)]
enum Openers {
    Everybody,
    /// By name.
    These(Vec<String>),
}

impl Openers {
    fn of(access: &AccessFacts) -> Self {
        let passes = |directory: &DirectoryFacts| directory.mode & PASS_BY_OTHERS != 0;
        let group_passes = |directory: &DirectoryFacts| {
            let own = directory.gid == access.group.id && directory.mode & PASS_BY_GROUP != 0;
            own || passes(directory)
        };
        if access.mode & WRITE_BY_OTHERS != 0 && access.parents.iter().all(passes) {
            return Self::Everybody;
        }
        let mut names = Vec::new();
        if access.owner.id != 0 {
            names.push(access.owner.shown());
        }
        if access.mode & WRITE_BY_GROUP != 0 && access.parents.iter().all(group_passes) {
            names.extend(access.members.iter().filter(|name| *name != "root").cloned());
        }
        names.extend(access.listed.iter().cloned());
        names.dedup();
        Self::These(names)
    }
}

/// What sdocker is on this machine, in a word and in a line.
pub(super) fn protection(machine: &Machine) -> (Protection, String) {
    let (protection, says) = reasoned(machine);
    let word = match protection {
        Protection::Boundary => "boundary",
        Protection::Guard => "guard, no boundary",
        Protection::Nothing => "no protection",
        Protection::Unknown => "guard or boundary, that cannot be told",
    };
    (protection, format!("{word}: {says}"))
}

fn reasoned(machine: &Machine) -> (Protection, String) {
    if let WayKind::Plain { .. } = machine.way.kind {
        return (Protection::Nothing, "the engine is open to whoever reaches its port".to_owned());
    }
    let ports = machine.listeners.known().cloned().unwrap_or_default();
    if let Some(port) = ports.iter().find(|port| port.ends_with(IN_THE_CLEAR)) {
        return (Protection::Nothing, format!("somebody listens on {port}, where engines are reached in the clear"));
    }
    let access = match &machine.socket {
        Fact::Known(access) => access,
        Fact::NotAsked => {
            return (Protection::Unknown, "who else reaches the engine is decided on its machine".to_owned());
        }
        Fact::Unknown(why) => return (Protection::Unknown, why.clone()),
    };
    let openers = Openers::of(access);
    let as_root = if is_rootless(machine) { "has the rights of the engine's user" } else { "is root with it" };
    match openers {
        Openers::Everybody => (Protection::Nothing, format!("every user can open the engine's socket and {as_root}")),
        Openers::These(names) if names.is_empty() && (machine.caller.uid == 0 || !access.openable) => (
            Protection::Boundary,
            "only root can open the engine's socket; others have a gateway, or nothing".to_owned(),
        ),
        Openers::These(names) => {
            let who = if names.is_empty() { "you".to_owned() } else { listed(&names) };
            (Protection::Guard, format!("besides root, {who} can open the engine's socket; who can {as_root}"))
        }
    }
}

/// The engine has no more rights than the user whom it belongs to.
fn is_rootless(machine: &Machine) -> bool {
    let info = machine.engine.known().and_then(|engine| engine.info.known());
    info.is_ok_and(|info| info.security_options.iter().any(|option| option == "name=rootless"))
}

pub(super) fn checks(machine: &Machine) -> Vec<Check> {
    vec![socket(machine), group(machine), tcp(machine)]
}

fn socket(machine: &Machine) -> Check {
    let access = match &machine.socket {
        Fact::Known(access) => access,
        Fact::NotAsked => return Check::info("socket", "the engine is not reached through a socket of this machine"),
        Fact::Unknown(why) => return Check::unknown("socket", why),
    };
    let AccessFacts { path, owner, group, mode, served_by, .. } = access;
    let server = served_by.as_ref().map(|program| format!(", served by {program}")).unwrap_or_default();
    let (path, owner, group) = (path.display(), owner.shown(), group.shown());
    let place = format!("{path} ({owner}:{group}, mode {:04o}{server})", mode & 0o7777);
    let close = format!("chown root:root {path} && chmod 600 {path}, and give people a socket of `sdocker gateway`");
    let openers = Openers::of(access);
    let own = Openers::These(vec![owner]);
    match (protection(machine).0, openers) {
        (_, Openers::Everybody) => {
            Check::fail("socket", format!("no protection: everybody can open {place}")).help(close)
        }
        (Protection::Boundary, _) => Check::ok("socket", format!("boundary: only root can open {place}")),
        (_, openers) if is_rootless(machine) && openers == own => {
            Check::info("socket", format!("guard, no boundary: the engine is its user's own: {place}"))
        }
        (_, Openers::These(names)) => {
            let who = if names.is_empty() { "you".to_owned() } else { listed(&names) };
            let says = format!("guard, no boundary: besides root, {who} can open {place}");
            // A policy that was laid for everybody is meant to bind them.
            let check = if machine.install.machine_policy { Check::fail } else { Check::warn };
            check("socket", says).help(close)
        }
    }
}

fn group(machine: &Machine) -> Check {
    match &machine.docker_group {
        Fact::Known(None) => Check::ok("docker-group", "there is no group `docker`"),
        Fact::Known(Some(members)) if members.is_empty() => {
            Check::ok("docker-group", "the group `docker` has no members")
        }
        Fact::Known(Some(members)) => {
            let says =
                format!("in the group `docker`, which is root where the engine's socket is its: {}", listed(members));
            Check::warn("docker-group", says)
                .help("take people out (`gpasswd -d NAME docker`), and give them a socket of `sdocker gateway`")
        }
        Fact::Unknown(why) => Check::unknown("docker-group", why),
        Fact::NotAsked => Check::info("docker-group", "the engine is on another machine"),
    }
}

fn tcp(machine: &Machine) -> Check {
    let told: Vec<String> = machine.daemon.known().map(super::daemon::open_hosts).unwrap_or_default();
    if !told.is_empty() {
        let says =
            format!("the daemon listens without client certificates on {}: root for whoever reaches it", listed(&told));
        return Check::fail("tcp", says).help("take it out of `hosts` or the unit, or set `tlsverify` with a CA");
    }
    match &machine.listeners {
        Fact::Known(open) if open.is_empty() => Check::ok("tcp", "nobody listens on an engine's ports"),
        Fact::Known(open) => Check::warn("tcp", format!("somebody listens on {}", listed(open)))
            .help("see with `ss -ltnp` whether it is the engine, and whether it asks for client certificates"),
        Fact::Unknown(why) => Check::unknown("tcp", why),
        Fact::NotAsked => Check::info("tcp", "the engine is on another machine"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{machine, status_of};
    use super::*;
    use crate::audit::machine::{EngineFacts, InfoFacts, Named};
    use crate::request::Status;

    fn directory(uid: u32, gid: u32, mode: u32) -> DirectoryFacts {
        DirectoryFacts { uid, gid, mode, ..DirectoryFacts::default() }
    }

    fn access(uid: u32, gid: u32, mode: u32, parents: &[DirectoryFacts]) -> AccessFacts {
        let named = |id, name: &str| Named { id, name: Some(name.to_owned()) };
        AccessFacts {
            path: "/run/docker.sock".into(),
            owner: named(uid, if uid == 0 { "root" } else { "olga" }),
            group: named(gid, "docker"),
            members: vec!["root".to_owned(), "alice".to_owned(), "bob".to_owned()],
            mode,
            parents: parents.to_vec(),
            ..AccessFacts::default()
        }
    }

    fn names(access: &AccessFacts) -> String {
        match Openers::of(access) {
            Openers::Everybody => "everybody".to_owned(),
            Openers::These(names) => names.join(" "),
        }
    }

    #[test]
    fn modes_and_parents_say_who_can_open_a_socket() {
        let open = [directory(0, 0, 0o755)];
        for (access, expected) in [
            (access(0, 0, 0o600, &open), ""),
            (access(0, 5, 0o660, &open), "alice bob"),
            (access(0, 5, 0o640, &open), ""),
            (access(0, 5, 0o666, &open), "everybody"),
            (access(0, 5, 0o666, &[directory(0, 0, 0o755), directory(0, 0, 0o700)]), ""),
            (access(0, 5, 0o666, &[directory(0, 5, 0o750)]), "alice bob"),
            (access(0, 5, 0o660, &[directory(0, 6, 0o750)]), ""),
            (access(1000, 5, 0o600, &[directory(1000, 5, 0o700)]), "olga"),
            (AccessFacts { listed: vec!["carol".to_owned()], ..access(0, 0, 0o600, &open) }, "carol"),
        ] {
            assert_eq!(names(&access), expected, "{access:?}");
        }
    }

    fn judged(change: impl FnOnce(&mut Machine)) -> (Protection, Status) {
        let mut machine = machine();
        change(&mut machine);
        (protection(&machine).0, status_of(&checks(&machine), "socket"))
    }

    #[test]
    fn one_word_says_what_the_installation_is() {
        let socket = |access| move |machine: &mut Machine| machine.socket = Fact::Known(access);
        let open = [directory(0, 0, 0o755)];
        assert_eq!(judged(socket(access(0, 0, 0o600, &open))), (Protection::Boundary, Status::Ok));
        let shared = access(0, 5, 0o660, &open);
        assert_eq!(judged(socket(shared.clone())), (Protection::Guard, Status::Warn));
        assert_eq!(judged(socket(access(0, 5, 0o666, &open))), (Protection::Nothing, Status::Fail));
        let bound = judged(|machine| {
            machine.socket = Fact::Known(shared);
            machine.install.machine_policy = true;
        });
        assert_eq!(bound, (Protection::Guard, Status::Fail));
        let rootless = judged(|machine| {
            machine.socket = Fact::Known(access(1000, 1000, 0o600, &[]));
            let info = InfoFacts { security_options: vec!["name=rootless".to_owned()], ..InfoFacts::default() };
            machine.engine = Fact::Known(EngineFacts { info: Fact::Known(info), ..EngineFacts::default() });
        });
        assert_eq!(rootless, (Protection::Guard, Status::Info));
        let odd = AccessFacts { openable: true, ..access(0, 0, 0o600, &[]) };
        assert_eq!(judged(socket(odd)), (Protection::Guard, Status::Warn), "the caller can, whatever the modes say");
        assert_eq!(
            judged(|machine| machine.socket = Fact::Unknown("x".into())),
            (Protection::Unknown, Status::Unknown)
        );
        assert_eq!(judged(|machine| machine.way.kind = WayKind::Plain { local: true }).0, Protection::Nothing);
    }

    #[test]
    fn groups_and_ports_are_named() {
        let mut machine = machine();
        machine.docker_group = Fact::Known(Some(vec!["alice".to_owned(), "bob".to_owned()]));
        machine.listeners = Fact::Known(vec!["0.0.0.0:2375".to_owned()]);
        let all = checks(&machine);
        assert_eq!((status_of(&all, "docker-group"), status_of(&all, "tcp")), (Status::Warn, Status::Warn));
        assert!(all.iter().any(|check| check.says.ends_with("alice and bob")), "{all:?}");
        assert_eq!(protection(&machine).0, Protection::Nothing);
    }
}
