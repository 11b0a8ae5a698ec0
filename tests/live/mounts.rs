//! What a container gets of the host, on a real engine: where links lead, what can be written, who makes what is missing.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use serde_json::json;

use crate::sandbox::Sandbox;

/// The rule that judges paths.
const BINDS: &str = "binds";

/// A policy in which one directory may be written to and another one only read.
fn policy(sandbox: &Sandbox, written: &Path, read: &Path) -> String {
    let (written, read) = (written.display(), read.display());
    sandbox.policy(&format!(
        "extends = \"baseline\"\n[binds]\nallow = [{{ path = \"{written}\", mode = \"rw\" }}, \"{read}\"]\n"
    ))
}

#[test]
fn what_the_host_runs_on_is_refused() {
    let sandbox = Sandbox::new();
    for source in ["/", "/etc", "/boot", "/dev", "/proc", "/sys", "/run", "/lib/modules", "/var/lib/docker", "/home"] {
        sandbox.sdocker(&format!("run --rm -v {source}:/h:ro busybox true")).refused_by(BINDS);
        let mount = format!("type=bind,source={source},target=/h,readonly");
        sandbox.sdocker(&format!("run --rm --mount {mount} busybox true")).refused_by(BINDS);
    }
    sandbox.sdocker("run --rm -v /dev/null:/n busybox true").refused_by(BINDS).complains("is a device");
    sandbox.sdocker("run --rm -v /dev/fd/0:/n busybox true").refused_by(BINDS);
}

#[test]
fn a_link_is_judged_by_where_it_leads() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    for (link, target) in [("root", "/"), ("etc", "/etc"), ("socket", sandbox.engine.socket()), ("run", "/var/run")] {
        let link = shared.path().join(link);
        symlink(target, &link).unwrap();
        sandbox.sdocker(&format!("run --rm -v {}:/h:ro busybox true", link.display())).refused_by(BINDS);
    }
    let through = shared.path().join("root/etc");
    let refused = sandbox.sdocker(&format!("run --rm -v {}:/h:ro busybox true", through.display())).refused_by(BINDS);
    assert!(refused.stderr.contains("leads to /etc, which is outside"), "{}", refused.stderr);
}

#[test]
fn the_engine_is_told_where_a_link_leads() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    let inner = shared.path().canonicalize().unwrap().join("inner");
    fs::write(inner.join("file"), "hello").unwrap();
    let link = shared.path().join("link");
    symlink("inner", &link).unwrap();
    let (text, object) = (sandbox.name(), sandbox.name());
    let line = format!("run --name {text} -v {}:/x:ro busybox cat /x/file", link.display());
    sandbox.sdocker(&line).exits(0).says("hello").quiet();
    assert_eq!(text.value("/HostConfig/Binds"), json!([format!("{}:/x:ro", inner.display())]));
    let mount = format!("type=bind,src={},dst=/x,readonly", link.display());
    sandbox.sdocker(&format!("run --name {object} --mount {mount} busybox cat /x/file")).exits(0).says("hello").quiet();
    assert_eq!(object.value("/Mounts/0/Source"), json!(inner.display().to_string()));
}

#[test]
fn what_may_only_be_read_is_read_only_inside() {
    let sandbox = Sandbox::new();
    let (written, read) = (sandbox.shared_dir(), sandbox.shared_dir());
    let policy = policy(&sandbox, written.path(), read.path());
    let touch = "busybox sh -c 'touch /x/inner/new 2>&1; grep -c \" /x [^ ]* ro\" /proc/self/mounts'";
    let source = read.path().display();
    let changed = sandbox.sdocker(&format!("{policy} run --rm -v {source}:/x {touch}")).exits(0);
    assert_eq!(changed.text(), "touch: /x/inner/new: Read-only file system\n1");
    assert!(
        changed.stderr.starts_with("changed[binds]: ") && changed.stderr.lines().count() == 1,
        "{}",
        changed.stderr
    );
    let mount = format!("type=bind,src={source},dst=/x");
    let changed = sandbox.sdocker(&format!("{policy} run --rm --mount {mount} {touch}")).exits(0);
    assert_eq!(changed.text(), "touch: /x/inner/new: Read-only file system\n1");
    let quiet = sandbox.sdocker(&format!("{policy} run --rm -v {source}:/x:ro {touch}")).exits(0).quiet();
    assert_eq!(quiet.text(), changed.text());
    let asked = format!(
        "{policy} run --rm -v {}:/x busybox grep -c ' /x [^ ]* rw' /proc/self/mounts",
        written.path().display()
    );
    sandbox.sdocker(&asked).exits(0).says("1").quiet();
}

