//! What docker did with each recorded command line, the command line room does too: the same body, the same query, or
//! the same complaint with the same status.

use std::collections::BTreeMap;
use std::ffi::OsString;

use sdocker::cli::{self, Engine, FileError, Inputs, Invocation, Proxies, Verb, Want, Warning};
use sdocker::request::json;
use sdocker::request::wire::ContainerCreate;
use serde_json::Value;

use crate::body;
use crate::corpus::{self, Case, Places};

/// Recorded outcomes that this room alone cannot have, and why. The test fails when one of them starts to hold.
const ELSEWHERE: [(&str, &str); 3] = [
    ("interactive-06", "whether stdin is a terminal is seen by the run, not by the grammar"),
    ("tty-12", "whether stdin is a terminal is seen by the run, not by the grammar"),
    ("pull-15", "the pull before create is refused by the engine"),
];

/// The cases in a made-up world of directories.
fn cases() -> Vec<Case> {
    let places = Places::below("/world");
    corpus::lines().map(|line| Case::read(line, &places)).collect()
}

#[test]
fn command_lines_mean_what_they_mean_to_docker() {
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        let elsewhere = ELSEWHERE.iter().find(|(id, _)| *id == case.id);
        match (outcome(case), elsewhere) {
            (Ok(()), Some((id, _))) => wrong.push(format!("{id} holds now: take it off the list")),
            (Err(why), None) => wrong.push(format!("{} {:?}\n{why}", case.id, case.argv())),
            (Ok(()), None) | (Err(_), Some(_)) => {}
        }
    }
    let held = cases.len() - wrong.len() - ELSEWHERE.len();
    println!("{held} of {} recorded command lines hold; {} are decided elsewhere", cases.len(), ELSEWHERE.len());
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn recorded_bodies_survive_the_wire_model() {
    let mut bodies = 0;
    for case in cases() {
        let Some(recorded) = case.body() else { continue };
        let text = serde_json::to_vec(recorded).unwrap();
        let decoded: ContainerCreate = json::decode(&text).unwrap_or_else(|e| panic!("{}: {e}", case.id));
        let encoded: Value = serde_json::from_slice(&json::encode(&decoded).unwrap()).unwrap();
        assert_eq!(body::meaning(&encoded), body::meaning(recorded), "{}", case.id);
        bodies += 1;
    }
    assert_eq!(bodies, 821);
}

