//! What runs, as whom, where, with which variables and streams.

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Many, Once, is_on};
use crate::cli::values::{Said, key_values};
use crate::cli::wants::Proxies;
use crate::request::Origin;
use crate::request::wire::StrSlice;

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Process {
    pub(crate) attach: Many<Stream>,
    pub(crate) interactive: Once<bool>,
    pub(crate) tty: Once<bool>,
    user: Once<String>,
    workdir: Once<String>,
    entrypoint: Once<String>,
    pub(crate) env: Many<String>,
    pub(crate) env_files: Many<String>,
    hostname: Once<String>,
    domainname: Once<String>,
    group_add: Many<String>,
    init: Once<bool>,
}

/// A standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    In,
    Out,
    Err,
}

fn stream(text: &str) -> Said<Stream> {
    match text.to_lowercase().as_str() {
        "stdin" => Ok(Stream::In),
        "stdout" => Ok(Stream::Out),
        "stderr" => Ok(Stream::Err),
        _ => Err("valid streams are STDIN, STDOUT and STDERR".to_owned()),
    }
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::list("attach", "list", "Attach to STDIN, STDOUT or STDERR", |t, arg| {
        arg.parse_each(&mut t.process.attach, stream)
    })
    .short('a'),
    Flag::switch("interactive", "Keep STDIN open even if not attached", |t, arg| {
        arg.switch(&mut t.process.interactive)
    })
    .short('i'),
    Flag::switch("tty", "Allocate a pseudo-TTY", |t, arg| arg.switch(&mut t.process.tty)).short('t'),
    Flag::value("user", "string", "Username or UID (format: <name|uid>[:<group|gid>])", |t, arg| {
        arg.text(&mut t.process.user)
    })
    .short('u'),
    Flag::value("workdir", "string", "Working directory inside the container", |t, arg| {
        arg.text(&mut t.process.workdir)
    })
    .short('w'),
    Flag::value("entrypoint", "string", "Overwrite the default ENTRYPOINT of the image", |t, arg| {
        arg.text(&mut t.process.entrypoint)
    }),
    Flag::list("env", "list", "Set environment variables", |t, arg| {
        arg.parse_each(&mut t.process.env, key_values::variable)
    })
    .short('e'),
    Flag::list("env-file", "list", "Read in a file of environment variables", |t, arg| {
        arg.each(&mut t.process.env_files)
    }),
    Flag::value("hostname", "string", "Container host name", |t, arg| arg.text(&mut t.process.hostname)).short('h'),
    Flag::value("domainname", "string", "Container NIS domain name", |t, arg| arg.text(&mut t.process.domainname)),
    Flag::list("group-add", "list", "Add additional groups to join", |t, arg| arg.each(&mut t.process.group_add)),
    Flag::switch("init", "Run an init inside the container that forwards signals and reaps processes", |t, arg| {
        arg.switch(&mut t.process.init)
    })
    .api(25),
];

