//! Go's lexical path rules: no file system is asked.

/// The shortest path of the same meaning: no `.`, no `..` but leading ones, no doubled slash.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// `path` seen from `cwd`.
pub(crate) fn absolute(cwd: &str, path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { clean(&format!("{cwd}/{path}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_by_their_letters_alone() {
        for (path, is) in [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("//a/./b//", "/a/b"),
            ("/../a", "/a"),
            ("a/../..", ".."),
            ("../../a", "../../a"),
            ("/dev//snd/../fuse", "/dev/fuse"),
        ] {
            assert_eq!(clean(path), is, "{path}");
        }
    }

    #[test]
    fn a_relative_path_starts_at_the_working_directory() {
        assert_eq!(absolute("/w/d", "./x/../y"), "/w/d/y");
        assert_eq!(absolute("/w/d", ".."), "/w");
        assert_eq!(absolute("/", "."), "/");
    }
}
