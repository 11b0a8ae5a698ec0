//! Go's `strconv`: integers with base prefixes and underscores, booleans of twelve spellings.

use super::Said;
use super::quote::quote;

/// What Go says of a text that is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Syntax,
    Range,
}

impl Why {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Syntax => "invalid syntax",
            Self::Range => "value out of range",
        }
    }

    pub(crate) fn of(self, function: &str, text: &str) -> String {
        format!("strconv.{function}: parsing {}: {}", quote(text), self.words())
    }
}

/// A signed integer, its base told by its prefix: `010` is 8.
pub(crate) fn int(text: &str) -> Said<i64> {
    signed(text, None).map_err(|why| why.of("ParseInt", text))
}

/// A signed decimal integer.
pub(crate) fn decimal(text: &str) -> Result<i64, Why> {
    signed(text, Some(10))
}

/// A signed decimal integer, complained of as `ParseInt` does.
pub(crate) fn decimal_int(text: &str) -> Said<i64> {
    decimal(text).map_err(|why| why.of("ParseInt", text))
}

/// An unsigned integer of so many bits, its base told by its prefix.
pub(crate) fn uint(text: &str, bits: u32) -> Said<u64> {
    unsigned(text, None, max_of(bits)).map_err(|why| why.of("ParseUint", text))
}

/// An unsigned integer of so many bits in a given base.
pub(crate) fn uint_in(text: &str, base: u32, bits: u32) -> Result<u64, Why> {
    unsigned(text, Some(base), max_of(bits))
}

/// `1 t T TRUE true True 0 f F FALSE false False`.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// A boolean, complained of as `ParseBool` does.
pub(crate) fn switch(text: &str) -> Said<bool> {
    boolean(text).ok_or_else(|| Why::Syntax.of("ParseBool", text))
}

fn max_of(bits: u32) -> u64 {
    u64::MAX.checked_shr(64_u32.saturating_sub(bits)).unwrap_or(0)
}

fn signed(text: &str, base: Option<u32>) -> Result<i64, Why> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = i128::from(unsigned(digits, base, u64::MAX)?);
    i64::try_from(if negative { -size } else { size }).map_err(|_| Why::Range)
}

fn unsigned(text: &str, base: Option<u32>, max: u64) -> Result<u64, Why> {
    let (radix, digits) = match base {
        Some(base) => (base, text),
        None => prefixed(text),
    };
    if digits.is_empty() {
        return Err(Why::Syntax);
    }
    let mut sum: u64 = 0;
    for c in digits.chars() {
        if c == '_' && base.is_none() {
            continue;
        }
        let digit = c.to_digit(radix).ok_or(Why::Syntax)?;
        let next = sum.checked_mul(u64::from(radix)).and_then(|n| n.checked_add(u64::from(digit)));
        sum = next.filter(|n| *n <= max).ok_or(Why::Range)?;
    }
    if base.is_none() && !underscores_fit(text) {
        return Err(Why::Syntax);
    }
    Ok(sum)
}

/// The base that a prefix tells, and what follows the prefix. A lone `0` is a decimal digit.
fn prefixed(text: &str) -> (u32, &str) {
    let Some(rest) = text.strip_prefix('0').filter(|rest| !rest.is_empty()) else { return (10, text) };
    let (letter, digits) = split_first(rest);
    match letter.to_ascii_lowercase() {
        'b' if !digits.is_empty() => (2, digits),
        'o' if !digits.is_empty() => (8, digits),
        'x' if !digits.is_empty() => (16, digits),
        _ => (8, rest),
    }
}

fn split_first(text: &str) -> (char, &str) {
    let mut chars = text.chars();
    (chars.next().unwrap_or('\0'), chars.as_str())
}

/// Underscores stand between digits, or between a base prefix and a digit.
pub(crate) fn underscores_fit(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let rest = unsigned.strip_prefix('0').map(split_first);
    let prefix = rest.filter(|(letter, _)| matches!(letter.to_ascii_lowercase(), 'b' | 'o' | 'x'));
    let hex = prefix.is_some_and(|(letter, _)| letter.eq_ignore_ascii_case(&'x'));
    let mut after = if prefix.is_some() { '0' } else { '^' };
    for c in prefix.map_or(unsigned, |(_, digits)| digits).chars() {
        let digit = c.is_ascii_digit() || (hex && c.is_ascii_hexdigit());
        after = match (c, after) {
            _ if digit => '0',
            ('_', '0') => '_',
            ('_', _) | (_, '_') => return false,
            _ => '!',
        };
    }
    after != '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_tells_the_base() {
        for (text, is) in
            [("010", 8), ("0x1f4", 500), ("0b110", 6), ("0o17", 15), ("1_000", 1000), ("-5", -5), ("+7", 7), ("0", 0)]
        {
            assert_eq!(int(text), Ok(is), "{text}");
        }
        assert_eq!(int("9223372036854775807"), Ok(i64::MAX));
        assert_eq!(int("-9223372036854775808"), Ok(i64::MIN));
    }

    #[test]
    fn what_is_no_number_is_refused_in_gos_words() {
        for bad in ["", "x", "1 ", "1.5", "08", "0x", "_1", "1_", "1__0", "--1", "é"] {
            assert_eq!(int(bad), Err(format!("strconv.ParseInt: parsing \"{bad}\": invalid syntax")), "{bad}");
        }
        let big = "9223372036854775808";
        assert_eq!(int(big), Err(format!("strconv.ParseInt: parsing \"{big}\": value out of range")));
        assert_eq!(uint("65536", 16), Err("strconv.ParseUint: parsing \"65536\": value out of range".to_owned()));
        assert_eq!(uint("-1", 64), Err("strconv.ParseUint: parsing \"-1\": invalid syntax".to_owned()));
        assert_eq!(uint("65535", 16), Ok(65535));
    }

    #[test]
    fn decimals_know_no_prefix() {
        assert_eq!(decimal("010"), Ok(10));
        assert_eq!(decimal("0x10"), Err(Why::Syntax));
        assert_eq!(decimal("1_0"), Err(Why::Syntax));
        assert_eq!(uint_in("1777", 8, 32), Ok(0o1777));
    }

    #[test]
    fn booleans_have_twelve_spellings() {
        assert_eq!(switch("T"), Ok(true));
        assert_eq!(switch("False"), Ok(false));
        assert_eq!(switch("tRUE"), Err("strconv.ParseBool: parsing \"tRUE\": invalid syntax".to_owned()));
    }
}
