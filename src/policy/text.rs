//! One TOML text as a tree in which every key and value knows its line.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Problem, Problems, Source};
use crate::request::PolicySpot;

/// Far more than a policy of thousands of exceptions; stops a file from filling the memory.
const SIZE_MAX: usize = 4 << 20;

/// Deeper than any key of the language; stops a text from exhausting the stack.
const DEPTH_MAX: usize = 16;

/// A table: entries by key.
pub type Table = BTreeMap<String, Entry>;

/// A key, where it stands, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key stands.
    pub key: PolicySpot,
    /// Its value.
    pub node: Node,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub spot: PolicySpot,
}

/// A TOML value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, time or both, as written.
    Datetime(String),
    /// A list.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
}

impl Value {
    /// What it is, for people.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// Parses a text; what is wrong goes to `problems`, the rest is returned.
pub(super) fn parse(source: &Source, problems: &mut Problems) -> Table {
    if source.text.len() > SIZE_MAX {
        problems.add(Problem::in_file(&source.name, None, format!("larger than {SIZE_MAX} bytes")));
        return Table::new();
    }
    let mut reader = Reader { lines: Lines::new(source), problems };
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    for error in errors {
        let line = error.span().map(|span| reader.lines.number(span.start));
        let message = error.message().trim_end().replace('\n', ", ");
        reader.problems.add(Problem::in_file(&source.name, line, message));
    }
    reader.table(table.get_ref(), 0)
}

/// Lines of a text by byte offset, each folded when it is first cited.
struct Lines<'s> {
    file: Arc<str>,
    starts: Vec<(usize, &'s str)>,
    folded: Vec<Option<Arc<str>>>,
}

impl<'s> Lines<'s> {
    fn new(source: &'s Source) -> Self {
        let mut at = 0;
        let starts: Vec<(usize, &str)> = source
            .text
            .split('\n')
            .map(|line| {
                let start = at;
                at += line.len() + 1;
                (start, line)
            })
            .collect();
        let folded = vec![None; starts.len()];
        Self { file: Arc::clone(&source.name), starts, folded }
    }

    fn number(&self, offset: usize) -> usize {
        self.starts.partition_point(|(start, _)| *start <= offset)
    }

    fn spot(&mut self, span: Range<usize>) -> PolicySpot {
        let line = self.number(span.start);
        let index = line.saturating_sub(1);
        let text = self.starts.get(index).map_or("", |(_, text)| *text);
        let fold = || text.split_whitespace().collect::<Vec<_>>().join(" ").into();
        let text = self.folded.get_mut(index).map_or_else(fold, |known| Arc::clone(known.get_or_insert_with(fold)));
        PolicySpot { file: Arc::clone(&self.file), line, text }
    }
}

struct Reader<'s, 'p> {
    lines: Lines<'s>,
    problems: &'p mut Problems,
}

impl Reader<'_, '_> {
    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Table {
        table
            .iter()
            .filter_map(|(key, value)| {
                let spot = self.lines.spot(key.span());
                let node = self.node(value, depth + 1)?;
                Some((key.get_ref().to_string(), Entry { key: spot, node }))
            })
            .collect()
    }

    fn node(&mut self, spanned: &Spanned<DeValue<'_>>, depth: usize) -> Option<Node> {
        let spot = self.lines.spot(spanned.span());
        if depth > DEPTH_MAX {
            self.problems.add(Problem::at(&spot, format!("nested deeper than {DEPTH_MAX} levels")));
            return None;
        }
        let value = match spanned.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => return self.refuse(&spot, "a whole number out of range"),
            },
            DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => return self.refuse(&spot, "not a finite number"),
            },
            DeValue::Boolean(truth) => Value::Boolean(*truth),
            DeValue::Datetime(date) => Value::Datetime(date.to_string()),
            DeValue::Array(items) => Value::Array(items.iter().filter_map(|item| self.node(item, depth + 1)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table, depth)),
        };
        Some(Node { value, spot })
    }

    fn refuse(&mut self, spot: &PolicySpot, message: &str) -> Option<Node> {
        self.problems.add(Problem::at(spot, message));
        None
    }
}
