//! `--sysctl`: only what is namespaced may be set.

use super::Said;

const NAMES: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

/// `name=value`, of an allowed name.
pub(crate) fn sysctl(text: &str) -> Said<(String, String)> {
    match text.split_once('=') {
        Some((name, value)) if NAMES.contains(&name) || name.starts_with("net.") || name.starts_with("fs.mqueue.") => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err(format!("sysctl '{text}' is not allowed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_namespaced_names_pass() {
        assert_eq!(sysctl("net.a.b=c=d"), Ok(("net.a.b".to_owned(), "c=d".to_owned())));
        assert!(sysctl("kernel.sem=1").is_ok());
        for bad in ["", "=1", "net.a", "kernel.hostname=x", "vm.swappiness=1"] {
            assert_eq!(sysctl(bad), Err(format!("sysctl '{bad}' is not allowed")));
        }
    }
}
