//! Go's `%q`: docker quotes what was typed in its errors.

/// A double-quoted Go string literal.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        escape(c, '"', &mut out);
    }
    out.push('"');
    out
}

/// A single-quoted Go character literal.
pub(crate) fn quote_char(c: char) -> String {
    let mut out = String::from("'");
    escape(c, '\'', &mut out);
    out.push('\'');
    out
}

fn escape(c: char, delimiter: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        c if c == delimiter => out.extend(['\\', c]),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        c if is_printable(c) => out.push(c),
        c if u32::from(c) < 0x80 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        c if u32::from(c) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
    }
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space, as Go has it.
///
/// Rust's `escape_debug` leaves exactly those alone, except that it escapes a combining mark at the start of a text.
fn is_printable(c: char) -> bool {
    c == '\'' || c == '"' || String::from_iter(['a', c]).escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_go_does() {
        assert_eq!(quote("a\"b\\c'd"), r#""a\"b\\c'd""#);
        assert_eq!(quote("\n\t\u{1}\u{7f}"), r#""\n\t\x01\x7f""#);
        assert_eq!(quote("ünï 界 e\u{301}"), "\"ünï 界 e\u{301}\"");
        assert_eq!(quote("\u{a0}\u{200b}\u{e0001}"), r#""\u00a0\u200b\U000e0001""#);
    }

    #[test]
    fn characters_are_quoted_as_go_does() {
        assert_eq!(quote_char('z'), "'z'");
        assert_eq!(quote_char('\''), r"'\''");
        assert_eq!(quote_char('Ã'), "'Ã'");
    }
}
