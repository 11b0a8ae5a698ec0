//! From `--network` and the older single-network flags to the endpoints of the new container.

use super::network::Network;
use crate::cli::draft::{Draft, member};
use crate::cli::typed::{Many, Traced, text_of};
use crate::cli::values::Said;
use crate::cli::values::addresses::is_mac;
use crate::cli::values::network::Attachment;
use crate::cli::values::quote::quote;
use crate::request::references::is_user_defined;
use crate::request::wire::{EndpointIpam, EndpointSettings, NetworkingConfig};

const POINTER: &str = "/NetworkingConfig/EndpointsConfig";

/// The first network takes the older flags; without any network it is docker's default one.
pub(crate) fn lower(network: &Network, draft: &mut Draft<'_>) -> Said<()> {
    let mut endpoints = NetworkingConfig::default();
    if network.networks.is_empty() {
        let endpoint = endpoint(&with_older_flags(&Attachment::of("default"), network)?)?;
        endpoints.endpoints_config.insert("default".to_owned(), Some(endpoint));
    }
    for (at, typed) in network.networks.iter().enumerate() {
        let wish = if at == 0 { with_older_flags(&typed.value, network)? } else { typed.value.clone() };
        let endpoint = endpoint(&wish)?;
        if endpoints.endpoints_config.contains_key(&wish.target) {
            return Err(format!("network {} is specified multiple times", quote(&wish.target)));
        }
        // A single network without wishes needs no endpoint: the engine makes it.
        if network.networks.len() > 1 || endpoint != EndpointSettings::default() {
            draft.mark_member(POINTER, &wish.target, &typed.origin);
            endpoints.endpoints_config.insert(wish.target, Some(endpoint));
        }
    }
    let user_defined = |n: &&Traced<Attachment>| is_user_defined(&n.value.target);
    let mixed = network.networks.iter().filter(user_defined).count();
    if mixed != 0 && mixed != network.networks.len() {
        let words = "conflicting options: cannot attach both user-defined and non-user-defined network-modes";
        return Err(words.to_owned());
    }
    draft.body.networking_config = Some(endpoints);
    mark_older_flags(network, draft);
    Ok(())
}

fn texts(typed: &Many<String>) -> Vec<String> {
    typed.iter().map(|t| t.value.clone()).collect()
}

fn with_older_flags(network: &Attachment, flags: &Network) -> Said<Attachment> {
    let mut network = network.clone();
    let both = |flag: &str, option: &str| {
        Err(format!("conflicting options: cannot specify both --{flag} and per-network {option}"))
    };
    let (ip, ip6, mac) = (text_of(&flags.ip), text_of(&flags.ip6), text_of(&flags.mac));
    if !network.aliases.is_empty() && !flags.aliases.is_empty() {
        return both("network-alias", "alias");
    }
    if !network.ipv4.is_empty() && !ip.is_empty() {
        return both("ip", "IPv4 address");
    }
    if !network.ipv6.is_empty() && !ip6.is_empty() {
        return both("ip6", "IPv6 address");
    }
    if !network.mac.is_empty() && !mac.is_empty() {
        return both("mac-address", "MAC address");
    }
    if !network.link_local.is_empty() && !flags.link_local.is_empty() {
        return both("link-local-ip", "link-local IP addresses");
    }
    if !flags.aliases.is_empty() {
        network.aliases = texts(&flags.aliases);
    }
    // On a user-defined network a link is an alias of the endpoint; on the default one it stays a legacy link.
    if is_user_defined(&network.target) && !flags.links.is_empty() {
        network.links = texts(&flags.links);
    }
    if !flags.link_local.is_empty() {
        network.link_local = texts(&flags.link_local);
    }
    for (text, slot) in [(ip, &mut network.ipv4), (ip6, &mut network.ipv6), (mac, &mut network.mac)] {
        if !text.is_empty() {
            text.clone_into(slot);
        }
    }
    Ok(network)
}

