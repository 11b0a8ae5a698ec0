//! What every judging verb needs first: who asks, under which policy, and where things are kept.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Invocation;
use super::environment::Environment;
use super::failure::Failure;
use crate::facts::Cache;
use crate::files::{self, Choice, Found, Places};
use crate::journal::{Journal, JournalError, Limits, Record, Subject};
use crate::policy::JournalSettings;
use crate::report::CommandLine;
use crate::request::{Caller, Date, Finding, PolicySpot, Remark, Request, Rewrite};
use crate::rules::{Rulebook, Ruleset};

/// Where an administrator lays the policy of a machine.
pub(super) const SYSTEM: &str = "/etc/sdocker";

/// Why decisions have no place.
pub(super) const NO_JOURNAL: &str = "you have no home directory";

/// Who asks, and under which policy.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    invocation: &'a Invocation<'a>,
    pub(super) caller: Caller,
    pub(super) book: Rulebook,
    /// The caller is whoever runs this process: the environment speaks of them.
    own: bool,
    /// An administrator has laid a policy, and only it can grant.
    pub(super) has_system: bool,
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
        let places = places(invocation.environment, &caller, own);
        let Found { draft, notes } = files::find_policy(&places, &choices(invocation));
        say(invocation, &notes);
        let book = Rulebook::of(draft).map_err(Failure::Policy)?;
        let caller = if own && book.policy().names_groups() { files::with_group_names(caller) } else { caller };
        let has_system = places.system.symlink_metadata().is_ok();
        Ok(Self { invocation, caller, book, own, has_system, begun })
    }

    /// For a gateway, which takes no policy from its environment or working directory.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn of_gateway(invocation: &'a Invocation<'a>) -> Result<Self, Failure> {
        let begun = Instant::now();
        let (caller, places) = who_and_where(invocation)?;
        let draft = files::gateway_policy(&places, typed(invocation).as_ref());
        let book = Rulebook::of(draft).map_err(Failure::Policy)?;
        Ok(Self { invocation, caller, book, own: true, has_system: true, begun })
    }

    /// The rules for the caller and an image as it was typed, today.
    ///
    /// # Errors
    /// Problems of parts of the policy that do not go together.
    pub(super) fn rules(&self, image: &str) -> Result<Ruleset, Failure> {
        self.book.ruleset(&self.caller, image, today()).map_err(Failure::Policy)
    }

    pub(super) fn invocation(&self) -> &'a Invocation<'a> {
        self.invocation
    }

    /// Whom a filled-in user stands for.
    pub(super) fn stands_for(&self) -> (u32, u32) {
        let environment = self.invocation.environment;
        let sudo = || files::sudo_ids(environment.raw("SUDO_UID"), environment.raw("SUDO_GID"));
        self.caller.container_ids(if self.own { sudo() } else { None })
    }

    /// Where facts are remembered; nothing is left in the home of somebody else.
    pub(super) fn cache(&self) -> Option<Cache> {
        if !self.own {
            return None;
        }
        let base = self.directory("XDG_CACHE_HOME", ".cache")?;
        Some(Cache::below(&base, self.caller.uid))
    }

    /// Where decisions are written; nowhere for a user without a home.
    pub(super) fn journal(&self) -> Option<Journal> {
        journal(self.invocation.environment, &self.caller, self.book.policy().journal())
    }

    /// Writes the decision down. In guard mode what cannot be written is said and does not stop anything.
    pub(super) fn record(&self, verb: &str, decision: Decision<'_>) {
        let Some(journal) = self.journal() else {
            let why = format!("{NO_JOURNAL}, so this decision is not written down; set XDG_STATE_HOME");
            return self.invocation.environment.complain(&format!("sdocker: warning: {why}\n"));
        };
        let took = self.begun.elapsed();
        if let Err(why) = write(&journal, self.book.policy().digest(), &self.caller, verb, decision, took) {
            self.invocation.environment.complain(&format!("sdocker: warning: {why}\n"));
        }
    }

    fn directory(&self, variable: &str, default: &str) -> Option<PathBuf> {
        directory(self.invocation.environment, &self.caller, self.own, variable, default)
    }
}

