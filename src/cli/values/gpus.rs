//! `--gpus`: `all`, a count, or `device=…,driver=…,capabilities=…`.

use std::collections::BTreeSet;

use super::number::{Why, decimal};
use super::{Said, csv};
use crate::request::wire::DeviceRequest;

/// One request for GPUs.
pub(crate) fn gpus(text: &str) -> Said<DeviceRequest> {
    let mut request = DeviceRequest { capabilities: vec![vec!["gpu".to_owned()]], ..DeviceRequest::default() };
    let mut seen = BTreeSet::new();
    for field in csv::record(text)? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (field.as_str(), None),
        };
        if !seen.insert(key.to_owned()) {
            return Err(format!("gpu request key '{key}' can be specified only once"));
        }
        match value {
            Some(value) => set(&mut request, &field, key, value)?,
            None => {
                seen.insert("count".to_owned());
                request.count = count(key)?;
            }
        }
    }
    if !seen.contains("count") && !seen.contains("device") {
        request.count = 1;
    }
    Ok(request)
}

fn set(request: &mut DeviceRequest, field: &str, key: &str, value: &str) -> Said<()> {
    let list = || value.split(',').map(str::to_owned);
    match key {
        "driver" => value.clone_into(&mut request.driver),
        "count" => request.count = count(value)?,
        "device" => request.device_ids = list().collect(),
        "capabilities" => request.capabilities = vec![list().chain(["gpu".to_owned()]).collect()],
        "options" => {
            let options = csv::record(value).map_err(|e| format!("failed to read gpu options: {e}"))?;
            let pair = |o: &String| o.split_once('=').map_or((o.clone(), String::new()), |(k, v)| (k.into(), v.into()));
            request.options = options.iter().map(pair).collect();
        }
        _ => return Err(format!("unexpected key '{key}' in '{field}'")),
    }
    Ok(())
}

fn count(text: &str) -> Said<i64> {
    if text == "all" {
        return Ok(-1);
    }
    let words =
        |why: Why| format!("invalid count ({text}): value must be either \"all\" or an integer: {}", why.words());
    decimal(text).map_err(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_one_unless_devices_are_named() {
        assert_eq!(gpus("all").unwrap().count, -1);
        assert_eq!(gpus("driver=nvidia").unwrap().count, 1);
        let named = gpus("\"device=0,2\"").unwrap();
        assert_eq!((named.count, named.device_ids.len()), (0, 2));
    }

    #[test]
    fn capabilities_and_options_are_lists_of_their_own() {
        let request = gpus("driver=nvidia,\"capabilities=compute,utility\",\"options=foo=bar,baz=qux\"").unwrap();
        assert_eq!(request.capabilities, [["compute", "utility", "gpu"]]);
        assert_eq!(request.options.get("baz").map(String::as_str), Some("qux"));
    }

    #[test]
    fn bad_requests_are_refused_in_dockers_words() {
        for (text, words) in [
            ("1.5", "invalid count (1.5): value must be either \"all\" or an integer: invalid syntax"),
            ("1,count=2", "gpu request key 'count' can be specified only once"),
            ("foo=1", "unexpected key 'foo' in 'foo=1'"),
            ("options=", "failed to read gpu options: EOF"),
        ] {
            assert_eq!(gpus(text), Err(words.to_owned()));
        }
    }
}
