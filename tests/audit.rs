//! Existing containers, read back: real answers of two engines beside the bodies that made the containers. What is read
//! back says what was asked for, but for what the engine itself changed, which is listed here.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::path::Path;

use sdocker::audit::{self, AuditError, EngineDefaults, Existing};
use sdocker::request::wire::ContainerCreate;
use sdocker::request::{ContainerMount, Origin, json};
use serde_json::{Value, json};

const OLD: &str = "docker-20.10";
const NEW: &str = "docker-28.5";

/// What an engine did not take as it was asked for: engine (empty: both), case, member, why. Each must still differ.
const CHANGED: [(&str, &str, &str, &str); 12] = [
    ("", "recipes-19", "/HostConfig/CgroupnsMode", SILENT),
    (NEW, "shm-size-07", "/HostConfig/ShmSize", SILENT),
    (NEW, "runtime-01", "/HostConfig/Runtime", SILENT),
    ("", "recipes-18", "/HostConfig/BlkioWeight", KERNEL),
    ("", "combos-04", "/HostConfig/BlkioWeight", KERNEL),
    ("", "blkio-weight-device-01", "/HostConfig/BlkioWeightDevice", KERNEL),
    ("", "link-06", "/HostConfig/Links", LINKS),
    (NEW, "link-15", "/HostConfig/Links", LINKS),
    (NEW, "api-version-19", "/HostConfig/KernelMemory", "this engine has forgotten it"),
    (OLD, "health-timeout-01", "/Healthcheck", YOUNGER),
    (OLD, "combos-49", "/net7 GwPriority", YOUNGER),
    (OLD, "combos-60", "/net3 GwPriority", YOUNGER),
];
const SILENT: &str = "asks for the engine's own default, which cannot be told from silence";
const KERNEL: &str = "the engine drops it where the kernel does not have it";
const LINKS: &str = "the engine tells which containers it found, not what was asked for";
const YOUNGER: &str = "a member that this engine does not know";

struct Case {
    id: String,
    body: Value,
    answer: Value,
}

fn cases(engine: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/inspect").join(format!("{engine}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap();
    let case = |line| {
        let mut case: Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap().to_owned();
        Case { id, body: case["body"].take(), answer: case["inspect"].take() }
    };
    text.lines().map(case).collect()
}

fn read(answer: &Value) -> Result<Existing, AuditError> {
    audit::container(answer.to_string().as_bytes(), &EngineDefaults::docker(1))
}

fn first(engine: &str) -> Case {
    cases(engine).swap_remove(0)
}

fn is_silent(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false)) || [json!(""), json!(0), json!([]), json!({})].contains(value)
}

/// Says what was asked for in the engine's words, and takes away what the image brought along.
fn same_words(asked: &mut Value, found: &mut Value, engine: &str) {
    for member in ["Cmd", "Entrypoint", "WorkingDir", "User", "StopSignal", "Healthcheck"] {
        if is_silent(&asked[member]) {
            found[member] = asked[member].clone();
        }
    }
    for member in ["Env", "Labels", "ExposedPorts", "Volumes"] {
        match (&asked[member], &mut found[member]) {
            (Value::Array(asked), Value::Array(found)) => found.retain(|entry| asked.contains(entry)),
            (Value::Object(asked), Value::Object(found)) => found.retain(|key, _| asked.contains_key(key)),
            _ => {}
        }
    }
    let host = &mut asked["HostConfig"];
    if host["NetworkMode"] == "host" || host["UTSMode"] == "host" {
        found["Hostname"] = json!(""); // the host's own
    }
    if host["NetworkMode"] == "default" && engine != OLD {
        host["NetworkMode"] = json!("bridge");
    }
    if host["MemorySwappiness"] == -1 {
        host["MemorySwappiness"] = Value::Null; // docker's way to say nothing
    }
    if host["PidsLimit"].as_i64().is_some_and(|limit| limit < -1) {
        host["PidsLimit"] = Value::Null; // no limit, both
    }
    if host["RestartPolicy"]["Name"] == "" {
        host["RestartPolicy"]["Name"] = found["HostConfig"]["RestartPolicy"]["Name"].clone();
    }
    let networks = |body: &mut Value| match body["NetworkingConfig"]["EndpointsConfig"].take() {
        Value::Object(endpoints) => endpoints,
        _ => serde_json::Map::new(),
    };
    let (asked_networks, found_networks) = (networks(asked), networks(found));
    for (name, settings) in asked_networks {
        let name = if name == "default" { "bridge" } else { &name };
        for (member, value) in settings.as_object().into_iter().flatten().filter(|(_, value)| !is_silent(value)) {
            asked[format!("{name} {member}")] = value.clone();
            found[format!("{name} {member}")] = found_networks.get(name).map_or(Value::Null, |n| n[member].clone());
        }
    }
}

