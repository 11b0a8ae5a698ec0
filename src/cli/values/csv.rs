//! One record of comma-separated values, as Go's `encoding/csv` reads it.

use super::Said;

/// The fields of the first record; what follows its line break is ignored.
pub(crate) fn record(text: &str) -> Said<Vec<String>> {
    Reader { rest: text, line: 0, column: 1 }.record()
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
    /// In bytes, counted from 1.
    column: usize,
}

enum Field {
    /// Another field follows.
    Comma(String),
    /// The last of its record.
    End(String),
}

impl<'t> Reader<'t> {
    fn record(mut self) -> Said<Vec<String>> {
        let mut line = loop {
            let line = self.next_line().ok_or("EOF")?;
            if !line.trim_end_matches('\n').is_empty() {
                break line;
            }
        };
        let start = self.line;
        let mut fields = Vec::new();
        loop {
            let field = match line.strip_prefix('"').map(str::to_owned) {
                Some(quoted) => self.quoted(quoted, &mut line, start)?,
                None => self.bare(&mut line)?,
            };
            match field {
                Field::Comma(field) => fields.push(field),
                Field::End(field) => {
                    fields.push(field);
                    return Ok(fields);
                }
            }
        }
    }

    /// The next line with its line break, which is `\n` even where the text has `\r\n`.
    fn next_line(&mut self) -> Option<String> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        self.column = 1;
        let line = match self.rest.split_once('\n') {
            Some((line, rest)) => {
                self.rest = rest;
                format!("{}\n", line.strip_suffix('\r').unwrap_or(line))
            }
            None => {
                let line = std::mem::take(&mut self.rest);
                line.strip_suffix('\r').unwrap_or(line).to_owned()
            }
        };
        Some(line)
    }

    fn bare(&mut self, line: &mut String) -> Said<Field> {
        let (field, rest) = match line.split_once(',') {
            Some((field, rest)) => (field.to_owned(), Some(rest.to_owned())),
            None => (line.trim_end_matches('\n').to_owned(), None),
        };
        if let Some(at) = field.find('"') {
            return Err(self.error(self.line, self.column + at, "bare \" in non-quoted-field"));
        }
        self.column += field.len() + 1;
        Ok(match rest {
            Some(rest) => {
                *line = rest;
                Field::Comma(field)
            }
            None => Field::End(field),
        })
    }

    fn quoted(&mut self, after_quote: String, line: &mut String, start: usize) -> Said<Field> {
        const WORDS: &str = "extraneous or missing \" in quoted-field";
        let mut field = String::new();
        let mut rest = after_quote;
        self.column += 1;
        loop {
            let Some((text, tail)) = rest.split_once('"') else {
                if rest.is_empty() {
                    return Err(self.error(start, self.column, WORDS));
                }
                field.push_str(&rest);
                let end = self.column + rest.len();
                rest = self.next_line().unwrap_or_default();
                if rest.is_empty() {
                    self.column = end;
                }
                continue;
            };
            field.push_str(text);
            self.column += text.len() + 1;
            if let Some(tail) = tail.strip_prefix('"') {
                field.push('"');
                self.column += 1;
                rest = tail.to_owned();
            } else if let Some(tail) = tail.strip_prefix(',') {
                self.column += 1;
                *line = tail.to_owned();
                return Ok(Field::Comma(field));
            } else if tail.is_empty() || tail == "\n" {
                return Ok(Field::End(field));
            } else {
                return Err(self.error(start, self.column - 1, WORDS));
            }
        }
    }

    fn error(&self, start: usize, column: usize, words: &str) -> String {
        let place = format!("parse error on line {}, column {column}: {words}", self.line);
        if start == self.line { place } else { format!("record on line {start}; {place}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        record(text).unwrap()
    }

    #[test]
    fn commas_part_fields_and_quotes_hold_them_together() {
        assert_eq!(fields("a,b=c,"), ["a", "b=c", ""]);
        assert_eq!(fields("\"a,b\",c"), ["a,b", "c"]);
        assert_eq!(fields("\"a\"\"b\""), ["a\"b"]);
        assert_eq!(fields("a,b\nc,d"), ["a", "b"]);
        assert_eq!(fields("\n\na\r\n"), ["a"]);
        assert_eq!(fields("\"a\nb\",c"), ["a\nb", "c"]);
    }

    #[test]
    fn stray_quotes_are_refused_where_they_stand() {
        assert_eq!(record(""), Err("EOF".to_owned()));
        let bare = record("type=bind,src=/a\"b,dst=/b");
        assert_eq!(bare, Err("parse error on line 1, column 17: bare \" in non-quoted-field".to_owned()));
        let open = record("\"device=0");
        assert_eq!(open, Err("parse error on line 1, column 10: extraneous or missing \" in quoted-field".to_owned()));
        let late = record("\"a\"b,c");
        assert_eq!(late, Err("parse error on line 1, column 3: extraneous or missing \" in quoted-field".to_owned()));
    }
}
