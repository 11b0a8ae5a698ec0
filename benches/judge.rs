//! What a judgement costs, facts given, and how a policy's size counts. Prints figures and ratios; asserts nothing.
#![expect(clippy::print_stdout, reason = "a table is what it is for")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a benchmark that cannot measure stops")]

use std::hint::black_box;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use sdocker::policy::{Draft, Layer, Source};
use sdocker::request::wire::ContainerCreate;
use sdocker::request::{Caller, Date, EngineInfo, Fact, Facts, ImageFacts, Manner, Origins, Request, UserTables, json};
use sdocker::rules::Rulebook;
use sdocker::verdict::{Verdict, judge};

const ROUNDS: usize = 31;
const IMAGE: &str = "docker.io/library/postgres:16";

fn main() {
    // `cargo test --benches` runs this too: once through, to see that it still works.
    let rounds = if std::env::args().any(|word| word == "--bench") { ROUNDS } else { 1 };
    let bench = Bench { rounds };
    bench.judgement();
    bench.size();
}

struct Bench {
    rounds: usize,
}

impl Bench {
    /// The median of the CPU time of one call: what else the machine does must not count.
    fn time<T>(&self, calls: u32, mut call: impl FnMut() -> T) -> Duration {
        let calls = if self.rounds == 1 { 1 } else { calls };
        let mut round = || {
            let begin = cpu_time();
            for _ in 0..calls {
                black_box(call());
            }
            (cpu_time() - begin) / calls
        };
        let mut times: Vec<Duration> = (0..self.rounds).map(|_| round()).collect();
        times.sort_unstable();
        *times.get(times.len() / 2).unwrap()
    }

    fn judgement(&self) {
        println!("{:<44} {:>10}  goal", "one ordinary create", "median");
        for profile in ["shared-server", "baseline", "permissive"] {
            let book = book(&[Layer::Profile(profile.to_owned())], &[]);
            let set = book.ruleset(&caller(), IMAGE, today()).unwrap();
            let time = self.time(100, || judge(request(), &set, &caller(), &facts()));
            let making = self.time(100, || (request(), caller(), facts()));
            row(&format!("judged by {profile}"), time.saturating_sub(making), "50 µs");
        }
        let guest = [file("g", "[cpus]\nmax = 1.0\n[images]\nallow = [\"docker.io/library/*\"]\n")];
        let guarded = book(&[Layer::Profile("shared-server".to_owned())], &guest);
        let set = guarded.ruleset(&caller(), IMAGE, today()).unwrap();
        row("the same with a guest", self.time(100, || judge(request(), &set, &caller(), &facts())), "");
        let load = self.time(10, || book(&[Layer::Profile("shared-server".to_owned())], &[]));
        row("shared-server loaded", load, "2 ms");
        match judge(request(), &set, &caller(), &facts()) {
            Verdict::Approved(approval) => println!("({} rewrites)\n", approval.rewrites.len()),
            Verdict::Refused(findings) => panic!("not an ordinary create: {findings:?}"),
        }
    }

    /// A policy ten times as long should cost ten times as much.
    fn size(&self) {
        println!("{:<44} {:>10} {:>10}  ratio, 10 is linear", "[[for]] and [[grant]] blocks, of each", "100", "1000");
        let texts = [100, 1000].map(blocks);
        let books = texts.each_ref().map(|text| book(&[file("p", text)], &[]));
        let compared = |what: &str, [small, large]: [Duration; 2]| {
            let ratio = large.as_secs_f64() / small.as_secs_f64();
            println!("{what:<44} {:>10} {:>10}  {ratio:.1}", shown(small), shown(large));
        };
        compared("loaded", texts.each_ref().map(|text| self.time(1, || book(&[file("p", text)], &[]))));
        compared(
            "the rules for one caller and image",
            books.each_ref().map(|book| self.time(10, || book.ruleset(&caller(), IMAGE, today()).unwrap())),
        );
        let sets = books.each_ref().map(|book| book.ruleset(&caller(), IMAGE, today()).unwrap());
        compared("judged", sets.each_ref().map(|set| self.time(100, || judge(request(), set, &caller(), &facts()))));
    }
}

/// Of this thread.
fn cpu_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    let micros = |time: TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros((micros(usage.user_time()) + micros(usage.system_time())).unsigned_abs())
}

fn row(what: &str, time: Duration, goal: &str) {
    println!("{what:<44} {:>10}  {goal}", shown(time));
}

fn shown(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

fn file(name: &str, text: &str) -> Layer {
    Layer::File(Source { name: name.into(), text: text.to_owned() })
}

fn book(owners: &[Layer], guests: &[Layer]) -> Rulebook {
    Rulebook::of(Draft::of(owners, guests)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Blocks of which the last of each kind counts for what is asked.
fn blocks(count: usize) -> String {
    (1..=count)
        .map(|index| {
            let image = if index == count { "library/postgres".to_owned() } else { format!("team/app-{index}") };
            format!(
                "[[for]]\nwho = [\"uid:{index}\", \"group:ci-{index}\"]\nimage = [\"docker.io/{image}\"]\n\
                 [for.memory]\nmax = \"9g\"\n\
                 [[grant]]\nrule = \"user\"\nimage = [\"docker.io/{image}\"]\nreason = \"needs it\"\nuntil = 2099-12-31\n"
            )
        })
        .collect()
}

fn today() -> Date {
    Date::parse("2027-03-31").unwrap()
}

fn caller() -> Caller {
    Caller { groups: vec![1000, 2000], name: Some("alice".to_owned()), ..Caller::numbered(1000, 1000) }
}

fn request() -> Request {
    let body = br#"{"Image":"docker.io/library/postgres:16","Cmd":["postgres","-c","fsync=off"],
        "Env":["POSTGRES_PASSWORD=x","PGDATA=/data"],"Labels":{"team":"a"},"AttachStdout":true,
        "HostConfig":{"NanoCpus":500000000,"Memory":268435456,"CapDrop":["ALL"],
        "RestartPolicy":{"Name":"no"},"LogConfig":{"Type":""},"NetworkMode":"default"},
        "NetworkingConfig":{"EndpointsConfig":{}}}"#;
    let body: ContainerCreate = json::decode(body).unwrap();
    Request { body, name: Some("db".to_owned()), platform: None, origins: Origins::posted(), manner: Manner::default() }
}

fn facts() -> Facts {
    let info = EngineInfo {
        ncpu: 8,
        cpu_quota: true,
        memory_limit: true,
        swap_limit: true,
        pids_limit: true,
        ..EngineInfo::default()
    };
    Facts {
        image: Fact::Known(ImageFacts { id: "sha256:0123".to_owned(), ..ImageFacts::default() }),
        users: Fact::Known(UserTables::default()),
        info: Fact::Known(info),
        sockets: Fact::Known(Vec::new()),
        stands_for: (1000, 1000),
        local: true,
        ..Facts::default()
    }
}
