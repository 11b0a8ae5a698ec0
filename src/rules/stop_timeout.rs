//! How long a container may take to end.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("stop-timeout"),
    doc: "\
## What
A container asks for more than `max` seconds to end by itself, or for as long as it likes: `--stop-timeout -1`.

## Why
The engine waits for the slowest container when it shuts down, and the machine waits for the engine.

## Instead
Ask for what the program needs to write its state, up to the limit: `--stop-timeout 60`.
",
    fields: &["StopTimeout"],
    keys: &[Key::max("max", Takes::Whole, "the most seconds")],
    open_keys: &[],
    silence: "no StopTimeout: the engine gives 10 seconds",
    breach: "more than `max`, or without end",
    rewrites: true,
    sources: &["OWASP Docker rule 7"],
    load: |settings: &mut Settings<'_>| Some(Box::new(StopTimeout { max: settings.get("max") })),
};

const POINTER: &str = "/StopTimeout";

#[derive(Debug)]
struct StopTimeout {
    max: Option<Setting<u32>>,
}

impl Check for StopTimeout {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let (Some(max), Some(asked)) = (&self.max, case.request.body.stop_timeout) else { return };
        if (0..=i64::from(max.value)).contains(&asked) {
            return;
        }
        let message = match asked {
            ..0 => format!("no limit on the time to end, where {} s are allowed", max.value),
            _ => format!("{asked} s to end are more than the {} that are allowed", max.value),
        };
        let meaning = format!("--stop-timeout {}", max.value);
        let nearest = vec![Change::Set(POINTER.to_owned(), max.value.into())];
        let breach = Breach::new(POINTER, message).bound(&max.spot).help(format!("ask for at most `{meaning}`"));
        out.breach(breach.nearest(nearest, meaning));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    #[test]
    fn too_long_and_endless_are_lowered() {
        let asks = |seconds| Bench::new(&RULE, "action = \"rewrite\"\nmax = 60").of(|body| body.stop_timeout = seconds);
        assert_eq!(asks(Some(99_999_999)), "rewrite: --stop-timeout 60");
        assert_eq!(asks(Some(-1)), "rewrite: --stop-timeout 60");
        assert_eq!(asks(Some(60)), "pass");
        assert_eq!(asks(Some(0)), "pass");
        assert_eq!(asks(None), "pass");
    }
}
