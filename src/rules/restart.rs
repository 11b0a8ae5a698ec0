//! Containers that come back for ever.

use super::{Breach, Case, Check, Fill, Opinion, Rule, binds};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::mounts::mounts;
use crate::request::wire::RestartPolicy;
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("restart"),
    doc: "\
## What
A container asks to be restarted without end, or with a policy that is not allowed. A background run that says nothing
about it gets `default`.

## Why
A container that fails at once and is restarted for ever keeps the machine busy, and one that comes back at boot outlives
the attention of who started it.

## Instead
Restart on failure, a few times: `--restart on-failure:5`.
",
    fields: &["HostConfig.RestartPolicy"],
    keys: &[
        Key::free("default", Takes::Text, "for a background run that says nothing"),
        Key::free("allow", Takes::Texts, "policies that may be asked for"),
        Key::max("max", Takes::Whole, "the most restarts after failures"),
    ],
    open_keys: &[],
    silence: "`no`, as docker sends it for nothing",
    breach: "a policy outside `allow`, or without end, or more than `max`",
    rewrites: true,
    sources: &["CIS Docker 5.15"],
    load,
};

const ON_FAILURE: &str = "on-failure";
const NO: &str = "no";
const KINDS: [&str; 4] = [NO, ON_FAILURE, "always", "unless-stopped"];
const POINTER: &str = "/HostConfig/RestartPolicy";

/// A restart policy as the policy file spells it: `on-failure:5`.
#[derive(Debug, Clone, PartialEq)]
struct Wanted(RestartPolicy);

impl FromNode for Wanted {
    const EXPECTED: &'static str = "\"no\", \"on-failure[:N]\", \"always\" or \"unless-stopped\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let (name, count) = match text.split_once(':') {
            Some((ON_FAILURE, count)) => (ON_FAILURE, count.parse::<u32>().ok()?.into()),
            Some(_) => return None,
            None => (text.as_str(), 0),
        };
        KINDS.contains(&name).then(|| Self(RestartPolicy { name: name.to_owned(), maximum_retry_count: count }))
    }
}

fn shown(policy: &RestartPolicy) -> String {
    match policy.maximum_retry_count {
        0 => policy.name.clone(),
        count => format!("{}:{count}", policy.name),
    }
}

#[derive(Debug)]
struct Restart {
    default: Option<Setting<Wanted>>,
    allow: Option<Setting<Vec<Setting<Wanted>>>>,
    max: Option<Setting<u32>>,
}

fn load(settings: &mut Settings<'_>) -> Option<Box<dyn Check>> {
    let restart = Restart { default: settings.get("default"), allow: settings.list("allow"), max: settings.get("max") };
    if let Some(default) = restart.default.as_ref().filter(|d| restart.breach(&d.value.0).is_some()) {
        settings.object(&default.spot, "the default is not among what `allow` and `max` permit");
    }
    Some(Box::new(restart))
}

impl Check for Restart {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = &case.request.body.host_config.restart_policy;
        if asked.name.is_empty() || asked.name == NO {
            return self.fill(case, out);
        }
        if let Some(breach) = self.breach(asked) {
            out.breach(breach);
        }
    }
}

impl Restart {
    fn fill(&self, case: &Case<'_>, out: &mut Opinion) {
        // Where the default is `no`, silence is that already.
        let differs = |default: &&Setting<Wanted>| default.value.0.name != NO;
        let Some(default) = self.default.as_ref().filter(differs).filter(|_| may_be_filled(case)) else { return };
        let meaning = format!("--restart {}", shown(&default.value.0));
        out.fill(Fill { changes: set(&default.value.0), meaning, spot: default.spot.clone() });
    }

    fn breach(&self, asked: &RestartPolicy) -> Option<Breach> {
        if !KINDS.contains(&asked.name.as_str()) {
            let message = format!("there is no restart policy `{}`", asked.name);
            return Some(Breach::new(POINTER, message).help("write `--restart on-failure:5`"));
        }
        let allowed = |name: &str| {
            name == NO || self.allow.as_ref().is_none_or(|list| list.value.iter().any(|w| w.value.0.name == name))
        };
        let (message, bound) = if !allowed(&asked.name) {
            let message = format!("restart policy `{}` is not allowed", asked.name);
            (message, self.allow.as_ref().map(|allow| &allow.spot))
        } else if let Some(max) = self.max.as_ref().filter(|max| exceeds(asked, max.value)) {
            let message = match asked.maximum_retry_count {
                0 => format!("`on-failure` without a count restarts for ever; at most {} are allowed", max.value),
                count => format!("{count} restarts are more than the {} that are allowed", max.value),
            };
            (message, Some(&max.spot))
        } else {
            return None;
        };
        let name = if allowed(ON_FAILURE) { ON_FAILURE } else { NO };
        let count = self.max.as_ref().filter(|_| name == ON_FAILURE).map_or(0, |max| i64::from(max.value));
        let nearest = RestartPolicy { name: name.to_owned(), maximum_retry_count: count };
        let meaning = format!("--restart {}", shown(&nearest));
        let breach = Breach::new(POINTER, message).help(format!("ask for `{meaning}`")).nearest(set(&nearest), meaning);
        Some(match bound {
            Some(spot) => breach.bound(spot),
            None => breach,
        })
    }
}

