//! What is wrong with a policy, with the place.

use std::fmt;

use crate::request::PolicySpot;

/// One thing that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: Option<String>,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// Without a place in a text.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), help: None }
    }

    /// At a line.
    #[must_use]
    pub fn at(spot: &PolicySpot, message: impl Into<String>) -> Self {
        Self { place: Some(spot.to_string()), message: message.into(), help: None }
    }

    /// In a file as a whole, or in one of its lines.
    #[must_use]
    pub fn in_file(file: &str, line: Option<usize>, message: impl Into<String>) -> Self {
        let place = line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"));
        Self { place: Some(place), message: message.into(), help: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what is to be known besides, where nothing is said yet.
    #[must_use]
    pub fn beside(mut self, note: impl FnOnce() -> String) -> Self {
        self.help.get_or_insert_with(note);
        self
    }

    /// Names the nearest of the known words, or all of them.
    #[must_use]
    pub fn closest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let nearest = known
            .iter()
            .map(|k| (strsim::damerau_levenshtein(word, k), k))
            .min()
            .filter(|(distance, k)| *distance <= k.len().div_ceil(3).max(1));
        let help = match nearest {
            Some((_, nearest)) => format!("did you mean `{nearest}`?"),
            None => format!("one of {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")),
        };
        self.help(help)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, " ({help})"))
    }
}

/// Everything that is wrong with a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// One more.
    pub fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// All of another's.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// What is not said yet of another's, each changed in the same way.
    pub fn join_new(&mut self, other: Self, change: impl Fn(Problem) -> Problem) {
        for problem in other.0 {
            let is_new = |known: &Problem| (&known.place, &known.message) != (&problem.place, &problem.message);
            if self.0.iter().all(is_new) {
                self.0.push(change(problem));
            }
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// The value, if nothing is wrong.
    ///
    /// # Errors
    /// All problems.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(one: Problem) -> Self {
        Self(vec![one])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}
