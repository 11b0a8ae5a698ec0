//! Which requests a run is made of, in which order, over which connections, and what the engine makes of them.

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::http::RawEngine;
use crate::pty::Pty;
use crate::relay::{END_OF_INPUT, Relay};
use crate::sandbox::{Sandbox, eventually};

const ATTACH: &str = "POST /containers/ID/attach?stderr=1&stdout=1&stream=1";

/// Where something is in the record, from the front.
#[track_caller]
fn at(relay: &Relay, what: &str) -> usize {
    let seen = relay.seen();
    seen.iter().position(|seen| seen.what == what).unwrap_or_else(|| panic!("no `{what}` in {seen:#?}"))
}

#[test]
fn a_run_is_ping_create_attach_wait_start() {
    for (flags, condition) in [("", "next-exit"), ("--rm", "removed")] {
        let (sandbox, relay) = Sandbox::watched();
        let name = sandbox.name();
        sandbox.permissive(&format!("run {flags} --name {name} busybox true")).exits(0).quiet();
        let create = format!("POST /containers/create?name={name}");
        let wait = format!("POST /containers/ID/wait?condition={condition}");
        assert_eq!(relay.requests(), ["HEAD /_ping", &create, ATTACH, &wait, "POST /containers/ID/start"]);
    }
}

#[test]
fn attach_and_wait_are_answered_and_the_input_is_closed_before_start() {
    let (sandbox, relay) = Sandbox::watched();
    sandbox.permissive("run --rm busybox true").exits(0);
    let start = at(&relay, "POST /containers/ID/start");
    assert!(at(&relay, "< 101") < start, "{:#?}", relay.seen());
    assert!(at(&relay, END_OF_INPUT) < start, "{:#?}", relay.seen());
    let wait = at(&relay, "POST /containers/ID/wait?condition=removed");
    let answered = relay.seen()[wait..start].iter().any(|seen| seen.what == "< 200");
    assert!(answered, "{:#?}", relay.seen());
}

#[test]
fn attach_and_start_keep_nobody_waiting() {
    let (sandbox, relay) = Sandbox::watched();
    sandbox.permissive("run --rm busybox true").exits(0);
    let seen = relay.seen();
    let over = |part: &str| seen.iter().find(|seen| seen.what.contains(part)).unwrap().connection;
    assert_eq!(over("/create"), over("/_ping"), "{seen:#?}");
    // Nothing follows on the hijacked connection, and start does not queue behind a wait that is not answered yet.
    let attach = at(&relay, ATTACH);
    let later = seen[attach + 1..].iter().filter(|seen| seen.connection == over("/attach") && seen.what.contains('/'));
    assert_eq!(later.count(), 0, "{seen:#?}");
    assert_ne!(over("/wait"), over("/start"), "{seen:#?}");
}

