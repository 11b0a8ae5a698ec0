//! CPU time without a limit, or too much of it.

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::sizes::NanoCpus;
use crate::request::wire::HostConfig;
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("cpus"),
    doc: "\
## What
A container may use more CPU time than the policy's `max`, or has no limit and gets `default`; or it asks for a greater
weight than `max-shares` where CPUs are short.

## Why
One busy loop without a limit takes the whole machine from everybody else.

## Instead
Ask for what is needed, up to the limit: `--cpus 1.5`.
",
    fields: &["HostConfig.NanoCpus", "HostConfig.CpuQuota", "HostConfig.CpuPeriod", "HostConfig.CpuShares"],
    keys: &[
        Key::free("default", Takes::Cpus, "CPUs of a container that asks for none"),
        Key::max("max", Takes::Cpus, "the most that may be asked for"),
        Key::max("max-shares", Takes::Whole, "the greatest weight; who says nothing has 1024"),
    ],
    open_keys: &[],
    silence: "neither NanoCpus nor CpuQuota",
    breach: "more than `max`, or explicitly no limit; a weight above `max-shares`",
    rewrites: true,
    sources: &["CIS Docker 5.12", "OWASP Docker rule 7"],
    load: |settings: &mut Settings<'_>| {
        let (default, max) = (settings.get::<NanoCpus>("default"), settings.get::<NanoCpus>("max"));
        if let (Some(default), Some(max)) = (&default, &max)
            && default.value > max.value
        {
            settings.object(&default.spot, format!("the default {} is above the max {}", default.value, max.value));
        }
        Some(Box::new(Cpus { default, max, max_shares: settings.get("max-shares") }))
    },
};

/// The engine's own period, in microseconds, where none is asked for.
const DEFAULT_PERIOD: i64 = 100_000;

#[derive(Debug)]
struct Cpus {
    default: Option<Setting<NanoCpus>>,
    max: Option<Setting<NanoCpus>>,
    max_shares: Option<Setting<u32>>,
}

