//! Engines with holes that are closed in later versions.

use std::cmp::Ordering;

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::{FromNode, Key, Setting, Settings, Takes, Value};
use crate::request::{Action, EngineVersion, Needs, Request, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId("engine-version"),
    doc: "\
## What
The engine is older than `min`, or `known-holes` is set and the engine, containerd or runc is older than the version that
closes a known hole. Distributions close holes under old numbers, so what is said of holes is a hint to look into, not
proof.

## Why
Some holes lead out of every container, whatever it was allowed: then the engine is what must change, not the container.

## Instead
Update the engine; `docker version` shows its parts. Where the distribution has closed the holes under the old number, set
`known-holes = \"allow\"`.
",
    fields: &["/version"],
    keys: &[
        Key::free("min", Takes::Text, "the oldest engine that containers may run on, such as `24.0`"),
        Key::action("known-holes", "parts with known holes"),
    ],
    open_keys: &[],
    silence: "cannot be silent",
    breach: "an engine older than `min`; a part with a known hole where `known-holes` says so",
    rewrites: false,
    sources: &["CIS Docker 1.2.2", "OWASP Docker rule 0"],
    load: |settings: &mut Settings<'_>| {
        Some(Box::new(EngineAge { min: settings.get("min"), known_holes: settings.get("known-holes") }))
    },
};

const POINTER: &str = "";

/// A version as far as it is numbers. What leads to a version, `-rc1`, is older than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    numbers: [u32; 3],
    before: bool,
}

/// A release.
const fn v(major: u32, minor: u32, patch: u32) -> Version {
    Version { numbers: [major, minor, patch], before: false }
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (digits, rest) = text.split_at_checked(end)?;
        let mut parts = digits.trim_end_matches('.').split('.');
        let mut numbers = [parts.next()?.parse().ok()?, 0, 0];
        for slot in numbers.iter_mut().skip(1) {
            *slot = parts.next().map_or(Some(0), |part| part.parse().ok())?;
        }
        let word = rest.strip_prefix(['-', '~']).unwrap_or("");
        Some(Self { numbers, before: ["rc", "beta", "alpha", "dev"].iter().any(|kind| word.starts_with(kind)) })
    }

    fn same_branch(self, other: Self, depth: usize) -> bool {
        self.numbers.iter().zip(other.numbers).take(depth).all(|(a, b)| *a == b)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.numbers.cmp(&other.numbers).then(other.before.cmp(&self.before)))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl FromNode for Version {
    const EXPECTED: &'static str = "a version such as \"24.0\"";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        text.chars().all(|c| c.is_ascii_digit() || c == '.').then(|| Self::parse(&text))?
    }
}

/// A hole that later versions do not have.
struct Hole {
    /// As it is looked up.
    id: &'static str,
    /// What it lets somebody do.
    what: &'static str,
    /// The first version without it in each branch that was mended, the newest last. Branches after the last have it not.
    closed: &'static [Version],
}

/// Numbers of a version that make a branch: `24.x` for the engine, `1.2.x` for the others.
const ENGINE_BRANCH: usize = 1;
const PART_BRANCH: usize = 2;

const fn hole(id: &'static str, what: &'static str, closed: &'static [Version]) -> Hole {
    Hole { id, what, closed }
}

/// Docker Engine. Sources: release notes of Docker Engine, advisories of github.com/moby/moby.
const ENGINE: &[Hole] = &[
    hole("CVE-2021-41091", "users of the machine run setuid files of containers", &[v(20, 10, 9)]),
    hole("CVE-2022-36109", "supplementary groups are not set up", &[v(20, 10, 18)]),
    hole("CVE-2023-28840", "encrypted overlay networks take forged packets", &[v(20, 10, 24), v(23, 0, 3)]),
    hole("CVE-2024-23651", "a build reaches files of the host", &[v(24, 0, 9), v(25, 0, 2)]),
    hole("CVE-2024-23652", "a build removes files of the host", &[v(24, 0, 9), v(25, 0, 2)]),
    hole("CVE-2024-23653", "a build runs with privileges that nobody granted", &[v(24, 0, 9), v(25, 0, 2)]),
    hole(
        "CVE-2024-41110",
        "requests pass an authorization plugin",
        &[v(23, 0, 15), v(25, 0, 6), v(26, 1, 5), v(27, 1, 1)],
    ),
    hole("CVE-2026-34040", "requests pass an authorization plugin", &[v(29, 3, 1)]),
    hole("CVE-2026-33997", "a plugin gets privileges that nobody granted", &[v(29, 3, 1)]),
    hole("CVE-2026-41567", "copying into a container runs its programs as root", &[v(29, 5, 1)]),
    hole("CVE-2026-41568", "copying into a container makes files on the host", &[v(29, 5, 1)]),
    hole("CVE-2026-42306", "copying into a container mounts over the host's files", &[v(29, 5, 1)]),
];

