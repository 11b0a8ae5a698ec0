//! The shapes of ordinary images and command lines under `baseline`. Each works as it is, or what is said names the way
//! on, and that way is walked here to its end.

use crate::pty::Pty;
use crate::sandbox::{Name, Outcome, Sandbox, eventually};

/// Works, and nothing of ours is said.
fn works(line: &str) -> Outcome {
    Sandbox::new().sdocker(line).exits(0).quiet()
}

/// A container in the background, and its name.
fn started<'s>(sandbox: &'s Sandbox, line: &str) -> Name<'s> {
    let name = sandbox.name();
    sandbox.sdocker(&line.replace("NAME", &name.to_string())).exits(0).quiet();
    eventually("it runs", || name.value("/State/Running") == true);
    name
}

#[test]
fn one_shot_command() {
    works("run --rm busybox echo hi").says("hi");
}

#[test]
fn image_with_an_entrypoint() {
    works("run --rm busybox:entrypoint").says("entry cmd");
    works("run --rm busybox:entrypoint other words").says("entry other words");
}

#[test]
fn filter_between_pipes() {
    Sandbox::new().sdocker_fed("run --rm -i busybox tr a-z A-Z", b"words").exits(0).quiet().says("WORDS");
}

#[test]
fn shell_at_a_terminal() {
    let sandbox = Sandbox::new();
    let mut pty = Pty::start(&sandbox, "run --rm -it busybox", 24, 80);
    pty.types("cd && pwd && touch here && echo $((40 + 2))\r");
    pty.sees("/tmp");
    pty.sees("42");
    pty.types("exit 3\r");
    assert_eq!(pty.ends(), Some(3));
}

#[test]
fn image_with_a_user_by_name() {
    works("run --rm busybox:app sh -c 'id -u; pwd; touch file'").says("1000\n/home/app");
}

#[test]
fn image_of_group_0() {
    let said = Sandbox::new().sdocker("run --rm busybox:group0 id -g").exits(0).says("0");
    assert_eq!(said.stderr.lines().count(), 1, "one line says so: {}", said.stderr);
}

#[test]
fn server_on_port_80_inside() {
    let sandbox = Sandbox::new();
    let name = started(&sandbox, "run -d --rm --name NAME busybox:httpd");
    let fetch = format!("run --rm --network container:{name} busybox wget -qO- http://127.0.0.1/group");
    eventually("it serves", || sandbox.sdocker(&fetch).code == Some(0));
}

#[test]
fn program_with_an_init() {
    works("run --rm --init busybox sh -c 'echo $$'").exits(0);
}

#[test]
fn image_with_a_check_of_its_health() {
    let sandbox = Sandbox::new();
    let name = started(&sandbox, "run -d --rm --name NAME busybox:healthy sleep 60");
    eventually("it is healthy", || name.value("/State/Health/Status") == "healthy");
}

#[test]
fn read_only_root_with_room_to_write() {
    works(
        "run --rm --read-only --tmpfs /run --tmpfs /tmp busybox sh -c 'touch /run/pid /tmp/x && ! touch /x 2>/dev/null'",
    );
}

#[test]
fn environment_and_its_files() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.home().join("vars"), "A=1\nB=2\n").unwrap();
    sandbox.sdocker("run --rm --env-file vars -e B=3 busybox sh -c 'echo $A$B'").exits(0).quiet().says("13");
}

#[test]
fn volume_that_the_image_owns() {
    let sandbox = Sandbox::new();
    let volume = sandbox.name();
    let line = format!("run --rm -v {volume}:/home/app busybox:owned");
    sandbox.sdocker(&format!("{line} sh -c 'echo kept > /home/app/file'")).exits(0).quiet();
    sandbox.sdocker(&format!("{line} cat /home/app/file")).exits(0).quiet().says("kept");
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}"), "");
}

#[test]
fn background_service_that_restarts() {
    let sandbox = Sandbox::new();
    let name = started(&sandbox, "run -d --name NAME busybox sleep 60");
    assert_eq!(name.value("/HostConfig/RestartPolicy/Name"), "on-failure");
}

