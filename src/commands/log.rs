//! Lines as docker's log writes them.

/// A warning.
pub(super) fn warning(text: &str, at_terminal: bool) -> String {
    match at_terminal {
        true => format!("\x1b[33mWARN\x1b[0m[0000] {text:<44} \n"),
        false => format!("time=\"{}\" level=warning msg={}\n", now(), quoted(text)),
    }
}

/// A warning and the error behind it.
pub(super) fn warning_with(text: &str, error: &str, at_terminal: bool) -> String {
    match at_terminal {
        true => format!("\x1b[33mWARN\x1b[0m[0000] {text:<44}  \x1b[33merror\x1b[0m={}\n", quoted(error)),
        false => format!("time=\"{}\" level=warning msg={} error={}\n", now(), quoted(text), quoted(error)),
    }
}

/// To the second.
fn now() -> String {
    format!("{:.0}", jiff::Timestamp::now())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_dockers() {
        let line = warning_with("it \"failed\"", "a\nb", false);
        let (time, rest) = line.strip_prefix("time=\"").unwrap().split_once('"').unwrap();
        assert_eq!(rest, " level=warning msg=\"it \\\"failed\\\"\" error=\"a\\nb\"\n");
        assert_eq!((time.len(), time.ends_with('Z')), ("2025-01-02T03:04:05Z".len(), true), "{time}");
        assert!(warning("old", true).starts_with("\x1b[33mWARN\x1b[0m[0000] old "));
    }
}
