//! When two create bodies mean the same to an engine.

use serde_json::{Map, Value};

/// Maps whose keys are data: there a key with an empty value counts.
const DATA_MAPS: [&str; 12] = [
    "Labels",
    "ExposedPorts",
    "Volumes",
    "PortBindings",
    "Tmpfs",
    "StorageOpt",
    "Sysctls",
    "Annotations",
    "Config",
    "EndpointsConfig",
    "DriverOpts",
    "Options",
];

/// Members in which the zero value differs from silence.
const LOUD_ZEROS: [&str; 4] = ["StopTimeout", "Init", "MaskedPaths", "ReadonlyPaths"];

/// The body without what says nothing, and with free orders made one: equal for bodies of the same meaning.
#[must_use]
pub(crate) fn meaning(body: &Value) -> Value {
    match body {
        Value::Object(members) => Value::Object(members.iter().filter_map(|(k, v)| member(k, v)).collect()),
        Value::Array(items) => Value::Array(items.iter().map(meaning).collect()),
        other => other.clone(),
    }
}

fn member(key: &str, value: &Value) -> Option<(String, Value)> {
    let value = match value {
        Value::Object(entries) if DATA_MAPS.contains(&key) => Value::Object(data(entries)),
        Value::Array(items) if key == "Binds" => sorted(items, |bind| bind.to_owned(), true),
        Value::Array(items) if key == "Env" => {
            sorted(items, |env| env.split('=').next().unwrap_or("").to_owned(), false)
        }
        Value::Array(items) if key == "ConsoleSize" && items.iter().all(is_zero) => return None,
        other => meaning(other),
    };
    let loud = LOUD_ZEROS.contains(&key) && !value.is_null();
    (loud || !is_zero(&value)).then(|| (key.to_owned(), value))
}

fn data(entries: &Map<String, Value>) -> Map<String, Value> {
    let entry = |(key, value): (&String, &Value)| match meaning(value) {
        Value::Null => (key.clone(), Value::Object(Map::new())),
        value => (key.clone(), value),
    };
    entries.iter().map(entry).collect()
}

fn sorted(items: &[Value], key: fn(&str) -> String, set: bool) -> Value {
    let mut items = items.to_vec();
    items.sort_by_key(|item| key(item.as_str().unwrap_or_default()));
    if set {
        items.dedup();
    }
    Value::Array(items)
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(b) => !b,
        Value::Number(n) => n.as_f64() == Some(0.0),
        Value::String(s) => s.is_empty(),
        Value::Array(a) => a.is_empty(),
        Value::Object(o) => o.is_empty(),
    }
}
