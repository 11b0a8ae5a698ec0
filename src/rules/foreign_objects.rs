//! Containers, volumes and networks of somebody else.

use std::collections::BTreeMap;

use super::glob::{List, Names};
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::references::{CONTAINER, ENDPOINTS, Reference, Way, endpoints, references};
use crate::request::wire::ContainerCreate;
use crate::request::{Action, Change, Facts, Needs, OWNER_LABEL, Owner, PolicySpot, Request, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("foreign-objects"),
    doc: "\
## What
A request refers to a container, a named volume or a network that is not the caller's: `--volumes-from`, `--link`,
`container:NAME` for `--pid`, `--ipc` or `--network`, `-v NAME:…`, `--network NAME`. Whose an object is, its label
`io.sdocker.owner` says: a login name or a user id. Those that nobody is named for are judged by `unowned`; the engine's own
networks are everybody's, and so is what `shared` names. With `stamp`, what is made is marked as the caller's.

## Why
Whoever joins a container's namespaces or mounts its volumes has what it has: its data, its passwords, its users.

## Instead
Use an object of your own, or ask its owner to have it shared.
",
    fields: &[
        "Labels",
        "HostConfig.VolumesFrom",
        "HostConfig.Links",
        "HostConfig.PidMode",
        "HostConfig.IpcMode",
        "HostConfig.NetworkMode",
        "HostConfig.Binds",
        "HostConfig.Mounts",
        "NetworkingConfig.EndpointsConfig",
    ],
    keys: &[
        Key::action("unowned", "what happens to objects that nobody is named for: allow, warn or deny"),
        Key::free("shared", Takes::Texts, "patterns of names of objects that everybody may use"),
        Key::free("stamp", Takes::Switch, "what is made gets the caller's owner label"),
    ],
    open_keys: &[],
    silence: "no reference to anything, and no owner label",
    breach: "an object of somebody else; one of nobody where `unowned` is deny",
    rewrites: false,
    sources: &["the engine knows no owners: one name space for all users"],
    load: |settings: &mut Settings<'_>| {
        let unowned = settings.get::<Action>("unowned");
        if let Some(unowned) = unowned.as_ref().filter(|unowned| unowned.value == Action::Rewrite) {
            settings.object(&unowned.spot, "an object cannot be rewritten into another: allow, warn or deny");
        }
        let shared = settings.list("shared");
        Some(Box::new(ForeignObjects { unowned, shared, stamp: settings.get("stamp"), table: settings.spot() }))
    },
};

#[derive(Debug)]
struct ForeignObjects {
    unowned: Option<Setting<Action>>,
    shared: List<Names>,
    stamp: Option<Setting<bool>>,
    table: PolicySpot,
}

/// An object that is there, as far as this rule must know it.
struct Object<'f> {
    id: &'f str,
    name: &'f str,
    labels: &'f BTreeMap<String, String>,
}

impl Check for ForeignObjects {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        Needs { references: looks && !references(&request.body).is_empty(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        self.mark(case, out);
        for reference in references(&case.request.body) {
            match find(&reference, case.facts) {
                Err(why) => {
                    let what = format!("whose the {} `{}` is", reference.way.what(), reference.name);
                    out.unknown(&reference.pointer, &what, &why);
                }
                Ok(Some(object)) if !is_the_engines(&reference, &object) => {
                    self.judge_object(&reference, &object, case, out);
                }
                Ok(_) => {}
            }
        }
    }
}

impl ForeignObjects {
    fn mark(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(stamp) = self.stamp.as_ref().filter(|stamp| stamp.value) else { return };
        if case.request.body.labels.contains_key(OWNER_LABEL) {
            return;
        }
        let owner = Owner::of(case.caller).to_string();
        let meaning = format!("--label {OWNER_LABEL}={owner}");
        let changes = vec![Change::Set(member("/Labels", OWNER_LABEL), owner.into())];
        out.fill(Fill { changes, meaning, spot: stamp.spot.clone() });
    }

    fn judge_object(&self, reference: &Reference, object: &Object<'_>, case: &Case<'_>, out: &mut Opinion) {
        let owner = Owner::labelled(object.labels);
        let is_shared = self.shared.iter().flat_map(|list| &list.value).any(|entry| entry.value.matches(object.name));
        match owner {
            Some(owner) if !is_shared && !owner.is(case.caller) => {
                let breach =
                    Breach::new(&*reference.pointer, format!("{} belongs to {owner}", shown(reference, object)));
                return out.breach(breach.help(format!("use a {} of your own", reference.way.what())));
            }
            None if !is_shared => self.unowned(reference, object, out),
            _ => {}
        }
        if let Some(changes) = pin(reference, object, &case.request.body) {
            let meaning = format!("{} {}", reference.way.what(), object.id);
            out.fill(Fill { changes, meaning, spot: self.table.clone() });
        }
    }

