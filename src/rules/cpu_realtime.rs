//! Realtime scheduling.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("cpu-realtime"),
    doc: "\
## What
A container asks for a share of realtime CPU: `--cpu-rt-runtime`, `--cpu-rt-period`.

## Why
A realtime task runs before every ordinary one for as long as it likes; no other limit on CPUs holds it.

## Instead
Leave it out, and ask for CPUs: `--cpus 2`.
",
    fields: &["HostConfig.CpuRealtimePeriod", "HostConfig.CpuRealtimeRuntime"],
    keys: &[],
    open_keys: &[],
    silence: "neither",
    breach: "either",
    rewrites: true,
    sources: &["OWASP Docker rule 7"],
    load: |_: &mut Settings<'_>| Some(Box::new(CpuRealtime)),
};

#[derive(Debug)]
struct CpuRealtime;

impl Check for CpuRealtime {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let host = &case.request.body.host_config;
        for (flag, member, asked) in [
            ("--cpu-rt-runtime", "CpuRealtimeRuntime", host.cpu_realtime_runtime),
            ("--cpu-rt-period", "CpuRealtimePeriod", host.cpu_realtime_period),
        ] {
            if asked != 0 {
                let pointer = format!("/HostConfig/{member}");
                let nearest = vec![Change::Set(pointer.clone(), 0.into())];
                let breach = Breach::new(pointer, "realtime tasks would run before everybody else's");
                out.breach(breach.help("leave it out").nearest(nearest, format!("no {flag}")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    #[test]
    fn neither_may_be_asked_for() {
        let asks = |action: &str, runtime, period| {
            Bench::new(&RULE, &format!("action = \"{action}\"")).of(|body| {
                body.host_config.cpu_realtime_runtime = runtime;
                body.host_config.cpu_realtime_period = period;
            })
        };
        assert_eq!(asks("deny", 950_000, 0), "deny");
        assert_eq!(asks("deny", 0, 1), "deny");
        assert_eq!(asks("rewrite", -1, 1), "rewrite: no --cpu-rt-runtime, rewrite: no --cpu-rt-period");
        assert_eq!(asks("deny", 0, 0), "pass");
    }
}
