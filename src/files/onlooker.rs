//! For whom a path is looked at, and who else could put another thing in its place.

use std::cell::OnceCell;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::io::Errno;

const ROOT: u32 = 0;
const STICKY: u32 = 0o1000;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Somebody who names a path: what the modes of directories mean is seen from there.
#[derive(Debug)]
pub struct Onlooker {
    uid: u32,
    groups: Vec<u32>,
    accounts: OnceCell<Accounts>,
}

/// The system's own accounts.
#[derive(Debug, Default)]
struct Accounts {
    passwd: String,
    group: String,
}

/// What decides who may rename and replace what a directory holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Directory {
    uid: u32,
    gid: u32,
    mode: u32,
    /// An access list, which may let others write than the group.
    has_list: bool,
}

impl Directory {
    pub(super) fn of(path: &Path, data: &Metadata) -> Self {
        // The group's bits are the most that a list can give, so that without them there is nothing to look for.
        let has_list = data.mode() & GROUP_WRITES != 0 && has_access_list(path);
        Self { uid: data.uid(), gid: data.gid(), mode: data.mode(), has_list }
    }

    fn has(&self, bit: u32) -> bool {
        self.mode & bit != 0
    }
}

/// What cannot be learned counts as a list.
fn has_access_list(path: &Path) -> bool {
    let mut none: [u8; 0] = [];
    let size = rustix::fs::lgetxattr(path, "system.posix_acl_access", &mut none);
    !matches!(size, Ok(0) | Err(Errno::NODATA | Errno::NOTSUP))
}

impl Onlooker {
    /// Somebody by numbers; `groups` are all of theirs.
    #[must_use]
    pub fn new(uid: u32, groups: Vec<u32>) -> Self {
        Self { uid, groups, accounts: OnceCell::new() }
    }

    /// Root, who trusts nobody else.
    #[must_use]
    pub fn root() -> Self {
        Self::new(ROOT, Vec::new())
    }

    fn trusts(&self, uid: u32) -> bool {
        uid == ROOT || uid == self.uid
    }

    /// Whether somebody else than root and the onlooker could put another thing in the place of an entry that this user
    /// owns. An absent entry counts as the onlooker's: whoever makes it does not take another's.
    pub(super) fn is_at_mercy(&self, directory: &Directory, entry: Option<u32>) -> bool {
        // Who owns a directory can change its modes and, sticky or not, its entries.
        if !self.trusts(directory.uid) {
            return true;
        }
        if directory.has(STICKY) && entry.is_none_or(|owner| self.trusts(owner)) {
            return false;
        }
        let group = directory.has(GROUP_WRITES) && (directory.has_list || !self.is_alone_in(directory.gid));
        directory.has(OTHERS_WRITE) || group
    }

    /// Whether the onlooker could. Root needs no such way to anything.
    pub(super) fn can_move(&self, directory: &Directory, entry: Option<u32>) -> bool {
        if self.uid == ROOT {
            return false;
        }
        let group = directory.has(GROUP_WRITES) && (directory.has_list || self.groups.contains(&directory.gid));
        let writes = directory.has(OTHERS_WRITE) || group;
        let keeps = directory.has(STICKY) && entry.is_some_and(|owner| owner != self.uid);
        directory.uid == self.uid || (writes && !keeps)
    }

    fn is_alone_in(&self, gid: u32) -> bool {
        let accounts = self.accounts.get_or_init(|| {
            // A file that cannot be read names nobody, and a group that is not named is nobody's own.
            let read = |path| std::fs::read_to_string(path).unwrap_or_default();
            Accounts { passwd: read("/etc/passwd"), group: read("/etc/group") }
        });
        accounts.is_own(gid, self.uid)
    }
}

impl Accounts {
    /// Whether a group has no other member than this user and root, as far as the system's own files tell. They do not tell
    /// where a directory service knows more users: a user or a group that is not in them is taken for one of many.
    fn is_own(&self, gid: u32, uid: u32) -> bool {
        let accounts = || self.passwd.lines().filter_map(account);
        let Some((name, ..)) = accounts().find(|(_, id, _)| *id == uid) else { return false };
        let mut groups = self.group.lines().filter_map(group).filter(|(id, _)| *id == gid).peekable();
        groups.peek().is_some()
            && groups.all(|(_, members)| {
                members.split(',').map(str::trim).all(|member| ["", "root", name].contains(&member))
            })
            && accounts().all(|(_, id, primary)| primary != gid || id == ROOT || id == uid)
    }
}

