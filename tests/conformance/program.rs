//! What docker did with each recorded command line, the built program does too: the same requests in the same order, the
//! same body, the same words, files and exit code.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::sync::Mutex;
use std::thread;

use crate::body;
use crate::corpus::{Case, Places, lines, more_lines};
use crate::endpoint::Endpoint;
use crate::stage;

/// More than there are cores: a case waits more than it works.
const PLAYERS: usize = 8;

#[test]
fn the_program_does_what_docker_did() {
    let cases: Vec<&str> = lines().chain(more_lines()).collect();
    let (next, wrong) = (Mutex::new(cases.iter()), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..PLAYERS {
            scope.spawn(|| {
                loop {
                    let Some(line) = next.lock().unwrap().next() else { return };
                    let place = tempfile::tempdir().unwrap();
                    let root = fs::canonicalize(place.path()).unwrap();
                    let case = Case::read(line, &Places::below(root.to_str().unwrap()));
                    if let Some(problem) = differences(&case) {
                        wrong.lock().unwrap().insert(case.id.clone(), format!("{:?}\n{problem}", case.argv()));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    println!("{} of {} recorded command lines hold", cases.len() - wrong.len(), cases.len());
    let told: String = wrong.iter().map(|(id, problem)| format!("{id} {problem}\n")).collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{told}", wrong.len(), cases.len());
}

/// Plays one case, and says what is not as recorded.
fn differences(case: &Case) -> Option<String> {
    stage::furnish(case);
    let endpoint = Endpoint::listen(&case.places.socket, case.engine_api());
    let outcome = stage::play(case);
    let record = endpoint.close();

    let mut told = String::new();
    let stdout = match case.text("stdout").strip_suffix("\n…") {
        Some(first) => (outcome.stdout.lines().next().unwrap_or_default().to_owned(), first.to_owned()),
        None => (outcome.stdout, case.text("stdout").to_owned()),
    };
    let expected = case.requests();
    compare(&mut told, "exit code", &outcome.exit.map(i64::from), &Some(case.exit()));
    compare(&mut told, "stdout", &stdout.0, &stdout.1);
    compare(&mut told, "stderr", &without_times(&outcome.stderr), &case.text("stderr").to_owned());
    compare(&mut told, "requests", &record.requests.iter().map(String::as_str).collect(), &expected);
    let (ours, dockers) = (record.body.as_ref().map(body::meaning), case.body().map(body::meaning));
    compare(&mut told, "body", &ours, &dockers);
    let versioned = expected.iter().any(|request| !request.ends_with("/_ping"));
    let version = versioned.then(|| format!("1.{}", case.api()));
    compare(&mut told, "version", &record.versions.into_iter().collect(), &version.into_iter().collect::<Vec<_>>());
    let expected = case.files_after();
    let left = expected.keys().map(|path| (path.clone(), fs::read_to_string(path).ok())).collect();
    compare(&mut told, "files", &left, &expected);
    (!told.is_empty()).then_some(told)
}

fn compare<T: PartialEq + Debug>(told: &mut String, what: &str, ours: &T, dockers: &T) {
    if ours != dockers {
        told.push_str(&format!("  {what}\n    ours    {ours:?}\n    docker  {dockers:?}\n"));
    }
}

/// Log lines without the time of day, as they are recorded.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("time=\"").and_then(|rest| rest.split_once('"')) {
        Some((_, rest)) => format!("time=\"$TIME\"{rest}"),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
