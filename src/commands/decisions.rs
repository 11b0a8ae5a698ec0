//! `sdocker log`: what was decided, from the journal.

use std::io::ErrorKind;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::failure::Failure;
use super::{Invocation, own, setting};
use crate::files;
use crate::journal::{Journal, Outcome, Reader, Record};
use crate::report::clean;
use crate::request::{Action, ImageRef, json_line};
use crate::rules::CATALOGUE;

const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// How long `--follow` sleeps before it looks again.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) fn grammar() -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let value = |name: &'static str, of: &'static str| Arg::new(name).long(name).value_name(of);
    Command::new("log")
        .about("Show what was decided, from the journal")
        .after_help("Exit codes: 0 shown, 1 the journal cannot be read, 2 usage")
        .arg(switch("denied").help("Only refusals"))
        .arg(value("since", "WHEN").help("Not before: 10m, 2h, 3d ago, or a date like 2027-03-31 (UTC)"))
        .arg(value("rule", "ID").help("Only where this rule said something"))
        .arg(value("image", "IMAGE").help("Only of this image, by name (with any tag, unless one is given) or id"))
        .arg(switch("follow").short('f').help("Go on with what is decided from now on"))
        .arg(own::format())
}

pub(super) fn log(invocation: &Invocation<'_>) -> Result<u8, Failure> {
    let Some(matches) = own::parse(invocation, grammar())? else { return Ok(0) };
    let wanted = Wanted::of(&matches, Timestamp::now())?;
    let show = if own::is_json(&matches) { json_line } else { |record: &Record| Ok(line(record)) };
    let journal = journal(invocation)?;
    let mut reader = journal.read().map_err(|why| unreadable(&journal, &why))?;
    loop {
        while let Some(record) = next(&mut reader, &journal)? {
            if !wanted.holds(&record) {
                continue;
            }
            let text = show(&record).map_err(|why| failed(why.to_string()))?;
            match invocation.environment.print(&format!("{text}\n")) {
                // Whoever reads has seen enough.
                Err(why) if why.kind() == ErrorKind::BrokenPipe => return Ok(0),
                printed => printed.map_err(|why| failed(format!("write /dev/stdout: {why}")))?,
            }
        }
        if !matches.get_flag("follow") {
            warn_of_broken(invocation, &reader);
            return Ok(0);
        }
        std::thread::sleep(PAUSE);
    }
}

/// The caller's own journal, also where the rest of the policy has problems.
///
/// # Errors
/// A caller without a home.
pub(super) fn journal(invocation: &Invocation<'_>) -> Result<Journal, Failure> {
    let (caller, places) = setting::who_and_where(invocation)?;
    let policy = files::find_policy(&places, &setting::choices(invocation)).draft.policy;
    let found = setting::journal(invocation.environment, &caller, policy.journal());
    found.ok_or_else(|| failed(format!("{}, so there is no journal; set XDG_STATE_HOME", setting::NO_JOURNAL)))
}

pub(super) fn next(reader: &mut Reader<'_>, journal: &Journal) -> Result<Option<Record>, Failure> {
    reader.next_record().map_err(|why| unreadable(journal, &why))
}

pub(super) fn unreadable(journal: &Journal, why: &std::io::Error) -> Failure {
    failed(format!("cannot read the journal {}: {why}", journal.path().display()))
}

pub(super) fn failed(message: String) -> Failure {
    Failure::Own { message: format!("sdocker: {message}"), code: FAILED }
}

pub(super) fn warn_of_broken(invocation: &Invocation<'_>, reader: &Reader<'_>) {
    if reader.broken() > 0 {
        let text = format!("sdocker: warning: lines of the journal that are no records: {}\n", reader.broken());
        invocation.environment.complain(&text);
    }
}

/// Which records are asked for.
#[derive(Debug, Default)]
struct Wanted {
    denied: bool,
    since: Option<Timestamp>,
    rule: Option<String>,
    image: Option<String>,
}

impl Wanted {
    fn of(matches: &ArgMatches, now: Timestamp) -> Result<Self, Failure> {
        let text = |name| matches.get_one::<String>(name).cloned();
        let mistaken = |message: String| Failure::Own { message: format!("sdocker: {message}"), code: USAGE };
        let since = text("since").map(|when| {
            let no_time = || mistaken(format!("`{when}` is no time: write 10m, 2h, 3d or a date like 2027-03-31"));
            moment(&when, now).ok_or_else(no_time)
        });
        let rule = text("rule");
        if let Some(id) = rule.as_ref().filter(|id| CATALOGUE.iter().all(|rule| **id != rule.id.0)) {
            return Err(mistaken(format!("there is no rule `{id}`; `sdocker explain` lists them")));
        }
        Ok(Self { denied: matches.get_flag("denied"), since: since.transpose()?, rule, image: text("image") })
    }

    fn holds(&self, record: &Record) -> bool {
        let of_rule = |id: &String| {
            record.findings.iter().any(|finding| finding.rule == *id) || record.rewrites.iter().any(|r| r.rule == *id)
        };
        (!self.denied || record.verdict == Outcome::Refused)
            && self.since.is_none_or(|since| record.time >= since)
            && self.rule.as_ref().is_none_or(of_rule)
            && self.image.as_ref().is_none_or(|image| is_of(record, image))
    }
}

