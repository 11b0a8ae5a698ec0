//! `sdocker check -- run …` where no engine is asked, and options that lead to another engine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::Command;

use serde_json::Value;

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("{why}: {}{}", self.out, self.err))
    }
}

fn sdocker(words: &[&str]) -> Said {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
    command.args(words).env_clear().env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
    command.env("DOCKER_HOST", "unix:///nowhere/gate.sock").current_dir(home.path());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_refusal_is_that_of_a_run() {
    let said = sdocker(&["check", "--no-engine", "--", "run", "-it", "--privileged", "busybox"]);
    assert_eq!((said.code, said.err.as_str()), (Some(11), ""));
    let expected = "error[privileged]: the container would get every capability and device of this host\n  \
                    --> sdocker run -it --privileged busybox\n                      ^^^^^^^^^^^^ asked for here\n";
    assert!(said.out.contains(expected), "{}", said.out);
    assert!(said.out.ends_with("verdict: refused\n"), "{}", said.out);
}

#[test]
fn what_only_the_engine_knows_stays_open() {
    for words in
        [&["check", "--no-engine", "--", "run", "-m", "64g", "busybox"][..], &["check", "--", "run", "-m64g", "x"]]
    {
        let said = sdocker(words);
        assert_eq!(said.code, Some(10), "{}{}", said.out, said.err);
        assert!(said.out.contains("changed[memory]: ") && said.out.contains("open[user]: "), "{}", said.out);
        assert!(said.out.ends_with("verdict: undecided\n"), "{}", said.out);
    }
    let said = sdocker(&["check", "--", "run", "busybox"]);
    assert!(said.out.contains("Cannot connect to the Docker daemon at unix:///nowhere/gate.sock"), "{}", said.out);
}

#[test]
fn what_needs_nothing_from_the_engine_is_approved_without_one() {
    let said =
        sdocker(&["--policy", "permissive", "check", "--no-engine", "--", "create", "--privileged", "busybox", "id"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "verdict: approved\n"), "{}", said.err);
}

#[test]
fn programs_read_one_object() {
    let said = sdocker(&["check", "--format", "json", "--no-engine", "--", "run", "--privileged", "-m64g", "busybox"]);
    assert_eq!(said.code, Some(11));
    let object = said.json();
    let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["body", "findings", "rewrites", "verdict"]);
    assert_eq!((&object["verdict"], &object["body"]), (&"refused".into(), &Value::Null));
    let finding =
        object["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "privileged").unwrap();
    assert_eq!((&finding["action"], &finding["token"]), (&"deny".into(), &"--privileged".into()));
    assert_eq!((&finding["unlearned"], &finding["policy"]["file"]), (&false.into(), &"built-in:baseline".into()));
    assert!(finding["policy"]["line"].is_u64() && finding["help"].is_array());

    let policy = ["--policy", "permissive"];
    let said =
        sdocker(&[&policy[..], &["check", "--format=json", "--no-engine", "--", "run", "-e", "A=1", "b"]].concat());
    assert_eq!((said.code, &said.json()["verdict"]), (Some(0), &"approved".into()));
    assert_eq!(said.json()["body"]["Env"], serde_json::json!(["A=***"]));
}

#[test]
fn somebody_else_is_judged_by_their_own_groups() {
    let line = ["--no-engine", "--format", "json", "--", "run", "-u", "4242:4243", "busybox"];
    let users = |caller: &str| {
        let words = [&["--policy", "strict", "check", "--caller", caller][..], &line].concat();
        let object = sdocker(&words).json();
        let by_user = |finding: &&Value| finding["rule"] == "user" && finding["unlearned"] == false;
        object["findings"].as_array().unwrap().iter().filter(by_user).count()
    };
    assert_eq!((users("4242:4243"), users("4242:9"), users("7:7")), (0, 1, 1));
    let said = sdocker(&["check", "--caller", "no-such-user-here", "--no-engine", "--", "run", "busybox"]);
    assert!(said.code == Some(2) && said.err.contains("`no-such-user-here` is nobody on this machine"), "{}", said.err);
}

#[test]
fn dockers_own_complaints_are_usage() {
    for (words, why) in [
        (&["run", "--nosuch", "x"][..], "unknown flag: --nosuch"),
        (&["run", "--privileged=yes", "x"], "invalid argument \"yes\" for \"--privileged\" flag"),
        (&["run"], "requires at least 1 argument"),
        (&["ps"], "`ps` is not among the verbs that sdocker judges"),
        (&["explain"], "only run and create are judged"),
    ] {
        let said = sdocker(&[&["check", "--no-engine", "--"], words].concat());
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{words:?}: {}", said.err);
        assert!(said.err.contains(why), "{words:?}: {}", said.err);
    }
    for words in [&["check"][..], &["check", "run", "x"], &["check", "--dockerfile", "D", "--", "run", "x"]] {
        assert_eq!(sdocker(words).code, Some(2), "{words:?}");
    }
}

#[test]
fn an_option_that_leads_past_the_gateway_is_refused_before_anything_is_asked() {
    let elsewhere = ["--policy", "shared-server", "-H", "unix:///nowhere/docker.sock", "run", "busybox"];
    let said = sdocker(&elsewhere);
    assert_eq!(said.code, Some(125), "{}", said.err);
    let expected = "error[other-engine]: `--host` leads to another engine, unix:///nowhere/docker.sock instead of \
                    unix:///nowhere/gate.sock\n  --> sdocker --policy shared-server -H unix:///nowhere/docker.sock run \
                    busybox\n                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^ asked for here\n";
    assert!(said.err.starts_with(expected), "{}", said.err);

    let settings = ["--policy", "shared-server", "--config", "elsewhere", "run", "busybox"];
    assert!(
        sdocker(&settings).err.starts_with("error[other-engine]: `--config` leads to other settings of docker's, ")
    );

    let words =
        ["--policy", "shared-server", "check", "--no-engine", "--", "-Hunix:///nowhere/docker.sock", "run", "x"];
    let said = sdocker(&words);
    assert!(said.code == Some(11) && said.out.starts_with("error[other-engine]: "), "{}", said.out);
}

#[test]
fn the_same_engine_by_an_option_is_no_other_engine() {
    for policy in ["shared-server", "baseline"] {
        let said = sdocker(&["--policy", policy, "-H", "unix:///nowhere/gate.sock", "run", "alpine"]);
        assert!(said.code == Some(125) && said.err.starts_with("docker: Cannot connect"), "{policy}: {}", said.err);
    }
    let said = sdocker(&["-H", "unix:///nowhere/docker.sock", "run", "busybox"]);
    assert!(said.err.starts_with("docker: Cannot connect"), "baseline does not look: {}", said.err);
}