/// Name, uid and primary gid of a line of passwd.
fn account(line: &str) -> Option<(&str, u32, u32)> {
    let mut fields = line.split(':');
    let name = fields.next()?;
    let (uid, gid) = (fields.nth(1)?, fields.next()?);
    Some((name, uid.parse().ok()?, gid.parse().ok()?))
}

/// Gid and members of a line of group.
fn group(line: &str) -> Option<(u32, &str)> {
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: u32 = 1000;
    const BOB: u32 = 1001;
    const TEAM: u32 = 2000;
    const OWN: u32 = 1000;

    fn alice() -> Onlooker {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:\nbob:x:1001:1001::/home/bob:\n";
        let group = "root:x:0:\nstaff:x:50:\nalice:x:1000:\nbob:x:1001:\nteam:x:2000:alice,bob\nsolo:x:2001:alice\n";
        let accounts = Accounts { passwd: passwd.to_owned(), group: group.to_owned() };
        Onlooker { uid: ALICE, groups: vec![OWN, TEAM], accounts: OnceCell::from(accounts) }
    }

    fn directory(uid: u32, gid: u32, mode: u32) -> Directory {
        Directory { uid, gid, mode, has_list: false }
    }

    #[test]
    fn others_move_what_is_in_directories_that_they_own_or_may_write() {
        let mercy = |directory: Directory, entry: u32| alice().is_at_mercy(&directory, Some(entry));
        assert!(mercy(directory(BOB, BOB, 0o700), ALICE), "bob's own");
        assert!(mercy(directory(BOB, BOB, 0o1777), ALICE), "bob's own, sticky");
        assert!(mercy(directory(0, 0, 0o777), ALICE), "anybody's");
        assert!(mercy(directory(0, TEAM, 0o775), ALICE), "the team's");
        for (own, mode) in [(directory(0, 0, 0o755), "root's"), (directory(ALICE, OWN, 0o770), "alice's")] {
            assert!(!mercy(own, ALICE), "{mode}");
        }
    }

    #[test]
    fn a_sticky_directory_keeps_the_entries_of_the_trusted() {
        let tmp = directory(0, 0, 0o1777);
        let mercy = |entry: Option<u32>| alice().is_at_mercy(&tmp, entry);
        assert!(!mercy(Some(ALICE)) && !mercy(Some(0)) && !mercy(None));
        assert!(mercy(Some(BOB)));
        assert!(alice().is_at_mercy(&directory(0, TEAM, 0o1770), Some(BOB)));
    }

    #[test]
    fn a_group_without_other_members_is_no_danger() {
        let mercy = |gid: u32| alice().is_at_mercy(&directory(0, gid, 0o770), Some(ALICE));
        assert!(!mercy(OWN) && !mercy(2001) && !mercy(0) && !mercy(50));
        assert!(mercy(TEAM) && mercy(BOB), "a member, and somebody's primary group");
        assert!(mercy(9999), "a group that the files do not know");
        let listed = Directory { has_list: true, ..directory(0, OWN, 0o770) };
        assert!(alice().is_at_mercy(&listed, Some(ALICE)));
        let stranger = Onlooker { uid: 5000, ..alice() };
        assert!(stranger.is_at_mercy(&directory(0, 50, 0o770), Some(5000)), "the files do not know the user");
    }

    #[test]
    fn what_the_caller_could_move() {
        let can = |directory: Directory, entry: Option<u32>| alice().can_move(&directory, entry);
        assert!(can(directory(ALICE, OWN, 0o500), Some(0)), "its owner changes the modes");
        assert!(can(directory(0, TEAM, 0o770), Some(BOB)));
        assert!(can(directory(0, 0, 0o1777), Some(ALICE)) && can(directory(0, 0, 0o1777), None));
        assert!(!can(directory(0, 0, 0o1777), Some(BOB)));
        assert!(!can(directory(0, 0, 0o755), Some(ALICE)) && !can(directory(0, 50, 0o770), Some(ALICE)));
        assert!(!Onlooker::root().can_move(&directory(0, 0, 0o777), Some(0)));
    }
}
