//! `--network`: a name, or `name=…,alias=…,ip=…`.

use super::number::{Why, decimal};
use super::{Said, csv};
use crate::request::wire::Map;

/// One network to join, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) target: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) links: Vec<String>,
    pub(crate) ipv4: String,
    pub(crate) ipv6: String,
    pub(crate) mac: String,
    pub(crate) link_local: Vec<String>,
    pub(crate) driver_options: Map<String>,
    pub(crate) gateway_priority: i64,
}

impl Attachment {
    /// Just a network, without wishes.
    pub(crate) fn of(target: &str) -> Self {
        Self { target: target.to_owned(), ..Self::default() }
    }
}

/// Reads one `--network`. The long form is told by a `word=word` anywhere in it, and is lower-cased as a whole.
pub(crate) fn attachment(text: &str) -> Said<Attachment> {
    if !is_long(text) {
        return Ok(Attachment::of(text));
    }
    let mut network = Attachment::default();
    for field in csv::record(text)? {
        let lower = field.to_lowercase();
        match lower.split_once('=') {
            Some((key, value)) if !key.is_empty() => set(&mut network, key.trim(), value.trim())?,
            _ => return Err(format!("invalid field {field}")),
        }
    }
    if network.target.is_empty() {
        return Err("network name/id is not specified".to_owned());
    }
    Ok(network)
}

fn is_long(text: &str) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices('=').any(|(at, _)| {
        let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
        word(before.chars().next_back()) && word(after.chars().nth(1))
    })
}

fn set(network: &mut Attachment, key: &str, value: &str) -> Said<()> {
    let text = value.to_owned();
    match key {
        "name" => network.target = text,
        "alias" => network.aliases.push(text),
        "ip" => network.ipv4 = text,
        "ip6" => network.ipv6 = text,
        "mac-address" => network.mac = text,
        "link-local-ip" => network.link_local.push(text),
        "driver-opt" => {
            let option = value.split_once('=').filter(|(key, _)| !key.is_empty());
            let (key, value) = option.ok_or("invalid key value pair format in driver options")?;
            network.driver_options.insert(key.trim().to_owned(), value.trim().to_owned());
        }
        "gw-priority" => {
            let priority = decimal(value).map_err(Why::words);
            network.gateway_priority = priority.map_err(|why| format!("invalid gw-priority ({value}): {why}"))?;
        }
        _ => return Err(format!("invalid field key {key}")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_a_name() {
        for name in ["net1", "NET1", "my net", "a=,b", ""] {
            assert_eq!(attachment(name), Ok(Attachment::of(name)));
        }
    }

    #[test]
    fn the_long_form_is_lower_cased() {
        let network = attachment("name=NET1,alias=WEB,driver-opt=a=b,ip=1.2.3.4,gw-priority=-3").unwrap();
        assert_eq!((network.target.as_str(), network.aliases.as_slice()), ("net1", ["web".to_owned()].as_slice()));
        assert_eq!((network.ipv4.as_str(), network.gateway_priority), ("1.2.3.4", -3));
        assert_eq!(network.driver_options.get("a").map(String::as_str), Some("b"));
    }

    #[test]
    fn bad_fields_are_refused_in_dockers_words() {
        for (text, words) in [
            ("network=a", "invalid field key network"),
            ("name=a,name", "invalid field name"),
            ("name=a,=b", "invalid field =b"),
            ("driver-opt=a=b", "network name/id is not specified"),
            ("name=a,driver-opt=b", "invalid key value pair format in driver options"),
            ("name=a,gw-priority=x", "invalid gw-priority (x): invalid syntax"),
        ] {
            assert_eq!(attachment(text), Err(words.to_owned()), "{text}");
        }
    }
}
