//! Namespaces, networks, ports and whose objects are used, on a real engine.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::http::RawEngine;
use crate::sandbox::{Name, Outcome, Sandbox, eventually, finish};

/// A network that goes away with the test.
struct Network<'e> {
    name: String,
    engine: &'e RawEngine,
}

impl<'e> Network<'e> {
    fn new(sandbox: &'e Sandbox, owner: Option<&str>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("live-net-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let body = json!({ "Name": name, "Labels": labels(owner) }).to_string();
        assert_eq!(sandbox.engine.request("POST", "/networks/create", &body).status, 201);
        Self { name, engine: &sandbox.engine }
    }

    fn id(&self) -> String {
        let answer = self.engine.request("GET", &format!("/networks/{}", self.name), "");
        answer.body["Id"].as_str().expect("an id").to_owned()
    }
}

impl Drop for Network<'_> {
    fn drop(&mut self) {
        self.engine.request("DELETE", &format!("/networks/{}", self.name), "");
    }
}

impl std::fmt::Display for Network<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

fn labels(owner: Option<&str>) -> Value {
    owner.map_or(json!({}), |owner| json!({ "io.sdocker.owner": owner }))
}

/// A running container of somebody, made past sdocker.
fn running<'s>(sandbox: &'s Sandbox, owner: Option<&str>) -> Name<'s> {
    let name = sandbox.name();
    let body = json!({ "Image": "busybox", "Cmd": ["sleep", "60"], "Labels": labels(owner), "Env": ["SECRET=hidden"] });
    let made = sandbox.engine.request("POST", &format!("/containers/create?name={name}"), &body.to_string());
    assert_eq!(made.status, 201, "{:?}", made.body);
    assert_eq!(sandbox.engine.request("POST", &format!("/containers/{name}/start"), "").status, 204);
    name
}

/// The part of an id that tools print.
fn piece(id: &str) -> String {
    id.chars().take(12).collect()
}

/// Whoever runs this test, as sdocker marks objects.
fn me() -> String {
    rustix::process::getuid().as_raw().to_string()
}

/// A command in the engine's own network, where its published ports are.
fn beside_the_engine(sandbox: &Sandbox, words: &[&str]) -> Outcome {
    let directory = sandbox.engine.socket().strip_suffix("/docker.sock").expect("the engine that `make test` starts");
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/engine"));
    command.args(["enter", directory]).args(words);
    finish(&words.join(" "), command, b"")
}

fn get(sandbox: &Sandbox, address: &str) -> Outcome {
    beside_the_engine(sandbox, &["curl", "-s", "--max-time", "5", &format!("http://{address}/")])
}

const SERVER: &str = "sh -c 'while true; do printf \"HTTP/1.0 200 OK\\r\\n\\r\\nhello\" | nc -l -p 8000; done'";

/// Where the container's ports are on the host: `[container] -> address:port`.
fn published(name: &Name<'_>) -> Vec<String> {
    let Value::Object(ports) = name.value("/NetworkSettings/Ports") else { panic!("no ports") };
    let one = |key: &str, end: &Value| {
        format!("{key} -> {}:{}", end["HostIp"].as_str().unwrap(), end["HostPort"].as_str().unwrap())
    };
    let all = ports.iter().flat_map(|(key, ends)| ends.as_array().into_iter().flatten().map(move |end| one(key, end)));
    all.collect()
}

#[test]
fn a_published_port_is_on_the_loopback_address_alone() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    sandbox.sdocker(&format!("run -d --name {name} -p 18080:8000 busybox {SERVER}")).exits(0).quiet();
    assert_eq!(published(&name), ["8000/tcp -> 127.0.0.1:18080"]);
    eventually("the server answers", || get(&sandbox, "127.0.0.1:18080").text() == "hello");
    let gateway = name.value("/NetworkSettings/Gateway");
    let elsewhere = format!("{}:18080", gateway.as_str().unwrap());
    assert_eq!(get(&sandbox, &elsewhere).code, Some(7), "connection refused at another address of the host");
}

#[test]
fn an_open_address_is_moved_and_said_in_one_line() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let run = sandbox.sdocker(&format!("run -d --name {name} -p 0.0.0.0:18081-18082:80-81 busybox sleep 60")).exits(0);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.complains("-p 127.0.0.1:18081-18082:80-81");
    assert_eq!(published(&name), ["80/tcp -> 127.0.0.1:18081", "81/tcp -> 127.0.0.1:18082"]);
}

#[test]
fn privileged_ports_are_refused_with_a_way_on_that_works() {
    let sandbox = Sandbox::new();
    let refused = sandbox.sdocker("run --rm -p 80:80 busybox true").refused_by("ports");
    let way_on = refused.stderr.split('`').find(|part| part.starts_with("-p ")).expect("a way on").to_owned();
    assert_eq!(way_on, "-p 127.0.0.1:8080:80");
    sandbox.sdocker(&format!("run --rm {way_on} busybox true")).exits(0).quiet();
    sandbox.sdocker("run --rm -p 1000-1030:1000-1030 busybox true").refused_by("ports").complains("ports 1000-1023");
}

