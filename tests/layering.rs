//! A room uses only rooms of a lower rank, and a crate only appears where it belongs: in every file of `src`, comments,
//! strings and test-only items aside.
#![cfg(test)]

#[path = "support/rust_source.rs"]
mod rust_source;
#[path = "support/rust_tokens.rs"]
mod rust_tokens;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rust_source::{Mention, Source};
use rust_tokens::Token;

const ROOMS: &[(&str, u8)] = &[
    ("request", 0),
    ("cli", 1),
    ("policy", 1),
    ("dockerfile", 1),
    ("rules", 2),
    ("verdict", 3),
    ("report", 4),
    ("journal", 4),
    ("audit", 4),
    ("cases", 4),
    ("files", 5),
    ("engine", 6),
    ("facts", 7),
    ("gateway", 8),
    ("commands", 9),
];

/// Which rooms something belongs to.
enum Where {
    Everywhere,
    From(u8),
    Only(&'static [&'static str]),
}

use Where::{Everywhere, From, Only};

impl Where {
    fn holds(&self, room: &str) -> bool {
        match self {
            Everywhere => true,
            From(lowest) => rank(room).is_some_and(|rank| rank >= *lowest),
            Only(rooms) => rooms.contains(&room),
        }
    }
}

/// Every dependency, by the name that the code knows it under.
const CRATES: &[(&str, Where)] = &[
    ("base64", Only(&["files"])),
    ("bollard", Only(&["engine"])),
    ("clap", Only(&["cli", "commands"])),
    ("futures_util", From(5)),
    ("http_body_util", Only(&["engine", "gateway"])),
    ("hyper", Only(&["engine", "gateway"])),
    ("hyper_util", Only(&["engine", "gateway"])),
    ("jiff", Everywhere),
    ("ring", Only(&["files"])),
    ("rustix", Only(FILES)),
    ("serde", Everywhere),
    ("serde_json", Everywhere),
    ("shell_words", Everywhere),
    ("strsim", Everywhere),
    ("tar", From(5)),
    ("thiserror", Everywhere),
    ("tokio", From(5)),
    ("tokio_rustls", Only(&["engine"])),
    ("toml", Only(&["policy"])),
    ("unicode_width", Everywhere),
    ("uzers", From(5)),
];

/// What reaches outside of the program; the longest entry counts. A judgement gets all of it as data.
const OUTSIDE: &[(&str, Where)] = &[
    ("jiff::Timestamp::now", From(5)),
    ("jiff::Zoned::now", From(5)),
    ("jiff::tz::TimeZone::system", From(5)),
    ("std::env", Only(&["commands"])),
    ("std::fs", Only(FILES)),
    ("std::io::stderr", From(5)),
    ("std::io::stdin", From(5)),
    ("std::io::stdout", From(5)),
    ("std::net", From(5)),
    ("std::net::IpAddr", Everywhere),
    ("std::net::Ipv4Addr", Everywhere),
    ("std::net::Ipv6Addr", Everywhere),
    ("std::os", From(5)),
    ("std::os::unix::ffi", Everywhere),
    ("std::os::unix::fs", Only(FILES)),
    ("std::process", From(5)),
    ("std::thread", From(5)),
    ("std::time::Instant", From(5)),
    ("std::time::SystemTime", From(5)),
];

/// Who may open files: the journal's sinks among them.
const FILES: &[&str] = &["journal", "files", "engine", "facts", "gateway", "commands"];

/// Below this rank nothing waits and nothing asks the file system.
const IMPURE_FROM: u8 = 4;

/// Methods of paths and addresses that ask the file system or a name server.
const ASKING_METHODS: &[&str] = &[
    "canonicalize",
    "exists",
    "is_dir",
    "is_file",
    "is_symlink",
    "metadata",
    "read_dir",
    "read_link",
    "symlink_metadata",
    "to_socket_addrs",
    "try_exists",
];

