use super::super::testing::{Bench, UID, asking, bind, facts};
use super::*;
use crate::policy::{Policy, Source};
use crate::request::wire::{BindOptions, ContainerCreate, DriverConfig, Mount, VolumeOptions};
use crate::request::{ContainerFacts, ContainerMount, Facts, SocketFacts, VolumeFacts, apply};
use crate::rules::{Outcome, Ruleset};

const TABLE: &str = "action = \"rewrite\"\nallow = [{ path = \"/home/alice\", mode = \"rw\" }, \
                     { path = \"/srv/shared\" }, \"/usr/share\", { path = \"own\", mode = \"rw\" }]\n\
                     remote = [\"/srv/**\"]\nmovable = \"deny\"\nown-movable = \"allow\"\nmissing = \"allow\"";

fn bench() -> Bench {
    Bench::new(&RULE, TABLE)
}

/// Facts in which each path is what it says, or leads where it is told.
fn leading(paths: &[(&str, BindFacts)]) -> Facts {
    let mut facts = facts();
    for (path, found) in paths {
        facts.binds.insert((*path).to_owned(), Fact::Known(found.clone()));
        facts.binds.insert(found.canonical.display().to_string(), Fact::Known(found.clone()));
    }
    facts
}

fn directory(path: &str) -> BindFacts {
    BindFacts::steady(path, BindKind::Directory)
}

fn with_bind(text: &str) -> Request {
    let mut request = asking(|body| body.host_config.binds = vec![text.to_owned()]);
    request.manner.makes_sources = true;
    request
}

/// A directory that is where it says, mounted writable and read-only.
fn mounts_of(path: &str) -> [String; 2] {
    let facts = leading(&[(path, directory(clean(Path::new(path)).to_str().unwrap()))]);
    ["", ":ro"].map(|mode| bench().says(&with_bind(&format!("{path}:/x{mode}")), &facts))
}

fn outcome(text: &str, found: BindFacts) -> Outcome {
    let source = text.split(':').next().unwrap().to_owned();
    bench().outcome(&with_bind(text), &leading(&[(&source, found)]))
}

fn says(text: &str, found: BindFacts) -> String {
    let source = text.split(':').next().unwrap().to_owned();
    bench().says(&with_bind(text), &leading(&[(&source, found)]))
}

#[test]
fn what_is_listed_passes_and_no_more_than_is_listed() {
    for path in ["/home/alice", "/home/alice/proj", "//home//alice/./proj/", "/home/alice/a/../b"] {
        assert_eq!(mounts_of(path), ["pass", "pass"], "{path}");
    }
    for path in ["/srv/shared", "/srv/shared/x", "/usr/share/zoneinfo"] {
        assert_eq!(mounts_of(path), [format!("rewrite: -v {path}:/x:ro"), "pass".to_owned()], "{path}");
    }
}

#[test]
fn everything_else_is_refused() {
    for path in [
        "/",
        "//",
        "/etc",
        "/root",
        "/home",
        "/home/bob",
        "/home/alicex",
        "/homealice",
        "/boot",
        "/usr",
        "/lib/modules",
        "/run",
        "/run/systemd",
        "/var/lib/docker",
        "/dev",
        "/dev/shm",
        "/sys",
        "/sys/fs/cgroup",
        "/proc",
        "/proc/self/cwd",
        "/home/alice/..",
        "/home/alice/../bob",
        "/srv",
        "/srv/sharedx",
    ] {
        assert_eq!(mounts_of(path), ["deny", "deny"], "{path}");
    }
}

#[test]
fn a_link_counts_as_what_it_leads_to() {
    for leads in ["/", "/etc", "/home/bob", "/run", "/proc/1/root", "/var/lib/docker/volumes"] {
        assert_eq!(says("/home/alice/link:/x", directory(leads)), "deny", "{leads}");
    }
    assert_eq!(
        says("/home/alice/link:/x", directory("/srv/shared")),
        "fill: -v /srv/shared:/x, rewrite: -v /home/alice/link:/x:ro"
    );
    assert_eq!(says("/elsewhere:/x:ro,z", directory("/home/alice/proj")), "fill: -v /home/alice/proj:/x:ro");
}

