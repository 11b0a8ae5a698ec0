//! Which paths a source file names, test-only items aside: `use` trees and aliases unfolded, relative paths made absolute.

use std::collections::BTreeMap;

use crate::rust_tokens::{Token, tokens};

/// A path that the source names: `crate` or the name of another crate first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    /// A glob import, which brings everything directly below the path within reach.
    pub(crate) glob: bool,
}

impl Mention {
    pub(crate) fn written(&self) -> String {
        self.path.join("::")
    }
}

/// A source file without its test-only items.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) tokens: Vec<Token>,
    /// Modules declared under `#[cfg(test)]`, whose files are test-only as a whole.
    pub test_modules: Vec<String>,
}

impl Source {
    pub(crate) fn read(text: &str) -> Self {
        let mut source = Self::default();
        let all = tokens(text);
        let mut at = 0;
        while at < all.len() {
            if begins(&all[at..], &["#", "!", "[", "cfg", "(", "test", ")", "]"]) {
                return Self::default();
            }
            if begins(&all[at..], TEST_ONLY) {
                let end = at + item_length(&all[at..]);
                source.test_modules.extend(declared_module(&all[at..end]));
                at = end;
            } else {
                source.tokens.push(all[at].clone());
                at += 1;
            }
        }
        source
    }

    /// Every path that the file names. `module` is where the file stands: `["crate", "cli", "flags"]`.
    pub(crate) fn mentions(&self, module: &[String]) -> Vec<Mention> {
        let mut reader =
            Reader { tokens: &self.tokens, at: 0, inline: Vec::new(), depth: 0, module, found: Vec::new() };
        reader.run();
        unfold(reader.found)
    }
}

const TEST_ONLY: &[&str] = &["#", "[", "cfg", "(", "test", ")", "]"];

fn begins(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.text == *word)
}

/// `mod name;` at the end of an item's tokens.
fn declared_module(item: &[Token]) -> Option<String> {
    match item {
        [.., keyword, name, end] if keyword.text == "mod" && end.text == ";" => Some(name.text.clone()),
        _ => None,
    }
}

/// How many tokens the item at the start takes, its attributes included. Ends early rather than late when in doubt: what
/// is left over is then looked at.
fn item_length(tokens: &[Token]) -> usize {
    let mut at = 0;
    while begins(&tokens[at..], &["#", "["]) {
        at += 1 + balanced(&tokens[at + 1..]);
    }
    let is_use = tokens[at..].iter().take_while(|t| t.text != "{" && t.text != ";").any(|t| t.text == "use");
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            ";" => return at + 1,
            "{" if !is_use => return at + balanced(&tokens[at..]),
            "(" | "[" | "{" => at += balanced(&tokens[at..]),
            ")" | "]" | "}" => return at,
            _ => at += 1,
        }
    }
    at
}

/// Tokens from an opening bracket to its closing one.
fn balanced(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    /// Inline modules around here: name, and the brace depth outside of it.
    inline: Vec<(String, usize)>,
    depth: usize,
    module: &'t [String],
    found: Vec<Found>,
}

struct Found {
    mention: Mention,
    /// The name under which a `use` makes the path known.
    alias: Option<String>,
}