/// Plays one case; an error says what differs.
fn outcome(case: &Case) -> Result<(), String> {
    match (asked(case), case.body()) {
        (Ok(Outcome::Help(text)), None) => {
            same("first line of help", text.lines().next(), case.text("stdout").lines().next())
        }
        (Ok(Outcome::Asked(asked)), Some(recorded)) => {
            let sent = json::encode(&asked.request.body).map_err(|e| e.to_string())?;
            let sent: Value = serde_json::from_slice(&sent).map_err(|e| e.to_string())?;
            same("name", asked.request.name.as_deref(), case.query("name"))?;
            same("platform", asked.request.platform.as_deref(), case.query("platform"))?;
            same("body", body::meaning(&sent), body::meaning(recorded))?;
            warnings(case, &asked.warnings)
        }
        (Err(error), None) => {
            same("status", i64::from(error.exit_code()), case.exit())?;
            same("stderr", format!("{error}\n").as_str(), case.text("stderr"))
        }
        (Ok(Outcome::Help(_)), Some(_)) => Err("help was printed".to_owned()),
        (Err(error), Some(_)) => Err(format!("refused: {error}")),
        (Ok(_), None) => Err(format!("not refused; docker: {}", case.text("stderr"))),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, dockers: T) -> Result<(), String> {
    if ours == dockers { Ok(()) } else { Err(format!("{what}\n  ours    {ours:?}\n  docker  {dockers:?}")) }
}

/// What the grammar warns of is what docker printed, and nothing is missing.
fn warnings(case: &Case, ours: &[Warning]) -> Result<(), String> {
    let stderr = case.text("stderr").lines();
    let said: Vec<&str> = stderr.filter(|l| l.contains("Localhost DNS") || l.contains("level=warning")).collect();
    let shown = ours.iter().map(|warning| match warning {
        Warning::Plain(text) => text.clone(),
        Warning::Logged(text) => format!("time=\"$TIME\" level=warning msg=\"{text}\""),
    });
    same("warnings", shown.collect::<Vec<_>>(), said.into_iter().map(str::to_owned).collect())
}

enum Outcome {
    Help(String),
    Asked(Box<cli::Asked>),
}

fn asked(case: &Case) -> Result<Outcome, cli::UsageError> {
    let words = case.argv();
    let (verb, start) = match words.as_slice() {
        ["run", ..] => (Verb::Run, 2),
        ["create", ..] => (Verb::Create, 2),
        ["container", "run", ..] => (Verb::ContainerRun, 3),
        other => panic!("no verb in {other:?}"),
    };
    let argv: Vec<OsString> = ["docker"].into_iter().chain(words).map(OsString::from).collect();
    let parsed = match cli::parse(verb, &argv, start)? {
        Invocation::Help(_) => return Ok(Outcome::Help(cli::help(verb))),
        Invocation::Container(parsed) => parsed,
    };
    let world = World { files: case.files(), places: &case.places };
    let files = world.answers(&parsed.wants());
    let cidfile_exists = parsed.wants().iter().any(|w| matches!(w, Want::Existence(path) if world.exists(path)));
    let (proxies, detach_keys) = world.configuration(case);
    let inputs = Inputs {
        cwd: Ok(&case.places.cwd),
        variable: &|name| case.variable(name),
        files: &files,
        cidfile_exists,
        console: case.console(),
        proxies: &proxies,
        detach_keys: detach_keys.as_deref(),
        endpoint: &format!("unix://{}", case.places.socket),
        engine_os: "linux",
        has_credentials: false,
    };
    let asked = parsed.lower(&inputs)?;
    Ok(Outcome::Asked(Box::new(asked.for_engine(&Engine { api: case.api(), os: "linux" })?)))
}

/// The files of a case.
struct World<'c> {
    files: BTreeMap<String, Vec<u8>>,
    places: &'c Places,
}

impl World<'_> {
    fn is_directory(&self, path: &str) -> bool {
        path == self.places.cwd || self.files.keys().any(|file| file.starts_with(&format!("{path}/")))
    }

    fn exists(&self, path: &str) -> bool {
        let path = self.places.absolute(path);
        self.files.contains_key(&path) || self.is_directory(&path)
    }

    fn answers(&self, wants: &[Want]) -> BTreeMap<String, Result<Vec<u8>, FileError>> {
        let answer = |want: &Want| match want {
            Want::Existence(_) => None,
            Want::File(path) => Some((path.clone(), self.read(&self.places.absolute(path)))),
        };
        wants.iter().filter_map(answer).collect()
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.files.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.is_directory(path) => Err(FileError::NotRead("is a directory".to_owned())),
            None => Err(FileError::NotOpened("no such file or directory".to_owned())),
        }
    }

    /// Proxies and detach keys of docker's own configuration; a broken one says nothing.
    fn configuration(&self, case: &Case) -> (Proxies, Option<String>) {
        let directory = case.variable("DOCKER_CONFIG").unwrap_or_else(|| format!("{}/.docker", self.places.home));
        let text = self.files.get(&format!("{directory}/config.json"));
        let config: Value = text.and_then(|text| serde_json::from_slice(text).ok()).unwrap_or_default();
        let proxy = |name: &str| config["proxies"]["default"][name].as_str().unwrap_or_default().to_owned();
        let proxies = Proxies {
            http: proxy("httpProxy"),
            https: proxy("httpsProxy"),
            none: proxy("noProxy"),
            ftp: proxy("ftpProxy"),
            all: proxy("allProxy"),
        };
        (proxies, config["detachKeys"].as_str().map(str::to_owned))
    }
}
