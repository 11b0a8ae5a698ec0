//! Where images come from.

use super::glob::List;
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{ImagePattern, Key, Setting, Settings, Takes};
use crate::request::wire::Mount;
use crate::request::{Change, ImageFacts, ImageRef, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("images"),
    doc: "\
## What
An image whose name matches none of the patterns in `allow`. `*` stands for any part of one path component, `**` for any
part of the name. A pattern without a tag matches every tag and digest; one with a tag or a digest matches that alone. An
image named by its id is judged by the names that the engine has for it. An image that is mounted (`--mount type=image`)
is one too, and has to be named.

## Why
Whoever writes the image writes the program that runs. The name is judged before anything is pulled.

## Instead
Use an image from a listed place, or ask for the place to be listed.
",
    fields: &["Image", "HostConfig.Mounts"],
    keys: &[Key::free("allow", Takes::Texts, "patterns of full names; `*` is one component, `**` any number")],
    open_keys: &[],
    silence: "no image at all, which is refused",
    breach: "a name outside `allow`, or an id of which no name is in it",
    rewrites: false,
    sources: &["CIS Docker 4.2", "OWASP Docker rule 13"],
    load: |settings: &mut Settings<'_>| Some(Box::new(Images { allow: settings.list("allow") })),
};

const POINTER: &str = "/Image";

/// Docker shows so many digits of an id; fewer are too easily somebody else's.
const ID_MIN: usize = 12;

/// What an id begins with, in full or in a request.
const ALGORITHM: &str = "sha256:";

#[derive(Debug)]
struct Images {
    allow: List<ImagePattern>,
}

type Gate = Setting<Vec<Setting<ImagePattern>>>;

impl Images {
    /// The list, unless it allows everything.
    fn gate(&self) -> Option<&Gate> {
        self.allow.as_ref().filter(|allow| allow.value.iter().all(|pattern| !pattern.value.is_everything()))
    }
}

impl Check for Images {
    fn needs(&self, _request: &Request, looks: bool) -> Needs {
        Needs { image: looks && self.gate().is_some(), ..Needs::default() }
    }

    fn judge_image(&self, image: &ImageRef, out: &mut Opinion) {
        let Some(gate) = self.gate() else { return };
        if !allowed(gate, image) {
            let message = format!("image `{image}` is not among those that are allowed");
            out.breach(outside(gate, message, &format!("use one that matches {}", listed(&gate.value))));
        }
    }

    /// The name again, for what was never judged before a pull; and an image by its id, which says nothing of where it
    /// comes from, by the names that the engine has for it.
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let typed = case.request.body.image.as_str();
        if typed.is_empty() {
            return out.breach(Breach::new(POINTER, "no image is named").help("name one by repository and tag"));
        }
        let Some(gate) = self.gate() else { return };
        for (index, mount) in case.request.body.host_config.mounts.iter().enumerate() {
            if mount.kind == "image" {
                mounted(mount, format!("/HostConfig/Mounts/{index}"), gate, out);
            }
        }
        let facts = match case.facts.image.known() {
            Ok(facts) => facts,
            Err(why) => {
                let name = ImageRef::parse(typed).ok().filter(|_| !ImageRef::may_be_id(typed));
                name.iter().for_each(|image| self.judge_image(image, out));
                return out.unknown(POINTER, "the image's id", &why);
            }
        };
        if facts.is_meant_by_id(typed) {
            return by_id(gate, typed, facts, out);
        }
        let Ok(image) = ImageRef::parse(typed) else {
            let message = format!("`{typed}` is not an image's name");
            return out.breach(outside(gate, message, "name it by repository and tag"));
        };
        let digest = image.digest.as_ref().filter(|digest| !has_digest(facts, &image, digest));
        if !allowed(gate, &image) {
            self.judge_image(&image, out);
        } else if let Some(digest) = digest {
            let message = format!("the engine does not have `{}` under the digest {digest}", image.name());
            out.breach(outside(gate, message, "pull it by that digest"));
        }
    }
}