impl Process {
    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        draft.put("/User", &self.user, |b| &mut b.user);
        draft.put("/WorkingDir", &self.workdir, |b| &mut b.working_dir);
        draft.put("/Hostname", &self.hostname, |b| &mut b.hostname);
        draft.put("/Domainname", &self.domainname, |b| &mut b.domainname);
        draft.put("/Tty", &self.tty, |b| &mut b.tty);
        draft.put("/OpenStdin", &self.interactive, |b| &mut b.open_stdin);
        draft.put("/HostConfig/Init", &self.init, |b| &mut b.host_config.init);
        draft.extend("/HostConfig/GroupAdd", &self.group_add, |b| &mut b.host_config.group_add);
        if let Some(entrypoint) = &self.entrypoint {
            // An empty text clears the image's entrypoint.
            draft.body.entrypoint = Some(StrSlice(vec![entrypoint.value.clone()]));
            draft.mark("/Entrypoint", &entrypoint.origin);
        }
    }

    /// Which streams are attached; a detached run attaches none.
    pub(crate) fn lower_streams(&self, draft: &mut Draft<'_>, detached: bool) {
        let has = |stream| self.attach.iter().any(|a| a.value == stream);
        let output = self.attach.is_empty();
        let body = &mut draft.body;
        body.attach_stdin = !detached && (has(Stream::In) || is_on(&self.interactive));
        body.attach_stdout = !detached && (output || has(Stream::Out));
        body.attach_stderr = !detached && (output || has(Stream::Err));
        body.stdin_once = body.open_stdin && body.attach_stdin;
    }

    /// Files first, then `-e` by name, the last of a name counting, then the proxies that nobody named.
    pub(crate) fn lower_env(&self, draft: &mut Draft<'_>) -> Said<()> {
        for file in &self.env_files {
            for line in draft.inputs.lines(&file.value)? {
                let text = match line.text.contains('=') {
                    true => Some(line.text),
                    false => (draft.inputs.variable)(&line.text).map(|value| format!("{}={value}", line.text)),
                };
                let Some(text) = text else { continue };
                push(draft, text, Origin::Line { path: file.value.clone(), line: line.number });
            }
        }
        for (at, typed) in self.env.iter().enumerate() {
            let name = key_values::name(&typed.value);
            if self.env.iter().skip(at + 1).any(|later| key_values::name(&later.value) == name) {
                continue;
            }
            let looked_up = || (draft.inputs.variable)(name).map(|value| format!("{name}={value}"));
            let text = if typed.value.contains('=') { None } else { looked_up() };
            push(draft, text.unwrap_or_else(|| typed.value.clone()), typed.origin.clone());
        }
        let typed = |name: &str| self.env.iter().any(|e| key_values::name(&e.value) == name);
        for (name, value) in proxy_variables(draft.inputs.proxies) {
            if !typed(&name) {
                push(draft, format!("{name}={value}"), Origin::BuiltIn);
            }
        }
        Ok(())
    }
}

fn push(draft: &mut Draft<'_>, text: String, origin: Origin) {
    draft.mark(&format!("/Env/{}", draft.body.env.len()), &origin);
    draft.body.env.push(text);
}

/// Each proxy under its name in capitals and in small letters.
fn proxy_variables(proxies: &Proxies) -> impl Iterator<Item = (String, String)> {
    let Proxies { http, https, none, ftp, all } = proxies;
    [("HTTP_PROXY", http), ("HTTPS_PROXY", https), ("NO_PROXY", none), ("FTP_PROXY", ftp), ("ALL_PROXY", all)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .flat_map(|(name, value)| [(name.to_owned(), value.clone()), (name.to_lowercase(), value.clone())])
}

#[cfg(test)]
mod tests {
    use crate::cli::testing::{body, origin, refused};
    use crate::request::Origin;

    #[test]
    fn the_last_of_a_name_counts_and_a_bare_name_is_looked_up() {
        assert_eq!(body("-e A=1 -e B=2 -e A=3 i").env, ["B=2", "A=3"]);
        assert_eq!(body("-e FROM_ENV -e UNSET i").env, ["FROM_ENV=from env", "UNSET"]);
        assert_eq!(body("-e A=1 -e A i").env, ["A"]);
        assert!(refused("-e = i").starts_with("invalid argument \"=\" for \"-e, --env\" flag: invalid environment"));
    }

    #[test]
    fn env_files_come_first_and_drop_unset_names() {
        assert_eq!(body("-e A=9 --env-file vars i").env, ["A=1", "FROM_ENV=from env", "A=9"]);
        let from = origin("--env-file vars i", "/Env/1");
        assert_eq!(from, Origin::Line { path: "vars".to_owned(), line: 3 });
    }

    #[test]
    fn an_empty_entrypoint_clears_the_images() {
        assert_eq!(body("--entrypoint= i").entrypoint.unwrap().0, [""]);
        assert_eq!(body("i").entrypoint, None);
    }

    #[test]
    fn output_is_attached_unless_streams_are_named_or_the_run_is_detached() {
        let streams = |line| {
            let body = body(line);
            (body.attach_stdin, body.attach_stdout, body.attach_stderr, body.open_stdin, body.stdin_once)
        };
        assert_eq!(streams("i"), (false, true, true, false, false));
        assert_eq!(streams("-i i"), (true, true, true, true, true));
        assert_eq!(streams("-ia stderr i"), (true, false, true, true, true));
        assert_eq!(streams("-a stdin i"), (true, false, false, false, false));
        assert_eq!(streams("-di i"), (false, false, false, true, false));
        assert_eq!(refused("-d -a stdin i"), "conflicting options: cannot specify both --attach and --detach");
    }
}
