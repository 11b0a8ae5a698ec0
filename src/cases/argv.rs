//! A command line of a case.

use crate::policy::{FromNode, Value};

/// The words behind `docker`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandLine(pub(super) Vec<String>);

impl FromNode for CommandLine {
    const EXPECTED: &'static str = "a command line as a shell reads it, or a list of words";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => shell_words::split(text).ok().map(Self),
            Value::Array(items) => {
                items.iter().map(|item| String::from_value(&item.value)).collect::<Option<_>>().map(Self)
            }
            _ => None,
        }
    }
}
