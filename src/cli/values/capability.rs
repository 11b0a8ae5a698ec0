//! Capabilities in the client's canonical spelling; whether they exist is the engine's to judge.

/// `sys_admin` is `CAP_SYS_ADMIN`, `all` is `ALL`; white space stays.
pub(crate) fn canonical(text: &str) -> String {
    let upper: String = text.chars().map(upper).collect();
    if upper == "ALL" || upper.starts_with("CAP_") { upper } else { format!("CAP_{upper}") }
}

/// Go upper-cases character by character, and leaves alone what would become several.
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_has_one_form() {
        for (text, is) in [
            ("net_admin", "CAP_NET_ADMIN"),
            ("CAP_net_admin", "CAP_NET_ADMIN"),
            ("all", "ALL"),
            ("CAP_ALL", "CAP_ALL"),
            ("", "CAP_"),
            (" x ", "CAP_ X "),
            ("ſys_admin", "CAP_SYS_ADMIN"),
            ("ß", "CAP_ß"),
        ] {
            assert_eq!(canonical(text), is);
        }
    }
}
