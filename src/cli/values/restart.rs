//! `--restart`: `name[:count]`. The name is the engine's to judge.

use super::Said;
use super::number::decimal;
use crate::request::wire::RestartPolicy;

/// A policy; the empty text is the empty policy, which is not `no`.
pub(crate) fn policy(text: &str) -> Said<RestartPolicy> {
    let (name, count) = match text.split_once(':') {
        Some(("", _)) => return Err("invalid restart policy format: no policy provided before colon".to_owned()),
        Some((name, count)) => (name, count),
        None => (text, ""),
    };
    let maximum_retry_count = match count {
        "" => 0,
        count => decimal(count).map_err(|_| "invalid restart policy format: maximum retry count must be an integer")?,
    };
    Ok(RestartPolicy { name: name.to_owned(), maximum_retry_count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_judged_here() {
        for (text, name, count) in [
            ("no", "no", 0),
            ("ALWAYS", "ALWAYS", 0),
            ("always:3", "always", 3),
            ("on-failure:+3", "on-failure", 3),
            ("", "", 0),
            ("a:", "a", 0),
        ] {
            let policy = policy(text).unwrap();
            assert_eq!((policy.name.as_str(), policy.maximum_retry_count), (name, count), "{text}");
        }
    }

    #[test]
    fn counts_are_decimal_integers() {
        let words = "invalid restart policy format: maximum retry count must be an integer";
        for bad in ["on-failure:x", "on-failure: 3", "on-failure:0x3", "a:1:2"] {
            assert_eq!(policy(bad), Err(words.to_owned()));
        }
        assert!(policy(":").is_err_and(|e| e.ends_with("before colon")));
    }
}
