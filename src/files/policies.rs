//! Finding the layers of the policy in force.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::project;
use super::trusted::{self, listed, read};
use crate::policy::{Draft, Layer, PROFILES, Problem, Problems, Source};

/// Where policies are looked for.
#[derive(Debug, Clone)]
pub struct Places {
    /// The administrator's: `/etc/sdocker`.
    pub system: PathBuf,
    /// The user's own file, where the user has a home.
    pub own: Option<PathBuf>,
    /// The directory from which a project's file is looked for, upwards.
    pub project: Option<PathBuf>,
    /// Whose files are trusted besides root's.
    pub uid: u32,
}

/// A policy that was asked for by name or file.
#[derive(Debug, Clone)]
pub struct Choice {
    /// A profile's name, or a path.
    pub value: OsString,
    /// Who says so: `--policy` or `SDOCKER_POLICY`.
    pub said_by: &'static str,
}

/// What was found: texts as far as they could be read, with what is wrong with them, and what is to be said besides.
#[derive(Debug)]
#[must_use]
pub struct Found {
    /// The layers.
    pub draft: Draft,
    /// Files that were passed over, and why.
    pub notes: Vec<String>,
}

/// The policy in force for somebody at a command line.
///
/// Where the administrator has laid a policy, that is the owner's; the user's own file and every choice are guests. Else
/// the last choice is the owner's, or the user's own file, or baseline. The nearest file of a project is always a guest.
pub fn find_policy(places: &Places, choices: &[Choice]) -> Found {
    let mut search = Search { places, problems: Problems::default() };
    let (owners, mut guests) = search.layers(choices);
    let mut notes = Vec::new();
    match project::find(places) {
        Ok(Some(file)) => guests.extend(search.file(&file, places.uid)),
        Ok(None) => {}
        Err(note) => notes.push(note),
    }
    Found { draft: search.draft(&owners, &guests), notes }
}

/// The policy of a gateway, which has owners only: the administrator's, with the choice laid over it, or the choice
/// alone.
pub fn gateway_policy(places: &Places, choice: Option<&Choice>) -> Draft {
    let mut search = Search { places, problems: Problems::default() };
    let mut owners = search.system();
    owners.extend(choice.and_then(|choice| search.chosen(choice)));
    search.draft(&owners, &[])
}

/// One file as a policy of its own.
pub fn policy_file(places: &Places, file: &Path) -> Draft {
    let mut search = Search { places, problems: Problems::default() };
    let owner = search.file(file, places.uid);
    search.draft(owner.as_slice(), &[])
}

/// One file as a guest of the owner's policy in force.
pub fn guest_file(places: &Places, choices: &[Choice], file: &Path) -> Draft {
    let mut search = Search { places, problems: Problems::default() };
    let (owners, _) = search.layers(choices);
    let guest = search.file(file, places.uid);
    search.draft(&owners, guest.as_slice())
}

/// Reads layers, and keeps what is wrong with files for later, so that all of it is told at once.
struct Search<'a> {
    places: &'a Places,
    problems: Problems,
}

