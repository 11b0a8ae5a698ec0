//! `--publish` and `--expose`.

use super::Said;
use super::addresses::parse_ip;
use super::number::{Why, uint_in};
use super::quote::quote;
use crate::request::wire::PortBinding;

/// One port of the container and its end on the host.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Published {
    /// `80/tcp`
    pub(crate) port: String,
    pub(crate) binding: PortBinding,
}

/// Reads one `--publish`: `[[ip:][host]:]container[/protocol]` or `target=…,published=…`.
pub(crate) fn publish(text: &str) -> Said<Vec<Published>> {
    let text = if text.contains('=') { from_fields(text)? } else { text.to_owned() };
    let (address, host, container) = split(&text);
    let (protocol, container) = split_protocol(&container);
    let address = bare_address(&address)?;
    if container.is_empty() {
        return Err(format!("no port specified: {text}<empty>"));
    }
    let (first, last) = range(container).map_err(|_| format!("invalid containerPort: {container}"))?;
    let on_host = match host.as_str() {
        "" => None,
        host => Some(range(host).map_err(|_| format!("invalid hostPort: {host}"))?),
    };
    if on_host.is_some_and(|(from, to)| to - from != last - first && first != last) {
        return Err(format!("invalid ranges specified for container and host Ports: {container} and {host}"));
    }
    let lower = protocol.to_lowercase();
    if !matches!(lower.as_str(), "tcp" | "udp" | "sctp") {
        return Err(format!("invalid proto: {protocol}"));
    }
    let published = (first..=last).enumerate().map(|(at, port)| {
        let host_port = match on_host {
            None => String::new(),
            Some((from, to)) if first == last && from != to => format!("{from}-{to}"),
            Some((from, _)) => (usize::from(from) + at).to_string(),
        };
        Published { port: format!("{port}/{lower}"), binding: PortBinding { host_ip: address.clone(), host_port } }
    });
    Ok(published.collect())
}

/// Reads one `--expose`: the ports, each `80/tcp`.
pub(crate) fn expose(text: &str) -> Said<Vec<String>> {
    if text.contains(':') {
        return Err(format!("invalid port format for --expose: {text}"));
    }
    let (protocol, ports) = split_protocol(text);
    let (first, last) =
        range(ports).map_err(|why| format!("invalid range format for --expose: {text}, error: {why}"))?;
    Ok((first..=last).map(|port| format!("{port}/{protocol}")).collect())
}

/// Whether the `name=value` form is sound; docker looks at this before it reads any port.
pub(crate) fn check_fields(text: &str) -> Said<()> {
    from_fields(text).map(drop)
}

/// The `name=value` form, rewritten as the short one.
fn from_fields(text: &str) -> Said<String> {
    let (mut published, mut target, mut protocol) = ("", "", "tcp");
    for field in text.split(',') {
        match field.split_once('=') {
            None | Some(("", _)) => {
                return Err(format!("invalid publish opts format (should be name=value but got '{field}')"));
            }
            Some(("published", value)) => published = value,
            Some(("target", value)) => target = value,
            Some(("protocol", value)) => protocol = value,
            Some(_) => {}
        }
    }
    Ok(format!("{published}:{target}/{protocol}"))
}

/// Address, host port, container port; the address may have colons of its own.
fn split(text: &str) -> (String, String, String) {
    let Some((rest, container)) = text.rsplit_once(':') else {
        return (String::new(), String::new(), text.to_owned());
    };
    let (address, host) = rest.rsplit_once(':').unwrap_or(("", rest));
    (address.to_owned(), host.to_owned(), container.to_owned())
}

/// Protocol and port; a port without protocol is TCP, a protocol without port is nothing.
fn split_protocol(text: &str) -> (&str, &str) {
    let mut parts = text.split('/');
    match (parts.next().unwrap_or(""), parts.next().unwrap_or("")) {
        ("", _) => ("", ""),
        (port, "") => ("tcp", port),
        (port, protocol) => (protocol, port),
    }
}

