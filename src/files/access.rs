//! Who can open a socket, and who is in a group: from modes, access control lists and the system's database.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, access, getxattr};
use uzers::os::unix::GroupExt;

use crate::audit::{AccessFacts, DirectoryFacts, Named};
use crate::request::Fact;

/// Where the kernel keeps the list that modes do not show.
const LIST: &str = "system.posix_acl_access";
/// More entries than anybody writes.
const LIST_MAX: usize = 64 << 10;

/// Who can open a socket, as far as that can be seen from outside.
#[must_use]
pub fn socket_access(path: &Path) -> Fact<AccessFacts> {
    let look = || -> io::Result<AccessFacts> {
        let path = path.canonicalize()?;
        let data = path.symlink_metadata()?;
        let parents = path.ancestors().skip(1).map(directory).collect::<io::Result<_>>()?;
        Ok(AccessFacts {
            owner: Named { id: data.uid(), name: user_name(data.uid()) },
            group: Named { id: data.gid(), name: group_name(data.gid()) },
            members: members(data.gid()),
            mode: data.mode(),
            listed: list(&path),
            parents,
            openable: access(&path, Access::WRITE_OK).is_ok(),
            served_by: None,
            path,
        })
    };
    look().map_or_else(|why| Fact::Unknown(format!("{}: {why}", path.display())), Fact::Known)
}

/// The members of a group by name; nothing where there is no such group.
#[must_use]
pub fn group_members(name: &str) -> Option<Vec<String>> {
    uzers::get_group_by_name(name).map(|group| members(group.gid()))
}

/// A directory, and whether it begins another file system.
///
/// # Errors
/// The system's words.
pub fn directory(path: &Path) -> io::Result<DirectoryFacts> {
    let data = path.metadata()?;
    let above: Option<Metadata> = path.parent().map(Path::metadata).transpose()?;
    let apart = above.is_some_and(|above| above.dev() != data.dev());
    Ok(DirectoryFacts { path: path.to_owned(), uid: data.uid(), gid: data.gid(), mode: data.mode(), apart })
}

fn user_name(uid: u32) -> Option<String> {
    uzers::get_user_by_uid(uid).map(|user| user.name().to_string_lossy().into_owned())
}

fn group_name(gid: u32) -> Option<String> {
    uzers::get_group_by_gid(gid).map(|group| group.name().to_string_lossy().into_owned())
}

/// Who is listed in a group, and whose own group it is, as far as `/etc/passwd` knows.
fn members(gid: u32) -> Vec<String> {
    let listed = uzers::get_group_by_gid(gid).map(|group| group.members().to_vec()).unwrap_or_default();
    let mut names: Vec<String> = listed.into_iter().map(|name: OsString| name.to_string_lossy().into_owned()).collect();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    for name in passwd.lines().filter_map(|line| whose_own(line, gid)) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn whose_own(line: &str, gid: u32) -> Option<&str> {
    let fields: Vec<&str> = line.split(':').collect();
    let own = fields.get(3)?.parse::<u32>().ok()?;
    (own == gid).then_some(*fields.first()?)
}

/// The users and groups that an access control list lets write.
fn list(path: &Path) -> Vec<String> {
    let mut buffer = vec![0_u8; LIST_MAX];
    let length = getxattr(path, LIST, buffer.as_mut_slice()).unwrap_or(0);
    entries(buffer.get(..length).unwrap_or_default())
}

/// A version, then entries of tag, permissions and id, all little endian.
fn entries(text: &[u8]) -> Vec<String> {
    const USER: u16 = 0x02;
    const GROUP: u16 = 0x08;
    const WRITE: u16 = 0x02;
    let mut found = Vec::new();
    for entry in text.get(4..).unwrap_or_default().chunks_exact(8) {
        let [t0, t1, p0, p1, i0, i1, i2, i3] = *entry else { continue };
        let (tag, permissions) = (u16::from_le_bytes([t0, t1]), u16::from_le_bytes([p0, p1]));
        let id = u32::from_le_bytes([i0, i1, i2, i3]);
        match tag {
            _ if permissions & WRITE == 0 => {}
            USER => found.push(user_name(id).unwrap_or_else(|| format!("uid {id}"))),
            GROUP => found.push(format!("the group {}", group_name(id).unwrap_or_else(|| id.to_string()))),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_socket_is_described_with_everything_above_it() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("s");
        let _listener = UnixListener::bind(&path).unwrap();
        let Fact::Known(found) = socket_access(&path) else { panic!("not found") };
        assert_eq!(found.owner.id, rustix::process::getuid().as_raw());
        assert!(found.openable);
        assert_eq!(found.parents.first().unwrap().mode, place.path().metadata().unwrap().mode());
        assert_eq!(found.parents.last().unwrap().path, Path::new("/"));
        assert!(matches!(socket_access(&place.path().join("none")), Fact::Unknown(why) if why.contains("none")));
    }

    #[test]
    fn a_list_names_who_may_write() {
        let entry = |tag: u16, permissions: u16, id: u32| {
            [tag.to_le_bytes().as_slice(), &permissions.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        let text = [
            2_u32.to_le_bytes().to_vec(),
            entry(1, 6, u32::MAX),
            entry(2, 6, 4_000_000_001),
            entry(2, 4, 4_000_000_002),
            entry(8, 2, 4_000_000_003),
            entry(16, 6, u32::MAX),
        ];
        assert_eq!(entries(&text.concat()), ["uid 4000000001", "the group 4000000003"]);
        assert_eq!(entries(b""), Vec::<String>::new());
    }

    #[test]
    fn a_group_of_ones_own_has_its_user() {
        assert_eq!(whose_own("alice:x:1000:100:Alice:/home/alice:/bin/sh", 100), Some("alice"));
        assert_eq!(whose_own("alice:x:1000:100:Alice:/home/alice:/bin/sh", 1000), None);
        assert_eq!(whose_own("broken", 0), None);
        assert_eq!(group_members("no-such-group"), None);
    }
}
