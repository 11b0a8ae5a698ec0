//! `${name#pattern}` and `${name%pattern}`: what is cut off a value.

use super::lex::LexError;

/// How much work one pattern may make: its length times the value's.
const MAX_STEPS: usize = 1 << 20;

enum Token {
    Char(char),
    One,
    Many,
}

/// `operand` is what follows `#` or `%`; if it begins with the same sign, the longest match is cut, not the shortest.
pub(super) fn cut(value: &str, sign: char, operand: &str) -> Result<String, LexError> {
    let (longest, pattern) = operand.strip_prefix(sign).map_or((false, operand), |rest| (true, rest));
    let mut tokens = tokens(pattern)?;
    let mut chars: Vec<char> = value.chars().collect();
    if tokens.len().saturating_mul(chars.len()) > MAX_STEPS {
        return Err(LexError::Length);
    }
    let from_the_end = sign == '%';
    if from_the_end {
        tokens.reverse();
        chars.reverse();
    }
    let ends = ends(&tokens, &chars);
    let found = if longest { ends.last() } else { ends.first() };
    let mut rest = chars.split_off(found.copied().unwrap_or(0));
    if from_the_end {
        rest.reverse();
    }
    Ok(rest.into_iter().collect())
}

/// `\*`, `\?` and `\\` stand for themselves, and so do `}` and `/` behind a backslash.
fn tokens(pattern: &str) -> Result<Vec<Token>, LexError> {
    let mut chars = pattern.chars();
    let mut tokens = Vec::new();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => Token::Many,
            '?' => Token::One,
            '\\' => match chars.next() {
                Some(c @ ('*' | '?' | '\\' | '}' | '/')) => Token::Char(c),
                _ => return Err(LexError::Syntax(format!("invalid escape in the pattern `{pattern}`"))),
            },
            c => Token::Char(c),
        });
    }
    Ok(tokens)
}

/// Where a match that begins at the first character can end, in ascending order.
fn ends(tokens: &[Token], chars: &[char]) -> Vec<usize> {
    let mut ends = vec![0];
    for token in tokens {
        ends = match token {
            Token::Many => ends.first().map_or_else(Vec::new, |first| (*first..=chars.len()).collect()),
            Token::One => ends.iter().filter(|at| **at < chars.len()).map(|at| at + 1).collect(),
            Token::Char(c) => ends.iter().filter(|at| chars.get(**at) == Some(c)).map(|at| at + 1).collect(),
        };
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_or_longest_match_is_cut_from_either_end() {
        for (sign, operand, wanted) in [
            ('#', "*-", "b-c"),
            ('#', "#*-", "c"),
            ('%', "-*", "a-b"),
            ('%', "%-*", "a"),
            ('#', "a?b", "-c"),
            ('#', "x", "a-b-c"),
            ('#', "", "a-b-c"),
            ('%', "c", "a-b-"),
        ] {
            assert_eq!(cut("a-b-c", sign, operand).unwrap(), wanted, "{sign}{operand}");
        }
        assert_eq!(cut("a*/", '#', r"a\*\/").unwrap(), "");
        assert!(cut("a", '#', r"\a").is_err());
        assert_eq!(cut(&"a".repeat(2000), '#', &"*".repeat(2000)), Err(LexError::Length));
    }
}
