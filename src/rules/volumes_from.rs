//! Mounts taken over from another container.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::RuleId;
use crate::request::references::container_name;

pub(super) const RULE: Rule = Rule {
    id: RuleId("volumes-from"),
    doc: "\
## What
A container takes over the mounts of another one. What those are is judged by `binds`, `volume-options` and
`mount-propagation`, whose container it is by `foreign-objects`.

## Why
Nothing in the request says what is mounted: it is whatever the other container has.

## Instead
Name the volume: `-v data:/data`.
",
    fields: &["HostConfig.VolumesFrom"],
    keys: &[],
    open_keys: &[],
    silence: "no other container is named",
    breach: "any other container",
    rewrites: false,
    sources: &["PSS restricted: volume types"],
    load: |_: &mut Settings<'_>| Some(Box::new(VolumesFrom)),
};

#[derive(Debug)]
struct VolumesFrom;

impl Check for VolumesFrom {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (index, text) in case.request.body.host_config.volumes_from.iter().enumerate() {
            let name = container_name(text);
            let breach = Breach::new(
                format!("/HostConfig/VolumesFrom/{index}"),
                format!("the container would have whatever `{name}` has mounted"),
            );
            out.breach(breach.help("name the volume that is needed: `-v data:/data`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    #[test]
    fn any_container_is_a_breach() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|body| body.host_config.volumes_from = vec!["c:ro".to_owned()]), "deny");
        assert_eq!(bench.of(|_| {}), "pass");
        let allows = Bench::new(&RULE, "action = \"allow\"");
        assert_eq!(allows.of(|body| body.host_config.volumes_from = vec!["c".to_owned()]), "pass");
    }
}