/// containerd. Source: advisories of github.com/containerd/containerd.
const CONTAINERD: &[Hole] = &[
    hole("CVE-2022-23648", "an image reads files of the host", &[v(1, 4, 13), v(1, 5, 10), v(1, 6, 1)]),
    hole("CVE-2023-25173", "supplementary groups are not set up", &[v(1, 5, 18), v(1, 6, 18)]),
    hole("CVE-2024-40635", "a user id beyond the range is root", &[v(1, 6, 38), v(1, 7, 27), v(2, 0, 4)]),
    hole(
        "CVE-2024-25621",
        "its directories are open to users of the machine",
        &[v(1, 7, 29), v(2, 0, 7), v(2, 1, 5), v(2, 2, 0)],
    ),
];

/// runc. Source: advisories of github.com/opencontainers/runc.
const RUNC: &[Hole] = &[
    hole("CVE-2019-5736", "a container overwrites runc on the host", &[v(1, 0, 0)]),
    hole("CVE-2021-30465", "a mount is led out of the container", &[v(1, 0, 0)]),
    hole("CVE-2023-27561", "masked files are written", &[v(1, 1, 5)]),
    hole("CVE-2024-21626", "a working directory leads out of the container", &[v(1, 1, 12)]),
    hole("CVE-2024-45310", "empty files are made on the host", &[v(1, 1, 14), v(1, 2, 0)]),
    hole("CVE-2025-31133", "masked files are written", &[v(1, 2, 8), v(1, 3, 3), v(1, 4, 0)]),
    hole("CVE-2025-52565", "the console is led to files of the kernel", &[v(1, 2, 8), v(1, 3, 3), v(1, 4, 0)]),
    hole("CVE-2025-52881", "writes are led to files of the kernel", &[v(1, 2, 8), v(1, 3, 3), v(1, 4, 0)]),
];

impl Hole {
    fn is_in(&self, version: Version, branch: usize) -> bool {
        let beyond = self.closed.last().is_some_and(|newest| version >= *newest);
        !beyond && !self.closed.iter().any(|closed| closed.same_branch(version, branch) && version >= *closed)
    }
}

#[derive(Debug)]
struct EngineAge {
    min: Option<Setting<Version>>,
    known_holes: Option<Setting<Action>>,
}

impl Check for EngineAge {
    fn needs(&self, _request: &Request, looks: bool) -> Needs {
        Needs { version: looks && (self.min.is_some() || self.looks_for_holes().is_some()), ..Needs::default() }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        if self.min.is_none() && self.looks_for_holes().is_none() {
            return;
        }
        match case.facts.version.known() {
            Ok(version) => {
                self.age(version, out);
                self.holes(version, out);
            }
            Err(why) if self.min.is_some() => out.unknown(POINTER, "the engine's version", &why),
            Err(why) => self.about_holes(Breach::unknown(POINTER, "whether the engine has known holes", &why), out),
        }
    }
}

impl EngineAge {
    fn looks_for_holes(&self) -> Option<&Setting<Action>> {
        self.known_holes.as_ref().filter(|setting| setting.value != Action::Allow)
    }

    fn age(&self, version: &EngineVersion, out: &mut Opinion) {
        let Some(min) = &self.min else { return };
        let message = match Version::parse(&version.engine) {
            Some(engine) if engine >= min.value => return,
            Some(_) => format!("the engine is {}, older than {}", version.engine, min.value),
            None => format!("`{}` is no version of an engine, where at least {} is wanted", version.engine, min.value),
        };
        out.breach(Breach::new(POINTER, message).bound(&min.spot).help("update the engine"));
    }

    /// All parts in one line: who runs a container can do nothing about any of them.
    fn holes(&self, version: &EngineVersion, out: &mut Opinion) {
        let parts = [
            ("Docker Engine", &version.engine, ENGINE, ENGINE_BRANCH),
            ("containerd", &version.containerd, CONTAINERD, PART_BRANCH),
            ("runc", &version.runc, RUNC, PART_BRANCH),
        ];
        let (mut parts_with_holes, mut closed_by) = (Vec::new(), Vec::new());
        for (part, text, table, branch) in parts {
            let Some(found) = Version::parse(text) else { continue };
            let open: Vec<&Hole> = table.iter().filter(|hole| hole.is_in(found, branch)).collect();
            let newest = open.iter().filter_map(|hole| closes(hole, found, branch)).fold(None, newer);
            let (Some(last), Some(newest)) = (open.last(), newest) else { continue };
            let more = if open.len() > 1 { format!(" and {} more", open.len() - 1) } else { String::new() };
            parts_with_holes.push(format!("{part} {text}: {} ({}){more}", last.id, last.what));
            closed_by.push(format!("{part} {newest}"));
        }
        if parts_with_holes.is_empty() {
            return;
        }
        let message = format!("the engine may have known holes: {}", parts_with_holes.join(", "));
        let help = format!("closed in {}; packages may have closed them under the old number", closed_by.join(", "));
        self.about_holes(Breach::new(POINTER, message).help(help), out);
    }

    fn about_holes(&self, breach: Breach, out: &mut Opinion) {
        if let Some(action) = &self.known_holes {
            out.breach_under(action, breach);
        }
    }
}

