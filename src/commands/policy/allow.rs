//! `sdocker policy allow RULE … --image X --reason …`: an exception, written below what the policy says already.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};

use super::super::failure::Failure;
use super::super::setting::{self, who_and_where};
use super::super::{Invocation, own};
use super::{USAGE, failed, system_argument, target};
use crate::files::{self, EditError, Places};
use crate::policy::{ImagePattern, Policy, Problem, Problems, Scope, Source, Who, written_grant};
use crate::report::clean;
use crate::request::{Date, ImageRef};
use crate::rules::{CATALOGUE, Rule, Rulebook};

const NOTES: &str = "\
The grant goes into your own policy, or with --system into /etc/sdocker/policy.toml; with --policy FILE before the verb
into that file. The rest of the file stays as it is.

Exit codes: 0 written, 1 not written, 2 usage";

pub(super) fn grammar() -> Command {
    let rule = Arg::new("rule").value_name("RULE").required(true).num_args(1..).help("The rules to lift");
    let image = Arg::new("image").long("image").value_name("IMAGE").required(true).num_args(1);
    let image = image.action(clap::ArgAction::Append).help("An image, or a pattern of full names; may be repeated");
    let until = Arg::new("for").long("for").value_name("TIME").help("How long: 30d, 8w; without it, until taken out");
    let who = Arg::new("who").long("who").value_name("WHO").action(clap::ArgAction::Append);
    let who = who.help("For NAME, uid:N, group:NAME or gid:N only; may be repeated");
    let reason =
        Arg::new("reason").long("reason").value_name("TEXT").required(true).help("Why, for who reads it later");
    Command::new("allow").about("Write a grant: rules that do not look at some images").after_help(NOTES).args([
        rule,
        image,
        until,
        who,
        reason,
        system_argument(),
    ])
}

pub(super) fn allow(invocation: &Invocation<'_>, matches: &ArgMatches) -> Result<u8, Failure> {
    let (_, places) = who_and_where(invocation)?;
    let grants = blocks(matches)?;
    let path = file(invocation, &places, matches.get_flag("system"))?;
    let name = path.display().to_string();
    let written = files::append(&path, places.uid, |old| {
        let new = extended(old, &grants);
        sound(&name, &new).map(|()| new)
    });
    let text = written.map_err(|why| refused(&name, why))?;
    let first = text.lines().count() - grants.lines().count() + 1;
    own::print(invocation, &format!("# {name}:{first}\n{grants}"))?;
    let idle = sound_book(&name, &text).map(|book| book.warnings(setting::today())).unwrap_or_default();
    for warning in idle {
        invocation.environment.complain(&format!("sdocker: warning: {}\n", clean(&warning.to_string())));
    }
    Ok(0)
}

/// The text of the grants, a block a rule.
///
/// # Errors
/// What makes no sense, by name.
fn blocks(matches: &ArgMatches) -> Result<String, Failure> {
    let words = |key: &str| matches.get_many::<String>(key).into_iter().flatten();
    let images = words("image").map(|text| pattern(text)).collect::<Result<Vec<_>, _>>()?;
    let who = words("who").map(|text| caller(text)).collect::<Result<Vec<_>, _>>()?;
    let scope = Scope { who: Some(who).filter(|who| !who.is_empty()), images: Some(images) };
    let until = matches.get_one::<String>("for").map(|text| last_day(text)).transpose()?;
    let reason = matches.get_one::<String>("reason").map_or("", String::as_str);
    if reason.trim().is_empty() {
        return Err(usage("`--reason` is empty; say why, for who reads it later"));
    }
    let block = |id: &String| match Rule::find(id) {
        Some(rule) => Ok(format!("[[grant]]\n{}", written_grant(rule.id.0, &scope, reason, until))),
        None => {
            let problem = Problem::new(format!("there is no rule `{id}`"));
            Err(usage(&problem.closest(id, CATALOGUE.iter().map(|rule| rule.id.0)).to_string()))
        }
    };
    Ok(words("rule").map(block).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

/// A pattern as it is, or the full name of what docker takes for an image.
fn pattern(text: &str) -> Result<ImagePattern, Failure> {
    let full_name = || {
        let image =
            ImageRef::parse(text).ok().filter(|image| image.digest.is_none() && !text.starts_with("sha256:"))?;
        let tag = image.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        ImagePattern::parse(&format!("{}{tag}", image.name()))
    };
    ImagePattern::parse(text).or_else(full_name).ok_or_else(|| {
        let instead = "name it by repository and tag, or write a pattern such as `docker.io/library/*`";
        usage(&format!("`{text}` can match no image's name; {instead}"))
    })
}

fn caller(text: &str) -> Result<Who, Failure> {
    let unknown = || usage(&format!("`{text}` is nobody: write NAME, uid:N, group:NAME or gid:N"));
    Who::parse(text).ok_or_else(unknown)
}

/// `30d` from today on, or `8w`.
fn last_day(text: &str) -> Result<Date, Failure> {
    let days = |digits: &str, factor: u32| digits.parse::<u32>().ok().and_then(|count| count.checked_mul(factor));
    let count = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(digits), _) => days(digits, 1),
        (_, Some(digits)) => days(digits, 7),
        _ => None,
    };
    let day = count.filter(|count| *count > 0).and_then(|count| setting::today().plus_days(count));
    day.ok_or_else(|| usage(&format!("`{text}` is no time from now on: write 30d or 8w")))
}

/// Which file is written.
///
/// # Errors
/// There is none that would count.
fn file(invocation: &Invocation<'_>, places: &Places, system: bool) -> Result<PathBuf, Failure> {
    if system {
        return target(places, true);
    }
    if places.system.symlink_metadata().is_ok() {
        let place = places.system.display();
        return Err(failed(format!(
            "the policy of this machine is in {place}, and only it can grant: sudo … --system"
        )));
    }
    match setting::choices(invocation).last() {
        None => target(places, false),
        Some(choice) => {
            let path = PathBuf::from(&choice.value);
            let words = format!("{} {}", choice.said_by, path.display());
            let instead = "grants are written into files: leave it out, or name one";
            if path.is_file() { Ok(path) } else { Err(failed(format!("{words} is no file that counts; {instead}"))) }
        }
    }
}

fn extended(old: &str, grants: &str) -> String {
    let gap = match old {
        "" => "",
        old if old.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{old}{gap}{grants}")
}

fn sound(name: &str, text: &str) -> Result<(), Problems> {
    sound_book(name, text).map(drop)
}

fn sound_book(name: &str, text: &str) -> Result<Rulebook, Problems> {
    Rulebook::load(Policy::owners(&[Source { name: name.into(), text: text.to_owned() }])?)
}

fn refused(name: &str, why: EditError) -> Failure {
    match why {
        EditError::Text(problems) => failed(format!("nothing is written, for {name} would have problems\n{problems}")),
        other => failed(other),
    }
}

fn usage(message: &str) -> Failure {
    Failure::Own { message: format!("sdocker: {message}"), code: USAGE }
}
