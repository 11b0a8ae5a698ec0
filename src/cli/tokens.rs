//! The walk along argv, as docker's flag library (pflag) does it.
//!
//! Why not clap's own parse: docker complains in pflag's words, first error in argv order first, and a finding must
//! underline the very bytes that asked. clap says neither. It is built from the same table for help and completions,
//! and a test holds the two to the same reading of every line.

use std::ops::Range;

use super::flag::{Flag, Kind};
use super::flags;
use super::values::quote::quote_char;
use super::verb::Verb;
use crate::request::Origin;

/// A part of one argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) index: usize,
    pub(crate) bytes: Range<usize>,
}

impl From<Place> for Origin {
    fn from(Place { index, bytes }: Place) -> Self {
        Self::Token { index, bytes }
    }
}

/// One flag on the line.
#[derive(Debug, Clone)]
pub(crate) struct Occurrence<'a> {
    pub(crate) flag: &'static Flag,
    /// The long name by which it was called.
    pub(crate) name: &'static str,
    pub(crate) value: &'a str,
    /// The value, or the flag where it has none to underline.
    pub(crate) place: Place,
}

/// Yields flags in argv order until the image, `--`, an error or the end.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    verb: Verb,
    argv: &'a [&'a str],
    next: usize,
    /// Letters of a cluster that are still to be read: which argument, from which byte.
    cluster: Option<(usize, usize)>,
}

impl<'a> Walk<'a> {
    /// Walks from the first argument after the verb.
    pub(crate) fn new(verb: Verb, argv: &'a [&'a str], start: usize) -> Self {
        Self { verb, argv, next: start, cluster: None }
    }

    /// Where the image stands, once the walk has ended.
    pub(crate) fn positionals(&self) -> usize {
        self.next
    }

    fn argument(&self, index: usize) -> Option<&'a str> {
        self.argv.get(index).copied()
    }

    fn long(&mut self, index: usize, token: &'a str) -> Result<Occurrence<'a>, String> {
        let body = token.get(2..).unwrap_or_default();
        if body.starts_with(['-', '=']) {
            return Err(format!("bad flag syntax: {token}"));
        }
        let (typed, value) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (body, None),
        };
        let found = flags::by_name(typed).filter(|(flag, _)| flag.is_of(self.verb));
        let (flag, name) = found.ok_or_else(|| format!("unknown flag: --{typed}"))?;
        let whole = Place { index, bytes: 0..token.len() };
        if let Some(value) = value {
            let place = if flag.kind == Kind::Switch { whole } else { tail(whole, value) };
            return Ok(Occurrence { flag, name, value, place });
        }
        if flag.kind == Kind::Switch {
            return Ok(Occurrence { flag, name, value: "true", place: whole });
        }
        let (value, place) = self.separate(whole).ok_or_else(|| format!("flag needs an argument: {token}"))?;
        Ok(Occurrence { flag, name, value, place })
    }

    /// Reads one letter of a cluster; what follows it is its value, or the rest of the cluster.
    fn short(&mut self, index: usize, token: &'a str, from: usize) -> Result<Occurrence<'a>, String> {
        let letters = token.get(from..).unwrap_or_default();
        let Some(letter) = letters.chars().next() else { return Err(format!("bad flag syntax: {token}")) };
        let unknown = || {
            // pflag reads bytes, not characters.
            let byte = char::from(letters.bytes().next().unwrap_or_default());
            format!("unknown shorthand flag: {} in -{letters}", quote_char(byte))
        };
        let flag = flags::by_letter(letter).filter(|flag| flag.is_of(self.verb)).ok_or_else(unknown)?;
        let name = flag.name;
        let rest = letters.get(letter.len_utf8()..).unwrap_or_default();
        let here = Place { index, bytes: from..from + letter.len_utf8() };
        if let Some(value) = rest.strip_prefix('=').filter(|value| !value.is_empty()) {
            let place = match flag.kind {
                Kind::Switch => Place { index, bytes: from..token.len() },
                Kind::Value | Kind::List => tail(Place { index, bytes: 0..token.len() }, value),
            };
            return Ok(Occurrence { flag, name, value, place });
        }
        if flag.kind == Kind::Switch {
            self.cluster = (!rest.is_empty()).then_some((index, here.bytes.end));
            return Ok(Occurrence { flag, name, value: "true", place: here });
        }
        if !rest.is_empty() {
            let place = Place { index, bytes: here.bytes.end..token.len() };
            return Ok(Occurrence { flag, name, value: rest, place });
        }
        let lacking = || format!("flag needs an argument: {} in -{letters}", quote_char(letter));
        let (value, place) = self.separate(here).ok_or_else(lacking)?;
        Ok(Occurrence { flag, name, value, place })
    }

    /// The next argument as a value, whatever it looks like; an empty one is underlined at its flag.
    fn separate(&mut self, flag: Place) -> Option<(&'a str, Place)> {
        let index = self.next;
        let value = self.argument(index)?;
        self.next += 1;
        let place = if value.is_empty() { flag } else { Place { index, bytes: 0..value.len() } };
        Some((value, place))
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<Occurrence<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some((index, from)) = self.cluster.take() {
            let token = self.argument(index)?;
            return Some(self.short(index, token, from));
        }
        let index = self.next;
        let token = self.argument(index)?;
        if token.len() < 2 || !token.starts_with('-') {
            return None;
        }
        self.next += 1;
        match token.strip_prefix("--") {
            Some("") => None,
            Some(_) => Some(self.long(index, token)),
            None => Some(self.short(index, token, 1)),
        }
    }
}

/// The value at the end of its token; where it is empty, the whole token.
fn tail(whole: Place, value: &str) -> Place {
    let Place { index, bytes } = whole;
    let start = if value.is_empty() { bytes.start } else { bytes.end.saturating_sub(value.len()) };
    Place { index, bytes: start..bytes.end }
}