#[test]
fn a_missing_source_belongs_to_the_caller_and_is_made_only_where_that_may_write() {
    let sandbox = Sandbox::new();
    let (written, read) = (sandbox.shared_dir(), sandbox.shared_dir());
    let policy = policy(&sandbox, written.path(), read.path());
    let new = written.path().join("new/deeper");
    sandbox.sdocker(&format!("{policy} run --rm -v {}:/x busybox ls -d /x", new.display())).exits(0).says("/x").quiet();
    let uid = rustix::process::getuid().as_raw();
    assert_eq!([&new, new.parent().unwrap()].map(|path| fs::metadata(path).unwrap().uid()), [uid, uid]);
    let refused = read.path().join("new");
    sandbox.sdocker(&format!("{policy} run --rm -v {}:/x:ro busybox true", refused.display())).refused_by(BINDS);
    assert!(!refused.exists());
    let forbidden = format!("{policy} run --rm -v /etc/sdocker-live-new:/x busybox true");
    sandbox.sdocker(&forbidden).refused_by(BINDS);
    assert!(!Path::new("/etc/sdocker-live-new").exists());
    let absent = format!("type=bind,src={}/absent,dst=/x", written.path().display());
    let failed = sandbox.sdocker(&format!("{policy} run --rm --mount {absent} busybox true")).exits(125);
    assert!(failed.stderr.contains("bind source path does not exist"), "{}", failed.stderr);
}

#[test]
fn what_the_gateways_clients_name_must_be_there() {
    let sandbox = Sandbox::new();
    let place = tempfile::tempdir().unwrap();
    let socket = place.path().join("g.sock");
    let mut gateway = sandbox.command(&format!("gateway --listen unix://{}", socket.display())).spawn().unwrap();
    crate::sandbox::eventually("the gateway listens", || std::os::unix::net::UnixStream::connect(&socket).is_ok());
    let missing = place.path().join("missing");
    let body = json!({ "Image": "busybox", "HostConfig": { "Binds": [format!("{}:/x", missing.display())] } });
    let gate = crate::http::RawEngine::at(&format!("unix://{}", socket.display()));
    let answer = gate.request("POST", "/v1.41/containers/create", &body.to_string());
    gateway.kill().unwrap();
    gateway.wait().unwrap();
    assert_eq!(answer.status, 403, "{answer:?}");
    assert!(answer.body["message"].as_str().unwrap().contains("does not exist"), "{answer:?}");
    assert!(!missing.exists());
}

#[test]
fn propagation_is_refused_in_every_spelling_and_taken_back_where_the_policy_says_so() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    let source = shared.path().display();
    for mode in ["shared", "rw,rshared", "slave", "ro,rslave"] {
        sandbox.sdocker(&format!("run --rm -v {source}:/x:{mode} busybox true")).refused_by("mount-propagation");
    }
    let mount = format!("type=bind,src={source},dst=/x,bind-propagation=rshared");
    sandbox.sdocker(&format!("run --rm --mount {mount} busybox true")).refused_by("mount-propagation");
    let rewrites = sandbox.policy("[mount-propagation]\naction = \"rewrite\"\n");
    let link = shared.path().join("link");
    symlink("inner", &link).unwrap();
    let name = sandbox.name();
    let line = format!("{rewrites} run --name {name} -v {}:/x:ro,shared busybox true", link.display());
    sandbox.sdocker(&line).exits(0).complains("changed[mount-propagation]: ");
    assert_eq!(name.value("/Mounts/0/Propagation"), "rprivate");
    assert_eq!(name.value("/Mounts/0/RW"), false);
}

