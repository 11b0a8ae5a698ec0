//! Ports of the host that lead into a container.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr};

use super::glob::{List, listed};
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::ports::{BINDINGS, Named, PortRange, Published, bracketed, inside, option, published};
use crate::request::wire::{ContainerCreate, PortBinding};
use crate::request::{Change, Needs, Origin, Origins, Request, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("ports"),
    doc: "\
## What
A container publishes a port on an address, or at a port of the host, that is not in `allow`. One that names no address gets
`address`; `-P` becomes one binding there for each port that the request and the image expose. What is judged is what the
engine makes of it: an address that it cannot read stands for all of them, and no port for any free one. The network makes no
difference, since a container can be moved to another one.

## Why
A published port is open to everybody who reaches the host, past its firewall: the engine writes its own rules before those.
Ports below 1024 are where people expect the machine's own services.

## Instead
Publish on the loopback address, `-p 127.0.0.1:8080:80`, and let a web server or a tunnel do the rest.
",
    fields: &["HostConfig.PortBindings", "HostConfig.PublishAllPorts"],
    keys: &[
        Key::free("address", Takes::Text, "the address of ports that name none"),
        Key::free("allow", Takes::Texts, "ADDRESS:PORTS, such as 127.0.0.1:1024-65535; `*` is any address"),
    ],
    open_keys: &[],
    silence: "no address before a port, and `-P`",
    breach: "an address and port outside `allow`, or what is neither",
    rewrites: true,
    sources: &["CIS Docker 5.8, 5.9, 5.14", "OWASP Docker rule 5a", "PSS baseline: host ports"],
    load,
};

const PUBLISH_ALL: &str = "/HostConfig/PublishAllPorts";

const EVERYBODY: &str = "every network that this host is in";

/// What the engine chooses from where no port is named, whatever the machine's own range is.
const FREE: PortRange = PortRange { from: 32768, to: 65535 };

/// Below are the ports of the machine's own services.
const UNPRIVILEGED: u16 = 1024;

/// What is proposed in place of a port below: 8080 for 80, 8443 for 443.
const RAISE: u16 = 8000;

/// An address as the policy names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Address(IpAddr);

impl FromNode for Address {
    const EXPECTED: &'static str = "an address, such as \"127.0.0.1\"";
    fn from_value(value: &Value) -> Option<Self> {
        String::from_value(value)?.parse::<IpAddr>().ok().map(|address| Self(address.to_canonical()))
    }
}

/// Ports of one address, or of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowed {
    address: Option<IpAddr>,
    ports: PortRange,
}

impl FromNode for Allowed {
    const EXPECTED: &'static str =
        "ADDRESS:PORTS, such as \"127.0.0.1:1024-65535\" or \"[::1]:8080\"; `*` is any address";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let (address, ports) = text.rsplit_once(':')?;
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let address = match (address, bare) {
            ("*", _) => None,
            (_, Some(inside)) => Some(IpAddr::V6(inside.parse().ok()?)),
            (address, None) => Some(IpAddr::V4(address.parse().ok()?)),
        };
        let ports = PortRange::parse(ports).filter(|ports| ports.from > 0)?;
        Some(Self { address: address.map(|address| address.to_canonical()), ports })
    }
}

impl Allowed {
    fn is_for(&self, address: IpAddr) -> bool {
        self.address.is_none_or(|own| own == address)
    }
}

fn load(settings: &mut Settings<'_>) -> Option<Box<dyn Check>> {
    let ports = Ports { address: settings.get("address"), allow: settings.list("allow") };
    if let Some(address) = ports.address.as_ref().filter(|address| ports.any_port(address.value.0).is_none()) {
        settings.object(&address.spot, format!("`allow` has no port of {}", address.value.0));
    }
    Some(Box::new(ports))
}

#[derive(Debug)]
struct Ports {
    address: Option<Setting<Address>>,
    allow: List<Allowed>,
}

/// What is wrong with a binding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Fault {
    /// No address at all, which the engine takes for every one.
    NotAnAddress(String),
    /// No port at all.
    NotAPort(String),
    /// A port that only the machine's own services should have.
    Privileged,
    /// Not in the list.
    Outside(IpAddr),
}

/// Bindings with one fault, out of one `-p`.
struct Faulty<'p> {
    fault: Fault,
    bindings: Vec<&'p Published>,
    /// All bindings of that `-p`, the others among them.
    whole: Vec<&'p Published>,
}

