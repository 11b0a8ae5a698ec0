//! Byte sizes: `1.5g`, `64MiB`, `-1` where swap may be without limit.

use super::Said;
use super::float::float;

/// Binary units whatever their spelling: `1k`, `1KB` and `1KiB` are 1024 bytes.
pub(crate) fn bytes(text: &str) -> Said<i64> {
    let Some(last) = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ') else {
        return Err(invalid(text));
    };
    let (number, rest) = text.split_at_checked(last).ok_or_else(|| invalid(text))?;
    let mut after = rest.chars();
    let separator = after.next();
    let suffix = after.as_str();
    let number = match separator {
        Some(digit) if digit != ' ' => format!("{number}{digit}"),
        _ => number.to_owned(),
    };
    let size = float(&number)?;
    if size < 0.0 {
        return Err(invalid(text));
    }
    let factor = factor(suffix).ok_or_else(|| format!("invalid suffix: '{}'", shown_suffix(suffix)))?;
    Ok(truncate(size * factor))
}

/// As [`bytes`], with `-1` for no limit.
pub(crate) fn bytes_or_unlimited(text: &str) -> Said<i64> {
    if text == "-1" { Ok(-1) } else { bytes(text) }
}

fn invalid(text: &str) -> String {
    format!("invalid size: '{text}'")
}

/// Docker shows a suffix that is too long as typed, any other in lower case.
fn shown_suffix(suffix: &str) -> String {
    if suffix.len() > 3 { suffix.to_owned() } else { suffix.to_lowercase() }
}

fn factor(suffix: &str) -> Option<f64> {
    if suffix.len() > 3 {
        return None;
    }
    let lower = suffix.to_lowercase();
    let mut letters = lower.chars();
    let exponent = match letters.next() {
        None => return Some(1.0),
        Some('b') => return letters.as_str().is_empty().then_some(1.0),
        Some('k') => 1,
        Some('m') => 2,
        Some('g') => 3,
        Some('t') => 4,
        Some('p') => 5,
        Some(_) => return None,
    };
    matches!(letters.as_str(), "" | "b" | "ib").then(|| 1024_f64.powi(exponent))
}

/// Go's conversion on amd64: what does not fit becomes the smallest integer.
fn truncate(size: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if size < LIMIT {
        #[expect(clippy::cast_possible_truncation, reason = "in range, and cutting the fraction is the point")]
        let whole = size as i64;
        return whole;
    }
    i64::MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_binary() {
        for (text, is) in [
            ("0", 0),
            ("100b", 100),
            ("64k", 65536),
            ("1G", 1 << 30),
            ("1GB", 1 << 30),
            ("1 KiB", 1024),
            ("3.7k", 3788),
            (".5g", 1 << 29),
            ("1e3", 1000),
            ("+1t", 1 << 40),
            ("9999999p", i64::MIN),
        ] {
            assert_eq!(bytes(text), Ok(is), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_in_dockers_words() {
        for bad in ["", "x", "g", "-1", "invalid"] {
            assert_eq!(bytes(bad), Err(format!("invalid size: '{bad}'")));
        }
        assert_eq!(bytes("1Kx"), Err("invalid suffix: 'kx'".to_owned()));
        assert_eq!(bytes("1ABCD"), Err("invalid suffix: 'ABCD'".to_owned()));
        assert_eq!(bytes("1  g"), Err("strconv.ParseFloat: parsing \"1 \": invalid syntax".to_owned()));
        assert_eq!(bytes("a128m"), Err("strconv.ParseFloat: parsing \"a128\": invalid syntax".to_owned()));
    }

    #[test]
    fn swap_alone_may_be_unlimited() {
        assert_eq!(bytes_or_unlimited("-1"), Ok(-1));
        assert!(bytes_or_unlimited("-2").is_err());
        assert!(bytes_or_unlimited("-1 ").is_err());
    }
}
