//! A way in besides the engine.

use super::{Breach, Case, Check, Opinion, Rule};
use crate::policy::Settings;
use crate::request::RuleId;
use crate::request::wire::ContainerCreate;

pub(super) const RULE: Rule = Rule {
    id: RuleId("ssh-server"),
    doc: "\
## What
A container runs an SSH server, or publishes port 22 of its own.

## Why
Keys and accounts inside are nobody's to keep up to date, and who comes in that way is seen by no log of the engine.

## Instead
Use `docker exec` to look inside, `docker cp` and mounts for files.
",
    fields: &["Cmd", "Entrypoint", "HostConfig.PortBindings"],
    keys: &[],
    open_keys: &[],
    silence: "cannot be silent",
    breach: "a command that starts `sshd` or `dropbear`, or port 22 published",
    rewrites: false,
    sources: &["CIS Docker 5.7"],
    load: |_: &mut Settings<'_>| Some(Box::new(SshServer)),
};

const SERVERS: [&str; 2] = ["sshd", "dropbear"];
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

#[derive(Debug)]
struct SshServer;

impl Check for SshServer {
    fn judge(&self, case: &Case<'_>, out: &mut Opinion) {
        let body = &case.request.body;
        let help = "use `docker exec` to look inside";
        if let Some(pointer) = starts_a_server(body) {
            out.breach(Breach::new(pointer, "the container runs an SSH server").help(help));
        }
        let is_ssh = |port: &&String| matches!(port.as_str(), "22" | "22/tcp");
        if let Some(port) = body.host_config.port_bindings.keys().find(is_ssh) {
            let pointer = format!("/HostConfig/PortBindings/{}", port.replace('/', "~1"));
            out.breach(Breach::new(pointer, "port 22 of the container, for an SSH server, is published").help(help));
        }
    }
}

/// Where the command says so: by its program, or within a script for a shell.
fn starts_a_server(body: &ContainerCreate) -> Option<&'static str> {
    let words =
        |list: &Option<crate::request::wire::StrSlice>| list.as_ref().map(|list| list.0.clone()).unwrap_or_default();
    let (entrypoint, command) = (words(&body.entrypoint), words(&body.cmd));
    let program = entrypoint.iter().chain(&command).find(|word| !word.is_empty())?;
    let is_server = |word: &str| SERVERS.contains(&base(word));
    if is_server(program) {
        return Some(if entrypoint.contains(program) { "/Entrypoint" } else { "/Cmd" });
    }
    let in_script = |list: &[String]| list.iter().any(|word| word.split([' ', ';', '&', '|', '\n']).any(is_server));
    match SHELLS.contains(&base(program)) {
        true if in_script(&entrypoint) => Some("/Entrypoint"),
        true if in_script(&command) => Some("/Cmd"),
        _ => None,
    }
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Bench;
    use super::*;

    fn runs(entrypoint: &[&str], command: &[&str]) -> String {
        let words = |list: &[&str]| Some(list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>().into());
        Bench::new(&RULE, "action = \"warn\"").of(|body| {
            body.entrypoint = words(entrypoint);
            body.cmd = words(command);
        })
    }

    #[test]
    fn servers_are_known_by_the_program_that_runs() {
        assert_eq!(runs(&[], &["/usr/sbin/sshd", "-D"]), "warn");
        assert_eq!(runs(&["dropbear"], &["-F"]), "warn");
        assert_eq!(runs(&[""], &["sh", "-c", "mkdir /run/sshd;/usr/sbin/sshd -D"]), "warn");
        assert_eq!(runs(&["/bin/bash", "-c"], &["exec sshd"]), "warn");
    }

    #[test]
    fn other_words_are_no_server() {
        assert_eq!(runs(&[], &["grep", "sshd", "/etc/passwd"]), "pass");
        assert_eq!(runs(&[], &["sh", "-c", "ls /etc/sshd_config"]), "pass");
        assert_eq!(runs(&[], &[]), "pass");
    }

    #[test]
    fn its_port_is_one_too() {
        let publishes = |port: &str| {
            Bench::new(&RULE, "action = \"deny\"")
                .of(|body| drop(body.host_config.port_bindings.insert(port.to_owned(), None)))
        };
        assert_eq!(publishes("22/tcp"), "deny");
        assert_eq!(publishes("22"), "deny");
        assert_eq!(publishes("2222/tcp"), "pass");
        assert_eq!(publishes("22/udp"), "pass");
    }
}
