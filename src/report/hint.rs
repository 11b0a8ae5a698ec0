//! One line after a container that failed at once: what the policy had filled in, and the way on.

use super::{Style, clean};
use crate::request::{Rewrite, quoted};

/// The rules whose silent defaults an image can stumble over, and what an image does that stumbles.
const LIKELY: [(&str, &str); 4] = [
    ("user", "drops root by itself"),
    ("read-only-root", "writes to its own files"),
    ("capabilities", "needs the capabilities"),
    ("networks", "needs the network"),
];

/// What may have made the image's own program fail, where the policy filled something in that could.
#[must_use]
pub fn hint(rewrites: &[Rewrite], image: &str, style: Style) -> Option<String> {
    let filled = LIKELY.iter().find_map(|(id, does)| Some((rewrites.iter().find(|r| r.rule.0 == *id)?, does)));
    let (rewrite, does) = filled?;
    let word = style.note(&format!("hint[{}]", rewrite.rule));
    let (image, reason) = (quoted(image), quoted(does));
    let way = format!("sdocker policy allow {} --image {image} --reason {reason}", rewrite.rule);
    Some(format!("{word}: it ran with `{}`, filled in by the policy; if it {does}: {way}\n", clean(&rewrite.meaning)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Origin, RuleId};

    fn rewrite(rule: &'static str, meaning: &str) -> Rewrite {
        Rewrite {
            rule: RuleId(rule),
            changes: vec![],
            meaning: meaning.to_owned(),
            wish: false,
            origin: Origin::BuiltIn,
        }
    }

    #[test]
    fn the_likeliest_default_is_named_with_the_way_on() {
        let filled = [rewrite("cpus", "--cpus 1"), rewrite("user", "--user 5:5")];
        let expected = "hint[user]: it ran with `--user 5:5`, filled in by the policy; if it drops root by itself: \
                        sdocker policy allow user --image docker.io/library/postgres --reason 'drops root by itself'\n";
        assert_eq!(hint(&filled, "docker.io/library/postgres", Style::PLAIN).as_deref(), Some(expected));
    }

    #[test]
    fn limits_alone_are_no_cause() {
        assert_eq!(hint(&[rewrite("cpus", "--cpus 1")], "x", Style::PLAIN), None);
    }
}
