//! For the tests of these checks: a machine on which all is well.

use crate::audit::machine::{
    AccessFacts, DaemonFacts, DirectoryFacts, EngineFacts, InfoFacts, InstallFacts, Machine, Named, PolicyFacts, Way,
    WayKind,
};
use crate::request::{Caller, Check, Fact, Status};

pub(super) fn engine() -> EngineFacts {
    let info = InfoFacts {
        security_options: ["name=seccomp,profile=default", "name=userns"].map(str::to_owned).into(),
        cgroup_version: 2,
        log_driver: "local".to_owned(),
        ..InfoFacts::default()
    };
    EngineFacts {
        product: "Engine".to_owned(),
        version: "28.5.2".to_owned(),
        api: "1.51".to_owned(),
        oldest_api: "1.24".to_owned(),
        spoken_api: "1.51".to_owned(),
        info: Fact::Known(info),
        bridge: Fact::Known([("com.docker.network.bridge.enable_icc".to_owned(), "false".to_owned())].into()),
        ..EngineFacts::default()
    }
}

pub(super) fn machine() -> Machine {
    let root = Named { id: 0, name: Some("root".to_owned()) };
    Machine {
        caller: Caller::numbered(1000, 1000),
        way: Way { address: "unix:///run/docker.sock".to_owned(), kind: WayKind::Socket },
        engine: Fact::Known(engine()),
        socket: Fact::Known(AccessFacts {
            path: "/run/docker.sock".into(),
            owner: root.clone(),
            group: root,
            mode: 0o600,
            ..AccessFacts::default()
        }),
        docker_group: Fact::Known(None),
        daemon: Fact::Known(DaemonFacts::default()),
        files: vec![],
        listeners: Fact::Known(vec![]),
        data_root: Fact::Known(DirectoryFacts { path: "/d".into(), mode: 0o710, ..DirectoryFacts::default() }),
        install: InstallFacts {
            policy: Ok(PolicyFacts::default()),
            machine_policy: false,
            docker: None,
            client: None,
            client_version: Fact::NotAsked,
            content_trust: false,
            journal: Fact::Known("/j".into()),
        },
    }
}

#[track_caller]
pub(super) fn status_of(checks: &[Check], id: &str) -> Status {
    checks.iter().find(|check| check.id == id).unwrap_or_else(|| panic!("there is no check `{id}`")).status
}

#[test]
fn nothing_is_held_against_a_machine_on_which_all_is_well() {
    let checkup = super::examine(&machine());
    assert_eq!(checkup.protection, super::Protection::Boundary);
    // Only root's own tool shows them.
    let rest: Vec<_> = checkup.checks.iter().filter(|check| check.id != "audit-rules").collect();
    assert!(rest.iter().all(|check| check.status <= Status::Info), "{rest:?}");
    let mut ids: Vec<_> = checkup.checks.iter().map(|check| check.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), checkup.checks.len(), "every id once");
}
