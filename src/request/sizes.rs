//! Units: bytes and billionths of a CPU.

use std::fmt;

/// A count of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub i64);

impl fmt::Display for Bytes {
    /// In the largest unit that divides it: `512m`, as docker's flags take it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(i64, &str); 4] = [(1 << 40, "t"), (1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")];
        match UNITS.iter().find(|(size, _)| self.0 != 0 && self.0 % size == 0) {
            Some((size, unit)) => write!(f, "{}{unit}", self.0 / size),
            None => write!(f, "{}b", self.0),
        }
    }
}

impl Bytes {
    /// A size as people and docker write it: `10m`, `1.5 GB`, `2GiB`. Units are binary, so that nothing counts for less
    /// than it is; 0 and what is below are no sizes.
    #[must_use]
    pub fn human(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(digits)?;
        let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
        let shift = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit) {
            "" if !unit.ends_with("ib") => 0,
            "k" => 10,
            "m" => 20,
            "g" => 30,
            "t" => 40,
            "p" => 50,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let unit = 1_i64 << shift;
        let bytes = whole.parse::<i64>().ok()?.checked_mul(unit)?;
        // A part of a unit counts as the whole of it.
        let part = if fraction.bytes().all(|b| b == b'0') { 0 } else { unit };
        let sound = fraction.bytes().all(|b| b.is_ascii_digit());
        let bytes = bytes.checked_add(part)?;
        (sound && bytes > 0).then_some(Self(bytes))
    }
}

/// A share of CPUs, in billionths: 1.5 CPUs are 1,500,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NanoCpus(pub i64);

/// One CPU.
pub const NANO_CPU: i64 = 1_000_000_000;

impl fmt::Display for NanoCpus {
    /// As `--cpus` takes it: `1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / NANO_CPU, (self.0 % NANO_CPU).abs());
        match format!("{rest:09}").trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            digits => write!(f, "{whole}.{digits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_as_docker_takes_them() {
        assert_eq!(Bytes(512 << 20).to_string(), "512m");
        assert_eq!(Bytes(1500).to_string(), "1500b");
        assert_eq!(Bytes(0).to_string(), "0b");
        assert_eq!(NanoCpus(NANO_CPU / 2).to_string(), "0.5");
        assert_eq!(NanoCpus(2 * NANO_CPU).to_string(), "2");
    }

    #[test]
    fn sizes_of_people_count_for_no_less_than_they_are() {
        for (text, bytes) in
            [("10m", 10 << 20), ("1000G", 1000 << 30), ("1 gb", 1 << 30), ("7", 7), ("1.5k", 2048), ("2GiB", 2 << 30)]
        {
            assert_eq!(Bytes::human(text), Some(Bytes(bytes)), "{text}");
        }
        for bad in ["", "-1", "0", "0.0", "m", ".5m", "1.x", "1e3", "9999999999p", "1 m b", "1ib", "1.2.3"] {
            assert_eq!(Bytes::human(bad), None, "{bad}");
        }
    }
}
