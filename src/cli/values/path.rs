//! Go's lexical path rules: no file system is asked.

use super::Said;

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

/// `path` seen from `cwd`, of which there may be none.
pub(crate) fn absolute(cwd: Result<&str, &str>, path: &str) -> Said<String> {
    if path.starts_with('/') {
        return Ok(clean(path));
    }
    match cwd {
        Ok(cwd) => Ok(clean(&format!("{cwd}/{path}"))),
        Err(why) => Err(format!("`{path}` is seen from the working directory, and that cannot be found: {why}")),
    }
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
    fn without_a_working_directory_only_relative_paths_are_lost() {
        assert_eq!(absolute(Err("gone"), "/a/../b").unwrap(), "/b");
        let why = "`./x` is seen from the working directory, and that cannot be found: gone";
        assert_eq!(absolute(Err("gone"), "./x").unwrap_err(), why);
    }

    #[test]
    fn a_relative_path_starts_at_the_working_directory() {
        let seen = |cwd, path| absolute(Ok(cwd), path).unwrap();
        assert_eq!(seen("/w/d", "./x/../y"), "/w/d/y");
        assert_eq!(seen("/w/d", ".."), "/w");
        assert_eq!(seen("/", "."), "/");
    }
}
