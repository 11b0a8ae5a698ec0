//! The rules with their settings for one request: the owner's, and a gate more for each guest.

use std::sync::Arc;

use super::book::Rulebook;
use super::{ACTION, Case, Check, Opinion, Outcome, Rule, images};
use crate::policy::{Entry, Policy, Problem, Problems, Setting, Settings, Value};
use crate::request::{Action, Fact, Finding, ImageRef, Needs, PolicySpot, Request, RuleId};

/// A rule with the settings of a policy.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) id: RuleId,
    pub(super) action: Setting<Action>,
    pub(super) check: Box<dyn Check>,
    /// Its table has nothing but `action = "allow"`: it neither looks nor fills in anything, and is not asked.
    pub(super) idle: bool,
}

impl Rule {
    /// Reads the rule's merged table.
    pub(super) fn loaded(&self, entry: Option<&Entry>, problems: &mut Problems) -> Option<Arc<Loaded>> {
        let Some(entry) = entry else {
            problems.add(Problem::new(format!("the policy has no table `[{}]`", self.id)));
            return None;
        };
        let mut settings = Settings::of(self.id.0, entry, problems)?;
        if self.open_keys.is_empty() {
            let known: Vec<&str> = std::iter::once(ACTION).chain(self.keys.iter().map(|key| key.name)).collect();
            settings.only(&known);
        }
        let action = settings.require::<Action>(ACTION);
        if let Some(action) = action.as_ref().filter(|a| a.value == Action::Rewrite && !self.rewrites) {
            settings.object(&action.spot, format!("`{}` has no nearest permitted value: allow, warn or deny", self.id));
        }
        let check = (self.load)(&mut settings);
        Some(Arc::new(Loaded { id: self.id, action: action?, check: check?, idle: says_nothing(entry) }))
    }
}

impl Loaded {
    fn needs(&self, request: &Request) -> Needs {
        self.check.needs(request, self.action.value != Action::Allow)
    }
}

/// Whether a table has nothing but `action = "allow"`.
pub(super) fn says_nothing(entry: &Entry) -> bool {
    let Value::Table(table) = &entry.node.value else { return false };
    table.iter().all(|(key, entry)| key == ACTION && entry.node.value == Value::String("allow".to_owned()))
}

/// One set of rules that a request has to pass.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    pub(super) rules: Vec<Arc<Loaded>>,
    /// Rules that a grant would lift if it had not ended, and what to say of it.
    pub(super) ended: Vec<(String, String)>,
    /// The block that counts because of the image's name, where the name could be a piece of an id.
    pub(super) by_name: Option<PolicySpot>,
}

