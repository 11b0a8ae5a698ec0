//! Words of a command line as they are shown.

/// As a shell takes it, and without quotes where none are needed: `nofile=512:512` is no assignment behind a command.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    let needs_none = !word.is_empty() && !word.starts_with('=') && word.chars().all(plain);
    if needs_none { word.to_owned() } else { shell_words::quote(word).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_shell_would_change_is_quoted() {
        for plain in ["nofile=512:512", "/t:size=1m", "type=bind,src=/a,dst=/b"] {
            assert_eq!(quoted(plain), plain);
        }
        assert_eq!(quoted("/a b:/c"), "'/a b:/c'");
        assert_eq!(quoted(""), "''");
    }
}