/// The nearest version without a hole: of the same branch where that was mended.
fn closes(hole: &Hole, found: Version, branch: usize) -> Option<Version> {
    let own = hole.closed.iter().find(|closed| closed.same_branch(found, branch));
    own.or_else(|| hole.closed.iter().find(|closed| **closed > found)).copied()
}

fn newer(before: Option<Version>, next: Version) -> Option<Version> {
    Some(before.filter(|before| *before >= next).unwrap_or(next))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{Fact, Finding};

    fn found(table: &str, engine: &str, containerd: &str, runc: &str) -> Vec<Finding> {
        let mut facts = facts();
        let (engine, containerd, runc) = (engine.to_owned(), containerd.to_owned(), runc.to_owned());
        facts.version = Fact::Known(EngineVersion { engine, containerd, runc });
        Bench::new(&RULE, table).outcome(&asking(|_| {}), &facts).findings
    }

    const HOLES: &str = "action = \"deny\"\nknown-holes = \"warn\"";

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let version = |text: &str| Version::parse(text).unwrap();
        assert_eq!(version("20.10.24+dfsg1"), v(20, 10, 24));
        assert_eq!(version("v1.6.20~ds1"), v(1, 6, 20));
        assert!(version("1.0.0-rc93+ds1") < v(1, 0, 0) && version("1.0.0~rc93") < v(1, 0, 0));
        assert!(version("9.0") < version("10.0") && version("24.0") == v(24, 0, 0));
        for bad in ["", "x", "-1", ".1"] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_engine_must_be_as_new_as_the_policy_says() {
        let min = "action = \"deny\"\nmin = \"24.0\"";
        let refused = |engine: &str| !found(min, engine, "", "").is_empty();
        assert!(refused("20.10.24+dfsg1") && refused("23.0.9") && refused("") && refused("24.0.0-rc1"));
        assert!(!refused("24.0.0") && !refused("28.5.2"));
        assert_eq!(Bench::new(&RULE, min).of(|_| {}), "deny", "not learned");
    }

    #[test]
    fn holes_are_one_line_that_says_what_closes_them() {
        let old = found(HOLES, "24.0.9", "1.7.29", "1.1.5+ds1");
        assert_eq!(old.len(), 1, "{old:?}");
        let said = &old[0].message;
        assert!(
            said.contains("Docker Engine 24.0.9: CVE-2026-42306 ") && said.contains("runc 1.1.5+ds1: CVE-2025-52881 ")
        );
        assert!(said.contains("and 4 more") && !said.contains("containerd"), "{said}");
        assert!(old[0].help[0].starts_with("closed in Docker Engine 29.5.1, runc 1.2.8;"), "{old:?}");
        assert_eq!(old[0].action, Action::Warn);
    }

    #[test]
    fn a_hole_that_was_closed_in_the_branch_is_closed() {
        let open = |closed: &'static [Version], text: &str, branch| {
            hole("x", "x", closed).is_in(Version::parse(text).unwrap(), branch)
        };
        const RUNC: &[Version] = &[v(1, 2, 8), v(1, 3, 3), v(1, 4, 0)];
        for (text, is_open) in [
            ("1.1.15", true),
            ("1.2.7", true),
            ("1.2.8", false),
            ("1.3.0", true),
            ("1.3.3", false),
            ("1.4.0-rc.2", true),
            ("1.4.0", false),
            ("2.0.0", false),
        ] {
            assert_eq!(open(RUNC, text, PART_BRANCH), is_open, "{text}");
        }
        const ENGINE: &[Version] = &[v(23, 0, 15), v(25, 0, 6), v(26, 1, 5), v(27, 1, 1)];
        for (text, is_open) in
            [("23.0.15", false), ("24.0.9", true), ("26.0.2", true), ("26.1.5", false), ("28.0.0", false)]
        {
            assert_eq!(open(ENGINE, text, ENGINE_BRANCH), is_open, "{text}");
        }
    }

    #[test]
    fn a_new_engine_says_nothing_and_one_of_another_kind_neither() {
        assert!(found(HOLES, "29.5.1", "2.2.0", "1.4.0").is_empty());
        assert!(found(HOLES, "", "", "").is_empty());
    }

    #[test]
    fn holes_can_refuse_and_are_not_looked_for_unasked() {
        assert_eq!(
            found("action = \"deny\"\nknown-holes = \"deny\"", "29.5.1", "2.2.0", "1.1.0")[0].action,
            Action::Deny
        );
        let quiet = Bench::new(&RULE, "action = \"deny\"\nknown-holes = \"allow\"");
        assert_eq!(quiet.of(|_| {}), "pass");
        assert_eq!(Bench::new(&RULE, HOLES).of(|_| {}), "warn", "not learned");
    }

    #[test]
    fn the_table_is_in_order() {
        for hole in ENGINE.iter().chain(CONTAINERD).chain(RUNC) {
            assert!(hole.id.starts_with("CVE-") && !hole.what.is_empty(), "{}", hole.id);
            assert!(hole.closed.windows(2).all(|pair| pair[0] < pair[1]) && !hole.closed.is_empty(), "{}", hole.id);
        }
    }
}
