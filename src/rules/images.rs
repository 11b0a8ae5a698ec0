//! Where images come from.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{ImagePattern, Key, Setting, Settings, Takes};
use crate::request::wire::Mount;
use crate::request::{ImageRef, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("images"),
    doc: "\
## What
An image whose name matches none of the patterns in `allow`. `*` stands for any part of one path component, `**` for any
part of the name; a pattern without a tag matches every tag. An image that is mounted (`--mount type=image`) is one too.

## Why
Whoever writes the image writes the program that runs. The name is judged before anything is pulled.

## Instead
Use an image from a listed place, or ask for the place to be listed.
",
    fields: &["Image", "HostConfig.Mounts"],
    keys: &[Key::free("allow", Takes::Texts, "patterns of full names; `*` is one component, `**` any number")],
    open_keys: &[],
    silence: "cannot be silent",
    breach: "a name outside `allow`",
    rewrites: false,
    sources: &["CIS Docker 4.2", "OWASP Docker rule 13"],
    load: |settings: &mut Settings<'_>| Some(Box::new(Images { allow: settings.list("allow") })),
};

/// What an id begins with, in full or in a request.
const ALGORITHM: &str = "sha256:";

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
        for (index, mount) in case.request.body.host_config.mounts.iter().enumerate() {
            if mount.kind == "image" {
                mounted(mount, format!("/HostConfig/Mounts/{index}"), allow, out);
            }
        }
        match case.facts.image.known() {
            Err(why) => out.unknown("/Image", "the image's id", &why),
            Ok(facts) => {
                if facts.is_meant_by_id(typed) {
                    out.breach(breach(format!("`{typed}` is a piece of an image's id")));
                }
            }
        }
    }
}

/// An image that is mounted is known by its name alone, so a name that could be a piece of an id is none.
fn mounted(mount: &Mount, pointer: String, allow: &Setting<Vec<Setting<ImagePattern>>>, out: &mut Opinion) {
    let digits = mount.source.strip_prefix(ALGORITHM).unwrap_or(&mount.source);
    let could_be_id = digits.len() >= 2 && digits.chars().all(|c| c.is_ascii_hexdigit());
    let image = ImageRef::parse(&mount.source).ok().filter(|_| !could_be_id);
    if !image.is_some_and(|image| allow.value.iter().any(|pattern| pattern.value.matches(&image))) {
        let breach = Breach::new(pointer, format!("image `{}` is not among those that are allowed", mount.source));
        out.breach(breach.bound(&allow.spot).help(format!("mount one that matches {}", listed(&allow.value))));
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
        assert_eq!(asks("sha256:01"), "deny");
        assert_eq!(asks("sha256:0123"), "deny");
        assert_eq!(asks(&"0123".repeat(16)), "deny");
    }

    #[test]
    fn an_image_that_is_mounted_is_judged_by_its_name() {
        let mounts = |source: &str| {
            let mount = Mount { kind: "image".into(), source: source.into(), ..Mount::default() };
            Bench::new(&RULE, TABLE).of(|body| body.host_config.mounts = vec![mount])
        };
        assert_eq!(["alpine", "docker.io/library/busybox:1"].map(mounts), ["pass"; 2]);
        assert_eq!(["evil/alpine", "cafe", "", "sha256:0123", "0123456789ab"].map(mounts), ["deny"; 5]);
    }

    #[test]
    fn everything_needs_no_look_at_the_image() {
        let bench = Bench::new(&RULE, "action = \"deny\"\nallow = [\"**\"]");
        assert_eq!(bench.of(|body| body.image = "evil/alpine".to_owned()), "pass");
    }
}
