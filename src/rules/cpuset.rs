//! Which CPUs and memory nodes a container runs on.

use std::collections::BTreeSet;

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("cpuset"),
    doc: "\
## What
A container picks CPUs or memory nodes outside those that `cpus` and `mems` give to containers. One that picks none gets
all of these. Without the keys any may be picked.

## Why
Who picks a CPU that was set aside for something else slows that down, whatever the container's share of CPU time is.

## Instead
Ask for a number of CPUs and let the machine choose: `--cpus 2`. Or pick from those that are given: `--cpuset-cpus 0-1`.
",
    fields: &["HostConfig.CpusetCpus", "HostConfig.CpusetMems"],
    keys: &[
        Key::free("cpus", Takes::Text, "CPUs that are given to containers, such as `0-3,8`"),
        Key::free("mems", Takes::Text, "memory nodes that are given to containers"),
    ],
    open_keys: &[],
    silence: "none is picked",
    breach: "a CPU or node that is not given to containers",
    rewrites: true,
    sources: &["OWASP Docker rule 7"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(Cpuset { cpus: settings.get("cpus"), mems: settings.get("mems") }))
    },
};

/// The kernel's own list of numbers: `0-3,8`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Numbers(BTreeSet<u16>);

impl Numbers {
    fn parse(text: &str) -> Option<Self> {
        let mut all = BTreeSet::new();
        for part in text.split(',') {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u16>().ok())?;
            let (from, to) = (number(from)?, number(to)?);
            if from > to {
                return None;
            }
            all.extend(from..=to);
        }
        Some(Self(all))
    }
}

impl FromNode for Numbers {
    const EXPECTED: &'static str = "a list of numbers such as \"0-3,8\"";
    fn from_value(value: &Value) -> Option<Self> {
        Self::parse(&String::from_value(value)?)
    }
}

impl std::fmt::Display for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut runs: Vec<(u16, u16)> = Vec::new();
        for &number in &self.0 {
            match runs.last_mut() {
                Some((_, end)) if end.checked_add(1) == Some(number) => *end = number,
                _ => runs.push((number, number)),
            }
        }
        let shown: Vec<String> =
            runs.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") }).collect();
        f.write_str(&shown.join(","))
    }
}

#[derive(Debug)]
struct Cpuset {
    cpus: Option<Setting<Numbers>>,
    mems: Option<Setting<Numbers>>,
}

/// One of the two: its flag, its place, what is given to containers and what is asked for.
struct Part<'a> {
    flag: &'static str,
    pointer: &'static str,
    given: &'a Setting<Numbers>,
    asked: &'a str,
}

impl Check for Cpuset {
    fn needs(&self, request: &Request, _looks: bool) -> Needs {
        Needs { info: self.parts(request).any(|part| part.asked.is_empty()), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for part in self.parts(case.request) {
            if part.asked.is_empty() {
                fill(&part, case, out);
            } else if let Some(breach) = breach(&part) {
                out.breach(breach);
            }
        }
    }
}

impl Cpuset {
    fn parts<'a>(&'a self, request: &'a Request) -> impl Iterator<Item = Part<'a>> {
        let host = &request.body.host_config;
        let part = |flag, pointer, given: &'a Option<Setting<Numbers>>, asked: &'a String| {
            given.as_ref().map(|given| Part { flag, pointer, given, asked })
        };
        let cpus = part("--cpuset-cpus", "/HostConfig/CpusetCpus", &self.cpus, &host.cpuset_cpus);
        let mems = part("--cpuset-mems", "/HostConfig/CpusetMems", &self.mems, &host.cpuset_mems);
        [cpus, mems].into_iter().flatten()
    }
}

fn set(part: &Part<'_>, numbers: &Numbers) -> (Vec<Change>, String) {
    let text = numbers.to_string();
    (vec![Change::Set(part.pointer.to_owned(), text.clone().into())], format!("{} {text}", part.flag))
}

fn fill(part: &Part<'_>, case: &Case<'_>, out: &mut Opinion) {
    match case.facts.info.known() {
        Err(why) => out.unknown(part.pointer, "what the engine can limit", &why),
        Ok(info) if !info.cpuset => {
            let message = "this engine cannot keep containers to some CPUs: the container may use all";
            out.caution(Breach::new(part.pointer, message).bound(&part.given.spot));
        }
        Ok(_) => {
            let (changes, meaning) = set(part, &part.given.value);
            out.fill(Fill { changes, meaning, spot: part.given.spot.clone() });
        }
    }
}

fn breach(part: &Part<'_>) -> Option<Breach> {
    let Part { flag, pointer, given, asked } = part;
    let Some(wanted) = Numbers::parse(asked) else {
        let breach = Breach::new(*pointer, format!("`{asked}` is no list of numbers such as `0-3,8`"));
        return Some(breach.help(format!("write `{flag} {}`", given.value)));
    };
    if wanted.0.is_subset(&given.value.0) {
        return None;
    }
    let both = Numbers(&wanted.0 & &given.value.0);
    let (changes, meaning) = set(part, if both.0.is_empty() { &given.value } else { &both });
    let message = format!("`{flag} {asked}` goes beyond `{}`, which is given to containers", given.value);
    let breach = Breach::new(*pointer, message).bound(&given.spot).help(format!("ask for `{meaning}`"));
    Some(breach.nearest(changes, meaning))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::Fact;

    const TABLE: &str = "action = \"rewrite\"\ncpus = \"0-3,6\"";

    fn asks(cpus: &str) -> String {
        Bench::new(&RULE, TABLE).of(|body| body.host_config.cpuset_cpus = cpus.to_owned())
    }

    #[test]
    fn what_is_not_given_is_taken_away() {
        assert_eq!(asks("0,2-3"), "pass");
        assert_eq!(asks("0-7"), "rewrite: --cpuset-cpus 0-3,6");
        assert_eq!(asks("3-4"), "rewrite: --cpuset-cpus 3");
        assert_eq!(asks("9"), "rewrite: --cpuset-cpus 0-3,6");
        for bad in ["0-", "3-1", "a", "0,,1", "99999", "+1", "0 1"] {
            assert_eq!(asks(bad), "deny", "{bad}");
        }
    }

    #[test]
    fn silence_gets_all_that_is_given() {
        assert_eq!(asks(""), "fill: --cpuset-cpus 0-3,6");
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.cpuset = false;
        }
        assert_eq!(Bench::new(&RULE, TABLE).says(&asking(|_| {}), &facts), "warn");
    }

    #[test]
    fn without_keys_any_may_be_picked() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|body| body.host_config.cpuset_cpus = "0-99".to_owned()), "pass");
        let mems = Bench::new(&RULE, "action = \"deny\"\nmems = \"0\"");
        let asks = |mems_asked: &str| mems.of(|body| body.host_config.cpuset_mems = mems_asked.to_owned());
        assert_eq!(asks("1"), "deny");
        assert_eq!(asks("0"), "pass");
    }
}