/// Members that differ: pointer, asked, found.
fn differences(asked: &Value, found: &Value) -> Vec<(String, String)> {
    let members = |part: &'static str| {
        let (asked, found) = (asked.pointer(part).unwrap(), found.pointer(part).unwrap());
        asked.as_object().unwrap().iter().filter_map(move |(member, value)| {
            let other = &found[member];
            let nested = matches!(member.as_str(), "HostConfig" | "NetworkingConfig");
            let same = nested || value == other || (is_silent(value) && is_silent(other));
            (!same).then(|| (format!("{part}/{member}"), format!("{value} became {other}")))
        })
    };
    members("").chain(members("/HostConfig")).collect()
}

#[test]
fn what_is_read_back_is_what_was_asked_for() {
    let (mut wrong, mut known) = (Vec::new(), Vec::new());
    for engine in [OLD, NEW] {
        for Case { id, body, answer } in cases(engine) {
            let asked: ContainerCreate = json::decode(body.to_string().as_bytes()).unwrap();
            let existing = read(&answer).unwrap_or_else(|e| panic!("{engine}, {id}: {e}"));
            let mut asked = serde_json::to_value(&asked).unwrap();
            let mut found = serde_json::to_value(&existing.request.body).unwrap();
            same_words(&mut asked, &mut found, engine);
            for (member, what) in differences(&asked, &found) {
                let is_this = |at: &usize| {
                    let (of, case, changed, _) = CHANGED[*at];
                    (of.is_empty() || of == engine) && case == id && changed == member
                };
                match (0..CHANGED.len()).find(is_this) {
                    Some(at) => known.push(at),
                    None => wrong.push(format!("{engine}, {id}: {member}: {what}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    let agreeing: Vec<_> = (0..CHANGED.len()).filter(|at| !known.contains(at)).map(|at| CHANGED[at]).collect();
    assert!(agreeing.is_empty(), "these agree now, take them off the list: {agreeing:?}");
}

/// The answer about a plain container of the newer engine, changed.
fn changed(change: impl FnOnce(&mut Value)) -> Result<Existing, AuditError> {
    let mut answer = first(NEW).answer;
    change(&mut answer);
    read(&answer)
}

fn refusal(change: impl FnOnce(&mut Value)) -> String {
    changed(change).unwrap_err().to_string()
}

#[test]
fn what_is_not_known_is_refused_by_its_place_in_the_answer() {
    for (pointer, wanted) in [
        ("", "`/Surprise`: unknown member"),
        ("/Config", "`/Config/Surprise`: unknown member"),
        ("/HostConfig", "`/HostConfig/Surprise`: unknown member"),
        ("/NetworkSettings", "`/NetworkSettings/Surprise`: unknown member"),
        ("/NetworkSettings/Networks/bridge", "`/NetworkSettings/Networks/bridge/Surprise`: unknown member"),
        ("/Mounts/0", "`/Mounts/0/Surprise`: unknown member"),
    ] {
        assert_eq!(refusal(|answer| answer.pointer_mut(pointer).unwrap()["Surprise"] = json!(1)), wanted);
        assert!(changed(|answer| answer.pointer_mut(pointer).unwrap()["Surprise"] = json!(0)).is_ok());
    }
    assert_eq!(
        refusal(|answer| answer["Config"]["User"] = json!(0)),
        "`/Config/User`: invalid type: integer `0`, expected a string"
    );
    assert_eq!(
        refusal(|answer| answer["Config"]["user"] = json!("root")),
        "`/Config/user`: the engine would read this as `User`; write `User`"
    );
    assert_eq!(refusal(|answer| answer["Id"] = json!(1)), "`/Id`: expected a string");
    assert_eq!(refusal(|answer| answer["Mounts"] = json!("x")), "`/Mounts`: expected a list");
    assert_eq!(refusal(|answer| *answer = json!([])), "`/`: expected an object");
    let without = |name: &str| refusal(|answer| drop(answer.as_object_mut().unwrap().remove(name)));
    assert_eq!(without("HostConfig"), "the engine's answer has no `HostConfig`");
    let twice = r#"{"Id":"a","Id":"b"}"#;
    assert!(audit::container(twice.as_bytes(), &EngineDefaults::docker(1)).is_err());
}

#[test]
fn a_container_keeps_its_name_its_image_and_its_mounts() {
    for engine in [OLD, NEW] {
        let existing = read(&first(engine).answer).unwrap();
        assert_eq!((existing.id.len(), existing.request.name.as_deref()), (64, Some("everything")));
        assert!(existing.image_id.starts_with("sha256:") && existing.request.body.image == "busybox:app");
        let at = |path: &str| existing.mounts.iter().find(|mount| mount.destination == path).unwrap();
        let bind = ContainerMount {
            kind: "bind".into(),
            name: "".into(),
            source: "/tmp".into(),
            destination: "/t".into(),
            read_only: at("/t").read_only,
            propagation: "rprivate".into(),
        };
        assert_eq!(*at("/t"), bind);
        assert_eq!((at("/n").name.as_str(), at("/anon").kind.as_str()), ("named", "volume"));
    }
}

#[test]
fn origins_point_into_the_answer() {
    let origins = read(&first(NEW).answer).unwrap().request.origins;
    let pointer = |text: &str| Origin::Pointer(text.to_owned());
    assert_eq!(origins.of("/User"), pointer("/Config/User"));
    assert_eq!(origins.of("/HostConfig/CapAdd/0"), pointer("/HostConfig/CapAdd/0"));
    assert_eq!(origins.of("/NetworkingConfig/EndpointsConfig/bridge"), pointer("/NetworkSettings/Networks"));
    assert_eq!(origins.of("/HostConfig/Runtime"), Origin::BuiltIn);
}

#[test]
fn the_engines_own_defaults_are_silence_and_others_are_not() {
    let host = |change: fn(&mut Value)| changed(|answer| change(&mut answer["HostConfig"])).unwrap();
    let plain = host(|_| {});
    let spoken = |existing: &Existing| {
        let host = &existing.request.body.host_config;
        (host.runtime.clone(), host.cgroupns_mode.clone(), host.ipc_mode.clone(), host.log_config.kind.clone())
    };
    assert_eq!(spoken(&plain), <_>::default());
    assert!(plain.request.body.host_config.masked_paths.is_none() && plain.request.body.hostname == "h");
    assert_eq!(plain.request.body.host_config.memory_swap, 0);
    assert!(plain.silent.contains(&"/HostConfig/Runtime") && !plain.silent.contains(&"/Hostname"));

    let odd = host(|host| {
        host["Runtime"] = json!("other");
        host["CgroupnsMode"] = json!("private");
        host["IpcMode"] = json!("host");
        host["LogConfig"] = json!({"Type": "syslog", "Config": {}});
        host["MaskedPaths"] = json!([]);
        host["ReadonlyPaths"] = json!(["/proc/bus"]);
        host["MemorySwap"] = json!(-1);
    });
    let texts = ["other", "private", "host", "syslog"].map(str::to_owned);
    assert_eq!(spoken(&odd), texts.into());
    let host_config = &odd.request.body.host_config;
    assert_eq!((host_config.masked_paths.as_deref(), host_config.memory_swap), (Some([].as_slice()), -1));
    assert_eq!(host_config.readonly_paths.as_ref().map(Vec::len), Some(1));
}

#[test]
fn addresses_that_were_given_and_the_owners_mark_are_no_wishes() {
    let existing = changed(|answer| {
        answer["Config"]["Labels"]["io.sdocker.owner"] = json!("bob");
        let id = answer["Id"].as_str().unwrap().chars().take(12).collect::<String>();
        answer["NetworkSettings"]["Networks"]["bridge"] = json!({"EndpointID": "1", "IPAddress": "172.17.0.2",
            "MacAddress": "02:42:ac:11:00:02", "Aliases": ["db", id], "IPAMConfig": {"IPv4Address": "172.17.0.2"}});
    });
    let body = existing.unwrap().request.body;
    assert!(!body.labels.contains_key("io.sdocker.owner"));
    let endpoint = body.networking_config.unwrap().endpoints_config["bridge"].clone().unwrap();
    assert_eq!((endpoint.mac_address.as_str(), endpoint.ip_address.as_str()), ("", ""));
    assert_eq!(endpoint.aliases, ["db"]);
    assert_eq!(endpoint.ipam_config.unwrap().ipv4_address, "172.17.0.2");
}

#[test]
fn a_label_that_the_engine_took_away_is_no_wish() {
    let options = |privileged: bool| {
        let existing = changed(|answer| {
            answer["HostConfig"]["Privileged"] = json!(privileged);
            answer["HostConfig"]["SecurityOpt"] = json!(["no-new-privileges", "label=disable"]);
        });
        existing.unwrap().request.body.host_config.security_opt.len()
    };
    assert_eq!((options(true), options(false)), (1, 2));
}