fn allowed(gate: &Gate, image: &ImageRef) -> bool {
    gate.value.iter().any(|pattern| pattern.value.matches(image))
}

fn outside(gate: &Gate, message: String, help: &str) -> Breach {
    Breach::new(POINTER, message).bound(&gate.spot).help(help)
}

/// The engine is told the name that was judged, and makes the same image of it.
fn by_id(gate: &Gate, typed: &str, facts: &ImageFacts, out: &mut Opinion) {
    if typed.strip_prefix("sha256:").unwrap_or(typed).len() < ID_MIN {
        let message = format!("`{typed}` is a piece of an image's id");
        return out.breach(outside(gate, message, "name it by repository and tag"));
    }
    let names = facts.repo_tags.iter().chain(&facts.repo_digests);
    let named = names.filter_map(|name| ImageRef::parse(name).ok().map(|image| (name, image)));
    let Some((name, _)) = named
        .filter(|(_, image)| allowed(gate, image))
        .min_by_key(|(_, image)| image.tag_or_latest() == Some("latest"))
    else {
        let message = format!("image `{typed}` has no name among those that are allowed");
        return out.breach(outside(gate, message, &format!("use one that matches {}", listed(&gate.value))));
    };
    let changes = vec![Change::Set(POINTER.to_owned(), name.clone().into())];
    out.fill(Fill { changes, meaning: name.clone(), spot: gate.spot.clone() });
}

/// Whether the engine pulled this repository by the digest, or keeps images by it.
fn has_digest(facts: &ImageFacts, image: &ImageRef, digest: &str) -> bool {
    let pulled = facts.repo_digests.iter().filter_map(|known| ImageRef::parse(known).ok());
    facts.id == digest
        || pulled.into_iter().any(|known| known.name() == image.name() && known.digest.as_deref() == Some(digest))
}

/// An image that is mounted is known by its name alone, so a name that could be a piece of an id is none.
fn mounted(mount: &Mount, pointer: String, gate: &Gate, out: &mut Opinion) {
    let digits = mount.source.strip_prefix(ALGORITHM).unwrap_or(&mount.source);
    let could_be_id = digits.len() >= 2 && digits.chars().all(|c| c.is_ascii_hexdigit());
    let image = ImageRef::parse(&mount.source).ok().filter(|_| !could_be_id);
    if !image.is_some_and(|image| allowed(gate, &image)) {
        let breach = Breach::new(pointer, format!("image `{}` is not among those that are allowed", mount.source));
        out.breach(breach.bound(&gate.spot).help(format!("mount one that matches {}", listed(&gate.value))));
    }
}

