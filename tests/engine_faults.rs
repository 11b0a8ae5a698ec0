//! What a run does when the engine does not do what engines do: silence, garbage, half an answer, death at each step.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use sdocker::engine::{Console, Endpoint, Engine, EngineError, Outcome, PullEvent, Removal, RunOptions};
use sdocker::policy::Policy;
use sdocker::request::wire::ContainerCreate;
use sdocker::request::{Caller, Facts, ImageRef, Manner, Origins, Request};
use sdocker::rules::Ruleset;
use sdocker::verdict::{self, Approved, Verdict};

const ID: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const IMAGE: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// What the fake does with one request.
enum Act {
    /// Answers as an engine would.
    Engine,
    /// Sends these bytes and waits for the next request.
    Send(Vec<u8>),
    /// Sends these bytes and hangs up.
    SendAndClose(Vec<u8>),
    /// Says nothing, for ever.
    Silence,
}

type Script = dyn Fn(&str) -> Act + Send + Sync;

/// An engine with one container that prints and exits once it is started.
struct Fake {
    directory: tempfile::TempDir,
    requests: Arc<Mutex<Vec<String>>>,
}

struct Shared {
    script: Box<Script>,
    requests: Arc<Mutex<Vec<String>>>,
    streams: Mutex<Vec<(&'static str, UnixStream)>>,
    exit: u8,
}

impl Fake {
    fn new(exit: u8, script: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("sock")).unwrap();
        let requests = Arc::default();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            requests: Arc::clone(&requests),
            streams: Mutex::default(),
            exit,
        });
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(stream.unwrap()));
            }
        });
        Self { directory, requests }
    }

    fn engine(&self) -> Engine {
        let path = self.directory.path().join("sock");
        Engine::with_ping_limit(Endpoint::Unix(path), Duration::from_millis(300))
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn run(&self, options: &RunOptions) -> (Result<Outcome, EngineError>, String, String) {
        // Files: a copying thread that the run has left behind keeps its handles.
        let (out, err) = (self.directory.path().join("out"), self.directory.path().join("err"));
        // Its writer lives as long as the run: an input that never ends.
        let (stdin, _typist) = std::io::pipe().unwrap();
        let (stdout, stderr) = (File::create(&out).unwrap(), File::create(&err).unwrap());
        let console = Console::new(&stdin, &stdout, &stderr).unwrap();
        let result = block_on(self.engine().run(ID, options, &console));
        let (shown, said) = (fs::read_to_string(out).unwrap(), fs::read_to_string(err).unwrap());
        (result, shown, said)
    }
}

impl Shared {
    fn serve(&self, mut stream: UnixStream) {
        while let Some(request) = head(&mut stream) {
            let asked = request.split(' ').take(2).collect::<Vec<_>>().join(" ");
            self.requests.lock().unwrap().push(asked.clone());
            match (self.script)(&asked) {
                Act::Engine => self.answer(&asked, &mut stream),
                Act::Send(bytes) => stream.write_all(&bytes).unwrap(),
                Act::SendAndClose(bytes) => return stream.write_all(&bytes).unwrap_or_default(),
                Act::Silence => thread::sleep(Duration::from_secs(60)),
            }
        }
    }

