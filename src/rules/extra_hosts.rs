//! Names that a container finds in its hosts file.

use std::net::IpAddr;

use super::glob::List;
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Glob, Key, Setting, Settings, Takes, Value};
use crate::request::{Change, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("extra-hosts"),
    doc: "\
## What
A container asks for a line in its hosts file (`--add-host NAME:ADDRESS`) that leads to what is in `deny`, or that is not in
`allow`. An entry of either list is an address, a network (`169.254.0.0/16`), the word `host-gateway`, or a pattern of names
(`*.internal`).

## Why
A name in the hosts file is believed by every program inside, before any name server is asked: a registry or an update
server can be somebody else's machine. The addresses at which a cloud hands out its credentials are behind a harmless name.
`host-gateway` is the machine itself; a container on a bridge can reach it in any case, so that only its name is new.

## Instead
Let a name server answer, or put both containers on a network of their own, where each has its name.
",
    fields: &["HostConfig.ExtraHosts"],
    keys: &[
        Key::adding("deny", Takes::Texts, "addresses, networks, `host-gateway` and patterns of names that nobody may ask for"),
        Key::free("allow", Takes::Texts, "those that may be asked for; any where it is left out"),
    ],
    open_keys: &[],
    silence: "no such line",
    breach: "a line of `deny`, one outside `allow`, or one that cannot be read",
    rewrites: true,
    sources: &["OWASP Docker rule 5", "instance metadata services of clouds"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(ExtraHosts { deny: settings.list("deny"), allow: settings.list("allow") }))
    },
};

const GATEWAY: &str = "host-gateway";

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// The machine itself.
    Gateway,
    /// Addresses that begin with the same bits.
    Network(IpAddr, u8),
    /// A pattern of names.
    Name(Glob),
}

impl FromNode for Pattern {
    const EXPECTED: &'static str =
        "an address, a network such as \"169.254.0.0/16\", \"host-gateway\" or a pattern of names";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        if text == GATEWAY {
            return Some(Self::Gateway);
        }
        let (address, bits) = text.split_once('/').map_or((text.as_str(), None), |(a, bits)| (a, Some(bits)));
        if let Some(address) = address.parse::<IpAddr>().ok().map(|address| address.to_canonical()) {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Some(most), |bits| bits.parse().ok().filter(|bits| *bits <= most))?;
            return Some(Self::Network(address, bits));
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '*');
        // Digits, dots and stars would be meant for addresses, and match none.
        let sound = text.chars().all(is_name) && (text == "*" || text.contains(|c: char| c.is_ascii_alphabetic()));
        sound.then(|| Self::Name(Glob::new(&text.to_ascii_lowercase())))
    }
}

/// Where a line leads.
enum Target {
    Gateway,
    Address(IpAddr),
}

impl Pattern {
    fn matches(&self, name: &str, target: &Target) -> bool {
        match (self, target) {
            (Self::Gateway, Target::Gateway) => true,
            (Self::Network(network, bits), Target::Address(address)) => is_in(*address, *network, *bits),
            (Self::Name(pattern), _) => pattern.matches(name),
            _ => false,
        }
    }
}

/// Whether the first bits are the same.
fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (one, other, width) = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u128::from(one.to_bits()), u128::from(other.to_bits()), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    let shift = u32::from(width - bits);
    one.checked_shr(shift).unwrap_or(0) == other.checked_shr(shift).unwrap_or(0)
}

#[derive(Debug)]
struct ExtraHosts {
    deny: List<Pattern>,
    allow: List<Pattern>,
}

impl Check for ExtraHosts {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (index, text) in case.request.body.host_config.extra_hosts.iter().enumerate() {
            if let Some(breach) = self.breach(format!("/HostConfig/ExtraHosts/{index}"), text) {
                out.breach(breach);
            }
        }
    }
}

