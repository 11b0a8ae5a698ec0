//! How an engine's daemon was started: its process, its files, and the ports on which engines listen.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::read_text;
use crate::audit::{DaemonFacts, FileFacts};
use crate::request::Fact;

const DAEMON: &str = "dockerd";
/// It holds sockets for others.
const INIT: i32 = 1;
/// Why paths of an engine say nothing here.
pub const OTHER_FILES: &str = "the engine has files of its own, which are not seen from here";
const SETTINGS: &str = "/etc/docker/daemon.json";
const FILES: [&str; 2] = ["/etc/docker/key.json", "/etc/docker"];
/// In the clear, and with TLS.
const PORTS: [u16; 2] = [2375, 2376];

/// The name of a process.
#[must_use]
pub fn process_name(pid: i32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(text.trim_end().to_owned())
}

/// Whether a process sees other files than this one; unknown without its owner's rights.
#[must_use]
pub fn sees_other_files(pid: i32) -> Option<bool> {
    let view = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
    Some(view(&pid.to_string())? != view("self")?)
}

/// How the daemon was started that listens on a socket, and the files with which somebody could rule it, as far as they
/// are there.
#[must_use]
pub fn daemon(server: Option<i32>) -> (Fact<DaemonFacts>, Vec<(PathBuf, Fact<FileFacts>)>) {
    if let Some(why) = server.and_then(elsewhere) {
        return (Fact::Unknown(why.clone()), vec![(SETTINGS.into(), Fact::Unknown(why))]);
    }
    let pid = match server.filter(|pid| *pid != INIT).map_or_else(only_daemon, Ok) {
        Ok(pid) => pid,
        Err(why) => return (Fact::Unknown(why), daemon_files(SETTINGS)),
    };
    let flags = match command_line(pid) {
        Ok(flags) => flags,
        Err(why) => return (Fact::Unknown(why.to_string()), daemon_files(SETTINGS)),
    };
    let path = flag(&flags, "--config-file").unwrap_or_else(|| SETTINGS.to_owned());
    let settings = settings(Path::new(&path));
    let started = settings.map(|settings| DaemonFacts { flags, settings });
    (started.map_or_else(|why| Fact::Unknown(why.to_string()), Fact::Known), daemon_files(&path))
}

/// Why the files here are not those of a process.
fn elsewhere(pid: i32) -> Option<String> {
    let name = process_name(pid)?;
    if pid != INIT && name != DAEMON {
        return Some(format!("`{name}` listens there, not {DAEMON}"));
    }
    (sees_other_files(pid)?).then(|| OTHER_FILES.to_owned())
}

fn daemon_files(settings: &str) -> Vec<(PathBuf, Fact<FileFacts>)> {
    let fact = |path: &str| match std::fs::metadata(path) {
        Ok(data) => Some(Fact::Known(FileFacts { uid: data.uid(), mode: data.mode() })),
        Err(why) if why.kind() == io::ErrorKind::NotFound => None,
        Err(why) => Some(Fact::Unknown(why.to_string())),
    };
    std::iter::once(settings).chain(FILES).filter_map(|path| Some((path.into(), fact(path)?))).collect()
}

/// Where somebody listens on a port of an engine.
#[must_use]
pub fn engine_ports() -> Fact<Vec<String>> {
    let mut found = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        match std::fs::read_to_string(table) {
            Ok(text) => found.extend(text.lines().filter_map(listening).filter(|a| PORTS.contains(&a.port()))),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {}
            Err(why) => return Fact::Unknown(format!("{table}: {why}")),
        }
    }
    Fact::Known(found.iter().map(SocketAddr::to_string).collect())
}

fn only_daemon() -> Result<i32, String> {
    let processes = std::fs::read_dir("/proc").map_err(|why| format!("/proc: {why}"))?;
    let pids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let mut daemons = pids.filter(|pid| process_name(*pid).as_deref() == Some(DAEMON));
    match (daemons.next(), daemons.next()) {
        (Some(pid), None) => Ok(pid),
        (None, _) => Err(format!("no {DAEMON} is seen to run here")),
        (Some(_), Some(_)) => Err(format!("more than one {DAEMON} runs here")),
    }
}