    fn unowned(&self, reference: &Reference, object: &Object<'_>, out: &mut Opinion) {
        let Some(unowned) = &self.unowned else { return };
        let message = format!("nobody knows whose {} is: it has no label `{OWNER_LABEL}`", shown(reference, object));
        let breach = Breach::new(&*reference.pointer, message).bound(&unowned.spot);
        match unowned.value {
            Action::Allow => {}
            Action::Warn => out.caution(breach.help("make one of your own")),
            Action::Rewrite | Action::Deny => {
                let help = "make one of your own, or have it listed in `foreign-objects.shared`";
                out.breach(breach.help(help));
            }
        }
    }
}

/// The object that a reference means; nothing where the engine would make a new volume.
fn find<'f>(reference: &Reference, facts: &'f Facts) -> Result<Option<Object<'f>>, String> {
    let name = reference.name.as_str();
    match reference.way {
        Way::Network => facts
            .network(name)
            .map(|network| Some(Object { id: &network.id, name: &network.name, labels: &network.labels })),
        Way::Volume => {
            let (name, fact) = facts.volumes.get_key_value(name).ok_or("it was not looked up")?;
            let volume = fact.known()?;
            Ok(volume.exists.then_some(Object { id: "", name, labels: &volume.labels }))
        }
        Way::VolumesFrom | Way::Link | Way::EndpointLink | Way::Namespace => facts
            .container(name)
            .map(|container| Some(Object { id: &container.id, name: &container.name, labels: &container.labels })),
    }
}

/// Networks that every engine has, by whichever name or id they were asked for.
fn is_the_engines(reference: &Reference, object: &Object<'_>) -> bool {
    reference.way == Way::Network && matches!(object.name, "bridge" | "host" | "none")
}

fn shown(reference: &Reference, object: &Object<'_>) -> String {
    let what = reference.way.what();
    if object.name == reference.name || object.name.is_empty() {
        format!("{what} `{}`", reference.name)
    } else {
        format!("{what} `{}` (`{}`)", object.name, reference.name)
    }
}

/// What was judged by its name is used by its id, so that no other object can take the name in between. Where the engine
/// keeps the id anyway that is always done; where docker would show the id instead of what was typed, only for what can be
/// read as a piece of an id: the engine looks for a name first, and for the beginning of an id when that name is gone.
fn pin(reference: &Reference, object: &Object<'_>, body: &ContainerCreate) -> Option<Vec<Change>> {
    let Reference { way, name, pointer } = reference;
    let is_piece = name != object.id && name.chars().all(|c| c.is_ascii_hexdigit());
    if object.id.is_empty() || name == object.id {
        return None;
    }
    let set = |text: String| Some(vec![Change::Set(pointer.clone(), text.into())]);
    match way {
        Way::Namespace => set(format!("{CONTAINER}{}", object.id)),
        Way::Link => set(format!("{}:{}", object.id, alias(text_at(&body.host_config.links, pointer)?))),
        Way::VolumesFrom if is_piece => {
            let text = text_at(&body.host_config.volumes_from, pointer)?;
            let mode = text.split_once(':').map_or(String::new(), |(_, mode)| format!(":{mode}"));
            set(format!("{}{mode}", object.id))
        }
        Way::Network if is_piece => pin_network(name, object.id, body),
        Way::VolumesFrom | Way::EndpointLink | Way::Volume | Way::Network => None,
    }
}

fn text_at<'t>(list: &'t [String], pointer: &str) -> Option<&'t str> {
    let (_, index) = pointer.rsplit_once('/')?;
    list.get(index.parse::<usize>().ok()?).map(String::as_str)
}

/// The name that a link gives: behind the colon, there behind the last slash, or the container's own.
fn alias(link: &str) -> &str {
    let alias = link.split_once(':').map_or(link, |(_, alias)| alias);
    alias.rsplit('/').next().unwrap_or(alias)
}

