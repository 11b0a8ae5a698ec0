//! Gaining privileges through setuid programs.

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::{Change, RuleId, SecurityOpt};

pub(super) const RULE: Rule = Rule {
    id: RuleId("no-new-privileges"),
    doc: "\
## What
A container switches `no-new-privileges` off. Where nothing is said, `default = true` switches it on.

## Why
A setuid program in an image turns any user into root with the container's capabilities; only this flag stops it, and a
second entry `no-new-privileges=false` silently undoes the first.

## Instead
Leave the option out. For a program that must change its user, start the container as that user: `--user 1000:1000`.
",
    fields: &["HostConfig.SecurityOpt"],
    keys: &[Key::free("default", Takes::Switch, "switch it on where nothing is said")],
    open_keys: &[],
    silence: "no entry about it",
    breach: "`no-new-privileges=false`",
    rewrites: true,
    sources: &["CIS Docker 5.26", "PSS restricted: privilege escalation", "OWASP Docker rule 4"],
    load: |settings: &mut Settings<'_>| Some(Box::new(NoNewPrivileges { default: settings.get("default") })),
};

const NAME: &str = "no-new-privileges";
const WRITTEN: &str = "no-new-privileges=true";
const POINTER: &str = "/HostConfig/SecurityOpt";

#[derive(Debug)]
struct NoNewPrivileges {
    default: Option<Setting<bool>>,
}

/// One entry about this option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    On,
    Off,
    Unclear,
}

/// What an entry of `SecurityOpt` says of the option; nothing, if it is about another one.
fn said(entry: &str) -> Option<Said> {
    let SecurityOpt { name, value } = SecurityOpt::parse(entry);
    if name != NAME {
        return None;
    }
    Some(match value {
        None | Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Said::On,
        Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Said::Off,
        Some(_) => Said::Unclear,
    })
}

impl Check for NoNewPrivileges {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let entries: Vec<(usize, Said)> = case
            .request
            .body
            .host_config
            .security_opt
            .iter()
            .enumerate()
            .filter_map(|(i, e)| Some((i, said(e)?)))
            .collect();
        let here = |index: usize| format!("{POINTER}/{index}");
        for (index, _) in entries.iter().filter(|(_, said)| *said == Said::Unclear) {
            let breach = Breach::new(here(*index), "neither true nor false");
            out.breach(breach.help(format!("write `--security-opt {NAME}`")));
        }
        for (index, _) in entries.iter().filter(|(_, said)| *said == Said::Off) {
            let breach = Breach::new(here(*index), "programs in the container could gain root's power again");
            let meaning = format!("--security-opt {NAME}");
            out.breach(breach.help("leave it out").nearest(vec![Change::Remove(here(*index))], meaning));
        }
        let on = entries.iter().filter(|(_, said)| *said == Said::On).count();
        let Some(default) = self.default.as_ref().filter(|default| default.value) else { return };
        if on == 0 {
            out.fill(Fill {
                changes: vec![Change::Push(POINTER.to_owned(), WRITTEN.into())],
                meaning: format!("--security-opt {NAME}"),
                spot: default.spot.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;

    fn asks(action: &str, opts: &[&str]) -> String {
        let list = opts.iter().map(|o| (*o).to_owned()).collect();
        let bench = Bench::new(&RULE, &format!("action = \"{action}\"\ndefault = true"));
        bench.of(|body| body.host_config.security_opt = list)
    }

    #[test]
    fn silence_switches_it_on() {
        assert_eq!(asks("deny", &[]), "fill: --security-opt no-new-privileges");
        for on in ["no-new-privileges", "no-new-privileges=true", "no-new-privileges:1"] {
            assert_eq!(asks("deny", &[on]), "pass", "{on}");
        }
    }

    #[test]
    fn no_second_entry_undoes_the_first() {
        for off in ["no-new-privileges=false", "no-new-privileges:0", "no-new-privileges=F"] {
            assert_eq!(asks("deny", &["no-new-privileges", off]), "deny", "{off}");
        }
        assert_eq!(asks("deny", &["no-new-privileges", "no-new-privileges=maybe"]), "deny");
    }

    #[test]
    fn a_rewrite_leaves_exactly_one_entry() {
        let bench = Bench::new(&RULE, "action = \"rewrite\"\ndefault = true");
        let mut request = asking(|body| body.host_config.security_opt = vec!["no-new-privileges=false".to_owned()]);
        let outcome = bench.outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.security_opt, [WRITTEN]);
    }
}
