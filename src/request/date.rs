//! A day of the calendar, as data: this room has no clock.

use std::fmt;

/// A day of the Gregorian calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Reads `2027-03-31`, and nothing shorter, longer or out of the calendar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
        let number = |digits: &str, length: usize| {
            let sound = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            sound.then(|| digits.parse::<i16>().ok()).flatten()
        };
        let (month, day) = (i8::try_from(number(month, 2)?).ok()?, i8::try_from(number(day, 2)?).ok()?);
        jiff::civil::Date::new(number(year, 4)?, month, day).ok().map(Self)
    }

    /// So many days later; nothing where the calendar ends.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Option<Self> {
        self.0.checked_add(jiff::Span::new().try_days(days).ok()?).ok().map(Self)
    }
}

impl From<jiff::civil::Date> for Date {
    fn from(date: jiff::civil::Date) -> Self {
        Self(date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way_only() {
        for sound in ["2027-03-31", "2028-02-29", "0001-01-01"] {
            assert_eq!(Date::parse(sound).map(|date| date.to_string()).as_deref(), Some(sound));
        }
        for bad in ["", "2027-3-31", "2027-03-32", "2027-02-29", "27-03-31", "2027-03-31T00:00:00", "+027-03-31"] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_are_counted_over_the_ends_of_months() {
        let day = Date::parse("2027-12-31").unwrap();
        assert_eq!(day.plus_days(60).unwrap().to_string(), "2028-02-29");
        assert_eq!(day.plus_days(u32::MAX), None);
        assert!(day < day.plus_days(1).unwrap());
    }
}
