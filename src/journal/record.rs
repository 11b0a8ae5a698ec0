//! One decision as it is written: a JSON object on a line of its own.
//!
//! | member | what |
//! |---|---|
//! | `v` | 1; a later number means that a member changed its meaning. New members alone do not change it |
//! | `time` | RFC 3339, UTC, milliseconds |
//! | `caller` | `uid`, `gid`, and `name` where the system knows one |
//! | `verb` | `run`, `create` |
//! | `image`, `image_id` | as it was typed; `sha256:…` where it was learned |
//! | `verdict` | `approved` or `refused` |
//! | `findings` | `rule`, `action` (`warn`, `rewrite`, `deny`), `message`, `at` (where it was asked for), `label`, `policy` (`file`, `line`, `text`), `help` |
//! | `more` | how many findings are left out; absent for none |
//! | `rewrites` | `rule`, and `to`: what was filled in or changed, in docker's words |
//! | `granted` | the policy's lines with the grants that lifted rules; absent for none |
//! | `policy` | a digest of the policy's texts |
//! | `micros` | how long it took to decide |
//! | `argv` | the command line without secrets, shortened; absent for what came over a socket |
//!
//! `at` is one of `{"token":{"index","bytes"}}` (a word of `argv`), `{"pointer"}`, `{"line":{"path","line"}}`, `{"image"}`,
//! `{"policy"}`, `"built-in"`.

use serde::{Deserialize, Serialize};

use crate::request::{Caller, PolicySpot, Remark, Rewrite, clean, secrets};

/// The shape that is written here, and the newest that is read.
pub const VERSION: u32 = 1;

