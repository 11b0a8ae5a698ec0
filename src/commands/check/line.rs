//! `sdocker check -- run …`: a command line, judged as a run of it would be.

use std::ffi::OsString;

use super::super::failure::Failure;
use super::super::globals::{self, Globals, Verb};
use super::super::question::{self, Purpose, Question};
use super::super::run::NO_ENGINE_API;
use super::super::setting::Setting;
use super::super::{Invocation, block_on, own};
use super::{FAILED, USAGE, WARNED, code};
use crate::cli::{self, Asked, Warning};
use crate::engine::Console;
use crate::facts::{ImageState, Learner};
use crate::report::{CommandLine, Judgement, Word};
use crate::request::{Action, Caller, Fact, Facts, Finding, ImageRef, Request, Rewrite};
use crate::rules::{Case, Ruleset};
use crate::verdict::{self, Approval, Verdict};

/// How it is judged and told.
#[derive(Debug)]
pub(super) struct Options {
    /// Somebody else than who runs this process.
    pub(super) caller: Option<Caller>,
    pub(super) json: bool,
    /// The engine is not asked.
    pub(super) alone: bool,
}

/// What came of it.
enum Judged {
    Approved(Box<Approval>),
    /// With what could not be learned left open, or as one more reason.
    Refused(Vec<Finding>, bool),
    Undecided(Vec<Finding>, Vec<Rewrite>),
}

pub(super) fn check(invocation: &Invocation<'_>, words: &[&OsString], options: &Options) -> Result<u8, Failure> {
    let before = invocation.argv.get(..invocation.arguments.saturating_sub(1)).unwrap_or_default();
    let argv: Vec<OsString> = before.iter().chain(words.iter().copied()).cloned().collect();
    let Globals { choice, docker, verb, arguments } = globals::read(&argv)?;
    let Verb::Run(verb) = verb else {
        let message = "sdocker: only run and create are judged: write `sdocker check -- run …`".to_owned();
        return Err(Failure::Own { message, code: USAGE });
    };
    let line = Invocation { argv: &argv, arguments, choice, docker, environment: invocation.environment };
    block_on(judge_line(&line, verb, options)).map_err(as_own)
}

/// Docker's grammar is usage here; whatever else goes wrong is a failure to judge.
fn as_own(failure: Failure) -> Failure {
    let code = match &failure {
        Failure::Usage(_) | Failure::Globals(_) => USAGE,
        Failure::Own { code, .. } if *code == USAGE => USAGE,
        _ => FAILED,
    };
    Failure::Own { message: failure.to_string(), code }
}

async fn judge_line(invocation: &Invocation<'_>, verb: cli::Verb, options: &Options) -> Result<u8, Failure> {
    let console = Console::of_process().map_err(|why| Failure::own(format!("cannot use the terminal: {why}")))?;
    let purpose = if options.alone { Purpose::JudgementAlone } else { Purpose::Judgement };
    let Some(question) = question::ask(invocation, verb, &console, purpose).await? else { return Ok(0) };
    let setting = match &options.caller {
        Some(caller) => Setting::of(invocation, caller.clone())?,
        None => Setting::new(invocation)?,
    };
    let Question { asked, engine, pong, line, logins: _ } = question;
    let (api, os) = pong.as_ref().map_or((NO_ENGINE_API, ""), |pong| (pong.api.minor, &pong.os));
    let Asked { request, warnings, .. } = asked.for_engine(&cli::Engine { api, os })?;
    for warning in warnings {
        if let Warning::Plain(text) = warning {
            invocation.environment.complain(&format!("{text}\n"));
        }
    }
    let rules = setting.rules(&request.body.image)?;
    let judged = match verdict::judge_early(&request, &rules) {
        Err(findings) => Judged::Refused(findings, false),
        Ok(()) => {
            let needs = rules.needs(&request);
            let (stands_for, cache) = (setting.stands_for(), setting.cache());
            let caller = &setting.caller;
            let learner = Learner { engine: &engine, request: &request, caller, needs, stands_for, cache };
            let (mut facts, image) = learner.learn().await;
            if image == ImageState::Absent {
                facts.image = Fact::Unknown("the engine does not have it yet; a run would pull it".to_owned());
            }
            match judge_pull(&request, &rules, image) {
                Err(findings) => Judged::Refused(findings, false),
                Ok(()) => judge(request, &rules, &setting.caller, &facts, pong.is_ok() && image == ImageState::Settled),
            }
        }
    };
    tell(invocation, &judged, &line, options.json)
}

/// What the engine does not have is no id: a run judges it as a name before it pulls.
fn judge_pull(request: &Request, rules: &Ruleset, image: ImageState) -> Result<(), Vec<Finding>> {
    match ImageRef::parse(&request.body.image) {
        Ok(name) if image == ImageState::Absent => verdict::judge_image(&name, request, rules),
        _ => Ok(()),
    }
}

/// Where the engine or the image is missing, what could not be learned leaves it open; else it refuses, as in a run.
fn judge(request: Request, rules: &Ruleset, caller: &Caller, facts: &Facts, complete: bool) -> Judged {
    let asked = request.clone();
    let findings = match verdict::judge(request, rules, caller, facts) {
        Verdict::Approved(approval) => return Judged::Approved(approval),
        Verdict::Refused(findings) => findings,
    };
    let mut denied = findings.iter().filter(|finding| finding.action == Action::Deny);
    if complete || denied.any(|finding| !finding.unlearned) {
        return Judged::Refused(findings, !complete);
    }
    let outcome = rules.judge(&Case { request: &asked, caller, facts });
    Judged::Undecided(findings, outcome.rewrites)
}

fn tell(invocation: &Invocation<'_>, judged: &Judged, line: &CommandLine, json: bool) -> Result<u8, Failure> {
    let (judgement, code) = match judged {
        Judged::Approved(approval) => {
            let Approval { request, findings, rewrites } = &**approval;
            let body = Some(&request.get().body);
            (Judgement { verdict: Word::Approved, findings, rewrites, open: false, body }, code(findings))
        }
        Judged::Refused(findings, open) => {
            (Judgement { verdict: Word::Refused, findings, rewrites: &[], open: *open, body: None }, code(findings))
        }
        Judged::Undecided(findings, rewrites) => {
            (Judgement { verdict: Word::Undecided, findings, rewrites, open: true, body: None }, WARNED)
        }
    };
    let text = if json {
        judgement.json(line).map_err(|why| Failure::own(format!("cannot write JSON: {why}")))?
    } else {
        judgement.text(line, invocation.environment.style_of_stdout())
    };
    own::print(invocation, &text)?;
    Ok(code)
}
