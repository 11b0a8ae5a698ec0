//! Mounts that travel between the host and a container.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::mounts::{MountEdit, mounts};
use crate::request::references::container_name;
use crate::request::{Change, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("mount-propagation"),
    doc: "\
## What
A mount asks that what is mounted below it later shows on the other side too: `shared`, `rshared`, `slave`, `rslave`, in the
options of `-v` or as `bind-propagation` of `--mount`; or it comes with another container that has such a mount.

## Why
With `shared` a mount that is made inside the container appears on the host; with `slave` every disk that the host mounts
below appears in the container.

## Instead
Leave the option out: the engine's default is `rprivate`.
",
    fields: &["HostConfig.Binds", "BindOptions.Propagation", "HostConfig.VolumesFrom"],
    keys: &[],
    open_keys: &[],
    silence: "no propagation, which is `rprivate`",
    breach: "anything but `private` and `rprivate`",
    rewrites: true,
    sources: &["CIS Docker 5.20"],
    load: |_: &mut Settings<'_>| Some(Box::new(MountPropagation)),
};

#[derive(Debug)]
struct MountPropagation;

fn is_private(propagation: &str) -> bool {
    matches!(propagation, "" | "private" | "rprivate")
}

impl Check for MountPropagation {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        Needs { containers: looks && !request.body.host_config.volumes_from.is_empty(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for mount in mounts(&case.request.body).into_iter().filter(|mount| !is_private(&mount.propagation)) {
            let message =
                format!("with `{}` later mounts travel between the host and the container", mount.propagation);
            let changes = vec![Change::Mount(mount.pointer.clone(), MountEdit::Private)];
            let breach = Breach::new(mount.pointer, message).help("leave it out: the default is `rprivate`");
            out.breach(breach.nearest(changes, "rprivate"));
        }
        for (index, text) in case.request.body.host_config.volumes_from.iter().enumerate() {
            let pointer = format!("/HostConfig/VolumesFrom/{index}");
            let name = container_name(text);
            match case.facts.container(name) {
                Err(why) => out.unknown(&pointer, &format!("what `{name}` has mounted"), &why),
                Ok(container) => {
                    if let Some(mount) = container.mounts.iter().find(|mount| !is_private(&mount.propagation)) {
                        let message = format!("`{name}` has {} mounted `{}`", mount.source, mount.propagation);
                        out.breach(Breach::new(&pointer, message).help("mount what is needed by itself"));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::wire::{BindOptions, ContainerCreate, Mount};
    use crate::request::{ContainerFacts, ContainerMount, Fact, apply};

    fn bench() -> Bench {
        Bench::new(&RULE, "action = \"rewrite\"")
    }

    fn bind(text: &str) -> String {
        bench().of(|body| body.host_config.binds = vec![text.to_owned()])
    }

    fn object(propagation: &str) -> impl FnOnce(&mut ContainerCreate) {
        let options = BindOptions { propagation: propagation.to_owned(), ..BindOptions::default() };
        let mount = Mount { kind: "bind".into(), source: "/a".into(), bind_options: Some(options), ..Mount::default() };
        move |body| body.host_config.mounts = vec![mount]
    }

    #[test]
    fn every_spelling_is_taken_back() {
        for options in ["shared", "rw,rshared", "slave,ro", "z,rslave"] {
            assert_eq!(bind(&format!("/a:/b:{options}")), "rewrite: rprivate", "{options}");
        }
        for propagation in ["shared", "rshared", "slave", "rslave", "SHARED", "bogus"] {
            assert_eq!(bench().of(object(propagation)), "rewrite: rprivate", "{propagation}");
        }
    }

    #[test]
    fn the_default_passes_also_in_so_many_words() {
        for text in ["/a:/b", "/a:/b:ro", "/a:/b:rprivate", "/a:/b:private,rw", "data:/shared"] {
            assert_eq!(bind(text), "pass", "{text}");
        }
        assert_eq!(bench().of(object("rprivate")), "pass");
    }

    #[test]
    fn the_rest_of_a_mount_stays() {
        let mut request = asking(|body| body.host_config.binds = vec!["/a:/b:rw,rshared,z".to_owned()]);
        let outcome = bench().outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.binds, ["/a:/b:rw,z"]);
    }

    #[test]
    fn mounts_of_another_container_count() {
        let ask = |propagation: &str| {
            let mut facts = facts();
            let mount = ContainerMount { propagation: propagation.to_owned(), ..ContainerMount::default() };
            let container = ContainerFacts { mounts: vec![mount], ..ContainerFacts::default() };
            facts.containers.insert("c".to_owned(), Fact::Known(container));
            bench().says(&asking(|body| body.host_config.volumes_from = vec!["c:ro".to_owned()]), &facts)
        };
        assert_eq!((ask("rprivate").as_str(), ask("").as_str(), ask("rshared").as_str()), ("pass", "pass", "deny"));
        assert_eq!(bench().of(|body| body.host_config.volumes_from = vec!["c".to_owned()]), "deny", "not known");
    }
}
