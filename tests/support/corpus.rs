//! The recorded command lines in `tests/cases/run.jsonl`, and the places that they name.

use std::collections::BTreeMap;

use serde_json::Value;

/// The container's id, in every case.
pub(crate) const ID: &str = "9f2d41a07c3be6589f2d41a07c3be6589f2d41a07c3be6589f2d41a07c3be658";
/// The default registry.
pub(crate) const HUB: &str = "docker.io";

/// Where a case plays.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The working directory.
    pub cwd: String,
    /// What it is in.
    pub parent: String,
    /// The user's home.
    pub home: String,
    /// The engine's socket.
    pub socket: String,
}

/// One recorded command line.
#[derive(Debug)]
pub(crate) struct Case {
    /// Its name.
    pub id: String,
    /// Where it plays.
    pub places: Places,
    record: Value,
}

/// All of them, as recorded.
pub(crate) fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("../cases/run.jsonl").lines()
}

/// Further ones, recorded in the same way. What they are about is seen by the whole program only.
pub(crate) fn more_lines() -> impl Iterator<Item = &'static str> {
    include_str!("../cases/run-more.jsonl").lines()
}

impl Places {
    /// Below a directory, which need not exist.
    #[must_use]
    pub(crate) fn below(root: &str) -> Self {
        let below = |name: &str| format!("{root}/{name}");
        Self { cwd: below("parent/cwd"), parent: below("parent"), home: below("home"), socket: below("engine.sock") }
    }

    /// The corpus names places by tokens; none of our places needs escaping in JSON.
    fn expand(&self, line: &str) -> String {
        let Self { cwd, parent, home, socket } = self;
        let tokens = [
            ("$CWD", cwd.as_str()),
            ("$PARENT", parent),
            ("$HOME", home),
            ("$SOCK", socket),
            ("$ID", ID),
            ("$HUB", HUB),
        ];
        tokens.iter().fold(line.to_owned(), |line, (token, place)| line.replace(token, place))
    }

    /// A path as seen from the working directory.
    #[must_use]
    pub(crate) fn absolute(&self, path: &str) -> String {
        let path = path.strip_prefix("./").unwrap_or(path);
        match path {
            path if path.starts_with('/') => path.to_owned(),
            "." => self.cwd.clone(),
            path => format!("{}/{path}", self.cwd),
        }
    }
}

impl Case {
    /// One line of the corpus, at those places.
    #[must_use]
    pub(crate) fn read(line: &str, places: &Places) -> Self {
        let record: Value = serde_json::from_str(&places.expand(line)).expect("a case is JSON");
        let id = record["id"].as_str().expect("a case has an id").to_owned();
        Self { id, places: places.clone(), record }
    }

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
            "HOME" => Some(self.places.home.clone()),
            "DOCKER_HOST" => Some(format!("unix://{}", self.places.socket)),
            _ => None,
        };
        self.record["env"][name].as_str().map(str::to_owned).or(base)
    }

    /// Every variable of the environment.
    #[must_use]
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let own = self.record["env"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let names = ["PATH", "TERM", "HOME", "DOCKER_HOST"].into_iter().chain(own);
        names.filter_map(|name| Some((name.to_owned(), self.variable(name)?))).collect()
    }

    /// The API that the engine reports.
    #[must_use]
    pub(crate) fn engine_api(&self) -> &str {
        self.record["api"].as_str().unwrap_or("1.50")
    }

    /// The requests in order.
    #[must_use]
    pub(crate) fn requests(&self) -> Vec<&str> {
        self.record["requests"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Files of the working directory as they are in the end; those that are not there have no content.
    #[must_use]
    pub(crate) fn files_after(&self) -> BTreeMap<String, Option<String>> {
        let entries = self.record["files_after"].as_object().into_iter().flatten();
        entries.map(|(name, content)| (self.places.absolute(name), content.as_str().map(str::to_owned))).collect()
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
            (self.places.absolute(name), bytes)
        };
        entries.map(file).collect()
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
