//! The rules: one file each, one table.
//!
//! A rule reads the wire model and facts, and states what it sees: a *silence* that its default fills, or a *breach*
//! with the nearest permitted value where there is one. What becomes of a breach is the policy's `action`, and only
//! [`Ruleset`] combines the two.

mod annotations;
mod apparmor;
mod binds;
mod block_io;
mod book;
mod capabilities;
mod cgroup_parent;
mod container_namespaces;
mod coverage;
mod cpu_realtime;
mod cpus;
mod cpuset;
mod devices;
mod engine_socket;
mod engine_version;
mod extra_hosts;
mod foreign_objects;
mod glob;
mod gpus;
mod health_check;
mod hook_environment;
mod host_cgroup;
mod host_ipc;
mod host_network;
mod host_pid;
mod host_userns;
mod host_uts;
mod id_like_name;
mod image_tag;
mod images;
mod links;
mod log_driver;
mod memory;
mod mount_propagation;
mod namespace;
mod network_options;
mod networks;
mod no_new_privileges;
mod oom;
mod opinion;
mod other_engine;
mod other_fields;
mod pids;
mod ports;
mod privileged;
mod problems;
mod read_only_root;
mod reserved_labels;
mod restart;
mod ruleset;
mod runtime;
mod seccomp;
mod secrets;
mod selinux;
mod shm_size;
mod ssh_server;
mod stop_timeout;
mod storage_options;
mod sysctls;
mod system_paths;
mod tmpfs;
mod ulimits;
mod user;
mod volume_options;
mod volumes_from;
mod working_directory;

#[cfg(test)]
mod testing;

pub use book::{InForce, Rulebook};
pub use opinion::{Breach, Fill, Opinion, Outcome};
pub use ruleset::{Gate, Ruleset};

use crate::policy::{Key, Keys, Settings};
use crate::request::{Caller, Facts, ImageRef, Manner, Needs, Request, RuleId};

/// All rules, in the order of the catalogue.
pub const CATALOGUE: &[Rule] = &[
    images::RULE,
    user::RULE,
    privileged::RULE,
    capabilities::RULE,
    no_new_privileges::RULE,
    engine_socket::RULE,
    cpus::RULE,
    memory::RULE,
    pids::RULE,
    ulimits::RULE,
    restart::RULE,
    // Mounts.
    binds::RULE,
    mount_propagation::RULE,
    volume_options::RULE,
    volumes_from::RULE,
    read_only_root::RULE,
    tmpfs::RULE,
    // Namespaces and networks.
    host_network::RULE,
    host_pid::RULE,
    host_ipc::RULE,
    host_uts::RULE,
    host_userns::RULE,
    host_cgroup::RULE,
    container_namespaces::RULE,
    links::RULE,
    foreign_objects::RULE,
    reserved_labels::RULE,
    id_like_name::RULE,
    ports::RULE,
    extra_hosts::RULE,
    network_options::RULE,
    // After whoever changes one network: this one may replace them all.
    networks::RULE,
    // Confinement, devices, kernel.
    seccomp::RULE,
    apparmor::RULE,
    selinux::RULE,
    system_paths::RULE,
    devices::RULE,
    gpus::RULE,
    block_io::RULE,
    sysctls::RULE,
    oom::RULE,
    shm_size::RULE,
    cgroup_parent::RULE,
    runtime::RULE,
    annotations::RULE,
    cpu_realtime::RULE,
    cpuset::RULE,
    storage_options::RULE,
    stop_timeout::RULE,
    working_directory::RULE,
    hook_environment::RULE,
    // Images, logs, the engine.
    image_tag::RULE,
    log_driver::RULE,
    health_check::RULE,
    ssh_server::RULE,
    secrets::RULE,
    engine_version::RULE,
    other_engine::RULE,
    // The rest.
    other_fields::RULE,
];

/// Every rule's table has this key.
const ACTION: &str = "action";
const ACTION_KEY: Key = Key::action(ACTION, "what becomes of a breach");

