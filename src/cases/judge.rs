//! A case, judged.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use serde_json::Value as Json;

use super::{Asked, Case};
use crate::cli::{self, Globals, Inputs, Invocation, Proxies, Want};
use crate::request::{Action, Date, Finding, ImageRef, Manner, Origins, Request, json};
use crate::rules::Rulebook;
use crate::verdict::{self, Approval, Verdict};

/// What came of a case.
#[derive(Debug)]
pub enum Came {
    /// It is refused.
    Refused(Refusal),
    /// It runs.
    Approved {
        /// Rules that changed or filled something.
        changed: Vec<&'static str>,
        /// Rules that warned.
        warned: Vec<&'static str>,
        /// Something that was asked for is changed, not only a silence filled.
        wishes: bool,
        /// What is sent.
        body: Json,
    },
    /// It asks for nothing that a policy judges: why.
    Unjudged(String),
}

/// Why something is refused.
#[derive(Debug)]
pub struct Refusal(Vec<Reason>);

#[derive(Debug)]
struct Reason {
    /// Which rule; none where docker itself refuses.
    rule: Option<&'static str>,
    words: String,
    unlearned: bool,
}

impl Refusal {
    /// In docker's words, of which the first line says it.
    fn of_docker(words: &str) -> Self {
        let words = words.lines().next().unwrap_or_default().to_owned();
        Self(vec![Reason { rule: None, words, unlearned: false }])
    }

    fn of_rules(findings: &[Finding]) -> Self {
        let denied = findings.iter().filter(|finding| finding.action == Action::Deny);
        let reason = |finding: &Finding| Reason {
            rule: Some(finding.rule.0),
            words: finding.message.clone(),
            unlearned: finding.unlearned,
        };
        Self(denied.map(reason).collect())
    }

    #[cfg(test)]
    pub(super) fn new(rule: &'static str, words: &str, unlearned: bool) -> Self {
        Self(vec![Reason { rule: Some(rule), words: words.to_owned(), unlearned }])
    }

    /// Nothing is known to be wrong: only facts are missing.
    #[must_use]
    pub fn is_only_ignorance(&self) -> bool {
        self.0.iter().all(|reason| reason.unlearned)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Reason { rule, words, unlearned: _ }) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(f, "{gap}[{}] {words}", rule.unwrap_or("docker"))?;
        }
        Ok(())
    }
}

impl fmt::Display for Came {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
            Self::Approved { changed, wishes: true, .. } => write!(f, "changed by {}", changed.join(", ")),
            Self::Approved { .. } => f.write_str("approved as asked"),
            Self::Unjudged(why) => f.write_str(why),
        }
    }
}

impl Came {
    /// The rules that a verdict of this kind is due to.
    pub(super) fn rules(&self, must: super::Must) -> Vec<&'static str> {
        match (self, must) {
            (Self::Refused(refusal), _) => refusal.0.iter().filter_map(|reason| reason.rule).collect(),
            (Self::Approved { changed, .. }, super::Must::Rewrite) => changed.clone(),
            (Self::Approved { warned, .. }, _) => warned.clone(),
            (Self::Unjudged(_), _) => Vec::new(),
        }
    }

    fn docker(words: impl fmt::Display) -> Self {
        Self::Refused(Refusal::of_docker(&words.to_string()))
    }
}

impl Case {
    /// Judges the case, as a run or a gateway would on this day, where the case names no other.
    #[must_use]
    pub fn judge(&self, book: &Rulebook, today: Date) -> Came {
        match self.request().and_then(|request| self.decide(request, book, today)) {
            Ok(approval) => approved(&approval),
            Err(came) => came,
        }
    }

    fn request(&self) -> Result<Request, Came> {
        match &self.asked {
            Asked::Line(words) => self.typed(words),
            Asked::Body { text, name, platform } => {
                let body = json::decode(text.as_bytes()).map_err(Came::docker)?;
                let (name, platform) = (name.clone(), platform.clone());
                Ok(Request { body, name, platform, origins: Origins::posted(), manner: Manner::default() })
            }
        }
    }

