//! Networks, names, addresses and ports.

use super::endpoints;
use crate::cli::draft::{Draft, Warning, member};
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Once, text_of};
use crate::cli::values::network::{Attachment, attachment};
use crate::cli::values::{Said, addresses, ports};
use crate::request::wire::Empty;

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) networks: Many<Attachment>,
    pub(crate) aliases: Many<String>,
    pub(crate) links: Many<String>,
    pub(crate) ip: Once<String>,
    pub(crate) ip6: Once<String>,
    pub(crate) mac: Once<String>,
    pub(crate) link_local: Many<String>,
    dns: Many<String>,
    dns_options: Many<String>,
    dns_search: Many<String>,
    add_host: Many<String>,
    publish: Many<String>,
    publish_all: Once<bool>,
    expose: Many<String>,
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::list("network", "network", "Connect a container to a network", |t, arg| {
        arg.parse_each(&mut t.network.networks, attachment)
    })
    .aliases(&["net"]),
    Flag::list("network-alias", "list", "Add network-scoped alias for the container", |t, arg| {
        arg.each(&mut t.network.aliases)
    })
    .aliases(&["net-alias"]),
    Flag::list("link", "list", "Add link to another container", |t, arg| {
        arg.parse_each(&mut t.network.links, addresses::link)
    }),
    Flag::value("ip", "string", "IPv4 address (e.g., 172.30.100.104)", |t, arg| arg.text(&mut t.network.ip)),
    Flag::value("ip6", "string", "IPv6 address (e.g., 2001:db8::33)", |t, arg| arg.text(&mut t.network.ip6)),
    Flag::list("link-local-ip", "list", "Container IPv4/IPv6 link-local addresses", |t, arg| {
        arg.each(&mut t.network.link_local)
    }),
    Flag::value("mac-address", "string", "Container MAC address (e.g., 92:d0:c6:0a:29:33)", |t, arg| {
        arg.text(&mut t.network.mac)
    }),
    Flag::list("dns", "list", "Set custom DNS servers", |t, arg| arg.parse_each(&mut t.network.dns, addresses::ip)),
    Flag::list("dns-option", "list", "Set DNS options", |t, arg| arg.each(&mut t.network.dns_options))
        .aliases(&["dns-opt"]),
    Flag::list("dns-search", "list", "Set custom DNS search domains", |t, arg| {
        arg.parse_each(&mut t.network.dns_search, addresses::search_domain)
    }),
    Flag::list("add-host", "list", "Add a custom host-to-IP mapping (host:ip)", |t, arg| {
        arg.parse_each(&mut t.network.add_host, addresses::extra_host)
    }),
    Flag::list("publish", "list", "Publish a container's port(s) to the host", |t, arg| {
        arg.each(&mut t.network.publish)
    })
    .short('p'),
    Flag::switch("publish-all", "Publish all exposed ports to random ports", |t, arg| {
        arg.switch(&mut t.network.publish_all)
    })
    .short('P'),
    Flag::list("expose", "list", "Expose a port or a range of ports", |t, arg| arg.each(&mut t.network.expose)),
];

impl Network {
    /// Docker judges this before anything else of the body.
    pub(crate) fn check_mac(&self) -> Said<()> {
        let mac = text_of(&self.mac);
        if mac.is_empty() || addresses::is_mac(mac.trim()) {
            return Ok(());
        }
        Err(format!("{mac} is not a valid mac address"))
    }

    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        draft.put("/HostConfig/PublishAllPorts", &self.publish_all, |b| &mut b.host_config.publish_all_ports);
        draft.extend("/HostConfig/Dns", &self.dns, |b| &mut b.host_config.dns);
        draft.extend("/HostConfig/DnsOptions", &self.dns_options, |b| &mut b.host_config.dns_options);
        draft.extend("/HostConfig/DnsSearch", &self.dns_search, |b| &mut b.host_config.dns_search);
        draft.extend("/HostConfig/ExtraHosts", &self.add_host, |b| &mut b.host_config.extra_hosts);
        draft.extend("/HostConfig/Links", &self.links, |b| &mut b.host_config.links);
        draft.body.host_config.network_mode = "default".to_owned();
        if let Some(first) = self.networks.first() {
            draft.body.host_config.network_mode.clone_from(&first.value.target);
            draft.mark("/HostConfig/NetworkMode", &first.origin);
        }
    }

    pub(crate) fn warn_of_local_dns(&self, draft: &mut Draft<'_>) {
        if let Some(dns) = self.dns.iter().find(|dns| addresses::is_local_dns(&dns.value)) {
            let words = format!("WARNING: Localhost DNS ({}) may fail in containers.", dns.value);
            draft.warnings.push(Warning::Plain(words));
        }
    }

    /// Published ports are exposed as well. Each list is read whole before the next, as docker does.
    pub(crate) fn lower_ports(&self, draft: &mut Draft<'_>) -> Said<()> {
        for typed in self.publish.iter().filter(|p| p.value.contains('=')) {
            ports::check_fields(&typed.value)?;
        }
        for typed in &self.publish {
            for published in ports::publish(&typed.value)? {
                draft.mark_member("/ExposedPorts", &published.port, &typed.origin);
                draft.body.exposed_ports.insert(published.port.clone(), Empty {});
                let pointer = member("/HostConfig/PortBindings", &published.port);
                let bindings = draft.body.host_config.port_bindings.entry(published.port).or_default();
                let bindings = bindings.get_or_insert_default();
                let at = bindings.len();
                bindings.push(published.binding);
                draft.mark(&format!("{pointer}/{at}"), &typed.origin);
            }
        }
        for typed in &self.expose {
            for port in ports::expose(&typed.value)? {
                draft.mark_member("/ExposedPorts", &port, &typed.origin);
                draft.body.exposed_ports.insert(port, Empty {});
            }
        }
        Ok(())
    }

    pub(crate) fn lower_endpoints(&self, draft: &mut Draft<'_>) -> Said<()> {
        endpoints::lower(self, draft)
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::Warning;
    use crate::cli::testing::{asked, body, origin, refused};
    use crate::request::Origin;

    #[test]
    fn published_ports_are_exposed_too() {
        let body = body("-p 8080:80 -p 81:80 --expose 90-91/udp i");
        let bindings = body.host_config.port_bindings.get("80/tcp").cloned().flatten().unwrap();
        assert_eq!(bindings.iter().map(|b| b.host_port.as_str()).collect::<Vec<_>>(), ["8080", "81"]);
        assert_eq!(body.exposed_ports.keys().collect::<Vec<_>>(), ["80/tcp", "90/udp", "91/udp"]);
        let from = origin("-p 81:80 -p 8080:80 i", "/HostConfig/PortBindings/80~1tcp/1");
        assert_eq!(from, Origin::Token { index: 5, bytes: 0..7 });
    }

    #[test]
    fn aliases_of_flags_are_named_in_complaints() {
        assert!(refused("--net name=a,b i").contains("for \"--net\" flag: invalid field b"));
    }

    #[test]
    fn a_local_name_server_is_warned_of() {
        let warnings = asked("--dns 8.8.8.8 --dns 127.0.0.1 i").warnings;
        assert_eq!(warnings, [Warning::Plain("WARNING: Localhost DNS (127.0.0.1) may fail in containers.".to_owned())]);
    }
}
