//! Working directories that lead to open files of the runtime.

use std::path::Path;

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::mounts::clean;
use crate::request::{Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("working-directory"),
    doc: "\
## What
A container starts in a directory below `/proc` or `/dev/fd`; where the request names none, the image's own is looked at.

## Why
`/proc/self/fd/8` can be a directory of the host that the runtime has open: a program that starts there walks out of the
container (CVE-2024-21626).

## Instead
Start in a directory of the image: `--workdir /srv`.
",
    fields: &["WorkingDir", "the image's WORKDIR"],
    keys: &[],
    open_keys: &[],
    silence: "no WorkingDir: the image's own",
    breach: "a directory below `/proc` or `/dev/fd`",
    rewrites: false,
    sources: &["CVE-2024-21626"],
    load: |_: &mut Settings<'_>| Some(Box::new(WorkingDirectory)),
};

#[derive(Debug)]
struct WorkingDirectory;

impl Check for WorkingDirectory {
    fn needs(&self, request: &Request, looks: bool) -> Needs {
        Needs { image: looks && request.body.working_dir.is_empty(), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = case.request.body.working_dir.as_str();
        if !asked.is_empty() {
            if leads_to_open_files(asked) {
                let message = format!("`{asked}` can lead to what the runtime has open on the host");
                out.breach(Breach::new("/WorkingDir", message).help("name a directory of the image: `--workdir /srv`"));
            }
            return;
        }
        match case.facts.image.known() {
            Err(why) => out.unknown("/Image", "the image's working directory", &why),
            Ok(image) if leads_to_open_files(&image.working_dir) => {
                let message =
                    format!("the image starts in `{}`, which can lead out of the container", image.working_dir);
                out.breach(Breach::new("/Image", message).help("name another directory: `--workdir /`"));
            }
            Ok(_) => {}
        }
    }
}

fn leads_to_open_files(path: &str) -> bool {
    let path = clean(Path::new(path));
    ["/proc", "/dev/fd"].into_iter().any(|root| path.starts_with(root))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::Fact;

    fn starts_in(path: &str) -> String {
        Bench::new(&RULE, "action = \"deny\"").of(|body| body.working_dir = path.to_owned())
    }

    #[test]
    fn every_way_to_open_files_is_refused() {
        for path in ["/proc/self/fd/8", "//proc", "/./proc/1", "/x/../proc", "/../proc", "/dev/fd/8", "/proc/1/root/"] {
            assert_eq!(starts_in(path), "deny", "{path}");
        }
        for path in ["", "/", "/srv/proc", "/process", "/dev/fdx", "/proc/../srv"] {
            assert_eq!(starts_in(path), "pass", "{path}");
        }
    }

    #[test]
    fn the_images_own_counts_where_nobody_names_one() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        let mut facts = facts();
        if let Fact::Known(image) = &mut facts.image {
            image.working_dir = "/proc/self/fd/9".to_owned();
        }
        assert_eq!(bench.says(&asking(|_| {}), &facts), "deny");
        assert_eq!(bench.says(&asking(|body| body.working_dir = "/srv".to_owned()), &facts), "pass");
    }
}