fn bare_address(text: &str) -> Said<String> {
    let address = if text.starts_with('[') {
        unbracketed(text).map_err(|why| format!("invalid IP address {text}: address {text}:: {why}"))?
    } else {
        text
    };
    if !address.is_empty() && parse_ip(address).is_none() {
        return Err(format!("invalid IP address: {address}"));
    }
    Ok(address.to_owned())
}

/// What Go's `net.SplitHostPort` makes of a bracketed host.
fn unbracketed(text: &str) -> Result<&str, &'static str> {
    let (inner, rest) = text.strip_prefix('[').and_then(|t| t.split_once(']')).ok_or("missing ']' in address")?;
    match rest {
        "" if inner.contains('[') => Err("unexpected '[' in address"),
        "" => Ok(inner),
        rest if rest.starts_with(':') => Err("too many colons in address"),
        _ => Err("missing port in address"),
    }
}

fn range(text: &str) -> Said<(u16, u16)> {
    if text.is_empty() {
        return Err("empty string specified for ports".to_owned());
    }
    let mut ends = text.split('-').map(port);
    let first = ends.next().unwrap_or(Ok(0))?;
    let last = ends.next().unwrap_or(Ok(first))?;
    if last < first {
        return Err(format!("invalid range specified for port: {text}"));
    }
    Ok((first, last))
}

fn port(text: &str) -> Said<u16> {
    let port = uint_in(text, 10, 16)
        .map_err(|why: Why| format!("strconv.ParseUint: parsing {}: {}", quote(text), why.words()))?;
    u16::try_from(port).map_err(|_| String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let one = |p: Published| format!("{}<{}|{}", p.port, p.binding.host_ip, p.binding.host_port);
        publish(text).map_or_else(|e| e, |all| all.into_iter().map(one).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn ports_are_published() {
        for (text, is) in [
            ("80", "80/tcp<|"),
            ("8080:80/UDP", "80/udp<|8080"),
            ("127.0.0.1::80", "80/tcp<127.0.0.1|"),
            ("[::1]:8080:80", "80/tcp<::1|8080"),
            ("8000-8001:9000-9001", "9000/tcp<|8000 9001/tcp<|8001"),
            ("8000-8001:80", "80/tcp<|8000-8001"),
            ("080:080", "80/tcp<|80"),
            ("target=10,published=20", "10/tcp<|20"),
            ("target=80,mode=host", "80/tcp<|"),
            ("80/tcp/udp", "80/tcp<|"),
            ("1-2-3", "1/tcp<| 2/tcp<|"),
        ] {
            assert_eq!(shown(text), is, "{text}");
        }
    }

    #[test]
    fn bad_ports_are_refused_in_dockers_words() {
        for (text, is) in [
            ("", "no port specified: <empty>"),
            ("80:", "no port specified: 80:<empty>"),
            ("80:65536", "invalid containerPort: 65536"),
            ("abc:80", "invalid hostPort: abc"),
            ("80:1-2", "invalid ranges specified for container and host Ports: 1-2 and 80"),
            ("80/foo", "invalid proto: foo"),
            ("localhost:80:80", "invalid IP address: localhost"),
            ("[::1:80:80", "invalid IP address [::1: address [::1:: missing ']' in address"),
            ("published=1,target:2", "invalid publish opts format (should be name=value but got 'target:2')"),
            ("published=8080", "no port specified: 8080:/tcp<empty>"),
        ] {
            assert_eq!(shown(text), is, "{text}");
        }
    }

    #[test]
    fn ports_are_exposed() {
        assert_eq!(expose("80-81/TCP"), Ok(vec!["80/TCP".to_owned(), "81/TCP".to_owned()]));
        assert_eq!(expose("080/"), Ok(vec!["80/tcp".to_owned()]));
        for (text, words) in [
            ("8080:9090", "invalid port format for --expose: 8080:9090"),
            ("", "invalid range format for --expose: , error: empty string specified for ports"),
            ("2-1", "invalid range format for --expose: 2-1, error: invalid range specified for port: 2-1"),
            ("x", "invalid range format for --expose: x, error: strconv.ParseUint: parsing \"x\": invalid syntax"),
        ] {
            assert_eq!(expose(text), Err(words.to_owned()));
        }
    }
}
