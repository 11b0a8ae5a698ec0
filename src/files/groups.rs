//! The groups of this machine.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::request::GroupEntry;

/// Groups that own files and sockets of the system are in this file, whatever else a directory service adds.
const FILE: &str = "/etc/group";

/// Larger than any such file by an order.
const SIZE_MAX: u64 = 8 << 20;

/// The machine's own groups.
///
/// # Errors
/// Why the file could not be read.
pub fn groups() -> io::Result<Vec<GroupEntry>> {
    read(Path::new(FILE))
}

fn read(path: &Path) -> io::Result<Vec<GroupEntry>> {
    let mut text = Vec::new();
    File::open(path)?.take(SIZE_MAX).read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let entry = |line: &str| {
        let mut fields = line.split(':');
        let (name, gid) = (fields.next()?, fields.nth(1)?);
        Some(GroupEntry { name: name.to_owned(), gid: gid.parse().ok()? })
    };
    Ok(text.lines().filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_groups_are_passed_over() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("group");
        std::fs::write(&file, "root:x:0:\n# note\n+@net\ndocker:x:998:alice,bob\nodd:x:y:\n").unwrap();
        let found = read(&file).unwrap();
        let shown: Vec<_> = found.iter().map(|group| (group.name.as_str(), group.gid)).collect();
        assert_eq!(shown, [("root", 0), ("docker", 998)]);
        assert!(read(&place.path().join("absent")).is_err());
    }
}
