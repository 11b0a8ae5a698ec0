//! `sdocker check --dockerfile FILE`: the images and the user of a Dockerfile, judged by the rules of a run.

use std::path::PathBuf;

use clap::{Arg, Command, value_parser};

use super::failure::Failure;

use super::setting::Setting;
use super::{Invocation, own};
use crate::dockerfile::{Base, BuildArgs, Dockerfile, FinalUser, Plan};
use crate::files;
use crate::report::{self, CommandLine};
use crate::request::wire::ContainerCreate;
use crate::request::{
    Action, Fact, Facts, Finding, ImageFacts, ImageRef, Manner, Origin, Origins, Request, RuleId, UserSpec,
};
use crate::rules::Case;

const FAILED: u8 = 1;
const WARNED: u8 = 10;
const REFUSED: u8 = 11;

pub(super) fn grammar() -> Command {
    let file = Arg::new("dockerfile").long("dockerfile").value_name("FILE").required(true);
    Command::new("check")
        .about("Judge the images and the user of a Dockerfile")
        .after_help("Exit codes: 0 nothing to say, 1 not readable, 2 usage, 10 warnings, 11 refusals")
        .arg(file.value_parser(value_parser!(PathBuf)).help("The file to judge"))
}

pub(super) fn check(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    let Some(path) = matches.get_one::<PathBuf>("dockerfile") else { return Ok(0) };
    let name = path.display().to_string();
    let failed = |message: String| Failure::Own { message: format!("sdocker: {message}"), code: FAILED };
    let setting = Setting::new(invocation)?;
    let text = files::read_text(path).map_err(|why| failed(why.to_string()))?;
    let dockerfile = Dockerfile::parse(&text).map_err(|why| failed(format!("{name}: {why}")))?;
    let plan = dockerfile.plan(&BuildArgs::default()).map_err(|why| failed(format!("{name}: {why}")))?;
    let mut findings = bases(&plan, &name, &setting);
    findings.extend(user(&plan, &name, &setting));
    let style = invocation.environment.style();
    invocation.environment.complain(&report::refusal(&findings, &CommandLine::new(Vec::new(), []), style));
    Ok(match findings.iter().map(|finding| finding.action).max() {
        Some(Action::Deny) => REFUSED,
        Some(_) => WARNED,
        None => 0,
    })
}

fn request(image: &str, origin: Origin) -> Request {
    let mut origins = Origins::default();
    origins.set("", origin);
    let body = ContainerCreate { image: image.to_owned(), ..ContainerCreate::default() };
    Request { body, name: None, platform: None, origins, manner: Manner::default() }
}

/// Every image that a stage is based on. What the file alone does not say is refused, as it would be at a build.
fn bases(plan: &Plan<'_>, name: &str, setting: &Setting<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stage in plan.stages() {
        let origin = Origin::Line { path: name.to_owned(), line: stage.from.start_line() };
        match stage.base() {
            Base::Scratch | Base::Stage(_) => {}
            Base::Image(text) => match ImageRef::parse(text) {
                Ok(image) => {
                    findings.extend(setting.rules.judge_image(&image, &request(text, origin)).findings);
                }
                Err(why) => findings.push(unreadable("images", format!("`{text}`: {why}"), origin)),
            },
            Base::Unresolved(why) => {
                findings.push(unreadable("images", format!("which image this is cannot be told: {why}"), origin));
            }
        }
    }
    findings
}

/// As whom the image runs, as far as the file tells it in numbers.
fn user(plan: &Plan<'_>, name: &str, setting: &Setting<'_>) -> Vec<Finding> {
    let at = |line| Origin::Line { path: name.to_owned(), line };
    let (text, origin) = match plan.final_user() {
        FinalUser::Named(word) => (word.text.clone(), at(word.line)),
        FinalUser::Scratch | FinalUser::Image(_) => return Vec::new(),
        FinalUser::Unresolved { line, why } => {
            return vec![unreadable("user", format!("which user this is cannot be told: {why}"), at(line))];
        }
    };
    if UserSpec::parse(&text).needs_tables() {
        return Vec::new();
    }
    let mut asked = request("scratch", origin);
    asked.body.user = text;
    let image = Fact::Known(ImageFacts::default());
    // Whose groups it meets is for the machine to say that runs it.
    let (info, groups) = (Fact::Known(crate::request::EngineInfo::default()), Fact::Known(Vec::new()));
    let facts = Facts { image, info, groups, ..Facts::default() };
    let outcome = setting.rules.judge(&Case { request: &asked, caller: &setting.caller, facts: &facts });
    outcome.findings.into_iter().filter(|finding| finding.rule == RuleId("user")).collect()
}

fn unreadable(rule: &'static str, message: String, origin: Origin) -> Finding {
    Finding {
        rule: RuleId(rule),
        action: Action::Deny,
        message,
        primary: (origin, "written here"),
        related: None,
        help: vec!["write it out, or give the variable a default".to_owned()],
    }
}
