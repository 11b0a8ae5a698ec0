//! What each shipped profile refuses, changes and lets pass, a row a wish. A rule that arrives adds its rows.

use sdocker::policy::PROFILES;
use sdocker::request::{Action, Finding};
use sdocker::verdict::{Verdict, judge};

use super::{RULES, asked, caller, facts};

const NAMES: [&str; 6] = ["baseline", "strict", "shared-server", "ci", "sandbox", "permissive"];

/// A command line behind `docker run`, and what comes of it under each of [`NAMES`]: `pass`; `warn`, `change` or `deny`
/// and the rules; `deny` alone where any rule may.
const WISHES: &[(&str, [&str; 6])] = &[
    ("busybox:1.36", ["pass"; 6]),
    ("-d --rm busybox:1.36", ["pass"; 6]),
    // ---- Who and what.
    ("team/app:1", ["pass", "deny images", "deny images", "pass", "deny images", "pass"]),
    ("-u 0 busybox:1.36", all_but_permissive("deny user")),
    ("-u :0 busybox:1.36", all_but_permissive("deny user")),
    ("-u 1000:1000 busybox:1.36", ["pass"; 6]),
    ("-u 7:7 busybox:1.36", ["pass", "deny user", "deny user", "pass", "deny user", "pass"]),
    ("--group-add 2000 busybox:1.36", ["pass"; 6]),
    ("--group-add 0 busybox:1.36", all_but_permissive("deny user")),
    ("--privileged busybox:1.36", all_but_permissive("deny privileged")),
    ("--cap-add SYS_ADMIN busybox:1.36", all_but_permissive("deny capabilities")),
    ("--cap-add ALL busybox:1.36", all_but_permissive("deny capabilities")),
    ("--cap-add NET_BIND_SERVICE busybox:1.36", ["pass", "pass", "pass", "pass", "deny capabilities", "pass"]),
    (
        "--cap-add CHOWN busybox:1.36",
        ["pass", "deny capabilities", "deny capabilities", "pass", "deny capabilities", "pass"],
    ),
    ("--cap-drop ALL busybox:1.36", ["pass"; 6]),
    ("--security-opt no-new-privileges=false busybox:1.36", all_but_permissive("deny no-new-privileges")),
    // ---- How much.
    ("--cpus 0.5 busybox:1.36", ["pass"; 6]),
    ("--cpus 64 busybox:1.36", changed_or_denied_by("change cpus", "deny cpus")),
    ("--cpus 2 busybox:1.36", ["pass", "deny cpus", "pass", "pass", "deny cpus", "pass"]),
    ("-m 256m busybox:1.36", ["pass"; 6]),
    ("-m 64g busybox:1.36", changed_or_denied_by("change memory", "deny memory")),
    ("-m 2g busybox:1.36", ["pass", "deny memory", "pass", "pass", "deny memory", "pass"]),
    ("--pids-limit 50 busybox:1.36", ["pass"; 6]),
    ("--pids-limit -1 busybox:1.36", changed_or_denied_by("change pids", "deny pids")),
    (
        "--ulimit nofile=900000 busybox:1.36",
        ["change ulimits", "deny ulimits", "deny ulimits", "change ulimits", "deny ulimits", "pass"],
    ),
    ("--restart always busybox:1.36", changed_or_denied_by("change restart", "deny restart")),
    ("--restart on-failure:2 busybox:1.36", ["pass", "pass", "pass", "deny restart", "deny restart", "pass"]),
    // ---- Mounts.
    ("-v /var/run/docker.sock:/s busybox:1.36", all_but_permissive("deny binds, engine-socket")),
    ("-v /etc:/e busybox:1.36", all_but_permissive("deny binds")),
    ("-v data:/d busybox:1.36", all_but_permissive("warn user")),
    ("-v /home/a:/h:ro busybox:1.36", ["pass", "pass", "deny binds", "pass", "pass", "pass"]),
    // ---- Namespaces and networks.
    ("--pid host busybox:1.36", all_but_permissive("deny")),
    ("--network host busybox:1.36", all_but_permissive("deny")),
    // ---- Confinement, devices, kernel.
    ("--device /dev/sda busybox:1.36", all_but_permissive("deny")),
    ("--security-opt seccomp=unconfined busybox:1.36", all_but_permissive("deny")),
    ("--security-opt systempaths=unconfined busybox:1.36", all_but_permissive("deny")),
    // ---- Images, logs, the engine.
];

