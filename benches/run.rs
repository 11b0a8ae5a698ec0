//! What `sdocker run` costs beside docker's own command and the bare engine, as ratios taken in one go. Asserts nothing.
//!
//! `make bench` starts the engine and names it in `SDOCKER_TEST_ENGINE`; `SDOCKER_BENCH_RUNS` sets the rounds.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot measure stops"
)]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

#[expect(dead_code, reason = "the live tests use the rest")]
#[path = "../tests/support/http.rs"]
mod http;

use http::RawEngine;

const SDOCKER: &str = env!("CARGO_BIN_EXE_sdocker");
const ROUNDS: usize = 30;
const STREAM_ROUNDS: usize = 3;
const STREAM_MEBIBYTES: u64 = 1024;
const CROWD: usize = 100;

/// What one run of a program took.
#[derive(Debug, Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
    peak_kib: i64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((mode, program)) = arguments.split_first()
        && mode == "--measure"
    {
        measure_child(program);
    } else {
        compare();
    }
}

/// Runs one program in a process that has no other child: peak memory is known for all children together only.
fn measure_child(program: &[String]) {
    let (program, arguments) = program.split_first().expect("a program to measure");
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null());
    let begin = Instant::now();
    let status = command.status().unwrap();
    let wall = begin.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = |t: nix::sys::time::TimeVal| t.tv_sec() * 1_000_000 + t.tv_usec();
    let cpu = micros(usage.user_time()) + micros(usage.system_time());
    println!("{} {cpu} {} {}", wall.as_micros(), usage.max_rss(), status.code().unwrap_or(-1));
}

/// The programs' surroundings: nothing of the person who measures.
struct Bench {
    home: tempfile::TempDir,
    host: String,
    engine: RawEngine,
    docker: PathBuf,
}

impl Bench {
    fn measure(&self, program: &Path, line: &str, stdin: Option<&Path>) -> Cost {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--measure").arg(program).args(shell_words::split(line).unwrap());
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", self.home.path());
        command.env("DOCKER_HOST", &self.host);
        command.stdin(stdin.map_or_else(Stdio::null, |path| File::open(path).unwrap().into()));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let numbers: Vec<i64> =
            String::from_utf8_lossy(&output.stdout).split_whitespace().map(|n| n.parse().unwrap()).collect();
        let [wall, cpu, peak_kib, code] = numbers[..] else { panic!("{} {line}: {said}", program.display()) };
        assert_eq!(code, 0, "{} {line}: {said}", program.display());
        let micros = |n: i64| Duration::from_micros(n.unsigned_abs());
        Cost { wall: micros(wall), cpu: micros(cpu), peak_kib }
    }

    /// The engine's own time for what `run --rm IMAGE true` asks of it.
    fn floor(&self) -> Duration {
        let begin = Instant::now();
        let body = r#"{"Image":"busybox","Cmd":["true"],"AttachStdout":true,"AttachStderr":true,
            "HostConfig":{"AutoRemove":true}}"#;
        let id = self.engine.request("POST", "/containers/create", body).body;
        let id = id["Id"].as_str().expect("an id");
        let upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n";
        let attach = format!("/containers/{id}/attach?stream=1&stdout=1&stderr=1");
        let mut output = self.engine.send("POST", &attach, upgrade, "");
        let mut wait = self.engine.send("POST", &format!("/containers/{id}/wait?condition=removed"), "", "");
        self.engine.request("POST", &format!("/containers/{id}/start"), "");
        let mut rest = Vec::new();
        output.read_to_end(&mut rest).unwrap();
        wait.read_to_end(&mut rest).unwrap();
        begin.elapsed()
    }
}

fn compare() {
    let host = std::env::var("SDOCKER_TEST_ENGINE").expect("an engine in SDOCKER_TEST_ENGINE: run `make bench`");
    let rounds = std::env::var("SDOCKER_BENCH_RUNS").map_or(ROUNDS, |n| n.parse().unwrap());
    let path = std::env::var_os("PATH").unwrap();
    let docker = std::env::split_paths(&path).map(|dir| dir.join("docker")).find(|file| file.is_file());
    let docker = docker.expect("docker's own command in PATH, to compare with").canonicalize().unwrap();
    let bench = Bench { home: tempfile::tempdir().unwrap(), engine: RawEngine::at(&host), host, docker };

    let version = bench.engine.request("GET", "/version", "").body;
    println!(
        "engine {}, docker {}, {rounds} rounds; medians, and lower quartiles above the bare engine",
        version["Version"],
        version_of(&bench.docker)
    );
    println!("{:<34}{:>12}{:>12}{:>8}  goal", "figure", "docker", "sdocker", "ratio");
    runs(&bench, rounds);
    start_up(&bench, rounds);
    streams(&bench);
    crowd(&bench);
    let size = |path: &Path| path.metadata().unwrap().len() as f64 / 1e6;
    row("binary, MB", size(&bench.docker), size(Path::new(SDOCKER)), "");
}