impl Check for Ports {
    fn needs(&self, request: &Request, _looks: bool) -> Needs {
        let image = request.body.host_config.publish_all_ports && self.address.is_some();
        Needs { image, ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let published = published(&case.request.body);
        for binding in &published {
            self.fill(binding, out);
        }
        for faulty in self.faults(&published, &case.request.origins) {
            if let Some(breach) = self.breach(&faulty) {
                out.breach(breach);
            }
        }
        if case.request.body.host_config.publish_all_ports {
            self.publish_all(case, out);
        }
    }
}

impl Ports {
    fn home(&self) -> Option<IpAddr> {
        self.address.as_ref().map(|address| address.value.0)
    }

    /// Entries of the list for an address.
    fn entries(&self, address: IpAddr) -> impl Iterator<Item = PortRange> {
        let all = self.allow.iter().flat_map(|allow| &allow.value);
        all.filter(move |entry| entry.value.is_for(address)).map(|entry| entry.value.ports)
    }

    /// Without a list nothing is gated.
    fn permits(&self, address: IpAddr, port: Option<PortRange>) -> bool {
        self.allow.is_none() || self.entries(address).any(|entry| entry.covers(port.unwrap_or(FREE)))
    }

    /// A port of an address where any free one is wanted: the engine's choice, or the first range of the list.
    fn any_port(&self, address: IpAddr) -> Option<Option<PortRange>> {
        if self.permits(address, None) { Some(None) } else { self.entries(address).next().map(Some) }
    }

    fn fill(&self, binding: &Published, out: &mut Opinion) {
        let (Named::Nothing, Some(address)) = (&binding.address, &self.address) else { return };
        let changes = vec![set_address(binding, address.value.0)];
        let meaning = option(address.value.0, binding.port.value(), &binding.container, &binding.protocol);
        out.fill(Fill { changes, meaning, spot: address.spot.clone() });
    }

