//! What a container wants of the networks that it joins.

use super::glob::{List, listed};
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Key, Settings, Takes, Value};
use crate::request::references::{ENDPOINTS, endpoints, is_user_defined};
use crate::request::wire::{ContainerCreate, EndpointSettings};
use crate::request::{Change, Needs, Owner, Request, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("network-options"),
    doc: "\
## What
A container asks a network for something that is in neither `allow` nor, on a network of the caller's, `own`: `aliases`
(further names), `ip` (an address of its choice), `mac` (a hardware address), `driver-opts` (words to the network's driver),
`dns` (name servers and search domains).

## Why
On a network that others use too, an alias can take the name of somebody's database, and an address or hardware address the
traffic of another container. A driver's options reach the host's own kernel settings.

## Instead
Use a network of your own, or the container's own name: `--name db` can be found by others, too.
",
    fields: &[
        "MacAddress",
        "HostConfig.Dns",
        "HostConfig.DnsOptions",
        "HostConfig.DnsSearch",
        "NetworkingConfig.EndpointsConfig",
    ],
    keys: &[
        Key::free("allow", Takes::Texts, "aliases, ip, mac, driver-opts, dns: what may be asked of any network; all where left out"),
        Key::free("own", Takes::Texts, "likewise, of networks that are the caller's own"),
    ],
    open_keys: &[],
    silence: "nothing asked of the network",
    breach: "a wish that is in neither list",
    rewrites: true,
    sources: &["CIS Docker 5.30", "OWASP Docker rule 5"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(NetworkOptions { allow: settings.list("allow"), own: settings.list("own") }))
    },
};

/// What can be asked of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Aliases,
    Ip,
    Mac,
    DriverOpts,
    Dns,
}

impl Wish {
    const ALL: [(&'static str, Self); 5] = [
        ("aliases", Self::Aliases),
        ("ip", Self::Ip),
        ("mac", Self::Mac),
        ("driver-opts", Self::DriverOpts),
        ("dns", Self::Dns),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, wish)| *wish == self).map_or("", |(name, _)| name)
    }

    /// Docker's words for it, and what it is.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Aliases => ("--network-alias", "a further name"),
            Self::Ip => ("--ip", "an address of its choice"),
            Self::Mac => ("--mac-address", "a hardware address of its choice"),
            Self::DriverOpts => ("driver-opt", "options of the network's driver"),
            Self::Dns => ("--dns", "name servers of its choice"),
        }
    }
}

impl FromNode for Wish {
    const EXPECTED: &'static str = "\"aliases\", \"ip\", \"mac\", \"driver-opts\" or \"dns\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, wish)| *wish)
    }
}

/// One wish, the network that it is about, and how to do without.
struct Asked {
    wish: Wish,
    network: String,
    pointer: String,
    without: Vec<Change>,
}

#[derive(Debug)]
struct NetworkOptions {
    allow: List<Wish>,
    own: List<Wish>,
}

impl Check for NetworkOptions {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let hangs = |asked: &Asked| {
            !self.is_allowed(asked.wish) && self.is_for_own(asked.wish) && is_user_defined(&asked.network)
        };
        Needs { networks: looks && asked(&request.body).iter().any(hangs), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for asked in asked(&case.request.body) {
            let Asked { wish, network, pointer, without } = asked;
            if self.is_allowed(wish) || (self.is_for_own(wish) && is_own(&network, case)) {
                continue;
            }
            let (flag, what) = wish.words();
            let place = if wish == Wish::Dns { String::new() } else { format!(" on network `{network}`") };
            let breach = Breach::new(pointer, format!("the container asks for {what}{place}, which is not allowed"));
            let help = if self.is_for_own(wish) {
                "leave it out, or use a network of your own: `docker network create NAME`".to_owned()
            } else {
                let allowed = self.allow.iter().flat_map(|list| &list.value).map(|entry| entry.value.name());
                listed(allowed).map_or("leave it out".to_owned(), |names| format!("leave it out; allowed are {names}"))
            };
            let breach = breach.help(help).nearest(without, format!("no {flag}"));
            out.breach(match &self.allow {
                Some(allow) => breach.bound(&allow.spot),
                None => breach,
            });
        }
    }
}

