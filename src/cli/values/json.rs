//! JSON without its insignificant white space, as Go's `json.Compact` makes it: nothing is re-encoded.

use super::Said;
use super::quote::{quote, quote_char};

/// Deeper documents are refused, as by Go.
const DEEPEST: usize = 10_000;

/// The document with its white space taken out: escapes, spelling of numbers and repeated keys stay.
pub(crate) fn compact(text: &[u8]) -> Said<Vec<u8>> {
    let mut scanner = Scanner { state: State::Value, open: Vec::new() };
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if scanner.step(*byte)? {
            out.push(*byte);
        }
    }
    scanner.end()?;
    Ok(out)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A value must begin.
    Value,
    /// A value or `]`.
    FirstElement,
    /// `"` or `}`.
    FirstKey,
    /// `"`.
    Key,
    /// `:`.
    Colon,
    /// `,` or the closing bracket, or the end.
    AfterValue,
    /// Inside a string; true: of a key.
    Text(bool),
    /// After a backslash.
    Escape(bool),
    /// So many hex digits are still to come.
    Hex(bool, u8),
    Number(Digits),
    /// The rest of `true`, `false`, `null`.
    Literal(&'static str, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digits {
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    Exponent,
    PowerSign,
    Power,
}

struct Scanner {
    state: State,
    /// The closing brackets still to come.
    open: Vec<u8>,
}

impl Scanner {
    /// Takes one byte; whether it is part of the compact document.
    fn step(&mut self, byte: u8) -> Said<bool> {
        if let State::Number(digits) = self.state {
            match after_digit(digits, byte) {
                Step::Stays(next) => {
                    self.state = State::Number(next);
                    return Ok(true);
                }
                Step::Ends => self.state = State::AfterValue,
                Step::Fails(words) => return Err(unexpected(byte, words)),
            }
        }
        if let State::Text(_) | State::Escape(_) | State::Hex(..) | State::Literal(..) = self.state {
            self.state = self.inside(byte)?;
            return Ok(true);
        }
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            return Ok(false);
        }
        self.state = self.between(byte)?;
        Ok(true)
    }

    fn inside(&self, byte: u8) -> Said<State> {
        match (self.state, byte) {
            (State::Text(key), b'"') => Ok(if key { State::Colon } else { State::AfterValue }),
            (State::Text(key), b'\\') => Ok(State::Escape(key)),
            (State::Text(_), 0..=0x1f) => Err(unexpected(byte, "in string literal")),
            (State::Escape(key), b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => Ok(State::Text(key)),
            (State::Escape(key), b'u') => Ok(State::Hex(key, 4)),
            (State::Escape(_), _) => Err(unexpected(byte, "in string escape code")),
            (State::Hex(key, left), byte) if byte.is_ascii_hexdigit() => {
                Ok(if left > 1 { State::Hex(key, left - 1) } else { State::Text(key) })
            }
            (State::Hex(..), _) => Err(unexpected(byte, "in \\u hexadecimal character escape")),
            (State::Literal(word, at), byte) => literal(word, at, byte),
            (state, _) => Ok(state),
        }
    }

    fn between(&mut self, byte: u8) -> Said<State> {
        match (self.state, byte) {
            (State::FirstElement, b']') | (State::FirstKey, b'}') => {
                self.open.pop();
                Ok(State::AfterValue)
            }
            (State::FirstKey | State::Key, b'"') => Ok(State::Text(true)),
            (State::FirstKey | State::Key, _) => Err(unexpected(byte, "looking for beginning of object key string")),
            (State::Colon, b':') => Ok(State::Value),
            (State::Colon, _) => Err(unexpected(byte, "after object key")),
            (State::AfterValue, _) => self.after_value(byte),
            (_, b'{') => self.enter(b'}', State::FirstKey),
            (_, b'[') => self.enter(b']', State::FirstElement),
            (_, b'"') => Ok(State::Text(false)),
            (_, b'-') => Ok(State::Number(Digits::Minus)),
            (_, b'0') => Ok(State::Number(Digits::Zero)),
            (_, b'1'..=b'9') => Ok(State::Number(Digits::Whole)),
            (_, b't') => Ok(State::Literal("true", 1)),
            (_, b'f') => Ok(State::Literal("false", 1)),
            (_, b'n') => Ok(State::Literal("null", 1)),
            _ => Err(unexpected(byte, "looking for beginning of value")),
        }
    }

    fn enter(&mut self, close: u8, state: State) -> Said<State> {
        self.open.push(close);
        if self.open.len() > DEEPEST {
            return Err("exceeded max depth".to_owned());
        }
        Ok(state)
    }

    fn after_value(&mut self, byte: u8) -> Said<State> {
        match (self.open.last(), byte) {
            (None, _) => Err(unexpected(byte, "after top-level value")),
            (Some(b'}'), b',') => Ok(State::Key),
            (Some(b']'), b',') => Ok(State::Value),
            (Some(close), byte) if *close == byte => {
                self.open.pop();
                Ok(State::AfterValue)
            }
            (Some(b'}'), _) => Err(unexpected(byte, "after object key:value pair")),
            (Some(_), _) => Err(unexpected(byte, "after array element")),
        }
    }

    fn end(mut self) -> Said<()> {
        // A number ends with the document, as it would with white space.
        let complete = self.step(b' ').is_ok() && self.state == State::AfterValue && self.open.is_empty();
        if complete { Ok(()) } else { Err("unexpected end of JSON input".to_owned()) }
    }
}

