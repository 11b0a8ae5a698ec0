//! System calls without a filter.

use ring::digest::{SHA256, digest};

use super::glob::List;
use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Key, Settings, Takes, Value};
use crate::request::{Change, RuleId, SecurityOpt};

pub(super) const RULE: Rule = Rule {
    id: RuleId("seccomp"),
    doc: "\
## What
A container asks for another seccomp profile than the engine's own: `unconfined`, an empty one, or one of its own that is
not listed in `allow`. A profile is known by the SHA-256 of its JSON without white space between the tokens; a refusal
prints it.

## Why
The engine's profile keeps containers from system calls that few programs need and that most kernel holes are reached by.
A profile of one's own can let everything through.

## Instead
Leave the option out. For a program that needs one more system call, have its profile listed:
`allow = [\"builtin\", \"sha256:…\"]`.
",
    fields: &["HostConfig.SecurityOpt"],
    keys: &[Key::free("allow", Takes::Texts, "profiles that may be asked for: `builtin`, `sha256:HEX`")],
    open_keys: &[],
    silence: "no entry about it: the engine's own profile",
    breach: "a profile outside `allow`",
    rewrites: true,
    sources: &["CIS Docker 5.22", "PSS baseline: seccomp", "OWASP Docker rule 6"],
    load: |settings: &mut Settings<'_>| Some(Box::new(Seccomp { allow: settings.list("allow") })),
};

const NAME: &str = "seccomp";
const BUILT_IN: &str = "builtin";
const UNCONFINED: &str = "unconfined";

/// A profile, as the policy and as a request name it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Profile {
    /// The one that is compiled into the engine.
    BuiltIn,
    /// By its digest, 64 hex digits in lower case.
    Digest(String),
}

impl FromNode for Profile {
    const EXPECTED: &'static str = "\"builtin\", or \"sha256:\" and 64 hex digits";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        if text == BUILT_IN {
            return Some(Self::BuiltIn);
        }
        let hex = text.strip_prefix("sha256:")?.to_ascii_lowercase();
        (hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())).then_some(Self::Digest(hex))
    }
}

impl Profile {
    /// What a request means; nothing where that is no filter at all.
    fn asked(text: &str) -> Option<Self> {
        match text.trim() {
            "" | UNCONFINED => None,
            BUILT_IN => Some(Self::BuiltIn),
            json => Some(Self::Digest(hash(json))),
        }
    }
}

/// The digest of a JSON text, whatever the white space between its tokens.
fn hash(json: &str) -> String {
    let (mut compact, mut quoted, mut escaped) = (String::with_capacity(json.len()), false, false);
    for c in json.chars() {
        if quoted || !matches!(c, ' ' | '\t' | '\n' | '\r') {
            compact.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    digest(&SHA256, compact.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Debug)]
struct Seccomp {
    allow: List<Profile>,
}

impl Check for Seccomp {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        for (index, value) in SecurityOpt::about(NAME, &case.request.body.host_config.security_opt) {
            let asked = Profile::asked(value.unwrap_or_default());
            let listed = self.allow.iter().flat_map(|list| &list.value);
            if asked.is_none() || listed.into_iter().all(|entry| Some(&entry.value) != asked.as_ref()) {
                out.breach(self.breach(index, asked.as_ref()));
            }
        }
    }
}

impl Seccomp {
    fn breach(&self, index: usize, asked: Option<&Profile>) -> Breach {
        let (message, help) = match asked {
            None => ("the container would have no filter of system calls".to_owned(), None),
            Some(Profile::BuiltIn) => (format!("the seccomp profile `{BUILT_IN}` is not allowed"), None),
            Some(Profile::Digest(hex)) => (
                "this seccomp profile is not among those that are allowed".to_owned(),
                Some(format!("have it listed in `seccomp.allow`: \"sha256:{hex}\"")),
            ),
        };
        let pointer = format!("/HostConfig/SecurityOpt/{index}");
        let breach =
            Breach::new(pointer.clone(), message).help("leave it out: the engine's own profile fits most programs");
        let breach = breach.nearest(vec![Change::Remove(pointer)], "the engine's own seccomp profile");
        let breach = help.into_iter().fold(breach, Breach::help);
        match &self.allow {
            Some(allow) => breach.bound(&allow.spot),
            None => breach,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;

    const LISTED: &str = "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"names\": [\"a b\\\" c\"]}";

    fn bench(action: &str) -> Bench {
        let table = format!("action = \"{action}\"\nallow = [\"builtin\", \"sha256:{}\"]", hash(LISTED).to_uppercase());
        Bench::new(&RULE, &table)
    }

    fn asks(entry: &str) -> String {
        bench("deny").of(|body| body.host_config.security_opt = vec![entry.to_owned()])
    }

    #[test]
    fn no_filter_is_refused_in_every_spelling() {
        for entry in [
            "seccomp=unconfined",
            "seccomp:unconfined",
            "seccomp= unconfined",
            "seccomp=",
            "seccomp",
            "seccomp={}",
            "seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
            "seccomp=/etc/shadow",
        ] {
            assert_eq!(asks(entry), "deny", "{entry}");
        }
    }

    #[test]
    fn a_listed_profile_is_known_by_its_content() {
        assert_eq!(asks("seccomp=builtin"), "pass");
        assert_eq!(asks(&format!("seccomp={LISTED}")), "pass");
        assert_eq!(asks("seccomp:{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"names\":[\"a b\\\" c\"]}"), "pass");
        assert_eq!(asks(&format!("seccomp={}", LISTED.replace("a b", "ab"))), "deny", "white space in a string counts");
        assert_eq!(
            Bench::new(&RULE, "action = \"deny\"").of(|b| b.host_config.security_opt = vec!["seccomp=builtin".into()]),
            "deny"
        );
    }

    #[test]
    fn every_entry_counts_since_the_engine_takes_the_last() {
        let twice = |first: &str, second: &str| {
            bench("deny").of(|body| body.host_config.security_opt = vec![first.to_owned(), second.to_owned()])
        };
        assert_eq!(twice("seccomp=builtin", "seccomp=unconfined"), "deny");
        assert_eq!(twice("seccomp=unconfined", "seccomp=builtin"), "deny");
        assert_eq!(twice("label=disable", "apparmor=unconfined"), "pass", "others judge those");
    }

    #[test]
    fn a_refusal_prints_the_digest_that_a_list_takes() {
        let profile = "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}";
        let asked = asking(|body| body.host_config.security_opt = vec![format!("seccomp={profile}")]);
        let outcome = bench("deny").outcome(&asked, &facts());
        // sha256sum of the text.
        let known = "sha256:1e91071efd3cec07b4e3e6cb9e0405055162ec9674f62869fe7f1564d5dce24f";
        assert!(outcome.findings[0].help.iter().any(|help| help.contains(known)), "{:?}", outcome.findings);
    }

    #[test]
    fn a_rewrite_falls_back_to_the_engines_own() {
        let says = bench("rewrite").of(|body| body.host_config.security_opt = vec!["seccomp=unconfined".into()]);
        assert_eq!(says, "rewrite: the engine's own seccomp profile");
    }
}
