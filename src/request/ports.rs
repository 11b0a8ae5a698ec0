//! Ports of the host and of a container, and how the engine reads those that are published.

use std::fmt;
use std::net::IpAddr;

use super::member;
use super::wire::{ContainerCreate, PortBinding};

/// Where published ports are.
pub const BINDINGS: &str = "/HostConfig/PortBindings";

/// Ports from one to another, both among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// The lowest.
    pub from: u16,
    /// The highest; never below the lowest.
    pub to: u16,
}

impl PortRange {
    /// From one to another.
    #[must_use]
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// `80` or `80-90`, in digits alone.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        Self::new(port(from)?, port(to)?)
    }

    /// Whether all of the other's are among them.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// The least that holds both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    /// All of them higher by the same, where there are such ports.
    #[must_use]
    pub fn raised(self, by: u16) -> Option<Self> {
        Self::new(self.from.checked_add(by)?, self.to.checked_add(by)?)
    }
}

/// One port in digits; Go's sign and spaces are no digits.
fn port(text: &str) -> Option<u16> {
    text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { write!(f, "{}", self.from) } else { write!(f, "{}-{}", self.from, self.to) }
    }
}

/// Something that may be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<T> {
    /// Nothing is.
    Nothing,
    /// It is.
    Value(T),
    /// Something is that the engine cannot read, as it stands there.
    Unreadable(String),
}

impl<T: Copy> Named<T> {
    /// The value.
    #[must_use]
    pub fn value(&self) -> Option<T> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Nothing | Self::Unreadable(_) => None,
        }
    }
}

/// One port of the container and its end on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// JSON pointer of the binding.
    pub pointer: String,
    /// The port inside, as it stands there.
    pub container: String,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// The address on the host. Nothing is every address, and so is what the engine cannot read.
    pub address: Named<IpAddr>,
    /// The port of the host, or a range of which the engine takes one; nothing is any free one.
    pub port: Named<PortRange>,
}

/// Everything that a body publishes, but for `-P`.
#[must_use]
pub fn published(body: &ContainerCreate) -> Vec<Published> {
    let bindings = body.host_config.port_bindings.iter().flat_map(|(key, bindings)| {
        let at = member(BINDINGS, key);
        let bindings = bindings.iter().flatten().enumerate();
        bindings.map(move |(index, binding)| (format!("{at}/{index}"), key, binding))
    });
    bindings.map(|(pointer, key, binding)| read(pointer, key, binding)).collect()
}

fn read(pointer: String, key: &str, binding: &PortBinding) -> Published {
    let (container, protocol) = inside(key);
    let address = match binding.host_ip.as_str() {
        "" => Named::Nothing,
        text => text.parse::<IpAddr>().map_or_else(|_| unreadable(text), |ip| Named::Value(ip.to_canonical())),
    };
    let port = match binding.host_port.as_str() {
        "" => Named::Nothing,
        // 0 asks for a free one, and a range from 0 is one from the lowest port on.
        text => match PortRange::parse(text) {
            Some(PortRange { to: 0, .. }) => Named::Nothing,
            Some(range) => Named::Value(range),
            None => unreadable(text),
        },
    };
    Published { pointer, container, protocol, address, port }
}

fn unreadable<T>(text: &str) -> Named<T> {
    Named::Unreadable(text.to_owned())
}

/// `80/tcp` in its two parts; without a protocol it is TCP.
#[must_use]
pub fn inside(key: &str) -> (String, String) {
    let (port, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
    (port.to_owned(), protocol.to_ascii_lowercase())
}

/// An address before a colon.
#[must_use]
pub fn bracketed(address: IpAddr) -> String {
    if address.is_ipv6() { format!("[{address}]") } else { address.to_string() }
}

/// Docker's option for an end on the host; no port is a free one.
#[must_use]
pub fn option(address: IpAddr, port: Option<PortRange>, container: &str, protocol: &str) -> String {
    let port = port.map(|port| port.to_string()).unwrap_or_default();
    let suffix = if protocol == "tcp" { String::new() } else { format!("/{protocol}") };
    format!("-p {}:{port}:{container}{suffix}", bracketed(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(key: &str, host_ip: &str, host_port: &str) -> Published {
        let binding = PortBinding { host_ip: host_ip.to_owned(), host_port: host_port.to_owned() };
        let mut body = ContainerCreate::default();
        body.host_config.port_bindings.insert(key.to_owned(), Some(vec![binding]));
        published(&body).remove(0)
    }

    #[test]
    fn an_address_is_read_as_the_engine_reads_it() {
        for (text, address) in [("127.0.0.1", "127.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("0:0:0:0:0:0:0:1", "::1")]
        {
            assert_eq!(asked("80/tcp", text, "").address, Named::Value(address.parse().unwrap()), "{text}");
        }
        assert_eq!(asked("80/tcp", "", "").address, Named::Nothing);
        for text in ["localhost", "127.1", "0", "[::1]", "127.0.0.1 ", "0127.0.0.1", "fe80::1%lo", "*"] {
            assert_eq!(asked("80/tcp", text, "").address, unreadable(text), "{text}");
        }
    }

    #[test]
    fn a_binding_knows_both_ends() {
        let binding = asked("80/UDP", "", "0-0");
        let at = "/HostConfig/PortBindings/80~1UDP/0";
        assert_eq!((binding.pointer.as_str(), binding.port), (at, Named::Nothing));
        assert_eq!((binding.container.as_str(), binding.protocol.as_str()), ("80", "udp"));
        assert_eq!(asked("80", "", "0-100").port.value(), PortRange::new(0, 100));
        assert_eq!(asked("80", "", "+80").port, unreadable("+80"));
        let shown = option("::1".parse().unwrap(), PortRange::new(80, 81), "90-91", "udp");
        assert_eq!(shown, "-p [::1]:80-81:90-91/udp");
    }

    #[test]
    fn a_range_is_digits_and_goes_up() {
        for (text, shown) in [("80", "80"), ("080", "80"), ("80-90", "80-90"), ("0-65535", "0-65535")] {
            assert_eq!(PortRange::parse(text).unwrap().to_string(), shown);
        }
        for bad in ["", "-", "80-", "-80", "90-80", "+80", " 80", "65536", "1-2-3", "0x50", "http"] {
            assert_eq!(PortRange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranges_hold_each_other_whole_or_not() {
        let range = |text: &str| PortRange::parse(text).unwrap();
        assert!(range("1024-65535").covers(range("8080-8090")) && !range("1024-65535").covers(range("1000-1030")));
        assert_eq!(range("80").and(range("90-95")), range("80-95"));
        assert_eq!((range("80-81").raised(8000), range("60000").raised(8000)), (Some(range("8080-8081")), None));
    }
}
