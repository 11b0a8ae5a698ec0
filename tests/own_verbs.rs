//! What the verbs of sdocker's own say, where no engine is needed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

/// Exit code, standard output and standard error.
fn sdocker(home: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
    command.args(words).env_clear().env("HOME", home).env("XDG_CONFIG_HOME", home).env("XDG_STATE_HOME", home);
    let output = command.current_dir(home).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_dockerfile_is_judged_by_the_rules_of_a_run() {
    let home = home();
    let text = "ARG TAG=3.20\nFROM evil/base:1 AS one\nFROM alpine:${TAG}\nCOPY --from=one /x /x\nUSER 0\n";
    std::fs::write(home.path().join("Dockerfile"), text).unwrap();
    let (code, out, said) = sdocker(home.path(), &["--policy", "strict", "check", "--dockerfile", "Dockerfile"]);
    let expected = "\
error[images]: image `docker.io/evil/base:1` is not among those that are allowed
  --> Dockerfile:2  asked for here
  --> built-in:strict:7  allow = [\"docker.io/library/*\"] # official images; list your own registry here
  = help: use one that matches `docker.io/library/*`
error[user]: `0` is root inside the container: uid 0
  --> Dockerfile:5  asked for here
  --> built-in:baseline:11  action = \"deny\" # root, in every spelling
  = help: leave `--user` out to run as yourself, or name a user: `--user 1000:1000`
";
    assert_eq!((code, out.as_str(), said.as_str()), (Some(11), "", expected));
}

#[test]
fn a_dockerfile_without_fault_says_nothing() {
    let home = home();
    std::fs::write(home.path().join("D"), "FROM alpine\nUSER 1000:1000\n").unwrap();
    let (code, out, said) = sdocker(home.path(), &["check", "--dockerfile", "D"]);
    assert_eq!((code, out.as_str(), said.as_str()), (Some(0), "", ""));
}

#[test]
fn what_a_dockerfile_does_not_say_is_refused() {
    let home = home();
    std::fs::write(home.path().join("D"), "ARG BASE\nFROM $BASE\n").unwrap();
    let (code, _, said) = sdocker(home.path(), &["check", "--dockerfile", "D"]);
    assert_eq!(code, Some(11), "{said}");
    assert!(said.contains("which image this is cannot be told") && said.contains("D:2"), "{said}");
    let (code, _, said) = sdocker(home.path(), &["check", "--dockerfile", "missing"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("no such file or directory"), "{said}");
}

#[test]
fn every_rule_can_be_explained() {
    let home = home();
    let (code, list, _) = sdocker(home.path(), &["explain"]);
    assert_eq!(code, Some(0));
    for line in list.lines() {
        let id = line.split_whitespace().next().unwrap();
        let (code, text, _) = sdocker(home.path(), &["explain", id]);
        assert_eq!(code, Some(0));
        for heading in ["## What", "## Why", "## Instead", "## Reads", "## Keys", "## Profiles", "## Source"] {
            assert!(text.contains(heading), "{id} lacks {heading}");
        }
    }
    assert_eq!(sdocker(home.path(), &["explain", "nosuch"]).0, Some(2));
}

#[test]
fn usage_errors_are_said_with_code_2() {
    let home = home();
    for words in [&["exec", "x"][..], &["check"], &["gateway"], &["audit"], &["--policy"]] {
        let (code, _, said) = sdocker(home.path(), words);
        assert_eq!(code, Some(2), "{words:?}: {said}");
        assert!(!said.is_empty(), "{words:?}");
    }
    let (code, _, said) = sdocker(home.path(), &["--nosuch", "run"]);
    assert!(code == Some(125) && said.starts_with("unknown flag: --nosuch\n"), "docker's own words: {said}");
    let (code, out, _) = sdocker(home.path(), &["--help"]);
    assert!(code == Some(0) && out.contains("--policy NAME|FILE"));
}

#[test]
fn a_machine_without_the_named_engine_says_so_in_dockers_words() {
    let home = home();
    let (code, _, said) = sdocker(home.path(), &["-H", "unix:///nowhere/docker.sock", "run", "busybox"]);
    let expected = "docker: Cannot connect to the Docker daemon at unix:///nowhere/docker.sock. \
                    Is the docker daemon running?\n\nRun 'docker run --help' for more information\n";
    assert_eq!((code, said.as_str()), (Some(125), expected));
}

/// The commands of docker 28.
const DOCKERS: &str = "attach build builder checkpoint commit config container context cp create diff events exec export \
    help history image images import info inspect kill load login logout logs manifest network node pause plugin port ps \
    pull push rename restart rm rmi run save search secret service stack start stats stop swarm system tag top trust \
    unpause update version volume wait";

/// Plugins of docker's command line that its makers ship or have shipped.
const PLUGINS: &str = "agent ai app assemble buildx cloud compose debug desktop dev dhi extension feedback harmonia init \
    jump kubernetes mcp model offload pass registry sandbox sbom scan scout source template";

/// Docker's verbs that sdocker answers in docker's place.
const ANSWERED: [&str; 4] = ["run", "create", "container", "version"];

#[test]
fn own_verbs_take_no_word_of_dockers() {
    let grammar = sdocker::commands::grammar();
    let verbs: Vec<&str> = grammar.get_subcommands().flat_map(|verb| verb.get_name_and_visible_aliases()).collect();
    let taken: Vec<&str> = DOCKERS.split_whitespace().chain(PLUGINS.split_whitespace()).collect();
    let clashes: Vec<&&str> = verbs.iter().filter(|verb| !ANSWERED.contains(verb) && taken.contains(verb)).collect();
    assert!(clashes.is_empty(), "{clashes:?}");
    assert!(ANSWERED.iter().all(|verb| verbs.contains(verb) && taken.contains(verb)));
    for own in ["audit", "check", "explain", "gateway", "policy"] {
        assert!(verbs.contains(&own), "{own}");
    }
    let home = home();
    for own in verbs.iter().filter(|verb| !ANSWERED.contains(verb)) {
        let (code, out, said) = sdocker(home.path(), &[own, "--help"]);
        assert!(code == Some(0) && out.contains(&format!("sdocker {own}")), "{own}: {out}{said}");
    }
}
