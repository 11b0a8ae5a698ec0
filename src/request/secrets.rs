//! Secrets in texts that are kept or shown, told by the name that stands before them or by their own form.
//!
//! What grammar knows to be a secret (the value of a variable) is masked by its place; this finds the others: the options
//! of a log driver, a mount or a program inside the container, an account in an address. A value under a harmless name is
//! taken for a secret only where it looks like a token of a well-known maker.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::tokens::tokens;

/// What stands for a secret.
pub const MASK: &str = "***";

/// Parts of names that announce a secret.
const PARTS: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "access_key", "private_key"];
/// Whole words of such names.
const WORDS: [&str; 6] = ["auth", "authorization", "credential", "credentials", "pass", "pwd"];

/// The secrets in the words of a command line: which word, and which bytes of it.
pub fn places<T: AsRef<str>>(words: &[T]) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    let mut announced = false;
    for (index, word) in words.iter().enumerate() {
        let word = word.as_ref();
        if announced && !word.starts_with("--") {
            found.push((index, 0..word.len()));
        } else {
            found.extend(in_text(word).into_iter().map(|bytes| (index, bytes)));
        }
        announced = announces(word);
    }
    found
}

/// A sentence in which a secret may have been quoted.
#[must_use]
pub fn masked(text: &str) -> String {
    replaced(text, in_text(text).into_iter())
}

/// A body of the engine as JSON, without the values of variables and without what its names give away.
///
/// # Errors
/// A body that cannot be written as JSON.
pub fn masked_body(body: &impl Serialize) -> serde_json::Result<Value> {
    let mut tree = serde_json::to_value(body)?;
    mask(&mut tree, "");
    Ok(tree)
}

