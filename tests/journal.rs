//! The journal as its readers see it: `sdocker log`, `sdocker why`, and what many processes at once leave behind.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A home, and no engine: images are judged before one is needed.
struct World {
    home: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.args(shell_words::split(line).unwrap()).env_clear().current_dir(self.home.path());
        for place in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            command.env(place, self.home.path());
        }
        command.env("DOCKER_HOST", "unix:///nowhere/docker.sock");
        command
    }

    fn sdocker(&self, line: &str) -> (Option<i32>, String, String) {
        let Output { status, stdout, stderr } = self.command(line).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }

    /// A run that is refused because of its image.
    fn refused(&self, line: &str) -> String {
        let (code, _, said) = self.sdocker(&format!("--policy strict run {line}"));
        assert_eq!(code, Some(125), "{said}");
        // The way on is shown in its own form.
        said.split_once("note: ").map_or(said.clone(), |(refusal, _)| refusal.to_owned())
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("sdocker/journal.jsonl")
    }

    /// The lines of a verb that ends well and does not complain.
    fn lines(&self, line: &str) -> Vec<String> {
        let (code, out, said) = self.sdocker(line);
        assert_eq!((code, said.as_str()), (Some(0), ""), "{line}");
        out.lines().map(str::to_owned).collect()
    }
}

fn records(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn why_shows_the_refusal_as_it_was_and_the_grant() {
    let world = World::new();
    let first = world.refused("-e PASS=geheim 'evil/größe' sh -c 'a b'");
    let second = world.refused("evil/other");
    let (code, out, said) = world.sdocker("why");
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(out.contains(&second) && !out.contains(&first), "{out}");
    for part in [
        "run of evil/other by ",
        "\nimages: ",
        "  sdocker policy allow images --image docker.io/evil/other --for 30d --reason 'say why it has to be'\n",
        "[[grant]]\nrule = \"images\"\nimage = [\"docker.io/evil/other\"]\nreason = \"say why it has to be\"\nuntil = 20",
    ] {
        assert!(out.contains(part), "no {part} in:\n{out}");
    }
    // The grant is one that the policy takes: the block as it stands, and the command.
    let (_, block) = out.split_once("or adds to its text:\n\n").unwrap();
    fs::write(world.home.path().join("p.toml"), format!("extends = \"strict\"\n{block}")).unwrap();
    let (code, checked, said) = world.sdocker("policy check p.toml");
    assert_eq!(code, Some(0), "{checked}{said}");
    let command = out.lines().find_map(|line| line.strip_prefix("  sdocker ")).unwrap();
    let (code, _, said) = world.sdocker(command);
    assert_eq!(code, Some(0), "{said}");

    // The image's name is none, so docker's grammar refused it and nothing was judged.
    assert!(first.contains("invalid reference format"));
    assert_eq!(world.sdocker("why 2").0, Some(1));

    let first = world.refused("-e PASS=geheim --rm evil/one sh -c 'a b'");
    world.refused("evil/two");
    let (_, out, _) = world.sdocker("why 2");
    assert!(out.contains(&first) && first.contains("'PASS=***'") && first.contains("^^^^^^^^ asked for here"), "{out}");
}

#[test]
fn without_a_refusal_there_is_nothing_to_explain() {
    let world = World::new();
    let (code, out, said) = world.sdocker("why");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(said.contains("there is no such refusal in "), "{said}");
    assert_eq!(world.sdocker("why 0").0, Some(2));
    assert_eq!(world.lines("log"), Vec::<String>::new());
}

#[test]
fn log_shows_what_is_asked_for() {
    let world = World::new();
    world.refused("evil/one:1");
    world.refused("evil/two");
    let all = world.lines("log");
    assert_eq!(all.len(), 2);
    assert!(all[0].contains("  refused   ") && all[0].ends_with("evil/one:1                images deny"), "{all:?}");
    for (conditions, count) in [
        ("--denied", 2),
        ("--rule images", 2),
        ("--rule user", 0),
        ("--image evil/one", 1),
        ("--image evil/one:2", 0),
        ("--since 1h", 2),
        ("--since 2020-01-01 --image docker.io/evil/two", 1),
        ("--since 2999-01-01", 0),
    ] {
        assert_eq!(world.lines(&format!("log {conditions}")).len(), count, "{conditions}");
    }
    let json: Vec<Value> =
        world.lines("log --format json").iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json, records(&world.path()));
    assert_eq!((&json[0]["v"], &json[0]["verdict"]), (&1.into(), &"refused".into()));
    for mistaken in ["--since yesterday", "--rule nosuch", "--format xml", "--since"] {
        assert_eq!(world.sdocker(&format!("log {mistaken}")).0, Some(2), "{mistaken}");
    }
}

