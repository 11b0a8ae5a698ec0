//! Memory without a limit, or too much of it.

use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::sizes::Bytes;
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("memory"),
    doc: "\
## What
A container may use more memory than the policy's `max`, or has no limit and gets `default`. `max` also bounds memory and
swap together, and a reservation.

## Why
A container without a limit can make the kernel kill other people's processes.

## Instead
Ask for what is needed, up to the limit: `--memory 512m`.
",
    fields: &["HostConfig.Memory", "HostConfig.MemorySwap", "HostConfig.MemoryReservation"],
    keys: &[
        Key::free("default", Takes::Size, "memory of a container that asks for no limit"),
        Key::max("max", Takes::Size, "the most that may be asked for, swap included"),
    ],
    open_keys: &[],
    silence: "no Memory and no MemoryReservation",
    breach: "more than `max`, or explicitly no limit",
    rewrites: true,
    sources: &["CIS Docker 5.11", "OWASP Docker rule 7"],
    load: |settings: &mut Settings<'_>| {
        let (default, max) = (settings.get::<Bytes>("default"), settings.get::<Bytes>("max"));
        if let (Some(default), Some(max)) = (&default, &max)
            && default.value > max.value
        {
            settings.object(&default.spot, format!("the default {} is above the max {}", default.value, max.value));
        }
        Some(Box::new(Memory { default, max }))
    },
};

const MEMORY: &str = "/HostConfig/Memory";
const SWAP: &str = "/HostConfig/MemorySwap";
const RESERVATION: &str = "/HostConfig/MemoryReservation";

#[derive(Debug)]
struct Memory {
    default: Option<Setting<Bytes>>,
    max: Option<Setting<Bytes>>,
}

fn set(pointer: &str, bytes: Bytes) -> Change {
    Change::Set(pointer.to_owned(), bytes.0.into())
}

impl Check for Memory {
    fn needs(&self, request: &Request, _looks: bool) -> Needs {
        let fills = self.silence().is_some() && request.body.host_config.memory == 0;
        Needs { info: fills, ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        if case.request.body.host_config.memory == 0 {
            self.fill(case, out);
        }
        if let Some(max) = &self.max {
            self.bound(case.request, max, out);
        }
    }
}

impl Memory {
    /// What a silence becomes; it would be out of bounds where there is only a bound.
    fn silence(&self) -> Option<&Setting<Bytes>> {
        self.default.as_ref().or(self.max.as_ref())
    }

    /// Fills a silence; not below a reservation, and without swap beyond it where swap can be limited.
    fn fill(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(default) = self.silence() else { return };
        let info = match case.facts.info.known() {
            Ok(info) => info,
            Err(why) => return out.unknown(MEMORY, "what the engine can limit", &why),
        };
        if !info.memory_limit {
            let message = "this engine cannot limit memory: the container has no limit";
            return out.caution(Breach::new(MEMORY, message).bound(&default.spot));
        }
        let host = &case.request.body.host_config;
        let most = self.max.as_ref().map_or(Bytes(i64::MAX), |max| max.value);
        let bytes = default.value.max(Bytes(host.memory_reservation)).min(most);
        let mut changes = vec![set(MEMORY, bytes)];
        if info.swap_limit && host.memory_swap == 0 {
            changes.push(set(SWAP, bytes));
        }
        out.fill(Fill { changes, meaning: format!("--memory {bytes}"), spot: default.spot.clone() });
    }

    fn bound(&self, request: &Request, max: &Setting<Bytes>, out: &mut Opinion) {
        let host = &request.body.host_config;
        let wishes = [
            (MEMORY, "--memory", "memory", host.memory),
            (SWAP, "--memory-swap", "memory and swap", host.memory_swap),
            (RESERVATION, "--memory-reservation", "reserved memory", host.memory_reservation),
        ];
        for (pointer, flag, what, asked) in wishes {
            let message = match asked {
                ..0 => format!("no limit on {what}, where {} is allowed", max.value),
                asked if asked > max.value.0 => {
                    format!("{} of {what} is more than the {} that is allowed", Bytes(asked), max.value)
                }
                _ => continue,
            };
            let meaning = format!("{flag} {}", max.value);
            let breach = Breach::new(pointer, message).bound(&max.spot);
            out.breach(
                breach.help(format!("ask for at most `{meaning}`")).nearest(vec![set(pointer, max.value)], meaning),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{Fact, apply};

    const MIB: i64 = 1 << 20;

    fn bench() -> Bench {
        Bench::new(&RULE, "action = \"rewrite\"\ndefault = \"256m\"\nmax = \"1g\"")
    }

    #[test]
    fn silence_gets_the_default_without_swap_beyond_it() {
        let mut request = asking(|_| {});
        let outcome = bench().outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!((request.body.host_config.memory, request.body.host_config.memory_swap), (256 * MIB, 256 * MIB));
    }

    #[test]
    fn the_default_is_not_below_a_reservation() {
        assert_eq!(bench().of(|body| body.host_config.memory_reservation = 512 * MIB), "fill: --memory 512m");
    }

    #[test]
    fn an_engine_without_limits_is_said_and_not_asked() {
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.memory_limit = false;
        }
        assert_eq!(bench().says(&asking(|_| {}), &facts), "warn");
    }

    #[test]
    fn too_much_and_no_limit_are_lowered() {
        assert_eq!(bench().of(|body| body.host_config.memory = 64 << 30), "rewrite: --memory 1g");
        let swap = |amount| {
            bench().of(|body| {
                body.host_config.memory = 512 * MIB;
                body.host_config.memory_swap = amount;
            })
        };
        assert_eq!(swap(-1), "rewrite: --memory-swap 1g");
        assert_eq!(swap(1 << 40), "rewrite: --memory-swap 1g");
        assert_eq!(swap(1 << 30), "pass");
    }
}