    fn answer(&self, asked: &str, stream: &mut UnixStream) {
        let remember = |what| self.streams.lock().unwrap().push((what, stream.try_clone().unwrap()));
        match asked {
            "HEAD /_ping" => stream.write_all(PONG.as_bytes()).unwrap(),
            _ if asked.contains("/attach") => {
                remember("attach");
                stream.write_all(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n").unwrap();
            }
            _ if asked.contains("/wait") => {
                remember("wait");
                stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
            }
            _ if asked.contains("/start") => {
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
                self.live();
            }
            _ if asked.starts_with("DELETE") => stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(),
            _ if asked.contains("/create") => stream.write_all(&json(201, &format!("{{\"Id\":\"{ID}\"}}"))).unwrap(),
            other => panic!("the fake knows no {other}"),
        }
    }

    /// The container's whole life.
    fn live(&self) {
        for (what, mut stream) in self.streams.lock().unwrap().drain(..) {
            if what == "attach" {
                let _ = stream.write_all(&[frame(1, b"out\n"), frame(2, b"err\n")].concat());
                let _ = stream.shutdown(std::net::Shutdown::Both);
            } else {
                let body = format!("{{\"StatusCode\":{}}}", self.exit);
                let _ = write!(stream, "{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
            }
        }
    }
}

const PONG: &str = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\n\r\n";

/// A request's head; its body is read and forgotten.
fn head(stream: &mut UnixStream) -> Option<String> {
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        text.push(byte[0]);
    }
    let text = String::from_utf8(text).unwrap().to_lowercase().replacen("head", "HEAD", 1);
    let length =
        text.split("content-length: ").nth(1).map_or(0, |rest| rest.split("\r\n").next().unwrap().parse().unwrap());
    stream.read_exact(&mut vec![0; length]).ok()?;
    let (method, rest) = text.split_once(' ').unwrap();
    let path =
        ["/v1.41", "/v1.29", "/v1.24"].iter().fold(rest.to_owned(), |path, version| path.replacen(version, "", 1));
    Some(format!("{} {path}", method.to_uppercase()))
}

fn json(status: u16, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into()
}

fn refusal() -> Vec<u8> {
    json(500, r#"{"message":"the engine is unwell"}"#)
}

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, 0, 0, 0, 0, 0, 0, u8::try_from(payload.len()).unwrap()];
    bytes.extend_from_slice(payload);
    bytes
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), work).await.unwrap() })
}

fn foreground() -> RunOptions {
    RunOptions { stdout: true, stderr: true, ..RunOptions::default() }
}

/// An engine that behaves, but for one request.
fn but(at: &'static str, act: impl Fn() -> Act + Send + Sync + 'static) -> Fake {
    Fake::new(0, move |asked| if asked.contains(at) { act() } else { Act::Engine })
}

fn ping(fake: &Fake) -> Result<(), EngineError> {
    let engine = fake.engine();
    block_on(async { engine.ping().await.map(drop) })
}

#[test]
fn a_foreground_run_asks_in_dockers_order() {
    let fake = Fake::new(42, |_| Act::Engine);
    let (result, shown, said) = fake.run(&RunOptions { removal: Removal::Engine, ..foreground() });
    assert_eq!((result.unwrap(), shown.as_str(), said.as_str()), (Outcome::Exited(42), "out\n", "err\n"));
    let at = |rest: &str| format!("POST /containers/{ID}/{rest}");
    let expected =
        ["HEAD /_ping".to_owned(), at("attach?stderr=1&stdout=1&stream=1"), at("wait?condition=removed"), at("start")];
    assert_eq!(fake.requests(), expected);
}

#[test]
fn a_background_run_attaches_nothing_and_prints_the_id() {
    let fake = Fake::new(42, |_| Act::Engine);
    let (result, shown, said) = fake.run(&RunOptions::default());
    assert_eq!((result.unwrap(), shown, said.as_str()), (Outcome::Started, format!("{ID}\n"), ""));
    let at = |rest: &str| format!("POST /containers/{ID}/{rest}");
    assert_eq!(fake.requests(), ["HEAD /_ping".to_owned(), at("wait?condition=next-exit"), at("start")]);
}

