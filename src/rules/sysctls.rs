//! Settings of the kernel.

use serde_json::json;

use super::glob::{List, listed};
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Key, Settings, Takes, Value};
use crate::request::wire::Map;
use crate::request::{Change, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("sysctls"),
    doc: "\
## What
A container sets a kernel parameter that is not listed in `allow`.

## Why
Some parameters belong to the container's own namespaces; others are those of the whole machine, or let the container route
and forge other people's traffic.

## Instead
Use one of the listed parameters; to bind low ports, `net.ipv4.ip_unprivileged_port_start=0`. The rest is for who keeps the
machine to set.
",
    fields: &["HostConfig.Sysctls"],
    keys: &[Key::free("allow", Takes::Texts, "parameters that may be set; `*` at the end stands for any further name")],
    open_keys: &[],
    silence: "no parameter",
    breach: "a parameter outside `allow`",
    rewrites: true,
    sources: &["PSS baseline: sysctls"],
    load: |settings: &mut Settings<'_>| Some(Box::new(Sysctls { allow: settings.list("allow") })),
};

const POINTER: &str = "/HostConfig/Sysctls";

/// `net.ipv4.tcp_keepalive_*`
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parameter(String);

impl FromNode for Parameter {
    const EXPECTED: &'static str = "a parameter such as \"net.ipv4.tcp_syncookies\", with `*` only at its end";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        (text.contains('.') && is_plain(text.strip_suffix('*').unwrap_or(&text))).then_some(Self(text))
    }
}

/// Letters, digits, `_` and `-` between dots: the runtime makes a path of it, in which nothing may lead elsewhere.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains("..") && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

impl Parameter {
    fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => name.starts_with(start) && name.len() > start.len() && is_plain(name),
            None => self.0 == name,
        }
    }
}

#[derive(Debug)]
struct Sysctls {
    allow: List<Parameter>,
}

impl Check for Sysctls {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = &case.request.body.host_config.sysctls;
        let permitted: Map<String> =
            asked.iter().filter(|(n, _)| self.allows(n)).map(|(n, v)| (n.clone(), v.clone())).collect();
        for name in asked.keys().filter(|name| !permitted.contains_key(*name)) {
            let pointer = member(POINTER, name);
            let breach =
                Breach::new(pointer, format!("the kernel parameter `{name}` is not among those that are allowed"));
            let entries = self.allow.iter().flat_map(|list| &list.value).map(|entry| entry.value.0.as_str());
            let help = match listed(entries) {
                Some(names) => format!("leave it out; what may be set: {names}"),
                None => "leave it out: no parameter may be set".to_owned(),
            };
            let nearest = vec![Change::Set(POINTER.to_owned(), json!(permitted))];
            let breach = breach.help(help).nearest(nearest, format!("no --sysctl {name}"));
            out.breach(match &self.allow {
                Some(allow) => breach.bound(&allow.spot),
                None => breach,
            });
        }
    }
}

impl Sysctls {
    fn allows(&self, name: &str) -> bool {
        self.allow.iter().flat_map(|list| &list.value).any(|entry| entry.value.matches(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;

    fn bench(action: &str) -> Bench {
        let allow = "allow = [\"net.ipv4.ip_unprivileged_port_start\", \"net.ipv4.tcp_keepalive_*\"]";
        Bench::new(&RULE, &format!("action = \"{action}\"\n{allow}"))
    }

    fn sets(names: &[&str]) -> Map<String> {
        names.iter().map(|name| ((*name).to_owned(), "1".to_owned())).collect()
    }

    #[test]
    fn only_listed_parameters_may_be_set() {
        for good in ["net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_keepalive_time"] {
            assert_eq!(bench("deny").of(|body| body.host_config.sysctls = sets(&[good])), "pass", "{good}");
        }
        for bad in [
            "net.ipv4.ip_forward",
            "kernel.core_pattern",
            "net/ipv4/ip_unprivileged_port_start",
            "net.ipv4.tcp_keepalive_",
            "net.ipv4.tcp_keepalive_/../../../kernel/core_pattern",
            "net.ipv4.tcp_keepalive_x..y",
            "NET.ipv4.ip_unprivileged_port_start",
            "",
        ] {
            assert_eq!(bench("deny").of(|body| body.host_config.sysctls = sets(&[bad])), "deny", "{bad}");
        }
    }

    #[test]
    fn a_rewrite_leaves_the_listed_ones() {
        let mut request = asking(|body| {
            body.host_config.sysctls = sets(&["a.b/~c", "net.ipv4.ip_forward", "net.ipv4.tcp_keepalive_time"])
        });
        let outcome = bench("rewrite").outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.sysctls, sets(&["net.ipv4.tcp_keepalive_time"]));
    }
}
