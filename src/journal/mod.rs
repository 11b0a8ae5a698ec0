//! The append-only record of decisions: one JSON object a line.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::request::{Caller, Finding, Rewrite};

/// One decision.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    time: String,
    caller: Who<'a>,
    verb: &'a str,
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_id: Option<&'a str>,
    verdict: &'static str,
    findings: Vec<Said<'a>>,
    rewrites: Vec<Changed<'a>>,
    policy: String,
    micros: u128,
}

#[derive(Debug, Serialize)]
struct Who<'a> {
    uid: u32,
    gid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Said<'a> {
    rule: &'static str,
    action: &'static str,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct Changed<'a> {
    rule: &'static str,
    to: &'a str,
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
    /// The policy's digest.
    pub policy: u64,
    /// How long it took to decide.
    pub took: std::time::Duration,
}

impl<'a> Record<'a> {
    /// A decision at a time.
    #[must_use]
    pub fn new(
        now: jiff::Timestamp,
        subject: Subject<'a>,
        findings: &'a [Finding],
        rewrites: Option<&'a [Rewrite]>,
    ) -> Self {
        let Subject { caller, verb, image, image_id, policy, took } = subject;
        let said = |f: &'a Finding| Said { rule: f.rule.0, action: f.action.name(), message: &f.message };
        let changed = |r: &'a Rewrite| Changed { rule: r.rule.0, to: &r.meaning };
        Self {
            time: format!("{now:.3}"),
            caller: Who { uid: caller.uid, gid: caller.gid, name: caller.name.as_deref() },
            verb,
            image,
            image_id,
            verdict: if rewrites.is_some() { "approved" } else { "refused" },
            findings: findings.iter().map(said).collect(),
            rewrites: rewrites.into_iter().flatten().map(changed).collect(),
            policy: format!("{policy:016x}"),
            micros: took.as_micros(),
        }
    }
}

/// Why a decision could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file or its directory.
    #[error("cannot write the journal {path}: {why}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: std::io::Error,
    },
    /// The record is not representable.
    #[error("cannot write the journal: {0}")]
    Encode(#[from] serde_json::Error),
}

/// Appends one line in one write, so that processes at the same time do not mix their lines. The file and a directory
/// made for it are readable only by their owner.
///
/// # Errors
/// [`JournalError`]; nothing is half written by us.
pub fn append(path: &Path, record: &Record<'_>) -> Result<(), JournalError> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    let write = || {
        if let Some(directory) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        file.write_all(&line)
    };
    write().map_err(|why| JournalError::Write { path: path.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_record_is_one_line_that_only_its_owner_reads() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("new/journal.jsonl");
        let caller = Caller { name: Some("alice".into()), ..Caller::numbered(1000, 1000) };
        let took = std::time::Duration::from_micros(7);
        let subject = Subject { caller: &caller, verb: "run", image: "a\nb", image_id: None, policy: 1, took };
        let record = Record::new(jiff::Timestamp::UNIX_EPOCH, subject, &[], Some(&[]));
        append(&path, &record).unwrap();
        append(&path, &record).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2);
        let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(line["time"], "1970-01-01T00:00:00.000Z");
        assert_eq!((&line["verdict"], &line["image"]), (&"approved".into(), &"a\nb".into()));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_written_is_said_with_its_path() {
        let caller = Caller::numbered(1, 1);
        let took = std::time::Duration::ZERO;
        let subject = Subject { caller: &caller, verb: "run", image: "a", image_id: None, policy: 1, took };
        let record = Record::new(jiff::Timestamp::UNIX_EPOCH, subject, &[], None);
        let error = append(Path::new("/dev/null/x/journal"), &record).unwrap_err().to_string();
        assert!(error.starts_with("cannot write the journal /dev/null/x/journal: "), "{error}");
    }
}
