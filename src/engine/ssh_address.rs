//! `ssh://[USER@]HOST[:PORT][/SOCKET]`, as docker reads it, and the command that it means.

use std::fmt;

use super::endpoint::EndpointError;

/// An account on another machine, and the engine's socket there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAddress {
    user: Option<String>,
    host: String,
    port: Option<u16>,
    socket: Option<String>,
}

impl SshAddress {
    /// Reads what stands behind `ssh://`.
    ///
    /// # Errors
    /// [`EndpointError::Unusable`], in docker's words.
    pub fn parse(rest: &str) -> Result<Self, EndpointError> {
        let malformed = |why: String| EndpointError::Unusable(format!("parse \"ssh://{rest}\": {why}"));
        let invalid =
            |why: String| EndpointError::Unusable(format!("ssh host connection is not valid: invalid SSH URL: {why}"));
        let (url, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let (authority, path) = url.find('/').and_then(|at| url.split_at_checked(at)).unwrap_or((url, ""));
        let (account, address) = authority.rsplit_once('@').unwrap_or(("", authority));
        let unescape = |text: &str| unescape(text).map_err(|bad| malformed(format!("invalid URL escape {bad:?}")));
        let (host, port) = host_and_port(address).map_err(malformed)?;
        let (user, socket) = (unescape(account)?, unescape(path)?);
        match () {
            () if account.contains(':') => return Err(invalid("plain-text password is not supported".to_owned())),
            () if host.is_empty() => return Err(invalid("hostname is empty".to_owned())),
            () if !query.is_empty() => return Err(invalid(format!("query parameters are not allowed: {query:?}"))),
            () if !fragment.is_empty() => return Err(invalid(format!("fragments are not allowed: {fragment:?}"))),
            () => {}
        }
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Ok(Self { user: filled(user), host: host.to_owned(), port, socket: filled(socket) })
    }

    /// The arguments of `ssh`. What would mean something to the shell over there is quoted.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let Self { user, host, port, socket } = self;
        let mut words = vec!["-o ConnectTimeout=30".to_owned(), "-T".to_owned()];
        if let Some(user) = user {
            words.extend(["-l".to_owned(), user.clone()]);
        }
        if let Some(port) = port {
            words.extend(["-p".to_owned(), port.to_string()]);
        }
        words.extend(["--", host, "docker"].map(str::to_owned));
        if let Some(socket) = socket {
            let address = format!("unix://{socket}");
            words.extend(["--host".to_owned(), shell_words::quote(&address).into_owned()]);
        }
        words.extend(["system", "dial-stdio"].map(str::to_owned));
        words
    }
}

impl fmt::Display for SshAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ssh://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match self.host.contains(':') {
            true => write!(f, "[{}]", self.host)?,
            false => f.write_str(&self.host)?,
        }
        if let Some(port) = &self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(self.socket.as_deref().unwrap_or_default())
    }
}

/// Go's URL parser: what a host may be, and its port.
fn host_and_port(address: &str) -> Result<(&str, Option<u16>), String> {
    if let Some(bad) = address.chars().find(|c| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(*c)) {
        return Err(format!("invalid character {:?} in host name", bad.to_string()));
    }
    if let Some(escape) = address.find('%').and_then(|at| address.get(at..)) {
        return Err(format!("invalid URL escape {:?}", escape.chars().take(3).collect::<String>()));
    }
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or("missing ']' in host")?,
        None => address.find(':').and_then(|at| address.split_at_checked(at)).unwrap_or((address, "")),
    };
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok((host, None)),
        Some("") => Ok((host, None)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok((host, Some(digits.parse().map_err(|_| format!("invalid port {port:?} after host"))?)))
        }
        _ => Err(format!("invalid port {port:?} after host")),
    }
}

/// `%41` is `A`; what is no escape, or no text afterwards, comes back as the error.
fn unescape(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut pieces = text.split('%');
    bytes.extend_from_slice(pieces.next().unwrap_or_default().as_bytes());
    for piece in pieces {
        let bad = || format!("%{}", piece.chars().take(2).collect::<String>());
        let (digits, rest) = piece.split_at_checked(2).ok_or_else(bad)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad());
        }
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| bad())?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    let text = String::from_utf8(bytes).map_err(|_| text.to_owned())?;
    if text.contains(|c: char| c.is_control()) { Err(text) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(rest: &str) -> String {
        SshAddress::parse(rest).map_or_else(|why| why.to_string(), |address| address.arguments().join("|"))
    }

    #[test]
    fn the_command_is_dockers() {
        let lead = "-o ConnectTimeout=30|-T|";
        for (rest, meant) in [
            ("h", "--|h|docker|system|dial-stdio"),
            ("u@h", "-l|u|--|h|docker|system|dial-stdio"),
            ("u@h:22", "-l|u|-p|22|--|h|docker|system|dial-stdio"),
            ("h:2222", "-p|2222|--|h|docker|system|dial-stdio"),
            ("u@h:22/run/x.sock", "-l|u|-p|22|--|h|docker|--host|unix:///run/x.sock|system|dial-stdio"),
            ("h/", "--|h|docker|--host|unix:///|system|dial-stdio"),
            ("-oProxyCommand=x", "--|-oProxyCommand=x|docker|system|dial-stdio"),
            ("[::1]:22", "-p|22|--|::1|docker|system|dial-stdio"),
            ("u%20x@h", "-l|u x|--|h|docker|system|dial-stdio"),
        ] {
            assert_eq!(line(rest), format!("{lead}{meant}"), "{rest}");
        }
    }

    #[test]
    fn a_path_cannot_command_the_shell_over_there() {
        assert!(line("h/a;reboot").contains("|'unix:///a;reboot'|"));
        assert!(line("h/$(x)").contains("|'unix:///$(x)'|"));
    }

    #[test]
    fn what_docker_refuses_is_refused_in_its_words() {
        for (rest, why) in [
            ("u:pw@h", "ssh host connection is not valid: invalid SSH URL: plain-text password is not supported"),
            ("h?x", "ssh host connection is not valid: invalid SSH URL: query parameters are not allowed: \"x\""),
            ("h#f", "ssh host connection is not valid: invalid SSH URL: fragments are not allowed: \"f\""),
            ("", "ssh host connection is not valid: invalid SSH URL: hostname is empty"),
            ("u@", "ssh host connection is not valid: invalid SSH URL: hostname is empty"),
            ("h:abc", "parse \"ssh://h:abc\": invalid port \":abc\" after host"),
            ("h /x", "parse \"ssh://h /x\": invalid character \" \" in host name"),
            ("h%20x", "parse \"ssh://h%20x\": invalid URL escape \"%20\""),
        ] {
            assert_eq!(line(rest), why, "{rest}");
        }
        assert!(line("u%0ax@h").contains("invalid URL escape"));
    }

    #[test]
    fn an_address_is_shown_as_it_was_written() {
        for rest in ["h", "u@h:22/run/x.sock", "[::1]:22"] {
            assert_eq!(SshAddress::parse(rest).map(|address| address.to_string()), Ok(format!("ssh://{rest}")));
        }
    }
}