/// Whether a record is about an image: the same name, and the same tag or digest where one is wanted; or its id.
fn is_of(record: &Record, wanted: &str) -> bool {
    let is_id =
        |id: &String| id.starts_with(wanted) || id.strip_prefix("sha256:").is_some_and(|id| id.starts_with(wanted));
    let hex = wanted.strip_prefix("sha256:").unwrap_or(wanted);
    if hex.len() >= 12 && hex.bytes().all(|b| b.is_ascii_hexdigit()) && record.image_id.as_ref().is_some_and(is_id) {
        return true;
    }
    match (ImageRef::parse(&record.image), ImageRef::parse(wanted)) {
        (Ok(found), Ok(wanted)) => {
            let any = wanted.tag.is_none() && wanted.digest.is_none();
            let same = || found.tag_or_latest() == wanted.tag_or_latest() && found.digest == wanted.digest;
            found.name() == wanted.name() && (any || same())
        }
        _ => record.image == wanted,
    }
}

/// A time ago (`90s`, `1h30m`, `3d`, `2w`), a date, or a date with a time; UTC where no offset is given.
fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    let utc = |date: DateTime| TimeZone::UTC.to_timestamp(date).ok();
    if let Some(ago) = ago(text) {
        return now.checked_sub(ago).ok();
    }
    if let Ok(date) = text.parse::<Date>().map(|date| date.to_datetime(jiff::civil::Time::midnight()))
        && !text.contains(['T', 't', ' '])
    {
        return utc(date);
    }
    text.parse::<Timestamp>().ok().or_else(|| utc(text.parse::<DateTime>().ok()?))
}

fn ago(text: &str) -> Option<SignedDuration> {
    let (mut rest, mut seconds) = (text, 0_i64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest.get(..digits)?.parse().ok()?;
        let mut after = rest.get(digits..)?.chars();
        let unit = match after.next()? {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 24 * 3600,
            'w' => 7 * 24 * 3600,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        rest = after.as_str();
    }
    (!text.is_empty()).then(|| SignedDuration::from_secs(seconds))
}

/// A record for people: when, what came of it, who, what, and which rules said something.
fn line(record: &Record) -> String {
    let verdict = match record.verdict {
        Outcome::Approved => "approved",
        Outcome::Refused => "refused",
    };
    let mut rules: Vec<String> = Vec::new();
    for finding in record.findings.iter().filter(|finding| finding.action != Action::Allow) {
        let said = format!("{} {}", clean(&finding.rule), finding.action.name());
        if !rules.contains(&said) {
            rules.push(said);
        }
    }
    let (who, verb, image) = (record.who(), clean(&record.verb), clean(&record.image));
    let text = format!("{:.0}  {verdict:8}  {who:10}  {verb:6}  {image:24}  {}", record.time, rules.join(", "));
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Subject;
    use crate::request::{Caller, Origin, Remark};

    fn record(image: &str, image_id: Option<&str>, rule: &str) -> Record {
        let caller = Caller { name: Some("alice".into()), ..Caller::numbered(1000, 1000) };
        let subject =
            Subject { caller: &caller, verb: "run", image, image_id, granted: &[], policy: 1, took: Duration::ZERO };
        let remark = Remark {
            rule: rule.into(),
            action: Action::Deny,
            message: "m".into(),
            at: Origin::BuiltIn,
            label: String::new(),
            policy: None,
            help: vec![],
        };
        Record::new(Timestamp::UNIX_EPOCH, subject, vec![remark.clone(), remark], None, vec![])
    }

    #[test]
    fn times_are_spans_dates_or_moments() {
        let now: Timestamp = "2027-03-31T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("90s", "2027-03-31T11:58:30Z"),
            ("10m", "2027-03-31T11:50:00Z"),
            ("1h30m", "2027-03-31T10:30:00Z"),
            ("3d", "2027-03-28T12:00:00Z"),
            ("2w", "2027-03-17T12:00:00Z"),
            ("2027-03-01", "2027-03-01T00:00:00Z"),
            ("2027-03-01T10:30", "2027-03-01T10:30:00Z"),
            ("2027-03-01T10:30:00+02:00", "2027-03-01T08:30:00Z"),
        ] {
            assert_eq!(moment(text, now).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "10", "m", "1y", "yesterday", "-3d", "99999999999999999999d", "9223372036854775807w", "2027-13-01"]
        {
            assert_eq!(moment(text, now), None, "{text}");
        }
    }

    #[test]
    fn an_image_is_found_by_name_tag_or_id() {
        let id = format!("sha256:{}", "0123456789ab".repeat(5));
        let record = record("alpine:3.20", Some(&id), "user");
        for wanted in ["alpine", "docker.io/library/alpine", "alpine:3.20", "0123456789ab", "sha256:0123456789ab", &id]
        {
            assert!(is_of(&record, wanted), "{wanted}");
        }
        for wanted in ["alpine:latest", "alpin", "evil/alpine", "0123", "ba9876543210"] {
            assert!(!is_of(&record, wanted), "{wanted}");
        }
    }

    #[test]
    fn every_condition_must_hold() {
        let record = record("alpine", None, "user");
        let wanted = |rule: &str, since: &str| Wanted {
            denied: true,
            since: Some(since.parse().unwrap()),
            rule: Some(rule.to_owned()),
            image: None,
        };
        assert!(wanted("user", "1970-01-01T00:00:00Z").holds(&record));
        assert!(!wanted("cpus", "1970-01-01T00:00:00Z").holds(&record));
        assert!(!wanted("user", "1970-01-01T00:00:01Z").holds(&record));
    }

    #[test]
    fn a_line_names_each_rule_once_and_moves_no_cursor() {
        let text = line(&record("a\u{1b}[2J", None, "user"));
        assert_eq!(text, "1970-01-01T00:00:00Z  refused   alice       run     a\\u{1b}[2J                user deny");
    }
}
