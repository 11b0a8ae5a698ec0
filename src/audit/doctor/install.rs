//! What belongs to sdocker: the policy in force, whether `docker` means sdocker, and where decisions are written.

use crate::audit::machine::{InstallFacts, Machine, PolicyFacts, ProgramFacts};
use crate::request::{Check, Fact};

/// From here on docker's client ignores the variable without a word.
const TRUST_IGNORED_SINCE: u32 = 29;

pub(super) fn checks(machine: &Machine) -> Vec<Check> {
    let install = &machine.install;
    vec![policy(install), place(install), command(install), client(install), trust(install), journal(install)]
}

fn policy(install: &InstallFacts) -> Check {
    match &install.policy {
        Ok(PolicyFacts { sources, guests, notes }) => {
            let shown = |source: &String| match guests.contains(source) {
                true => format!("{source} (only tightens)"),
                false => source.clone(),
            };
            let sources: Vec<String> = sources.iter().map(shown).collect();
            let says = format!("in force, the later over the earlier: {}", sources.join(", "));
            match notes.as_slice() {
                [] => Check::ok("policy", says),
                notes => Check::warn("policy", format!("{says}; passed over: {}", notes.join("; "))),
            }
        }
        Err(problems) => {
            let says = format!("not usable, so nothing runs: {}", problems.trim().replace('\n', "; "));
            Check::fail("policy", says).help("mend what is named; `sdocker run` says it with the same words")
        }
    }
}

/// Whether users can replace the policy.
fn place(install: &InstallFacts) -> Check {
    match install.machine_policy {
        true => Check::ok("policy-place", "/etc/sdocker binds every user of this machine"),
        false => Check::info("policy-place", "each user chooses the policy; there is no /etc/sdocker")
            .help("make the directory /etc/sdocker, and a policy.toml in it, to bind everybody"),
    }
}

/// Whether what is typed as `docker` is judged.
fn command(install: &InstallFacts) -> Check {
    let link = "ln -s the program as `docker` into a directory early in PATH, or alias docker=sdocker";
    match &install.docker {
        Some(ProgramFacts { path, is_self: true }) => {
            Check::ok("docker-command", format!("`docker` in PATH is sdocker: {}", path.display()))
        }
        Some(ProgramFacts { path, .. }) => {
            let path = path.display();
            let says = format!(
                "`docker` in PATH is {path}, which nothing judges, unless your shell has an alias: that cannot be seen from here"
            );
            Check::warn("docker-command", says).help(link)
        }
        None => Check::info("docker-command", "there is no `docker` in PATH").help(link),
    }
}

fn client(install: &InstallFacts) -> Check {
    match (&install.client, &install.client_version) {
        (Some(path), Fact::Known(version)) => Check::ok("docker-client", format!("{} is {version}", path.display())),
        (Some(path), Fact::Unknown(why)) => Check::unknown("docker-client", format!("{}: {why}", path.display())),
        (Some(path), Fact::NotAsked) => Check::ok("docker-client", path.display().to_string()),
        (None, _) => {
            Check::info("docker-client", "docker's own client is not in PATH; sdocker runs containers without it")
        }
    }
}

fn trust(install: &InstallFacts) -> Check {
    if !install.content_trust {
        return Check::ok("content-trust", "DOCKER_CONTENT_TRUST is not set");
    }
    let version = install.client_version.known().ok().and_then(|text| major(text));
    let ignored = match version {
        Some(version) if version < TRUST_IGNORED_SINCE => "docker's client checks signatures".to_owned(),
        Some(version) => format!("docker's client {version} ignores it without a word"),
        None => format!("docker's client ignores it without a word from {TRUST_IGNORED_SINCE} on"),
    };
    let says =
        format!("DOCKER_CONTENT_TRUST is set: {ignored}; sdocker refuses images by tag, since it checks no signatures");
    Check::warn("content-trust", says).help("unset it, and name images by digest where it matters")
}

/// The first number of `Docker version 28.2.2, build …`.
fn major(text: &str) -> Option<u32> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    digits.parse().ok()
}

fn journal(install: &InstallFacts) -> Check {
    match &install.journal {
        Fact::Known(path) => Check::ok("journal", format!("decisions are written to {}", path.display())),
        Fact::Unknown(why) => Check::warn("journal", format!("decisions are not written: {why}"))
            .help("let XDG_STATE_HOME name a directory of yours"),
        Fact::NotAsked => Check::unknown("journal", "it was not looked at"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{machine, status_of};
    use super::*;
    use crate::request::Status;

    fn status(id: &str, change: impl FnOnce(&mut InstallFacts)) -> Status {
        let mut machine = machine();
        change(&mut machine.install);
        status_of(&checks(&machine), id)
    }

    #[test]
    fn a_policy_that_is_not_usable_fails() {
        assert_eq!(status("policy", |_| {}), Status::Ok);
        let noted = PolicyFacts { notes: vec!["x".to_owned()], ..PolicyFacts::default() };
        assert_eq!(status("policy", |install| install.policy = Ok(noted)), Status::Warn);
        assert_eq!(status("policy", |install| install.policy = Err("p.toml:1: bad\n".to_owned())), Status::Fail);
        assert_eq!(status("policy-place", |_| {}), Status::Info);
        assert_eq!(status("policy-place", |install| install.machine_policy = true), Status::Ok);
    }

    #[test]
    fn only_a_docker_that_is_sdocker_is_judged() {
        let docker = |is_self| Some(ProgramFacts { path: "/bin/docker".into(), is_self });
        assert_eq!(status("docker-command", |install| install.docker = docker(true)), Status::Ok);
        assert_eq!(status("docker-command", |install| install.docker = docker(false)), Status::Warn);
        assert_eq!(status("docker-command", |install| install.docker = None), Status::Info);
    }

    #[test]
    fn content_trust_is_said_with_what_the_client_makes_of_it() {
        assert_eq!(status("content-trust", |_| {}), Status::Ok);
        let says = |version: &str| {
            let mut machine = machine();
            machine.install.content_trust = true;
            machine.install.client_version = Fact::Known(version.to_owned());
            trust(&machine.install).says
        };
        assert!(says("Docker version 28.2.2, build x").contains("checks signatures"));
        assert!(says("Docker version 29.0.0, build x").contains("client 29 ignores it"));
        assert!(says("odd").contains("from 29 on"));
    }

    #[test]
    fn a_journal_without_a_place_is_a_warning() {
        assert_eq!(status("journal", |_| {}), Status::Ok);
        assert_eq!(status("journal", |install| install.journal = Fact::Unknown("x".into())), Status::Warn);
    }
}
