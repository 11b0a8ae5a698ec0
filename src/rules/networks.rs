//! Which networks a container may join.

use super::glob::{List, Names, listed};
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::references::{
    CONTAINER, ENDPOINTS, NETWORK_MODE, Reference, Way, endpoints, is_user_defined, references,
};
use crate::request::wire::{ContainerCreate, EndpointSettings};
use crate::request::{Change, Needs, Request, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("networks"),
    doc: "\
## What
A container joins a network whose name is not in `allow`. One that names none gets `default`. A network that is given by its
id is judged by its name; the network of another container (`container:NAME`) is for `container-namespaces` to judge.

## Why
On the engine's default network every container reaches every other, whoever started them. A program that nobody trusts
needs no network at all.

## Instead
Make a network for what belongs together, `docker network create NAME`, or ask for none: `--network none`.
",
    fields: &["HostConfig.NetworkMode", "NetworkingConfig.EndpointsConfig"],
    keys: &[
        Key::free("default", Takes::Text, "the network of a container that names none"),
        Key::free("allow", Takes::Texts, "patterns of names; `bridge` is the default network, `none` is no network"),
    ],
    open_keys: &[],
    silence: "no network named, and nothing asked of the default one",
    breach: "a network outside `allow`",
    rewrites: true,
    sources: &["CIS Docker 5.30, 2.2", "OWASP Docker rule 5"],
    load: |settings: &mut Settings<'_>| {
        let networks = Networks { default: settings.get("default"), allow: settings.list("allow") };
        if let Some(default) = networks.default.as_ref().filter(|default| !networks.allows(&default.value.0)) {
            settings.object(&default.spot, "the default is not among what `allow` permits");
        }
        Some(Box::new(networks))
    },
};

/// How the engine calls its default network.
const BRIDGE: &str = "bridge";

/// The name of a network, as `--network` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name(String);

impl FromNode for Name {
    const EXPECTED: &'static str = "the name of a network, such as \"none\"";
    fn from_value(value: &Value) -> Option<Self> {
        let name = String::from_value(value)?;
        let sound = !name.is_empty() && !name.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control());
        (sound && name != "host").then_some(Self(name))
    }
}

#[derive(Debug)]
struct Networks {
    default: Option<Setting<Name>>,
    allow: List<Names>,
}

impl Check for Networks {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let named = || references(&request.body).iter().any(|reference| reference.way == Way::Network);
        Needs { networks: looks && self.gate().is_some() && named(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let body = &case.request.body;
        if is_silent(body) && self.default.is_some() {
            return self.fill(body, out);
        }
        let Some(gate) = self.gate() else { return };
        for (name, pointer) in modes(body) {
            self.judge_name(&name, pointer, gate, body, out);
        }
        for Reference { name, pointer, .. } in references(body).into_iter().filter(|r| r.way == Way::Network) {
            match case.facts.network(&name) {
                Ok(network) => self.judge_name(&network.name, pointer, gate, body, out),
                Err(why) => out.unknown(&pointer, &format!("which network `{name}` is"), &why),
            }
        }
    }
}

impl Networks {
    /// The list, unless it allows everything.
    fn gate(&self) -> Option<&Setting<Vec<Setting<Names>>>> {
        self.allow
            .as_ref()
            .filter(|allow| allow.value.iter().all(|entry| !matches!(entry.value.0.as_str(), "*" | "**")))
    }

    fn allows(&self, name: &str) -> bool {
        self.gate().is_none_or(|gate| gate.value.iter().any(|entry| entry.value.matches(name)))
    }

    fn fill(&self, body: &ContainerCreate, out: &mut Opinion) {
        let Some(default) = &self.default else { return };
        let meaning = format!("--network {}", default.value.0);
        out.fill(Fill { changes: only(&default.value, body), meaning, spot: default.spot.clone() });
    }

