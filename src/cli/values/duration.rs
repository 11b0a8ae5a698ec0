//! Go's durations: `1.5h`, `1m30s`, `100us`.

use super::Said;

/// Nanoseconds.
pub(crate) fn nanoseconds(text: &str) -> Said<i64> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut sum: u64 = 0;
    while !rest.is_empty() {
        let (part, after) = Part::read(rest).ok_or_else(invalid)?;
        if part.unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", quote(text)));
        }
        let Some(unit) = unit(part.unit) else {
            return Err(format!("time: unknown unit {} in duration {}", quote(part.unit), quote(text)));
        };
        let size = part.nanoseconds(unit).ok_or_else(invalid)?;
        sum = sum.checked_add(size).filter(|sum| *sum <= 1 << 63).ok_or_else(invalid)?;
        rest = after;
    }
    let sum = i128::from(sum);
    i64::try_from(if negative { -sum } else { sum }).map_err(|_| invalid())
}

/// One number with its unit.
struct Part<'t> {
    whole: &'t str,
    fraction: &'t str,
    unit: &'t str,
}

impl<'t> Part<'t> {
    fn read(text: &'t str) -> Option<(Self, &'t str)> {
        let (whole, rest) = split_while(text, |c| c.is_ascii_digit());
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => split_while(rest, |c| c.is_ascii_digit()),
            None => ("", rest),
        };
        let nothing = whole.is_empty() && fraction.is_empty();
        let too_big = !whole.is_empty() && whole.parse::<u64>().map_or(true, |n| n > 1 << 63);
        if nothing || too_big {
            return None;
        }
        let (unit, rest) = split_while(rest, |c| c != '.' && !c.is_ascii_digit());
        Some((Self { whole, fraction, unit }, rest))
    }

    fn nanoseconds(&self, unit: u64) -> Option<u64> {
        let whole: u64 = if self.whole.is_empty() { 0 } else { self.whole.parse().ok()? };
        let whole = whole.checked_mul(unit).filter(|n| *n <= 1 << 63)?;
        let (mut digits, mut scale) = (0_u64, 1.0_f64);
        for c in self.fraction.chars() {
            let next = digits.checked_mul(10).and_then(|n| n.checked_add(c.to_digit(10)?.into()));
            let Some(next) = next.filter(|n| *n <= 1 << 63) else { break };
            digits = next;
            scale *= 10.0;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "Go computes the fraction in the same floating point, and it is below one unit"
        )]
        let part = (digits as f64 * (unit as f64 / scale)) as u64;
        whole.checked_add(part)
    }
}

fn split_while(text: &str, keep: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !keep(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// The quoting of Go's `time`, which shows what is not ASCII byte by byte.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' | 0x7f => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        for (text, is) in [
            ("10s", 10_000_000_000),
            ("1.5h", 5_400_000_000_000),
            ("1m30s", 90_000_000_000),
            ("500ms", 500_000_000),
            ("100us", 100_000),
            ("1µs", 1_000),
            (".5s", 500_000_000),
            ("0", 0),
            ("0s", 0),
            ("-1s", -1_000_000_000),
            ("1.s", 1_000_000_000),
        ] {
            assert_eq!(nanoseconds(text), Ok(is), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused_in_gos_words() {
        assert_eq!(nanoseconds("1d"), Err("time: unknown unit \"d\" in duration \"1d\"".to_owned()));
        assert_eq!(nanoseconds("5"), Err("time: missing unit in duration \"5\"".to_owned()));
        assert_eq!(nanoseconds("1é"), Err("time: unknown unit \"\\xc3\\xa9\" in duration \"1\\xc3\\xa9\"".to_owned()));
        for bad in ["", "s", ".s", "-", "99999999999999999999n", "9999999999h"] {
            assert_eq!(nanoseconds(bad), Err(format!("time: invalid duration \"{bad}\"")), "{bad}");
        }
    }
}
