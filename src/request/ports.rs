//! Ports of the host and of a container.

use std::fmt;

/// Ports from one to another, both among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// The lowest.
    pub from: u16,
    /// The highest; never below the lowest.
    pub to: u16,
}

impl PortRange {
    /// From one to another.
    #[must_use]
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// `80` or `80-90`, in digits alone.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        Self::new(port(from)?, port(to)?)
    }

    /// Whether all of the other's are among them.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// The least that holds both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    /// All of them higher by the same, where there are such ports.
    #[must_use]
    pub fn raised(self, by: u16) -> Option<Self> {
        Self::new(self.from.checked_add(by)?, self.to.checked_add(by)?)
    }
}

/// One port in digits; Go's sign and spaces are no digits.
fn port(text: &str) -> Option<u16> {
    text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { write!(f, "{}", self.from) } else { write!(f, "{}-{}", self.from, self.to) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_digits_and_goes_up() {
        for (text, shown) in [("80", "80"), ("080", "80"), ("80-90", "80-90"), ("0-65535", "0-65535")] {
            assert_eq!(PortRange::parse(text).unwrap().to_string(), shown);
        }
        for bad in ["", "-", "80-", "-80", "90-80", "+80", " 80", "65536", "1-2-3", "0x50", "http"] {
            assert_eq!(PortRange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranges_hold_each_other_whole_or_not() {
        let range = |text: &str| PortRange::parse(text).unwrap();
        assert!(range("1024-65535").covers(range("8080-8090")) && !range("1024-65535").covers(range("1000-1030")));
        assert_eq!(range("80").and(range("90-95")), range("80-95"));
        assert_eq!((range("80-81").raised(8000), range("60000").raised(8000)), (Some(range("8080-8081")), None));
    }
}
