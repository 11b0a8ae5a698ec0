//! The recorded command lines in `tests/cases/run.jsonl`, in a made-up world of directories.

use std::collections::BTreeMap;

use serde_json::Value;

/// Where a case plays.
pub(crate) const CWD: &str = "/world/parent/cwd";
const PARENT: &str = "/world/parent";
/// The user's home.
pub(crate) const HOME: &str = "/world/home";
/// The engine's socket.
pub(crate) const SOCKET: &str = "/world/engine.sock";

/// One recorded command line.
#[derive(Debug)]
pub(crate) struct Case {
    /// Its name.
    pub id: String,
    record: Value,
}

/// All of them.
#[must_use]
pub(crate) fn cases() -> Vec<Case> {
    let lines = include_str!("../cases/run.jsonl").lines();
    let case = |line: &str| {
        let record: Value = serde_json::from_str(&expanded(line)).expect("a case is JSON");
        Case { id: record["id"].as_str().expect("a case has an id").to_owned(), record }
    };
    lines.map(case).collect()
}

/// The corpus names places by tokens; none of our places needs escaping in JSON.
fn expanded(line: &str) -> String {
    [("$CWD", CWD), ("$PARENT", PARENT), ("$HOME", HOME), ("$SOCK", SOCKET)]
        .iter()
        .fold(line.to_owned(), |line, (token, place)| line.replace(token, place))
}

impl Case {
    /// A text of the record, empty when it is absent.
    #[must_use]
    pub(crate) fn text(&self, field: &str) -> &str {
        self.record[field].as_str().unwrap_or_default()
    }

    /// The arguments after the program.
    #[must_use]
    pub(crate) fn argv(&self) -> Vec<&str> {
        self.record["argv"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The exit status.
    #[must_use]
    pub(crate) fn exit(&self) -> i64 {
        self.record["exit"].as_i64().unwrap_or_default()
    }

    /// The body of the create call, when one was sent.
    #[must_use]
    pub(crate) fn body(&self) -> Option<&Value> {
        self.record.get("body")
    }

    /// A member of the create call's query.
    #[must_use]
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.record["query"][name].as_str()
    }

    /// The API that is spoken: the endpoint's, or what `DOCKER_API_VERSION` asks for.
    #[must_use]
    pub(crate) fn api(&self) -> u16 {
        let asked = self.record["env"]["DOCKER_API_VERSION"].as_str();
        let version = asked.or(self.record["api"].as_str()).unwrap_or("1.50");
        version.strip_prefix("1.").and_then(|minor| minor.parse().ok()).expect("API versions are 1.x")
    }

    /// Rows and columns of the terminal.
    #[must_use]
    pub(crate) fn console(&self) -> Option<(u16, u16)> {
        let side = |name: &str| self.record["pty"][name].as_u64().and_then(|n| u16::try_from(n).ok());
        side("rows").zip(side("cols"))
    }

    /// The environment.
    #[must_use]
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let base = match name {
            "PATH" => Some("/usr/bin:/bin".to_owned()),
            "TERM" => Some("xterm".to_owned()),
            "HOME" => Some(HOME.to_owned()),
            "DOCKER_HOST" => Some(format!("unix://{SOCKET}")),
            _ => None,
        };
        self.record["env"][name].as_str().map(str::to_owned).or(base)
    }

    /// Files by absolute path.
    #[must_use]
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = self.record["files"].as_object().into_iter().flatten();
        let file = |(name, content): (&String, &Value)| {
            let bytes = match content {
                Value::String(text) => text.clone().into_bytes(),
                coded => base64(coded["b64"].as_str().expect("a file is text or base64")),
            };
            (absolute(name), bytes)
        };
        entries.map(file).collect()
    }
}

/// A path as seen from the working directory.
#[must_use]
pub(crate) fn absolute(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    match path {
        path if path.starts_with('/') => path.to_owned(),
        "." => CWD.to_owned(),
        path => format!("{CWD}/{path}"),
    }
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text.trim_end_matches('=').chars() {
        let value = LETTERS.find(letter).and_then(|at| u32::try_from(at).ok()).expect("base64");
        bits = (bits << 6 | value) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).expect("eight bits"));
        }
    }
    out
}