    fn judge_name(
        &self,
        name: &str,
        pointer: String,
        gate: &Setting<Vec<Setting<Names>>>,
        body: &ContainerCreate,
        out: &mut Opinion,
    ) {
        if self.allows(name) {
            return;
        }
        let breach = Breach::new(pointer, format!("network `{name}` is not among those that may be joined"));
        let names = listed(gate.value.iter().map(|entry| entry.value.0.as_str()));
        let breach = breach.bound(&gate.spot).help(match names {
            Some(names) => format!("join one of {names}"),
            None => "no network may be joined".to_owned(),
        });
        out.breach(match &self.default {
            Some(default) => breach.nearest(only(&default.value, body), format!("--network {}", default.value.0)),
            None => breach,
        });
    }
}

/// Docker's command says `default` in both places where nobody named a network.
fn is_silent(body: &ContainerCreate) -> bool {
    let plain = EndpointSettings::default();
    matches!(body.host_config.network_mode.as_str(), "" | "default")
        && endpoints(body)
            .all(|(name, endpoint)| name == "default" && endpoint.is_none_or(|settings| *settings == plain))
}

/// The engine's own networks that a body names, each by the engine's name for it.
fn modes(body: &ContainerCreate) -> Vec<(String, String)> {
    let mode = body.host_config.network_mode.as_str();
    let named = |name: &str| !name.starts_with(CONTAINER) && (name.is_empty() || !is_user_defined(name));
    let own = |name: &str| if matches!(name, "" | "default") { BRIDGE.to_owned() } else { name.to_owned() };
    let mut all: Vec<(String, String)> = Vec::new();
    // Where endpoints are named, a mode that says nothing joins nothing.
    let says_nothing = matches!(mode, "" | "default");
    if named(mode) && !(says_nothing && endpoints(body).next().is_some()) {
        all.push((own(mode), NETWORK_MODE.to_owned()));
    }
    for (name, _) in endpoints(body).filter(|(name, _)| named(name)) {
        if all.iter().all(|(other, _)| *other != own(name)) {
            all.push((own(name), member(ENDPOINTS, name)));
        }
    }
    all
}

/// On this network and no other.
fn only(network: &Name, body: &ContainerCreate) -> Vec<Change> {
    let mut changes = vec![Change::Set(NETWORK_MODE.to_owned(), network.0.clone().into())];
    if endpoints(body).next().is_some() {
        changes.push(Change::Set(ENDPOINTS.to_owned(), serde_json::Value::Object(serde_json::Map::new())));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::json;
    use crate::request::{Fact, NetworkFacts, apply};

    const NONE: &str = "action = \"deny\"\ndefault = \"none\"\nallow = [\"none\"]";
    const TEAM: &str = "action = \"deny\"\nallow = [\"bridge\", \"team-*\"]";

    fn body(mode: &str, endpoints: &str) -> ContainerCreate {
        let text = format!(
            r#"{{"HostConfig":{{"NetworkMode":"{mode}"}},"NetworkingConfig":{{"EndpointsConfig":{endpoints}}}}}"#
        );
        json::decode(text.as_bytes()).unwrap()
    }

    fn says(table: &str, mode: &str, endpoints: &str) -> String {
        let mut facts = facts();
        for (typed, name) in
            [("team-net", "team-net"), ("0123", "team-net"), ("team-4567", "bob-net"), ("bob-net", "bob-net")]
        {
            let network = NetworkFacts { name: name.to_owned(), ..NetworkFacts::default() };
            facts.networks.insert(typed.to_owned(), Fact::Known(network));
        }
        Bench::new(&RULE, table).says(&asking(|asked| *asked = body(mode, endpoints)), &facts)
    }

    #[test]
    fn only_silence_is_filled() {
        for (mode, endpoints) in [("default", r#"{"default":{}}"#), ("", "{}"), ("default", r#"{"default":null}"#)] {
            assert_eq!(says(NONE, mode, endpoints), "fill: --network none", "{mode} {endpoints}");
        }
        assert_eq!(says(NONE, "none", "{}"), "pass");
        for (mode, endpoints) in [
            ("bridge", "{}"),
            ("default", r#"{"default":{"MacAddress":"02:42:ac:11:00:02"}}"#),
            ("default", r#"{"bob-net":{}}"#),
            ("none", r#"{"bridge":{}}"#),
            ("host", "{}"),
            ("bob-net", "{}"),
        ] {
            assert_eq!(says(NONE, mode, endpoints), "deny", "{mode} {endpoints}");
        }
    }

    #[test]
    fn what_was_filled_stands_and_nothing_else_is_joined() {
        let bench = Bench::new(&RULE, NONE);
        let mut request = asking(|asked| *asked = body("default", r#"{"default":{}}"#));
        let outcome = bench.outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.network_mode, "none");
        assert!(endpoints(&request.body).next().is_none());
        assert_eq!(bench.says(&request, &facts()), "pass");
    }

    #[test]
    fn a_network_is_judged_by_its_name() {
        assert_eq!(says(TEAM, "team-net", "{}"), "pass");
        assert_eq!(says(TEAM, "default", r#"{"default":{}}"#), "pass");
        assert_eq!(says(TEAM, "0123", "{}"), "pass");
        assert_eq!(says(TEAM, "team-4567", "{}"), "deny", "a piece of an id that looks like an allowed name");
        assert_eq!(says(TEAM, "team-net", r#"{"bob-net":{}}"#), "deny");
        assert_eq!(says(TEAM, "team-net", r#"{"team-net":{"NetworkID":"bob-net"}}"#), "deny");
        assert_eq!(says(TEAM, "none", "{}"), "deny");
        assert_eq!(says(TEAM, "container:web", "{}"), "pass", "another rule's business");
        assert_eq!(says(TEAM, "team-nosuch", "{}"), "deny", "nobody knows it");
        assert_eq!(says("action = \"deny\"\nallow = [\"*\"]", "team-nosuch", "{}"), "pass");
    }

    #[test]
    fn the_nearest_network_is_the_default_one() {
        let table = NONE.replace("deny", "rewrite");
        assert_eq!(says(&table, "bob-net", "{}"), "rewrite: --network none");
        assert_eq!(
            says(&table, "bob-net", r#"{"bob-net":{},"team-net":{}}"#),
            "rewrite: --network none, rewrite: --network none"
        );
    }
}