#[test]
fn an_input_that_never_ends_does_not_hold_up_the_end() {
    let began = Instant::now();
    let (result, shown, _) = Fake::new(7, |_| Act::Engine).run(&RunOptions { stdin: true, ..foreground() });
    assert_eq!((result.unwrap(), shown.as_str()), (Outcome::Exited(7), "out\n"));
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn input_without_output_ends_with_the_container() {
    let options = RunOptions { stdin: true, ..RunOptions::default() };
    let (result, shown, said) = Fake::new(5, |_| Act::Engine).run(&options);
    assert_eq!((result.unwrap(), shown.as_str(), said.as_str()), (Outcome::Exited(5), "", ""));
}

#[test]
fn a_stream_that_nobody_asked_for_is_lost_even_when_it_is_sent() {
    for (stdout, stderr, shown) in [(true, false, ("out\n", "")), (false, true, ("", "err\n"))] {
        let (result, out, err) =
            Fake::new(0, |_| Act::Engine).run(&RunOptions { stdout, stderr, ..RunOptions::default() });
        assert_eq!((result.unwrap(), out.as_str(), err.as_str()), (Outcome::Exited(0), shown.0, shown.1));
    }
}

#[test]
fn nobody_at_the_socket_is_told_in_dockers_words() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [directory.path().join("absent"), file] {
        let engine = Engine::new(Endpoint::Unix(path.clone()));
        let error = block_on(async { engine.ping().await.map(drop) }).unwrap_err();
        let words =
            format!("Cannot connect to the Docker daemon at unix://{}. Is the docker daemon running?", path.display());
        assert_eq!((error.to_string(), error.exit_code()), (words, 125));
    }
}

