//! The host's network.

use super::{Breach, Case, Check, Opinion, Rule, namespace};
use crate::request::references::{CONTAINER, ENDPOINTS, NETWORK_MODE, Way, endpoints, references};
use crate::request::{Facts, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("host-network"),
    doc: "\
## What
A container asks for the host's network: `--network host`, in the long form, as one of several networks, by the network's
id, or by a path.

## Why
It reaches whatever listens on the host's loopback address, which programs take for their own user; it can listen on every
port, and its traffic passes no rule that is made for containers.

## Instead
Publish the ports that others need: `-p 8080:80`. A program that must reach the host finds it under a name by
`--add-host host.docker.internal:host-gateway`.
",
    fields: &["HostConfig.NetworkMode", "NetworkingConfig.EndpointsConfig"],
    keys: &[],
    open_keys: &[],
    silence: "no network named: the engine's default one",
    breach: "the host's network, or a mode that is no network's name",
    rewrites: false,
    sources: &["CIS Docker 5.10", "PSS baseline: host namespaces", "OWASP Docker rule 5"],
    load: |_| Some(Box::new(HostNetwork)),
};

const SHARES: &str = "the container would be on this host's own network, its loopback address included";

#[derive(Debug)]
struct HostNetwork;

impl Check for HostNetwork {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let body = &case.request.body;
        let mode = body.host_config.network_mode.as_str();
        if let Some(breach) = named(NETWORK_MODE, mode).filter(|_| !mode.starts_with(CONTAINER)) {
            return out.breach(breach);
        }
        endpoints(body)
            .filter_map(|(name, _)| named(member(ENDPOINTS, name), name))
            .for_each(|breach| out.breach(breach));
        for reference in references(body).iter().filter(|reference| reference.way == Way::Network) {
            if is_the_hosts(&reference.name, case.facts) {
                out.breach(breach(&reference.pointer, "host"));
            }
        }
    }
}

/// A name that is the host's network, or none at all: the engine's own names have no colon, and other engines take what
/// stands behind one for a path.
fn named(pointer: impl Into<String>, name: &str) -> Option<Breach> {
    let is_host = name.trim().eq_ignore_ascii_case("host");
    (is_host || name.contains(':')).then(|| breach(pointer, if is_host { "host" } else { name }))
}

/// Where some rule looked the network up.
fn is_the_hosts(name: &str, facts: &Facts) -> bool {
    facts.network(name).is_ok_and(|network| network.driver == "host" || network.name == "host")
}

fn breach(pointer: impl Into<String>, mode: &str) -> Breach {
    namespace::breach(pointer, mode, SHARES).help("leave `--network` out, and publish what others need: `-p 8080:80`")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::wire::{ContainerCreate, EndpointSettings, NetworkingConfig};
    use crate::request::{Fact, NetworkFacts};

    fn bench() -> Bench {
        Bench::new(&RULE, "action = \"deny\"")
    }

    fn mode(mode: &str) -> String {
        bench().of(|body| body.host_config.network_mode = mode.to_owned())
    }

    fn joins(body: &mut ContainerCreate, names: &[&str]) {
        let endpoints = names.iter().map(|name| ((*name).to_owned(), Some(EndpointSettings::default())));
        body.networking_config = Some(NetworkingConfig { endpoints_config: endpoints.collect() });
    }

    #[test]
    fn the_hosts_network_is_refused_by_every_name() {
        for name in ["host", "HOST", "host ", "ns:/proc/1/ns/net", "slirp4netns:x"] {
            assert_eq!(mode(name), "deny", "{name}");
        }
        for names in [&["host"][..], &["backend", "host"], &["Host"], &["ns:/x"], &["container:web"]] {
            assert_eq!(bench().of(|body| joins(body, names)), "deny", "{names:?}");
        }
    }

    #[test]
    fn so_it_is_by_its_id() {
        let network = NetworkFacts { name: "host".to_owned(), driver: "host".to_owned(), ..NetworkFacts::default() };
        let mut facts = facts();
        facts.networks.insert("78c7".to_owned(), Fact::Known(network));
        let by_mode = asking(|body| body.host_config.network_mode = "78c7".to_owned());
        let by_endpoint = asking(|body| {
            let settings = EndpointSettings { network_id: "78c7".to_owned(), ..EndpointSettings::default() };
            let endpoints_config = [("own".to_owned(), Some(settings))].into();
            body.networking_config = Some(NetworkingConfig { endpoints_config });
        });
        assert_eq!(bench().says(&by_mode, &facts), "deny");
        assert_eq!(bench().says(&by_endpoint, &facts), "deny");
    }

    #[test]
    fn every_other_network_passes() {
        for name in ["", "default", "bridge", "none", "backend", "hosts", "container:web"] {
            assert_eq!(mode(name), "pass", "{name}");
        }
        assert_eq!(bench().of(|body| joins(body, &["a", "b"])), "pass");
    }
}
