//! What a build of the file would do: its stages, and as whom its image runs.

use std::collections::BTreeMap;

use super::stage::{self, Base, Stage};
use super::variables::{BuildArgs, Unresolved, Variables};
use super::{Dockerfile, DockerfileError, Fault, Instruction, Keyword, Word};

/// The stages of a build with given arguments.
#[derive(Debug, Clone)]
pub struct Plan<'d> {
    stages: Vec<Stage<'d>>,
    escape: char,
    global: Variables,
    given: BuildArgs,
}

/// As whom the image runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinalUser {
    /// The last `USER` that counts, without variables; empty is root.
    Named(Word),
    /// No `USER`: that of the image which this stage is based on.
    Image(usize),
    /// No `USER` on nothing: root.
    Scratch,
    /// There is a `USER`, but the file alone does not say which.
    Unresolved {
        /// Its line.
        line: usize,
        /// Why.
        why: Unresolved,
    },
}

impl Dockerfile {
    /// The stages, with `given` as build arguments.
    ///
    /// # Errors
    /// [`DockerfileError`] where the builder would refuse the file before it builds.
    pub fn plan(&self, given: &BuildArgs) -> Result<Plan<'_>, DockerfileError> {
        for instruction in &self.instructions {
            stage::check(instruction).map_err(|fault| fault.at(instruction.start_line()))?;
        }
        let is_from = |instruction: &Instruction| instruction.keyword == Keyword::From;
        let (head, mut rest) = split_before(&self.instructions, is_from);
        let mut global = Variables::global(self.escape, given);
        for instruction in head {
            if instruction.keyword != Keyword::Arg {
                return Err(Fault::BeforeFrom(instruction.name.text.clone()).at(instruction.start_line()));
            }
            instruction.words.iter().for_each(|word| global.declare(&word.text, given, None));
        }
        let (mut stages, mut names) = (Vec::new(), BTreeMap::new());
        while let Some((from, after)) = rest.split_first() {
            let (own, next) = split_before(after, is_from);
            let stage = Stage::new(from, own, &global, &names).map_err(|fault| fault.at(from.start_line()))?;
            names.extend(stage.name.clone().map(|name| (name, stages.len())));
            stages.push(stage);
            rest = next;
        }
        match self.instructions.last() {
            Some(last) if stages.is_empty() => Err(Fault::NoStage.at(last.end_line)),
            _ => Ok(Plan { stages, escape: self.escape, global, given: given.clone() }),
        }
    }
}

impl<'d> Plan<'d> {
    /// All stages, in order; at least one.
    #[must_use]
    pub fn stages(&self) -> &[Stage<'d>] {
        &self.stages
    }

    /// As whom the image of the last stage runs, through every stage it is based on and the triggers of those.
    #[must_use]
    pub fn final_user(&self) -> FinalUser {
        let chain = self.chain();
        let first = chain.last().copied().unwrap_or_default();
        let from_image = self.stages.get(first).is_none_or(|stage| *stage.base() != Base::Scratch);
        let mut user = if from_image { FinalUser::Image(first) } else { FinalUser::Scratch };
        let mut variables = Variables::stage(self.escape, from_image);
        let mut triggers = Vec::new();
        for stage in chain.iter().rev().filter_map(|index| self.stages.get(*index)) {
            for instruction in triggers.into_iter().chain(stage.instructions) {
                self.follow(instruction, &mut variables, &mut user);
            }
            triggers = stage.instructions.iter().filter_map(|i| i.trigger.as_deref()).collect();
        }
        user
    }

    /// The last stage and those below it. A stage is based on an earlier one, so this ends.
    fn chain(&self) -> Vec<usize> {
        let mut chain: Vec<usize> = self.stages.len().checked_sub(1).into_iter().collect();
        while let Some(Base::Stage(below)) = chain.last().and_then(|top| self.stages.get(*top)).map(Stage::base) {
            chain.push(*below);
        }
        chain
    }

    fn follow(&self, instruction: &Instruction, variables: &mut Variables, user: &mut FinalUser) {
        let words = &instruction.words;
        match instruction.keyword {
            Keyword::Arg => words.iter().for_each(|w| variables.declare(&w.text, &self.given, Some(&self.global))),
            Keyword::Env => variables.assign(words.chunks_exact(2).filter_map(|pair| match pair {
                [name, value] => Some((name.text.as_str(), value.text.as_str())),
                _ => None,
            })),
            Keyword::User => {
                for word in words {
                    *user = match variables.expand(&word.text) {
                        Ok((text, _)) => FinalUser::Named(Word { text, line: word.line }),
                        Err(why) => FinalUser::Unresolved { line: word.line, why },
                    };
                }
            }
            _ => {}
        }
    }
}

fn split_before<T>(list: &[T], is_border: impl Fn(&T) -> bool) -> (&[T], &[T]) {
    list.split_at(list.iter().position(is_border).unwrap_or(list.len()))
}
