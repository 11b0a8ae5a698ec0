//! Characters that a reader does not see, made visible where text is kept or shown.

use serde::Serialize;

/// Moves the reader's cursor, turns the direction of writing, or takes no room.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    let unseen = matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || unseen
}

/// The text with every hidden character spelled out.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { format!("{}", c.escape_default()) } else { c.to_string() }).collect()
}

/// A value as one line of JSON in which no hidden character stands as itself.
///
/// # Errors
/// A value that JSON cannot say.
pub fn json_line(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut line = String::new();
    for c in serde_json::to_string(value)?.chars() {
        match is_hidden(c) {
            // Only strings can hold one, and there this is the same character.
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| line.push_str(&format!("\\u{unit:04x}"))),
            false => line.push(c),
        }
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_the_cursor_is_spelled_out() {
        assert_eq!(clean("a\nb\u{1b}[2J\u{9b}31m\u{202e}é日"), "a\\nb\\u{1b}[2J\\u{9b}31m\\u{202e}é日");
    }

    #[test]
    fn json_says_the_same_without_hidden_characters() {
        let text = "a\"\n\u{7f}\u{9b}\u{202e}\u{e0041}é";
        let line = json_line(&text).unwrap();
        assert_eq!(line, r#""a\"\n\u007f\u009b\u202e\udb40\udc41é""#);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }
}