/// What a silent `run -d busybox` is given, at the least.
const SILENCE: &[(&str, &[&str])] = &[
    (
        "baseline",
        &[
            "--user 1000:1000",
            "--cpus 1",
            "--memory 1g",
            "--pids-limit 256",
            "--ulimit nofile=1024:2048",
            "--restart on-failure:5",
        ],
    ),
    ("strict", &["--user 1000:1000", "--cap-drop ALL", "--cpus 0.5", "--memory 512m", "--pids-limit 100"]),
    ("shared-server", &["--user 1000:1000", "--cap-drop ALL", "--cpus 1", "--memory 1g", "--pids-limit 100"]),
    ("ci", &["--user 1000:1000", "--cpus 2", "--memory 4g", "--pids-limit 1024"]),
    ("sandbox", &["--user 1000:1000", "--cap-drop ALL", "--cpus 0.5", "--memory 256m", "--pids-limit 64"]),
    ("permissive", &[]),
];

/// Under every profile but `permissive`.
const fn all_but_permissive(words: &'static str) -> [&'static str; 6] {
    [words, words, words, words, words, "pass"]
}

/// `baseline` changes what the others refuse.
const fn changed_or_denied_by(changed: &'static str, denied: &'static str) -> [&'static str; 6] {
    [changed, denied, denied, denied, denied, "pass"]
}

fn verdict(profile: &str, line: &str) -> Verdict {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let request = asked(&words).unwrap_or_else(|| panic!("docker does not understand `{line}`"));
    let facts = facts(&request, "");
    judge(request, &RULES[profile], &caller(), &facts)
}

fn outcome(profile: &str, line: &str) -> String {
    match verdict(profile, line) {
        Verdict::Refused(findings) => said("deny", Action::Deny, &findings),
        Verdict::Approved(approval) => {
            let words = [("change", Action::Rewrite), ("warn", Action::Warn)];
            let said: Vec<String> =
                words.into_iter().map(|(word, action)| said(word, action, &approval.findings)).collect();
            let said: Vec<&str> = said.iter().map(String::as_str).filter(|said| !said.is_empty()).collect();
            if said.is_empty() { "pass".to_owned() } else { said.join("; ") }
        }
    }
}

fn said(word: &str, action: Action, findings: &[Finding]) -> String {
    let mut rules: Vec<&str> = findings.iter().filter(|f| f.action == action).map(|finding| finding.rule.0).collect();
    rules.sort_unstable();
    rules.dedup();
    if rules.is_empty() { String::new() } else { format!("{word} {}", rules.join(", ")) }
}

#[test]
fn every_profile_answers_every_wish_as_written() {
    let mut wrong = Vec::new();
    for (line, expected) in WISHES {
        for (profile, expected) in NAMES.iter().zip(expected) {
            let found = outcome(profile, line);
            let holds = found == *expected || *expected == "deny" && found.starts_with("deny ");
            if !holds {
                wrong.push(format!("{profile}: {line}: {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_profile_fills_silence_as_written() {
    for (profile, expected) in SILENCE {
        let Verdict::Approved(approval) = verdict(profile, "-d busybox:1.36") else { panic!("{profile} refuses") };
        let given: Vec<&str> = approval.rewrites.iter().map(|rewrite| rewrite.meaning.as_str()).collect();
        let missing: Vec<_> = expected.iter().filter(|meaning| !given.contains(*meaning)).collect();
        assert!(missing.is_empty(), "{profile} lacks {missing:?} of {given:?}");
        assert_eq!(expected.is_empty(), given.is_empty(), "{profile}");
    }
}

#[test]
fn every_profile_is_in_the_tables() {
    let shipped: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
    assert_eq!(shipped, NAMES);
    assert_eq!(SILENCE.iter().map(|(name, _)| *name).collect::<Vec<_>>(), NAMES);
}
