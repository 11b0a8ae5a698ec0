//! Processes without number.

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("pids"),
    doc: "\
## What
A container may have more processes than the policy's `max`, or has no limit and gets `default`.

## Why
A fork bomb inside a container without a limit takes every process id of the machine.

## Instead
Ask for what is needed, up to the limit: `--pids-limit 200`.
",
    fields: &["HostConfig.PidsLimit"],
    keys: &[
        Key::free("default", Takes::Whole, "processes of a container that asks for no limit"),
        Key::max("max", Takes::Whole, "the most that may be asked for"),
    ],
    open_keys: &[],
    silence: "no PidsLimit",
    breach: "more than `max`, or explicitly no limit",
    rewrites: true,
    sources: &["CIS Docker 5.29", "OWASP Docker rule 7"],
    load: |settings: &mut Settings<'_>| {
        let (default, max) = (settings.get::<u32>("default"), settings.get::<u32>("max"));
        for limit in [&default, &max].into_iter().flatten().filter(|limit| limit.value == 0) {
            settings.object(&limit.spot, "0 means no limit to the engine; leave the key out for that");
        }
        if let (Some(default), Some(max)) = (&default, &max)
            && default.value > max.value
        {
            settings.object(&default.spot, format!("the default {} is above the max {}", default.value, max.value));
        }
        Some(Box::new(Pids { default, max }))
    },
};

const POINTER: &str = "/HostConfig/PidsLimit";

#[derive(Debug)]
struct Pids {
    default: Option<Setting<u32>>,
    max: Option<Setting<u32>>,
}

fn set(limit: u32) -> (Vec<Change>, String) {
    (vec![Change::Set(POINTER.to_owned(), limit.into())], format!("--pids-limit {limit}"))
}

impl Check for Pids {
    fn needs(&self, request: &Request, _looks: bool) -> Needs {
        let silent = request.body.host_config.pids_limit.unwrap_or(0) == 0;
        Needs { info: silent && self.silence().is_some(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = case.request.body.host_config.pids_limit.unwrap_or(0);
        match (asked, &self.max) {
            (0, _) => self.fill(case, out),
            (asked, Some(max)) if asked < 0 || asked > i64::from(max.value) => {
                let what = if asked < 0 { "no limit on processes".to_owned() } else { format!("{asked} processes") };
                let (changes, meaning) = set(max.value);
                let breach = Breach::new(POINTER, format!("{what}, where {} are allowed", max.value));
                let help = format!("ask for at most `{meaning}`");
                out.breach(breach.bound(&max.spot).help(help).nearest(changes, meaning));
            }
            _ => {}
        }
    }
}

impl Pids {
    /// What a silence becomes; it would be out of bounds where there is only a bound.
    fn silence(&self) -> Option<&Setting<u32>> {
        self.default.as_ref().or(self.max.as_ref())
    }

    fn fill(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(default) = self.silence() else { return };
        match case.facts.info.known() {
            Err(why) => out.unknown(POINTER, "what the engine can limit", &why),
            Ok(info) if !info.pids_limit => {
                let message = "this engine cannot limit processes: the container has no limit";
                out.caution(Breach::new(POINTER, message).bound(&default.spot));
            }
            Ok(_) => {
                let (changes, meaning) = set(default.value);
                out.fill(Fill { changes, meaning, spot: default.spot.clone() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(limit: Option<i64>) -> String {
        let bench = Bench::new(&RULE, "action = \"rewrite\"\ndefault = 100\nmax = 200");
        bench.of(|body| body.host_config.pids_limit = limit)
    }

    #[test]
    fn silence_and_zero_get_the_default() {
        assert_eq!(asks(None), "fill: --pids-limit 100");
        assert_eq!(asks(Some(0)), "fill: --pids-limit 100");
    }

    #[test]
    fn no_limit_and_too_many_are_lowered() {
        assert_eq!(asks(Some(-1)), "rewrite: --pids-limit 200");
        assert_eq!(asks(Some(201)), "rewrite: --pids-limit 200");
        assert_eq!(asks(Some(200)), "pass");
    }
}
