//! Links to other containers.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::request::RuleId;
use crate::request::references::{Way, references};

pub(super) const RULE: Rule = Rule {
    id: RuleId("links"),
    doc: "\
## What
A container asks for a link to another one: `--link`. Whose container that is, is for `foreign-objects` to say.

## Why
On the default network a link hands over every variable of the other container, passwords among them, and opens its ports
even where the engine keeps containers apart.

## Instead
Put both on a network of their own, where each finds the other by its name: `docker network create NAME`, and
`--network NAME` for both.
",
    fields: &["HostConfig.Links", "NetworkingConfig.EndpointsConfig.Links"],
    keys: &[],
    open_keys: &[],
    silence: "no link",
    breach: "any link",
    rewrites: false,
    sources: &["CIS Docker 5.30", "OWASP Docker rule 5"],
    load: |_| Some(Box::new(Links)),
};

#[derive(Debug)]
struct Links;

impl Check for Links {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let links = |way| matches!(way, Way::Link | Way::EndpointLink);
        for link in references(&case.request.body).into_iter().filter(|reference| links(reference.way)) {
            let breach = Breach::new(link.pointer, format!("a link to container `{}` is not allowed", link.name));
            out.breach(breach.help("put both on a network of their own, where each has its name: `--network NAME`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;
    use crate::request::wire::{EndpointSettings, NetworkingConfig};

    #[test]
    fn links_on_every_network_are_links() {
        let bench = Bench::new(&RULE, "action = \"deny\"");
        assert_eq!(bench.of(|body| body.host_config.links = vec!["web:db".to_owned()]), "deny");
        let endpoint = EndpointSettings { links: vec!["web:db".to_owned()], ..EndpointSettings::default() };
        let config = NetworkingConfig { endpoints_config: [("own".to_owned(), Some(endpoint))].into() };
        assert_eq!(bench.of(|body| body.networking_config = Some(config)), "deny");
        assert_eq!(bench.of(|_| {}), "pass");
    }
}
