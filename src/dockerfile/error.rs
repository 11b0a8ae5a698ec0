//! Why a Dockerfile was not read.

/// A fault and its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct DockerfileError {
    /// The first line of the instruction, or the line itself; counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More than [`super::MAX_SIZE`] bytes.
    #[error("the file is larger than {} bytes", super::MAX_SIZE)]
    TooLarge,
    /// Bytes that are no text.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A line that BuildKit's reader does not hold.
    #[error("the line is longer than {} bytes", super::lines::MAX_LINE)]
    LineTooLong,
    /// The same parser directive again.
    #[error("only one `{0}` parser directive can be used")]
    DirectiveTwice(String),
    /// `# escape=` with something else than a backslash or a backtick.
    #[error("invalid escape token `{0}`: it must be a backslash or a backtick")]
    Escape(String),
    /// Nothing but comments.
    #[error("the file has no instructions")]
    NoInstructions,
    /// A here-document without its end.
    #[error("the here-document `{0}` has no end")]
    UnterminatedHeredoc(String),
    /// A here-document whose name cannot be read.
    #[error("a here-document's name cannot be read: {0}")]
    HeredocName(String),
    /// Flags that end inside a character.
    #[error("the flags hold a character that ends in a space")]
    Flags,
    /// `["a", 1]`
    #[error("a JSON list must hold strings only")]
    NotStrings,
    /// `ENV name` without a value.
    #[error("`{0}` must have two arguments")]
    ValueMissing(String),
    /// `ENV a=b c`
    #[error("no `=` in `{0}`: it must be of the form name=value")]
    NoEquals(String),
    /// `ONBUILD` of something that cannot be deferred.
    #[error("`{0}` is not allowed as an ONBUILD trigger")]
    Trigger(String),
    /// A word that is no instruction.
    #[error("unknown instruction `{0}`")]
    UnknownInstruction(String),
    /// Another instruction than `ARG` before the first `FROM`.
    #[error("`{0}` comes before the first FROM")]
    BeforeFrom(String),
    /// No `FROM` at all.
    #[error("the file has no FROM")]
    NoStage,
    /// Neither `FROM base` nor `FROM base AS name`.
    #[error("FROM takes one argument, or three: base AS name")]
    FromArguments,
    /// A name that no stage can have.
    #[error("invalid name `{0}` for a build stage")]
    StageName(String),
    /// A wrong number of arguments, an empty name, `SHELL` without JSON.
    #[error("`{0}` does not take these arguments")]
    Arguments(String),
    /// A flag that the instruction does not have.
    #[error("unknown or repeated flag `{0}`")]
    Flag(String),
}

impl Fault {
    pub(super) fn at(self, line: usize) -> DockerfileError {
        DockerfileError { line, fault: self }
    }
}
