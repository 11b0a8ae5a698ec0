//! How often the engine asks whether a container is well.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("health-check"),
    doc: "\
## What
A container has its health checked more often than every `min-interval` seconds.

## Why
Each check starts a process in the container through the engine; a check each millisecond keeps both busy.

## Instead
Check every few seconds: `--health-interval 10s`.
",
    fields: &["Healthcheck.Interval", "Healthcheck.StartInterval"],
    keys: &[Key::min("min-interval", Takes::Whole, "the fewest seconds between two checks")],
    open_keys: &[],
    silence: "no Interval: the engine takes 30 seconds, 5 while the container starts",
    breach: "an interval below `min-interval`",
    rewrites: true,
    sources: &["CIS Docker 5.27"],
    load: |settings: &mut Settings<'_>| Some(Box::new(HealthCheck { min: settings.get("min-interval") })),
};

/// The engine counts in nanoseconds.
const SECOND: i64 = 1_000_000_000;

#[derive(Debug)]
struct HealthCheck {
    min: Option<Setting<u32>>,
}

impl Check for HealthCheck {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let (Some(min), Some(check)) = (&self.min, &case.request.body.healthcheck) else { return };
        let least = i64::from(min.value).saturating_mul(SECOND);
        for (flag, member, asked) in [
            ("--health-interval", "Interval", check.interval),
            ("--health-start-interval", "StartInterval", check.start_interval),
        ] {
            if asked != 0 && asked < least {
                let pointer = format!("/Healthcheck/{member}");
                let meaning = format!("{flag} {}s", min.value);
                let message = format!("checks more often than every {} s are not allowed", min.value);
                let breach = Breach::new(pointer.clone(), message).bound(&min.spot);
                let breach = breach.help(format!("ask for `{meaning}` or more"));
                out.breach(breach.nearest(vec![Change::Set(pointer, least.into())], meaning));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;
    use crate::request::wire::Healthcheck;

    fn asks(interval: i64, start_interval: i64) -> String {
        let check = Healthcheck { interval, start_interval, ..Healthcheck::default() };
        Bench::new(&RULE, "action = \"rewrite\"\nmin-interval = 5").of(|body| body.healthcheck = Some(check))
    }

    #[test]
    fn checks_in_a_hurry_are_slowed_down() {
        assert_eq!(asks(1_000_000, 0), "rewrite: --health-interval 5s");
        assert_eq!(asks(0, SECOND), "rewrite: --health-start-interval 5s");
        assert_eq!(asks(-1, 0), "rewrite: --health-interval 5s");
    }

    #[test]
    fn patient_ones_and_the_engines_own_pass() {
        assert_eq!(asks(5 * SECOND, 0), "pass");
        assert_eq!(asks(0, 0), "pass");
        assert_eq!(Bench::new(&RULE, "action = \"deny\"\nmin-interval = 5").of(|_| {}), "pass");
    }
}
