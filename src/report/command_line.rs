//! The command line as it is shown again, with a place underlined.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::{Style, clean};
use crate::request::{Origin, Remark, is_hidden, quoted, secrets};

/// Columns that a shown command line may take before words far from the place are left out.
const WIDTH_MAX: usize = 100;

/// What stands for words that are left out, and for the end of one that is too long to be kept.
const GAP: &str = "…";

/// A command line of more words is kept only around the places that are pointed at.
const KEPT_MAX: usize = 64;
/// Bytes that are kept of a word.
const WORD_MAX: usize = 1024;

/// What was typed. Secrets are taken out when it is made, so that nothing made of it can show them.
#[derive(Debug, Clone)]
pub struct CommandLine {
    words: Vec<Word>,
}

/// A word without its secrets.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    /// The bytes of the word as it was typed that [`secrets::MASK`] stands for, in order and apart from each other.
    masked: Vec<Range<usize>>,
}

impl CommandLine {
    /// The words, the program first, and for each word with a secret the bytes of it. Secrets that their names give away
    /// are found here.
    pub fn new(words: Vec<String>, secrets: impl IntoIterator<Item = (usize, Range<usize>)>) -> Self {
        let mut places: Vec<(usize, Range<usize>)> = secrets.into_iter().chain(secrets::places(&words)).collect();
        places.sort_by_key(|(index, bytes)| (*index, bytes.start, bytes.end));
        let mut places = places.into_iter().peekable();
        let word = |(index, text): (usize, &String)| {
            let of_this = std::iter::from_fn(|| places.next_if(|(at, _)| *at == index));
            Word::new(text, of_this.map(|(_, bytes)| bytes))
        };
        Self { words: words.iter().enumerate().map(word).collect() }
    }

    /// The words to keep, so that the remarks can be shown again: all where they are few. Places in words become places
    /// in the words that are kept.
    pub fn keep(&self, remarks: &mut [Remark]) -> Vec<String> {
        let shown: Vec<String> = self.words.iter().map(Word::shown).collect();
        let windows: Vec<Range<usize>> = remarks.iter().filter_map(place).map(|(at, _)| window(&shown, at)).collect();
        // One more at both ends: it is what ends the window when it is shown again.
        let is_near = |at: usize| windows.iter().any(|near| near.start <= at + 1 && at <= near.end);
        let is_kept = |at: usize| self.words.len() <= KEPT_MAX || at < 2 || is_near(at);
        let (mut kept, mut moved) = (Vec::<String>::new(), Vec::new());
        for (at, word) in self.words.iter().enumerate() {
            match is_kept(at) {
                true => kept.push(shortened(&word.text)),
                false if kept.last().is_none_or(|last| last != GAP) => kept.push(GAP.to_owned()),
                false => {}
            }
            moved.push(kept.len().saturating_sub(1));
        }
        for remark in remarks {
            let Some((index, bytes)) = place(remark) else { continue };
            let (Some(word), Some(new)) = (self.words.get(index), moved.get(index)) else { continue };
            remark.at = Origin::Token { index: *new, bytes: word.moved(&bytes) };
        }
        kept
    }

    /// Some bytes of one word.
    pub(super) fn part(&self, index: usize, bytes: &Range<usize>) -> Option<String> {
        let word = self.words.get(index)?;
        word.text.get(word.moved(bytes)).map(str::to_owned)
    }

    /// Two lines: the command line, and a label under some bytes of one word.
    pub(super) fn underlined(&self, index: usize, bytes: &Range<usize>, label: &str, style: Style) -> String {
        let shown: Vec<String> = self.words.iter().map(Word::shown).collect();
        let kept = window(&shown, index);
        let (mut line, mut before, mut width) = (String::new(), 0, 0);
        let mut gap = false;
        for (at, word) in shown.iter().enumerate() {
            let word = if kept.contains(&at) || at < 2 {
                gap = false;
                word.as_str()
            } else if gap {
                continue;
            } else {
                gap = true;
                GAP
            };
            if !line.is_empty() {
                line.push(' ');
            }
            if at == index {
                let (start, length) = self.words.get(at).map_or((0, 0), |typed| typed.columns(bytes, word));
                before = line.width() + start;
                width = length;
            }
            line.push_str(word);
        }
        let mark = format!("{}{}", " ".repeat(before), style.error(&format!("{} {label}", "^".repeat(width.max(1)))));
        format!("  {} {line}\n      {mark}\n", style.frame("-->"))
    }
}

fn place(remark: &Remark) -> Option<(usize, Range<usize>)> {
    match &remark.at {
        Origin::Token { index, bytes } => Some((*index, bytes.clone())),
        _ => None,
    }
}

fn shortened(word: &str) -> String {
    if word.len() <= WORD_MAX {
        return word.to_owned();
    }
    let end = (0..=WORD_MAX).rev().find(|end| word.is_char_boundary(*end)).unwrap_or(0);
    format!("{}{GAP}", word.get(..end).unwrap_or_default())
}

impl Word {
    fn new(typed: &str, secrets: impl Iterator<Item = Range<usize>>) -> Self {
        let mut masked: Vec<Range<usize>> = Vec::new();
        for bytes in secrets {
            match masked.last_mut().filter(|last| bytes.start <= last.end) {
                Some(last) => last.end = last.end.max(bytes.end),
                None => masked.push(bytes),
            }
        }
        let text = secrets::replaced(typed, masked.iter().cloned());
        Self { text, masked }
    }

