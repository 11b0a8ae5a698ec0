//! Policies as a user meets them: bad ones, guests, projects, and the verbs that look after them. No engine is needed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A user's home with a policy of their own, and a project in it.
struct Home {
    place: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    said: String,
}

impl Home {
    fn new() -> Self {
        let home = Self { place: tempfile::tempdir().unwrap() };
        fs::create_dir_all(home.path("project/deep")).unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// With the user's own policy.
    fn with_own(text: &str) -> Self {
        let home = Self::new();
        home.write("config/sdocker/policy.toml", text);
        home
    }

    fn own(&self) -> PathBuf {
        self.path("config/sdocker/policy.toml")
    }

    fn run_in(&self, directory: &Path, variables: &[(&str, &str)], words: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sdocker"));
        command.env_clear().env("XDG_CONFIG_HOME", self.path("config")).env("XDG_STATE_HOME", self.path("state"));
        command.envs(variables.iter().copied()).current_dir(directory).args(words);
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(self.place.path().to_str().unwrap(), "~");
        Ended { code: output.status.code(), out: text(output.stdout), said: text(output.stderr) }
    }

    fn run(&self, words: &[&str]) -> Ended {
        self.run_in(&self.path("project/deep"), &[], words)
    }
}

/// An image that no policy of these tests permits is refused by its name, before any engine is asked for more.
const NOWHERE: &str = "unix:///nowhere/docker.sock";

#[test]
fn a_bad_policy_is_told_whole_and_nothing_runs() {
    let home = Home::with_own(
        "extends = \"basline\"\n[usr]\naction = \"deny\"\n[cpus]\nmaximum = 2\nmax = \"many\"\n\
         [memory]\nmax = \"1 parsec\"\n[privileged]\naction = \"rewrite\"\n\
         [images]\nallow = [\"library/*\", \"docker.io/library/Alpine\"]\n\
         [[for]]\nwho = [\"user:bob\"]\n[for.cpu]\nmax = 1\n\
         [[grant]]\nrule = \"usr\"\nimage = [\"docker.io/library/x\"]\nreason = \"\"\nuntil = \"soon\"\n",
    );
    let ended = home.run(&["-H", NOWHERE, "run", "busybox"]);
    assert_eq!(ended.code, Some(125));
    let lines: Vec<&str> = ended.said.lines().collect();
    assert_eq!(lines.first().unwrap(), &"sdocker: the policy has problems, so nothing is run");
    for (line, words) in [
        (1, "there is no profile `basline` (did you mean `baseline`?)"),
        (2, "there is no rule `usr` (did you mean `user`?)"),
        (5, "unknown key `maximum` in `[cpus]`"),
        (6, "`cpus.max` takes a number of CPUs above 0, such as 1.5, not `many`"),
        (8, "`memory.max` takes a size such as \"512m\" or \"8GiB\", not `1 parsec`"),
        (10, "`privileged` has no nearest permitted value: allow, warn or deny"),
        (12, "`images.allow` takes a pattern that can match a full name"),
        (14, "`for.who` takes \"NAME\", \"uid:1000\""),
        (15, "there is no rule `cpu` (did you mean `cpus`?)"),
        (18, "there is no rule `usr`"),
        (20, "`reason` is empty"),
        (21, "`grant.until` takes a date such as 2027-03-31, without quotes"),
    ] {
        let expected = format!("~/config/sdocker/policy.toml:{line}: {words}");
        assert!(lines.iter().any(|line| line.starts_with(&expected)), "{expected}\n--\n{}", ended.said);
    }
    assert!(!home.path("state").exists(), "nothing was decided");
}

#[test]
fn a_file_that_cannot_be_trusted_or_read_is_no_policy() {
    let home = Home::with_own("");
    let tell = |words: &str| {
        let checked = home.run(&["policy", "check"]);
        assert_eq!(checked.code, Some(11), "{checked:?}");
        assert!(checked.said.contains(words), "{words}\n--\n{}", checked.said);
        assert_eq!(home.run(&["-H", NOWHERE, "run", "busybox"]).code, Some(125));
    };
    fs::set_permissions(home.own(), Permissions::from_mode(0o666)).unwrap();
    tell("error: ~/config/sdocker/policy.toml: is not trusted: it is writable by others (chmod go-w ");
    home.write("config/sdocker/policy.toml", "a = \"\0\"\n");
    tell("policy.toml:1: ");
    home.write("config/sdocker/policy.toml", b"\n\xff\n");
    tell("policy.toml:2: is not UTF-8");
    home.write("config/sdocker/policy.toml", vec![b'#'; (4 << 20) + 1]);
    tell("policy.toml: is larger than 4 MiB");
    fs::remove_file(home.own()).unwrap();
    fs::create_dir(home.own()).unwrap();
    tell("policy.toml: is no regular file");
}

#[test]
fn a_choice_replaces_the_users_own_file() {
    let home = Home::with_own("= broken");
    assert_eq!(home.run(&["policy", "check"]).code, Some(11));
    assert_eq!(
        home.run(&["--policy", "strict", "policy", "check"]).out,
        "no problems in built-in:baseline, built-in:strict\n"
    );
    let project = home.path("project");
    let variable = [("SDOCKER_POLICY", "strict")];
    assert_eq!(home.run_in(&project, &variable, &["policy", "check"]).code, Some(0));
    let both = home.run_in(&project, &variable, &["--policy", "permissive", "policy", "check"]);
    assert_eq!(both.out, "no problems in built-in:permissive\n");
    let unknown = home.run(&["--policy", "strikt", "policy", "check"]);
    assert!(
        unknown.said.contains("--policy names no profile and no file: `strikt` (did you mean `strict`?)"),
        "{unknown:?}"
    );
}

#[test]
fn the_nearest_project_file_tightens() {
    let home = Home::new();
    home.write("project/.sdocker.toml", "[images]\nallow = [\"docker.io/library/alpine\"]\n");
    let refused = home.run(&["-H", NOWHERE, "run", "busybox"]);
    assert_eq!(refused.code, Some(125));
    assert!(
        refused.said.starts_with("error[images]: image `docker.io/library/busybox:latest` is not among"),
        "{refused:?}"
    );
    assert!(refused.said.contains("~/project/.sdocker.toml:2  allow = "), "{refused:?}");
    assert!(!refused.said.contains("policy allow"), "one's own tightening is taken out, not granted away");
    let passed = home.run(&["-H", NOWHERE, "run", "alpine"]);
    assert!(passed.said.contains("Cannot connect to the Docker daemon"), "{passed:?}");
    home.write("project/deep/.sdocker.toml", "");
    let nearer = home.run(&["-H", NOWHERE, "run", "busybox"]);
    assert!(nearer.said.contains("Cannot connect to the Docker daemon"), "{nearer:?}");
}

#[test]
fn a_project_never_widens() {
    let home = Home::with_own("extends = \"strict\"\n");
    home.write("project/.sdocker.toml", "[images]\nallow = [\"**\"]\n");
    let refused = home.run(&["-H", NOWHERE, "run", "evil.example/x"]);
    assert!(refused.said.contains("built-in:strict:7"), "{refused:?}");
    for (text, problem) in [
        ("[cpus]\nmax = 2.0\n", "~/project/.sdocker.toml:2: `cpus.max` would loosen what built-in:strict:"),
        (
            "[privileged]\naction = \"allow\"\n",
            ".sdocker.toml:2: `privileged.action` would loosen what built-in:baseline:",
        ),
        ("[capabilities]\ndrop = \"none\"\n", "~/project/.sdocker.toml:2: `capabilities.drop` "),
        ("extends = \"permissive\"\n", "~/project/.sdocker.toml:1: `extends` is for the owner of a policy only"),
        ("[[grant]]\nrule = \"user\"\n", "~/project/.sdocker.toml:1: `[[grant]]` is for the owner"),
        ("[[for]]\nwho = [\"*\"]\n", "~/project/.sdocker.toml:1: `[[for]]` is for the owner"),
    ] {
        home.write("project/.sdocker.toml", text);
        let ended = home.run(&["-H", NOWHERE, "run", "busybox"]);
        assert_eq!(ended.code, Some(125));
        assert!(ended.said.contains(problem), "{problem}\n--\n{}", ended.said);
    }
}

#[test]
fn what_others_laid_is_passed_over_with_a_note() {
    let home = Home::new();
    home.write("project/.sdocker.toml", "= broken");
    fs::set_permissions(home.path("project"), Permissions::from_mode(0o777)).unwrap();
    let ended = home.run(&["policy", "check"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "no problems in built-in:baseline\n"));
    let note = "sdocker: note: ~/project/.sdocker.toml is passed over: its directory is writable by others\n";
    assert_eq!(ended.said, note);
}

#[test]
fn a_project_file_can_be_checked_as_the_guest_that_it_is() {
    let home = Home::new();
    let file = home.write("other/.sdocker.toml", "[cpus]\nmax = 99.0\n");
    let checked = home.run(&["policy", "check", file.to_str().unwrap()]);
    assert_eq!(checked.code, Some(11));
    assert!(checked.said.starts_with("error: ~/other/.sdocker.toml:2: `cpus.max` would loosen"), "{checked:?}");
    assert_eq!(home.run(&["--policy", "permissive", "policy", "check", file.to_str().unwrap()]).code, Some(0));
    let same = home.write("other/policy.toml", "[cpus]\nmax = 99.0\n");
    assert_eq!(home.run(&["policy", "check", same.to_str().unwrap()]).code, Some(0));
    assert_eq!(home.run(&["policy", "check", "missing.toml"]).code, Some(1));
}

#[test]
fn grants_that_have_ended_or_are_of_no_use_are_warnings() {
    let grant = |rule: &str, more: &str| {
        format!("[[grant]]\nrule = \"{rule}\"\nimage = [\"docker.io/library/x\"]\nreason = \"r\"\n{more}")
    };
    let text = [grant("user", "until = 2020-02-29\n"), grant("cpus", ""), grant("cpus", "")].concat();
    let checked = Home::with_own(&text).run(&["policy", "check"]);
    let expected = "\
warning: ~/config/sdocker/policy.toml:1: this grant ended on 2020-02-29, so it lifts nothing (take it out, or write a later day)
warning: ~/config/sdocker/policy.toml:10: this grant is unused: ~/config/sdocker/policy.toml:6 grants the same already
";
    assert_eq!((checked.code, checked.said.as_str()), (Some(10), expected));
}

#[test]
fn a_refusal_names_the_grant_that_would_help_and_the_grant_helps() {
    let home = Home::with_own("[images]\nallow = [\"docker.io/library/*\"]\n");
    let refused = home.run(&["-H", NOWHERE, "run", "team/app:1"]);
    let note = "note: if this image needs it: sdocker policy allow images --image docker.io/team/app --reason '…'\n";
    assert!(refused.said.ends_with(note), "{refused:?}");
    let command = ["policy", "allow", "images", "--image", "docker.io/team/app", "--reason", "ours"];
    assert_eq!(home.run(&command).code, Some(0));
    assert!(home.run(&["-H", NOWHERE, "run", "team/app:1"]).said.contains("Cannot connect"), "it is granted");
    assert_eq!(home.run(&["-H", NOWHERE, "run", "team/other"]).code, Some(125));
}

#[test]
fn what_a_grant_lifted_is_written_down() {
    let home = Home::with_own(
        "[other-engine]\naction = \"deny\"\nallow = []\n[images]\nallow = []\n\
         [[grant]]\nrule = \"images\"\nimage = [\"docker.io/team/app\"]\nreason = \"ours\"\n",
    );
    let refused = home.run(&["-H", NOWHERE, "run", "team/app"]);
    assert!(refused.said.starts_with("error[other-engine]") && !refused.said.contains("[images]"), "{refused:?}");
    let journal = fs::read_to_string(home.path("state/sdocker/journal.jsonl")).unwrap();
    let granted = format!("\"granted\":[\"{}:6\"]", home.own().display());
    assert!(journal.contains(&granted), "{journal}");
}

#[test]
fn a_refusal_says_that_a_grant_has_ended() {
    let home = Home::with_own(
        "extends = \"strict\"\n[[grant]]\nrule = \"images\"\nimage = [\"docker.io/team/app\"]\nreason = \"r\"\nuntil = 2020-01-01\n",
    );
    let refused = home.run(&["-H", NOWHERE, "run", "team/app"]);
    let help = "  = help: the grant that lifted this ended on 2020-01-01: ~/config/sdocker/policy.toml:2\n";
    assert!(refused.said.contains(help), "{refused:?}");
}

#[test]
fn init_writes_a_policy_that_changes_nothing_and_never_overwrites() {
    let home = Home::new();
    let before = home.run(&["policy", "show"]).out;
    let made = home.run(&["policy", "init"]);
    assert_eq!((made.code, made.out.as_str()), (Some(0), "wrote ~/config/sdocker/policy.toml\n"));
    let after = home.run(&["policy", "show"]).out;
    let tables = |text: &str| text.split_once("extends").unwrap().1.to_owned();
    assert_eq!(tables(&before), tables(&after));
    let text = fs::read(home.own()).unwrap();
    let again = home.run(&["policy", "init"]);
    assert_eq!(again.code, Some(1));
    assert!(again.said.contains("is there already, and stays as it is"), "{again:?}");
    assert_eq!(fs::read(home.own()).unwrap(), text);
}

#[test]
fn allow_appends_and_keeps_every_byte() {
    let before = "# mine\r\n[cpus]\r\nmax = 2.0 # enough";
    let home = Home::with_own(before);
    let words =
        ["policy", "allow", "user", "pids", "--image", "postgres:16", "--image", "reg.example/**", "--for", "2w"];
    let more = ["--who", "group:ci", "--reason", "drops \"root\" by itself"];
    let ended = home.run(&[&words[..], &more].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let text = fs::read_to_string(home.own()).unwrap();
    let grants = text.strip_prefix(before).unwrap();
    assert!(grants.starts_with(
        "\n\n[[grant]]\nrule = \"user\"\nimage = [\"docker.io/library/postgres:16\", \"reg.example/**\"]\n"
    ));
    assert_eq!(ended.out, format!("# ~/config/sdocker/policy.toml:5\n{}", grants.trim_start()));
    assert!(grants.contains("who = [\"group:ci\"]\nreason = \"drops \\\"root\\\" by itself\"\nuntil = 20"), "{grants}");
    assert!(grants.contains("\n\n[[grant]]\nrule = \"pids\"\n"), "{grants}");
    let again = home.run(&[
        "policy",
        "allow",
        "pids",
        "--image",
        "postgres:16",
        "--who",
        "group:ci",
        "--for",
        "1d",
        "--reason",
        "x",
    ]);
    assert!(again.code == Some(0) && again.said.contains("grants the same already"), "{again:?}");
}

#[test]
fn allow_refuses_what_makes_no_sense_and_writes_nothing() {
    let home = Home::with_own("[cpus]\nmax = 2.0\n");
    let before = fs::read(home.own()).unwrap();
    for (words, said) in [
        (&["usr", "--image", "alpine", "--reason", "x"][..], "there is no rule `usr` (did you mean `user`?)"),
        (&["user", "--image", "library/*", "--reason", "x"], "`library/*` can match no image's name"),
        (&["user", "--image", "Alpine", "--reason", "x"], "`Alpine` can match no image's name"),
        (&["user", "--image", "sha256:0123", "--reason", "x"], "can match no image's name"),
        (&["user", "--image", "alpine", "--reason", " "], "`--reason` is empty"),
        (&["user", "--image", "alpine", "--reason", "x", "--for", "soon"], "`soon` is no time from now on"),
        (&["user", "--image", "alpine", "--reason", "x", "--for", "0d"], "`0d` is no time from now on"),
        (&["user", "--image", "alpine", "--reason", "x", "--who", "user:me"], "`user:me` is nobody"),
        (&["user", "--image", "alpine"], "--reason"),
        (&["user", "--reason", "x"], "--image"),
    ] {
        let ended = home.run(&[&["policy", "allow"], words].concat());
        assert_eq!(ended.code, Some(2), "{words:?} {ended:?}");
        assert!(ended.said.contains(said), "{said}\n--\n{}", ended.said);
    }
    let chosen = home.run(&["--policy", "strict", "policy", "allow", "user", "--image", "alpine", "--reason", "x"]);
    assert!(chosen.code == Some(1) && chosen.said.contains("--policy strict is no file that counts"), "{chosen:?}");
    assert_eq!(fs::read(home.own()).unwrap(), before);
    home.write("config/sdocker/policy.toml", "grant = []\n");
    let clash = home.run(&["policy", "allow", "user", "--image", "alpine", "--reason", "x"]);
    assert!(clash.code == Some(1) && clash.said.contains("nothing is written"), "{clash:?}");
    assert_eq!(fs::read(home.own()).unwrap(), b"grant = []\n");
}

#[test]
fn show_prints_what_counts_for_somebody_and_why() {
    let home = Home::with_own(
        "[[for]]\nwho = [\"uid:4242\"]\n[for.cpus]\nmax = 6.0\n[[for]]\nimage = [\"docker.io/library/alpine\"]\n[for.cpus]\nmax = 5.0\n\
         [[grant]]\nrule = \"user\"\nimage = [\"docker.io/library/alpine\"]\nreason = \"why not\"\n",
    );
    let cpus = |words: &[&str]| {
        let ended = home.run(&[&["policy", "show", "--origin"], words].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let max =
            ended.out.split("[cpus]").nth(1).unwrap().lines().find(|line| line.starts_with("max")).unwrap().to_owned();
        (max, ended.out)
    };
    assert!(cpus(&[]).0.starts_with("max = 4.0  # built-in:baseline:"));
    assert_eq!(cpus(&["--caller", "4242:1"]).0, "max = 6.0  # ~/config/sdocker/policy.toml:4");
    let (max, text) = cpus(&["--caller", "4242:1", "--image", "alpine:3"]);
    assert_eq!(max, "max = 5.0  # ~/config/sdocker/policy.toml:8");
    for line in [
        "# counts: the [[for]] at ~/config/sdocker/policy.toml:1\n# counts: the [[for]] at ~/config/sdocker/policy.toml:5\n",
        "# lifted: user by the grant at ~/config/sdocker/policy.toml:9: why not\n",
        "\n[user]\naction = \"allow\"  # lifted\n",
    ] {
        assert!(text.contains(line), "{line}\n--\n{text}");
    }
    let nobody = home.run(&["policy", "show", "--caller", "no-such-user-here"]);
    assert_eq!((nobody.code, nobody.said.contains("is nobody on this machine")), (Some(2), true));
}

#[test]
fn what_show_prints_is_the_same_policy() {
    for profile in ["baseline", "strict", "shared-server", "ci", "sandbox", "permissive"] {
        let home = Home::new();
        for origins in [&["--origin"][..], &[]] {
            let shown = home.run(&[&["--policy", profile, "policy", "show"], origins].concat()).out;
            let file = home.write("shown.toml", &shown);
            let again = home.run(&["--policy", file.to_str().unwrap(), "policy", "show"]).out;
            let plain = |text: &str| {
                text.lines()
                    .filter(|line| !line.starts_with('#'))
                    .map(|line| line.split("  # ").next().unwrap().to_owned())
                    .collect::<Vec<_>>()
            };
            assert_eq!(plain(&shown), plain(&again), "{profile}");
        }
    }
}
