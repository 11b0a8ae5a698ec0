//! Names that mean another image tomorrow.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::{Change, ImageRef, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("image-tag"),
    doc: "\
## What
An image is named without a version: no tag, or `latest`. With `require = \"digest\"` any tag is too little, since every tag
can be moved. `rewrite` takes the digest that the engine knows the image by.

## Why
The same command runs another program after the next pull, and nobody can say which one ran last week.

## Instead
Name a version, `alpine:3.20`, or the very image: `alpine@sha256:…`, as `docker images --digests` shows it.
",
    fields: &["Image"],
    keys: &[Key::free("require", Takes::Text, "`tag` for any but `latest`, `digest` for nothing that can be moved")],
    open_keys: &[],
    silence: "cannot be silent",
    breach: "no tag, `latest`, or a tag where a digest is required",
    rewrites: true,
    sources: &["CIS Docker 5.28", "OWASP Docker rule 13"],
    load: |settings: &mut Settings<'_>| Some(Box::new(ImageTag { require: settings.get("require") })),
};

const POINTER: &str = "/Image";

/// How much of a name must be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Require {
    Tag,
    Digest,
}

impl FromNode for Require {
    const EXPECTED: &'static str = "\"tag\" or \"digest\"";
    fn from_value(value: &Value) -> Option<Self> {
        match String::from_value(value)?.as_str() {
            "tag" => Some(Self::Tag),
            "digest" => Some(Self::Digest),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct ImageTag {
    require: Option<Setting<Require>>,
}

impl Check for ImageTag {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        let floats = ImageRef::parse(&request.body.image).is_ok_and(|image| self.objection(&image).is_some());
        Needs { image: looks && floats, ..Needs::default() }
    }

    /// Before a pull no digest is known yet: a policy that rewrites judges once more when it is.
    fn judge_image(&self, image: &ImageRef, out: &mut Opinion) {
        if let Some(message) = self.objection(image) {
            out.breach(self.breach(message).nearest(Vec::new(), "a digest"));
        }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let Ok(image) = ImageRef::parse(&case.request.body.image) else { return };
        let Some(message) = self.objection(&image) else { return };
        let facts = match case.facts.image.known() {
            Ok(facts) => facts,
            Err(why) => return out.unknown(POINTER, "the image's digest", &why),
        };
        let typed = &case.request.body.image;
        if facts.id.strip_prefix("sha256:").is_some_and(|id| id.starts_with(typed.as_str())) {
            return;
        }
        let known = facts.repo_digests.iter().filter_map(|text| ImageRef::parse(text).ok());
        let pinned = known.filter(|known| known.name() == image.name()).find_map(|known| known.digest);
        let breach = self.breach(message);
        out.breach(match pinned {
            Some(digest) => {
                let name = format!("{}@{digest}", image.familiar_name());
                breach.nearest(vec![Change::Set(POINTER.to_owned(), name.clone().into())], name)
            }
            None => breach,
        });
    }
}

impl ImageTag {
    fn objection(&self, image: &ImageRef) -> Option<String> {
        let require = self.require.as_ref().map_or(Require::Tag, |require| require.value);
        match (require, image.tag_or_latest()) {
            _ if image.digest.is_some() => None,
            (Require::Digest, _) => Some(format!("`{image}` can be moved to another image")),
            (Require::Tag, Some("latest")) => Some(format!("`{image}` is another image after the next pull")),
            (Require::Tag, _) => None,
        }
    }

    fn breach(&self, message: String) -> Breach {
        let help = match self.require.as_ref().map(|require| require.value) {
            Some(Require::Digest) => "name the image itself: `NAME@sha256:…`",
            Some(Require::Tag) | None => "name a version: `NAME:1.2`",
        };
        Breach::new(POINTER, message).help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{Fact, Facts};

    const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn pulled() -> Facts {
        let mut facts = facts();
        if let Fact::Known(image) = &mut facts.image {
            image.repo_digests = vec![format!("other@{DIGEST}"), format!("alpine@{DIGEST}")];
        }
        facts
    }

    fn asks(action: &str, require: &str, image: &str) -> String {
        let bench = Bench::new(&RULE, &format!("action = \"{action}\"\nrequire = \"{require}\""));
        bench.says(&asking(|body| body.image = image.to_owned()), &pulled())
    }

    #[test]
    fn latest_is_no_version() {
        for bad in ["alpine", "alpine:latest", "docker.io/library/alpine"] {
            assert_eq!(asks("deny", "tag", bad), "deny", "{bad}");
        }
        for good in ["alpine:3.20".to_owned(), format!("alpine@{DIGEST}"), format!("alpine:latest@{DIGEST}")] {
            assert_eq!(asks("deny", "tag", &good), "pass", "{good}");
        }
    }

    #[test]
    fn a_digest_can_be_required() {
        assert_eq!(asks("warn", "digest", "alpine:3.20"), "warn");
        assert_eq!(asks("deny", "digest", &format!("alpine@{DIGEST}")), "pass");
    }

    #[test]
    fn a_rewrite_names_the_image_itself() {
        assert_eq!(asks("rewrite", "tag", "alpine"), format!("rewrite: alpine@{DIGEST}"));
        assert_eq!(asks("rewrite", "tag", "busybox"), "deny", "never pulled, so without a digest");
    }

    #[test]
    fn a_name_is_refused_before_it_is_pulled() {
        let early = |action: &str, image: &str| {
            let policy = format!("extends = \"permissive\"\n[image-tag]\naction = \"{action}\"");
            let source = crate::policy::Source { name: "p".into(), text: policy };
            let set = super::super::Ruleset::load(&crate::policy::Policy::owners(&[source]).unwrap()).unwrap();
            set.judge_image(&ImageRef::parse(image).unwrap(), &asking(|_| {})).refuses()
        };
        assert!(early("deny", "alpine") && !early("deny", "alpine:3"));
        assert!(!early("rewrite", "alpine"), "its digest is known when it is there");
    }
}