    /// Where bytes of the word as it was typed are now; the whole mask where one end is inside.
    fn moved(&self, bytes: &Range<usize>) -> Range<usize> {
        let at = |typed: usize, is_end: bool| {
            let mut now = typed;
            for secret in self.masked.iter().take_while(|secret| secret.start < typed) {
                let inside = typed < secret.end;
                now = match (inside, is_end) {
                    (true, false) => now - (typed - secret.start),
                    (true, true) => now - (typed - secret.start) + secrets::MASK.len(),
                    (false, _) => now + secrets::MASK.len() - secret.len(),
                };
            }
            now
        };
        at(bytes.start, false)..at(bytes.end, true)
    }

    /// As a shell takes it, without control characters.
    fn shown(&self) -> String {
        if self.text.chars().any(is_hidden) { format!("'{}'", clean(&self.text)) } else { quoted(&self.text) }
    }

    /// Where bytes of the word as it was typed stand in its shown form; the whole word where more than quotes around it
    /// moved them.
    fn columns(&self, bytes: &Range<usize>, shown: &str) -> (usize, usize) {
        let whole = (0, shown.width());
        let inner = shown.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\''));
        let quotes = match () {
            () if shown == self.text => 0,
            () if inner == Some(&self.text) => 1,
            () => return whole,
        };
        let Range { start, end } = self.moved(bytes);
        match (self.text.get(..start), self.text.get(start..end)) {
            (Some(before), Some(part)) => (quotes + before.width(), part.width()),
            _ => whole,
        }
    }
}

/// The words around one that fit, the nearest first.
fn window(shown: &[String], index: usize) -> Range<usize> {
    let width = |at: usize| shown.get(at).map_or(0, |word| word.width() + 1);
    let mut total: usize = width(index) + width(0) + width(1);
    let mut kept = index..(index + 1).min(shown.len());
    loop {
        let (left, right) = (kept.start.checked_sub(1), Some(kept.end).filter(|end| *end < shown.len()));
        let mut grown = false;
        for next in [left, right].into_iter().flatten() {
            if total + width(next) <= WIDTH_MAX {
                total += width(next);
                kept = kept.start.min(next)..kept.end.max(next + 1);
                grown = true;
            }
        }
        if !grown {
            return kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str], secrets: &[(usize, Range<usize>)]) -> CommandLine {
        CommandLine::new(words.iter().map(|w| (*w).to_owned()).collect(), secrets.iter().cloned())
    }

    #[test]
    fn secrets_are_masked_and_quotes_are_the_shells() {
        let line = line(&["docker", "run", "-ePASS=geheim", "a b", "-u0"], &[(2, 7..13)]);
        let text = line.underlined(4, &(2..3), "here", Style::PLAIN);
        assert!(text.contains("docker run '-ePASS=***' 'a b' -u0\n"), "{text}");
        assert!(!text.contains("geheim") && !format!("{line:?}").contains("geheim"));
    }

    #[test]
    fn a_place_beside_a_secret_is_still_underlined() {
        let line = line(&["x", "run", "-eA=geheim,password=b", "--label=token=geheim"], &[(2, 4..10)]);
        let marks = |index, bytes: Range<usize>| {
            let text = line.underlined(index, &bytes, "", Style::PLAIN);
            let mut lines = text.lines();
            let (top, mark) = (lines.next().unwrap(), lines.next().unwrap());
            top.get(mark.find('^').unwrap()..=mark.rfind('^').unwrap()).unwrap().to_owned()
        };
        assert_eq!(marks(2, 2..10), "A=***");
        assert_eq!(marks(2, 6..8), "***");
        assert_eq!(marks(2, 11..21), "password=***");
        assert_eq!(marks(3, 2..7), "label");
    }

    #[test]
    fn what_is_kept_can_be_shown_again() {
        let mut words: Vec<String> = (0..200).map(|n| format!("word{n}")).collect();
        words[100] = format!("secret={}", "x".repeat(9));
        words[150] = "y".repeat(5000);
        let line = CommandLine::new(words, []);
        let remark = |index, bytes| Remark {
            rule: "r".into(),
            action: crate::request::Action::Deny,
            message: "m".into(),
            at: Origin::Token { index, bytes },
            label: "here".into(),
            policy: None,
            help: vec![],
        };
        let mut remarks = [remark(100, 0..16), remark(150, 0..3), remark(1, 0..5)];
        let before: Vec<String> = [(100, 0..16), (1, 0..5)]
            .iter()
            .map(|(index, bytes)| line.underlined(*index, bytes, "here", Style::PLAIN))
            .collect();
        let kept = line.keep(&mut remarks);
        assert!(kept.len() < 50 && kept[7..].contains(&GAP.to_owned()), "{kept:?}");
        assert!(kept.iter().all(|word| word.len() < 1100));
        let again = CommandLine::new(kept, []);
        let shown = |remark: &Remark| {
            let (index, bytes) = place(remark).unwrap();
            again.underlined(index, &bytes, "here", Style::PLAIN)
        };
        assert_eq!([shown(&remarks[0]), shown(&remarks[2])], [before[0].as_str(), before[1].as_str()]);
    }

    #[test]
    fn long_lines_keep_the_words_around_the_place() {
        let mut words = vec!["docker".to_owned(), "run".to_owned()];
        words.extend((0..200).map(|n| format!("--label=number{n}")));
        let line = CommandLine::new(words, []);
        let text = line.underlined(150, &(0..7), "here", Style::PLAIN);
        let mut lines = text.lines();
        let (top, mark) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(top.width() < 130 && top.contains("docker run … "), "{top}");
        let column = mark.find('^').unwrap();
        let under: String = top.chars().skip(column).take(7).collect();
        assert_eq!(under, "--label");
    }
}