impl ExtraHosts {
    fn breach(&self, pointer: String, text: &str) -> Option<Breach> {
        let Some((name, target)) = read(text) else {
            let message = format!("`{text}` is no line of a hosts file");
            return Some(Breach::new(pointer, message).help("write `--add-host NAME:ADDRESS`"));
        };
        let leads = match target {
            Target::Gateway => format!("`{name}` would be this host itself"),
            Target::Address(address) => format!("`{name}` would lead to {address}"),
        };
        let matches = |entry: &&Setting<Pattern>| entry.value.matches(&name, &target);
        if let Some(entry) = self.deny.iter().flat_map(|list| &list.value).find(matches) {
            let breach = Breach::new(pointer, format!("{leads}, which no container may be told"));
            return Some(breach.bound(&entry.spot).help("leave it out"));
        }
        let allow = self.allow.as_ref().filter(|allow| !allow.value.iter().any(|entry| matches(&entry)))?;
        let nearest = vec![Change::Remove(pointer.clone())];
        let breach = Breach::new(pointer, format!("{leads}, which is not among what may be asked for"));
        let breach = breach.bound(&allow.spot).help("leave it out, and let a name server answer");
        Some(breach.nearest(nearest, format!("no --add-host {text}")))
    }
}

/// Name and address of `NAME:ADDRESS`; IPv6 may stand in brackets, and IPv4 inside of it is IPv4.
fn read(text: &str) -> Option<(String, Target)> {
    let (name, address) = text.split_once(':')?;
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address).trim();
    let sound = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    let target = match bare {
        GATEWAY => Target::Gateway,
        bare => Target::Address(bare.parse::<IpAddr>().ok()?.to_canonical()),
    };
    sound.then(|| (name.to_ascii_lowercase(), target))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    const TABLE: &str =
        "action = \"rewrite\"\ndeny = [\"169.254.0.0/16\", \"fd00:ec2::254\", \"host-gateway\", \"*.example.com\"]";

    fn asks(table: &str, line: &str) -> String {
        Bench::new(&RULE, table).of(|body| body.host_config.extra_hosts = vec![line.to_owned()])
    }

    #[test]
    fn what_nobody_may_ask_for_is_refused_by_every_spelling() {
        for line in [
            "x:169.254.169.254",
            "x: 169.254.169.254",
            "x:::ffff:169.254.169.254",
            "x:[::ffff:a9fe:a9fe]",
            "x:fd00:ec2::254",
            "x:fd00:ec2:0:0:0:0:0:254",
            "x:[fd00:ec2::254]",
            "x:host-gateway",
            "registry.example.com:10.0.0.66",
            "Registry.EXAMPLE.com:10.0.0.66",
        ] {
            assert_eq!(asks(TABLE, line), "deny", "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for line in [
            "x",
            "x=169.254.169.254",
            ":1.2.3.4",
            "x:",
            "x:1.2.3",
            "x:0251.0376.0251.0376",
            "x:HOST-GATEWAY",
            "x y:1.2.3.4",
        ] {
            assert_eq!(asks(TABLE, line), "deny", "{line}");
        }
    }

    #[test]
    fn other_names_pass_unless_a_list_says_which() {
        for line in ["db:10.0.0.5", "example.com:10.0.0.5", "x:169.253.0.1", "x:::1"] {
            assert_eq!(asks(TABLE, line), "pass", "{line}");
        }
        let listed = format!("{TABLE}\nallow = [\"10.0.0.0/24\", \"*.internal\"]");
        assert_eq!(asks(&listed, "db:10.0.0.5"), "pass");
        assert_eq!(asks(&listed, "db.internal:192.0.2.1"), "pass");
        assert_eq!(asks(&listed, "db:10.0.1.5"), "rewrite: no --add-host db:10.0.1.5");
        assert_eq!(asks(&listed, "x:169.254.169.254"), "deny");
        assert_eq!(asks("action = \"deny\"\nallow = []", "db:10.0.0.5"), "deny");
    }

    #[test]
    fn an_entry_that_could_match_nothing_is_none() {
        let read = |text: &str| Pattern::from_value(&Value::String(text.to_owned()));
        for bad in ["", "10.0.0.*", "10.0.0.0/33", "300.1.1.1", "::/129", "a b", "a:b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read("*"), Some(Pattern::Name(Glob::new("*"))));
        assert!(is_in("10.1.2.3".parse().unwrap(), "0.0.0.0".parse().unwrap(), 0));
        assert!(!is_in("::1".parse().unwrap(), "0.0.0.0".parse().unwrap(), 0));
    }
}
