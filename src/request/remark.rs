//! A finding as it is kept and shown: by name, so that who reads it need not have the rule, and without secrets.

use serde::{Deserialize, Serialize};

use super::{Action, Finding, Origin, PolicySpot, secrets};

/// One objection, ready to be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The rule's id.
    pub rule: String,
    /// What came of it.
    pub action: Action,
    /// What is wrong.
    pub message: String,
    /// Where it was asked for.
    pub at: Origin,
    /// The words under the caret.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The policy line that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicySpot>,
    /// What to do instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
}

impl From<&Finding> for Remark {
    fn from(finding: &Finding) -> Self {
        let Finding { rule, action, message, primary: (origin, label), related, help, unlearned: _ } = finding;
        Self {
            rule: rule.0.to_owned(),
            action: *action,
            message: secrets::masked(message),
            at: origin.clone(),
            label: (*label).to_owned(),
            policy: related.clone(),
            help: help.iter().map(|help| secrets::masked(help)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RuleId;

    #[test]
    fn a_remark_keeps_all_but_the_secrets() {
        let finding = Finding {
            rule: RuleId("volume-options"),
            action: Action::Deny,
            message: "`password=geheim` is not allowed".to_owned(),
            primary: (Origin::Token { index: 3, bytes: 0..4 }, "here"),
            related: Some(PolicySpot { file: "p.toml".into(), line: 7, text: "x = 1".into() }),
            help: vec!["leave `password=geheim` out".to_owned()],
            unlearned: false,
        };
        let remark = Remark::from(&finding);
        assert_eq!(remark.message, "`password=***` is not allowed");
        let text = serde_json::to_string(&remark).unwrap();
        assert!(!text.contains("geheim"), "{text}");
        assert_eq!(serde_json::from_str::<Remark>(&text).unwrap(), remark);
    }
}
