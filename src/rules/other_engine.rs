//! Options before the verb that lead to another engine.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::{Detour, Leads, Manner, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("other-engine"),
    doc: "\
## What
`-H`, `--context`, `--tls` or `--config` before the verb lead to another engine than the one that this machine's settings
name (`DOCKER_HOST`, `DOCKER_CONTEXT`, docker's configuration, the default socket), or to another configuration of docker's.

## Why
On a machine whose members have only the gateway, a copied `-H unix:///var/run/docker.sock` or an old context leads past
it, to an engine that this policy was not written for; and a configuration from elsewhere names contexts and programs for
logins. Whoever can open another engine's socket needs no sdocker to do so: this rule guards against going there unawares,
before anything but its version is asked of that engine. Variables are not judged, since they are the settings in force.

## Instead
Leave the option out. An engine that is meant to be used belongs into `allow`.
",
    fields: &["what stands before the verb"],
    keys: &[Key::free("allow", Takes::Texts, "addresses of further engines, such as \"ssh://build\"; `*` at the end is any rest")],
    open_keys: &[],
    silence: "no such option, or one that leads where the settings lead anyway",
    breach: "another engine that is not in `allow`, or another configuration",
    rewrites: false,
    sources: &["OWASP Docker rule 1"],
    load: |settings: &mut Settings<'_>| Some(Box::new(OtherEngine { allow: settings.list("allow") })),
};

/// `unix:///run/user/1000/docker.sock`, `ssh://build*`
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address(String);

impl FromNode for Address {
    const EXPECTED: &'static str = "an address such as \"unix:///run/docker.sock\" or \"ssh://build\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let (scheme, rest) = text.split_once("://")?;
        let known = matches!(scheme, "unix" | "tcp" | "ssh") && !rest.is_empty();
        let stars = rest.trim_end_matches('*').contains('*') || rest.ends_with("**");
        (known && !stars && !rest.contains(char::is_whitespace)).then_some(Self(text))
    }
}

impl Address {
    fn matches(&self, address: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => address.starts_with(start),
            None => self.0 == address,
        }
    }
}

#[derive(Debug)]
struct OtherEngine {
    allow: Option<Setting<Vec<Setting<Address>>>>,
}

impl Check for OtherEngine {
    fn judge_manner(&self, manner: &Manner, out: &mut Opinion) {
        manner.detours.iter().for_each(|detour| self.detour(detour, out));
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        self.judge_manner(&case.request.manner, out);
    }
}

impl OtherEngine {
    fn detour(&self, detour: &Detour, out: &mut Opinion) {
        let Detour { leads, option, instead_of } = detour;
        let message = match leads {
            Leads::ToEngine(address) => {
                let listed = self.allow.iter().flat_map(|allow| &allow.value);
                if listed.into_iter().any(|allowed| allowed.value.matches(address)) {
                    return;
                }
                format!("`--{option}` leads to another engine, {address} instead of {instead_of}")
            }
            Leads::ToSettings(directory) => {
                format!("`--{option}` leads to other settings of docker's, {directory} instead of {instead_of}")
            }
        };
        let breach = Breach::new(detour.pointer(), message).help(format!("leave `--{option}` out"));
        out.breach(match &self.allow {
            Some(allow) => breach.bound(&allow.spot),
            None => breach,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;

    fn says(table: &str, leads: Leads) -> String {
        let mut request = asking(|_| {});
        request.manner.detours = vec![Detour { leads, option: "host", instead_of: "unix:///run/gate.sock".to_owned() }];
        Bench::new(&RULE, table).says(&request, &facts())
    }

    fn engine(table: &str, address: &str) -> String {
        says(table, Leads::ToEngine(address.to_owned()))
    }

    #[test]
    fn another_engine_is_refused_unless_it_is_listed() {
        let table = "action = \"deny\"\nallow = [\"ssh://build\", \"unix:///run/user/*\"]";
        assert_eq!(engine(table, "unix:///var/run/docker.sock"), "deny");
        assert_eq!(engine(table, "ssh://build2"), "deny");
        assert_eq!(engine(table, "ssh://build"), "pass");
        assert_eq!(engine(table, "unix:///run/user/1000/docker.sock"), "pass");
        assert_eq!(engine("action = \"allow\"", "tcp://far:2375"), "pass");
        assert_eq!(engine("action = \"warn\"", "tcp://far:2375"), "warn");
    }

    #[test]
    fn another_configuration_is_no_engine_that_could_be_listed() {
        let table = "action = \"deny\"\nallow = [\"unix://*\"]";
        assert_eq!(says(table, Leads::ToSettings("/tmp/c".to_owned())), "deny");
    }

    #[test]
    fn without_such_an_option_there_is_nothing_to_say() {
        assert_eq!(Bench::new(&RULE, "action = \"deny\"").of(|_| {}), "pass");
    }

    #[test]
    fn an_address_that_can_never_match_is_a_problem() {
        for bad in ["docker.sock", "unix://", "http://x", "ssh://a*b", "unix:///x**", "ssh://a b"] {
            assert_eq!(Address::from_value(&Value::String(bad.to_owned())), None, "{bad}");
        }
    }
}