#[test]
fn a_silent_engine_is_given_up() {
    let began = Instant::now();
    assert!(matches!(ping(&but("_ping", || Act::Silence)), Err(EngineError::Silent { .. })));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_engine_that_is_none_is_an_error() {
    let say = |text: &'static str| but("_ping", move || Act::SendAndClose(text.into()));
    assert!(matches!(ping(&say("SSH-2.0-OpenSSH\r\n")), Err(EngineError::Garbled { .. })));
    assert!(matches!(ping(&say("HTTP/1.1 200 OK\r\nApi-Ver")), Err(EngineError::Lost)));
    assert!(matches!(ping(&say("")), Err(EngineError::Lost)));
    assert!(matches!(ping(&say("HTTP/1.1 200 OK\r\nApi-Version: new\r\n\r\n")), Err(EngineError::Garbled { .. })));
    assert!(matches!(ping(&say("HTTP/1.1 200 OK\r\nApi-Version: 1.23\r\n\r\n")), Err(EngineError::TooOld(_))));
}

#[test]
fn an_engine_without_head_is_asked_again() {
    let fake = Fake::new(0, |asked| match asked {
        "HEAD /_ping" => Act::Send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into()),
        _ => Act::Send(PONG.replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\nOK").into()),
    });
    ping(&fake).unwrap();
    assert_eq!(fake.requests(), ["HEAD /_ping", "GET /_ping"]);
}

fn approved(name: &str) -> Approved<Request> {
    let rules = Ruleset::load(&Policy::built_in("permissive").unwrap()).unwrap();
    let caller = Caller::numbered(1000, 1000);
    let request = Request {
        body: ContainerCreate { image: "alpine".to_owned(), ..ContainerCreate::default() },
        name: Some(name.to_owned()),
        platform: Some("linux/amd64".to_owned()),
        origins: Origins::default(),
        manner: Manner::default(),
    };
    match verdict::judge(request, &rules, &caller, &Facts::default()) {
        Verdict::Approved(approval) => approval.request,
        Verdict::Refused(findings) => panic!("{findings:?}"),
    }
}

#[test]
fn create_tells_what_became_of_it() {
    let create = |act: fn() -> Act| {
        let fake = but("/create", act);
        let created = block_on(fake.engine().create(&approved("a b")));
        assert_eq!(fake.requests(), ["HEAD /_ping", "POST /containers/create?name=a%20b&platform=linux%2famd64"]);
        created
    };
    let warned = create(|| Act::Send(json(201, &format!("{{\"Id\":\"{ID}\",\"Warnings\":[\"w\"]}}"))));
    assert_eq!(warned.unwrap().warnings, ["w"]);
    let created = create(|| Act::Send(json(201, &format!("{{\"Id\":\"{ID}\",\"Warnings\":null}}"))));
    assert_eq!(created.unwrap().id, ID);
    let absent = create(|| Act::Send(json(404, r#"{"message":"No such image: alpine:latest"}"#)));
    assert!(matches!(absent, Err(EngineError::NoSuchImage(_))));
    let taken = create(|| Act::Send(json(409, r#"{"message":"Conflict. taken"}"#))).unwrap_err();
    assert_eq!(taken.to_string(), "Error response from daemon: Conflict. taken");
    let elsewhere = create(|| Act::Send(json(201, r#"{"Id":"../../info"}"#)));
    assert!(matches!(elsewhere, Err(EngineError::Name(_))));
    assert!(matches!(create(|| Act::Send(json(201, "{}"))), Err(EngineError::Garbled { .. })));
    assert!(matches!(create(|| Act::SendAndClose(Vec::new())), Err(EngineError::Lost)));
    let half = create(|| Act::SendAndClose(b"HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{\"Id\"".into()));
    assert!(matches!(half, Err(EngineError::Lost)));
}

#[test]
fn an_engine_without_wait_conditions_tells_by_its_events() {
    let run = |happens: &[&str], removal| {
        let fake = of_old_api("1.29", happens, |_| Act::Engine);
        let (result, _, _) = fake.run(&RunOptions { removal, ..foreground() });
        assert!(fake.requests().iter().all(|r| !r.contains("/wait") && !r.starts_with("DELETE")));
        result.unwrap()
    };
    assert_eq!(run(&["start", "die"], Removal::Nobody), Outcome::Exited(9));
    assert_eq!(run(&["die", "destroy"], Removal::Engine), Outcome::Exited(9));
    assert_eq!(run(&["die", "cleanup", "remove"], Removal::Engine), Outcome::Exited(9), "as podman says it");
    assert_eq!(run(&["die"], Removal::Engine), Outcome::Lost);
    assert_eq!(run(&[], Removal::Nobody), Outcome::Lost);
}

/// An engine of an API that has no wait conditions; this happens to its container.
fn of_old_api(api: &'static str, happens: &[&str], script: fn(&str) -> Act) -> Fake {
    let event = |status: &&str| {
        let body = format!("{{\"status\":\"{status}\",\"Actor\":{{\"Attributes\":{{\"exitCode\":\"9\"}}}}}}\n");
        format!("{:x}\r\n{body}\r\n", body.len())
    };
    let events: String = happens.iter().map(event).collect();
    Fake::new(0, move |asked| match asked {
        "HEAD /_ping" => Act::Send(PONG.replace("1.41", api).into()),
        _ if asked.contains("/events") => {
            Act::SendAndClose(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{events}").into())
        }
        _ => script(asked),
    })
}

#[test]
fn the_client_removes_what_the_engine_does_not() {
    let options = RunOptions { removal: Removal::Client, ..foreground() };
    let removal = format!("DELETE /containers/{ID}?v=1");

    let fake = of_old_api("1.24", &["start", "die"], |_| Act::Engine);
    let (result, shown, said) = fake.run(&options);
    assert_eq!((result.unwrap(), shown.as_str(), said.as_str()), (Outcome::Exited(9), "out\n", "err\n"));
    assert_eq!(fake.requests().last(), Some(&removal));

    let fake = of_old_api("1.24", &["start", "die"], |asked| match asked {
        _ if asked.starts_with("DELETE") => Act::Send(refusal()),
        _ => Act::Engine,
    });
    let (result, _, said) = fake.run(&options);
    assert_eq!(result.unwrap(), Outcome::Exited(9));
    assert!(said.ends_with("error removing container: Error response from daemon: the engine is unwell\n"), "{said}");

    let fake = of_old_api("1.24", &[], |asked| match asked {
        _ if asked.contains("/start") => Act::Send(json(400, r#"{"message":"exec: permission denied: unknown"}"#)),
        _ => Act::Engine,
    });
    assert_eq!(fake.run(&options).0.unwrap_err().exit_code(), 126);
    assert_eq!(fake.requests().last(), Some(&removal));
}

#[test]
fn death_at_each_step_ends_the_run() {
    for step in ["_ping", "/attach", "/wait", "/start"] {
        let (result, shown, _) = but(step, || Act::SendAndClose(Vec::new())).run(&foreground());
        let error = result.unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.exit_code(), shown.as_str()),
            ("unexpected EOF", 125, ""),
            "{step}"
        );
    }
}

#[test]
fn a_refusal_at_each_step_is_told() {
    for step in ["/wait", "/start"] {
        let (result, _, _) = but(step, || Act::Send(refusal())).run(&foreground());
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), "Error response from daemon: the engine is unwell", "{step}");
        assert_eq!(error.exit_code(), 125);
    }
    let (result, _, _) = but("/attach", || Act::Send(refusal())).run(&foreground());
    let error = result.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.exit_code()), ("unable to upgrade to tcp, received 500", 1));
}

#[test]
fn an_engine_that_goes_away_under_way_is_told() {
    let chunked = |body: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}").into_bytes();
    let whole = json(200, "{}");
    for (half, ends) in [(chunked(""), true), (chunked("5\r\n{\"Sta"), true), (whole, false)] {
        let act = move || if ends { Act::SendAndClose(half.clone()) } else { Act::Send(half.clone()) };
        let (result, _, said) = but("/wait", act).run(&foreground());
        assert_eq!(result.unwrap(), Outcome::Lost);
        assert_eq!(Outcome::Lost.code(), 125);
        assert!(said.contains("error waiting for container: "), "{said}");
    }
}

#[test]
fn a_failed_start_of_a_container_that_removes_itself_waits_for_that() {
    let gone = |wait: fn() -> Act| {
        Fake::new(0, move |asked| match asked {
            _ if asked.contains("/start") => Act::Send(json(400, r#"{"message":"exec: permission denied: unknown"}"#)),
            _ if asked.contains("/wait") => wait(),
            _ => Act::Engine,
        })
    };
    let half = || Act::SendAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".into());
    for wait in [|| Act::Send(json(200, r#"{"StatusCode":126}"#)), half] {
        let (result, _, _) = gone(wait).run(&RunOptions { removal: Removal::Engine, ..foreground() });
        assert_eq!(result.unwrap_err().exit_code(), 126);
    }
}

#[test]
fn a_stream_that_is_none_is_an_error() {
    let upgraded = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nsomething else";
    let (result, shown, _) = but("/attach", move || Act::Send(upgraded.to_vec())).run(&foreground());
    assert!(matches!(result, Err(EngineError::Garbled { .. })));
    assert_eq!(shown, "");
}

#[test]
fn output_that_arrives_with_the_head_is_not_lost() {
    let mut upgraded = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n".to_vec();
    upgraded.extend(frame(1, b"early\n"));
    let (result, shown, _) = but("/attach", move || Act::SendAndClose(upgraded.clone())).run(&foreground());
    assert_eq!((result.unwrap(), shown.as_str()), (Outcome::Exited(0), "early\n"));
}

#[test]
fn a_reader_that_leaves_ends_the_run() {
    let fake = Fake::new(0, |_| Act::Engine);
    let (out, stdout) = std::io::pipe().unwrap();
    drop(out);
    let null = File::open("/dev/null").unwrap();
    let console = Console::new(&null, &stdout, &null).unwrap();
    let error = block_on(fake.engine().run(ID, &foreground(), &console)).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.exit_code()), ("write /dev/stdout: broken pipe", 1));
}

#[test]
fn a_connection_that_was_closed_while_idle_is_replaced() {
    let info = || Act::SendAndClose(json(200, r#"{"NCPU":3}"#));
    let fake = but("/info", info);
    let engine = fake.engine();
    let counts = block_on(async {
        let first = engine.info().await.unwrap().ncpu;
        tokio::time::sleep(Duration::from_millis(50)).await;
        (first, engine.info().await.unwrap().ncpu)
    });
    assert_eq!(counts, (3, 3));
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let endless = || {
        let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n{\"x\":\"".to_vec();
        bytes.resize(20 << 20, b'a');
        Act::SendAndClose(bytes)
    };
    let fake = but("/info", endless);
    assert!(matches!(block_on(fake.engine().info()), Err(EngineError::TooLarge { .. })));
    let fake = but("/info", || Act::Send(json(200, "[1,2")));
    assert!(matches!(block_on(fake.engine().info()), Err(EngineError::Garbled { .. })));
}

#[test]
fn what_is_not_there_is_not_an_error_of_images_and_volumes() {
    let fake = but("json", || Act::Send(json(404, r#"{"message":"No such image: x"}"#)));
    assert_eq!(block_on(fake.engine().image("alpine", None)).unwrap(), None);
    let fake = but("/volumes", || Act::Send(json(404, r#"{"message":"get v: no such volume"}"#)));
    assert_eq!(block_on(fake.engine().volume("v")).unwrap(), None);
    assert!(matches!(block_on(fake.engine().volume("../info")), Err(EngineError::Name(_))));
    assert!(matches!(block_on(fake.engine().container("a?b")), Err(EngineError::Name(_))));
}

#[test]
fn a_pull_ends_with_the_words_it_failed_with() {
    let pull = |lines: &'static str, length: usize| {
        let fake = but("/images/create", move || {
            Act::SendAndClose(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{lines}").into())
        });
        let image = ImageRef::parse("alpine").unwrap();
        let mut events: Vec<PullEvent> = Vec::new();
        let result = block_on(fake.engine().pull(&image, None, None, |event| events.push(event.clone())));
        assert_eq!(
            fake.requests().pop().unwrap(),
            "POST /images/create?fromimage=docker.io%2flibrary%2falpine&tag=latest"
        );
        (result.map_err(|e| e.to_string()), events.len())
    };
    let told = "{\"status\":\"a\"}\r\n{\"error\":\"no space\",\"errorDetail\":{\"message\":\"no space\"}}\r\n";
    assert_eq!(pull(told, told.len()), (Err("no space".to_owned()), 1));
    assert_eq!(pull("{\"status\":\"a\"}\n{\"status\":\"b\"}", 29), (Ok(()), 2));
    assert_eq!(pull("{\"status\":\"a\"}\n", 500), (Err("unexpected EOF".to_owned()), 1));
}

#[test]
fn a_probe_is_removed_on_every_way_out() {
    for act in [|| Act::Silence, || Act::Send(refusal()), || Act::SendAndClose(Vec::new())] {
        for step in ["/create", "/archive"] {
            let fake = but(step, act);
            block_on(fake.engine().probe_users(IMAGE, Duration::from_millis(300))).unwrap_err();
            probe_is_gone(&fake);
        }
    }
}

#[test]
fn a_probe_that_nobody_waits_for_any_more_is_removed() {
    let fake = but("/archive", || Act::Silence);
    let engine = fake.engine();
    block_on(async {
        let probe = engine.probe_users(IMAGE, Duration::from_secs(15));
        let _ = tokio::time::timeout(Duration::from_millis(200), probe).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    });
    probe_is_gone(&fake);
}

/// The last request removes what the first one after the ping created.
fn probe_is_gone(fake: &Fake) {
    let requests = fake.requests();
    let name = requests.iter().find_map(|r| r.strip_prefix("POST /containers/create?name=")).unwrap();
    assert!(requests.last().unwrap().starts_with(&format!("DELETE /containers/{name}?")), "{requests:?}");
}

#[test]
fn a_third_interrupt_leaves_a_container_that_does_not_mind() {
    let fake = but("/start", || Act::Send(b"HTTP/1.1 204 No Content\r\n\r\n".into()));
    let requests = Arc::clone(&fake.requests);
    thread::spawn(move || {
        let started = || requests.lock().unwrap().iter().any(|r| r.contains("/start"));
        while !started() {
            thread::sleep(Duration::from_millis(10));
        }
        for _ in 0..3 {
            thread::sleep(Duration::from_millis(100));
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::TERM).unwrap();
        }
    });
    let (result, _, said) = fake.run(&foreground());
    assert_eq!(result.unwrap(), Outcome::Forced);
    assert_eq!(said, "\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n");
}
