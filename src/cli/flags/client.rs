//! What the client itself does: how it waits, what it pulls, what it writes.

use crate::cli::draft::Draft;
use crate::cli::flag::Flag;
use crate::cli::typed::{Once, text_of};
use crate::cli::values::{Said, platform};
use crate::cli::wants::Inputs;

/// As typed.
#[derive(Debug, Default)]
pub(crate) struct Client {
    pub(crate) detach: Once<bool>,
    pub(crate) detach_keys: Once<String>,
    pub(crate) sig_proxy: Once<bool>,
    pub(crate) name: Once<String>,
    pub(crate) platform: Once<String>,
    pub(crate) pull: Once<String>,
    pub(crate) quiet: Once<bool>,
    pub(crate) cidfile: Once<String>,
    pub(crate) disable_content_trust: Once<bool>,
    pub(crate) use_api_socket: Once<bool>,
}

/// When the image is pulled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PullPolicy {
    /// Before the container is made, whether it is there or not.
    Always,
    /// When the engine does not have it.
    #[default]
    Missing,
    /// Not at all.
    Never,
}

pub(crate) static FLAGS: &[Flag] = &[
    Flag::switch("detach", "Run container in background and print container ID", |t, arg| {
        arg.switch(&mut t.client.detach)
    })
    .short('d')
    .run_only(),
    Flag::value("detach-keys", "string", "Override the key sequence for detaching a container", |t, arg| {
        arg.text(&mut t.client.detach_keys)
    })
    .run_only(),
    Flag::switch("sig-proxy", "Proxy received signals to the process (default true)", |t, arg| {
        arg.switch(&mut t.client.sig_proxy)
    })
    .run_only(),
    Flag::switch("help", "Print usage", |t, arg| arg.switch(&mut t.help)),
    Flag::value("name", "string", "Assign a name to the container", |t, arg| arg.text(&mut t.client.name)),
    Flag::value("platform", "string", "Set platform if server is multi-platform capable", |t, arg| {
        arg.text(&mut t.client.platform)
    })
    .api(32),
    Flag::value(
        "pull",
        "string",
        "Pull image before running (\"always\", \"missing\", \"never\") (default \"missing\")",
        |t, arg| arg.text(&mut t.client.pull),
    ),
    Flag::switch("quiet", "Suppress the pull output", |t, arg| arg.switch(&mut t.client.quiet)).short('q'),
    Flag::value("cidfile", "string", "Write the container ID to the file", |t, arg| arg.text(&mut t.client.cidfile)),
    Flag::switch("disable-content-trust", "Skip image verification (default true)", |t, arg| {
        arg.switch(&mut t.client.disable_content_trust)
    }),
    Flag::switch("use-api-socket", "Bind mount Docker API socket and required auth", |t, arg| {
        arg.switch(&mut t.client.use_api_socket)
    }),
];

impl Client {
    /// Docker judges this before anything else of the line.
    pub(crate) fn pull_policy(&self) -> Said<PullPolicy> {
        match self.pull.as_ref().map(|p| p.value.as_str()) {
            None | Some("missing") => Ok(PullPolicy::Missing),
            Some("always") => Ok(PullPolicy::Always),
            // An empty policy neither pulls before nor after.
            Some("never" | "") => Ok(PullPolicy::Never),
            Some(other) => {
                let choice = r#"must be one of "always", "missing" or "never""#;
                Err(format!("invalid pull option: '{other}': {choice}"))
            }
        }
    }

    pub(crate) fn lower(&self, draft: &mut Draft<'_>) {
        draft.put("/HostConfig/ContainerIDFile", &self.cidfile, |b| &mut b.host_config.container_id_file);
    }

    pub(crate) fn check_cidfile(&self, draft: &Draft<'_>) -> Said<()> {
        let path = text_of(&self.cidfile);
        if path.is_empty() || !draft.inputs.cidfile_exists {
            return Ok(());
        }
        Err(format!("container ID file found, make sure the other container isn't running or delete {path}"))
    }

    /// What was typed, else the environment's; empty for none.
    pub(crate) fn wanted_platform(&self, inputs: &Inputs<'_>) -> String {
        match &self.platform {
            Some(typed) => typed.value.clone(),
            None => (inputs.variable)("DOCKER_DEFAULT_PLATFORM").unwrap_or_default(),
        }
    }

    /// The platform for the query: what was typed, else the environment's.
    pub(crate) fn lower_platform(&self, inputs: &Inputs<'_>) -> Said<Option<String>> {
        let wanted = self.wanted_platform(inputs);
        if wanted.is_empty() { Ok(None) } else { platform::platform(&wanted).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use super::PullPolicy;
    use crate::cli::testing::{asked, refused};

    #[test]
    fn client_options_are_told_to_the_client() {
        let client = asked("-d --sig-proxy=0 --pull always -q --cidfile c --detach-keys ctrl-a i").client;
        assert!(client.detach && !client.sig_proxy && client.quiet);
        assert_eq!(client.pull, PullPolicy::Always);
        assert_eq!(client.cidfile.as_deref(), Some("c"));
        assert_eq!(client.detach_keys.as_deref(), Some("ctrl-a"));
    }

    #[test]
    fn pull_policies() {
        assert_eq!(asked("--pull= i").client.pull, PullPolicy::Never);
        assert!(refused("--pull Always i").starts_with("docker: invalid pull option: 'Always': must be one of"));
    }

    #[test]
    fn a_pull_asks_for_the_platform_as_typed() {
        assert_eq!(asked("--platform linux/AARCH64 i").client.pull_platform.as_deref(), Some("linux/aarch64"));
        assert_eq!(asked("i").client.pull_platform, None);
    }

    #[test]
    fn name_and_platform_go_into_the_query() {
        let request = asked("--name a --name b --platform linux/aarch64 i").request;
        assert_eq!(request.name.as_deref(), Some("b"));
        assert_eq!(request.platform.as_deref(), Some("linux/arm64"));
        assert_eq!(asked("--name= i").request.name, None);
    }
}
