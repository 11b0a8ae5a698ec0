//! Who asks.

use std::path::PathBuf;

/// The person or program that asks. From the system's database or the kernel, never from the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Numeric user id.
    pub uid: u32,
    /// Numeric primary group id.
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<u32>,
    /// The names of all groups, as far as they were looked up and the system knows them.
    pub group_names: Vec<String>,
    /// The login name, where the system knows one.
    pub name: Option<String>,
    /// The home directory of the system's database (not `$HOME`).
    pub home: Option<PathBuf>,
}

impl Caller {
    /// Uid and gid of nobody.
    pub const NOBODY: (u32, u32) = (65534, 65534);

    /// Somebody of whom only the numbers are known.
    #[must_use]
    pub fn numbered(uid: u32, gid: u32) -> Self {
        Self { uid, gid, groups: Vec::new(), group_names: Vec::new(), name: None, home: None }
    }

    /// Whether the group is the caller's primary or another of the caller's.
    #[must_use]
    pub fn is_in(&self, gid: u32) -> bool {
        self.gid == gid || self.groups.contains(&gid)
    }

    /// Whom a filled-in user stands for: the caller, who for root is the user behind sudo, or nobody (65534).
    #[must_use]
    pub fn container_ids(&self, sudo: Option<(u32, u32)>) -> (u32, u32) {
        match (self.uid, self.gid, sudo) {
            (0, _, Some((uid, gid))) if uid != 0 && gid != 0 => (uid, gid),
            (0, _, _) => Self::NOBODY,
            (uid, 0, _) => (uid, uid),
            (uid, gid, _) => (uid, gid),
        }
    }

    /// Whose files count as the caller's own: the caller's, for root those of the user behind sudo. Nobody's for root alone,
    /// who owns the system.
    #[must_use]
    pub fn owner(&self, stands_for: (u32, u32)) -> Option<u32> {
        match self.uid {
            0 => Some(stands_for.0).filter(|_| stands_for != Self::NOBODY),
            uid => Some(uid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_stands_for_the_user_behind_sudo_or_nobody() {
        assert_eq!(Caller::numbered(0, 0).container_ids(Some((1000, 100))), (1000, 100));
        assert_eq!(Caller::numbered(0, 0).container_ids(Some((0, 0))), (65534, 65534));
        assert_eq!(Caller::numbered(0, 0).container_ids(None), (65534, 65534));
    }

    #[test]
    fn root_alone_owns_nothing_of_its_own() {
        assert_eq!(Caller::numbered(0, 0).owner((1000, 100)), Some(1000));
        assert_eq!(Caller::numbered(0, 0).owner(Caller::NOBODY), None);
        assert_eq!(Caller::numbered(1000, 100).owner((1000, 100)), Some(1000));
    }

    #[test]
    fn others_stand_for_themselves_whatever_the_variables_say() {
        assert_eq!(Caller::numbered(1000, 1001).container_ids(Some((7, 7))), (1000, 1001));
        assert_eq!(Caller::numbered(1000, 0).container_ids(None), (1000, 1000));
    }
}
