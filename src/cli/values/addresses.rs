//! Names and addresses: `--dns`, `--dns-search`, `--add-host`, `--mac-address`, `--link`.

use core::net::IpAddr;

use super::Said;
use super::quote::quote;

/// An IP address in canonical spelling; IPv4 inside IPv6 is IPv4.
pub(crate) fn ip(text: &str) -> Said<String> {
    let address = parse_ip(text.trim()).ok_or_else(|| format!("IP address is not correctly formatted: {text}"))?;
    Ok(address.to_canonical().to_string())
}

/// An IP address without a zone.
pub(crate) fn parse_ip(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// Whether docker warns of a name server: a loopback address (or, by its pattern, whatever ends in `::1`).
pub(crate) fn is_local_dns(address: &str) -> bool {
    address.ends_with("::1") || matches!(address.parse(), Ok(IpAddr::V4(v4)) if v4.is_loopback())
}

/// `host:ip` or `host=ip`, the address in its own spelling without brackets.
pub(crate) fn extra_host(text: &str) -> Said<String> {
    let (host, address) = match text.split_once('=').or_else(|| text.split_once(':')) {
        Some((host, address)) if !host.is_empty() && !host.contains(':') => (host, address),
        _ => return Err(format!("bad format for add-host: {}", quote(text))),
    };
    if address == "host-gateway" {
        return Ok(format!("{host}:{address}"));
    }
    let inner = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).filter(|a| !a.is_empty());
    let address = inner.unwrap_or(address);
    if parse_ip(address.trim()).is_none() {
        return Err(format!("invalid IP address in add-host: {}", quote(address)));
    }
    Ok(format!("{host}:{address}"))
}

/// A search domain; `.` asks for none.
pub(crate) fn search_domain(text: &str) -> Said<String> {
    let trimmed = text.trim_matches(' ');
    if trimmed == "." {
        return Ok(trimmed.to_owned());
    }
    let domain = domain(trimmed)
        .filter(|d| d.len() < 255 && trimmed.contains(|c: char| c.is_ascii_alphabetic()) && !d.is_empty());
    domain.map(str::to_owned).ok_or_else(|| format!("{trimmed} is not a valid domain"))
}

/// The domain without a final dot and white space. Docker's pattern lets stray colons stand before a label; so do we.
fn domain(text: &str) -> Option<&str> {
    let text = text.trim_end_matches([' ', '\t', '\n', '\r', '\u{c}']);
    let text = text.strip_suffix('.').unwrap_or(text);
    let labels: Vec<&str> = text.split('.').collect();
    let last = labels.len().checked_sub(1)?;
    labels.iter().enumerate().all(|(at, label)| is_label(label, at == 0, at == last)).then_some(text)
}

fn is_label(text: &str, first: bool, last: bool) -> bool {
    let text = if last { text } else { text.strip_suffix(':').unwrap_or(text) };
    let label = text.trim_start_matches(':');
    let colons = text.len() - label.len();
    let most = if first { 2 } else { 1 };
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    colons <= most
        && edge(label.chars().next())
        && edge(label.chars().next_back())
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// Whether Go's `net.ParseMAC` takes it: 6, 8 or 20 octets by colons or hyphens, or their pairs by dots.
pub(crate) fn is_mac(text: &str) -> bool {
    let groups = |separator: char, digits: usize| {
        let groups: Vec<&str> = text.split(separator).collect();
        let sound = groups.iter().all(|g| g.len() == digits && g.chars().all(|c| c.is_ascii_hexdigit()));
        sound.then_some(groups.len() * digits / 2)
    };
    [groups(':', 2), groups('-', 2), groups('.', 4)].into_iter().flatten().any(|octets| matches!(octets, 6 | 8 | 20))
}

/// `container[:alias]`.
pub(crate) fn link(text: &str) -> Said<String> {
    match text {
        "" => Err("empty string specified for links".to_owned()),
        text if text.matches(':').count() > 1 => Err(format!("bad format for links: {text}")),
        text => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_canonical() {
        for (text, is) in [
            ("8.8.8.8", "8.8.8.8"),
            ("2001:DB8:0:0:0:0:0:68", "2001:db8::68"),
            ("::ffff:8.8.8.8", "8.8.8.8"),
            (" ::1 ", "::1"),
        ] {
            assert_eq!(ip(text), Ok(is.to_owned()));
        }
        for bad in ["127", "dns.example", "8.8.8.8,1.1.1.1", "010.0.0.1", "fe80::1%eth0", ""] {
            assert_eq!(ip(bad), Err(format!("IP address is not correctly formatted: {bad}")));
        }
        assert!(is_local_dns("127.0.0.1") && is_local_dns("::1") && !is_local_dns("8.8.8.8"));
    }

    #[test]
    fn extra_hosts_keep_the_spelling_of_the_address() {
        for (text, is) in [
            ("h:1.2.3.4", "h:1.2.3.4"),
            ("h=[::1]", "h:::1"),
            ("h:[2003:ab34:e::1]", "h:2003:ab34:e::1"),
            ("h=0:0:0:0:0:0:0:1", "h:0:0:0:0:0:0:0:1"),
            ("h:host-gateway", "h:host-gateway"),
            ("h: 1.2.3.4", "h: 1.2.3.4"),
        ] {
            assert_eq!(extra_host(text), Ok(is.to_owned()), "{text}");
        }
        for bad in ["nothing", ":1.2.3.4", ":=::1"] {
            assert_eq!(extra_host(bad), Err(format!("bad format for add-host: \"{bad}\"")));
        }
        assert_eq!(extra_host("x=y=1.2.3.4"), Err("invalid IP address in add-host: \"y=1.2.3.4\"".to_owned()));
        let bracketed = extra_host("x:[host-gateway]");
        assert_eq!(bracketed, Err("invalid IP address in add-host: \"host-gateway\"".to_owned()));
        assert_eq!(extra_host("x=[::1"), Err("invalid IP address in add-host: \"[::1\"".to_owned()));
    }

    #[test]
    fn search_domains() {
        for (text, is) in [(".", "."), ("foo.bar.", "foo.bar"), (" spaced.test ", "spaced.test"), ("a", "a")] {
            assert_eq!(search_domain(text), Ok(is.to_owned()));
        }
        for bad in ["", "17.", ".foo", "--", "-foo.bar", "a_b.test", "foo.bar-", "a..b"] {
            assert_eq!(search_domain(bad), Err(format!("{bad} is not a valid domain")));
        }
    }

    #[test]
    fn hardware_addresses() {
        for good in ["92:d0:c6:0a:29:33", "92-D0-c6-0a-29-33", "92d0.c60a.2933", "00:00:00:00:fe:80:00:00"] {
            assert!(is_mac(good), "{good}");
        }
        for bad in ["", "invalid", "92:d0:c6:0a:33", "92:d0-c6:0a:29:33", "9:d0:c6:0a:29:33"] {
            assert!(!is_mac(bad), "{bad}");
        }
    }

    #[test]
    fn links_have_at_most_one_alias() {
        assert!(link("a:b").is_ok() && link("a").is_ok() && link("a:").is_ok());
        assert_eq!(link("a:b:c"), Err("bad format for links: a:b:c".to_owned()));
        assert!(link("").is_err());
    }
}