    /// Faults, those of one `-p` together, in the order of the body.
    fn faults<'p>(&self, published: &'p [Published], origins: &Origins) -> Vec<Faulty<'p>> {
        let mut options: HashMap<Origin, Vec<&'p Published>> = HashMap::new();
        for binding in published {
            options.entry(origins.of(&binding.pointer)).or_default().push(binding);
        }
        let mut places: HashMap<(Fault, Origin), usize> = HashMap::new();
        let mut all: Vec<Faulty<'p>> = Vec::new();
        for binding in published {
            let Some(fault) = self.fault(binding) else { continue };
            let origin = origins.of(&binding.pointer);
            let place = *places.entry((fault.clone(), origin.clone())).or_insert(all.len());
            match all.get_mut(place) {
                Some(faulty) => faulty.bindings.push(binding),
                None => {
                    let whole = options.get(&origin).cloned().unwrap_or_default();
                    all.push(Faulty { fault, bindings: vec![binding], whole });
                }
            }
        }
        all
    }

    fn fault(&self, binding: &Published) -> Option<Fault> {
        let address = match &binding.address {
            Named::Unreadable(text) => return Some(Fault::NotAnAddress(text.clone())),
            Named::Value(address) => *address,
            Named::Nothing => self.home().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        };
        let port = match &binding.port {
            Named::Unreadable(text) => return Some(Fault::NotAPort(text.clone())),
            port => port.value(),
        };
        if self.permits(address, port) {
            return None;
        }
        let is_low = port.is_some_and(|port| port.from < UNPRIVILEGED);
        Some(if is_low { Fault::Privileged } else { Fault::Outside(address) })
    }

    fn breach(&self, faulty: &Faulty<'_>) -> Option<Breach> {
        let ports = match ports(&faulty.bindings) {
            None => "a free port".to_owned(),
            Some(ports) if ports.from == ports.to => format!("port {ports}"),
            Some(ports) => format!("ports {ports}"),
        };
        let message = match &faulty.fault {
            Fault::NotAnAddress(text) => {
                format!("`{text}` is no address, and the engine would open {ports} on all of them")
            }
            Fault::NotAPort(text) => format!("`{text}` is no port of this host"),
            Fault::Privileged => {
                format!("{ports} may not be published: those below {UNPRIVILEGED} are for this host's own services")
            }
            Fault::Outside(address) if address.is_unspecified() => format!("{ports} would be open to {EVERYBODY}"),
            Fault::Outside(address) => format!("{ports} on {address} is not among those that may be published"),
        };
        let breach = Breach::new(faulty.bindings.first()?.pointer.clone(), message);
        let breach = match &self.allow {
            Some(allow) => breach.bound(&allow.spot),
            None => breach,
        };
        Some(match &faulty.fault {
            Fault::NotAPort(_) => breach.help("write a port or a range of ports: `-p 127.0.0.1:8080:80`"),
            Fault::Privileged => self.with_another_port(breach, faulty),
            Fault::NotAnAddress(_) | Fault::Outside(_) => self.with_another_address(breach, faulty),
        })
    }

    /// The whole `-p` at higher ports.
    fn with_another_port(&self, breach: Breach, faulty: &Faulty<'_>) -> Breach {
        let asked = faulty.whole.first().and_then(|binding| binding.address.value());
        let raised = ports(&faulty.whole).and_then(|ports| ports.raised(RAISE));
        match asked.into_iter().chain(self.home()).find(|address| raised.is_some() && self.permits(*address, raised)) {
            Some(address) => breach.help(format!("use another port: `{}`", shown(address, raised, &faulty.whole))),
            None => self.with_the_list(breach),
        }
    }

    /// The same port on the policy's address, or any port where any would do.
    fn with_another_address(&self, breach: Breach, faulty: &Faulty<'_>) -> Breach {
        let ports = ports(&faulty.bindings);
        let same = self.home().filter(|home| self.permits(*home, ports)).map(|home| (home, ports));
        let free = || {
            let asked = faulty.bindings.first().and_then(|binding| binding.address.value());
            let addresses = asked.into_iter().chain(self.home()).filter(|_| ports.is_none());
            addresses.filter_map(|address| Some((address, self.any_port(address)?))).next()
        };
        let Some((address, port)) = same.or_else(free) else { return self.with_the_list(breach) };
        let changes = faulty.bindings.iter().flat_map(|binding| moved(binding, address, port)).collect();
        let meaning = shown(address, port, &faulty.bindings);
        breach.help(format!("ask for `{meaning}`")).nearest(changes, meaning)
    }

    fn with_the_list(&self, breach: Breach) -> Breach {
        let entries = self.allow.iter().flat_map(|allow| &allow.value).map(|entry| {
            let address = entry.value.address.map_or_else(|| "*".to_owned(), bracketed);
            format!("{address}:{}", entry.value.ports)
        });
        let entries: Vec<String> = entries.collect();
        breach.help(match listed(entries.iter().map(String::as_str)) {
            Some(entries) => format!("publish on one of {entries}, or leave it out"),
            None => "leave it out: no port may be published".to_owned(),
        })
    }

    /// `-P`: every exposed port that has no binding gets one, at the policy's address.
    fn publish_all(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(address) = &self.address else {
            if !self.permits(IpAddr::V4(Ipv4Addr::UNSPECIFIED), None) {
                let breach = Breach::new(PUBLISH_ALL, format!("every exposed port would be open to {EVERYBODY}"));
                out.breach(self.with_the_list(breach));
            }
            return;
        };
        let exposed = match case.facts.image.known() {
            Ok(image) => exposed(&case.request.body, &image.exposed_ports),
            Err(why) => return out.unknown(PUBLISH_ALL, "which ports the image exposes", &why),
        };
        let port = self.any_port(address.value.0).flatten();
        let mut changes = vec![Change::Set(PUBLISH_ALL.to_owned(), false.into())];
        let mut options = Vec::new();
        for key in exposed {
            let (container, protocol) = inside(key);
            if PortRange::parse(&container).is_none_or(|range| range.from != range.to) {
                let message = format!("`{key}` is exposed, and is not one port that could be published");
                let breach = Breach::new(PUBLISH_ALL, message).help("publish ports one by one: `-p 127.0.0.1::80`");
                return out.breach(breach);
            }
            let binding = PortBinding {
                host_ip: address.value.0.to_string(),
                host_port: port.map(|port| port.to_string()).unwrap_or_default(),
            };
            changes.push(Change::Set(member(BINDINGS, key), serde_json::json!([binding])));
            options.push(option(address.value.0, port, &container, &protocol));
        }
        let meaning = if options.is_empty() { "--publish-all=false".to_owned() } else { options.join(" ") };
        out.fill(Fill { changes, meaning, spot: address.spot.clone() });
    }
}

