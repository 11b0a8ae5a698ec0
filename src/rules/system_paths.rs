//! Files of the kernel that the engine hides.

use serde_json::Value;

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("system-paths"),
    doc: "\
## What
A container brings its own lists of the paths below `/proc` and `/sys` that are hidden or read-only, as
`--security-opt systempaths=unconfined` does with two empty ones.

## Why
The engine hides kernel memory, keys and switches such as `/proc/sysrq-trigger`, which are those of the whole machine.

## Instead
Leave the option out. A build tool that needs an unmasked `/proc` for its own containers runs on an engine without root.
",
    fields: &["HostConfig.MaskedPaths", "HostConfig.ReadonlyPaths"],
    keys: &[],
    open_keys: &[],
    silence: "no list: the engine's own",
    breach: "any list, also an empty one",
    rewrites: true,
    sources: &["PSS baseline: /proc mount type"],
    load: |_: &mut Settings<'_>| Some(Box::new(SystemPaths)),
};

#[derive(Debug)]
struct SystemPaths;

impl Check for SystemPaths {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        let lists =
            [("/HostConfig/MaskedPaths", &host.masked_paths), ("/HostConfig/ReadonlyPaths", &host.readonly_paths)];
        let given: Vec<&str> =
            lists.into_iter().filter(|(_, list)| list.is_some()).map(|(pointer, _)| pointer).collect();
        let Some(first) = given.first() else { return };
        let message = "the container would see files of the kernel that the engine hides or keeps from being written";
        let changes = given.iter().map(|pointer| Change::Set((*pointer).to_owned(), Value::Null)).collect();
        out.breach(
            Breach::new(*first, message).help("leave it out").nearest(changes, "the engine's own lists of paths"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;

    #[test]
    fn any_list_is_refused_also_an_empty_one() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|_| {}), "pass");
        assert_eq!(bench.of(|body| body.host_config.masked_paths = Some(vec![])), "deny");
        assert_eq!(bench.of(|body| body.host_config.masked_paths = Some(vec!["/nope".to_owned()])), "deny");
        assert_eq!(bench.of(|body| body.host_config.readonly_paths = Some(vec![])), "deny");
    }

    #[test]
    fn a_rewrite_brings_the_engines_lists_back() {
        let mut request = asking(|body| {
            body.host_config.masked_paths = Some(vec![]);
            body.host_config.readonly_paths = Some(vec![]);
        });
        let outcome = Bench::new(&RULE, "action = \"rewrite\"").outcome(&request, &facts());
        assert_eq!(outcome.findings.len(), 1, "one flag asks for both");
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!((&request.body.host_config.masked_paths, &request.body.host_config.readonly_paths), (&None, &None));
    }
}
