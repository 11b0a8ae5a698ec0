//! Reading one merged table: typed values, each with its line; what is wrong is collected, not thrown.

use super::{Entry, Problem, Problems, Table, Value};
use crate::request::sizes::{Bytes, NANO_CPU, NanoCpus};
use crate::request::{Action, PolicySpot};

/// A value of the policy and the line that said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// The line.
    pub spot: PolicySpot,
}

/// A type that a policy value can be read as.
pub trait FromNode: Sized {
    /// What is expected, for the message.
    const EXPECTED: &'static str;
    /// The value, or `None` when the policy's value does not fit.
    fn from_value(value: &Value) -> Option<Self>;
}

/// One table being read.
#[derive(Debug)]
pub struct Settings<'a> {
    name: &'a str,
    whole: &'a PolicySpot,
    table: &'a Table,
    problems: &'a mut Problems,
}

impl<'a> Settings<'a> {
    /// Reads a table; anything else is a problem, and reads as an empty table.
    pub fn of(name: &'a str, entry: &'a Entry, problems: &'a mut Problems) -> Option<Self> {
        match &entry.node.value {
            Value::Table(table) => Some(Self { name, whole: &entry.key, table, problems }),
            other => {
                let message = format!("`{name}` is a table, not {}", other.kind());
                problems.add(Problem::at(&entry.node.spot, message).help(format!("write `[{name}]`")));
                None
            }
        }
    }

    /// The line of the table's own key.
    #[must_use]
    pub fn spot(&self) -> PolicySpot {
        self.whole.clone()
    }

    /// The line of a key, where it is there.
    #[must_use]
    pub fn key_spot(&self, key: &str) -> Option<PolicySpot> {
        self.table.get(key).map(|entry| entry.key.clone())
    }

    /// An optional value.
    pub fn get<T: FromNode>(&mut self, key: &str) -> Option<Setting<T>> {
        let entry = self.table.get(key)?;
        let read = T::from_value(&entry.node.value);
        if read.is_none() {
            self.problems.add(self.misfit(key, entry, T::EXPECTED));
        }
        read.map(|value| Setting { value, spot: entry.node.spot.clone() })
    }

    /// A value that every policy must have, since there is no safe guess.
    pub fn require<T: FromNode>(&mut self, key: &str) -> Option<Setting<T>> {
        self.require_key(key);
        self.get(key)
    }

    /// Whether a key that has no safe guess is there; a problem where it is not.
    pub fn require_key(&mut self, key: &str) -> bool {
        let is_there = self.table.contains_key(key);
        if !is_there {
            self.problems.add(Problem::at(self.whole, format!("`[{}]` has no `{key}`", self.name)));
        }
        is_there
    }

    /// A list; absent is `None`, which is not the same as empty.
    pub fn list<T: FromNode>(&mut self, key: &str) -> Option<Setting<Vec<Setting<T>>>> {
        let entry = self.table.get(key)?;
        let Value::Array(items) = &entry.node.value else {
            self.problems.add(self.misfit(key, entry, "a list"));
            return None;
        };
        let mut read = Vec::with_capacity(items.len());
        for item in items {
            match T::from_value(&item.value) {
                Some(value) => read.push(Setting { value, spot: item.spot.clone() }),
                None => {
                    let message = format!("`{}.{key}` takes {}, not {}", self.name, T::EXPECTED, shown(&item.value));
                    self.problems.add(Problem::at(&item.spot, message));
                }
            }
        }
        Some(Setting { value: read, spot: entry.node.spot.clone() })
    }