/// One reason to object.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name, which is that of the thing it objects to.
    pub id: RuleId,
    /// What, why and instead; headings in Markdown.
    pub doc: &'static str,
    /// The fields of the Engine API that it reads.
    pub fields: &'static [&'static str],
    /// The keys of its table besides `action`.
    pub keys: &'static [Key],
    /// Where its further keys are data (names of limits): the keys of each of these tables. Empty where they are not.
    pub open_keys: &'static [Key],
    /// What counts as silence, which a default fills.
    pub silence: &'static str,
    /// What counts as a breach, about which `action` decides.
    pub breach: &'static str,
    /// It knows a nearest permitted value, so that `action = "rewrite"` makes sense.
    pub rewrites: bool,
    /// Where the rule comes from: CIS, PSS, OWASP.
    pub sources: &'static [&'static str],
    /// Reads its table.
    pub(crate) load: fn(&mut Settings<'_>) -> Option<Box<dyn Check>>,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What is asked.
    pub request: &'a Request,
    /// Who asks.
    pub caller: &'a Caller,
    /// What was learned.
    pub facts: &'a Facts,
}

/// A rule with its settings, ready to judge.
pub(crate) trait Check: std::fmt::Debug + Send + Sync {
    /// What it must know about this request. `looks` is false under `action = "allow"`, when only defaults count.
    fn needs(&self, _request: &Request, _looks: bool) -> Needs {
        Needs::default()
    }

    /// Judges how it was asked for, before anything is asked of the engine for the request's sake.
    fn judge_manner(&self, _manner: &Manner, _out: &mut Opinion) {}

    /// Judges the name of an image before anything is pulled.
    fn judge_image(&self, _image: &ImageRef, _out: &mut Opinion) {}

    /// Judges a request.
    fn judge(&self, case: &Case<'_>, out: &mut Opinion);
}

impl Rule {
    /// The rule of that id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|rule| rule.id.0 == id)
    }

    /// All keys of its table, its `action` first.
    #[must_use]
    pub fn all_keys(&self) -> Keys {
        Keys { action: Some(ACTION_KEY), named: self.keys, open: self.open_keys }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PROFILES, Policy, Source};

    #[test]
    fn ids_are_unique_kebab_case_and_never_negated() {
        let mut ids: Vec<&str> = CATALOGUE.iter().map(|rule| rule.id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CATALOGUE.len());
        for id in ids {
            assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{id}");
        }
    }

    #[test]
    fn every_rule_says_what_why_and_instead() {
        for rule in CATALOGUE {
            for heading in ["## What", "## Why", "## Instead"] {
                assert!(rule.doc.contains(heading), "{} lacks {heading}", rule.id);
            }
            assert!(!rule.sources.is_empty() && !rule.fields.is_empty(), "{}", rule.id);
            assert!(!rule.silence.is_empty() && !rule.breach.is_empty(), "{}", rule.id);
            assert!(rule.keys.iter().chain(rule.open_keys).all(|key| !key.doc.is_empty()), "{}", rule.id);
        }
    }

    #[test]
    fn every_file_of_the_folder_is_in_the_catalogue() {
        let others = [
            "mod.rs",
            "book.rs",
            "coverage.rs",
            "glob.rs",
            "namespace.rs",
            "opinion.rs",
            "problems.rs",
            "ruleset.rs",
            "testing.rs",
        ];
        for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules")).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let id = name.trim_end_matches(".rs").replace('_', "-");
            assert!(others.contains(&name.as_str()) || CATALOGUE.iter().any(|rule| rule.id.0 == id), "{name}");
        }
    }

    #[test]
    fn every_profile_loads_under_every_rule() {
        for profile in PROFILES {
            let policy = Policy::built_in(profile.name).unwrap_or_else(|p| panic!("{p}"));
            Ruleset::load(&policy).unwrap_or_else(|p| panic!("{}:\n{p}", profile.name));
        }
    }

    #[test]
    fn every_problem_of_a_policy_is_told_at_once_with_its_line() {
        let text =
            "[usr]\naction = \"deny\"\n[cpus]\nmaximum = 2\nmax = \"many\"\n[privileged]\naction = \"rewrite\"\n";
        let policy = Policy::owners(&[Source { name: "p.toml".into(), text: text.to_owned() }]).unwrap();
        let problems = Ruleset::load(&policy).unwrap_err().to_string();
        for expected in [
            "p.toml:1: there is no rule `usr` (did you mean `user`?)",
            "p.toml:4: unknown key `maximum` in `[cpus]`",
            "p.toml:5: `cpus.max` takes a number of CPUs above 0, such as 1.5, not `many`",
            "p.toml:7: `privileged` has no nearest permitted value: allow, warn or deny",
        ] {
            assert!(problems.contains(expected), "{expected}\n--\n{problems}");
        }
    }
}
