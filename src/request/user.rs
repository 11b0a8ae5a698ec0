//! `user[:group]` as the engine reads it.

/// One half of a user specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Id {
    /// Digits, with an optional sign: the engine parses it as a number when no such name exists.
    Number(i64),
    /// Anything else: a name that only the image's files can resolve.
    Name(String),
}

impl Id {
    fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Number)
    }
}

/// What `--user` or an image's USER asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSpec {
    /// The user; absent means uid 0.
    pub user: Option<Id>,
    /// The group; absent means what the image's files say, else gid 0.
    pub group: Option<Id>,
}

impl UserSpec {
    /// Splits at the first colon, as the engine does: `:0`, `0:` and `:` leave a half empty.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (user, group) = text.split_once(':').unwrap_or((text, ""));
        let half = |s: &str| (!s.is_empty()).then(|| Id::parse(s));
        Self { user: half(user), group: half(group) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_zero_is_the_number_zero() {
        for zero in ["0", "00", "000", "+0", "-0", "0:", "0:5"] {
            assert_eq!(UserSpec::parse(zero).user, Some(Id::Number(0)), "{zero}");
        }
        for nobody in [":0", ":", ""] {
            assert_eq!(UserSpec::parse(nobody).user, None, "{nobody}");
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_a_name() {
        for name in ["root", "0x0", "0_0", " 0", "1e0"] {
            assert_eq!(UserSpec::parse(name).user, Some(Id::Name(name.to_owned())));
        }
    }
}