/// The engine joins the network whose id an endpoint has, and shows the name that was typed.
fn pin_network(name: &str, id: &str, body: &ContainerCreate) -> Option<Vec<Change>> {
    let endpoint = endpoints(body).find(|(other, _)| *other == name);
    let is_pinned =
        endpoint.is_some_and(|(_, settings)| settings.is_some_and(|settings| !settings.network_id.is_empty()));
    // With other endpoints beside it the mode joins nothing.
    let joins_nothing = endpoint.is_none() && endpoints(body).next().is_some();
    let change = Change::Set(format!("{}/NetworkID", member(ENDPOINTS, name)), id.into());
    (!is_pinned && !joins_nothing).then_some(vec![change])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{ContainerFacts, Fact, NetworkFacts, VolumeFacts, apply, json};

    const DENY: &str = "action = \"deny\"\nunowned = \"allow\"";
    const STRICT: &str = "action = \"deny\"\nunowned = \"deny\"\nshared = [\"team-*\"]";

    fn labels(owner: Option<&str>) -> BTreeMap<String, String> {
        owner.map(|owner| (OWNER_LABEL.to_owned(), owner.to_owned())).into_iter().collect()
    }

    /// Alice's, Bob's, shared and unowned objects. `0123` is a piece of the id of Bob's container and network.
    fn world() -> Facts {
        let mut facts = facts();
        let owners = [
            ("alice", Some("alice"), 'a'),
            ("mine", Some("1000"), 'c'),
            ("bob", Some("bob"), 'b'),
            ("team", Some("bob"), 'e'),
            ("old", None, 'd'),
        ];
        for (whose, owner, digit) in owners {
            let id = digit.to_string().repeat(64);
            let app = format!("{whose}-app");
            let container =
                ContainerFacts { id: id.clone(), name: app.clone(), labels: labels(owner), ..<_>::default() };
            facts.containers.insert(app, Fact::Known(container.clone()));
            let net = format!("{whose}-net");
            let network = NetworkFacts { id, name: net.clone(), driver: "bridge".to_owned(), labels: labels(owner) };
            facts.networks.insert(net, Fact::Known(network.clone()));
            let volume = VolumeFacts { exists: true, labels: labels(owner), ..<_>::default() };
            facts.volumes.insert(format!("{whose}-data"), Fact::Known(volume));
            if whose == "bob" || whose == "alice" {
                let piece = if whose == "bob" { "0123" } else { "cafe" };
                facts.containers.insert(piece.to_owned(), Fact::Known(container));
                facts.networks.insert(piece.to_owned(), Fact::Known(network));
            }
        }
        facts.volumes.insert("new".to_owned(), Fact::Known(VolumeFacts::default()));
        let bridge = NetworkFacts { id: "0".repeat(64), name: "bridge".to_owned(), ..<_>::default() };
        facts.networks.insert("0".repeat(64), Fact::Known(bridge));
        facts
    }

    fn body(text: &str) -> Request {
        let body: ContainerCreate = json::decode(text.as_bytes()).unwrap();
        asking(|asked| *asked = body)
    }

    fn says(table: &str, text: &str) -> String {
        Bench::new(&RULE, table).says(&body(text), &world())
    }

    /// Every way to refer to one's things, NAME left open.
    const WAYS: [&str; 9] = [
        r#"{"HostConfig":{"VolumesFrom":["NAME-app:ro"]}}"#,
        r#"{"HostConfig":{"VolumesFrom":["/NAME-app"]}}"#,
        r#"{"HostConfig":{"Links":["NAME-app:db"]}}"#,
        r#"{"HostConfig":{"PidMode":"container:NAME-app"}}"#,
        r#"{"HostConfig":{"IpcMode":"container:/NAME-app"}}"#,
        r#"{"HostConfig":{"NetworkMode":"container:NAME-app"}}"#,
        r#"{"HostConfig":{"NetworkMode":"NAME-net"}}"#,
        r#"{"HostConfig":{"Binds":["NAME-data:/d:rw"]}}"#,
        r#"{"HostConfig":{"Mounts":[{"Type":"volume","Source":"NAME-data","Target":"/d"}]}}"#,
    ];

    fn way(way: &str, whose: &str) -> String {
        way.replace("NAME", whose)
    }

    #[test]
    fn what_belongs_to_somebody_else_is_refused() {
        for text in WAYS {
            assert_eq!(says(DENY, &way(text, "bob")), "deny", "{text}");
            assert_eq!(says(DENY, &way(text, "nosuch")), "deny", "{text}: nobody knows it");
        }
        for text in [
            r#"{"HostConfig":{"NetworkMode":"bridge"},"NetworkingConfig":{"EndpointsConfig":{"bob-net":{}}}}"#,
            r#"{"HostConfig":{"NetworkMode":"alice-net"},"NetworkingConfig":{"EndpointsConfig":{"alice-net":{"NetworkID":"bob-net"}}}}"#,
            r#"{"NetworkingConfig":{"EndpointsConfig":{"alice-net":{"Links":["bob-app:x"]}}}}"#,
            r#"{"HostConfig":{"PidMode":"container:0123"}}"#,
            r#"{"HostConfig":{"NetworkMode":"0123"}}"#,
        ] {
            assert_eq!(says(DENY, text), "deny", "{text}");
        }
    }

    #[test]
    fn what_is_ones_own_or_shared_is_used() {
        for text in WAYS {
            for whose in ["alice", "mine"] {
                assert!(!says(STRICT, &way(text, whose)).contains("deny"), "{text} {whose}");
            }
            assert!(!says(STRICT, &way(text, "team")).contains("deny"), "{text}");
        }
        assert_eq!(says(STRICT, r#"{"HostConfig":{"Binds":["new:/d"]}}"#), "pass", "the engine makes it");
        let bridge = format!(r#"{{"HostConfig":{{"NetworkMode":"{}"}}}}"#, "0".repeat(64));
        assert_eq!(says(STRICT, &bridge), "pass", "the engine's own");
    }

    #[test]
    fn what_is_nobodys_is_judged_by_its_own_action() {
        let text = r#"{"HostConfig":{"NetworkMode":"old-net"}}"#;
        assert_eq!(says(DENY, text), "pass");
        assert_eq!(says("action = \"deny\"", text), "pass");
        assert_eq!(says("action = \"deny\"\nunowned = \"warn\"", text), "warn");
        assert_eq!(says(STRICT, text), "deny");
        assert_eq!(says("action = \"warn\"\nunowned = \"deny\"", text), "warn");
    }

    #[test]
    fn nothing_is_looked_up_for_a_request_that_refers_to_nothing() {
        let bench = Bench::new(&RULE, STRICT);
        let plain = r#"{"HostConfig":{"NetworkMode":"default","Binds":["/a:/b"]},"NetworkingConfig":{"EndpointsConfig":{"default":{}}}}"#;
        assert_eq!(bench.needs(&body(plain)), Needs::default());
        for text in WAYS {
            assert!(bench.needs(&body(&way(text, "x"))).references, "{text}");
            assert_eq!(Bench::new(&RULE, "action = \"allow\"").needs(&body(&way(text, "x"))), Needs::default());
        }
    }

    fn pinned(text: &str) -> ContainerCreate {
        let bench = Bench::new(&RULE, DENY);
        let mut request = body(text);
        let outcome = bench.outcome(&request, &world());
        assert!(!outcome.refuses(), "{text}");
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(bench.says(&request, &world()), "pass", "{text}");
        request.body
    }

    #[test]
    fn what_was_judged_is_what_is_used() {
        let a = "a".repeat(64);
        let host = |text: &str| pinned(&format!(r#"{{"HostConfig":{text}}}"#)).host_config;
        assert_eq!(host(r#"{"PidMode":"container:alice-app"}"#).pid_mode, format!("container:{a}"));
        assert_eq!(host(r#"{"IpcMode":"container:/alice-app"}"#).ipc_mode, format!("container:{a}"));
        assert_eq!(host(r#"{"NetworkMode":"container:cafe"}"#).network_mode, format!("container:{a}"));
        for (link, alias) in [("alice-app", "alice-app"), ("alice-app:db", "db"), ("/alice-app:/web/db", "db")] {
            assert_eq!(host(&format!(r#"{{"Links":["{link}"]}}"#)).links, [format!("{a}:{alias}")]);
        }
        assert_eq!(
            host(r#"{"VolumesFrom":["alice-app:ro","cafe:ro","cafe"]}"#).volumes_from,
            ["alice-app:ro".to_owned(), format!("{a}:ro"), a]
        );
    }

    #[test]
    fn a_piece_of_a_networks_id_stays_that_network() {
        let a = "a".repeat(64);
        for config in [
            "null",
            "{}",
            r#"{"EndpointsConfig":{}}"#,
            r#"{"EndpointsConfig":{"cafe":null}}"#,
            r#"{"EndpointsConfig":{"cafe":{"Aliases":["db"]}}}"#,
        ] {
            let body = pinned(&format!(r#"{{"HostConfig":{{"NetworkMode":"cafe"}},"NetworkingConfig":{config}}}"#));
            assert_eq!(body.host_config.network_mode, "cafe");
            let (name, endpoint) = endpoints(&body).next().unwrap();
            assert_eq!((name, endpoint.unwrap().network_id.as_str()), ("cafe", a.as_str()), "{config}");
        }
        let named = pinned(r#"{"HostConfig":{"NetworkMode":"alice-net"}}"#);
        assert!(named.networking_config.is_none(), "a name that is no piece of an id stays as it is");
    }

    #[test]
    fn what_is_made_is_marked_where_the_policy_says_so() {
        let table = format!("{DENY}\nstamp = true");
        assert_eq!(says(&table, "{}"), "fill: --label io.sdocker.owner=alice");
        assert_eq!(says(&table, r#"{"Labels":{"io.sdocker.owner":"1000"}}"#), "pass");
        assert_eq!(says(DENY, "{}"), "pass");
        assert_eq!(says(&format!("{DENY}\nstamp = false"), "{}"), "pass");
    }
}
