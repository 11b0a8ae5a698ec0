//! Go's `strconv.ParseFloat`, as far as a text that ends in a digit or a point can get.

use super::Said;
use super::number::{Why, underscores_fit};

/// A finite number: decimal (`.5`, `1e3`) or hexadecimal with a binary exponent (`0x1p4`).
pub(crate) fn float(text: &str) -> Said<f64> {
    parse(text).map_err(|why| why.of("ParseFloat", text))
}

fn parse(text: &str) -> Result<f64, Why> {
    if text.contains('_') && !underscores_fit(text) {
        return Err(Why::Syntax);
    }
    let plain = text.replace('_', "").to_ascii_lowercase();
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    let value = match unsigned.strip_prefix("0x") {
        Some(hex) => hexadecimal(hex).ok_or(Why::Syntax)?,
        None if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            unsigned.parse().map_err(|_| Why::Syntax)?
        }
        None => return Err(Why::Syntax),
    };
    match value {
        v if f64::is_infinite(v) => Err(Why::Range),
        v if plain.starts_with('-') => Ok(-v),
        v => Ok(v),
    }
}

fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let exponent = exponent.parse::<i32>().ok()?;
    let mut value = 0.0;
    for c in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let point = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    Some(value * 2_f64.powi(exponent.checked_sub(point)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        for (text, is) in
            [("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0), ("+1", 1.0), ("0x1p4", 16.0), ("1_000", 1000.0)]
        {
            assert_eq!(float(text), Ok(is), "{text}");
        }
        assert_eq!(float("0x1.8p1"), Ok(3.0));
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in ["", ".", "0x10", "1.2.3", "1,5", " 1", "inf1", "1 ", "a128", "0xp1"] {
            assert_eq!(float(bad), Err(format!("strconv.ParseFloat: parsing \"{bad}\": invalid syntax")), "{bad}");
        }
        assert!(float("1e400").is_err_and(|e| e.ends_with("value out of range")));
    }
}
