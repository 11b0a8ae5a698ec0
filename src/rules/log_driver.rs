//! Where a container's output goes, and how much of it is kept.

use super::glob::{List, listed};
use super::{Breach, Case, Check, Fill, Opinion, Rule};
use crate::policy::{Glob, Key, Setting, Settings, Takes};
use crate::request::sizes::Bytes;
use crate::request::wire::LogConfig;
use crate::request::{Change, Needs, PolicySpot, Request, RuleId, member};

pub(super) const RULE: Rule = Rule {
    id: RuleId("log-driver"),
    doc: "\
## What
A container asks for a log driver outside `allow` or for an option outside `options`, or wants more of its output kept than
`max-size` a file and `max-files` files. Where nothing is said of it, `default-size` and `default-files` are filled in for
the drivers that keep files, `json-file` and `local`.

## Why
Log drivers run in the engine, as root: an option can make it connect to any socket or address, or read any file. `none`
leaves no trace, and a log without bound fills the disk.

## Instead
Leave the driver out, and bound the log: `--log-opt max-size=50m --log-opt max-file=3`.
",
    fields: &["HostConfig.LogConfig"],
    keys: &[
        Key::free("allow", Takes::Texts, "drivers that may be asked for"),
        Key::free("options", Takes::Texts, "options that may be given"),
        Key::free("default-size", Takes::Size, "of a file of the log, where nothing is said"),
        Key::free("default-files", Takes::Whole, "files of the log, where nothing is said"),
        Key::max("max-size", Takes::Size, "the largest file of a log"),
        Key::max("max-files", Takes::Whole, "the most files of a log"),
    ],
    open_keys: &[],
    silence: "no driver, no `max-size`, no `max-file`",
    breach: "a driver outside `allow`, an option outside `options`, a size or number above the bound",
    rewrites: true,
    sources: &["CIS Docker 2.13", "OWASP Docker rule 10"],
    load,
};

const TYPE: &str = "/HostConfig/LogConfig/Type";
const CONFIG: &str = "/HostConfig/LogConfig/Config";
const SIZE: &str = "max-size";
const FILES: &str = "max-file";
/// Drivers that keep files of a bounded size and number.
const KEEP_FILES: [&str; 2] = ["json-file", "local"];

#[derive(Debug)]
struct LogDriver {
    allow: List<Glob>,
    options: List<Glob>,
    default_size: Option<Setting<Bytes>>,
    default_files: Option<Setting<u32>>,
    max_size: Option<Setting<Bytes>>,
    max_files: Option<Setting<u32>>,
}

fn load(settings: &mut Settings<'_>) -> Option<Box<dyn Check>> {
    let rule = LogDriver {
        allow: settings.list("allow"),
        options: settings.list("options"),
        default_size: settings.get("default-size"),
        default_files: settings.get("default-files"),
        max_size: settings.get("max-size"),
        max_files: settings.get("max-files"),
    };
    for files in [&rule.default_files, &rule.max_files].into_iter().flatten().filter(|files| files.value == 0) {
        settings.object(&files.spot, "a log has at least one file");
    }
    if let (Some(default), Some(max)) = (&rule.default_size, &rule.max_size)
        && default.value > max.value
    {
        settings.object(&default.spot, format!("the default {} is above the max {}", default.value, max.value));
    }
    if let (Some(default), Some(max)) = (&rule.default_files, &rule.max_files)
        && default.value > max.value
    {
        settings.object(&default.spot, format!("the default {} is above the max {}", default.value, max.value));
    }
    Some(Box::new(rule))
}

impl Check for LogDriver {
    fn needs(&self, request: &Request, _looks: bool) -> Needs {
        let log = &request.body.host_config.log_config;
        Needs {
            info: log.kind.is_empty() && self.silence().is_some() && !log.config.contains_key(SIZE),
            ..Needs::default()
        }
    }

    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let log = &case.request.body.host_config.log_config;
        self.driver(&log.kind, out);
        for (name, text) in &log.config {
            self.option(name, text, out);
        }
        self.fill(log, case, out);
    }
}

impl LogDriver {
    /// What a silence about the size becomes; without bound it would be out of bounds.
    fn silence(&self) -> Option<&Setting<Bytes>> {
        self.default_size.as_ref().or(self.max_size.as_ref())
    }

    fn driver(&self, kind: &str, out: &mut Opinion) {
        let Some(allow) = &self.allow else { return };
        if kind.is_empty() || allow.value.iter().any(|entry| entry.value.matches(kind)) {
            return;
        }
        let message = match kind {
            "none" => "nothing of what the container says would be kept".to_owned(),
            kind => format!("the log driver `{kind}` is not among those that are allowed"),
        };
        let help = match listed(allow.value.iter().map(|entry| entry.value.as_str())) {
            Some(names) => format!("leave it out, or use one of {names}"),
            None => "leave it out".to_owned(),
        };
        out.breach(Breach::new(TYPE, message).bound(&allow.spot).help(help));
    }

