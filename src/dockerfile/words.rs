//! From a logical line to an instruction: name, flags, and arguments as each instruction splits them.

use serde_json::value::RawValue;

use super::lines::Logical;
use super::{DockerfileError, Fault, Instruction, Keyword, Word};

/// Reads the instruction of a line; its here-documents are the caller's business.
pub(super) fn read(line: &Logical, escape: char) -> Result<Instruction, DockerfileError> {
    let reader = LineReader { line, escape };
    let whole = Piece { text: &line.text, at: 0 };
    reader.instruction(whole, false).map_err(|fault| fault.at(line.start()))
}

/// A part of a logical line and where it starts in it.
#[derive(Debug, Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Piece<'t> {
    fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self { at: self.at + self.text.len() - text.len(), text: text.trim_end() }
    }

    /// Without its first bytes; nothing if that would cut a character.
    fn skip(self, bytes: usize) -> Option<Self> {
        Some(Self { text: self.text.get(bytes..)?, at: self.at + bytes })
    }

    fn end(self) -> Self {
        Self { text: "", at: self.at + self.text.len() }
    }

    /// The part before the first blanks, and what comes behind them.
    fn split_at(self, is_blank: fn(char) -> bool) -> (Self, Option<Self>) {
        let Some((head, rest)) = self.text.split_once(is_blank) else { return (self, None) };
        let tail = rest.trim_start_matches(is_blank);
        let at = self.at + self.text.len() - tail.len();
        (Self { text: head, at: self.at }, Some(Self { text: tail, at }))
    }
}

/// White space that separates arguments.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{B}' | '\u{C}' | '\r' | ' ')
}

struct LineReader<'l> {
    line: &'l Logical,
    escape: char,
}

/// Arguments, and whether they are a JSON list.
type Arguments = (Vec<Word>, bool);

