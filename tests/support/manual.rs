//! The pages of the manual that are made of tables and text.

use sdocker::policy::{Entry, Key, PROFILES, Policy, Takes, Tighter, Value};
use sdocker::request::Action;
use sdocker::rules::{CATALOGUE, Rule};

const POLICY: &str = include_str!("../../man/sdocker-policy.5.in");

const RULES_HEAD: &str = "\
# NAME
sdocker-rules - what the rules of a policy object to

# DESCRIPTION
Each rule has a table in the policy, with its keys and an `action`: what becomes of a breach. A key that bounds may only be
narrowed by a guest; lists and defaults of a guest are a second gate. The lines under Profiles are read from the shipped ones. sdocker-policy(5) has the language, `sdocker explain` prints one rule.
";

const SEE_ALSO: &str = "\n# SEE ALSO\n`sdocker`(1), `sdocker-run`(1), `sdocker-policy`(5)\n";

/// `sdocker-policy.5`
pub(crate) fn policy_page() -> String {
    let actions: String =
        Action::ALL.iter().map(|action| format!(": `{}`\n{}\n", action.name(), meaning(*action))).collect();
    let profiles: String =
        PROFILES.iter().map(|profile| format!(": `{}`\n{}\n", profile.name, described(profile.text))).collect();
    roff("sdocker-policy", 5, &POLICY.replace("{actions}\n", &actions).replace("{profiles}\n", &profiles))
}

/// The examples of `sdocker-policy.5`, each with its first line's comment.
pub(crate) fn examples() -> Vec<String> {
    let mut examples = vec![String::new()];
    for line in POLICY.lines() {
        let last = examples.last_mut().unwrap();
        match line.strip_prefix("    ") {
            Some(code) => last.push_str(&format!("{code}\n")),
            None if line.is_empty() && !last.is_empty() => last.push('\n'),
            None if !last.is_empty() => examples.push(String::new()),
            None => {}
        }
    }
    examples.retain(|example| !example.trim().is_empty());
    examples
}

/// `sdocker-rules.7`
pub(crate) fn rules_page() -> String {
    let mut text = RULES_HEAD.to_owned();
    text.push_str("\n# RULES\n");
    text.extend(CATALOGUE.iter().map(section));
    text.push_str(SEE_ALSO);
    roff("sdocker-rules", 7, &text)
}

fn meaning(action: Action) -> &'static str {
    match action {
        Action::Allow => "is not looked at",
        Action::Warn => "runs as it was asked for, and a line warns",
        Action::Rewrite => "gets the nearest permitted value, and a line says so; refused where there is none",
        Action::Deny => "is refused",
    }
}

/// A profile's own first comment.
fn described(text: &str) -> String {
    let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("# ")).collect();
    let text = comment.join(" ");
    text.split_once(": ").map_or(text.clone(), |(_, description)| description.to_owned())
}

fn section(rule: &Rule) -> String {
    let doc = rule.doc.replace("## ", "### ");
    let mut text = format!("\n## {}\n{doc}\n### Keys\n: `action`\n{}\n", rule.id, actions(rule));
    text.extend(rule.keys.iter().map(|key| key_line(key, "")));
    text.extend(rule.open_keys.iter().map(|key| key_line(key, "NAME.")));
    text.push_str(&format!("\nSilence: {}. A breach: {}.\n\n### Profiles\n", rule.silence, rule.breach));
    text.extend(PROFILES.iter().map(|profile| row(rule, profile.name)));
    text.push_str(&format!("\nReads {}. After {}.\n", rule.fields.join(", "), rule.sources.join("; ")));
    text
}

fn actions(rule: &Rule) -> &'static str {
    if rule.rewrites {
        "allow, warn, rewrite or deny"
    } else {
        "allow, warn or deny: there is no nearest permitted value"
    }
}

fn key_line(key: &Key, prefix: &str) -> String {
    let tighter = match key.tighter {
        Tighter::Either => "",
        Tighter::Lower => "; a guest may only lower it",
        Tighter::Higher => "; a guest may only raise it",
        Tighter::Stricter => "; a guest may only make it stricter",
        Tighter::More => "; a guest may only add to it",
    };
    format!(": `{prefix}{}`\n{} ({}{tighter})\n", key.name, key.doc, takes(key.takes))
}