#[test]
fn where_a_link_leads_is_what_the_engine_is_told() {
    let ask = |request: &mut Request, facts: &Facts| {
        let outcome = bench().outcome(request, facts);
        apply(request, &outcome.rewrites).unwrap();
        assert_eq!(bench().says(request, facts), "pass", "it stands on its own");
    };
    let facts = leading(&[("/l", directory("/srv/shared/x"))]);
    let mut text = with_bind("/l:/x:rw,z");
    ask(&mut text, &facts);
    assert_eq!(text.body.host_config.binds, ["/srv/shared/x:/x:ro,z"]);
    let mount = Mount { kind: "bind".into(), source: "/l".into(), target: "/x".into(), ..Mount::default() };
    let mut object = asking(|body| body.host_config.mounts = vec![mount]);
    ask(&mut object, &facts);
    let mount = &object.body.host_config.mounts[0];
    assert_eq!((mount.source.as_str(), mount.read_only), ("/srv/shared/x", true));
}

#[test]
fn a_path_that_a_text_cannot_hold_needs_the_other_form() {
    let refused = outcome("/l:/x", directory("/home/alice/a:b"));
    assert_eq!(refused.findings[0].help, ["write `--mount type=bind,src=/home/alice/a:b,dst=/x`"]);
}

#[test]
fn what_the_engine_would_not_take_is_refused() {
    for text in ["/home/alice:/b:c:d", "/home/alice:/x:RO", "/home/alice:/x:ro,rw", "data:/x:bogus", "/home/alice:ro"] {
        assert_eq!(says(text, directory("/home/alice")), "deny", "{text}");
    }
    for kind in ["npipe", "bogus", ""] {
        let mount = Mount { kind: kind.into(), source: r"\\.\pipe\docker_engine".into(), ..Mount::default() };
        assert_eq!(bench().of(|body| body.host_config.mounts = vec![mount]), "deny", "{kind}");
    }
    assert_eq!(says("/home/alice/a\0b:/x", directory("/home/alice")), "deny");
    let relative = Mount { kind: "bind".into(), source: "home/alice".into(), ..Mount::default() };
    assert_eq!(bench().of(|body| body.host_config.mounts = vec![relative]), "deny");
}

#[test]
fn devices_never_pass_and_sockets_only_by_their_own_name() {
    let at = |kind| BindFacts::steady("/home/alice/x", kind);
    assert_eq!(says("/home/alice/x:/x", at(BindKind::File)), "pass");
    assert_eq!(says("/home/alice/x:/x:ro", at(BindKind::Other)), "deny");
    let refused = outcome("/home/alice/x:/s/x", at(BindKind::Socket));
    assert_eq!(refused.findings[0].help, ["mount its directory: `-v /home/alice:/s`"]);
    let named = Bench::new(&RULE, "action = \"deny\"\nallow = [{ path = \"/run/user/1000/bus\", mode = \"rw\" }]");
    let facts = leading(&[("/run/user/1000/bus", BindFacts::steady("/run/user/1000/bus", BindKind::Socket))]);
    assert_eq!(named.says(&with_bind("/run/user/1000/bus:/x"), &facts), "pass");
}

#[test]
fn the_directory_of_an_engines_socket_is_no_way_on() {
    let mut facts = leading(&[("/home/alice/e.sock", BindFacts::steady("/home/alice/e.sock", BindKind::Socket))]);
    facts.sockets = Fact::Known(vec![SocketFacts { canonical: "/home/alice/e.sock".into(), identity: None }]);
    let refused = bench().outcome(&with_bind("/home/alice/e.sock:/s"), &facts);
    assert!(refused.findings[0].help[0].starts_with("mount something below"), "{refused:?}");
}

#[test]
fn own_is_what_the_caller_owns_where_nobody_else_can_replace_it() {
    let owned = |path: &str| BindFacts { owner: UID, ..directory(path) };
    assert_eq!(says("/disk/alice:/x", owned("/disk/alice")), "pass");
    assert_eq!(says("/disk/other:/x:ro", directory("/disk/other")), "deny");
    for reserved in ["/run/user/1000", "/dev/shm/a", "/boot/a", "/var/lib/docker/volumes/v/_data", "/proc/7"] {
        assert_eq!(says(&format!("{reserved}:/x:ro"), owned(reserved)), "deny", "{reserved}");
    }
    assert_eq!(says("/srv/shared/a:/x", owned("/srv/shared/a")), "rewrite: -v /srv/shared/a:/x:ro", "a path covers it");
    let movable = BindFacts { movable_by_others: Some("/disk".into()), ..owned("/disk/alice") };
    let refused = outcome("/disk/alice:/x", movable);
    assert_eq!(refused.findings[0].help, ["take that from them: `chmod go-w /disk`"]);
}

