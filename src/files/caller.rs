//! Who asks, from the system's database.

use std::ffi::OsStr;

use uzers::os::unix::UserExt;

use crate::request::Caller;

/// Why it is not known who asks.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// The kernel did not tell the groups.
    #[error("cannot learn your groups: {0}")]
    Groups(std::io::Error),
}

/// The process's own user, as the kernel and the system's database know it.
///
/// # Errors
/// [`CallerError`] when the kernel does not answer; a uid without an entry in the database is no error.
pub fn caller() -> Result<Caller, CallerError> {
    let uid = rustix::process::getuid().as_raw();
    let gid = rustix::process::getgid().as_raw();
    let groups = rustix::process::getgroups().map_err(|e| CallerError::Groups(e.into()))?;
    Ok(known(uid, gid, groups.into_iter().map(rustix::process::Gid::as_raw).collect()))
}

/// Another user by number, with the groups of the system's database. May wait for a network: not for async code.
#[must_use]
pub fn user(uid: u32, gid: u32) -> Caller {
    let entry = uzers::get_user_by_uid(uid);
    let groups = entry.and_then(|user| uzers::get_user_groups(user.name(), gid)).unwrap_or_default();
    let group_names = groups.iter().filter_map(name_of).collect();
    Caller { group_names, ..known(uid, gid, groups.iter().map(uzers::Group::gid).collect()) }
}

/// Looks up the names of the caller's groups. May wait for a network, so only where a policy names groups.
#[must_use]
pub fn with_group_names(caller: Caller) -> Caller {
    let gids = std::iter::once(&caller.gid).chain(&caller.groups);
    let group_names = gids.filter_map(|gid| name_of(&uzers::get_group_by_gid(*gid)?)).collect();
    Caller { group_names, ..caller }
}

/// Another user by login name, from the system's database. May wait for a network: not for async code.
#[must_use]
pub fn user_named(name: &str) -> Option<Caller> {
    uzers::get_user_by_name(name).map(|entry| user(entry.uid(), entry.primary_group_id()))
}

fn name_of(group: &uzers::Group) -> Option<String> {
    group.name().to_str().map(str::to_owned)
}

fn known(uid: u32, gid: u32, groups: Vec<u32>) -> Caller {
    let entry = uzers::get_user_by_uid(uid);
    Caller {
        groups,
        name: entry.as_ref().and_then(|user| user.name().to_str()).map(str::to_owned),
        home: entry.as_ref().map(|user| user.home_dir().to_owned()),
        ..Caller::numbered(uid, gid)
    }
}

/// `SUDO_UID` and `SUDO_GID`, where both are numbers.
#[must_use]
pub fn sudo_ids(uid: Option<&OsStr>, gid: Option<&OsStr>) -> Option<(u32, u32)> {
    let number = |text: Option<&OsStr>| text?.to_str()?.parse::<u32>().ok();
    Some((number(uid)?, number(gid)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_who_runs_the_test() {
        let caller = caller().unwrap();
        assert_eq!(caller.uid, rustix::process::getuid().as_raw());
        assert!(caller.home.is_none_or(|home| home.is_absolute()));
    }

    #[test]
    fn others_are_known_by_name() {
        let root = user_named("root").unwrap();
        assert_eq!((root.uid, root.gid, root.name.as_deref()), (0, 0, Some("root")));
        assert!(root.group_names.contains(&"root".to_owned()));
        assert_eq!(user_named("no-such-user-here"), None);
    }

    #[test]
    fn groups_have_names() {
        assert_eq!(with_group_names(Caller::numbered(0, 0)).group_names, ["root"]);
        assert_eq!(with_group_names(Caller::numbered(0, 4_000_001)).group_names, [""; 0]);
    }

    #[test]
    fn sudo_counts_only_with_both_numbers() {
        let number = |text: &'static str| Some(OsStr::new(text));
        assert_eq!(sudo_ids(number("1000"), number("100")), Some((1000, 100)));
        assert_eq!(sudo_ids(number("1000"), None), None);
        assert_eq!(sudo_ids(number("x"), number("100")), None);
    }
}
