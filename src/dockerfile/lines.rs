//! From physical to logical lines: byte order mark, parser directives, comments, continuations, here-documents.

use std::str::SplitInclusive;

use super::heredoc::{Announced, Heredoc};
use super::{Dockerfile, DockerfileError, Fault, Instruction};

/// The longest line that BuildKit's scanner holds, in bytes, without its end.
pub(super) const MAX_LINE: usize = 65535;

/// A parser directive: `# syntax=docker/dockerfile:1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// `syntax`, `escape` or `check`, in lower case.
    pub name: String,
    /// Its value. That of `syntax` names the image, as its first word, that will read the file instead.
    pub value: String,
    /// Its line, counted from 1.
    pub line: usize,
}

/// A comment line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text after `#`, without white space around it.
    pub text: String,
    /// Its line, counted from 1.
    pub line: usize,
}

/// An instruction's text without continuations, and the lines its parts come from.
#[derive(Debug)]
pub(super) struct Logical {
    pub(super) text: String,
    /// Where the text of each physical line begins, in ascending order.
    parts: Vec<(usize, usize)>,
}

impl Logical {
    fn push(&mut self, part: &str, line: usize) {
        self.parts.push((self.text.len(), line));
        self.text.push_str(part);
    }

    pub(super) fn start(&self) -> usize {
        self.parts.first().map_or(1, |(_, line)| *line)
    }

    /// The line of the byte at this offset.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let after = self.parts.partition_point(|(begin, _)| *begin <= offset);
        self.parts.get(after.saturating_sub(1)).map_or(1, |(_, line)| *line)
    }
}

/// Takes the text line by line.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    lines: SplitInclusive<'t, char>,
    line: usize,
    escape: char,
    directives: Vec<Directive>,
    /// Something else than a directive was seen: from here on they are comments.
    directives_over: bool,
    /// The first line is `#!…`: the syntax is looked for behind it, an escape is not.
    shebang: bool,
    comments: Vec<Comment>,
    empty_continuations: Vec<usize>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        Self {
            lines: text.split_inclusive('\n'),
            line: 0,
            escape: '\\',
            directives: Vec::new(),
            directives_over: false,
            shebang: text.starts_with("#!"),
            comments: Vec::new(),
            empty_continuations: Vec::new(),
        }
    }

    /// The last line read.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn escape(&self) -> char {
        self.escape
    }

    pub(super) fn finish(self, instructions: Vec<Instruction>) -> Dockerfile {
        let Self { directives, escape, comments, empty_continuations, .. } = self;
        Dockerfile { directives, escape, comments, empty_continuations, instructions }
    }

    fn physical(&mut self) -> Result<Option<&'t str>, DockerfileError> {
        let Some(line) = self.lines.next() else { return Ok(None) };
        self.line += 1;
        match line.strip_suffix('\n').unwrap_or(line).len() {
            0..=MAX_LINE => Ok(Some(line)),
            _ => Err(Fault::LineTooLong.at(self.line)),
        }
    }

    /// The next instruction's text.
    pub(super) fn logical(&mut self) -> Result<Option<Logical>, DockerfileError> {
        while let Some(line) = self.physical()? {
            let line = without_end(line).trim_start();
            self.directive(line)?;
            if self.comment(line) {
                continue;
            }
            let (part, continues) = continuation(line, self.escape);
            if !continues && part.is_empty() {
                continue;
            }
            let mut logical = Logical { text: String::new(), parts: Vec::new() };
            logical.push(part, self.line);
            if continues {
                self.continue_with(&mut logical)?;
            }
            return Ok(Some(logical));
        }
        Ok(None)
    }

    fn continue_with(&mut self, logical: &mut Logical) -> Result<(), DockerfileError> {
        while let Some(line) = self.physical()? {
            let line = without_end(line);
            if self.comment(line.trim_start()) {
                continue;
            }
            if line.trim_start().is_empty() {
                self.empty_continuations.push(self.line);
                continue;
            }
            let (part, continues) = continuation(line, self.escape);
            logical.push(part, self.line);
            if !continues {
                break;
            }
        }
        Ok(())
    }

    /// The lines up to a here-document's end.
    pub(super) fn heredoc(&mut self, announced: Announced, start: usize) -> Result<Heredoc, DockerfileError> {
        let Announced { name, expand, chomp } = announced;
        let mut content = String::new();
        while let Some(line) = self.physical()? {
            let end = without_end(line).trim_start_matches(|c| chomp && c == '\t');
            if end == name {
                return Ok(Heredoc { name, expand, chomp, content });
            }
            content.push_str(line);
        }
        Err(Fault::UnterminatedHeredoc(name).at(start))
    }

    fn comment(&mut self, line: &str) -> bool {
        let Some(text) = line.strip_prefix('#') else { return false };
        self.comments.push(Comment { text: text.trim().to_owned(), line: self.line });
        true
    }

    fn directive(&mut self, line: &str) -> Result<(), DockerfileError> {
        if self.directives_over || (self.shebang && self.line == 1) {
            return Ok(());
        }
        let Some((name, value)) = directive(line) else {
            self.directives_over = true;
            return Ok(());
        };
        if self.directives.iter().any(|seen| seen.name == name) {
            return Err(Fault::DirectiveTwice(name).at(self.line));
        }
        if name == "escape" && !self.shebang {
            self.escape = match value {
                "\\" => '\\',
                "`" => '`',
                other => return Err(Fault::Escape(other.to_owned()).at(self.line)),
            };
        }
        self.directives.push(Directive { name, value: value.to_owned(), line: self.line });
        Ok(())
    }
}

/// `# name = value`, if the name is known.
fn directive(line: &str) -> Option<(String, &str)> {
    let is_space = |c: char| matches!(c, '\t' | '\n' | '\u{C}' | '\r' | ' ');
    let (name, value) = line.strip_prefix('#')?.trim_start().split_once('=')?;
    let name = name.trim_end_matches(is_space).to_ascii_lowercase();
    // A value of nothing but white space is its last character: an escape token that is refused, not a comment.
    let value = Some(value.trim_matches(is_space))
        .filter(|v| !v.is_empty())
        .or_else(|| value.get(value.len().checked_sub(1)?..));
    matches!(name.as_str(), "syntax" | "escape" | "check").then_some((name, value?))
}

fn without_end(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

/// A line without the escape at its end, and whether it had one. An escape behind an escape is none.
fn continuation(line: &str, escape: char) -> (&str, bool) {
    match line.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(part) if !part.ends_with(escape) => (part, true),
        _ => (line, false),
    }
}