#[test]
fn roots_own_is_what_stands_beside_the_system_or_belongs_to_the_user_behind_sudo() {
    let set = Ruleset::load(
        &Policy::owners(&[Source { name: "p".into(), text: format!("extends = \"permissive\"\n[binds]\n{TABLE}") }])
            .unwrap(),
    )
    .unwrap();
    let root = crate::request::Caller { uid: 0, gid: 0, ..super::super::testing::caller() };
    let passes = |found: BindFacts, stands_for: (u32, u32)| {
        let mut facts = leading(&[("/l", found)]);
        facts.stands_for = stands_for;
        !set.judge(&Case { request: &with_bind("/l:/x"), caller: &root, facts: &facts }).refuses()
    };
    let sudo = |owner: u32| passes(BindFacts { owner, ..directory("/disk/d") }, (1000, 1000));
    assert!(sudo(1000) && !sudo(0) && !sudo(1001));
    let nobody = crate::request::Caller::NOBODY;
    let alone =
        |path: &str, kind: BindKind, owner: u32| passes(BindFacts { owner, ..BindFacts::steady(path, kind) }, nobody);
    for (path, kind) in [("/work", BindKind::Directory), ("/work/a/b", BindKind::File), ("/app/new", BindKind::Absent)]
    {
        assert!(alone(path, kind, 0), "{path}");
        assert!(!alone(path, kind, 1000) && !alone(path, kind, nobody.0), "{path}");
    }
    for path in ["/", "/etc/x", "/usr/src/app", "/var/www", "/home/x", "/root", "/lib/modules", "/boot/x"] {
        assert!(!alone(path, BindKind::Directory, 0), "{path}");
    }
    assert!(!alone("/swapfile", BindKind::File, 0));
}

#[test]
fn home_is_that_of_the_systems_database_and_never_everything() {
    let text = "extends = \"permissive\"\n[binds]\naction = \"deny\"\nallow = [\"~\"]".to_owned();
    let set = Ruleset::load(&Policy::owners(&[Source { name: "p".into(), text }]).unwrap()).unwrap();
    let passes = |home: &str, source: &str, roots: &[(&str, &str)]| {
        let caller = crate::request::Caller { home: Some(home.into()), ..super::super::testing::caller() };
        let mut facts = leading(&[(source, directory(source))]);
        facts.roots = roots.iter().map(|(text, leads)| ((*text).to_owned(), leads.into())).collect();
        !set.judge(&Case { request: &with_bind(&format!("{source}:/x:ro")), caller: &caller, facts: &facts }).refuses()
    };
    assert!(passes("/home/alice", "/home/alice/a", &[]));
    assert!(passes("/home/alice", "/var/home/alice/a", &[("~", "/var/home/alice")]));
    assert!(!passes("/home/alice", "/var/home/alice/a", &[]) && !passes("/", "/etc", &[]));
}

#[test]
fn the_longest_path_decides() {
    let table = "action = \"deny\"\nallow = [{ path = \"/a/b\", mode = \"ro\" }, { path = \"/a\", mode = \"rw\" }, \
                 { path = \"/a/b/c\", mode = \"rw\" }]";
    let ask = |path: &str| {
        Bench::new(&RULE, table).says(&with_bind(&format!("{path}:/x")), &leading(&[(path, directory(path))]))
    };
    assert_eq!(["/a/x", "/a/b/x", "/a/b/c/x"].map(ask), ["pass", "deny", "pass"]);
}

#[test]
fn a_path_with_a_last_slash_covers_only_what_is_below() {
    let table = "action = \"deny\"\nallow = [{ path = \"/a/\", mode = \"rw\" }]";
    let ask = |path: &str| {
        Bench::new(&RULE, table).says(&with_bind(&format!("{path}:/x")), &leading(&[(path, directory(path))]))
    };
    assert_eq!(["/a/x", "/a/x/y", "/a"].map(ask), ["pass", "pass", "deny"]);
}

