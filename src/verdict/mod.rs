//! The judgement, and the only way to an approval.

use crate::request::{Action, Caller, Clash, Facts, Finding, ImageRef, Origin, Request, Rewrite, RuleId, apply};
use crate::rules::{Case, Gate, Outcome, Ruleset};

/// Something that was judged and may reach the engine. Only [`judge`] makes one.
#[derive(Debug, Clone)]
#[must_use]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    /// What was approved.
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// What the policy says of a request.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// It may run, perhaps changed.
    Approved(Box<Approval>),
    /// It may not.
    Refused(Vec<Finding>),
}

/// An approved request and what is to be said of it.
#[derive(Debug)]
pub struct Approval {
    /// The request as it is now.
    pub request: Approved<Request>,
    /// Warnings and changed wishes.
    pub findings: Vec<Finding>,
    /// Everything that was changed or filled in.
    pub rewrites: Vec<Rewrite>,
}

impl Approval {
    /// With the warnings that only the rules below have.
    fn beside(self, below: Vec<Finding>) -> Self {
        let Self { request, findings, rewrites } = self;
        let below = below.into_iter().filter(|finding| finding.action == Action::Warn).collect();
        let outcome = Outcome { findings, rewrites }.beside(below);
        Self { request, findings: worst_first(outcome.findings), rewrites: outcome.rewrites }
    }
}

/// Judges an image's name, before anything is pulled.
///
/// # Errors
/// The refusals.
pub fn judge_image(image: &ImageRef, request: &Request, rules: &Ruleset) -> Result<(), Vec<Finding>> {
    let outcome = rules.judge_image(image, request);
    if outcome.refuses() { Err(worst_first(outcome.findings)) } else { Ok(()) }
}

/// Judges the manner of asking, before anything is asked of the engine for the request's sake.
///
/// # Errors
/// The refusals.
pub fn judge_manner(request: &Request, rules: &Ruleset) -> Result<(), Vec<Finding>> {
    let outcome = rules.judge_manner(request);
    if outcome.refuses() { Err(worst_first(outcome.findings)) } else { Ok(()) }
}

/// Judges what needs to know nothing of the image, before one that is absent is pulled: whatever is refused here,
/// [`judge`] would refuse as well.
///
/// # Errors
/// The refusals.
pub fn judge_before_pull(
    request: &Request,
    rules: &Ruleset,
    caller: &Caller,
    facts: &Facts,
) -> Result<(), Vec<Finding>> {
    let outcome = rules.judge_before_pull(&Case { request, caller, facts });
    if outcome.refuses() { Err(worst_first(outcome.findings)) } else { Ok(()) }
}

/// Judges a request by the owner's rules, then by those of each guest.
///
/// A guest never widens what is approved: the owner's rules, and those of every guest before, must approve the request as
/// it was asked, and must let stand what the last guest makes of it.
pub fn judge(request: Request, rules: &Ruleset, caller: &Caller, facts: &Facts) -> Verdict {
    let mut approval = match pass(&request, rules.owner(), caller, facts) {
        Ok(approval) => approval,
        Err(findings) => return Verdict::Refused(findings),
    };
    let gates: Vec<&Gate> = std::iter::once(rules.owner()).chain(rules.guests()).collect();
    for (below, guest) in rules.guests().iter().enumerate() {
        let narrower = match pass(&request, guest, caller, facts) {
            Ok(narrower) => narrower,
            Err(findings) => return Verdict::Refused(findings),
        };
        let case = Case { request: narrower.request.get(), caller, facts };
        let standing = gates.iter().take(below + 1).find_map(|gate| unsettled(&gate.judge(&case)));
        if let Some(unsettled) = standing {
            return Verdict::Refused(vec![unsettled]);
        }
        approval = narrower.beside(approval.findings);
    }
    Verdict::Approved(Box::new(approval))
}

/// One set of rules, its rewrites, and the same rules once more on the result, which must stand on its own.
fn pass(request: &Request, gate: &Gate, caller: &Caller, facts: &Facts) -> Result<Approval, Vec<Finding>> {
    let outcome = gate.judge(&Case { request, caller, facts });
    if outcome.refuses() {
        return Err(worst_first(outcome.findings));
    }
    let Outcome { findings, rewrites } = outcome;
    let mut changed = request.clone();
    apply(&mut changed, &rewrites).map_err(|clash| vec![clashed(&clash)])?;
    let again = gate.judge(&Case { request: &changed, caller, facts });
    if let Some(unsettled) = unsettled(&again) {
        return Err(vec![unsettled]);
    }
    Ok(Approval { request: Approved(changed), findings: worst_first(findings), rewrites })
}

