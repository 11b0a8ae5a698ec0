//! `/etc/passwd` and `/etc/group` read as the engine reads them: what is no number is 0, what is missing is empty.

use crate::request::{GroupEntry, PasswdEntry};

/// The lines of a passwd file.
pub(super) fn passwd(text: &str) -> Vec<PasswdEntry> {
    let entry = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next().unwrap_or_default().to_owned();
        let mut number = fields.by_ref().skip(1);
        let (uid, gid) = (id(number.next()), id(number.next()));
        PasswdEntry { name, uid, gid, home: fields.nth(1).unwrap_or_default().to_owned() }
    };
    lines(text).map(entry).collect()
}

/// The lines of a group file.
pub(super) fn group(text: &str) -> Vec<GroupEntry> {
    let entry = |line: &str| {
        let mut fields = line.split(':');
        GroupEntry { name: fields.next().unwrap_or_default().to_owned(), gid: id(fields.nth(1)) }
    };
    lines(text).map(entry).collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty())
}

/// An id that no kernel has stays one that no kernel has.
fn id(field: Option<&str>) -> u32 {
    let digits = |text: &str| text.strip_prefix(['+', '-']).unwrap_or(text).bytes().all(|b| b.is_ascii_digit());
    match field.map(str::parse::<i64>) {
        Some(Ok(number)) => u32::try_from(number).unwrap_or(u32::MAX),
        Some(Err(error)) if *error.kind() != std::num::IntErrorKind::Empty && field.is_some_and(digits) => u32::MAX,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_in_order() {
        let table = passwd("root:x:0:0:root:/root:/bin/sh\n\n  app:x:1000:100::/srv/app:/bin/false  \n");
        assert_eq!(table.len(), 2);
        let app = &table[1];
        assert_eq!((app.name.as_str(), app.uid, app.gid, app.home.as_str()), ("app", 1000, 100, "/srv/app"));
        assert_eq!(group("wheel:x:10:root,app\n"), [GroupEntry { name: "wheel".to_owned(), gid: 10 }]);
    }

    #[test]
    fn what_is_no_number_is_root_as_it_is_for_the_engine() {
        for line in ["joe", "joe:x", "joe:x:", "joe:x:one:two", "joe:x:1_000:0x10"] {
            let entry = passwd(line).remove(0);
            assert_eq!((entry.uid, entry.gid), (0, 0), "{line}");
        }
        assert_eq!(passwd("#c:x:5:6")[0].name, "#c");
    }

    #[test]
    fn what_is_out_of_range_is_nobody_rather_than_root() {
        for number in ["-1", "4294967296", "99999999999999999999", "-99999999999999999999"] {
            assert_eq!(passwd(&format!("joe:x:{number}:0"))[0].uid, u32::MAX, "{number}");
        }
        assert_eq!(passwd("joe:x:+5:-0")[0].uid, 5);
    }
}