/// More findings than this are counted, not kept.
const FINDINGS_MAX: usize = 32;
/// Bytes that are kept of a message, an image's name and the like.
const TEXT_MAX: usize = 2048;

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`]
    pub v: u32,
    /// When it was made.
    #[serde(with = "milliseconds")]
    pub time: jiff::Timestamp,
    /// Who asked.
    pub caller: Who,
    /// The verb: `run`, `create`.
    pub verb: String,
    /// The image as it was typed.
    pub image: String,
    /// Its id, where it was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// What came of it.
    pub verdict: Outcome,
    /// Everything that rules said.
    pub findings: Vec<Remark>,
    /// Findings that were left out.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
    /// What was filled in or changed.
    pub rewrites: Vec<Changed>,
    /// The grants that lifted rules, by the policy's lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub granted: Vec<String>,
    /// The policy's digest, in hexadecimal.
    pub policy: String,
    /// How long it took to decide, in microseconds.
    pub micros: u64,
    /// The command line without secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub argv: Vec<String>,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// Login name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It ran, perhaps changed.
    Approved,
    /// It did not.
    Refused,
}

/// One rewrite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Whose.
    pub rule: String,
    /// What it means in docker's words: `--cpus 1`.
    pub to: String,
}

/// What a decision was about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Who asked.
    pub caller: &'a Caller,
    /// The verb: `run`, `create`.
    pub verb: &'a str,
    /// The image as it was typed.
    pub image: &'a str,
    /// Its id, where it was learned.
    pub image_id: Option<&'a str>,
    /// The grants that lifted rules.
    pub granted: &'a [PolicySpot],
    /// The policy's digest.
    pub policy: u64,
    /// How long it took to decide.
    pub took: std::time::Duration,
}

impl Record {
    /// A decision at a time; without rewrites it was a refusal. `argv` holds no secrets any more.
    #[must_use]
    pub fn new(
        now: jiff::Timestamp,
        subject: Subject<'_>,
        mut findings: Vec<Remark>,
        rewrites: Option<&[Rewrite]>,
        argv: Vec<String>,
    ) -> Self {
        let Subject { caller, verb, image, image_id, granted, policy, took } = subject;
        let more = findings.len().saturating_sub(FINDINGS_MAX);
        findings.truncate(FINDINGS_MAX);
        findings.iter_mut().for_each(shorten);
        let changed = |r: &Rewrite| Changed { rule: r.rule.0.to_owned(), to: secrets::masked(&r.meaning) };
        Self {
            v: VERSION,
            time: now,
            caller: Who { uid: caller.uid, gid: caller.gid, name: caller.name.clone() },
            verb: verb.to_owned(),
            image: shortened(image),
            image_id: image_id.map(str::to_owned),
            verdict: if rewrites.is_some() { Outcome::Approved } else { Outcome::Refused },
            findings,
            more,
            rewrites: rewrites.into_iter().flatten().map(changed).collect(),
            granted: granted.iter().map(|spot| shortened(&spot.to_string())).collect(),
            policy: format!("{policy:016x}"),
            micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            argv,
        }
    }

    /// Who asked, for people: the login name, else the number.
    #[must_use]
    pub fn who(&self) -> String {
        self.caller.name.as_deref().map_or_else(|| format!("uid {}", self.caller.uid), clean)
    }
}

fn shorten(remark: &mut Remark) {
    remark.message = shortened(&remark.message);
    remark.help.iter_mut().for_each(|help| *help = shortened(help));
}

fn shortened(text: &str) -> String {
    if text.len() <= TEXT_MAX {
        return text.to_owned();
    }
    let end = (0..=TEXT_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Times with three digits behind the second: what is read is what was written, and both sort as text.
mod milliseconds {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(time: &jiff::Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{time:.3}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<jiff::Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Action, Finding, Origin, RuleId};

    #[test]
    fn the_shape_is_what_is_documented() {
        let caller = Caller { name: Some("alice".into()), ..Caller::numbered(1000, 100) };
        let took = std::time::Duration::from_micros(7);
        let subject = Subject {
            caller: &caller,
            verb: "run",
            image: "alpine",
            image_id: Some("sha256:1"),
            granted: &[],
            policy: 1,
            took,
        };
        let finding = Finding {
            rule: RuleId("privileged"),
            action: Action::Deny,
            message: "too much".to_owned(),
            primary: (Origin::Token { index: 2, bytes: 0..12 }, "asked for here"),
            related: None,
            help: vec![],
            unlearned: false,
        };
        let argv = vec!["sdocker".to_owned(), "run".to_owned(), "--privileged".to_owned(), "alpine".to_owned()];
        let record = Record::new(jiff::Timestamp::UNIX_EPOCH, subject, vec![(&finding).into()], None, argv);
        let text = serde_json::to_string(&record).unwrap();
        let expected = concat!(
            r#"{"v":1,"time":"1970-01-01T00:00:00.000Z","caller":{"uid":1000,"gid":100,"name":"alice"},"verb":"run","#,
            r#""image":"alpine","image_id":"sha256:1","verdict":"refused","findings":[{"rule":"privileged","#,
            r#""action":"deny","message":"too much","at":{"token":{"index":2,"bytes":{"start":0,"end":12}}},"#,
            r#""label":"asked for here"}],"rewrites":[],"policy":"0000000000000001","micros":7,"#,
            r#""argv":["sdocker","run","--privileged","alpine"]}"#
        );
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }

    #[test]
    fn no_record_is_large_whatever_was_asked() {
        let caller = Caller::numbered(1, 1);
        let image = "é".repeat(100_000);
        let took = std::time::Duration::ZERO;
        let subject =
            Subject { caller: &caller, verb: "run", image: &image, image_id: None, granted: &[], policy: 1, took };
        let remark = Remark {
            rule: "r".into(),
            action: Action::Deny,
            message: "m".repeat(100_000),
            at: Origin::BuiltIn,
            label: String::new(),
            policy: None,
            help: vec!["h".repeat(100_000)],
        };
        let record = Record::new(jiff::Timestamp::UNIX_EPOCH, subject, vec![remark; 1000], Some(&[]), vec![]);
        assert_eq!((record.more, record.verdict), (1000 - FINDINGS_MAX, Outcome::Approved));
        assert!(serde_json::to_string(&record).unwrap().len() < 200_000);
    }
}