fn runs(bench: &Bench, rounds: usize) {
    let contestants = [
        (bench.docker.as_path(), "run --rm busybox true"),
        (Path::new(SDOCKER), "--policy permissive run --rm busybox true"),
        (Path::new(SDOCKER), "run --rm busybox true"),
    ];
    for (program, line) in contestants {
        bench.measure(program, line, None);
    }
    let mut floors = Vec::new();
    let mut costs = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..rounds {
        floors.push(millis(bench.floor()));
        // Nobody always comes right after the floor.
        for turn in 0..contestants.len() {
            let who = (turn + round) % contestants.len();
            let (program, line) = contestants[who];
            costs[who].push(bench.measure(program, line, None));
        }
    }
    let floor = quartile(floors);
    println!("{:<34}{floor:>12.1}", "run --rm, bare engine, ms");
    let [docker, ours @ ..] = costs;
    for (name, ours) in ["permissive", "baseline"].into_iter().zip(ours) {
        let compare = |what: &str, middle: fn(Vec<f64>) -> f64, of: &dyn Fn(&Cost) -> f64, goal: &str| {
            let [docker, ours] = [&docker, &ours].map(|costs| middle(costs.iter().map(of).collect()));
            row(&format!("{what}, {name}"), docker, ours, goal);
        };
        compare("run above that, ms", quartile, &|cost| millis(cost.wall) - floor, "0.33");
        compare("run CPU, ms", median, &|cost| millis(cost.cpu), "0.25");
        compare("run peak memory, MB", median, &|cost| cost.peak_kib as f64 * 1.024e-3, "0.33");
    }
}

fn start_up(bench: &Bench, rounds: usize) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (times, program) in times.iter_mut().zip([bench.docker.as_path(), Path::new(SDOCKER)]) {
            times.push(millis(bench.measure(program, "--version", None).wall));
        }
    }
    let [docker, ours] = times.map(median);
    row("--version, ms", docker, ours, "0.20");
}

fn streams(bench: &Bench) {
    let zeros = bench.home.path().join("zeros");
    File::create(&zeros).unwrap().set_len(STREAM_MEBIBYTES << 20).unwrap();
    // The engine's log would be the slowest part of it.
    let plain = "--rm --log-driver none";
    let out = format!("run {plain} busybox dd if=/dev/zero bs=1M count={STREAM_MEBIBYTES} status=none");
    let into = format!("run {plain} -i busybox dd of=/dev/null bs=1M status=none");
    let ours = |line: &str| format!("--policy permissive {line}");
    for (name, line, stdin) in [("stdout", out, None), ("stdin", into, Some(&*zeros))] {
        let contestants = [(bench.docker.as_path(), line.clone()), (Path::new(SDOCKER), ours(&line))];
        let mut walls = [Vec::new(), Vec::new()];
        let mut cpus = [Vec::new(), Vec::new()];
        for _ in 0..STREAM_ROUNDS {
            for (who, (program, line)) in contestants.iter().enumerate() {
                let cost = bench.measure(program, line, stdin);
                walls[who].push(cost.wall.as_secs_f64());
                cpus[who].push(cost.cpu.as_secs_f64());
            }
        }
        let ([docker, ours], [docker_cpu, our_cpu]) = (walls.map(median), cpus.map(median));
        row(&format!("{name} of {STREAM_MEBIBYTES} MiB, s"), docker, ours, "1.00");
        row(&format!("{name} of {STREAM_MEBIBYTES} MiB, CPU s"), docker_cpu, our_cpu, "0.50");
    }
}

/// Many runs at the same time: until the last has ended, and what all clients together hold at their peaks.
fn crowd(bench: &Bench) {
    let contestants =
        [(bench.docker.as_path(), "run --rm busybox true"), (Path::new(SDOCKER), "run --rm busybox true")];
    let outcomes = contestants.map(|(program, line)| {
        let begin = Instant::now();
        let costs: Vec<Cost> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..CROWD).map(|_| scope.spawn(|| bench.measure(program, line, None))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        let memory: i64 = costs.iter().map(|cost| cost.peak_kib).sum();
        let cpu: f64 = costs.iter().map(|cost| millis(cost.cpu)).sum();
        (begin.elapsed().as_secs_f64(), cpu, memory as f64 * 1.024e-3)
    });
    let [docker, ours] = outcomes;
    row(&format!("{CROWD} runs at once, s"), docker.0, ours.0, "");
    row(&format!("{CROWD} runs at once, CPU ms"), docker.1, ours.1, "");
    row(&format!("{CROWD} runs at once, memory MB"), docker.2, ours.2, "");
}

fn version_of(docker: &Path) -> String {
    let said = Command::new(docker).arg("--version").output().unwrap().stdout;
    let said = String::from_utf8_lossy(&said);
    said.split([' ', ',']).nth(2).unwrap_or("?").to_owned()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median(values: Vec<f64>) -> f64 {
    ranked(values, 2)
}

/// A quarter of the values is below. What else the machine does only adds to a time: for small differences of long
/// times this is steadier than the median.
fn quartile(values: Vec<f64>) -> f64 {
    ranked(values, 4)
}

fn ranked(mut values: Vec<f64>, part: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / part]
}

fn row(figure: &str, docker: f64, ours: f64, goal: &str) {
    let goal = if goal.is_empty() { String::new() } else { format!("at most {goal}") };
    println!("{figure:<34}{docker:>12.2}{ours:>12.2}{:>8.2}  {goal}", ours / docker);
}