#[test]
fn all_exposed_ports_are_published_on_the_loopback_address() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let line = format!("run -d --name {name} -P --expose 90/udp -p 18083:91 busybox:expose sleep 60");
    sandbox.sdocker(&line).exits(0).quiet();
    let ends = published(&name);
    let starts: Vec<&str> = ends.iter().filter_map(|end| end.rsplit_once(':')).map(|(start, _)| start).collect();
    assert_eq!(starts, ["80/tcp -> 127.0.0.1", "90/udp -> 127.0.0.1", "91/tcp -> 127.0.0.1"]);
}

#[test]
fn namespaces_of_the_host_are_refused() {
    let sandbox = Sandbox::new();
    for (option, rule) in [
        ("--network host", "host-network"),
        ("--net=host", "host-network"),
        ("--network NAME=HOST", "host-network"),
        ("--pid host", "host-pid"),
        ("--ipc=host", "host-ipc"),
        ("--uts host", "host-uts"),
        ("--userns host", "host-userns"),
        ("--cgroupns host", "host-cgroup"),
    ] {
        sandbox.sdocker(&format!("run --rm {option} busybox true")).refused_by(rule);
    }
    let id = sandbox.engine.request("GET", "/networks/host", "").body["Id"].as_str().unwrap().to_owned();
    sandbox.sdocker(&format!("run --rm --network {id} busybox true")).refused_by("host-network");
    sandbox.sdocker(&format!("run --rm --network {} busybox true", piece(&id))).refused_by("host-network");
}

#[test]
fn control_groups_are_the_containers_own() {
    let sandbox = Sandbox::new();
    let groups = "cat /proc/self/cgroup";
    let paths = |text: &str| text.lines().map(|line| line.rsplit(':').next().unwrap().to_owned()).collect::<Vec<_>>();
    let own = sandbox.sdocker(&format!("run --rm busybox {groups}")).exits(0).text();
    assert!(paths(&own).iter().all(|path| path == "/"), "{own}");
    let name = sandbox.name();
    sandbox.sdocker(&format!("run --name {name} busybox true")).exits(0).quiet();
    assert_eq!(name.value("/HostConfig/CgroupnsMode"), "private");
}

#[test]
fn ones_own_container_is_joined_by_its_id_and_somebody_elses_is_not() {
    let sandbox = Sandbox::new();
    let (own, other, old) = (running(&sandbox, Some(&me())), running(&sandbox, Some("bob")), running(&sandbox, None));
    let id = own.value("/Id").as_str().unwrap().to_owned();
    for target in [&own, &old] {
        let line = format!("run --rm --pid container:{target} busybox head -c 5 /proc/1/cmdline");
        sandbox.sdocker(&line).exits(0).quiet().says("sleep");
    }
    let joining = sandbox.name();
    sandbox.sdocker(&format!("run --name {joining} --network container:{own} busybox true")).exits(0).quiet();
    assert_eq!(joining.value("/HostConfig/NetworkMode"), format!("container:{id}"));
    for option in ["--pid container:", "--ipc container:", "--network container:", "--volumes-from ", "--link "] {
        let refused = sandbox.sdocker(&format!("run --rm {option}{other} busybox env")).refused_by("foreign-objects");
        assert!(refused.stderr.contains("belongs to bob") && !refused.stderr.contains("hidden"), "{}", refused.stderr);
    }
    let piece = piece(other.value("/Id").as_str().unwrap());
    sandbox.sdocker(&format!("run --rm --pid container:{piece} busybox true")).refused_by("foreign-objects");
    sandbox.sdocker("run --rm --pid container:nosuch busybox true").refused_by("foreign-objects");
}

#[test]
fn a_link_to_ones_own_container_works_as_docker_shows_it() {
    let sandbox = Sandbox::new();
    let own = running(&sandbox, Some(&me()));
    let name = sandbox.name();
    let line = format!("run --name {name} --link {own}:db busybox sh -c 'grep -c db /etc/hosts; echo $DB_ENV_SECRET'");
    sandbox.sdocker(&line).exits(0).quiet().says("1\nhidden");
    assert_eq!(name.value("/HostConfig/Links"), json!([format!("/{own}:/{name}/db")]));
}

