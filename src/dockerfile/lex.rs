//! The shell-like reading of words that BuildKit uses to expand variables and to find here-documents.
//!
//! It tries to be a shell and is none: where it differs from one, it is followed, not the shell.

use std::iter::Peekable;
use std::str::Chars;

/// How deep `${a:-${b:-…}}` may go.
const MAX_DEPTH: usize = 32;
/// How long an expansion may get, in bytes.
pub(super) const MAX_EXPANSION: usize = 1 << 16;

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

pub(super) struct Lexer<'t, 'v> {
    pub(super) chars: Peekable<Chars<'t>>,
    escape: char,
    keep_quotes: bool,
    keep_escapes: bool,
    /// Absent: variables stay as they are written.
    pub(super) variables: Option<&'v dyn Fn(&str) -> Lookup<'v>>,
    /// The word being built. Shared with nested texts, which empty it: so does BuildKit.
    word: String,
    depth: usize,
    pub(super) expanded: usize,
    pub(super) missing: Missing,
}

/// Variables without a value, the first of each kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Missing {
    unset: Option<String>,
    unknown: Option<String>,
}

impl Missing {
    pub(super) fn note_unset(&mut self, name: &str) -> String {
        self.unset.get_or_insert_with(|| name.to_owned());
        String::new()
    }

    pub(super) fn note_unknown(&mut self, name: &str) -> String {
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

pub(super) fn syntax<T>(why: &str) -> Result<T, LexError> {
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
    pub(super) fn until(&mut self, stop: Option<char>, keep_escapes: bool) -> Result<(String, Vec<String>), LexError> {
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