#[test]
fn under_strict_nothing_but_memory_can_be_written() {
    let sandbox = Sandbox::new();
    let quiet = "[image-tag]\naction = \"allow\"\n[engine-version]\naction = \"allow\"\n";
    let policy = sandbox.policy(&format!("extends = \"strict\"\n[images]\nallow = [\"**\"]\n{quiet}"));
    let name = sandbox.name();
    let script = "touch /new 2>&1; touch /tmp/a /run/a && echo written; grep -c \" /tmp tmpfs .*noexec\" /proc/mounts";
    let run = sandbox.sdocker(&format!("{policy} run --name {name} busybox sh -c '{script}'")).exits(0).quiet();
    assert_eq!(run.text(), "touch: /new: Read-only file system\nwritten\n1");
    assert_eq!(name.value("/HostConfig/ReadonlyRootfs"), true);
    assert_eq!(name.value("/HostConfig/Tmpfs"), json!({ "/tmp": "size=64m", "/run": "size=16m" }));
    let own = format!("{policy} run --rm --tmpfs /tmp:size=1m busybox grep -c '/tmp tmpfs.*size=1024k' /proc/mounts");
    sandbox.sdocker(&own).exits(0).says("1").quiet();
}

#[test]
fn memory_as_a_file_system_keeps_its_size_and_its_protection() {
    let sandbox = Sandbox::new();
    let mounted = |options: &str| {
        let run = sandbox.sdocker(&format!("run --rm {options} busybox grep ' /t ' /proc/mounts")).exits(0);
        let line = run.text();
        let options: Vec<String> = line.split(' ').nth(3).unwrap().split(',').map(str::to_owned).collect();
        (options, run.stderr)
    };
    let has = |options: &[String], wanted: &[&str]| wanted.iter().all(|w| options.iter().any(|o| o == w));
    for asked in ["--tmpfs /t", "--mount type=tmpfs,dst=/t"] {
        let (options, said) = mounted(asked);
        assert!(has(&options, &["nosuid", "nodev", "noexec", "size=524288k"]), "{options:?}");
        assert_eq!(said, "");
    }
    let (options, said) = mounted("--tmpfs /t:exec,suid,dev,size=100g");
    assert!(has(&options, &["nosuid", "nodev", "size=4194304k"]) && !has(&options, &["noexec"]), "{options:?}");
    assert!(said.starts_with("changed[tmpfs]: "), "{said}");
    let (options, said) = mounted("--tmpfs /t:size=1m,mode=700,uid=5");
    assert!(has(&options, &["size=1024k", "mode=700", "uid=5"]) && said.is_empty(), "{options:?} {said}");
}

#[test]
fn a_volume_is_no_mount_of_something_else() {
    let sandbox = Sandbox::new();
    for options in [
        "volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/",
        "volume-opt=type=ext4,volume-opt=device=/dev/vda",
        "volume-opt=type=overlay,volume-opt=device=overlay,\"volume-opt=o=lowerdir=/etc:/usr\"",
        "volume-driver=somebody/plugin",
    ] {
        sandbox
            .sdocker(&format!("run --rm --mount 'type=volume,dst=/h,{options}' busybox true"))
            .refused_by("volume-options");
    }
    let memory = "type=volume,dst=/m,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-opt=o=size=1m";
    sandbox.sdocker(&format!("run --rm --mount {memory} busybox ls -d /m")).exits(0).says("/m").quiet();
    sandbox.sdocker("run --rm --volume-driver local -v /d busybox ls -d /d").exits(0).says("/d").quiet();

    let volume = format!("live-etc-{}", std::process::id());
    let body = format!(r#"{{"Name":"{volume}","DriverOpts":{{"type":"none","o":"bind","device":"/etc"}}}}"#);
    assert_eq!(sandbox.engine.request("POST", "/volumes/create", &body).status, 201);
    let refused = sandbox.sdocker(&format!("run --rm -v {volume}:/h:ro busybox true"));
    let holder = sandbox.name();
    sandbox.permissive(&format!("create --name {holder} -v {volume}:/h busybox true")).exits(0);
    let through = sandbox.sdocker(&format!("run --rm --volumes-from {holder} busybox true"));
    drop(holder);
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}"), "");
    refused.refused_by("volume-options").refused_by(BINDS);
    through.refused_by("volume-options").refused_by(BINDS);
}