    fn option(&self, name: &str, text: &str, out: &mut Opinion) {
        let pointer = member(CONFIG, name);
        if let Some(options) = self.options.as_ref().filter(|list| !list.value.iter().any(|e| e.value.matches(name))) {
            let breach = Breach::new(pointer, format!("the log option `{name}` is not among those that are allowed"));
            return out.breach(breach.bound(&options.spot).help("leave it out"));
        }
        let (most, spot): (String, &PolicySpot) = match name {
            SIZE => match &self.max_size {
                Some(max) if Bytes::human(text).is_none_or(|size| size > max.value) => {
                    (max.value.to_string(), &max.spot)
                }
                _ => return,
            },
            FILES => match &self.max_files {
                Some(max) if text.parse::<u32>().map_or(true, |files| files == 0 || files > max.value) => {
                    (max.value.to_string(), &max.spot)
                }
                _ => return,
            },
            _ => return,
        };
        let meaning = format!("--log-opt {name}={most}");
        let breach = Breach::new(pointer.clone(), format!("`{name}={text}`, where {most} is allowed")).bound(spot);
        let breach = breach.help(format!("ask for at most `{meaning}`"));
        out.breach(breach.nearest(vec![Change::Set(pointer, most.into())], meaning));
    }

    /// Fills a silence about the size, for a driver that takes one; the number of files only where nothing is said of
    /// either, since a size alone means one file.
    fn fill(&self, log: &LogConfig, case: &Case<'_>, out: &mut Opinion) {
        let Some(size) = self.silence().filter(|_| !log.config.contains_key(SIZE)) else { return };
        let driver = if log.kind.is_empty() {
            match case.facts.info.known() {
                Ok(info) => &info.logging_driver,
                Err(why) => return out.unknown(TYPE, "the engine's log driver", &why),
            }
        } else {
            &log.kind
        };
        if !KEEP_FILES.contains(&driver.as_str()) {
            return;
        }
        let mut changes = vec![Change::Set(format!("{CONFIG}/{SIZE}"), size.value.to_string().into())];
        let mut meaning = format!("--log-opt {SIZE}={}", size.value);
        if let Some(files) = self.default_files.as_ref().filter(|_| !log.config.contains_key(FILES)) {
            changes.push(Change::Set(format!("{CONFIG}/{FILES}"), files.value.to_string().into()));
            meaning.push_str(&format!(" --log-opt {FILES}={}", files.value));
        }
        out.fill(Fill { changes, meaning, spot: size.spot.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, asking, facts};
    use super::*;
    use crate::request::{Fact, apply};

    const TABLE: &str = "action = \"rewrite\"
allow = [\"json-file\", \"local\", \"journald\"]
options = [\"max-size\", \"max-file\", \"tag\", \"labels*\"]
default-size = \"20m\"\ndefault-files = 5\nmax-size = \"100m\"\nmax-files = 10";

    fn asks(kind: &str, config: &[(&str, &str)]) -> String {
        let config = config.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Bench::new(&RULE, TABLE).of(|body| body.host_config.log_config = LogConfig { kind: kind.to_owned(), config })
    }

    const FILL: &str = "fill: --log-opt max-size=20m --log-opt max-file=5";

    #[test]
    fn a_log_of_files_is_bounded() {
        assert_eq!(asks("", &[]), FILL);
        assert_eq!(asks("local", &[]), FILL);
        assert_eq!(asks("json-file", &[("tag", "x")]), FILL);
        assert_eq!(asks("", &[("max-file", "3")]), "fill: --log-opt max-size=20m");
        assert_eq!(asks("", &[("max-size", "10m")]), "pass");
    }

    #[test]
    fn a_driver_that_keeps_no_files_is_told_nothing_of_them() {
        assert_eq!(asks("journald", &[]), "pass");
        let mut facts = facts();
        if let Fact::Known(info) = &mut facts.info {
            info.logging_driver = "syslog".to_owned();
        }
        assert_eq!(Bench::new(&RULE, TABLE).says(&asking(|_| {}), &facts), "pass", "the engine's own choice");
    }

    #[test]
    fn drivers_that_leave_the_machine_or_no_trace_are_refused() {
        for kind in ["none", "syslog", "fluentd", "splunk", "gelf", "awslogs", "JSON-FILE", "vendor/plugin:1"] {
            assert_eq!(asks(kind, &[]), "deny", "{kind}");
        }
    }

    #[test]
    fn options_must_be_listed() {
        for name in ["fluentd-address", "syslog-address", "splunk-capath", "cache-max-size", "mode", ""] {
            assert_eq!(asks("journald", &[(name, "unix:///run/docker.sock")]), "deny", "{name}");
        }
        assert_eq!(asks("journald", &[("labels-regex", "^a")]), "pass");
    }

    #[test]
    fn no_bound_and_too_much_are_lowered() {
        for size in ["-1", "0", "1g", "much", "", "100.5m"] {
            assert_eq!(asks("", &[("max-size", size)]), "rewrite: --log-opt max-size=100m", "{size}");
        }
        let files = |count| asks("", &[("max-size", "1m"), ("max-file", count)]);
        assert_eq!(files("11"), "rewrite: --log-opt max-file=10");
        assert_eq!(files("0"), "rewrite: --log-opt max-file=10");
        assert_eq!(files("-1"), "rewrite: --log-opt max-file=10");
        assert_eq!(files("10"), "pass");
    }

    #[test]
    fn what_was_filled_stands() {
        let mut request = asking(|_| {});
        let bench = Bench::new(&RULE, TABLE);
        let outcome = bench.outcome(&request, &facts());
        apply(&mut request, &outcome.rewrites).unwrap();
        assert_eq!(request.body.host_config.log_config.kind, "");
        assert_eq!(bench.says(&request, &facts()), "pass");
    }
}
