//! One flag of docker: its names, what it takes, what it is for, and where its value goes.

use super::typed::{Once, Traced, Typed};
use super::values::{Said, number};
use super::verb::Verb;
use crate::request::Origin;

/// How often a flag counts, and whether it needs a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True unless a value is attached with `=`; the last one counts.
    Switch,
    /// Takes a value; the last one counts.
    Value,
    /// Takes a value; each one counts.
    List,
}

/// What an engine must be for the flag to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Any engine.
    Nothing,
    /// API 1.x.
    Api(u16),
    /// An engine on Windows.
    Windows,
}

/// Stores a value, or says in docker's words what is wrong with it.
pub(crate) type Take = fn(&mut Typed, Arg<'_>) -> Said<()>;

/// One entry of the table of flags.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// The long name, without dashes.
    pub name: &'static str,
    /// Other long names, not shown in the help; errors name the one that was typed.
    pub aliases: &'static [&'static str],
    /// The letter.
    pub short: Option<char>,
    /// How it takes values.
    pub kind: Kind,
    /// What the help calls the value: `list`, `string` …
    pub value_name: &'static str,
    /// The help line.
    pub help: &'static str,
    /// `run` has it, `create` does not.
    pub run_only: bool,
    /// What the engine must be.
    pub needs: Needs,
    pub(crate) take: Take,
}

impl Flag {
    const fn new(name: &'static str, kind: Kind, value_name: &'static str, help: &'static str, take: Take) -> Self {
        let (short, run_only, needs) = (None, false, Needs::Nothing);
        Self { name, aliases: &[], short, kind, value_name, help, run_only, needs, take }
    }

    pub(crate) const fn switch(name: &'static str, help: &'static str, take: Take) -> Self {
        Self::new(name, Kind::Switch, "", help, take)
    }

    pub(crate) const fn value(name: &'static str, of: &'static str, help: &'static str, take: Take) -> Self {
        Self::new(name, Kind::Value, of, help, take)
    }

    pub(crate) const fn list(name: &'static str, of: &'static str, help: &'static str, take: Take) -> Self {
        Self::new(name, Kind::List, of, help, take)
    }

    pub(crate) const fn short(self, short: char) -> Self {
        Self { short: Some(short), ..self }
    }

    pub(crate) const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    pub(crate) const fn run_only(self) -> Self {
        Self { run_only: true, ..self }
    }

    pub(crate) const fn api(self, minor: u16) -> Self {
        Self { needs: Needs::Api(minor), ..self }
    }

    pub(crate) const fn windows(self) -> Self {
        Self { needs: Needs::Windows, ..self }
    }

    /// Whether the verb has this flag.
    #[must_use]
    pub fn is_of(&self, verb: Verb) -> bool {
        verb.starts() || !self.run_only
    }

    /// As docker names it in complaints: `-m, --memory`.
    pub(crate) fn shown(&self, name: &str) -> String {
        match self.short {
            Some(short) if name == self.name => format!("-{short}, --{name}"),
            _ => format!("--{name}"),
        }
    }
}

/// A value on its way to where it belongs.
#[derive(Debug)]
pub(crate) struct Arg<'a> {
    pub(crate) value: &'a str,
    pub(crate) origin: Origin,
}

impl Arg<'_> {
    pub(crate) fn set<T>(self, slot: &mut Once<T>, value: T) -> Said<()> {
        *slot = Some(Traced { value, origin: self.origin });
        Ok(())
    }

    pub(crate) fn push<T>(self, list: &mut Vec<Traced<T>>, value: T) -> Said<()> {
        list.push(Traced { value, origin: self.origin });
        Ok(())
    }

    pub(crate) fn text(self, slot: &mut Once<String>) -> Said<()> {
        let value = self.value.to_owned();
        self.set(slot, value)
    }

    pub(crate) fn switch(self, slot: &mut Once<bool>) -> Said<()> {
        let value = number::switch(self.value)?;
        self.set(slot, value)
    }

    pub(crate) fn int(self, slot: &mut Once<i64>) -> Said<()> {
        let value = number::int(self.value)?;
        self.set(slot, value)
    }

    pub(crate) fn each(self, list: &mut Vec<Traced<String>>) -> Said<()> {
        let value = self.value.to_owned();
        self.push(list, value)
    }

    /// Sets what a value grammar makes of the text.
    pub(crate) fn parse<T>(self, slot: &mut Once<T>, grammar: fn(&str) -> Said<T>) -> Said<()> {
        let value = grammar(self.value)?;
        self.set(slot, value)
    }

    /// As [`Self::parse`], for lists.
    pub(crate) fn parse_each<T>(self, list: &mut Vec<Traced<T>>, grammar: fn(&str) -> Said<T>) -> Said<()> {
        let value = grammar(self.value)?;
        self.push(list, value)
    }
}
