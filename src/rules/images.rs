//! Where images come from.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{ImagePattern, Key, Setting, Settings, Takes};
use crate::request::{ImageRef, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("images"),
    doc: "\
## What
An image whose name matches none of the patterns in `allow`. `*` stands for any part of one path component, `**` for any
part of the name; a pattern without a tag matches every tag.

## Why
Whoever writes the image writes the program that runs. The name is judged before anything is pulled.

## Instead
Use an image from a listed place, or ask for the place to be listed.
",
    fields: &["Image"],
    keys: &[Key::free("allow", Takes::Texts, "patterns of full names; `*` is one component, `**` any number")],
    open_keys: &[],
    silence: "cannot be silent",
    breach: "a name outside `allow`",
    rewrites: false,
    sources: &["CIS Docker 4.2", "OWASP Docker rule 13"],
    load: |settings: &mut Settings<'_>| Some(Box::new(Images { allow: settings.list("allow") })),
};

#[derive(Debug)]
struct Images {
    allow: Option<Setting<Vec<Setting<ImagePattern>>>>,
}

impl Images {
    /// The list, unless it allows everything.
    fn gate(&self) -> Option<&Setting<Vec<Setting<ImagePattern>>>> {
        self.allow.as_ref().filter(|allow| allow.value.iter().all(|pattern| !pattern.value.is_everything()))
    }
}

impl Check for Images {
    fn needs(&self, _request: &Request, looks: bool) -> Needs {
        Needs { image: looks && self.gate().is_some(), ..Needs::default() }
    }

    fn judge_image(&self, image: &ImageRef, out: &mut Opinion) {
        let Some(allow) = self.gate() else { return };
        if !allow.value.iter().any(|pattern| pattern.value.matches(image)) {
            let breach = Breach::new("/Image", format!("image `{image}` is not among those that are allowed"));
            out.breach(breach.bound(&allow.spot).help(format!("use one that matches {}", listed(&allow.value))));
        }
    }

    /// The name again, for what was never judged before a pull; and no image by a piece of its id, since that says
    /// nothing of where it comes from.
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(allow) = self.gate() else { return };
        let typed = &case.request.body.image;
        let breach =
            |message: String| Breach::new("/Image", message).bound(&allow.spot).help("name it by repository and tag");
        let Ok(image) = ImageRef::parse(typed) else {
            return out.breach(breach(format!("`{typed}` is not an image's name")));
        };
        self.judge_image(&image, out);
        match case.facts.image.known() {
            Err(why) => out.unknown("/Image", "the image's id", &why),
            Ok(facts) => {
                let id = facts.id.strip_prefix("sha256:").unwrap_or(&facts.id);
                if typed.len() >= 2 && id.starts_with(typed.as_str()) {
                    out.breach(breach(format!("`{typed}` is a piece of an image's id")));
                }
            }
        }
    }
}

fn listed(patterns: &[Setting<ImagePattern>]) -> String {
    let names: Vec<String> = patterns.iter().map(|pattern| format!("`{}`", pattern.value)).collect();
    if names.is_empty() { "nothing: no image is allowed".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    const TABLE: &str = "action = \"deny\"\nallow = [\"docker.io/library/*\", \"reg.example:5000/team/**:1.*\"]";

    fn asks(image: &str) -> String {
        Bench::new(&RULE, TABLE).of(|body| body.image = image.to_owned())
    }

    #[test]
    fn names_are_matched_in_their_full_form() {
        for allowed in ["alpine", "alpine:3.20", "docker.io/library/alpine", "reg.example:5000/team/a/b:1.2"] {
            assert_eq!(asks(allowed), "pass", "{allowed}");
        }
        for denied in ["evil/alpine", "docker.io.evil/library/alpine", "reg.example:5000/team/a:2", "reg.example/x"] {
            assert_eq!(asks(denied), "deny", "{denied}");
        }
    }

    #[test]
    fn an_id_is_no_name() {
        assert_eq!(asks("01"), "deny");
        assert_eq!(asks(&"0123".repeat(16)), "deny");
    }

    #[test]
    fn everything_needs_no_look_at_the_image() {
        let bench = Bench::new(&RULE, "action = \"deny\"\nallow = [\"**\"]");
        assert_eq!(bench.of(|body| body.image = "evil/alpine".to_owned()), "pass");
    }
}
