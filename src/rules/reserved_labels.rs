//! Labels that only sdocker may set.

use super::glob::listed;
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::{Action, Needs, OWNER_LABEL, Owner, RESERVED_PREFIX, Request, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("reserved-labels"),
    doc: "\
## What
A request sets a label or an annotation that begins with `io.sdocker.` or with one of `prefixes`. The owner's label may say
whose the container is: the caller's. Labels of the image, which its containers get, are judged by `image-labels`.

## Why
Labels say whose an object is. Who could set them could give a container away, or pass for its owner.

## Instead
Use a prefix of your own. The owner is set for you where the policy wants it.
",
    fields: &["Labels", "HostConfig.Annotations", "HostConfig.Mounts.VolumeOptions.Labels", "the image's labels"],
    keys: &[
        Key::adding("prefixes", Takes::Texts, "further beginnings of labels that nobody may set"),
        Key::action("image-labels", "what happens to an image with such labels: allow, warn or deny; allow where it is left out"),
    ],
    open_keys: &[],
    silence: "no such label",
    breach: "a label that begins so, but the caller's own owner label",
    rewrites: false,
    sources: &["sdocker's own marks: who owns an object"],
    load: |settings: &mut Settings<'_>| {
        let prefixes = settings.list::<String>("prefixes");
        for prefix in prefixes.iter().flat_map(|list| &list.value).filter(|prefix| prefix.value.is_empty()) {
            settings.object(&prefix.spot, "an empty prefix would refuse every label");
        }
        let image_labels = settings.get::<Action>("image-labels");
        if let Some(action) = image_labels.as_ref().filter(|action| action.value == Action::Rewrite) {
            settings.object(&action.spot, "labels of an image cannot be taken away: allow, warn or deny");
        }
        Some(Box::new(ReservedLabels { prefixes, image_labels }))
    },
};

#[derive(Debug)]
struct ReservedLabels {
    prefixes: Option<Setting<Vec<Setting<String>>>>,
    image_labels: Option<Setting<Action>>,
}