/// Masks what is below a member of that name.
fn mask(value: &mut Value, name: &str) {
    match value {
        Value::String(text) if is_secret(name) => MASK.clone_into(text),
        Value::String(text) => *text = masked(text),
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| mask(value, name)),
        Value::Array(elements) => {
            let words: Vec<String> = elements.iter().map(|e| e.as_str().unwrap_or_default().to_owned()).collect();
            let secrets = if name == "Env" { variables(&words) } else { places(&words) };
            for (index, element) in elements.iter_mut().enumerate() {
                let of_this = || secrets.iter().filter(|(at, _)| *at == index).map(|(_, bytes)| bytes.clone());
                match element {
                    Value::String(text) => *text = replaced(text, of_this()),
                    other => mask(other, name),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What stands behind each `NAME=`.
fn variables(words: &[String]) -> Vec<(usize, Range<usize>)> {
    let value = |word: &String| Some(word.find('=')? + 1..word.len());
    words.iter().enumerate().filter_map(|(index, word)| Some((index, value(word)?))).collect()
}

/// The text with the mask in the place of each secret; they are in order and apart from each other.
#[must_use]
pub fn replaced(text: &str, secrets: impl Iterator<Item = Range<usize>>) -> String {
    let (mut shown, mut done) = (String::new(), 0);
    for bytes in secrets {
        shown.push_str(text.get(done..bytes.start).unwrap_or_default());
        shown.push_str(MASK);
        done = bytes.end;
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    shown
}

/// `--password`, whose value is the next word.
fn announces(word: &str) -> bool {
    word.starts_with('-') && is_secret(word.trim_start_matches('-'))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '.'], "_");
    let alone = !name.contains('_');
    // The working directory is no secret.
    let words = || name.split('_').any(|word| WORDS.contains(&word) && !(alone && word == "pwd"));
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && (PARTS.iter().any(|p| name.contains(p)) || words())
}

/// The secrets of one text, in order and apart from each other.
fn in_text(text: &str) -> Vec<Range<usize>> {
    let mut found = named_in_text(text);
    for token in tokens(text) {
        if found.iter().all(|known| token.place.end <= known.start || known.end <= token.place.start) {
            found.push(token.place);
        }
    }
    found.sort_by_key(|place| place.start);
    found
}

/// Those that a name gives away.
fn named_in_text(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices() {
        if found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + c.len_utf8()..).unwrap_or_default());
        let secret = match c {
            '=' if is_secret(name_at_end(before)) => Some(value(before, after)),
            ':' if after.starts_with("//") => account(after),
            ':' => quoted_member(before, after).or_else(|| header(before, after)),
            ' ' if announces(last_word(before)) => Some(value(before, after)).filter(|_| !after.starts_with("--")),
            _ => None,
        };
        let start = at + c.len_utf8();
        found.extend(secret.map(|part| start + part.start..start + part.end).filter(|part| !part.is_empty()));
    }
    found
}

/// The name that ends here: `io.example.token`, `--api-key`.
fn name_at_end(text: &str) -> &str {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let length = text.chars().rev().take_while(|c| is_of_name(*c)).count();
    text.get(text.len() - length..).unwrap_or_default().trim_start_matches('-')
}

fn last_word(text: &str) -> &str {
    text.rsplit([' ', '`', '\'', '"']).next().unwrap_or_default()
}

/// How much of what follows is the value: to the end of its quotes, or of its word; where nothing separates words yet,
/// everything.
fn value(before: &str, after: &str) -> Range<usize> {
    if let Some(quote) = after.chars().next().filter(|c| "'\"".contains(*c)) {
        let end = after.get(1..).and_then(|rest| rest.find(quote)).map_or(after.len(), |at| at + 1);
        return 1..end;
    }
    let end = match () {
        () if before.matches('`').count() % 2 == 1 => after.find('`'),
        () if before.contains(char::is_whitespace) => after.find(|c: char| c.is_whitespace() || "'\"`".contains(c)),
        () => None,
    };
    0..end.unwrap_or(after.len())
}

/// `"password": "…"`, as JSON has it.
fn quoted_member(before: &str, after: &str) -> Option<Range<usize>> {
    let quote = before.chars().last().filter(|c| "'\"".contains(*c))?;
    let name = name_at_end(before.strip_suffix(quote)?);
    let space = after.len() - after.trim_start().len();
    let part = value(before, after.get(space..)?);
    is_secret(name).then_some(space + part.start..space + part.end)
}

/// `Authorization: Bearer …`, as HTTP has it: all of the line.
fn header(before: &str, after: &str) -> Option<Range<usize>> {
    let is_one = after.starts_with(' ') && name_at_end(before).contains(char::is_uppercase);
    let end = after.find(['\'', '"', '\n', '`']).unwrap_or(after.len());
    (is_one && is_secret(name_at_end(before))).then_some(1..end)
}

/// The password in `https://user:password@host`, also one that should have been written with `%`; `text` begins after the
/// first colon.
fn account(text: &str) -> Option<Range<usize>> {
    let address = text.get(2..)?.split(|c: char| c.is_whitespace() || "'\"`".contains(c)).next()?;
    let (account, _) = address.rsplit_once('@')?;
    let (user, password) = account.split_once(':')?;
    let is_port = password.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('/');
    (!is_port && !user.contains('/')).then(|| 2 + user.len() + 1..2 + account.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &[&str]) -> Vec<String> {
        let places = places(words);
        let mut out: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        places.into_iter().rev().for_each(|(index, bytes)| out[index].replace_range(bytes, MASK));
        out
    }

    #[test]
    fn a_name_gives_its_value_away() {
        for (word, masked) in [
            ("--log-opt=splunk-token=geheim", "--log-opt=splunk-token=***"),
            ("io.example.api-key=geheim heim", "io.example.api-key=***"),
            ("type=volume,volume-opt=o=username=a,password=b,c", "type=volume,volume-opt=o=username=a,password=***"),
            ("PASSWORD=geheim exec run --fast", "PASSWORD=***"),
            ("cd /x; PASSWORD=geheim exec run", "cd /x; PASSWORD=*** exec run"),
            ("export A=1 MYSQL_PWD='a b' B=2", "export A=1 MYSQL_PWD='***' B=2"),
            ("mysql --password geheim --host h", "mysql --password *** --host h"),
            (r#"{"user":"a","password": "b c","x":1}"#, r#"{"user":"a","password": "***","x":1}"#),
            ("Authorization: Bearer geheim", "Authorization: ***"),
            ("https://me:geheim@host/path?x=1", "https://me:***@host/path?x=1"),
            ("https://me:ge/he#im@host:1/path", "https://me:***@host:1/path"),
            ("http://host/?access_token=geheim&x=1", "http://host/?access_token=***"),
            ("--label=a=glpat-x1x1x1x1x1x1x1x1x1x1", "--label=a=***"),
            ("curl -H glpat-x1x1x1x1x1x1x1x1x1x1 token=x", "curl -H *** token=***"),
            ("token=glpat-x1x1x1x1x1x1x1x1x1x1", "token=***"),
        ] {
            assert_eq!(shown(&[word]), [masked]);
        }
        assert_eq!(shown(&["x", "--db-password", "geheim", "-v"]), ["x", "--db-password", "***", "-v"]);
        assert_eq!(shown(&["x", "--token", "--rm"]), ["x", "--token", "--rm"]);
    }

    #[test]
    fn harmless_words_stay() {
        for word in [
            "PWD=/srv",
            "/home/me/secrets:/run/secrets",
            "author=me",
            "--security-opt=credentialspec=file://x",
            "http://host:80/a@b",
            "http://host/a:b@c",
            "a=b",
            "=",
            "token",
            "é=ü",
        ] {
            assert_eq!(shown(&[word]), [word]);
        }
    }

    #[test]
    fn a_body_loses_its_secrets_and_nothing_else() {
        let body = serde_json::json!({
            "Env": ["A=1", "B"],
            "Cmd": ["run", "--token", "x", "PASSWORD=y"],
            "Labels": {"a": "1", "org.example.token": "z"},
            "HostConfig": {"NanoCpus": 1, "Mounts": [{"VolumeOptions": {"DriverConfig": {"Options": {"o": "password=p"}}}}]},
        });
        let masked = serde_json::json!({
            "Env": ["A=***", "B"],
            "Cmd": ["run", "--token", "***", "PASSWORD=***"],
            "Labels": {"a": "1", "org.example.token": "***"},
            "HostConfig": {"NanoCpus": 1, "Mounts": [{"VolumeOptions": {"DriverConfig": {"Options": {"o": "password=***"}}}}]},
        });
        assert_eq!(masked_body(&body).unwrap(), masked);
    }

    #[test]
    fn a_sentence_keeps_its_end() {
        let text = "option `o=user=a,password=b c` is not allowed (`--token x`), see https://a:b@c/d";
        assert_eq!(
            masked(text),
            "option `o=user=a,password=***` is not allowed (`--token ***`), see https://a:***@c/d"
        );
        assert_eq!(masked("nothing: at all"), "nothing: at all");
        assert_eq!(masked(&masked(text)), masked(text));
    }
}