fn rank(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

/// What is wrong with one file of a room. `module` is its path from `crate` on.
fn offences(module: &[String], source: &Source) -> Vec<String> {
    let room = &module[1];
    let mentions = source.mentions(module);
    let mut out: Vec<String> = mentions.iter().filter_map(|mention| offence(room, mention)).collect();
    out.extend(source.tokens.windows(3).filter_map(smuggling));
    if rank(room).is_some_and(|rank| rank < IMPURE_FROM) {
        out.extend(source.tokens.iter().filter_map(waiting));
        out.extend(source.tokens.windows(3).filter_map(asking));
    }
    out
}

fn offence(room: &str, mention: &Mention) -> Option<String> {
    let (line, written) = (mention.line, mention.written());
    let say = |what: &str| Some(format!("line {line}: `{room}` {what} (`{written}`)"));
    match mention.path.first().map(String::as_str) {
        Some("crate") => match mention.path.get(1).map(String::as_str) {
            Some(other) if other == room => None,
            Some(other) => match (rank(room), rank(other)) {
                (Some(own), Some(used)) if used < own => None,
                (_, None) => say("uses what is no room"),
                _ => say("uses a room that is not of a lower rank"),
            },
            None if mention.glob => say("imports the whole house"),
            None => None,
        },
        Some(first) => {
            if CRATES.iter().any(|(name, place)| *name == first && !place.holds(room)) {
                return say("uses a crate that does not belong there");
            }
            if reaches_outside(room, mention) { say("reaches outside") } else { None }
        }
        None => None,
    }
}

/// Whether a mention names what the room may not, or a glob puts that within reach.
fn reaches_outside(room: &str, mention: &Mention) -> bool {
    let written = mention.written();
    let nearest = OUTSIDE.iter().filter(|(path, _)| below(&written, path)).max_by_key(|(path, _)| path.len());
    nearest.is_some_and(|(_, place)| !place.holds(room))
        || (mention.glob && OUTSIDE.iter().any(|(path, place)| below(path, &written) && !place.holds(room)))
}

fn below(long: &str, short: &str) -> bool {
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Ways around this test.
fn smuggling(tokens: &[Token]) -> Option<String> {
    let [a, b, c] = tokens else { return None };
    let what = match (a.text.as_str(), b.text.as_str(), c.text.as_str()) {
        ("include", "!", _) => "`include!` hides code",
        ("[", "path", "=") => "`#[path]` hides where a module is",
        ("extern", "crate", _) => "`extern crate` hides where a crate is used",
        _ => return None,
    };
    Some(format!("line {}: {what}", a.line))
}

fn waiting(token: &Token) -> Option<String> {
    let waits = token.text == "async" || token.text == "await";
    waits.then(|| format!("line {}: a pure room waits (`{}`)", token.line, token.text))
}

fn asking(tokens: &[Token]) -> Option<String> {
    let [dot, method, bracket] = tokens else { return None };
    let asks = dot.text == "." && bracket.text == "(" && ASKING_METHODS.contains(&method.text.as_str());
    asks.then(|| format!("line {}: a pure room asks the file system or the network (`{}`)", method.line, method.text))
}

fn manifest_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            out.push(path);
        }
    }
}

/// `src/cli/flags/mod.rs` is `crate::cli::flags`.
fn module_of(relative: &Path) -> Vec<String> {
    let mut module = vec!["crate".to_owned()];
    module.extend(relative.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()));
    if ["mod", "lib", "main"].contains(&module.last().unwrap().as_str()) {
        module.pop();
    }
    module
}

/// Every file of `src` with its module path, test-only files left out.
fn house() -> BTreeMap<PathBuf, (Vec<String>, Source)> {
    let root = manifest_dir().join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let mut house = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&root).unwrap().to_owned();
        let source = Source::read(&fs::read_to_string(&file).unwrap());
        house.insert(relative.clone(), (module_of(&relative), source));
    }
    let test_only: Vec<Vec<String>> = house
        .values()
        .flat_map(|(module, source)| {
            source.test_modules.iter().map(move |name| [module.as_slice(), std::slice::from_ref(name)].concat())
        })
        .collect();
    house.retain(|_, (module, _)| !test_only.iter().any(|hidden| module.starts_with(hidden)));
    house
}

