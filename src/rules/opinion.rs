//! What a rule says of a request, and what the policy makes of it.

use crate::policy::Setting;
use crate::request::{Action, Change, Finding, Origin, Origins, PolicySpot, Rewrite, RuleId};

/// A silence that a default fills.
#[derive(Debug, Clone)]
pub struct Fill {
    /// What changes.
    pub changes: Vec<Change>,
    /// In docker's words: `--cpus 1`.
    pub meaning: String,
    /// The policy line with the default.
    pub spot: PolicySpot,
}

/// Something asked for that the policy does not permit.
#[derive(Debug, Clone)]
pub struct Breach {
    /// What is wrong: lower case, one line, no full stop.
    pub message: String,
    /// JSON pointer of the value.
    pub pointer: String,
    /// The words under the caret.
    pub label: &'static str,
    /// The policy line that sets the bound; the rule's `action` line where there is none.
    pub bound: Option<PolicySpot>,
    /// What to do instead.
    pub help: Vec<String>,
    /// The nearest permitted value and its meaning in docker's words.
    pub nearest: Option<(Vec<Change>, String)>,
    /// It is only that a fact could not be learned.
    pub unlearned: bool,
}

impl Breach {
    /// Of the value at a pointer.
    #[must_use]
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            pointer: pointer.into(),
            label: "asked for here",
            bound: None,
            help: Vec::new(),
            nearest: None,
            unlearned: false,
        }
    }

    /// That a fact could not be learned.
    #[must_use]
    pub fn unknown(pointer: impl Into<String>, what: &str, why: &str) -> Self {
        let breach = Self::new(pointer, format!("{what} could not be learned: {why}")).label("needed for this");
        let breach = breach.help("what cannot be judged is refused; mend the cause and try again");
        Self { unlearned: true, ..breach }
    }

    /// The words under the caret.
    #[must_use]
    pub fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// The policy line that sets the bound.
    #[must_use]
    pub fn bound(mut self, spot: &PolicySpot) -> Self {
        self.bound = Some(spot.clone());
        self
    }

    /// What to do instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The nearest permitted value, which `action = "rewrite"` takes.
    #[must_use]
    pub fn nearest(mut self, changes: Vec<Change>, meaning: impl Into<String>) -> Self {
        self.nearest = Some((changes, meaning.into()));
        self
    }
}

/// What one rule says of one request.
#[derive(Debug)]
pub struct Opinion {
    rule: RuleId,
    fills: Vec<Fill>,
    breaches: Vec<Breach>,
    cautions: Vec<Breach>,
    warnings: Vec<Breach>,
}

impl Opinion {
    pub(super) fn new(rule: RuleId) -> Self {
        Self { rule, fills: Vec::new(), breaches: Vec::new(), cautions: Vec::new(), warnings: Vec::new() }
    }

    /// A silence is filled, whatever the rule's action.
    pub fn fill(&mut self, fill: Fill) {
        self.fills.push(fill);
    }

    /// The policy's action decides.
    pub fn breach(&mut self, breach: Breach) {
        self.breaches.push(breach);
    }

    /// A breach about which a key of its own decides, where the rule looks at all.
    pub fn breach_under(&mut self, action: &Setting<Action>, breach: Breach) {
        let breach = breach.bound(&action.spot);
        match action.value {
            Action::Allow => {}
            Action::Warn => self.warnings.push(breach),
            Action::Rewrite => self.breaches.push(breach),
            Action::Deny => self.breaches.push(Breach { nearest: None, ..breach }),
        }
    }

    /// Said, never refused.
    pub fn caution(&mut self, caution: Breach) {
        self.cautions.push(caution);
    }

    /// A fact that the rule needed is not known; that refuses wherever a breach would.
    pub fn unknown(&mut self, pointer: &str, what: &str, why: &str) {
        self.breaches.push(Breach::unknown(pointer, what, why));
    }
}

/// What all rules say of one request.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Refusals, warnings and changed wishes.
    pub findings: Vec<Finding>,
    /// What to change so that the request stands: filled silences and changed wishes.
    pub rewrites: Vec<Rewrite>,
}

impl Outcome {
    /// Whether anything is refused.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.findings.iter().any(|finding| finding.action == Action::Deny)
    }

    /// With what only another outcome's findings say.
    #[must_use]
    pub(crate) fn beside(mut self, others: Vec<Finding>) -> Self {
        let is_new = |finding: &Finding, known: &[Finding]| {
            known.iter().all(|k| (k.rule, k.action, &k.message) != (finding.rule, finding.action, &finding.message))
        };
        for finding in others {
            if is_new(&finding, &self.findings) {
                self.findings.push(finding);
            }
        }
        self
    }

    /// Combines what a rule says with what the policy wants done.
    pub(super) fn take(&mut self, opinion: Opinion, action: &Setting<Action>, origins: &Origins) {
        let Opinion { rule, fills, breaches, cautions, warnings } = opinion;
        let place = |pointer: &str| origins.of(pointer);
        for Fill { changes, meaning, spot } in fills {
            self.rewrites.push(Rewrite { rule, changes, meaning, wish: false, origin: Origin::Policy(spot) });
        }
        for breach in breaches {
            let action_taken = match (action.value, &breach.nearest) {
                (Action::Allow, _) => continue,
                (Action::Rewrite, None) => Action::Deny,
                (other, _) => other,
            };
            let spot = breach.bound.clone().unwrap_or_else(|| action.spot.clone());
            let mut help = breach.help;
            if let (Action::Rewrite, Some((changes, meaning))) = (action_taken, breach.nearest) {
                help.insert(0, format!("it runs with `{meaning}`"));
                let origin = Origin::Policy(spot.clone());
                self.rewrites.push(Rewrite { rule, changes, meaning, wish: true, origin });
            }
            self.findings.push(Finding {
                rule,
                action: action_taken,
                message: breach.message,
                primary: (place(&breach.pointer), breach.label),
                related: Some(spot),
                help,
                unlearned: breach.unlearned,
            });
        }
        let looks = action.value != Action::Allow;
        for caution in cautions.into_iter().chain(warnings.into_iter().filter(|_| looks)) {
            self.findings.push(Finding {
                rule,
                action: Action::Warn,
                message: caution.message,
                primary: (place(&caution.pointer), caution.label),
                related: caution.bound,
                help: caution.help,
                unlearned: false,
            });
        }
    }
}