impl Check for ReservedLabels {
    fn needs(&self, _request: &Request, looks: bool) -> Needs {
        Needs { image: looks && self.looks_at_images().is_some(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let body = &case.request.body;
        let own = |key: &str, value: &str| key == OWNER_LABEL && Owner::parse(value).is(case.caller);
        for key in body.labels.iter().filter(|(key, value)| !own(key, value)).map(|(key, _)| key) {
            self.judge_key(key, "label", member("/Labels", key), out);
        }
        for key in body.host_config.annotations.keys() {
            self.judge_key(key, "annotation", member("/HostConfig/Annotations", key), out);
        }
        for (index, mount) in body.host_config.mounts.iter().enumerate() {
            let labels = mount.volume_options.iter().flat_map(|options| &options.labels);
            for (key, _) in labels.filter(|(key, value)| !own(key, value)) {
                let at = format!("/HostConfig/Mounts/{index}/VolumeOptions/Labels");
                self.judge_key(key, "volume label", member(&at, key), out);
            }
        }
        self.judge_image_labels(case, out);
    }
}

impl ReservedLabels {
    fn looks_at_images(&self) -> Option<&Setting<Action>> {
        self.image_labels.as_ref().filter(|action| action.value != Action::Allow)
    }

    /// A container gets the labels of its image, but for those that the request sets itself.
    fn judge_image_labels(&self, case: &Case<'_>, out: &mut Opinion) {
        let Some(action) = self.looks_at_images() else { return };
        let image = match case.facts.image.known() {
            Ok(image) => image,
            Err(why) => return out.unknown("/Image", "the image's labels", &why),
        };
        let body = &case.request.body;
        for key in image.labels.keys().filter(|key| self.is_reserved(key) && !body.labels.contains_key(*key)) {
            let message =
                format!("image `{}` sets the label `{key}`, which says what only sdocker may say", body.image);
            let breach = Breach::new("/Image", message).label("named here").bound(&action.spot);
            let breach = breach.help("use an image without such a label");
            if action.value == Action::Warn { out.caution(breach) } else { out.breach(breach) }
        }
    }

    fn judge_key(&self, key: &str, what: &str, pointer: String, out: &mut Opinion) {
        if !self.is_reserved(key) {
            return;
        }
        let message = format!("the {what} `{key}` is not for requests to set");
        let further = self.prefixes.iter().flat_map(|list| &list.value).map(|prefix| prefix.value.as_str());
        let reserved = listed(std::iter::once(RESERVED_PREFIX).chain(further)).unwrap_or_default();
        out.breach(Breach::new(pointer, message).help(format!("use a name that does not begin with {reserved}")));
    }

    fn is_reserved(&self, key: &str) -> bool {
        let further = self.prefixes.iter().flat_map(|list| &list.value);
        key.starts_with(RESERVED_PREFIX) || further.into_iter().any(|prefix| key.starts_with(&prefix.value))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::wire::{Mount, VolumeOptions};
    use crate::request::{Fact, Facts, ImageFacts};

    fn bench() -> Bench {
        Bench::new(&RULE, "action = \"deny\"\nimage-labels = \"deny\"\nprefixes = [\"com.example.team\"]")
    }

    fn labelled(key: &str, value: &str) -> String {
        bench().of(|body| drop(body.labels.insert(key.to_owned(), value.to_owned())))
    }

    #[test]
    fn marks_of_sdocker_cannot_be_forged() {
        for (key, value) in [
            ("io.sdocker.owner", "bob"),
            ("io.sdocker.owner", "1001"),
            ("io.sdocker.owner", ""),
            ("io.sdocker.probe", "1"),
            ("io.sdocker.", "x"),
            ("com.example.team.lead", "alice"),
        ] {
            assert_eq!(labelled(key, value), "deny", "{key}={value}");
        }
    }

    #[test]
    fn other_labels_and_the_truth_pass() {
        for (key, value) in [
            ("io.sdocker.owner", "alice"),
            ("io.sdocker.owner", "1000"),
            ("io.sdockerx", "x"),
            ("IO.SDOCKER.OWNER", "bob"),
            ("com.docker.compose.project", "p"),
        ] {
            assert_eq!(labelled(key, value), "pass", "{key}={value}");
        }
    }

    #[test]
    fn annotations_and_volumes_made_now_are_labelled_too() {
        let annotate = |body: &mut crate::request::wire::ContainerCreate| {
            body.host_config.annotations.insert("io.sdocker.owner".to_owned(), "alice".to_owned());
        };
        assert_eq!(bench().of(annotate), "deny");
        let labels = [("io.sdocker.owner".to_owned(), "bob".to_owned())].into();
        let volume_options = Some(VolumeOptions { labels, ..VolumeOptions::default() });
        let mount = Mount { kind: "volume".to_owned(), volume_options, ..Mount::default() };
        assert_eq!(bench().of(|body| body.host_config.mounts = vec![mount]), "deny");
    }

    #[test]
    fn an_image_cannot_give_a_container_away() {
        let labels = [("io.sdocker.owner".to_owned(), "bob".to_owned())].into();
        let facts = Facts { image: Fact::Known(ImageFacts { labels, ..ImageFacts::default() }), ..facts() };
        assert_eq!(bench().says(&asking(|_| {}), &facts), "deny");
        let spoken = asking(|body| drop(body.labels.insert("io.sdocker.owner".to_owned(), "alice".to_owned())));
        assert_eq!(bench().says(&spoken, &facts), "pass");
        assert_eq!(bench().says(&asking(|_| {}), &Facts::default()), "deny", "nobody knows the image's labels");
        let lenient = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(lenient.says(&asking(|_| {}), &facts), "pass");
        assert!(bench().needs(&asking(|_| {})).image && !lenient.needs(&asking(|_| {})).image);
        let warning = Bench::new(&RULE, "action = \"deny\"\nimage-labels = \"warn\"");
        assert_eq!(warning.says(&asking(|_| {}), &facts), "warn");
    }
}
