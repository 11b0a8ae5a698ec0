//! A Dockerfile as BuildKit reads it, every instruction and word with its line.
//!
//! Reading has two steps, as in BuildKit. [`Dockerfile::parse`] cuts the text into instructions: parser directives,
//! continuation lines, here-documents, flags, exec or shell form. [`Dockerfile::plan`] gives them meaning: stages, the
//! variables of `FROM`, and as whom the image runs. What the second step cannot know it calls [`Unresolved`], never a
//! guess.

mod dollar;
mod error;
mod heredoc;
mod lex;
mod lines;
mod pattern;
mod plan;
mod stage;
mod variables;
mod words;

pub use error::{DockerfileError, Fault};
pub use heredoc::Heredoc;
pub use lines::{Comment, Directive};
pub use plan::{FinalUser, Plan};
pub use stage::{Base, Stage};
pub use variables::{BuildArgs, Unresolved};

use lines::Reader;

/// The largest file that is read, in bytes.
pub const MAX_SIZE: usize = 1 << 20;

/// A parsed Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dockerfile {
    /// Parser directives at the top: `syntax`, `escape`, `check`.
    pub directives: Vec<Directive>,
    /// The character that continues lines and escapes others: a backslash or a backtick.
    pub escape: char,
    /// Comment lines, those between continuation lines too.
    pub comments: Vec<Comment>,
    /// Lines that are empty although the line before continues.
    pub empty_continuations: Vec<usize>,
    /// The instructions in order; at least one.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Which.
    pub keyword: Keyword,
    /// Its name as written.
    pub name: Word,
    /// Its last line, that of the last here-document's end included; its first is that of the name.
    pub end_line: usize,
    /// `--from=build`, without quotes.
    pub flags: Vec<Word>,
    /// What follows, split as this instruction splits it: `ENV` and `LABEL` as name, value, name, value …; the shell
    /// form of a command as one word.
    pub words: Vec<Word>,
    /// The words are those of a JSON list.
    pub exec: bool,
    /// What `ONBUILD` defers.
    pub trigger: Option<Box<Instruction>>,
    /// The here-documents of `RUN`, `COPY` and `ADD`; those of an `ONBUILD`'s trigger are the `ONBUILD`'s own.
    pub heredocs: Vec<Heredoc>,
}

/// A part of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text; variables and quotes are still in it, continuations are not.
    pub text: String,
    /// The line it starts on, counted from 1.
    pub line: usize,
}

impl Dockerfile {
    /// Reads a Dockerfile: what BuildKit's parser accepts, as long as it is UTF-8 and at most [`MAX_SIZE`] bytes.
    ///
    /// # Errors
    /// [`DockerfileError`], naming the line.
    pub fn parse(text: &[u8]) -> Result<Self, DockerfileError> {
        if text.len() > MAX_SIZE {
            return Err(Fault::TooLarge.at(1));
        }
        let text = std::str::from_utf8(text).map_err(|e| {
            let before = text.iter().take(e.valid_up_to());
            Fault::NotUtf8.at(1 + before.filter(|byte| **byte == b'\n').count())
        })?;
        let mut reader = Reader::new(text);
        let mut instructions = Vec::new();
        while let Some(line) = reader.logical()? {
            let mut instruction = words::read(&line, reader.escape())?;
            if instruction.may_hold_heredocs() {
                for start in heredoc::announced(&line.text).map_err(|fault| fault.at(line.start()))? {
                    instruction.heredocs.push(reader.heredoc(start, line.start())?);
                }
            }
            instruction.end_line = reader.line();
            instructions.push(instruction);
        }
        if instructions.is_empty() {
            return Err(Fault::NoInstructions.at(reader.line().max(1)));
        }
        Ok(reader.finish(instructions))
    }
}

impl Instruction {
    /// Its first line, counted from 1.
    #[must_use]
    pub fn start_line(&self) -> usize {
        self.name.line
    }

    /// The value of the last flag of that name: `platform` finds `--platform=linux/amd64`.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<Word> {
        self.flags.iter().rev().find_map(|flag| {
            let value = flag.text.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('=')?;
            Some(Word { text: value.to_owned(), line: flag.line })
        })
    }

    fn may_hold_heredocs(&self) -> bool {
        let inner = self.trigger.as_deref().unwrap_or(self);
        matches!(inner.keyword, Keyword::Add | Keyword::Copy | Keyword::Run) && !inner.exec
    }
}

/// What an instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the words of the Dockerfile reference")]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// A word that the builder does not know: the file parses, but it has no plan.
    Unknown,
}

impl Keyword {
    fn parse(name: &str) -> Self {
        match lower(name).as_str() {
            "add" => Self::Add,
            "arg" => Self::Arg,
            "cmd" => Self::Cmd,
            "copy" => Self::Copy,
            "entrypoint" => Self::Entrypoint,
            "env" => Self::Env,
            "expose" => Self::Expose,
            "from" => Self::From,
            "healthcheck" => Self::Healthcheck,
            "label" => Self::Label,
            "maintainer" => Self::Maintainer,
            "onbuild" => Self::Onbuild,
            "run" => Self::Run,
            "shell" => Self::Shell,
            "stopsignal" => Self::Stopsignal,
            "user" => Self::User,
            "volume" => Self::Volume,
            "workdir" => Self::Workdir,
            _ => Self::Unknown,
        }
    }
}

/// Lower case as Go makes it, as far as the result is ASCII: two more characters than ASCII's own become letters.
fn lower(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{212A}' => 'k',
            '\u{0130}' => 'i',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}