enum Step {
    Stays(Digits),
    Ends,
    Fails(&'static str),
}

fn after_digit(digits: Digits, byte: u8) -> Step {
    match (digits, byte) {
        (Digits::Minus, b'0') => Step::Stays(Digits::Zero),
        (Digits::Minus, b'1'..=b'9') => Step::Stays(Digits::Whole),
        (Digits::Minus, _) => Step::Fails("in numeric literal"),
        (Digits::Whole, b'0'..=b'9') => Step::Stays(Digits::Whole),
        (Digits::Zero | Digits::Whole, b'.') => Step::Stays(Digits::Point),
        (Digits::Point | Digits::Fraction, b'0'..=b'9') => Step::Stays(Digits::Fraction),
        (Digits::Point, _) => Step::Fails("after decimal point in numeric literal"),
        (Digits::Zero | Digits::Whole | Digits::Fraction, b'e' | b'E') => Step::Stays(Digits::Exponent),
        (Digits::Exponent, b'+' | b'-') => Step::Stays(Digits::PowerSign),
        (Digits::Exponent | Digits::PowerSign | Digits::Power, b'0'..=b'9') => Step::Stays(Digits::Power),
        (Digits::Exponent | Digits::PowerSign, _) => Step::Fails("in exponent of numeric literal"),
        (Digits::Zero | Digits::Whole | Digits::Fraction | Digits::Power, _) => Step::Ends,
    }
}

fn literal(word: &'static str, at: usize, byte: u8) -> Said<State> {
    match word.as_bytes().get(at) {
        Some(wanted) if *wanted == byte && at + 1 == word.len() => Ok(State::AfterValue),
        Some(wanted) if *wanted == byte => Ok(State::Literal(word, at + 1)),
        wanted => {
            let wanted = quote_char(wanted.map_or('?', |b| char::from(*b)));
            Err(unexpected(byte, &format!("in literal {word} (expecting {wanted})")))
        }
    }
}

fn unexpected(byte: u8, context: &str) -> String {
    let shown = match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        byte => format!("'{}'", quote(&char::from(byte).to_string()).trim_matches('"')),
    };
    format!("invalid character {shown} {context}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        compact(text.as_bytes()).map_or_else(|e| e, |out| String::from_utf8(out).unwrap())
    }

    #[test]
    fn only_white_space_between_tokens_goes() {
        let text = "{ \"a\" : \"<&>\\u00e9  x\" ,\n \"b\": [1, 2.50, 1e3, \"\\u0041\\/\", {}, []],\"a\":\"dup\" }\n";
        assert_eq!(shown(text), r#"{"a":"<&>\u00e9  x","b":[1,2.50,1e3,"\u0041\/",{},[]],"a":"dup"}"#);
        assert_eq!(shown(" true "), "true");
        assert_eq!(shown("-0.5e+7"), "-0.5e+7");
    }

    #[test]
    fn what_is_no_json_is_refused_in_gos_words() {
        for (text, words) in [
            ("{not json", "invalid character 'n' looking for beginning of object key string"),
            ("", "unexpected end of JSON input"),
            ("{} trailing", "invalid character 't' after top-level value"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("trux", "invalid character 'x' in literal true (expecting 'e')"),
            ("01", "invalid character '1' after top-level value"),
            ("-", "unexpected end of JSON input"),
            ("1.", "unexpected end of JSON input"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            (r#""\x""#, "invalid character 'x' in string escape code"),
            ("'", r"invalid character '\'' looking for beginning of value"),
            ("\"a", "unexpected end of JSON input"),
        ] {
            assert_eq!(shown(text), words, "{text}");
        }
    }
}