impl NetworkOptions {
    fn is_allowed(&self, wish: Wish) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow.value.iter().any(|entry| entry.value == wish))
    }

    fn is_for_own(&self, wish: Wish) -> bool {
        self.own.iter().flat_map(|own| &own.value).any(|entry| entry.value == wish)
    }
}

/// A network that nobody could look up is not known to be the caller's.
fn is_own(network: &str, case: &Case<'_>) -> bool {
    let facts = case.facts.network(network);
    facts.is_ok_and(|facts| Owner::labelled(&facts.labels).is_some_and(|owner| owner.is(case.caller)))
}

/// Everything that a body asks of networks.
fn asked(body: &ContainerCreate) -> Vec<Asked> {
    let mut all = Vec::new();
    for (network, endpoint) in endpoints(body) {
        if let Some(settings) = endpoint {
            of_endpoint(network, settings, &mut all);
        }
    }
    let host = &body.host_config;
    let mut add = |wish, pointer: &str, speaks: bool, nothing: serde_json::Value| {
        if speaks {
            let without = vec![Change::Set(pointer.to_owned(), nothing)];
            all.push(Asked { wish, network: host.network_mode.clone(), pointer: pointer.to_owned(), without });
        }
    };
    let list = || serde_json::Value::Array(Vec::new());
    add(Wish::Mac, "/MacAddress", !body.mac_address.is_empty(), "".into());
    add(Wish::Dns, "/HostConfig/Dns", !host.dns.is_empty(), list());
    add(Wish::Dns, "/HostConfig/DnsOptions", !host.dns_options.is_empty(), list());
    add(Wish::Dns, "/HostConfig/DnsSearch", !host.dns_search.is_empty(), list());
    all
}