/// The arguments of a process, without its name.
fn command_line(pid: i32) -> io::Result<Vec<String>> {
    let text = std::fs::read(format!("/proc/{pid}/cmdline"))?;
    let words = text.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    Ok(words.skip(1).map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}

/// The last value of a flag.
fn flag(words: &[String], name: &str) -> Option<String> {
    let inline = |word: &String| Some(word.strip_prefix(name)?.strip_prefix('=')?.to_owned());
    let pairs = words.iter().zip(words.iter().skip(1).map(Some).chain([None]));
    pairs.filter_map(|(word, next)| inline(word).or_else(|| next.filter(|_| word == name).cloned())).last()
}

fn settings(path: &Path) -> io::Result<serde_json::Map<String, serde_json::Value>> {
    match path.metadata() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(serde_json::Map::new()),
        other => other?,
    };
    let failed = |why: String| io::Error::other(format!("{}: {why}", path.display()));
    let text = read_text(path).map_err(|why| failed(why.to_string()))?;
    // The reader's own words could show a proxy's password.
    serde_json::from_slice(&text).map_err(|why| failed(format!("no JSON in line {}", why.line())))
}

/// The address of a line of `/proc/net/tcp` or `tcp6` whose state is LISTEN.
fn listening(line: &str) -> Option<SocketAddr> {
    const LISTEN: &str = "0A";
    let mut words = line.split_whitespace().skip(1);
    let (address, port) = words.next()?.split_once(':')?;
    let state = words.nth(1)?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Groups of four bytes, each in the machine's own order.
    let groups: Option<Vec<[u8; 4]>> = (0..address.len() / 8)
        .map(|at| u32::from_str_radix(address.get(at * 8..at * 8 + 8)?, 16).ok().map(u32::to_ne_bytes))
        .collect();
    let bytes = groups?.concat();
    let ip = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => Ipv4Addr::from(four).into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?).into(),
    };
    (state == LISTEN).then_some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_ports_are_read_from_the_kernels_tables() {
        let v4 = "   1: 0100007F:0947 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1";
        let v6 = "   0: 00000000000000000000000000000000:0948 00000000000000000000000000000000:0000 0A 0 0 0";
        let established = "   1: 0100007F:0947 0100007F:8000 01 00000000:00000000";
        let shown = |line| listening(line).map(|address| address.to_string());
        assert_eq!(shown(v4).as_deref(), Some("127.0.0.1:2375"));
        assert_eq!(shown(v6).as_deref(), Some("[::]:2376"));
        assert_eq!((shown(established), shown("  sl  local_address rem_address   st"), shown("")), (None, None, None));
        assert!(matches!(engine_ports(), Fact::Known(_)));
    }

    #[test]
    fn the_last_value_of_a_flag_counts() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(flag(&words("--config-file=a -x --config-file b"), "--config-file").as_deref(), Some("b"));
        assert_eq!(flag(&words("--config-file"), "--config-file"), None);
        assert_eq!(flag(&words("--config-file-x=a"), "--config-file"), None);
    }

    #[test]
    fn a_file_of_settings_may_be_missing_but_not_broken() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("daemon.json");
        assert!(settings(&path).unwrap().is_empty());
        std::fs::write(&path, "{\"icc\": false}").unwrap();
        assert_eq!(settings(&path).unwrap().get("icc"), Some(&false.into()));
        std::fs::write(&path, "{\"http-proxy\": \"geheim\"").unwrap();
        let why = settings(&path).unwrap_err().to_string();
        assert!(why.contains("no JSON in line 1") && !why.contains("geheim"), "{why}");
    }

    #[test]
    fn processes_have_names_and_arguments() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(!process_name(own).unwrap().is_empty());
        assert_eq!(sees_other_files(own), Some(false));
        assert_eq!(
            command_line(own).unwrap(),
            std::env::args().skip(1).filter(|word| !word.is_empty()).collect::<Vec<_>>()
        );
        assert!(matches!(daemon(Some(own)).0, Fact::Unknown(why) if why.contains("not dockerd")));
    }
}
