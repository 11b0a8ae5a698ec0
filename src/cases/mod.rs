//! Cases of a policy: what is asked, in which world, and what must come of it. A case is judged by the same code as a
//! run; nothing is opened, executed or asked, since the case itself says what would be found.

mod argv;
mod expect;
mod host;
mod judge;
mod told;
mod tree;
mod world;

use crate::policy::{self, Entry, Node, Problem, Problems, Setting, Settings, Source, Table, Value};
use crate::request::PolicySpot;

pub use expect::{Expected, Must};
pub use judge::{Came, Refusal};

use argv::CommandLine;
use world::World;

/// The key of a file's shared facts.
const FIXTURE: &str = "fixture";
/// The key of its list of cases.
const CASE: &str = "case";

/// One case.
#[derive(Debug)]
pub struct Case {
    /// Its name, where it has one.
    pub id: Option<String>,
    /// What it is about.
    pub why: Option<String>,
    /// Where it stands.
    pub spot: PolicySpot,
    /// What must come of it.
    pub expected: Expected,
    asked: Asked,
    world: World,
}

/// What a case asks for.
#[derive(Debug)]
enum Asked {
    /// The words behind `docker`.
    Line(Vec<String>),
    /// The body of a create call, and its name and platform.
    Body { text: String, name: Option<String>, platform: Option<String> },
}

impl Case {
    /// The keys of a case besides those of its world.
    const KEYS: [&'static str; 10] = ["id", "why", "argv", "body", "name", "platform", "must", "rules", "then", "gone"];

    /// How it is named in a report: where it stands, and its id or what it asks.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.id, &self.asked) {
            (Some(id), _) => format!("{}: {id}", self.spot),
            (None, Asked::Line(words)) => format!("{}: `{}`", self.spot, shell_words::join(words)),
            (None, Asked::Body { .. }) => self.spot.to_string(),
        }
    }

    fn read(settings: &mut Settings<'_>) -> Option<Self> {
        let known: Vec<&str> = Self::KEYS.into_iter().chain(World::KEYS).collect();
        settings.only(&known);
        let text = |setting: Option<Setting<String>>| setting.map(|setting| setting.value);
        let (id, why) = (text(settings.get("id")), text(settings.get("why")));
        let (name, platform) = (text(settings.get("name")), text(settings.get("platform")));
        let (line, body) = (settings.get::<CommandLine>("argv"), settings.get::<String>("body"));
        let expected = Expected::read(settings);
        let world = World::read(settings);
        let spot = settings.spot();
        let asked = match (line, body) {
            (Some(line), None) => match name.or(platform) {
                None => Asked::Line(line.value.0),
                Some(_) => {
                    settings
                        .object(&line.spot, "`name` and `platform` go with a `body`; a command line says them itself");
                    return None;
                }
            },
            (None, Some(body)) => Asked::Body { text: body.value, name, platform },
            (Some(_), Some(body)) => {
                settings.object(&body.spot, "a case has an `argv` or a `body`, not both");
                return None;
            }
            (None, None) => {
                settings.object(&spot, "a case needs an `argv` or a `body`");
                return None;
            }
        };
        Some(Self { id, why, spot, expected: expected?, asked, world: world? })
    }
}

/// Reads the cases of a text. What a case does not say of the world is taken from the text's `[fixture]`.
///
/// # Errors
/// All problems at once, each with its line: unknown keys, values that do not fit, no case at all.
pub fn read(source: &Source) -> Result<Vec<Case>, Problems> {
    let mut table = policy::read(source)?;
    let mut problems = Problems::default();
    let fixture = table.remove(FIXTURE);
    let list = table.remove(CASE);
    for (key, entry) in &table {
        problems.add(Problem::at(&entry.key, format!("unknown key `{key}`")).closest(key, [FIXTURE, CASE]));
    }
    let shared = fixture.map(|entry| shared(&entry, &mut problems)).unwrap_or_default();
    let items = match list.map(|entry| entry.node) {
        Some(Node { value: Value::Array(items), .. }) if !items.is_empty() => items,
        Some(node) => return Err(Problem::at(&node.spot, "cases are written `[[case]]`").into()),
        None => return Err(Problem::in_file(&source.name, None, "there is no `[[case]]`").into()),
    };
    let cases: Vec<Case> = items.into_iter().filter_map(|item| one(item, &shared, &mut problems)).collect();
    problems.into_result(cases)
}