fn of_endpoint(network: &str, settings: &EndpointSettings, all: &mut Vec<Asked>) {
    let at = member(ENDPOINTS, network);
    let set = |name: &str, value: serde_json::Value| Change::Set(format!("{at}/{name}"), value);
    let mut add = |wish, name: &str, speaks: bool, without: Vec<Change>| {
        if speaks {
            all.push(Asked { wish, network: network.to_owned(), pointer: format!("{at}/{name}"), without });
        }
    };
    let none = || serde_json::Value::Null;
    let aliases = vec![set("Aliases", serde_json::Value::Array(Vec::new()))];
    add(Wish::Aliases, "Aliases", !settings.aliases.is_empty(), aliases);
    // Podman takes the address from where docker writes the one that it gave.
    let given = ["IPAddress", "GlobalIPv6Address"].map(|name| set(name, "".into()));
    let ipam = settings.ipam_config.as_ref().is_some_and(|ipam| *ipam != <_>::default());
    let addressed = ipam || !settings.ip_address.is_empty() || !settings.global_ipv6_address.is_empty();
    add(Wish::Ip, "IPAMConfig", addressed, [set("IPAMConfig", none())].into_iter().chain(given).collect());
    add(Wish::Mac, "MacAddress", !settings.mac_address.is_empty(), vec![set("MacAddress", "".into())]);
    let options = vec![set("DriverOpts", serde_json::Value::Object(serde_json::Map::new()))];
    add(Wish::DriverOpts, "DriverOpts", !settings.driver_opts.is_empty(), options);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{Fact, Facts, NetworkFacts, OWNER_LABEL, apply, json};

    const SHARED: &str = "action = \"rewrite\"\nallow = []\nown = [\"aliases\", \"ip\", \"mac\"]";

    fn networks() -> Facts {
        let mut facts = facts();
        for (name, owner) in [("alice-net", Some("alice")), ("team-net", None), ("bob-net", Some("bob"))] {
            let labels = owner.map(|owner| (OWNER_LABEL.to_owned(), owner.to_owned())).into_iter().collect();
            let network = NetworkFacts { name: name.to_owned(), labels, ..NetworkFacts::default() };
            facts.networks.insert(name.to_owned(), Fact::Known(network));
        }
        facts
    }

    fn body(network: &str, settings: &str) -> ContainerCreate {
        let config = format!(r#"{{"EndpointsConfig":{{"{network}":{settings}}}}}"#);
        let text = format!(r#"{{"HostConfig":{{"NetworkMode":"{network}"}},"NetworkingConfig":{config}}}"#);
        json::decode(text.as_bytes()).unwrap()
    }

    fn says(table: &str, network: &str, settings: &str) -> String {
        Bench::new(&RULE, table).says(&asking(|asked| *asked = body(network, settings)), &networks())
    }

    #[test]
    fn names_and_addresses_of_others_are_not_taken() {
        for (settings, meaning) in [
            (r#"{"Aliases":["db"]}"#, "rewrite: no --network-alias"),
            (r#"{"MacAddress":"02:42:ac:11:00:02"}"#, "rewrite: no --mac-address"),
            (r#"{"IPAMConfig":{"IPv4Address":"172.17.0.5"}}"#, "rewrite: no --ip"),
            (r#"{"IPAMConfig":{"LinkLocalIPs":["169.254.1.1"]}}"#, "rewrite: no --ip"),
            (r#"{"IPAddress":"172.17.0.5"}"#, "rewrite: no --ip"),
            (r#"{"DriverOpts":{"a":"b"}}"#, "rewrite: no driver-opt"),
        ] {
            for network in ["team-net", "bob-net", "default", "nobody-knows"] {
                assert_eq!(says(SHARED, network, settings), meaning, "{network} {settings}");
            }
        }
        for plain in ["{}", "null", r#"{"IPAMConfig":{}}"#, r#"{"GwPriority":1}"#] {
            assert_eq!(says(SHARED, "team-net", plain), "pass", "{plain}");
        }
    }

    #[test]
    fn on_a_network_of_ones_own_they_may_be_asked_for() {
        let settings = r#"{"Aliases":["db"],"MacAddress":"02:42:ac:11:00:02","IPAMConfig":{"IPv4Address":"10.0.0.5"}}"#;
        assert_eq!(says(SHARED, "alice-net", settings), "pass");
        assert_eq!(says(SHARED, "alice-net", r#"{"DriverOpts":{"a":"b"}}"#), "rewrite: no driver-opt");
        assert_eq!(says("action = \"deny\"\nallow = [\"aliases\"]", "team-net", r#"{"Aliases":["db"]}"#), "pass");
        assert_eq!(says("action = \"deny\"", "team-net", settings), "pass");
    }

    #[test]
    fn what_is_taken_away_is_gone() {
        let settings = r#"{"Aliases":["db"],"DriverOpts":{"a":"b"},"IPAMConfig":{"IPv4Address":"10.0.0.5"},"IPAddress":"10.0.0.5"}"#;
        let mut request = asking(|asked| {
            *asked = body("team-net", settings);
            asked.host_config.dns = vec!["10.0.0.66".to_owned()];
            asked.mac_address = "02:42:ac:11:00:02".to_owned();
        });
        let bench = Bench::new(&RULE, SHARED);
        let outcome = bench.outcome(&request, &networks());
        assert_eq!(outcome.rewrites.len(), 5);
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(bench.says(&request, &networks()), "pass");
        let endpoint = endpoints(&request.body).next().unwrap().1.unwrap().clone();
        assert_eq!(endpoint, EndpointSettings::default());
        assert!(request.body.host_config.dns.is_empty() && request.body.mac_address.is_empty());
    }

    #[test]
    fn networks_are_looked_up_only_where_it_matters() {
        let needs = |table: &str, network: &str, settings: &str| {
            let bench = Bench::new(&RULE, table);
            bench.needs(&asking(|asked| *asked = body(network, settings))).networks
        };
        assert!(needs(SHARED, "team-net", r#"{"Aliases":["db"]}"#));
        assert!(!needs(SHARED, "team-net", "{}"));
        assert!(!needs(SHARED, "default", r#"{"MacAddress":"02:42:ac:11:00:02"}"#));
        assert!(!needs("action = \"rewrite\"\nallow = [\"aliases\"]", "team-net", r#"{"Aliases":["db"]}"#));
    }
}