#[test]
fn the_systems_own_trees_open_only_from_inside() {
    let table = "action = \"deny\"\nallow = [{ path = \"/\", mode = \"rw\" }, \"/run/udev\"]";
    let ask = |path: &str| {
        Bench::new(&RULE, table).says(&with_bind(&format!("{path}:/x:ro")), &leading(&[(path, directory(path))]))
    };
    assert_eq!(["/etc", "/var/log", "/run/udev/data"].map(ask), ["pass"; 3]);
    assert_eq!(
        ["/", "/run", "/run/lock", "/dev", "/var", "/var/lib", "/var/lib/docker", "/proc"].map(ask),
        ["deny"; 8]
    );
}

#[test]
fn a_source_that_others_could_replace_is_weighed_by_itself() {
    let movable = BindFacts { movable_by_others: Some("/home/alice/team".into()), ..directory("/home/alice/team/x") };
    let own = BindFacts { movable_by_caller: Some("/home".into()), ..directory("/home/alice/x") };
    let ask = |found: &BindFacts, keys: &str| {
        let table = format!("action = \"deny\"\nallow = [{{ path = \"/home/alice\", mode = \"rw\" }}]\n{keys}");
        Bench::new(&RULE, &table).says(&with_bind("/l:/x"), &leading(&[("/l", found.clone())])).replace("fill: ", "")
    };
    let (moved, owned) = ("-v /home/alice/team/x:/x", "-v /home/alice/x:/x");
    assert_eq!(ask(&movable, "movable = \"allow\""), moved);
    assert_eq!(ask(&movable, "movable = \"warn\""), format!("warn, {moved}"));
    assert_eq!(ask(&movable, "movable = \"deny\""), format!("deny, {moved}"));
    assert_eq!(ask(&movable, ""), format!("deny, {moved}"));
    assert_eq!(ask(&own, "own-movable = \"allow\""), owned);
    assert_eq!(ask(&own, "own-movable = \"deny\""), format!("deny, {owned}"));
}

#[test]
fn a_missing_source_is_made_only_as_the_caller_and_where_it_may_be_written() {
    let absent = |path: &str| BindFacts::steady(path, BindKind::Absent);
    assert_eq!(says("/home/alice/new:/x", absent("/home/alice/new")), "pass");
    assert_eq!(says("/home/alice/new:/x:ro", absent("/home/alice/new")), "pass");
    assert_eq!(says("/srv/shared/new:/x:ro", absent("/srv/shared/new")), "deny");
    assert_eq!(says("/etc/new:/x", absent("/etc/new")), "deny");
    let mut posted = with_bind("/home/alice/new:/x");
    posted.manner.makes_sources = false;
    let facts = leading(&[("/home/alice/new", absent("/home/alice/new"))]);
    assert_eq!(bench().says(&posted, &facts), "deny", "the engine would make it");
    let strict = Bench::new(&RULE, &TABLE.replace("missing = \"allow\"", "missing = \"deny\""));
    assert_eq!(strict.says(&with_bind("/home/alice/new:/x"), &facts), "deny");

    let object = |create_mountpoint: bool| {
        let bind_options = Some(BindOptions { create_mountpoint, ..BindOptions::default() });
        let mount = Mount { kind: "bind".into(), source: "/home/alice/new".into(), bind_options, ..Mount::default() };
        bench().says(&asking(|body| body.host_config.mounts = vec![mount]), &facts)
    };
    assert_eq!([false, true].map(object), ["pass", "deny"], "without the option the engine refuses it itself");
}

#[test]
fn where_a_path_leads_must_be_known() {
    assert_eq!(bench().says(&with_bind("/home/alice:/x"), &facts()), "deny");
    let mut unknown = facts();
    unknown.binds.insert("/home/alice".to_owned(), Fact::Unknown("no answer".to_owned()));
    assert_eq!(bench().says(&with_bind("/home/alice:/x"), &unknown), "deny");
}