fn exceeds(asked: &RestartPolicy, max: u32) -> bool {
    let count = asked.maximum_retry_count;
    asked.name == ON_FAILURE && (count <= 0 || count > i64::from(max))
}

/// Docker sends `no` for silence too: only a background run that neither names a policy nor removes itself is filled.
/// One with a bind that somebody can replace is not, since the engine would mount at each restart whatever is at the source
/// by then.
fn may_be_filled(case: &Case<'_>) -> bool {
    let (manner, body) = (&case.request.manner, &case.request.body);
    let silent = manner.detached && !manner.restart_typed && !body.host_config.auto_remove;
    silent && mounts(body).iter().all(|mount| binds::is_steady(mount, case))
}

fn set(policy: &RestartPolicy) -> Vec<Change> {
    vec![
        Change::Set(format!("{POINTER}/Name"), policy.name.clone().into()),
        Change::Set(format!("{POINTER}/MaximumRetryCount"), policy.maximum_retry_count.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, bind, facts};
    use super::*;
    use crate::request::{BindFacts, BindKind, Fact, Request};

    fn bench() -> Bench {
        let table = "action = \"rewrite\"\ndefault = \"on-failure:5\"\nallow = [\"no\", \"on-failure\"]\nmax = 5";
        Bench::new(&RULE, table)
    }

    fn asks(name: &str, count: i64) -> String {
        let policy = RestartPolicy { name: name.to_owned(), maximum_retry_count: count };
        bench().of(|body| body.host_config.restart_policy = policy)
    }

    #[test]
    fn endless_restarts_become_a_few() {
        for (name, count) in [("always", 0), ("unless-stopped", 0), ("on-failure", 0), ("on-failure", 999_999)] {
            assert_eq!(asks(name, count), "rewrite: --restart on-failure:5", "{name}:{count}");
        }
    }

    #[test]
    fn a_few_restarts_and_none_stand() {
        assert_eq!(asks("on-failure", 5), "pass");
        assert_eq!(asks("no", 0), "pass");
        assert_eq!(asks("", 0), "pass");
    }

    #[test]
    fn an_unknown_policy_is_refused_not_guessed() {
        assert_eq!(asks("ALWAYS", 0), "deny");
    }

    #[test]
    fn no_restarts_by_default_are_what_silence_is() {
        let mut request = asking(|body| body.host_config.restart_policy.name = NO.to_owned());
        request.manner.detached = true;
        let bench = Bench::new(&RULE, "action = \"deny\"\ndefault = \"no\"\nallow = [\"no\"]");
        assert_eq!(bench.says(&request, &facts()), "pass");
    }

    #[test]
    fn only_a_silent_background_run_is_filled() {
        let silent = || {
            let mut request = asking(|body| body.host_config.restart_policy.name = NO.to_owned());
            request.manner.detached = true;
            request
        };
        let says = |request: &Request| bench().says(request, &facts());
        assert_eq!(says(&silent()), "fill: --restart on-failure:5");

        let mut typed = silent();
        typed.manner.restart_typed = true;
        let mut removed = silent();
        removed.body.host_config.auto_remove = true;
        let mut bound = silent();
        bound.body.host_config.binds = vec!["/home/alice:/h".to_owned()];
        let mut foreground = silent();
        foreground.manner.detached = false;
        for request in [typed, removed, bound.clone(), foreground] {
            assert_eq!(says(&request), "pass");
        }
        let mut facts = facts();
        facts.binds.insert("/home/alice".to_owned(), bind("/home/alice", BindKind::Directory));
        assert_eq!(bench().says(&bound, &facts), "fill: --restart on-failure:5", "nobody can replace it");
        let movable = BindFacts {
            movable_by_caller: Some("/home".into()),
            ..BindFacts::steady("/home/alice", BindKind::Directory)
        };
        facts.binds.insert("/home/alice".to_owned(), Fact::Known(movable));
        assert_eq!(bench().says(&bound, &facts), "pass");
    }
}
