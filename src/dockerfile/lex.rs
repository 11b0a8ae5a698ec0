//! The shell-like reading of words that BuildKit uses to expand variables and to find here-documents.
//!
//! It tries to be a shell and is none: where it differs from one, it is followed, not the shell.

use std::iter::Peekable;
use std::str::Chars;

use super::pattern;

/// How deep `${a:-${b:-…}}` may go.
const MAX_DEPTH: usize = 32;
/// How long an expansion may get, in bytes.
const MAX_EXPANSION: usize = 1 << 16;

/// What is known of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup<'v> {
    /// Its value.
    Set(&'v str),
    /// It has none.
    Unset,
    /// It may have one that only the build knows.
    Unknown,
}

/// Why a text cannot be expanded or split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LexError {
    /// The build would stop here, too.
    #[error("{0}")]
    Syntax(String),
    /// Deeper than [`MAX_DEPTH`].
    #[error("variables are nested too deeply")]
    Depth,
    /// Longer than [`MAX_EXPANSION`].
    #[error("the expanded text is too long")]
    Length,
    /// `${name/pattern/replacement}`.
    #[error("the replacement in `${{{0}/…}}` is not followed here")]
    Replacement(String),
}

/// An expanded word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expansion {
    pub(super) text: String,
    /// The first variable that counted as empty because it has no value.
    pub(super) unset: Option<String>,
    /// The first variable whose value only the build knows; the text is then worth nothing.
    pub(super) unknown: Option<String>,
}

/// What of the quoting survives [`split`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Quotes and escapes are removed.
    Nothing,
    /// Quotes stay.
    Quotes,
    /// Quotes and escapes stay.
    Everything,
}

/// Replaces the variables of one word and removes its quotes.
pub(super) fn expand<'v>(
    word: &str,
    escape: char,
    variables: &'v dyn Fn(&str) -> Lookup<'v>,
) -> Result<Expansion, LexError> {
    let mut lexer = Lexer::new(word, escape, Keep::Nothing, Some(variables));
    let (text, _) = lexer.until(None, false)?;
    let Missing { unset, unknown } = lexer.missing;
    Ok(Expansion { text, unset, unknown })
}

/// Splits a text into words; variables stay as they are.
pub(super) fn split(text: &str, keep: Keep) -> Result<Vec<String>, LexError> {
    let mut lexer = Lexer::new(text, '\\', keep, None);
    lexer.until(None, keep == Keep::Everything).map(|(_, words)| words)
}

struct Lexer<'t, 'v> {
    chars: Peekable<Chars<'t>>,
    escape: char,
    keep_quotes: bool,
    keep_escapes: bool,
    /// Absent: variables stay as they are written.
    variables: Option<&'v dyn Fn(&str) -> Lookup<'v>>,
    /// The word being built. Shared with nested texts, which empty it: so does BuildKit.
    word: String,
    depth: usize,
    expanded: usize,
    missing: Missing,
}

/// Variables without a value, the first of each kind.
#[derive(Debug, Clone, Default)]
struct Missing {
    unset: Option<String>,
    unknown: Option<String>,
}

impl Missing {
    fn note_unset(&mut self, name: &str) -> String {
        self.unset.get_or_insert_with(|| name.to_owned());
        String::new()
    }

    fn note_unknown(&mut self, name: &str) -> String {
        self.unknown.get_or_insert_with(|| name.to_owned());
        String::new()
    }
}

/// The words of one text.
#[derive(Default)]
struct Words {
    list: Vec<String>,
    in_word: bool,
}

impl Words {
    fn add(&mut self, word: &mut String, c: char) {
        if !c.is_whitespace() {
            self.add_raw(word, c);
        } else if self.in_word && !word.is_empty() {
            self.list.push(std::mem::take(word));
            self.in_word = false;
        }
    }

    fn add_raw(&mut self, word: &mut String, c: char) {
        word.push(c);
        self.in_word = true;
    }

    fn finish(mut self, word: &mut String) -> Vec<String> {
        if !word.is_empty() {
            self.list.push(std::mem::take(word));
        }
        self.list
    }
}

