//! `--cpus`: an exact rational number in billionths of a CPU.

use super::Said;
use super::number::underscores_fit;

/// More decimal places than this are given up as no number, as Go gives up on excessive exponents.
const MOST_PLACES: i64 = 1_000_000;

/// Billionths of a CPU: `1/2`, `1e-3`, `.5`, `0x2`.
pub(crate) fn nano_cpus(text: &str) -> Said<i64> {
    let unreadable = || format!("failed to parse {text} as a rational number");
    if text.contains('_') && !text.split('/').all(underscores_fit) {
        return Err(unreadable());
    }
    let plain = text.replace('_', "").to_ascii_lowercase();
    let (negative, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let nano = match unsigned.split_once('/') {
        Some((above, below)) => fraction(above, below),
        None => number(unsigned),
    };
    let nano = nano.ok_or_else(unreadable)?.ok_or("value is too precise")?;
    // What exceeds 64 bits keeps its low ones, as Go's Int64 has it.
    let nano = nano.cast_signed();
    Ok(if negative { nano.wrapping_neg() } else { nano })
}

/// `None`: no number. `Some(None)`: finer than a billionth.
type Nano = Option<Option<u64>>;

fn fraction(above: &str, below: &str) -> Nano {
    let (above, below) = (integer(above)?, integer(below)?);
    let nano = above.checked_mul(1_000_000_000)?;
    let rest = nano.checked_rem(below)?;
    Some(if rest == 0 { nano.checked_div(below).map(low_bits) } else { None })
}

/// An integer of a fraction, its base told by its prefix; beyond 128 bits it is given up as no number.
fn integer(text: &str) -> Option<u128> {
    let (radix, digits) = match radix(text) {
        (10, digits) if digits.len() > 1 && digits.starts_with('0') => (8, digits),
        other => other,
    };
    let sound = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    sound.then(|| u128::from_str_radix(digits, radix).ok())?
}

fn radix(text: &str) -> (u32, &str) {
    [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| text.strip_prefix(prefix).map(|digits| (radix, digits)))
        .unwrap_or((10, text))
}

fn number(text: &str) -> Nano {
    let (radix, rest) = radix(text);
    let marks: &[char] = if radix == 10 { &['e', 'p'] } else { &['p'] };
    let (mantissa, exponent) = match rest.find(marks) {
        Some(at) => {
            let (mantissa, tail) = rest.split_at_checked(at)?;
            (mantissa, Some((tail.starts_with('p'), exponent(tail.get(1..)?)?)))
        }
        None => (rest, None),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u32> = whole.chars().chain(decimals.chars()).map(|c| c.to_digit(radix)).collect::<Option<_>>()?;
    if digits.is_empty() {
        return None;
    }
    let places = i64::try_from(decimals.len()).ok()?;
    let (binary, power) = exponent.unwrap_or((false, 0));
    match (radix, binary) {
        (10, false) => decimal(&digits, power.checked_sub(places)?),
        _ => scaled(&digits, radix, places, power),
    }
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sound = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    sound.then(|| text.parse().ok())?
}

/// Digits times a power of ten.
fn decimal(digits: &[u32], power: i64) -> Nano {
    if digits.iter().all(|d| *d == 0) {
        return Some(Some(0));
    }
    if power.checked_abs()? > MOST_PLACES {
        return None;
    }
    let power = power.checked_add(9)?;
    let cut = usize::try_from(power.min(0).checked_neg()?).ok()?;
    let kept = digits.len().saturating_sub(cut);
    let (kept, finer) = digits.split_at_checked(kept)?;
    if finer.iter().any(|d| *d != 0) {
        return Some(None);
    }
    let zeros = usize::try_from(power.max(0)).ok()?;
    let all = kept.iter().copied().chain(std::iter::repeat_n(0, zeros));
    Some(Some(all.fold(0_u64, |sum, d| sum.wrapping_mul(10).wrapping_add(u64::from(d)))))
}

/// Digits of any base times a power of two.
fn scaled(digits: &[u32], radix: u32, places: i64, power: i64) -> Nano {
    let mut size: u128 = 1_000_000_000;
    let mut sum: u128 = 0;
    for digit in digits {
        sum = sum.checked_mul(u128::from(radix))?.checked_add(u128::from(*digit))?;
    }
    size = size.checked_mul(sum)?;
    let divisor = u128::from(radix).checked_pow(u32::try_from(places).ok()?)?;
    let shift = u32::try_from(power.checked_abs()?).ok().filter(|s| *s < 64)?;
    let (size, divisor) =
        if power < 0 { (size, divisor.checked_mul(1 << shift)?) } else { (size.checked_mul(1 << shift)?, divisor) };
    Some((size.checked_rem(divisor)? == 0).then(|| low_bits(size / divisor)))
}

#[expect(clippy::cast_possible_truncation, reason = "the low 64 bits are what Go keeps")]
fn low_bits(size: u128) -> u64 {
    size as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rationals_are_exact() {
        for (text, is) in [
            ("1", 1_000_000_000),
            (".5", 500_000_000),
            ("0.000000001", 1),
            ("1/2", 500_000_000),
            ("010/2", 4_000_000_000),
            ("010", 10_000_000_000),
            ("1/0x2", 500_000_000),
            ("1e2", 100_000_000_000),
            ("1e-9", 1),
            ("1p3", 8_000_000_000),
            ("0x2", 2_000_000_000),
            ("0x1p-1", 500_000_000),
            ("0x.8", 500_000_000),
            ("1.0000000000", 1_000_000_000),
            ("2.", 2_000_000_000),
            ("+2", 2_000_000_000),
            ("-1", -1_000_000_000),
            ("1_0", 10_000_000_000),
            ("0", 0),
            ("99999999999999", 200_376_419_520_689_664),
        ] {
            assert_eq!(nano_cpus(text), Ok(is), "{text}");
        }
    }

    #[test]
    fn finer_than_a_billionth_is_too_precise() {
        for text in ["1/3", "1e-10", "0.0000000001"] {
            assert_eq!(nano_cpus(text), Err("value is too precise".to_owned()), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in ["", "abc", " 1", "1,5", "Inf", "1/0", "1/", "/2", "1e", ".", "1/-2", "0x"] {
            assert_eq!(nano_cpus(text), Err(format!("failed to parse {text} as a rational number")), "{text}");
        }
    }
}
