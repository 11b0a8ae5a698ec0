//! `sdocker check` asks the engine what a run would ask, and leaves nothing behind.

use crate::sandbox::Sandbox;

#[test]
fn a_line_is_judged_as_its_run_and_nothing_is_created() {
    let (sandbox, relay) = Sandbox::watched();
    let name = sandbox.name();
    let line = format!("--name {name} --restart always -m 64g busybox true");
    let checked = sandbox.sdocker(&format!("check --format json -- create {line}")).exits(10);
    let object: serde_json::Value = serde_json::from_str(&checked.text()).unwrap();
    assert_eq!(object["verdict"], "approved");
    let asked = relay.requests();
    assert!(asked.iter().all(|asked| asked.starts_with("GET ") || asked.starts_with("HEAD ")), "{asked:?}");
    assert!(!name.exists());

    sandbox.sdocker(&format!("create {line}")).exits(0);
    for (pointer, member) in [
        ("/HostConfig/Memory", "/HostConfig/Memory"),
        ("/HostConfig/NanoCpus", "/HostConfig/NanoCpus"),
        ("/HostConfig/RestartPolicy/Name", "/HostConfig/RestartPolicy/Name"),
        ("/User", "/Config/User"),
    ] {
        assert_eq!(object["body"].pointer(pointer).unwrap(), &name.value(member), "{pointer}");
    }
}

#[test]
fn fills_and_changes_are_told_one_a_line() {
    let sandbox = Sandbox::new();
    let told = sandbox.sdocker("check -- run -m 64g busybox").exits(10).text();
    for start in ["changed[memory]: ", "filled[user]: --user ", "filled[cpus]: --cpus 1 (built-in:baseline:"] {
        assert!(told.lines().any(|line| line.starts_with(start)), "{start}\n{told}");
    }
    assert!(told.ends_with("verdict: approved"), "{told}");
    sandbox.sdocker("check -- run busybox").exits(0).quiet();
}

#[test]
fn an_image_that_is_not_there_is_not_pulled() {
    let (sandbox, relay) = Sandbox::watched();
    let told = sandbox.sdocker("check -- run busybox:no-such-tag").exits(10).text();
    assert!(
        told.contains("open[user]: the image's user could not be learned: the engine does not have it yet"),
        "{told}"
    );
    assert!(told.ends_with("verdict: undecided"), "{told}");
    assert!(relay.requests().iter().all(|asked| !asked.contains("/images/create")), "{:?}", relay.requests());
}

#[test]
fn a_user_by_name_is_read_by_a_probe_that_is_removed() {
    let (sandbox, relay) = Sandbox::watched();
    sandbox.sdocker("check -- run -u app busybox").exits(0).quiet();
    let made = relay.requests().iter().filter(|asked| asked.contains("/containers/create")).count();
    let removed = relay.requests().iter().filter(|asked| asked.starts_with("DELETE ")).count();
    assert!(made <= 1 && made == removed, "{:?}", relay.requests());
    assert!(relay.requests().iter().all(|asked| !asked.contains("/start")), "{:?}", relay.requests());
}