/// How a request asks for CPU time.
enum Wish {
    Silence,
    Share(NanoCpus, &'static str),
    Unlimited(&'static str),
}

fn wish(host: &HostConfig) -> Wish {
    const NANO: &str = "/HostConfig/NanoCpus";
    const QUOTA: &str = "/HostConfig/CpuQuota";
    let period = if host.cpu_period > 0 { host.cpu_period } else { DEFAULT_PERIOD };
    match (host.nano_cpus, host.cpu_quota) {
        (0, 0) => Wish::Silence,
        (0, ..0) => Wish::Unlimited(QUOTA),
        (0, quota) => {
            let nano = i128::from(quota) * i128::from(crate::request::sizes::NANO_CPU) / i128::from(period);
            Wish::Share(NanoCpus(i64::try_from(nano).unwrap_or(i64::MAX)), QUOTA)
        }
        (..0, _) => Wish::Unlimited(NANO),
        (nano, _) => Wish::Share(NanoCpus(nano), NANO),
    }
}

fn set(cpus: NanoCpus) -> (Vec<Change>, String) {
    let set = |pointer: &str, value: i64| Change::Set(pointer.to_owned(), value.into());
    let changes =
        vec![set("/HostConfig/NanoCpus", cpus.0), set("/HostConfig/CpuQuota", 0), set("/HostConfig/CpuPeriod", 0)];
    (changes, format!("--cpus {cpus}"))
}

impl Check for Cpus {
    fn needs(&self, request: &Request, _looks: bool) -> Needs {
        let fills = self.silence().is_some() && matches!(wish(&request.body.host_config), Wish::Silence);
        Needs { info: fills, ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        match (wish(&case.request.body.host_config), &self.max) {
            (Wish::Silence, _) => self.fill(case, out),
            (Wish::Share(asked, pointer), Some(max)) if asked > max.value => {
                self.object(
                    pointer,
                    format!("{asked} CPUs are more than the {} that are allowed", max.value),
                    max,
                    out,
                );
            }
            (Wish::Unlimited(pointer), Some(max)) => {
                self.object(pointer, format!("no limit on CPUs, where {} are allowed", max.value), max, out);
            }
            _ => {}
        }
        self.weight(case.request.body.host_config.cpu_shares, out);
    }
}

impl Cpus {
    /// The weight beside other containers.
    fn weight(&self, asked: i64, out: &mut Opinion) {
        const SHARES: &str = "/HostConfig/CpuShares";
        let Some(max) = self.max_shares.as_ref().filter(|max| !(0..=i64::from(max.value)).contains(&asked)) else {
            return;
        };
        let meaning = format!("--cpu-shares {}", max.value);
        let message = format!("a weight of {asked} is not within the {} that are allowed", max.value);
        let breach = Breach::new(SHARES, message).bound(&max.spot).help(format!("ask for at most `{meaning}`"));
        out.breach(breach.nearest(vec![Change::Set(SHARES.to_owned(), max.value.into())], meaning));
    }

    /// What a silence becomes; it would be out of bounds where there is only a bound.
    fn silence(&self) -> Option<&Setting<NanoCpus>> {
        self.default.as_ref().or(self.max.as_ref())
    }

    fn fill(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(default) = self.silence() else { return };
        let info = match case.facts.info.known() {
            Ok(info) => info,
            Err(why) => return out.unknown("/HostConfig/NanoCpus", "what the engine can limit", &why),
        };
        if !info.cpu_quota {
            let caution =
                Breach::new("/HostConfig/NanoCpus", "this engine cannot limit CPUs: the container has no limit");
            return out.caution(caution.bound(&default.spot));
        }
        let cores = NanoCpus(info.ncpu.saturating_mul(crate::request::sizes::NANO_CPU));
        let cpus = if cores.0 > 0 { default.value.min(cores) } else { default.value };
        let (mut changes, meaning) = set(cpus);
        changes.truncate(1);
        out.fill(Fill { changes, meaning, spot: default.spot.clone() });
    }

    fn object(&self, pointer: &str, message: String, max: &Setting<NanoCpus>, out: &mut Opinion) {
        let (changes, meaning) = set(max.value);
        let breach = Breach::new(pointer, message).bound(&max.spot);
        out.breach(breach.help(format!("ask for at most `--cpus {}`", max.value)).nearest(changes, meaning));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::Fact;
    use crate::request::sizes::NANO_CPU;

    fn bench() -> Bench {
        Bench::new(&RULE, "action = \"rewrite\"\ndefault = 1.0\nmax = 2.0")
    }

    #[test]
    fn silence_gets_the_default() {
        assert_eq!(bench().of(|_| {}), "fill: --cpus 1");
    }

    #[test]
    fn the_default_is_never_more_than_the_machine_has() {
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.ncpu = 1;
        }
        let bench = Bench::new(&RULE, "action = \"rewrite\"\ndefault = 4.0");
        assert_eq!(bench.says(&asking(|_| {}), &facts), "fill: --cpus 1");
    }

    #[test]
    fn an_engine_without_quotas_is_said_and_not_asked() {
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.cpu_quota = false;
        }
        assert_eq!(bench().says(&asking(|_| {}), &facts), "warn");
    }

    #[test]
    fn a_wish_within_bounds_stands() {
        assert_eq!(bench().of(|body| body.host_config.nano_cpus = NANO_CPU / 2), "pass");
        assert_eq!(bench().of(|body| body.host_config.cpu_quota = 50_000), "pass");
    }

    #[test]
    fn too_much_is_lowered_whichever_way_it_is_asked_for() {
        let lowered = "rewrite: --cpus 2";
        assert_eq!(bench().of(|body| body.host_config.nano_cpus = 3 * NANO_CPU), lowered);
        assert_eq!(bench().of(|body| body.host_config.cpu_quota = -1), lowered);
        assert_eq!(bench().of(|body| body.host_config.cpu_quota = i64::MAX), lowered);
        assert_eq!(
            bench().of(|body| {
                body.host_config.cpu_quota = 50_000;
                body.host_config.cpu_period = 10_000;
            }),
            lowered
        );
    }

    #[test]
    fn nobody_weighs_more_than_the_others() {
        let asks = |shares: i64| {
            Bench::new(&RULE, "action = \"rewrite\"\nmax-shares = 1024").of(|body| body.host_config.cpu_shares = shares)
        };
        assert_eq!(asks(262_144), "rewrite: --cpu-shares 1024");
        assert_eq!(asks(512), "pass");
        assert_eq!(asks(-1), "rewrite: --cpu-shares 1024");
    }

    #[test]
    fn strict_policies_refuse_instead() {
        let bench = Bench::new(&RULE, "action = \"deny\"\nmax = 2.0");
        assert_eq!(bench.of(|_| {}), "fill: --cpus 2", "no limit would be out of bounds");
        assert_eq!(bench.of(|body| body.host_config.nano_cpus = 3 * NANO_CPU), "deny");
    }
}