#[test]
fn on_another_machine_the_name_decides() {
    let mut remote = facts();
    remote.local = false;
    let ask = |path: &str| bench().says(&with_bind(&format!("{path}:/x")), &remote);
    assert_eq!(["/srv/a", "/srv/a/b", "/srv/./a"].map(ask), ["pass"; 3]);
    assert_eq!(["/srv", "/srv/../etc", "/srvx/a", "/home/alice/a", "/proc/1/root", "/"].map(ask), ["deny"; 6]);
    let everything = Bench::new(&RULE, "action = \"deny\"\nremote = [\"/**\"]");
    let ask = |path: &str| everything.says(&with_bind(&format!("{path}:/x")), &remote);
    assert_eq!(["/etc", "/run/docker.sock", "/dev/sda"].map(ask), ["pass", "deny", "deny"]);
}

#[test]
fn what_volumes_and_other_containers_mount_is_judged_too() {
    let bind_of =
        |device: &str| [("type", "none"), ("o", "bind"), ("device", device)].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let mut facts = leading(&[
        ("/etc", directory("/etc")),
        ("/home/alice/d", directory("/home/alice/d")),
        ("/home/alice/l", directory("/home/alice/d")),
        ("/srv/shared", directory("/srv/shared")),
    ]);
    let inline = |facts: &Facts, device: &str, read_only: bool| {
        let driver_config = Some(DriverConfig { name: "local".into(), options: bind_of(device).into() });
        let volume_options = Some(VolumeOptions { driver_config, ..VolumeOptions::default() });
        let mount = Mount { kind: "volume".into(), read_only, volume_options, ..Mount::default() };
        bench().says(&asking(|body| body.host_config.mounts = vec![mount]), facts)
    };
    assert_eq!(inline(&facts, "/home/alice/d", false), "pass");
    assert_eq!(
        (inline(&facts, "/srv/shared", true).as_str(), inline(&facts, "/srv/shared", false).as_str()),
        ("pass", "deny")
    );
    for refused in ["/etc", "/home/alice/l", "/home/alice/d/../../bob", "/unknown"] {
        assert_eq!(inline(&facts, refused, true), "deny", "{refused}");
    }

    for (name, device) in [("good", "/home/alice/d"), ("bad", "/etc")] {
        let volume = VolumeFacts { exists: true, options: bind_of(device).into(), ..VolumeFacts::default() };
        facts.volumes.insert(name.to_owned(), Fact::Known(volume));
    }
    let named = |facts: &Facts, name: &str| bench().says(&with_bind(&format!("{name}:/x")), facts);
    assert_eq!(["good", "bad", "other"].map(|name| named(&facts, name)), ["pass", "deny", "deny"]);

    let from = |mount: ContainerMount, text: &str| {
        let mut facts = facts.clone();
        let container = ContainerFacts { mounts: vec![mount], ..ContainerFacts::default() };
        facts.containers.insert("c".to_owned(), Fact::Known(container));
        bench().says(&asking(|body| body.host_config.volumes_from = vec![text.to_owned()]), &facts)
    };
    let bind =
        |source: &str| ContainerMount { kind: "bind".into(), source: source.into(), ..ContainerMount::default() };
    let volume = |name: &str| ContainerMount { kind: "volume".into(), name: name.into(), ..ContainerMount::default() };
    assert_eq!(from(bind("/home/alice/d"), "c"), "pass");
    assert_eq!(from(bind("/etc"), "c:ro"), "deny");
    assert_eq!(from(bind("/srv/shared"), "c:ro"), "pass");
    assert_eq!(from(bind("/srv/shared"), "c"), "rewrite: --volumes-from c:ro");
    assert_eq!((from(volume("good"), "c"), from(volume("bad"), "c")), ("pass".to_owned(), "deny".to_owned()));
    assert_eq!(from(bind("/home/alice/d"), "other"), "deny", "not known");
}

#[test]
fn file_systems_of_a_network_are_another_machines() {
    let options = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(
        local_paths(&options(&[("type", "nfs"), ("o", "addr=10.0.0.1"), ("device", ":/export")])),
        Vec::<String>::new()
    );
    assert_eq!(local_paths(&options(&[("type", "ext4"), ("device", "/dev/vda")])), ["/dev/vda"]);
    assert_eq!(local_paths(&options(&[("TYPE", "nfs"), ("device", "/etc")])), ["/etc"]);
    assert_eq!(local_paths(&options(&[("type", "nfs"), ("o", "ro,bind"), ("device", "/etc")])), ["/etc"]);
}

