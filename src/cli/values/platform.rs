//! `--platform`: `os[/architecture[/variant]]`, normalised as docker does it.

use super::Said;
use super::quote::quote;

const OS_PATTERN: &str = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$";
const PART_PATTERN: &str = "^[A-Za-z0-9_.-]+$";
const HOST_OS: &str = "linux";

const KNOWN_OS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

const KNOWN_ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// What goes into the query: `linux/arm64`.
pub(crate) fn platform(text: &str) -> Said<String> {
    parse(text).map_err(|why| format!("error parsing specified platform: {why}: invalid argument"))
}

fn parse(text: &str) -> Said<String> {
    if text.contains('*') {
        return Err(format!("{}: wildcards not yet supported", quote(text)));
    }
    let parts: Vec<&str> = text.splitn(4, '/').collect();
    let os = check_parts(text, &parts)?;
    match parts.as_slice() {
        [_] if KNOWN_OS.contains(&os.as_str()) => Ok(format!("{os}/{}", host_architecture())),
        [architecture] => {
            let (architecture, variant) = architecture_of(architecture, "");
            if KNOWN_ARCHITECTURES.contains(&architecture.as_str()) {
                Ok(join(HOST_OS, &architecture, default_dropped(&architecture, &variant)))
            } else {
                Err(format!("{}: unknown operating system or architecture", quote(text)))
            }
        }
        [_, architecture] => {
            let (architecture, variant) = architecture_of(architecture, "");
            Ok(join(&os, &architecture, default_dropped(&architecture, &variant)))
        }
        [_, architecture, variant] => {
            let (architecture, variant) = architecture_of(architecture, variant);
            let variant = if architecture == "arm64" && variant.is_empty() { "v8" } else { &variant };
            Ok(join(&os, &architecture, variant))
        }
        _ => Err(format!("{}: cannot parse platform specifier", quote(text))),
    }
}

/// The operating system, when each part has the letters that it may have.
fn check_parts(text: &str, parts: &[&str]) -> Said<String> {
    let plain = |s: &str, dots: &str| s.chars().all(|c| c.is_ascii_alphanumeric() || dots.contains(c));
    let (first, rest) = parts.split_first().unwrap_or((&"", &[]));
    let (os, version) = match first.strip_suffix(')').and_then(|f| f.split_once('(')) {
        Some((os, version)) => (os, version),
        None => (*first, ""),
    };
    if os.is_empty() || !plain(os, "_-") || !plain(version, "_.-") {
        return Err(format!(
            "{} is an invalid OS component of {}: OSAndVersion specifier component must match {}",
            quote(first),
            quote(text),
            quote(OS_PATTERN)
        ));
    }
    for part in rest {
        if part.is_empty() || !plain(part, "_.-") {
            return Err(format!(
                "{} is an invalid component of {}: platform specifier component must match {}",
                quote(part),
                quote(text),
                quote(PART_PATTERN)
            ));
        }
    }
    let os = os.to_ascii_lowercase();
    Ok(if os == "macos" { "darwin".to_owned() } else { os })
}

fn architecture_of(architecture: &str, variant: &str) -> (String, String) {
    let (architecture, variant) = (architecture.to_ascii_lowercase(), variant.to_ascii_lowercase());
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
        ("aarch64" | "arm64", variant) => ("arm64", variant),
        ("armhf", _) => ("arm", "v7"),
        ("armel", _) => ("arm", "v6"),
        ("arm", "" | "7") => ("arm", "v7"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "6") => ("arm", "v6"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (architecture.to_owned(), variant.to_owned())
}

/// The variant that everybody has is not said.
fn default_dropped<'v>(architecture: &str, variant: &'v str) -> &'v str {
    if architecture == "arm" && variant == "v7" { "" } else { variant }
}

fn join(os: &str, architecture: &str, variant: &str) -> String {
    if variant.is_empty() { format!("{os}/{architecture}") } else { format!("{os}/{architecture}/{variant}") }
}

/// Go's name of the architecture that this client was built for.
fn host_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "arm64"
    } else if cfg!(target_arch = "riscv64") {
        "riscv64"
    } else {
        "amd64"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_normalised() {
        for (text, is) in [
            ("linux/amd64", "linux/amd64"),
            ("LINUX/x86_64", "linux/amd64"),
            ("arm64", "linux/arm64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64/v8"),
            ("linux/arm/7", "linux/arm/v7"),
            ("armhf", "linux/arm"),
            ("windows(10.0)/amd64", "windows/amd64"),
            ("freebsd/amd64", "freebsd/amd64"),
        ] {
            assert_eq!(platform(text), Ok(is.to_owned()), "{text}");
        }
        assert!(platform("linux").is_ok_and(|p| p.starts_with("linux/")));
    }

    #[test]
    fn bad_platforms_are_refused_in_dockers_words() {
        for (text, words) in [
            ("bogus", "\"bogus\": unknown operating system or architecture"),
            ("a/b/c/d", "\"a/b/c/d\": cannot parse platform specifier"),
            ("*", "\"*\": wildcards not yet supported"),
            (
                "linux/a$",
                "\"a$\" is an invalid component of \"linux/a$\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\"",
            ),
        ] {
            let full = format!("error parsing specified platform: {words}: invalid argument");
            assert_eq!(platform(text), Err(full));
        }
        assert!(platform("lin ux/amd64").is_err_and(|e| e.contains(r#"must match "^([A-Za-z0-9_-]+)(?:\\(("#)));
    }
}