fn takes(takes: Takes) -> &'static str {
    match takes {
        Takes::Action => "an action",
        Takes::Switch => "true or false",
        Takes::Whole => "a whole number",
        Takes::Cpus => "a number of CPUs",
        Takes::Size => "a size such as \"512m\"",
        Takes::Text => "text",
        Takes::Texts => "a list of texts",
        Takes::Ids => "a list of texts or numbers",
        Takes::Table(_) => "a table",
        Takes::Entries(_) => "a list of texts or tables",
    }
}

/// What silence, a breach and the bounds are in one profile.
fn row(rule: &Rule, profile: &str) -> String {
    let policy = Policy::built_in(profile).unwrap();
    let Entry { node, .. } = policy.table(rule.id.0).unwrap();
    let Value::Table(table) = &node.value else { panic!("{} is no table", rule.id) };
    let Some(Value::String(action)) = table.get("action").map(|entry| &entry.node.value) else { panic!("no action") };
    let breach = Action::ALL.into_iter().find(|known| known.name() == action).map(meaning).unwrap();
    let value = |key: &str| table.get(key).map(|entry| entry.node.value.to_string());
    let silence = value("default").map(|value| format!("silence becomes `{value}`; ")).unwrap_or_default();
    let rest = table.iter().filter(|(key, _)| !["action", "default"].contains(&key.as_str()));
    let rest: Vec<String> = rest.map(|(key, entry)| format!("`{key} = {}`", entry.node.value)).collect();
    let bounds = if rest.is_empty() { String::new() } else { format!("; {}", rest.join(", ")) };
    let breach = breach.split(';').next().unwrap();
    format!(": `{profile}`\n{silence}a breach {breach}{bounds}\n")
}

/// A light markup as roff: `#` sections, `##` rules, `###` heads of paragraphs, `:` terms, four spaces for examples.
fn roff(name: &str, section: u8, text: &str) -> String {
    let mut page = Page { out: format!(".TH {name} {section}\n"), in_example: false, in_code: false };
    text.lines().for_each(|line| page.line(line));
    page.out
}

struct Page {
    out: String,
    in_example: bool,
    in_code: bool,
}

impl Page {
    fn line(&mut self, line: &str) {
        let example = line.strip_prefix("    ");
        if self.in_example && example.is_none() && !line.is_empty() {
            self.out.push_str(".fi\n.RE\n.PP\n");
            self.in_example = false;
        }
        let text = match (example, line.split_once(' ')) {
            (Some(code), _) => return self.example(code),
            (None, _) if line.is_empty() => {
                if self.in_example {
                    String::new()
                } else {
                    ".PP".to_owned()
                }
            }
            (None, Some(("#", head))) => format!(".SH {}", plain(head)),
            (None, Some(("##", head))) => format!(".SS {}", plain(head)),
            (None, Some(("###", head))) => format!("\\fI{}\\fR\n.br", plain(head)),
            (None, Some((":", term))) => format!(".TP\n{}", self.marked(term)),
            (None, Some((number, item))) if number.strip_suffix('.').is_some_and(|n| n.parse::<u8>().is_ok()) => {
                format!(".IP {number} 4\n{}", self.marked(item))
            }
            (None, _) => self.marked(line),
        };
        self.out.push_str(&text);
        self.out.push('\n');
    }

    fn example(&mut self, code: &str) {
        if !self.in_example {
            self.out.push_str(".RS 4\n.nf\n");
            self.in_example = true;
        }
        self.out.push_str(&guarded(plain(code)));
        self.out.push('\n');
    }

    /// `code`, which may go on in the next line, and **what matters** in bold.
    fn marked(&mut self, line: &str) -> String {
        let mut out = String::from(if self.in_code { "\\fB" } else { "" });
        for (index, piece) in line.split('`').enumerate() {
            if index > 0 {
                self.in_code = !self.in_code;
                out.push_str(if self.in_code { "\\fB" } else { "\\fR" });
            }
            match self.in_code {
                true => out.push_str(&plain(piece)),
                false => piece.split("**").enumerate().for_each(|(index, piece)| {
                    let font = ["\\fR", "\\fB"][index % 2];
                    out.push_str(if index > 0 { font } else { "" });
                    out.push_str(&plain(piece));
                }),
            }
        }
        guarded(out)
    }
}

fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\\' => "\\e".to_owned(),
            '-' => "\\-".to_owned(),
            '\'' => "\\(aq".to_owned(),
            '`' => "\\(ga".to_owned(),
            c if c.is_ascii() => c.to_string(),
            c => format!("\\[u{:04X}]", u32::from(c)),
        })
        .collect()
}

/// A line that begins with a dot is text, and no request.
fn guarded(line: String) -> String {
    if line.starts_with('.') { format!("\\&{line}") } else { line }
}
