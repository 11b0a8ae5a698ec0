//! What must come of a case, held against what came.

use serde_json::Value as Json;

use super::judge::Came;
use crate::policy::{FromNode, Setting, Settings, Value};
use crate::rules::CATALOGUE;

/// The verdict that a case wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    /// It is refused, by a rule or by docker's own grammar.
    Deny,
    /// It runs, and not as it was asked.
    Rewrite,
    /// It runs as asked; silences may be filled.
    Allow,
}

impl Must {
    const ALL: [Self; 3] = [Self::Deny, Self::Rewrite, Self::Allow];

    /// As a case spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Rewrite => "rewrite",
            Self::Allow => "allow",
        }
    }
}

impl FromNode for Must {
    const EXPECTED: &'static str = "\"deny\", \"rewrite\" or \"allow\"";
    fn from_value(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        Self::ALL.into_iter().find(|must| must.name() == text)
    }
}

/// What must come of a case.
#[derive(Debug)]
pub struct Expected {
    /// The verdict.
    pub must: Must,
    /// Rules that must have refused, changed or warned.
    pub rules: Vec<String>,
    /// Values of the body that is sent, by JSON pointer.
    pub then: Vec<(String, Json)>,
    /// Members of the body that are absent or say nothing.
    pub gone: Vec<String>,
}

impl Expected {
    pub(super) fn read(settings: &mut Settings<'_>) -> Option<Self> {
        let must = settings.require::<Must>("must");
        let rules: Vec<Setting<String>> = settings.list("rules").map_or_else(Vec::new, |list| list.value);
        for rule in rules.iter().filter(|rule| CATALOGUE.iter().all(|known| known.id.0 != rule.value)) {
            let ids = CATALOGUE.iter().map(|known| known.id.0);
            settings.object_closest(&rule.spot, format!("there is no rule `{}`", rule.value), &rule.value, ids);
        }
        let mut then = Vec::new();
        settings.table("then", |settings| {
            for pointer in settings.keys() {
                then.extend(settings.get::<Wanted>(&pointer).map(|wanted| (pointer, wanted.value.0)));
            }
        });
        let gone = settings.list::<String>("gone");
        let spot = settings.key_spot("then").or(gone.as_ref().map(|gone| gone.spot.clone()));
        let gone = gone.map_or_else(Vec::new, |list| list.value);
        let must = must?.value;
        if let Some(spot) = spot.filter(|_| must == Must::Deny) {
            settings.object(&spot, "what is refused has no body: leave `then` and `gone` out");
        }
        let value = |setting: Setting<String>| setting.value;
        Some(Self {
            must,
            rules: rules.into_iter().map(value).collect(),
            then,
            gone: gone.into_iter().map(value).collect(),
        })
    }

    /// What is wrong with what came; nothing where it is as wanted.
    #[must_use]
    pub fn differs(&self, came: &Came) -> Option<String> {
        let want = self.must.name();
        let verdict = match (self.must, came) {
            (_, Came::Unjudged(why)) => return Some(format!("it cannot be judged: {why}")),
            (Must::Deny, Came::Refused(refusal)) if refusal.is_only_ignorance() => {
                return Some(format!(
                    "expected {want}, and all that is wrong is what the case does not say: {refusal}"
                ));
            }
            (Must::Deny, Came::Refused(_)) | (Must::Allow, Came::Approved { wishes: false, .. }) => None,
            (Must::Rewrite, Came::Approved { changed, .. }) if !changed.is_empty() => None,
            _ => Some(format!("expected {want}, and it was {came}")),
        };
        verdict.or_else(|| self.lacks_rule(came)).or_else(|| self.differs_in_body(came))
    }

    fn lacks_rule(&self, came: &Came) -> Option<String> {
        let said = came.rules(self.must);
        let lacking = self.rules.iter().find(|rule| !said.contains(&rule.as_str()))?;
        Some(format!("expected {} by `{lacking}`, and it was {came}", self.must.name()))
    }

