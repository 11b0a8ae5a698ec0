//! A root file system that the container can write to.

use std::path::{Path, PathBuf};

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::mounts::{clean, mounts};
use crate::request::wire::ContainerCreate;
use crate::request::{Change, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("read-only-root"),
    doc: "\
## What
The container can write to its own root file system. With `default = true` it is made read-only, and each path in `tmpfs`
gets memory of its own, unless something is mounted there already. `--read-only=false` cannot be told from silence.

## Why
Whoever breaks into a program cannot change the program, or leave a tool beside it, where nothing can be written.

## Instead
Ask for it, with room for what the program writes: `--read-only --tmpfs /tmp:size=64m`.
",
    fields: &["HostConfig.ReadonlyRootfs", "HostConfig.Tmpfs"],
    keys: &[
        Key::free("default", Takes::Switch, "make it read-only where nothing is said"),
        Key::free("tmpfs", Takes::Texts, "what is writable then, as `--tmpfs` takes it: `/tmp:size=64m`"),
    ],
    open_keys: &[],
    silence: "ReadonlyRootfs is not set",
    breach: "it is not set, and no default sets it",
    rewrites: true,
    sources: &["CIS Docker 5.13", "OWASP Docker rule 8"],
    load,
};

const READ_ONLY: &str = "/HostConfig/ReadonlyRootfs";
const TMPFS: &str = "/HostConfig/Tmpfs";

/// `/tmp:size=64m,mode=1777`
#[derive(Debug, Clone, PartialEq, Eq)]
struct Writable {
    path: String,
    options: String,
}

impl FromNode for Writable {
    const EXPECTED: &'static str = "an absolute path with a size, such as \"/tmp:size=64m\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let (path, options) = text.split_once(':')?;
        let sized = options.split(',').any(|option| option.starts_with("size="));
        let sound = path.starts_with('/') && clean(Path::new(path)) == Path::new(path) && path != "/";
        (sized && sound).then(|| Self { path: path.to_owned(), options: options.to_owned() })
    }
}

#[derive(Debug)]
struct ReadOnlyRoot {
    default: Option<Setting<bool>>,
    tmpfs: Option<Setting<Vec<Setting<Writable>>>>,
}

fn load(settings: &mut Settings<'_>) -> Option<Box<dyn Check>> {
    Some(Box::new(ReadOnlyRoot { default: settings.get("default"), tmpfs: settings.list("tmpfs") }))
}

impl Check for ReadOnlyRoot {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let body = &case.request.body;
        if body.host_config.readonly_rootfs {
            return;
        }
        let (changes, meaning) = self.made_read_only(body);
        match &self.default {
            Some(default) if default.value => out.fill(Fill { changes, meaning, spot: default.spot.clone() }),
            _ => {
                let breach = Breach::new(READ_ONLY, "the container can write to its own root file system");
                out.breach(breach.help(format!("ask for `{meaning}`")).nearest(changes, meaning));
            }
        }
    }
}

impl ReadOnlyRoot {
    fn made_read_only(&self, body: &ContainerCreate) -> (Vec<Change>, String) {
        let taken = targets(body);
        let mut changes = vec![Change::Set(READ_ONLY.to_owned(), true.into())];
        let mut meaning = "--read-only".to_owned();
        for Writable { path, options } in self.tmpfs.iter().flat_map(|list| &list.value).map(|setting| &setting.value) {
            if !taken.contains(&PathBuf::from(path)) {
                changes.push(Change::Set(member(TMPFS, path), options.clone().into()));
                meaning.push_str(&format!(" --tmpfs {path}:{options}"));
            }
        }
        (changes, meaning)
    }
}

/// Everything inside on which something is mounted.
fn targets(body: &ContainerCreate) -> Vec<PathBuf> {
    let mounted = mounts(body).into_iter().map(|mount| mount.target);
    let named = body.volumes.keys().chain(body.host_config.tmpfs.keys()).cloned();
    mounted.chain(named).map(|path| clean(Path::new(&path))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::policy::{Policy, Source};
    use crate::request::apply;
    use crate::rules::Ruleset;

    const TABLE: &str = "action = \"deny\"\ndefault = true\ntmpfs = [\"/tmp:size=64m\", \"/run:size=16m\"]";

    #[test]
    fn silence_becomes_read_only_with_room_to_write() {
        let bench = Bench::new(&RULE, TABLE);
        assert_eq!(bench.of(|_| {}), "fill: --read-only --tmpfs /tmp:size=64m --tmpfs /run:size=16m");
        assert_eq!(bench.of(|body| body.host_config.readonly_rootfs = true), "pass");
        let mut request = asking(|_| {});
        let outcome = bench.outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert!(request.body.host_config.readonly_rootfs);
        assert_eq!(request.body.host_config.tmpfs.get("/tmp").map(String::as_str), Some("size=64m"));
        assert_eq!(bench.says(&request, &facts()), "pass");
    }

    #[test]
    fn what_is_mounted_already_is_left_alone() {
        let bench = Bench::new(&RULE, TABLE);
        let only_run = "fill: --read-only --tmpfs /run:size=16m";
        assert_eq!(bench.of(|body| body.host_config.binds = vec!["/home/a:/tmp/".to_owned()]), only_run);
        assert_eq!(bench.of(|body| body.volumes = [("/tmp".to_owned(), <_>::default())].into()), only_run);
        assert_eq!(bench.of(|body| body.host_config.tmpfs = [("/tmp".to_owned(), "ro".to_owned())].into()), only_run);
    }

    #[test]
    fn without_a_default_it_is_a_breach() {
        assert_eq!(Bench::new(&RULE, "action = \"deny\"").of(|_| {}), "deny");
        assert_eq!(Bench::new(&RULE, "action = \"warn\"\ndefault = false").of(|_| {}), "warn");
        assert_eq!(Bench::new(&RULE, "action = \"rewrite\"").of(|_| {}), "rewrite: --read-only");
        assert_eq!(Bench::new(&RULE, "action = \"allow\"").of(|_| {}), "pass");
    }

    #[test]
    fn writable_paths_are_absolute_and_have_a_size() {
        for bad in ["/tmp", "tmp:size=1m", "/a/../b:size=1m", "/:size=1m", "/tmp:mode=1777"] {
            let text = format!("extends = \"permissive\"\n[read-only-root]\ntmpfs = [\"{bad}\"]\n");
            let policy = Policy::owners(&[Source { name: "p".into(), text }]).unwrap();
            assert!(Ruleset::load(&policy).unwrap_err().to_string().contains("p:3: "), "{bad}");
        }
    }
}
