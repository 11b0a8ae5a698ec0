//! `$name`, `${name}`, `${name:-word}` and their kin.

use super::lex::{LexError, Lexer, Lookup, MAX_EXPANSION, syntax};
use super::pattern;

impl<'v> Lexer<'_, 'v> {
    pub(super) fn dollar(&mut self) -> Result<String, LexError> {
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
    use super::super::lex::{Expansion, expand};
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
}
