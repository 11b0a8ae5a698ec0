//! `--volume`: `[source:]target[:options]`.

use super::Said;
use super::path::absolute;

/// What one `-v` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Volume {
    /// An anonymous volume at this path.
    Anonymous(String),
    /// A path or a named volume, as the engine's `Binds` take it.
    Bind(String),
}

/// Reads a specification; a source that starts with `.` is seen from `cwd`.
pub(crate) fn volume(text: &str, cwd: Result<&str, &str>) -> Said<Volume> {
    let Some(source) = source(text)? else { return Ok(Volume::Anonymous(text.to_owned())) };
    if !is_path(&source) {
        return Ok(Volume::Bind(text.to_owned()));
    }
    Ok(Volume::Bind(match text.split_once(':') {
        Some((host, rest)) if host.starts_with('.') => format!("{}:{rest}", absolute(cwd, host)?),
        _ => text.to_owned(),
    }))
}

/// The source, when the specification has one and is sound.
///
/// A single letter before a colon counts as a Windows drive, so `/a:/b:c:d` has one options field, `c:d`.
fn source(text: &str) -> Said<Option<String>> {
    match text.len() {
        0 => return Err("invalid empty volume spec".to_owned()),
        1 | 2 => return Ok(None),
        _ => {}
    }
    let fault = |words: &str| format!("invalid spec: {text}: {words}");
    let sections = sections(text);
    // Docker reads from the left: a fourth section that ends in a colon is one too many before an empty one is seen.
    for (at, section) in sections.iter().enumerate() {
        if section.is_empty() {
            return Err(fault("empty section between colons"));
        }
        if at == 2 && sections.len() > 3 {
            return Err(fault("too many colons"));
        }
    }
    Ok(if sections.len() == 1 { None } else { sections.into_iter().next() })
}

fn sections(text: &str) -> Vec<String> {
    let mut sections = vec![];
    let mut section = String::new();
    for c in text.chars() {
        let drive = section.chars().count() == 1 && section.chars().all(char::is_alphabetic);
        if c == ':' && !drive {
            sections.push(std::mem::take(&mut section));
        } else {
            section.push(c);
        }
    }
    sections.push(section);
    sections
}

fn is_path(source: &str) -> bool {
    let mut chars = source.chars();
    let first = chars.next();
    source.starts_with(['.', '/', '~'])
        || source.starts_with(r"\\")
        || (first.is_some_and(char::is_alphabetic) && chars.next() == Some(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Said<Volume> {
        volume(text, Ok("/w/d"))
    }

    #[test]
    fn a_lone_target_is_an_anonymous_volume() {
        for text in ["/data", "relative", "./x", ".", ":", "D:", "c:/x", "a:b"] {
            assert_eq!(read(text), Ok(Volume::Anonymous(text.to_owned())));
        }
    }

    #[test]
    fn only_a_leading_dot_is_made_absolute() {
        for (text, is) in [
            ("./x/../y:/x:ro", "/w/d/y:/x:ro"),
            ("../x:/x", "/w/x:/x"),
            (".hidden:/x", "/w/d/.hidden:/x"),
            ("x/y:/z", "x/y:/z"),
            ("~/x:/z", "~/x:/z"),
            ("/dir//double/:/x//y", "/dir//double/:/x//y"),
            ("name:/data:bogus", "name:/data:bogus"),
            ("/a:/b:c:d", "/a:/b:c:d"),
            (r"C:\foo:D:\bar", r"C:\foo:D:\bar"),
        ] {
            assert_eq!(read(text), Ok(Volume::Bind(is.to_owned())), "{text}");
        }
    }

    #[test]
    fn odd_colons_are_refused_in_dockers_words() {
        assert_eq!(read(""), Err("invalid empty volume spec".to_owned()));
        for text in [":/vol", "/foo::ro", "/foo:"] {
            assert_eq!(read(text), Err(format!("invalid spec: {text}: empty section between colons")));
        }
        for text in ["/foo:/foo:ro:foo", "/foo:/foo:ro:"] {
            assert_eq!(read(text), Err(format!("invalid spec: {text}: too many colons")));
        }
    }
}