#[test]
fn a_broken_line_hides_no_other() {
    let world = World::new();
    world.refused("evil/one");
    let text = fs::read(world.path()).unwrap();
    fs::write(world.path(), [text.as_slice(), b"{\"v\":1,\"time\":\"2\n\0\0\xff\n", &text[..100]].concat()).unwrap();
    world.refused("evil/two");
    let (code, out, said) = world.sdocker("log");
    assert_eq!((code, out.lines().count()), (Some(0), 2));
    assert_eq!(said, "sdocker: warning: lines of the journal that are no records: 3\n");
    assert!(world.sdocker("why").1.contains("evil/two"));
}

#[test]
fn a_journal_that_cannot_be_written_is_said_and_nothing_else_changes() {
    let world = World::new();
    fs::create_dir_all(world.path()).unwrap();
    let said = world.refused("evil/one");
    assert!(said.starts_with("sdocker: warning: cannot write the journal "), "{said}");
    assert!(said.contains("error[images]: "), "{said}");
    let (code, _, said) = world.sdocker("log");
    assert!(code == Some(1) && said.contains("cannot read the journal"), "{said}");
}

#[test]
fn the_policy_says_where_decisions_are_written() {
    let world = World::new();
    let at = |name: &str| world.home.path().join(name);
    fs::write(at("p.toml"), format!("[images]\nallow = []\n[journal]\npath = \"{}\"\n", at("d/j.log").display()))
        .unwrap();
    let (code, _, said) = world.sdocker("--policy ./p.toml run evil/one");
    assert_eq!(code, Some(125), "{said}");
    assert_eq!((records(&at("d/j.log")).len(), world.path().exists()), (1, false));
    assert_eq!(world.lines("--policy ./p.toml log").len(), 1);
    assert!(world.sdocker("--policy ./p.toml why").1.contains("evil/one"));
    assert!(world.sdocker("--policy ./p.toml policy show --origin").1.contains("/d/j.log\"  # ./p.toml:4\n"));
    assert_eq!(world.lines("log").len(), 0);
}

#[test]
fn many_processes_at_once_lose_nothing_while_files_are_moved_on() {
    const PROCESSES: usize = 60;
    let world = World::new();
    world.refused("evil/before");
    // Nearly full, so that it is moved on while they write.
    let line = fs::read(world.path()).unwrap();
    let room = (4 << 20) - line.len() * PROCESSES / 2;
    fs::write(world.path(), line.repeat(room / line.len())).unwrap();
    let before = room / line.len();
    let mut children: Vec<Child> = (0..PROCESSES)
        .map(|n| {
            let mut command = world.command(&format!("--policy strict run evil/p{n}"));
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    children.iter_mut().for_each(|child| assert_eq!(child.wait().unwrap().code(), Some(125)));
    let older = world.path().with_extension("jsonl.1");
    let (old, new) = (records(&older), records(&world.path()));
    assert!(fs::metadata(&older).unwrap().len() <= 4 << 20 && !new.is_empty());
    assert_eq!(old.len() + new.len(), before + PROCESSES);
    let mut images: Vec<&str> = old[before..].iter().chain(&new).map(|r| r["image"].as_str().unwrap()).collect();
    images.sort_unstable();
    let mut expected: Vec<String> = (0..PROCESSES).map(|n| format!("evil/p{n}")).collect();
    expected.sort_unstable();
    assert_eq!(images, expected);
    assert_eq!(world.lines("log").len(), before + PROCESSES);
}

#[test]
fn follow_goes_on_behind_a_file_that_is_moved_on_and_ends_on_int() {
    let world = World::new();
    world.refused("evil/first");
    let mut child = world.command("log --follow --denied").stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut shown = || {
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        line
    };
    assert!(shown().contains("evil/first"));
    world.refused("evil/second");
    assert!(shown().contains("evil/second"));
    fs::rename(world.path(), world.path().with_extension("jsonl.1")).unwrap();
    world.refused("evil/third");
    assert!(shown().contains("evil/third"));
    std::thread::sleep(Duration::from_millis(50));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    let ended = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(Signal::INT.as_raw()), "{ended:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let world = World::new();
    (0..3).for_each(|n| drop(world.refused(&format!("evil/{n}"))));
    let line = fs::read(world.path()).unwrap();
    fs::write(world.path(), line.repeat(500)).unwrap();
    let mut child = world.command("log").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}