fn worst_first(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.action));
    findings
}

/// A finding about the judgement itself: two rules that do not go together.
fn internal(rule: RuleId, message: String) -> Finding {
    Finding {
        rule,
        action: Action::Deny,
        message,
        primary: (Origin::BuiltIn, ""),
        related: None,
        help: vec!["ask for the value in so many words, or change one of the rules".to_owned()],
        unlearned: false,
    }
}

fn clashed(clash: &Clash) -> Finding {
    let rule = match clash {
        Clash::Between(_, rule, _) | Clash::Malformed { rule, .. } | Clash::Nowhere(rule, _) => *rule,
    };
    internal(rule, clash.to_string())
}

/// What the rules still want changed in a request that they have changed already.
fn unsettled(again: &Outcome) -> Option<Finding> {
    let refused = again.findings.iter().find(|finding| finding.action >= Action::Rewrite);
    let message = match (refused, again.rewrites.first()) {
        (Some(finding), _) => format!("the request as changed by the policy is still refused: {}", finding.message),
        (None, Some(rewrite)) => format!("the policy changes its own result again: {}", rewrite.meaning),
        (None, None) => return None,
    };
    let rule = refused.map(|f| f.rule).or_else(|| again.rewrites.first().map(|r| r.rule))?;
    Some(Finding { related: refused.and_then(|finding| finding.related.clone()), ..internal(rule, message) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Draft, Layer, Policy, Source};
    use crate::request::wire::ContainerCreate;
    use crate::request::{EngineInfo, Fact, ImageFacts, Manner, Origins};

    fn rules(text: &str) -> Ruleset {
        let policy = Policy::owners(&[Source { name: "p.toml".into(), text: text.to_owned() }]).unwrap();
        Ruleset::load(&policy).unwrap()
    }

    fn request(change: impl FnOnce(&mut ContainerCreate)) -> Request {
        let mut body = ContainerCreate { image: "alpine".to_owned(), ..ContainerCreate::default() };
        change(&mut body);
        Request { body, name: None, platform: None, origins: Origins::posted(), manner: Manner::default() }
    }

    fn facts() -> Facts {
        let info = EngineInfo {
            ncpu: 8,
            cpu_quota: true,
            memory_limit: true,
            swap_limit: true,
            pids_limit: true,
            ..EngineInfo::default()
        };
        let image = Fact::Known(ImageFacts::default());
        Facts { image, info: Fact::Known(info), stands_for: (1000, 1000), local: true, ..Facts::default() }
    }

    fn decide(text: &str, request: Request) -> Verdict {
        let caller = Caller::numbered(1000, 1000);
        judge(request, &rules(text), &caller, &facts())
    }

    #[test]
    fn baseline_fills_a_silent_request_and_says_nothing() {
        let Verdict::Approved(approval) = decide("", request(|_| {})) else { panic!("refused") };
        let body = &approval.request.get().body;
        assert_eq!(body.user, "1000:1000");
        assert_eq!(body.env, ["HOME=/tmp"]);
        assert_eq!(body.host_config.nano_cpus, 1_000_000_000);
        assert_eq!(body.host_config.security_opt, ["no-new-privileges=true"]);
        assert_eq!(approval.findings, []);
    }

    #[test]
    fn judging_what_was_approved_changes_nothing() {
        for profile in ["baseline", "strict", "permissive"] {
            let text = format!("extends = \"{profile}\"");
            let Verdict::Approved(first) = decide(&text, request(|_| {})) else { panic!("refused") };
            let Verdict::Approved(second) = decide(&text, first.request.get().clone()) else { panic!("refused") };
            assert_eq!(second.rewrites, [], "{profile}");
            assert_eq!(first.request.get().body, second.request.get().body, "{profile}");
        }
    }

    #[test]
    fn permissive_changes_nothing_at_all() {
        let asked = request(|body| {
            body.host_config.privileged = true;
            body.user = "0".to_owned();
        });
        let Verdict::Approved(approval) = decide("extends = \"permissive\"", asked.clone()) else { panic!("refused") };
        assert_eq!(approval.request.get().body, asked.body);
    }

    #[test]
    fn refusals_come_worst_first_and_all_at_once() {
        let asked = request(|body| {
            body.host_config.nano_cpus = 64_000_000_000;
            body.host_config.privileged = true;
            body.user = "0".to_owned();
        });
        let Verdict::Refused(findings) = decide("", asked) else { panic!("approved") };
        let said: Vec<_> = findings.iter().map(|f| (f.rule.0, f.action)).collect();
        assert_eq!(said, [("user", Action::Deny), ("privileged", Action::Deny), ("cpus", Action::Rewrite)]);
    }

    #[test]
    fn a_changed_wish_is_said_with_the_line_that_changed_it() {
        let asked = request(|body| body.host_config.nano_cpus = 64_000_000_000);
        let Verdict::Approved(approval) = decide("[cpus]\nmax = 2.0\n", asked) else { panic!("refused") };
        let finding = approval.findings.first().unwrap();
        assert_eq!(finding.action, Action::Rewrite);
        assert_eq!(finding.related.as_ref().unwrap().to_string(), "p.toml:2");
        assert_eq!(approval.request.get().body.host_config.nano_cpus, 2_000_000_000);
    }

    #[test]
    fn before_a_pull_only_those_rules_judge_that_need_nothing_of_the_image() {
        let before = Facts { image: Fact::NotAsked, ..facts() };
        let caller = Caller::numbered(1000, 1000);
        let judged = |change: fn(&mut ContainerCreate)| {
            let refused = judge_before_pull(&request(change), &rules(""), &caller, &before).err().unwrap_or_default();
            refused.iter().filter(|finding| finding.action == Action::Deny).map(|f| f.rule.0).collect::<Vec<_>>()
        };
        assert!(judged(|_| {}).is_empty(), "that the image is not known refuses nothing yet");
        assert!(judged(|body| body.user = "app".to_owned()).is_empty(), "whether that is root is told by the image");
        assert_eq!(judged(|body| body.user = "0".to_owned()), ["user"]);
        assert_eq!(judged(|body| body.host_config.privileged = true), ["privileged"]);
    }

    #[test]
    fn an_image_outside_the_list_is_refused_by_its_name_alone() {
        let rules = rules("[images]\nallow = [\"docker.io/library/*\"]");
        let judged = |text: &str| judge_image(&ImageRef::parse(text).unwrap(), &request(|_| {}), &rules).is_ok();
        assert!(judged("alpine") && !judged("evil/alpine"));
    }

    fn with_guests(owner: &str, guests: &[&str], request: Request) -> Verdict {
        let layer = |text: &str| Layer::File(Source { name: "x.toml".into(), text: text.to_owned() });
        let guests: Vec<Layer> = guests.iter().map(|text| layer(text)).collect();
        let policy = Draft::of(&[layer(owner)], &guests).finish().unwrap();
        judge(request, &Ruleset::load(&policy).unwrap(), &Caller::numbered(1000, 1000), &facts())
    }

    #[test]
    fn what_a_guest_makes_of_a_request_stands_before_the_owner() {
        let asked = || request(|body| body.host_config.nano_cpus = 3_000_000_000);
        let Verdict::Approved(approval) = with_guests("", &["[cpus]\nmax = 2.0\n", "[cpus]\nmax = 1.0\n"], asked())
        else {
            panic!("refused")
        };
        assert_eq!(approval.request.get().body.host_config.nano_cpus, 1_000_000_000);
        assert_eq!(approval.findings.len(), 1);
    }

    #[test]
    fn a_guests_default_counts_only_where_the_owner_permits_it() {
        let guest = "[user]\ndefault = \"7:7\"\nallow = [\"7\"]\n";
        let Verdict::Approved(approval) = with_guests("", &[guest], request(|_| {})) else { panic!("refused") };
        assert_eq!(approval.request.get().body.user, "7:7");
        let Verdict::Refused(findings) = with_guests("extends = \"strict\"", &[guest], request(|_| {})) else {
            panic!("approved")
        };
        let finding = findings.first().unwrap();
        assert!(finding.message.contains("still refused") && finding.rule.0 == "user", "{finding:?}");
    }

    #[test]
    fn an_owners_warning_is_said_whatever_a_guest_lists() {
        let owner = "[images]\naction = \"warn\"\nallow = [\"docker.io/library/busybox\"]\n";
        let guest = "[images]\nallow = [\"docker.io/library/alpine\"]\n";
        let Verdict::Approved(approval) = with_guests(owner, &[guest], request(|_| {})) else { panic!("refused") };
        assert_eq!(approval.findings.iter().map(|finding| finding.rule.0).collect::<Vec<_>>(), ["images"]);
    }
}