impl Search<'_> {
    /// Owners, and those guests that are no project's.
    fn layers(&mut self, choices: &[Choice]) -> (Vec<Layer>, Vec<Layer>) {
        let system = self.system();
        if !system.is_empty() {
            let own = self.own();
            return (system, own.into_iter().chain(choices.iter().filter_map(|c| self.chosen(c))).collect());
        }
        let owner = match choices.last() {
            Some(choice) => self.chosen(choice),
            None => self.own(),
        };
        (owner.into_iter().collect(), Vec::new())
    }

    /// `policy.toml`, then `policy.d/*.toml` by name. A directory without either is a machine under baseline.
    fn system(&mut self) -> Vec<Layer> {
        let directory = &self.places.system;
        if !self.exists(directory) {
            return Vec::new();
        }
        let main = directory.join("policy.toml");
        let mut files: Vec<PathBuf> = Some(main).filter(|main| self.exists(main)).into_iter().collect();
        let parts = directory.join("policy.d");
        if self.exists(&parts) {
            files.extend(listed(&parts).unwrap_or_else(|problems| self.keep(problems)));
        }
        let mut layers: Vec<Layer> = files.iter().filter_map(|file| self.file(file, 0)).collect();
        if layers.is_empty() {
            layers.push(Layer::File(Source { name: directory.display().to_string().into(), text: String::new() }));
        }
        layers
    }

    fn own(&mut self) -> Option<Layer> {
        let own = self.places.own.as_ref().filter(|own| self.exists(own))?;
        self.file(own, self.places.uid)
    }

    fn chosen(&mut self, choice: &Choice) -> Option<Layer> {
        let name = choice.value.to_string_lossy();
        if PROFILES.iter().any(|profile| *profile.name == *name) {
            return Some(Layer::Profile(name.into_owned()));
        }
        let path = Path::new(&choice.value);
        if !name.contains(['/', '.']) && !self.exists(path) {
            let problem = Problem::new(format!("{} names no profile and no file: `{name}`", choice.said_by));
            self.problems.add(problem.closest(&name, PROFILES.iter().map(|profile| profile.name)));
            return None;
        }
        self.file(path, self.places.uid)
    }

    fn file(&mut self, path: &Path, uid: u32) -> Option<Layer> {
        match read(path, uid) {
            Ok(source) => Some(Layer::File(source)),
            Err(problems) => self.keep(problems),
        }
    }

    /// Whether something is there; what cannot be looked at is a problem, not an absence.
    fn exists(&mut self, path: &Path) -> bool {
        trusted::exists(path).unwrap_or_else(|problems| self.keep(problems))
    }

    fn keep<T: Default>(&mut self, problems: Problems) -> T {
        self.problems.join(problems);
        T::default()
    }

    fn draft(self, owners: &[Layer], guests: &[Layer]) -> Draft {
        let Draft { policy, problems } = Draft::of(owners, guests);
        let mut all = self.problems;
        all.join(problems);
        Draft { policy, problems: all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    struct Machine {
        root: tempfile::TempDir,
        places: Places,
    }

    fn machine() -> Machine {
        let root = tempfile::tempdir().unwrap();
        let uid = rustix::process::getuid().as_raw();
        let system = root.path().join("etc");
        let places = Places { system, own: Some(root.path().join("own.toml")), project: None, uid };
        Machine { root, places }
    }

    impl Machine {
        fn write(&self, name: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
            let path = self.root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            path
        }

        /// The names of the layers, those of guests after a bar, without the machine's directory; and the notes.
        fn layers(&self, choices: &[&str]) -> Result<(String, Vec<String>), String> {
            let choice = |value: &&str| Choice { value: value.into(), said_by: "--policy" };
            let choices: Vec<Choice> = choices.iter().map(choice).collect();
            let Found { draft, notes } = find_policy(&self.places, &choices);
            let policy = draft.finish().map_err(|problems| problems.to_string())?;
            let root = format!("{}/", self.root.path().display());
            let short = |name: &str| name.replace("built-in:", "").replace(&root, "");
            let owners = policy.sources().len() - policy.guests().len();
            let names: Vec<String> = policy.sources().iter().map(|name| short(name)).collect();
            let (owners, guests) = names.split_at(owners);
            let notes = notes.iter().map(|note| note.replace(&root, "")).collect();
            Ok((format!("{} | {}", owners.join(" "), guests.join(" ")).trim_end().to_owned(), notes))
        }

        fn find(&self, choices: &[&str]) -> Result<String, String> {
            self.layers(choices).map(|(layers, _)| layers)
        }

        fn with_system(self) -> Self {
            self.write("etc/policy.toml", "extends = \"strict\"\n", 0o644);
            self
        }
    }

    #[test]
    fn without_any_file_baseline_is_in_force() {
        assert_eq!(machine().find(&[]).unwrap(), "baseline |");
        assert_eq!(machine().find(&["strict"]).unwrap(), "baseline strict |");
    }

    #[test]
    fn a_choice_beats_the_users_own_file_and_a_later_choice_an_earlier() {
        let machine = machine();
        machine.write("own.toml", "[cpus]\nmax = 1.0\n", 0o600);
        assert_eq!(machine.find(&[]).unwrap(), "baseline own.toml |");
        assert_eq!(machine.find(&["permissive"]).unwrap(), "permissive |");
        assert_eq!(machine.find(&["strict", "permissive"]).unwrap(), "permissive |");
    }

    #[test]
    fn where_the_machine_has_a_policy_all_others_are_guests() {
        let machine = machine().with_system();
        if !rustix::process::getuid().is_root() {
            assert!(machine.find(&[]).unwrap_err().contains("belongs to uid"), "only root's file counts there");
            return;
        }
        machine.write("etc/policy.d/20-b.toml", "[cpus]\nmax = 2.0\n", 0o644);
        machine.write("etc/policy.d/10-a.toml", "[cpus]\nmax = 3.0\n", 0o644);
        machine.write("etc/policy.d/not-this.txt", "= = =", 0o644);
        let owners = "baseline strict etc/policy.toml etc/policy.d/10-a.toml etc/policy.d/20-b.toml |";
        assert_eq!(machine.find(&[]).unwrap(), owners);
        machine.write("own.toml", "[cpus]\nmax = 1.0\n", 0o600);
        let chosen = machine.write("chosen.toml", "", 0o600);
        let layers = machine.find(&["permissive", chosen.to_str().unwrap()]).unwrap();
        assert_eq!(layers, format!("{owners} own.toml permissive chosen.toml"));
        machine.write("own.toml", "extends = \"permissive\"\n", 0o600);
        assert!(machine.find(&[]).unwrap_err().contains("own.toml:1: `extends` is for the owner of a policy only"));
    }

    #[test]
    fn a_directory_without_files_still_makes_choices_guests() {
        let machine = machine();
        fs::create_dir(machine.root.path().join("etc")).unwrap();
        assert_eq!(machine.find(&["permissive"]).unwrap(), "baseline etc | permissive");
    }

    #[test]
    fn a_gateway_has_owners_only() {
        let mut machine = machine();
        machine.write("own.toml", "", 0o600);
        machine.write(".sdocker.toml", "", 0o600);
        machine.places.project = Some(machine.root.path().to_owned());
        let names = |choice: Option<&str>| {
            let choice = choice.map(|value| Choice { value: value.into(), said_by: "--policy" });
            let policy = gateway_policy(&machine.places, choice.as_ref()).finish().unwrap();
            assert_eq!(policy.guests().len(), 0);
            policy.sources().iter().map(|name| name.rsplit([':', '/']).next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(None), ["baseline"]);
        assert_eq!(names(Some("ci")), ["baseline", "ci"]);
        fs::create_dir(machine.root.path().join("etc")).unwrap();
        assert_eq!(names(Some("permissive")), ["baseline", "etc", "permissive"]);
    }

    #[test]
    fn the_nearest_file_of_a_project_is_a_guest() {
        let mut machine = machine();
        let deep = machine.root.path().join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        machine.places.project = Some(deep);
        assert_eq!(machine.layers(&[]).unwrap(), ("baseline |".to_owned(), vec![]));
        machine.write("a/.sdocker.toml", "", 0o600);
        assert_eq!(machine.find(&["ci"]).unwrap(), "baseline ci | a/.sdocker.toml");
        machine.write("a/b/.sdocker.toml", "", 0o600);
        assert_eq!(machine.find(&[]).unwrap(), "baseline | a/b/.sdocker.toml");
    }

    #[test]
    fn a_projects_file_in_a_bad_state_is_a_problem() {
        let mut machine = machine();
        machine.places.project = Some(machine.root.path().to_owned());
        for text in ["x = = 1", "extends = \"strict\"\n", "[[grant]]\n"] {
            machine.write(".sdocker.toml", text, 0o600);
            assert!(machine.find(&[]).unwrap_err().contains(".sdocker.toml:1: "), "{text}");
        }
        machine.write(".sdocker.toml", "", 0o666);
        assert!(machine.find(&[]).unwrap_err().contains("writable by others"));
        fs::remove_file(machine.root.path().join(".sdocker.toml")).unwrap();
        symlink("nowhere", machine.root.path().join(".sdocker.toml")).unwrap();
        assert!(machine.find(&[]).unwrap_err().contains("cannot read it"));
    }

    #[test]
    fn where_others_can_write_the_search_for_a_project_ends() {
        let mut machine = machine();
        let open = machine.write("open/.sdocker.toml", "= =", 0o600).parent().unwrap().to_owned();
        let inner = open.join("inner");
        fs::create_dir(&inner).unwrap();
        for (mode, words) in [(0o777, "its directory is writable by others"), (0o1777, "its directory is writable by")]
        {
            fs::set_permissions(&open, Permissions::from_mode(mode)).unwrap();
            machine.places.project = Some(inner.clone());
            let (layers, notes) = machine.layers(&[]).unwrap();
            assert_eq!(layers, "baseline |");
            assert!(
                notes[0].starts_with("open/.sdocker.toml is passed over: ") && notes[0].contains(words),
                "{notes:?}"
            );
        }
        fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
        machine.write("open/inner/.sdocker.toml", "", 0o600);
        let (layers, notes) = machine.layers(&[]).unwrap();
        assert!(layers == "baseline |" && notes[0].contains("open is writable by others"), "{layers} {notes:?}");
        machine.write("open/inner/.sdocker.toml", "", 0o600);
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(machine.find(&[]).unwrap(), "baseline | open/inner/.sdocker.toml");
        if rustix::process::getuid().is_root() {
            chown(inner.join(".sdocker.toml"), Some(1234), None).unwrap();
            let (layers, notes) = machine.layers(&[]).unwrap();
            assert!(layers == "baseline |" && notes[0].ends_with("it belongs to uid 1234"), "{layers} {notes:?}");
        }
    }

    #[test]
    fn what_others_could_have_written_is_not_read() {
        let machine = machine();
        let file = machine.write("p.toml", "", 0o666);
        let error = machine.find(&[file.to_str().unwrap()]).unwrap_err();
        assert!(error.contains("writable by others") && error.contains("chmod go-w"), "{error}");
        let inner = machine.write("open/p.toml", "", 0o600);
        fs::set_permissions(inner.parent().unwrap(), Permissions::from_mode(0o777)).unwrap();
        assert!(machine.find(&[inner.to_str().unwrap()]).unwrap_err().contains("writable by others"));
        if rustix::process::getuid().is_root() {
            let foreign = machine.write("f.toml", "", 0o600);
            chown(&foreign, Some(1234), None).unwrap();
            assert!(machine.find(&[foreign.to_str().unwrap()]).unwrap_err().contains("belongs to uid 1234"));
        }
    }

    #[test]
    fn what_is_no_text_is_not_read() {
        let machine = machine();
        let find = |path: &Path| machine.find(&[path.to_str().unwrap()]).unwrap_err();
        let directory = machine.root.path().join("d.toml");
        fs::create_dir(&directory).unwrap();
        assert!(find(&directory).contains("no regular file"));
        assert!(find(Path::new("/nowhere/p.toml")).contains("cannot read it"));
        assert!(find(Path::new("strikt")).contains("did you mean `strict`?"));
        assert!(find(&machine.write("huge.toml", vec![b'\n'; (4 << 20) + 1], 0o600)).contains("larger than 4 MiB"));
        assert!(find(&machine.write("nul.toml", "a = 1\nb = \"\0\"\n", 0o600)).contains("nul.toml:2: "));
        assert!(
            find(&machine.write("latin.toml", b"a = 1\n# gr\xfc\xdf\n", 0o600)).contains("latin.toml:2: is not UTF-8")
        );
        let deep = format!("a = {}{}\n", "[".repeat(5000), "]".repeat(5000));
        assert!(find(&machine.write("deep.toml", deep, 0o600)).contains("deep.toml:1: "));
    }

    #[test]
    fn every_file_says_what_is_wrong_with_it_at_once() {
        let machine = machine().with_system();
        machine.write("etc/policy.toml", "[usr]\nx = = 1\n", 0o644);
        machine.write("own.toml", "y = = 1\n", 0o666);
        let problems = machine.find(&["/nowhere/p.toml"]).unwrap_err();
        let expected = ["own.toml: is not trusted", "/nowhere/p.toml: cannot read it"];
        assert!(expected.iter().all(|words| problems.contains(words)), "{problems}");
    }

    #[test]
    fn too_many_files_are_not_read() {
        let machine = machine().with_system();
        for index in 0..300 {
            machine.write(&format!("etc/policy.d/{index}.toml"), "", 0o644);
        }
        assert!(machine.find(&[]).unwrap_err().contains("has more than 256 files"));
    }

    #[test]
    fn a_pipe_does_not_hold_us_up() {
        let machine = machine();
        let pipe = machine.root.path().join("pipe.toml");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(machine.find(&[pipe.to_str().unwrap()]).unwrap_err().contains("no regular file"));
    }
}
