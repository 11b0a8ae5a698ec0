//! Shared memory.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::sizes::Bytes;
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("shm-size"),
    doc: "\
## What
A container asks for a `/dev/shm` larger than `max`.

## Why
What lies there is memory that no program holds: it stays when programs end, and where memory is not limited it is the
machine's.

## Instead
Ask for what is needed, up to the limit: `--shm-size 256m`.
",
    fields: &["HostConfig.ShmSize"],
    keys: &[Key::max("max", Takes::Size, "the most that may be asked for")],
    open_keys: &[],
    silence: "no ShmSize: the engine gives 64m",
    breach: "more than `max`",
    rewrites: true,
    sources: &["OWASP Docker rule 7"],
    load: |settings: &mut Settings<'_>| Some(Box::new(ShmSize { max: settings.get("max") })),
};

const POINTER: &str = "/HostConfig/ShmSize";

#[derive(Debug)]
struct ShmSize {
    max: Option<Setting<Bytes>>,
}

impl Check for ShmSize {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = Bytes(case.request.body.host_config.shm_size);
        let Some(max) = self.max.as_ref().filter(|max| asked > max.value || asked.0 < 0) else { return };
        let message = format!("{asked} of shared memory is more than the {} that is allowed", max.value);
        let meaning = format!("--shm-size {}", max.value);
        let nearest = vec![Change::Set(POINTER.to_owned(), max.value.0.into())];
        let breach = Breach::new(POINTER, message).bound(&max.spot).help(format!("ask for at most `{meaning}`"));
        out.breach(breach.nearest(nearest, meaning));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    #[test]
    fn too_much_is_lowered() {
        let asks = |bytes: i64| {
            Bench::new(&RULE, "action = \"rewrite\"\nmax = \"128m\"").of(|body| body.host_config.shm_size = bytes)
        };
        assert_eq!(asks(1 << 40), "rewrite: --shm-size 128m");
        assert_eq!(asks(-1), "rewrite: --shm-size 128m");
        assert_eq!(asks(128 << 20), "pass");
        assert_eq!(asks(0), "pass");
    }
}
