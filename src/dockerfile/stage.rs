//! One stage: its `FROM`, and what that is based on.

use std::collections::BTreeMap;

use super::variables::{Unresolved, Variables};
use super::{Fault, Instruction, Keyword, Word, lower};
use crate::request::ImageRef;
use crate::request::json::fold;

/// What a stage is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// Another stage, by its index.
    Stage(usize),
    /// An image, as the builder would ask for it.
    Image(String),
    /// The file alone does not say.
    Unresolved(Unresolved),
}

/// A stage of the build.
#[derive(Debug, Clone)]
pub struct Stage<'d> {
    /// Its name, in lower case.
    pub name: Option<String>,
    /// Its `FROM`.
    pub from: &'d Instruction,
    /// What comes after.
    pub instructions: &'d [Instruction],
    base: Base,
}

impl<'d> Stage<'d> {
    pub(super) fn new(
        from: &'d Instruction,
        instructions: &'d [Instruction],
        variables: &Variables,
        stages: &BTreeMap<String, usize>,
    ) -> Result<Self, Fault> {
        let (written, name) = match from.words.as_slice() {
            [base] => (base, None),
            [base, r#as, name] if fold(&r#as.text) == "as" => (base, Some(stage_name(&name.text)?)),
            _ => return Err(Fault::FromArguments),
        };
        Ok(Self { name, from, instructions, base: base(&written.text, variables, stages) })
    }

    /// What it is based on.
    #[must_use]
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The base as written, with its variables.
    #[must_use]
    pub fn written(&self) -> Option<&'d Word> {
        self.from.words.first()
    }

    /// `--platform`, as written.
    #[must_use]
    pub fn platform(&self) -> Option<Word> {
        self.from.flag("platform")
    }
}

fn base(written: &str, variables: &Variables, stages: &BTreeMap<String, usize>) -> Base {
    let (text, unset) = match variables.expand(written) {
        Ok(expanded) => expanded,
        Err(why) => return Base::Unresolved(why),
    };
    match (stages.get(&text), unset) {
        (Some(stage), _) => Base::Stage(*stage),
        (None, _) if text == "scratch" => Base::Scratch,
        (None, Some(variable)) if ImageRef::parse(&text).is_err() => Base::Unresolved(Unresolved::Variable(variable)),
        (None, None) if text.is_empty() => Base::Unresolved(Unresolved::Text("the base is empty".to_owned())),
        (None, _) => Base::Image(text),
    }
}

fn stage_name(written: &str) -> Result<String, Fault> {
    let name = lower(written);
    let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    if sound { Ok(name) } else { Err(Fault::StageName(written.to_owned())) }
}

/// What the builder checks of an instruction before it builds, as far as other tools than the builder need it.
pub(super) fn check(instruction: &Instruction) -> Result<(), Fault> {
    let Instruction { keyword, name, flags, words, exec, trigger, .. } = instruction;
    let names = |step| words.iter().step_by(step).map(|word| word.text.as_str());
    let sound = match keyword {
        Keyword::Unknown => return Err(Fault::UnknownInstruction(name.text.clone())),
        Keyword::Onbuild => match trigger.as_deref() {
            Some(inner) if matches!(inner.keyword, Keyword::From | Keyword::Maintainer) => {
                return Err(Fault::Trigger(inner.name.text.clone()));
            }
            // Whether the trigger itself is sound shows when it runs.
            inner => inner.is_some(),
        },
        Keyword::Env | Keyword::Label => !words.is_empty() && names(2).all(|name| !name.is_empty()),
        Keyword::Arg => !words.is_empty() && names(1).all(|word| !word.starts_with('=')),
        Keyword::User | Keyword::Workdir | Keyword::Maintainer | Keyword::Stopsignal => words.len() == 1,
        Keyword::Add | Keyword::Copy => words.len() >= 2,
        Keyword::Expose | Keyword::Volume | Keyword::Healthcheck => !words.is_empty(),
        Keyword::Shell => *exec && !words.is_empty(),
        Keyword::From | Keyword::Run | Keyword::Cmd | Keyword::Entrypoint => true,
    };
    if !sound {
        return Err(Fault::Arguments(name.text.clone()));
    }
    let strange = match (keyword, flags.as_slice()) {
        // Their flags grow with the builder.
        (Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Healthcheck, _) => None,
        // The builder does not look at them.
        (Keyword::Arg | Keyword::Stopsignal, _) => None,
        (Keyword::From, [only]) if only.text.starts_with("--platform=") => None,
        (Keyword::From, [_, second, ..]) => Some(second),
        (_, flags) => flags.first(),
    };
    strange.map_or(Ok(()), |flag| Err(Fault::Flag(flag.text.clone())))
}
