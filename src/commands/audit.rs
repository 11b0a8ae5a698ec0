//! `sdocker audit CONTAINER …`: containers that exist, judged by the rules of a run.

use clap::{Arg, Command};

use super::failure::Failure;
use super::own::{FAILED, REFUSED, WARNED};
use super::setting::Setting;
use super::{Invocation, own, reach};
use crate::audit::{self, EngineDefaults, Existing};
use crate::engine::Engine;
use crate::facts::Learner;
use crate::report::{self, CommandLine};
use crate::request::{Action, Needs};
use crate::rules::{Case, Outcome};

pub(super) fn grammar() -> Command {
    let names = Arg::new("container").value_name("CONTAINER").required(true).num_args(1..);
    Command::new("audit")
        .about("Judge containers that exist by the rules of a run")
        .after_help("Exit codes: 0 nothing to say, 1 failed, 2 usage, 10 warnings, 11 what would be refused")
        .arg(names.help("Names or ids"))
}

pub(super) fn audit(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    let names: Vec<&String> = matches.get_many::<String>("container").into_iter().flatten().collect();
    let engine = reach::reach(invocation)?.engine();
    let setting = Setting::new(invocation)?;
    super::block_on(async {
        let mut worst = 0;
        for name in names {
            let outcome = judge(name, &engine, &setting).await?;
            own::print(invocation, &told(name, &outcome))?;
            worst = worst.max(code(&outcome));
        }
        Ok(worst)
    })
}

async fn judge(name: &str, engine: &Engine, setting: &Setting<'_>) -> Result<Outcome, Failure> {
    let failed = |why: String| Failure::Own { message: format!("sdocker: {name}: {why}"), code: FAILED };
    let answer = engine.inspect(name).await.map_err(|why| failed(why.to_string()))?;
    let info = engine.info().await.map_err(|why| failed(why.to_string()))?;
    let defaults = EngineDefaults::docker(info.cgroup_version);
    let Existing { request, .. } = audit::container(&answer, &defaults).map_err(|why| failed(why.to_string()))?;
    let rules = setting.rules(&request.body.image)?;
    let needs = rules.needs(&request).and(Needs { image: true, ..Needs::default() });
    let stands_for = setting.stands_for();
    let (caller, cache) = (&setting.caller, setting.cache());
    let (facts, _) = Learner { engine, request: &request, caller, needs, stands_for, cache }.learn().await;
    Ok(rules.judge(&Case { request: &request, caller: &setting.caller, facts: &facts }))
}

/// What a run would refuse, say, or fill in.
fn told(name: &str, outcome: &Outcome) -> String {
    let style = report::Style::PLAIN;
    let line = CommandLine::new(Vec::new(), []);
    let mut text = format!("{}:\n", report::clean(name));
    text.push_str(&report::refusal(&outcome.findings, &line, style));
    text.extend(outcome.rewrites.iter().map(|rewrite| {
        format!("note[{}]: a run would have had `{}`\n", rewrite.rule, report::clean(&rewrite.meaning))
    }));
    if outcome.findings.is_empty() && outcome.rewrites.is_empty() {
        text.push_str("nothing to say\n");
    }
    text
}

fn code(outcome: &Outcome) -> u8 {
    match outcome.findings.iter().map(|finding| finding.action).max() {
        Some(Action::Deny) => REFUSED,
        Some(_) => WARNED,
        None => 0,
    }
}
