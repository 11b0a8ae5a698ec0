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
    /// The largest id that the engine takes.
    pub const MAX: u32 = 0x7fff_ffff;

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

impl UserSpec {
    /// Whether only the image's files can tell which uid and gid are meant. `root` is root without asking.
    #[must_use]
    pub fn needs_tables(&self) -> bool {
        match (&self.user, &self.group) {
            (None | Some(Id::Number(0)), _) => false,
            (Some(Id::Name(name)), _) if name == Self::ROOT => false,
            (Some(Id::Number(_)), Some(Id::Number(1..))) => false,
            _ => true,
        }
    }

    /// The name that is taken for uid 0 in every image.
    pub const ROOT: &'static str = "root";
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

    #[test]
    fn only_names_and_missing_groups_need_the_images_files() {
        for complete in ["1000:1000", "0", "0:0", "root", "root:staff", ""] {
            assert!(!UserSpec::parse(complete).needs_tables(), "{complete}");
        }
        for open in ["1000", "1000:0", "app", "1000:staff", "app:1"] {
            assert!(UserSpec::parse(open).needs_tables(), "{open}");
        }
    }
}
