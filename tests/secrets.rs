//! A secret on a command line reaches the engine and nobody else: it is in no refusal, note, journal, `log`, `why` or
//! `check`. Values of variables are secrets under any name; labels, options and words of the container's own command are
//! where their names say so.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

#[path = "support/fake_engine.rs"]
mod fake_engine;

use fake_engine::FakeEngine;

/// Ways to give a container a secret; `@@` stands for it, and each word is an argument.
const WAYS: &[&[&str]] = &[
    &["-e", "NAME=@@"],
    &["-eNAME=@@"],
    &["-iteNAME=@@"],
    &["--env=NAME=@@"],
    &["--env", "NAME=@@"],
    &["-e", "NAME=x @@ y"],
    &["-e", "OTHER=@@", "-e", "OTHER=later"],
    &["-e", "INHERITED"],
    &["--env-file", "vars"],
    &["--label", "org.example.api-token=@@"],
    &["-l=password=a,@@"],
    &["--label-file", "labels"],
    &["--log-opt", "splunk-token=@@"],
    &["--log-driver=splunk", "--log-opt=splunk-token=@@"],
    &["--mount", "type=volume,dst=/x,\"volume-opt=o=username=a,password=@@\""],
    &["--storage-opt", "secret=@@"],
    &["--annotation", "password=@@"],
    &["--health-cmd", "curl -H 'X-Auth: a' --password @@ http://localhost"],
];

/// What makes rules speak.
const BREACHES: &[&[&str]] = &[
    &["--privileged"],
    &["-u", "0"],
    &["--cap-add=SYS_ADMIN"],
    &["--restart", "always"],
    &["--cpus=64"],
    &["--network=host"],
    &["--device=/dev/sda"],
    &["--security-opt", "no-new-privileges=false"],
];

/// The container's own words.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["run", "--token", "@@"],
    &["sh", "-c", "PASSWORD=@@ run; run --token=@@"],
    &["curl", "https://me:@@@host/"],
];

struct World {
    engine: FakeEngine,
}

impl World {
    fn sdocker(&self, words: &[String], secret: &str) -> Output {
        let home = self.engine.directory();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.args(words).env_clear().current_dir(home).env("INHERITED", secret);
        for place in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            command.env(place, home);
        }
        command.env("DOCKER_HOST", format!("unix://{}", self.engine.socket().display())).output().unwrap()
    }

    /// What `check` says of the same command line; the options before its verb stay before.
    fn checked(&self, line: &[String], secret: &str, format: &str) -> String {
        let (globals, rest) = line.split_at(2);
        let check = ["check", "--format", format, "--"].map(str::to_owned);
        let Output { stdout, stderr, status } = self.sdocker(&[globals, &check, rest].concat(), secret);
        assert!(matches!(status.code(), Some(0 | 10 | 11)), "{}", text(&stderr));
        text(&[stdout, stderr].concat())
    }

    /// Everything that is kept of a secret or shown, by where it is.
    fn kept(&self, line: &[String], secret: &str) -> Vec<(&'static str, String)> {
        let home = self.engine.directory();
        let _ = fs::remove_dir_all(home.join("sdocker"));
        fs::write(home.join("vars"), format!("NAME={secret}\n")).unwrap();
        fs::write(home.join("labels"), format!("api-token={secret}\n")).unwrap();
        let run = self.sdocker(line, secret);
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let out = |line: &str| {
            let Output { stdout, stderr, .. } = self.sdocker(&words(line), secret);
            text(&[stdout, stderr].concat())
        };
        vec![
            ("output", text(&run.stdout)),
            ("report", text(&run.stderr)),
            ("journal", journal(home)),
            ("log", out("log")),
            ("log in JSON", out("log --format json")),
            ("why", out("why")),
            ("check", self.checked(line, secret, "text")),
            ("check in JSON", self.checked(line, secret, "json")),
        ]
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn journal(home: &Path) -> String {
    fs::read_to_string(home.join("sdocker/journal.jsonl")).unwrap()
}

fn with_secret(parts: &[&[&str]], secret: &str) -> Vec<String> {
    parts.concat().iter().map(|word| word.replace("@@", secret)).collect()
}

proptest! {
    // Each case starts the program six times.
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_secret_is_neither_shown_nor_kept(
        profile in select(&["baseline", "strict", "permissive"][..]),
        ways in subsequence(WAYS, 1..4).prop_shuffle(),
        breaches in subsequence(BREACHES, 0..4),
        command in select(COMMANDS),
        secret in "-?[a-zA-Z0-9_+%.]{0,6}geheim[a-zA-Z0-9:/@!#=é日-]{0,9}",
    ) {
        let world = World { engine: FakeEngine::speaking("1.44") };
        let mut line: Vec<String> = ["--policy", profile, "create"].map(str::to_owned).into();
        line.extend(breaches.concat().iter().map(|word| (*word).to_owned()));
        line.extend(with_secret(&ways, &secret));
        line.push("busybox".to_owned());
        line.extend(with_secret(&[command], &secret));
        for (place, text) in world.kept(&line, &secret) {
            prop_assert!(!text.contains(&secret), "{} of {:?}:\n{}", place, line, text);
            prop_assert!(!text.contains("geheim"), "{} of {:?}:\n{}", place, line, text);
        }
        prop_assert!(!world.engine.requests().is_empty());
        prop_assert!(journal(world.engine.directory()).contains("\"argv\":[\"sdocker\","));
    }
}
