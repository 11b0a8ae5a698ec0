//! What each shipped profile says of namespaces, networks, ports, labels and other people's things.

use std::fmt::Write as _;

use sdocker::cases;
use sdocker::policy::{Policy, Source};
use sdocker::request::Date;
use sdocker::rules::Rulebook;

const PROFILES: [&str; 6] = ["baseline", "strict", "shared-server", "ci", "sandbox", "permissive"];

/// Alice's world. What `old-…` names was made past sdocker.
const WORLD: &str = r#"
[fixture]
caller = { name = "alice", uid = 1000, gid = 1000, home = "/home/alice" }
info   = {}
images = { alpine = { id = "sha256:00", users = [{ name = "root", uid = 0, gid = 0 }], ports = ["80/tcp"] } }
[fixture.containers]
alice-app = { id = "aa", owner = "alice" }
bob-app   = { id = "bb", owner = "bob" }
[fixture.networks]
alice-net = { id = "aa", owner = "alice" }
bob-net   = { id = "bb", owner = "bob" }
old-net   = { id = "cc" }
[fixture.volumes]
alice-data = { owner = "alice" }
bob-data   = { owner = "bob" }
old-data   = {}
"#;

/// A command line, and what comes of it in each profile: `d`enied, `r`uns changed, runs `a`s asked.
const TABLE: [(&str, &str); 40] = [
    ("run alpine", "aaaaaa"),
    ("run --network host alpine", "ddddda"),
    ("run --pid host alpine", "ddddda"),
    ("run --ipc host alpine", "ddddda"),
    ("run --uts host alpine", "ddddda"),
    ("run --userns host alpine", "ddddda"),
    ("run --cgroupns host alpine", "ddddda"),
    ("run --ipc shareable --hostname web alpine", "aaaaaa"),
    ("run --network none alpine", "aaaaaa"),
    ("run --network bridge alpine", "aaaada"),
    ("run --pid container:alice-app alpine", "addada"),
    ("run --pid container:bob-app alpine", "ddddda"),
    ("run --network container:alice-app alpine", "addada"),
    ("run --link alice-app:db alpine", "addada"),
    ("run --link bob-app:db alpine", "ddddda"),
    ("run --volumes-from bob-app alpine", "ddddda"),
    ("run --network alice-net --network-alias db alpine", "aaaada"),
    ("run --network old-net --network-alias db alpine", "aadada"),
    ("run --network bob-net alpine", "ddddda"),
    ("run --network bb alpine", "ddddda"),
    ("run -v alice-data:/d alpine", "aaaara"),
    ("run -v old-data:/d alpine", "aadara"),
    ("run -v bob-data:/d alpine", "ddddda"),
    ("run --network alice-net --ip 10.0.0.5 alpine", "aaaada"),
    ("run --network old-net --ip 10.0.0.5 alpine", "ardada"),
    ("run --mac-address 02:42:ac:11:00:02 alpine", "arrada"),
    ("run --network name=alice-net,driver-opt=a=b alpine", "rrrrda"),
    ("run --dns 10.0.0.1 alpine", "aaaara"),
    ("run -p 8080:80 alpine", "rrrrra"),
    ("run -P alpine", "rrrrra"),
    ("run -p 127.0.0.1:8080:80 alpine", "aaaaaa"),
    ("run -p 0.0.0.0:8080:80 alpine", "rdddda"),
    ("run -p 127.0.0.1:80:80 alpine", "ddddda"),
    ("run --add-host db:10.0.0.5 alpine", "aaaaaa"),
    ("run --add-host host.docker.internal:host-gateway alpine", "addada"),
    ("run --add-host x:169.254.169.254 alpine", "ddddda"),
    ("run --label io.sdocker.owner=bob alpine", "ddddda"),
    ("run --label io.sdocker.owner=alice alpine", "aaaaaa"),
    ("run --name 0123456789ab alpine", "ddddda"),
    ("run --name web --label com.docker.compose.project=p alpine", "aaaaaa"),
];

#[test]
fn every_profile_keeps_its_promises() {
    let mut wrong = Vec::new();
    for (column, profile) in PROFILES.into_iter().enumerate() {
        let mut text = WORLD.to_owned();
        for (argv, verdicts) in TABLE {
            let must = match verdicts.chars().nth(column).unwrap() {
                'd' => "deny",
                'r' => "rewrite",
                _ => "allow",
            };
            writeln!(text, "[[case]]\nargv = \"{argv}\"\nmust = \"{must}\"").unwrap();
        }
        let cases = cases::read(&Source { name: profile.into(), text }).unwrap_or_else(|problems| panic!("{problems}"));
        let book = Rulebook::load(Policy::built_in(profile).unwrap()).unwrap_or_else(|problems| panic!("{problems}"));
        let today = Date::parse("2026-01-01").unwrap();
        for (case, (argv, _)) in cases.iter().zip(TABLE) {
            let differs = case.expected.differs(&case.judge(&book, today));
            wrong.extend(differs.map(|words| format!("{profile}: {argv}: {words}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
