//! What the rules' own tests share: a rule, a table, a request, and what comes of it.

use std::sync::Arc;

use super::ruleset::Loaded;
use super::{Case, Check, Opinion, Outcome, Rule, Ruleset};
use crate::policy::{Policy, Source};
use crate::request::wire::ContainerCreate;
use crate::request::{
    Action, BindFacts, BindKind, Caller, EngineInfo, Fact, Facts, GroupEntry, ImageFacts, Manner, Needs, Origins,
    PasswdEntry, Request, UserTables,
};

pub(super) const UID: u32 = 1000;
pub(super) const GID: u32 = 1001;

pub(super) fn caller() -> Caller {
    Caller { groups: vec![GID, 2000], name: Some("alice".to_owned()), ..Caller::numbered(UID, GID) }
}

/// An engine as root runs it, an image like busybox, and nothing to look up.
pub(super) fn facts() -> Facts {
    let entry = |name: &str, uid, gid| PasswdEntry { name: name.to_owned(), uid, gid, home: "/".to_owned() };
    let group = |name: &str, gid| GroupEntry { name: name.to_owned(), gid };
    Facts {
        image: Fact::Known(ImageFacts { id: "sha256:0123".to_owned(), ..ImageFacts::default() }),
        users: Fact::Known(UserTables {
            passwd: vec![entry("root", 0, 0), entry("toor", 0, 0), entry("app", 500, 501), entry("open", 600, 0)],
            group: vec![group("root", 0), group("staff", 50)],
        }),
        info: Fact::Known(EngineInfo {
            ncpu: 8,
            cpu_quota: true,
            memory_limit: true,
            swap_limit: true,
            pids_limit: true,
            cgroup_namespaces: true,
            ..EngineInfo::default()
        }),
        stands_for: (UID, GID),
        local: true,
        sockets: Fact::Known(Vec::new()),
        ..Facts::default()
    }
}

pub(super) fn bind(canonical: &str, kind: BindKind) -> Fact<BindFacts> {
    Fact::Known(BindFacts::steady(canonical, kind))
}

pub(super) fn request(body: ContainerCreate) -> Request {
    Request { body, name: None, platform: None, origins: Origins::posted(), manner: Manner::default() }
}

/// A request whose body is changed from an ordinary one.
pub(super) fn asking(change: impl FnOnce(&mut ContainerCreate)) -> Request {
    let mut body = ContainerCreate { image: "alpine".to_owned(), ..ContainerCreate::default() };
    change(&mut body);
    request(body)
}

/// One rule alone, with `table` laid over permissive's.
pub(super) struct Bench {
    set: Ruleset,
}

impl Bench {
    pub(super) fn new(rule: &Rule, table: &str) -> Self {
        let text = format!("extends = \"permissive\"\n[{}]\n{table}", rule.id);
        let policy = Policy::owners(&[Source { name: "test.toml".into(), text }]).unwrap_or_else(|p| panic!("{p}"));
        let mut set = Ruleset::load(&policy).unwrap_or_else(|p| panic!("{p}"));
        set.owner.rules.retain(|loaded| loaded.id == rule.id);
        Self { set }
    }

    pub(super) fn outcome(&self, request: &Request, facts: &Facts) -> Outcome {
        self.set.judge(&Case { request, caller: &caller(), facts })
    }

    pub(super) fn needs(&self, request: &Request) -> Needs {
        self.set.needs(request)
    }

    /// `deny`, `warn`, `rewrite: MEANING`, `fill: MEANING`, in order, joined by commas; `pass` when there is nothing.
    pub(super) fn says(&self, request: &Request, facts: &Facts) -> String {
        let outcome = self.outcome(request, facts);
        let mut words: Vec<String> = outcome
            .findings
            .iter()
            .filter(|f| f.action != Action::Rewrite)
            .map(|f| f.action.name().to_owned())
            .collect();
        let wishes = outcome.findings.iter().filter(|f| f.action == Action::Rewrite).count();
        let fills = outcome.rewrites.len() - wishes;
        for (index, rewrite) in outcome.rewrites.iter().enumerate() {
            let kind = if index < fills { "fill" } else { "rewrite" };
            words.push(format!("{kind}: {}", rewrite.meaning));
        }
        if words.is_empty() { "pass".to_owned() } else { words.join(", ") }
    }

    /// As [`Self::says`] with the ordinary facts.
    pub(super) fn of(&self, change: impl FnOnce(&mut ContainerCreate)) -> String {
        self.says(&asking(change), &facts())
    }
}

#[test]
fn an_unknown_fact_refuses_wherever_a_breach_would() {
    #[derive(Debug)]
    struct Wants;
    impl Check for Wants {
        fn judge(&self, _: &Case<'_>, out: &mut Opinion) {
            out.unknown("/User", "the image's user", "no answer in 10 s");
        }
    }
    for (action, denied) in [("deny", true), ("rewrite", true), ("allow", false)] {
        let mut bench = Bench::new(&super::cpus::RULE, &format!("action = \"{action}\""));
        let setting = bench.set.owner.rules[0].action.clone();
        let wants = Loaded { id: super::cpus::RULE.id, action: setting, check: Box::new(Wants), idle: false };
        bench.set.owner.rules = vec![Arc::new(wants)];
        assert_eq!(bench.outcome(&asking(|_| {}), &facts()).refuses(), denied, "{action}");
    }
}