/// The exposed ports that have no binding yet, of the request and of the image.
fn exposed<'k>(body: &'k ContainerCreate, image: &'k [String]) -> BTreeSet<&'k str> {
    let bound = |key: &str| matches!(body.host_config.port_bindings.get(key), Some(Some(list)) if !list.is_empty());
    let all = body.exposed_ports.keys().chain(image).map(String::as_str);
    all.filter(|key| !bound(key)).collect()
}

/// The ports of the host from the lowest to the highest; nothing where any free one is meant.
fn ports(bindings: &[&Published]) -> Option<PortRange> {
    bindings.iter().filter_map(|binding| binding.port.value()).reduce(PortRange::and)
}

fn set_address(binding: &Published, address: IpAddr) -> Change {
    Change::Set(format!("{}/HostIp", binding.pointer), address.to_string().into())
}

/// The changes that move a binding to an address, and to a port where any would do.
fn moved(binding: &Published, address: IpAddr, port: Option<PortRange>) -> Vec<Change> {
    let mut changes = vec![set_address(binding, address)];
    if let (Named::Nothing, Some(port)) = (&binding.port, port) {
        changes.push(Change::Set(format!("{}/HostPort", binding.pointer), port.to_string().into()));
    }
    changes
}

/// Docker's option for bindings that belong together.
fn shown(address: IpAddr, port: Option<PortRange>, bindings: &[&Published]) -> String {
    let ranges: Option<Vec<PortRange>> = bindings.iter().map(|binding| PortRange::parse(&binding.container)).collect();
    let whole = ranges.and_then(|ranges| ranges.into_iter().reduce(PortRange::and)).map(|range| range.to_string());
    let first = bindings.first();
    let container = whole.or(first.map(|binding| binding.container.clone())).unwrap_or_default();
    option(address, port, &container, first.map_or("tcp", |binding| &binding.protocol))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{Fact, Facts, ImageFacts, apply};

    const LOOPBACK: &str = "address = \"127.0.0.1\"\nallow = [\"127.0.0.1:1024-65535\", \"[::1]:1024-65535\"]";

    fn table(action: &str) -> String {
        format!("action = \"{action}\"\n{LOOPBACK}")
    }

    fn publishing(bindings: &[(&str, &str, &str)]) -> Request {
        asking(|body| {
            for (key, host_ip, host_port) in bindings {
                let binding = PortBinding { host_ip: (*host_ip).to_owned(), host_port: (*host_port).to_owned() };
                let slot = body.host_config.port_bindings.entry((*key).to_owned()).or_default();
                slot.get_or_insert_default().push(binding);
            }
        })
    }

    /// As typed in one `-p`.
    fn typed(bindings: &[(&str, &str, &str)]) -> Request {
        let mut request = publishing(bindings);
        request.origins.set(BINDINGS, Origin::Token { index: 1, bytes: 0..1 });
        request
    }

    fn says(table: &str, bindings: &[(&str, &str, &str)]) -> String {
        Bench::new(&RULE, table).says(&publishing(bindings), &facts())
    }

    #[test]
    fn an_unnamed_address_is_filled() {
        for (action, port, meaning) in [
            ("rewrite", "8080", "fill: -p 127.0.0.1:8080:80"),
            ("deny", "8080", "fill: -p 127.0.0.1:8080:80"),
            ("deny", "", "fill: -p 127.0.0.1::80"),
            ("deny", "0", "fill: -p 127.0.0.1::80"),
            ("deny", "8080-8090", "fill: -p 127.0.0.1:8080-8090:80"),
        ] {
            assert_eq!(says(&table(action), &[("80/tcp", "", port)]), meaning);
        }
        let range = [("80/udp", "", "8080"), ("81/udp", "", "8081")];
        assert_eq!(says(&table("deny"), &range), "fill: -p 127.0.0.1:8080:80/udp, fill: -p 127.0.0.1:8081:81/udp");
    }

    #[test]
    fn what_is_allowed_stands() {
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"] {
            for port in ["8080", "1024", "65535", "08080", "8080-8090", "", "0", "0-0"] {
                assert_eq!(says(&table("deny"), &[("80/tcp", address, port)]), "pass", "{address} {port}");
            }
        }
    }

    #[test]
    fn other_addresses_are_refused_or_moved() {
        for address in [
            "0.0.0.0",
            "::",
            "0:0:0:0:0:0:0:0",
            "::ffff:0.0.0.0",
            "10.0.0.5",
            "127.0.0.2",
            "localhost",
            "127.1",
            "0",
            "[::1]",
            "127.0.0.1 ",
            "0127.0.0.1",
            "fe80::1%lo",
            "*",
        ] {
            let asked = [("80/tcp", address, "8080")];
            assert_eq!(says(&table("deny"), &asked), "deny", "{address}");
            assert_eq!(says(&table("rewrite"), &asked), "rewrite: -p 127.0.0.1:8080:80", "{address}");
        }
    }

    #[test]
    fn privileged_ports_are_refused_wherever_they_hide() {
        for (address, port) in [
            ("", "22"),
            ("127.0.0.1", "443"),
            ("", "1023"),
            ("", "0-100"),
            ("", "1000-1030"),
            ("0.0.0.0", "80"),
            ("", "022"),
        ] {
            let said = says(&table("rewrite"), &[("80/tcp", address, port)]);
            assert!(said.starts_with("deny"), "{address} {port}: {said}");
        }
        for port in ["+80", " 80", "80 ", "0x50", "65536", "1-2-3", "90-80", "-", "http"] {
            let said = says(&table("rewrite"), &[("80/tcp", "127.0.0.1", port)]);
            assert!(said.starts_with("deny"), "{port}: {said}");
        }
    }

    #[test]
    fn an_allowed_service_may_have_its_port() {
        let web =
            "action = \"deny\"\naddress = \"127.0.0.1\"\nallow = [\"127.0.0.1:1024-65535\", \"*:80\", \"0.0.0.0:443\"]";
        assert_eq!(says(web, &[("80/tcp", "0.0.0.0", "80")]), "pass");
        assert_eq!(says(web, &[("80/tcp", "10.0.0.5", "80")]), "pass");
        assert_eq!(says(web, &[("443/tcp", "0.0.0.0", "443")]), "pass");
        assert_eq!(says(web, &[("443/tcp", "10.0.0.5", "443")]), "deny");
        assert_eq!(says("action = \"deny\"", &[("80/tcp", "0.0.0.0", "22")]), "pass", "no list, no gate");
        assert_eq!(says("action = \"deny\"\nallow = []", &[("80/tcp", "", "8080")]), "deny");
        assert_eq!(says("action = \"deny\"\nallow = [\"0.0.0.0:8080\"]", &[("80/tcp", "", "8080")]), "pass");
    }

    #[test]
    fn a_free_port_comes_out_of_the_allowed_range() {
        let narrow = "action = \"rewrite\"\naddress = \"127.0.0.1\"\nallow = [\"127.0.0.1:8000-8010\"]";
        let mut request = publishing(&[("80/tcp", "", "")]);
        let bench = Bench::new(&RULE, narrow);
        let outcome = bench.outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        let binding = PortBinding { host_ip: "127.0.0.1".to_owned(), host_port: "8000-8010".to_owned() };
        assert_eq!(request.body.host_config.port_bindings["80/tcp"], Some(vec![binding]));
        assert_eq!(bench.says(&request, &facts()), "pass");
        assert_eq!(says(narrow, &[("80/tcp", "127.0.0.1", "9000")]), "deny");
    }

    #[test]
    fn one_option_is_told_in_one_breath_and_the_way_on_passes() {
        let told = |bindings: &[(&str, &str, &str)]| {
            let outcome = Bench::new(&RULE, &table("deny")).outcome(&typed(bindings), &facts());
            assert_eq!(outcome.findings.len(), 1);
            let help = outcome.findings[0].help[0].clone();
            (outcome.findings[0].message.clone(), help.split('`').nth(1).unwrap().to_owned())
        };
        let range = [("999/tcp", "", "999"), ("1000/tcp", "", "1000"), ("1001/tcp", "", "1001")];
        let (message, way_on) = told(&range);
        assert!(message.starts_with("ports 999-1001 may not be published"), "{message}");
        assert_eq!(way_on, "-p 127.0.0.1:8999-9001:999-1001");
        let (message, way_on) = told(&[("1023/tcp", "", "1023"), ("1024/tcp", "", "1024")]);
        assert!(message.starts_with("port 1023 may not be published"), "{message}");
        assert_eq!(way_on, "-p 127.0.0.1:9023-9024:1023-1024", "the whole option, not the part that is wrong");
        assert_eq!(told(&[("80/tcp", "127.0.0.1", "80")]).1, "-p 127.0.0.1:8080:80");
        assert_eq!(told(&[("443/tcp", "::1", "443")]).1, "-p [::1]:8443:443");
        assert_eq!(
            told(&[("80/udp", "0.0.0.0", "9000"), ("81/udp", "0.0.0.0", "9001")]).1,
            "-p 127.0.0.1:9000-9001:80-81/udp"
        );
        assert_eq!(told(&[("80/tcp", "0.0.0.0", "")]).1, "-p 127.0.0.1::80");
        for (address, port) in [("127.0.0.1", "8999-9001"), ("127.0.0.1", "8080"), ("::1", "8443"), ("127.0.0.1", "")] {
            assert_eq!(says(&table("deny"), &[("80/tcp", address, port)]), "pass", "{address} {port}");
        }
    }

    #[test]
    fn every_posted_binding_is_judged_alone() {
        let outcome = Bench::new(&RULE, &table("deny")).outcome(
            &publishing(&[("22/tcp", "", "22"), ("80/tcp", "0.0.0.0", "8080"), ("80/tcp", "127.0.0.1", "8081")]),
            &facts(),
        );
        assert_eq!(outcome.findings.len(), 2);
        assert_eq!(outcome.findings[1].primary.0, Origin::Pointer("/HostConfig/PortBindings/80~1tcp/0".to_owned()));
    }

    fn exposing(image: &[&str]) -> Facts {
        let exposed_ports = image.iter().map(|port| (*port).to_owned()).collect();
        Facts { image: Fact::Known(ImageFacts { exposed_ports, ..ImageFacts::default() }), ..facts() }
    }

    #[test]
    fn all_ports_are_those_of_request_and_image() {
        let mut request = publishing(&[("80/tcp", "127.0.0.1", "8080")]);
        request.body.host_config.publish_all_ports = true;
        request.body.exposed_ports = ["80/tcp", "81/tcp"].map(|port| (port.to_owned(), <_>::default())).into();
        let bench = Bench::new(&RULE, &table("deny"));
        let facts = exposing(&["80/tcp", "53/udp"]);
        assert_eq!(bench.says(&request, &facts), "fill: -p 127.0.0.1::53/udp -p 127.0.0.1::81");
        let outcome = bench.outcome(&request, &facts);
        apply(&mut request, &outcome.rewrites).unwrap();
        let host = &request.body.host_config;
        assert!(!host.publish_all_ports);
        let loopback = PortBinding { host_ip: "127.0.0.1".to_owned(), host_port: String::new() };
        for key in ["53/udp", "81/tcp"] {
            assert_eq!(host.port_bindings[key], Some(vec![loopback.clone()]), "{key}");
        }
        assert_eq!(host.port_bindings["80/tcp"].as_ref().unwrap()[0].host_port, "8080");
        assert_eq!(bench.says(&request, &facts), "pass");
    }

    #[test]
    fn all_ports_need_the_image_and_an_address() {
        let all = asking(|body| body.host_config.publish_all_ports = true);
        let says = |table: &str, facts: &Facts| Bench::new(&RULE, table).says(&all, facts);
        assert_eq!(says(&table("deny"), &Facts::default()), "deny", "nobody knows the image");
        assert_eq!(says(&table("deny"), &exposing(&[])), "fill: --publish-all=false");
        assert_eq!(says(&table("deny"), &exposing(&["80-81/tcp"])), "deny");
        assert_eq!(says("action = \"deny\"\nallow = [\"127.0.0.1:1024-65535\"]", &Facts::default()), "deny");
        assert_eq!(says("action = \"deny\"", &Facts::default()), "pass");
        assert!(Bench::new(&RULE, &table("allow")).needs(&all).image);
        assert!(!Bench::new(&RULE, "action = \"deny\"").needs(&all).image);
        assert!(!Bench::new(&RULE, &table("deny")).needs(&asking(|_| {})).image);
    }

    #[test]
    fn an_entry_that_could_match_nothing_is_none() {
        let read = |text: &str| Allowed::from_value(&Value::String(text.to_owned()));
        for bad in [
            "",
            "80",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:90-80",
            "localhost:80",
            "::1:80",
            "[127.0.0.1]:80",
            ":80",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(read("[::1]:80").is_some() && read("*:1-65535").is_some());
    }
}
