//! What every judging verb needs first: who asks, under which policy, and where things are kept.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Invocation;
use super::environment::Environment;
use super::failure::Failure;
use crate::facts::{Cache, cache_directory};
use crate::files::{self, Choice, Places};
use crate::journal::{self, Record, Subject};
use crate::policy::Policy;
use crate::request::{Caller, Finding, Request, Rewrite};
use crate::rules::Ruleset;

/// Where an administrator lays the policy of a machine.
const SYSTEM: &str = "/etc/sdocker";

/// Who asks, and under which policy.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    invocation: &'a Invocation<'a>,
    pub(super) caller: Caller,
    pub(super) policy: Policy,
    pub(super) rules: Ruleset,
    /// The caller is whoever runs this process: the environment speaks of them.
    own: bool,
    begun: Instant,
}

impl<'a> Setting<'a> {
    /// Learns who asks and reads the policy.
    ///
    /// # Errors
    /// Every problem of the policy at once; nothing runs then.
    pub(super) fn new(invocation: &'a Invocation<'a>) -> Result<Self, Failure> {
        let caller = files::caller().map_err(|why| Failure::own(why.to_string()))?;
        Self::build(invocation, caller, true)
    }

    /// The same for somebody else, of whom the environment says nothing.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn of(invocation: &'a Invocation<'a>, caller: Caller) -> Result<Self, Failure> {
        Self::build(invocation, caller, false)
    }

    fn build(invocation: &'a Invocation<'a>, caller: Caller, own: bool) -> Result<Self, Failure> {
        let begun = Instant::now();
        let environment = invocation.environment;
        let config = directory(environment, &caller, own, "XDG_CONFIG_HOME", ".config");
        let places =
            Places { system: SYSTEM.into(), own: config.map(|path| path.join("sdocker/policy.toml")), uid: caller.uid };
        let said = |value: std::ffi::OsString, said_by| Choice { value, said_by };
        let variable = environment.filled("SDOCKER_POLICY").map(|value| said(value.to_owned(), "SDOCKER_POLICY"));
        let choice = invocation.choice.clone().map(|value| said(value, "--policy")).or(variable);
        let policy = files::find_policy(&places, choice.as_ref()).map_err(Failure::Policy)?;
        let rules = Ruleset::load(&policy).map_err(Failure::Policy)?;
        Ok(Self { invocation, caller, policy, rules, own, begun })
    }

    /// Whom a filled-in user stands for.
    pub(super) fn stands_for(&self) -> (u32, u32) {
        let environment = self.invocation.environment;
        let sudo = || files::sudo_ids(environment.raw("SUDO_UID"), environment.raw("SUDO_GID"));
        self.caller.container_ids(if self.own { sudo() } else { None })
    }

    /// Where the users of images are remembered; nothing is left in the home of somebody else.
    pub(super) fn cache(&self) -> Option<Cache> {
        if !self.own {
            return None;
        }
        let base = self.directory("XDG_CACHE_HOME", ".cache")?;
        Some(Cache::new(cache_directory(&base), self.caller.uid))
    }

    /// Where decisions are written; nowhere for a user without a home.
    pub(super) fn journal(&self) -> Option<PathBuf> {
        Some(self.directory("XDG_STATE_HOME", ".local/state")?.join("sdocker/journal.jsonl"))
    }

    /// Writes the decision down. In guard mode what cannot be written is said and does not stop anything.
    pub(super) fn record(&self, verb: &str, decision: Decision<'_>) {
        let Some(path) = self.journal() else {
            let why = "you have no home directory, so this decision is not written down; set XDG_STATE_HOME";
            return self.invocation.environment.complain(&format!("sdocker: warning: {why}\n"));
        };
        let took = self.begun.elapsed();
        if let Err(why) = write(&path, self.policy.digest(), &self.caller, verb, decision, took) {
            self.invocation.environment.complain(&format!("sdocker: warning: {why}\n"));
        }
    }

    fn directory(&self, variable: &str, default: &str) -> Option<PathBuf> {
        directory(self.invocation.environment, &self.caller, self.own, variable, default)
    }
}

fn directory(
    environment: &Environment,
    caller: &Caller,
    own: bool,
    variable: &str,
    default: &str,
) -> Option<PathBuf> {
    let home = caller.home.as_deref();
    if own { environment.directory(variable, home, default) } else { home.map(|home| home.join(default)) }
}

/// What was decided about a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decision<'a> {
    pub(super) request: &'a Request,
    /// The image's id, where it was learned.
    pub(super) image_id: Option<&'a str>,
    pub(super) findings: &'a [Finding],
    /// What was changed, if it was approved.
    pub(super) rewrites: Option<&'a [Rewrite]>,
}

/// Writes one decision of a policy, known by its digest, into a journal.
///
/// # Errors
/// Why it could not be written.
pub(super) fn write(
    path: &Path,
    policy: u64,
    caller: &Caller,
    verb: &str,
    decision: Decision<'_>,
    took: Duration,
) -> Result<(), journal::JournalError> {
    let Decision { request, image_id, findings, rewrites } = decision;
    let subject = Subject { caller, verb, image: &request.body.image, image_id, policy, took };
    journal::append(path, &Record::new(jiff::Timestamp::now(), subject, findings, rewrites))
}
