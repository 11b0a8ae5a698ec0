//! `sdocker check --dockerfile FILE`: the images and the user of a Dockerfile, judged by the rules of a run.

use std::path::Path;

use super::super::Invocation;
use super::super::failure::Failure;
use super::super::setting::Setting;
use super::{FAILED, code};
use crate::dockerfile::{Base, BuildArgs, Dockerfile, FinalUser, Plan};
use crate::files;
use crate::report::{self, CommandLine};
use crate::request::wire::ContainerCreate;
use crate::request::{
    Action, Fact, Facts, Finding, ImageFacts, ImageRef, Manner, Origin, Origins, Request, RuleId, UserSpec,
};
use crate::rules::Case;

pub(super) fn check(invocation: &Invocation<'_>, path: &Path) -> Result<u8, Failure> {
    let name = path.display().to_string();
    let failed = |message: String| Failure::Own { message: format!("sdocker: {message}"), code: FAILED };
    let setting = Setting::new(invocation)?;
    let text = files::read_text(path).map_err(|why| failed(why.to_string()))?;
    let dockerfile = Dockerfile::parse(&text).map_err(|why| failed(format!("{name}: {why}")))?;
    let plan = dockerfile.plan(&BuildArgs::default()).map_err(|why| failed(format!("{name}: {why}")))?;
    let mut findings = bases(&plan, &name, &setting)?;
    findings.extend(user(&plan, &name, &setting)?);
    let style = invocation.environment.style();
    invocation.environment.complain(&report::refusal(&findings, &CommandLine::new(Vec::new(), []), style));
    Ok(code(&findings))
}

fn request(image: &str, origin: Origin) -> Request {
    let mut origins = Origins::default();
    origins.set("", origin);
    let body = ContainerCreate { image: image.to_owned(), ..ContainerCreate::default() };
    Request { body, name: None, platform: None, origins, manner: Manner::default() }
}

/// Every image that a stage is based on. What the file alone does not say is refused, as it would be at a build.
fn bases(plan: &Plan<'_>, name: &str, setting: &Setting<'_>) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for stage in plan.stages() {
        let origin = Origin::Line { path: name.to_owned(), line: stage.from.start_line() };
        match stage.base() {
            Base::Scratch | Base::Stage(_) => {}
            Base::Image(text) => match ImageRef::parse(text) {
                Ok(image) => {
                    findings.extend(setting.rules(text)?.judge_image(&image, &request(text, origin)).findings);
                }
                Err(why) => findings.push(unreadable("images", format!("`{text}`: {why}"), origin)),
            },
            Base::Unresolved(why) => {
                findings.push(unreadable("images", format!("which image this is cannot be told: {why}"), origin));
            }
        }
    }
    Ok(findings)
}

/// As whom the image runs, as far as the file tells it in numbers.
fn user(plan: &Plan<'_>, name: &str, setting: &Setting<'_>) -> Result<Vec<Finding>, Failure> {
    let at = |line| Origin::Line { path: name.to_owned(), line };
    let (text, origin) = match plan.final_user() {
        FinalUser::Named(word) => (word.text.clone(), at(word.line)),
        FinalUser::Scratch | FinalUser::Image(_) => return Ok(Vec::new()),
        FinalUser::Unresolved { line, why } => {
            return Ok(vec![unreadable("user", format!("which user this is cannot be told: {why}"), at(line))]);
        }
    };
    if UserSpec::parse(&text).needs_tables() {
        return Ok(Vec::new());
    }
    let mut asked = request("scratch", origin);
    asked.body.user = text;
    let image = Fact::Known(ImageFacts::default());
    // Whose groups it meets is for the machine to say that runs it.
    let (info, groups) = (Fact::Known(crate::request::EngineInfo::default()), Fact::Known(Vec::new()));
    let facts = Facts { image, info, groups, ..Facts::default() };
    let rules = setting.rules(&asked.body.image)?;
    let outcome = rules.judge(&Case { request: &asked, caller: &setting.caller, facts: &facts });
    Ok(outcome.findings.into_iter().filter(|finding| finding.rule == RuleId("user")).collect())
}

fn unreadable(rule: &'static str, message: String, origin: Origin) -> Finding {
    Finding {
        rule: RuleId(rule),
        action: Action::Deny,
        message,
        primary: (origin, "written here"),
        related: None,
        help: vec!["write it out, or give the variable a default".to_owned()],
        unlearned: false,
    }
}
