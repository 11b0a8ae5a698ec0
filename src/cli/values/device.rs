//! `--device`, `--device-cgroup-rule`: a device of the host, or the name of one that a driver provides.

use super::Said;
use super::path::clean;
use crate::request::wire::DeviceMapping;

/// `host[:container][:mode]`, as a Linux engine takes it.
pub(crate) fn device(text: &str) -> Said<DeviceMapping> {
    let bad = || format!("bad format for path: {text}");
    let parts: Vec<&str> = text.split(':').collect();
    let (host, container, mode) = match parts.as_slice() {
        ["", ..] => return Err(bad()),
        [host] => (clean(host), *host, "rwm"),
        [host, mode] if is_mode(mode) => (clean(host), *host, *mode),
        [host, container] => ((*host).to_owned(), *container, "rwm"),
        [_, _, mode] if !is_mode(mode) => return Err(format!("bad mode specified: {mode}")),
        [host, container, mode] => ((*host).to_owned(), *container, *mode),
        _ => return Err(bad()),
    };
    if !container.starts_with('/') {
        return Err(format!("{container} is not an absolute path"));
    }
    let inside = if parts.len() == 3 { container.to_owned() } else { clean(container) };
    Ok(DeviceMapping { path_on_host: host, path_in_container: inside, cgroup_permissions: mode.to_owned() })
}

/// A selection of `r`, `w` and `m`, each at most once.
fn is_mode(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| "rwm".contains(c) && text.matches(c).count() == 1)
}

/// Whether the text is `vendor/class=name`, a device of the Container Device Interface.
pub(crate) fn is_cdi(text: &str) -> bool {
    let Some(((vendor, class), name)) =
        text.split_once('=').and_then(|(kind, name)| Some((kind.split_once('/')?, name)))
    else {
        return false;
    };
    is_cdi_part(vendor, char::is_alphabetic, "_-.")
        && is_cdi_part(class, char::is_alphabetic, "_-.")
        && is_cdi_part(name, char::is_alphanumeric, "_-.:")
}

fn is_cdi_part(text: &str, first: fn(char) -> bool, inner: &str) -> bool {
    let ascii = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(|c: char| ascii(c) && first(c))
        && text.ends_with(ascii)
        && text.chars().all(|c| ascii(c) || inner.contains(c))
}

/// `--device-cgroup-rule`: `c 42:* rwm`.
pub(crate) fn cgroup_rule(text: &str) -> Said<String> {
    let number = |n: &str| n == "*" || (!n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let sound = match text.split(' ').collect::<Vec<_>>().as_slice() {
        ["a" | "c" | "b", device, mode] => {
            device.split_once(':').is_some_and(|(major, minor)| number(major) && number(minor))
                && (1..=3).contains(&mode.len())
                && mode.chars().all(|c| "rwm".contains(c))
        }
        _ => false,
    };
    if sound { Ok(text.to_owned()) } else { Err(format!("invalid device cgroup format '{text}'")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_mapped() {
        for (text, host, container, mode) in [
            ("/dev/snd", "/dev/snd", "/dev/snd", "rwm"),
            ("/dev/snd:rw", "/dev/snd", "/dev/snd", "rw"),
            ("/dev/a:/dev//b/../c", "/dev/a", "/dev/c", "rwm"),
            ("relative:/abs", "relative", "/abs", "rwm"),
            ("/dev/sda:/dev/xvdc:m", "/dev/sda", "/dev/xvdc", "m"),
            ("/dev//snd/../fuse", "/dev/fuse", "/dev/fuse", "rwm"),
        ] {
            let mapping = device(text).unwrap();
            assert_eq!(mapping.path_on_host, host, "{text}");
            assert_eq!(mapping.path_in_container, container, "{text}");
            assert_eq!(mapping.cgroup_permissions, mode, "{text}");
        }
    }

    #[test]
    fn bad_devices_are_refused_in_dockers_words() {
        for (text, words) in [
            ("./", "./ is not an absolute path"),
            ("path:ro", "ro is not an absolute path"),
            ("a:/b:ro", "bad mode specified: ro"),
            (":", "bad format for path: :"),
            ("/tmp:::", "bad format for path: /tmp:::"),
        ] {
            assert_eq!(device(text), Err(words.to_owned()));
        }
    }

    #[test]
    fn names_of_driver_devices() {
        assert!(is_cdi("nvidia.com/gpu=all") && is_cdi("vendor.com/class=0"));
        for bad in ["/dev/snd", "vendor.com/class=", "vendor.com=name", "vendor.com/class=-x", "1v/c=n"] {
            assert!(!is_cdi(bad), "{bad}");
        }
    }

    #[test]
    fn cgroup_rules() {
        for good in ["c 42:* rmw", "b 8:0 r", "c 1:1 rrr", "a *:* m"] {
            assert!(cgroup_rule(good).is_ok(), "{good}");
        }
        for bad in ["", "c 7 rwm", "c 1:1 rwmx", "c 1:1", "x 1:1 r"] {
            assert_eq!(cgroup_rule(bad), Err(format!("invalid device cgroup format '{bad}'")));
        }
    }
}
