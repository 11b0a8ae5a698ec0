//! A case, judged.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use serde_json::Value as Json;

use super::{Asked, Case};
use crate::cli::{self, Globals, Inputs, Invocation, Parsed, Proxies, Want};
use crate::request::{Action, Date, Fact, Finding, ImageRef, Manner, Origins, Request, json};
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
            let only = "only run and create are, without `--policy`, `--help` or `--version` before them";
            return Err(Came::Unjudged(only.to_owned()));
        };
        let (engine, detours) = self.world.reach(&docker).map_err(Came::docker)?;
        let Invocation::Container(parsed) = cli::parse(verb, &argv, at + length).map_err(Came::docker)? else {
            return Err(Came::Unjudged("`--help` asks for no container".to_owned()));
        };
        let mut request = self.lowered(&parsed, &engine)?;
        for detour in &detours {
            if let Some(origin) = docker.origin(detour.option) {
                request.origins.set(detour.pointer(), origin);
            }
        }
        request.manner.detours = detours;
        Ok(request)
    }

    /// What a command line asks of the engine, and what the client refuses to do for it.
    fn lowered(&self, parsed: &Parsed, engine: &str) -> Result<Request, Came> {
        let host = &self.world.host;
        let (mut files, mut cidfile_exists) = (BTreeMap::new(), false);
        for want in parsed.wants() {
            match want {
                Want::File(path) => drop(files.insert(path.clone(), host.file(&path))),
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
            endpoint: engine,
            engine_os: "linux",
            has_credentials: false,
        };
        let asked =
            parsed.lower(&inputs).and_then(|asked| asked.for_engine(&self.world.api())).map_err(Came::docker)?;
        if asked.wants_signature() {
            return Err(Came::docker("content trust is asked for, and signatures are not checked"));
        }
        if let Some(path) = asked.client.cidfile.as_deref().filter(|path| !host.is_writable(path)) {
            let why = format!("failed to create the container ID file: open {path}: permission denied");
            return Err(Came::docker(why));
        }
        Ok(asked.request)
    }

    /// Everything that a run asks of the rules, in its order.
    fn decide(&self, request: Request, book: &Rulebook, today: Date) -> Result<Box<Approval>, Came> {
        let refused = |findings: Vec<Finding>| Came::Refused(Refusal::of_rules(&findings));
        let rules = book.ruleset(&self.world.caller, &request.body.image, self.world.date.unwrap_or(today));
        let rules = rules.map_err(|problems| Came::Unjudged(format!("the policy has problems: {problems}")))?;
        verdict::judge_early(&request, &rules).map_err(refused)?;
        let facts = self.world.facts(&request, &rules.needs(&request));
        if let (Fact::Unknown(_), Ok(name)) = (&facts.image, ImageRef::parse(&request.body.image)) {
            // What the engine does not have is pulled by its name.
            verdict::judge_image(&name, &request, &rules).map_err(refused)?;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Policy, Source};

    const WORLD: &str = "[fixture]\ncaller = { name = \"alice\", uid = 1000, gid = 1000, home = \"/home/alice\" }\n\
        info = {}\nversion = {}\nimages = { alpine = {} }\ncontexts = { far = \"ssh://far\" }\n";

    /// What came of one case under a policy, on the last day of 2026.
    fn came(policy: &str, case: &str) -> String {
        let source = |name: &str, text: String| Source { name: name.into(), text };
        let policy = Policy::owners(&[source("p.toml", policy.to_owned())]).unwrap();
        let book = Rulebook::load(policy).unwrap();
        let text = format!("{WORLD}[[case]]\n{case}\nmust = \"allow\"\n");
        let cases = crate::cases::read(&source("c.toml", text)).unwrap();
        cases.first().unwrap().judge(&book, Date::parse("2026-12-31").unwrap()).to_string()
    }

    #[test]
    fn a_case_is_judged_as_a_run_would_be() {
        assert_eq!(came("", "argv = \"run --rm alpine\""), "approved as asked");
        let changed = came("", "argv = \"run -m 64g alpine\"");
        assert!(changed.starts_with("changed by ") && changed.contains("memory"), "{changed}");
    }

    #[test]
    fn a_posted_body_is_judged_as_at_a_gateway() {
        let privileged = r#"body = '{"Image":"alpine","HostConfig":{"Privileged":true}}'"#;
        assert!(came("", privileged).starts_with("refused: [privileged] "));
        let twice = r#"body = '{"Image":"alpine","Image":"x"}'"#;
        assert!(came("", twice).starts_with("refused: [docker] "), "{}", came("", twice));
        assert_eq!(came("", r#"body = '{"Image":"alpine"}'"#), "approved as asked");
    }

    #[test]
    fn a_fact_that_nobody_gives_is_named() {
        let said = came("", "argv = \"run busybox\"");
        assert!(said.contains("the case does not say: add `images`"), "{said}");
        let said = came("[binds]\nallow = [\"/srv\"]\n", "argv = \"run -v /srv/x:/x alpine\"");
        assert!(said.contains("the case does not say what is at /srv"), "{said}");
    }

    #[test]
    fn an_image_that_is_not_there_is_judged_by_its_name_before_all() {
        let policy = "[images]\nallow = [\"docker.io/library/alpine\"]\n";
        assert!(came(policy, "argv = \"run deadbeef\"").starts_with("refused: [images] image `docker.io/library/dead"));
    }

    #[test]
    fn the_engine_is_the_one_that_the_options_lead_to() {
        let policy = "[other-engine]\naction = \"deny\"\n";
        for (options, said) in [
            ("--context far", "refused: [other-engine] `--context` leads to another engine, ssh://far instead of "),
            (
                "--context near",
                "refused: [docker] unable to resolve docker endpoint: context \"near\": context not found",
            ),
            ("--tls", "refused: [other-engine] `--tls` leads to another engine, tcp://localhost:2376 instead of "),
            ("-H a -H b", "refused: [docker] unable to resolve docker endpoint: Specify only one -H"),
            ("--config /x", "refused: [other-engine] `--config` leads to other settings of docker's, /x instead of "),
            ("-H unix:///var/run/docker.sock --config /home/alice/.docker", "approved as asked"),
            ("--context default", "approved as asked"),
            ("--policy x", "only run and create are"),
        ] {
            let came = came(policy, &format!("argv = \"{options} run alpine\""));
            assert!(came.starts_with(said), "{options}: {came}");
        }
        assert!(came(policy, "argv = \"ps\"").starts_with("only run and create are"));
    }

    #[test]
    fn exceptions_count_on_the_day_of_the_case() {
        let grant =
            "[[grant]]\nrule = \"privileged\"\nimage = [\"docker.io/library/*\"]\nreason = \"x\"\nuntil = 2026-12-31\n";
        assert_eq!(came(grant, "argv = \"run --privileged alpine\""), "approved as asked");
        let late = "argv = \"run --privileged alpine\"\ndate = 2027-01-01";
        assert!(came(grant, late).starts_with("refused: [privileged] "));
    }
}
