//! `NAME=value`, on the command line and in `--env-file` and `--label-file`.

use super::Said;

/// A variable: only the name must not be empty.
pub(crate) fn variable(text: &str) -> Said<String> {
    if name(text).is_empty() {
        return Err(format!("invalid environment variable: {text}"));
    }
    Ok(text.to_owned())
}

/// A label: its name has no white space but leading.
pub(crate) fn label(text: &str) -> Said<String> {
    let name = name(text).trim_start_matches([' ', '\t']);
    if name.is_empty() {
        return Err(format!("invalid label '{text}': empty name"));
    }
    if name.contains([' ', '\t']) {
        return Err(format!("label '{name}' contains whitespaces"));
    }
    Ok(text.to_owned())
}

/// What stands before the first `=`.
pub(crate) fn name(text: &str) -> &str {
    text.split_once('=').map_or(text, |(name, _)| name)
}

/// Key and value; a text without `=` has an empty value.
pub(crate) fn pair(text: &str) -> (String, String) {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    (key.to_owned(), value.to_owned())
}

/// One line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: usize,
    /// `NAME=value`, or a bare `NAME`.
    pub(crate) text: String,
}

/// Longer lines are refused, as by docker's scanner.
const LONGEST: usize = 64 * 1024;

/// The entries of a file: no comments, no empty lines, white space cut from the left only.
pub(crate) fn lines(file: &[u8]) -> Said<Vec<Line>> {
    let mut lines = Vec::new();
    for (number, bytes) in (1..).zip(file.split(|b| *b == b'\n')) {
        if bytes.len() >= LONGEST {
            return Err("bufio.Scanner: token too long".to_owned());
        }
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            let shown: Vec<String> = bytes.iter().map(u8::to_string).collect();
            return Err(format!("invalid utf8 bytes at line {number}: [{}]", shown.join(" ")));
        };
        let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let name = name(text);
        if name.is_empty() {
            return Err(format!("no variable name on line '{text}'"));
        }
        if name.contains([' ', '\t']) {
            return Err(format!("variable '{name}' contains whitespaces"));
        }
        lines.push(Line { number, text: text.to_owned() });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &str) -> Vec<String> {
        lines(file.as_bytes()).unwrap().into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn comments_blank_lines_and_leading_space_go() {
        assert_eq!(texts("\u{feff}A=1\r\n# c\n\n  B= two  \nC\n"), ["A=1", "B= two  ", "C"]);
        assert_eq!(texts(" \u{a0}NBSP=1\n"), ["NBSP=1"]);
        assert_eq!(lines(b"\nA=1").unwrap().first().map(|l| l.number), Some(2));
    }

    #[test]
    fn bad_lines_are_refused_in_dockers_words() {
        for (file, words) in [
            (b"=blank\n".as_slice(), "no variable name on line '=blank'"),
            (b"a\n    f   =q\n", "variable 'f   ' contains whitespaces"),
            (b"A=1\nB=\xff\xfe\n", "invalid utf8 bytes at line 2: [66 61 255 254]"),
        ] {
            assert_eq!(lines(file), Err(words.to_owned()));
        }
        assert!(lines(&vec![b'a'; LONGEST]).is_err());
    }

    #[test]
    fn names_on_the_command_line() {
        assert!(variable("  a b=1").is_ok() && variable("A").is_ok());
        assert_eq!(variable("=x"), Err("invalid environment variable: =x".to_owned()));
        assert!(label("my-label").is_ok() && label(" a=b").is_ok());
        assert_eq!(label(" = "), Err("invalid label ' = ': empty name".to_owned()));
        assert_eq!(label("a b=v"), Err("label 'a b' contains whitespaces".to_owned()));
    }
}