impl Gate {
    pub(super) fn of(rules: Vec<Arc<Loaded>>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// What all rules say of a request.
    #[must_use]
    pub fn judge(&self, case: &Case<'_>) -> Outcome {
        let mut outcome = self.collect(|rule, out| rule.check.judge(case, out), case.request);
        outcome.findings.extend(self.not_a_name(case));
        outcome
    }

    fn judge_image(&self, image: &ImageRef, request: &Request) -> Outcome {
        self.collect(|rule, out| rule.check.judge_image(image, out), request)
    }

    fn judge_manner(&self, request: &Request) -> Outcome {
        self.collect(|rule, out| rule.check.judge_manner(&request.manner, out), request)
    }

    fn judge_before_pull(&self, case: &Case<'_>) -> Outcome {
        let decided = |rule: &Loaded| {
            let needs = rule.needs(case.request);
            !needs.image && !needs.users
        };
        self.collect(
            |rule, out| {
                if decided(rule) {
                    rule.check.judge(case, out)
                }
            },
            case.request,
        )
    }

    fn needs(&self, request: &Request) -> Needs {
        let own = Needs { image: self.by_name.is_some(), ..Needs::default() };
        let rules = self.rules.iter().filter(|rule| !rule.idle);
        rules.fold(own, |needs, rule| needs.and(rule.needs(request)))
    }

    fn collect(&self, say: impl Fn(&Loaded, &mut Opinion), request: &Request) -> Outcome {
        let mut outcome = Outcome::default();
        for rule in self.rules.iter().filter(|rule| !rule.idle) {
            let mut out = Opinion::new(rule.id);
            say(rule, &mut out);
            outcome.take(out, &rule.action, &request.origins);
        }
        for finding in outcome.findings.iter_mut().filter(|finding| finding.action == Action::Deny) {
            let lifted = self.ended.iter().filter(|(rule, _)| rule == finding.rule.0);
            finding.help.extend(lifted.map(|(_, words)| words.clone()));
        }
        outcome
    }

    /// An id says nothing of where an image comes from, so what counts for a name must not be had by a piece of an id
    /// that looks like one.
    fn not_a_name(&self, case: &Case<'_>) -> Option<Finding> {
        let spot = self.by_name.as_ref()?;
        let typed = &case.request.body.image;
        let message = match &case.facts.image {
            Fact::Known(image) => {
                let by_id = image.is_meant_by_id(typed);
                by_id.then(|| format!("`{typed}` is a piece of an image's id, where the policy goes by its name"))?
            }
            Fact::Unknown(why) => format!("whether `{typed}` is a name or an id could not be learned: {why}"),
            Fact::NotAsked => format!("whether `{typed}` is a name or an id was not looked up"),
        };
        Some(Finding {
            rule: images::RULE.id,
            action: Action::Deny,
            message,
            primary: (case.request.origins.of("/Image"), "asked for here"),
            related: Some(spot.clone()),
            help: vec!["name it by repository and tag".to_owned()],
            unlearned: !matches!(case.facts.image, Fact::Known(_)),
        })
    }
}

/// All rules with the settings that count for one request.
#[derive(Debug, Clone, Default)]
pub struct Ruleset {
    pub(super) owner: Gate,
    pub(super) guests: Vec<Gate>,
    pub(super) granted: Vec<PolicySpot>,
}

impl Ruleset {
    /// Reads every rule's table as it is for everybody and every image: `[[for]]` and `[[grant]]` do not count. Whoever
    /// has a request asks [`Rulebook::ruleset`].
    ///
    /// # Errors
    /// All problems of the policy at once: unknown rules and keys, values that do not fit, rules without a table.
    pub fn load(policy: &Policy) -> Result<Self, Problems> {
        Rulebook::load(policy.clone()).map(Rulebook::into_everybody)
    }

    /// What must be known to judge this request.
    #[must_use]
    pub fn needs(&self, request: &Request) -> Needs {
        self.gates().fold(Needs::default(), |needs, gate| needs.and(gate.needs(request)))
    }

    /// What all rules say of an image's name.
    #[must_use]
    pub fn judge_image(&self, image: &ImageRef, request: &Request) -> Outcome {
        together(self.gates().map(|gate| gate.judge_image(image, request)))
    }

    /// What all rules say of the manner in which something is asked for.
    #[must_use]
    pub fn judge_manner(&self, request: &Request) -> Outcome {
        together(self.gates().map(|gate| gate.judge_manner(request)))
    }

    /// What those rules say of a request that need to know nothing of its image.
    #[must_use]
    pub fn judge_before_pull(&self, case: &Case<'_>) -> Outcome {
        together(self.gates().map(|gate| gate.judge_before_pull(case)))
    }

    /// What all rules say of a request. Where there are guests, what is to be changed is what the last of them wants.
    #[must_use]
    pub fn judge(&self, case: &Case<'_>) -> Outcome {
        together(self.gates().map(|gate| gate.judge(case)))
    }

    /// The owner's gate.
    #[must_use]
    pub fn owner(&self) -> &Gate {
        &self.owner
    }

    /// A gate more for each guest: the owner's settings, tightened by this guest and those before.
    #[must_use]
    pub fn guests(&self) -> &[Gate] {
        &self.guests
    }

    /// The lines of the grants that lift something from this request.
    #[must_use]
    pub fn granted(&self) -> &[PolicySpot] {
        &self.granted
    }

    fn gates(&self) -> impl Iterator<Item = &Gate> {
        std::iter::once(&self.owner).chain(&self.guests)
    }
}

/// The last outcome, and what only the others say.
fn together(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    outcomes.reduce(|below, above| above.beside(below.findings)).unwrap_or_default()
}
