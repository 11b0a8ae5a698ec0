//! The program that makes containers.

use super::glob::{List, listed};
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Glob, Key, Settings, Takes};
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("runtime"),
    doc: "\
## What
A container asks for another runtime than the engine's default that is not listed in `allow`.

## Why
The runtime is what confines a container. Another one may know nothing of seccomp or user namespaces, run hooks as root, or
be any program that the engine can start.

## Instead
Leave the option out. Have a runtime that confines more, such as gVisor's, listed: `allow = [\"runsc\"]`.
",
    fields: &["HostConfig.Runtime"],
    keys: &[Key::free("allow", Takes::Texts, "runtimes that may be asked for; `*` is any part of a name")],
    open_keys: &[],
    silence: "no Runtime, or the engine's default by its name",
    breach: "a runtime outside `allow`",
    rewrites: true,
    sources: &["CIS Docker 2.15", "OWASP Docker rule 6"],
    load: |settings: &mut Settings<'_>| Some(Box::new(Runtime { allow: settings.list("allow") })),
};

const POINTER: &str = "/HostConfig/Runtime";

#[derive(Debug)]
struct Runtime {
    allow: List<Glob>,
}

impl Check for Runtime {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let asked = &request.body.host_config.runtime;
        Needs { info: looks && !asked.is_empty() && !self.allows(asked), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = &case.request.body.host_config.runtime;
        if asked.is_empty() || self.allows(asked) {
            return;
        }
        match case.facts.info.known() {
            Err(why) => out.unknown(POINTER, "the engine's default runtime", &why),
            Ok(info) if info.default_runtime == *asked => {}
            Ok(info) => out.breach(self.breach(asked, &info.default_runtime)),
        }
    }
}

impl Runtime {
    fn allows(&self, asked: &str) -> bool {
        self.allow.iter().flat_map(|list| &list.value).any(|entry| entry.value.matches(asked))
    }

    fn breach(&self, asked: &str, default: &str) -> Breach {
        let entries = self.allow.iter().flat_map(|list| &list.value).map(|entry| entry.value.as_str());
        let help = match listed(entries) {
            Some(names) => format!("leave it out, or use one of {names}"),
            None => format!("leave it out: this engine uses `{default}`"),
        };
        let breach =
            Breach::new(POINTER, format!("the runtime `{asked}` is not among those that are allowed")).help(help);
        let nearest = vec![Change::Set(POINTER.to_owned(), "".into())];
        let breach = breach.nearest(nearest, "the engine's default runtime");
        match &self.allow {
            Some(allow) => breach.bound(&allow.spot),
            None => breach,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::Fact;

    fn asks(action: &str, runtime: &str) -> String {
        let bench = Bench::new(&RULE, &format!("action = \"{action}\"\nallow = [\"runsc\", \"kata-*\"]"));
        bench.of(|body| body.host_config.runtime = runtime.to_owned())
    }

    #[test]
    fn others_than_the_default_must_be_listed() {
        for bad in ["io.containerd.runc.v2", "nvidia", "/tmp/evil", "../../bin/sh", "RUNC", "runsc2", "kata-/x"] {
            assert_eq!(asks("deny", bad), "deny", "{bad}");
        }
        for good in ["", "runc", "runsc", "kata-qemu"] {
            assert_eq!(asks("deny", good), "pass", "{good}");
        }
        assert_eq!(asks("rewrite", "nvidia"), "rewrite: the engine's default runtime");
    }

    #[test]
    fn which_one_is_the_default_is_the_engines_to_say() {
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.default_runtime = "runsc".to_owned();
        }
        let bench = Bench::new(&RULE, "action = \"deny\"");
        let asked = asking(|body| body.host_config.runtime = "runc".to_owned());
        assert_eq!(bench.says(&asked, &facts), "deny", "a weaker one than the default");
        facts.info = Fact::Unknown("no answer".to_owned());
        assert_eq!(bench.says(&asked, &facts), "deny");
    }
}