    /// Docker's grammar, with the case's world for what it looks up.
    fn typed(&self, words: &[String]) -> Result<Request, Came> {
        let argv: Vec<OsString> =
            std::iter::once("sdocker").chain(words.iter().map(String::as_str)).map(OsString::from).collect();
        let Globals { choice, docker, wish, verb: at } = cli::globals(&argv).map_err(Came::docker)?;
        let verb = cli::Verb::read(argv.get(at..).unwrap_or_default());
        let (None, None, Some((verb, length))) = (choice, wish, verb) else {
            return Err(Came::Unjudged(
                "only run and create are, without `--policy`, `--help` or `--version`".to_owned(),
            ));
        };
        let (engine, detours) = self.world.reach(&docker).map_err(Came::docker)?;
        let parsed = match cli::parse(verb, &argv, at + length).map_err(Came::docker)? {
            Invocation::Container(parsed) => parsed,
            Invocation::Help(_) => return Err(Came::Unjudged("`--help` asks for no container".to_owned())),
        };
        let host = &self.world.host;
        let (mut files, mut cidfile_exists) = (BTreeMap::new(), false);
        for want in parsed.wants() {
            match want {
                Want::File(path) => {
                    let text = host.file(&path);
                    files.insert(path, text);
                }
                Want::Existence(path) => cidfile_exists = host.exists(&path),
            }
        }
        let inputs = Inputs {
            cwd: Ok(&host.cwd),
            variable: &|name| self.world.variables.get(name).cloned(),
            files: &files,
            cidfile_exists,
            console: None,
            proxies: &Proxies::default(),
            detach_keys: None,
            endpoint: &engine,
            engine_os: "linux",
            has_credentials: false,
        };
        let asked =
            parsed.lower(&inputs).and_then(|asked| asked.for_engine(&self.world.api())).map_err(Came::docker)?;
        if asked.wants_signature() {
            return Err(Came::docker("content trust is asked for, and signatures are not checked"));
        }
        if let Some(path) = asked.client.cidfile.as_deref().filter(|path| !host.is_writable(path)) {
            return Err(Came::docker(format!(
                "failed to create the container ID file: open {path}: permission denied"
            )));
        }
        let mut request = asked.request;
        for detour in &detours {
            if let Some(origin) = docker.origin(detour.option) {
                request.origins.set(detour.pointer(), origin);
            }
        }
        request.manner.detours = detours;
        Ok(request)
    }

    /// Everything that a run asks of the rules, in its order.
    fn decide(&self, request: Request, book: &Rulebook, today: Date) -> Result<Box<Approval>, Came> {
        let refused = |findings: Vec<Finding>| Came::Refused(Refusal::of_rules(&findings));
        let rules = book.ruleset(&self.world.caller, &request.body.image, self.world.date.unwrap_or(today));
        let rules = rules.map_err(|problems| Came::Unjudged(format!("the policy has problems: {problems}")))?;
        verdict::judge_manner(&request, &rules).map_err(refused)?;
        if let Ok(image) = ImageRef::parse(&request.body.image) {
            verdict::judge_image(&image, &request, &rules).map_err(refused)?;
        }
        let facts = self.world.facts(&request, &rules.needs(&request));
        match verdict::judge(request, &rules, &self.world.caller, &facts) {
            Verdict::Approved(approval) => Ok(approval),
            Verdict::Refused(findings) => Err(refused(findings)),
        }
    }
}

fn approved(approval: &Approval) -> Came {
    let Approval { request, findings, rewrites } = approval;
    let body = match serde_json::to_value(&request.get().body) {
        Ok(body) => body,
        Err(why) => return Came::Unjudged(format!("the body cannot be written: {why}")),
    };
    let warned = findings.iter().filter(|finding| finding.action == Action::Warn).map(|finding| finding.rule.0);
    Came::Approved {
        changed: distinct(rewrites.iter().map(|rewrite| rewrite.rule.0)),
        warned: distinct(warned),
        wishes: rewrites.iter().any(|rewrite| rewrite.wish),
        body,
    }
}

fn distinct(rules: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut rules: Vec<&str> = rules.collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}