/// Every suggestion in backticks is asked for anew.
#[test]
fn what_a_refusal_suggests_passes() {
    for (text, found) in [
        ("/etc:/host/etc", directory("/etc")),
        ("/srv/shared:/x y", directory("/srv/shared")),
        ("/home/alice/s:/s/s", BindFacts::steady("/home/alice/s", BindKind::Socket)),
        ("/home/alice/s:/s", BindFacts::steady("/home/alice/s", BindKind::Socket)),
        ("/home/bob:/x", directory("/home/bob")),
    ] {
        let bench = Bench::new(&RULE, &TABLE.replace("rewrite", "deny"));
        let source = text.split(':').next().unwrap();
        let mut facts = leading(&[(source, found), ("/home/alice", directory("/home/alice"))]);
        facts.volumes.insert("data".to_owned(), Fact::Known(VolumeFacts::default()));
        let refused = bench.outcome(&with_bind(text), &facts);
        let help = refused.findings[0].help.join("\n");
        let suggested = help.split('`').nth(1).and_then(|words| words.strip_prefix("-v ")).expect(&help);
        let word = shell_words::split(suggested).unwrap().remove(0);
        assert_eq!(bench.says(&with_bind(&word), &facts), "pass", "{help}");
    }
}

#[test]
fn entries_that_can_never_match_are_problems_at_their_line() {
    for bad in [
        "allow = [\"relative\"]",
        "allow = [\"\"]",
        "allow = [\"/a/../b\"]",
        "allow = [\"/srv/*\"]",
        "allow = [\"/proc/1\"]",
        "allow = [{ path = \"/a\", mode = \"RW\" }]",
        "allow = [{ mode = \"rw\" }]",
        "allow = [{ path = \"/a\", modus = \"rw\" }]",
        "allow = [1]",
        "allow = [\"~bob\"]",
        "remote = [\"srv/**\"]",
        "remote = [\"\"]",
        "remote = [\"/a/../**\"]",
        "movable = \"rewrite\"",
        "missing = \"never\"",
    ] {
        let text = format!("extends = \"permissive\"\n[binds]\n{bad}\n");
        let policy = Policy::owners(&[Source { name: "p".into(), text }]).unwrap();
        let problems = Ruleset::load(&policy).expect_err(bad).to_string();
        assert!(problems.starts_with("p:3: "), "{problems}");
    }
}

#[test]
fn without_a_list_nothing_may_be_mounted_and_allow_does_not_look() {
    let ask = |action: &str| {
        let facts = leading(&[("/home/alice", directory("/home/alice"))]);
        Bench::new(&RULE, &format!("action = \"{action}\"")).says(&with_bind("/home/alice:/x"), &facts)
    };
    assert_eq!((ask("deny").as_str(), ask("allow").as_str()), ("deny", "pass"));
    let needs = |action: &str, change: fn(&mut ContainerCreate)| {
        let text = format!("extends = \"permissive\"\n[binds]\naction = \"{action}\"\nallow = [\"~\", \"own\"]");
        Ruleset::load(&Policy::owners(&[Source { name: "p".into(), text }]).unwrap()).unwrap().needs(&asking(change))
    };
    let binds: fn(&mut ContainerCreate) = |body| body.host_config.binds = vec!["/a:/b".to_owned()];
    assert_eq!(needs("allow", binds), Needs::default());
    assert_eq!(needs("deny", |_| {}), Needs::default());
    assert_eq!(needs("deny", binds).roots, ["~"]);
}

#[test]
fn a_bind_is_steady_when_nobody_can_replace_it() {
    let steady = |found: Fact<BindFacts>| {
        let mut facts = facts();
        facts.binds.insert("/a".to_owned(), found);
        let request = with_bind("/a:/x");
        let mount = mounts(&request.body).remove(0);
        is_steady(&mount, &Case { request: &request, caller: &super::super::testing::caller(), facts: &facts })
    };
    assert!(steady(bind("/a", BindKind::Directory)));
    assert!(!steady(Fact::NotAsked) && !steady(bind("/a", BindKind::Absent)));
    assert!(!steady(Fact::Known(BindFacts { movable_by_caller: Some("/".into()), ..directory("/a") })));
}
