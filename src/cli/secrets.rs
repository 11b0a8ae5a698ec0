//! Which parts of the command line are values of variables, and so may be secrets.

use std::ops::Range;

use super::typed::{Parsed, Traced};
use super::values::key_values;
use crate::request::Origin;

impl Parsed {
    /// The argument, and which bytes of it: what stands behind the `=` of every `--env`, also of one that a later one
    /// replaces.
    pub fn secrets(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        self.typed.process.env.iter().filter_map(value)
    }
}

fn value(variable: &Traced<String>) -> Option<(usize, Range<usize>)> {
    let Origin::Token { index, bytes } = &variable.origin else { return None };
    let skipped = key_values::name(&variable.value).len() + 1;
    (skipped < variable.value.len()).then(|| (*index, bytes.start + skipped..bytes.end))
}

#[cfg(test)]
mod tests {
    use crate::cli::Verb;
    use crate::cli::testing::parse_of;

    #[test]
    fn every_variable_counts_however_it_is_written() {
        let secrets = |line| parse_of(Verb::Run, line).unwrap().secrets().collect::<Vec<_>>();
        assert_eq!(
            secrets("-e A=1 -e A=23 -itePASS=x --env=B= --env C -e D i -e E=5"),
            [(3, 2..3), (5, 2..4), (6, 9..10)]
        );
    }
}