fn syntax<T>(why: &str) -> Result<T, LexError> {
    Err(LexError::Syntax(why.to_owned()))
}

impl<'t, 'v> Lexer<'t, 'v> {
    fn new(text: &'t str, escape: char, keep: Keep, variables: Option<&'v dyn Fn(&str) -> Lookup<'v>>) -> Self {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        Self {
            chars: text.chars().peekable(),
            escape,
            keep_quotes: keep != Keep::Nothing,
            keep_escapes: false,
            variables,
            word: String::new(),
            depth: 0,
            expanded: 0,
            missing: Missing::default(),
        }
    }

    /// Reads up to `stop`, or to the end.
    fn until(&mut self, stop: Option<char>, keep_escapes: bool) -> Result<(String, Vec<String>), LexError> {
        if self.depth == MAX_DEPTH {
            return Err(LexError::Depth);
        }
        self.depth += 1;
        self.word.clear();
        let outer = std::mem::replace(&mut self.keep_escapes, keep_escapes);
        let found = self.text(stop);
        self.keep_escapes = outer;
        self.depth -= 1;
        found
    }

    fn text(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), LexError> {
        let (mut words, mut text) = (Words::default(), String::new());
        while let Some(&c) = self.chars.peek() {
            if Some(c) == stop {
                self.chars.next();
                return Ok((text, words.finish(&mut self.word)));
            }
            match c {
                '$' => {
                    let value = self.dollar()?;
                    value.chars().for_each(|c| words.add(&mut self.word, c));
                    text.push_str(&value);
                }
                '\'' | '"' | '<' => {
                    let raw = match c {
                        '\'' => self.single_quoted()?,
                        '"' => self.double_quoted()?,
                        _ => self.less_than(),
                    };
                    self.word.push_str(&raw);
                    words.in_word = true;
                    text.push_str(&raw);
                }
                _ => self.plain(&mut words, &mut text),
            }
        }
        match stop {
            Some(stop) => syntax(&format!("`{stop}` is missing")),
            None => Ok((text, words.finish(&mut self.word))),
        }
    }

    fn plain(&mut self, words: &mut Words, text: &mut String) {
        let Some(c) = self.chars.next() else { return };
        if c != self.escape {
            words.add(&mut self.word, c);
            text.push(c);
            return;
        }
        if self.keep_escapes {
            words.add_raw(&mut self.word, c);
            text.push(c);
        }
        if let Some(escaped) = self.chars.next() {
            words.add_raw(&mut self.word, escaped);
            text.push(escaped);
        }
    }

    fn single_quoted(&mut self) -> Result<String, LexError> {
        let mut text: String = self.chars.next().filter(|_| self.keep_quotes).into_iter().collect();
        loop {
            match self.chars.next() {
                None => return syntax("a single quote is not closed"),
                Some('\'') => break,
                Some(c) => text.push(c),
            }
        }
        text.extend(self.keep_quotes.then_some('\''));
        Ok(text)
    }

    fn double_quoted(&mut self) -> Result<String, LexError> {
        let mut text: String = self.chars.next().filter(|_| self.keep_quotes).into_iter().collect();
        loop {
            match self.chars.peek() {
                None => return syntax("a double quote is not closed"),
                Some('$') => text.push_str(&self.dollar()?),
                Some('"') => break,
                Some(_) => self.quoted_char(&mut text),
            }
        }
        text.extend(self.chars.next().filter(|_| self.keep_quotes));
        Ok(text)
    }

    /// Between double quotes only the quote, the dollar and the escape can be escaped.
    fn quoted_char(&mut self, text: &mut String) {
        let Some(mut c) = self.chars.next() else { return };
        if c == self.escape {
            text.extend(self.keep_escapes.then_some(c));
            match self.chars.peek() {
                None => return,
                Some(&next) if next == '"' || next == '$' || next == self.escape => {
                    self.chars.next();
                    c = next;
                }
                Some(_) => {}
            }
        }
        text.push(c);
    }

    /// `<`, or `<<` with the white space behind it, which belongs to the word.
    fn less_than(&mut self) -> String {
        self.chars.next();
        if self.chars.next_if_eq(&'<').is_none() {
            return "<".to_owned();
        }
        let mut text = "<<".to_owned();
        while let Some(space) = self.chars.next_if(|c| matches!(c, '\t' | '\r' | ' ')) {
            text.push(space);
        }
        text
    }

    fn dollar(&mut self) -> Result<String, LexError> {
        self.chars.next();
        if self.chars.next_if_eq(&'{').is_some() {
            return self.braced();
        }
        let name = self.name();
        if name.is_empty() {
            return Ok("$".to_owned());
        }
        self.value(&name, || format!("${name}"))
    }

    fn braced(&mut self) -> Result<String, LexError> {
        if matches!(self.chars.peek(), None | Some('{' | '}' | ':')) {
            return syntax("bad substitution");
        }
        let name = self.name();
        match self.chars.next() {
            Some('}') => self.value(&name, || format!("${{{name}}}")),
            Some(':') => {
                let operator = self.chars.next().unwrap_or_default();
                self.modified(&name, true, operator)
            }
            Some(operator @ ('+' | '-' | '?' | '#' | '%')) => self.modified(&name, false, operator),
            Some('/') => self.replaced(&name),
            _ => syntax(&format!("bad substitution of `{name}`")),
        }
    }

    /// The value of a plain reference.
    fn value(&mut self, name: &str, written: impl Fn() -> String) -> Result<String, LexError> {
        match self.look_up(name)? {
            None => Ok(written()),
            Some(Lookup::Set(value)) => Ok(value.to_owned()),
            Some(Lookup::Unset) => Ok(self.missing.note_unset(name)),
            Some(Lookup::Unknown) => Ok(self.missing.note_unknown(name)),
        }
    }

    /// `${name:-word}`, `${name+word}` …; the colon makes an empty value count as none.
    fn modified(&mut self, name: &str, colon: bool, operator: char) -> Result<String, LexError> {
        let has_pattern = matches!(operator, '#' | '%');
        if colon && has_pattern {
            return syntax(&format!("bad substitution of `{name}`"));
        }
        let before = self.missing.clone();
        let (word, _) = self.until(Some('}'), has_pattern)?;
        let with_word = std::mem::replace(&mut self.missing, before);
        let value = match self.look_up(name)? {
            None => return Ok(format!("${{{name}{}{operator}{word}}}", if colon { ":" } else { "" })),
            Some(Lookup::Unknown) => return Ok(self.missing.note_unknown(name)),
            Some(Lookup::Set(value)) => Some(value).filter(|value| !(colon && value.is_empty())),
            Some(Lookup::Unset) => None,
        };
        match (operator, value) {
            ('-', None) | ('+', Some(_)) => {
                self.missing = with_word;
                Ok(word)
            }
            ('-' | '?', Some(value)) => Ok(value.to_owned()),
            ('+', None) => Ok(String::new()),
            ('?', None) => syntax(&format!("`{name}` must have a value: {word}")),
            ('#' | '%', Some(value)) => pattern::cut(value, operator, &word),
            ('#' | '%', None) => Ok(self.missing.note_unset(name)),
            _ => syntax(&format!("bad substitution of `{name}`")),
        }
    }

    /// `${name/pattern/replacement}`
    fn replaced(&mut self, name: &str) -> Result<String, LexError> {
        self.chars.next_if_eq(&'/');
        let (pattern, _) = self.until(Some('/'), true)?;
        let (replacement, _) = self.until(Some('}'), true)?;
        match self.look_up(name)? {
            None => Ok(format!("${{{name}/{pattern}/{replacement}}}")),
            Some(Lookup::Unknown) => Ok(self.missing.note_unknown(name)),
            Some(Lookup::Set(_) | Lookup::Unset) => Err(LexError::Replacement(name.to_owned())),
        }
    }

    /// Nothing where variables stay as they are.
    fn look_up(&mut self, name: &str) -> Result<Option<Lookup<'v>>, LexError> {
        let found = self.variables.map(|variables| variables(name));
        if let Some(Lookup::Set(value)) = found {
            self.expanded += value.len();
        }
        if self.expanded > MAX_EXPANSION { Err(LexError::Length) } else { Ok(found) }
    }

    /// Letters, digits and `_`; or digits; or one special parameter.
    fn name(&mut self) -> String {
        if let Some(special) = self.chars.next_if(|c| matches!(c, '@' | '*' | '#' | '?' | '-' | '$' | '!')) {
            return special.to_string();
        }
        let digits = self.chars.peek().is_some_and(char::is_ascii_digit);
        let belongs = |c: &char| c.is_ascii_digit() || (!digits && (c.is_alphabetic() || *c == '_'));
        let mut name = String::new();
        while let Some(c) = self.chars.next_if(belongs) {
            name.push(c);
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(word: &str) -> String {
        let variables = |name: &str| match name {
            "A" => Lookup::Set("alpha"),
            "E" => Lookup::Set(""),
            "P" => Lookup::Unknown,
            _ => Lookup::Unset,
        };
        match expand(word, '\\', &variables) {
            Ok(Expansion { unknown: Some(name), .. }) => format!("? {name}"),
            Ok(Expansion { text, unset: Some(name), .. }) => format!("{text} - {name}"),
            Ok(Expansion { text, .. }) => text,
            Err(error) => format!("! {error}"),
        }
    }

    #[test]
    fn variables_are_replaced_and_quotes_removed() {
        for (word, wanted) in [
            ("x$A.y", "xalpha.y"),
            ("${A}b", "alphab"),
            ("\\$A", "$A"),
            ("'$A'", "$A"),
            ("\"$A b\"", "alpha b"),
            ("\"\\$A \\x\"", "$A \\x"),
            ("$", "$"),
            ("$U", " - U"),
            ("a b", "a b"),
        ] {
            assert_eq!(expanded(word), wanted, "{word}");
        }
    }

    #[test]
    fn modifiers_choose_by_unset_or_empty() {
        for (word, wanted) in [
            ("${A:-d}", "alpha"),
            ("${U:-d}", "d"),
            ("${E:-d}", "d"),
            ("${E-d}", ""),
            ("${A:+a}", "a"),
            ("${E:+a}", ""),
            ("${E+a}", "a"),
            ("${U:-${A}}", "alpha"),
            ("${U:-$V}", " - V"),
            ("${A:-$V}", "alpha"),
            ("${A:?no}", "alpha"),
            ("${U:?no}", "! `U` must have a value: no"),
            ("${A:=x}", "! bad substitution of `A`"),
            ("${A", "! bad substitution of `A`"),
            ("${}", "! bad substitution"),
            ("${A%h*}-${A#al}", "alp-pha"),
            ("${A/a/b}", "! the replacement in `${A/…}` is not followed here"),
        ] {
            assert_eq!(expanded(word), wanted, "{word}");
        }
    }

    #[test]
    fn what_only_the_build_knows_counts_only_where_it_is_used() {
        assert_eq!(expanded("a$P"), "? P");
        assert_eq!(expanded("${P:-x}"), "? P");
        assert_eq!(expanded("${A:-$P}"), "alpha");
        assert_eq!(expanded("${U:-$P}"), "? P");
    }

    #[test]
    fn a_nested_text_is_limited() {
        let deep = format!("{}x{}", "${U:-".repeat(40), "}".repeat(40));
        assert_eq!(expanded(&deep), "! variables are nested too deeply");
        assert_eq!(expanded(&"$A".repeat(14_000)), "! the expanded text is too long");
    }

    #[test]
    fn splitting_keeps_variables_and_what_it_is_told_to() {
        let words = |text, keep| split(text, keep).unwrap();
        assert_eq!(words("a 'b c' $d\\ e", Keep::Nothing), ["a", "b c", "$d e"]);
        assert_eq!(words("a 'b c' $d\\ e", Keep::Everything), ["a", "'b c'", "$d\\ e"]);
        assert_eq!(words("cat << EOF >x", Keep::Everything), ["cat", "<< EOF", ">x"]);
        assert_eq!(words("${a:-b c}", Keep::Quotes), ["${a:-b", "c}"]);
        assert!(split("${a", Keep::Nothing).is_err());
    }
}