/// A directory of the caller's, of which the environment speaks only where the caller is our own user.
fn directory(environment: &Environment, caller: &Caller, own: bool, variable: &str, default: &str) -> Option<PathBuf> {
    let home = caller.home.as_deref();
    if own { environment.directory(variable, home, default) } else { home.map(|home| home.join(default)) }
}

/// Where policies are looked for.
fn places(environment: &Environment, caller: &Caller, own: bool) -> Places {
    let config = directory(environment, caller, own, "XDG_CONFIG_HOME", ".config");
    Places {
        system: SYSTEM.into(),
        own: config.map(|path| path.join("sdocker/policy.toml")),
        project: std::env::current_dir().ok(),
        uid: caller.uid,
    }
}

/// Where a caller's decisions are written: where the policy says, else among the caller's own files; nowhere for one
/// without a home.
pub(super) fn journal(environment: &Environment, caller: &Caller, settings: &JournalSettings) -> Option<Journal> {
    let home = caller.home.as_deref();
    let usual = || environment.directory("XDG_STATE_HOME", home, ".local/state");
    let path = match &settings.path {
        Some(path) => path.of(home)?,
        None => usual()?.join("sdocker/journal.jsonl"),
    };
    let usual = Limits::default();
    let limits = Limits { file: settings.size.unwrap_or(usual.file), files: settings.files.unwrap_or(usual.files) };
    Some(Journal::at(path).with_limits(limits))
}

/// Who asks, and where policies are looked for.
///
/// # Errors
/// It is not known who asks.
pub(super) fn who_and_where(invocation: &Invocation<'_>) -> Result<(Caller, Places), Failure> {
    let caller = files::caller().map_err(|why| Failure::own(why.to_string()))?;
    let places = places(invocation.environment, &caller, true);
    Ok((caller, places))
}

/// `SDOCKER_POLICY` and `--policy`: the last one counts for most.
pub(super) fn choices(invocation: &Invocation<'_>) -> Vec<Choice> {
    let variable = invocation.environment.filled("SDOCKER_POLICY");
    let variable = variable.map(|value| Choice { value: value.to_owned(), said_by: "SDOCKER_POLICY" });
    variable.into_iter().chain(typed(invocation)).collect()
}

fn typed(invocation: &Invocation<'_>) -> Option<Choice> {
    invocation.choice.clone().map(|value| Choice { value, said_by: "--policy" })
}

/// Says which files were passed over.
pub(super) fn say(invocation: &Invocation<'_>, notes: &[String]) {
    notes.iter().for_each(|note| invocation.environment.complain(&format!("sdocker: note: {note}\n")));
}

/// The day, in UTC.
pub(super) fn today() -> Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date().into()
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
    /// The grants that lifted rules.
    pub(super) granted: &'a [PolicySpot],
    /// What was typed, where something was.
    pub(super) line: Option<&'a CommandLine>,
}

/// Writes one decision of a policy, known by its digest, into a journal.
///
/// # Errors
/// Why it could not be written.
pub(super) fn write(
    journal: &Journal,
    policy: u64,
    caller: &Caller,
    verb: &str,
    decision: Decision<'_>,
    took: Duration,
) -> Result<(), JournalError> {
    let Decision { request, image_id, findings, rewrites, granted, line } = decision;
    let subject = Subject { caller, verb, image: &request.body.image, image_id, granted, policy, took };
    let mut remarks: Vec<Remark> = findings.iter().map(Remark::from).collect();
    let argv = line.map(|line| line.keep(&mut remarks)).unwrap_or_default();
    journal.append(&Record::new(jiff::Timestamp::now(), subject, remarks, rewrites, argv))
}