fn endpoint(network: &Attachment) -> Said<EndpointSettings> {
    if network.target.trim().is_empty() {
        return Err("no name set for network".to_owned());
    }
    if !is_user_defined(&network.target) && !network.aliases.is_empty() {
        return Err("network-scoped aliases are only supported for user-defined networks".to_owned());
    }
    if !network.mac.is_empty() && !is_mac(network.mac.trim()) {
        return Err(format!("{} is not a valid mac address", network.mac));
    }
    let addressed = !(network.ipv4.is_empty() && network.ipv6.is_empty() && network.link_local.is_empty());
    let ipam = EndpointIpam {
        ipv4_address: network.ipv4.clone(),
        ipv6_address: network.ipv6.clone(),
        link_local_ips: network.link_local.clone(),
    };
    Ok(EndpointSettings {
        ipam_config: addressed.then_some(ipam),
        links: network.links.clone(),
        aliases: network.aliases.clone(),
        mac_address: network.mac.clone(),
        driver_opts: network.driver_options.clone(),
        gw_priority: network.gateway_priority,
        ..EndpointSettings::default()
    })
}

/// Points the members of the first endpoint at the flags that set them.
fn mark_older_flags(flags: &Network, draft: &mut Draft<'_>) {
    let target = flags.networks.first().map_or("default", |n| n.value.target.as_str());
    let endpoint = member(POINTER, target);
    let first = |many: &Many<String>| many.first().map(|m| m.origin.clone());
    let once = |flag: &Option<Traced<String>>| flag.as_ref().map(|f| f.origin.clone());
    for (part, origin) in [
        ("Aliases", first(&flags.aliases)),
        ("MacAddress", once(&flags.mac)),
        ("IPAMConfig/IPv4Address", once(&flags.ip)),
        ("IPAMConfig/IPv6Address", once(&flags.ip6)),
        ("IPAMConfig/LinkLocalIPs", first(&flags.link_local)),
    ] {
        if let Some(origin) = origin {
            draft.mark(&format!("{endpoint}/{part}"), &origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, origin, refused};
    use crate::request::Origin;
    use crate::request::wire::{EndpointSettings, Map};

    fn endpoints(line: &str) -> Map<Option<EndpointSettings>> {
        body(line).networking_config.unwrap().endpoints_config
    }

    #[test]
    fn a_single_network_without_wishes_has_no_endpoint() {
        assert!(endpoints("--network net1 i").is_empty());
        assert!(endpoints("--network host i").is_empty());
        assert_eq!(endpoints("--network a --network b i").len(), 2);
        assert_eq!(endpoints("i").keys().collect::<Vec<_>>(), ["default"]);
    }

    #[test]
    fn the_older_flags_are_wishes_about_the_first_network() {
        let line = "--ip 10.0.0.2 --network-alias w --link a:b --network net1 --network net2 i";
        let first = endpoints(line).remove("net1").flatten().unwrap();
        assert_eq!(first.ipam_config.unwrap().ipv4_address, "10.0.0.2");
        assert_eq!((first.aliases, first.links), (vec!["w".to_owned()], vec!["a:b".to_owned()]));
        let from = origin(line, "/NetworkingConfig/EndpointsConfig/net1/IPAMConfig/IPv4Address");
        assert_eq!(from, Origin::Token { index: 3, bytes: 0..8 });
    }

    #[test]
    fn conflicts_are_refused_in_dockers_words() {
        for (line, words) in [
            (
                "--network name=a,alias=x --network-alias y i",
                "cannot specify both --network-alias and per-network alias",
            ),
            ("--network host --network a i", "cannot attach both user-defined and non-user-defined network-modes"),
            ("--network-alias x i", "network-scoped aliases are only supported for user-defined networks"),
            ("--network a --network a i", "network \"a\" is specified multiple times"),
            ("--network name=a,mac-address=x i", "x is not a valid mac address"),
        ] {
            assert!(refused(line).contains(words), "{line}: {}", refused(line));
        }
    }
}