#[test]
fn an_alias_on_a_network_of_ones_own_is_found_by_others() {
    let sandbox = Sandbox::new();
    let network = Network::new(&sandbox, Some(&me()));
    let server = sandbox.name();
    let line = format!("run -d --name {server} --network {network} --network-alias db busybox {SERVER}");
    sandbox.sdocker(&line).exits(0).quiet();
    let get = format!("run --rm --network {network} busybox timeout 5 wget -qO- http://db:8000/");
    eventually("the alias is found", || sandbox.sdocker(&get).text() == "hello");
    let by_piece = format!("run --rm --network {} busybox timeout 5 wget -qO- http://db:8000/", piece(&network.id()));
    eventually("so it is by a piece of the network's id", || sandbox.sdocker(&by_piece).text() == "hello");
}

#[test]
fn a_network_of_somebody_else_is_not_joined_by_any_name() {
    let sandbox = Sandbox::new();
    let (own, other) = (Network::new(&sandbox, Some(&me())), Network::new(&sandbox, Some("bob")));
    let id = other.id();
    for network in [other.name.as_str(), &id, &piece(&id)] {
        sandbox.sdocker(&format!("run --rm --network {network} busybox true")).refused_by("foreign-objects");
    }
    sandbox.sdocker("run --rm --network nosuch busybox true").refused_by("foreign-objects");
    sandbox.sdocker(&format!("run --rm --network {own} busybox true")).exits(0).quiet();
}

#[test]
fn what_is_marked_is_the_callers_and_can_be_used_again() {
    let sandbox = Sandbox::new();
    let shared = "extends = \"baseline\"\n[foreign-objects]\nunowned = \"deny\"\nstamp = true\n";
    let policy = sandbox.policy(shared);
    let (name, volume) = (sandbox.name(), format!("live-volume-{}", std::process::id()));
    let line = format!("{policy} run -d --name {name} -v {volume}:/data busybox sleep 60");
    sandbox.sdocker(&line).exits(0);
    let owner = name.value("/Config/Labels/io.sdocker.owner");
    let made = sandbox.engine.request("GET", &format!("/volumes/{volume}"), "").body["Labels"].clone();
    assert_eq!(made, json!({ "io.sdocker.owner": owner }));
    let again = format!("{policy} run --rm --pid container:{name} -v {volume}:/again");
    let id = name.value("/Id").as_str().unwrap().to_owned();
    for from in [name.to_string(), format!("/{name}"), piece(&id), id] {
        let line = format!("{again} --volumes-from {from} busybox ls -d /data /again");
        sandbox.sdocker(&line).exits(0).quiet().says("/again\n/data");
    }

    let forged = "--label io.sdocker.owner=bob";
    sandbox.sdocker(&format!("{policy} run --rm {forged} busybox true")).refused_by("reserved-labels");
    let old = running(&sandbox, None);
    sandbox.sdocker(&format!("{policy} run --rm --pid container:{old} busybox true")).refused_by("foreign-objects");
    drop(name);
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}?force=1"), "");
}

#[test]
fn a_sandbox_has_no_network() {
    let sandbox = Sandbox::new();
    let run = |words: &str| sandbox.sdocker(&format!("--policy sandbox run --rm {words}"));
    run("busybox ls /sys/class/net").exits(0).quiet().says("lo");
    run("--network none busybox ls /sys/class/net").exits(0).quiet().says("lo");
    run("--network bridge busybox true").refused_by("networks");
    let network = Network::new(&sandbox, Some(&me()));
    run(&format!("--network {network} busybox true")).refused_by("networks");
}

#[test]
fn ordinary_wishes_of_a_day_print_nothing() {
    let sandbox = Sandbox::new();
    let network = Network::new(&sandbox, None);
    for line in [
        "--network none busybox true".to_owned(),
        "--add-host host.docker.internal:host-gateway busybox grep -q host.docker.internal /etc/hosts".to_owned(),
        "--dns 10.0.0.1 --dns-search example.com --hostname web busybox sh -c 'test $(hostname) = web'".to_owned(),
        format!("--network {network} --network-alias web busybox true"),
        "-p 18090:80 busybox true".to_owned(),
        "--ipc shareable --label com.docker.compose.project=p busybox true".to_owned(),
    ] {
        sandbox.sdocker(&format!("run --rm {line}")).exits(0).quiet();
    }
}

#[test]
fn nothing_is_looked_up_that_no_rule_needs() {
    let (sandbox, relay) = Sandbox::watched();
    sandbox.sdocker("run --rm busybox true").exits(0).quiet();
    assert!(relay.requests().iter().all(|request| !request.contains("/networks/")), "{:?}", relay.requests());
    let network = Network::new(&sandbox, None);
    sandbox.permissive(&format!("run --rm --network {network} busybox true")).exits(0).quiet();
    assert!(relay.requests().iter().all(|request| !request.contains("/networks/")), "{:?}", relay.requests());
    sandbox.sdocker(&format!("run --rm --network {network} busybox true")).exits(0).quiet();
    assert_eq!(relay.requests().iter().filter(|request| request.contains("/networks/")).count(), 1);
}
