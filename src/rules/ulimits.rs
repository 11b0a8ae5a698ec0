//! Resource limits of the first process.

use std::collections::BTreeMap;

use serde_json::json;

use super::{ACTION, Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::wire::Ulimit;
use crate::request::{Action, Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("ulimits"),
    doc: "\
## What
A container asks for a higher resource limit than the policy's `max` for it, or says nothing and gets its `default`. Each
further key of the table is the name of a limit: `nofile = { default = \"1024:2048\", max = 65536 }`. `others` says what
becomes of limits that the table does not name, but for those that only take away from a program of its own.

## Why
Open files, processes and locked memory are shared by everybody on the machine, and with `rtprio` a program runs before
everybody else's.

## Instead
Ask for what is needed, up to the limit: `--ulimit nofile=1024:2048`.
",
    fields: &["HostConfig.Ulimits"],
    keys: &[Key::action("others", "limits that the table does not name")],
    open_keys: &[
        Key::free("default", Takes::Text, "`soft[:hard]` where nothing is asked for"),
        Key::max("max", Takes::Whole, "the most that may be asked for"),
    ],
    silence: "the limit is not named",
    breach: "above its `max`; not named, where `others` says so",
    rewrites: true,
    sources: &["CIS Docker 5.19", "OWASP Docker rule 7"],
    load,
};

const POINTER: &str = "/HostConfig/Ulimits";
const OTHERS: &str = "others";

/// Where nothing is said the kernel sets no bound to these: whatever is asked for takes something away.
const ONLY_LOWER: [&str; 6] = ["cpu", "data", "fsize", "locks", "rss", "rttime"];

/// `soft[:hard]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pair {
    soft: u32,
    hard: u32,
}

impl FromNode for Pair {
    const EXPECTED: &'static str = "a number or \"soft:hard\" with soft not above hard";
    fn from_value(value: &Value) -> Option<Self> {
        if let Some(both) = u32::from_value(value) {
            return Some(Self { soft: both, hard: both });
        }
        let text = String::from_value(value)?;
        let (soft, hard) = text.split_once(':').unwrap_or((&text, &text));
        let pair = Self { soft: soft.parse().ok()?, hard: hard.parse().ok()? };
        (pair.soft <= pair.hard).then_some(pair)
    }
}

#[derive(Debug, Default)]
struct Limit {
    default: Option<Setting<Pair>>,
    max: Option<Setting<u32>>,
}

#[derive(Debug)]
struct Ulimits {
    limits: BTreeMap<String, Limit>,
    others: Option<Setting<Action>>,
}

fn load(settings: &mut Settings<'_>) -> Option<Box<dyn Check>> {
    let mut limits = BTreeMap::new();
    let others = settings.get(OTHERS);
    settings.tables(&[ACTION, OTHERS], |name, table| {
        if !Ulimit::NAMES.contains(&name) {
            let spot = table.spot();
            table.object(&spot, format!("there is no limit `{name}`; one of {}", Ulimit::NAMES.join(", ")));
        }
        table.only(&["default", "max"]);
        let limit = Limit { default: table.get("default"), max: table.get("max") };
        if let (Some(default), Some(max)) = (&limit.default, &limit.max)
            && default.value.hard > max.value
        {
            table.object(&default.spot, format!("the default {} is above the max {}", default.value.hard, max.value));
        }
        limits.insert(name.to_owned(), limit);
    });
    Some(Box::new(Ulimits { limits, others }))
}

impl Check for Ulimits {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = &case.request.body.host_config.ulimits;
        for (name, limit) in &self.limits {
            if let Some(default) = limit.default.as_ref().filter(|_| asked.iter().all(|u| u.name != *name)) {
                let Pair { soft, hard } = default.value;
                let value = json!({ "Name": name, "Soft": soft, "Hard": hard });
                let changes = vec![Change::Push(POINTER.to_owned(), value)];
                let meaning = format!("--ulimit {name}={soft}:{hard}");
                out.fill(Fill { changes, meaning, spot: default.spot.clone() });
            }
        }
        for (index, ulimit) in asked.iter().enumerate() {
            match self.limits.get(&ulimit.name) {
                None => self.other(index, &ulimit.name, out),
                Some(limit) => {
                    if let Some(max) = limit.max.as_ref().filter(|max| exceeds(ulimit, max.value)) {
                        out.breach(breach(index, ulimit, max));
                    }
                }
            }
        }
    }
}

