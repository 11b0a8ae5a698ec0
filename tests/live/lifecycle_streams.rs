//! What goes in and comes out in each combination of flags.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::sandbox::{Sandbox, eventually, wait};

const BOTH: &str = "sh -c 'echo out; echo err >&2'";

#[test]
fn create_and_background_print_the_id_alone() {
    let sandbox = Sandbox::new();
    for verb in ["create", "run -d"] {
        let name = sandbox.name();
        let run = sandbox.permissive(&format!("{verb} --name {name} busybox true")).exits(0).quiet();
        assert_eq!(run.stdout, format!("{}\n", name.value("/Id").as_str().unwrap()).as_bytes(), "{verb}");
    }
}

#[test]
fn with_a_terminal_inside_all_output_is_one() {
    let sandbox = Sandbox::new();
    let run = sandbox.permissive(&format!("run --rm -t busybox {BOTH}")).exits(0).quiet();
    assert_eq!(run.stdout, b"out\r\nerr\r\n");
    let apart = sandbox.permissive(&format!("run --rm busybox {BOTH}")).exits(0);
    assert_eq!((apart.stdout.as_slice(), apart.stderr.as_str()), (b"out\n".as_slice(), "err\n"));
}

#[test]
fn a_long_output_arrives_whole_before_the_client_ends() {
    let sandbox = Sandbox::new();
    for (flags, end) in [("", "\n200000\n"), ("-t", "\r\n200000\r\n")] {
        let run = sandbox.permissive(&format!("run --rm {flags} busybox seq 200000")).exits(0).quiet();
        assert!(run.stdout.ends_with(end.as_bytes()), "{flags}: {} bytes", run.stdout.len());
    }
}

#[test]
fn only_the_streams_that_were_asked_for_are_shown() {
    let sandbox = Sandbox::new();
    for (flags, stdout, stderr) in [
        ("-a stdout", "out\n", ""),
        ("-a stderr", "", "err\n"),
        ("-a stdout -a stderr", "out\n", "err\n"),
        ("-a stdin", "", ""),
        ("-i -a stdin -a stderr", "", "err\n"),
    ] {
        let run = sandbox.permissive(&format!("run --rm {flags} busybox {BOTH}")).exits(0);
        assert_eq!((run.text(), run.stderr.as_str()), (stdout.trim().to_owned(), stderr), "{flags}");
    }
}

#[test]
fn input_alone_reaches_the_container() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let line =
        format!("--policy permissive run --name {name} -i -a stdin busybox sh -c 'read line; test $line = word'");
    sandbox.sdocker_fed(&line, b"word\n").exits(0).quiet().says("");
}

#[test]
fn the_end_of_a_pipe_a_file_and_nothing_is_an_end() {
    let sandbox = Sandbox::new();
    sandbox.sdocker_fed("--policy permissive run --rm -i busybox wc -c", b"hello").exits(0).says("5");
    std::fs::write(sandbox.home().join("words"), "four").unwrap();
    for (redirection, count) in [("<words", "4"), ("</dev/null", "0"), ("<&-", "0")] {
        let binary = env!("CARGO_BIN_EXE_sdocker");
        let script = format!("exec {binary} --policy permissive run --rm -i busybox wc -c {redirection}");
        let ended = sandbox.wrapped("sh", &["-c", &script]).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{redirection}: {}", String::from_utf8_lossy(&ended.stderr));
        assert_eq!(String::from_utf8_lossy(&ended.stdout).trim(), count, "{redirection}");
    }
}

#[test]
fn the_exit_does_not_wait_for_whoever_writes_the_input() {
    let sandbox = Sandbox::new();
    let line = "--policy permissive run --rm -i busybox sh -c 'exit 4'";
    let mut child = sandbox.command(line).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let _typist = child.stdin.take();
    assert_eq!(wait(&mut child, line), Some(4));
}

#[test]
fn output_comes_as_it_is_written() {
    let sandbox = Sandbox::new();
    let line = "--policy permissive run --rm -i busybox cat";
    let mut child = sandbox.command(line).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap());
    for word in ["one\n", "two\n"] {
        to.write_all(word.as_bytes()).unwrap();
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        assert_eq!(line, word);
    }
    drop(to);
    assert_eq!(wait(&mut child, line), Some(0));
}

#[test]
fn in_the_background_input_is_open_and_not_forwarded() {
    let sandbox = Sandbox::new();
    for flags in ["-d -i", "-d -t", "-d -it"] {
        let name = sandbox.name();
        let command = if flags == "-d -i" { "cat" } else { "sh" };
        let line = format!("--policy permissive run {flags} --name {name} busybox {command}");
        sandbox.sdocker_fed(&line, b"exit\n").exits(0);
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(name.value("/State/Running"), true, "{flags}");
        assert_eq!(name.value("/Config/OpenStdin"), flags != "-d -t", "{flags}");
    }
}

#[test]
fn a_terminal_inside_needs_none_outside_without_input() {
    let sandbox = Sandbox::new();
    sandbox.permissive("run --rm -t busybox tty").exits(0).says("/dev/pts/0");
    let name = sandbox.name();
    sandbox.permissive(&format!("create -it --name {name} busybox sh")).exits(0).quiet();
    assert_eq!(name.value("/Config/Tty"), true);
    let refused = sandbox.permissive("run --rm -it busybox true").exits(1);
    assert_eq!(refused.stderr, "the input device is not a TTY\n");
}

#[test]
fn a_reader_that_leaves_ends_the_client_and_not_the_container() {
    let sandbox = Sandbox::new();
    for flags in ["", "--rm"] {
        let name = sandbox.name();
        let line = format!("--policy permissive run {flags} --name {name} busybox yes");
        let mut child = sandbox.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 2]).unwrap();
        drop(stdout);
        assert_eq!(wait(&mut child, &line), Some(1), "{flags}");
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "write /dev/stdout: broken pipe\n");
        assert_eq!(name.value("/State/Running"), true, "{flags}");
    }
}

#[test]
fn a_reader_of_errors_that_leaves_is_noticed_too() {
    let sandbox = Sandbox::new();
    let name = sandbox.name();
    let line = format!("--policy permissive run --name {name} busybox sh -c 'yes >&2'");
    let mut child = sandbox.command(&line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_exact(&mut [0; 2]).unwrap();
    drop(stderr);
    assert_eq!(wait(&mut child, &line), Some(1));
}

#[test]
fn closed_output_is_no_output() {
    let sandbox = Sandbox::new();
    let binary = env!("CARGO_BIN_EXE_sdocker");
    for (redirection, code) in [(">&-", 3), ("2>&-", 3), (">&- 2>&-", 3), ("<&- >&- 2>&-", 3)] {
        let name = sandbox.name();
        let run = format!("--policy permissive run -i --name {name} busybox sh -c 'echo out; echo err >&2; exit 3'");
        let ended = sandbox.wrapped("sh", &["-c", &format!("exec {binary} {run} {redirection}")]).output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{redirection}: {}", String::from_utf8_lossy(&ended.stderr));
        eventually("it ends", || name.value("/State/Running") == false);
    }
}

#[test]
fn a_full_disk_is_said() {
    let sandbox = Sandbox::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let name = sandbox.name();
    let line = format!("--policy permissive run --name {name} busybox echo out");
    let began = Instant::now();
    let ended = sandbox.command(&line).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "write /dev/stdout: no space left on device\n");
    assert_eq!(ended.status.code(), Some(1));
    assert!(began.elapsed() < Duration::from_secs(30));
}