#[test]
fn the_mounts_of_another_container_are_judged_as_ones_own() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    fs::write(shared.path().join("file"), "hello").unwrap();
    let (good, bad) = (sandbox.name(), sandbox.name());
    sandbox
        .permissive(&format!("create --name {good} -v {}:/s -v /anonymous busybox true", shared.path().display()))
        .exits(0);
    sandbox.permissive(&format!("create --name {bad} -v /etc:/s:ro busybox true")).exits(0);
    sandbox.sdocker(&format!("run --rm --volumes-from {good} busybox cat /s/file")).exits(0).says("hello").quiet();
    sandbox.sdocker(&format!("run --rm --volumes-from {bad}:ro busybox true")).refused_by(BINDS);
    let strict = sandbox.policy("extends = \"strict\"\n[images]\nallow = [\"**\"]\n");
    sandbox.sdocker(&format!("{strict} run --rm --volumes-from {good} busybox true")).refused_by("volumes-from");
    sandbox.sdocker("run --rm --volumes-from sdocker-live-nobody busybox true").exits(125);
}

#[test]
fn a_new_volume_that_may_not_be_writable_is_told_of_in_one_line() {
    let sandbox = Sandbox::new();
    let volume = format!("live-new-{}", std::process::id());
    let run =
        |options: &str| sandbox.sdocker(&format!("run --rm {options} -v {volume}:/d busybox true")).exits(0).stderr;
    let (quiet, named) = (run("-q"), run("-u 5:5"));
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}"), "");
    let (first, second) = (run(""), run(""));
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}"), "");
    assert!(first.starts_with("warning[user]: volume `live-new-") && first.lines().count() == 1, "{first}");
    assert_eq!((quiet.as_str(), named.as_str(), second.as_str()), ("", "", ""));
}

#[test]
fn a_directory_that_others_may_change_is_said_and_under_strict_refused() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    let open = shared.path().join("inner");
    fs::create_dir(open.join("x")).unwrap();
    fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let source = open.join("x");
    let said = sandbox.sdocker(&format!("run --rm -v {}:/x busybox true", source.display())).exits(0).stderr;
    assert!(said.starts_with("warning[binds]: ") && said.contains(&open.display().to_string()), "{said}");
    let text = format!(
        "extends = \"strict\"\n[images]\nallow = [\"**\"]\n[binds]\nallow = [{{ path = \"{}\", mode = \"rw\" }}]\n",
        shared.path().display()
    );
    let strict = sandbox.policy(&text);
    sandbox.sdocker(&format!("{strict} run --rm -v {}:/x busybox true", source.display())).refused_by(BINDS);
}

#[test]
fn the_sandbox_profile_reads_and_never_writes() {
    let sandbox = Sandbox::new();
    let shared = sandbox.shared_dir();
    let text = format!(
        "extends = \"sandbox\"\n[images]\nallow = [\"**\"]\n[binds]\nallow = [\"{}\"]\n",
        shared.path().display()
    );
    let policy = sandbox.policy(&text);
    let line =
        format!("{policy} run --rm -v {}:/x busybox grep -c ' /x [^ ]* ro' /proc/self/mounts", shared.path().display());
    sandbox.sdocker(&line).exits(0).says("1").complains("changed[binds]: ");
}

#[test]
fn a_source_that_changes_while_it_is_judged_starts_nothing() {
    let place = Sandbox::new().shared_dir();
    let source = place.path().canonicalize().unwrap().join("inner");
    let swapped = source.clone();
    let (sandbox, _relay) = Sandbox::with_relay(move |asked| {
        if asked.starts_with("POST ") && asked.contains("/containers/create") {
            fs::rename(&swapped, swapped.with_extension("old")).unwrap();
            symlink("/etc", &swapped).unwrap();
        }
        None
    });
    let name = sandbox.name();
    let line = format!("run --name {name} -v {}:/x busybox ls /x", source.display());
    let refused = sandbox.sdocker(&line).exits(125).complains("changed while it was judged");
    assert_eq!(refused.text(), "");
    assert!(!name.exists());
}
