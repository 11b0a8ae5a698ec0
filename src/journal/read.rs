//! Reading the journal: from the oldest file to the newest, and on as it grows.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use super::file::identity;
use super::{Journal, Record, VERSION};

/// Longer lines are none of ours.
const LINE_MAX: usize = 1 << 20;

/// Goes through a journal. A line that is no record is counted and passed over.
#[derive(Debug)]
pub struct Reader<'j> {
    journal: &'j Journal,
    files: VecDeque<Part>,
    broken: u64,
}

/// One file, as far as it has been read.
#[derive(Debug)]
struct Part {
    file: BufReader<File>,
    /// The beginning of a line that has no end yet.
    begun: Vec<u8>,
    /// The line is too long and passed over.
    passing: bool,
}

impl Journal {
    /// From the oldest record on.
    ///
    /// # Errors
    /// The system's words; a journal that is not there is empty.
    pub fn read(&self) -> io::Result<Reader<'_>> {
        let files = self.open_all()?.into_iter().map(Part::new).collect();
        Ok(Reader { journal: self, files, broken: 0 })
    }
}

impl Reader<'_> {
    /// The next record; nothing where there is none yet. Asked again later, it goes on with what was written since.
    ///
    /// # Errors
    /// The system's words.
    pub fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            let is_last = self.files.len() == 1;
            let Some(part) = self.files.front_mut() else {
                self.files = self.journal.open_all()?.into_iter().map(Part::new).collect();
                if self.files.is_empty() {
                    return Ok(None);
                }
                continue;
            };
            match part.line()? {
                Some(line) => match record(&line) {
                    Some(record) => return Ok(Some(record)),
                    None => self.broken += u64::from(!line.trim_ascii().is_empty()),
                },
                None if !is_last => self.leave(),
                None if self.journal.is_current(part.file.get_ref())? => return Ok(None),
                // Moved on after its end was seen: there may be lines that were not, and there are newer files.
                None if self.find_newer()? => {}
                None => return Ok(None),
            }
        }
    }

    /// How many lines were no records.
    #[must_use]
    pub fn broken(&self) -> u64 {
        self.broken
    }

    /// Goes on to the next file: nothing is written to this one any more.
    fn leave(&mut self) {
        let left = self.files.pop_front();
        self.broken += u64::from(left.is_some_and(|part| !part.begun.is_empty()));
    }

    /// Adds the files that are newer than the one being read.
    fn find_newer(&mut self) -> io::Result<bool> {
        let Some(part) = self.files.front() else { return Ok(false) };
        let own = identity(part.file.get_ref())?;
        let mut found = self.journal.open_all()?;
        for at in 0..found.len() {
            if found.get(at).map(identity).transpose()? == Some(own) {
                found.drain(..=at);
                break;
            }
        }
        let is_any = !found.is_empty();
        self.files.extend(found.into_iter().map(Part::new));
        Ok(is_any)
    }
}

impl Part {
    fn new(file: File) -> Self {
        Self { file: BufReader::new(file), begun: Vec::new(), passing: false }
    }

    /// A whole line without its end; nothing at the end of what is there.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let room = (LINE_MAX + 1).saturating_sub(self.begun.len());
            let read = self.file.by_ref().take(room as u64).read_until(b'\n', &mut self.begun)?;
            if self.begun.last() == Some(&b'\n') {
                let mut line = std::mem::take(&mut self.begun);
                line.pop();
                // What is passed over counts as one broken line.
                return Ok(Some(if std::mem::take(&mut self.passing) { b"?".to_vec() } else { line }));
            }
            if read == 0 {
                return Ok(None);
            }
            if self.begun.len() > LINE_MAX {
                self.begun.clear();
                self.passing = true;
            }
        }
    }
}

/// A record of a shape that is known here.
fn record(line: &[u8]) -> Option<Record> {
    serde_json::from_slice::<Record>(line).ok().filter(|record| record.v == VERSION)
}
