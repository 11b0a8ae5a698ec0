//! Here-documents: which ones a line announces.

use super::Fault;
use super::lex::{self, Keep, LexError};

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// What ends it, without quotes.
    pub name: String,
    /// Variables in it are expanded: the name was not quoted.
    pub expand: bool,
    /// `<<-`: leading tabs do not count.
    pub chomp: bool,
    /// Its lines as they are, with their ends.
    pub content: String,
}

/// A here-document whose content is still to be read.
#[derive(Debug)]
pub(super) struct Announced {
    pub(super) name: String,
    pub(super) expand: bool,
    pub(super) chomp: bool,
}

/// The here-documents that an instruction's line announces. A line that is no sound shell text announces none: that is
/// how BuildKit decides where the next instruction begins.
pub(super) fn announced(line: &str) -> Result<Vec<Announced>, Fault> {
    if !line.contains("<<") {
        return Ok(Vec::new());
    }
    let words = match lex::split(line, Keep::Everything) {
        Ok(words) => words,
        Err(LexError::Syntax(_)) => return Ok(Vec::new()),
        Err(limit) => return Err(Fault::HeredocName(limit.to_string())),
    };
    words.iter().filter_map(|word| announcement(word).transpose()).collect()
}

/// `<<NAME`, `<<-NAME`, `3<<"NAME"`
fn announcement(word: &str) -> Result<Option<Announced>, Fault> {
    let Some(rest) = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<") else { return Ok(None) };
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\u{C}', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let split = |keep| lex::split(rest, keep).map_err(|e| Fault::HeredocName(e.to_string()));
    let (plain, quoted) = (split(Keep::Nothing)?, split(Keep::Quotes)?);
    let [name] = plain.as_slice() else { return Ok(None) };
    let [written] = quoted.as_slice() else { return Err(Fault::HeredocName(rest.to_owned())) };
    let quotes = |text: &str| text.matches(['\'', '"']).count();
    Ok(Some(Announced { name: name.clone(), expand: quotes(name) == quotes(written), chomp }))
}
