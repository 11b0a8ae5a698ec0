//! The corpus of ways round a policy on the command line, held against the policy beside it: nothing that must be refused
//! passes, nothing that must pass is refused, and what must be changed comes out with a safe value.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/fake_engine.rs"]
mod fake_engine;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use fake_engine::FakeEngine;
use sdocker::cases::{self, Case, Must};
use sdocker::policy::{Policy, Source};
use sdocker::request::Date;
use sdocker::rules::Rulebook;

/// Nobody in particular, who has no rights on this machine.
const NOBODY: u32 = 65534;

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/attacks")
}

fn source(name: &str) -> Source {
    Source { name: name.into(), text: fs::read_to_string(place().join(name)).unwrap() }
}

fn corpus() -> Vec<Case> {
    cases::read(&source("argv.toml")).unwrap_or_else(|problems| panic!("{problems}"))
}

fn book() -> Rulebook {
    let policy = Policy::owners(&[source("policy.toml")]).unwrap_or_else(|problems| panic!("{problems}"));
    Rulebook::load(policy).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn every_case_holds() {
    let (book, today) = (book(), Date::parse("2026-01-01").unwrap());
    let differs =
        |case: &Case| Some(format!("{}: {}", case.title(), case.expected.differs(&case.judge(&book, today))?));
    let wrong: Vec<String> = corpus().iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{} cases do not hold\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_is_whole_and_says_what_it_proves() {
    let corpus = corpus();
    let count = |must: Must| corpus.iter().filter(|case| case.expected.must == must).count();
    assert_eq!((count(Must::Deny), count(Must::Rewrite), count(Must::Allow)), (172, 40, 19));
    let mut ids: Vec<&str> = corpus.iter().map(|case| case.id.as_deref().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), corpus.len());
    for case in &corpus {
        assert!(case.why.as_ref().is_some_and(|why| !why.is_empty()), "{}", case.title());
        let says_value = !case.expected.then.is_empty() || !case.expected.gone.is_empty();
        assert_eq!(case.expected.must == Must::Rewrite, says_value, "{} says no safe value", case.title());
    }
}

#[test]
fn the_shipped_verb_says_the_same() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
    command.args(["--policy", "policy.toml", "policy", "test", "argv.toml"]).current_dir(place());
    let output = command.env_clear().env("HOME", home.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!((output.status.code(), text.as_ref()), (Some(0), "231 of 231 cases hold\n"), "{output:?}");
}

#[test]
fn a_case_that_comes_otherwise_is_one_line_and_a_mistake_is_no_case() {
    let home = tempfile::tempdir().unwrap();
    let test = |text: &str| {
        fs::write(home.path().join("c.toml"), text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.args(["policy", "test", "c.toml"]).current_dir(home.path()).env_clear().env("HOME", home.path());
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let fixture = "[fixture]\ncaller = { uid = 1, gid = 1 }\ninfo = {}\nversion = {}\nimages = { x = {} }\n";
    let case = "[[case]]\nargv = \"run --privileged x\"\nmust = \"allow\"\n";
    let (code, out, _) = test(&format!("{fixture}{case}"));
    let expected = "c.toml:6: `run --privileged x`: expected allow, and it was refused: [privileged] the container would \
                    get every capability and device of this host\n0 of 1 cases hold\n";
    assert_eq!((code, out.as_str()), (Some(11), expected));
    let (code, out, said) = test(&format!("{fixture}{case}muts = \"deny\"\n"));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(said.contains("c.toml:9: unknown key `muts` in `[case]` (did you mean `must`?)"), "{said}");
}

/// The corpus's cases about files that the caller may not read or write are judged there by what the case tells. Here
/// the program meets a real machine, as a user without rights: it has no more rights than they have.
#[test]
fn files_are_read_and_written_with_the_callers_rights_and_before_anything_is_created() {
    let engine = FakeEngine::speaking("1.41");
    let place = engine.directory().to_owned();
    let program = place.join("sdocker");
    fs::copy(env!("CARGO_BIN_EXE_sdocker"), &program).unwrap();
    for (path, mode) in [(&place, 0o755), (&program, 0o755), (&engine.socket(), 0o777)] {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    let run = |option: &str| {
        let mut command = Command::new(&program);
        command.args(["--policy", "permissive", "run", option, "alpine:3.20"]).env_clear().current_dir("/");
        command.env("DOCKER_HOST", format!("unix://{}", engine.socket().display())).env("HOME", "/nonexistent");
        if rustix::process::getuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for option in [
        "--cidfile=/etc/cron.d/x",
        "--label-file=/etc/shadow",
        "--env-file=/etc/shadow",
        "--security-opt=seccomp=/etc/shadow",
    ] {
        let (code, said) = run(option);
        assert!(matches!(code, Some(125 | 126)) && said.contains("permission denied"), "{option}: {code:?} {said}");
    }
    assert!(!Path::new("/etc/cron.d/x").exists());
    assert!(engine.requests().iter().all(|asked| asked.contains("/_ping")), "{:?}", engine.requests());
}