impl Ulimits {
    /// A limit that the table does not name.
    fn other(&self, index: usize, name: &str, out: &mut Opinion) {
        let Some(others) = self.others.as_ref().filter(|_| !ONLY_LOWER.contains(&name)) else { return };
        let pointer = format!("{POINTER}/{index}");
        let breach = Breach::new(pointer.clone(), format!("the policy names no bound for the limit `{name}`"));
        let breach = breach.help("leave it out").nearest(vec![Change::Remove(pointer)], format!("no --ulimit {name}"));
        out.breach_under(others, breach);
    }
}

/// Negative is no limit.
fn exceeds(asked: &Ulimit, max: u32) -> bool {
    [asked.soft, asked.hard].into_iter().any(|value| value < 0 || value > i64::from(max))
}

fn breach(index: usize, asked: &Ulimit, max: &Setting<u32>) -> Breach {
    let lowered = |value: i64| if value < 0 { i64::from(max.value) } else { value.min(max.value.into()) };
    let (soft, hard) = (lowered(asked.soft), lowered(asked.hard));
    let pointer = format!("{POINTER}/{index}");
    let changes =
        vec![Change::Set(format!("{pointer}/Soft"), soft.into()), Change::Set(format!("{pointer}/Hard"), hard.into())];
    let meaning = format!("--ulimit {}={soft}:{hard}", asked.name);
    let message = format!("`{}` above the {} that is allowed", asked.name, max.value);
    Breach::new(pointer, message).bound(&max.spot).help(format!("ask for `{meaning}`")).nearest(changes, meaning)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn asks(ulimits: &[(&str, i64, i64)]) -> String {
        let table = "action = \"rewrite\"\nnofile = { default = \"1024:2048\", max = 4096 }\nmemlock = { max = 64 }";
        let list = ulimits.iter().map(|(name, soft, hard)| Ulimit { name: (*name).into(), soft: *soft, hard: *hard });
        Bench::new(&RULE, table).of(|body| body.host_config.ulimits = list.collect())
    }

    #[test]
    fn silence_gets_the_default_of_each_limit() {
        assert_eq!(asks(&[]), "fill: --ulimit nofile=1024:2048");
        assert_eq!(asks(&[("nofile", 512, 512)]), "pass");
    }

    #[test]
    fn every_entry_is_lowered_also_a_repeated_one() {
        let lowered = asks(&[("nofile", 512, 512), ("nofile", 900_000, 900_000), ("memlock", -1, -1)]);
        assert_eq!(lowered, "rewrite: --ulimit nofile=4096:4096, rewrite: --ulimit memlock=64:64");
    }

    #[test]
    fn what_the_table_does_not_name_is_for_others_to_say() {
        assert_eq!(asks(&[("nofile", 1, 1), ("rtprio", 99, 99)]), "pass");
        let says = |others: &str, name: &str| {
            let table = format!("action = \"rewrite\"\nothers = \"{others}\"\nnofile = {{ max = 9 }}");
            let ulimit = Ulimit { name: name.to_owned(), soft: -1, hard: -1 };
            Bench::new(&RULE, &table).of(|body| body.host_config.ulimits = vec![ulimit])
        };
        assert_eq!(says("allow", "rtprio"), "pass");
        assert_eq!(says("warn", "rtprio"), "warn");
        assert_eq!(says("rewrite", "memlock"), "rewrite: no --ulimit memlock");
        assert_eq!(says("deny", "unheard-of"), "deny");
        assert_eq!(says("deny", "fsize"), "pass", "only takes away");
        assert_eq!(says("deny", "nofile"), "rewrite: --ulimit nofile=9:9");
    }
}
