//! The command line as it is shown again, with a place underlined.

use std::collections::BTreeMap;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::{Style, clean};
use crate::request::quoted;

/// Columns that a shown command line may take before words far from the place are left out.
const WIDTH_MAX: usize = 100;

/// What stands for words that are left out.
const GAP: &str = "…";

/// What stands for a secret.
const MASK: &str = "***";

/// What was typed, with the places of secrets.
#[derive(Debug, Clone)]
pub struct CommandLine {
    words: Vec<String>,
    secrets: BTreeMap<usize, Range<usize>>,
}

impl CommandLine {
    /// The words, the program first, and for each word with a secret the bytes of it.
    pub fn new(words: Vec<String>, secrets: impl IntoIterator<Item = (usize, Range<usize>)>) -> Self {
        Self { words, secrets: secrets.into_iter().collect() }
    }

    /// Some bytes of one word, as they were typed.
    pub(super) fn part(&self, index: usize, bytes: Range<usize>) -> Option<String> {
        self.words.get(index)?.get(bytes).map(str::to_owned)
    }

    /// Two lines: the command line, and a label under some bytes of one word.
    pub(super) fn underlined(&self, index: usize, bytes: Range<usize>, label: &str, style: Style) -> String {
        let shown: Vec<String> = (0..self.words.len()).map(|at| self.shown(at)).collect();
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
                let (start, length) = self.columns(at, bytes.clone(), word);
                before = line.width() + start;
                width = length;
            }
            line.push_str(word);
        }
        let mark = format!("{}{}", " ".repeat(before), style.error(&format!("{} {label}", "^".repeat(width.max(1)))));
        format!("  {} {line}\n      {mark}\n", style.frame("-->"))
    }

    /// A word as a shell takes it, without secrets and control characters.
    fn shown(&self, at: usize) -> String {
        let Some(word) = self.words.get(at) else { return String::new() };
        let secret = self.secrets.get(&at).and_then(|range| Some((word.get(..range.start)?, word.get(range.end..)?)));
        let text = secret.map_or_else(|| word.clone(), |(before, after)| format!("{before}{MASK}{after}"));
        if text.chars().any(char::is_control) { format!("'{}'", clean(&text)) } else { quoted(&text) }
    }

    /// Where the bytes of a word stand in its shown form; the whole word where quotes or masks moved them.
    fn columns(&self, at: usize, bytes: Range<usize>, shown: &str) -> (usize, usize) {
        let whole = (0, shown.width());
        match self.words.get(at).filter(|word| *word == shown) {
            Some(word) => match (word.get(..bytes.start), word.get(bytes)) {
                (Some(before), Some(part)) => (before.width(), part.width()),
                _ => whole,
            },
            None => whole,
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
        let text = line.underlined(4, 2..3, "here", Style::PLAIN);
        assert!(text.contains("docker run '-ePASS=***' 'a b' -u0\n"), "{text}");
        assert!(!text.contains("geheim"));
    }

    #[test]
    fn long_lines_keep_the_words_around_the_place() {
        let mut words = vec!["docker".to_owned(), "run".to_owned()];
        words.extend((0..200).map(|n| format!("--label=number{n}")));
        let line = CommandLine::new(words, []);
        let text = line.underlined(150, 0..7, "here", Style::PLAIN);
        let mut lines = text.lines();
        let (top, mark) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(top.width() < 130 && top.contains("docker run … "), "{top}");
        let column = mark.find('^').unwrap();
        let under: String = top.chars().skip(column).take(7).collect();
        assert_eq!(under, "--label");
    }
}
