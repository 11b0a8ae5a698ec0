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
}