    fn differs_in_body(&self, came: &Came) -> Option<String> {
        let Came::Approved { body, .. } = came else { return None };
        let at = |pointer: &str| body.pointer(pointer).cloned().unwrap_or_default();
        let differing = self.then.iter().find(|(pointer, wanted)| at(pointer) != *wanted);
        if let Some((pointer, wanted)) = differing {
            return Some(format!("expected {wanted} at `{pointer}`, and it is {}", at(pointer)));
        }
        let left = self.gone.iter().find(|pointer| !says_nothing(&at(pointer)))?;
        Some(format!("expected nothing at `{left}`, and it is {}", at(left)))
    }
}

/// What the engine takes for silence.
fn says_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(truth) => !truth,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.iter().all(says_nothing),
        Json::Object(members) => members.values().all(says_nothing),
    }
}

/// A value of a body as the policy's language writes it.
#[derive(Debug, Clone, PartialEq)]
struct Wanted(Json);

impl FromNode for Wanted {
    const EXPECTED: &'static str = "text, a number, true or false, or a list of these";
    fn from_value(value: &Value) -> Option<Self> {
        Some(Self(match value {
            Value::String(text) => Json::String(text.clone()),
            Value::Integer(number) => Json::from(*number),
            Value::Float(number) => Json::from(*number),
            Value::Boolean(truth) => Json::Bool(*truth),
            Value::Array(items) => {
                let items = items.iter().map(|item| Self::from_value(&item.value).map(|wanted| wanted.0));
                Json::Array(items.collect::<Option<_>>()?)
            }
            Value::Datetime(_) | Value::Table(_) => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::Refusal;
    use super::*;
    use serde_json::json;

    fn expected(must: Must) -> Expected {
        Expected { must, rules: vec![], then: vec![], gone: vec![] }
    }

    fn approved(changed: &[&'static str], wishes: bool) -> Came {
        Came::Approved { changed: changed.to_vec(), warned: vec![], wishes, body: json!({"User": "1:1", "Env": [""]}) }
    }

    #[test]
    fn filled_silences_are_allowed_and_changed_wishes_are_not() {
        assert_eq!(expected(Must::Allow).differs(&approved(&["cpus"], false)), None);
        assert!(expected(Must::Allow).differs(&approved(&["cpus"], true)).is_some());
        assert_eq!(expected(Must::Rewrite).differs(&approved(&["cpus"], true)), None);
        assert!(expected(Must::Rewrite).differs(&approved(&[], false)).is_some());
        assert!(expected(Must::Deny).differs(&approved(&["cpus"], true)).is_some());
    }

    #[test]
    fn a_refusal_for_want_of_facts_proves_nothing() {
        let refused = |unlearned| Came::Refused(Refusal::new("user", "x", unlearned));
        assert_eq!(expected(Must::Deny).differs(&refused(false)), None);
        assert!(expected(Must::Deny).differs(&refused(true)).unwrap().contains("what the case does not say"));
        let by = |rule: &str| Expected { rules: vec![rule.to_owned()], ..expected(Must::Deny) };
        assert_eq!(by("user").differs(&refused(false)), None);
        assert!(by("cpus").differs(&refused(false)).unwrap().contains("by `cpus`"));
    }

    #[test]
    fn the_body_is_compared_value_by_value() {
        let mut expected = expected(Must::Rewrite);
        expected.then = vec![("/User".to_owned(), json!("1:1"))];
        expected.gone = vec!["/Env".to_owned(), "/Nowhere".to_owned()];
        assert_eq!(expected.differs(&approved(&["user"], false)), None);
        expected.gone.push("/User".to_owned());
        assert_eq!(
            expected.differs(&approved(&["user"], false)).unwrap(),
            "expected nothing at `/User`, and it is \"1:1\""
        );
        expected.then[0].1 = json!("0");
        assert_eq!(
            expected.differs(&approved(&["user"], false)).unwrap(),
            "expected \"0\" at `/User`, and it is \"1:1\""
        );
    }
}