    /// Every key of the table with a reader for its own table, except the named ones.
    pub fn tables(&mut self, except: &[&str], mut read: impl FnMut(&str, &mut Settings<'_>)) {
        for (key, entry) in self.table.iter().filter(|(key, _)| !except.contains(&key.as_str())) {
            let name = format!("{}.{key}", self.name);
            if let Some(mut inner) = Settings::of(&name, entry, self.problems) {
                read(key, &mut inner);
            }
        }
    }

    /// A reader for a table that may be here.
    pub fn table<T>(&mut self, key: &str, read: impl FnOnce(&mut Settings<'_>) -> T) -> Option<T> {
        let name = format!("{}.{key}", self.name);
        Settings::of(&name, self.table.get(key)?, self.problems).map(|mut inner| read(&mut inner))
    }

    /// A value, which may also be written as a table of its own.
    pub fn get_or_table<T: FromNode>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Settings<'_>) -> Option<T>,
    ) -> Option<T> {
        match self.table.get(key)?.node.value {
            Value::Table(_) => self.table(key, read).flatten(),
            _ => self.get(key).map(|setting| setting.value),
        }
    }

    /// A reader for each table of a list of tables.
    pub fn each(&mut self, key: &str, mut read: impl FnMut(&mut Settings<'_>)) {
        let Some(entry) = self.table.get(key) else { return };
        let Value::Array(items) = &entry.node.value else {
            self.problems.add(self.misfit(key, entry, "a list of tables"));
            return;
        };
        let name = format!("{}.{key}", self.name);
        for item in items {
            let entry = Entry { key: item.spot.clone(), node: item.clone() };
            if let Some(mut inner) = Settings::of(&name, &entry, self.problems) {
                read(&mut inner);
            }
        }
    }

    /// The keys that are here.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.table.keys().cloned().collect()
    }

    /// Objects to keys that are not known.
    pub fn only(&mut self, known: &[&str]) {
        for (key, entry) in self.table.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let problem = Problem::at(&entry.key, format!("unknown key `{key}` in `[{}]`", self.name));
            self.problems.add(problem.closest(key, known.iter().copied()));
        }
    }

    /// Says what is wrong with a value that was read.
    pub fn object(&mut self, spot: &PolicySpot, message: impl Into<String>) {
        self.problems.add(Problem::at(spot, message));
    }

    /// The same, with the nearest of the known words.
    pub fn object_closest<'k>(
        &mut self,
        spot: &PolicySpot,
        message: impl Into<String>,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        self.problems.add(Problem::at(spot, message).closest(word, known));
    }

    fn misfit(&self, key: &str, entry: &Entry, expected: &str) -> Problem {
        let message = format!("`{}.{key}` takes {expected}, not {}", self.name, shown(&entry.node.value));
        Problem::at(&entry.node.spot, message)
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        Value::Integer(number) => format!("`{number}`"),
        Value::Float(number) => format!("`{number}`"),
        Value::Boolean(truth) => format!("`{truth}`"),
        other => other.kind().to_owned(),
    }
}

impl FromNode for String {
    const EXPECTED: &'static str = "text";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromNode for bool {
    const EXPECTED: &'static str = "true or false";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }
}

impl FromNode for u32 {
    const EXPECTED: &'static str = "a whole number from 0";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Self::try_from(*number).ok(),
            _ => None,
        }
    }
}

impl FromNode for Action {
    const EXPECTED: &'static str = "\"allow\", \"warn\", \"rewrite\" or \"deny\"";
    fn from_value(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        Self::ALL.into_iter().find(|action| action.name() == text)
    }
}

impl FromNode for NanoCpus {
    const EXPECTED: &'static str = "a number of CPUs above 0, such as 1.5";
    fn from_value(value: &Value) -> Option<Self> {
        const MOST: f64 = 1e6;
        let cpus = match value {
            Value::Integer(number) => f64::from(i32::try_from(*number).ok()?),
            Value::Float(number) => *number,
            _ => return None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "bounded just before, and far inside an i64")]
        let nano = (cpus > 0.0 && cpus <= MOST).then(|| (cpus * NANO_CPU as f64).round() as i64)?;
        (nano > 0).then_some(Self(nano))
    }
}

impl FromNode for Bytes {
    const EXPECTED: &'static str = "a size such as \"512m\" or \"8GiB\"";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(number) if *number > 0 => Some(Self(*number)),
            Value::String(text) => size(text),
            _ => None,
        }
    }
}

/// Digits and a binary unit: `b k m g t`, also with `B` or `iB`.
fn size(text: &str) -> Option<Bytes> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let shift = match unit.trim().to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let bytes = number.parse::<i64>().ok()?.checked_mul(1 << shift)?;
    (bytes > 0).then_some(Bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_units() {
        for (text, bytes) in [("512m", 512 << 20), ("8GiB", 8 << 30), ("1 g", 1 << 30), ("100", 100), ("2kB", 2048)] {
            assert_eq!(size(text), Some(Bytes(bytes)), "{text}");
        }
        for bad in ["", "m", "-1m", "1.5g", "0", "1x", "99999999999t"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn cpus_are_positive_and_finite() {
        assert_eq!(NanoCpus::from_value(&Value::Float(0.5)), Some(NanoCpus(NANO_CPU / 2)));
        for bad in [Value::Float(0.0), Value::Float(-1.0), Value::Float(1e-12), Value::Integer(-1)] {
            assert_eq!(NanoCpus::from_value(&bad), None);
        }
    }
}