#[test]
fn every_room_keeps_to_lower_ranks_and_its_own_crates() {
    let mut wrong = Vec::new();
    for (file, (module, source)) in house() {
        if module.len() > 1 {
            wrong.extend(offences(&module, &source).into_iter().map(|what| format!("src/{}: {what}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_top_of_the_source_holds_rooms_and_the_entry_alone() {
    for (file, (module, source)) in house() {
        match file.to_str().unwrap() {
            "lib.rs" => assert_eq!(source.mentions(&module), [], "lib.rs is a list of rooms"),
            "main.rs" => {
                let rooms: Vec<_> = source.mentions(&module).into_iter().filter(|m| m.path[0] == "crate").collect();
                assert!(rooms.iter().all(|m| m.path.get(1).is_some_and(|room| room == "commands")), "{rooms:?}");
            }
            other => assert!(rank(&module[1]).is_some(), "src/{other} belongs to no room of the table"),
        }
    }
}

#[test]
fn the_map_in_lib_agrees_with_the_table() {
    let lib = fs::read_to_string(manifest_dir().join("src/lib.rs")).unwrap();
    let mut listed = BTreeMap::new();
    let mut last = None;
    for line in lib.lines() {
        if let Some(rest) = line.strip_prefix("/// Rank ") {
            last = rest.split(':').next().unwrap().parse::<u8>().ok();
        } else if let Some(room) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
            listed.insert(room.to_owned(), last.take().unwrap_or_else(|| panic!("`{room}` has no rank")));
        }
    }
    let table: BTreeMap<String, u8> = ROOMS.iter().map(|(room, rank)| ((*room).to_owned(), *rank)).collect();
    assert_eq!(listed, table);
    assert_eq!(lib.matches("mod ").count(), table.len(), "only the rooms are declared");
}

#[test]
fn every_dependency_has_its_place() {
    let manifest = fs::read_to_string(manifest_dir().join("Cargo.toml")).unwrap().parse::<toml::Table>().unwrap();
    let mut named: Vec<String> =
        manifest["dependencies"].as_table().unwrap().keys().map(|k| k.replace('-', "_")).collect();
    named.sort();
    let mut table: Vec<&str> = CRATES.iter().map(|(name, _)| *name).collect();
    table.sort_unstable();
    assert_eq!(named, table);
}

fn found(module: &str, text: &str) -> usize {
    let module: Vec<String> = module.split("::").map(str::to_owned).collect();
    offences(&module, &Source::read(text)).len()
}

#[test]
fn forbidden_ways_are_caught() {
    for (module, text) in [
        ("crate::rules", "use crate::verdict::Approved;"),
        ("crate::cli", "use crate::policy::Layer;"),
        ("crate::report", "use crate::{request::Finding, journal::Record};"),
        ("crate::request::wire", "fn f(x: &super::super::cli::Flags) {}"),
        ("crate::rules::user", "use super::super::{engine};"),
        ("crate::rules", "mod m { fn f() { super::super::facts::gather() } }"),
        ("crate::policy", "fn f() { sdocker::commands::main() }"),
        ("crate::rules", "use crate as house; fn f() -> house::engine::Connector { x }"),
        ("crate::rules", "use crate::*;"),
        ("crate::rules", "use crate::NotARoom;"),
        ("crate::rules", "fn f() { g!(crate::engine::run()) }"),
        ("crate::rules", "use clap::Arg;"),
        ("crate::rules", "fn f() -> ::toml::Table { x }"),
        ("crate::commands", "use bollard::Docker;"),
        ("crate::facts", "fn f<T: hyper::body::Body>() {}"),
        ("crate::journal", "fn f() { tokio::spawn(x); }"),
        ("crate::report", "use std::{fmt, fs::File};"),
        ("crate::report", "use std::os::unix::fs::OpenOptionsExt;"),
        ("crate::report", "use std::os::fd::OwnedFd;"),
        ("crate::report", "use std::net::{IpAddr, TcpStream};"),
        ("crate::verdict", "use std::time; fn f() { time::Instant::now(); }"),
        ("crate::verdict", "use jiff::Timestamp; fn f() { Timestamp::now(); }"),
        ("crate::engine", "fn f() { std::env::var(\"DOCKER_HOST\"); }"),
        ("crate::cli", "use std::*;"),
        ("crate::cli", "use std::io; fn f() { io::stdin(); }"),
        ("crate::policy", "async fn f() {}"),
        ("crate::rules", "fn f(p: &Path) -> bool { p.exists() }"),
        ("crate::rules", "include!(\"more.rs\");"),
        ("crate::rules", "#[path = \"../engine/mod.rs\"] mod engine;"),
        ("crate::engine", "extern crate clap as c;"),
    ] {
        assert!(found(module, text) > 0, "not caught in {module}: {text}");
    }
}

#[test]
fn permitted_ways_are_left_alone() {
    for (module, text) in [
        ("crate::verdict", "use crate::{request::{self, Finding}, rules::judge}; use super::verdict::x;"),
        ("crate::request::wire", "use super::json; use super::super::request::sizes;"),
        ("crate::rules", "// use crate::engine\nfn f() { \"crate::engine::run\"; exists(); self.exists }"),
        ("crate::rules", "#[cfg(test)] mod tests { use crate::verdict::judge; use std::fs; }"),
        ("crate::engine", "use std::{fs, time::Instant}; use tokio::net::UnixStream; use bollard::Docker;"),
        ("crate::cli", "use std::net::IpAddr; use std::os::unix::ffi::OsStrExt; use clap::Arg;"),
        ("crate::commands", "use std::env; async fn f() { g().await }"),
        ("crate::journal", "use std::fs; use std::os::unix::fs::OpenOptionsExt;"),
        ("crate::report", "use std::io; fn f(out: &mut impl io::Write) {}"),
        ("crate::policy", "const BASELINE: &str = include_str!(\"../../policies/baseline.toml\");"),
    ] {
        assert_eq!(found(module, text), 0, "{module}: {text}");
    }
}