impl LineReader<'_> {
    fn word(&self, piece: Piece<'_>) -> Word {
        Word { text: piece.text.to_owned(), line: self.line.line_at(piece.at) }
    }

    fn instruction(&self, piece: Piece<'_>, deferred: bool) -> Result<Instruction, Fault> {
        let (name, rest) = piece.trim().split_at(is_blank);
        let (flags, rest) = match rest {
            Some(rest) => self.flags(rest)?,
            None => (Vec::new(), name.end()),
        };
        let (keyword, rest) = (Keyword::parse(name.text), rest.trim());
        let name = self.word(name);
        let mut trigger = None;
        let (words, exec) = match keyword {
            Keyword::Onbuild if deferred => return Err(Fault::Trigger(name.text)),
            Keyword::Onbuild => {
                if !rest.text.is_empty() {
                    trigger = Some(Box::new(self.instruction(rest, true)?));
                }
                (Vec::new(), false)
            }
            _ => self.arguments(keyword, &name, rest)?,
        };
        Ok(Instruction { keyword, end_line: name.line, name, flags, words, exec, trigger, heredocs: Vec::new() })
    }

    fn arguments(&self, keyword: Keyword, name: &Word, rest: Piece<'_>) -> Result<Arguments, Fault> {
        if rest.text.is_empty() {
            return Ok((Vec::new(), false));
        }
        Ok(match keyword {
            Keyword::Add | Keyword::Copy | Keyword::Volume => {
                self.json_list(rest)?.map_or_else(|| (self.blank_separated(rest), false), |list| (list, true))
            }
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Run | Keyword::Shell => self.command(rest)?,
            Keyword::Healthcheck => {
                let (kind, command) = rest.split_at(|c| c.is_ascii_whitespace() || c == '\u{B}');
                let (mut words, exec) = command.map_or_else(|| Ok((Vec::new(), false)), |c| self.command(c))?;
                words.insert(0, self.word(kind));
                (words, exec)
            }
            Keyword::Env | Keyword::Label => (self.pairs(name, rest)?, false),
            Keyword::Arg => (self.shell_words(rest).into_iter().map(|word| self.word(word)).collect(), false),
            Keyword::Expose | Keyword::From => (self.blank_separated(rest), false),
            Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => {
                (vec![self.word(rest)], false)
            }
            Keyword::Onbuild | Keyword::Unknown => (Vec::new(), false),
        })
    }

    /// A JSON list, else the whole text as one word.
    fn command(&self, rest: Piece<'_>) -> Result<Arguments, Fault> {
        Ok(self.json_list(rest)?.map_or_else(|| (vec![self.word(rest)], false), |list| (list, true)))
    }

    fn blank_separated(&self, rest: Piece<'_>) -> Vec<Word> {
        let (mut words, mut next) = (Vec::new(), Some(rest));
        while let Some(piece) = next {
            let (head, tail) = piece.split_at(is_blank);
            words.push(self.word(head));
            next = tail;
        }
        words
    }

    /// What is no JSON is no list: the shell form begins with a bracket, too. JSON of other things is an error.
    fn json_list(&self, rest: Piece<'_>) -> Result<Option<Vec<Word>>, Fault> {
        let rest = rest.trim();
        if !rest.text.starts_with('[') {
            return Ok(None);
        }
        let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(rest.text) else { return Ok(None) };
        let (mut words, mut unread) = (Vec::new(), rest);
        for element in elements {
            let text: String = serde_json::from_str(element.get()).map_err(|_| Fault::NotStrings)?;
            let found = unread.text.find(element.get()).and_then(|at| unread.skip(at)).unwrap_or(unread);
            words.push(Word { text, line: self.line.line_at(found.at) });
            unread = found.skip(element.get().len()).unwrap_or(found);
        }
        Ok(Some(words))
    }

    /// `name=value …`, or the old `name value`.
    fn pairs(&self, instruction: &Word, rest: Piece<'_>) -> Result<Vec<Word>, Fault> {
        let words = self.shell_words(rest);
        let Some(first) = words.first() else { return Ok(Vec::new()) };
        if !first.text.contains('=') {
            let (name, value) = rest.split_at(is_blank);
            let value = value.ok_or_else(|| Fault::ValueMissing(instruction.text.to_ascii_uppercase()))?;
            return Ok(vec![self.word(name), self.word(value)]);
        }
        let mut pairs = Vec::new();
        for word in words {
            let equals = word.text.find('=').ok_or_else(|| Fault::NoEquals(word.text.to_owned()))?;
            let (name, _) = word.text.split_at(equals);
            let value = word.skip(equals + 1).unwrap_or(word.end());
            pairs.extend([self.word(Piece { text: name, at: word.at }), self.word(value)]);
        }
        Ok(pairs)
    }

    /// Words as a shell would see them, with their quotes and escapes. An escape at the very end is dropped.
    fn shell_words<'t>(&self, rest: Piece<'t>) -> Vec<Piece<'t>> {
        let piece = |from: usize, to: usize| {
            rest.text.get(from..to).map(|text| Piece { text, at: rest.at + from }).filter(|word| !word.text.is_empty())
        };
        let (mut words, mut start, mut quote, mut end) = (Vec::new(), None, None, rest.text.len());
        let mut chars = rest.text.char_indices();
        while let Some((at, c)) = chars.next() {
            if quote.is_none() && c.is_whitespace() {
                words.extend(start.take().and_then(|from| piece(from, at)));
                continue;
            }
            start.get_or_insert(at);
            match quote {
                Some(open) if c == open => quote = None,
                None if matches!(c, '\'' | '"') => quote = Some(c),
                _ => {}
            }
            if c == self.escape && quote != Some('\'') && chars.next().is_none() {
                end = at;
            }
        }
        words.extend(start.and_then(|from| piece(from, end)));
        words
    }

    /// Leading words that begin with `--`, without quotes and escapes; `--` alone ends them. Like BuildKit this goes
    /// byte by byte, so that other letters than ASCII's come out wrong in the same way.
    fn flags<'t>(&self, rest: Piece<'t>) -> Result<(Vec<Word>, Piece<'t>), Fault> {
        let bytes = rest.text.as_bytes();
        let (mut flags, mut flag, mut quote) = (Vec::new(), None::<Flag>, None);
        let mut at = 0;
        while let Some(c) = bytes.get(at).copied().map(char::from) {
            let Some(open) = flag.as_mut() else {
                if c.is_whitespace() {
                    at += 1;
                    continue;
                }
                if !bytes.get(at..).is_some_and(|left| left.starts_with(b"--")) {
                    return Ok((flags, rest.skip(at).ok_or(Fault::Flags)?));
                }
                flag = Some(Flag { text: String::new(), at: rest.at + at });
                continue;
            };
            at += 1;
            if c == self.escape {
                let escaped = bytes.get(at).copied().map(char::from);
                open.text.extend(escaped);
                at += 1;
            } else if quote == Some(c) {
                quote = None;
            } else if quote.is_none() && matches!(c, '\'' | '"') {
                quote = Some(c);
            } else if quote.is_none() && c.is_whitespace() {
                if open.text == "--" {
                    return Ok((flags, rest.skip(at).ok_or(Fault::Flags)?));
                }
                flags.extend(flag.take().map(|flag| self.flag(flag)));
            } else {
                open.text.push(c);
            }
        }
        flags.extend(flag.filter(|flag| flag.text != "--").map(|flag| self.flag(flag)));
        Ok((flags, rest.end()))
    }

    fn flag(&self, flag: Flag) -> Word {
        Word { text: flag.text, line: self.line.line_at(flag.at) }
    }
}