/// What `sdocker policy allow` writes into the policy of whoever asks.
fn walks_the_way_on(sandbox: &Sandbox, said: &Outcome) {
    let way = said.stderr.lines().find_map(|line| line.split_once("sdocker policy allow ")).map(|(_, way)| way);
    let way = way.unwrap_or_else(|| panic!("no way on in: {}", said.stderr));
    sandbox.sdocker(&format!("policy allow {way}")).exits(0);
}

#[test]
fn entrypoint_that_takes_its_directory_and_drops_root() {
    let sandbox = Sandbox::new();
    let said = sandbox.sdocker("run --rm busybox:drops").exits(1).complains("hint[user]: ");
    walks_the_way_on(&sandbox, &said);
    sandbox.sdocker("run --rm busybox:drops").exits(0).quiet().says("1000");
}

#[test]
fn database_with_a_named_volume() {
    let sandbox = Sandbox::new();
    let volume = sandbox.name();
    let line = format!("run --rm -v {volume}:/data busybox:drops");
    let said = sandbox.sdocker(&line).exits(1);
    walks_the_way_on(&sandbox, &said);
    sandbox.sdocker(&line).exits(0).says("1000");
    sandbox.sdocker(&format!("run --rm -v {volume}:/data:ro busybox ls /data")).exits(0).says("base");
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}"), "");
}

#[test]
fn manager_of_packages() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm busybox:packages").exits(1).complains("hint[user]: ");
    let said = sandbox.sdocker("run --rm -u 0 busybox:packages").refused_by("user");
    walks_the_way_on(&sandbox, &said);
    sandbox.sdocker("run --rm -u 0 busybox:packages").exits(0).says("installed");
}

/// Whom a silent run becomes, so that it can write there.
fn given_to_the_caller(path: &std::path::Path) {
    if rustix::process::getuid().is_root() {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
    }
}

#[test]
fn interpreter_on_a_directory_of_ones_own() {
    let sandbox = Sandbox::new();
    let dir = sandbox.shared_dir();
    std::fs::write(dir.path().join("prog"), "echo $((6 * 7))\n").unwrap();
    let line = format!("run --rm -v {}:/src -w /src busybox sh prog", dir.path().display());
    sandbox.sdocker(&line).exits(0).quiet().says("42");
}

#[test]
fn build_tool_that_writes_beside_the_sources() {
    let sandbox = Sandbox::new();
    let dir = sandbox.shared_dir();
    let out = dir.path().join("inner");
    given_to_the_caller(&out);
    sandbox.sdocker(&format!("run --rm -v {}:/out busybox sh -c 'echo built > /out/a'", out.display())).exits(0);
    assert_eq!(std::fs::read_to_string(out.join("a")).unwrap(), "built\n");
}

#[test]
fn published_port() {
    let sandbox = Sandbox::new();
    let name = started(&sandbox, "run -d --name NAME -p 80 busybox:httpd");
    assert_eq!(name.value("/NetworkSettings/Ports/80~1tcp/0/HostIp"), "127.0.0.1");
}

#[test]
fn name_on_a_network_of_ones_own() {
    let sandbox = Sandbox::new();
    let network = sandbox.name().to_string();
    let made = sandbox.engine.request("POST", "/networks/create", &format!("{{\"Name\":\"{network}\"}}"));
    assert_eq!(made.status, 201, "{made:?}");
    let name = started(&sandbox, &format!("run -d --name NAME --network {network} --network-alias web busybox:httpd"));
    let fetch = format!("run --rm --network {network} busybox wget -qO- http://web/group");
    eventually("it is found by its name", || sandbox.sdocker(&fetch).code == Some(0));
    drop(name);
    sandbox.engine.request("DELETE", &format!("/networks/{network}"), "");
}

#[test]
fn image_with_a_user_that_it_does_not_know() {
    let sandbox = Sandbox::new();
    sandbox.sdocker("run --rm busybox:ghost id -u").refused_by("user").complains("--user 1000:1000");
    sandbox.sdocker("run --rm --user 1000:1000 busybox:ghost id -u").exits(0).quiet().says("1000");
}