/// The facts that all cases of a text share, checked once.
fn shared(entry: &Entry, problems: &mut Problems) -> Table {
    let Some(mut settings) = Settings::of(FIXTURE, entry, problems) else { return Table::new() };
    settings.only(&World::KEYS);
    match &entry.node.value {
        Value::Table(table) => table.clone(),
        _ => Table::new(),
    }
}

/// One case, laid over what is shared.
fn one(item: Node, shared: &Table, problems: &mut Problems) -> Option<Case> {
    let spot = item.spot.clone();
    let value = match item.value {
        Value::Table(own) => {
            let mut whole = shared.clone();
            policy::merge(&mut whole, own);
            Value::Table(whole)
        }
        other => other,
    };
    let entry = Entry { key: spot.clone(), node: Node { value, spot } };
    let mut own = Problems::default();
    let case = Settings::of(CASE, &entry, &mut own).and_then(|mut settings| Case::read(&mut settings));
    // What is wrong with the shared facts is wrong in every case, and said once.
    for problem in own.iter() {
        if problems.iter().all(|known| known != problem) {
            problems.add(problem.clone());
        }
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        read(&Source { name: "c.toml".into(), text: text.to_owned() }).unwrap_err().to_string()
    }

    const CALLER: &str = "[fixture.caller]\nuid = 1000\ngid = 1000\n";

    #[test]
    fn a_case_is_three_lines() {
        let text = format!("{CALLER}[[case]]\nargv = \"run -e 'A=b c' x\"\nmust = \"allow\"\n");
        let cases = read(&Source { name: "c.toml".into(), text }).unwrap();
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].title(), "c.toml:4: `run -e 'A=b c' x`");
    }

    #[test]
    fn all_problems_come_at_once_with_file_and_line() {
        let text = format!(
            "{CALLER}hom = \"/x\"\n[fixture.info]\ncpus = \"x\"\n[[case]]\nargv = \"run 'x\"\nmust = \"denied\"\n\
             [[case]]\nargv = [\"run\", \"x\"]\nmust = \"deny\"\nrules = [\"privilege\"]\nthen = {{ \"/User\" = \"x\" }}\n\
             [[case]]\nmust = \"allow\"\nfils = {{}}\n[fixtur]\n"
        );
        let said = problems(&text);
        for expected in [
            "c.toml:4: unknown key `hom` in `[case.caller]` (did you mean `home`?)",
            "c.toml:6: `case.info.cpus` takes a whole number from 0, not `x`",
            "c.toml:8: `case.argv` takes a command line as a shell reads it, or a list of words, not `run 'x`",
            "c.toml:9: `case.must` takes \"deny\", \"rewrite\" or \"allow\", not `denied`",
            "c.toml:13: there is no rule `privilege` (did you mean `privileged`?)",
            "c.toml:14: what is refused has no body: leave `then` and `gone` out",
            "c.toml:17: unknown key `fils` in `[case]` (did you mean `files`?)",
            "c.toml:15: a case needs an `argv` or a `body`",
            "c.toml:18: unknown key `fixtur` (did you mean `fixture`?)",
        ] {
            assert!(said.contains(expected), "{expected}\n--\n{said}");
        }
        assert_eq!(said.matches("unknown key `hom`").count(), 1, "{said}");
    }

    #[test]
    fn a_text_without_cases_is_a_mistake() {
        assert_eq!(problems(CALLER), "c.toml: there is no `[[case]]`");
        assert!(problems("case = 1\n").contains("c.toml:1: cases are written `[[case]]`"));
        assert!(problems("[[case]]\nargv = \"run x\"\nmust = \"deny\"\n").contains("`[case]` has no `caller`"));
    }
}