/// A flag being read.
struct Flag {
    text: String,
    at: usize,
}

#[cfg(test)]
mod tests {
    use super::super::Dockerfile;

    fn words(line: &str) -> String {
        match Dockerfile::parse(line.as_bytes()) {
            Ok(file) => {
                let texts = |words: &[super::Word]| words.iter().map(|w| w.text.clone()).collect::<Vec<_>>().join("|");
                let first = &file.instructions[0];
                format!("{}{}{}", texts(&first.flags), if first.exec { " = " } else { " - " }, texts(&first.words))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn flags_come_first_and_lose_their_quotes() {
        assert_eq!(words("COPY --from=a --chown=\"x y\" b c"), "--from=a|--chown=x y - b|c");
        assert_eq!(words("RUN --mount=type=cache,target=\\ /x -- --y"), "--mount=type=cache,target= /x - --y");
        assert_eq!(words("RUN --"), " - ");
        assert_eq!(words("RUN -x --y"), " - -x --y");
        assert_eq!(words("RUN --a='b"), "--a=b - ");
    }

    #[test]
    fn exec_form_is_json_and_shell_form_what_is_none() {
        assert_eq!(words("RUN [\"a\", \"b c\"]"), " = a|b c");
        assert_eq!(words("RUN ['a']"), " - ['a']");
        assert_eq!(words("COPY [ x y"), " - [|x|y");
        assert_eq!(words("CMD []"), " = ");
        assert_eq!(words("CMD [1]"), "line 1: a JSON list must hold strings only");
        assert_eq!(words("CMD [\"a\"] b"), " - [\"a\"] b");
    }

    #[test]
    fn pairs_are_old_or_new() {
        assert_eq!(words("ENV a b  c"), " - a|b  c");
        assert_eq!(words("ENV a=b c='d e' f=g\\ h"), " - a|b|c|'d e'|f|g\\ h");
        assert_eq!(words("ENV a"), "line 1: `ENV` must have two arguments");
        assert_eq!(words("LABEL a=b c"), "line 1: no `=` in `c`: it must be of the form name=value");
        assert_eq!(words("ARG a=b c \"d e\""), " - a=b|c|\"d e\"");
    }

    #[test]
    fn names_of_instructions_fold_as_in_the_builder() {
        for (name, known) in [("froM", true), ("WOR\u{212A}DIR", true), ("U\u{17F}ER", false)] {
            let file = Dockerfile::parse(format!("{name} x").as_bytes()).unwrap();
            assert_eq!(file.instructions[0].keyword != super::Keyword::Unknown, known, "{name}");
        }
    }

    #[test]
    fn each_word_knows_its_line() {
        let file =
            Dockerfile::parse(b"COPY --from=a \\\n b\\\n  c \\\n# note\n [\"x\"]\nCMD [\"a\",\\\n \"b\"]").unwrap();
        let lines = |at: usize| file.instructions[at].words.iter().map(|w| w.line).collect::<Vec<_>>();
        assert_eq!((lines(0), lines(1)), (vec![2, 3, 5], vec![6, 7]));
        assert_eq!((file.instructions[0].start_line(), file.instructions[0].end_line), (1, 5));
    }

    #[test]
    fn a_trigger_is_one_instruction() {
        let file = Dockerfile::parse(b"ONBUILD RUN [\"x\"]").unwrap();
        let trigger = file.instructions[0].trigger.as_deref().unwrap();
        assert!(trigger.exec && trigger.keyword == super::Keyword::Run);
        assert!(Dockerfile::parse(b"ONBUILD ONBUILD RUN x").is_err());
    }
}
