//! The words and punctuation of Rust source, comments and literals left out: as much of its grammar as a search for paths
//! needs.

/// One word or one character of punctuation (`::` counts as one), with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The words and punctuation of a text, comments and literals left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut scanner = Scanner { chars: &chars, at: 0, line: 1, out: Vec::new() };
    while scanner.at < chars.len() {
        scanner.step();
    }
    scanner.out
}

struct Scanner<'t> {
    chars: &'t [char],
    at: usize,
    line: usize,
    out: Vec<Token>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.line += usize::from(self.peek(0) == '\n');
            self.at += 1;
        }
    }

    fn push(&mut self, length: usize) {
        let text = self.chars[self.at..self.at + length].iter().collect();
        self.out.push(Token { text, line: self.line });
        self.skip(length);
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while !matches!(self.peek(0), '\n' | '\0') {
                    self.skip(1)
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(0),
            ('\'', _) => self.quote(),
            (':', ':') => self.push(2),
            (c, _) if c.is_alphabetic() || c == '_' => self.word(),
            (c, _) if c.is_numeric() => self.number(),
            (c, _) if c.is_whitespace() => self.skip(1),
            _ => self.push(1),
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.skip(2)
                }
                ('*', '/') => {
                    depth -= 1;
                    self.skip(2)
                }
                _ => self.skip(1),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// A string from its opening quote on; a raw one ends only at a quote with as many hashes.
    fn string(&mut self, hashes: usize) {
        self.skip(1);
        while self.at < self.chars.len() && self.peek(0) != '"' {
            self.skip(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.skip(1 + hashes);
    }

    fn raw_string(&mut self, hashes: usize) {
        self.skip(1);
        while self.at < self.chars.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            self.skip(1);
            if closes {
                return self.skip(hashes);
            }
        }
    }

    /// A character literal, or a lifetime, which is dropped too.
    fn quote(&mut self) {
        if self.peek(1) == '\\' {
            self.skip(3);
            while !matches!(self.peek(0), '\'' | '\0') {
                self.skip(1);
            }
            self.skip(1);
        } else if self.peek(2) == '\'' {
            self.skip(3);
        } else {
            self.skip(1);
            while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                self.skip(1);
            }
        }
    }

    fn number(&mut self) {
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            self.skip(1);
        }
    }

    fn word(&mut self) {
        let length = (0..).take_while(|&n| self.peek(n).is_alphanumeric() || self.peek(n) == '_').count();
        let word: String = self.chars[self.at..self.at + length].iter().collect();
        let hashes = (0..).take_while(|&n| self.peek(length + n) == '#').count();
        let quoted = self.peek(length + hashes) == '"';
        match word.as_str() {
            "r" | "br" | "cr" if quoted => {
                self.skip(length + hashes);
                self.raw_string(hashes)
            }
            "b" | "c" if quoted && hashes == 0 => {
                self.skip(length);
                self.string(0)
            }
            "b" if self.peek(length) == '\'' => {
                self.skip(length);
                self.quote()
            }
            "r" if hashes == 1 => {
                self.skip(2);
                self.word()
            }
            _ => self.push(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        tokens(text).iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        assert_eq!(words("a // b::c\n/* d /* e */ f */ g"), "a g");
        assert_eq!(
            words(r##"x("a\"b", r#"c"d"#, b"e", br"f\", c"g", 'h', '\'', b'i', '\u{1F600}', 'j')"##),
            words("x ( , , , , , , , , , )")
        );
        assert_eq!(words("fn f<'a>(x: &'a str) -> r#type { 1_000u8 }"), "fn f < > ( x : & str ) - > type { }");
        assert_eq!(tokens("a\n\"\n\n\"\nb").last().unwrap().line, 5);
    }
}