#[test]
fn input_and_detach_keys_are_asked_for_at_attach() {
    let attach = |sandbox: &Sandbox, relay: &Relay, line: &str| {
        sandbox.permissive(line).exits(0);
        relay.requests().into_iter().find(|request| request.contains("/attach")).unwrap()
    };
    let (sandbox, relay) = Sandbox::watched();
    let plain = attach(&sandbox, &relay, "run --rm -i busybox true");
    assert_eq!(plain, "POST /containers/ID/attach?stderr=1&stdin=1&stdout=1&stream=1");
    assert!(at(&relay, "POST /containers/ID/wait?condition=removed") < at(&relay, "POST /containers/ID/start"));

    let (sandbox, relay) = Sandbox::watched();
    let keys = attach(&sandbox, &relay, "run --rm -i --detach-keys ctrl-a,d busybox true");
    assert_eq!(keys, "POST /containers/ID/attach?detachKeys=ctrl-a%2Cd&stderr=1&stdin=1&stdout=1&stream=1");

    let (sandbox, relay) = Sandbox::watched();
    std::fs::create_dir(sandbox.home().join(".docker")).unwrap();
    std::fs::write(sandbox.home().join(".docker/config.json"), r#"{"detachKeys":"ctrl-x"}"#).unwrap();
    let configured = attach(&sandbox, &relay, "run --rm -i busybox true");
    assert!(configured.contains("detachKeys=ctrl-x&"), "{configured}");
}

#[test]
fn at_a_terminal_the_size_follows_the_start() {
    let (sandbox, relay) = Sandbox::watched();
    let mut pty = Pty::start(&sandbox, "--policy permissive run --rm -it busybox sleep 1", 37, 111);
    assert_eq!(pty.ends(), Some(0));
    let requests = relay.requests();
    let expected = [
        "HEAD /_ping",
        "POST /containers/create",
        "POST /containers/ID/attach?stderr=1&stdin=1&stdout=1&stream=1",
        "POST /containers/ID/wait?condition=removed",
        "POST /containers/ID/start",
        "POST /containers/ID/resize?h=37&w=111",
    ];
    assert_eq!(requests.get(..expected.len()), Some(expected.map(str::to_owned).as_slice()), "{requests:#?}");
    assert!(requests[expected.len()..].iter().all(|request| request.contains("/resize?")), "{requests:#?}");
}

#[test]
fn in_the_background_nothing_is_attached() {
    let (sandbox, relay) = Sandbox::watched();
    let name = sandbox.name();
    sandbox.permissive(&format!("run -d --name {name} busybox true")).exits(0);
    let create = format!("POST /containers/create?name={name}");
    let wait = "POST /containers/ID/wait?condition=next-exit";
    assert_eq!(relay.requests(), ["HEAD /_ping", &create, wait, "POST /containers/ID/start"]);
}

#[test]
fn create_does_nothing_but_create() {
    let (sandbox, relay) = Sandbox::watched();
    let name = sandbox.name();
    let line = format!("create --name {name} --platform linux/amd64 busybox true");
    sandbox.permissive(&line).exits(0);
    let create = format!("POST /containers/create?name={name}&platform=linux%2Famd64");
    assert_eq!(relay.requests(), ["HEAD /_ping", &create]);
}

/// An engine whose registry has one image, which it pulls at the first request for it.
fn with_registry(image: &'static str) -> (Sandbox, Relay) {
    let engine = Sandbox::new().engine;
    Sandbox::with_relay(move |asked| {
        asked.starts_with("POST /images/create").then(|| {
            let tagged = engine.request("POST", &format!("/images/busybox/tag?repo={image}&tag=1"), "");
            assert_eq!(tagged.status, 201);
            format!("HTTP/1.1 200 OK\r\n\r\n{}\n", json!({ "status": "Status: Downloaded newer image" }))
        })
    })
}

fn forget(engine: &RawEngine, image: &str) {
    engine.request("DELETE", &format!("/images/{image}:1?force=1"), "");
}

#[test]
fn an_absent_image_is_pulled_after_the_first_create() {
    let (sandbox, relay) = with_registry("localhost/lifecycle-absent");
    let run = sandbox.permissive("run --rm localhost/lifecycle-absent:1 echo pulled").exits(0).says("pulled");
    forget(&sandbox.engine, "localhost/lifecycle-absent");
    let expected = [
        "HEAD /_ping",
        "POST /containers/create",
        "POST /images/create?fromImage=localhost%2Flifecycle-absent&tag=1",
        "POST /containers/create",
        ATTACH,
    ];
    assert_eq!(relay.requests().get(..5), Some(expected.map(str::to_owned).as_slice()), "{:#?}", relay.seen());
    assert_eq!(at(&relay, "< 404"), 3);
    assert_eq!(run.stderr.lines().next(), Some("Unable to find image 'localhost/lifecycle-absent:1' locally"));
}

#[test]
fn pull_always_pulls_first_and_pull_never_not_at_all() {
    let (sandbox, relay) = with_registry("localhost/lifecycle-always");
    let run = sandbox.permissive("run --rm --pull always localhost/lifecycle-always:1 true").exits(0);
    forget(&sandbox.engine, "localhost/lifecycle-always");
    let pull = "POST /images/create?fromImage=localhost%2Flifecycle-always&tag=1";
    let expected = ["HEAD /_ping", pull, "POST /containers/create"];
    assert_eq!(relay.requests().get(..3), Some(expected.map(str::to_owned).as_slice()), "{:#?}", relay.seen());
    assert!(!run.stderr.contains("Unable to find"), "{}", run.stderr);

    let (sandbox, relay) = Sandbox::watched();
    let never = sandbox.permissive("run --rm --pull never nosuch:1 true").exits(125);
    assert_eq!(relay.requests(), ["HEAD /_ping", "POST /containers/create"]);
    assert!(
        never.stderr.starts_with("docker: Error response from daemon: No such image: nosuch:1\n"),
        "{}",
        never.stderr
    );
}

#[test]
fn q_silences_a_pull_but_not_its_failure() {
    let (sandbox, _relay) = with_registry("localhost/lifecycle-quiet");
    sandbox.permissive("run -q --rm localhost/lifecycle-quiet:1 true").exits(0).quiet();
    forget(&sandbox.engine, "localhost/lifecycle-quiet");
    let (sandbox, _relay) = Sandbox::with_relay(|asked| {
        let failed = || format!("HTTP/1.1 404 Not Found\r\n\r\n{}", json!({ "message": "manifest unknown" }));
        asked.starts_with("POST /images/create").then(failed)
    });
    let failed = sandbox.permissive("run -q --rm nosuch:1 true").exits(125);
    assert!(failed.stderr.starts_with("docker: Error response from daemon: manifest unknown\n"), "{}", failed.stderr);
}

#[test]
fn detach_keys_send_nothing_further() {
    let (sandbox, relay) = Sandbox::watched();
    let name = sandbox.name();
    let line = format!("--policy permissive run --name {name} -it busybox sh -c 'echo ready; cat'");
    let mut pty = Pty::start(&sandbox, &line, 24, 80);
    pty.sees("ready");
    eventually("the size is sent", || relay.has_seen("/resize"));
    let before = relay.requests().len();
    pty.types("\x10\x11");
    assert_eq!(pty.ends(), Some(0));
    assert_eq!(relay.requests().len(), before, "{:#?}", relay.seen());
}

/// The engine, as if it spoke no newer API than this.
fn speaking(api: &'static str) -> (Sandbox, Relay) {
    Sandbox::with_relay(move |asked| {
        let pong = format!("HTTP/1.1 200 OK\r\nApi-Version: {api}\r\nOstype: linux\r\n\r\n");
        (asked == "HEAD /_ping").then_some(pong)
    })
}

#[test]
fn a_client_of_an_old_engine_removes_the_container_itself() {
    for (command, code) in [("sh -c 'exit 9'", 9), ("nosuchcommand", 127)] {
        let (sandbox, relay) = speaking("1.24");
        let name = sandbox.name();
        sandbox.permissive(&format!("run --rm -v /data --name {name} busybox {command}")).exits(code);
        assert!(!name.exists());
        assert_eq!(relay.created()["HostConfig"]["AutoRemove"], json!(false));
        assert_eq!(relay.requests().last().unwrap(), "DELETE /containers/ID?v=1", "{:#?}", relay.requests());
    }
}

#[test]
fn an_engine_without_wait_conditions_is_watched_by_its_events() {
    let (sandbox, relay) = speaking("1.29");
    let name = sandbox.name();
    sandbox.permissive(&format!("run --rm --name {name} busybox sh -c 'exit 9'")).exits(9).quiet();
    assert!(!name.exists());
    let requests = relay.requests();
    assert!(!relay.has_seen("/wait"), "{requests:#?}");
    let events = requests.iter().position(|request| request.starts_with("GET /events?filters=")).unwrap();
    let start = requests.iter().position(|request| request.ends_with("/start")).unwrap();
    assert!(events < start, "{requests:#?}");
}

#[test]
fn the_size_of_the_screen_is_in_the_create_with_and_without_a_terminal_inside() {
    for (flags, size) in [("--rm", [31, 97]), ("--rm -t", [31, 97])] {
        let (sandbox, relay) = Sandbox::watched();
        let mut pty = Pty::start(&sandbox, &format!("--policy permissive run {flags} busybox true"), 31, 97);
        assert_eq!(pty.ends(), Some(0));
        assert_eq!(relay.created()["HostConfig"]["ConsoleSize"], json!(size), "{flags}");
    }
    let (sandbox, relay) = Sandbox::watched();
    sandbox.permissive("run --rm -t busybox true").exits(0);
    assert_eq!(relay.created()["HostConfig"]["ConsoleSize"], json!([0, 0]));
}

#[test]
fn the_engine_itself_removes_what_removes_itself() {
    let (sandbox, relay) = Sandbox::watched();
    let (name, volume) = (sandbox.name(), format!("lifecycle-{}", std::process::id()));
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let line = format!("run --rm --name {name} -v {volume}:/named -v /anonymous busybox:volume true");
    sandbox.permissive(&line).exits(0);
    assert!(!name.exists());
    assert!(relay.requests().iter().all(|request| !request.starts_with("DELETE")));

    let events = events(&sandbox.engine, since, &name.to_string());
    let of = |kind: &str| -> Vec<String> {
        let of_kind = events.iter().filter(|event| event["Type"] == kind);
        of_kind.map(|event| event["Action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("container"), ["create", "attach", "start", "die", "destroy"]);

    let list = sandbox.engine.request("GET", "/volumes", "").body;
    let names: Vec<&str> = list["Volumes"].as_array().unwrap().iter().filter_map(|v| v["Name"].as_str()).collect();
    assert!(names.contains(&volume.as_str()), "{names:?}");
    let id = events[0]["Actor"]["ID"].as_str().unwrap();
    let anonymous = created_for(&sandbox.engine, since, id);
    assert!(anonymous.len() >= 2, "{anonymous:?}");
    assert!(anonymous.iter().all(|name| *name == volume || !names.contains(&name.as_str())), "{anonymous:?} {names:?}");
    sandbox.engine.request("DELETE", &format!("/volumes/{volume}"), "");
}

/// The volumes that were mounted into a container since then.
fn created_for(engine: &RawEngine, since: u64, id: &str) -> Vec<String> {
    let all = read_events(engine, since, r#"{"type":["volume"],"event":["mount"]}"#);
    let ours = all.iter().filter(|event| event["Actor"]["Attributes"]["container"] == id);
    ours.map(|event| event["Actor"]["ID"].as_str().unwrap().to_owned()).collect()
}

fn events(engine: &RawEngine, since: u64, container: &str) -> Vec<Value> {
    read_events(engine, since, &json!({ "container": [container], "type": ["container"] }).to_string())
}

fn read_events(engine: &RawEngine, since: u64, filters: &str) -> Vec<Value> {
    let until = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 1;
    let filters: String = filters.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut text = String::new();
    let path = format!("/events?since={since}&until={until}&filters={filters}");
    engine.send("GET", &path, "", "").read_to_string(&mut text).unwrap();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    body.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
