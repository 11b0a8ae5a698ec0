//! Docker's logins to registries reach the engine as docker sends them.

use std::fs;

use crate::corpus::{Case, ID, Places};
use crate::endpoint::{Endpoint, Record};
use crate::stage::{self, Outcome};

const CONFIGURATION: &str = r#"{
    "auths": { "reg.example:5000": { "auth": "dTpwOng=", "email": "e@x" }, "https://index.docker.io/v1/": { "auth": "dTpw" } },
    "credHelpers": { "bad.example": "fake", "gone.example": "absent", "kept.example": "fake" }
}"#;

/// Plays a command line of its own, with a home that has logins and a helper on the way.
fn play(words: &[&str]) -> (Outcome, Record) {
    let place = tempfile::tempdir().unwrap();
    let places = Places::below(fs::canonicalize(place.path()).unwrap().to_str().unwrap());
    let helpers = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/helpers:/usr/bin:/bin");
    let case = serde_json::json!({
        "id": "own", "argv": words, "env": { "PATH": helpers }, "files": { "$HOME/.docker/config.json": CONFIGURATION },
    });
    let case = Case::read(&case.to_string(), &places);
    stage::furnish(&case);
    let endpoint = Endpoint::listen(&case.places.socket, case.engine_api());
    let outcome = stage::play(&case);
    (outcome, endpoint.close())
}

#[test]
fn a_pull_carries_the_login_to_its_registry() {
    for (image, header) in [
        (
            "reg.example:5000/a",
            "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InA6eCIsImVtYWlsIjoiZUB4Iiwic2VydmVyYWRkcmVzcyI6InJlZy5leGFtcGxlOjUwMDAifQ==",
        ),
        (
            "alpine",
            "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAiLCJzZXJ2ZXJhZGRyZXNzIjoiaHR0cHM6Ly9pbmRleC5kb2NrZXIuaW8vdjEvIn0=",
        ),
        ("kept.example/a", "eyJ1c2VybmFtZSI6IlUiLCJwYXNzd29yZCI6IlMiLCJzZXJ2ZXJhZGRyZXNzIjoia2VwdC5leGFtcGxlIn0="),
        ("other.example/a", "e30="),
    ] {
        let (outcome, record) = play(&["run", "-dq", "--pull", "always", image]);
        assert_eq!((outcome.exit, outcome.stderr.as_str()), (Some(0), ""), "{image}");
        assert_eq!(record.logins, [header], "{image}");
    }
}

#[test]
fn a_helper_that_fails_stops_the_pull() {
    let hint = "\n\nRun 'docker run --help' for more information\n";
    for (image, code, words) in [
        ("bad.example/a", 125, "docker: error getting credentials - err: exit status 1, out: `oops`"),
        (
            "gone.example/a",
            127,
            "docker: error getting credentials - err: exec: \"docker-credential-absent\": executable file not found in \
             $PATH, out: ``",
        ),
    ] {
        let (outcome, record) = play(&["run", "-d", "--pull", "always", image]);
        assert_eq!((outcome.exit, outcome.stderr), (Some(code), format!("{words}{hint}")));
        assert_eq!(record.requests, ["HEAD /_ping"]);
    }
}

#[test]
fn a_container_that_uses_the_engine_gets_the_logins() {
    let (outcome, record) = play(&["run", "-d", "--use-api-socket", "alpine"]);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    let said: Vec<&str> = outcome.stderr.lines().filter_map(|line| line.split(" level=").nth(1)).collect();
    assert_eq!(said.len(), 2, "{}", outcome.stderr);
    assert_eq!(
        said[0],
        "warning msg=\"Failed to get credentials for registry: bad.example\" error=\"error getting credentials - err: \
         exit status 1, out: `oops`\""
    );
    let archive = format!("PUT /containers/{ID}/archive?noOverwriteDirNonDir=true&path=/");
    assert_eq!(record.requests[1..3], ["POST /containers/create".to_owned(), archive]);
    assert_eq!(record.body.unwrap()["Env"], serde_json::json!(["DOCKER_CONFIG=/run/secrets/docker"]));
    let mut archive = tar::Archive::new(record.archive.as_slice());
    let mut file = archive.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(file.path().unwrap().to_str(), Some("run/secrets/docker/config.json"));
    assert_eq!((file.header().mode().unwrap(), file.header().uid().unwrap()), (0o600, 0));
    let text: serde_json::Value = serde_json::from_reader(&mut file).unwrap();
    let auths = serde_json::json!({
        "reg.example:5000": { "auth": "dTpwOng=", "email": "e@x" },
        "https://index.docker.io/v1/": { "auth": "dTpw" },
        "kept.example": { "auth": "VTpT" },
    });
    assert_eq!(text, serde_json::json!({ "auths": auths }));
}

#[test]
fn a_file_for_the_id_that_cannot_be_made_ends_it() {
    let (outcome, record) = play(&["run", "-d", "--cidfile", "/nowhere/c", "alpine"]);
    let words = "docker: failed to create the container ID file: open /nowhere/c: no such file or directory";
    assert!(outcome.stderr.starts_with(words), "{}", outcome.stderr);
    assert_eq!((outcome.exit, record.requests), (Some(127), vec!["HEAD /_ping".to_owned()]));
}