fn listed(patterns: &[Setting<ImagePattern>]) -> String {
    let names: Vec<String> = patterns.iter().map(|pattern| format!("`{}`", pattern.value)).collect();
    if names.is_empty() { "nothing: no image is allowed".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{Fact, Facts, apply};

    const TABLE: &str = "action = \"deny\"\nallow = [\"docker.io/library/alpine\", \"reg.example:5000/team/**:1.*\"]";
    const ID: &str = "ac6c0dc9e63fcfbf9054148d63ec010bd94980476297148bfde1310d7538315c";

    fn digest() -> String {
        format!("sha256:{}", "d1".repeat(32))
    }

    fn known_as(tags: &[&str]) -> Facts {
        let image = ImageFacts {
            id: format!("sha256:{ID}"),
            repo_tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            repo_digests: vec![format!("alpine@{}", digest()), "<none>@<none>".to_owned()],
            ..ImageFacts::default()
        };
        Facts { image: Fact::Known(image), ..facts() }
    }

    fn says(table: &str, image: &str, facts: &Facts) -> String {
        Bench::new(&RULE, table).says(&asking(|body| body.image = image.to_owned()), facts)
    }

    fn asks(image: &str) -> String {
        says(TABLE, image, &known_as(&["alpine:latest", "alpine:3.20"]))
    }

    #[test]
    fn names_are_matched_in_their_full_form() {
        for allowed in [
            "alpine",
            "alpine:3.20",
            "index.docker.io/library/alpine",
            "library/alpine",
            "reg.example:5000/team/a/b:1.2",
        ] {
            assert_eq!(asks(allowed), "pass", "{allowed}");
        }
        for denied in [
            "evil/alpine",
            "docker.io.evil/library/alpine",
            "registry-1.docker.io/library/alpine",
            "reg.example:5000/team/a:2",
            "reg.example:5000/teamx/a:1.2",
            "reg.example/x",
            "localhost/alpine",
            "localhost:5000/alpine:3.20",
        ] {
            assert_eq!(asks(denied), "deny", "{denied}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "Alpine:3.20",
            "reg.example:5000@evil.org/team/a",
            "reg.example:5000/team/../evil/app:1.0",
            " alpine",
            ":x",
        ] {
            assert_eq!(asks(bad), "deny", "{bad}");
        }
        assert_eq!(asks(""), "deny");
        assert_eq!(
            says("action = \"deny\"\nallow = [\"**\"]", "", &facts()),
            "deny",
            "the engine makes a container of nothing"
        );
    }

    #[test]
    fn an_id_is_judged_by_the_names_that_it_has() {
        for id in [ID, ID.get(..12).unwrap(), &format!("sha256:{ID}")] {
            assert_eq!(asks(id), "fill: alpine:3.20", "{id}");
            assert_eq!(says(TABLE, id, &known_as(&["evil/app:1"])), format!("fill: alpine@{}", digest()), "{id}");
            let mut nameless = known_as(&["evil/app:1"]);
            if let Fact::Known(image) = &mut nameless.image {
                image.repo_digests.clear();
            }
            assert_eq!(says(TABLE, id, &nameless), "deny", "{id}");
        }
        for piece in ["ac", "ac6c0dc9e63", "sha256:ac6c"] {
            assert_eq!(asks(piece), "deny", "{piece}");
        }
    }

    #[test]
    fn the_name_that_was_judged_is_what_the_engine_is_told() {
        let mut request = asking(|body| body.image = ID.to_owned());
        let bench = Bench::new(&RULE, TABLE);
        let outcome = bench.outcome(&request, &known_as(&["alpine:3.20"]));
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.image, "alpine:3.20");
        assert_eq!(bench.says(&request, &known_as(&["alpine:3.20"])), "pass");
    }

    #[test]
    fn a_digest_must_be_that_of_the_image_and_goes_before_a_tag() {
        let own = digest();
        assert_eq!(asks(&format!("alpine@{own}")), "pass");
        assert_eq!(asks(&format!("alpine:3.20@{own}")), "pass");
        assert_eq!(asks(&format!("alpine@sha256:{}", "0".repeat(64))), "deny");
        assert_eq!(asks(&format!("reg.example:5000/team/a:1.0@{own}")), "deny", "the tag is not what runs");
        let one = format!("action = \"deny\"\nallow = [\"docker.io/library/alpine@{own}\"]");
        assert_eq!(says(&one, &format!("alpine@{own}"), &known_as(&[])), "pass");
        assert_eq!(says(&one, "alpine:3.20", &known_as(&[])), "deny");
    }

    #[test]
    fn an_image_that_is_mounted_is_judged_by_its_name() {
        let mounts = |source: &str| {
            let mount = Mount { kind: "image".into(), source: source.into(), ..Mount::default() };
            Bench::new(&RULE, TABLE).of(|body| body.host_config.mounts = vec![mount])
        };
        assert_eq!(["alpine", "docker.io/library/alpine:1"].map(mounts), ["pass"; 2]);
        assert_eq!(["evil/alpine", "cafe", "", "sha256:0123", "0123456789ab"].map(mounts), ["deny"; 5]);
    }

    #[test]
    fn everything_needs_no_look_at_the_image() {
        let bench = Bench::new(&RULE, "action = \"deny\"\nallow = [\"**\"]");
        assert_eq!(bench.of(|body| body.image = "evil/alpine".to_owned()), "pass");
    }
}
