//! `[journal]`: where decisions are written, and how much of them is kept. It is no rule, and owner layers alone have it.

use std::path::{Component, Path, PathBuf};

use super::{Entry, FromNode, Problems, Settings, Table, Value};
use crate::request::sizes::Bytes;

/// The key of the table.
pub(super) const JOURNAL: &str = "journal";

/// The smallest file that is of use: a few of the largest records.
const SIZE_MIN: i64 = 1 << 20;
/// The file that is written to, and at least an older one.
const FILES_MIN: u32 = 2;
const FILES_MAX: u32 = 100;

/// What an owner says of the journal. Without a value the built-in one counts.
#[derive(Debug, Clone, Default)]
pub struct JournalSettings {
    /// The file that is written to.
    pub path: Option<JournalPath>,
    /// How large a file gets, in bytes.
    pub size: Option<u64>,
    /// How many files are kept.
    pub files: Option<u32>,
    /// As it was written.
    pub entry: Option<Entry>,
}

/// A file, perhaps below the home directory of whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalPath(String);

impl JournalPath {
    /// The file for somebody with that home directory; nothing where it is below one that is not there.
    #[must_use]
    pub fn of(&self, home: Option<&Path>) -> Option<PathBuf> {
        match self.0.strip_prefix("~/") {
            Some(below) => home.map(|home| home.join(below)),
            None => Some(PathBuf::from(&self.0)),
        }
    }
}

impl FromNode for JournalPath {
    const EXPECTED: &'static str = "the name of a file, absolute or below `~/`, without `..`";
    fn from_value(value: &Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let path = Path::new(text.strip_prefix('~').unwrap_or(&text));
        let plain = path.components().skip(1).all(|part| matches!(part, Component::Normal(_)));
        let names_a_file = path.file_name().is_some() && !text.ends_with('/');
        (path.is_absolute() && plain && names_a_file).then_some(Self(text))
    }
}

impl JournalSettings {
    /// Takes the table out of the merged ones.
    pub(super) fn take(table: &mut Table, problems: &mut Problems) -> Self {
        let Some(entry) = table.remove(JOURNAL) else { return Self::default() };
        let Some(mut settings) = Settings::of(JOURNAL, &entry, problems) else { return Self::default() };
        settings.only(&["path", "size", "files"]);
        let path = settings.get::<JournalPath>("path").map(|path| path.value);
        let size = settings.get::<Bytes>("size");
        if let Some(size) = size.as_ref().filter(|size| size.value.0 < SIZE_MIN) {
            settings.object(&size.spot, "`journal.size` is at least 1MiB");
        }
        let files = settings.get::<u32>("files");
        if let Some(files) = files.as_ref().filter(|files| !(FILES_MIN..=FILES_MAX).contains(&files.value)) {
            settings.object(&files.spot, format!("`journal.files` is {FILES_MIN} to {FILES_MAX}"));
        }
        let size = size.and_then(|size| u64::try_from(size.value.0).ok());
        Self { path, size, files: files.map(|files| files.value), entry: Some(entry) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, Layer, Policy, Source};
    use super::*;

    fn owner(text: &str) -> Result<Policy, String> {
        Policy::owners(&[Source { name: "p.toml".into(), text: text.to_owned() }]).map_err(|p| p.to_string())
    }

    #[test]
    fn it_is_merged_by_key_and_no_rule() {
        let file = |name: &str, text: &str| Layer::File(Source { name: name.into(), text: text.to_owned() });
        let layers = [
            file("a.toml", "[journal]\npath = \"~/x/j\"\nfiles = 3\n"),
            file("b.toml", "[journal]\nsize = \"2MiB\"\nfiles = 9\n"),
        ];
        let policy = Draft::of(&layers, &[]).finish().unwrap();
        let journal = policy.journal();
        assert_eq!((journal.size, journal.files), (Some(2 << 20), Some(9)));
        let path = journal.path.as_ref().unwrap();
        assert_eq!(path.of(Some(Path::new("/home/a"))), Some("/home/a/x/j".into()));
        assert_eq!(path.of(None), None);
        assert!(policy.entries().all(|(key, _)| key != JOURNAL));
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        let said = owner("[journal]\npath = \"x\"\nsize = 5\nfiles = 1\nwhere = 1\n").unwrap_err();
        for line in ["p.toml:2: `journal.path`", "p.toml:3: `journal.size`", "p.toml:4: `journal.files`", "p.toml:5: "]
        {
            assert!(said.contains(line), "{line}\n--\n{said}");
        }
        for bad in ["~", "~x/y", "/", "/x/", "/x/../y", ""] {
            assert!(owner(&format!("[journal]\npath = \"{bad}\"\n")).is_err(), "{bad}");
        }
        assert!(owner("journal = 1\n").unwrap_err().contains("`journal` is a table"));
    }

    #[test]
    fn a_guest_does_not_have_it() {
        let guest = Layer::File(Source { name: "g.toml".into(), text: "[journal]\nfiles = 3\n".into() });
        let said = Draft::of(&[], &[guest]).finish().unwrap_err().to_string();
        assert!(said.contains("g.toml:1: `[journal]` is for the owner"), "{said}");
    }
}
