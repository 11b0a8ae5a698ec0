//! `user[:group]` as the engine reads it.

use super::{Fact, UserTables};

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

    /// A number where the engine reads one, else a name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
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

/// Why a specification has no uid and gid above 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserFault {
    /// It means root, or root's group: how.
    Root(String),
    /// The engine could not run it: why.
    Unusable(String),
    /// The image's files are not known: why.
    Unknown(String),
}

/// A specification in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// Above 0.
    pub uid: u32,
    /// Above 0, unless it is the image that says so.
    pub gid: u32,
    /// The gid is 0, and it is the image that says so.
    pub root_group: bool,
}

type Tables = Fact<UserTables>;

impl UserSpec {
    /// The specification in numbers, by the engine's rules and the image's files. A user without a known group gets the
    /// group of the same number.
    ///
    /// # Errors
    /// [`UserFault`] where it means root, cannot be run, or the files are needed and not known.
    pub fn resolve(&self, tables: &Tables) -> Result<Ids, UserFault> {
        let (uid, listed_gid) = self.uid(tables)?;
        self.with_group(uid, listed_gid, tables)
    }

    /// As [`Self::resolve`], of an image's own USER: its group 0 is the image's choice, and not root.
    ///
    /// # Errors
    /// [`UserFault`], as there.
    pub fn resolve_of_image(&self, tables: &Tables) -> Result<Ids, UserFault> {
        let (uid, listed_gid) = self.uid(tables)?;
        match self.with_group(uid, listed_gid, tables) {
            Err(UserFault::Root(_)) => Ok(Ids { uid, gid: 0, root_group: true }),
            other => other,
        }
    }

    fn with_group(&self, uid: u32, listed_gid: Option<u32>, tables: &Tables) -> Result<Ids, UserFault> {
        match &self.group {
            None => Ok(match listed_gid {
                Some(gid) => Ids { uid, gid, root_group: gid == 0 },
                None => Ids { uid, gid: uid, root_group: false },
            }),
            Some(Id::Number(0)) if listed_gid == Some(0) => Ok(Ids { uid, gid: 0, root_group: true }),
            Some(group) => Ok(Ids { uid, gid: group.as_group(tables)?, root_group: false }),
        }
    }

    /// The uid, and the gid that the image's files give it.
    fn uid(&self, tables: &Tables) -> Result<(u32, Option<u32>), UserFault> {
        let root = |why: &str| Err(UserFault::Root(why.to_owned()));
        match &self.user {
            None => root("no user before the colon means uid 0"),
            Some(Id::Number(0)) => root("uid 0"),
            Some(Id::Name(name)) if name == Self::ROOT => root("uid 0"),
            Some(Id::Number(number)) => {
                let uid = in_range(*number)?;
                // A group above 0 in numbers: what the files say of the user does not matter then.
                let plain = matches!(self.group, Some(Id::Number(1..)));
                let listed = |tables: &UserTables| tables.passwd.iter().find(|e| e.uid == uid).map(|e| e.gid);
                Ok((uid, if plain { None } else { listed(known(tables)?) }))
            }
            Some(Id::Name(name)) => {
                let entry = known(tables)?.passwd.iter().find(|entry| entry.name == *name);
                let entry = entry.ok_or_else(|| UserFault::Unusable(format!("the image has no user `{name}`")))?;
                if entry.uid == 0 {
                    return Err(UserFault::Root(format!("the image maps `{name}` to uid 0")));
                }
                Ok((in_range(entry.uid.into())?, Some(entry.gid)))
            }
        }
    }
}

impl Id {
    /// The group that is meant, above 0.
    ///
    /// # Errors
    /// [`UserFault`] where it is root's, cannot be run with, or the files are needed and not known.
    pub fn as_group(&self, tables: &Tables) -> Result<u32, UserFault> {
        match self {
            Self::Number(0) => Err(UserFault::Root("gid 0".to_owned())),
            Self::Number(number) => in_range(*number),
            Self::Name(name) => {
                let entry = known(tables)?.group.iter().find(|entry| entry.name == *name);
                match entry.map(|entry| entry.gid) {
                    None => Err(UserFault::Unusable(format!("the image has no group `{name}`"))),
                    Some(0) => Err(UserFault::Root(format!("the image maps group `{name}` to gid 0"))),
                    Some(gid) => in_range(gid.into()),
                }
            }
        }
    }
}

fn known(tables: &Tables) -> Result<&UserTables, UserFault> {
    tables.known().map_err(UserFault::Unknown)
}

fn in_range(number: i64) -> Result<u32, UserFault> {
    match u32::try_from(number) {
        Ok(id) if (1..=Id::MAX).contains(&id) => Ok(id),
        _ => Err(UserFault::Unusable(format!("ids go from 0 to {}", Id::MAX))),
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