impl Reader<'_> {
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |t| t.text.as_str())
    }

    fn word(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(Token::is_word)
    }

    fn run(&mut self) {
        while self.at < self.tokens.len() {
            match self.text(0) {
                "{" => {
                    self.depth += 1;
                    self.at += 1
                }
                "}" => {
                    self.depth = self.depth.saturating_sub(1);
                    self.inline.retain(|(_, outside)| *outside < self.depth);
                    self.at += 1;
                }
                "mod" if self.text(2) == "{" => {
                    self.inline.push((self.text(1).to_owned(), self.depth));
                    self.at += 2;
                }
                // `impl Trait + use<'a>` imports nothing.
                "use" if self.text(1) != "<" => {
                    self.at += 1;
                    self.tree(&[])
                }
                _ if self.word(0) || self.text(0) == "::" => self.path(),
                _ => self.at += 1,
            }
        }
    }

    /// A path in code, up to its first generic argument.
    fn path(&mut self) {
        let line = self.tokens[self.at].line;
        self.at += usize::from(self.text(0) == "::");
        let mut path = Vec::new();
        while self.word(0) {
            path.push(self.text(0).to_owned());
            self.at += 1;
            if self.text(0) != "::" || !self.word(1) {
                break;
            }
            self.at += 1;
        }
        if path.len() > 1 {
            self.add(&path, line, false, None);
        }
    }

    /// One branch of a `use` tree, after `prefix`.
    fn tree(&mut self, prefix: &[String]) {
        let line = self.tokens.get(self.at).map_or(0, |t| t.line);
        let mut path = prefix.to_vec();
        loop {
            match self.text(0) {
                "::" => self.at += 1,
                "{" => return self.group(&path),
                "*" => {
                    self.at += 1;
                    return self.add(&path, line, true, None);
                }
                "self" if !path.is_empty() => self.at += 1,
                _ if self.word(0) && self.text(0) != "as" => {
                    path.push(self.text(0).to_owned());
                    self.at += 1;
                }
                _ => break,
            }
        }
        let mut alias = path.last().cloned();
        if self.text(0) == "as" {
            alias = Some(self.text(1).to_owned());
            self.at += 2;
        }
        if !path.is_empty() {
            self.add(&path, line, false, alias);
        }
    }

    fn group(&mut self, prefix: &[String]) {
        self.at += 1;
        while !matches!(self.text(0), "}" | "") {
            let before = self.at;
            self.tree(prefix);
            if self.text(0) == "," || self.at == before {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    fn add(&mut self, path: &[String], line: usize, glob: bool, alias: Option<String>) {
        let mut absolute: Vec<String> = Vec::new();
        for word in path {
            match (word.as_str(), absolute.is_empty()) {
                ("crate" | "sdocker", true) => absolute.push("crate".to_owned()),
                ("self" | "super", true) => {
                    absolute = self.module.iter().chain(self.inline.iter().map(|(name, _)| name)).cloned().collect();
                    if word == "super" {
                        absolute.pop();
                    }
                }
                ("super", false) => {
                    absolute.pop();
                }
                ("self", false) => {}
                _ => absolute.push(word.clone()),
            }
        }
        self.found.push(Found { mention: Mention { path: absolute, line, glob }, alias });
    }
}

/// Replaces first words that a `use` made known by what they stand for; names over names a few times.
fn unfold(found: Vec<Found>) -> Vec<Mention> {
    let mut aliases: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for Found { mention, alias } in &found {
        if let Some(alias) = alias
            && mention.path != [alias.clone()]
        {
            aliases.entry(alias.clone()).or_default().push(mention.path.clone());
        }
    }
    let mut out = Vec::new();
    for Found { mention, .. } in found {
        let mut open = vec![(mention, 0)];
        while let Some((mention, rounds)) = open.pop() {
            let meanings = mention.path.first().and_then(|first| aliases.get(first));
            for meaning in meanings.into_iter().flatten().filter(|_| rounds < 4) {
                let path = meaning.iter().chain(&mention.path[1..]).cloned().collect();
                open.push((Mention { path, ..mention.clone() }, rounds + 1));
            }
            out.push(mention);
        }
    }
    out.sort();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(module: &str, text: &str) -> Vec<String> {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        Source::read(text).mentions(&module).iter().map(Mention::written).collect()
    }

    #[test]
    fn test_only_items_are_left_out() {
        for hidden in [
            "#[cfg(test)] mod tests { use crate::x::y; fn f() { if a { } } }",
            "#[cfg(test)] use crate::{x::y, z};",
            "#[cfg(test)] #[must_use] pub(crate) fn f(a: u8) -> X { crate::x::y() }",
            "#[cfg(test)] impl crate::x::Y { }",
            "fn f() {} \n #![cfg(test)] use crate::x;",
        ] {
            assert_eq!(paths("crate::a", hidden), [""; 0], "{hidden}");
        }
        let left = "#[cfg(test)] mod tests {} use crate::x; #[cfg(not(test))] use crate::y; #[cfg(any(test, z))] use crate::z;";
        assert_eq!(paths("crate::a", left), ["crate::x", "crate::y", "crate::z"]);
        assert_eq!(Source::read("#[cfg(test)]\npub(crate) mod fixtures;\nmod real;").test_modules, ["fixtures"]);
    }

    #[test]
    fn use_trees_are_unfolded() {
        let text = "use crate::{a, b::{self, C as D, e::*}}; pub(crate) use ::tokio::net; use std::io;";
        let want = ["crate::a", "crate::b", "crate::b::C", "crate::b::e", "std::io", "tokio::net"];
        assert_eq!(paths("crate::x", text), want);
        assert_eq!(paths("crate::x", "fn f() -> impl I + use<'_> { g }"), [""; 0]);
        assert_eq!(paths("crate::x", "use crate as c;"), ["crate"]);
    }

    #[test]
    fn relative_paths_become_absolute() {
        assert_eq!(
            paths("crate::a::b", "use super::c; use super::super::d; use self::e;"),
            ["crate::a::b::e", "crate::a::c", "crate::d"]
        );
        assert_eq!(
            paths("crate::a", "mod m { use super::x; mod n { use super::super::super::y; } use super::super::z; }"),
            ["crate::a::x", "crate::y", "crate::z"]
        );
        assert_eq!(paths("crate::a", "mod m { } use super::z;"), ["crate::z"]);
        assert_eq!(
            paths("crate::a", "fn f() -> super::b::T { <T as crate::c::I>::g::<u8>() }"),
            ["crate::b::T", "crate::c::I"]
        );
        assert_eq!(paths("crate", "sdocker::commands::main()"), ["crate::commands::main"]);
    }

    #[test]
    fn names_are_followed_to_what_they_stand_for() {
        assert_eq!(
            paths("crate::a", "use std::io; fn f() { io::stdin() }"),
            ["io::stdin", "std::io", "std::io::stdin"]
        );
        assert_eq!(
            paths("crate::a", "use std as s; use s::time as t; fn f() { t::Instant::now() }"),
            ["s::time", "s::time::Instant::now", "std", "std::time", "std::time::Instant::now", "t::Instant::now",]
        );
        assert!(paths("crate::a", "use io::io; fn f() { io::x() }").contains(&"io::io::x".to_owned()), "and it ends");
    }
}
