//! `--ulimit`: `name=soft[:hard]`.

use super::Said;
use super::number::decimal_int;
use crate::request::wire::Ulimit;

/// One limit; -1 is none.
pub(crate) fn ulimit(text: &str) -> Said<Ulimit> {
    let (name, limits) = text.split_once('=').ok_or_else(|| format!("invalid ulimit argument: {text}"))?;
    if !Ulimit::NAMES.contains(&name) {
        return Err(format!("invalid ulimit type: {name}"));
    }
    let (soft, hard) = match limits.split_once(':') {
        Some((_, hard)) if hard.contains(':') => {
            return Err(format!("too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`"));
        }
        Some((soft, hard)) => (soft, Some(decimal_int(hard)?)),
        None => (limits, None),
    };
    let soft = decimal_int(soft)?;
    let hard = hard.unwrap_or(soft);
    let words = "ulimit soft limit must be less than or equal to hard limit";
    if hard != -1 && soft == -1 {
        return Err(format!("{words}: soft: -1 (unlimited), hard: {hard}"));
    }
    if hard != -1 && soft > hard {
        return Err(format!("{words}: {soft} > {hard}"));
    }
    Ok(Ulimit { name: name.to_owned(), soft, hard })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_stands_for_both() {
        assert_eq!(ulimit("core=0"), Ok(Ulimit { name: "core".to_owned(), soft: 0, hard: 0 }));
        assert_eq!(ulimit("nofile=512:-1"), Ok(Ulimit { name: "nofile".to_owned(), soft: 512, hard: -1 }));
    }

    #[test]
    fn bad_limits_are_refused_in_dockers_words() {
        for (text, words) in [
            ("nofile", "invalid ulimit argument: nofile"),
            ("as=1024", "invalid ulimit type: as"),
            ("=1", "invalid ulimit type: "),
            ("nofile=0x10", "strconv.ParseInt: parsing \"0x10\": invalid syntax"),
            ("nofile=", "strconv.ParseInt: parsing \"\": invalid syntax"),
            ("nofile=2:1", "ulimit soft limit must be less than or equal to hard limit: 2 > 1"),
            (
                "nofile=-1:512",
                "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: 512",
            ),
            ("nofile=1:2:3", "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`"),
        ] {
            assert_eq!(ulimit(text), Err(words.to_owned()), "{text}");
        }
    }
}
