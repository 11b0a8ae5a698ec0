//! Words to the runtime.

use serde_json::json;

use super::glob::{List, listed};
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Glob, Key, Settings, Takes};
use crate::request::wire::Map;
use crate::request::{Change, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("annotations"),
    doc: "\
## What
A container has an annotation that is not listed in `allow`.

## Why
Annotations are read by the runtime, as root on the host: some name hooks to run, files to write, or switch confinement
off.

## Instead
Use a label, which nothing acts on: `--label KEY=VALUE`.
",
    fields: &["HostConfig.Annotations"],
    keys: &[Key::free("allow", Takes::Texts, "annotations that may be given; `*` is any part of a name")],
    open_keys: &[],
    silence: "no annotation",
    breach: "an annotation outside `allow`",
    rewrites: true,
    sources: &["PSS baseline: AppArmor and seccomp by annotation"],
    load: |settings: &mut Settings<'_>| Some(Box::new(Annotations { allow: settings.list("allow") })),
};

const POINTER: &str = "/HostConfig/Annotations";

#[derive(Debug)]
struct Annotations {
    allow: List<Glob>,
}

impl Check for Annotations {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = &case.request.body.host_config.annotations;
        let allows = |name: &str| self.allow.iter().flat_map(|list| &list.value).any(|entry| entry.value.matches(name));
        let permitted: Map<&String> = asked.iter().filter(|(n, _)| allows(n)).map(|(n, v)| (n.clone(), v)).collect();
        for name in asked.keys().filter(|name| !permitted.contains_key(*name)) {
            let pointer = member(POINTER, name);
            let entries = self.allow.iter().flat_map(|list| &list.value).map(|entry| entry.value.as_str());
            let help = match listed(entries) {
                Some(names) => format!("use a label; what may be given: {names}"),
                None => format!("use a label: `--label {name}=…`"),
            };
            let breach = Breach::new(pointer, format!("the annotation `{name}` is not among those that are allowed"));
            let nearest = vec![Change::Set(POINTER.to_owned(), json!(permitted))];
            let breach = breach.help(help).nearest(nearest, format!("no --annotation {name}"));
            out.breach(match &self.allow {
                Some(allow) => breach.bound(&allow.spot),
                None => breach,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;

    fn annotated(names: &[&str]) -> Map<String> {
        names.iter().map(|name| ((*name).to_owned(), "v".to_owned())).collect()
    }

    fn bench(action: &str) -> Bench {
        Bench::new(&RULE, &format!("action = \"{action}\"\nallow = [\"org.example.*\"]"))
    }

    #[test]
    fn only_listed_annotations_pass() {
        let asks = |name: &str| bench("deny").of(|body| body.host_config.annotations = annotated(&[name]));
        assert_eq!(asks("org.example.team"), "pass");
        for bad in
            ["run.oci.hooks.stdout", "io.katacontainers.config.hypervisor.path", "org.example.a/b", "org.examplex"]
        {
            assert_eq!(asks(bad), "deny", "{bad}");
        }
    }

    #[test]
    fn a_rewrite_leaves_the_listed_ones() {
        let mut request = asking(|body| body.host_config.annotations = annotated(&["a/b", "c", "org.example.x"]));
        let outcome = bench("rewrite").outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.annotations, annotated(&["org.example.x"]));
    }
}
