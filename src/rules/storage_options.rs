//! The size of a container's own layer.

use serde_json::json;

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{Key, Setting, Settings, Takes};
use crate::request::sizes::Bytes;
use crate::request::wire::Map;
use crate::request::{Change, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("storage-options"),
    doc: "\
## What
A container asks the storage driver for a layer larger than `max`, or for anything else than `size`.

## Why
A size of one's own takes the place of the engine's quota; other options are for whoever keeps the machine.

## Instead
Ask for what is needed, up to the limit, where the engine can hold it: `--storage-opt size=10g`. Put large data on a volume.
",
    fields: &["HostConfig.StorageOpt"],
    keys: &[Key::max("max", Takes::Size, "the largest layer that may be asked for")],
    open_keys: &[],
    silence: "no option",
    breach: "a size above `max`, or another option",
    rewrites: true,
    sources: &["OWASP Docker rule 7"],
    load: |settings: &mut Settings<'_>| Some(Box::new(StorageOptions { max: settings.get("max") })),
};

const POINTER: &str = "/HostConfig/StorageOpt";
const SIZE: &str = "size";

#[derive(Debug)]
struct StorageOptions {
    max: Option<Setting<Bytes>>,
}

impl Check for StorageOptions {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let asked = &case.request.body.host_config.storage_opt;
        let permitted: Map<String> = asked.iter().filter_map(|(name, text)| self.nearest(name, text)).collect();
        for (name, text) in asked {
            let Some(message) = self.objection(name, text) else { continue };
            let meaning = match permitted.get(name) {
                Some(size) => format!("--storage-opt size={size}"),
                None => format!("no --storage-opt {name}"),
            };
            let breach = Breach::new(member(POINTER, name), message);
            let breach = match (&self.max, name == SIZE) {
                (Some(max), true) => breach.bound(&max.spot).help(format!("ask for at most `size={}`", max.value)),
                _ => breach.help("leave it out"),
            };
            out.breach(breach.nearest(vec![Change::Set(POINTER.to_owned(), json!(permitted))], meaning));
        }
    }
}

impl StorageOptions {
    fn objection(&self, name: &str, text: &str) -> Option<String> {
        if !name.eq_ignore_ascii_case(SIZE) {
            return Some(format!("the storage option `{name}` is not for a container to set"));
        }
        match (Bytes::human(text), &self.max) {
            (None, _) => Some(format!("`{text}` is no size such as `10g`")),
            (Some(size), Some(max)) if size > max.value => {
                Some(format!("a layer of {size} is more than the {} that is allowed", max.value))
            }
            _ => None,
        }
    }

    /// The option as it may stay; a size without bound is kept as it was typed.
    fn nearest(&self, name: &str, text: &str) -> Option<(String, String)> {
        match (self.objection(name, text), &self.max) {
            (None, _) => Some((name.to_owned(), text.to_owned())),
            (Some(_), Some(max)) if name == SIZE => Some((name.to_owned(), max.value.to_string())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::apply;

    fn options(pairs: &[(&str, &str)]) -> Map<String> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn the_size_is_bounded_and_nothing_else_may_be_said() {
        let asks = |pairs: &[(&str, &str)]| {
            Bench::new(&RULE, "action = \"deny\"\nmax = \"10g\"")
                .of(|body| body.host_config.storage_opt = options(pairs))
        };
        assert_eq!(asks(&[("size", "10G")]), "pass");
        assert_eq!(asks(&[]), "pass");
        for bad in [("size", "1000G"), ("size", ""), ("size", "-1"), ("size", "many"), ("dm.basesize", "1g")] {
            assert_eq!(asks(&[bad]), "deny", "{bad:?}");
        }
    }

    #[test]
    fn a_rewrite_lowers_the_size_and_drops_the_rest() {
        let mut request = asking(|body| body.host_config.storage_opt = options(&[("size", "1000G"), ("x", "y")]));
        let outcome = Bench::new(&RULE, "action = \"rewrite\"\nmax = \"10g\"").outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.storage_opt, options(&[("size", "10g")]));
    }
}
